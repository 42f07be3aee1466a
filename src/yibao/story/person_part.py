"""The doctor's part: registered and committed, held responsible, points, objection, training, and the grade."""

from __future__ import annotations

from yibao.archive import credit, files, points
from yibao.archive.credit import Grade
from yibao.archive.files import Fact, FactKind, Subject, SubjectKind, standing
from yibao.archive.points import STATUS_NAMES, Level, Person, PersonClass, Responsible
from yibao.kernel import Text, date_of
from yibao.remedy import Change, Filing, Result, act, decide_points, insist, object_to_points, received
from yibao.story.plot import Plot
from yibao.story.stage import Stage


def register(stage: Stage, plot: Plot) -> Subject:
    """Register the doctor at the institution, with his commitment, where that was not done before."""
    cast = stage.cast
    head = stage.by(
        cast.clerk, lambda d: files.of_lake(d.unit, SubjectKind.PRACTITIONER, plot.practitioner_id)
    )
    place = stage.by(
        cast.clerk, lambda d: files.of_lake(d.unit, SubjectKind.INSTITUTION, plot.institution_id)
    )
    person = Person(head.code or "", head.name, PersonClass.DOCTOR, head.lake_key)
    if not stage.by(cast.clerk, lambda d: points.status(d.unit, d.policy, head.id, stage.day)).places:
        stage.by(cast.clerk, lambda d: points.register(d, person, place.id, stage.day))
    stage.step(
        Text(zh="登记备案与服务承诺", en="registered, and committed"), cast.clerk,
        lambda d: points.commit_to_service(d, head.id, stage.day),
        lambda _: Text(zh=f"{head.number} 在 {place.code} 登记备案并签署承诺", en=f"{head.number} at {place.code}"),
    )  # fmt: skip
    return head


def name_responsible(stage: Stage, doctor: Subject, instrument: Fact, behaviour: str, level: Level) -> int:
    """Let the bureau name who is responsible, and the agency record the points; give the fact of the points."""
    cast = stage.cast
    held = Responsible(doctor.id, behaviour, level, "开具并签署了有关医嘱")
    [found] = stage.step(
        Text(zh="责任认定", en="responsibility named"), cast.head,
        lambda d: points.determine(d, instrument.id, [held], stage.day),
        lambda _: Text(
            zh=f"{doctor.number}：情形 {behaviour}，{_level(level).zh}", en=f"{doctor.number}: {behaviour}, {level}"
        ),
    )  # fmt: skip
    stage.later(1)
    return record(stage, doctor, found)


def record(stage: Stage, doctor: Subject, responsible: int) -> int:
    """Let the agency record the points of a determination, and say what follows for the status."""
    return stage.step(
        Text(zh="记分", en="points recorded"), stage.cast.clerk, lambda d: points.record(d, responsible, stage.day),
        lambda _: where_stands(stage, doctor),
    )  # fmt: skip


def object_and_review(stage: Stage, plot: Plot, doctor: Subject, number: int) -> int:
    """Play the objection to points: filed in time, explained, reviewed by somebody else, changed; give the new points."""
    cast = stage.cast
    himself = cast.doctor(plot.practitioner_id)
    stage.by(cast.clerk, lambda d: received(d, number, stage.day))
    stage.later(3)
    filing = Filing(signed=True, stamped_by=plot.institution_id)
    case = stage.step(
        Text(zh="记分异议", en="objection to points"), himself,
        lambda d: object_to_points(d, number, filing, stage.doing("仅按上级医师口头医嘱开单，未参与伪造文书")),
        lambda one: Text(
            zh=f"{one.number}：本人签名、机构盖章，在期限内", en=f"{one.number}: signed, stamped, in time"
        ),
    )  # fmt: skip
    stage.later(1)
    stage.by(
        cast.second_clerk, lambda d: act(d, case.id, "explain", stage.doing("说明记分依据和责任认定理由"))
    )
    stage.later(1)
    stage.by(himself, lambda d: insist(d, case.id, stage.doing("不接受解释，请求复核")))
    stage.later(3)
    found = stage.step(
        Text(zh="复核：责任重新认定", en="reviewed: responsibility determined anew"), cast.second_head,
        lambda d: decide_points(
            d, case.id, Result.CHANGED, stage.doing("经查未参与伪造，负一般责任"), Change(level=str(Level.GENERAL))
        ),
        lambda _: Text(zh="由主要责任改为一般责任；由另一人复核", en="from main to general, by somebody else"),
    )  # fmt: skip
    assert found is not None
    stage.later(1)
    made = record(stage, doctor, found)
    stage.by(cast.second_clerk, lambda d: act(d, case.id, "reply", stage.doing("送达复核结论")))
    return made


def train(stage: Stage, doctor: Subject, times: int) -> None:
    """Let the doctor take part in trainings, each of which takes a point off."""
    for number in range(1, times):
        stage.by(
            stage.cast.clerk,
            lambda d, n=number: points.train(d, doctor.id, f"医保政策培训第{n}期", stage.day),  # type: ignore[misc]
        )
        stage.later(5)
    stage.step(
        Text(zh="培训修复", en="repaired by training"), stage.cast.clerk,
        lambda d: points.train(d, doctor.id, f"医保政策培训第{times}期", stage.day),
        lambda _: where_stands(stage, doctor),
    )  # fmt: skip


def rate(stage: Stage, doctor: Subject) -> Grade:
    """Play a rating: provisional, told, the time to object, confirmed by somebody else; give the grade."""
    cast, house, day = stage.cast, stage.house, stage.day
    figures = credit.measure(house.home, house.register, stage.policy, day, head=doctor)
    [rated] = stage.by(cast.clerk, lambda d: credit.rate(d, [doctor.number], figures, day))
    assert rated.fact is not None and rated.scored is not None, rated.as_json()
    fact, shown = rated.fact, rated.scored
    stage.by(cast.clerk, lambda d: credit.notice(d, fact, stage.day))
    told = standing(stage.by(cast.clerk, lambda d: files.facts_of(d.unit, doctor.id)))
    until = next(f for f in told if f.kind is FactKind.RATING_NOTICED and f.rests_on == fact)
    stage.later(int(until.body["objections_until"]) + 1 - stage.day)
    return stage.step(
        Text(zh="信用等级确认", en="grade confirmed"), cast.head,
        lambda d: credit.confirm(d, fact, figures, stage.day),
        lambda one: Text(
            zh=f"{doctor.number}：{shown.shown} 分，{one.grade} 级（{date_of(day)} 预评定、告知，期满无异议，另一人确认）",
            en=f"{doctor.number}: {shown.shown}, grade {one.grade} (rated, told, no objection, confirmed by another)",
        ),
    )  # fmt: skip


def where_stands(stage: Stage, doctor: Subject) -> Text:
    """Say where the doctor stands now: points in the year, status, until when."""
    now = stage.by(stage.cast.clerk, lambda d: points.status(d.unit, d.policy, doctor.id, stage.day))
    total, until = now.points_in(date_of(stage.day).year), now.answer.until
    end = "" if until is None else f"，至 {date_of(until)}"
    name = STATUS_NAMES[now.status]
    return Text(
        zh=f"本年度 {total} 分，支付资格{name.zh}{end}",
        en=f"{total} points in the year, {name.en}{'' if until is None else f' until {date_of(until)}'}",
    )


def newest(stage: Stage, subject: int, kind: FactKind) -> Fact:
    """Give the newest fact of a kind that stands in a file."""
    counted = standing(stage.by(stage.cast.clerk, lambda d: files.facts_of(d.unit, subject)))
    return [one for one in counted if one.kind is kind][-1]


def _level(level: Level) -> Text:
    names = {Level.GENERAL: "一般责任", Level.IMPORTANT: "重要责任", Level.MAIN: "主要责任"}
    return Text(zh=names[level], en=str(level))
