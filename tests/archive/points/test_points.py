"""Held responsible and recorded: who may, on what, and what is refused with which words."""

from __future__ import annotations

from dataclasses import replace

from tests.archive.points.town import DAY, OTHER, POLICY, Town, held, refused
from tests.casework.cases import people
from tests.casework.cases.people import (
    AGENCY_HEAD,
    CITY,
    CLERK,
    HEAD,
    HOSPITAL,
    REVIEWER,
    SECOND_CLERK,
    ZHAO,
    person,
)
from tests.casework.cases.plant import plant

from yibao.access import Actor, Role
from yibao.archive import files, points
from yibao.archive.files import FactKind
from yibao.archive.points import (
    Adjustment,
    Level,
    Status,
)
from yibao.casework import agreement
from yibao.casework.agreement import Measure, Taken
from yibao.casework.cases import Doing, Opening
from yibao.kernel import ymd_of
from yibao.policy import load


def test_from_registration_to_the_end_and_back(town: Town) -> None:
    """The loop of a person: 12 points and ended, re-determined to 10 and suspended, annulled and normal again."""
    one = town.doctor()
    what = town.penalty()
    [said] = town.determine(what, held(one))
    assert town.status(one).status is Status.NORMAL, "responsible, and nothing recorded yet"
    first = town.on(20260310)
    town.record(said)
    ended = town.status(one)
    assert (ended.status, ended.points_in(2026), ended.intervals[0].single) == (Status.TERMINATED, 12, True)
    town.on(20260401)
    again = town.by(HEAD, lambda d: points.redetermine(d, said, Level.GENERAL, "只起辅助作用", d.today))
    assert town.status(one).status is Status.NORMAL, "the record fell with what it rested on"
    town.on(20260403)
    town.record(again)
    found = town.status(one)
    assert (found.status, found.points_in(2026)) == (Status.SUSPENDED, 10)
    assert [(i.from_day, ymd_of(i.until or 0)) for i in found.intervals] == [(first, 20260710)], (
        "time served counts"
    )
    town.by(HEAD, lambda d: files.annul(d.unit, what, "复议撤销", d.today, known_day=d.today))
    assert town.status(one).status is Status.NORMAL and town.status(one).why == ()
    town.on(20260420)
    [lighter] = town.determine(town.penalty("art_38"), held(one, "B1"))
    town.record(lighter)
    assert (town.status(one).points_in(2026), town.status(one).to_interview) == (6, True)
    town.by(CLERK, lambda d: points.train(d, one, "培训-2026-1", d.today))
    town.by(CLERK, lambda d: points.train(d, one, "培训-2026-1", d.today))
    assert town.status(one).points_in(2026) == 5, "one event counts once"
    reason = town.by(CLERK, lambda d: files.facts_of(d.unit, one))
    assert "笔录" not in str([f.body for f in reason]), "the reason names people, and is not in the body"
    assert town.by(CLERK, lambda d: files.verify_files(d.unit))[1] == []


def test_only_the_department_that_decided_determines_and_only_the_agency_records(town: Town) -> None:
    one = town.doctor()
    penalty = town.penalty()
    disposal = town.fact(town.hospital, FactKind.DISPOSED, {"measures": [{"measure": "withhold"}]})
    for actor in (
        AGENCY_HEAD,
        CLERK,
        ZHAO,
        HOSPITAL,
        person("far", Role.DECIDING_HEAD, region=people.ELSEWHERE),
    ):
        with refused("access.denied"):
            town.determine(penalty, held(one), by=actor)
    with refused("access.denied"):
        town.determine(disposal, held(one, "A1"), by=HEAD)
    [said] = town.determine(penalty, held(one))
    [light] = town.determine(disposal, held(one, "A1"), by=AGENCY_HEAD)
    for actor in (HEAD, AGENCY_HEAD, REVIEWER, HOSPITAL):
        with refused("access.denied"):
            town.record(said, by=actor)
    both = person("both", Role.AGENCY_CLERK, Role.DECIDING_HEAD)
    with refused("access.four_eyes"):
        [mine] = town.determine(town.penalty("art_38"), held(one, "B1"), by=both)
        town.record(mine, by=both)
    town.record(said)
    town.record(light, by=SECOND_CLERK)
    assert town.status(one).points_in(2026) == 12


def test_findings_grades_and_models_give_no_points(town: Town) -> None:
    one = town.doctor()
    other = {
        kind: town.fact(town.hospital, kind, {"indicator": "x", "score": 1})
        for kind in (
            FactKind.OBSERVED,
            FactKind.RATED,
            FactKind.RATING_CONFIRMED,
            FactKind.JUDGED,
            FactKind.LISTED,
        )
    }
    for kind, fact in other.items():
        with refused("points.no_instrument") as said:
            town.determine(fact, held(one))
        assert str(kind) in (said.value.came or "") and "疑点" in said.value.text.zh
        with refused("points.not_determined"):
            town.record(fact)
    with refused("points.not_determined"):
        town.record(town.penalty())


def test_an_instrument_gives_what_it_can_give(town: Town) -> None:
    one = town.doctor()
    with refused("points.trigger") as said:
        town.determine(town.penalty("art_38"), held(one, "D1"))
    assert said.value.wanted == "B1, C1, C2"
    with refused("points.trigger"):
        town.determine(town.penalty("art_41_1"), held(one, "B1"))
    with refused("points.behaviour"):
        town.determine(town.penalty(), held(one, "D9"))
    with refused("points.behaviour"):
        town.determine(town.penalty(), held(one, "Z9"))
    with refused("points.no_reason"):
        town.determine(town.penalty(), replace(held(one), reason=" "))
    light = {"measures": [{"measure": "interview"}]}
    two = [town.fact(town.hospital, FactKind.DISPOSED, light) for _ in range(2)]
    with refused("points.trigger"):
        town.determine(two[1], held(one, "A2"), by=AGENCY_HEAD)
    third = town.fact(town.hospital, FactKind.DISPOSED, light)
    [said_] = town.determine(third, held(one, "A2", Level.GENERAL), by=AGENCY_HEAD)
    town.record(said_)
    assert town.status(one).points_in(2026) == 1


def test_notices_and_industry_actions_where_the_region_lists_them(town: Town) -> None:
    one = town.doctor()

    def noted(subject: int, kind: FactKind, topic: str, actor: Actor = ZHAO) -> int:
        return town.by(
            actor, lambda d: points.note(d, subject, kind, topic, "示医保通〔2026〕3号", "示例市医保局", d.today, "集采通报")
        )  # fmt: skip

    notice = noted(town.hospital, FactKind.NOTICED, "procurement")
    assert noted(town.hospital, FactKind.NOTICED, "procurement") == notice, "one paper, one fact"
    with refused("access.denied"):
        noted(town.hospital, FactKind.NOTICED, "procurement", CLERK)
    with refused("points.no_instrument"):
        noted(town.hospital, FactKind.RATED, "x")
    [said] = town.determine(notice, held(one, "A3", Level.IMPORTANT))
    town.record(said)
    assert town.status(one).points_in(2026) == 2
    revoked = noted(one, FactKind.INDUSTRY, "licence_revoked")
    [gone] = town.determine(revoked, held(one, "D2"))
    town.record(gone)
    assert town.status(one).status is Status.TERMINATED
    nation = load("000000")
    with refused("points.behaviour"):
        town.by(HEAD, lambda d: points.determine(d, notice, [held(one, "A3")], d.today), nation)


def test_one_conduct_is_charged_once(town: Town) -> None:
    plant(town.register, 5)
    case = town.by(
        CLERK,
        lambda d: agreement.register(d, Opening(CITY, "超限定频次", institution_id=7), Doing(DAY, "经核实")),
    ).number
    one, other = town.doctor(), town.doctor(OTHER)
    disposal = town.fact(
        town.hospital, FactKind.DISPOSED, {"case": case, "measures": [{"measure": "damages"}]}
    )
    [light] = town.determine(disposal, held(one, "A1"), by=AGENCY_HEAD)
    with refused("points.determined"):
        town.determine(disposal, held(one, "A1", Level.GENERAL), by=AGENCY_HEAD)
    with refused("points.determined"):
        town.determine(disposal, held(other, "A1"), held(other, "A1"), by=AGENCY_HEAD)
    town.record(light)
    with refused("points.recorded"):
        town.record(light)
    penalty = town.penalty("art_38", case=case)
    [heavy] = town.determine(penalty, held(one, "B1"))
    town.record(heavy)
    assert town.status(one).points_in(2026) == 6, "of one conduct the largest"
    same = town.penalty("art_39", case=case)
    with refused("points.no_repetition"):
        town.determine(same, held(one, "C2"))
    [third] = town.determine(same, held(one, "B1"))
    with refused("points.charged_once") as told:
        town.record(third)
    assert (told.value.wanted, told.value.came, told.value.where) == ("> 6", "6", case)


def test_a_repetition_is_the_same_violation_in_the_same_year(town: Town) -> None:
    one = town.doctor()
    with refused("points.no_repetition"):
        town.determine(town.penalty("art_38"), held(one, "C2"))
    [said] = town.determine(town.penalty("art_38"), held(one, "B1", Level.GENERAL))
    town.record(said)
    with refused("points.no_repetition"):
        town.determine(town.penalty("art_40"), held(one, "C2"))
    [more] = town.determine(town.penalty("art_39"), held(one, "C2", Level.GENERAL))
    town.record(more)
    assert (town.status(one).points_in(2026), town.status(one).status) == (11, Status.SUSPENDED)
    town.on(20270105)
    with refused("points.no_repetition"):
        town.determine(town.penalty("art_38"), held(one, "C2"))


def test_circumstances_move_a_value_where_the_region_lets_them(town: Town) -> None:
    one, nation = town.doctor(), load("000000")
    wanted = {
        (Level.MAIN, Adjustment.CONFESSED, False): 5, (Level.GENERAL, Adjustment.CONFESSED, False): 4,
        (Level.MAIN, Adjustment.MADE_GOOD, True): 3, (Level.GENERAL, Adjustment.INTENT, False): 5,
        (Level.GENERAL, Adjustment.INTENT, True): 7, (Level.MAIN, Adjustment.UNCOOPERATIVE, False): 6,
    }  # fmt: skip
    for (level, adjusted, by_band), value in wanted.items():
        said = held(one, "B1", level, adjusted=adjusted, by_band=by_band)
        assert points.value_of(POLICY, said, DAY) == value
    lowest = held(one, "A1", Level.IMPORTANT, adjusted=Adjustment.CONFESSED, by_band=True)
    highest = held(one, "D1", Level.IMPORTANT, adjusted=Adjustment.INTENT, by_band=True)
    assert (points.value_of(POLICY, lowest, DAY), points.value_of(POLICY, highest, DAY)) == (1, 12)
    with refused("points.no_adjustment"):
        points.value_of(nation, lowest, DAY)
    tianjin = load("120000")
    assert points.level_of(tianjin, "决定作用", DAY) is points.level_of(tianjin, "main", DAY) is Level.MAIN
    with refused("points.level") as told:
        points.level_of(tianjin, "主要责任", DAY)
    assert "决定作用" in (told.value.wanted or "")


def test_points_follow_the_decision_of_a_real_case(town: Town) -> None:
    """An agreement case decided and revoked: the disposal is heard in the file, and the points fall with it."""
    plant(town.register, 5)
    town.on(20291231)
    doing = Doing(DAY, "经核实")
    measures = (Taken(Measure.DAMAGES, 30_000),)
    case = town.by(
        CLERK, lambda d: agreement.register(d, Opening(CITY, "超限定频次", institution_id=7), doing)
    ).id
    town.by(CLERK, lambda d: agreement.act(d, case, "verify", doing))
    town.by(CLERK, lambda d: agreement.tell(d, case, "第四十五条", measures, doing))
    town.by(CLERK, lambda d: agreement.serve_notice(d, case, doing))
    town.by(HOSPITAL, lambda d: agreement.answer(d, case, "defend", doing))
    town.by(REVIEWER, lambda d: agreement.weigh(d, case, doing))
    town.by(AGENCY_HEAD, lambda d: agreement.decide(d, case, "第四十五条", measures, doing))
    one = town.doctor()
    facts = town.by(CLERK, lambda d: files.facts_of(d.unit, town.hospital))
    [what] = [f for f in facts if f.kind is FactKind.DISPOSED]
    [said] = town.determine(what.id, held(one, "A1"), by=AGENCY_HEAD)
    town.record(said)
    assert town.status(one).points_in(2026) == 3, "to the year of the disposal"
    town.by(AGENCY_HEAD, lambda d: agreement.revoke(d, case, doing))
    assert town.status(one).points_in(2026) == 0 and town.status(one).why == ()
    with refused("points.annulled"):
        town.determine(what.id, held(one, "A1"), by=AGENCY_HEAD)
    with refused("points.annulled"):
        town.record(said)
