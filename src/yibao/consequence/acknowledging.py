"""What partners answer: their signed acknowledgements, entries by hand, and who never answers (催办、督办)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from yibao.access import Permission, Target, allows, check
from yibao.archive.files import subject
from yibao.casework.cases import Desk
from yibao.consequence import store
from yibao.consequence.acting import order_id, target, the_order, write
from yibao.consequence.catalogue import effects
from yibao.consequence.folding import Standing, Told, standing
from yibao.consequence.model import Act, Order, State, Verb
from yibao.consequence.refusing import no_reason, wrong_state
from yibao.consequence.sending import digest_sent, letter_id
from yibao.kernel import Json, Refused, Text, date_of, parse_day
from yibao.ledger import unseal

FORM: Final = "yibao-acknowledgement/1"
RESULTS: Final = ("done", "refused")


def import_acknowledgement(desk: Desk, text: str, where: str = "") -> Order:
    """Take in a partner's signed acknowledgement; twice has the effect of once.

    Raises `Refused`: ``consequence.acknowledgement`` for what does not answer a letter of ours as it was sent,
    ``consequence.no_key`` for a partner whose key is not known, ``ledger.letter_form``, ``ledger.letter_key``,
    ``ledger.letter_signature``, ``access.denied``.
    """
    known = {code: key for code, (_, key) in store.partners(desk.unit.connection).items() if key is not None}
    if not known:
        raise _no_key(where, "—")
    letter = unseal(text, list(known.values()), where)
    said = letter.said
    partner = str(said.get("partner"))
    if known.get(partner) not in letter.signed_by:
        raise _not_ours(
            where, f"由 {partner} 的钥匙签署 / signed by {partner}", ", ".join(letter.signed_by)[:80]
        )
    number, withdraws = _answers(said, partner, where)
    result, day = str(said.get("result")), _day(said, where)
    if result not in RESULTS:
        raise _not_ours(where, " | ".join(RESULTS), result)
    state = the_order(desk.unit, number)
    _check_may(desk, state, partner, ())
    sent = state.told.get(partner, Told()).withdrawn if withdraws else state.told.get(partner, Told()).sent
    digest = digest_sent(desk.unit, state.order, partner, withdraws=withdraws)
    if sent is None or digest is None:
        raise _not_ours(where, "已发出的函 / a letter that was sent", str(said.get("letter")))
    if said.get("sha256") != digest:
        raise _not_ours(where, f"sha256 {digest[:16]}…", f"sha256 {str(said.get('sha256'))[:16]}…")
    if not sent <= day <= desk.today:
        raise _not_ours(where, f"{date_of(sent)} … {date_of(desk.today)}", str(date_of(day)))
    body: dict[str, Json] = {"letter": str(said["letter"]), "by": "signed", "answer": letter.sha256}
    return _answered(desk, state, partner, result, day, body, withdraws=withdraws)


def acknowledge(
    desk: Desk, number: int, partner: str, reason: str, day: int, *, result: str = "done"
) -> Order:
    """Write down an acknowledgement that came on paper or by telephone, by another person than who decided the effect.

    Raises `Refused`: ``consequence.state``, ``consequence.no_reason``, ``access.denied``, ``access.four_eyes``.
    """
    state = the_order(desk.unit, number)
    _check_may(desk, state, partner, (state.order.actor,) if state.order.mode == "person" else ())
    if not reason.strip():
        raise no_reason(state.order.number)
    told = state.told.get(partner, Told())
    withdraws = told.withdrawn is not None
    if told.sent is None and not withdraws:
        raise wrong_state(f"{state.order.number} {partner}", "已发函 / sent", "—")
    return _answered(
        desk, state, partner, result, day, {"by": "hand"}, withdraws=withdraws, personal={"reason": reason}
    )


def _check_may(desk: Desk, state: Standing, partner: str, done_by: tuple[str, ...]) -> None:
    head = subject(desk.unit, state.order.subject)
    whole = target(head, done_by)
    if desk.actor.partner is not None:
        check(desk.actor, Permission.EFFECT_ACKNOWLEDGE, Target(partner=partner, subject=whole.subject))
    else:
        check(desk.actor, Permission.EFFECT_ACKNOWLEDGE, whole)


def _answers(said: Mapping[str, Any], partner: str, where: str) -> tuple[int, bool]:
    """Give which order an acknowledgement answers, and whether its withdrawal."""
    name = str(said.get("letter"))
    if said.get("form") != FORM:
        raise _not_ours(where, FORM, str(said.get("form")))
    number, _, rest = name.partition("-")
    if rest not in (f"{partner}-order", f"{partner}-withdrawal"):
        raise _not_ours(where, f"L…-{partner}-order | -withdrawal", name)
    return order_id(number), rest.endswith("-withdrawal")


def _day(said: Mapping[str, Any], where: str) -> int:
    try:
        return parse_day(str(said.get("day")))
    except Refused:
        raise _not_ours(where, "day: YYYY-MM-DD", str(said.get("day"))) from None


def _answered(
    desk: Desk,
    state: Standing,
    partner: str,
    result: str,
    day: int,
    body: dict[str, Json],
    *,
    withdraws: bool,
    personal: Mapping[str, str] | None = None,
) -> Order:
    order, told = state.order, state.told.get(partner, Told())
    done = told.withdrawal_acknowledged if withdraws else told.acknowledged
    verb = Verb.WITHDRAWAL_ACKNOWLEDGED if withdraws else Verb.ACKNOWLEDGED
    if result == "refused":
        done, verb = (told.refused, Verb.REFUSED) if not withdraws else (None, Verb.REFUSED)
        body["of"] = "withdrawal" if withdraws else "order"
    if done is None:
        ordinal = sum(act.verb is verb and act.partner == partner for act in order.acts)
        write(
            desk.unit,
            order,
            verb,
            day,
            body,
            partner=partner,
            ordinal=ordinal if verb is Verb.REFUSED else 0,
            personal=personal,
        )
    now = standing(store.orders(desk.unit.connection, [order.id])[0])
    _complete(desk, now, day)
    return store.orders(desk.unit.connection, [order.id])[0]


def _complete(desk: Desk, state: Standing, day: int) -> None:
    """Say that an effect is carried out, or undone, once everybody it went to has confirmed; with the count."""
    told = state.told.values()
    if state.state is State.SENT and all(one.acknowledged is not None for one in told):
        write(desk.unit, state.order, Verb.EXECUTED, day, {"partners": len(state.told)})
    if state.state is State.UNDOING:
        reached = [one for one in told if one.may_know]
        if all(one.withdrawal_acknowledged is not None for one in reached):
            write(desk.unit, state.order, Verb.UNDONE, day, {"partners": len(reached)})


@dataclass(frozen=True, slots=True)
class Overdue:
    """A letter that a partner has not answered: since when, how often it was reminded, and whether it is escalated."""

    order: Order
    partner: str
    withdraws: bool
    sent: int
    reminded: int
    escalated: bool
    refused: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "number": self.order.number, "effect": self.order.effect, "partner": self.partner,
            "letter": letter_id(self.order, self.partner, withdraws=self.withdraws),
            "sent": date_of(self.sent).isoformat(), "reminded": self.reminded, "escalated": self.escalated,
            "refused": self.refused,
        }  # fmt: skip


def unanswered(desk: Desk, day: int) -> list[Overdue]:
    """Give the letters that partners left unanswered for longer than a reminder waits, or refused; oldest first."""
    patience = desk.policy.at("consequence.partner.remind_days", day).number
    found = []
    for order in store.open_orders(desk.unit.connection):
        if not effects()[order.effect].partners or not allows(
            desk.actor, Permission.EFFECT_READ, target(subject(desk.unit, order.subject))
        ):
            continue
        state = standing(order)
        for partner, told in state.told.items():
            withdraws = not state.active
            sent = told.withdrawn if withdraws else told.sent
            answered = told.withdrawal_acknowledged if withdraws else told.acknowledged
            refused = any(_refusal(act, partner, withdraws) for act in order.acts)
            if sent is None or answered is not None or (day - sent < patience and not refused):
                continue
            mine = [a for a in order.acts if a.partner == partner and a.body.get("withdraws") == withdraws]
            found.append(
                Overdue(
                    order,
                    partner,
                    withdraws,
                    sent,
                    sum(a.verb is Verb.REMINDED for a in mine),
                    any(a.verb is Verb.ESCALATED for a in mine),
                    refused,
                )
            )
    return sorted(found, key=lambda one: (one.sent, one.order.id, one.partner))


def _refusal(act: Act, partner: str, withdraws: bool) -> bool:
    return (
        act.verb is Verb.REFUSED
        and act.partner == partner
        and (act.body.get("of") == "withdrawal") == withdraws
    )


def remind(desk: Desk, day: int) -> list[Overdue]:
    """Remind who has not answered, once in every such period; put on the escalation list who does not answer still.

    Who refused is escalated at once: what a partner will not do is for people to settle.
    """
    patience = desk.policy.at("consequence.partner.remind_days", day).number
    limit = desk.policy.at("consequence.partner.escalate_days", day).number
    late = unanswered(desk, day)
    for one in late:
        if not allows(desk.actor, Permission.EFFECT_SEND, target(subject(desk.unit, one.order.subject))):
            continue
        before = [a for a in one.order.acts if a.partner == one.partner and a.verb is Verb.REMINDED]
        body: dict[str, Json] = {"withdraws": one.withdraws, "days": day - one.sent}
        if (day - one.sent) // patience > one.reminded:
            write(desk.unit, one.order, Verb.REMINDED, day, body, partner=one.partner, ordinal=len(before))
        if not one.escalated and (one.refused or day - one.sent >= limit):
            ordinal = sum(a.verb is Verb.ESCALATED and a.partner == one.partner for a in one.order.acts)
            write(desk.unit, one.order, Verb.ESCALATED, day, body, partner=one.partner, ordinal=ordinal)
    return unanswered(desk, day)


def _no_key(where: str, partner: str) -> Refused:
    return Refused(
        "consequence.no_key",
        zh="没有登记协作部门的公钥，签名的回执无从核验",
        en="no key of a partner is known, so a signed acknowledgement cannot be checked",
        where=where or None,
        wanted="yibao effects partner CODE --key",
        came=partner,
        todo=Text(
            zh="先用 yibao effects partner 登记公钥；纸面回执用 --by-hand",
            en="name the key first; for paper use --by-hand",
        ),
    )


def _not_ours(where: str, wanted: str, came: str) -> Refused:
    return Refused(
        "consequence.acknowledgement",
        zh="这份回执答的不是本系统发出的函，不能采用",
        en="this acknowledgement does not answer a letter as we sent it: it cannot be taken",
        where=where or None,
        wanted=wanted,
        came=came,
        todo=Text(
            zh="请对方核对函的编号和摘要后重发",
            en="ask for it again, with the letter’s number and digest checked",
        ),
    )
