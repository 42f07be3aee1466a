"""How a column's text becomes its stored value, as SQL that the engine runs over any number of rows.

Every type has one reading: a first, fast spelling for clean text and a second, forgiving one that also accepts what
people and office programs write (full-width digits, thousands separators, 2025/3/5). What neither reads is refused;
nothing is rounded, guessed or cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yibao.claims import Column

FULL_WIDTH = "０１２３４５６７８９．，－＋：／　ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ（）"
HALF_WIDTH = "0123456789.,-+:/ ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz()"
NOTHING = ("", "NULL", "NONE", "NAN", r"\N", "-")
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
MOMENT_FORMATS = tuple(
    f"{day}{time}"
    for day in DATE_FORMATS
    for time in (" %H:%M:%S", "T%H:%M:%S", " %H:%M", "%H%M%S", " %H:%M:%S.%f")
)


def quote(text: str) -> str:
    """Quote a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: tuple[str, ...]) -> str:
    """Write texts as an SQL list of literals."""
    return ", ".join(quote(t) for t in texts)


def cleaned(raw: str) -> str:
    """Give the SQL of a raw text without margins, full-width forms and words for «nothing»."""
    half = (
        f"CASE WHEN strlen({raw}) <> length({raw}) "
        f"THEN translate({raw}, {quote(FULL_WIDTH)}, {quote(HALF_WIDTH)}) ELSE {raw} END"
    )
    trimmed = f"trim({half}, {quote(' ' + chr(9) + chr(13) + chr(10) + chr(0xA0) + chr(0xFEFF))})"
    return (
        f"CASE WHEN length({trimmed}) <= 4 AND upper({trimmed}) IN ({listed(NOTHING)}) "
        f"THEN NULL ELSE {trimmed} END"
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """The SQL of one column: its stored values, and the condition under which its text cannot be read."""

    values: tuple[tuple[str, str], ...]
    unread: str
    wanted: str


def read(column: Column, text: str) -> Reading:
    """Say how a column is read from the SQL of its cleaned text."""
    return _READERS[column.type](column, text)


def _decimal(text: str, total: int, scale: int) -> str:
    plain = f"TRY_CAST({text} AS DECIMAL({total},{scale}))"
    office = (
        f"TRY_CAST(replace(replace(replace({text}, ',', ''), '¥', ''), '元', '') AS DECIMAL({total},{scale}))"
    )
    return f"CASE WHEN {plain} IS NULL AND {text} IS NOT NULL THEN {office} ELSE {plain} END"


def _scaled(column: Column, text: str, digits: int, scale: int, places: str) -> Reading:
    exact, wide = _decimal(text, digits, scale), _decimal(text, 18, 6)
    factor = 10**scale
    value = f"CAST(({exact}) * CAST({factor} AS DECIMAL({scale + 1},0)) AS BIGINT)"
    unread = f"({exact}) IS NULL OR CAST(({exact}) AS DECIMAL(18,6)) <> ({wide})"
    limit = ""
    if column.bound is not None:
        unread += f" OR abs({value}) > {column.bound}"
        limit = f", ≤ {column.bound / factor:,.0f}"
    stored = (
        value if column.none is None else f"CASE WHEN ({exact}) >= {column.none} THEN NULL ELSE {value} END"
    )
    return Reading(((column.stored()[0][0], stored),), unread, f"{places}{limit}")


def _money(column: Column, text: str) -> Reading:
    return _scaled(column, text, 15, 2, "金额，至多两位小数 / yuan, at most 2 decimals")


def _quantity(column: Column, text: str) -> Reading:
    bounded = column.model_copy(update={"bound": 10**9}) if column.bound is None else column
    return _scaled(bounded, text, 13, 4, "数量，至多四位小数 / number, at most 4 decimals")


def _price(column: Column, text: str) -> Reading:
    bounded = column.model_copy(update={"bound": 4 * 10**12}) if column.bound is None else column
    return _scaled(bounded, text, 14, 6, "单价，至多六位小数 / price, at most 6 decimals")


def _ratio(column: Column, text: str) -> Reading:
    return _scaled(column, text, 9, 4, "比例，0 至 1 / ratio between 0 and 1")


def _integer(column: Column, text: str) -> Reading:
    value = f"TRY_CAST({text} AS BIGINT)"
    return Reading(((column.name, value),), f"{value} IS NULL", "整数 / whole number")


def _flag(column: Column, text: str) -> Reading:
    value = (
        f"CASE WHEN {text} IN ('1', '是', 'Y', 'y', 'true') THEN 1 "
        f"WHEN {text} IN ('0', '否', 'N', 'n', 'false') THEN 0 END"
    )
    stored = value if column.default is None else f"coalesce({value}, {column.default})"
    return Reading(((column.name, f"CAST({stored} AS BIGINT)"),), f"({value}) IS NULL", "1/0, 是/否")


def _date(text: str, formats: tuple[str, ...]) -> str:
    quick = f"TRY_CAST({text} AS TIMESTAMP)"
    slow = f"try_strptime({text}, [{listed(formats)}])"
    return f"CASE WHEN {quick} IS NULL AND {text} IS NOT NULL THEN {slow} ELSE {quick} END"


def _sane(moment: str) -> str:
    return f"({moment}) IS NULL OR year({moment}) NOT BETWEEN 1880 AND 2200"


def _day_parts(name: str, moment: str) -> tuple[tuple[str, str], ...]:
    return (
        (f"{name}_day", f"CAST(date_diff('day', DATE '1970-01-01', CAST({moment} AS DATE)) AS BIGINT)"),
        (f"{name}_ymd", f"CAST(year({moment}) * 10000 + month({moment}) * 100 + day({moment}) AS BIGINT)"),
    )


def _day(column: Column, text: str) -> Reading:
    moment = _date(text, DATE_FORMATS + MOMENT_FORMATS)
    parts = _day_parts(column.name, moment)
    if column.open is not None:
        parts = tuple(
            (n, f"coalesce({v}, {column.open if n.endswith('_day') else 99991231})") for n, v in parts
        )
    return Reading(parts, _sane(moment), "日期，如 2025-03-05 / a day")


def _moment(column: Column, text: str) -> Reading:
    moment = _date(text, MOMENT_FORMATS + DATE_FORMATS)
    minute = (f"{column.name}_minute", f"CAST(epoch_us({moment}) // 60000000 AS BIGINT)")
    month = (f"{column.name}_month", f"CAST(year({moment}) * 100 + month({moment}) AS BIGINT)")
    return Reading(
        (minute, *_day_parts(column.name, moment), month),
        _sane(moment),
        "时间，如 2025-03-05 09:30:00 / a time",
    )


_DAMAGED = r"^[+-]?[0-9](\.[0-9]+)?[Ee]\+?[0-9]+$"


def damaged(text: str) -> str:
    """Give the SQL that recognises an id which a spreadsheet turned into a number (9.90101E+19)."""
    return f"({text} LIKE '%E+%' OR {text} LIKE '%e+%') AND regexp_matches({text}, '{_DAMAGED}')"


def _text(column: Column, text: str) -> Reading:
    return Reading(
        ((column.stored()[0][0], text),),
        f"length({text}) > {column.max} OR contains({text}, chr(65533))",
        f"文字，至多 {column.max} 字 / text of at most {column.max} characters",
    )


def _identifier(column: Column, text: str) -> Reading:
    plain = _text(column, text)
    return Reading(plain.values, f"{plain.unread} OR ({damaged(text)})", plain.wanted)


def _code(column: Column, text: str) -> Reading:
    codes = column.codes
    same = tuple(code for code, to in codes.spellings.items() if code == to)
    other: dict[str, list[str]] = {}
    for spelling, code in codes.spellings.items():
        if spelling != code:
            other.setdefault(code, []).append(spelling)
    branches = [f"WHEN {text} IN ({listed(same)}) THEN {text}"]
    branches += [f"WHEN {text} IN ({listed(tuple(s))}) THEN {quote(c)}" for c, s in other.items()]
    if column.match == "root":
        branches.append(f"WHEN substr({text}, 1, 2) IN ({listed(tuple(sorted(codes.roots)))}) THEN {text}")
    value = f"CASE {' '.join(branches)} END"
    return Reading(((column.name, value),), f"({value}) IS NULL", codes.wanted())


def _region(column: Column, text: str) -> Reading:
    return Reading(
        ((column.name, text),),
        f"NOT regexp_full_match({text}, '[1-9][0-9]{{5}}')",
        "6 位行政区划代码 / a six-digit region code",
    )


def _icd10(column: Column, text: str) -> Reading:
    value = f"upper({text})"
    return Reading(
        ((column.name, value), (f"{column.name}_category", f"substr({value}, 1, 3)")),
        f"NOT regexp_matches({value}, '^[A-Z][0-9]{{2}}') OR length({value}) > {column.max}",
        "医保版 ICD-10 代码 / an ICD-10 code",
    )


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _citizen_id(column: Column, text: str) -> Reading:
    value = f"upper({text})"
    digits = " + ".join(
        f"{w} * CAST(substr({value}, {i}, 1) AS INTEGER)" for i, w in enumerate(_WEIGHTS, start=1)
    )
    shape = f"regexp_full_match({value}, '[1-9][0-9]{{16}}[0-9X]')"
    wrong = f"CASE WHEN {shape} THEN substr('10X98765432', ({digits}) % 11 + 1, 1) <> substr({value}, 18, 1) ELSE true END"
    return Reading(
        ((column.name, value),),
        wrong,
        "18 位公民身份号码，末位校验相符 / an 18-digit id with its check digit",
    )


_READERS: dict[str, Callable[[Column, str], Reading]] = {
    "key": _identifier, "ref": _identifier, "text": _text, "code": _code, "flag": _flag, "day": _day,
    "moment": _moment, "money": _money, "quantity": _quantity, "price": _price, "ratio": _ratio,
    "integer": _integer, "region": _region, "icd10": _icd10, "citizen_id": _citizen_id,
}  # fmt: skip
