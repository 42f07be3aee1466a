-- One settlement as rules read it: where and when the credential was used, and whether it still stands.
SELECT
    s.settlement_id, s.encounter_id, s.person_id, s.institution_id, s.scheme,
    CASE
        WHEN substr(s.kind, 1, 2) IN ('21', '22', '23', '52') THEN 2
        WHEN substr(s.kind, 1, 2) = '41' THEN 3
        ELSE 1
    END AS visit_class,
    s.settled_minute, s.settled_day, s.settled_ymd, s.settled_month,
    s.total_fen, s.fund_fen,
    CASE WHEN f.settlement_id IS NOT NULL THEN 1 ELSE 0 END AS reversed,
    COALESCE(s.pool_fen, s.fund_fen) AS pool_fen,
    s.batch
FROM raw_settlement AS s
LEFT JOIN fallen_bill AS f ON f.settlement_id = s.settlement_id
