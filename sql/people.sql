-- id: people
-- title: Whose names a hosted model gets only with LLM_SEND_PEOPLE=1
--
-- Service principals too: their names are those of users. E-mail addresses are found by their form.
SELECT u.name FROM users_lookup AS u ORDER BY u.name
