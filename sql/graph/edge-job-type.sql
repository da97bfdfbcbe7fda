-- edge: OF_TYPE
-- from: job
-- to: compute_type
-- title: of type
-- back: includes
SELECT j.job_key AS src, 'compute_type:all/' || iif(j.compute_kind = 'SERVERLESS', 'jobs-serverless', 'jobs-classic') AS dst
FROM jobs AS j WHERE j.compute_kind <> 'ALL_PURPOSE'
