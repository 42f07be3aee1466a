"""Who differs from their peers: by more than chance, whatever their size, and never for want of peers."""

from __future__ import annotations

import random
from xml.etree import ElementTree

import pytest

from yibao.casework.findings.outputs.charts import Interval, intervals
from yibao.casework.findings.outputs.institutions import Institution
from yibao.casework.findings.outputs.peers import compare, wilson

SVG = "{http://www.w3.org/2000/svg}"


def place(key: int, level: str = "二级甲等", kind: str = "医疗机构") -> Institution:
    return Institution(key, f"H{key:03}", f"第{key}医院", level, "990101", kind)


def test_the_interval_is_wilsons() -> None:
    """Against figures of the literature: Newcombe 1998, table I, method 3 (81/263, 15/148, 0/20, 1/29)."""
    for part, base, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        one = wilson(part, base)
        assert (one.low, one.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_one_bill_of_two_shames_nobody_but_a_third_of_a_thousand_does() -> None:
    known = {key: place(key) for key in range(8)}
    counts = {key: (50, 1000) for key in range(8)}
    counts[0], counts[1] = (1, 2), (330, 1000)
    told = compare(counts, known)
    assert [one.code for one in told.above] == ["H001"]
    small = next(one for one in told.compared if one.code == "H000")
    assert small.differs is None
    assert small.own.low > small.others.value, "its plain 95 % interval alone would have named it"
    assert told.shown(2)[0].code == "H001" and len(told.shown(2)) == 2


def test_one_that_lies_high_does_not_make_the_others_look_low() -> None:
    known = {key: place(key) for key in range(8)}
    counts = {key: (50, 1000) for key in range(8)} | {7: (900, 1000)}
    told = compare(counts, known)
    assert [one.code for one in told.above] == ["H007"] and not told.below
    assert {one.others.value for one in told.compared} == {0.05}


def test_chance_alone_names_hardly_anybody() -> None:
    dice = random.Random(7)
    known = {key: place(key) for key in range(200)}
    named = 0
    for _ in range(10):
        bills = {key: dice.choice((5, 40, 300)) for key in known}
        counts = {
            key: (sum(dice.random() < 0.05 for _ in range(number)), number) for key, number in bills.items()
        }
        told = compare(counts, known)
        named += len(told.above) + len(told.below)
    assert named <= 2, "without the correction some fifty of two thousand would be named"


def test_like_is_held_against_like() -> None:
    known = {
        key: place(key, "三级甲等" if key < 5 else "—", "医疗机构" if key < 5 else "零售药店")
        for key in range(10)
    }
    known[10] = place(10, "一级")
    counts = {key: (300 if key < 5 else 10, 1000) for key in range(11)}
    told = compare(counts, known)
    assert told.alone == 1 and len(told.compared) == 10
    assert not told.above and not told.below, "hospitals are all alike, pharmacies too"
    assert {one.group.zh for one in told.compared} == {"三级医院", "零售药店"}
    assert {one.others.base for one in told.compared} == {4000}, "nobody is compared with itself"


def test_the_chart_draws_the_interval_around_the_share() -> None:
    items = [
        Interval("甲 <b>", 0.1, 0.2, 0.3, 0.05, True, "20.0%"),
        Interval("乙", 0.0, 0.05, 0.4, 0.1, False, "5.0%"),
    ]
    picture = ElementTree.fromstring(intervals("p", "题", items))
    dots = picture.findall(f"{SVG}circle")
    spans = [line for line in picture.findall(f"{SVG}line") if line.attrib["y1"] == line.attrib["y2"]]
    assert len(dots) == len(spans) == 2
    for dot, span in zip(dots, spans, strict=True):
        assert float(span.attrib["x1"]) < float(dot.attrib["cx"]) < float(span.attrib["x2"])
    widths = [float(s.attrib["x2"]) - float(s.attrib["x1"]) for s in spans]
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.3)
    assert dots[0].attrib["fill"] != dots[1].attrib["fill"] == "#FFFFFF", "who is apart is filled"
    ElementTree.fromstring(intervals("p", "t", []))
