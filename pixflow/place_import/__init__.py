"""Import of a file of places: what is new, changed or gone in the territory, then its facts."""
