"""The sets as they ship (``sets/*.csv``) and where each indicator's figures come from (``feeds.yaml``), read once.

The sets are ours: the shape is that of published systems (the paper on Shaoxing: 6 classes, 19 sub-items, 58
indicators), marks and thresholds are assumed unless a row says otherwise. A region adopts them by an instrument of its own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from yibao.archive.credit.grammar import Direct, parse
from yibao.archive.credit.model import SET_TITLES, Base, Feed, Indicator, IndicatorSet, Matching, Window
from yibao.archive.files import FactKind, SubjectKind
from yibao.kernel import Refused, Text, read_yaml

_KINDS: Final = {"practitioner": SubjectKind.PRACTITIONER, "insured": SubjectKind.INSURED}
_LEAST = re.compile(r"(CNY )?([\d,]+) .+")
_UNNUMBERED: Final = ("none", "a grade exists", "assessed in the window")


@cache
def sets() -> dict[str, IndicatorSet]:
    """Give the four sets by name. Raises `Refused` (``credit.scoring``, ``credit.set``) for a row that is wrong."""
    feeds = _feeds()
    found = {name: _read(name, feeds) for name in SET_TITLES}
    strangers = set(feeds) - {one.id for s in found.values() for one in s.indicators}
    if strangers:
        raise _wrong("feeds.yaml", ", ".join(sorted(strangers)))
    return found


def _read(name: str, feeds: Mapping[str, Feed]) -> IndicatorSet:
    where = f"{name}.csv"
    text = (resources.files("yibao.archive.credit") / "sets" / where).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    indicators = tuple(_indicator(i, row, feeds, where) for i, row in enumerate(rows))
    return IndicatorSet(name, SET_TITLES[name], _KINDS.get(name, SubjectKind.INSTITUTION), indicators)


def _indicator(order: int, row: Mapping[str, str], feeds: Mapping[str, Feed], where: str) -> Indicator:
    key, place = row["indicator_id"], f"{where}: {row['indicator_id']}"
    if key not in feeds:
        raise _wrong("feeds.yaml", key)
    scoring = parse(row["scoring"], row["full_marks"], place)
    if isinstance(scoring, Direct) != (row["direction"] == "direct grade"):
        raise _wrong(place, row["direction"])
    return Indicator(
        key, order, Text(zh=row["category_zh"], en=row["category_en"]),
        Text(zh=row["subitem_zh"], en=row["subitem_en"]), Text(zh=row["indicator_zh"], en=row["indicator_en"]),
        row["definition_zh"], row["formula"], Window(row["window"]), _base(row["minimum_base"], place), scoring,
        row["scoring"], int(row["validity_months"]), row["automatic"], row["legal_basis"], row["source"],
        row["status"], feeds[key],
    )  # fmt: skip


def _base(text: str, where: str) -> Base | None:
    if text in _UNNUMBERED:
        return None
    found = _LEAST.fullmatch(text)
    if not found:
        raise _wrong(where, text)
    least = int(found[2].replace(",", ""))
    return Base(least * 100 if found[1] else least, text)


@cache
def _feeds() -> dict[str, Feed]:
    where = "feeds.yaml"
    raw = read_yaml((resources.files("yibao.archive.credit") / where).read_bytes(), where)
    assert isinstance(raw, dict)
    return {key: _feed(key, value or {}) for key, value in raw.items()}


def _feed(key: str, raw: Mapping[str, Any]) -> Feed:
    known = {"select", "over", "base_on", "fold", "decided", "status", "ends_with", "until", "missing"}
    if set(raw) - known:
        raise _wrong(f"feeds.yaml: {key}", ", ".join(sorted(set(raw) - known)))
    missing = raw.get("missing")
    return Feed(
        raw.get("select"), raw.get("over"), raw.get("base_on"), raw.get("fold"),
        tuple(_matching(key, one) for one in raw.get("decided", ())), raw.get("status"), raw.get("ends_with"),
        bool(raw.get("until")), Text(**missing) if missing else None,
    )  # fmt: skip


def _matching(key: str, raw: Mapping[str, Any]) -> Matching:
    if set(raw) - {"kind", "where", "cause", "measures", "classes", "class_key"}:
        raise _wrong(f"feeds.yaml: {key}", str(dict(raw)))
    where = {k: tuple(v) if isinstance(v, list) else (v,) for k, v in raw.get("where", {}).items()}
    return Matching(
        str(FactKind(raw["kind"])), where, tuple(raw.get("cause", ())), dict(raw.get("measures", {})),
        dict(raw.get("classes", {})), raw.get("class_key", "class"),
    )  # fmt: skip


def _wrong(where: str, came: str) -> Refused:
    return Refused(
        "credit.set",
        zh="指标集或指标来源的写法不对",
        en="a set of indicators, or the declaration of where figures come from, is wrong",
        where=where,
        came=came,
        todo=Text(zh="对照相邻的行改写", en="rewrite it as its neighbours are"),
    )
