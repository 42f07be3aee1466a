"""The knowledge point behind a finding, column by column as its table's contract names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yibao.audit import Rule
from yibao.casework.findings.outputs.looking import Look
from yibao.casework.findings.outputs.words import STATUS_NAMES, day, named, quantity, yuan
from yibao.claims import Column, table
from yibao.kernel import Text

_APART = ("source", "status")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One knowledge point: what it says, where it is from, and how sure we are of it."""

    table: Text
    fields: tuple[tuple[Text, str], ...]
    source: str
    status: str
    batch: int
    mapping: str
    """The mapping by which the point was loaded: the official one, or a bureau's own."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "table": self.table.both(),
            "fields": {name.both(): value for name, value in self.fields},
            "source": self.source,
            "status": self.status,
            "batch": self.batch,
            "mapping": self.mapping,
        }

    @property
    def status_name(self) -> Text:
        """Give the word for how sure we are."""
        return STATUS_NAMES.get(self.status, Text(zh=self.status, en=self.status))


def knowledge_point(look: Look, rule: Rule | None, knowledge_id: int | None) -> Knowledge | None:
    """Give the knowledge point that a rule used, None where the rule uses none. Needs its ``raw_`` relation."""
    if rule is None or rule.knowledge is None or knowledge_id is None:
        return None
    contract = table(f"knowledge_{rule.knowledge}")
    found = look.rows(f"SELECT * FROM raw_{contract.table} WHERE knowledge_id = ? LIMIT 1", [knowledge_id])
    if not found:
        return None
    row = found[0]
    fields = tuple(
        (Text(zh=column.zh, en=column.en), shown)
        for column in contract.columns
        if column.name not in _APART and column.type != "ref" and (shown := _shown(column, row)) is not None
    )
    mapping = next((b.source for b in look.lake.batches() if b.number == row["batch"]), "")
    return Knowledge(
        contract.text, fields, row["source"] or "", row["status"] or "", row["batch"], mapping or ""
    )


def _shown(column: Column, row: dict[str, Any]) -> str | None:
    name = column.stored()[0][0]
    value = row[name]
    if value is None:
        return None
    match column.type:
        case "day":
            return day(value)
        case "quantity":
            return quantity(value)
        case "money":
            return yuan(value)
        case "code":
            return named(column.set or "", value)
        case _:
            return str(value)
