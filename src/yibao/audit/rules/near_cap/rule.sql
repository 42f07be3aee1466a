-- The pooled fund's spending on a person came near the yearly cap with a rush of outpatient and pharmacy bills.
WITH bills AS (
    SELECT
        s.settlement_id, s.person_id, s.institution_id, s.visit_class, s.settled_day, s.pool_fen,
        int_div(s.settled_ymd, 10000) AS settled_year,
        CASE WHEN s.scheme = '310' THEN 1 ELSE 2 END AS scheme_class,
        CASE WHEN s.visit_class = 2 THEN 0 ELSE s.pool_fen END AS outside_fen,
        CASE WHEN s.visit_class = 2 THEN 0 ELSE 1 END AS outside
    FROM history_settlement AS s
    WHERE s.reversed = 0 AND s.pool_fen > 0 AND s.scheme IN ('310', '380', '390', '391')   -- employees; residents
),
near AS (   -- the few people who came near their cap at all
    SELECT
        b.person_id, b.settled_year, b.scheme_class, CAST(sum(b.pool_fen) AS BIGINT) AS year_fen,
        int_div(
            CASE WHEN b.scheme_class = 1 THEN :employee_cap_fen ELSE :resident_cap_fen END * :share_basis_points, 10000
        ) AS line_fen
    FROM bills AS b
    GROUP BY b.person_id, b.settled_year, b.scheme_class
    HAVING CAST(sum(b.pool_fen) AS BIGINT) >= int_div(
        CASE WHEN b.scheme_class = 1 THEN :employee_cap_fen ELSE :resident_cap_fen END * :share_basis_points, 10000
    )
),
running AS (   -- by the end of the bill's day
    SELECT
        b.settlement_id, b.person_id, b.institution_id, b.settled_year, b.scheme_class, b.settled_day, b.outside,
        n.year_fen, n.line_fen,
        CAST(sum(b.pool_fen) OVER (
            PARTITION BY b.person_id, b.settled_year, b.scheme_class
            ORDER BY b.settled_day RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS so_far,
        CAST(sum(b.outside_fen) OVER (
            PARTITION BY b.person_id, b.settled_year, b.scheme_class
            ORDER BY b.settled_day RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS outside_so_far,
        CAST(sum(b.outside_fen) OVER (
            PARTITION BY b.person_id, b.settled_year, b.scheme_class
            ORDER BY b.settled_day RANGE BETWEEN :window_days PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS lately,
        CAST(sum(b.outside) OVER (
            PARTITION BY b.person_id, b.settled_year, b.scheme_class
            ORDER BY b.settled_day RANGE BETWEEN :window_days PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS bills
    FROM bills AS b
    JOIN near AS n ON n.person_id = b.person_id AND n.settled_year = b.settled_year AND n.scheme_class = b.scheme_class
),
rush AS (
    SELECT r.settlement_id, r.person_id, r.institution_id, r.settled_year, r.scheme_class, r.settled_day, r.year_fen, r.line_fen
    FROM running AS r
    WHERE r.outside = 1
        AND r.so_far >= r.line_fen
        AND r.lately * 10000 >= r.outside_so_far * :lately_basis_points
        AND r.bills >= :bills
        AND EXISTS (SELECT 1 FROM subject_settlement AS j WHERE j.settlement_id = r.settlement_id)
)
SELECT
    r.person_id AS key_1, r.institution_id AS key_2, r.settled_year AS key_3, r.scheme_class AS key_4,
    r.institution_id, r.person_id, r.settled_day AS day,
    'line' AS evidence, l.line_id AS row_id, 1 AS role,
    r.year_fen AS measured, r.line_fen AS threshold, CAST(NULL AS BIGINT) AS knowledge_id, l.net_fen AS at_stake_fen
FROM rush AS r
JOIN history_line AS l ON l.settlement_id = r.settlement_id
WHERE l.reversed = 0 AND l.self_paid = 0
