-- edge: OWNED_BY
-- from: dataset
-- to: user
-- title: owned by
-- back: owns
SELECT d.dataset_key AS src, u.user_key AS dst FROM dataset AS d JOIN users_lookup AS u ON u.user_id = d.owner_user_id
