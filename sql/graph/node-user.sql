-- node: user
-- label: User
-- title: person
-- hub: yes
SELECT u.user_key AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM users_lookup AS u
