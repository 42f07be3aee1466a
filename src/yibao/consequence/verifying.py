"""Verifying (核对): every order and act held against what the ledger swore to when it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from yibao.consequence import store
from yibao.consequence.acting import TAGS, sworn
from yibao.consequence.service import sworn_order
from yibao.kernel import Text
from yibao.ledger import Said, Tag, said
from yibao.store import UnitOfWork

FAULTS: Final = {
    "unguarded": Text(zh="表的只增保护被拿掉了", en="a table lost its guard against change"),
    "unsworn": Text(zh="没有对应的存证", en="there is no entry of the ledger for it"),
    "lost": Text(zh="存证了的后果或者办理不见了", en="what the ledger has is gone"),
    "changed": Text(zh="与存证不一致", en="it is not what the ledger says"),
}


@dataclass(frozen=True, slots=True)
class EffectFault:
    """One difference between an effect and the ledger."""

    kind: str
    what: str

    @property
    def text(self) -> Text:
        """Say what kind of difference it is."""
        return FAULTS[self.kind]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"kind": self.kind, "what": self.what, "text": self.text.both()}


def verify_effects(unit: UnitOfWork) -> tuple[int, list[EffectFault]]:
    """Compare every order and act with its ledger entry; give how many there are, and every difference."""
    faults = [EffectFault("unguarded", name) for name in store.unguarded(unit.connection)]
    tags = {*TAGS.values(), Tag.CONSEQUENCE_EFFECT_ORDERED, Tag.CONSEQUENCE_EFFECT_DECLINED}
    left = {one.entry: one for one in said(unit, sorted(tags))}
    checked = 0
    for order in store.every_order(unit.connection):
        faults += _against(order.number, order.entry, sworn_order(order), left)
        checked += 1 + len(order.acts)
        for act in order.acts:
            what = f"{order.number} {act.verb} {act.partner}".strip()
            faults += _against(
                what, act.entry, sworn(act.verb, act.partner, act.ordinal, act.day, act.body), left
            )
    faults += [EffectFault("lost", f"{one.subject} {one.tag}") for one in left.values()]
    return checked, faults


def _against(what: str, entry: int, found: Mapping[str, Any], left: dict[int, Said]) -> list[EffectFault]:
    sworn_to = left.pop(entry, None)
    if sworn_to is None:
        return [EffectFault("unsworn", what)]
    return [] if dict(sworn_to.body) == dict(found) else [EffectFault("changed", what)]
