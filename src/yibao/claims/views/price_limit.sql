-- The highest price of an item for a level group and a period; a limit that means «none» is left out.
SELECT p.price_limit_id, p.item_id, p.level_group, p.highest, p.from_day, p.until_day, p.batch
FROM raw_price_limit AS p
WHERE p.highest IS NOT NULL
