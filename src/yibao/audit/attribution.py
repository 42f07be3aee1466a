"""Attribution: whose money it is when several rules hit the same line.

A line's money can be at stake once. Rules are asked in the order of the catalogue, clear ones first: each is credited
with what it puts at stake beyond what the rules before it already did. The credits of a line therefore add up to the
largest amount that any single rule puts at stake, and the credits of all findings to the total of the report.
"""

from __future__ import annotations

import pyarrow as pa

from yibao.audit.judging import Judged
from yibao.engine import Engine, open_engine

FINDING = pa.schema(
    [
        ("finding_id", pa.int64()), ("rule", pa.string()), ("result", pa.string()),
        ("institution_id", pa.int64()), ("person_id", pa.int64()), ("day", pa.int64()),
        ("measured", pa.int64()), ("threshold", pa.int64()), ("knowledge_id", pa.int64()),
        ("at_stake_fen", pa.int64()), ("attributed_fen", pa.int64()), ("rows", pa.int64()),
        ("rule_version", pa.int64()),
    ]
)  # fmt: skip
"""One finding: what its evidence rows have in common, its money alone and its share of the total."""

LABELLED = pa.schema(
    [
        ("finding_id", pa.int64()), ("rule", pa.string()), ("evidence", pa.string()), ("row_id", pa.int64()),
        ("role", pa.int64()), ("at_stake_fen", pa.int64()),
    ]
)  # fmt: skip
"""One row of evidence as it is stored: which finding it belongs to, and which row of which table it is."""


def label(judged: list[Judged]) -> tuple[pa.Table, pa.Table]:
    """Give the findings (`FINDING`, nothing attributed yet) and their evidence (`LABELLED`) of a run.

    A finding's identity is the hash of its rule and of what it is about, so that it stays the same from run to run,
    from engine to engine and from version to version. One that two versions found, each a part of it, is as sure as the
    less sure part. Where the region adopted the rule for the finding's (first) day, it is clear.
    """
    parts = [one for one in judged if one.evidence.num_rows]
    if not parts:
        return FINDING.empty_table(), LABELLED.empty_table()
    with open_engine("duckdb", memory_mib=_MEMORY_MIB) as engine:
        engine.register_arrow("hits", _together(parts))
        engine.register_arrow("parts", _described(parts))
        engine.execute_native(
            f"CREATE TEMP TABLE labelled AS SELECT {_IDENTITY} AS finding_id, p.rule, p.rule_version, p.result, h.* "
            "FROM hits AS h JOIN parts AS p ON p.part = h.part"
        )
        evidence = engine.execute_native(f"SELECT {', '.join(LABELLED.names)} FROM labelled")
        heads = engine.execute_native(
            f"""
            SELECT finding_id, rule, {_result(parts)} AS result,
                min(institution_id) AS institution_id, min(person_id) AS person_id, min(day) AS day,
                max(measured) AS measured, min(threshold) AS threshold, min(knowledge_id) AS knowledge_id,
                CAST(sum(CASE WHEN role = 1 THEN at_stake_fen ELSE 0 END) AS BIGINT) AS at_stake_fen,
                CAST(0 AS BIGINT) AS attributed_fen, count(*) AS rows, rule_version
            FROM labelled GROUP BY part, finding_id, rule, rule_version, result
            """
        )
        assert evidence is not None and heads is not None
        found = heads.cast(FINDING)
        if len({one.rule.id for one in parts}) < len({(one.rule.id, one.rule.version) for one in parts}):
            found = _joined(engine, found)
    return found, evidence.cast(LABELLED)


_MEMORY_MIB = 2048

_IDENTITY = (
    "CAST(md5_number_lower(p.rule || '|' || key_1 || '|' || key_2 || '|' || key_3 || '|' || key_4) "
    "& 9223372036854775807 AS BIGINT)"
)


def _together(parts: list[Judged]) -> pa.Table:
    """Put the evidence of all parts into one table, each row with the number of its part."""
    numbered = [
        one.evidence.append_column("part", pa.repeat(pa.scalar(at, pa.int64()), one.evidence.num_rows))
        for at, one in enumerate(parts)
    ]
    return pa.concat_tables(numbered)


def _described(parts: list[Judged]) -> pa.Table:
    return pa.table(
        {
            "part": pa.array(range(len(parts)), pa.int64()),
            "rule": pa.array([one.rule.id for one in parts], pa.string()),
            "rule_version": pa.array([one.rule.version for one in parts], pa.int64()),
            "result": pa.array([one.result for one in parts], pa.string()),
        }
    )


def _result(parts: list[Judged]) -> str:
    """Write how surely a finding speaks: as its rule does, and clearly on the days for which the region adopted it."""
    cases = [
        f"WHEN part = {at} AND min(day) >= {a.period.from_day} AND min(day) < {a.period.until_day} THEN 'clear'"
        for at, one in enumerate(parts)
        for a in one.adopted
    ]
    return f"CASE {' '.join(cases)} ELSE result END" if cases else "result"


def _joined(engine: Engine, findings: pa.Table) -> pa.Table:
    """Make one finding of those parts of it that several versions of its rule found."""
    engine.register_arrow("heads", findings)
    joined = engine.execute_native(
        """
        SELECT finding_id, min(rule) AS rule, max(result) AS result, min(institution_id) AS institution_id,
            min(person_id) AS person_id, min(day) AS day, max(measured) AS measured, min(threshold) AS threshold,
            min(knowledge_id) AS knowledge_id, CAST(sum(at_stake_fen) AS BIGINT) AS at_stake_fen,
            CAST(0 AS BIGINT) AS attributed_fen, CAST(sum(rows) AS BIGINT) AS rows, max(rule_version) AS rule_version
        FROM heads GROUP BY finding_id
        """
    )
    assert joined is not None
    return joined.cast(FINDING)


def attribute(findings: pa.Table, evidence: pa.Table, order: dict[str, int]) -> pa.Table:
    """Give ``finding_id, attributed_fen`` for every finding; ``order`` ranks the rules, lowest first."""
    with open_engine("duckdb", memory_mib=_MEMORY_MIB) as engine:
        ranks = pa.table(
            {"rule": pa.array(list(order), pa.string()), "rank": pa.array(list(order.values()), pa.int64())}
        )
        engine.register_arrow("findings", findings.select(["finding_id", "rule", "result"]))
        engine.register_arrow("evidence", evidence)
        engine.register_arrow("ranks", ranks)
        credited = engine.execute_native(
            """
            WITH lines AS (
                SELECT e.row_id, e.finding_id, e.at_stake_fen,
                    max(e.at_stake_fen) OVER w AS so_far,
                    row_number() OVER w AS place
                FROM evidence e JOIN findings f USING (finding_id) JOIN ranks r ON r.rule = f.rule
                WHERE e.evidence = 'line' AND e.role = 1
                WINDOW w AS (
                    PARTITION BY e.row_id ORDER BY f.result = 'suspicious', r.rank, e.finding_id
                    ROWS UNBOUNDED PRECEDING)
            ),
            credits AS (
                SELECT finding_id, so_far - coalesce(lag(so_far) OVER (PARTITION BY row_id ORDER BY place), 0) AS fen
                FROM lines
            )
            SELECT f.finding_id, CAST(coalesce(sum(c.fen), 0) AS BIGINT) AS attributed_fen
            FROM findings f LEFT JOIN credits c USING (finding_id) GROUP BY f.finding_id
            """
        )
        assert credited is not None
        return credited
