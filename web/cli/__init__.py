"""Commands of the terminal, one module a subject."""
