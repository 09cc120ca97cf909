"""The entries of indicators, made of paths: tables that questions count."""

WITH_ENTRIES = frozenset({"dossier", "workshop", "partner"})
"""The kinds of streams that have entries."""
