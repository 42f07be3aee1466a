"""The Word file: the same sheet as the PDF, with the fonts that offices have, for the last hand before it is sealed.

Made with python-docx; every stamp of time in it is the document's day, so that the same sheet gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from docx import Document as new_document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

from yibao.casework.documents.blocks import Block, Cell, Form, Ledger, Paragraph, Sheet, Signature, Style
from yibao.kernel import date_of

TITLE_FONT: Final = "方正小标宋简体"
BODY_FONT: Final = "仿宋_GB2312"
SUBHEADING_FONT: Final = "楷体_GB2312"
HEADING_FONT: Final = "黑体"
TABLE_FONT: Final = "宋体"
_LATIN: Final = "Times New Roman"

TITLE: Final = "公文标题"
NUMBER: Final = "发文字号"
BODY: Final = "公文正文"
ADDRESSEE: Final = "Normal"
ATTACHMENTS: Final = "附件说明"
SIGNATURE: Final = "署名日期"
TABLE: Final = "表格文字"
FOOTER: Final = "页脚文字"
LETTERHEAD: Final = "发文机关标志"
HEADING: Final = "一级标题字"
SUBHEADING: Final = "二级标题字"
"""The styles of the Word file."""
_STYLE_OF: Final = {
    Style.TITLE: TITLE,
    Style.NUMBER: NUMBER,
    Style.ADDRESSEE: ADDRESSEE,
    Style.ATTACHMENTS: ATTACHMENTS,
    Style.BODY: BODY,
    Style.HEADING: BODY,
    Style.SUBHEADING: BODY,
}

_RED: Final = RGBColor(0xC8, 0x16, 0x1D)
_PITCH: Final = Pt(28.99)
_CHARACTER: Final = Twips(316)
"""28 characters on 156 mm: 15.79 points each."""
_NARROWED: Final = "-5"
"""Twentieths of a point by which a character is set closer, so that 28 of them fit a line."""
_AFTER_GRID: Final = ("w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr", "w:sectPr")
_AFTER_BORDER: Final = ("w:shd", "w:tabs", "w:autoSpaceDE", *_AFTER_GRID)
_AFTER_LETTER_SPACING: Final = ("w:kern", "w:position", "w:sz", "w:szCs", "w:lang")
"""What the schema wants after an element that python-docx has no name for."""
_FORM_WIDTHS: Final = (Mm(27), Mm(51), Mm(27), Mm(51))
_WIDTH: Final = Mm(156)


def docx(sheet: Sheet, day: int) -> bytes:
    """Write a sheet as a Word file."""
    paper = new_document()
    moment = datetime.combine(date_of(day), datetime.min.time())
    properties = paper.core_properties
    properties.title, properties.author, properties.last_modified_by = sheet.title, sheet.office, sheet.office
    properties.created = properties.modified = moment
    properties.comments = ""
    properties.revision = 1
    _page(paper, sheet)
    for at, block in enumerate(sheet.blocks):
        after = sheet.blocks[at + 1] if at + 1 < len(sheet.blocks) else None
        if isinstance(block, Paragraph):
            _paragraph(paper, block, sheet, after)
        elif isinstance(block, Form):
            _form(paper, block)
        elif isinstance(block, Ledger):
            _ledger(paper, block)
        else:
            _signature(paper, block)
    raw = io.BytesIO()
    paper.save(raw)
    return _same_each_time(raw.getvalue(), moment)


def _same_each_time(raw: bytes, moment: datetime) -> bytes:
    """Pack the parts again in the order of their names, each stamped with the document's day."""
    stamp = (max(moment.year, 1980), moment.month, moment.day, 0, 0, 0)
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as made,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as again,
    ):
        for name in sorted(made.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type, entry.external_attr, entry.create_system = (
                zipfile.ZIP_DEFLATED,
                0o600 << 16,
                3,
            )
            again.writestr(entry, made.read(name))
    return packed.getvalue()


# — the page —


def _page(paper: Any, sheet: Sheet) -> None:
    """A4, the type area of 156 × 225 mm and its grid of 22 lines of 28 characters (GB/T 9704)."""
    section = paper.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Twips(11906), Twips(16838)
    section.top_margin, section.right_margin = Twips(2098), Twips(1474)
    section.bottom_margin, section.left_margin = Twips(1984), Twips(1587)
    section.footer_distance = Mm(22)
    properties = section._sectPr
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)
    # Lines only: a grid of characters is read in two ways, so the characters are narrowed by their own spacing.
    properties.append(_element("w:docGrid", type="lines", linePitch="580"))
    paper.settings.odd_and_even_pages_header_footer = True
    section.different_first_page_header_footer = sheet.letter
    _styles(paper)
    for foot, right in ((section.footer, True), (section.even_page_footer, False)):
        foot.paragraphs[0].style = FOOTER
        _footer(foot.paragraphs[0], sheet.footer, right=right)
    if sheet.letter:
        first = section.first_page_footer.paragraphs[0]
        first.style = FOOTER
        first.add_run(sheet.footer).font.size = Pt(9)
        _add(paper, LETTERHEAD, sheet.office)


def _styles(paper: Any) -> None:
    """Declare the styles by the names that an office knows, so that it can change one in one place."""
    normal = paper.styles["Normal"]
    _font(normal, BODY_FONT, 16)
    letters = normal.element.get_or_add_rPr()
    letters.insert_element_before(_element("w:spacing", val=_NARROWED), *_AFTER_LETTER_SPACING)
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        normal.element.get_or_add_pPr().insert_element_before(_element(tag, val="0"), *_AFTER_GRID)
    shape = normal.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, _PITCH
    shape.space_before = shape.space_after = Pt(0)

    title = _style(paper, TITLE, TITLE_FONT, 22, side=WD_ALIGN_PARAGRAPH.CENTER, pitch=Pt(34))
    title.paragraph_format.keep_with_next = True
    number = _style(paper, NUMBER, BODY_FONT, 16, side=WD_ALIGN_PARAGRAPH.CENTER)
    number.paragraph_format.space_before, number.paragraph_format.space_after = Pt(6), _PITCH
    body = _style(paper, BODY, BODY_FONT, 16, side=WD_ALIGN_PARAGRAPH.JUSTIFY)
    body.paragraph_format.first_line_indent = _CHARACTER * 2
    attachments = _style(paper, ATTACHMENTS, BODY_FONT, 16)
    attachments.paragraph_format.keep_with_next = True
    signature = _style(paper, SIGNATURE, BODY_FONT, 16, side=WD_ALIGN_PARAGRAPH.CENTER)
    signature.paragraph_format.right_indent = _CHARACTER * 4
    _style(paper, TABLE, TABLE_FONT, 12, pitch=Pt(19))
    foot = _style(paper, FOOTER, TABLE_FONT, 14, pitch=Pt(19))
    foot.paragraph_format.tab_stops.add_tab_stop(_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    letterhead = _style(paper, LETTERHEAD, TITLE_FONT, 26, side=WD_ALIGN_PARAGRAPH.CENTER, pitch=Pt(40))
    letterhead.font.color.rgb = _RED
    letterhead.paragraph_format.space_after = Pt(24)
    letterhead.element.get_or_add_pPr().insert_element_before(_red_line(), *_AFTER_BORDER)
    for name, font in ((HEADING, HEADING_FONT), (SUBHEADING, SUBHEADING_FONT)):
        _font(paper.styles.add_style(name, WD_STYLE_TYPE.CHARACTER), font, 16)


def _style(paper: Any, name: str, font: str, size: int, *, side: Any = None, pitch: Any = None) -> Any:
    """Declare a style; one with a pitch of its own stands off the grid, where a taller line would take two."""
    made = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = paper.styles["Normal"]
    _font(made, font, size)
    made.paragraph_format.alignment = side
    if pitch is not None:
        made.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        made.paragraph_format.line_spacing = pitch
        made.element.get_or_add_pPr().insert_element_before(_element("w:snapToGrid", val="0"), *_AFTER_GRID)
    return made


def _red_line() -> Any:
    borders = _element("w:pBdr")
    borders.append(_element("w:bottom", val="thickThinSmallGap", sz="24", space="8", color="C8161D"))
    return borders


def _footer(paragraph: Any, code: str, *, right: bool) -> None:
    """Page number outside (— 1 —, right on odd pages, left on even ones), verification code inside."""
    if right:
        paragraph.add_run(f"{code}\t").font.size = Pt(9)
    paragraph.add_run("— ")
    number = paragraph.add_run()
    for part in ("begin", "PAGE", "end"):
        told = _element("w:instrText") if part == "PAGE" else _element("w:fldChar", fldCharType=part)
        told.text = part if part == "PAGE" else None
        number._r.append(told)
    paragraph.add_run(" —")
    if not right:
        paragraph.add_run(f"\t{code}").font.size = Pt(9)


# — paragraphs —


def _paragraph(paper: Any, block: Paragraph, sheet: Sheet, after: Block | None) -> None:
    if block.style == Style.TITLE and sheet.letter and block.text == sheet.office:
        return  # it stands in red above
    made = _add(paper, _STYLE_OF[block.style])
    shape = made.paragraph_format
    if block.lead:
        made.add_run(block.lead)._r.style = HEADING if block.style == Style.HEADING else SUBHEADING
    if block.text:
        made.add_run(block.text)
    if isinstance(after, Signature) or (block.lead and not block.text):
        shape.keep_with_next = True
    if block.style == Style.TITLE and isinstance(after, Form | Ledger):
        shape.space_after = Pt(12)
    elif block.style == Style.NUMBER and sheet.letter:
        made.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif block.style == Style.ATTACHMENTS:
        first = block.text.startswith("附件")
        shape.space_before = _PITCH if first else Pt(0)
        shape.left_indent = _CHARACTER * (2 if first else 5)


def _add(paper: Any, style: str, text: str = "") -> Any:
    """Add a paragraph of a style, by the style's id, which is its name: to look it up takes most of the time."""
    made = paper.add_paragraph()
    made._p.style = style
    if text:
        made.add_run(text)
    return made


def _signature(paper: Any, block: Signature) -> None:
    """Office over date: both centred on one axis, so that the date ends four characters before the edge."""
    longest = max(len(line) for line in block.lines)
    for at, line in enumerate(block.lines):
        made = _add(paper, SIGNATURE, line)
        shape = made.paragraph_format
        shape.left_indent = _CHARACTER * max(0, 24 - longest - 1)
        shape.keep_with_next = at + 1 < len(block.lines)
        if not at:
            shape.space_before = _PITCH * 2


# — forms and tables —


def _form(paper: Any, form: Form) -> None:
    table = _table(paper, len(form.rows), 4, _FORM_WIDTHS)
    for row, cells in zip(table.rows, form.rows, strict=True):
        at = 0
        for cell in cells:
            whole = row.cells[at]
            if cell.span > 1:
                whole = whole.merge(row.cells[at + cell.span - 1])
            _fill(whole, cell)
            at += cell.span
    _gap(paper)


def _fill(whole: Any, cell: Cell) -> None:
    whole.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    lines = cell.text.split("\n")
    if cell.tall and len(cell.text) < 60:
        lines += [""] * 2
    for at, line in enumerate(lines):
        made = whole.paragraphs[0] if not at else whole.add_paragraph()
        _in_table(made, line, WD_ALIGN_PARAGRAPH.CENTER if cell.label else None)
    if cell.sign:
        _in_table(whole.add_paragraph(), cell.sign, WD_ALIGN_PARAGRAPH.RIGHT)


def _ledger(paper: Any, ledger: Ledger) -> None:
    parts = sum(ledger.widths)
    widths = [Twips(int(_WIDTH.twips) * width // parts) for width in ledger.widths]
    table = _table(paper, len(ledger.rows) + 2, len(ledger.heads), widths)
    title = table.rows[0].cells[0]
    if len(ledger.heads) > 1:
        title = title.merge(table.rows[0].cells[-1])
    _in_table(title.paragraphs[0], ledger.title, WD_ALIGN_PARAGRAPH.CENTER)
    for cell, head in zip(table.rows[1].cells, ledger.heads, strict=True):
        _in_table(cell.paragraphs[0], head, WD_ALIGN_PARAGRAPH.CENTER)
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))
    # cells are asked for once a row: python-docx counts the grid anew each time
    for row, texts in zip(table.rows[2:], ledger.rows, strict=True):
        for cell, text, number in zip(row.cells, texts, ledger.numbers, strict=True):
            _in_table(cell.paragraphs[0], text, WD_ALIGN_PARAGRAPH.RIGHT if number else None)
    _gap(paper)


def _table(paper: Any, rows: int, columns: int, widths: Sequence[Any]) -> Any:
    table = paper.add_table(rows=rows, cols=columns)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))
    return table


def _gap(paper: Any) -> None:
    """Put a thin line between tables, which Word would otherwise take for one."""
    _add(paper, TABLE).paragraph_format.line_spacing = Pt(2)


def _in_table(paragraph: Any, text: str, side: Any) -> None:
    paragraph._p.style = TABLE
    if side is not None:
        paragraph.alignment = side
    if text:
        paragraph.add_run(text)


# — letters —


def _font(of: Any, name: str, size: int) -> None:
    """Set the font for Chinese and for Latin letters: Word keeps the two apart."""
    of.font.name, of.font.size = _LATIN, Pt(size)
    of.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _element(tag: str, **attributes: str) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made
