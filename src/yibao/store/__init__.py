"""The store (存储): the register, which is PostgreSQL, and the lake, which it makes visible.

A program opens its `Home` once with `open_register`. All change of the register happens in a *unit of work*:
one request or one job is one transaction. What other rooms must learn leaves with it through the *outbox*;
what is to be done later leaves as a *job*: `defer` it, `work` it off, `sweep` up after the killed. Bulk facts
are Parquet files in the `Lake`; a *batch* of them appears by one commit of a unit of work, whole or not at
all, and a crash at any instant leaves at most files that `Lake.sweep` removes. Rooms declare their tables
against `metadata`; every schema change is a numbered migration in this room.
"""

from __future__ import annotations

from yibao.store.backing import BackedUp, back_up
from yibao.store.backup import dump_register, restore_register
from yibao.store.batch import Batch
from yibao.store.bulk import copy_rows, copy_tuples, next_numbers
from yibao.store.doctor import Check, doctor
from yibao.store.files import write_durably
from yibao.store.guards import unguarded
from yibao.store.home import Home
from yibao.store.jobs import Job, JobHandler, Swept, Trouble, count_jobs, defer, sweep, try_again, work
from yibao.store.lake import BatchInfo, Lake, LakeFile, Problem
from yibao.store.locks import lock_key
from yibao.store.manifest import Manifest
from yibao.store.outbox import Delivered, Handler
from yibao.store.register import Register, open_register, stop_register
from yibao.store.restoring import check_backup, restore_home
from yibao.store.tables import metadata
from yibao.store.troubles import tell_trouble
from yibao.store.unit import UnitOfWork

__all__ = [
    "BackedUp",
    "Batch",
    "BatchInfo",
    "Check",
    "Delivered",
    "Handler",
    "Home",
    "Job",
    "JobHandler",
    "Lake",
    "LakeFile",
    "Manifest",
    "Problem",
    "Register",
    "Swept",
    "Trouble",
    "UnitOfWork",
    "back_up",
    "check_backup",
    "copy_rows",
    "copy_tuples",
    "count_jobs",
    "defer",
    "doctor",
    "dump_register",
    "lock_key",
    "metadata",
    "next_numbers",
    "open_register",
    "restore_home",
    "restore_register",
    "stop_register",
    "sweep",
    "tell_trouble",
    "try_again",
    "unguarded",
    "work",
    "write_durably",
]
