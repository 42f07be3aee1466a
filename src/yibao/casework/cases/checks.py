"""What keeps an act from being done: no right to it, no such case, another track, an old look, no reason, money held."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from yibao.access import Permission, Target, check
from yibao.casework.cases import store
from yibao.casework.cases.desk import Desk, Opening, Step
from yibao.casework.cases.machine import Machine, Move
from yibao.casework.cases.model import Case, Doing, Track, case_number
from yibao.kernel import Refused, Region, Text, date_of


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
    asked: set[tuple[str, Target]] = set()
    for case, move, _ in steps:
        done_by = me & did.get(case.id, set()) if move.other_than else frozenset()
        target = Target(
            region=Region(case.region),
            institution_id=case.institution_id,
            person_id=case.person_id,
            subject=case.number if case.number in desk.actor.recused else None,
            done_by=done_by,
        )
        if (move.permission, target) not in asked:
            asked.add((move.permission, target))
            check(desk.actor, Permission(move.permission), target)


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


def check_words(case: Case, move: Move, doing: Doing) -> None:
    """Refuse an act without its reason, or dated before the newest one."""
    if move.with_reason and not (doing.reason or "").strip():
        raise Refused(
            "casework.no_reason",
            zh=f"“{move.name.zh}”必须写明理由",
            en=f"“{move.name.en}” needs a reason",
            where=case.number,
            todo=Text(zh="用 --reason 写明理由", en="give the reason with --reason"),
        )
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
        raise Refused(
            "casework.held",
            zh="疑点的资金已由另一案件决定：同一笔钱只决定一次",
            en="another case decides the money of this finding: money is decided once",
            where=case_number(Track(taken[0].track), taken[0].case_id),
            came=f"{len(taken)} / {len(wanted)}",
            todo=Text(zh="在该案件中办理，或先转出", en="act in that case, or transfer it first"),
        )
