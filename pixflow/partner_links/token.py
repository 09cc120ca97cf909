"""The token of a link: its id and a MAC, 43 characters. The store holds the id alone, which opens nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hmac import compare_digest
from uuid import UUID

from msgspec import Struct

Mac = Callable[[str, str], str]
"""Returns the MAC of a value, for one kind of token, in hex. Its key derives from the structure's key of digests."""

ID, MAC = 16, 16
LENGTH = 43
"""Characters of a token: 32 bytes in base64url, without padding."""


class Token(Struct, frozen=True):
    """A token as it was received: the id of a link, and a MAC to check."""

    link: UUID
    mac: bytes


def token_of(link: UUID, mac: Mac) -> str:
    return _written(link.bytes + _mac(link, mac))


def read_token(text: str) -> Token | None:
    """Returns the parts of a token, None for anything that no link has."""
    if len(text) != LENGTH or not text.isascii():
        return None
    try:
        content = urlsafe_b64decode(text + "=")
    except ValueError:
        return None
    return Token(UUID(bytes=content[:ID]), content[ID:]) if _written(content) == text else None


def is_genuine(token: Token, mac: Mac) -> bool:
    """Tells if this structure made the token. It takes the same time for every token."""
    return compare_digest(token.mac, _mac(token.link, mac))


def _mac(link: UUID, mac: Mac) -> bytes:
    return bytes.fromhex(mac("partner-link", str(link)))[:MAC]


def _written(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


# --- the nonce of a partner's page: it names one answer, which is recorded once however often it is sent


def new_nonce(link: UUID, random: bytes, mac: Mac) -> str:
    """Returns a nonce that this structure signs for one link, from 16 random bytes."""
    return urlsafe_b64encode(random + _nonce_mac(link, random, mac)).rstrip(b"=").decode()


def command_of(nonce: str, link: UUID, mac: Mac) -> UUID | None:
    """Returns the id of the command of a nonce, None for one that was not made for this link."""
    try:
        content = urlsafe_b64decode(nonce + "=")
    except ValueError:
        return None
    if not compare_digest(content[ID:], _nonce_mac(link, content[:ID], mac)):
        return None
    return UUID(hex=mac("partner-command", f"{link} {content[:ID].hex()}")[:32])


def _nonce_mac(link: UUID, random: bytes, mac: Mac) -> bytes:
    return bytes.fromhex(mac("partner-nonce", f"{link} {random.hex()}"))[:MAC]
