"""Every SQL statement this room says to the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Row, func, literal_column, select, text, update

from yibao.access import Scope
from yibao.casework.findings.tables import audit_run, finding, finding_event, notice
from yibao.store import copy_tuples

_HEADER = (
    "finding_id", "rule", "rule_version", "result", "institution_id", "person_id", "day", "measured", "threshold",
    "knowledge_id", "at_stake_fen", "attributed_fen", "rows",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Again:
    """What a run judged again: some rules wholly, and the findings of some keys of others."""

    whole: Sequence[str]
    parts: Sequence[tuple[Sequence[str], pa.Table]]
    """Rules, and the keys of which they judged again, in the columns of the header that tell them."""

    def __post_init__(self) -> None:
        """Take keys that a header can tell."""
        for _, keys in self.parts:
            assert {*keys.column_names} <= {*_HEADER}


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
    """Give ``number, region, known_no, said`` of the newest run that judged each rule, as ``said``.

    A run in which a rule only ran along as a grey one made no findings of it and does not count.
    """
    return list(
        connection.execute(
            text(
                "SELECT DISTINCT ON (r.said->>'rule') a.number, a.region, a.known_no, r.said "
                "FROM audit_run a CROSS JOIN LATERAL jsonb_array_elements(a.rules) AS r(said) "
                "WHERE r.said->>'skipped' IS NULL AND r.said->'grey' IS NULL ORDER BY r.said->>'rule', a.number DESC"
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
    connection.execute(
        text(
            "INSERT INTO finding_event (finding_id, what, run, fen) SELECT f.finding_id, 'reopened', :run, n.at_stake_fen "
            "FROM finding f JOIN found n USING (finding_id) WHERE f.state <> 'open'"
        ),
        {"run": run},
    )
    kept = ", ".join(f"{c} = excluded.{c}" for c in _HEADER[2:])
    connection.execute(
        text(
            f"INSERT INTO finding ({', '.join(_HEADER)}, evidence_batch, first_run, last_run, state) "
            f"SELECT {', '.join(_HEADER)}, :batch, :run, :run, 'open' FROM found "
            f"ON CONFLICT (finding_id) DO UPDATE SET {kept}, evidence_batch = excluded.evidence_batch, "
            "last_run = excluded.last_run, state = 'open', closed_run = NULL, returned_fen = 0"
        ),
        {"batch": batch, "run": run},
    )


def show_again(connection: Connection, again: Again) -> None:
    """Show the transaction which open findings a run judged again, as they were before it (``judged_again``)."""
    conditions, given = ["f.rule = ANY(:whole)"], {"whole": list(again.whole)}
    for at, (rules, keys) in enumerate(again.parts):
        columns = ", ".join(keys.column_names)
        typed = ", ".join(f"{name} bigint" for name in keys.column_names)
        connection.execute(text(f"CREATE TEMP TABLE keys_{at} ({typed}) ON COMMIT DROP"))
        _copy(connection, f"keys_{at}", keys.column_names, keys)
        connection.execute(text(f"ANALYZE keys_{at}"))
        mine = ", ".join(f"f.{name}" for name in keys.column_names)
        conditions.append(f"(f.rule = ANY(:rules_{at}) AND ({mine}) IN (SELECT {columns} FROM keys_{at}))")
        given[f"rules_{at}"] = list(rules)
    connection.execute(
        text(
            "CREATE TEMP TABLE judged_again ON COMMIT DROP AS "
            f"SELECT f.finding_id FROM finding f WHERE f.state = 'open' AND ({' OR '.join(conditions)})"
        ),
        given,
    )


def keep(connection: Connection, ids: Sequence[int]) -> None:
    """Let findings count as not judged again (`show_again`): they stand as they were."""
    connection.execute(text("DELETE FROM judged_again WHERE finding_id = ANY(:ids)"), {"ids": list(ids)})


def withdraw(connection: Connection, run: int) -> int:
    """Withdraw the open findings that the run judged again (`show_again`) and did not find; give their number."""
    return connection.execute(
        text(
            "WITH gone AS (UPDATE finding f SET state = 'withdrawn', closed_run = :run FROM judged_again a "
            "WHERE f.finding_id = a.finding_id AND f.state = 'open' AND f.last_run <> :run "
            "RETURNING f.finding_id, f.attributed_fen) "
            "INSERT INTO finding_event (finding_id, what, run, fen) "
            "SELECT finding_id, 'withdrawn', :run, attributed_fen FROM gone"
        ),
        {"run": run},
    ).rowcount


def lessened(connection: Connection, found: pa.Table) -> list[Row[Any]]:
    """Give the open findings that a run judged again (`show_again`) and did not find, or found with less at stake.

    Each with ``now_fen`` (NULL: not found), ``seen`` (what its last run knew) and ``noticed`` (what was known when the
    institution was given notice, NULL: it was not). ``found`` are the findings of the run.
    """
    connection.execute(
        text("CREATE TEMP TABLE found_now (finding_id bigint, at_stake_fen bigint) ON COMMIT DROP")
    )
    _copy(connection, "found_now", ("finding_id", "at_stake_fen"), found)
    return list(
        connection.execute(
            text(
                "SELECT f.finding_id, f.rule, f.result, f.institution_id, f.at_stake_fen, f.attributed_fen, "
                "f.returned_fen, f.evidence_batch, g.at_stake_fen AS now_fen, r.known_no AS seen, n.known_no AS noticed "
                "FROM judged_again a JOIN finding f USING (finding_id) JOIN audit_run r ON r.number = f.last_run "
                "LEFT JOIN notice n ON n.number = f.notice LEFT JOIN found_now g ON g.finding_id = f.finding_id "
                "WHERE g.finding_id IS NULL OR g.at_stake_fen < f.at_stake_fen ORDER BY f.rule, f.finding_id"
            )
        )
    )


def correct(connection: Connection, run: int, ids: Sequence[int]) -> None:
    """Close findings that their institution corrected itself before it was given notice."""
    connection.execute(
        update(finding).where(finding.c.finding_id.in_(ids)).values(state="self_corrected", closed_run=run)
    )


def mark_returned(connection: Connection, run: int, finding_id: int, returned_fen: int) -> None:
    """Let a finding of which notice was given stand as it was, with the money that came back since."""
    connection.execute(
        update(finding)
        .where(finding.c.finding_id == finding_id)
        .values(returned_fen=returned_fen, last_run=run)
    )


def record(connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    """Write what became of findings, one row a change."""
    if events:
        connection.execute(finding_event.insert(), list(events))


def events_of(connection: Connection, finding_id: int) -> list[Row[Any]]:
    """Give what became of a finding, oldest first, each with who did it."""
    return list(
        connection.execute(
            text(
                "SELECT e.*, coalesce(n.actor, r.actor) AS actor, n.day AS notice_day, n.document "
                "FROM finding_event e LEFT JOIN notice n ON n.number = e.notice "
                "LEFT JOIN audit_run r ON r.number = e.run WHERE e.finding_id = :id ORDER BY e.number"
            ),
            {"id": finding_id},
        )
    )


def give_notice(connection: Connection, ids: Sequence[int], **values: Any) -> int:
    """Record one notice to an institution of these findings; give its number."""
    number = int(connection.execute(notice.insert().values(**values).returning(notice.c.number)).scalar_one())
    connection.execute(update(finding).where(finding.c.finding_id.in_(ids)).values(notice=number))
    connection.execute(
        text(
            "INSERT INTO finding_event (finding_id, what, notice, day, fen) "
            "SELECT finding_id, 'noticed', :number, :day, at_stake_fen FROM finding WHERE finding_id = ANY(:ids)"
        ),
        {"number": number, "day": values["day"], "ids": list(ids)},
    )
    return number


def noticed_ids(connection: Connection) -> list[int]:
    """Give the open findings of which notice was given."""
    wanted = select(finding.c.finding_id).where(finding.c.state == "open", finding.c.notice.is_not(None))
    return list(connection.scalars(wanted))


def corrected_by_institution(connection: Connection) -> list[Row[Any]]:
    """Give by institution what it took back of findings after they were seen: how often, how much, and when.

    ``corrected`` before any notice, ``reduced`` in part, ``returned`` after a notice; ``found`` is every finding that
    it ever had. ``early`` counts the corrections whose rows bear a day before the finding was first seen: the
    institution was the first to see them, and only told later.
    """
    return list(
        connection.execute(
            text(
                """
                WITH taken AS (
                    SELECT f.institution_id, e.finding_id, e.what, e.fen,
                        CASE WHEN e.day < (r.finished_at AT TIME ZONE 'Asia/Shanghai')::date - DATE '1970-01-01'
                            THEN 1 ELSE 0 END AS early,
                        row_number() OVER (PARTITION BY e.finding_id, e.what ORDER BY e.number DESC) AS newest
                    FROM finding_event e JOIN finding f USING (finding_id) JOIN audit_run r ON r.number = f.first_run
                    WHERE e.what = 'reduced' OR (e.what = 'self_corrected' AND f.state = 'self_corrected')
                        OR (e.what = 'returned' AND f.returned_fen > 0)
                ),
                sums AS (
                    SELECT institution_id,
                        count(*) FILTER (WHERE what = 'self_corrected' AND newest = 1) AS corrected,
                        coalesce(sum(fen) FILTER (WHERE what = 'self_corrected' AND newest = 1), 0) AS corrected_fen,
                        count(DISTINCT finding_id) FILTER (WHERE what = 'reduced') AS reduced,
                        coalesce(sum(fen) FILTER (WHERE what = 'reduced'), 0) AS reduced_fen,
                        count(*) FILTER (WHERE what = 'returned' AND newest = 1) AS returned,
                        coalesce(sum(fen) FILTER (WHERE what = 'returned' AND newest = 1), 0) AS returned_fen,
                        count(DISTINCT finding_id) FILTER (WHERE early = 1) AS early
                    FROM taken GROUP BY institution_id
                )
                SELECT s.*, (SELECT count(*) FROM finding f WHERE f.institution_id = s.institution_id) AS found
                FROM sums s ORDER BY corrected + reduced + returned DESC, corrected_fen + reduced_fen + returned_fen DESC,
                    institution_id
                """
            )
        )
    )


_PLACE = {"finding_id": pa.int64(), "rule": pa.string(), "result": pa.string(), "evidence_batch": pa.int64()}


def open_places(connection: Connection) -> pa.Table:
    """Give ``finding_id, rule, result, evidence_batch`` of the open findings."""
    return _places(connection, "SELECT {} FROM finding f WHERE f.state = 'open'")


def again_places(connection: Connection) -> pa.Table:
    """Give the same of those that a run judged again (`show_again`), as they were before it."""
    return _places(connection, "SELECT {} FROM finding f JOIN judged_again a USING (finding_id)")


def kept_places(connection: Connection, ids: Sequence[int]) -> pa.Table:
    """Give the same of those of some open findings that a run did not judge again (`show_again`)."""
    return _places(
        connection,
        "SELECT {} FROM finding f WHERE f.state = 'open' AND f.finding_id = ANY(:ids) "
        "AND NOT EXISTS (SELECT 1 FROM judged_again a WHERE a.finding_id = f.finding_id)",
        ids=list(ids),
    )


def keeps_any(connection: Connection) -> bool:
    """Say whether there are open findings that a run did not judge again (`show_again`)."""
    return bool(
        connection.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM finding f WHERE f.state = 'open' "
                "AND NOT EXISTS (SELECT 1 FROM judged_again a WHERE a.finding_id = f.finding_id))"
            )
        )
    )


def _places(connection: Connection, wanted: str, **given: Any) -> pa.Table:
    rows = connection.execute(text(wanted.format(", ".join(f"f.{name}" for name in _PLACE))), given).all()
    return pa.table(
        {name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(_PLACE.items())}
    )


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


WHOSE = {
    "region": "(SELECT i.region FROM institution AS i WHERE i.institution_id = finding.institution_id)",
    "institution": "finding.institution_id",
    "person": "finding.person_id",
}
"""Where the header of a finding says what access asks of it (`access.scope`)."""


def headers(
    connection: Connection,
    *,
    institution_ids: Sequence[int] | None = None,
    rules: Sequence[str] | None = None,
    state: str | None = "open",
    ids: Sequence[int] | None = None,
    unnoticed: bool = False,
    limit: int | None = None,
    seen: Scope | None = None,
) -> list[Row[Any]]:
    """Give headers of findings, most money first; ``seen`` is what of them somebody may see."""
    wanted = select(finding).order_by(finding.c.attributed_fen.desc(), finding.c.finding_id)
    if institution_ids is not None:
        wanted = wanted.where(finding.c.institution_id.in_(institution_ids))
    if rules is not None:
        wanted = wanted.where(finding.c.rule.in_(rules))
    if state is not None:
        wanted = wanted.where(finding.c.state == state)
    if ids is not None:
        wanted = wanted.where(finding.c.finding_id.in_(ids))
    if unnoticed:
        wanted = wanted.where(finding.c.notice.is_(None))
    if seen is not None:
        wanted = wanted.where(text(seen.sql).bindparams(**seen.parameters))
    if limit is not None:
        wanted = wanted.limit(limit)
    return list(connection.execute(wanted))


def whose(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """Give ``finding_id, institution_id, person_id, region`` of findings."""
    columns = finding.c
    wanted = select(
        columns.finding_id,
        columns.institution_id,
        columns.person_id,
        literal_column(WHOSE["region"]).label("region"),
    )
    return list(connection.execute(wanted.where(columns.finding_id.in_(ids))))


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: pa.Table) -> None:
    copy_tuples(connection, table, columns, _tuples(rows.select(list(columns))))


def _tuples(rows: pa.Table) -> Iterable[tuple[Any, ...]]:
    for part in rows.to_batches(max_chunksize=50_000):
        yield from zip(*(column.to_pylist() for column in part.columns), strict=True)
