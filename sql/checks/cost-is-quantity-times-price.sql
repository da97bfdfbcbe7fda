-- id: cost-is-quantity-times-price
-- title: each usage row has exactly one list price valid when it was used, and costs quantity times price, half up
-- reads: all rows
SELECT u.compute_usage_id, u.record_type, u.udbu, u.uusd_per_dbu, u.cost_uusd
FROM compute_usage AS u
LEFT JOIN sku_price AS p ON p.sku = u.compute_sku AND p.valid_from_ms <= u.start_ms
    AND (p.valid_to_ms IS NULL OR u.start_ms < p.valid_to_ms)
WHERE p.uusd_per_dbu IS NOT u.uusd_per_dbu
   OR abs(u.cost_uusd) <> (abs(u.udbu) * u.uusd_per_dbu + 500000) / 1000000 OR (u.udbu < 0) <> (u.cost_uusd < 0)
ORDER BY u.compute_usage_id, u.record_type
