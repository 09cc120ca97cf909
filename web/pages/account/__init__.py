"""Signing in, the first visit, the lock, and one's own account."""
