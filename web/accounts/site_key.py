"""The site's key: it seals what the accounts store keeps, and derives the keys of its digests. And random tokens.

The address or the cookie carries a token, the store keeps its digest.
"""

import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pixflow.identity import email as known_email
from pixflow.store import SiteRefused
from pixflow.store.durable_files import write_new

_LENGTH, _NONCE = 32, 12


class SiteKey:
    """Keys derived from `keys/_site.key`, one for each purpose.

    Raises SiteRefused when the file does not hold 32 bytes, or when others than its owner can read it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        key = path.read_bytes()
        if len(key) != _LENGTH:
            raise SiteRefused("key", f"{path} is damaged: {len(key)} bytes instead of {_LENGTH}")
        if path.stat().st_mode & 0o077:
            raise SiteRefused("key", f"{path} can be read by others: chmod 600 {path}")
        self._mark = path.with_suffix(".signed")
        self._digests = _derived(key, "e-mail")
        self._signs = _derived(key, "known device")
        self._rows = _derived(key, "row")
        self._cipher = AESGCM(_derived(key, "seal"))

    @property
    def is_signing(self) -> bool:
        """Tells if the rows of the store are signed since it was made, or since it was signed whole.

        The mark stands beside the key: whoever writes into the store cannot remove it.
        """
        return self._mark.exists()

    def note_signing(self) -> None:
        with suppress(FileExistsError):
            write_new(self._mark, b"")

    @staticmethod
    def open(data: Path, *, create: bool) -> "SiteKey":
        """Returns the key of a data folder; made if `create`. Raises SiteRefused when it is missing."""
        path = data / "keys" / "_site.key"
        if not path.exists():
            if not create:
                raise SiteRefused("key", f"{path} is missing")
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new(path, os.urandom(_LENGTH))
        return SiteKey(path)

    def email_digest(self, email: str) -> bytes:
        """Returns the digest that finds an account by its e-mail address, case aside."""
        try:
            address = known_email(email)
        except ValueError:
            address = email.strip()
        return hmac.digest(self._digests, address.casefold().encode(), sha256)

    def seal(self, content: bytes, place: str) -> bytes:
        """Encrypts a content for one place, for example "totp 1f3c…": it opens nowhere else."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open_sealed(self, sealed: bytes, place: str) -> bytes:
        """Decrypts what `seal` returned for this place. Raises SiteRefused when it was changed or moved."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except InvalidTag:
            kind = place.partition(" ")[0]
            raise SiteRefused("key", f"a secret of the accounts store does not open ({kind})") from None

    def sign(self, text: str) -> str:
        """Returns the signature of a text, in hexadecimal."""
        return hmac.digest(self._signs, text.encode(), sha256).hex()

    def mac(self, content: bytes) -> bytes:
        """Returns the signature of a row of the accounts store (signed_rows.py)."""
        return hmac.digest(self._rows, content, sha256)

    def has_signed(self, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _LENGTH, None, f"pixflow site {purpose}".encode()).derive(key)


def new_token() -> str:
    """Returns 32 random bytes as 43 characters of an address."""
    return secrets.token_urlsafe(_LENGTH)


def digest(token: str) -> bytes:
    """Returns the digest of a token of 32 random bytes: it needs no salt (OWASP ASVS 5.0, 6.5.2)."""
    return sha256(token.encode()).digest()
