"""Rendering: values and a template in, Word and PDF out; nothing is kept. The same in, the same bytes out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from yibao.casework.documents.blocks import Sheet, sheet
from yibao.casework.documents.filling import snapshot
from yibao.casework.documents.grammar import write
from yibao.casework.documents.kinds import kind
from yibao.casework.documents.model import DocumentKind, Rendered, Values
from yibao.casework.documents.templates import Template, template
from yibao.casework.documents.wording import check_wording
from yibao.kernel import today

FONTS: Final = "fonts"
DRAFT: Final = "（草稿，未编号）"
"""What stands for the number of a preview: numbers are given at approval."""


def render(
    slug: str, data: Values, *, folder: Path | None = None, day: int | None = None, case: str = "—"
) -> Rendered:
    """Give a document as it would be issued on a day (today, if not given): a preview, without a number.

    ``folder`` is the home's ``documents`` (templates and fonts of the bureau), ``case`` what a refusal calls the case.
    Raises `Refused` as `yibao.casework.documents.issue` does.
    """
    of, used, values, on = _drafted(slug, data, folder, day, case)
    return rendered(of, used, values, folder, on, f"{slug}（{case}）")


def look(
    slug: str, data: Values, *, folder: Path | None = None, day: int | None = None, dots: int = 80
) -> Sequence[bytes]:
    """Give the pages of a preview as PNG, ``dots`` an inch, for the eye."""
    from yibao.casework.documents.pdf import pictures

    of, used, values, on = _drafted(slug, data, folder, day, "—")
    return pictures(compose(of, used, values), on, slug, fonts_in(folder), dots)


def _drafted(
    slug: str, data: Values, folder: Path | None, day: int | None, case: str
) -> tuple[DocumentKind, Template, Values, int]:
    on = today() if day is None else day
    used = template(kind(slug), folder, case)
    of = used.kind(kind(slug))
    return of, used, snapshot(of, {"doc_number": DRAFT, "doc_date": on, **data}, f"{slug}（{case}）"), on


def rendered(
    of: DocumentKind, used: Template, values: Values, folder: Path | None, day: int, where: str
) -> Rendered:
    """Give the files of a snapshot, after its words were judged; they are stamped with the day of 成文."""
    from yibao.casework.documents.pdf import pdf  # both bring libraries that only an issue needs
    from yibao.casework.documents.word import docx

    made = compose(of, used, values)
    text = made.text()
    check_wording(of, text, values, where)
    as_pdf, as_word = pdf(made, day, where, fonts_in(folder)), docx(made, day)
    return Rendered(
        docx=as_word, pdf=as_pdf, text=text, digest=hashlib.sha256(as_pdf).hexdigest(),
        docx_digest=hashlib.sha256(as_word).hexdigest(), template=used.digest,
    )  # fmt: skip


def compose(of: DocumentKind, used: Template, values: Values) -> Sheet:
    """Put a snapshot into the blocks of its template."""
    return sheet(of, write(used.sections, of.fields, values, used.parts), values)


def fonts_in(folder: Path | None) -> Path | None:
    """Give the folder of the bureau's own fonts."""
    return folder / FONTS if folder is not None else None
