-- edge: CHANGED_BY
-- from: dataset
-- to: change
-- title: change
-- back: changed
SELECT d.dataset_key AS src, c.change_key AS dst FROM change_event AS c JOIN dataset AS d ON d.dataset_id = c.dataset_id
