"""Second review, panel and final review (复审、合议、终审): what the agency proposes and then decides of a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yibao.casework.cases import Amount, Desk, Money
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import do
from yibao.casework.rounds.learning.service import false_alarms, was_right
from yibao.casework.rounds.machine import LineState
from yibao.casework.rounds.model import OUTCOME_NAMES, Line, Outcome, check_within, part_of
from yibao.kernel import Json, Refused, Text


@dataclass(frozen=True, slots=True)
class View:
    """What somebody thinks of a line: how much is deducted. Of a part the total is given, or each purse apart."""

    outcome: Outcome
    part_fen: int | None = None
    part: Money | None = None

    def money(self, line: Line) -> Money:
        """Give the money; refuses a part that is none, or that is more than is at stake."""
        if self.outcome is Outcome.FULL:
            return line.at_stake
        if self.outcome is Outcome.NONE:
            return Money(0)
        if self.part is None and self.part_fen is None:
            raise self._no_part(line, "—")
        part = (
            self.part if self.part is not None else part_of(line.at_stake, self.part_fen or 0, line.finding)
        )
        check_within(part, line.at_stake, line.finding)
        if part.total_fen in (0, line.at_stake.total_fen):
            raise self._no_part(line, f"{part.total_fen} fen")
        return part

    def _no_part(self, line: Line, came: str) -> Refused:
        return Refused(
            "casework.part_without",
            zh="部分扣要写明金额，大于零且小于涉及金额",
            en="to deduct a part is to say how much: more than nothing, less than everything",
            where=line.finding,
            wanted=f"1 … {line.at_stake.total_fen - 1} fen",
            came=came,
            todo=Text(zh="用 --amount 写明金额（元）", en="give the amount in yuan with --amount"),
        )


def confirm(
    desk: Desk, lines: Sequence[Line], view: View, *, day: int, reason: str | None = None
) -> dict[int, int]:
    """Confirm lines that were accepted or lapsed: silence alone executes nothing."""
    return _propose(desk, "confirm", lines, view, day, reason)


def review(desk: Desk, lines: Sequence[Line], view: View, *, day: int, reason: str) -> dict[int, int]:
    """Review lines for the second time, by another person than the first, and propose what is decided."""
    return _propose(desk, "review", lines, view, day, reason)


def ask_more(desk: Desk, lines: Sequence[Line], *, day: int, reason: str) -> dict[int, int]:
    """Ask the institution for more, once."""
    for line in lines:
        if line.supplemented:
            raise Refused(
                "casework.asked_already",
                zh="补充材料只能要求一次",
                en="more can be asked for once only",
                where=line.finding,
                todo=Text(zh="据现有材料复审，或提交合议", en="review it as it is, or call a panel"),
            )
    acts = do(desk, "ask_more", lines, day, reason=reason)
    store.change_lines(
        desk.unit.connection, [{"case_id": line.case_id, "supplemented": True} for line in lines]
    )
    return acts


def go_on(desk: Desk, lines: Sequence[Line], *, day: int) -> dict[int, int]:
    """Go on with second review though nothing more came."""
    return do(desk, "go_on", lines, day)


def call_panel(
    desk: Desk, lines: Sequence[Line], members: Sequence[str], *, day: int, reason: str
) -> dict[int, int]:
    """Bring lines before a panel: an odd number of members, at least as many as the policy says, each once.

    Raises `Refused`: ``casework.panel_size``, ``casework.panel_member`` for somebody who reviewed the line.
    """
    least = desk.policy.at("casework.round.panel_members", day).number
    if len(set(members)) != len(members) or len(members) < least or len(members) % 2 == 0:
        raise Refused(
            "casework.panel_size",
            zh=f"合议人数须为单数，不少于 {least} 人，不得重复",
            en=f"a panel has an odd number of members, at least {least}, each of them once",
            wanted=f"{least}, {least + 2}, …",
            came=f"{len(members)}: {', '.join(members)}",
        )
    if desk.actor.name in members:
        raise Refused(
            "casework.panel_member",
            zh="提交合议的人不得参加合议",
            en="who calls a panel does not sit on it",
            came=desk.actor.name,
            todo=Text(zh="另选一人", en="choose somebody else"),
        )
    acts = do(desk, "call_panel", lines, day, reason=reason, body=lambda line: {"members": list(members)})
    store.seat(desk.unit.connection, [line.case_id for line in lines], members)
    return acts


def vote(desk: Desk, line: Line, view: View, *, day: int, reason: str) -> dict[int, int]:
    """Give an opinion as a member of the panel; a member who speaks again replaces what he said.

    Raises `Refused`: ``casework.not_seated``, and ``access.four_eyes`` for who reviewed the line first.
    """
    seats = store.panel(desk.unit.connection, [line.case_id]).get(line.case_id, [])
    if desk.actor.name not in {seat.member for seat in seats}:
        raise Refused(
            "casework.not_seated",
            zh="您不是这条疑点的合议成员",
            en="you do not sit on the panel of this line",
            where=line.finding,
            wanted="、".join(seat.member for seat in seats) or "—",
            came=desk.actor.name,
        )
    money = view.money(line)
    acts = do(desk, "vote", [line], day, reason=reason, body=lambda _: _said(view.outcome, money))
    store.vote(
        desk.unit.connection, line.case_id, desk.actor.name, outcome=str(view.outcome), fund_fen=money.fund_fen,
        patient_fen=money.patient_fen,
    )  # fmt: skip
    return acts


def conclude(desk: Desk, line: Line, *, day: int) -> dict[int, int]:
    """End the panel: what more than half say is proposed; where they differ on the part, the median of their parts.

    Raises `Refused`: ``casework.panel_open`` while a member has not spoken, ``casework.no_majority``.
    """
    seats = store.panel(desk.unit.connection, [line.case_id]).get(line.case_id, [])
    silent = [seat.member for seat in seats if seat.outcome is None]
    if silent:
        raise Refused(
            "casework.panel_open",
            zh="还有合议成员没有发表意见",
            en="a member of the panel has not spoken yet",
            where=line.finding,
            wanted=str(len(seats)),
            came=str(len(seats) - len(silent)),
            todo=Text(zh=f"待发表：{'、'.join(silent)}", en=f"waiting for: {', '.join(silent)}"),
        )
    outcome, money = majority(seats, line)
    votes = {str(k): v for k, v in sorted(Counter(seat.outcome for seat in seats).items())}
    acts = do(desk, "conclude", [line], day, body=lambda _: {**_said(outcome, money), "votes": {**votes}})
    _write_proposal(desk, {line.case_id: (outcome, money)})
    return acts


def majority(seats: Sequence[Any], line: Line) -> tuple[Outcome, Money]:
    """Give what more than half of a panel say; refuses where no outcome has that."""
    outcome, number = Counter(seat.outcome for seat in seats).most_common(1)[0]
    if 2 * number <= len(seats):
        raise Refused(
            "casework.no_majority",
            zh="合议没有形成多数意见",
            en="no opinion of the panel has a majority",
            where=line.finding,
            came="、".join(f"{seat.member}：{OUTCOME_NAMES[Outcome(seat.outcome)].zh}" for seat in seats),
            todo=Text(
                zh="再议，成员可以重新发表意见", en="deliberate again; members may change what they said"
            ),
        )
    sums = sorted((s.fund_fen + s.patient_fen, s.fund_fen) for s in seats if s.outcome == outcome)
    whole, fund = sums[(len(sums) - 1) // 2]
    return Outcome(outcome), Money(fund, whole - fund)


def decide(
    desk: Desk, lines: Sequence[Line], *, day: int, reason: str, view: View | None = None
) -> dict[int, int]:
    """Decide finally, as proposed unless another view is given: what is deducted of each line, or nothing.

    What is decided lies within what is at stake, purse by purse. Raises `Refused`: ``casework.not_now`` for a line that
    is decided already, ``access.four_eyes``, ``casework.beyond_stake``.
    """
    decided = {line.case_id: _decided(line, view) for line in lines}
    acts: dict[int, int] = {}
    for verb, nothing in (("decide", False), ("spare", True)):
        mine = [line for line in lines if (decided[line.case_id][0] is Outcome.NONE) is nothing]
        if not mine:
            continue
        acts |= do(
            desk, verb, mine, day, reason=reason, body=lambda line: _said(*decided[line.case_id]),
            amounts=lambda line: {Amount.DECIDED: decided[line.case_id][1]},
        )  # fmt: skip
        if nothing:
            false_alarms(desk, mine, acts, day)
            store.free_money(desk.unit.connection, [line.case_id for line in mine])
        else:
            was_right(desk, mine, acts, day)
    store.change_lines(
        desk.unit.connection,
        [
            {
                "case_id": k,
                "outcome": str(o),
                "decided_fund_fen": m.fund_fen,
                "decided_patient_fen": m.patient_fen,
            }
            for k, (o, m) in decided.items()
        ],
    )
    return acts


def reopen(desk: Desk, lines: Sequence[Line], *, day: int, reason: str) -> dict[int, int]:
    """Open decided lines again, by another person, before money moved: what was decided is taken back as it stands.

    Where something is deducted the line goes back to second review. Where nothing was, its finding is free for another
    round: what turns against the institution after all, it is heard about again.
    """
    acts: dict[int, int] = {}
    back = [line for line in lines if line.state == LineState.DECIDED]
    for mine in (back, [line for line in lines if line not in back]):
        if mine:
            acts |= do(
                desk, "reopen", mine, day, reason=reason,
                amounts=lambda line: {Amount.DECIDED: -line.decided} if line.decided else {},
            )  # fmt: skip
    empty = {"outcome": None, "decided_fund_fen": None, "decided_patient_fen": None}
    store.change_lines(desk.unit.connection, [{"case_id": line.case_id, **empty} for line in lines])
    return acts


def _propose(
    desk: Desk, verb: str, lines: Sequence[Line], view: View, day: int, reason: str | None
) -> dict[int, int]:
    proposals = {line.case_id: (view.outcome, view.money(line)) for line in lines}
    acts = do(desk, verb, lines, day, reason=reason, body=lambda line: _said(*proposals[line.case_id]))
    _write_proposal(desk, proposals)
    return acts


def _write_proposal(desk: Desk, proposals: Mapping[int, tuple[Outcome, Money]]) -> None:
    store.change_lines(
        desk.unit.connection,
        [
            {
                "case_id": k,
                "outcome": str(o),
                "proposed_fund_fen": m.fund_fen,
                "proposed_patient_fen": m.patient_fen,
            }
            for k, (o, m) in proposals.items()
        ],
    )


def _decided(line: Line, view: View | None) -> tuple[Outcome, Money]:
    if view is not None:
        return view.outcome, view.money(line)
    if line.outcome is None or line.proposed is None:
        return Outcome.FULL, line.at_stake
    return line.outcome, line.proposed


def _said(outcome: Outcome, money: Money) -> dict[str, Json]:
    return {"outcome": str(outcome), "fund_fen": money.fund_fen, "patient_fen": money.patient_fen}
