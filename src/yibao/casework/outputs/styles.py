"""The cell styles of our workbooks: few, calm, and the same in every file."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Style(StrEnum):
    """The styles a cell may have, in the order in which ``styles.xml`` numbers them."""

    PLAIN = "plain"
    TEXT = "text"
    MONEY = "money"
    WHOLE = "whole"
    DECIMAL = "decimal"
    HEADING = "heading"
    TITLE = "title"
    STRONG = "strong"
    PROSE = "prose"


NAMES: Final = {style: at for at, style in enumerate(Style)}
"""The number of each style."""

_FORMATS: Final = {Style.MONEY: 4, Style.WHOLE: 3, Style.DECIMAL: 0, Style.PLAIN: 0}
"""Built-in number formats: 49 is «text», 4 is #,##0.00, 3 is #,##0."""
_FONTS: Final = {Style.HEADING: 1, Style.STRONG: 1, Style.TITLE: 2}
_TEXT_FORMAT: Final = 49
_HEADING_FILL: Final = 2


def _cell(style: Style) -> str:
    fill = _HEADING_FILL if style is Style.HEADING else 0
    border = 1 if style not in (Style.TITLE, Style.PROSE, Style.PLAIN) else 0
    wrap = ' wrapText="1"' if style in (Style.PROSE, Style.HEADING) else ""
    return (
        f'<xf numFmtId="{_FORMATS.get(style, _TEXT_FORMAT)}" fontId="{_FONTS.get(style, 0)}" fillId="{fill}" '
        f'borderId="{border}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" '
        f'applyAlignment="1"><alignment vertical="top"{wrap}/></xf>'
    )


def _font(size: int, *, bold: bool) -> str:
    return f'<font>{"<b/>" if bold else ""}<sz val="{size}"/><color rgb="FF1F2933"/><name val="Microsoft YaHei"/></font>'


_EDGES: Final = "".join(
    f'<{side} style="thin"><color rgb="FFD5DBE1"/></{side}>' for side in ("left", "right", "top", "bottom")
)

STYLES: Final = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    f'<fonts count="3">{_font(10, bold=False)}{_font(10, bold=True)}{_font(15, bold=True)}</fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF5"/><bgColor indexed="64"/></patternFill></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    f"<border>{_EDGES}<diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="{len(Style)}">{"".join(_cell(style) for style in Style)}</cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""The whole of ``styles.xml``."""
