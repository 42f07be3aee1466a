"""Reading the periods of a party across the tracks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from yibao.casework.cases.model import Case
from yibao.casework.cases.parties import store
from yibao.casework.cases.service import cases
from yibao.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class PartyClock:
    """A period in which a party may do something about a case, with its last day and its basis."""

    case: Case
    kind: str
    start_day: int
    due_day: int | None
    """None where the holidays of the year are not announced yet."""
    basis: str
    stopped_day: int | None


def party_clocks(
    unit: UnitOfWork,
    kinds: Collection[str],
    day: int,
    *,
    institution: int | None = None,
    person: int | None = None,
) -> list[PartyClock]:
    """Give the clocks of these kinds on the cases of a party that began by a day and are not over on it.

    Those that an act stopped come too, with the day of that: the end of a case does not end the right to have it reviewed.
    """
    rows = store.clocks_of(unit.connection, kinds, day, institution, person)
    heads = {one.id: one for one in cases(unit, sorted({row.case_id for row in rows}))}
    return [
        PartyClock(heads[row.case_id], row.kind, row.start_day, row.due_day, row.basis, row.stopped_day)
        for row in rows
    ]


def party_cases(unit: UnitOfWork, track: str, *, institution: int | None, person: int | None) -> list[Case]:
    """Give the cases of a party on a track, oldest first."""
    return cases(unit, store.cases_of(unit.connection, track, institution, person))
