"""What decisions teach (M8): how often a rule is right, where it is silent for a while, and whether two people agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yibao.access import Permission, Target, check
from yibao.casework.cases import Desk
from yibao.casework.findings.outputs.peers import Share, wilson
from yibao.casework.rounds import store as lines_store
from yibao.casework.rounds.learning import store
from yibao.casework.rounds.model import Line, Outcome, sample
from yibao.kernel import Json, Refused, Region, Text, date_of
from yibao.ledger import Tag, record
from yibao.policy import Policy
from yibao.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Precision:
    """How often people confirmed what a version of a rule found; ``enough`` says whether the share may be told."""

    rule: str
    version: int
    share: Share
    enough: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values; with too few verdicts only their number."""
        told: dict[str, Any] = {"right": self.share.part, "judged": self.share.base, "enough": self.enough}
        if self.enough:
            told |= {"precision": self.share.value, "low": self.share.low, "high": self.share.high}
        return {"rule": self.rule, "version": self.version, **told}

    @property
    def text(self) -> Text:
        """Say it in words: 「样本不足」 where there are too few verdicts."""
        part, base = self.share.part, self.share.base
        if not self.enough:
            return Text(zh=f"样本不足（n={base}）", en=f"sample too small (n={base})")
        low, high = f"{100 * self.share.low:.1f}", f"{100 * self.share.high:.1f}"
        return Text(
            zh=f"{100 * self.share.value:.1f}%（{low}–{high}，n={base}）",
            en=f"{100 * self.share.value:.1f}% ({low}–{high}, n={base}, {part} right)",
        )


def was_right(desk: Desk, lines: Sequence[Line], acts: Mapping[int, int], day: int) -> None:
    """Write that people found findings to be true."""
    _verdict(desk, lines, acts, day, right=True)


def false_alarms(desk: Desk, lines: Sequence[Line], acts: Mapping[int, int], day: int) -> None:
    """Write that people found findings to be false alarms."""
    _verdict(desk, lines, acts, day, right=False)


def _verdict(desk: Desk, lines: Sequence[Line], acts: Mapping[int, int], day: int, *, right: bool) -> None:
    store.add_verdicts(
        desk.unit.connection,
        [
            {
                "finding_id": line.finding_id, "rule": line.rule, "rule_version": line.rule_version, "right": right,
                "act": acts[line.case_id], "day": day,
            }
            for line in lines
        ],
    )  # fmt: skip


def precision(unit: UnitOfWork, policy: Policy, day: int) -> list[Precision]:
    """Give the human-confirmed precision of every rule and version on which people decided."""
    least = policy.at("casework.round.least_judged", day).number
    return [
        Precision(row.rule, row.rule_version, wilson(row.right, row.judged), row.judged >= least)
        for row in store.verdicts(unit.connection)
    ]


# — silence —


def snooze(
    desk: Desk,
    rule: str,
    *,
    day: int,
    until: int,
    reason: str,
    institution: int | None = None,
    person: int | None = None,
) -> int:
    """Let a rule be silent for an institution or a person until a day: its findings stay out of new rounds.

    They are still found, shown, and counted by every round that leaves them out. Raises `Refused`:
    ``casework.snooze_subject``, ``casework.snooze_days``, ``casework.no_reason``.
    """
    region = str(desk.policy.region)
    check(desk.actor, Permission("finding:judge"), Target(region=Region(region), institution_id=institution))
    if institution is None and person is None:
        raise Refused(
            "casework.snooze_subject",
            zh="规则只能对具体的机构或人员暂停；对所有人停用规则须另行发布",
            en="a rule is silent for somebody; for everybody it is retired, which is a matter of the rule",
            where=rule,
            wanted="institution | person",
            came="—",
        )
    if until <= day:
        raise Refused(
            "casework.snooze_days",
            zh="暂停的截止日期须晚于今天",
            en="the day until which a rule is silent lies ahead",
            where=rule,
            wanted=f"> {date_of(day)}",
            came=str(date_of(until)),
        )
    if not reason.strip():
        raise Refused(
            "casework.no_reason", zh="暂停规则必须写明理由", en="to silence a rule needs a reason", where=rule,
            todo=Text(zh="用 --reason 写明理由", en="give the reason with --reason"),
        )  # fmt: skip
    whose = None if institution is None else str(institution)
    body: dict[str, Json] = {
        "rule": rule, "institution_id": whose, "person": person is not None, "from": date_of(day).isoformat(),
        "until": date_of(until).isoformat(),
    }  # fmt: skip
    receipt = record(desk.unit, Tag.CASEWORK_RULE_SNOOZED, rule, body, personal={"reason": reason})
    return store.add_snooze(
        desk.unit.connection, rule=rule, institution_id=institution, person_id=person, from_day=day, until_day=until,
        reason=reason, actor=desk.actor.name, ledger_entry=receipt.entry,
    )  # fmt: skip


def wake(desk: Desk, number: int, *, day: int) -> None:
    """Let a silent rule speak again from a day on."""
    check(desk.actor, Permission("finding:judge"), Target(region=Region(str(desk.policy.region))))
    if not store.end_snooze(desk.unit.connection, number, day):
        raise Refused(
            "casework.not_silent",
            zh="这一天没有这项规则暂停",
            en="there is no such silence on that day",
            came=f"{number} @ {date_of(day)}",
            todo=Text(zh="用 yibao round snoozed 查看", en="see yibao round snoozed"),
        )
    record(desk.unit, Tag.CASEWORK_RULE_WOKEN, str(number), {"day": date_of(day).isoformat()})


def silences(unit: UnitOfWork, day: int | None = None) -> list[dict[str, Any]]:
    """Give which rules are silent for whom until when, and how many open findings that keeps out of rounds."""
    return [
        {
            "number": row.number, "rule": row.rule, "institution_id": row.institution_id, "institution": row.institution,
            "person_id": row.person_id, "from": date_of(row.from_day).isoformat(),
            "until": date_of(row.until_day).isoformat(), "reason": row.reason, "actor": row.actor,
            "findings": row.findings,
        }
        for row in store.snoozes(unit.connection, day)
    ]  # fmt: skip


# — the blind second look —


@dataclass(frozen=True, slots=True)
class Blind:
    """A decision to be looked at again; what was decided first is not in here."""

    case: str
    finding: str
    rule: str
    institution_id: int
    at_stake_fen: int
    done: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


def draw(desk: Desk, number: int, seed: int, *, day: int) -> int:
    """Draw a sample of a round's decisions to be looked at again; the same seed draws the same; give how many."""
    check(desk.actor, Permission("round:decide"), Target(region=Region(str(desk.policy.region))))
    rows = store.decisions(desk.unit.connection, number)
    share = desk.policy.at("casework.round.blind_share", day).number
    drawn = sample([row.case_id for row in rows], share, seed)
    store.draw(
        desk.unit.connection,
        [
            {"case_id": row.case_id, "act": row.act, "first": _first(row), "drawn_day": day}
            for row in rows
            if row.case_id in drawn
        ],
    )
    return len(drawn)


def blind_list(unit: UnitOfWork) -> list[Blind]:
    """Give the decisions drawn, without what was decided."""
    rows = {row.case_id: row for row in store.blind(unit.connection)}
    return [
        Blind(
            line.number, line.finding, line.rule, line.institution_id, line.at_stake.total_fen,
            done=rows[line.case_id].second is not None,
        )
        for line in lines_store.lines(unit.connection, ids=rows)
    ]  # fmt: skip


def blind_review(desk: Desk, line: Line, outcome: Outcome, *, day: int, reason: str) -> None:
    """Say what one would have decided, without having seen it; once, and not by somebody who acted in the case.

    Raises `Refused`: ``casework.not_drawn``, ``casework.reviewed_already``, ``casework.no_reason``, and
    ``access.four_eyes``.
    """
    found = store.blind(desk.unit.connection, [line.case_id])
    if not found:
        raise _not_drawn(line)
    if found[0].second is not None:
        raise Refused(
            "casework.reviewed_already",
            zh="这条决定已经盲审过",
            en="this decision was reviewed already",
            where=line.finding,
            came=found[0].actor,
        )
    if not reason.strip():
        raise Refused(
            "casework.no_reason", zh="盲审必须写明理由", en="a blind review needs a reason", where=line.finding,
            todo=Text(zh="用 --reason 写明理由", en="give the reason with --reason"),
        )  # fmt: skip
    did = frozenset(store.doers(desk.unit.connection, line.case_id)) & {desk.actor.name}
    target = Target(region=Region(line.region), institution_id=line.institution_id, done_by=did)
    check(desk.actor, Permission("round:review"), target)
    receipt = record(
        desk.unit,
        Tag.CASEWORK_DECISION_REVIEWED,
        line.number,
        {"second": str(outcome)},
        personal={"reason": reason},
    )
    store.answer_blind(
        desk.unit.connection, line.case_id, second=str(outcome), actor=desk.actor.name, reason=reason, day=day,
        ledger_entry=receipt.entry,
    )  # fmt: skip


def agreement(unit: UnitOfWork) -> Share:
    """Give how often the second person, who had not seen it, said the same as the first, with its interval."""
    done = [row for row in store.blind(unit.connection) if row.second is not None]
    return wilson(sum(row.first == row.second for row in done), len(done))


def pace(unit: UnitOfWork) -> list[dict[str, Any]]:
    """Give by rule how many decisions there were, the median seconds from opening to deciding, and the reopened ones.

    By rule and never by person: people are not timed against one another.
    """
    return [
        {
            "rule": row.rule, "decisions": row.decisions, "timed": row.timed, "median_seconds": row.seconds,
            "reopened": row.reopened,
        }
        for row in store.pace(unit.connection)
    ]  # fmt: skip


def _first(row: Any) -> str:
    if row.verb == "decide":
        return str(Outcome(row.outcome))
    return str(Outcome.NONE)


def _not_drawn(line: Line) -> Refused:
    return Refused(
        "casework.not_drawn",
        zh="这条决定不在盲审抽样中",
        en="this decision was not drawn for a blind review",
        where=line.finding,
        todo=Text(zh="用 yibao round blind 查看抽样", en="see the sample with yibao round blind"),
    )
