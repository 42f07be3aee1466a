"""The PDF: set by typst as PDF/A-2b with its fonts inside; the same sheet on the same day gives the same bytes.

Free stand-ins for the fonts of GB/T 9704 are installed with the house. Where a bureau puts its own licensed fonts
(仿宋_GB2312, 方正小标宋, 楷体_GB2312, 黑体) into ``home/documents/fonts``, they are used instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, time
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from yibao.casework.documents.blocks import Block, Cell, Form, Ledger, Paragraph, Sheet, Signature, Style
from yibao.casework.documents.model import refused
from yibao.kernel import CHINA, Text, date_of

STANDARD: Final = "a-2b"
FONTS: Final = ("pylopdf_fonts_zh_cn", "manimgx_fonts_cjk")
"""The packages that bring Noto Serif SC and Noto Sans CJK (both SIL Open Font License 1.1)."""

_NO_GLYPH: Final = re.compile(r'the text `"(.+?)"` could not be displayed')


def pdf(sheet: Sheet, day: int, where: str, fonts: Path | None = None) -> bytes:
    """Set a sheet; raises `Refused` (``casework.document_glyph``) for a character that no font has."""
    return _set(sheet, day, where, fonts, "pdf")[0]


def pictures(
    sheet: Sheet, day: int, where: str, fonts: Path | None = None, dots: int = 80
) -> Sequence[bytes]:
    """Give the pages as PNG, for looking at; ``dots`` an inch."""
    return _set(sheet, day, where, fonts, "png", ppi=float(dots))


def _set(sheet: Sheet, day: int, where: str, fonts: Path | None, form: Any, **how: Any) -> Sequence[bytes]:
    import typst  # eighty megabytes that only this needs

    source = (resources.files("yibao.casework.documents") / "templates" / "paper.typ").read_bytes()
    # noon, so that readers in any zone show the day itself
    moment = datetime.combine(date_of(day), time(12), tzinfo=CHINA)
    standards: Any = [STANDARD] if form == "pdf" else []
    try:
        made = typst.compile(
            source, format=form, pdf_standards=standards, font_paths=_fonts(fonts), timestamp=moment,
            sys_inputs={"data": json.dumps(told(sheet), ensure_ascii=False)}, **how,
        )  # fmt: skip
    except typst.TypstError as error:
        missing = _NO_GLYPH.search(str(error))
        if missing is None:
            raise
        letters = " ".join(f"{c} (U+{ord(c):04X})" for c in missing[1])
        raise refused(
            "glyph", "有字没有对应的字形，不能签发", "a character has no glyph: the document is not issued",
            where=where, came=letters,
            todo=Text(zh="把含有该字的字体放进数据目录的 documents/fonts 后重试",
                      en="put a font that has it into documents/fonts of the home, then try again"),
        ) from None  # fmt: skip
    assert made is not None
    return [made] if isinstance(made, bytes) else list(made)


@lru_cache(maxsize=8)
def _fonts(own: Path | None) -> Any:
    import typst

    folders = [str(Path(str(resources.files(package)))) for package in FONTS]
    if own is not None and own.is_dir():
        folders.append(str(own))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def told(sheet: Sheet) -> dict[str, Any]:
    """Give a sheet as the plain values that ``paper.typ`` reads; titles that follow one another are one block."""
    blocks: list[dict[str, Any]] = []
    for block in sheet.blocks:
        one = _told(block)
        if one["kind"] == "paragraph" and one["style"] == Style.TITLE:
            if sheet.letter and one["text"] == sheet.office:
                continue  # it stands in red above
            if blocks and blocks[-1]["kind"] == "titles":
                blocks[-1]["lines"].append(one["text"])
            else:
                blocks.append({"kind": "titles", "lines": [one["text"]]})
            continue
        if one.get("style") == Style.ATTACHMENTS:
            one["first"] = not blocks or blocks[-1].get("style") != Style.ATTACHMENTS
        blocks.append(one)
    return {
        "title": sheet.title, "office": sheet.office, "letter": sheet.letter, "footer": sheet.footer,
        "blocks": blocks,
    }  # fmt: skip


def _told(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "style": block.style, "lead": block.lead, "text": block.text}
    if isinstance(block, Signature):
        return {"kind": "signature", "lines": list(block.lines)}
    if isinstance(block, Form):
        return {"kind": "form", "rows": [[_cell(cell) for cell in row] for row in block.rows]}
    assert isinstance(block, Ledger)
    return {
        "kind": "ledger", "title": block.title, "heads": list(block.heads), "widths": list(block.widths),
        "numbers": list(block.numbers), "rows": [list(row) for row in block.rows],
    }  # fmt: skip


def _cell(cell: Cell) -> dict[str, Any]:
    return {"text": cell.text, "span": cell.span, "label": cell.label, "tall": cell.tall, "sign": cell.sign}
