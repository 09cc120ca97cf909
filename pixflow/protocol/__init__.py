"""Protocol and reading grid: drafts, comparison, publication."""
