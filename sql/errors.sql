-- id: errors
-- title: Whose texts a hosted endpoint gets only with LLM_SEND_ERRORS=1
--
-- Kinds of failure and messages of the cloud and of queries, as they are stored. `<...>` stands for anything.
SELECT e.text FROM (
    SELECT s.template AS text FROM error_signature AS s
    UNION SELECT v.cloud_provider_message FROM eviction_details AS v WHERE v.cloud_provider_message IS NOT NULL
    UNION SELECT q.error_message FROM sql_query_history AS q WHERE q.error_message IS NOT NULL
) AS e
ORDER BY e.text
