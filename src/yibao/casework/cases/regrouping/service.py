"""The verbs of regrouping: split a case, merge it into another, pass it on to another track, take on what was passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from yibao.casework.cases import store as case_store
from yibao.casework.cases.checks import check_known, check_track
from yibao.casework.cases.clocks import ClockKind
from yibao.casework.cases.desk import Desk, Opening
from yibao.casework.cases.machine import Machine
from yibao.casework.cases.model import ORGAN_NAMES, Amount, Case, Doing, Money, Organ
from yibao.casework.cases.regrouping import store
from yibao.casework.cases.service import act_on, cases, held_findings, open_cases, standing_amounts
from yibao.casework.findings import store as findings_store
from yibao.casework.findings.model import finding_code, finding_number
from yibao.kernel import Json, Refused, Text
from yibao.store import UnitOfWork


class LinkKind(StrEnum):
    """How findings went from one case to another."""

    SPLIT = "split"
    MERGED = "merged"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"


LINK_NAMES = {
    LinkKind.SPLIT: Text(zh="分案", en="split"),
    LinkKind.MERGED: Text(zh="并案", en="merged"),
    LinkKind.HANDED_OVER: Text(zh="移交行政处理", en="handed over to the bureau"),
    LinkKind.RETURNED: Text(zh="转经办处理", en="returned to the agency"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """Findings went from one case to another: how, from where, to where, by which act of the first."""

    kind: LinkKind
    source: str
    target: str
    act: int

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"kind": str(self.kind), "from": self.source, "to": self.target, "act": self.act}


def links(unit: UnitOfWork, case_id: int) -> list[Link]:
    """Give from which cases a case took findings over, and to which it gave some, oldest first."""
    rows = store.links(unit.connection, case_id)
    ids = {one for row in rows for one in (row.from_case, row.to_case)}
    number = {case.id: case.number for case in case_store.cases(unit.connection, ids)} if ids else {}
    return [
        Link(LinkKind(row.kind), number[row.from_case], number[row.to_case], row.act)
        for row in rows
    ]  # fmt: skip


def split(
    desk: Desk,
    machine: Machine,
    case_id: int,
    codes: Sequence[str],
    keeps: Collection[ClockKind],
    doing: Doing,
    *,
    cause: str | None = None,
) -> Case:
    """Put some findings of a case into a new one (分案), which stands where the first stands and runs its clocks on.

    ``keeps`` are the clocks that go along: time that is gone is gone for both. Raises `Refused`: ``casework.not_held``
    for a finding of another case, ``casework.split_all`` where nothing is left, and what `act_on` refuses.
    """
    head = _taken(desk, machine, [case_id])[0]
    machine.move(head.state, "split", head.number)
    held = held_findings(desk.unit, case_id)
    wanted = sorted({finding_number(code) for code in codes})
    _check_part(head, held, wanted)
    part = _stake_of(desk, case_id, wanted)
    said: dict[str, Json] = {"from": head.number, "findings": [finding_code(one) for one in wanted]}
    opening = Opening(head.region, cause or head.cause, head.institution_id, head.person_id, head.handler)
    opened = replace(doing, body=said, amounts={Amount.AT_STAKE: part}, expected_version=None)
    child = open_cases(desk, machine, f"split_off_{head.state}", [(opening, opened)])[0]
    body: dict[str, Json] = {"into": child.number, "findings": said["findings"]}
    act = act_on(
        desk, machine, "split", {case_id: replace(doing, body=body, amounts={Amount.AT_STAKE: -part})}
    )
    store.copy_clocks(desk.unit.connection, case_id, child.id, [kind.name for kind in keeps])
    _move(desk, LinkKind.SPLIT, case_id, child.id, act[case_id], wanted)
    return child


def merge(desk: Desk, machine: Machine, case_id: int, into: int, doing: Doing) -> int:
    """Merge a case into another of the same party (并案): its findings and their money go there. Gives the act's number.

    The later goes into the earlier, the less advanced into the more advanced: to merge gains nobody time. Raises
    `Refused`: ``casework.merge_self``, ``casework.other_party``, ``casework.merge_order``.
    """
    if case_id == into:
        raise Refused(
            "casework.merge_self",
            zh="不能并入本案自身",
            en="a case is not merged into itself",
            todo=Text(zh="用 --into 写明另一个案件", en="name another case with --into"),
        )
    both = {case.id: case for case in _taken(desk, machine, [case_id, into])}
    gone, kept = both[case_id], both[into]
    machine.move(gone.state, "merge", gone.number)
    machine.move(kept.state, "take_in", kept.number)
    _check_merge(machine, gone, kept)
    standing = standing_amounts(desk.unit, case_id)
    stake = standing.get(Amount.AT_STAKE, Money(0))
    held = held_findings(desk.unit, case_id)
    codes: list[Json] = [finding_code(one) for one in held]
    back = _taken_back(standing)
    there: dict[str, Json] = {"into": kept.number, "findings": codes}
    act = act_on(desk, machine, "merge", {case_id: replace(doing, body=there, amounts=back)})[case_id]
    here: dict[str, Json] = {"from": gone.number, "findings": codes}
    took = Doing(max(doing.day, kept.last_day), doing.reason, here, {Amount.AT_STAKE: stake})
    act_on(desk, machine, "take_in", {into: took})
    _move(desk, LinkKind.MERGED, case_id, into, act, held)
    return act


def pass_on(
    desk: Desk,
    case_id: int,
    kind: LinkKind,
    verb: str,
    machine: Machine,
    opening_verb: str,
    onto: Machine,
    organ: Organ,
    doing: Doing,
) -> Case:
    """Pass a case on to another track in one act: it ends here, and opens there with the findings and their money.

    The other side has still to take it on (`take_on`); until then the receipt is asked for.
    """
    head = _taken(desk, machine, [case_id])[0]
    machine.move(head.state, verb, head.number)
    standing = standing_amounts(desk.unit, case_id)
    stake = standing.get(Amount.AT_STAKE, Money(0))
    held = held_findings(desk.unit, case_id)
    codes: list[Json] = [finding_code(one) for one in held]
    opening = Opening(head.region, head.cause, head.institution_id, head.person_id)
    opened = Doing(
        doing.day, doing.reason, {"from": head.number, "findings": codes}, {Amount.AT_STAKE: stake}
    )
    there = open_cases(desk, onto, opening_verb, [(opening, opened)])[0]
    back = _taken_back(standing)
    body: dict[str, Json] = {"into": there.number, "findings": codes}
    act = act_on(desk, machine, verb, {case_id: replace(doing, body=body, amounts=back)})[case_id]
    case_store.add_transfer(
        desk.unit.connection, case_id=case_id, act=act, organ=str(organ), name=ORGAN_NAMES[organ].zh,
        sent_day=doing.day,
    )  # fmt: skip
    _move(desk, kind, case_id, there.id, act, held)
    return there


def take_on(desk: Desk, machine: Machine, case_id: int, doing: Doing) -> int:
    """Acknowledge a case that another track passed on (签收): the sender's transfer is answered. Gives the act's number.

    Raises `Refused` (``casework.nothing_passed``) where no other track passed it on, or it was taken on before.
    """
    _taken(desk, machine, [case_id])
    came = [one for one in store.links(desk.unit.connection, case_id) if one.to_case == case_id]
    waiting = [
        one
        for link in came
        if link.kind in (LinkKind.HANDED_OVER, LinkKind.RETURNED)
        for one in case_store.transfers(desk.unit.connection, link.from_case)
        if one.acknowledged_day is None and one.organ in (Organ.BUREAU, Organ.AGENCY)
    ]
    if not waiting:
        raise Refused(
            "casework.nothing_passed",
            zh="没有等待签收的移交",
            en="nothing that was passed on waits to be taken on",
            where=cases(desk.unit, [case_id])[0].number,
            todo=Text(
                zh="用 yibao case show 查看来源；不是移交来的案件无须签收",
                en="see where it came from with yibao case show; only what was passed on is taken on",
            ),
        )
    act = act_on(desk, machine, "take_on", {case_id: doing})[case_id]
    for one in waiting:
        case_store.answer_transfer(desk.unit.connection, one.id, doing.day, doing.reason)
    return act


def _taken(desk: Desk, machine: Machine, ids: Sequence[int]) -> list[Case]:
    """Lock cases, always in the order of their ids, so that two that regroup the same ones wait and do not embrace."""
    found = case_store.cases(desk.unit.connection, ids, lock=True)
    check_known(ids, found)
    for case in found:
        check_track(case, machine)
    return found


def _taken_back(standing: Mapping[Amount, Money]) -> dict[Amount, Money]:
    """Give what leaves a case with all its findings, as rows with a minus."""
    return {kind: -money for kind, money in standing.items() if kind in (Amount.AT_STAKE, Amount.FOUND)}


def _move(desk: Desk, kind: LinkKind, source: int, target: int, act: int, findings: Sequence[int]) -> None:
    moved = store.move_holds(desk.unit.connection, findings, source, target, act)
    assert moved == len(findings), "the first case was locked, and held them all"
    store.link(desk.unit.connection, str(kind), source, target, act)


def _stake_of(desk: Desk, case_id: int, findings: Sequence[int]) -> Money:
    """Give what findings put at stake, never more than what still stands in the case."""
    rows = findings_store.headers(desk.unit.connection, ids=findings, state=None)
    standing = standing_amounts(desk.unit, case_id).get(Amount.AT_STAKE, Money(0))
    return Money(min(sum(row.attributed_fen for row in rows), standing.fund_fen))


def _check_part(head: Case, held: Sequence[int], wanted: Sequence[int]) -> None:
    strange = sorted(set(wanted) - set(held))
    if strange or not wanted:
        raise Refused(
            "casework.not_held",
            zh="只能分出本案的疑点",
            en="only findings of this case can be split off",
            where=head.number,
            wanted=" | ".join(finding_code(one) for one in held[:10]) or "—",
            came=", ".join(finding_code(one) for one in strange[:10]) or "—",
            todo=Text(zh="用 yibao case show 查看本案的疑点", en="see its findings with yibao case show"),
        )
    if len(wanted) == len(held):
        raise Refused(
            "casework.split_all",
            zh="分案后原案没有疑点了；这不是分案",
            en="nothing would be left in this case; that is no split",
            where=head.number,
            wanted=f"< {len(held)}",
            came=str(len(wanted)),
            todo=Text(zh="至少留下一条疑点", en="leave at least one finding here"),
        )


def _check_merge(machine: Machine, gone: Case, kept: Case) -> None:
    if (gone.institution_id, gone.person_id, gone.region) != (
        kept.institution_id, kept.person_id, kept.region,
    ):  # fmt: skip
        raise Refused(
            "casework.other_party",
            zh="两案的当事人或地区不同，不能并案",
            en="the two cases are about different parties or regions; they are not merged",
            where=gone.number,
            came=kept.number,
            todo=Text(
                zh="分别办理；只有同一当事人、同一地区的案件可以并案",
                en="work on each; only cases of one party in one region are merged",
            ),
        )
    order = [str(state) for state in machine.names]

    def place(case: Case) -> tuple[int, int, int]:
        return -order.index(case.state), case.opened_day, case.id

    if place(kept) > place(gone):
        raise Refused(
            "casework.merge_order",
            zh="后立的并入先立的，阶段靠前的并入阶段靠后的；并案不延长办案期限",
            en="the later case goes into the earlier, the less advanced into the more advanced: merging gains no time",
            where=gone.number,
            wanted=f"{kept.number} → {gone.number}",
            came=f"{gone.number} → {kept.number}",
            todo=Text(
                zh=f"改为把 {kept.number} 并入 {gone.number}", en=f"merge {kept.number} into {gone.number}"
            ),
        )
