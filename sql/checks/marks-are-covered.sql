-- id: marks-are-covered
-- title: no source claims to be complete beyond its rows, and all days up to its mark are in date_series
SELECT m.source, m.complete_until, m.newest_ms
FROM data_mark AS m
WHERE m.newest_ms <= CAST(strftime('%s', m.complete_until) AS INTEGER) * 1000
   OR NOT EXISTS (SELECT 1 FROM date_series AS d WHERE d.date = m.complete_until)
   OR (SELECT count(*) FROM date_series) <> (SELECT max(d.day) - min(d.day) + 1 FROM date_series AS d)
   OR NOT EXISTS (SELECT 1 FROM meta AS x JOIN date_series AS d ON d.date = x.value WHERE x.key = 'first_day')
ORDER BY m.source
