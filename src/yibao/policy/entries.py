"""From one entry of a pack file to a declaration or to values, or to a refusal that names file and line."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Final, TypeVar

from yibao.kernel import OPEN_END, Day, Located, Period, Refused, Region, Text, day_of
from yibao.policy.model import PLAIN_TYPE, Parameter, Plain, Status, Unit, Value

_KEY: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_REQUIRED: Final = ("value", "from", "instrument", "status", "known_since")
_OPTIONAL: Final = ("until", "article", "note")
_E = TypeVar("_E", bound=StrEnum)


def read_declaration(file: Located, key: str, region: Region) -> Parameter:
    """Read what a key means: ``meaning``, ``unit`` and ``bounds`` (numbers only); values are read apart."""
    where = file.where(key)
    if not _KEY.fullmatch(key):
        raise refuse("shape", where, "参数名的写法不对", "not a parameter's name", "room.thing.what", key)
    entry = read_mapping(file[key], where, required=("meaning", "unit"), optional=("bounds", "values"))
    unit = _choice(Unit, entry, "unit")
    return Parameter(key, _text(entry, "meaning"), unit, _bounds(entry, unit), region)


def read_values(file: Located, key: str, parameter: Parameter, region: Region) -> tuple[Value, ...]:
    """Read the ``values`` of an entry, oldest first, and refuse those that contradict one another."""
    entry = file[key]
    if not isinstance(entry, Located) or not isinstance(entry.get("values"), list):
        raise refuse(
            "shape", file.where(key), "缺少 values 列表", "no list of values", "values: [- value: …]", key
        )
    items = entry["values"]
    assert isinstance(items, list), "checked above"
    where = entry.where("values")
    values = sorted((_value(item, where, parameter, region) for item in items), key=lambda v: v.period)
    for one, other in combinations(values, 2):
        # Later knowledge may overlap earlier knowledge and then wins; two truths known at once may not.
        if one.period.overlaps(other.period) and one.known_since == other.known_since:
            raise refuse(
                "overlap",
                other.where,
                "两个取值的有效期重叠，且获知日期相同",
                "two values are in force on the same day and known since the same day",
                "互不重叠的期间，或较晚的 known_since / periods apart, or a later known_since",
                f"{key} {one.period} ({one.where}), {other.period}",
            )
    return tuple(values)


def _value(item: object, where: str, parameter: Parameter, region: Region) -> Value:
    entry = read_mapping(item, where, required=_REQUIRED, optional=_OPTIONAL)
    until = OPEN_END if entry.get("until") is None else read_day(entry, "until")
    return Value(
        key=parameter.key,
        value=_plain(entry, parameter),
        unit=parameter.unit,
        period=read_period(entry, read_day(entry, "from"), until),
        instrument=read_line(entry, "instrument"),
        article=read_line(entry, "article") if "article" in entry else None,
        status=_choice(Status, entry, "status"),
        known_since=read_day(entry, "known_since"),
        region=region,
        note=_text(entry, "note") if "note" in entry else None,
        where=entry.where(),
    )


def _plain(entry: Located, parameter: Parameter) -> Plain:
    value, where, wanted = entry["value"], entry.where("value"), PLAIN_TYPE[parameter.unit]
    if type(value) is not wanted or value == "":
        raise refuse(
            "type",
            where,
            f"取值类型与单位 {parameter.unit} 不符",
            f"the value's type does not fit the unit {parameter.unit}",
            wanted.__name__,
            f"{parameter.key}: {type(value).__name__} {value!r}",
        )
    assert isinstance(value, int | str), "bool is an int"
    low, high = parameter.bounds or (0, None)
    if wanted is int and not (low <= int(value) and (high is None or int(value) <= high)):
        raise refuse(
            "bounds",
            where,
            "取值超出允许范围",
            "the value is out of bounds",
            f"{low} … {'' if high is None else high}",
            f"{parameter.key}: {value}",
        )
    return value


def _bounds(entry: Located, unit: Unit) -> tuple[int, int] | None:
    bounds = entry.get("bounds")
    if bounds is None:
        return None
    if (
        PLAIN_TYPE[unit] is int
        and isinstance(bounds, list)
        and [type(b) for b in bounds] == [int, int]
        and bounds[0] <= bounds[1]
    ):
        return bounds[0], bounds[1]
    raise refuse(
        "shape",
        entry.where("bounds"),
        "范围的写法不对",
        "not bounds",
        "[low, high], int",
        f"{unit}: {bounds!r}",
    )


def read_mapping(
    item: object, where: str, *, required: Collection[str], optional: Collection[str]
) -> Located:
    """Take a mapping that has all of the required fields and no others than the optional ones beside."""
    if not isinstance(item, Located):
        raise refuse(
            "shape", where, "这里须是映射", "a mapping is wanted here", ", ".join(required), repr(item)
        )
    for name in item:
        if name not in required and name not in optional:
            wanted = ", ".join((*required, *optional))
            raise refuse("shape", item.where(name), "没有这个字段", "there is no such field", wanted, name)
    for name in required:
        if item.get(name) is None:
            zh, en = f"缺少 {name}", f"{name} is missing"
            raise refuse("missing", item.where(), zh, en, ", ".join(required), ", ".join(item))
    return item


def _choice(choices: type[_E], entry: Located, name: str) -> _E:
    try:
        return choices(str(entry[name]))
    except ValueError:
        wanted = " | ".join(choices)
        raise refuse(
            "shape",
            entry.where(name),
            f"{name} 不在词表里",
            f"{name} is none of the words",
            wanted,
            str(entry[name]),
        ) from None


def read_day(entry: Located, name: str) -> Day:
    """Read a date."""
    value = entry[name]
    if isinstance(value, date):
        return day_of(value)
    raise refuse(
        "type", entry.where(name), f"{name} 须是日期", f"{name} is a date", "2026-03-05", repr(value)
    )


def read_period(entry: Located, begin: Day, until: Day) -> Period:
    """Make a period; refuses one that ends before it begins."""
    try:
        return Period(begin, until)
    except Refused as error:
        where, came = entry.where("until"), error.came or ""
        raise refuse(
            "period", where, error.text.zh, error.text.en, "from < until（不含当日）", came
        ) from None


def read_line(entry: Located, name: str) -> str:
    """Read a text that says something."""
    value = entry[name]
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise refuse("type", entry.where(name), f"{name} 须是文本", f"{name} is text", "text", repr(value))


def _text(entry: Located, name: str) -> Text:
    text = read_mapping(entry[name], entry.where(name), required=("zh", "en"), optional=())
    return Text(zh=read_line(text, "zh"), en=read_line(text, "en"))


def refuse(what: str, where: str, zh: str, en: str, wanted: str, came: str) -> Refused:
    """Make a refusal of this room, ``policy.<what>``."""
    return Refused(f"policy.{what}", zh=zh, en=en, where=where, wanted=wanted, came=came)
