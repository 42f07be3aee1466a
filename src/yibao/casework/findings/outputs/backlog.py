"""What is still in quarantine: entries that nothing settled since, and what they add up to.

Whether an entry is settled, `collect` says. Where the row came again and was refused again, only its newest entries
count, so that a second try does not double its money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yibao.casework.findings.outputs.looking import Look, looking
from yibao.claims import table
from yibao.collect import known_files, settled
from yibao.engine import parquet_files
from yibao.kernel import Text
from yibao.store import Home, Register


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
                {
                    "table": r.table.both(),
                    "header": r.header,
                    "reason": r.text.both(),
                    "rows": r.rows,
                    "fen": r.fen,
                }
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
    look.engine.execute_native(
        f"""
        CREATE OR REPLACE TABLE sent AS
        SELECT *, CASE WHEN coalesce(replace(natural_key, '|', ''), '') = '' THEN row_text ELSE natural_key END AS same
        FROM {parquet_files(file.path for file in files)}
        """
    )
    mended = settled(look.engine, "sent", known_files(look.lake))
    look.engine.execute_native(
        f"""
        CREATE OR REPLACE TABLE entry AS
        SELECT s.* EXCLUDE (same) REPLACE (
                CASE WHEN max(s.first) OVER (PARTITION BY s.batch, s.table_name, s.file, s.source_row) = 1 THEN 0
                    ELSE s.kept END AS kept),
            CASE WHEN s.batch < max(s.batch) OVER (PARTITION BY s.table_name, s.same)
                OR s.quarantine_id IN (SELECT quarantine_id FROM {mended}) THEN 1 ELSE 0 END AS settled
        FROM sent s
        """
    )
    return True
