-- id: cost-is-quantity-times-price
-- title: each usage row has exactly one list price valid when it was used, and costs quantity times price, half up
SELECT u.compute_usage_id, u.udbu, u.uusd_per_dbu, u.cost_uusd
FROM compute_usage AS u
WHERE u.cost_uusd <> (u.udbu * u.uusd_per_dbu + 500000) / 1000000
   OR 1 <> (SELECT count(*) FROM sku_price AS p WHERE p.sku = u.compute_sku AND p.valid_from_ms <= u.start_ms
            AND (p.valid_to_ms IS NULL OR u.start_ms < p.valid_to_ms))
   OR u.uusd_per_dbu <> (SELECT p.uusd_per_dbu FROM sku_price AS p WHERE p.sku = u.compute_sku AND p.valid_from_ms <= u.start_ms
                         AND (p.valid_to_ms IS NULL OR u.start_ms < p.valid_to_ms))
ORDER BY u.compute_usage_id
