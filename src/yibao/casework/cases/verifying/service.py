"""The verb of verifying: compare every act and amount with the ledger, and name each difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from yibao.casework.cases.model import Track, case_number
from yibao.casework.cases.verifying import store
from yibao.kernel import Text, date_of
from yibao.ledger import Said, Tag, said
from yibao.store import UnitOfWork

_TAGS: Final = (
    Tag.CASEWORK_CASE_OPENED, Tag.CASEWORK_CASE_MOVED, Tag.CASEWORK_CASE_DECIDED, Tag.CASEWORK_CASE_REVOKED,
    Tag.CASEWORK_CASE_CLOSED,
)  # fmt: skip

FAULTS: Final = {
    "unguarded": Text(zh="表的只增保护被拿掉了", en="a table lost its guard against change"),
    "unsworn": Text(zh="办理记录没有对应的存证", en="an act has no entry in the ledger"),
    "lost": Text(zh="存证了的办理记录不见了", en="an act that the ledger has is gone"),
    "changed": Text(zh="办理记录与存证不一致", en="an act is not what the ledger says"),
    "stray_amount": Text(zh="金额不属于其办理记录", en="an amount is not of its act"),
    "head": Text(zh="案件现状与最后一个动作不符", en="a case does not stand where its newest act left it"),
}
"""By kind of difference: what it means."""


@dataclass(frozen=True, slots=True)
class CaseFault:
    """One difference between a case and the ledger: which case, what kind, what was sworn to and what is found."""

    kind: str
    case: str
    sworn: str
    found: str

    @property
    def text(self) -> Text:
        """Say what kind of difference it is."""
        return FAULTS[self.kind]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "kind": self.kind, "case": self.case, "text": self.text.both(), "sworn": self.sworn, "found": self.found,
        }  # fmt: skip


def verify_cases(unit: UnitOfWork) -> tuple[int, list[CaseFault]]:
    """Compare every act with its ledger entry; give how many acts there are, and every difference.

    Whether the entries themselves stand is for ``yibao ledger verify``: the two belong together. A reason whose personal
    data were lawfully erased from the ledger can no longer be compared.
    """
    connection = unit.connection
    faults = [CaseFault("unguarded", "—", "—", name) for name in store.unguarded(connection)]
    entries = _of_acts(unit)
    entry = next(entries, None)
    checked = 0
    for act in store.acts(connection):
        checked += 1
        number = case_number(Track(act.track), act.case_id)
        while entry is not None and entry.entry < act.entry:
            faults.append(_lost(entry))
            entry = next(entries, None)
        if entry is None or entry.entry != act.entry:
            faults.append(CaseFault("unsworn", number, "—", f"{act.verb} {date_of(act.day)} {act.actor}"))
            continue
        faults += _differences(number, act, entry)
        entry = next(entries, None)
    while entry is not None:
        faults.append(_lost(entry))
        entry = next(entries, None)
    for row in store.stray_amounts(connection):
        found = f"{row.kind} {row.fund_fen} fen"
        faults.append(
            CaseFault("stray_amount", case_number(Track(row.track), row.id), f"act {row.act}", found)
        )
    for row in store.strayed_heads(connection):
        sworn, found = f"{row.led_to} {row.done} {row.day}", f"{row.state} {row.version} {row.last_day}"
        faults.append(CaseFault("head", case_number(Track(row.track), row.id), sworn, found))
    return checked, faults


def _of_acts(unit: UnitOfWork) -> Iterator[Said]:
    return (one for one in said(unit, _TAGS) if "act" in one.body and "verb" in one.body)


def _lost(entry: Said) -> CaseFault:
    return CaseFault(
        "lost", entry.subject, f"{entry.body['verb']} {entry.body['day']} {entry.body['actor']}", "—"
    )


def _differences(number: str, act: Any, entry: Said) -> list[CaseFault]:
    now: dict[str, Any] = {
        "case": number, "act": act.place, "verb": act.verb, "from": act.came_from, "to": act.led_to,
        "day": date_of(act.day).isoformat(), "actor": act.actor, "body": act.body, "amounts": act.amounts,
    }  # fmt: skip
    pairs = [(name, entry.body.get(name), value) for name, value in now.items()]
    if "reason" in entry.personal or "reason" not in entry.committed:
        pairs.append(("reason", entry.personal.get("reason"), act.reason or None))
    return [
        CaseFault("changed", number, f"{name}: {sworn}", f"{name}: {found}")
        for name, sworn, found in pairs
        if sworn != found
    ]
