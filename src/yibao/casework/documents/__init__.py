"""Documents (文书): the official set as data, written from templates a bureau can change, as Word and PDF/A.

A `DocumentKind` of the catalogue says between which states a document stands, who issues it, who may read it and what it
must say. `issue` checks the values, takes the number, renders both files from one form and keeps values, template and
digests; `deliver` records how it was served and from which day periods run; `void` and `revoke` end it and leave its
number. Nothing here knows a case: callers hand over plain values and write their own entry in the ledger.

>>> from yibao.casework.documents import kind
>>> decision = kind("penalty_decision")
>>> str(decision.text), decision.number_token, [str(way) for way in decision.ways]
('行政处罚决定书', '医保罚', ['S', 'D', 'L', 'M', 'E', 'W', 'G'])
"""

from __future__ import annotations

from yibao.casework.documents.capitals import in_capitals
from yibao.casework.documents.kinds import fields, kind, kinds
from yibao.casework.documents.model import CaseRef, Delivery, Document, DocumentKind, Field, Rendered, Way
from yibao.casework.documents.rendering import look, render
from yibao.casework.documents.service import (
    deliveries,
    get,
    issue,
    made_again,
    of_case,
    public_version,
    read_file,
    revoke,
    void,
)
from yibao.casework.documents.serving import PROOFS, WAY_NAMES, attempt, deliver
from yibao.casework.documents.templates import template
from yibao.casework.documents.wording import Problem, problems

__all__ = [
    "PROOFS",
    "WAY_NAMES",
    "CaseRef",
    "Delivery",
    "Document",
    "DocumentKind",
    "Field",
    "Problem",
    "Rendered",
    "Way",
    "attempt",
    "deliver",
    "deliveries",
    "fields",
    "get",
    "in_capitals",
    "issue",
    "kind",
    "kinds",
    "look",
    "made_again",
    "of_case",
    "problems",
    "public_version",
    "read_file",
    "render",
    "revoke",
    "template",
    "void",
]
