"""What the tests of consequences share: subjects, facts, people, and a partner’s key."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.casework.cases import people
from tests.casework.cases.people import AGENCY_HEAD, CLERK, HEAD, SECOND_CLERK, person

from yibao import consequence
from yibao.access import Actor, Role
from yibao.archive import files
from yibao.archive.files import FactKind, NewFact, Subject, SubjectKind
from yibao.casework.cases import Desk
from yibao.consequence import EFFECTS, Choice, Effect, Order, Standing, State
from yibao.kernel import Json, date_of, day_of_ymd
from yibao.ledger import Ed25519Signer, home_signers, seal, unseal
from yibao.store import Register

T = TypeVar("T")
DAY = day_of_ymd(20260601)
"""The day on which things happen in these tests: the rules on publication are in force."""
POLICY = people.policy()
PARTNER = Ed25519Signer("partner.example/credit", Ed25519PrivateKey.generate())
HEAD2 = person("head2", Role.DECIDING_HEAD)
AGENCY_HEAD2 = person("agency_head2", Role.AGENCY_HEAD)
BODIES: Mapping[str, dict[str, Json]] = {
    "art_38": {"article": "art_38", "case": "C1", "refund_fen": 50_000, "patient_fen": 5_000, "suspension_months": 6},
    "art_39": {"article": "art_39", "case": "C1", "refund_fen": 1},
    "art_40": {"article": "art_40", "case": "C1", "refund_fen": 90_000, "suspension_months": 12},
    "art_41_1": {"article": "art_41_1", "case": "C1", "refund_fen": 700, "suspension_months": 3},
    "art_41_2": {"article": "art_41_2", "case": "C1", "refund_fen": 700, "suspension_months": 12},
}  # fmt: skip
"""What a penalty says, by article."""


class World:
    """A register with people at their desks."""

    numbers = count(1)

    def __init__(self, register: Register) -> None:
        self.register = register

    def by(self, actor: Actor, deed: Callable[[Desk], T]) -> T:
        """Do something at somebody's desk."""
        with self.register.unit_of_work(actor=actor.name) as unit:
            return deed(Desk(unit, actor, POLICY, today=people.TODAY))

    def subject(self, kind: SubjectKind = SubjectKind.INSTITUTION) -> int:
        """Open a file of its own."""
        n = next(self.numbers)
        new = Subject(0, kind, people.CITY, f"X{kind}{n:09d}", f"某主体{n}", n, "")
        return self.by(CLERK, lambda d: files.open_subjects(d.unit, [new]))[0]

    def fact(
        self, subject: int, kind: FactKind, body: Mapping[str, Json], *, day: int = DAY, on: int | None = None
    ) -> int:
        """Write a fact into a file."""
        new = NewFact(subject, kind, day, body, on)
        return self.by(CLERK, lambda d: files.write_facts(d.unit, [new], known_day=day))[0]

    def annul(self, fact: int, day: int = DAY) -> int:
        """Annul a fact."""
        return self.by(CLERK, lambda d: files.annul(d.unit, fact, "复议撤销", day, known_day=day))

    def graded(self, subject: int, grade: str, *, day: int = DAY, until: int | None = None) -> int:
        """Confirm a grade."""
        body: dict[str, Json] = {"grade": grade, "set": "pharmacy", "from_day": day}
        return self.fact(subject, FactKind.RATING_CONFIRMED, {**body, "until_day": until}, day=day)

    def points(self, person: int, value: int, *, on: int | None = None) -> int:
        """Write a record of points into a person's file."""
        body: dict[str, Json] = {"year": 2026, "behaviour": "b4", "value": value, "cases": []}
        return self.fact(person, FactKind.POINTS, body, on=on)

    def penalized(
        self, article: str = "art_38", kind: SubjectKind = SubjectKind.INSTITUTION
    ) -> tuple[int, int]:
        """Open a file with one penalty; give subject and fact."""
        subject = self.subject(kind)
        return subject, self.fact(subject, FactKind.PENALIZED, BODIES[article])

    def due(self, subject: int, day: int = DAY) -> dict[str, consequence.Due]:
        """Give what is due by effect."""
        found = self.by(CLERK, lambda d: consequence.due(d, subject, day))
        return {one.effect: one for one in found}

    def order(
        self, effect: str, cause: int, day: int = DAY, actor: Actor | None = None, **more: Any
    ) -> Order:
        """Order an effect as whoever may: the head of the side that the registry names."""
        who = actor or (HEAD if EFFECTS[effect].by == "bureau" else AGENCY_HEAD)
        choice = Choice(effect, cause, more.pop("reason", "情节严重，依法落实"), **more)
        return self.by(who, lambda d: consequence.order(d, choice, day))

    def follow(self, subject: int, day: int = DAY) -> consequence.Followed:
        """Draw what follows by law."""
        return self.by(CLERK, lambda d: consequence.follow(d, subject, day))

    def undo_fallen(self, day: int = DAY) -> list[Order]:
        """Undo whatever stands no more."""
        return self.by(CLERK, lambda d: consequence.undo_fallen(d, day))

    def state(self, order: Order) -> Standing:
        """Give an order as it stands now."""
        found = self.by(CLERK, lambda d: consequence.orders_about(d, order.cause_subject))
        return next(one for one in found if one.order.id == order.id)

    def standing(self, subject: int, day: int = DAY) -> dict[int, str]:
        """Give the effects that are on a subject."""
        found = self.by(CLERK, lambda d: consequence.standing_effects(d.unit, subject, day))
        return {one.order.id: one.order.effect for one in found}

    def terms(self, subject: int, day: int = DAY) -> consequence.Terms:
        """Give what settlement has to know."""
        return self.by(CLERK, lambda d: consequence.terms(d.unit, subject, day))

    # — letters —

    @property
    def outbox(self) -> Path:
        """Give the folder of letters."""
        return self.register.home.outbox

    def name_partner(self, *codes: str, key: str | None = None) -> None:
        """Tell the house who the partners are; all of them sign with one key here."""
        for code in codes:
            named = str(PARTNER.key) if key is None else key
            self.by(
                HEAD, lambda d, code=code, named=named: consequence.name_partner(d, code, code, named, DAY)
            )

    def post(self, order: Order, day: int = DAY) -> list[Path]:
        """Let the letters of an order leave."""
        signers = home_signers(self.register)
        return [
            file
            for partner in EFFECTS[order.effect].partners
            for file in consequence.post(
                self.register, self.outbox, signers, order.id, partner, actor="clerk", day=day
            )
        ]

    def answer(
        self,
        letter: Path,
        day: int = DAY,
        signer: Ed25519Signer = PARTNER,
        other: Mapping[str, Json] | None = None,
    ) -> str:
        """Write what a partner answers to a letter, as it reads it; or something other than it ought to."""
        keys = [str(s.key) for s in home_signers(self.register)]
        got = unseal(letter.read_text(encoding="utf-8"), keys)
        said: dict[str, Json] = {
            "form": "yibao-acknowledgement/1", "letter": got.said["letter"], "partner": got.said["to"],
            "sha256": got.sha256, "day": date_of(day).isoformat(), "result": "done", **(other or {}),
        }  # fmt: skip
        return seal(said, [signer])

    def take_in(self, text: str, actor: Actor = CLERK) -> Order:
        """Take in a partner's answer."""
        return self.by(actor, lambda d: consequence.import_acknowledgement(d, text))

    def answer_all(self, order: Order, day: int = DAY) -> None:
        """Send what is to be sent of an order, and let every partner answer."""
        for file in self.post(order, day):
            self.take_in(self.answer(file, day))

    # — every effect there is —

    def bring_about(self, effect: Effect, at: int) -> tuple[int, int]:
        """Open a file in which one trigger of an effect holds; give subject and cause."""
        trigger = effect.triggers[at]
        subject = self.subject(effect.subjects[0])
        if trigger.points:
            return subject, self.points(subject, 12 if trigger.points == ("terminated",) else 9)
        if trigger.fact is FactKind.PENALIZED:
            article = trigger.articles[0] if trigger.articles else "art_38"
            return subject, self.fact(subject, FactKind.PENALIZED, BODIES[article])
        if trigger.fact is FactKind.DISPOSED:
            measure: dict[str, Json] = {
                "measure": trigger.measures[0], "fund_fen": 8_000, "patient_fen": 200, "months": 3,
            }  # fmt: skip
            return subject, self.fact(
                subject, FactKind.DISPOSED, {"clause": "第四十条", "measures": [measure]}
            )
        if trigger.fact is FactKind.LISTED:
            return subject, self.fact(subject, FactKind.LISTED, {"list": trigger.lists[0]})
        if trigger.asked:
            return subject, self.graded(subject, "A")
        good = effect.sense == "favour" or effect.id == "prepayment_ratio"
        return subject, self.graded(subject, "A" if good else "E")

    def put_into_force(self, effect: Effect, subject: int, cause: int) -> Order:
        """Order an effect in the way that the registry names, carry it out, and have it acknowledged."""
        due = self.due(subject).get(effect.id)
        if due is None:
            asked = self.by(
                CLERK, lambda d: consequence.certify(d, subject, "贷款", "某银行", DAY, "申请书 1 号")
            )
            return asked.order
        if due.mode == "law":
            order = next(one for one in self.follow(subject).ordered if one.effect == effect.id)
        else:
            more: dict[str, Any] = {}
            if "onto" in due.wanted:
                more["onto"] = self.subject(SubjectKind.PRACTITIONER)
            if "level" in due.wanted:
                more["level"] = "general"
            order = self.order(effect.id, cause, **more)
        if effect.carried_out == "person":
            self.by(SECOND_CLERK, lambda d: consequence.execute(d, order.id, "凭证 1 号", DAY))
        self.name_partner(*effect.partners)
        self.answer_all(order)
        assert self.state(order).state is State.IN_FORCE
        return order


def said_in(file: Path) -> dict[str, Any]:
    """Read what a letter says without checking it."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8").split("\n")[1])
    return found
