-- id: tags-match-their-lists
-- title: job_tag holds the tags of jobs, no more and no less
SELECT j.workspace_id, j.job_id, j.tags, count(t.key) AS tags_found
FROM jobs AS j
LEFT JOIN job_tag AS t ON t.workspace_id = j.workspace_id AND t.job_id = j.job_id
GROUP BY j.workspace_id, j.job_id
HAVING count(t.key) <> coalesce(json_array_length(j.tags), 0)
    OR sum(instr(j.tags, '"' || t.key || iif(t.value = '', '', ':' || t.value) || '"') = 0) > 0
ORDER BY j.workspace_id, j.job_id
