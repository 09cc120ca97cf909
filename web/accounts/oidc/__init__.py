"""Signing in at an OpenID Connect issuer: the client, its answers, and the identities that lead to accounts."""
