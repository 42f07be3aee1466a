"""Every effect of the registry: brought about, carried out once, undone with its cause, on a basis that is named."""

from __future__ import annotations

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import SECOND_CLERK
from tests.consequence.world import DAY, World

from yibao import consequence
from yibao.consequence import EFFECTS, State, read_effects
from yibao.kernel import Refused
from yibao.policy import Status, load

pytestmark = pytest.mark.xdist_group("consequence")
TRIGGERS = [(one.id, at) for one in EFFECTS.values() for at in range(len(one.triggers))]


@pytest.mark.parametrize(("name", "at"), TRIGGERS, ids=[f"{name}-{at}" for name, at in TRIGGERS])
def test_an_effect_is_brought_about_carried_out_once_and_undone(
    shared_world: World, name: str, at: int
) -> None:
    world, effect = shared_world, EFFECTS[name]
    subject, cause = world.bring_about(effect, at)
    if not effect.triggers[at].asked:
        found = world.due(subject)[name]
        assert found.cause == cause and found.mode == (effect.triggers[at].mode or effect.mode)
    order = world.put_into_force(effect, subject, cause)
    assert name not in world.due(subject), "what stands is not due"
    assert effect.id not in {one.effect for one in world.follow(subject).ordered}
    before = len(world.by(people.CLERK, lambda d: consequence.orders_about(d, subject)))
    assert not world.follow(subject).ordered, "followed again, nothing is doubled"
    if effect.triggers[at].asked is False and order.mode == "person":
        with pytest.raises(Refused, match=r"consequence\.once"):
            world.order(name, cause, level="general", onto=order.subject if effect.onto else None)
    assert len(world.by(people.CLERK, lambda d: consequence.orders_about(d, subject))) == before
    assert order.id in world.standing(order.subject)

    world.annul(cause)
    assert order.id not in world.standing(order.subject), "also before anybody has undone it"
    undone = world.undo_fallen()
    assert order.id in {one.id for one in undone}
    world.answer_all(order)
    if effect.carried_out == "person":
        assert world.state(order).state is State.UNDOING, "what a person did a person has to undo"
        world.by(SECOND_CLERK, lambda d: consequence.execute_undoing(d, order.id, "退款凭证 1 号", DAY))
    state = world.state(order)
    assert state.state is State.UNDONE
    assert all(told.withdrawal_acknowledged for told in state.told.values()), "undone wherever it went"
    assert name not in world.due(subject)


def test_every_effect_names_its_basis_and_says_how_it_is_undone() -> None:
    for one in EFFECTS.values():
        assert all(b.instrument and (b.article or b.status is Status.ASSUMED) for b in one.basis), one.id
        for text in (one.text, one.does.text, one.undo.text):
            assert text.zh and text.en
        settled_by_law = one.mode == "law" and one.sense == "burden" and one.triggers[0].fact is not None
        if settled_by_law:
            assert any(b.status is Status.CONFIRMED for b in one.basis), (
                f"{one.id}: no machine acts on a guess"
            )


def test_every_parameter_that_the_registry_names_is_declared() -> None:
    policy = load(people.CITY)
    articles = ("art_38", "art_40", "art_41_1", "art_41_2")
    for one in EFFECTS.values():
        lasts = one.lasts
        keys = {lasts.years, lasts.days, one.listed, lasts.least, lasts.most}
        keys |= {key for t in one.triggers for key in (t.grades, t.least, t.most)}
        keys |= {f"{t.by_grade}.grade_{g}" for t in one.triggers if t.by_grade for g in "abcde"}
        keys |= {f"{lasts.levels}.{level}.least_months" for level in consequence.LEVEL_NAMES if lasts.levels}
        for key in filter(None, keys):
            for spelled in {key.format(article=a) for a in articles} if "{" in key else {key}:
                assert policy.declares(spelled) or ("art_" in spelled), spelled


def test_the_list_of_the_law_and_of_practice_is_whole() -> None:
    wanted = {
        "recovery", "withhold_payment", "suspend_agreement", "terminate_agreement", "stop_department",
        "stop_online_settlement", "bar_management", "publication", "payment_qualification", "prepayment_ratio",
        "deposit_ratio", "inspection_frequency", "smart_audit_ratio", "resident_supervision",
        "new_technology_filing", "budget_factor", "key_list", "green_channel", "notify_market_access",
        "notify_title_body", "joint_reward", "credit_certificate",
    }  # fmt: skip
    assert wanted <= EFFECTS.keys() and any(one.joint for one in EFFECTS.values())


GOOD = """
x:
  zh: 甲
  en: a
  basis: [{instrument: 某法, article: 第一条, status: confirmed}]
  subjects: [institution]
  triggers: [{fact: penalized}]
  mode: person
  by: bureau
  sense: burden
  does: {zh: 乙, en: b}
  carried_out: itself
  undo: {zh: 丙, en: c}
"""


def test_a_registry_that_is_written_right_is_read() -> None:
    [one] = read_effects(GOOD, "x.yaml")
    assert one.id == "x"


@pytest.mark.parametrize(
    ("was", "is_", "said"),
    [
        ("article: 第一条, status: confirmed", "status: certain", "basis.0.status"),
        ("basis: [{instrument: 某法, article: 第一条, status: confirmed}]", "basis: []", "basis"),
        ("{fact: penalized}", "{fact: suspected}", "triggers.0.fact"),
        ("{fact: penalized}", "{fact: penalized, points: [suspended]}", "triggers.0"),
        ("{fact: penalized}", "{grades: x.y, articles: [art_38]}", "triggers.0"),
        ("carried_out: itself", "carried_out: partner", "partners"),
        ("carried_out: itself", "carried_out: itself\n  partners: [p]", "partners"),
        ("sense: burden", "sense: burden\n  joint: true", "lawful list"),
        ("sense: burden", "sense: burden\n  listed: a.b", "lawful list"),
        ("sense: burden", "sense: burden\n  surprise: yes", "surprise"),
        ("mode: person", "mode: machine", "mode"),
        ("  undo: {zh: 丙, en: c}\n", "", "undo"),
    ],
)
def test_a_registry_that_is_written_wrongly_is_refused(was: str, is_: str, said: str) -> None:
    assert was in GOOD
    with pytest.raises(Refused, match=r"consequence\.registry") as refused:
        list(read_effects(GOOD.replace(was, is_), "x.yaml"))
    assert said in str(refused.value.came) and refused.value.where == "x.yaml:2"


def test_joint_punishment_that_a_machine_decides_is_refused() -> None:
    text = GOOD.replace("sense: burden", "sense: burden\n  joint: true\n  listed: a.b")
    assert len(list(read_effects(text, "x.yaml"))) == 1
    with pytest.raises(Refused, match=r"consequence\.registry"):
        list(read_effects(text.replace("mode: person", "mode: law"), "x.yaml"))
