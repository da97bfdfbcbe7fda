-- id: prices-do-not-overlap
-- title: price intervals of one SKU or machine follow each other without overlap or gap
SELECT kind, name, valid_from_ms, valid_to_ms
FROM (
    SELECT 'sku' AS kind, p.sku AS name, p.valid_from_ms, p.valid_to_ms,
           lead(p.valid_from_ms) OVER (PARTITION BY p.sku ORDER BY p.valid_from_ms) AS next_ms
    FROM sku_price AS p
    UNION ALL
    SELECT 'vm', v.instance_type || ' ' || v.market, v.valid_from_ms, v.valid_to_ms,
           lead(v.valid_from_ms) OVER (PARTITION BY v.instance_type, v.market ORDER BY v.valid_from_ms)
    FROM vm_price AS v
)
WHERE valid_to_ms IS NOT next_ms
ORDER BY kind, name, valid_from_ms
