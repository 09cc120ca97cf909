"""Words for the territory: places, partners, freshness, opening hours."""
