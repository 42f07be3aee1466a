"""Who is responsible (责任认定): named by the department that made the decision, with a reason, and by nobody else.

A penalty, a notice and what an industry department did are the bureau's to follow up, a disposal is the agency's; the agency
that records the points is not asked who is responsible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yibao.access import Permission, Target, check
from yibao.archive import files
from yibao.archive.files import Fact, FactKind, NewFact, Subject, SubjectKind, in_force, standing
from yibao.archive.points.behaviours import Behaviour, behaviours, listed_behaviour, measures_of
from yibao.archive.points.model import INSTRUMENTS, Adjustment, Level, Responsible, points_refusal
from yibao.archive.points.registering import check_day, not_registered, person_of
from yibao.archive.points.rules import number, usable, value_of
from yibao.archive.points.tallying import records_of
from yibao.casework.cases import Desk, case_id, cases, links
from yibao.kernel import Json, Refused, Region, Text, date_of

_WHO = {
    FactKind.PENALIZED: Permission.POINTS_DETERMINE,
    FactKind.NOTICED: Permission.POINTS_DETERMINE,
    FactKind.INDUSTRY: Permission.POINTS_DETERMINE,
    FactKind.DISPOSED: Permission.POINTS_DETERMINE_DISPOSAL,
}


def note(
    desk: Desk, subject: int, kind: FactKind, topic: str, number_: str, authority: str, day: int, reason: str
) -> int:
    """Write a bureau's notice (通报) or an industry department's action into a file, as an instrument; give the fact.

    ``topic`` is what it is about (``procurement``, ``practice_scope``, ``licence_revoked`` or another), ``number_`` the
    number of the paper, which makes writing it twice the same as once. Raises `Refused` (``points.no_instrument``).
    """
    if kind not in (FactKind.NOTICED, FactKind.INDUSTRY):
        raise _no_instrument(str(kind), "noticed | industry")
    head = files.subject(desk.unit, subject)
    check(desk.actor, Permission.POINTS_NOTE, files.target_of(head))
    check_day(desk, day)
    body: dict[str, Json] = {"topic": topic, "paper": number_, "authority": authority}
    source = f"paper:{kind}:{number_}:{subject}"
    new = NewFact(subject, kind, day, body, source=source, reason=reason)
    return files.write_facts(desk.unit, [new], known_day=desk.today)[0]


def determine(desk: Desk, instrument: int, responsible: Sequence[Responsible], day: int) -> list[int]:
    """Write who is responsible for what an instrument decided; give the facts, one a person.

    Raises `Refused`: ``points.no_instrument`` for what is no decision (a finding, a grade, a model's score),
    ``points.annulled``, ``points.behaviour``, ``points.trigger``, ``points.not_registered``, ``points.elsewhere``,
    ``points.determined``, ``points.no_reason``, ``points.backdated``, ``access.denied`` to any other department.
    """
    what = _instrument(desk, instrument)
    check(desk.actor, _WHO[what.kind], _whose(desk, what))
    check_day(desk, day)
    if day < what.day:
        raise backdated(what, day, what.day)
    if len({one.subject for one in responsible}) < len(responsible):
        raise _determined("—", str(instrument))
    new = [_determination(desk, what, one, day) for one in responsible]
    return files.write_facts(desk.unit, new, known_day=desk.today)


def redetermine(
    desk: Desk, responsible: int, level: Level, reason: str, day: int, *, behaviour: str | None = None,
    adjusted: Adjustment | None = None, by_band: bool = False,
) -> int:  # fmt: skip
    """Take a determination back and write it anew, after an objection was heard; give the new fact.

    What rested on the old one falls with it; the agency records anew, and that record has effect from the day of the first:
    time served counts. Raises `Refused` as `determine` does.
    """
    old, what = determination(desk, responsible)
    check(desk.actor, _WHO[what.kind], _whose(desk, what))
    check_day(desk, day)
    recorded = record_on(desk, old)
    anew = Responsible(
        old.subject,
        behaviour or str(old.body["behaviour"]),
        level,
        reason,
        adjusted=adjusted,
        by_band=by_band,
    )
    files.annul(desk.unit, old.id, reason, day, known_day=desk.today)
    new = _determination(desk, what, anew, day)
    first = recorded.day if recorded is not None else old.body.get("first_day")
    body = {**new.body, "replaces": old.id, **({} if first is None else {"first_day": first})}
    return files.write_facts(desk.unit, [replace(new, body=body)], known_day=desk.today)[0]


def determination(desk: Desk, responsible: int) -> tuple[Fact, Fact]:
    """Give a determination that stands, and the instrument on which it rests.

    Raises `Refused`: ``points.not_determined`` for what is none, ``points.annulled``.
    """
    one = files.fact(desk.unit, responsible)
    if one.kind is not FactKind.RESPONSIBLE or one.rests_on is None:
        raise points_refusal(
            "not_determined", "没有责任认定，不能记分：疑点、等级、模型分数都不是依据",
            "nobody was held responsible: no finding, grade or score gives points", where=f"{responsible}",
            wanted=str(FactKind.RESPONSIBLE), came=str(one.kind),
            todo=Text(zh="由作出决定的部门认定责任：yibao points determine", en="the deciding department determines first"),
        )  # fmt: skip
    if one.id not in {f.id for f in standing(files.known_of(desk.unit, one.subject))}:
        raise annulled(one)
    return one, files.fact(desk.unit, one.rests_on)


def record_on(desk: Desk, responsible: Fact) -> Fact | None:
    """Give the record of points that stands and rests on a determination; None where there is none."""
    known = standing(files.known_of(desk.unit, responsible.subject))
    return next((f for f in known if f.kind is FactKind.POINTS and f.rests_on == responsible.id), None)


def region_of(desk: Desk, what: Fact) -> Region:
    """Give the region in which an instrument was made: its case's, or that of the file in which it stands."""
    number_ = what.body.get("case")
    if number_ is not None:
        return Region(cases(desk.unit, [case_id(str(number_))])[0].region)
    return Region(files.subject(desk.unit, what.subject).region)


def moment(desk: Desk, what: Fact, recorded: int) -> int:
    """Give the day to whose year points belong: that of the instrument, or of the record, as the region has it."""
    by = desk.policy.at("archive.points.moment", recorded).value
    return what.day if by == "instrument" else recorded


def _instrument(desk: Desk, instrument: int) -> Fact:
    what = files.fact(desk.unit, instrument)
    if what.kind not in INSTRUMENTS:
        raise _no_instrument(f"{instrument} {what.kind}", " | ".join(INSTRUMENTS))
    if what.id not in {f.id for f in standing(files.known_of(desk.unit, what.subject))}:
        raise annulled(what)
    return what


def _whose(desk: Desk, what: Fact) -> Target:
    head = files.subject(desk.unit, what.subject)
    number_ = what.body.get("case")
    return replace(
        files.target_of(head), region=region_of(desk, what), subject=None if number_ is None else str(number_)
    )


def _determination(desk: Desk, what: Fact, one: Responsible, day: int) -> NewFact:
    head = person_of(desk, one.subject)
    if not one.reason.strip():
        raise points_refusal(
            "no_reason", "责任认定须写明理由", "holding somebody responsible needs a reason", where=head.number, came="—",
            todo=Text(zh="写明事实和责任程度的依据", en="give the facts and why so far"),
        )  # fmt: skip
    facts = files.known_of(desk.unit, one.subject)
    behaviour = listed_behaviour(desk.policy, one.behaviour, day)
    _check_trigger(desk, behaviour, what, head)
    _check_place(facts, what, head)
    if any(f.kind is FactKind.RESPONSIBLE and f.rests_on == what.id for f in standing(facts)):
        raise _determined(head.number, str(what.id))
    if behaviour.repeats:
        _check_repeats(desk, facts, what, head)
    earlier = sum(1 for f in facts if f.kind is FactKind.RESPONSIBLE and f.rests_on == what.id)
    body: dict[str, Json] = {
        "behaviour": behaviour.code, "level": str(one.level), "instrument": str(what.kind),
        "value": value_of(desk.policy, one, day), "cases": list(_chain(desk, what)),
        "region": region_of(desk, what).code,
    }  # fmt: skip
    if one.adjusted is not None:
        body |= {"adjusted": str(one.adjusted), "by_band": one.by_band}
    source = f"points:{what.id}:{one.subject}:{earlier}"
    return NewFact(one.subject, FactKind.RESPONSIBLE, day, body, what.id, source, one.reason)


def _chain(desk: Desk, what: Fact) -> tuple[str, ...]:
    """Give the cases that are about one conduct: the instrument's own, and those from or to which findings went."""
    number_ = what.body.get("case")
    if number_ is None:
        return ()
    found, front = {str(number_)}, [str(number_)]
    while front:
        ends = {
            end
            for one in front
            for link in links(desk.unit, case_id(one))
            for end in (link.source, link.target)
        }
        front = sorted(ends - found)
        found |= ends
    return tuple(sorted(found))


def _check_trigger(desk: Desk, behaviour: Behaviour, what: Fact, head: Subject) -> None:
    fits = behaviour.triggered_by(what) and (not behaviour.counted or _enough(desk, behaviour, what))
    if not fits:
        possible = [b.code for b in usable(desk.policy, what.day) if b.triggered_by(what)]
        raise points_refusal(
            "trigger", f"这份文书不触发情形 {behaviour.code}：{behaviour.text.zh}",
            f"this instrument does not give behaviour {behaviour.code}: {behaviour.text.en}", where=head.number,
            wanted=", ".join(possible) or "—",
            came=f"{what.kind} {what.body.get('article') or what.body.get('topic') or ''}",
            todo=Text(zh="核对处罚的条款、协议处理的措施或次数", en="check article, measures, or how many there were"),
        )  # fmt: skip


def _enough(desk: Desk, behaviour: Behaviour, what: Fact) -> bool:
    """Tell whether the institution has had so many such disposals in the natural year, this one among them."""
    year = date_of(what.day).year
    known = in_force(files.known_of(desk.unit, what.subject), what.day)
    like = [
        f for f in known
        if f.kind is FactKind.DISPOSED and date_of(f.day).year == year and measures_of(f.body) & set(behaviour.measures)
    ]  # fmt: skip
    return len(like) >= number(desk.policy, "light_disposals", what.day)


def _check_place(facts: Sequence[Fact], what: Fact, head: Subject) -> None:
    """Refuse somebody who was not registered by the day of the decision, or never at the institution it is about."""
    joined = [f for f in in_force(facts, what.day) if f.kind in (FactKind.REGISTERED, FactKind.MOVED)]
    if not joined:
        raise not_registered(head)
    places = {f.body.get("institution", f.body.get("to")) for f in joined}
    if what.kind is FactKind.INDUSTRY or what.subject in places:
        return
    raise points_refusal(
        "elsewhere", "此人没有在这份文书所处理的机构登记备案", "this person was not registered at the institution concerned",
        where=head.number, wanted=files.subject_number(SubjectKind.INSTITUTION, what.subject),
        came=", ".join(files.subject_number(SubjectKind.INSTITUTION, int(one)) for one in sorted(places) if one),
        todo=Text(zh="核对人员与机构", en="check the person and the institution"),
    )  # fmt: skip


def _check_repeats(desk: Desk, facts: Sequence[Fact], what: Fact, head: Subject) -> None:
    """Refuse a repetition that is none: the same violation gave 1 to 6 points in this natural year, for other conduct."""
    year, mine = date_of(what.day).year, set(_chain(desk, what))
    same = {code for code, one in behaviours().items() if code[0] in "AB" and one.triggered_by(what)}
    before = [r for r in records_of(in_force(facts, what.day)) if r.year == year and not r.cases & mine]
    if not any(r.behaviour in same for r in before):
        raise points_refusal(
            "no_repetition", "同一自然年度内没有因同一违法违规行为记过 1–6 分，不是再次出现",
            "the same violation gave no 1 to 6 points in this natural year: it is no repetition", where=head.number,
            wanted=", ".join(sorted(same)) or "—", came=", ".join(r.behaviour for r in before) or "—",
            todo=Text(zh="按初次的情形认定", en="determine it as it would be the first time"),
        )  # fmt: skip


def annulled(one: Fact) -> Refused:
    """Say that a fact counts no more."""
    return points_refusal(
        "annulled", "这一事实已经撤销，不能再作为依据", "this fact was annulled, and nothing can rest on it",
        where=str(one.id), came=str(one.kind), todo=Text(zh="重新作出决定后再认定", en="determine on the new decision"),
    )  # fmt: skip


def backdated(what: Fact, day: int, first: int) -> Refused:
    """Say that a day lies before what it rests on, or too far back."""
    return points_refusal(
        "backdated", "日期倒填：早于它的依据，或早于可以登记的日期",
        "dated back: before what it rests on, or before the day that may be written", where=f"{what.kind} {what.id}",
        wanted=f"≥ {date_of(first)}", came=str(date_of(day)),
        todo=Text(zh="按实际办理的日期登记", en="write it under the day on which it is done"),
    )  # fmt: skip


def _no_instrument(came: str, wanted: str) -> Refused:
    return points_refusal(
        "no_instrument", "记分只能依据处罚、协议处理、通报或行业主管部门的处理；疑点、等级、模型不能触发记分",
        "points rest on a penalty, disposal, notice or industry action, never on a finding, a grade or a model",
        wanted=wanted, came=came, todo=Text(zh="先由有权部门作出决定", en="let whoever may decide, decide first"),
    )  # fmt: skip


def _determined(where: str, came: str) -> Refused:
    return points_refusal(
        "determined", "这个人就这份文书已经认定过责任：同一行为只认定一次",
        "this person was held responsible on this instrument already: one conduct, once", where=where, came=came,
        todo=Text(zh="有异议的走记分异议，由认定部门重新认定", en="an objection lets the department determine anew"),
    )  # fmt: skip
