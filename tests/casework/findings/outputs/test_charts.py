from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from yibao.casework.findings.outputs.charts import Bar, bars, columns, meter, nice, patterns
from yibao.casework.findings.outputs.words import yuan

SVG = "{http://www.w3.org/2000/svg}"
ITEMS = [Bar("甲 <b>&", 30_000, 10_000), Bar("乙", 0, 20_000), Bar("丙", 0, 0)]


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)


def test_lengths_are_in_proportion() -> None:
    blocks = parsed(bars("c", "题", ITEMS, yuan)).findall(f"{SVG}rect")
    widths = [float(block.attrib["width"]) for block in blocks]
    assert len(widths) == 3, "what is nothing is not drawn"
    assert widths[0] == pytest.approx(3 * widths[1], abs=0.2)
    assert widths[2] == pytest.approx(2 * widths[1], abs=0.2)


def test_certainty_is_told_by_more_than_colour() -> None:
    blocks = parsed(bars("c", "题", ITEMS, yuan)).findall(f"{SVG}rect")
    assert [block.attrib["fill"].startswith("url(#hatch-c)") for block in blocks] == [False, True, True]
    assert 'id="hatch-c"' in patterns(["c"])


@pytest.mark.parametrize("draw", [bars, columns])
def test_a_chart_says_in_text_what_it_shows(draw: object) -> None:
    assert callable(draw)
    picture = parsed(draw("c", "题目", ITEMS, yuan))
    assert picture.attrib["role"] == "img"
    ids = picture.attrib["aria-labelledby"].split()
    named = {e.attrib["id"]: e.text for e in picture.iter() if "id" in e.attrib}
    assert named[ids[0]] == "题目"
    assert "甲 <b>& 400.00" in (named[ids[1]] or "") and "丙 0.00" in (named[ids[1]] or "")


@pytest.mark.parametrize("many", [1, 2, 12, 60, 120])
def test_labels_of_columns_do_not_run_into_each_other(many: int) -> None:
    items = [Bar(f"2025-{at:02d}", at, at) for at in range(many)]
    picture = columns("c", "t", items, yuan)
    at = [float(x) for x in re.findall(r'<text x="([\d.]+)" y="[\d.]+" text-anchor="middle"', picture)]
    assert at
    assert all(b - a >= 50 for a, b in pairwise(at))


def test_the_axis_ends_round_and_above() -> None:
    for most in (0, 1, 5, 99, 12_345, 800_000_000):
        top = nice(most)
        assert top >= most and top % 4 == 0 and (most < 5 or top < most * 2.6)


def test_no_items_are_no_error() -> None:
    for draw in (bars, columns):
        parsed(draw("c", "t", [], yuan))
    parsed(str(meter(0, 0, 0, "无")).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"'))
