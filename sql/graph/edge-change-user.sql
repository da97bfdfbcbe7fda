-- edge: MADE_BY
-- from: change
-- to: user
-- title: made by
-- back: made
SELECT c.change_key AS src, u.user_key AS dst FROM change_event AS c JOIN users_lookup AS u ON u.user_id = c.by_user_id
