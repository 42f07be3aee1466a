"""The evidence rows of findings, each with what people need to recognise it, in one relation for all outputs.

A row of another institution than the finding's shows nothing of itself but its month: `own` is 0 and everything that
tells whose it is, its money included, stays empty, here already, so that no output can leak it.
"""

from __future__ import annotations

from yibao.casework.outputs.looking import Look

TABLES = (
    "line",
    "settlement",
    "encounter",
    "stock_movement",
    "person",
    "practitioner",
    "item",
    "institution",
)
"""The tables that the detail of evidence needs."""

_STANDING = """
    SELECT e.finding_id, e.evidence, e.row_id, min(e.role) AS role, max(e.at_stake_fen) AS at_stake_fen
    FROM evidence e JOIN finding f ON f.finding_id = e.finding_id AND f.evidence_batch = e.evidence_batch
    GROUP BY e.finding_id, e.evidence, e.row_id
"""

CREDITS = """
    SELECT finding_id, evidence, row_id,
        so_far - coalesce(lag(so_far) OVER (PARTITION BY row_id ORDER BY place), 0) AS credited_fen
    FROM (
        SELECT e.finding_id, e.evidence, e.row_id, max(e.at_stake_fen) OVER w AS so_far, row_number() OVER w AS place
        FROM standing e JOIN finding f USING (finding_id) JOIN ranks r ON r.rule = f.rule
        WHERE e.evidence = 'line' AND e.role = 1
        WINDOW w AS (
            PARTITION BY e.row_id ORDER BY f.result = 'suspicious', r.rank, e.finding_id ROWS UNBOUNDED PRECEDING)
    )
"""
"""The share of a line that each finding is credited with; added up by finding it is the header's attributed money."""

_POINTED = {
    "line": "line_no AS document_no, institution_id, person_id, encounter_id, settlement_id, item_id, practitioner_id, "
    "department, local_name, fee_minute AS minute, fee_day AS day, quantity, unit_price, amount_fen, "
    "CAST(NULL AS BIGINT) AS pool_fen, CAST(NULL AS VARCHAR) AS scheme, CAST(NULL AS VARCHAR) AS kind",
    "settlement": "settlement_no, institution_id, person_id, encounter_id, settlement_id, NULL, NULL, "
    "NULL, NULL, settled_minute, settled_day, NULL, NULL, total_fen, pool_fen, scheme, kind",
    "encounter": "encounter_no, institution_id, person_id, encounter_id, NULL, NULL, NULL, "
    "department, NULL, start_minute, start_day, NULL, NULL, NULL, NULL, scheme, kind",
    "stock_movement": "movement_no, institution_id, NULL, NULL, NULL, item_id, NULL, "
    "NULL, NULL, moved_minute, moved_day, quantity, price, NULL, NULL, NULL, kind",
}
"""What a row of each table says of itself, under the names that the line gives."""

_OWN = (
    "document_no", "person_id", "encounter_id", "settlement_id", "item_id", "practitioner_id", "department",
    "local_name", "minute", "quantity", "unit_price", "amount_fen", "pool_fen", "scheme", "kind", "batch",
    "source_file", "source_row",
)  # fmt: skip


_WITHIN = "r.role, r.evidence <> 'line', r.day, r.evidence, r.row_id"
"""The order of the rows of one finding: its lines first."""


def make_detail(look: Look, *, whole: bool = False) -> None:
    """Make the table ``detail``: every evidence row of the bound ``finding``, in the order in which it is shown.

    ``place`` counts the rows from 1, institution by institution, findings with most money first; ``first`` is 1 on a
    finding's first row. ``whole`` shows the rows of other institutions as well, for the bureau's own eyes. Needs
    `Look.show_findings` and `Look.show_ranks`.
    """
    pointed = " UNION ALL ".join(
        f"SELECT '{name}' AS evidence, {name}_id AS row_id, {columns}, batch, source_file, source_row FROM raw_{name} "
        f"WHERE {name}_id IN (SELECT row_id FROM standing WHERE evidence = '{name}')"
        for name, columns in _POINTED.items()
    )
    shown = "true" if whole else "p.institution_id = f.institution_id"
    own = ", ".join(f"CASE WHEN {shown} THEN p.{c} END AS {c}" for c in _OWN)
    look.engine.execute_native(f"CREATE OR REPLACE TABLE standing AS {_STANDING}")
    look.engine.execute_native(
        f"""
        CREATE OR REPLACE TABLE detail AS
        WITH credits AS ({CREDITS}),
        pointed AS ({pointed}),
        rows AS (
            SELECT f.finding_id, f.rule, f.result, f.institution_id, f.measured, f.threshold, f.knowledge_id,
                f.at_stake_fen AS finding_at_stake_fen, f.attributed_fen AS finding_fen, f.returned_fen,
                e.evidence, e.row_id, e.role, CASE WHEN {shown} THEN e.at_stake_fen END AS at_stake_fen,
                CASE WHEN {shown} THEN coalesce(c.credited_fen, 0) END AS credited_fen,
                CASE WHEN p.institution_id = f.institution_id THEN 1 ELSE 0 END AS own, p.day AS day,
                CASE WHEN {shown} THEN p.institution_id END AS row_institution_id, {own}
            FROM standing e
            JOIN finding f USING (finding_id)
            LEFT JOIN pointed p ON p.evidence = e.evidence AND p.row_id = e.row_id
            LEFT JOIN credits c ON c.finding_id = e.finding_id AND c.evidence = e.evidence AND c.row_id = e.row_id
        )
        SELECT
            row_number() OVER shown AS place,
            CASE WHEN row_number() OVER (PARTITION BY r.finding_id ORDER BY {_WITHIN}) = 1
                THEN 1 ELSE 0 END AS first,
            r.* EXCLUDE (scheme, kind, department),
            coalesce(r.scheme, s.scheme, v.scheme) AS scheme,
            CASE WHEN r.evidence = 'stock_movement' THEN NULL ELSE coalesce(r.kind, s.kind, v.kind) END AS visit_kind,
            CASE WHEN r.evidence = 'stock_movement' THEN r.kind END AS movement_kind,
            coalesce(r.department, v.department) AS department,
            v.local_no, v.main_diagnosis, v.start_day, v.end_day, s.settled_day,
            q.name AS person_name, q.certificate_no, d.practitioner_no, d.name AS practitioner_name,
            i.item_no, i.name AS item_name, i.spec, i.dose_form
        FROM rows r
        LEFT JOIN raw_settlement s ON s.settlement_id = r.settlement_id
        LEFT JOIN raw_encounter v ON v.encounter_id = r.encounter_id
        LEFT JOIN raw_person q ON q.person_id = r.person_id
        LEFT JOIN raw_practitioner d ON d.practitioner_id = r.practitioner_id
        LEFT JOIN raw_item i ON i.item_id = r.item_id
        WINDOW shown AS (
            ORDER BY r.institution_id, r.finding_fen DESC, r.finding_id, {_WITHIN})
        ORDER BY place
        """
    )
