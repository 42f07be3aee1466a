"""The verbs about institutions: keep what the lake says of them, and give it by id or by code."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from yibao.casework.cases.institutions import store
from yibao.casework.findings.outputs.institutions import institutions as in_the_lake
from yibao.casework.findings.outputs.looking import looking
from yibao.store import Home, Register, UnitOfWork


class Known(NamedTuple):
    """An institution as the register knows it; its region is six digits."""

    institution_id: int
    code: str
    name: str
    region: str


def institutions(unit: UnitOfWork, ids: Collection[int | None]) -> dict[int, Known]:
    """Give institutions by their id; those that the register does not know are not there."""
    rows = store.institutions(unit.connection, [one for one in ids if one is not None])
    return {key: Known(key, row.code, row.name, row.region) for key, row in rows.items()}


def known_institution(unit: UnitOfWork, code: str) -> Known | None:
    """Give the institution of a code; None where the register knows none of that code."""
    row = store.institution_of_code(unit.connection, code)
    return None if row is None else Known(int(row.institution_id), row.code, row.name, row.region)


def keep_institutions(unit: UnitOfWork, known: Iterable[Known]) -> None:
    """Write institutions to the register, for lists and for who may see what."""
    store.keep_institutions(unit.connection, [one._asdict() for one in known])


def note_institutions(home: Home, register: Register, *, actor: str) -> int:
    """Copy the institutions' codes, names and regions from the lake, so that lists and scope need not open it."""
    with looking(home, register, ("institution",)) as look:
        known = in_the_lake(look)
    rows = [
        Known(one.institution_id, one.code, one.name, one.region)
        for one in known.values()
        if one.region.isdigit()
    ]
    with register.unit_of_work(actor=actor) as unit:
        keep_institutions(unit, rows)
    return len(rows)
