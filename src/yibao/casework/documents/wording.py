"""Words that a document must not say, by stage and by reader, and rows that its reader must not see.

Held against the finished text, so that a bureau's template and what a handler typed are judged alike. Titles of laws
in 《》 are not judged; a certificate number of a person may stand only where the document has a field for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from yibao.casework.documents.kinds import rows
from yibao.casework.documents.model import TABLE, DocumentKind, Values, refused
from yibao.kernel import (
    Refused,
    Text,
    check_citizen_id,
    mask_account,
    mask_address,
    mask_citizen_id,
    mask_phone,
)

_TITLES: Final = re.compile(r"《[^》]*》")
_CERTIFICATE: Final = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])", re.ASCII)
_INSTITUTION: Final = ("inst_code", "institution_code", "fixmedins_code")
"""Columns that say whose row it is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a finished text says and must not."""

    word: str
    why: Text
    around: str


def problems(kind: DocumentKind, text: str, values: Values) -> list[Problem]:
    """Give what a finished text must not say."""
    return [*_words(kind, text), *(_persons(kind, text, values) if kind.read_outside else ())]


def check_wording(kind: DocumentKind, text: str, values: Values, where: str) -> None:
    """Refuse a finished text that says what it must not (``casework.document_wording``)."""
    found = problems(kind, text, values)
    if found:
        raise refused(
            "wording", "文书用语与办理阶段或阅读对象不符",
            "the document says what its stage or its reader does not allow",
            where=where, wanted="; ".join(dict.fromkeys(one.why.both() for one in found)),
            came="; ".join(f"{one.word}: …{one.around}…" for one in found[:5]),
            todo=Text(zh="修改模板或录入的文字", en="change the template or what was typed"),
        )  # fmt: skip


def check_rows(kind: DocumentKind, given: Values, code: str | None, where: str) -> None:
    """Refuse rows of another institution in what an institution reads (``casework.document_rows``)."""
    if not kind.read_outside:
        return
    for field in kind.fields.values():
        for number, row in enumerate(given.get(field.name) or () if field.kind == TABLE else (), start=1):
            whose = next(
                (row[name] for name in _INSTITUTION if isinstance(row, Mapping) and row.get(name)), None
            )
            if whose is not None and whose != code:
                raise refused(
                    "rows", "送机构的文书只能含该机构自己的数据",
                    "what goes to an institution shows only its own rows",
                    where=f"{where} {field.name}[{number}]", wanted=code or "—", came=str(whose),
                )  # fmt: skip


def _words(kind: DocumentKind, text: str) -> Iterator[Problem]:
    judged = _TITLES.sub("", text)
    for row in rows("allowed_words.csv"):
        if row["document"] == kind.slug:
            judged = judged.replace(row["phrase"], "")
    for row in rows("words.csv"):
        applies = {
            "track": kind.track == row["value"] and kind.read_outside,
            "document": kind.slug == row["value"],
            "read": kind.read_outside,
        }[row["applies"]]
        if applies and (at := judged.find(row["word"])) >= 0:
            around = judged[max(0, at - 12) : at + len(row["word"]) + 12].replace("\n", " ")
            yield Problem(row["word"], Text(zh=row["why_zh"], en=row["why_en"]), around)


def _persons(kind: DocumentKind, text: str, values: Values) -> Iterator[Problem]:
    own = {str(values.get(name)) for name, field in kind.fields.items() if field.kind == "idno"}
    for found in _CERTIFICATE.finditer(text):
        if found[0] not in own and _is_certificate(found[0]):
            why = Text(zh="不得出现他人的证件号码", en="the certificate number of somebody else")
            yield Problem(mask_citizen_id(found[0]), why, "")


def _is_certificate(number: str) -> bool:
    try:
        check_citizen_id(number)
    except Refused:
        return False
    return True


# — the public version —


def for_the_public(kind: DocumentKind, values: Values) -> dict[str, Any]:
    """Give the snapshot as the public may read it: persons by surname and 某, numbers masked, no verification code.

    An organisation keeps its name, code and address; telephone and account never show. What a person is called in the
    text is masked wherever it stands.
    """
    person = values.get("party_kind") == "INDIVIDUAL"
    shown = dict(values)
    renamed: dict[str, str] = {}
    for name, field in kind.fields.items():
        value = values.get(name)
        if not isinstance(value, str) or not value:
            continue
        if field.mask == "phone":
            shown[name] = mask_phone(value)
        elif field.mask == "account":
            shown[name] = mask_account(value)
        elif person and field.mask == "name":
            renamed[value] = value[0] + "某"
        elif person and field.mask == "id_no":
            shown[name] = mask_citizen_id(value)
        elif person and field.mask == "address":
            shown[name] = mask_address(value)
    shown.pop("verify_code", None)
    return {name: _renamed(value, renamed) for name, value in shown.items()}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, masked in names.items():
            value = value.replace(name, masked)
        return value
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    return value
