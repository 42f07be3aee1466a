"""Quarantine: every row that was not accepted, with its place, what was wanted, what came, and its money.

A quarantined row is stored whole, so that nothing that was sent is lost. When a corrected file brings the row
again it is accepted, and the entry counts as settled: nothing is ever deleted here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from yibao.claims import Column
from yibao.collect.raw_rows import rejected_lines
from yibao.collect.staging import Judgement, Staged
from yibao.collect.verdicts import REFUSED
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

_REASONS = {
    "repeated": Text(
        zh="同一主键在本次数据中已出现且内容不同",
        en="the key appeared before in this delivery with other content",
    ),
    "reference": Text(
        zh="所引用的记录不存在或未被接收", en="the row refers to one that does not exist or was refused"
    ),
    "ragged": Text(
        zh="这一行不成行：列数或引号不对", en="this is no row: wrong number of fields or broken quotes"
    ),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the rows of one staged file."""

    quarantined: int
    noted: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class _Bad:
    record: int
    source_row: int
    natural_key: str | None
    bad: int
    notes: int
    money: int | None
    verdict: str | None
    verdict_column: str | None


def entries(engine: Engine, staged: Staged, verdicts: str, batch: int) -> tuple[pa.Table, Tally]:
    """Give the quarantine entries of one staged file, and the count of rows and money they hold."""
    bad = _bad_rows(engine, staged, verdicts)
    texts = _texts(engine, staged, [b.record for b in bad])
    rows: list[dict[str, object]] = []
    for entry in bad:
        raw = texts.get(entry.record, [])
        rows += list(_reasons(entry, staged, raw, batch))
    lines = rejected_lines(engine, staged.raw)
    for line, text, error in lines:
        reason = _REASONS["ragged"]
        rows.append(
            _entry(staged, batch, source_row=line, code="ragged", text=reason, wanted=f"{len(staged.raw.header)} 列",
                   came=error, row_text=text, first=1)
        )  # fmt: skip
    refused = [b for b in bad if b.bad or b.verdict]
    tally = Tally(
        quarantined=len(refused) + len(lines),
        noted=len(bad) - len(refused),
        amount_fen=sum(abs(b.money or 0) for b in refused),
    )
    return pa.Table.from_pylist(rows, schema=SCHEMA), tally


def source_row(staged: Staged, rejected: list[tuple[int, str, str]]) -> str:
    """Give the SQL of the record number that the staged row ``s`` has in its file, counting the header and the unreadable lines."""
    header = staged.raw.header_row
    number = f"coalesce(s.record, s.rowid - {staged.first} + 1)"
    skipped = " + ".join(
        f"CASE WHEN {number} > {line - header - 1 - at} THEN 1 ELSE 0 END"
        for at, (line, _, _) in enumerate(rejected[:200])
    )
    return f"CAST({number} + {header}{' + ' + skipped if skipped else ''} AS BIGINT)"


def _bad_rows(engine: Engine, staged: Staged, verdicts: str) -> list[_Bad]:
    rejected = rejected_lines(engine, staged.raw)
    found = engine.execute_native(
        f"""
        SELECT coalesce(s.record, s.rowid - {staged.first} + 1) AS record, {source_row(staged, rejected)} AS source_row, s.natural_key, s.bad, s.notes,
               s.money, v.kind, v.column_name
        FROM {staged.name} s
        LEFT JOIN (SELECT row, min(kind) AS kind, min(column_name) AS column_name FROM {verdicts}
                   WHERE kind IN ('{REFUSED[0]}', '{REFUSED[1]}') GROUP BY row) v ON v.row = s.rowid
        WHERE s.file_number = {staged.file_number} AND (s.bad <> 0 OR s.notes <> 0 OR v.row IS NOT NULL)
        ORDER BY s.rowid
        """
    )
    return [
        _Bad(
            r["record"],
            r["source_row"],
            r["natural_key"],
            r["bad"],
            r["notes"],
            r["money"],
            r["kind"],
            r["column_name"],
        )
        for r in (found.to_pylist() if found else [])
    ]


def _texts(engine: Engine, staged: Staged, numbers: list[int]) -> dict[int, list[str | None]]:
    """Look at the bad rows again as they came; only files with something wrong are read twice."""
    if not numbers:
        return {}
    engine.register_arrow("quarantined_numbers", pa.table({"number": pa.array(numbers, pa.int64())}))
    found = engine.execute_native(
        f"SELECT r.* FROM (SELECT row_number() OVER () AS number, * FROM {staged.raw.relation}) r "
        "WHERE r.number IN (SELECT number FROM quarantined_numbers)"
    )
    rows: dict[int, list[str | None]] = {}
    for record in found.to_pylist() if found else []:
        number = record.pop("number")
        rows[number] = list(record.values())
    return rows


def _reasons(bad: _Bad, staged: Staged, raw: list[str | None], batch: int) -> Iterator[dict[str, object]]:
    row_text = json.dumps(dict(zip(staged.raw.header, raw, strict=False)), ensure_ascii=False)
    first = 1
    for at, judgement in enumerate(staged.judgements):
        mask = bad.notes if judgement.lenient else bad.bad
        if not mask >> at & 1:
            continue
        kept = 1 if judgement.lenient else 0
        yield _entry(
            staged, batch, source_row=bad.source_row, natural_key=bad.natural_key, column=judgement.column,
            code=judgement.code, text=judgement.text, wanted=judgement.wanted, kept=kept,
            came=_came(judgement, staged, raw), row_text=row_text, first=0 if kept else first,
            amount_fen=abs(bad.money or 0) if first and not kept else 0,
        )  # fmt: skip
        first = first if kept else 0
    if bad.verdict is not None:
        column = staged.table.column(bad.verdict_column) if bad.verdict_column else None
        yield _entry(
            staged, batch, source_row=bad.source_row, natural_key=bad.natural_key, column=column, code=bad.verdict,
            text=_REASONS[bad.verdict], wanted=column.of if column else "唯一主键 / a key of its own",
            came=_raw_of(column.name, staged, raw) if column else bad.natural_key,
            row_text=row_text, first=first, amount_fen=abs(bad.money or 0) if first else 0,
        )  # fmt: skip


def _came(judgement: Judgement, staged: Staged, raw: list[str | None]) -> str | None:
    if judgement.column is not None:
        return _raw_of(judgement.column.name, staged, raw)
    shown = {h: v for h, v in zip(staged.raw.header, raw, strict=False) if v}
    money = [c for c in staged.table.columns if c.type in ("money", "quantity", "day", "moment", "flag")]
    return ", ".join(f"{c.zh}={shown[h]}" for c in money for h in c.headers if h in shown)


def _raw_of(name: str, staged: Staged, raw: list[str | None]) -> str | None:
    at = staged.columns.get(name, "")
    return raw[int(at[1:])] if at.startswith("c") and at[1:].isdigit() and raw else None


def _entry(
    staged: Staged, batch: int, *, source_row: int, code: str, text: Text, wanted: str | None, came: str | None,
    row_text: str, first: int, natural_key: str | None = None, column: Column | None = None, kept: int = 0,
    amount_fen: int = 0,
) -> dict[str, object]:  # fmt: skip
    return {
        "quarantine_id": 0, "table_name": staged.table.table, "file": staged.raw.incoming.shown,
        "source_row": source_row, "natural_key": natural_key, "column_name": column.name if column else None,
        "header": _header(column, staged), "code": code, "reason_zh": text.zh, "reason_en": text.en,
        "wanted": wanted, "came": came, "sensitivity": column.sensitivity if column else "internal", "kept": kept,
        "first": first, "amount_fen": amount_fen, "row_text": row_text, "batch": batch,
    }  # fmt: skip


def _header(column: Column | None, staged: Staged) -> str | None:
    if column is None:
        return None
    at = staged.columns.get(column.name, "")
    return staged.raw.header[int(at[1:])] if at.startswith("c") and at[1:].isdigit() else column.field
