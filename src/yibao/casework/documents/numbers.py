"""Numbers (文号): 机关代字 + 〔year〕 + serial + 号, one series an issuer, a document and a calendar year.

Given at approval, not at drafting; without gaps, because the series stays locked until the transaction ends; a number
that was voided stays with its reason and is never given again.
"""

from __future__ import annotations

from typing import Final

from yibao.casework.documents import store
from yibao.casework.documents.model import OFFICES, DocumentKind, refused
from yibao.kernel import Refused, date_of
from yibao.policy import Policy
from yibao.store import UnitOfWork

SHAPE: Final = "casework.documents.number_shape"
LETTERS: Final = "casework.documents.letters_{office}"


def issuer_of(kind: DocumentKind, asked: str | None, where: str) -> str:
    """Give the office that issues: the one asked for, or the only one; raises `Refused` (``casework.document_issuer``)."""
    offices = [one for one in kind.issuers if one in OFFICES] or list(kind.issuers)
    if asked is None and len(offices) == 1:
        return offices[0]
    if asked not in offices:
        raise refused(
            "issuer", "制发机关不对或没有指明", "the issuer is not one of the document's, or is not said",
            where=where, wanted=" | ".join(offices), came=asked or "—",
        )  # fmt: skip
    return asked


def take_number(
    unit: UnitOfWork, policy: Policy, kind: DocumentKind, issuer: str, day: int
) -> tuple[int, str]:
    """Take the next number of the series and give it as serial and as written.

    Raises `Refused`: ``policy.no_value`` where the office's letters (机关代字) stand in no pack,
    ``casework.document_number`` for a shape that names what there is not.
    """
    shape = str(policy.at(SHAPE, day).value)
    letters = str(policy.at(LETTERS.format(office=issuer), day).value)
    year = date_of(day).year
    pattern = _own_shape(policy, kind, day) or shape
    serial = store.next_serial(unit.connection, series_of(policy, issuer), kind.slug, year)
    parts = {"letters": letters, "token": kind.number_token, "year": year, "seq": serial}
    try:
        return serial, pattern.format_map(parts)
    except (KeyError, ValueError, IndexError):
        raise refused(
            "number", "文号式样的写法不对", "the shape of numbers is not in the known form",
            where=f"{SHAPE} · {kind.slug}", wanted=" ".join(f"{{{name}}}" for name in parts), came=pattern,
        ) from None  # fmt: skip


def series_of(policy: Policy, issuer: str) -> str:
    """Give the name of an office's series: several offices may live in one register."""
    return f"{policy.region.code}:{issuer}"


def _own_shape(policy: Policy, kind: DocumentKind, day: int) -> str | None:
    """Give the shape that a region declared for this document alone, if any."""
    try:
        return str(policy.at(f"casework.documents.number_{kind.slug}", day).value)
    except Refused as error:
        if error.code == "policy.unknown":
            return None
        raise
