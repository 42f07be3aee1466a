"""Bills refused because of a person's status, and settled again when that status turns out not to have stood.

A status is nobody's act: it follows from points, and points fall with what they rest on. Where an objection, a review or a
repair made a status fall, the bills that were refused under it are looked through one by one, by the status that stands for
the day of the service now: what is still excluded stays refused, the rest is to be settled. Nothing is crossed out: a
settlement is a row beside the refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yibao.access import Permission, Target, check, scope
from yibao.archive import files
from yibao.archive.files import Fact, FactKind, Subject, SubjectKind, standing
from yibao.archive.points import Answer
from yibao.casework.cases import Desk
from yibao.kernel import Event, EventKind, Json, Refused, Region, Text, date_of
from yibao.ledger import Act, Tag, record, record_many
from yibao.policy import Policy
from yibao.remedy import asking, store
from yibao.remedy.model import RefusedBill
from yibao.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Claimed:
    """A bill, or a line of one, for a service of a person: keys, day, the fund's money, and whether it could not wait."""

    bill: str
    day: int
    fund_fen: int
    line: str = ""
    institution_id: int | None = None
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """A refused bill of which the status fell: what stands for its day now, and that it is to be settled."""

    refused: RefusedBill
    now: Answer

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {**self.refused.as_json(), "status_now": str(self.now.status)}


def refuse(desk: Desk, subject: int, claimed: Claimed) -> int:
    """Put on record that a bill is not settled because of a person's status on the day of the service; give its number.

    The program computes the status; emergency and rescue are settled all the same where the rules say so. Raises `Refused`:
    ``remedy.bill_due`` where the status lets it be settled, ``remedy.bill_refused`` for one that stands refused already.
    """
    head = _practitioner(desk.unit, subject)
    check(desk.actor, Permission.BILL_REFUSE, _target(head, claimed.institution_id))
    known = files.known_of(desk.unit, subject)
    now = asking.answer_on(known, desk.policy, claimed.day)
    if now.settles or (claimed.emergency and now.emergency_exempt):
        raise Refused(
            "remedy.bill_due",
            zh="这笔费用应当结算：服务当日支付资格正常，或属于急诊、抢救",
            en="this bill is to be settled: the status allowed it on the day of the service, or it was an emergency",
            where=f"{claimed.bill} {claimed.line}".strip(),
            wanted="suspended | terminated | unregistered",
            came=f"{now.status}{' 急救抢救' if claimed.emergency else ''} {date_of(claimed.day)}",
            todo=Text(zh="按规定结算", en="settle it"),
        )
    store.lock(desk.unit.connection, f"bill {claimed.bill} {claimed.line}")
    before = store.standing_refusal(desk.unit.connection, claimed.bill, claimed.line)
    if before is not None:
        raise Refused(
            "remedy.bill_refused",
            zh="这笔费用已经登记为不予结算",
            en="this bill stands refused already",
            where=f"{claimed.bill} {claimed.line}".strip(),
            came=str(before.id),
            todo=Text(zh="用 yibao remedy bills 查看", en="see it with yibao remedy bills"),
        )
    ground = _ground(standing(known), claimed.day, head)
    body: dict[str, Json] = {
        "bill": claimed.bill, "line": claimed.line, "day": date_of(claimed.day).isoformat(),
        "fund_fen": claimed.fund_fen, "reason": str(now.status), "fact": ground.id,
    }  # fmt: skip
    receipt = record(desk.unit, Tag.REMEDY_BILL_REFUSED, head.number, body)
    return store.refuse_bill(
        desk.unit.connection,
        {
            "bill": claimed.bill, "line": claimed.line, "subject": subject,
            "institution_id": claimed.institution_id, "region": head.region, "day": claimed.day,
            "fund_fen": claimed.fund_fen, "reason": str(now.status), "fact": ground.id, "actor": desk.actor.name,
            "ledger_entry": receipt.entry,
        },
    )  # fmt: skip


def bills_refused(unit: UnitOfWork, subject: int, from_day: int, until_day: int) -> list[RefusedBill]:
    """Give the bills of a person's services in ``[from_day, until_day)`` that were refused, settled again or not."""
    found = [
        bill for one in files.together(unit, subject)
        for bill in store.refused_bills(unit.connection, one, from_day, until_day)
    ]  # fmt: skip
    return sorted(found, key=lambda bill: (bill.day, bill.id))


def bills_owed(unit: UnitOfWork, policy: Policy, subject: int) -> list[Owed]:
    """Give the refused bills of a person that the status as it stands now would have let be settled, by day."""
    refused = [one for one in bills_refused(unit, subject, -(10**6), 10**6) if one.settled_day is None]
    if not refused:
        return []
    known = files.known_of(unit, subject)
    answers = {day: asking.answer_on(known, policy, day) for day in {one.day for one in refused}}
    return [Owed(one, answers[one.day]) for one in refused if answers[one.day].settles]


def all_owed(desk: Desk) -> dict[int, list[Owed]]:
    """Give by person every refused bill that is to be settled again, of those that somebody may see."""
    seen = scope(
        desk.actor, Permission.REMEDY_READ, region="r.region", institution="r.institution_id", subject="NULL"
    )
    found = {}
    for subject in store.subjects_with_refusals(desk.unit.connection, seen):
        if owed := bills_owed(desk.unit, desk.policy, subject):
            found[subject] = owed
    return found


def settle_again(desk: Desk, subject: int, day: int) -> list[Owed]:
    """Settle again every bill of a person that should not have been refused; give them.

    Each is sworn to, and told to the rooms after this one by one event that names all of them. Done by another than who
    refused them.
    """
    head = _practitioner(desk.unit, subject)
    store.lock(desk.unit.connection, f"bills of {min(files.together(desk.unit, subject))}")
    owed = bills_owed(desk.unit, desk.policy, subject)
    by_me = frozenset({desk.actor.name} & {one.refused.actor for one in owed})
    target = _target(head, None)
    check(
        desk.actor,
        Permission.BILL_SETTLE,
        Target(target.region, practitioner_id=target.practitioner_id, done_by=by_me),
    )
    _write(desk, head, owed, day)
    return owed


def _write(desk: Desk, head: Subject, owed: Sequence[Owed], day: int) -> None:
    if not owed:
        return
    acts = [
        Act(
            Tag.REMEDY_BILL_SETTLED, head.number,
            {"refused": one.refused.id, "bill": one.refused.bill, "line": one.refused.line,
             "fund_fen": one.refused.fund_fen, "day": date_of(day).isoformat()},
            {},
        )
        for one in owed
    ]  # fmt: skip
    receipts = record_many(desk.unit, acts)
    rows = [
        {"refused": one.refused.id, "day": day, "actor": desk.actor.name, "ledger_entry": receipt.entry}
        for one, receipt in zip(owed, receipts, strict=True)
    ]
    store.settle_again(desk.unit.connection, rows)
    body: dict[str, Json] = {
        "subject": head.number, "day": day, "refused": [one.refused.id for one in owed],
        "bills": [one.refused.bill for one in owed], "fund_fen": sum(one.refused.fund_fen for one in owed),
    }  # fmt: skip
    desk.unit.emit(Event(EventKind.BILL_SETTLED_AGAIN, head.number, body))


def _practitioner(unit: UnitOfWork, subject: int) -> Subject:
    head = files.subject(unit, subject)
    if head.kind is SubjectKind.PRACTITIONER:
        return head
    raise Refused(
        "remedy.not_a_practitioner",
        zh="只有相关人员有支付资格",
        en="only practitioners have payment qualification",
        where=head.number,
        wanted=str(SubjectKind.PRACTITIONER),
        came=str(head.kind),
        todo=Text(zh="写明人员的档案编号", en="give the number of a practitioner's file"),
    )


def _target(head: Subject, institution: int | None) -> Target:
    return Target(Region(head.region), institution, practitioner_id=head.lake_key)


def _ground(counted: Sequence[Fact], day: int, head: Subject) -> Fact:
    """Give the newest fact of the file on which the status of a day rests: a record of points, a registration that ended."""
    kinds = (FactKind.POINTS, FactKind.LEFT, FactKind.MOVED, FactKind.REGISTERED, FactKind.COMMITTED)
    for kind in kinds:
        mine = [one for one in counted if one.kind is kind and one.day <= day]
        if mine:
            return max(mine, key=lambda one: (one.day, one.id))
    raise Refused(
        "remedy.no_ground",
        zh="档案中没有登记备案，也没有记分：先核实身份",
        en="the file has no registration and no points: find out first who this is",
        where=head.number,
        came="—",
        todo=Text(
            zh="用 yibao points status 查看，核对人员编码", en="see yibao points status, and check the code"
        ),
    )
