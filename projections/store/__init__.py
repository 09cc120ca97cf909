"""Catching up, rebuilding, and the databases of read tables."""
