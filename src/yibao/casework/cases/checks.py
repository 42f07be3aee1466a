"""What keeps an act from being done: no right to it, no such case, another track, an old look, no reason, money held."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from yibao.access import Permission, Target, check
from yibao.casework.cases import store
from yibao.casework.cases.desk import Desk, Opening, Step
from yibao.casework.cases.machine import Machine, Move
from yibao.casework.cases.model import AMOUNT_NAMES, LARGEST_FEN, Case, Doing, Track, case_number, held_by
from yibao.kernel import Refused, Region, Text, date_of

READ: Final = {
    Track.AUDIT: Permission.ROUND_READ,
    Track.AGREEMENT: Permission.AGREEMENT_READ,
    Track.PENALTY: Permission.PENALTY_READ,
    Track.DESIGNATION: Permission.DESIGNATION_READ,
    Track.REMEDY: Permission.REMEDY_READ,
}
"""Which permission lets somebody see the cases of a track."""


def permit(desk: Desk, steps: Sequence[Step]) -> None:
    """Refuse what the actor may not do; asked once for all cases that are alike to him, since a bulk has many."""
    by_verbs: dict[frozenset[str], list[int]] = {}
    for case, move, _ in steps:
        if move.other_than:
            by_verbs.setdefault(move.other_than, []).append(case.id)
    did: dict[int, set[str]] = {}
    for verbs, ids in by_verbs.items():
        did |= store.doers(desk.unit.connection, ids, verbs)
    me = frozenset({desk.actor.name})
    origins = store.origins(desk.unit.connection, [c.id for c, _, _ in steps]) if desk.actor.recused else {}
    asked: set[tuple[str, Target]] = set()
    for case, move, _ in steps:
        done_by = me & did.get(case.id, set()) if move.other_than else frozenset()
        target = Target(
            region=Region(case.region),
            institution_id=case.institution_id,
            person_id=case.person_id,
            practitioner_id=case.practitioner_id,
            subject=recused_in(desk, case, origins.get(case.id, ())),
            done_by=done_by,
        )
        if (move.permission, target) not in asked:
            asked.add((move.permission, target))
            check(desk.actor, Permission(move.permission), target)


def recused_in(desk: Desk, case: Case, origins: Collection[int]) -> str | None:
    """Give the case from which the actor must stay out: this one, or one whose findings it took over; else None."""
    if not desk.actor.recused:
        return None
    others = [one.number for one in store.cases(desk.unit.connection, set(origins) - {case.id})]
    return next((number for number in (case.number, *others) if number in desk.actor.recused), None)


def check_known(wanted: Collection[int], found: Sequence[Case]) -> None:
    """Refuse a case that there is not."""
    missing = sorted(set(wanted) - {case.id for case in found})
    if missing:
        raise Refused(
            "casework.unknown_case",
            zh="没有这个案件",
            en="there is no such case",
            came=", ".join(str(one) for one in missing[:5]),
            todo=Text(zh="用 yibao case list 查看", en="see the cases with yibao case list"),
        )


def check_track(case: Case, machine: Machine) -> None:
    """Refuse a case that walks on another track."""
    if case.track != machine.track:
        raise Refused(
            "casework.other_track",
            zh="案件属于另一轨道；转轨是一个单独的动作",
            en="the case is on another track; to transfer it is an act of its own",
            where=case.number,
            wanted=str(machine.track),
            came=str(case.track),
            todo=Text(
                zh="用这一轨道的命令；要转轨用 yibao case pass",
                en="use the commands of its track; yibao case pass passes it on to the other",
            ),
        )


def check_walked(case: Case, machines: Mapping[Track, Machine]) -> None:
    """Refuse a case that walks on a track which none of these machines knows; it is shown by commands of its own."""
    if case.track in machines:
        return
    raise Refused(
        "casework.other_track",
        zh="案件属于另一轨道，由那一轨道的命令查看",
        en="the case is on another track; the commands of that track show it",
        where=case.number,
        wanted=" | ".join(machines),
        came=str(case.track),
        todo=Text(
            zh="批次中的条目用 yibao round show，异议与修复用 yibao remedy show",
            en="lines of a round: yibao round show; objections and repairs: yibao remedy show",
        ),
    )


def check_version(desk: Desk, case: Case, doing: Doing) -> None:
    """Refuse to act on what somebody changed since the doer looked."""
    if doing.expected_version is None or doing.expected_version == case.version:
        return
    newest = store.acts(desk.unit.connection, case.id)[-1]
    raise Refused(
        "casework.stale",
        zh=f"{newest.actor} 刚刚办理了这个案件（{newest.verb}），您看到的已不是最新",
        en=f"{newest.actor} has just acted on this case ({newest.verb}); what you saw is no longer the newest",
        where=case.number,
        wanted=f"version {case.version}",
        came=f"version {doing.expected_version}",
        todo=Text(
            zh="查看差异后再提交，您的理由没有丢失",
            en="look at what changed, then submit again; your reason is not lost",
        ),
    )


def check_words(case: Case, move: Move, doing: Doing, today: int) -> None:
    """Refuse an act without its reason, dated before the newest one or after today, or of sums that cannot be."""
    if move.with_reason and not (doing.reason or "").strip():
        raise Refused(
            "casework.no_reason",
            zh=f"“{move.name.zh}”必须写明理由",
            en=f"“{move.name.en}” needs a reason",
            where=case.number,
            todo=Text(zh="用 --reason 写明理由", en="give the reason with --reason"),
        )
    _check_future(case, doing, today)
    _check_amounts(case, doing)
    if doing.day < case.last_day:
        raise Refused(
            "casework.backwards",
            zh="日期早于本案上一个动作，时间不能倒流",
            en="the day is before that of the newest act of this case; time does not run backwards",
            where=case.number,
            wanted=f"≥ {date_of(case.last_day)}",
            came=str(date_of(doing.day)),
            todo=Text(
                zh="核对电脑时钟，或写明正确日期", en="check the machine's clock, or give the right day"
            ),
        )


def _check_future(case: Case, doing: Doing, today: int) -> None:
    """Refuse an act of a day that has not come: nobody lets a party's time run out by dating ahead.

    A line of the payment audit is dated by its round, which has a clock of its own.
    """
    if case.track is Track.AUDIT or doing.day <= today:
        return
    raise Refused(
        "casework.future",
        zh="日期晚于今天：没有发生的事不能登记",
        en="the day has not come yet: what did not happen is not put on record",
        where=case.number,
        wanted=f"≤ {date_of(today)}",
        came=str(date_of(doing.day)),
        todo=Text(zh="核对日期与电脑时钟", en="check the day, and the machine's clock"),
    )


def _check_amounts(case: Case, doing: Doing) -> None:
    for kind, money in doing.amounts.items():
        if max(abs(money.fund_fen), abs(money.patient_fen)) > LARGEST_FEN:
            raise Refused(
                "casework.sums",
                zh=f"“{AMOUNT_NAMES[kind].zh}”金额大得不可能",
                en=f"the sum “{AMOUNT_NAMES[kind].en}” is larger than can be",
                where=case.number,
                wanted=f"≤ {LARGEST_FEN} fen",
                came=f"{money.total_fen} fen",
                todo=Text(zh="核对金额，单位是分", en="check the sum; its unit is the fen"),
            )


def check_free(desk: Desk, openings: Sequence[Opening]) -> None:
    """Refuse a finding whose money another case decides; a finding stays with a case that is closed."""
    wanted = [finding for one in openings for finding in one.findings]
    if not wanted:
        return
    held = store.holders(desk.unit.connection, wanted)
    taken = [
        held[finding]
        for one in openings
        for finding in one.findings
        if finding in held and held[finding].case_id not in one.taken_from
    ]
    if taken:
        raise held_by(case_number(Track(taken[0].track), taken[0].case_id), len(taken), len(wanted))
