"""The evidence rows of findings, each with what people need to recognise it, in one relation for all outputs.

A row of another institution than the finding's shows nothing of itself but its month: `own` is 0 and everything that
tells whose it is, its money included, stays empty, here already, so that no output can leak it.
"""

from __future__ import annotations

from yibao.audit import base_relations, rules
from yibao.casework.findings.outputs.looking import Look

TABLES = (
    "line", "settlement", "encounter", "stock_movement", "settlement_list", "settlement_list_charge", "diagnosis",
    "procedure", "intensive_care", "trace_code_use", "person", "practitioner", "item", "institution",
)  # fmt: skip
"""The tables that the detail of evidence needs."""

STANDING = """
    SELECT e.finding_id, e.evidence, e.row_id, min(e.role) AS role, max(e.at_stake_fen) AS at_stake_fen
    FROM evidence e JOIN finding f ON f.finding_id = e.finding_id AND f.evidence_batch = e.evidence_batch
    GROUP BY e.finding_id, e.evidence, e.row_id
"""
"""The evidence that is valid for the bound findings, one row a row of evidence; kept as the table ``standing``."""

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

_NO_MONEY = "CAST(NULL AS BIGINT) AS quantity, CAST(NULL AS BIGINT) AS unit_price"
_POINTED = {
    "line": "p.line_no AS document_no, p.institution_id, p.person_id, p.encounter_id, p.settlement_id, p.item_id, "
    "p.practitioner_id, p.department, p.local_name, p.fee_minute AS minute, p.fee_day AS day, p.quantity, p.unit_price, "
    "p.amount_fen",
    "settlement": "p.settlement_no AS document_no, p.institution_id, p.person_id, p.encounter_id, p.settlement_id, "
    f"p.settled_minute AS minute, p.settled_day AS day, {_NO_MONEY}, p.total_fen AS amount_fen, p.pool_fen, p.scheme, "
    "p.kind, "
    "p.kind AS about",
    "encounter": "p.encounter_no AS document_no, p.institution_id, p.person_id, p.encounter_id, p.department, "
    f"p.start_minute AS minute, p.start_day AS day, {_NO_MONEY}, p.scheme, p.kind, p.kind AS about",
    "stock_movement": "p.movement_no AS document_no, p.institution_id, p.item_id, p.moved_minute AS minute, "
    "p.moved_day AS day, p.quantity, p.price AS unit_price, p.kind AS about",
    "settlement_list": "h.settlement_no AS document_no, h.institution_id, h.person_id, p.encounter_id, p.settlement_id, "
    "p.discharged_minute AS minute, coalesce(p.discharged_day, h.settled_day) AS day",
    "settlement_list_charge": "h.settlement_no AS document_no, h.institution_id, h.person_id, p.encounter_id, "
    "p.settlement_id, h.settled_day AS day, p.amount_fen, p.charge AS about",
    "diagnosis": "p.diagnosis_no AS document_no, h.institution_id, h.person_id, p.encounter_id, p.settlement_id, "
    "h.settled_day AS day, p.main, p.code AS about",
    "procedure": "p.procedure_no AS document_no, h.institution_id, h.person_id, p.encounter_id, p.settlement_id, "
    "p.surgeon_id AS practitioner_id, coalesce(p.performed_day, h.settled_day) AS day, p.main, p.code AS about",
    "intensive_care": "h.settlement_no AS document_no, h.institution_id, h.person_id, p.encounter_id, p.settlement_id, "
    "p.entered_minute AS minute, p.entered_day AS day, p.ward AS about",
}
"""What a row of each table says of itself, under the names that all share; a paper of a settlement list belongs to
whom its bill ``h`` does. ``about`` is the code of what the row is, see `words.about`."""

_TRACE_RELATIONS = {"trace", "purchased_code"}
_CODES_SHOWN = 5
_TRACES = f"""
    SELECT l.line_id, CASE WHEN count(*) > {_CODES_SHOWN}
        THEN concat(array_to_string(list_slice(list(t.trace_code ORDER BY t.trace_code_use_id), 1, {_CODES_SHOWN}), ' '),
            ' … (', count(*), ')')
        ELSE string_agg(t.trace_code, ' ' ORDER BY t.trace_code_use_id) END AS trace_codes
    FROM raw_trace_code_use t JOIN raw_line l ON l.line_no = t.line AND l.institution_id = t.institution_id
    WHERE l.line_id IN (SELECT s.row_id FROM standing s JOIN finding f USING (finding_id)
        WHERE s.evidence = 'line' AND list_contains(?, f.rule))
    GROUP BY l.line_id
"""
"""The traceability codes of the lines of findings whose rules look at codes."""

_OWN = (
    "document_no", "person_id", "encounter_id", "settlement_id", "item_id", "practitioner_id", "department",
    "local_name", "minute", "quantity", "unit_price", "amount_fen", "pool_fen", "scheme", "kind", "about", "main", "batch",
    "source_file", "source_row",
)  # fmt: skip
_WORDS = ("evidence", "document_no", "department", "local_name", "scheme", "kind", "about")

_SHAPE = ", ".join(
    f"CAST(NULL AS {'VARCHAR' if n in _WORDS else 'BIGINT'}) AS {n}"
    for n in ("evidence", "row_id", "institution_id", "day", *_OWN)
)
_BILL = "JOIN raw_settlement h ON h.settlement_id = p.settlement_id"

_WITHIN = "r.role, r.evidence <> 'line', r.day, r.evidence, r.row_id"
"""The order of the rows of one finding: its lines first."""


def make_detail(look: Look, *, whole: bool = False) -> None:
    """Make the table ``detail``: every evidence row of the bound ``finding``, in the order in which it is shown.

    ``place`` counts the rows from 1, institution by institution, findings with most money first; ``first`` is 1 on a
    finding's first row. ``whole`` shows the rows of other institutions as well, for the bureau's own eyes. Needs
    `Look.show_findings` and `Look.show_ranks`.
    """
    pointed = " UNION ALL BY NAME ".join(
        [f"SELECT {_SHAPE} WHERE false"]
        + [
            f"SELECT '{name}' AS evidence, p.{name}_id AS row_id, {columns}, p.batch, p.source_file, p.source_row "
            f"FROM raw_{name} p {_BILL if 'h.' in columns else ''} "
            f"WHERE p.{name}_id IN (SELECT row_id FROM standing WHERE evidence = '{name}')"
            for name, columns in _POINTED.items()
        ]
    )
    shown = "true" if whole else "p.institution_id = f.institution_id"
    own = ", ".join(f"CASE WHEN {shown} THEN p.{c} END AS {c}" for c in _OWN)
    look.engine.execute_native(f"CREATE OR REPLACE TABLE standing AS {STANDING}")
    look.engine.execute_native(f"CREATE OR REPLACE TABLE traces AS {_TRACES}", [_about_codes()])
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
            CASE WHEN r.document_no IS NOT NULL THEN x.trace_codes END AS trace_codes,
            coalesce(r.scheme, s.scheme, v.scheme) AS scheme,
            coalesce(r.kind, s.kind, v.kind) AS visit_kind,
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
        LEFT JOIN traces x ON r.evidence = 'line' AND x.line_id = r.row_id
        WINDOW shown AS (
            ORDER BY r.institution_id, r.finding_fen DESC, r.finding_id, {_WITHIN})
        ORDER BY place
        """
    )


def _about_codes() -> list[str]:
    """Name the rules that look at traceability codes."""
    return [rule.id for rule in rules().values() if _TRACE_RELATIONS & set(base_relations(rule))]
