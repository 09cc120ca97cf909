"""Accounts of a site: ways to sign in, sessions and memberships, apart from the events of its structures."""
