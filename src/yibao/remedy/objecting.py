"""Objecting (记分异议、信用异议): filed in time by whom it concerns, explained or checked, decided by somebody else.

What comes of it is not written over what was: the wrong fact is annulled, a right one written where it is changed, and
points, status, grade and effects follow by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from yibao.access import Permission, Target, check
from yibao.archive import credit, files
from yibao.archive.credit import DataError
from yibao.archive.files import Fact, FactKind, NewFact
from yibao.casework.cases import Case, Desk, Doing, act_on, acts, case_clocks, cases, open_cases
from yibao.kernel import Json, Refused, Region, Text, date_of
from yibao.remedy import asking, clocks, store
from yibao.remedy.finding import (
    About,
    about,
    check_yours,
    earlier,
    instrument_of,
    opening_of,
    region_of,
    taken,
)
from yibao.remedy.guards import (
    check_in_time,
    check_once,
    check_signed,
    check_standing,
    expired,
    wrong_fact,
)
from yibao.remedy.machines import CREDIT, MACHINES, POINTS, CreditState
from yibao.remedy.model import KIND_NAMES, Change, Filing, Kind, Remedy, Result
from yibao.store import UnitOfWork

RATINGS = (FactKind.RATED, FactKind.RATING_NOTICED, FactKind.RATING_CONFIRMED)
OBJECTIONABLE = (FactKind.OBSERVED, *RATINGS)
"""What a credit objection is about: a fact of an indicator, a provisional grade, a grade."""
_JOINED = (FactKind.REGISTERED, FactKind.MOVED)
POINTS_PERIOD = "archive.points.appeal"
CREDIT_PERIOD = "archive.credit.objection_days"
"""The policy parameters of the periods in which somebody may object, from the day of receipt."""


def object_to_points(desk: Desk, number: int, filing: Filing, doing: Doing) -> Case:
    """Object to points (记分异议): signed by the person, stamped by the institution, in time from the receipt.

    ``number`` is the fact of the points. Raises `Refused`: ``remedy.wrong_fact``, ``remedy.not_yours``,
    ``remedy.unsigned``, ``remedy.fallen``, ``remedy.twice``, ``remedy.withdrawn``, ``remedy.expired``.
    """
    of = about(desk.unit, number)
    if of.fact.kind is not FactKind.POINTS:
        raise wrong_fact(
            of.fact, [FactKind.POINTS],
            Text(zh="信用事项用 --kind credit；对处罚不服的，走行政复议或诉讼",
                 en="of credit: --kind credit; against a penalty ask for review or sue"),
        )  # fmt: skip
    _check_stamp(desk, of, filing)
    return _file(desk, Kind.POINTS, of, filing, doing, POINTS_PERIOD, stamp=True)


def _check_stamp(desk: Desk, of: About, filing: Filing) -> None:
    """Refuse the stamp of an institution at which the person was never registered (``remedy.other_stamp``)."""
    named = (one.body.get("institution", one.body.get("to")) for one in of.counted if one.kind in _JOINED)
    places = {int(one) for one in named if one is not None} | {instrument_of(desk.unit, of.fact).subject}
    keys = {files.subject(desk.unit, one).lake_key for one in sorted(places)}
    if filing.stamped_by is None or filing.stamped_by in keys:
        return
    raise Refused(
        "remedy.other_stamp",
        zh="盖章的机构不是本人登记备案的机构",
        en="the institution that stamped it is none at which the person is registered",
        where=of.head.number,
        wanted=", ".join(str(key) for key in sorted(k for k in keys if k is not None)),
        came=str(filing.stamped_by),
        todo=Text(
            zh="由本人登记备案的机构盖章", en="let the institution stamp it at which the person is registered"
        ),
    )


def object_to_credit(desk: Desk, number: int, filing: Filing, doing: Doing) -> Case:
    """Object to credit (信用异议): to a fact of an indicator, to a provisional grade, or to a grade.

    Raises `Refused` as `object_to_points` does.
    """
    of = about(desk.unit, number)
    if of.fact.kind not in OBJECTIONABLE:
        raise wrong_fact(
            of.fact, OBJECTIONABLE,
            Text(zh="记分用 --kind points；对处罚、协议处理决定不服的，走行政复议、诉讼或陈述申辩",
                 en="of points: --kind points; against a penalty or a disposal ask for review or sue"),
        )  # fmt: skip
    return _file(desk, Kind.CREDIT, of, filing, doing, CREDIT_PERIOD, stamp=False)


def _file(desk: Desk, kind: Kind, of: About, filing: Filing, doing: Doing, key: str, *, stamp: bool) -> Case:
    where = of.head.number
    opening = opening_of(
        of.head, KIND_NAMES[kind].zh, region_of(desk.unit, of.fact, of.head), filing.stamped_by
    )
    check_yours(desk, opening, where)
    check_standing(of.fact, of.counted, where)
    again = bool(desk.policy.at("remedy.objection.again_after_withdrawal", doing.day).value)
    check_once(kind, earlier(desk.unit, kind, of.fact.id), again=again)
    start = store.receipts(desk.unit.connection, [of.fact.id]).get(of.fact.id)
    told = of.fact.body.get("objections_until")
    if told is not None and doing.day > int(told):
        raise expired(where, KIND_NAMES[kind], int(told), doing.day, CREDIT_PERIOD)
    if start is None and of.fact.kind in RATINGS:
        start = of.fact.day  # a grade is told by its own fact
    if start is not None and told is None:
        check_in_time(desk.policy, key, KIND_NAMES[kind], start, doing.day, where)
    check_signed(filing, stamp=stamp, where=where)
    body: dict[str, Json] = {
        "fact": of.fact.id, "signed": filing.signed,
        "stamped_by": None if filing.stamped_by is None else str(filing.stamped_by),
        "sha256": [digest for _, digest in filing.evidence], "received": start, "period": key,
    }  # fmt: skip
    made = open_cases(desk, MACHINES[kind], "file", [(opening, replace(doing, body=body))])[0]
    store.add(desk.unit.connection, made.id, kind, subject=of.head.id, fact=of.fact.id)
    return made


def insist(desk: Desk, case_id: int, doing: Doing) -> int:
    """Insist on a review after the explanation, in time (``remedy.expired``)."""
    found = taken(desk, case_id, Kind.POINTS, "insist")
    for clock in case_clocks(desk.unit, case_id):
        kind = clocks.POINTS_INSIST
        late = clock.running.kind == kind.name and clock.due_day is not None and doing.day > clock.due_day
        if late and clock.stopped_day is None and clock.due_day is not None:
            raise expired(found.case.number, kind.text, clock.due_day, doing.day, clock.basis)
    return act_on(desk, POINTS, "insist", {case_id: doing})[case_id]


def let_lapse(desk: Desk, case_id: int, doing: Doing) -> int:
    """Let an objection lapse of which nothing more was heard after the explanation; refuses before its time is over."""
    found = taken(desk, case_id, Kind.POINTS, "let_lapse")
    due = next(
        (c.due_day for c in reversed(case_clocks(desk.unit, case_id)) if c.running.kind == "points_insist"),
        None,
    )
    if due is None or doing.day <= due:
        raise Refused(
            "remedy.not_over",
            zh="本人还可以要求复核，期限未满",
            en="the person may still insist on a review",
            where=found.case.number,
            wanted="—" if due is None else f"> {date_of(due)}",
            came=str(date_of(doing.day)),
            todo=Text(zh="等期限届满，或登记本人的意见", en="wait, or record what the person says"),
        )
    return act_on(desk, POINTS, "let_lapse", {case_id: doing})[case_id]


def decide_points(
    desk: Desk, case_id: int, result: Result, doing: Doing, change: Change | None = None
) -> int | None:
    """Decide the review of points: upheld, changed to something lighter, or annulled; give the new determination.

    Done by the department that determined, but by somebody else. What is changed the agency records anew
    (`points.record`). Raises `Refused`: ``access.four_eyes``, ``access.denied``, ``remedy.heavier``, ``remedy.change``.
    """
    found = taken(desk, case_id, Kind.POINTS, "decide")
    points = files.fact(desk.unit, found.fact or 0)
    responsible = files.fact(desk.unit, points.rests_on or 0)
    _check_department(desk, found, instrument_of(desk.unit, points), responsible)
    check_standing(points, about(desk.unit, points.id).counted, found.case.number)
    _check_change(desk, found, responsible, result, change, doing.day)
    body: dict[str, Json] = {"result": str(result), "fact": points.id}
    if change is not None:
        body |= {"behaviour": change.behaviour, "level": change.level}
    act_on(desk, POINTS, "decide", {case_id: replace(doing, body=body)})
    reason = doing.reason or found.case.number
    if result is Result.ANNULLED:
        _annul(desk, case_id, responsible, reason, doing.day)
        asking.effects_follow(desk.unit, responsible.subject)
        return None
    if result is Result.CHANGED and change is not None:
        anew = asking.redetermine(desk, responsible, change, reason, doing.day)
        asking.effects_follow(desk.unit, responsible.subject)
        return anew
    return None


def _check_department(desk: Desk, found: Remedy, instrument: Fact, determined: Fact) -> None:
    """Refuse who is not of the department that made the instrument, and who determined the first time."""
    disposed = instrument.kind is FactKind.DISPOSED
    permission = Permission.POINTS_DETERMINE_DISPOSAL if disposed else Permission.POINTS_DETERMINE
    case = instrument.body.get("case")  # who was recused from the decision stays out of what follows from it
    where = Target(
        Region(found.case.region), found.case.institution_id, subject=str(case or found.case.number)
    )
    check(desk.actor, permission, where)
    mine = frozenset({desk.actor.name} & {determined.actor})
    check(desk.actor, Permission.REMEDY_DECIDE, replace(where, done_by=mine))


def _check_change(
    desk: Desk, found: Remedy, responsible: Fact, result: Result, change: Change | None, day: int
) -> None:
    if (change is not None) != (result is Result.CHANGED):
        raise Refused(
            "remedy.change",
            zh="变更须写明改为什么情形、什么责任；维持和撤销不写",
            en="a change says to which behaviour and level; upholding and annulling do not",
            where=found.case.number,
            wanted="--level | --behaviour" if result is Result.CHANGED else "—",
            came=str(change or "—"),
            todo=Text(zh="补充或删去 --level、--behaviour", en="add or leave out --level, --behaviour"),
        )
    if change is None:
        return
    before, now = asking.weight(desk, responsible, None, day), asking.weight(desk, responsible, change, day)
    if now < before:
        return
    raise Refused(
        "remedy.heavier",
        zh="复核不得加重：提出异议的人不因异议受更重的处理；不变的，作出维持结论",
        en="a review makes nothing heavier: nobody is worse off for having objected; where nothing changes, uphold",
        where=found.case.number,
        wanted=f"< {before}",
        came=str(now),
        todo=Text(
            zh="维持（--result upheld），或改为较轻的情形、责任",
            en="uphold it (--result upheld), or change it to something lighter",
        ),
    )


def decide_credit(
    desk: Desk,
    case_id: int,
    result: Result,
    doing: Doing,
    *,
    corrected: Mapping[str, Json] | None = None,
    error: DataError | None = None,
) -> int | None:
    """Decide an objection to credit: upheld, changed to a corrected fact, or annulled; give the corrected fact.

    A provisional grade that proves wrong is sent back for the documented ``error`` of its data, to be computed anew, never
    set by hand; a grade that was confirmed is annulled and rated anew. Done by another than who made the fact. Raises
    `Refused`: ``access.four_eyes``, ``remedy.by_hand`` where a grade was to be set, ``credit.no_error``.
    """
    found = taken(desk, case_id, Kind.CREDIT, "decide")
    fact = files.fact(desk.unit, found.fact or 0)
    if corrected is not None and (fact.kind in RATINGS or result is not Result.CHANGED):
        raise Refused(
            "remedy.by_hand",
            zh="得分和等级不由人填写：改正下面的事实，等级重新计算",
            en="no score or grade is set by hand: correct the fact underneath, and the grade is computed anew",
            where=found.case.number,
            came=str(dict(corrected)),
            todo=Text(
                zh="对有误的事实提出异议并更正", en="object to the fact that is wrong, and correct that"
            ),
        )
    unknown = sorted(set(corrected or {}) - set(fact.body))
    if unknown:
        raise Refused(
            "remedy.no_value",
            zh="这一事实没有要更正的这些值",
            en="the fact has no such values to correct",
            where=found.case.number,
            wanted=" | ".join(sorted(fact.body)),
            came=", ".join(unknown),
            todo=Text(zh="写明事实中已有的名称", en="name what the fact says"),
        )
    mine = frozenset({desk.actor.name} & {fact.actor})
    where = Target(Region(found.case.region), subject=found.case.number, done_by=mine)
    check(desk.actor, Permission.REMEDY_DECIDE, where)
    body: dict[str, Json] = {"result": str(result), "fact": fact.id}
    act_on(desk, CREDIT, "decide", {case_id: replace(doing, body=body)})
    if result is Result.UPHELD:
        return None
    reason = doing.reason or found.case.number
    fallen = _rating_behind(desk, fact)
    if fact.kind in (FactKind.RATED, FactKind.RATING_NOTICED):
        credit.send_back(desk, fallen.id, error or DataError("", ""), reason, doing.day)
    else:
        _annul(desk, case_id, fallen, reason, doing.day)
    asking.effects_follow(desk.unit, fact.subject)
    if corrected is None:
        return None
    new = NewFact(
        fact.subject, fact.kind, fact.day, {**fact.body, **corrected}, fact.rests_on,
        f"remedy:{case_id}:corrected", reason,
    )  # fmt: skip
    return files.write_facts(desk.unit, [new], known_day=desk.today)[0]


def _rating_behind(desk: Desk, fact: Fact) -> Fact:
    """Give what is annulled: of a grade the computed rating on which notice and confirmation rest, so that all fall."""
    while fact.kind in RATINGS and fact.kind is not FactKind.RATED and fact.rests_on is not None:
        fact = files.fact(desk.unit, fact.rests_on)
    return fact


def _annul(desk: Desk, case_id: int, fact: Fact, reason: str, day: int) -> None:
    source = f"remedy:{case_id}:annulled"
    files.annul(desk.unit, fact.id, reason, day, source=source, known_day=desk.today)


def result_of(desk: Desk, case_id: int) -> Result | None:
    """Give what came of an objection; None before it was decided."""
    decided = [one for one in acts(desk.unit, case_id) if one.verb == "decide"]
    return Result(str(decided[-1].body["result"])) if decided else None


def open_objection(unit: UnitOfWork, rated: int) -> str | None:
    """Give the objection that is open against a provisional grade, by number; None where there is none.

    Who confirms a grade asks this first (`credit.confirm`).
    """
    told = [one.id for one in files.resting(unit, [rated]) if one.kind is FactKind.RATING_NOTICED]
    rows = store.about_facts(unit.connection, [rated, *told])
    waiting = [one for one in cases(unit, [row.case_id for row in rows]) if one.state not in CREDIT.ends]
    undecided = [one for one in waiting if one.state != CreditState.DECIDED]
    return undecided[0].number if undecided else None
