"""The nonce of a partner's page: it names one answer, which is recorded once however often it is sent."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from uuid import UUID

from pixflow.partner_links.token import ID, MAC, Mac


def new_nonce(link: UUID, random: bytes, mac: Mac) -> str:
    """Returns a nonce that this structure signs for one link, from 16 random bytes."""
    return urlsafe_b64encode(random + _mac(link, random, mac)).rstrip(b"=").decode()


def command_of(nonce: str, link: UUID, mac: Mac) -> UUID | None:
    """Returns the id of the command of a nonce, None for one that was not made for this link."""
    try:
        content = urlsafe_b64decode(nonce + "=")
    except ValueError:
        return None
    if not compare_digest(content[ID:], _mac(link, content[:ID], mac)):
        return None
    return UUID(hex=mac("partner-command", f"{link} {content[:ID].hex()}")[:32])


def _mac(link: UUID, random: bytes, mac: Mac) -> bytes:
    return bytes.fromhex(mac("partner-nonce", f"{link} {random.hex()}"))[:MAC]
