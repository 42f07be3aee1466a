"""What rested on something falls with it: annulled, ended, changed, repaired, performed; everywhere, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.casework.cases.people import CLERK, SECOND_CLERK, TODAY
from tests.consequence.world import BODIES, DAY, POLICY, World

from yibao import consequence
from yibao.archive import files
from yibao.archive.files import FactKind, SubjectKind
from yibao.casework.cases import Desk
from yibao.consequence import EFFECTS, Order, State, view_of, wanted
from yibao.kernel import Json, Refused, add_months
from yibao.policy import load

pytestmark = pytest.mark.xdist_group("consequence")


def why(world: World, order: Order) -> str | None:
    acts = world.state(order).order.acts
    return next((str(a.body["why"]) for a in acts if a.verb is consequence.Verb.UNDOING), None)


def only(orders: Sequence[Order], effect: str) -> Order:
    [found] = [one for one in orders if one.effect == effect]
    return found


def test_a_grade_that_changes_takes_its_effects_along(shared_world: World) -> None:
    world = shared_world
    subject = world.subject()
    world.graded(subject, "A", until=DAY + 365)
    first = world.follow(subject).ordered
    assert {o.effect for o in first} >= {"green_channel", "prepayment_ratio"}
    assert world.terms(subject).prepayment_bp == 10_000
    worse = world.graded(subject, "E", day=DAY + 100, until=DAY + 465)
    assert world.terms(subject, DAY + 100).prepayment_bp is None, "the old grade counts no more, at once"
    followed = world.follow(subject, DAY + 100)
    assert {o.id for o in followed.undone} == {o.id for o in first}
    assert {why(world, o) for o in first} == {"grade"}
    assert world.terms(subject, DAY + 100).prepayment_bp == 0
    world.annul(worse, DAY + 120)
    back = world.follow(subject, DAY + 120)
    assert {o.effect for o in back.ordered} == {o.effect for o in first}
    assert {o.turn for o in back.ordered} == {2}, "the first grade counts again: ordered anew, once more"
    assert world.terms(subject, DAY + 120).prepayment_bp == 10_000
    assert world.follow(subject, DAY + 365).ordered == ()
    assert {why(world, o) for o in back.ordered} == {"term"}, "the grade’s time is over"


def test_a_status_that_is_derived_anew_takes_its_effects_along(shared_world: World) -> None:
    world = shared_world
    person = world.subject(SubjectKind.PRACTITIONER)
    first = world.points(person, 5)
    assert world.follow(person).ordered == ()
    world.points(person, 7)
    order = only(world.follow(person).ordered, "payment_qualification")
    assert (order.body["status"], world.terms(person).refused) == ("terminated", True)
    notice = world.order("notify_title_body", order.cause)
    world.annul(first)  # seven points are left: neither ended nor suspended
    followed = world.follow(person)
    assert {o.id for o in followed.undone} == {order.id, notice.id}
    assert (why(world, order), why(world, notice)) == ("status", "status")
    assert not world.terms(person).refused


def test_points_that_rest_on_a_decision_of_another_file_fall_with_it(shared_world: World) -> None:
    world = shared_world
    _, penalty = world.penalized("art_40")
    doctor = world.subject(SubjectKind.PRACTITIONER)
    named = world.fact(doctor, FactKind.RESPONSIBLE, {"behaviour": "b4", "level": "main"}, on=penalty)
    record = world.points(doctor, 12, on=named)
    found = world.follow(doctor).ordered
    assert [(o.effect, o.cause) for o in found] == [("payment_qualification", record)], (
        "the penalty is the hospital's"
    )
    assert world.terms(doctor).refused
    world.annul(penalty)
    assert not world.terms(doctor).refused, "its ground lies in another file, and fell there"
    assert [o.id for o in world.follow(doctor).undone] == [found[0].id]
    assert why(world, found[0]) == "cause"


def test_a_repair_ends_publication_and_joint_punishment_together(shared_world: World) -> None:
    world = shared_world
    subject, penalty = world.penalized("art_38")
    listed = world.fact(subject, FactKind.LISTED, {"list": "serious_dishonesty"})
    shown = world.order("publication", penalty, level="serious")
    punished = [world.order(one.id, listed) for one in EFFECTS.values() if one.joint]
    stopped = only(world.follow(subject).ordered, "stop_department")
    world.name_partner("credit_platform", "bureau_site", "joint_departments")
    for one in (shown, *punished):
        world.answer_all(one)
    for cause in (penalty, listed):
        world.fact(subject, FactKind.REPAIRED, {"repair": "public_credit"}, day=DAY + 200, on=cause)
    assert world.standing(subject, DAY + 150).keys() >= {shown.id, stopped.id}
    assert shown.id in world.standing(subject, DAY + 199)
    assert {shown.id, *(o.id for o in punished)}.isdisjoint(world.standing(subject, DAY + 200))
    undone = {o.id for o in world.follow(subject, DAY + 200).undone}
    assert undone == {shown.id, *(o.id for o in punished), stopped.id}, (
        "and the stop, whose six months are over"
    )
    assert (why(world, shown), why(world, punished[0]), why(world, stopped)) == (
        "repaired",
        "repaired",
        "term",
    )
    for one in (shown, *punished):
        world.answer_all(one, DAY + 201)
        state = world.state(one)
        assert state.state is State.UNDONE and all(t.withdrawal_acknowledged for t in state.told.values())


def test_what_was_performed_ends_withholding_only(shared_world: World) -> None:
    world = shared_world
    subject = world.subject()
    measures: list[Json] = [
        {"measure": "withhold", "fund_fen": 9_000, "patient_fen": 0, "months": 0},
        {"measure": "recover", "fund_fen": 500, "patient_fen": 20, "months": 0},
        {"measure": "recover", "fund_fen": 100, "patient_fen": 0, "months": 0, "whom": "另一科室"},
    ]
    cause = world.fact(subject, FactKind.DISPOSED, {"clause": "第四十条", "measures": measures})
    ordered = world.follow(subject).ordered
    back, held = only(ordered, "recovery"), only(ordered, "withhold_payment")
    assert (back.body["fund_fen"], back.body["patient_fen"]) == (600, 20) and "whom" not in back.body
    assert world.terms(subject).withheld_fen == 9_000
    world.by(SECOND_CLERK, lambda d: consequence.execute(d, back.id, "收 1", DAY))
    world.fact(subject, FactKind.PERFORMED, {}, day=DAY + 9, on=cause)
    assert world.terms(subject, DAY + 9).withheld_fen == 0
    assert [o.id for o in world.follow(subject, DAY + 9).undone] == [held.id]
    assert (why(world, held), world.state(back).state) == ("performed", State.IN_FORCE)


def test_joined_files_share_effects_and_parted_ones_do_not(shared_world: World) -> None:
    world = shared_world
    one, other = world.subject(SubjectKind.PRACTITIONER), world.subject(SubjectKind.PRACTITIONER)
    world.points(other, 9)
    world.by(CLERK, lambda d: files.join(d.unit, one, other, "同一证书", DAY))
    order = only(world.follow(one).ordered, "payment_qualification")
    assert world.follow(other).ordered == () and world.terms(other).refused and world.terms(one).refused
    world.by(CLERK, lambda d: files.part(d.unit, one, other, "证书号录错", DAY))
    assert not world.terms(one).refused
    assert [o.id for o in world.follow(one).undone] == [order.id]
    assert only(world.follow(other).ordered, "payment_qualification").subject == other
    assert world.terms(other).refused and not world.terms(one).refused


def test_an_order_that_nobody_can_undo_twice(shared_world: World) -> None:
    world = shared_world
    subject, cause = world.penalized("art_38")
    world.follow(subject)
    world.annul(cause)
    first = {o.id for o in world.undo_fallen() if o.cause_subject == subject}
    assert first and not first & {o.id for o in world.undo_fallen()}


KINDS = ("art_38", "art_39", "art_40", "terminate", "withhold", "suspend", "A", "C", "E", "listed")
STEP = st.tuples(st.sampled_from(KINDS), st.booleans(), st.integers(0, 5))


def add(world: World, subject: int, kind: str, day: int) -> int:
    if kind in BODIES:
        return world.fact(subject, FactKind.PENALIZED, BODIES[kind], day=day)
    if kind == "listed":
        return world.fact(
            subject, FactKind.LISTED, {"list": "serious_dishonesty", "until_day": day + 30}, day=day
        )
    if kind in "ACE":
        return world.graded(subject, kind, day=day, until=day + 20)
    measure: dict[str, Json] = {"measure": kind, "fund_fen": 5, "patient_fen": 1, "months": 2}
    return world.fact(subject, FactKind.DISPOSED, {"clause": "x", "measures": [measure]}, day=day)


def order_all(world: World, subject: int, day: int) -> None:
    """Order everything that can be: by law, and by a person."""
    world.follow(subject, day)
    for due in world.due(subject, day).values():
        if due.mode == "person" and "onto" not in due.wanted:
            try:
                world.order(due.effect, due.cause, day, level="general" if "level" in due.wanted else None)
            except Refused as refused:
                assert refused.code in ("consequence.must", "consequence.term_range")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=6), st.integers(0, 400))
def test_nothing_stands_without_a_standing_cause(
    shared_world: World, steps: list[tuple[str, bool, int]], later: int
) -> None:
    world = shared_world
    subject, facts, day = world.subject(), [], DAY
    for kind, annuls, at in steps:
        if annuls and facts:
            gone = facts.pop(at % len(facts))
            world.annul(gone, day)
        else:
            facts.append(add(world, subject, kind, day))
        if at % 2:
            order_all(world, subject, day)
        day += at
    day += later
    before = world.standing(subject, day)
    world.follow(subject, day)
    orders = world.by(CLERK, lambda d: consequence.orders_about(d, subject))
    active = {(o.order.effect, o.order.cause) for o in orders if o.active}
    all_facts = world.by(CLERK, lambda d: files.facts_of(d.unit, subject))
    view = view_of(subject, SubjectKind.INSTITUTION, all_facts, day)
    assert active <= {(one.effect, one.cause) for one in wanted(view, POLICY)}
    assert set(before) <= set(world.standing(subject, day)), (
        "what stood before stands: only what had fallen was undone"
    )
    on_now = {o.order.id for o in orders if o.active and o.order.from_day <= day}
    assert set(world.standing(subject, day)) == on_now
    turns = [(o.order.effect, o.order.subject, o.order.cause, o.order.turn) for o in orders]
    assert len(turns) == len(set(turns))
    by_law = {(o.order.effect, o.order.cause) for o in orders if o.active and o.order.mode == "law"}
    left = {(d.effect, d.cause) for d in wanted(view, POLICY) if d.mode == "law"} - by_law
    assert all(effect == "suspend_agreement" for effect, _ in left), "what follows by law was ordered"


def test_a_grade_is_read_as_the_ratings_write_it(shared_world: World) -> None:
    world = shared_world
    subject = world.subject()
    rated = world.fact(subject, FactKind.RATED, {"grade": "D", "set": "pharmacy"})
    told = world.fact(subject, FactKind.RATING_NOTICED, {"objections_until": DAY}, on=rated)
    world.fact(subject, FactKind.RATING_CONFIRMED, {"grade": "D", "until": DAY + 30}, on=told)
    view = view_of(
        subject, SubjectKind.INSTITUTION, world.by(CLERK, lambda d: files.facts_of(d.unit, subject)), DAY
    )
    assert view.rating is not None
    assert (view.rating.grade, view.rating.set, view.rating.until_day) == ("D", "pharmacy", DAY + 30)


def test_a_region_that_unties_a_grade_takes_the_effects_back(shared_world: World) -> None:
    world = shared_world
    subject = world.subject()
    world.graded(subject, "D")
    ordered = world.follow(subject).ordered
    without = load("990100")
    kept = {k: p for k, p in without._parameters.items() if not k.startswith("consequence.key_list")}
    without._parameters = kept  # as the region's pack would be without this line
    with world.register.unit_of_work("clerk") as unit:
        done = consequence.follow(Desk(unit, CLERK, without, today=TODAY), subject, DAY)
    assert done.undone == (done.undone[0],) and done.undone[0].id == only(ordered, "key_list").id
    assert why(world, done.undone[0]) == "policy"


def test_the_policy_of_another_region_brings_nothing_about_and_undoes_nothing(shared_world: World) -> None:
    world = shared_world
    subject = world.subject()
    world.graded(subject, "D")
    ordered = {o.id for o in world.follow(subject).ordered}
    for region in ("330600", "000000", "990000"):
        with world.register.unit_of_work("clerk") as unit:
            desk = Desk(unit, CLERK, load(region), today=TODAY)
            with pytest.raises(Refused, match=r"consequence\.other_policy"):
                consequence.follow(desk, subject, DAY)
            assert consequence.undo_fallen(desk, DAY) == []
    assert ordered <= set(world.standing(subject))


def test_months_run_by_the_calendar(shared_world: World) -> None:
    world = shared_world
    subject, _ = world.penalized("art_38")
    order = only(world.follow(subject).ordered, "stop_department")
    assert order.until_day == add_months(DAY, 6)
    assert world.terms(subject, add_months(DAY, 6) - 1).departments_stopped
    assert not world.terms(subject, add_months(DAY, 6)).departments_stopped
