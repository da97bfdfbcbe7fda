-- edge: IN_WORKSPACE
-- from: user
-- to: workspace
-- title: in workspace
-- back: has person
SELECT u.user_key AS src, w.workspace_key AS dst FROM users_lookup AS u JOIN workspace AS w ON w.workspace_id = u.workspace_id
