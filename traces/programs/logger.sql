-- SPDX-License-Identifier: MIT
-- A data logger: a file, small pages, a small cache, readings appended in batches, old ones thrown
-- away, reports now and then.
PRAGMA page_size = 512;
PRAGMA cache_size = 40;
PRAGMA journal_mode = WAL;
PRAGMA wal_autocheckpoint = 50;
CREATE TABLE sensor (id INTEGER PRIMARY KEY, name TEXT UNIQUE, unit TEXT);
CREATE TABLE reading (id INTEGER PRIMARY KEY, sensor INTEGER REFERENCES sensor, at INTEGER,
                      value REAL, note TEXT);
CREATE INDEX reading_at ON reading (sensor, at);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
INSERT INTO sensor SELECT i, printf('room-%02d/%s', i, iif(i % 2, 'temperature', 'humidity')),
                          iif(i % 2, 'C', '%') FROM n;
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO reading (sensor, at, value, note)
SELECT i % 12 + 1, i * 10, i * 7919 % 1000 / 10.0, iif(i % 17, NULL, printf('event %d', i)) FROM n;
COMMIT;
SELECT name, count(*), round(avg(value), 2), max(at) FROM reading JOIN sensor ON sensor.id = sensor
GROUP BY sensor ORDER BY 3 DESC;
DELETE FROM reading WHERE at < 2000;
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO reading (sensor, at, value, note)
SELECT i % 12 + 1, 6000 + i * 10, i * 104729 % 1000 / 10.0, NULL FROM n;
COMMIT;
CREATE TEMP TABLE hourly AS SELECT sensor, at / 360 AS hour, min(value) AS low, max(value) AS high
FROM reading GROUP BY 1, 2;
SELECT json_group_array(json_object('sensor', sensor, 'hour', hour, 'low', low, 'high', high))
FROM hourly WHERE high - low > 40;
UPDATE reading SET note = 'checked ' || note WHERE note IS NOT NULL;
SELECT group_concat(note, '; ') FROM reading WHERE note IS NOT NULL;
SELECT s.name, r.value FROM reading r JOIN sensor s ON s.id = r.sensor
WHERE r.value > (SELECT avg(value) + 40 FROM reading q WHERE q.sensor = r.sensor);
DELETE FROM reading WHERE at < 8000;
VACUUM;
