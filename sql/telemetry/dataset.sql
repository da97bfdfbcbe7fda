-- card: dataset
-- title: Tables, with the jobs that write and read them
SELECT d.dataset_key AS id, d.dataset_id AS title,
       replace(replace(d.dataset_id, '.', ' '), '_', ' ') || '. ' || d.layer || ' table. '
       || coalesce(d.description || '. ', '')
       || coalesce('Owner ' || u.name || '. ', '')
       || coalesce('Read by ' || (SELECT group_concat(e.entity_name, ', ') FROM (
              SELECT DISTINCT l.entity_name FROM lineage_edge AS l WHERE l.src_dataset_id = d.dataset_id
              ORDER BY l.entity_name) AS e) || '.', '') AS text
FROM dataset AS d LEFT JOIN users_lookup AS u ON u.user_id = d.owner_user_id
ORDER BY id
