"""Letters to partner departments: signed files in an outbox folder, no network; sent once, withdrawn wherever they went.

A letter leaves in three steps, each of which may be the last before a crash: it is written down that it is about to leave,
the file appears, it is written down that it left. Done again, nothing is doubled: the letter has one name, one content and
one entry of each kind. Who may have got it is told of the withdrawal too, also where the crash hid whether it left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yibao.access import Permission, Target, allows, check
from yibao.archive.files import fact, subject
from yibao.casework.cases import Desk
from yibao.consequence import store
from yibao.consequence.acting import target, the_order, write
from yibao.consequence.catalogue import effect
from yibao.consequence.folding import Standing, Told, standing
from yibao.consequence.model import FALLEN, Order, Verb
from yibao.kernel import Json, Refused, Text, date_of
from yibao.ledger import Signer, Tag, parse_letter_key, personal_of, record, seal, unseal
from yibao.store import Register, UnitOfWork, write_durably

FORM: Final = "yibao-effect/1"
SUFFIX: Final = ".letter"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter about to leave: its name, to whom, and what it says."""

    id: str
    order: int
    partner: str
    withdraws: bool
    said: dict[str, Json]

    def path(self, folder: Path) -> Path:
        """Give where it lies in the outbox folder."""
        return folder / self.partner / f"{self.id}{SUFFIX}"


def letter_id(order: Order, partner: str, *, withdraws: bool) -> str:
    """Give the one name of a letter: order, partner, and whether it orders or withdraws."""
    return f"{order.number}-{partner}-{'withdrawal' if withdraws else 'order'}"


def post(
    register: Register,
    folder: Path,
    signers: Sequence[Signer],
    order: int,
    partner: str,
    *,
    actor: str,
    day: int,
) -> list[Path]:
    """Let whatever letters an order needs to a partner leave; give the files. Again and again has the effect of once."""
    gone: list[Path] = []
    while True:
        with register.unit_of_work(actor) as unit:
            letter = begin(unit, order, partner, day)
        if letter is None:
            return gone
        file, digest = deliver(letter, folder, signers)
        with register.unit_of_work(actor) as unit:
            finish(unit, letter, digest, day)
        gone.append(file)


def begin(unit: UnitOfWork, order: int, partner: str, day: int) -> Outgoing | None:
    """Write down that a letter is about to leave, and give it; None where none is to leave.

    An order that is being undone goes out no more; its withdrawal goes to every partner that may have got it.
    """
    state = the_order(unit, order)
    told = state.told.get(partner, Told())
    if state.active and told.sent is None:
        return _about_to(unit, state, partner, day, Verb.SENDING, told.sending)
    undoing = any(act.verb is Verb.UNDOING for act in state.order.acts)
    if undoing and told.may_know and told.withdrawn is None:
        return _about_to(unit, state, partner, day, Verb.WITHDRAWING, told.withdrawing)
    return None


def _about_to(
    unit: UnitOfWork, state: Standing, partner: str, day: int, verb: Verb, since: int | None
) -> Outgoing:
    if since is None:
        write(unit, state.order, verb, day, partner=partner)
        since = day
    withdraws = verb is Verb.WITHDRAWING
    name = letter_id(state.order, partner, withdraws=withdraws)
    said = _said(unit, state.order, partner, since, name, withdraws=withdraws)
    return Outgoing(name, state.order.id, partner, withdraws, said)


def deliver(letter: Outgoing, folder: Path, signers: Sequence[Signer]) -> tuple[Path, str]:
    """Sign a letter and lay it into the outbox folder; one that lies there with the same content stays as it is."""
    keys = [str(signer.key) for signer in signers]
    file = letter.path(folder)
    text = seal(letter.said, signers)
    fresh = unseal(text, keys)
    if file.is_file():
        try:
            if unseal(file.read_text(encoding="utf-8"), keys).sha256 == fresh.sha256:
                return file, fresh.sha256
        except (Refused, UnicodeDecodeError):
            pass  # half a file, or somebody wrote into the folder: ours takes its place
    write_durably(file, text.encode())
    return file, fresh.sha256


def finish(unit: UnitOfWork, letter: Outgoing, digest: str, day: int) -> None:
    """Write down that a letter left, with a commitment to what it said; once."""
    state = the_order(unit, letter.order)
    told = state.told.get(letter.partner, Told())
    done = told.withdrawn if letter.withdraws else told.sent
    if done is None:
        verb = Verb.WITHDRAWN if letter.withdraws else Verb.SENT
        write(
            unit, state.order, verb, day, {"letter": letter.id}, partner=letter.partner,
            personal={"letter_sha256": digest},
        )  # fmt: skip


def digest_sent(unit: UnitOfWork, order: Order, partner: str, *, withdraws: bool) -> str | None:
    """Give the digest of a letter that left, which the ledger keeps; None where none did."""
    verb = Verb.WITHDRAWN if withdraws else Verb.SENT
    entries = [act.entry for act in order.acts if act.verb is verb and act.partner == partner]
    return personal_of(unit, entries).get(entries[0], {}).get("letter_sha256") if entries else None


def _said(
    unit: UnitOfWork, order: Order, partner: str, day: int, name: str, *, withdraws: bool
) -> dict[str, Json]:
    """Write what a letter says. Only the acts and facts behind it go in, so that written again it is the same."""
    one, head, cause = effect(order.effect), subject(unit, order.subject), fact(unit, order.cause)
    basis: list[Json] = [
        {"instrument": b.instrument, "article": b.article, "status": str(b.status)} for b in one.basis
    ]
    said: dict[str, Json] = {
        "form": FORM, "letter": name, "kind": "withdrawal" if withdraws else "order", "number": order.number,
        "to": partner, "dated": date_of(day).isoformat(), "effect": one.id, "name": one.zh, "does": one.does.zh,
        "subject": {"file": head.number, "kind": str(head.kind), "code": head.code, "name": head.name},
        "region": head.region, "from": date_of(order.from_day).isoformat(),
        "until": None if order.until_day is None else date_of(order.until_day).isoformat(),
        "instrument": {"fact": cause.id, "kind": str(cause.kind), "case": cause.body.get("case"), "entry": cause.entry},
        "basis": basis, "says": dict(order.body), "ledger_entry": order.entry,
        "answer": "请用本部门的钥匙签署回执（yibao-acknowledgement/1）",
    }  # fmt: skip
    if withdraws:
        why = str(next(act.body["why"] for act in order.acts if act.verb is Verb.UNDOING))
        said |= {
            "withdraws": letter_id(order, partner, withdraws=False),
            "why": FALLEN[why].zh if why in FALLEN else "经复核撤回",
            "undo": one.undo.zh,
        }
    return said


def waiting_letters(unit: UnitOfWork) -> list[tuple[int, str]]:
    """Give which orders still have a letter to let out, and to whom."""
    found = []
    for one in store.open_orders(unit.connection):
        state = standing(one)
        for partner, told in state.told.items():
            if (state.active and told.sent is None) or (
                not state.active and told.may_know and told.withdrawn is None
            ):
                found.append((one.id, partner))
    return found


def letters_to_send(desk: Desk) -> list[tuple[int, str]]:
    """Give the waiting letters that somebody may send: order and partner."""
    allowed = []
    for number, partner in waiting_letters(desk.unit):
        [order] = store.orders(desk.unit.connection, [number])
        if allows(desk.actor, Permission.EFFECT_SEND, target(subject(desk.unit, order.subject))):
            allowed.append((number, partner))
    return allowed


def name_partner(desk: Desk, code: str, name: str, key: str | None, day: int) -> None:
    """Write down who a partner is and with which key it signs; a later key takes the place of an earlier one.

    Raises `Refused`: ``consequence.partner`` for a code that is none, ``ledger.key_form``, ``access.denied``.
    """
    check(desk.actor, Permission.EFFECT_NAME_PARTNER, Target(region=desk.actor.region))
    named = code.strip()
    if not (named.isascii() and named.replace("_", "").isalnum() and named.islower()) or not name.strip():
        raise Refused(
            "consequence.partner",
            zh="协作部门的代号只用小写字母、数字和下划线，并须有名称",
            en="a partner’s code has small letters, digits and underscores only, and it has a name",
            wanted="credit_platform",
            came=code,
            todo=Text(
                zh="代号见 yibao effects list 各后果的 partner", en="see the codes with yibao effects list"
            ),
        )
    public = None if key is None else str(parse_letter_key(key))
    body: dict[str, Json] = {
        "code": named,
        "name": name.strip(),
        "key": public,
        "day": date_of(day).isoformat(),
    }
    receipt = record(desk.unit, Tag.CONSEQUENCE_PARTNER_NAMED, named, body)
    store.write_partner(
        desk.unit.connection,
        {
            "code": named, "name": name.strip(), "key": public, "day": day, "actor": desk.unit.actor,
            "ledger_entry": receipt.entry,
        },
    )  # fmt: skip
