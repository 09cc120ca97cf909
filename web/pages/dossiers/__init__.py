"""Lists of dossiers, groups, merges."""
