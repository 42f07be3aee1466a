"""A worse fact never raises a score nor betters a grade, in any set; and the order in which facts come does not matter."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.archive.credit.facts import DAY, clean, policy, scored

from yibao.archive.credit.catalogue import sets
from yibao.archive.credit.grammar import Bands, Direct, Steps
from yibao.archive.credit.model import Indicator, Measure, Scored
from yibao.archive.credit.scale import scale_of
from yibao.archive.files import FactKind

CLASSES = (
    "",
    "slight",
    "general",
    "serious",
    "mitigated",
    "ordinary",
    "heavier",
    "suspended",
    "withheld",
    "main",
)
CASES = ("C000001", "C000002", "C000003", "X000004", None)
DECISIONS: tuple[tuple[FactKind, dict[str, Any]], ...] = (
    (FactKind.PENALIZED, {"article": "art_38", "step": "light"}),
    (FactKind.PENALIZED, {"article": "art_38", "step": "heavy", "cause": "串换药品"}),
    (FactKind.PENALIZED, {"article": "art_39", "cause": "拒绝医疗保障等行政部门监督检查或者提供虚假情况"}),
    (FactKind.PENALIZED, {"article": "art_40"}),
    (FactKind.PENALIZED, {"article": "art_41_1", "cause": "重复享受医疗保障待遇"}),
    (FactKind.PENALIZED, {"article": "art_41_2"}),
    (FactKind.DISPOSED, {"measures": [{"measure": "refuse"}, {"measure": "suspend"}], "cause": "串换药品"}),
    (FactKind.DISPOSED, {"measures": [{"measure": "recover"}]}),
    (FactKind.POINTS, {"value": 2, "behaviour": "A1"}),
    (FactKind.POINTS, {"value": 7, "behaviour": "A1"}),
    (FactKind.RESPONSIBLE, {"instrument": "disposed", "level": "main"}),
    (FactKind.LISTED, {"list": "serious"}),
    (FactKind.JUDGED, {"crime": "fund_fraud"}),
    (FactKind.INDUSTRY, {"topic": "penalty", "class": "general"}),
)


def bad(one: Indicator) -> bool:
    """Whether events of this indicator are to its subject's harm."""
    if isinstance(one.scoring, Bands):
        return one.feed.over is not None
    return isinstance(one.scoring, Direct) or (isinstance(one.scoring, Steps) and not one.earned)


@st.composite
def harms(draw: st.DrawFn, set_name: str) -> tuple[FactKind, int, dict[str, Any]]:
    """Draw a fact that is to its subject's harm, or does nothing."""
    day, case = draw(st.integers(DAY - 420, DAY)), draw(st.sampled_from(CASES))
    if draw(st.booleans()):
        kind, body = draw(st.sampled_from(DECISIONS))
        return kind, day, {**body, "case": case}
    one = draw(st.sampled_from([i for i in sets()[set_name].indicators if bad(i)]))
    body = {"indicator": one.id, "class": draw(st.sampled_from(CLASSES)), "case": case}
    if one.feed.over is not None:
        body["amount_fen"] = draw(st.integers(1, 400_000))
    return FactKind.OBSERVED, day, body


def not_better(set_name: str, before: Scored, after: Scored) -> None:
    assert after.score <= before.score
    assert after.grade is not None and before.grade is not None
    scale = scale_of(policy(), set_name, DAY)
    assert scale.rank(after.grade) >= scale.rank(before.grade)


@pytest.mark.parametrize("set_name", list(sets()))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_worse_fact_never_makes_it_better(set_name: str, data: st.DataObject) -> None:
    file, measures = clean(set_name)
    for kind, day, body in data.draw(st.lists(harms(set_name), max_size=12)):
        file.add(kind, day, **body)
    before = scored(set_name, file, measures)
    kind, day, body = data.draw(harms(set_name))
    file.add(kind, day, **body)
    after = scored(set_name, file, measures)
    not_better(set_name, before, after)
    random.Random(data.draw(st.integers(0, 99))).shuffle(file.facts)
    again = scored(set_name, file, measures)
    assert (again.score, again.grade) == (after.score, after.grade), "whatever order they are read in"
    numbers = [f.id for f in file.facts]
    random.Random(1).shuffle(numbers)
    file.facts = [replace(f, id=n) for f, n in zip(file.facts, numbers, strict=True)]
    arrived = scored(set_name, file, measures)
    assert (arrived.score, arrived.grade) == (after.score, after.grade), "whatever order they came in"


@pytest.mark.parametrize("set_name", list(sets()))
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_worse_figure_never_makes_it_better(set_name: str, data: st.DataObject) -> None:
    file, measures = clean(set_name)
    for kind, day, body in data.draw(st.lists(harms(set_name), max_size=6)):
        file.add(kind, day, **body)
    rows = [i for i in sets()[set_name].indicators if i.id in measures]
    for one in data.draw(st.lists(st.sampled_from(rows), max_size=6)) if rows else ():
        measures[one.id] = worse(one, measures[one.id], data.draw(st.integers(0, 60_000)))
    before = scored(set_name, file, measures)
    if rows:
        one = data.draw(st.sampled_from(rows))
        measures[one.id] = worse(one, measures[one.id], data.draw(st.integers(0, 60_000)))
    else:
        file.observe("in_commitment")
    not_better(set_name, before, scored(set_name, file, measures))


def worse(one: Indicator, had: Measure, by: int) -> Measure:
    """Give a worse figure of a row."""
    assert isinstance(one.scoring, Bands)
    return Measure(had.numerator + (-by if one.scoring.rising else by), had.denominator)
