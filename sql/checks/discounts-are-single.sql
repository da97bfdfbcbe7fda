-- id: discounts-are-single
-- title: no two discounts of one SKU are valid at the same time
SELECT s.sku, a.discount_id, b.discount_id AS other_id
FROM (SELECT DISTINCT sku FROM sku_price) AS s
JOIN discount AS a ON s.sku LIKE a.sku_pattern
JOIN discount AS b ON s.sku LIKE b.sku_pattern AND b.discount_id > a.discount_id
    AND b.valid_from_ms < coalesce(a.valid_to_ms, 9e18) AND a.valid_from_ms < coalesce(b.valid_to_ms, 9e18)
ORDER BY s.sku, a.discount_id, other_id
