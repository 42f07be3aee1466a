"""Every SQL statement this room says to the register."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Row, func, select, text, update

from yibao.casework.tables import audit_run, finding

Again = tuple[str, Collection[int] | None]
"""What a run judged again of a rule: the key column and the keys, None for all of them."""

_HEADER = (
    "finding_id", "rule", "rule_version", "result", "institution_id", "person_id", "day", "measured", "threshold",
    "knowledge_id", "at_stake_fen", "attributed_fen", "rows",
)  # fmt: skip


def begin_run(connection: Connection, **values: Any) -> int:
    """Write the row of a run and give its number."""
    return int(
        connection.execute(audit_run.insert().values(**values).returning(audit_run.c.number)).scalar_one()
    )


def end_run(connection: Connection, run: int, **values: Any) -> None:
    """Complete the row of a run within the same transaction."""
    connection.execute(update(audit_run).where(audit_run.c.number == run).values(**values))


def runs(connection: Connection) -> list[Row[Any]]:
    """Give all runs, newest first."""
    return list(connection.execute(select(audit_run).order_by(audit_run.c.number.desc())))


def last_judged(connection: Connection) -> list[Row[Any]]:
    """Give ``number, region, known_no, said`` of the newest run that judged each rule; ``said`` is the rule's entry."""
    return list(
        connection.execute(
            text(
                "SELECT DISTINCT ON (r.said->>'rule') a.number, a.region, a.known_no, r.said "
                "FROM audit_run a CROSS JOIN LATERAL jsonb_array_elements(a.rules) AS r(said) "
                "WHERE r.said->>'skipped' IS NULL ORDER BY r.said->>'rule', a.number DESC"
            )
        )
    )


def receive(connection: Connection, findings: pa.Table, run: int, batch: int) -> None:
    """Write the headers a run found: new ones appear, known ones stay the same finding with what holds now."""
    connection.execute(
        text(
            "CREATE TEMP TABLE found (finding_id bigint, rule text, rule_version bigint, result text, "
            "institution_id bigint, person_id bigint, day bigint, measured bigint, threshold bigint, "
            "knowledge_id bigint, at_stake_fen bigint, attributed_fen bigint, rows bigint) ON COMMIT DROP"
        )
    )
    _copy(connection, "found", _HEADER, findings)
    kept = ", ".join(f"{c} = excluded.{c}" for c in _HEADER[2:])
    connection.execute(
        text(
            f"INSERT INTO finding ({', '.join(_HEADER)}, evidence_batch, first_run, last_run, state) "
            f"SELECT {', '.join(_HEADER)}, :batch, :run, :run, 'open' FROM found "
            f"ON CONFLICT (finding_id) DO UPDATE SET {kept}, evidence_batch = excluded.evidence_batch, "
            "last_run = excluded.last_run, state = 'open', withdrawn_run = NULL"
        ),
        {"batch": batch, "run": run},
    )


def withdraw(connection: Connection, run: int, rule: str, again: Again) -> int:
    """Withdraw the open findings of a rule that the run judged again and did not find; give their number."""
    key, ids = again
    wanted = (
        update(finding)
        .where(finding.c.rule == rule, finding.c.state == "open", finding.c.last_run != run)
        .values(state="withdrawn", withdrawn_run=run)
    )
    if ids is not None:
        connection.execute(
            text("CREATE TEMP TABLE IF NOT EXISTS touched (id bigint PRIMARY KEY) ON COMMIT DROP")
        )
        connection.execute(text("TRUNCATE touched"))
        _copy(connection, "touched", ("id",), pa.table({"id": pa.array(sorted(ids), pa.int64())}))
        wanted = wanted.where(finding.c[key].in_(text("SELECT id FROM touched")))
    return connection.execute(wanted).rowcount


def kept_headers(connection: Connection, judged_again: Mapping[str, Again]) -> pa.Table:
    """Give ``finding_id, rule, result, evidence_batch`` of the open findings that a run does not judge again."""
    rows = connection.execute(
        select(
            finding.c.finding_id,
            finding.c.rule,
            finding.c.result,
            finding.c.evidence_batch,
            finding.c.person_id,
            finding.c.institution_id,
        ).where(finding.c.state == "open")
    )
    kept = [row[:4] for row in rows if not _again(row, judged_again)]
    names = ("finding_id", "rule", "result", "evidence_batch")
    types = (pa.int64(), pa.string(), pa.string(), pa.int64())
    return pa.table(
        {n: pa.array([r[at] for r in kept], t) for at, (n, t) in enumerate(zip(names, types, strict=True))}
    )


def _again(row: Any, judged_again: Mapping[str, Again]) -> bool:
    if row.rule not in judged_again:
        return False
    key, ids = judged_again[row.rule]
    return ids is None or getattr(row, key) in ids


def credit(connection: Connection, credits: pa.Table) -> None:
    """Write the attributed money of findings where it changed."""
    connection.execute(
        text("CREATE TEMP TABLE credited (finding_id bigint, attributed_fen bigint) ON COMMIT DROP")
    )
    _copy(connection, "credited", ("finding_id", "attributed_fen"), credits)
    connection.execute(
        text(
            "UPDATE finding f SET attributed_fen = c.attributed_fen FROM credited c "
            "WHERE c.finding_id = f.finding_id AND f.attributed_fen <> c.attributed_fen"
        )
    )


def totals(connection: Connection) -> list[Row[Any]]:
    """Give ``rule, findings, at_stake_fen, attributed_fen`` of the open findings."""
    return list(
        connection.execute(
            select(
                finding.c.rule,
                func.count().label("findings"),
                func.coalesce(func.sum(finding.c.at_stake_fen), 0).label("at_stake_fen"),
                func.coalesce(func.sum(finding.c.attributed_fen), 0).label("attributed_fen"),
            )
            .where(finding.c.state == "open")
            .group_by(finding.c.rule)
        )
    )


def headers(
    connection: Connection,
    *,
    institution_ids: Sequence[int] | None = None,
    rules: Sequence[str] | None = None,
    state: str | None = "open",
    ids: Sequence[int] | None = None,
    limit: int | None = None,
) -> list[Row[Any]]:
    """Give headers of findings, most money first."""
    wanted = select(finding).order_by(finding.c.attributed_fen.desc(), finding.c.finding_id)
    if institution_ids is not None:
        wanted = wanted.where(finding.c.institution_id.in_(institution_ids))
    if rules is not None:
        wanted = wanted.where(finding.c.rule.in_(rules))
    if state is not None:
        wanted = wanted.where(finding.c.state == state)
    if ids is not None:
        wanted = wanted.where(finding.c.finding_id.in_(ids))
    if limit is not None:
        wanted = wanted.limit(limit)
    return list(connection.execute(wanted))


def by_institution(connection: Connection) -> list[Row[Any]]:
    """Give ``institution_id, rule, result, month, findings, attributed_fen`` of the open findings."""
    columns = finding.c
    return list(
        connection.execute(
            select(
                columns.institution_id,
                columns.rule,
                columns.result,
                func.count().label("findings"),
                func.sum(columns.attributed_fen).label("attributed_fen"),
            )
            .where(columns.state == "open")
            .group_by(columns.institution_id, columns.rule, columns.result)
        )
    )


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: pa.Table) -> None:
    """Send Arrow rows to a table by COPY."""
    raw: Any = connection.connection.driver_connection
    names = ", ".join(columns)
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in _tuples(rows.select(list(columns))):
            copy.write_row(row)


def _tuples(rows: pa.Table) -> Iterable[tuple[Any, ...]]:
    for part in rows.to_batches(max_chunksize=50_000):
        yield from zip(*(column.to_pylist() for column in part.columns), strict=True)
