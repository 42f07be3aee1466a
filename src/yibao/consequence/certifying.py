"""Credit certificates (信用证明): the subject asks, the house signs, anybody checks with the file and a public key.

A certificate says one grade of one subject for one purpose and recipient, until a day. It goes to the subject, who hands it
on; nothing is sent to anybody behind its back. When the grade changes the certificate is void, and its number goes on a
signed list of void certificates that can be checked in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from yibao.access import Permission, check
from yibao.casework.cases import Desk
from yibao.consequence import store
from yibao.consequence.acting import head_of, lock, look, target
from yibao.consequence.carrying import standing_effects
from yibao.consequence.choosing import Settled
from yibao.consequence.deriving import wanted
from yibao.consequence.model import Order
from yibao.consequence.refusing import no_reason
from yibao.consequence.service import write_order
from yibao.kernel import Json, Refused, Text, date_of, parse_day
from yibao.ledger import Letter, Signer, Tag, record, seal, unseal
from yibao.store import UnitOfWork

FORM: Final = "yibao-certificate/1"
VOID_FORM: Final = "yibao-void-certificates/1"
EFFECT: Final = "credit_certificate"
LONGEST: Final = 100
"""Characters of a purpose or a recipient at most."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that was made out: the order behind it, and what it says."""

    order: Order
    said: dict[str, Json]

    def sign(self, signers: Sequence[Signer]) -> str:
        """Give the certificate as the file that is handed out."""
        return seal(self.said, signers)


def certify(
    desk: Desk, said: int | str, purpose: str, recipient: str, day: int, consent: str = ""
) -> Certificate:
    """Make out a certificate that a subject asks for.

    It asks for itself, or somebody of the agency records its written application (``consent`` says which).
    Raises `Refused`: ``consequence.no_grade`` where no confirmed grade is in force, ``consequence.certificate`` without
    purpose or recipient, ``consequence.no_reason`` where the application is not named, ``access.denied``.
    """
    head = head_of(desk.unit, said)
    whole = target(head)
    check(desk.actor, Permission.EFFECT_CERTIFY, whole)
    own = any(
        mine is not None and mine == theirs
        for mine, theirs in (
            (desk.actor.institution_id, whole.institution_id),
            (desk.actor.practitioner_id, whole.practitioner_id),
            (desk.actor.person_id, whole.person_id),
        )
    )
    if not own and not consent.strip():
        raise no_reason(f"{EFFECT} {head.number}: 书面申请 written application")
    for name, value in (("purpose", purpose), ("recipient", recipient)):
        if not 0 < len(value.strip()) <= LONGEST or not value.isprintable():
            raise Refused(
                "consequence.certificate",
                zh="信用证明须写明用途和接收单位",
                en="a certificate says for what and for whom it is",
                where=f"{EFFECT} {head.number}",
                wanted=f"{name}: 1–{LONGEST} 字",
                came=value[:40] or "—",
                todo=Text(zh="用 --purpose、--recipient 写明", en="say them with --purpose and --recipient"),
            )
    lock(desk.unit, head)
    view = look(desk.unit, desk.policy, head, day)
    due = next((one for one in wanted(view, desk.policy) if one.effect == EFFECT), None)
    if due is None or view.rating is None:
        raise _no_grade(head.number, day)
    days = desk.policy.at("consequence.certificate.days", day).number
    until = day + days if due.until_day is None else min(day + days, due.until_day)
    due = replace(due, from_day=day, until_day=until)
    order = write_order(desk.unit, Settled(head, due), day, f"{purpose}；{recipient}；{consent}")
    issued = record(
        desk.unit, Tag.CONSEQUENCE_CERTIFICATE_ISSUED, order.number,
        {"grade": view.rating.grade, "fact": view.rating.fact, "expires": date_of(until).isoformat()},
        personal={"purpose": purpose.strip(), "recipient": recipient.strip()},
    )  # fmt: skip
    certified: dict[str, Json] = {
        "form": FORM, "number": order.number, "effect": EFFECT,
        "subject": {"file": head.number, "kind": str(head.kind), "code": head.code, "name": head.name},
        "grade": view.rating.grade, "set": view.rating.set,
        "grade_from": date_of(view.rating.from_day).isoformat(),
        "grade_until": None if view.rating.until_day is None else date_of(view.rating.until_day).isoformat(),
        "purpose": purpose.strip(), "recipient": recipient.strip(), "region": head.region,
        "issued": date_of(day).isoformat(), "expires": date_of(until).isoformat(),
        "ledger_entry": issued.entry, "note": "本证明由本人申请，只用于所载用途；过期或等级变化即作废",
    }  # fmt: skip
    return Certificate(order, certified)


@dataclass(frozen=True, slots=True)
class Verified:
    """What checking a certificate found: it is genuine, and whether it still holds."""

    letter: Letter
    holds: bool
    why: Text

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "genuine": True, "holds": self.holds, "why": self.why.both(), "certificate": dict(self.letter.said),
            "signed_by": [key.split("+")[0] + "+" + key.split("+")[1] for key in self.letter.signed_by],
        }  # fmt: skip


def verify_certificate(
    text: str,
    keys: Sequence[str],
    day: int,
    *,
    void_list: str | None = None,
    void_numbers: Sequence[str] = (),
    where: str = "",
) -> Verified:
    """Check a certificate with a public key, offline: genuine, not expired, and not on a signed list of void ones.

    ``void_numbers`` are numbers that the house itself knows to be void.

    Raises `Refused`: ``ledger.letter_form``, ``ledger.letter_key``, ``ledger.letter_signature``,
    ``consequence.not_a_certificate`` for another kind of letter.
    """
    letter = unseal(text, keys, where)
    if letter.said.get("form") != FORM:
        raise _not_one(where, FORM, str(letter.said.get("form")))
    gone = list(void_numbers)
    if void_list is not None:
        void = unseal(void_list, keys, "void")
        if void.said.get("form") != VOID_FORM:
            raise _not_one("void", VOID_FORM, str(void.said.get("form")))
        gone += void.said["numbers"]
    if letter.said["number"] in gone:
        return Verified(letter, False, Text(zh="已作废：等级已变化", en="void: the grade changed"))
    if parse_day(str(letter.said["expires"])) <= day:
        return Verified(letter, False, Text(zh="已过有效期", en="expired"))
    if day < parse_day(str(letter.said["issued"])):
        return Verified(letter, False, Text(zh="尚未生效", en="not valid yet"))
    return Verified(letter, True, Text(zh="属实，在有效期内", en="genuine and in force"))


def void_certificates(unit: UnitOfWork, day: int) -> dict[str, Json]:
    """Give the list of certificates that are void before their time, to be signed and published; numbers only."""
    numbers: list[Json] = [*void_numbers(unit, day)]
    return {"form": VOID_FORM, "dated": date_of(day).isoformat(), "numbers": numbers}


def void_numbers(unit: UnitOfWork, day: int) -> list[str]:
    """Give the numbers of the certificates that are void although they have not expired: their grade stands no more."""
    given = [one for one in store.of_effect(unit.connection, EFFECT) if (one.until_day or day) > day]
    holding = {
        state.order.id
        for number in {one.subject for one in given}
        for state in standing_effects(unit, number, day)
    }
    return [one.number for one in given if one.id not in holding]


def _no_grade(number: str, day: int) -> Refused:
    return Refused(
        "consequence.no_grade",
        zh="没有确认并在有效期内的信用等级，不能出具证明",
        en="no confirmed grade is in force: no certificate can be given",
        where=f"{number} @ {date_of(day)}",
        wanted="等级确认 / a confirmed grade",
        came="—",
        todo=Text(
            zh="预评定不算；等级确认后再申请",
            en="a provisional grade does not count; ask again once it is confirmed",
        ),
    )


def _not_one(where: str, wanted: str, came: str) -> Refused:
    return Refused(
        "consequence.not_a_certificate",
        zh="这封签名的函不是信用证明",
        en="this signed letter is not a credit certificate",
        where=where or None,
        wanted=wanted,
        came=came,
        todo=Text(zh="核对文件", en="check which file it is"),
    )
