"""Partners: what sources and the team tell of them, their offers, and the catalogue of places."""
