-- The catalogue item as rules read it.
SELECT i.item_id, i.item_no, i.name, i.kind, i.level, i.unit, i.batch
FROM raw_item AS i
