-- edge: OWNED_BY
-- from: job
-- to: user
-- title: owned by
-- back: owns
SELECT j.job_key AS src, u.user_key AS dst FROM jobs AS j JOIN users_lookup AS u ON u.user_id = j.owner_user_id
