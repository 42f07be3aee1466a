"""Quarantine: every row that was not accepted, with its place, what was wanted, what came, and its money.

A quarantined row is stored whole, so that nothing that was sent is lost. When a corrected file brings the row
again it is accepted, and the entry counts as settled: nothing is ever deleted here. The bad rows of a file are looked
at again as they came, inside the engine: a file may well be bad from its first row to its last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from yibao.claims import Column, table
from yibao.collect.columns import listed, quote
from yibao.collect.few_rows import only
from yibao.collect.layers import BLANK
from yibao.collect.raw_rows import RawRows, rejected_rows
from yibao.collect.settled import settled
from yibao.collect.staging import Staged
from yibao.collect.tidy import NO_ROW
from yibao.collect.verdicts import REFUSED, Scene
from yibao.engine import Engine
from yibao.kernel import Text

SCHEMA = pa.schema(
    [
        ("quarantine_id", pa.int64()), ("table_name", pa.string()), ("file", pa.string()),
        ("source_row", pa.int64()), ("natural_key", pa.string()), ("column_name", pa.string()),
        ("header", pa.string()), ("code", pa.string()), ("reason_zh", pa.string()), ("reason_en", pa.string()),
        ("wanted", pa.string()), ("came", pa.string()), ("sensitivity", pa.string()), ("kept", pa.int64()),
        ("first", pa.int64()), ("amount_fen", pa.int64()), ("row_text", pa.string()), ("batch", pa.int64()),
    ]
)  # fmt: skip
"""One reason per row; ``first`` marks the first reason of a record, so that rows and money are counted once.
``kept`` = 1 where only the value was left out and the row itself was accepted."""

FOUND = "quarantine_found"
"""The engine's table of the entries of this collection, before they have numbers and a batch."""

_FIELDS = SCHEMA.names[1:-1]
_SHOWN = 500
PART = 100_000
"""Bad rows that are told at a time; a file may hold millions."""
_RAGGED = "ragged"
_BETWEEN_ROWS = {
    "repeated": Text(
        zh="同一主键在本次数据中已出现且内容不同",
        en="the key appeared before in this delivery with other content",
    ),
    "collision": Text(
        zh="与另一个主键算出的内部编号相同，须人工处理",
        en="another key comes to the same internal number; a person has to look",
    ),
    "reference": Text(
        zh="所引用的记录不存在或未被接收", en="the row refers to one that does not exist or was refused"
    ),
}
_OWN_KEY = "唯一主键 / a key of its own"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the rows of one staged file."""

    quarantined: int
    noted: int
    amount_fen: int


def prepare(engine: Engine) -> None:
    """Create the empty table of entries."""
    fields = ", ".join(
        f"{f.name} {'BIGINT' if f.type == 'int64' else 'VARCHAR'}" for f in SCHEMA if f.name in _FIELDS
    )
    engine.execute_native(f"CREATE OR REPLACE TABLE {FOUND} ({fields}, same UHUGEINT)")


def add(engine: Engine, staged: Staged, verdicts: str) -> Tally:
    """Add the entries of one staged file, and count the rows and the money they hold."""
    engine.execute_native(
        f"""
        CREATE OR REPLACE TEMP TABLE quarantine_bad AS
        SELECT CAST({staged.source_row} AS BIGINT) AS number, s.rowid - {staged.first} AS at, s.natural_key, s.bad, s.notes,
               coalesce(abs(s.money), 0) AS fen, v.kind, v.column_name
        FROM {staged.name} s
        LEFT JOIN (SELECT row, min(kind) AS kind, min(column_name) AS column_name FROM {verdicts}
                   WHERE kind IN ({listed(REFUSED)}) GROUP BY row) v ON v.row = s.rowid
        WHERE s.file_number = {staged.file_number} AND s.bad <> {BLANK}
          AND (s.bad <> 0 OR s.notes <> 0 OR v.row IS NOT NULL)
        """
    )
    rows, refused, fen = _numbers(
        engine,
        "SELECT count(*), count(*) FILTER (WHERE bad <> 0 OR kind IS NOT NULL), "
        "CAST(coalesce(sum(fen) FILTER (WHERE bad <> 0 OR kind IS NOT NULL), 0) AS BIGINT) FROM quarantine_bad",
    )
    if rows:
        _add_rows(engine, staged, rows)
    ragged = _add_rejected(engine, staged)
    return Tally(quarantined=refused + ragged, noted=rows - refused, amount_fen=fen)


def forget_known(
    engine: Engine, stored: Sequence[Path], lake: Mapping[str, Sequence[Path]], scenes: Iterable[Scene]
) -> int:
    """Leave out the rows whose every entry is stored and still open; gives how many entries remain.

    An entry that was settled is news when its row comes again, but not where the same delivery brings the row right,
    too. ``stored`` are the lake's quarantine files, ``lake`` the files of every contract table.
    """
    if stored:
        engine.bind("quarantine_stored", files=list(stored), schema=SCHEMA)
        engine.execute_native(
            "CREATE OR REPLACE TEMP TABLE quarantine_open AS "
            f"SELECT *, {_same_row('table_name', 'row_text')} AS same FROM quarantine_stored "
            f"WHERE same IN (SELECT same FROM {FOUND})"
        )
        righted = " UNION ALL ".join(_brought_right(scene) for scene in scenes)
        engine.execute_native(
            f"""
            DELETE FROM quarantine_open WHERE same NOT IN ({righted})
            AND quarantine_id IN (SELECT quarantine_id FROM {settled(engine, "quarantine_open", lake)});
            CREATE OR REPLACE TEMP TABLE quarantine_news AS SELECT DISTINCT f.same FROM {FOUND} f WHERE NOT EXISTS (
                SELECT 1 FROM quarantine_open q WHERE q.same = f.same AND q.code = f.code
                AND q.column_name IS NOT DISTINCT FROM f.column_name);
            DELETE FROM {FOUND} WHERE same NOT IN (SELECT same FROM quarantine_news)
            """
        )
    return count(engine)


def count(engine: Engine) -> int:
    """Count the entries of this collection."""
    return _numbers(engine, f"SELECT count(*) FROM {FOUND}")[0]


def selected(batch: int) -> str:
    """Give the SELECT of the entries as they are stored, in the order in which they were found."""
    return (
        f"SELECT {batch * 2**32} + rowid + 1 AS quarantine_id, {', '.join(_FIELDS)}, "
        f"CAST({batch} AS BIGINT) AS batch FROM {FOUND}"
    )


def _brought_right(scene: Scene) -> str:
    """Give the SELECT of the faulty rows of a table of which this delivery brings a good row of the same key."""
    return (
        f"SELECT f.same FROM {FOUND} f WHERE f.table_name = {quote(scene.table.table)} AND f.natural_key <> '' "
        f"AND f.code NOT IN ({listed(REFUSED)}) AND EXISTS (SELECT 1 FROM {scene.staged} s "
        f"WHERE s.bad = 0 AND s.natural_key = f.natural_key AND NOT EXISTS (SELECT 1 FROM {scene.verdicts} v "
        f"WHERE v.row = s.rowid AND v.kind IN ({listed(REFUSED)})))"
    )


def _same_row(table_name: str, row_text: str) -> str:
    """Give the SQL by which a row that comes again is known: a digest, because rows are long and many."""
    return f"md5_number({table_name} || '|' || {row_text})"


def _numbers(engine: Engine, sql: str) -> tuple[int, ...]:
    found = engine.execute_native(sql)
    assert found is not None
    return tuple(int(column[0].as_py()) for column in found.columns)


# — the rows that are rows —


def _add_rows(engine: Engine, staged: Staged, rows: int) -> None:
    """Read the bad rows of a file again as they came, and say of each part of them what is wrong."""
    cells = ", ".join(f"c{at}" for at in range(len(staged.raw.header)))
    raw = _few(engine, staged) if rows <= PART else staged.raw
    same = "b.at = r.at" if raw.at is not None else "b.number = r.number"
    engine.execute_native(
        f"""
        CREATE OR REPLACE TEMP TABLE quarantine_rows AS
        SELECT b.*, {_row_text(staged.raw)} AS row_text, [{cells}] AS cells, {_described(staged)} AS described
        FROM {raw.numbered} r JOIN quarantine_bad b ON {same}
        """
    )
    engine.register_arrow("quarantine_reasons", _reasons(staged))
    told, file = quote(staged.table.table), quote(staged.raw.incoming.shown)
    came = "CASE WHEN r.cell > 0 THEN b.cells[r.cell] WHEN r.cell = 0 THEN b.described ELSE b.natural_key END"
    first = _first("r", "b")
    for begin in range(0, rows, PART):
        engine.execute_native(
            f"""
            INSERT INTO {FOUND}
            SELECT {told}, {file}, b.number, b.natural_key, r.column_name, r.header, r.code, r.reason_zh, r.reason_en,
                   r.wanted, {_cut(came)}, r.sensitivity, r.kept, CAST({first} AS BIGINT),
                   CASE WHEN {first} THEN b.fen ELSE 0 END, b.row_text, {_same_row(told, "b.row_text")}
            FROM (SELECT * FROM quarantine_rows WHERE rowid >= {begin} AND rowid < {begin + PART}) b
            JOIN quarantine_reasons r ON {_applies("r", "b")}
            ORDER BY b.number, r.place
            """
        )
    engine.execute_native("DROP TABLE quarantine_rows")


def _few(engine: Engine, staged: Staged) -> RawRows:
    """Give the raw rows of a file, only the bad ones where they can be told by their places."""
    bad = engine.execute_native("SELECT b.at, b.number FROM quarantine_bad b ORDER BY b.at")
    assert bad is not None
    places, numbers = (column.to_numpy() for column in bad.columns)
    return only(staged.raw, places, numbers, staged.rows)


def _applies(reason: str, row: str) -> str:
    """Give the condition under which a reason holds of a row: its bit is set, or it is the row's verdict."""
    bits = f"CASE WHEN {reason}.kept = 1 THEN {row}.notes ELSE {row}.bad END"
    return (
        f"CASE WHEN {reason}.bit >= 0 THEN {bits} & (CAST(1 AS BIGINT) << {reason}.bit) <> 0 "
        f"ELSE {reason}.code = {row}.kind AND {reason}.column_name IS NOT DISTINCT FROM {row}.column_name END"
    )


def _first(reason: str, row: str) -> str:
    """Give the condition of a row's first reason: its lowest bit, or a verdict, which only faultless rows get."""
    lowest = f"{row}.bad & -{row}.bad = CAST(1 AS BIGINT) << {reason}.bit"
    return f"({reason}.kept = 0 AND CASE WHEN {reason}.bit >= 0 THEN {lowest} ELSE true END)"


def _reasons(staged: Staged) -> pa.Table:
    """List everything that can be said of a row of a staged file; ``cell`` is what to show of it.

    ``cell`` counts raw columns from 1; 0 means the row's figures, -1 its key.
    """
    rows = [
        _reason(
            staged, at, j.code, j.column, j.text, j.wanted, kept=int(j.lenient), cell=_cell(staged, j.column)
        )
        for at, j in enumerate(staged.judgements)
    ]
    for code in ("repeated", "collision"):
        rows.append(_reason(staged, -1, code, None, _BETWEEN_ROWS[code], _OWN_KEY, kept=0, cell=-1))
    for column in staged.table.references():
        text, wanted = _BETWEEN_ROWS["reference"], table(column.of or "").text.both()
        rows.append(
            _reason(staged, -1, "reference", column, text, wanted, kept=0, cell=_cell(staged, column))
        )
    return pa.Table.from_pylist([{**row, "place": place} for place, row in enumerate(rows)])


def _reason(
    staged: Staged, bit: int, code: str, column: Column | None, text: Text, wanted: str, *, kept: int, cell: int
) -> dict[str, object]:  # fmt: skip
    header = None
    if column is not None:
        header = staged.raw.header[cell - 1] if cell > 0 else column.field
    return {
        "bit": bit, "code": code, "column_name": column.name if column else None, "header": header,
        "reason_zh": text.zh, "reason_en": text.en, "wanted": wanted, "kept": kept, "cell": cell,
        "sensitivity": column.sensitivity if column else "internal",
    }  # fmt: skip


def _cell(staged: Staged, column: Column | None) -> int:
    """Say which cell shows what came; of a column that the file does not have, the figures of the row."""
    at = staged.raw_column(column.name) if column is not None else None
    return 0 if at is None else at + 1


def _cut(text: str) -> str:
    return f"CASE WHEN length({text}) > {_SHOWN} THEN substr({text}, 1, {_SHOWN}) || ' …' ELSE {text} END"


def _row_text(raw: RawRows) -> str:
    pairs = ", ".join(f"{quote(name)}, c{at}" for at, name in enumerate(raw.header))
    return f"CAST(json_object({pairs}) AS VARCHAR)"


def _described(staged: Staged) -> str:
    """Give the SQL that shows the figures of a row, for what is wrong between columns."""
    shown = [
        f"CASE WHEN c{at} <> '' THEN {quote(column.zh + '=')} || c{at} END"
        for column in staged.table.columns
        if column.type in ("money", "quantity", "price", "day", "moment", "flag")
        and (at := staged.raw_column(column.name)) is not None
    ]
    return f"concat_ws(', ', {', '.join(shown)})" if shown else "CAST(NULL AS VARCHAR)"


# — the records that are no rows —


def _add_rejected(engine: Engine, staged: Staged) -> int:
    rejected = rejected_rows(staged.raw)
    if rejected is None:
        return 0
    texts = _when_then((fault, text.zh) for fault, text in NO_ROW.items())
    english = _when_then((fault, text.en) for fault, text in NO_ROW.items())
    done = engine.execute_native(
        f"""
        INSERT INTO {FOUND}
        SELECT {quote(staged.table.table)}, {quote(staged.raw.incoming.shown)}, number, NULL, NULL, NULL,
               {quote(_RAGGED)}, CASE fault {texts} END, CASE fault {english} END,
               {quote(f"{len(staged.raw.header)} 列 / columns")}, {_cut("text")}, 'sensitive', 0, 1, 0, text,
               {_same_row(quote(staged.table.table), "text")}
        FROM {rejected} ORDER BY number
        """
    )
    assert done is not None
    return int(done.column(0)[0].as_py())


def _when_then(pairs: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"WHEN {quote(one)} THEN {quote(other)}" for one, other in pairs)
