-- id: node-cost-is-time-times-price
-- title: machines cost node time times the price of their market valid then, and burn the DBUs of their type (twice with Photon)
-- reads: all rows
SELECT n.workspace_id, n.parent_id, n.usage_date, n.role, n.market, n.instance_type, n.udbu, n.vm_uusd
FROM node_usage AS n
JOIN (
    SELECT workspace_id, parent_id, usage_date, min(start_ms) AS start_ms, max(compute_sku LIKE '%PHOTON%') AS is_photon
    FROM compute_usage
    WHERE cluster_instance_type IS NOT NULL
    GROUP BY workspace_id, parent_id, usage_date
) AS u ON u.workspace_id = n.workspace_id AND u.parent_id = n.parent_id AND u.usage_date = n.usage_date
JOIN instance_type AS t ON t.instance_type = n.instance_type
LEFT JOIN vm_price AS p ON p.instance_type = n.instance_type AND p.market = n.market AND p.valid_from_ms <= u.start_ms
    AND (p.valid_to_ms IS NULL OR u.start_ms < p.valid_to_ms)
WHERE p.uusd_per_hour IS NOT n.uusd_per_hour OR n.vm_uusd <> (n.node_ms * n.uusd_per_hour + 1800000) / 3600000
   OR n.udbu <> (n.node_ms * t.udbu_per_hour * (1 + u.is_photon) + 1800000) / 3600000
ORDER BY n.workspace_id, n.parent_id, n.usage_date, n.role, n.market, n.instance_type
