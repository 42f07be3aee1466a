-- The institution as rules read it: its level as the group that price limits use; no level (11 无等级 too), no group.
SELECT
    i.institution_id, i.kind, i.level, i.region,
    CASE
        WHEN i.level IN ('01', '02', '03', '04', '12') THEN '3'
        WHEN i.level IN ('05', '06', '07', '13') THEN '2'
        WHEN i.level IN ('08', '09', '10', '14') THEN '1'
    END AS level_group,
    i.batch
FROM raw_institution AS i
