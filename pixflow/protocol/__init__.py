"""Protocol and reading grid: documents, drafts, publication."""
