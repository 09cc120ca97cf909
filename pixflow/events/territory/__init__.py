"""Events of the territory: partners, and the catalogue of places."""
