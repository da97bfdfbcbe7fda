-- card: error
-- title: Kinds of failure of the last 28 days, with the jobs that had them
WITH seen AS (SELECT max(r.run_date) AS newest FROM job_runs AS r),
failed AS (
    SELECT DISTINCT r.workspace_id, s.signature_id, s.template, s.bucket, s.termination_code, j.job_name
    FROM seen AS n JOIN job_runs AS r ON r.run_status = 'FAILED' AND r.run_date > date(n.newest, '-28 days')
    JOIN error_signature AS s ON s.signature_id = r.error_signature_id
    JOIN jobs AS j ON j.workspace_id = r.workspace_id AND j.job_id = r.job_id
    ORDER BY j.job_name
)
SELECT 'error:' || f.workspace_id || '/' || f.signature_id AS id, f.template AS title,
       f.template || '. Kind ' || f.bucket || ', ' || lower(replace(f.termination_code, '_', ' ')) || '. Jobs '
       || group_concat(f.job_name, ', ') || '.' AS text
FROM failed AS f
GROUP BY f.workspace_id, f.signature_id
ORDER BY id
