"""The verbs of restoration: give back by the share of each finding, and record that the patient was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from yibao.access import Permission, Target, check
from yibao.casework.cases import store as case_store
from yibao.casework.cases.desk import Desk
from yibao.casework.cases.model import Money, Track, case_number
from yibao.casework.cases.restoring import store
from yibao.casework.cases.service import cases, take_up
from yibao.casework.findings import store as findings_store
from yibao.casework.findings.model import finding_code
from yibao.kernel import Event, EventKind, Json, Refused, Region, Text, date_of, split
from yibao.ledger import Tag, record


@dataclass(frozen=True, slots=True)
class Restoration:
    """What one finding's recovery gives back to one patient; amounts in fen."""

    number: int
    finding_id: int
    person_id: int
    money: Money
    told_day: int | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "restoration": self.number, "finding": finding_code(self.finding_id), "person_id": self.person_id,
            "patient_fen": self.money.patient_fen, "allowance_fen": self.money.fund_fen,
            "told": date_of(self.told_day).isoformat() if self.told_day is not None else None,
        }  # fmt: skip


def restore(desk: Desk, case_id: int, act: int, returned: Money) -> int:
    """Restore to the patients of a case's findings what came back, each by the share of the finding; give their number.

    Both purses are split without losing a fen, by what each finding put at stake. A finding without a patient (stock,
    for one) has nobody to restore to. What is taken back after all (a refund to the institution) is a row with a minus.
    """
    return restore_many(desk, {case_id: (act, returned)})


def restore_many(desk: Desk, returned: Mapping[int, tuple[int, Money]]) -> int:
    """Restore what came back in many cases at once, by case with the act that says so; give the number of rows."""
    held = case_store.held(desk.unit.connection, list(returned))
    ids = [finding for findings in held.values() for finding in findings]
    rows = findings_store.headers(desk.unit.connection, ids=ids, state=None) if ids else []
    by_finding = {row.finding_id: row for row in rows}
    given: list[dict[str, int]] = []
    for case_id, (act, money) in returned.items():
        mine = [by_finding[one] for one in held.get(case_id, ()) if one in by_finding]
        given += _shares(case_id, act, mine, money)
    store.add_restorations(desk.unit.connection, given)
    heads = {one.id: one.number for one in cases(desk.unit, sorted({row["case_id"] for row in given}))}
    for case_id, number in heads.items():
        parts = [row for row in given if row["case_id"] == case_id]
        fen = sum(row["patient_fen"] for row in parts)
        body = {"act": returned[case_id][0], "patients": len(parts), "patient_fen": fen}
        desk.unit.emit(Event(EventKind.MONEY_RESTORED, number, body))
    return len(given)


def _shares(case_id: int, act: int, rows: Sequence[Any], money: Money) -> list[dict[str, int]]:
    """Split a sum between findings by what each put at stake, each purse apart; below zero as above it."""
    weights = [row.attributed_fen for row in rows]
    if money.total_fen == 0 or sum(weights) <= 0:
        return []
    funds, patients = (
        [part if fen >= 0 else -part for part in split(abs(fen), weights)]
        for fen in (money.fund_fen, money.patient_fen)
    )
    return [
        {
            "case_id": case_id, "act": act, "finding_id": row.finding_id, "person_id": row.person_id,
            "fund_fen": fund, "patient_fen": patient,
        }
        for row, fund, patient in zip(rows, funds, patients, strict=True)
        if row.person_id is not None and (fund or patient)
    ]  # fmt: skip


def restorations(desk: Desk, case_id: int) -> list[Restoration]:
    """Give what a case restored to patients, oldest first, to somebody who may read the case (``access.denied``)."""
    _may(desk, case_id, "read")
    return [
        Restoration(
            row.number, row.finding_id, row.person_id, Money(row.fund_fen, row.patient_fen), row.told_day
        )
        for row in store.restorations(desk.unit.connection, case_id)
    ]


def told(desk: Desk, case_id: int, numbers: Sequence[int], day: int) -> None:
    """Record that patients were told of what was restored to them, and swear to it; refuses what is none of the case's.

    Who records recoveries does it (``access.denied``). The first day stands: to be told again takes nothing back, and
    is no second entry of the ledger.
    """
    _may(desk, case_id, "recover")
    head = take_up(desk.unit, [case_id])[0]
    known = {one.number for one in restorations(desk, case_id)}
    strange = sorted(set(numbers) - known)
    if strange:
        raise Refused(
            "casework.unknown_restoration",
            zh="这个案件没有这一笔待遇恢复",
            en="the case has no such restoration",
            where=case_number(head.track, case_id),
            wanted=", ".join(str(one) for one in sorted(known)),
            came=", ".join(str(one) for one in strange),
            todo=Text(zh="用 yibao case restored 查看编号", en="see the numbers with yibao case restored"),
        )
    first = store.told_restorations(desk.unit.connection, numbers, day)
    if first:
        body: dict[str, Json] = {
            "restorations": [*first], "day": date_of(day).isoformat(), "actor": desk.actor.name,
        }  # fmt: skip
        record(desk.unit, Tag.CASEWORK_PATIENT_TOLD, head.number, body)


_AUDIT: Final = {"read": Permission.ROUND_READ, "recover": Permission.ROUND_DEDUCT}
"""The payment audit recovers by deduction; its permissions are those of rounds."""


def _may(desk: Desk, case_id: int, what: str) -> None:
    head = cases(desk.unit, [case_id])[0]
    target = Target(Region(head.region), head.institution_id, head.person_id, subject=head.number)
    check(
        desk.actor, _AUDIT[what] if head.track is Track.AUDIT else Permission(f"{head.track}:{what}"), target
    )
