"""Letters leave once, are answered by signature, and are withdrawn wherever they may have gone, crash or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.casework.cases.people import CLERK, HEAD, ZHAO, person
from tests.consequence.test_deciding import refused
from tests.consequence.world import DAY, World, said_in

from yibao import consequence
from yibao.access import Actor, Role
from yibao.bootstrap import House
from yibao.consequence import State, Verb
from yibao.consequence.sending import begin, deliver, finish
from yibao.kernel import Refused
from yibao.ledger import Ed25519Signer, home_signers, sign_waiting
from yibao.store import Home

pytestmark = pytest.mark.xdist_group("consequence")
STRANGER = Ed25519Signer("stranger.example/x", Ed25519PrivateKey.generate())


def published(world: World) -> consequence.Order:
    """Order a publication, whose partners are known."""
    world.name_partner("credit_platform", "bureau_site")
    _, cause = world.penalized("art_38")
    return world.order("publication", cause, level="general")


def verbs(world: World, order: consequence.Order, partner: str = "bureau_site") -> list[str]:
    return [str(a.verb) for a in world.state(order).order.acts if a.partner in (partner, "")]


def test_a_letter_says_what_is_needed_and_confirmations_are_counted(shared_world: World) -> None:
    world = shared_world
    order = published(world)
    first, second = world.post(order)
    said = said_in(first)
    assert said["kind"] == "order" and said["until"] and said["basis"][0]["instrument"] == "行政处罚法"
    assert said["instrument"]["case"] == "C1" and said["subject"]["name"].startswith("某主体")
    assert world.state(order).state is State.SENT
    world.take_in(world.answer(first))
    assert world.state(order).state is State.SENT, "one of two"
    done = world.take_in(world.answer(second))
    assert consequence.standing(done).state is State.IN_FORCE
    assert [a.body for a in done.acts if a.verb is Verb.EXECUTED] == [{"partners": 2}]
    acts = len(done.acts)
    assert len(world.take_in(world.answer(second)).acts) == acts, "answered twice, written once"
    assert world.post(order) == []


@pytest.mark.parametrize("crash", ["begun", "written", "whole"])
def test_a_crash_while_sending_never_doubles_a_letter(shared_world: World, crash: str) -> None:
    world = shared_world
    order = published(world)
    signers, folder = home_signers(world.register), world.outbox
    letter = world.by(CLERK, lambda d: begin(d.unit, order.id, "bureau_site", DAY))
    assert letter is not None
    if crash != "begun":
        file, digest = deliver(letter, folder, signers)
        before = file.read_bytes()
    if crash == "whole":
        world.by(CLERK, lambda d: finish(d.unit, letter, digest, DAY))
    gone = consequence.post(
        world.register, folder, signers, order.id, "bureau_site", actor="clerk", day=DAY + 4
    )
    assert len(gone) == (0 if crash == "whole" else 1)
    assert verbs(world, order) == ["sending", "sent"]
    assert len(list((folder / "bureau_site").glob(f"{order.number}-*"))) == 1
    if crash == "written":
        assert file.read_bytes() == before, "what lay there already was not written again"
    assert said_in(letter.path(folder))["dated"] == "2026-06-01", "the day on which it was to leave"
    world.take_in(world.answer(letter.path(folder), DAY + 5))
    assert world.state(order).told["bureau_site"].acknowledged == DAY + 5


def test_half_a_file_is_replaced(shared_world: World) -> None:
    world = shared_world
    order = published(world)
    letter = world.by(CLERK, lambda d: begin(d.unit, order.id, "bureau_site", DAY))
    assert letter is not None
    file = letter.path(world.outbox)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b'yibao-letter/1\n{"ha\xff')
    world.post(order)
    world.take_in(world.answer(file))


@pytest.mark.parametrize("crash", ["not begun", "begun", "written", "sent", "acknowledged"])
def test_what_is_undone_while_it_is_being_sent_is_withdrawn_from_who_may_have_it(
    shared_world: World, crash: str
) -> None:
    world = shared_world
    order = published(world)
    signers = home_signers(world.register)
    letter = None
    if crash in ("begun", "written"):
        letter = world.by(CLERK, lambda d: begin(d.unit, order.id, "bureau_site", DAY))
    if crash == "written":
        assert letter is not None
        _, digest = deliver(letter, world.outbox, signers)
    if crash in ("sent", "acknowledged"):
        files = world.post(order)
        for file in files if crash == "acknowledged" else ():
            world.take_in(world.answer(file))
    world.annul(order.cause)
    assert order.id in {one.id for one in world.undo_fallen()}
    if crash == "written":  # the other program goes on where it was
        world.by(CLERK, lambda d: finish(d.unit, letter, digest, DAY))  # type: ignore[arg-type]
    files = world.post(order, DAY + 1)
    reached = {"not begun": 0, "begun": 1, "written": 1, "sent": 2, "acknowledged": 2}[crash]
    assert [said_in(f)["kind"] for f in files] == ["withdrawal"] * reached
    assert all(said_in(f)["why"] == "所依据的文书已撤销" for f in files)
    if crash == "begun":
        assert letter is not None and not letter.path(world.outbox).exists(), "it does not leave any more"
    state = world.state(order)
    assert state.state is (State.UNDOING if reached else State.UNDONE)
    for file in files:
        world.take_in(world.answer(file, DAY + 2))
    done = world.state(order)
    assert done.state is State.UNDONE
    assert [a.body["partners"] for a in done.order.acts if a.verb is Verb.UNDONE] == [reached]
    assert world.post(order, DAY + 3) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"form": "x"}, "form"), ({"letter": "L0000001-bureau_site-order"}, "another letter"),
        ({"letter": "L9999999-bureau_site-order"}, "no letter"), ({"letter": "nonsense"}, "nonsense"),
        ({"letter": None}, "none"), ({"sha256": "0" * 64}, "digest"), ({"sha256": None}, "digest"),
        ({"partner": "credit_platform"}, "other partner"), ({"partner": "nobody"}, "nobody"),
        ({"day": "2026-05-31"}, "before it was sent"), ({"day": "2031-01-01"}, "in the future"),
        ({"day": "yesterday"}, "no day"), ({"result": "perhaps"}, "no result"), ({"result": None}, "no result"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_refused(
    shared_world: World, other: dict[str, Any], said: str
) -> None:
    world = shared_world
    order = published(world)
    [file] = [f for f in world.post(order) if f.parent.name == "bureau_site"]
    with pytest.raises(Refused) as caught:
        world.take_in(world.answer(file, other=other))
    assert caught.value.code in ("consequence.acknowledgement", "consequence.no_order"), said
    assert caught.value.todo is not None
    assert world.state(order).told["bureau_site"].acknowledged is None


def test_an_answer_must_be_signed_by_the_partner_itself(shared_world: World) -> None:
    world = shared_world
    order = published(world)
    [file] = [f for f in world.post(order) if f.parent.name == "bureau_site"]
    refused(world, "ledger.letter_key", lambda: world.take_in(world.answer(file, signer=STRANGER)))
    good = world.answer(file)
    refused(
        world,
        "ledger.letter_signature",
        lambda: world.take_in(good.replace('"result":"done"', '"result":"dome"')),
    )
    refused(world, "ledger.letter_form", lambda: world.take_in("done"))
    refused(
        world, "ledger.letter_form", lambda: world.take_in(good.replace("yibao-letter/1", "yibao-letter/2"))
    )
    other = Ed25519Signer("other.example/y", Ed25519PrivateKey.generate())
    world.name_partner("market_access", key=str(other.key))
    refused(world, "consequence.acknowledgement", lambda: world.take_in(world.answer(file, signer=other)))
    refused(world, "ledger.letter_key", lambda: world.take_in(file.read_text(encoding="utf-8")))
    outsider = person("portal", Role.PARTNER_DEPARTMENT, partner="credit_platform")
    refused(world, "access.denied", lambda: world.take_in(good, outsider))
    mine = person("portal2", Role.PARTNER_DEPARTMENT, partner="bureau_site")
    assert world.take_in(good, mine).acts[-1].actor == "portal2"


def test_paper_answers_are_written_down_by_a_second_person(shared_world: World) -> None:
    world = shared_world
    order = published(world)

    def by_hand(actor: Any, reason: str = "电话回执 3 号", partner: str = "bureau_site") -> Any:
        return world.by(actor, lambda d: consequence.acknowledge(d, order.id, partner, reason, DAY))

    refused(world, "consequence.state", lambda: by_hand(CLERK))
    world.post(order)
    refused(world, "consequence.no_reason", lambda: by_hand(CLERK, " "))
    refused(world, "access.denied", lambda: by_hand(HEAD))
    refused(world, "consequence.state", lambda: by_hand(CLERK, partner="title_body"))
    by_hand(CLERK)
    assert consequence.standing(by_hand(ZHAO, partner="credit_platform")).state is State.IN_FORCE


def test_a_partner_that_never_answers_is_reminded_and_escalated(world: World) -> None:
    order = published(world)
    world.post(order)

    def remind(day: int) -> list[tuple[str, int, bool]]:
        return [
            (o.partner, o.reminded, o.escalated)
            for o in world.by(CLERK, lambda d: consequence.remind(d, day))
        ]

    assert remind(DAY + 6) == []
    assert remind(DAY + 7) == [("bureau_site", 1, False), ("credit_platform", 1, False)]
    assert remind(DAY + 8) == remind(DAY + 7), "once in seven days"
    assert remind(DAY + 15) == [("bureau_site", 2, True), ("credit_platform", 2, True)]
    assert remind(DAY + 16) == remind(DAY + 15)
    world.take_in(
        world.answer(world.outbox / "bureau_site" / f"{order.number}-bureau_site-order.letter", DAY + 16)
    )
    assert [o[0] for o in remind(DAY + 17)] == ["credit_platform"]
    world.annul(order.cause)
    world.undo_fallen(DAY + 17)
    files = world.post(order, DAY + 17)
    assert len(files) == 2 and remind(DAY + 18) == []
    assert [o[1] for o in remind(DAY + 24)] == [1, 1], "a withdrawal has a clock of its own"
    assert world.state(order).state is State.UNDOING


def test_a_partner_that_refuses_is_escalated_at_once(world: World) -> None:
    order = published(world)
    [file] = [f for f in world.post(order) if f.parent.name == "bureau_site"]
    world.take_in(world.answer(file, other={"result": "refused"}))
    assert world.state(order).state is State.SENT
    [late] = world.by(CLERK, lambda d: consequence.remind(d, DAY))
    assert (late.partner, late.escalated, late.refused, late.reminded) == ("bureau_site", True, True, 0)
    world.take_in(world.answer(file, DAY + 1))
    assert world.by(CLERK, lambda d: consequence.unanswered(d, DAY + 1)) == []


@pytest.mark.parametrize(("code", "key"), [("Bureau", None), ("a b", None), ("", None), ("x", "no key")])
def test_a_partner_needs_a_code_and_a_real_key(shared_world: World, code: str, key: str | None) -> None:
    wanted = "consequence.partner" if key is None else "ledger.key_form"

    def name(actor: Actor, code: str, key: str | None) -> None:
        shared_world.by(actor, lambda d: consequence.name_partner(d, code, "某", key, DAY))

    refused(shared_world, wanted, lambda: name(HEAD, code, key))
    refused(shared_world, "access.denied", lambda: name(CLERK, "x", None))


def test_without_a_key_nothing_signed_is_believed(world: World) -> None:
    refused(world, "consequence.no_key", lambda: world.take_in("x"))


def test_a_new_key_of_a_partner_takes_the_place_of_the_old(world: World) -> None:
    order = published(world)
    file = world.post(order)[0]
    world.name_partner("credit_platform", "bureau_site", key=str(STRANGER.key))
    refused(world, "ledger.letter_key", lambda: world.take_in(world.answer(file)))
    world.take_in(world.answer(file, signer=STRANGER))


def test_jobs_let_letters_leave_and_draw_consequences(world: World, tmp_path: Path) -> None:
    order = published(world)
    house = House(Home(world.register.home.path), world.register, "cli")
    troubles: list[tuple[str, Exception]] = []
    assert house.work(until=None, trouble=lambda at, why: troubles.append((at, why))) == 2
    assert troubles == [] and world.state(order).state is State.SENT
    assert house.work(until=None, trouble=lambda at, why: troubles.append((at, why))) == 0
    sign_waiting(world.register)
