"""Charts as inline SVG: pure functions from numbers to markup, each with a title and a text that says the same.

Colour means how surely a finding speaks, and never stands alone: «suspicious» is hatched and both are named in the
legend. Widths are in the units of the view box; the page scales them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import east_asian_width

from markupsafe import Markup

INK: Final = "#1F2933"
SECONDARY: Final = "#55606C"
RULE: Final = "#D5DBE1"
CLEAR: Final = "#A33A0A"
SUSPICIOUS: Final = "#E69F00"
OUTLINE: Final = "#7A5600"

_WIDTH: Final = 1040
_BAR: Final = 18
_ROW: Final = 30
_LABEL: Final = 300
_LABEL_COLUMNS: Final = 40
_VALUE: Final = 190
_SAID: Final = 300
_HEIGHT: Final = 220
_LEFT: Final = 92
_TOP: Final = 16
_NARROWEST: Final = 26

Show = Callable[[int], str]
"""How an amount is written."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar or column: its label, and the part of it that is clear and that is suspicious, in fen."""

    label: str
    clear: int
    suspicious: int
    note: str = ""

    @property
    def total(self) -> int:
        """Give the whole length."""
        return self.clear + self.suspicious


def bars(chart: str, title: str, items: Sequence[Bar], show: Show) -> Markup:
    """Draw horizontal bars, one a row, label left and amount right; ``chart`` makes the ids of the page unique."""
    longest = max((item.total for item in items), default=0)
    room = _WIDTH - _LABEL - _VALUE
    parts: list[Markup] = []
    for at, item in enumerate(items):
        y = at * _ROW + 4
        clear = _scaled(item.clear, longest, room)
        hatched = _scaled(item.total, longest, room) - clear
        parts.append(_text(_LABEL - 12, y + 14, shortened(item.label), anchor="end"))
        parts.append(_block(chart, _LABEL, y, clear, _BAR, hatched=False))
        parts.append(_block(chart, _LABEL + clear, y, hatched, _BAR, hatched=True))
        shown = f"{show(item.total)}{'  ' + item.note if item.note else ''}"
        parts.append(_text(_LABEL + clear + hatched + 8, y + 14, shown, fill=SECONDARY))
    return _picture(chart, title, _told(items, show), max(len(items) * _ROW + 4, _ROW), parts)


def columns(chart: str, title: str, items: Sequence[Bar], show: Show) -> Markup:
    """Draw stacked columns over time, with four lines to read amounts from; labels thin out where they are many."""
    top = nice(max((item.total for item in items), default=0))
    room = _WIDTH - _LEFT - 8
    step = room / max(len(items), 1)
    width = min(step * 0.62, 46)
    every = max(1, -(-_NARROWEST * 2 // max(int(step), 1)))
    parts: list[Markup] = []
    for part in range(5):
        y = _TOP + _HEIGHT - _HEIGHT * part / 4
        parts.append(
            Markup('<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}" stroke="{}"/>').format(
                _LEFT, y, _WIDTH, y, RULE
            )
        )
        parts.append(_text(_LEFT - 8, y + 4, show(top * part // 4), anchor="end", fill=SECONDARY))
    for at, item in enumerate(items):
        x = _LEFT + step * at + (step - width) / 2
        clear = _scaled(item.clear, top, _HEIGHT)
        hatched = _scaled(item.total, top, _HEIGHT) - clear
        parts.append(_block(chart, x, _TOP + _HEIGHT - clear, width, clear, hatched=False))
        parts.append(_block(chart, x, _TOP + _HEIGHT - clear - hatched, width, hatched, hatched=True))
        if at % every == 0:
            parts.append(
                _text(x + width / 2, _TOP + _HEIGHT + 18, item.label, anchor="middle", fill=SECONDARY)
            )
    return _picture(chart, title, _told(items, show), _TOP + _HEIGHT + 28, parts)


@dataclass(frozen=True, slots=True)
class Interval:
    """One share with its interval and what it is held against, as fractions of one; ``apart`` is drawn in full colour."""

    label: str
    low: float
    value: float
    high: float
    against: float
    apart: bool
    shown: str


def intervals(chart: str, title: str, items: Sequence[Interval]) -> Markup:
    """Draw each share as a dot in its interval, and as a bar across what it is held against; the axis ends round."""
    longest = max((max(item.high, item.against) for item in items), default=0.0)
    top = nice(max(round(longest * 100), 4)) / 100
    room = _WIDTH - _LABEL - _SAID
    bottom = len(items) * _ROW + 4
    parts: list[Markup] = []
    for part in range(5):
        x = _LABEL + room * part / 4
        parts.append(_stroke(x, 0, x, bottom, RULE, 1))
        percent = f"{round(top * 100 * part / 4)}%"
        parts.append(_text(x, bottom + 16, percent, anchor="middle", fill=SECONDARY))
    for at, item in enumerate(items):
        y = at * _ROW + 13
        low, value, high, against = (
            _LABEL + min(share / top, 1.0) * room for share in (item.low, item.value, item.high, item.against)
        )
        ink = CLEAR if item.apart else SECONDARY
        parts.append(_text(_LABEL - 12, y + 5, shortened(item.label), anchor="end"))
        parts.append(_stroke(low, y, high, y, ink, 3 if item.apart else 1.5))
        parts.append(_stroke(against, y - 9, against, y + 9, INK, 1.5))
        fill = ink if item.apart else "#FFFFFF"
        parts.append(
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="5" fill="{}" stroke="{}" stroke-width="1.5"/>').format(
                value, y, fill, ink
            )
        )
        parts.append(_text(_WIDTH - _SAID + 10, y + 5, item.shown, fill=INK if item.apart else SECONDARY))
    told = "；".join(f"{item.label} {item.shown}" for item in items)
    return _picture(chart, title, told, bottom + 24, parts)


def meter(clear: int, suspicious: int, most: int, label: str) -> Markup:
    """Draw a small bar for a table cell, on the scale of the column's largest amount."""
    first = _scaled(clear, most, 120)
    second = _scaled(clear + suspicious, most, 120) - first
    inside = _block("meter", 0, 2, first, 10, hatched=False) + _block(
        "meter", first, 2, second, 10, hatched=True
    )
    return Markup(
        '<svg class="meter" viewBox="0 0 120 14" width="120" height="14" role="img" aria-label="{}">{}</svg>'
    ).format(label, inside)


def patterns(charts: Sequence[str]) -> Markup:
    """Give the hatchings that the blocks of these charts are filled with; once a page."""
    hatching = Markup(
        '<pattern id="hatch-{}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="{}"/><line x1="0" y1="0" x2="0" y2="6" stroke="{}" stroke-width="1.6"/></pattern>'
    )
    inside = Markup("").join(hatching.format(chart, SUSPICIOUS, OUTLINE) for chart in charts)
    return Markup(
        '<svg width="0" height="0" aria-hidden="true" focusable="false"><defs>{}</defs></svg>'
    ).format(inside)


def nice(most: int) -> int:
    """Give the end of an axis: the next 1, 2, 4 or 8 times a power of ten, so that its quarters are round.

    >>> nice(0), nice(7), nice(41_000), nice(100)
    (4, 8, 80000, 100)
    """
    power = 1
    while True:
        for times in (1, 2, 4, 8):
            if power * times >= max(most, 4) and power * times % 4 == 0:
                return power * times
        power *= 10


def shortened(label: str) -> str:
    """Cut a label to the room left of a bar, a Chinese character counting two; the chart's text has it whole.

    >>> shortened("重复收费"), shortened("拒绝、阻碍监督检查或者提供虚假情况的其他造成基金损失的行为")
    ('重复收费', '拒绝、阻碍监督检查或者提供虚假情况的其…')
    """
    room = _LABEL_COLUMNS
    for at, character in enumerate(label):
        room -= 2 if east_asian_width(character) in "WF" else 1
        if room < 0:
            return f"{label[: at - 1]}…"
    return label


def _scaled(part: int, whole: int, room: int) -> float:
    """Give a length; what is not nothing stays visible."""
    if part <= 0 or whole <= 0:
        return 0.0
    return max(round(part * room / whole, 1), 1.5)


def _block(chart: str, x: float, y: float, width: float, height: float, *, hatched: bool) -> Markup:
    if width <= 0 or height <= 0:
        return Markup("")
    fill = f"url(#hatch-{chart})" if hatched else CLEAR
    edge = Markup(' stroke="{}" stroke-width="0.8"').format(OUTLINE) if hatched else Markup("")
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"{}/>').format(
        x, y, width, height, fill, edge
    )


def _stroke(x1: float, y1: float, x2: float, y2: float, ink: str, width: float) -> Markup:
    return Markup(
        '<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}"/>'
    ).format(x1, y1, x2, y2, ink, width)


def _text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = INK) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}">{}</text>').format(
        x, y, anchor, fill, words
    )


def _told(items: Sequence[Bar], show: Show) -> str:
    return "；".join(f"{item.label} {show(item.total)}" for item in items)


def _picture(chart: str, title: str, told: str, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {:.0f}" role="img" aria-labelledby="{}-title {}-desc" '
        'xmlns="http://www.w3.org/2000/svg"><title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    ).format(_WIDTH, height, chart, chart, chart, title, chart, told, Markup("").join(parts))
