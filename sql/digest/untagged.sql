-- Cost of jobs, warehouses and clusters without the tag :tag_name, of the window of :days days up to :as_of, and of all of them:
-- what could carry it. DBU and machines.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day, date(:as_of, '-' || (:days - 1) || ' days') AS first_day
),
place AS MATERIALIZED (
    SELECT w.workspace_id FROM workspace AS w
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
),
cost AS MATERIALIZED (
    SELECT NOT EXISTS (SELECT 1 FROM job_tag AS t WHERE t.workspace_id = d.workspace_id AND t.job_id = d.job_id AND t.key = :tag_name)
               AS untagged,
           sum(iif(:price = 'contract', d.dbu_contract_uusd, d.dbu_uusd) + d.ondemand_uusd + d.spot_uusd) AS uusd
    FROM span AS p CROSS JOIN job_day AS d ON d.usage_date BETWEEN p.first_day AND p.last_day
    WHERE d.workspace_id IN (SELECT workspace_id FROM place)
    GROUP BY 1
    UNION ALL
    SELECT NOT EXISTS (SELECT 1 FROM compute_tag AS t WHERE t.workspace_id = r.workspace_id AND t.compute_id = r.compute_id
                       AND t.key = :tag_name),
           sum(iif(:price = 'contract', r.dbu_contract_uusd, r.dbu_uusd) + coalesce(r.vm_uusd, 0))
    FROM span AS p CROSS JOIN resource_day AS r ON r.usage_date BETWEEN p.first_day AND p.last_day
    WHERE r.workspace_id IN (SELECT workspace_id FROM place)
    GROUP BY 1
)
SELECT coalesce(sum(iif(c.untagged, c.uusd, 0)), 0) AS untagged_uusd, coalesce(sum(c.uusd), 0) AS taggable_uusd FROM cost AS c
