"""From the lake to the replay: files are opened, one subject measures as all do, and everything can be made again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.archive.credit.test_rating import by, fact, figures, opened
from tests.casework.cases import people
from tests.casework.cases.people import CLERK
from tests.casework.findings.outputs import small

from yibao.archive import credit, files
from yibao.archive.credit import Figures
from yibao.archive.files import FactKind, NewFact, Subject, SubjectKind
from yibao.bootstrap import House
from yibao.casework.cases import Desk
from yibao.collect import load_source
from yibao.kernel import Refused, day_of_ymd, today
from yibao.store import Register

pytestmark = pytest.mark.xdist_group("credit_city")
DAY = day_of_ymd(20250831)


@pytest.fixture
def house(fresh_register: Register, tmp_path: Path) -> House:
    """A house that has collected a delivery small enough to count by hand."""
    house = House(fresh_register.home, fresh_register, "test")
    said = {
        "fixmedins_b.csv": small.INSTITUTIONS, "psn_info_b.csv": small.PERSONS, "medins_staff_b.csv": small.STAFF,
        "mdtrt_d.csv": small.ENCOUNTERS, "setl_d.csv": small.SETTLEMENTS, "fee_list_d.csv": small.LINES,
    }  # fmt: skip
    outcome = house.collect(
        [small.write(tmp_path / "files", said)], load_source("national"), lambda *_: None, lambda: None
    )
    assert not outcome.problems
    return house


def test_from_the_lake_to_the_replay(house: House) -> None:
    r, policy = house.register, people.policy()
    opened = credit.open_city_files(house.home, r, actor="test", insured=True, region=people.CITY)
    assert (opened.institutions, opened.practitioners, opened.insured) == (3, 1, 4)
    assert credit.open_city_files(house.home, r, actor="test").institutions == 3, "who has a file keeps it"
    figures = credit.measure(house.home, r, policy, DAY)
    missed = {one.select for one in figures.missed}
    assert {"clip_available", "trace_scan", "stock_match"} <= missed and "settlements" not in missed
    with r.unit_of_work("test") as unit:
        hospital = files.find_subject(unit, "H1")
        doctor = files.find_subject(unit, "DR1")
        person = next(one for one in list(files.every_head(unit, SubjectKind.INSURED)) if one.code == "P4")
        of_one = credit.measure(house.home, r, policy, DAY, head=hospital).inputs(hospital)
        assert figures.inputs(hospital) == of_one
        assert (of_one.volumes["settlements"], of_one.volumes["fund"]) == (5, 57_400)
        assert of_one.since == day_of_ymd(20250605 - 3)
        assert figures.inputs(doctor).volumes["visits"] > 0
        assert credit.measure(house.home, r, policy, DAY, known_on=today() - 1).inputs(hospital).volumes == {}
        hard = NewFact(person.id, FactKind.PENALIZED, DAY - 9, {"article": "art_41_2", "case": "C000001"})
        files.write_facts(unit, [hard])
    with r.unit_of_work("test") as unit:
        scored = {one.subject: one for one in credit.recompute(unit, policy, figures, DAY)}
        assert scored[person.id].scored is not None and scored[person.id].scored.grade == "D"
        assert scored[hospital.id].scored is not None and scored[hospital.id].scored.why_not is not None
        first = credit.replay(unit, policy, figures, DAY)
        assert credit.replay(unit, policy, credit.measure(house.home, r, policy, DAY), DAY) == first
        assert (first.files, first.facts, first.tombstones) == (8, 1, 0)
    with r.unit_of_work("test") as unit:
        files.erase_subject(unit, person.id, "本人请求", DAY)
    with r.unit_of_work("test") as unit:
        after = credit.replay(unit, policy, figures, DAY)
        assert after.tombstones == 1 and after.digest != first.digest
        [stone] = [one for one in credit.recompute(unit, policy, figures, DAY) if one.tombstone]
        assert (stone.subject, stone.scored) == (person.id, None)
        groups = credit.groups_of(house.home, r, figures)
        assert {g["size"] for g in groups.values()} == {"小", "中"}, (
            "one pharmacy and two hospitals, by thirds"
        )


def test_nothing_is_replayed_from_facts_that_were_touched(fresh_register: Register) -> None:
    r = fresh_register
    head = Subject(0, SubjectKind.INSURED, people.CITY, "P1", None, 1, "")
    with r.unit_of_work("test") as unit:
        [one] = files.open_subjects(unit, [head])
        files.write_facts(unit, [NewFact(one, FactKind.PENALIZED, DAY, {"article": "art_41_2"})])
    with r.unit_of_work("test") as unit:
        unit.connection.execute(text("ALTER TABLE archive_fact DISABLE TRIGGER USER"))
        unit.connection.execute(text("UPDATE archive_fact SET body = '{}'"))
    with r.unit_of_work("test") as unit, pytest.raises(Refused, match=r"credit\.not_sworn"):
        credit.replay(unit, people.policy(), Figures(DAY, None), DAY)


def test_joined_files_are_scored_as_one_and_parted_again(fresh_register: Register) -> None:
    r = fresh_register
    policy, figures = people.policy(), Figures(DAY, None)
    with r.unit_of_work(CLERK.name) as unit:
        two = [Subject(0, SubjectKind.INSURED, people.CITY, code, None, None, "") for code in ("P1", "P2")]
        one, other = files.open_subjects(unit, two)
        files.write_facts(unit, [NewFact(other, FactKind.PENALIZED, DAY, {"article": "art_41_2"})])

    def grades() -> dict[int, str | None]:
        with r.unit_of_work(CLERK.name) as unit:
            found = credit.recompute(unit, policy, figures, DAY)
            alone = {
                n: credit.score_of(unit, policy, files.subject(unit, n), credit.Inputs(), DAY).grade
                for n in (one, other)
            }
            together = {x.subject: None if x.scored is None else x.scored.grade for x in found}
            assert all(alone[n] == grade for n, grade in together.items()), "one asks alike of one and of all"
            return together

    assert grades() == {one: "A", other: "D"}
    with r.unit_of_work(CLERK.name) as unit:
        files.join(unit, one, other, "同一证件", DAY)
    assert grades() == {one: "D"}
    with r.unit_of_work(CLERK.name) as unit:
        files.part(unit, one, other, "证件号录入错误", DAY)
    assert grades() == {one: "A", other: "D"}


def test_an_explanation_goes_down_to_the_receipt_and_tells_the_best_way_up(fresh_register: Register) -> None:
    r = fresh_register
    subject, day = opened(r), day_of_ymd(20260630)
    penalty = fact(r, subject, FactKind.PENALIZED, article="art_38", step="ordinary", case="C000001")
    fact(r, subject, FactKind.DISPOSED, case="C000001", measures=[{"measure": "refuse"}])
    f = figures(identity_recorded=(950, 1_000))

    def deed(desk: Desk) -> credit.Explanation:
        head = files.subject(desk.unit, subject)
        inputs = credit.inputs_for(desk.policy, head, credit.own_facts(desk.unit, head), f, day)
        return credit.explain(desk.unit, desk.policy, head, inputs, day)

    told = by(r, CLERK, deed)
    assert told.scored.grade == "C"
    said = told.as_json()
    [row] = [
        row for one in said["classes"] for sub in one["subitems"] for row in sub["rows"]
        if row["indicator"] == "ph_penalty_38"
    ]  # fmt: skip
    [evidence] = row["evidence"]
    assert (evidence["fact"], evidence["case"]) == (penalty, "C000001")
    assert len(evidence["receipt"]["leaf_hash"]) == 64 and evidence["receipt"]["entry"] > 0
    assert next(way["grade"] for way in said["would_raise"]) in ("A", "B")
    assert said["would_raise"][0]["indicator"] == "ph_penalty_38", "the ceiling is what holds it down"
    assert {way["indicator"] for way in said["would_raise"]} >= {"ph_identity_verified"}
    for way in told.ways:
        assert way.gain >= 0
