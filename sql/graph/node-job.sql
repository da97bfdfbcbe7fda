-- node: job
-- title: Job
SELECT j.job_key AS id, j.job_name AS label, j.description AS detail FROM jobs AS j
ORDER BY id
