"""Filling: from what a case knows to the snapshot of one document, complete and adding up, or a refusal that says why.

The snapshot holds the document's own fields and nothing else of the case. What follows from other values is filled in
(title, running numbers, counts, sums, 你单位) and, where it was given, held against them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from yibao.casework.documents.kinds import rows
from yibao.casework.documents.model import TABLE, DocumentKind, Field, Values, refused
from yibao.casework.documents.values import plain
from yibao.kernel import Text

_COUNT: Final = re.compile(r"calc\.count\((\w+)\)")
_LESS: Final = re.compile(r"calc\.(\w+)-(\w+)")
_COUNTED: Final = ("int", "money")
"""Kinds of derived value that leave no choice: one that was given must be the same."""
_ADDRESS: Final = {"INDIVIDUAL": "你"}
_EMPTY_IS_SAID: Final = ("internal_form", "record")
"""Kinds of document in which an empty list is an answer: nothing differs, nothing is missing."""


def snapshot(kind: DocumentKind, given: Values, where: str) -> dict[str, Any]:
    """Give the snapshot of a document.

    Raises `Refused`: ``casework.document_value``, ``casework.document_sum``, ``casework.document_missing`` (all that is
    missing at once).
    """
    values: dict[str, Any] = {
        name: plain(field, given[name], where) for name, field in kind.fields.items() if given.get(name) is not None
    }  # fmt: skip
    _add_up(kind, values, where)
    _derive(kind, values, where)
    absent = list(missing(kind, values))
    if absent and kind.office:
        raise refused(
            "missing", "文书必备的内容缺失", "what the document must say is missing",
            where=where, wanted="; ".join(f"{name} {label}" for name, label in absent), came="—",
            todo=Text(zh="补齐后再签发；复议机关、法院、账户等在机关设置中填写",
                      en="fill them in, then issue; review body, court and accounts stand in the office's settings"),
        )  # fmt: skip
    return values


def missing(kind: DocumentKind, values: Values) -> Iterator[tuple[str, str]]:
    """Give the fields that a document with these values still lacks, with their labels; columns as ``t[2].c``."""
    for field in kind.fields.values():
        value = values.get(field.name)
        if field.needed(values) and _empty(kind, value):
            yield field.name, field.label
        if field.kind == TABLE:
            for number, row in enumerate(value or (), start=1):
                for column in field.columns.values():
                    if column.needed(values) and _empty(kind, row.get(column.name)):
                        yield f"{field.name}[{number}].{column.name}", column.label


def _empty(kind: DocumentKind, value: Any) -> bool:
    if isinstance(value, list):
        return not value and kind.kind not in _EMPTY_IS_SAID
    return value is None or value == ""


def _derive(kind: DocumentKind, values: dict[str, Any], where: str) -> None:
    for field in kind.fields.values():
        if field.kind == TABLE:
            for column in field.columns.values():
                if column.source == "calc.index":
                    for number, row in enumerate(values.get(field.name) or (), start=1):
                        row.setdefault(column.name, number)
            continue
        found = _derived(kind, field, values)
        if found is not None and values.setdefault(field.name, found) != found and field.kind in _COUNTED:
            raise _differs(field.source, found, field.name, values[field.name], where)


def _derived(kind: DocumentKind, field: Field, values: Mapping[str, Any]) -> Any:
    """Give what follows from the other values, or None."""
    if field.source == "template.title":
        return kind.text.zh
    if field.source == "calc.you(party_kind)" and values.get("party_kind"):
        return _ADDRESS.get(values["party_kind"], "你单位")
    if (count := _COUNT.fullmatch(field.source)) and count[1] in kind.fields:
        return len(values.get(count[1]) or ())
    if (less := _LESS.fullmatch(field.source)) and values.get(less[1]) is not None:
        return max(0, values[less[1]] - (values.get(less[2]) or 0))
    return None


def _add_up(kind: DocumentKind, values: dict[str, Any], where: str) -> None:
    """Hold every total against its rows, the fine against its base, and fill in a total that was not given."""
    for rule in rows("sums.csv"):
        table = kind.fields.get(rule["table"])
        if rule["document"] not in ("*", kind.slug) or table is None or rule["total"] not in kind.fields:
            continue
        found = values.get(table.name)
        if not found or rule["column"] not in table.columns:
            continue
        total = sum(row.get(rule["column"]) or 0 for row in found)
        if values.setdefault(rule["total"], total) != total:
            raise _differs(
                f"{table.name}[].{rule['column']}", total, rule["total"], values[rule["total"]], where
            )
    base, times, fine = (values.get(name) for name in ("fine_base", "fine_multiple", "fine"))
    if (
        base is not None
        and times is not None
        and fine is not None
        and abs(base * times - fine * 10_000) >= 10_000
    ):
        raise _differs("fine_base × fine_multiple", base * times // 10_000, "fine", fine, where)


def _differs(parts: str, total: int, name: str, said: int, where: str) -> Exception:
    return refused(
        "sum", "分项与合计不符", "the parts do not add up to the total",
        where=f"{where} {name}", wanted=f"{parts} = {total}", came=str(said),
    )  # fmt: skip
