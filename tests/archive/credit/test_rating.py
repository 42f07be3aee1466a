"""A grade passes notice, the time to object and a second person; before that there is none, and nothing moves a score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import text
from tests.archive.credit.facts import VOLUMES
from tests.casework.cases import people
from tests.casework.cases.people import CLERK, HEAD, HOSPITAL
from tests.casework.cases.plant import plant

from yibao.access import Actor
from yibao.archive import credit, files
from yibao.archive.credit import DataError, Figures
from yibao.archive.files import FactKind, NewFact, Subject, SubjectKind
from yibao.casework.cases import Desk
from yibao.kernel import Refused, add_months, day_of_ymd
from yibao.ledger import Tag, said
from yibao.store import Register

T = TypeVar("T")
DAY = day_of_ymd(20260630)
TOLD = day_of_ymd(20260701)
LATER = day_of_ymd(20260716)
PHARMACY = Subject(0, SubjectKind.INSTITUTION, people.CITY, "P99010000007", "健民药店", 7, "pharmacy")
DOCTOR = Subject(0, SubjectKind.PRACTITIONER, people.CITY, "D990100000001", "王医生", 5, "doctor")


def by(register: Register, actor: Actor, deed: Callable[[Desk], T], today: int = people.TODAY) -> T:
    with register.unit_of_work(actor=actor.name) as unit:
        return deed(Desk(unit, actor, people.policy(), today=today))


def figures(day: int = DAY, **more: tuple[int, int]) -> Figures:
    """Figures of the lake in which the pharmacy is good at everything, or as said."""
    ratios = {"staff_registered": (9, 9), "identity_recorded": (500, 500), "clip_available": (500, 500),
              "trace_scan": (500, 500), "stock_match": (60, 60)} | more  # fmt: skip
    by_select = {name: {7: (n * 100, d * 100)} for name, (n, d) in ratios.items()}
    by_select |= {name: {7: (n, 1)} for name, n in VOLUMES.items()}
    by_select["since"] = {7: (day_of_ymd(20240101), 1)}
    return Figures(day, None, by_select)


def opened(r: Register, head: Subject = PHARMACY) -> int:
    return by(r, CLERK, lambda d: files.open_subjects(d.unit, [head]))[0]


def fact(r: Register, subject: int, kind: FactKind, day: int = DAY - 30, **body: Any) -> int:
    new = NewFact(subject, kind, day, body)
    return by(r, CLERK, lambda d: files.write_facts(d.unit, [new]))[0]


def rated(r: Register, day: int = DAY, f: Figures | None = None) -> int:
    [one] = by(r, CLERK, lambda d: credit.rate(d, ["P99010000007"], f or figures(day), day))
    assert one.fact is not None
    return one.fact


def test_from_the_provisional_grade_to_the_confirmed_one(fresh_register: Register) -> None:
    r = fresh_register
    subject = opened(r)
    fact(r, subject, FactKind.PENALIZED, article="art_39", case="C000001")
    one = rated(r)

    def grade(on: int) -> Any:
        return by(r, CLERK, lambda d: credit.grade_of(d.unit, subject, on))

    assert grade(LATER) is None
    with pytest.raises(Refused, match=r"credit\.rated_already"):
        rated(r)
    with pytest.raises(Refused, match=r"credit\.not_told"):
        by(r, HEAD, lambda d: credit.confirm(d, one, figures(), LATER))
    by(r, CLERK, lambda d: credit.notice(d, one, TOLD))
    with pytest.raises(Refused, match=r"credit\.noticed"):
        by(r, CLERK, lambda d: credit.notice(d, one, TOLD))
    with pytest.raises(Refused, match=r"credit\.may_object"):
        by(r, HEAD, lambda d: credit.confirm(d, one, figures(), LATER - 1))
    assert grade(LATER) is None
    with pytest.raises(Refused, match=r"access\.denied"):
        by(r, CLERK, lambda d: credit.confirm(d, one, figures(), LATER))
    with pytest.raises(Refused, match=r"access\.denied"):
        by(r, HOSPITAL, lambda d: credit.rate(d, ["P99010000007"], figures(), DAY))
    with pytest.raises(Refused, match=r"credit\.objected"):
        by(r, HEAD, lambda d: credit.confirm(d, one, figures(), LATER, objected=lambda *_: "Y000001"))
    with pytest.raises(Refused, match=r"credit\.differs"):
        by(r, HEAD, lambda d: credit.confirm(d, one, figures(identity_recorded=(499, 500)), LATER))
    with pytest.raises(Refused, match=r"credit\.figures"):
        by(r, HEAD, lambda d: credit.confirm(d, one, figures(LATER), LATER))
    done = by(r, HEAD, lambda d: credit.confirm(d, one, figures(), LATER))
    assert (done.grade, done.shown, done.from_day, done.actor) == ("B", "89.2", LATER, "head")
    assert grade(LATER - 1) is None and grade(LATER) == done and grade(done.until - 1) == done
    assert grade(done.until) is None, "a grade ends with its validity"
    assert by(r, CLERK, lambda d: credit.grade_of(d.unit, subject, LATER, people.TODAY - 1)) is None
    with pytest.raises(Refused, match=r"credit\.not_rated"):
        by(r, HEAD, lambda d: credit.confirm(d, one, figures(), LATER))


def test_who_rated_does_not_confirm(fresh_register: Register) -> None:
    r = fresh_register
    opened(r)
    both = people.person("both", *HEAD.roles, *CLERK.roles)
    [one] = by(r, both, lambda d: credit.rate(d, ["P99010000007"], figures(), DAY))
    assert one.fact is not None
    number = one.fact
    by(r, both, lambda d: credit.notice(d, number, TOLD))
    with pytest.raises(Refused, match=r"access\.four_eyes"):
        by(r, both, lambda d: credit.confirm(d, number, figures(), LATER))


def test_what_expires_is_annulled_or_corrected_meanwhile_is_not_confirmed(fresh_register: Register) -> None:
    r = fresh_register
    subject = opened(r)
    old = fact(r, subject, FactKind.PENALIZED, add_months(LATER, -12), article="art_39", case="C000001")
    one = rated(r)
    by(r, CLERK, lambda d: credit.notice(d, one, TOLD))
    with pytest.raises(Refused, match=r"credit\.differs"):
        by(r, HEAD, lambda d: credit.confirm(d, one, figures(), LATER))
    with pytest.raises(Refused, match=r"credit\.no_error"):
        by(r, HEAD, lambda d: credit.send_back(d, one, DataError("ph_swap", ""), "我不同意", LATER))
    with pytest.raises(Refused, match=r"credit\.no_error"):
        by(r, HEAD, lambda d: credit.send_back(d, one, DataError("ho_swap", "更正单 3 号"), "x", LATER))
    error = DataError("ph_penalty_39", "更正单 3 号")
    by(r, HEAD, lambda d: credit.send_back(d, one, error, "处罚已到期", LATER))
    with pytest.raises(Refused, match=r"credit\.not_rated"):
        by(r, HEAD, lambda d: credit.confirm(d, one, figures(), LATER))
    again = rated(r, LATER)
    by(r, CLERK, lambda d: files.annul(d.unit, old, "复议撤销", LATER))
    by(r, CLERK, lambda d: credit.notice(d, again, LATER))
    done = by(r, HEAD, lambda d: credit.confirm(d, again, figures(LATER), LATER + 40))
    assert done.grade == "A"
    with r.unit_of_work("x") as unit:
        [entry] = said(unit, [Tag.ARCHIVE_CREDIT_SENT_BACK])
    assert entry.body["document"] == "更正单 3 号"


def confirmed(r: Register, day: int, f: Figures | None = None) -> credit.Grade:
    one = rated(r, day, f)
    by(r, CLERK, lambda d: credit.notice(d, one, day))
    return by(r, HEAD, lambda d: credit.confirm(d, one, f or figures(day), day + 40))


def test_within_a_cycle_it_falls_by_a_grave_act_only_and_rises_by_repair_only(
    fresh_register: Register,
) -> None:
    r = fresh_register
    subject, day = opened(r), day_of_ymd(20260302)
    assert confirmed(r, day).grade == "A"
    worse = figures(day + 60, identity_recorded=(80, 100), clip_available=(0, 100))
    with pytest.raises(Refused, match=r"credit\.within_cycle"):
        rated(r, day + 60, worse)
    penalty = fact(r, subject, FactKind.PENALIZED, day + 60, article="art_40", case="C000002")
    assert confirmed(r, day + 61).grade == "D"
    with pytest.raises(Refused, match=r"credit\.within_cycle"):
        rated(r, day + 120)
    by(r, CLERK, lambda d: files.annul(d.unit, penalty, "复议撤销", day + 120))
    assert confirmed(r, day + 121).grade == "A"
    grades = by(r, CLERK, lambda d: credit.grades_in(files.facts_of(d.unit, subject)))
    assert [g.grade for g in grades] == ["A", "D", "A"], "nothing is deleted"


def test_no_hand_on_what_is_measured_and_a_fact_fits_its_row(fresh_register: Register) -> None:
    r = fresh_register
    subject = opened(r)
    see = lambda indicator, body, reason="投诉核查表 12 号": by(  # noqa: E731
        r, CLERK, lambda d: credit.observe(d, "P99010000007", indicator, body, DAY, reason)
    )
    for indicator, body, code in (
        ("ph_identity_verified", {"numerator": 1, "denominator": 1}, "credit.measured"),
        ("ho_swap", {}, "credit.no_indicator"),
        ("ph_swap", {"score": 3}, "credit.observed"),
        ("ph_training", {"numerator": 3}, "credit.observed"),
        ("ph_training", {"numerator": 3, "denominator": 0}, "credit.observed"),
        ("ph_public_credit", {"level": "特优"}, "credit.observed"),
        ("ph_complaints", {"level": "优"}, "credit.observed"),
    ):
        with pytest.raises(Refused, match=code):
            see(indicator, body)
    with pytest.raises(Refused, match=r"credit\.observed"):
        see("ph_complaints", {}, " ")
    see("ph_complaints", {"case": "X000001"})
    see("ph_training", {"numerator": 9, "denominator": 10})
    head = by(r, CLERK, lambda d: files.subject(d.unit, subject))
    scored = by(r, CLERK, lambda d: credit.score_of(d.unit, d.policy, head, figures().inputs(head), DAY))
    assert scored.line("ph_complaints").mark == 200
    assert scored.line("ph_training").by_hand, "an exception that shows"


def test_findings_never_lower_a_score(fresh_register: Register) -> None:
    r = fresh_register
    subject = opened(r)
    head = by(r, CLERK, lambda d: files.subject(d.unit, subject))
    ask = lambda: by(r, CLERK, lambda d: credit.score_of(d.unit, d.policy, head, figures().inputs(head), DAY))  # noqa: E731
    before = ask()
    plant(r, *range(1, 31))
    with r.unit_of_work("x") as unit:
        about = text("SELECT count(*) FROM finding WHERE institution_id = 7 AND result = 'suspicious'")
        assert unit.connection.execute(about).scalar_one() == 30
    assert ask() == before


def test_points_in_a_person_s_file_fall_with_the_penalty_in_the_institution_s(
    fresh_register: Register,
) -> None:
    r = fresh_register
    pharmacy, doctor = opened(r), opened(r, DOCTOR)
    penalty = fact(r, pharmacy, FactKind.PENALIZED, article="art_38", case="C000001")
    new = NewFact(doctor, FactKind.RESPONSIBLE, DAY - 20, {"instrument": "penalized"}, penalty)
    [responsible] = by(r, CLERK, lambda d: files.write_facts(d.unit, [new]))
    new = NewFact(
        doctor, FactKind.POINTS, DAY - 10, {"value": 6, "year": 2026, "behaviour": "A1"}, responsible
    )
    by(r, CLERK, lambda d: files.write_facts(d.unit, [new]))
    head = by(r, CLERK, lambda d: files.subject(d.unit, doctor))
    ask = lambda: by(r, CLERK, lambda d: credit.score_of(d.unit, d.policy, head, figures().inputs(head), DAY))  # noqa: E731
    assert ask().line("pr_points").mark == 1000
    by(r, CLERK, lambda d: files.annul(d.unit, penalty, "复议撤销", DAY))
    assert ask().line("pr_points").mark == 2500
