"""An authenticator without a browser: makes and proves passkeys of one site, and bends its answers."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Answer:
    """An answer before it is signed and written: what a test may bend."""

    type: str
    challenge: str
    origin: str
    rp: str
    flags: int
    counter: int
    id: bytes
    handle: bytes | None
    signature: Callable[[bytes], bytes] = bytes

    @property
    def client(self) -> bytes:
        said = {"type": self.type, "challenge": self.challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    @property
    def data(self) -> bytes:
        rp = hashlib.sha256(self.rp.encode()).digest()
        return rp + bytes([self.flags]) + self.counter.to_bytes(4)


Bend = Callable[[Answer], None]


@dataclass
class Authenticator:
    """One passkey at `origin`. Its counter grows at each proof; at zero for ever when it is `synced`."""

    origin: str
    synced: bool = False
    counter: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: Mapping[str, Any], bend: Bend | None = None) -> str:
        """Returns the answer to options of `create`, as the page sends it."""
        answer = self._answer("webauthn.create", options, bend)
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        data = answer.data + bytes(16) + len(answer.id).to_bytes(2) + answer.id + public
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return _written(answer, {"attestationObject": text(attestation)})

    def prove(self, options: Mapping[str, Any], bend: Bend | None = None) -> str:
        """Returns the answer to options of `get`."""
        self.counter += not self.synced
        answer = self._answer("webauthn.get", options, bend)
        signed = self.key.sign(answer.data + hashlib.sha256(answer.client).digest(), ec.ECDSA(SHA256()))
        more = {"authenticatorData": text(answer.data), "signature": text(answer.signature(signed))}
        return _written(answer, more | ({"userHandle": text(answer.handle)} if answer.handle else {}))

    def _answer(self, type: str, options: Mapping[str, Any], bend: Bend | None) -> Answer:
        rp = options.get("rpId") or options["rp"]["id"]
        flags = PRESENT | VERIFIED | (ATTESTED if type.endswith("create") else 0)
        answer = Answer(type, options["challenge"], self.origin, rp, flags, self.counter, self.id, None)
        if bend:
            bend(answer)
        return answer


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def read(content: str) -> bytes:
    return urlsafe_b64decode(content + "=" * (-len(content) % 4))


def _written(answer: Answer, more: Mapping[str, str]) -> str:
    response = {"clientDataJSON": text(answer.client), **more}
    said = {"id": text(answer.id), "rawId": text(answer.id), "type": "public-key", "response": response}
    return json.dumps({**said, "clientExtensionResults": {}})
