-- node: user
-- title: Person
SELECT u.user_key AS id, u.name AS label, u.department AS detail FROM users_lookup AS u
ORDER BY id
