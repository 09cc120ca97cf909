"""Random tokens: the address or the cookie carries the token, the store keeps its digest."""

import secrets
from hashlib import sha256

BYTES = 32


def new_token() -> str:
    """Returns 32 random bytes as 43 characters of an address."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> bytes:
    """Returns the digest of a token of 32 random bytes: it needs no salt (OWASP ASVS 5.0, 6.5.2)."""
    return sha256(token.encode()).digest()
