"""Addresses of websites as people and files tell them: each becomes a link on a page of the team."""

from unicodedata import name
from urllib.parse import urlsplit

import idna

_SCHEMES = ("http", "https")
_NEAR = frozenset({"arpa", "corp", "home", "internal", "intranet", "lan", "local", "localdomain", "localhost"})
"""Last parts of names that lead to the machine or to the network of whoever follows a link (RFC 6761, 6762, 8375)."""


def website(text: str) -> str:
    """Returns an address with its scheme: people type www.exemple.fr. Raises ValueError for what is no website.

    The host is a public name, and nothing beside it: no number such as 127.0.0.1, no port, no user-info. A name of
    letters of two scripts is refused, written as `xn--…` too: a Cyrillic а makes a Latin name look like another.
    Letters of one script that look alike pass, such as l and 1. No name is looked up, so one may lead anywhere.
    """
    address = text if "://" in text else f"https://{text}"
    parts = urlsplit(address)
    if not address.isprintable() or " " in address or parts.scheme not in _SCHEMES:
        raise ValueError("website")
    host = idna.encode(parts.netloc, uts46=True).decode().removesuffix(".")
    _, dot, last = host.rpartition(".")
    is_public = dot and last not in _NEAR and (last.isalpha() or last.startswith("xn--"))
    if not is_public or len({name(sign).split()[0] for sign in idna.decode(host) if sign.isalpha()}) > 1:
        raise ValueError("website")
    return address
