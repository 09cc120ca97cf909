"""Writes what pixflow/ledger/verify.py reads: keys, checkpoints, cosignatures, proofs, in the formats of C2SP."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pixflow.ledger.verify import Checkpoint, PublicKey, key_id, text_to_cosign
from pixflow.store.durable_files import private_folder, write_new

CHECKPOINT, WITNESS = 1, 4


class Signer:
    """A private key and the name it signs with. `kind` is CHECKPOINT or WITNESS."""

    def __init__(self, private: bytes, name: str, kind: int = CHECKPOINT) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(private)
        public = self._private.public_key().public_bytes_raw()
        self.key = PublicKey(name, key_id(name, bytes([kind]) + public), kind, public)

    def line(self, text: bytes) -> str:
        """Returns the line that signs the text of a checkpoint."""
        return self._line(self._private.sign(text))

    def cosignature(self, text: bytes, at: datetime) -> str:
        """Returns the line of a witness: it says since when the checkpoint exists."""
        seconds = int(at.timestamp())
        return self._line(seconds.to_bytes(8, "big") + self._private.sign(text_to_cosign(seconds, text)))

    def checkpoint(self, size: int, root: bytes) -> str:
        """Returns the signed checkpoint of a tree, whose origin is the name of this key."""
        text = f"{self.key.name}\n{size}\n{base64(root)}\n"
        return f"{text}\n{self.line(text.encode())}"

    def handover(self, one: Checkpoint, to: "Signer", key: PublicKey) -> str:
        """Returns a checkpoint that names the key that signs from now on, and that both keys sign."""
        text = f"{one.text.decode()}key {key.text}\n"
        return f"{text}\n{self.line(text.encode())}{to.line(text.encode())}"

    def _line(self, signature: bytes) -> str:
        return f"— {self.key.name} {base64(self.key.id + signature)}\n"


def private_key(path: Path, *, make: bool = False) -> bytes:
    """Returns the 32 bytes of a key file. Makes it when it is missing and nothing was signed. Raises OSError."""
    if make and not path.exists():
        private_folder(path.parent)
        write_new(path, Ed25519PrivateKey.generate().private_bytes_raw())
    content = path.read_bytes()
    if len(content) != 32:
        raise OSError(f"{path} is no key")
    return content


def proof(index: int, path: Iterable[bytes], note: str, extra: dict[str, Any] | None = None) -> str:
    """Returns the proof that the leaf of an index stands in a checkpoint. `extra` says what the event said."""
    told = json.dumps(extra, ensure_ascii=False).encode() if extra else b""
    lines = ["c2sp.org/tlog-proof@v1", *([f"extra {base64(told)}"] if told else []), f"index {index}"]
    return "\n".join([*lines, *map(base64, path), "", note])


def code(position: int, leaf: bytes, checkpoint: Checkpoint) -> str:
    """Returns what the QR of a paper has behind #: place and leaf of an event, root and signature of a checkpoint."""
    signature = checkpoint.signatures[0][1][4:]
    content = (
        b"\x01" + position.to_bytes(4, "big") + checkpoint.size.to_bytes(4, "big") + leaf + checkpoint.root + signature
    )
    return urlsafe_b64encode(content).decode().rstrip("=")


def first_signed(checkpoint: Checkpoint, key: PublicKey) -> str:
    """Returns a checkpoint with one line, that of a key which signed it."""
    made = next(made for name, made in checkpoint.signatures if name == key.name and made[:4] == key.id)
    return f"{checkpoint.text.decode()}\n— {key.name} {base64(made)}\n"


def extension(old: int, path: Iterable[bytes], note: str) -> str:
    """Returns the proof that a checkpoint extends one of size `old`, as a witness takes it."""
    return "\n".join([f"old {old}", *map(base64, path), "", note])


def base64(content: bytes) -> str:
    return b64encode(content).decode()
