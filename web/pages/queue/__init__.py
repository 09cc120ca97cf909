"""The page Ma boîte: tasks, one by one or in bulk."""
