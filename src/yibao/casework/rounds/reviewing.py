"""First review (初审): line by line, or a group of like lines at once after its sample was opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from yibao.casework.cases import Amount, Desk
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import do, find_lines, find_round, no_such_line, permit
from yibao.casework.rounds.learning.service import false_alarms
from yibao.casework.rounds.listing import as_outsiders_see, sent_lines
from yibao.casework.rounds.machine import UNDECIDED, LineState
from yibao.casework.rounds.model import Line
from yibao.kernel import Refused, Text


@dataclass(frozen=True, slots=True)
class Group:
    """Like lines of a round, of one rule at one institution, that wait for first review; and its sample."""

    rule: str
    institution_id: int
    lines: tuple[Line, ...]
    opened: frozenset[int]
    """Which of its sample the asking person opened."""

    @property
    def sample(self) -> tuple[Line, ...]:
        """Give the lines that must be opened before the group is reviewed."""
        return tuple(line for line in self.lines if line.sampled)

    @property
    def unopened(self) -> tuple[Line, ...]:
        """Give what of the sample was not opened yet."""
        return tuple(line for line in self.sample if line.case_id not in self.opened)


def groups(desk: Desk, code: str | int) -> list[Group]:
    """Give the groups of a round that wait for first review, most lines first."""
    one = find_round(desk, code)
    permit(desk, "round:review", one.region)
    waiting = store.lines(desk.unit.connection, number=one.number, states={LineState.FIRST_REVIEW})
    opened = store.looked(
        desk.unit.connection, [line.case_id for line in waiting if line.sampled], desk.actor.name
    )
    found: dict[tuple[str, int], list[Line]] = {}
    for line in waiting:
        found.setdefault((line.rule, line.institution_id), []).append(line)
    made = [
        Group(rule, institution, tuple(lines), frozenset(opened & {line.case_id for line in lines}))
        for (rule, institution), lines in found.items()
    ]
    return sorted(made, key=lambda g: (-len(g.lines), g.rule, g.institution_id))


def open_lines(desk: Desk, names: Sequence[str]) -> list[Line]:
    """Open lines to look at: it is kept who did and when, for the sample and for the seconds that decisions take.

    An institution opens its own, once they were sent. Raises `Refused`: ``access.denied``, ``casework.unknown_line``.
    """
    found = find_lines(desk, names)
    for region, institution in {(line.region, line.institution_id) for line in found}:
        permit(desk, "round:read", region, institution)
    if desk.actor.institution_id is not None:
        sent = {line.case_id for line in sent_lines(desk, found)}
        unsent = [line.finding for line in found if line.case_id not in sent]
        if unsent:
            raise no_such_line(", ".join(unsent))
        return [as_outsiders_see(line) for line in found]
    store.look(desk.unit.connection, [line.case_id for line in found], desk.actor.name)
    return found


def first_review(
    desk: Desk, verb: str, lines: Sequence[Line], *, day: int, reason: str | None = None
) -> dict[int, int]:
    """Review lines for the first time: ``pass``, ``dismiss``, ``ask_data``, ``data_came`` or ``take_out``.

    What is passed is found with all that is at stake. Several lines at once are lines of which the sample was opened by
    the same person. Raises `Refused`: ``casework.sample_not_opened``, and what `cases.act_on` refuses.
    """
    if verb in ("pass", "dismiss") and len(lines) > 1:
        _check_sample(desk, lines)
    found = {
        "pass": lambda line: {Amount.FOUND: line.at_stake},
        "take_out": lambda line: {Amount.FOUND: -line.at_stake},
    }
    acts = do(
        desk, verb, lines, day, reason=reason,
        amounts=lambda line: found[verb](line) if verb in found else {},
    )  # fmt: skip
    if verb == "dismiss":
        false_alarms(desk, lines, acts, day)
        store.free_money(desk.unit.connection, acts)
    return acts


def withdraw(desk: Desk, lines: Sequence[Line], *, day: int, reason: str) -> dict[int, int]:
    """Take lines out of their round before anybody decided: their findings are free again for another."""
    acts = do(desk, "withdraw", lines, day, reason=reason)
    store.free_money(desk.unit.connection, acts)
    return acts


def withdraw_gone(desk: Desk, number: int, *, day: int) -> dict[int, int]:
    """Withdraw the lines whose finding stands no more: a later run did not find it, or its institution took it back."""
    gone = store.gone(desk.unit.connection, number, UNDECIDED)
    acts: dict[int, int] = {}
    for state, reason in _GONE.items():
        ids = [row.case_id for row in gone if row.state == state]
        if ids:
            acts |= withdraw(desk, store.lines(desk.unit.connection, ids=ids), day=day, reason=reason)
    return acts


_GONE = {
    "withdrawn": "疑点已不成立（冲销或数据更正）",
    "self_corrected": "机构在通知前自行纠正",
}


def _check_sample(desk: Desk, lines: Sequence[Line]) -> None:
    """Refuse a group whose sample somebody else opened, or nobody: like with like, but never unseen."""
    drawn = [line for line in lines if line.sampled]
    opened: Collection[int] = store.looked(
        desk.unit.connection, [line.case_id for line in drawn], desk.actor.name
    )
    unseen = [line for line in drawn if line.case_id not in opened]
    if unseen:
        raise Refused(
            "casework.sample_not_opened",
            zh=f"成组审核前须先逐条看过抽样的疑点，还有 {len(unseen)} 条没有看",
            en=f"before a group is reviewed its sample is to be opened; {len(unseen)} lines were not",
            where=f"{unseen[0].rule} / {unseen[0].institution_id}",
            wanted=str(len(drawn)),
            came=str(len(drawn) - len(unseen)),
            todo=Text(
                zh=f"先看：yibao round show {' '.join(line.finding for line in unseen[:3])} …",
                en=f"open them first: yibao round show {' '.join(line.finding for line in unseen[:3])} …",
            ),
        )
