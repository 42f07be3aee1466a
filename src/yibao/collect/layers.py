"""Layers: the one SELECT that turns the raw texts of a file into stored values and the verdict of every row.

The raw texts come into their normal form, words for «nothing» become empty and the sender's words are translated, each
text is read once, the stored values and «could not be read» follow, and last the verdict as a bit per check. A layer
names what it computes, so that nothing is computed twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from yibao.claims import PRODUCT_BOUND, Check, Column, Identity, Table
from yibao.collect.columns import meaning, normal, quote, read
from yibao.collect.raw_rows import RawRows
from yibao.collect.sources import FileMap, From
from yibao.kernel import Refused, Text, normalise

KEY_MASK = (1 << 63) - 1
BLANK = 1 << 62
"""The verdict of a record without any content: it is no row, and nobody is told."""

MAX_JUDGEMENTS = 62


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing that can be wrong with a row: its code, the SQL that says so, and how to say it to people."""

    code: str
    wrong: str
    column: Column | None
    text: Text
    wanted: str
    lenient: bool = False


def is_read(origin: str) -> bool:
    """Say whether a column's text is read from the file (and not a constant of the mapping)."""
    return not origin.startswith("'")


def key_of(table_name: str, natural: str) -> str:
    """Give the SQL of the integer key of a natural id: 63 bits of the MD5 of «table|id» (kernel.natural_key).

    The same as ``md5_number_lower(…) & KEY_MASK``, five times as fast.
    """
    half = f"CAST(md5_number({quote(table_name + '|')} || {natural}) >> 64 AS UBIGINT)"
    return f"CAST({half} & {KEY_MASK} AS BIGINT)"


def origins(table: Table, raw: RawRows, file_map: FileMap) -> dict[str, str]:
    """Give the SQL of the raw text of every column that the file has; refuses a mapped column that it lacks."""
    found = {c.name: _origin(c, raw, file_map) for c in table.columns}
    return {name: sql for name, sql in found.items() if sql is not None}


def judgements(table: Table) -> tuple[Judgement, ...]:
    """Give everything that a row of the table is held against, in the order of the bits of its verdict."""
    return (*_column_judgements(table), *_row_judgements(table))


def select(table: Table, raw: RawRows, file_map: FileMap, file_number: int) -> str:
    """Give the SELECT that reads a file for a table, in the column order of its staging table."""
    came = origins(table, raw, file_map)
    columns = table.columns
    source, record = raw.relation, raw.number or "CAST(NULL AS BIGINT)"
    if file_map.filtered:
        source, record = f"{raw.numbered} WHERE {_chosen(raw, file_map)}", "number"
    normals = _list(f"{_normal(came.get(c.name))} AS n_{c.name}" for c in columns)
    texts = _list(
        f"{_worded(meaning(f'n_{c.name}'), file_map.origin(c.name))} AS t_{c.name}" for c in columns
    )
    parsed = [f"{p} AS p_{c.name}" for c in columns if (p := read(c).parsed) is not None]
    values = _list(f"{sql} AS {name}" for c in columns for name, sql in _values(c))
    names = [f.name for f in table.stored()][1:-3]
    hashed = [key_of(table.table, "natural_key")] if table.identity == "hash" else []
    money = table.money or "CAST(NULL AS BIGINT)"
    whole = _list(f"t_{c.name}" for c in columns if c.name in came and is_read(came[c.name]))
    bad = f"CASE WHEN coalesce({whole}) IS NULL THEN {BLANK} ELSE {_bits(table, lenient=False)} END"
    return (
        f"SELECT {_list([*hashed, *names])}, natural_key, {file_number}, record, "
        f"{bad}, {_bits(table, lenient=True)}, {money} "
        f"FROM (SELECT *, {_natural_key(table)} AS natural_key "
        f"FROM (SELECT *, {values} "
        f"FROM (SELECT *{_list(['', *parsed])} "
        f"FROM (SELECT {texts}, record "
        f"FROM (SELECT {normals}, CAST({record} AS BIGINT) AS record FROM {source})))))"
    )


def _list(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _origin(column: Column, raw: RawRows, file_map: FileMap) -> str | None:
    given = file_map.origin(column.name)
    if given is None or given.anywhere:
        return next((at for h in column.headers if (at := raw.column(h)) is not None), None)
    if given.constant is not None:
        return quote(given.constant)
    header = given.lookup.heading if given.lookup else given.header or ""
    at = raw.column(header)
    if at is None:
        raise _no_header(raw, f"{column.name} ← {header}")
    return at


def _no_header(raw: RawRows, wanted: str) -> Refused:
    return Refused(
        "collect.mapped_column",
        zh="对应关系指定的列在文件中不存在，整个文件未收",
        en="a column named by the mapping is not in the file; the whole file was left out",
        where=raw.incoming.shown,
        wanted=wanted,
        came=", ".join(raw.header)[:500],
    )


def _chosen(raw: RawRows, file_map: FileMap) -> str:
    """Give the condition under which a record of the file is a row of this table."""

    def text_of(header: str) -> str:
        at = raw.column(header)
        if at is None:
            raise _no_header(raw, header)
        return meaning(normal(at))

    conditions = [
        f"{text_of(header)} IN ({_list([quote(normalise(w)) for w in words])})"
        for header, words in file_map.keep.items()
    ]
    if file_map.notes_if_empty is not None:
        conditions.append(f"{text_of(file_map.notes_if_empty)} IS NOT NULL")
    return " AND ".join(conditions)


def _normal(origin: str | None) -> str:
    if origin is None:
        return "CAST(NULL AS VARCHAR)"
    return normal(origin) if is_read(origin) else origin


def _worded(text: str, given: From | None) -> str:
    """Translate the sender's own words; a word for nothing becomes NULL."""
    if given is not None and given.ending is not None:
        text = f"regexp_replace({text}, {quote(re.escape(given.ending) + '$')}, '')"
    if given is None or not given.words:
        return text
    told = {quote(normalise(word)): "NULL" if to is None else quote(to) for word, to in given.words.items()}
    branches = " ".join(f"WHEN {word} THEN {to}" for word, to in told.items())
    return f"CASE {text} {branches} ELSE {text} END"


def _values(column: Column) -> Iterator[tuple[str, str]]:
    """Give whether a column could not be read (``u_<column>``), and its stored values."""
    reading = read(column)
    unread = f"(t_{column.name} IS NOT NULL AND ({reading.unread})){_when(column)}"
    yield f"u_{column.name}", unread
    for name, value in reading.values:
        if column.type == "ref":
            assert column.of is not None
            value = f"CASE WHEN {value} IS NOT NULL THEN {key_of(column.of, value)} END"
        elif column.lenient:
            value = f"CASE WHEN {unread} THEN NULL ELSE {value} END"
        yield name, value


def _when(column: Column) -> str:
    """Give the rest of a condition that only holds where other columns say so."""
    return "".join(
        f" AND coalesce(t_{other} IN ({_list([quote(w) for w in words])}), false)"
        for other, words in column.when.items()
    )


def _natural_key(table: Table) -> str:
    """Give the SQL of a row's natural key, as people know it: references as they came, codes and days as stored."""
    parts = []
    for name in table.key:
        column = table.column(name)
        stored = f"{name}_ymd" if column.type in ("day", "moment") else column.stored()[0][0]
        parts.append(f"coalesce(CAST({f't_{name}' if column.type == 'ref' else stored} AS VARCHAR), '')")
    return " || '|' || ".join(parts)


def _bits(table: Table, *, lenient: bool) -> str:
    bits = [
        f"CASE WHEN {j.wrong} THEN {1 << at} ELSE 0 END"
        for at, j in enumerate(judgements(table))
        if j.lenient is lenient
    ]
    return f"CAST({' + '.join(bits) or '0'} AS BIGINT)"


def _column_judgements(table: Table) -> Iterator[Judgement]:
    for column in table.columns:
        zh, en = f"「{column.zh}」的值不合规", f"the value of «{column.en}» is not acceptable"
        wanted = read(column).wanted
        yield Judgement("value", f"u_{column.name}", column, Text(zh=zh, en=en), wanted, column.lenient)
    for column in table.columns:
        if column.required and column.default is None:
            text = Text(zh=f"「{column.zh}」不得为空", en=f"«{column.en}» must not be empty")
            yield Judgement("empty", f"t_{column.name} IS NULL", column, text, "非空 / not empty")


def _row_judgements(table: Table) -> Iterator[Judgement]:
    for identity in table.identities:
        text = Text(zh=identity.zh, en=identity.en)
        yield Judgement(identity.code, _identity(identity), None, text, identity.zh)
    for check in table.checks:
        text = Text(zh=check.zh, en=check.en)
        yield Judgement(check.code, _row_check(check, table), None, text, check.zh)


def _identity(identity: Identity) -> str:
    parts = [f"coalesce({p}, 0)" if p in identity.optional else p for p in identity.parts]
    return f"coalesce({' + '.join(parts)} <> {identity.total}, false)"


def _row_check(check: Check, table: Table) -> str:
    if check.order is not None:
        return f"coalesce({check.order[0]} > {check.order[1]}, false)"
    if check.same_sign is not None:
        one, two = check.same_sign
        return f"coalesce(sign({one}) * sign({two}) < 0, false)"
    if check.product is not None:  # by division, since the product itself may leave 64 bits
        one, two = check.product
        return f"coalesce(abs({one}) > {PRODUCT_BOUND} // abs({two}), false)"
    if check.not_negative is not None:
        return " OR ".join(f"coalesce({name} < 0, false)" for name in check.not_negative)
    assert check.reversal is not None and table.reverses is not None
    original = table.column(table.reverses.column).stored()[0][0]
    positive = " OR ".join(f"{name} > 0" for name in check.of)
    negative = " OR ".join(f"{name} < 0" for name in check.of)
    return (
        f"coalesce(CASE WHEN {check.reversal} = 1 THEN ({positive}) OR {original} IS NULL "
        f"ELSE ({negative}) END, false)"
    )
