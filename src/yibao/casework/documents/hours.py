"""Hours: whoever inspects or questions is in one place at a time; two records of one officer do not overlap.

A record (笔录) says from when to when it was made and by whom. Two records of the same officer at the same hour, in one
case or in two, cannot both be true, and a court throws both out. An officer is known by his certificate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from yibao.casework.documents import store
from yibao.casework.documents.model import DocumentKind, Values, refused
from yibao.kernel import Text, minute_of, moment_of
from yibao.store import UnitOfWork

_FROM, _UNTIL = "started_at", "ended_at"
_IN_BRACKETS: Final = re.compile(r".*[（(](?:执法证号)?\s*([^（()）]+)[)）]\s*")


@dataclass(frozen=True, slots=True)
class Hours:
    """The officers of a record, and from which minute until which they made it."""

    officers: tuple[str, ...]
    start: int
    end: int


def hours_of(kind: DocumentKind, values: Values, where: str) -> Hours | None:
    """Give the hours of a record; None for a document that is none. Refuses one that ends before it began."""
    if _FROM not in values or _UNTIL not in values:
        return None
    start, end = (minute_of(datetime.fromisoformat(values[name])) for name in (_FROM, _UNTIL))
    if end < start:
        raise refused(
            "hours", "笔录的结束时间早于开始时间", "the record ends before it began", where=where,
            wanted=f"≥ {moment_of(start)}", came=str(moment_of(end)),
            todo=Text(zh="核对 started_at 与 ended_at", en="check started_at and ended_at"),
        )  # fmt: skip
    return Hours(tuple(sorted(set(_officers(kind, values)))), start, end)


def check_hours(unit: UnitOfWork, hours: Hours, where: str) -> None:
    """Refuse a record by an officer who made another one at the same time (``casework.document_hours``).

    Records that were voided or revoked do not count. Another record of the same officers waits for this transaction.
    """
    for clash in store.at_these_hours(unit.connection, hours.officers, hours.start, hours.end):
        raise refused(
            "hours",
            f"执法人员 {clash.officer} 在这段时间已有另一份笔录，一人不能同时在两处",
            f"officer {clash.officer} has another record at that time; nobody is in two places at once",
            where=where,
            wanted=f"≤ {moment_of(clash.start)} | ≥ {moment_of(clash.end)}",
            came=f"{moment_of(hours.start)} – {moment_of(hours.end)}；{clash.slug} {clash.case_kind}:{clash.case_id}",
            todo=Text(
                zh="核对两份笔录的起止时间和执法人员；先前的有误则作废后重作",
                en="check the hours and officers of both; where the earlier one is wrong, void it and make it anew",
            ),
        )


def _officers(kind: DocumentKind, values: Values) -> Iterator[str]:
    for field in kind.fields.values():
        if field.kind == "officers":
            yield from (_certificate(one) for one in values.get(field.name) or ())


def _certificate(officer: Any) -> str:
    """Give by what an officer is known: the number of his certificate, else his name.

    >>> _certificate({"name": "张伟", "number": "99010001"}), _certificate("li（浙A001）"), _certificate("张伟")
    ('99010001', '浙A001', '张伟')
    """
    if isinstance(officer, dict):
        return str(officer.get("number") or officer.get("name", "")).strip()
    found = _IN_BRACKETS.fullmatch(str(officer))
    return (found[1] if found else str(officer)).strip()
