"""What is still in quarantine: entries that nothing settled since, and what they add up to.

An entry is settled when a later collection accepted a row of the same natural key. Where the same row came again and
was refused again, only its newest entries count, so that sending a bad file twice does not double its money.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from yibao.casework.outputs.looking import Look, looking, quoted
from yibao.claims import Table, table
from yibao.collect import known_files
from yibao.kernel import Text, natural_key
from yibao.store import Home, Lake, Register

_KEYS = pa.schema([("table_name", pa.string()), ("natural_key", pa.string()), ("id", pa.int64())])


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for which rows wait: of which table and column, how many rows, how much money."""

    table: Text
    header: str
    text: Text
    rows: int
    fen: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in quarantine: ``rows`` refused with their money, ``notes`` values left out of accepted rows."""

    rows: int
    fen: int
    notes: int
    reasons: tuple[Reason, ...]
    """The most frequent reasons; a row with several counts under its first, so that they add up."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "rows": self.rows,
            "fen": self.fen,
            "notes": self.notes,
            "reasons": [
                {"table": r.table.both(), "header": r.header, "reason": r.text.both(), "rows": r.rows, "fen": r.fen}
                for r in self.reasons
            ],
        }


def backlog(home: Home, register: Register, top: int = 10) -> Backlog:
    """Give what waits in quarantine, with the ``top`` reasons."""
    with looking(home, register, ()) as look:
        if not bind_entries(look):
            return Backlog(0, 0, 0, ())
        sums = look.rows(
            "SELECT count(*) FILTER (WHERE first = 1) AS rows, count(*) FILTER (WHERE kept = 1) AS notes, "
            "CAST(coalesce(sum(amount_fen) FILTER (WHERE first = 1), 0) AS BIGINT) AS fen FROM entry WHERE settled = 0"
        )[0]
        reasons = look.rows(
            "SELECT table_name, coalesce(header, '') AS header, reason_zh, reason_en, count(*) AS rows, "
            "CAST(coalesce(sum(amount_fen), 0) AS BIGINT) AS fen FROM entry WHERE settled = 0 AND first = 1 "
            "GROUP BY ALL ORDER BY rows DESC, fen DESC, table_name, header LIMIT ?",
            [top],
        )
    return Backlog(
        rows=sums["rows"],
        fen=sums["fen"],
        notes=sums["notes"],
        reasons=tuple(
            Reason(table(r["table_name"]).text, r["header"], Text(zh=r["reason_zh"], en=r["reason_en"]), r["rows"], r["fen"])
            for r in reasons
        ),
    )  # fmt: skip


def bind_entries(look: Look) -> bool:
    """Bind ``entry``: every quarantine entry with ``settled`` 0 or 1; False where there never was any.

    ``kept`` is 1 only where the row itself was accepted: a value left out of a row that was refused for another
    reason is one more reason, not a note.
    """
    files = look.lake.files("quarantine")
    if not files:
        return False
    published = [(b.number, b.known_no) for b in look.lake.batches() if b.known_no is not None]
    look.engine.register_arrow(
        "known",
        pa.table({n: pa.array([p[at] for p in published], pa.int64()) for at, n in enumerate(("batch", "known_no"))}),
    )
    paths = ", ".join(quoted(str(file.path)) for file in files)
    look.engine.execute_native(
        f"""
        CREATE OR REPLACE TABLE sent AS
        SELECT q.*, k.known_no, CASE WHEN coalesce(replace(q.natural_key, '|', ''), '') = '' THEN q.row_text
            ELSE q.natural_key END AS same
        FROM read_parquet([{paths}]) q JOIN known k USING (batch)
        """
    )
    names = look.rows("SELECT DISTINCT table_name FROM sent ORDER BY table_name")
    _bind_accepted(look, [row["table_name"] for row in names])
    look.engine.execute_native(
        """
        CREATE OR REPLACE TABLE entry AS
        SELECT s.* EXCLUDE (same, known_no) REPLACE (
                CASE WHEN max(s.first) OVER (PARTITION BY s.batch, s.table_name, s.file, s.source_row) = 1 THEN 0
                    ELSE s.kept END AS kept),
            CASE WHEN s.known_no < max(s.known_no) OVER (PARTITION BY s.table_name, s.same)
                OR coalesce(a.known_no > s.known_no, false) THEN 1 ELSE 0 END AS settled
        FROM sent s LEFT JOIN accepted a ON a.table_name = s.table_name AND a.natural_key = s.natural_key
        """
    )
    return True


def _bind_accepted(look: Look, names: Collection[str]) -> None:
    """Make ``accepted``: the newest publication that brought a row of each natural key that ever was refused."""
    look.engine.execute_native(
        "CREATE OR REPLACE TABLE accepted (table_name VARCHAR, natural_key VARCHAR, known_no BIGINT)"
    )
    files = known_files(look.lake)
    for name in names:
        if not files[name]:
            continue
        target = table(name)
        if target.identity == "hash":
            _show_keys(look, name)
            key, source = "k.natural_key", f"FROM stored t JOIN keys k ON k.id = t.{target.id}"
        else:
            key, source = _natural_key(look, target, files), "FROM stored t"
        paths = ", ".join(quoted(str(path)) for path in files[name])
        look.engine.execute_native(f"CREATE OR REPLACE TEMP VIEW stored AS SELECT * FROM read_parquet([{paths}])")
        look.engine.execute_native(
            f"INSERT INTO accepted SELECT {quoted(name)}, natural_key, max(known_no) FROM "
            f"(SELECT {key} AS natural_key, known.known_no {source} JOIN known ON known.batch = t.batch) "
            f"WHERE natural_key IN (SELECT natural_key FROM sent WHERE table_name = {quoted(name)}) GROUP BY natural_key"
        )


def _show_keys(look: Look, name: str) -> None:
    words = look.table("SELECT DISTINCT natural_key FROM sent WHERE table_name = ? AND natural_key IS NOT NULL", [name])
    keys = words.column("natural_key").to_pylist()
    rows = {"table_name": [name] * len(keys), "natural_key": keys, "id": [natural_key(name, k) for k in keys]}
    look.engine.register_arrow("keys", pa.table(rows, schema=_KEYS))


def _natural_key(look: Look, target: Table, files: Any) -> str:
    """Give the SQL of a stored row's natural key; references are turned back into the ids that files bring."""
    parts = []
    for name in target.key:
        column = target.column(name)
        stored = column.stored()[0][0]
        if column.type == "ref":
            assert column.of is not None
            of = table(column.of)
            paths = ", ".join(quoted(str(path)) for path in files[column.of])
            if not paths:
                return "CAST(NULL AS VARCHAR)"
            key = of.column(of.key[0]).stored()[0][0]
            look.engine.execute_native(
                f"CREATE OR REPLACE TEMP TABLE {target.table}_{name}_numbers AS "
                f"SELECT DISTINCT {of.id} AS id, {key} AS number FROM read_parquet([{paths}])"
            )
            text = f"(SELECT n.number FROM {target.table}_{name}_numbers n WHERE n.id = t.{stored})"
        elif column.type in ("day", "moment"):
            text = f"CAST(t.{name}_ymd AS VARCHAR)"
        else:
            text = f"CAST(t.{stored} AS VARCHAR)"
        parts.append(f"coalesce({text}, '')")
    return " || '|' || ".join(parts)
