-- One video clip of a till as rules read it: which settlement it is of, and from when to when it runs.
SELECT c.video_clip_id, c.institution_id, c.settlement_id, c.start_minute, c.end_minute, c.batch
FROM raw_video_clip AS c
