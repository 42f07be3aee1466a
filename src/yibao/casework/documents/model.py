"""The nouns of documents (文书): what kinds there are, what each must say, and what was issued of them.

Values are plain: text, whole numbers, true and false, money in fen, days and minutes as the kernel counts them (or a
``date``, a ``datetime``, or their ISO text), ratios in basis points, lists, and tables as lists of mappings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

from yibao.kernel import Refused, Text, date_of

Values: TypeAlias = Mapping[str, Any]
"""The values of one document, or of one row of a table in it, by field."""

TABLE: Final = "table"
UNWRITTEN: Final = ("sign", "seal")
"""Kinds of field that people put on the paper; they need no value."""
OFFICES: Final = ("bureau", "agency")
"""Who gives numbers: the bureau (行政部门) and the agency (经办机构), never in one series."""
OUTSIDE: Final = ("V_PARTY", "V_INST_PERSON", "V_PERSON", "V_SUBJECT", "V_PUBLIC")
"""Visibility classes that a party, a person or the public reads."""

_CONDITION: Final = re.compile(r"if:(!?)([a-z_]+)(?:(!=|=|>)(.+))?")


class Way(StrEnum):
    """The ways of service (送达方式) by the code that the catalogue uses."""

    ON_THE_SPOT = "S"
    DIRECT = "D"
    LEFT = "L"
    POST = "M"
    ENTRUSTED = "W"
    PASSED_ON = "Z"
    ELECTRONIC = "E"
    PUBLIC_NOTICE = "G"
    PORTAL = "P"
    HANDED_OVER = "H"
    INTERNAL = "I"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a document says: its name, its label on paper, its kind, when it must be there, whence it comes."""

    name: str
    label: str
    kind: str
    required: str
    """``yes``, ``no``, or ``if:`` and a condition; one that no program can judge is a note to whoever writes."""
    source: str
    mask: str = ""
    note: str = ""
    columns: Mapping[str, Field] = field(default_factory=dict)

    def needed(self, values: Values) -> bool:
        """Tell whether a document with these values must say it."""
        if self.kind in UNWRITTEN:
            return False
        found = _CONDITION.fullmatch(self.required)
        if found is None:
            return self.required == "yes"
        negated, name, sign, wanted = found.groups()
        value = values.get(name)
        if sign is None:
            return bool(value) != bool(negated)
        if sign == ">":
            return isinstance(value, int) and value > int(wanted)
        return (str(value) == wanted) == (sign == "=") and value is not None


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One kind of document of the official set: between which states it stands, who issues it, who may read it."""

    slug: str
    text: Text
    track: str
    kind: str
    issuers: tuple[str, ...]
    addressee: str
    from_states: tuple[str, ...]
    to_states: tuple[str, ...]
    number_token: str
    ways: tuple[Way, ...]
    rights_told: tuple[str, ...]
    visibility: str
    layout: str
    copies: str
    status: str
    """How sure we are that the document exists with these elements: confirmed, secondary or assumed."""
    legal_basis: str
    elements: str
    fields: Mapping[str, Field]

    @property
    def office(self) -> bool:
        """Tell whether an office of ours writes it; what others fill in is printed with blanks."""
        return any(issuer in OFFICES for issuer in self.issuers)

    @property
    def read_outside(self) -> bool:
        """Tell whether a party, a person or the public reads it."""
        return self.visibility in OUTSIDE


@dataclass(frozen=True, slots=True)
class CaseRef:
    """The case a document belongs to: its track and its number there."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document as files: Word, PDF/A-2b, and the text they say; ``digest`` is SHA-256 of the PDF, which is sealed."""

    docx: bytes
    pdf: bytes
    text: str
    digest: str
    docx_digest: str
    template: str
    """SHA-256 of the template's text."""


@dataclass(frozen=True, slots=True)
class Document:
    """One issued document: its number, to whom, from which values and template, and what became of it."""

    id: int
    slug: str
    number: str | None
    issuer: str
    case: CaseRef
    recipient: str
    recipient_code: str | None
    day: int
    """The day of 成文: that of the head's approval."""
    data: Mapping[str, Any]
    template: str
    pdf: str
    """Path of the PDF below the home's ``documents``."""
    docx: str
    digest: str
    docx_digest: str
    actor: str
    voided: str | None = None
    """Why it was voided before it was served (作废); the number stays."""
    revoked: str | None = None
    """Why it was revoked after it was served (撤销)."""

    @property
    def in_force(self) -> bool:
        """Tell whether it still says something."""
        return self.voided is None and self.revoked is None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values, without what it says."""
        told = {name: getattr(self, name) for name in self.__slots__ if name != "data"}
        return {**told, "case": str(self.case), "day": date_of(self.day).isoformat()}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to serve a document (送达): which way, on which day, with which proof, and whether it succeeded."""

    id: int
    document: int
    way: Way
    day: int
    served_day: int | None
    """The day of service from which periods run; None for an attempt that failed."""
    receiver: str
    proof: Mapping[str, str]
    reason: str | None
    actor: str


def refused(
    what: str,
    zh: str,
    en: str,
    *,
    where: str,
    wanted: str | None = None,
    came: str | None = None,
    todo: Text | None = None,
) -> Refused:
    """Make a refusal of documents, ``casework.document_<what>``."""
    return Refused(
        f"casework.document_{what}", zh=zh, en=en, where=where, wanted=wanted, came=came, todo=todo
    )
