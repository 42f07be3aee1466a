"""Verifying (核对): every fact held against what the ledger swore to when it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from yibao.archive.files import store
from yibao.archive.files.model import Fact
from yibao.kernel import Text, date_of
from yibao.ledger import Said, Tag, said
from yibao.store import UnitOfWork

FAULTS: Final = {
    "unguarded": Text(zh="表的只增保护被拿掉了", en="a table lost its guard against change"),
    "unsworn": Text(zh="档案事实没有对应的存证", en="a fact has no entry in the ledger"),
    "lost": Text(zh="存证了的档案事实不见了", en="a fact that the ledger has is gone"),
    "changed": Text(zh="档案事实与存证不一致", en="a fact is not what the ledger says"),
}
"""By kind of difference: what it means."""


@dataclass(frozen=True, slots=True)
class FileFault:
    """One difference between a file and the ledger: which fact, what kind, what was sworn to and what is found."""

    kind: str
    fact: str
    sworn: str
    found: str

    @property
    def text(self) -> Text:
        """Say what kind of difference it is."""
        return FAULTS[self.kind]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "kind": self.kind, "fact": self.fact, "text": self.text.both(), "sworn": self.sworn, "found": self.found,
        }  # fmt: skip


def verify_files(unit: UnitOfWork) -> tuple[int, list[FileFault]]:
    """Compare every fact of every file with its ledger entry; give how many facts there are, and every difference.

    Whether the entries themselves stand is for ``yibao ledger verify``: the two belong together.
    """
    faults = [FileFault("unguarded", "—", "—", name) for name in store.unguarded(unit.connection)]
    sworn = {int(str(one.body["fact"])): one for one in said(unit, [Tag.ARCHIVE_FACT_WRITTEN])}
    checked = 0
    for one in store.every_fact(unit.connection):
        checked += 1
        entry = sworn.pop(one.id, None)
        if entry is None or entry.entry != one.entry:
            faults.append(FileFault("unsworn", str(one.id), "—", f"{one.kind} {date_of(one.day)}"))
            continue
        faults += _differences(one, entry)
    faults += [FileFault("lost", str(number), str(dict(entry.body)), "—") for number, entry in sworn.items()]
    return checked, faults


def _differences(one: Fact, entry: Said) -> list[FileFault]:
    found = {
        "fact": one.id, "kind": str(one.kind), "day": date_of(one.day).isoformat(), "body": dict(one.body),
        "rests_on": one.rests_on, "source": one.source,
    }  # fmt: skip
    return [
        FileFault("changed", f"{one.id} {name}", str(entry.body.get(name)), str(value))
        for name, value in found.items()
        if entry.body.get(name) != value
    ]
