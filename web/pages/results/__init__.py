"""The page Résultats: imports, matching, campaigns, dispatch."""
