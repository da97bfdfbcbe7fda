-- edge: OWNED_BY
-- from: warehouse
-- to: user
-- title: owned by
-- back: owns
SELECT n.compute_key AS src, u.user_key AS dst
FROM non_job_compute AS n JOIN users_lookup AS u ON u.user_id = n.owner_user_id
WHERE n.compute_type = 'SQL_WAREHOUSE'
