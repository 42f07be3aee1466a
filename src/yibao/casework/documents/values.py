"""Values: how a value of a field is kept in the snapshot, and how it is written on paper.

Dates as 2026年3月5日 without leading zeros, sums as 1,234.50元 beside their capitals, ratios from basis points. Nothing
is guessed: a float, a sum below zero or a date that is none is refused, naming document, field and case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from yibao.casework.documents.capitals import in_capitals
from yibao.casework.documents.model import TABLE, Field, refused
from yibao.kernel import Refused, date_of, format_fen, moment_of

_WHOLE: Final = ("int", "months", "days_wd", "days_cal", "money", "percent", "multiple")
_WORDS: Final = {
    "AGENCY": "经办机构",
    "PROVIDER": "定点医药机构",
    "INDIVIDUAL": "个人",
    "OTHER": "其他单位",
}
"""How the code of a kind of party is written."""
_MARKS: Final = "；。，："


def plain(field: Field, value: Any, where: str) -> Any:
    """Give a value as JSON keeps it: days as ISO text, all else as it came; refuses what the field cannot be."""
    if value is None:
        return None
    if field.kind == TABLE:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise _wrong(field, value, where, "a list of rows")
        return [_row(field, row, f"{where}[{n}]") for n, row in enumerate(value, start=1)]
    if field.kind in _WHOLE:
        if type(value) is not int or (value < 0 and field.kind == "money"):
            raise _wrong(field, value, where, "a whole number (money in fen, ratios in basis points)")
        return value
    if field.kind == "date":
        return _day(field, value, where).isoformat()
    if field.kind == "datetime":
        return _moment(field, value, where).isoformat(timespec="minutes")
    if field.kind == "bool":
        if not isinstance(value, bool):
            raise _wrong(field, value, where, "true or false")
        return value
    if field.kind in ("list", "file_list", "officers"):
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise _wrong(field, value, where, "a list")
        return [_worded(field, item, where) for item in value]
    return _worded(field, value, where)


def _row(table: Field, row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise _wrong(table, row, where, "a mapping by column")
    kept = {name: plain(column, row[name], where) for name, column in table.columns.items() if name in row}
    return kept


def _worded(field: Field, value: Any, where: str) -> Any:
    """Take a text, or a person or file given by its parts, each of them a text or a number."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping) and all(
        isinstance(part, str | int) and not isinstance(part, bool) for part in value.values()
    ):
        return {str(name): part for name, part in value.items()}
    if type(value) is int and field.kind not in ("officers", "person"):
        return str(value)
    raise _wrong(field, value, where, "text")


def _day(field: Field, value: Any, where: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if type(value) is int:
        return date_of(value)
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _wrong(field, value, where, "2026-03-05") from None


def _moment(field: Field, value: Any, where: str) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if type(value) is int:
        return moment_of(value)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        raise _wrong(field, value, where, "2026-03-05T14:05") from None


def _wrong(field: Field, value: Any, where: str, wanted: str) -> Refused:
    return refused(
        "value", "字段的取值不对", "the value is none that the field can have",
        where=f"{where} {field.name} {field.label}", wanted=f"{field.kind}: {wanted}", came=repr(value)[:120],
    )  # fmt: skip


# — on paper —


def written(field: Field, value: Any) -> str:
    """Write a value of the snapshot as paper shows it; several lines where it has several."""
    if value is None:
        return ""
    if field.kind in _ON_PAPER:
        return _ON_PAPER[field.kind](value)
    if isinstance(value, Mapping):
        return _person(value)
    return _WORDS.get(str(value), str(value)) if field.kind == "enum" else str(value)


def capitals(value: int) -> str:
    """Write a sum in capitals."""
    return in_capitals(value)


def day(iso: str) -> str:
    """Write a day.

    >>> day("2026-03-05")
    '2026年3月5日'
    """
    on = date.fromisoformat(iso)
    return f"{on.year}年{on.month}月{on.day}日"


def moment(iso: str) -> str:
    """Write a moment.

    >>> moment("2026-03-05T14:05")
    '2026年3月5日14时05分'
    """
    at = datetime.fromisoformat(iso)
    return f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute:02d}分"


def yuan(fen: int) -> str:
    """Write a sum in figures.

    >>> yuan(123_450)
    '1,234.50元'
    """
    return format_fen(fen).replace(" ", "")


def _of_ten_thousand(value: int, whole: int, unit: str) -> str:
    """Write a ratio without trailing zeros: 15 000 of 10 000 is 1.5, 300 of 100 is 3."""
    full, rest = divmod(value, whole)
    decimals = f"{rest:0{len(str(whole)) - 1}d}".rstrip("0")
    return f"{full}{'.' + decimals if decimals else ''}{unit}"


def _listed(items: Sequence[Any]) -> str:
    """Join short items by 、 and such that have marks of their own by ；."""
    texts = [_person(item) if isinstance(item, Mapping) else str(item).rstrip("。；") for item in items]
    return ("；" if any(mark in text for text in texts for mark in _MARKS) else "、").join(texts)


def _person(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    beside = [str(part) for name, part in one.items() if name != "name" and part != ""]
    return f"{one.get('name', '')}{'（' + '，'.join(beside) + '）' if beside else ''}"


def _officer(one: Any) -> str:
    if isinstance(one, Mapping) and "number" in one:
        return f"{one.get('name', '')}（执法证号{one['number']}）"
    return _person(one)


def _files(items: Sequence[Any]) -> str:
    """Write the list of attachments: numbered where there are several, no mark after a name (GB/T 9704)."""
    texts = [_person(item) for item in items]
    if len(texts) < 2:
        return "".join(texts)
    return "\n".join(f"{number}．{text}" for number, text in enumerate(texts, start=1))


_ON_PAPER: Final[Mapping[str, Callable[[Any], str]]] = {
    "money": yuan,
    "date": day,
    "datetime": moment,
    "bool": lambda value: "是" if value else "否",
    "percent": lambda value: _of_ten_thousand(value, 100, "%"),
    "multiple": lambda value: _of_ten_thousand(value, 10_000, ""),
    "list": _listed,
    "file_list": _files,
    "officers": lambda items: "、".join(_officer(item) for item in items),
    "person": _person,
}
