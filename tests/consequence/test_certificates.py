"""A certificate is asked for by its subject, checked by anybody offline, and void when its grade is."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.casework.cases.people import AGENCY_HEAD, CLERK, person
from tests.consequence.test_deciding import refused
from tests.consequence.world import DAY, World

from yibao import consequence
from yibao.access import Actor, Role
from yibao.archive.files import FactKind, SubjectKind, subject
from yibao.consequence import Certificate, verify_certificate
from yibao.ledger import Ed25519Signer, home_signers, log_keys, seal, sign_waiting

pytestmark = pytest.mark.xdist_group("consequence")


def pharmacy(world: World, grade: str | None = "A", until: int | None = DAY + 365) -> tuple[int, Actor]:
    """Open a pharmacy's file with a confirmed grade, and give the person who speaks for it."""
    number = world.subject()
    if grade is not None:
        world.graded(number, grade, until=until)
    key = world.by(CLERK, lambda d: subject(d.unit, number)).lake_key
    return number, person("shop", Role.INSTITUTION_STAFF, institution=key)


def ask(
    world: World, number: int, actor: Actor, consent: str = "", purpose: str = "贷款", day: int = DAY
) -> Certificate:
    return world.by(actor, lambda d: consequence.certify(d, number, purpose, "某银行", day, consent))


def keys(world: World) -> list[str]:
    sign_waiting(world.register)
    with world.register.unit_of_work("x") as unit:
        return log_keys(unit)


def test_a_pharmacy_takes_its_grade_to_a_bank(world: World) -> None:
    number, shop = pharmacy(world)
    made = ask(world, number, shop)
    text, public = made.sign(home_signers(world.register)), keys(world)
    found = verify_certificate(text, public, DAY)
    assert found.holds and found.letter.said["grade"] == "A" and found.letter.said["purpose"] == "贷款"
    assert found.letter.said["expires"] == "2026-08-30" and len(found.letter.signed_by) >= 1
    assert [verify_certificate(text, [key], DAY).holds for key in public] == [True] * len(public), (
        "by each key alone"
    )
    assert (
        not verify_certificate(text, public, DAY + 90).holds
        and not verify_certificate(text, public, DAY - 1).holds
    )
    assert world.standing(number) == {made.order.id: "credit_certificate"}, "nothing else follows from asking"
    again = ask(world, number, shop, purpose="招聘")
    assert again.order.turn == 2 and again.order.number != made.order.number


def test_a_certificate_is_void_with_its_grade(world: World) -> None:
    number, shop = pharmacy(world)
    made, public = ask(world, number, shop), keys(world)
    other, other_shop = pharmacy(world)
    kept = ask(world, other, other_shop)
    signers = home_signers(world.register)
    text = made.sign(signers)
    world.graded(number, "D", day=DAY + 5)

    def void(day: int) -> str:
        with world.register.unit_of_work("x") as unit:
            return seal(consequence.void_certificates(unit, day), signers)

    assert verify_certificate(text, public, DAY + 4, void_list=void(DAY + 4)).holds
    assert not verify_certificate(text, public, DAY + 5, void_list=void(DAY + 5)).holds, (
        "also before it is undone"
    )
    world.follow(number, DAY + 5)
    assert not verify_certificate(text, public, DAY + 6, void_list=void(DAY + 6)).holds
    assert verify_certificate(kept.sign(signers), public, DAY + 6, void_list=void(DAY + 6)).holds
    assert json.loads(void(DAY + 200).split("\n")[1])["numbers"] == [], "what expired anyway is left out"


def test_what_is_forged_or_something_else_is_refused(world: World) -> None:
    number, shop = pharmacy(world, "C")
    text, public = ask(world, number, shop).sign(home_signers(world.register)), keys(world)
    stranger = Ed25519Signer("ledger.yibao/other", Ed25519PrivateKey.generate())
    better = text.replace('"grade":"C"', '"grade":"A"')
    assert better != text
    refused(world, "ledger.letter_signature", lambda: verify_certificate(better, public, DAY))
    refused(world, "ledger.letter_key", lambda: verify_certificate(text, [str(stranger.key)], DAY))
    refused(world, "ledger.key_form", lambda: verify_certificate(text, ["no key"], DAY))
    for broken in (
        "",
        "x",
        text[: len(text) // 2],
        text.replace("yibao-letter/1", "yibao-letter/9"),
        "{}\n\n— a b\n",
    ):
        refused(world, "ledger.letter_form", lambda broken=broken: verify_certificate(broken, public, DAY))
    letter = seal({"form": "yibao-effect/1"}, home_signers(world.register))
    refused(world, "consequence.not_a_certificate", lambda: verify_certificate(letter, public, DAY))
    refused(
        world, "consequence.not_a_certificate", lambda: verify_certificate(text, public, DAY, void_list=text)
    )
    forged = seal({"form": "yibao-void-certificates/1", "numbers": []}, [stranger])
    refused(world, "ledger.letter_key", lambda: verify_certificate(text, public, DAY, void_list=forged))


def test_who_may_ask_and_for_what(shared_world: World) -> None:
    world = shared_world
    number, shop = pharmacy(world)
    _, other = pharmacy(world)
    refused(world, "access.denied", lambda: ask(world, number, other))
    refused(world, "access.denied", lambda: ask(world, number, AGENCY_HEAD))
    refused(world, "consequence.no_reason", lambda: ask(world, number, CLERK))
    for purpose in ("", " ", "长" * 101, "a\nb"):
        refused(
            world,
            "consequence.certificate",
            lambda purpose=purpose: ask(world, number, shop, purpose=purpose),
        )
    assert ask(world, number, CLERK, "书面申请 7 号").said["recipient"] == "某银行"


def test_without_a_confirmed_grade_there_is_none(shared_world: World) -> None:
    world = shared_world
    number, shop = pharmacy(world, None)
    refused(world, "consequence.no_grade", lambda: ask(world, number, shop))
    world.fact(number, FactKind.RATED, {"grade": "A", "set": "pharmacy", "from_day": DAY})
    refused(world, "consequence.no_grade", lambda: ask(world, number, shop))
    short, its = pharmacy(world, "B", until=DAY + 10)
    assert ask(world, short, its).said["expires"] == "2026-06-11", "never longer than the grade"
    refused(world, "consequence.no_grade", lambda: ask(world, short, its, day=DAY + 10))
    assert ask(world, short, its, day=DAY + 9).said["expires"] == "2026-06-11"


def test_a_doctor_may_ask_too(shared_world: World) -> None:
    world = shared_world
    number = world.subject(SubjectKind.PRACTITIONER)
    world.graded(number, "B")
    key = world.by(CLERK, lambda d: subject(d.unit, number)).lake_key
    doctor = person("doctor", Role.PRACTITIONER, practitioner_id=key)
    assert ask(world, number, doctor, purpose="应聘").said["grade"] == "B"
