"""Who may decide what, on which basis, within which bounds; and that nothing is done twice, or outside the list."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HEAD, HOSPITAL, LI, SECOND_CLERK, TODAY, person
from tests.consequence.world import AGENCY_HEAD2, DAY, HEAD2, POLICY, World

from yibao import consequence
from yibao.access import Actor, Role
from yibao.archive import files
from yibao.archive.files import FactKind, SubjectKind
from yibao.casework.cases import Desk
from yibao.consequence import Choice, Order, State, order_id
from yibao.kernel import Refused, Text, add_months, day_of_ymd
from yibao.ledger import Tag, personal_of, said
from yibao.policy import load

pytestmark = pytest.mark.xdist_group("consequence")


def refused(world: World, code: str, deed: Any) -> Refused:
    with pytest.raises(Refused, match=code.replace(".", r"\.")) as caught:
        deed()
    why = caught.value
    assert why.text.zh and why.text.en and isinstance(why.todo, Text), "what to do next is said"
    return why


def undo(world: World, actor: Actor, order: Order, reason: str) -> Order:
    return world.by(actor, lambda d: consequence.undo(d, order.id, reason, DAY))


def test_joint_punishment_needs_the_lawful_list(shared_world: World) -> None:
    world = shared_world
    subject = world.subject()
    cause = world.fact(subject, FactKind.LISTED, {"list": "serious_dishonesty"})
    beyond = Choice("joint_no_travel", cause, "限制出行")
    why = refused(
        world, "consequence.no_effect", lambda: world.by(HEAD, lambda d: consequence.order(d, beyond, DAY))
    )
    assert why.came == "joint_no_travel"
    early = day_of_ymd(20210101)  # no list was in force
    old = world.subject()
    fact = world.fact(old, FactKind.LISTED, {"list": "serious_dishonesty"}, day=early)
    refused(world, "consequence.not_listed", lambda: world.order("joint_no_awards", fact, early))
    other = world.fact(world.subject(), FactKind.LISTED, {"list": "key_supervision"})
    refused(world, "consequence.not_due", lambda: world.order("joint_no_awards", other))
    assert world.order("joint_no_awards", cause).body["partners"] == ["joint_departments"]


def test_a_measure_taken_off_the_list_cannot_be_ordered(shared_world: World) -> None:
    world = shared_world
    cause = world.fact(world.subject(), FactKind.LISTED, {"list": "serious_dishonesty"})
    taken_off = load("990100")
    parameters = {k: p for k, p in taken_off._parameters.items() if k != "consequence.joint.no_awards"}
    taken_off._parameters = parameters  # as the pack would be without this line
    with world.register.unit_of_work("head") as unit:
        desk = Desk(unit, HEAD, taken_off, today=TODAY)
        choice = Choice("joint_no_awards", cause, "列入名单")
        refused(world, "consequence.not_listed", lambda: consequence.order(desk, choice, DAY))


def test_only_the_side_that_the_registry_names_decides(shared_world: World) -> None:
    world = shared_world
    _, cause = world.penalized("art_40")
    for actor in (AGENCY_HEAD, CLERK, LI, HOSPITAL):
        denied = partial(world.order, "publication", cause, actor=actor, level="general")
        refused(world, "access.denied", denied)
    refused(world, "access.denied", lambda: world.order("terminate_agreement", cause, actor=HEAD))
    refused(
        world, "consequence.no_reason", lambda: world.order("publication", cause, reason=" ", level="general")
    )
    order = world.order("publication", cause, level="general", reason="王某举报后查实")
    with world.register.unit_of_work("x") as unit:
        [sworn] = [one for one in said(unit, [Tag.CONSEQUENCE_EFFECT_ORDERED]) if one.entry == order.entry]
        assert "王某" not in str(sworn.body) and sworn.committed == {"reason"}
        assert personal_of(unit, [order.entry])[order.entry]["reason"] == "王某举报后查实"


def test_proven_fraud_must_end_the_agreement(shared_world: World) -> None:
    world = shared_world
    subject, cause = world.penalized("art_40")
    assert world.due(subject)["terminate_agreement"].must
    lenient = Choice("terminate_agreement", cause, "从轻")
    refused(
        world,
        "consequence.must",
        lambda: world.by(AGENCY_HEAD, lambda d: consequence.decline(d, lenient, DAY)),
    )
    measure = {"measure": "suspend", "months": 3, "fund_fen": 0, "patient_fen": 0}
    instead = world.fact(subject, FactKind.DISPOSED, {"clause": "x", "measures": [measure]})
    followed = world.follow(subject)
    assert [r.code for r in followed.refused] == ["consequence.must"]
    refused(world, "consequence.must", lambda: world.order("suspend_agreement", instead, actor=CLERK))
    order = world.order("terminate_agreement", cause)
    assert world.terms(subject).refused and world.terms(subject).why["refused"] == [order.number]
    refused(world, "consequence.by_law", lambda: undo(world, AGENCY_HEAD2, order, "改为中止"))
    assert [o.effect for o in world.follow(subject).ordered] == ["suspend_agreement"]


def test_what_a_person_may_leave_is_left_with_a_reason_and_once(shared_world: World) -> None:
    world = shared_world
    subject, cause = world.penalized("art_38")
    deny = Choice("publication", cause, "首次、轻微，已改正")
    by_law = Choice("stop_department", cause, "x")
    refused(
        world, "consequence.by_law", lambda: world.by(CLERK, lambda d: consequence.decline(d, by_law, DAY))
    )
    mute = Choice("publication", cause)
    refused(
        world, "consequence.no_reason", lambda: world.by(HEAD, lambda d: consequence.decline(d, mute, DAY))
    )
    order = world.by(HEAD, lambda d: consequence.decline(d, deny, DAY))
    assert world.state(order).state is State.DECLINED and "publication" not in world.due(subject)
    refused(world, "consequence.once", lambda: world.order("publication", cause, level="general"))
    assert world.follow(subject).undone == ()


@pytest.mark.parametrize(
    ("level", "months", "wanted"),
    [
        (None, None, "consequence.level"), ("grave", None, "consequence.level"), ("slight", None, "consequence.term_range"),
        ("slight", 4, "consequence.term_range"), ("general", 2, "consequence.term_range"),
        ("general", 13, "consequence.term_range"), ("serious", 11, "consequence.term_range"),
        ("serious", 37, "consequence.term_range"), ("slight", 3, 3), ("general", None, 12), ("general", 3, 3),
        ("serious", 12, 12), ("serious", None, 36),
    ],
)  # fmt: skip
def test_publication_keeps_the_periods_of_the_order(
    shared_world: World, level: str | None, months: int | None, wanted: str | int
) -> None:
    world = shared_world
    _, cause = world.penalized("art_38")
    if isinstance(wanted, str):
        refused(world, wanted, lambda: world.order("publication", cause, level=level, months=months))
    else:
        order = world.order("publication", cause, level=level, months=months)
        assert (order.until_day, order.body["level"]) == (add_months(DAY, wanted), level)
        assert world.state(order).state is State.ORDERED, "nobody was told yet"


def test_the_bar_falls_on_a_person_for_five_years(shared_world: World) -> None:
    world = shared_world
    subject, cause = world.penalized("art_40")
    principal = world.subject(SubjectKind.PRACTITIONER)
    refused(world, "consequence.onto", lambda: world.order("bar_management", cause))
    refused(world, "consequence.onto", lambda: world.order("bar_management", cause, onto=subject))
    refused(world, "archive.no_subject", lambda: world.order("bar_management", cause, onto="R9999999"))
    order = world.order("bar_management", cause, onto=principal)
    assert (order.subject, order.until_day) == (principal, add_months(DAY, 60))
    assert world.terms(subject).as_json()["refused"] is False
    assert world.standing(principal) == {order.id: "bar_management"}
    assert world.standing(subject) == {}
    refused(
        world, "consequence.onto", lambda: world.order("publication", cause, level="general", onto=principal)
    )


@pytest.mark.parametrize(
    ("kind", "article", "months"),
    [(SubjectKind.INSTITUTION, "art_38", 5), (SubjectKind.INSTITUTION, "art_40", 13), (SubjectKind.INSURED, "art_41_1", 2),
     (SubjectKind.INSURED, "art_41_2", 13)],
)  # fmt: skip
def test_a_time_outside_the_law_is_not_carried_out(
    shared_world: World, kind: SubjectKind, article: str, months: int
) -> None:
    world = shared_world
    subject = world.subject(kind)
    world.fact(subject, FactKind.PENALIZED, {"article": article, "suspension_months": months})
    followed = world.follow(subject)
    assert [r.code for r in followed.refused] == ["consequence.term_range"] and not followed.ordered


def test_an_insured_person_pays_first_and_then_no_more(shared_world: World) -> None:
    world = shared_world
    subject, cause = world.penalized("art_41_1", SubjectKind.INSURED)
    assert {o.effect for o in world.follow(subject).ordered} == {"recovery", "stop_online_settlement"}
    assert world.terms(subject).pays_first and not world.terms(subject).refused
    end = add_months(DAY, 3)
    assert world.terms(subject, end - 1).pays_first and not world.terms(subject, end).pays_first
    world.annul(cause)
    assert not world.terms(subject).pays_first, "also before anybody has undone it"


def test_by_hand_needs_a_second_person_and_a_voucher(shared_world: World) -> None:
    world = shared_world
    subject, cause = world.penalized("art_38")
    order = next(o for o in world.follow(subject).ordered if o.effect == "recovery")
    assert order.body["refund_fen"] == 50_000 and order.body["patient_fen"] == 5_000

    def carry_out(voucher: str, verb: Any = consequence.execute) -> None:
        world.by(SECOND_CLERK, lambda d: verb(d, order.id, voucher, DAY))

    refused(world, "consequence.voucher", lambda: carry_out(" "))
    carry_out("收 12")
    refused(world, "consequence.state", lambda: carry_out("收 12"))
    refused(world, "consequence.state", lambda: carry_out("退", consequence.execute_undoing))
    refused(world, "consequence.by_law", lambda: undo(world, AGENCY_HEAD, order, "x"))
    bar = world.order("publication", cause, level="general")
    refused(world, "access.four_eyes", lambda: undo(world, HEAD, bar, "查无实据"))
    refused(world, "consequence.no_reason", lambda: undo(world, HEAD2, bar, ""))
    refused(world, "access.denied", lambda: undo(world, AGENCY_HEAD, bar, "x"))
    undone = undo(world, HEAD2, bar, "类别认定有误")
    assert consequence.standing(undone).state is State.UNDONE, "nobody was told: at once"
    refused(world, "consequence.state", lambda: undo(world, HEAD2, bar, "again"))
    again = world.order("publication", cause, level="serious")
    assert (again.turn, again.cause) == (2, cause), "undone, it can be ordered anew"


@pytest.mark.parametrize("number", ["", "L1", "L0000000", "L9999999", "C0000001", "L000000１", "12"])
def test_a_number_that_is_none_is_refused(shared_world: World, number: str) -> None:
    refused(
        shared_world,
        "consequence.no_order",
        lambda: shared_world.by(AGENCY_HEAD, lambda d: consequence.undo(d, order_id(number), "x", DAY)),
    )


def test_due_is_as_of_a_day_and_as_known_on_a_day(shared_world: World) -> None:
    world = shared_world
    subject = world.subject()
    cause = world.fact(subject, FactKind.PENALIZED, {"article": "art_38", "suspension_months": 6}, day=DAY)

    def due(day: int, known: int | None = None) -> set[str]:
        found = world.by(CLERK, lambda d: consequence.due(d, subject, day, known))
        return {one.effect for one in found}

    assert due(DAY) == {"stop_department", "bar_management", "publication"} and due(DAY - 1) == set()
    assert "stop_department" not in due(add_months(DAY, 6)), "its time is over before it was carried out"
    world.annul(cause, DAY + 3)
    assert due(DAY + 5) == set() and "publication" in due(DAY + 5, DAY + 2)
    refused(world, "consequence.not_due", lambda: world.order("publication", cause, DAY + 5, level="general"))


def test_grades_count_only_when_confirmed_and_where_the_region_says_so(shared_world: World) -> None:
    world = shared_world
    subject = world.subject()
    for kind in (FactKind.RATED, FactKind.RATING_NOTICED):
        world.fact(subject, kind, {"grade": "E", "set": "pharmacy", "from_day": DAY})
    assert world.due(subject) == {} and world.follow(subject).ordered == ()
    world.graded(subject, "D", until=DAY + 300)
    followed = {o.effect: o for o in world.follow(subject).ordered}
    assert set(followed) == {
        "prepayment_ratio", "deposit_ratio", "inspection_frequency", "smart_audit_ratio", "budget_factor", "key_list",
    }  # fmt: skip
    terms = world.terms(subject)
    assert (terms.prepayment_bp, terms.deposit_bp, terms.audit_bp, terms.budget_bp) == (
        5_000,
        1_000,
        5_000,
        9_800,
    )
    assert world.terms(subject, DAY + 300).prepayment_bp is None, "the grade ran out"
    rating = consequence.Rating(1, "E", "pharmacy", DAY, None)
    view = consequence.View(subject, SubjectKind.INSTITUTION, DAY, (), rating, None)
    assert {d.effect for d in consequence.wanted(view, load("330600"))} == {"credit_certificate"}, (
        "no pack, no effect"
    )
    assert {d.effect for d in consequence.wanted(view, POLICY)} > {"resident_supervision", "key_list"}


def test_two_hands_at_once_do_it_once(world: World) -> None:
    subject, cause = world.penalized("art_38")

    def one(at: int) -> str:
        try:
            if at % 2:
                return world.order("publication", cause, level="general").number
            return " ".join(o.number for o in world.follow(subject).ordered)
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(one, range(4)))
    assert sorted(s for s in said if s.startswith("consequence")) == ["consequence.once"]
    assert sorted(o.order.effect for o in world.by(CLERK, lambda d: consequence.orders_about(d, subject))) == [
        "publication", "recovery", "stop_department",
    ]  # fmt: skip


def test_who_sees_what(world: World) -> None:
    subject, cause = world.penalized("art_38")
    world.follow(subject)
    world.order("publication", cause, level="general")
    key = world.by(CLERK, lambda d: files.subject(d.unit, subject)).lake_key
    shop = person("shop", Role.INSTITUTION_STAFF, institution=key)
    elsewhere = person("far", Role.AGENCY_CLERK, region="330100")
    doctor = person("doctor", Role.PRACTITIONER, practitioner_id=1)
    for actor, seen in (
        (CLERK, 3),
        (HEAD, 3),
        (shop, 3),
        (HOSPITAL, 3 if key == 7 else 0),
        (elsewhere, 0),
        (doctor, 0),
    ):
        found = world.by(actor, consequence.list_orders)
        assert len(found) == seen, actor.name
    for actor in (elsewhere, doctor):
        about = partial(consequence.orders_about, said=subject)
        refused(world, "access.denied", partial(world.by, actor, about))
    assert world.by(elsewhere, consequence.to_follow) == [] and world.by(CLERK, consequence.to_follow)
    world.annul(cause)
    assert world.by(elsewhere, lambda d: consequence.undo_fallen(d, DAY)) == []


def test_everything_is_sworn_to(world: World) -> None:
    subject, cause = world.penalized("art_38")
    world.follow(subject)
    world.order("publication", cause, level="general")
    world.annul(cause)
    world.undo_fallen()
    checked, faults = world.by(CLERK, lambda d: consequence.verify_effects(d.unit))
    assert checked >= 8 and faults == []
    with world.register.unit_of_work("x") as unit:
        unit.connection.execute(text("ALTER TABLE effect_act DISABLE TRIGGER USER"))
        unit.connection.execute(text("UPDATE effect_act SET day = day + 1 WHERE verb = 'undone'"))
        unit.connection.execute(text("DELETE FROM effect_act WHERE verb = 'executed'"))
    _, faults = world.by(CLERK, lambda d: consequence.verify_effects(d.unit))
    assert {one.kind for one in faults} == {"unguarded", "changed", "lost"}
