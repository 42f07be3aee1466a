"""The cell styles of our workbooks: few, calm, and the same in every file."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final


class Style(StrEnum):
    """The styles a cell may have."""

    PLAIN = "plain"
    TEXT = "text"
    MONEY = "money"
    WHOLE = "whole"
    DECIMAL = "decimal"
    HEADING = "heading"
    TITLE = "title"
    STRONG = "strong"
    PROSE = "prose"
    NOTE = "note"


BASE: Final[dict[str, Any]] = {
    "font_name": "Microsoft YaHei",
    "font_size": 10,
    "font_color": "#1F2933",
    "font_scheme": "none",  # else a spreadsheet takes the theme's font, which knows no Chinese
}
"""What every cell of a workbook looks like, also one that nobody wrote to."""

_TEXT: Final = {"num_format": "@"}
_BOX: Final = {"border": 1, "border_color": "#D5DBE1"}
_LOOKS: Final[dict[Style, dict[str, Any]]] = {
    Style.PLAIN: {},
    Style.TEXT: _TEXT | _BOX,
    Style.MONEY: {"num_format": "#,##0.00"} | _BOX,
    Style.WHOLE: {"num_format": "#,##0"} | _BOX,
    Style.DECIMAL: _BOX,
    Style.HEADING: _TEXT | _BOX | {"bold": True, "bg_color": "#E8EEF5", "text_wrap": True},
    Style.TITLE: _TEXT | {"bold": True, "font_size": 15},
    Style.STRONG: _TEXT | _BOX | {"bold": True},
    Style.PROSE: _TEXT | {"text_wrap": True},
    Style.NOTE: _TEXT | {"bold": True, "font_color": "#A33A0A"},
}


def look(style: Style) -> dict[str, Any]:
    """Give what a cell of a style looks like, in the words of XlsxWriter."""
    return BASE | {"valign": "top"} | _LOOKS[style]
