"""The catalogue of documents, read from the tables beside this file: 143 kinds and what each must say.

``@group`` in the field table stands for a run of fields that many documents share; ``t[].c`` is column c of table t.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Final

from yibao.casework.documents.model import TABLE, DocumentKind, Field, Way, refused
from yibao.kernel import Text

_GROUP: Final = "@"
_OF_TABLE: Final = "[]."


def kinds() -> Mapping[str, DocumentKind]:
    """Give every kind of document by its slug, in the catalogue's order."""
    return _catalogue()


def kind(slug: str) -> DocumentKind:
    """Give one kind; raises `Refused` (``casework.document_unknown``)."""
    if slug not in _catalogue():
        raise refused(
            "unknown", "没有这种文书", "there is no such document", where="documents", came=slug,
            wanted="casework/documents/catalogue/documents.csv",
            todo=Text(zh="用 kinds() 查看全部文书", en="see all kinds with kinds()"),
        )  # fmt: skip
    return _catalogue()[slug]


def fields(slug: str) -> tuple[Field, ...]:
    """Give what a document says, in the order in which a form prints it; raises `Refused` as `kind` does."""
    return tuple(kind(slug).fields.values())


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Give the rows of one table of the catalogue."""
    folder = resources.files("yibao.casework.documents") / "catalogue"
    return tuple(csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines()))


@cache
def _catalogue() -> dict[str, DocumentKind]:
    said = _fields()
    return {
        row["document"]: DocumentKind(
            slug=row["document"],
            text=Text(zh=row["zh"], en=row["en"]),
            track=row["track"],
            kind=row["kind"],
            issuers=_several(row["issuer"]),
            addressee=row["addressee"],
            from_states=_several(row["from_state"]),
            to_states=_several(row["to_state"]),
            number_token=row["number_token"],
            ways=tuple(Way(code) for code in _several(row["delivery"])),
            rights_told=tuple(row["rights_told"].split(";")) if row["rights_told"] else (),
            visibility=row["visibility"],
            layout=row["layout"],
            copies=row["copies"],
            status=row["status"],
            legal_basis=row["legal_basis"],
            elements=row["elements"],
            fields=said[row["document"]],
        )
        for row in rows("documents.csv")
    }


def _several(text: str) -> tuple[str, ...]:
    return () if text in ("", "-") else tuple(text.split("|"))


def _fields() -> dict[str, dict[str, Field]]:
    """Give the fields of every document, groups written out and columns under their table."""
    groups: dict[str, list[Field]] = {}
    flat: dict[str, list[Field]] = {}
    for row in rows("fields.csv"):
        owner, name = row["document"], row["field"]
        into = (groups if owner.startswith(_GROUP) else flat).setdefault(owner, [])
        if name.startswith(_GROUP):
            into.extend(groups[name])
        else:
            into.append(
                Field(
                    name, row["label"], row["type"], row["required"], row["source"], row["mask"], row["note"]
                )
            )
    return {owner: _nested(found) for owner, found in flat.items()}


def _nested(flat: list[Field]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for one in flat:
        table, of_table, column = one.name.partition(_OF_TABLE)
        if of_table:
            owner = found[table]
            found[table] = replace(
                owner, kind=TABLE, columns={**owner.columns, column: replace(one, name=column)}
            )
        else:
            found[one.name] = one
    return found
