"""Partners of the territory: their list, one partner, the import of places, the territory."""
