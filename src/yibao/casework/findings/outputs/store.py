"""Every SQL statement the outputs say to the register; they only read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv
from sqlalchemy import Connection, Row, text

HEADER = pa.schema(
    [
        ("finding_id", pa.int64()), ("rule", pa.string()), ("result", pa.string()),
        ("institution_id", pa.int64()), ("person_id", pa.int64()), ("day", pa.int64()),
        ("measured", pa.int64()), ("threshold", pa.int64()), ("knowledge_id", pa.int64()),
        ("at_stake_fen", pa.int64()), ("attributed_fen", pa.int64()), ("evidence_batch", pa.int64()),
        ("returned_fen", pa.int64()),
    ]
)  # fmt: skip
"""The columns of a header that the outputs carry into the engine."""


def cube(connection: Connection) -> list[Row[Any]]:
    """Give ``institution_id, rule, result, month, findings, at_stake_fen, attributed_fen`` of the open findings."""
    return list(
        connection.execute(
            text(
                "SELECT institution_id, rule, result, "
                "CAST(to_char(DATE '1970-01-01' + day::int, 'YYYYMM') AS int) AS month, count(*) AS findings, "
                "CAST(sum(at_stake_fen) AS bigint) AS at_stake_fen, "
                "CAST(sum(attributed_fen) AS bigint) AS attributed_fen "
                "FROM finding WHERE state = 'open' GROUP BY 1, 2, 3, 4"
            )
        )
    )


def noticed(connection: Connection) -> Row[Any]:
    """Give ``findings, returned_fen`` of the open findings of which notice was given."""
    return connection.execute(
        text(
            "SELECT count(*) AS findings, CAST(coalesce(sum(returned_fen), 0) AS bigint) AS returned_fen "
            "FROM finding WHERE state = 'open' AND notice IS NOT NULL"
        )
    ).one()


def newest_run(connection: Connection) -> Row[Any] | None:
    """Give the newest run, None where nothing was ever audited."""
    return connection.execute(text("SELECT * FROM audit_run ORDER BY number DESC LIMIT 1")).first()


def run(connection: Connection, number: int) -> Row[Any]:
    """Give one run by its number."""
    return connection.execute(
        text("SELECT * FROM audit_run WHERE number = :number"), {"number": number}
    ).one()


def rules_as_run(connection: Connection) -> dict[str, dict[str, Any]]:
    """Give, for every rule that ever made findings, what its newest run says of it, with the run's number under ``run``."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT ON (r.rule->>'rule') r.rule->>'rule' AS id, r.rule AS said, a.number "
            "FROM audit_run a CROSS JOIN LATERAL jsonb_array_elements(a.rules) AS r(rule) "
            "WHERE r.rule->'grey' IS NULL ORDER BY r.rule->>'rule', a.number DESC"
        )
    )
    return {row.id: {**row.said, "run": row.number} for row in rows}


def open_headers(
    connection: Connection,
    *,
    institution_ids: Sequence[int] | None = None,
    rules: Sequence[str] | None = None,
) -> pa.Table:
    """Give the open findings (`HEADER`) by COPY: a million of them in seconds, without a Python object each."""
    conditions = ["state = 'open'"]
    values: dict[str, list[int] | list[str]] = {}
    if institution_ids is not None:
        conditions.append("institution_id = ANY(%(institution_ids)s)")
        values["institution_ids"] = list(institution_ids)
    if rules is not None:
        conditions.append("rule = ANY(%(rules)s)")
        values["rules"] = list(rules)
    statement = (
        f"COPY (SELECT {', '.join(HEADER.names)} FROM finding WHERE {' AND '.join(conditions)}) "
        "TO STDOUT (FORMAT csv)"
    )
    raw: Any = connection.connection.driver_connection
    sink = io.BytesIO()
    with raw.cursor() as cursor, cursor.copy(statement, values) as copy:
        for block in copy:
            sink.write(block)
    if not sink.tell():
        return HEADER.empty_table()
    sink.seek(0)
    return pcsv.read_csv(
        sink,
        read_options=pcsv.ReadOptions(column_names=HEADER.names),
        convert_options=pcsv.ConvertOptions(column_types=HEADER),
    )
