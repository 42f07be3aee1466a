"""How a column's text becomes its stored value, as SQL that the engine runs over any number of rows.

A text goes through up to four steps: brought to its normal form (`normal`), emptied where it is a word for
«nothing» (`meaning`), read once (`Reading.parsed`), and turned into the stored values. Every step has a fast test
for the clean text that nearly all rows hold and a forgiving spelling for what people and office programs write
(full-width digits, thousands separators, 2025/3/5). What neither reads is refused; nothing is rounded, guessed or cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yibao.claims import Column
from yibao.kernel import FULL_WIDTH, HALF_WIDTH, normalise

INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
MARGINS = "".join(
    chr(c) for c in (*range(9, 14), *range(28, 33), 0x85, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F)
)  # fmt: skip
"""What counts as a margin, beside the wide spaces that `FULL_WIDTH` turns into plain ones."""

NOTHING = ("", "NULL", "NONE", "NAN", r"\N", "-")
NO_TIME_BEFORE, NO_TIME_AFTER = "1880-01-01", "2200-01-01"
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
MOMENT_FORMATS = tuple(
    f"{day}{time}"
    for day in DATE_FORMATS
    for time in (" %H:%M:%S", "T%H:%M:%S", " %H:%M", "%H%M%S", " %H:%M:%S.%f")
)
BROKEN_TEXT = "chr(65533)"


def quote(text: str) -> str:
    """Quote a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: tuple[str, ...]) -> str:
    """Write texts as an SQL list of literals."""
    return ", ".join(quote(t) for t in texts)


def _class_of(characters: str) -> str:
    """Give the inside of a regular expression's class, neighbours as ranges: each column's statement repeats it."""
    places = sorted(map(ord, characters))
    first = [p for p in places if p - 1 not in places]
    last = [p for p in places if p + 1 not in places]
    return "".join(f"\\x{{{a:X}}}-\\x{{{b:X}}}" for a, b in zip(first, last, strict=True))


_UNUSUAL = f"^[{_class_of(MARGINS)}]|[{_class_of(MARGINS)}]$|[{_class_of(FULL_WIDTH + INVISIBLE)}]"  # a regular expression


_IN_SENTENCES = "（），：；"
"""The wide characters of ordinary Chinese text, which more rows hold than all the others together."""


def normal(raw: str) -> str:
    """Give the SQL of a raw text in its normal form: half-width, without margins; as `kernel.normalise` does.

    ASCII text without margins, then any text without unusual characters, is taken as it is; then one whose only
    unusual characters are those that Chinese sentences are full of. Only the rest is rewritten from the whole list,
    which is a hundred times as slow.
    """
    ends = " AND ".join(f"NOT ends_with({raw}, chr({ord(c)}))" for c in " \t\r\n\v\f\x1c\x1d\x1e\x1f")
    usual = f"translate({raw}, {quote(_IN_SENTENCES)}, {quote(normalise(_IN_SENTENCES))})"
    return (
        f"CASE WHEN strlen({raw}) = length({raw}) AND {raw} >= '!' AND {ends} THEN {raw} "
        f"WHEN NOT regexp_matches({raw}, {quote(_UNUSUAL)}) THEN {raw} "
        f"WHEN NOT regexp_matches({usual}, {quote(_UNUSUAL)}) THEN {usual} "
        f"ELSE trim(translate({raw}, {quote(FULL_WIDTH + INVISIBLE)}, {quote(HALF_WIDTH)}), {quote(MARGINS)}) END"
    )


def meaning(text: str) -> str:
    """Give the SQL of a normal text, NULL where it is a word for «nothing»; no such word starts with a digit."""
    return (
        f"CASE WHEN strlen({text}) <= 4 AND NOT ({text} >= '0' AND {text} < ':') "
        f"AND upper({text}) IN ({listed(NOTHING)}) THEN NULL ELSE {text} END"
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """The SQL of one column: its stored values, and the condition under which its text cannot be read.

    ``parsed`` is computed once and known to the others under its own name; NULL means that it could not be read.
    """

    values: tuple[tuple[str, str], ...]
    unread: str
    wanted: str
    parsed: str | None = None


def read(column: Column) -> Reading:
    """Say how a column is read: its cleaned text is the SQL name ``t_<column>``, what was parsed ``p_<column>``."""
    return _READERS[column.type](column, f"t_{column.name}", f"p_{column.name}")


# — numbers —


def decimal(text: str, digits: int, scale: int) -> str:
    """Give the SQL that reads a number exactly or not at all: the type never gets to round."""
    fraction = rf"(\.[0-9]{{0,{scale}}}0*)?"
    plain = rf"[+-]?[0-9]*{fraction}"
    office = rf"[+-]?[¥￥]?[+-]?([0-9]{{1,3}}(,[0-9]{{3}})+|[0-9]+){fraction}元?"
    kind = f"DECIMAL({digits},{scale})"
    return (
        f"CASE WHEN regexp_full_match({text}, {quote(plain)}) THEN TRY_CAST({text} AS {kind}) "
        f"WHEN regexp_full_match(replace({text}, ' ', ''), {quote(office)}) "
        f"THEN TRY_CAST(regexp_replace({text}, '[,¥￥元 ]', '', 'g') AS {kind}) END"
    )


def _scaled(
    column: Column, text: str, parsed: str, digits: int, scale: int, places: str, bound: int | None = None
) -> Reading:
    """Read a number of ``scale`` decimals as an integer of its last one, within the column's bound."""
    factor, bound = 10**scale, column.bound or bound
    value = f"CAST({_as_integer(parsed, digits, scale)} AS BIGINT)"
    unread, limit = f"{parsed} IS NULL", ""
    if bound is not None:
        whole, part = divmod(bound, factor)
        largest = f"CAST('{whole}.{part:0{scale}}' AS DECIMAL(18,{scale}))"
        unread += f" OR {parsed} > {largest} OR {parsed} < -{largest}"
        limit = f", ≤ {bound / factor:,.0f}"
    if column.none is not None:
        value = f"CASE WHEN {parsed} >= {column.none} THEN NULL ELSE {value} END"
    return Reading(
        ((column.stored()[0][0], value),), unread, f"{places}{limit}", decimal(text, digits, scale)
    )


def _as_integer(number: str, digits: int, scale: int) -> str:
    """Give the SQL of a decimal times ten to its scale, in steps so small that no product leaves 64 bits.

    Beyond 18 digits the engine multiplies in 128 bits, which takes twenty times as long.
    """
    step = min(scale, 17 - digits)
    product = f"{number} * CAST({10**step} AS DECIMAL({step + 1},0))"
    if step == scale:
        return product
    return _as_integer(f"CAST({product} AS DECIMAL({digits},{scale - step}))", digits, scale - step)


def _money(column: Column, text: str, parsed: str) -> Reading:
    return _scaled(column, text, parsed, 15, 2, "金额，至多两位小数 / yuan, at most 2 decimals", 10**12)


def _quantity(column: Column, text: str, parsed: str) -> Reading:
    return _scaled(column, text, parsed, 13, 4, "数量，至多四位小数 / number, at most 4 decimals", 10**9)


def _price(column: Column, text: str, parsed: str) -> Reading:
    return _scaled(column, text, parsed, 14, 6, "单价，至多六位小数 / price, at most 6 decimals", 4 * 10**12)


def _ratio(column: Column, text: str, parsed: str) -> Reading:
    reading = _scaled(column, text, parsed, 9, 4, "比例，0 至 1 / ratio between 0 and 1", 10**4)
    return Reading(reading.values, f"{reading.unread} OR {parsed} < 0", reading.wanted, reading.parsed)


def _integer(column: Column, text: str, parsed: str) -> Reading:
    number = f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+(\\.0*)?') THEN TRY_CAST({text} AS BIGINT) END"
    return Reading(((column.name, parsed),), f"{parsed} IS NULL", "整数 / whole number", number)


def _flag(column: Column, text: str, parsed: str) -> Reading:
    value = (
        f"CASE WHEN lower({text}) IN ('1', '是', 'y', 'yes', 'true') THEN 1 "
        f"WHEN lower({text}) IN ('0', '否', 'n', 'no', 'false') THEN 0 END"
    )
    stored = parsed if column.default is None else f"coalesce({parsed}, {column.default})"
    return Reading(((column.name, f"CAST({stored} AS BIGINT)"),), f"{parsed} IS NULL", "1/0, 是/否", value)


# — days and times —


def _date(text: str, formats: tuple[str, ...]) -> str:
    """Give the SQL of a moment; an offset to another time zone than Beijing's is refused rather than moved."""
    local = f"regexp_replace({text}, '\\+08(:?00)?$', '')"
    return (
        f"CASE WHEN NOT ({text} >= '0' AND {text} < ':') THEN NULL "
        f"WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}( [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})?') "
        f"THEN TRY_CAST({text} AS TIMESTAMP) ELSE try_strptime({local}, [{listed(formats)}]) END"
    )


def _senseless(moment: str) -> str:
    return f"{moment} IS NULL OR {moment} NOT BETWEEN TIMESTAMP '{NO_TIME_BEFORE}' AND TIMESTAMP '{NO_TIME_AFTER}'"


def _day_parts(name: str, moment: str) -> tuple[tuple[str, str], ...]:
    return (
        (f"{name}_day", f"CAST(date_diff('day', DATE '1970-01-01', CAST({moment} AS DATE)) AS BIGINT)"),
        (f"{name}_ymd", f"CAST(year({moment}) * 10000 + month({moment}) * 100 + day({moment}) AS BIGINT)"),
    )


def _day(column: Column, text: str, parsed: str) -> Reading:
    parts, moment = _day_parts(column.name, parsed), _date(text, DATE_FORMATS + MOMENT_FORMATS)
    unread = _senseless(parsed)
    if column.open is not None:  # an empty end and the year 9999 both mean «until further notice»
        forever = f"{parsed} >= TIMESTAMP '9999-01-01'"
        unread = f"coalesce(NOT ({forever}), true) AND ({unread})"
        ends = (f"{column.open}", "99991231")
        parts = tuple(
            (name, f"CASE WHEN {forever} THEN {end} ELSE coalesce({value}, {end}) END")
            for (name, value), end in zip(parts, ends, strict=True)
        )
    return Reading(parts, unread, "日期，如 2025-03-05 / a day", moment)


def _instant(column: Column, text: str, parsed: str) -> Reading:
    micros = f"CAST(epoch_us({parsed}) AS BIGINT)"
    wanted = "时间，如 2025-03-05 09:30:00 / a time"
    date = _date(text, MOMENT_FORMATS + DATE_FORMATS)
    return Reading(((column.stored()[0][0], micros),), _senseless(parsed), wanted, date)


def _moment(column: Column, text: str, parsed: str) -> Reading:
    minute = (f"{column.name}_minute", f"CAST(epoch_us({parsed}) // 60000000 AS BIGINT)")
    month = (f"{column.name}_month", f"CAST(year({parsed}) * 100 + month({parsed}) AS BIGINT)")
    return Reading(
        (minute, *_day_parts(column.name, parsed), month),
        _senseless(parsed),
        "时间，如 2025-03-05 09:30:00 / a time",
        _date(text, MOMENT_FORMATS + DATE_FORMATS),
    )


# — texts and codes —


def damaged(text: str) -> str:
    """Give the SQL that recognises an id which a spreadsheet turned into a number (9.90101E+19)."""
    return (
        f"(contains({text}, 'E+') OR contains({text}, 'e+')) "
        rf"AND regexp_full_match({text}, '[+-]?[0-9](\.[0-9]+)?[Ee]\+[0-9]+')"
    )


def _text(column: Column, text: str, _: str) -> Reading:
    return Reading(
        ((column.stored()[0][0], text),),
        f"length({text}) > {column.max} OR contains({text}, {BROKEN_TEXT})",
        f"文字，至多 {column.max} 字 / text of at most {column.max} characters",
    )


def _identifier(column: Column, text: str, parsed: str) -> Reading:
    plain = _text(column, text, parsed)
    return Reading(plain.values, f"{plain.unread} OR ({damaged(text)})", plain.wanted)


def _code(column: Column, text: str, parsed: str) -> Reading:
    codes = column.codes
    same = tuple(code for code, to in codes.spellings.items() if code == to)
    other: dict[str, list[str]] = {}
    for spelling, code in codes.spellings.items():
        if spelling != code:
            other.setdefault(code, []).append(spelling)
    branches = [f"WHEN {text} IN ({listed(same)}) THEN {text}"]
    branches += [f"WHEN {text} IN ({listed(tuple(s))}) THEN {quote(c)}" for c, s in other.items()]
    if column.match == "root":  # a local extension keeps the national code's first two characters
        roots = "|".join(sorted(codes.roots))
        branches.append(f"WHEN regexp_full_match({text}, '({roots})[0-9A-Za-z]{{1,4}}') THEN {text}")
    return Reading(
        ((column.name, parsed),), f"{parsed} IS NULL", codes.wanted(), f"CASE {' '.join(branches)} END"
    )


def _region(column: Column, text: str, _: str) -> Reading:
    return Reading(
        ((column.name, text),),
        f"NOT regexp_full_match({text}, '[1-9][0-9](0000|(0[1-9]|[1-9][0-9])[0-9]{{2}})')",
        "6 位行政区划代码 / a six-digit region code",
    )


def _icd10(column: Column, text: str, parsed: str) -> Reading:
    return Reading(
        ((column.name, parsed), (f"{column.name}_category", f"substr({parsed}, 1, 3)")),
        f"NOT regexp_matches({parsed}, '^[A-Z][0-9]{{2}}') OR length({parsed}) > {column.max} "
        f"OR contains({parsed}, {BROKEN_TEXT})",
        "医保版 ICD-10 代码 / an ICD-10 code",
        f"upper({text})",
    )


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _citizen_id(column: Column, text: str, parsed: str) -> Reading:
    digits = " + ".join(
        f"{w} * CAST(substr({parsed}, {i}, 1) AS INTEGER)" for i, w in enumerate(_WEIGHTS, start=1)
    )
    check = f"substr('10X98765432', ({digits}) % 11 + 1, 1)"
    return Reading(
        ((column.name, parsed),),
        f"CASE WHEN regexp_full_match({parsed}, '[1-9][0-9]{{16}}[0-9X]') "
        f"THEN {check} <> substr({parsed}, 18, 1) ELSE true END",
        "18 位公民身份号码，末位校验相符 / an 18-digit id with its check digit",
        f"upper({text})",
    )


_READERS: dict[str, Callable[[Column, str, str], Reading]] = {
    "key": _identifier, "ref": _identifier, "text": _text, "code": _code, "flag": _flag, "day": _day,
    "moment": _moment, "instant": _instant, "money": _money, "quantity": _quantity, "price": _price, "ratio": _ratio,
    "integer": _integer, "region": _region, "icd10": _icd10, "citizen_id": _citizen_id,
}  # fmt: skip
