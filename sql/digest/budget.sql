-- The budget of the month of :as_of in scope: that of the whole where there is one, else the sum over its workspaces. Budgets of
-- departments are parts of these and not added. No row: none is set.
SELECT coalesce(
    (SELECT sum(b.amount_uusd) FROM budget AS b
     WHERE b.month = substr(:as_of, 1, 7) AND b.department IS NULL AND b.workspace_id IS NULL AND :workspace IS NULL),
    (SELECT sum(b.amount_uusd) FROM budget AS b JOIN workspace AS w ON w.workspace_id = b.workspace_id
     WHERE b.month = substr(:as_of, 1, 7) AND b.department IS NULL
       AND (:workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE))) AS budget_uusd
