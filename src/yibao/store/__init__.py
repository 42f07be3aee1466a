"""The store (存储): the register, which is PostgreSQL, and the lake, which it makes visible.

A program opens its `Home` once with `open_register`. All change of the register happens in a *unit of work*:
one request or one job is one transaction, and what other rooms must learn leaves with it through the
*outbox*. Bulk facts are Parquet files in the `Lake`; a *batch* of them appears by one commit of a unit of
work, whole or not at all, and a crash at any instant leaves at most files that `Lake.sweep` removes. Rooms
declare their tables against `metadata`; every schema change is a numbered migration in this room.
"""

from __future__ import annotations

from yibao.store.backup import dump_register, restore_register
from yibao.store.batch import Batch
from yibao.store.doctor import Check, doctor
from yibao.store.files import write_durably
from yibao.store.home import Home
from yibao.store.lake import BatchInfo, Lake, LakeFile, Problem
from yibao.store.outbox import Delivered
from yibao.store.register import Register, open_register, stop_register
from yibao.store.tables import metadata
from yibao.store.unit import UnitOfWork

__all__ = [
    "Batch",
    "BatchInfo",
    "Check",
    "Delivered",
    "Home",
    "Lake",
    "LakeFile",
    "Problem",
    "Register",
    "UnitOfWork",
    "doctor",
    "dump_register",
    "metadata",
    "open_register",
    "restore_register",
    "stop_register",
    "write_durably",
]
