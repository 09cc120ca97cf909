"""Checks a copy of pixflow's events against what somebody outside holds: one file, standard library, Python 3.9.

    python3 verifier.py COPY [HELD …] [--key VKEY …] [--register LEDGER.db]
    python3 verifier.py HELD … --key VKEY

COPY is the events.db of a backup. HELD is a saved message, a checkpoint, a proof, a PDF with its proof, the line of a
paper such as "84530 K7QF-2M9A-XX4T-0PDE", or its code alone. Formats: RFC 6962, and signed-note, tlog-checkpoint,
tlog-cosignature, tlog-tiles and tlog-proof of C2SP. Exit codes: 0 unchanged, 1 changed, 2 nothing was compared. Its
sentences are in French: it travels alone.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from functools import partial
from hashlib import sha256, sha512
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal, NamedTuple

EMPTY = sha256(b"").digest()
HASH, WIDTH, SALT = 32, 256, 16
MARGIN = timedelta(minutes=5)
"""Time that may pass between the facts of a checkpoint and its cosignature."""
MOST, NOTED = 100, 10_000
"""Most facts that are named, and that are counted."""
HELD_BYTES, ENTRIES = 50_000_000, 1_000_000_000
"""Bytes of what somebody holds, a PDF at most; of the entries of fifteen million facts."""


class Unreadable(ValueError):
    """Raised for a copy, or for what somebody holds, without the form that it should have. It says why, in French."""


# --- the tree (RFC 6962)


def body(topic: bytes, state: bytes) -> bytes:
    """Returns the digest of what is stored of an event."""
    return sha256(b"\x10" + len(topic).to_bytes(4, "big") + topic + len(state).to_bytes(4, "big") + state).digest()


def entry(position: int, version: int, stream: bytes, digest: bytes) -> bytes:
    """Returns the entry of an event, 64 bytes. `stream` is its id, 16 bytes, `digest` the body."""
    return position.to_bytes(8, "big") + version.to_bytes(8, "big") + stream + digest


def leaf(entry: bytes) -> bytes:
    """Returns the hash of an entry, a leaf of the tree."""
    return sha256(b"\0" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Tree:
    """The tree of the leaves added so far: its perfect parts, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []

    def add(self, hashed: bytes) -> None:
        self.size += 1
        size = self.size
        while not size & 1:
            hashed, size = node(self._parts.pop(), hashed), size >> 1
        self._parts.append(hashed)

    def root(self) -> bytes:
        if not self._parts:
            return EMPTY
        root = self._parts[-1]
        for part in self._parts[-2::-1]:
            root = node(part, root)
        return root


def includes(hashed: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tells if a leaf stands at an index of a tree (RFC 9162, 2.1.3.2)."""
    roots = _climbed(index, size - 1, hashed, path) if 0 <= index < size else None
    return roots is not None and roots[1] == root


def extends(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Tells if a tree begins with an earlier one (RFC 9162, 2.1.4.2)."""
    if not 0 < old < new:
        same = old_root == (EMPTY if not old else new_root)
        return not path and same and 0 <= old <= new
    return grown(old, old_root, new, path) == (old_root, new_root)


def grown(old: int, old_root: bytes, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Returns the roots of the two sizes that a proof leads to, None for a proof of another length.

    The check needs `old_root` only where `old` is a power of two: elsewhere the proof gives the old root.
    """
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if at and not path:
        return None
    first, rest = (path[0], path[1:]) if at else (old_root, path)
    return _climbed(at, last, first, rest)


def _climbed(at: int, last: int, first: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Returns the roots of the tree up to a place and of the whole, where a path leads; None for another length."""
    before = after = first
    for sibling in path:
        if not last:
            return None
        if at & 1 or at == last:
            before, after = node(sibling, before), node(sibling, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, sibling)
        at, last = at >> 1, last >> 1
    return None if last else (before, after)


# --- notes (signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof)


class PublicKey(NamedTuple):
    """A public key. `kind` is 1 for whoever signs a checkpoint, 4 for a witness.

    `until` is the epoch and the size at which another key took over, None while it signs.
    """

    name: str
    id: bytes
    kind: int
    public: bytes
    until: tuple[int, int] | None = None

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """Returns the key of a text `name+hex+base64`. Raises Unreadable."""
        name, _, rest = text.strip().partition("+")
        id, _, encoded = rest.partition("+")
        content = strict(encoded)
        key = cls(name, key_id(name, content), content[0], content[1:])
        if not re.fullmatch(r"[^\s+]+", name) or key.id.hex() != id or len(content) != 33 or key.kind not in (1, 4):
            raise Unreadable("cette clé n’a pas la forme nom+empreinte+clé")
        return key

    def of(self, origin: str) -> PublicKey | None:
        """Returns the key under the origin of an epoch, None for another register's."""
        later = origin[len(self.name) + 1 :]
        if origin != self.name and not (origin == f"{self.name}/{later}" and re.fullmatch("[1-9][0-9]*", later)):
            return None
        return self._replace(name=origin, id=key_id(origin, bytes([self.kind]) + self.public))

    @property
    def text(self) -> str:
        content = bytes([self.kind]) + self.public
        return f"{self.name}+{self.id.hex()}+{b64encode(content).decode()}"


def key_id(name: str, content: bytes) -> bytes:
    """Returns the four bytes that name a key. `content` is its kind and its public half."""
    return sha256(name.encode() + b"\n" + content).digest()[:4]


def strict(text: str) -> bytes:
    """Returns the bytes of a base64 text that is written in the only way. Raises Unreadable."""
    try:
        content = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        content = b""
    if not content or b64encode(content).decode() != text:
        raise Unreadable("un texte en base64 est mal écrit")
    return content


class Checkpoint(NamedTuple):
    """A checkpoint: the first lines of a note, and its signatures as pairs of a name and the bytes."""

    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @property
    def short(self) -> str:
        """Returns what a paper prints: the first 80 bits of the root."""
        return short(self.root)

    @property
    def successor(self) -> PublicKey | None:
        """Returns the key that it hands over to, None in most. Raises Unreadable."""
        line = self.text.decode().split("\n")[3]
        return PublicKey.read(line[4:]) if line.startswith("key ") else None

    def signed_by(self, key: PublicKey) -> bool:
        """Tells if a key signed it. Raises Unreadable for a false line of that key, or one of after its end."""
        lines = {made for name, made in self.signatures if name == key.name and made[:4] == key.id}
        if key.kind == 4:
            return any(self.cosigned(key))
        if any(not is_signed(key.public, self.text, made[4:]) for made in lines):
            raise Unreadable("une signature est fausse")
        if lines and key.until and (epoch_of(self.origin), self.size) > key.until:
            raise Unreadable("la clé qui l’a signé ne servait plus")
        return bool(lines)

    def cosigned(self, key: PublicKey) -> list[datetime]:
        """Returns when a witness cosigned it. Raises Unreadable for a false line of that witness."""
        dates = []
        for made in {made for name, made in self.signatures if name == key.name and made[:4] == key.id}:
            seconds = int.from_bytes(made[4:12], "big")
            if len(made) != 76 or not is_signed(key.public, text_to_cosign(seconds, self.text), made[12:]):
                raise Unreadable("la signature d’un témoin est fausse")
            if seconds >= 1 << 37:
                raise Unreadable("la date d’un témoin n’existe pas")
            dates.append(datetime.fromtimestamp(seconds, timezone.utc))
        return dates


def epoch_of(origin: str) -> int:
    """Returns the epoch that an origin names."""
    found = re.search(r"/registre/[^/]+/([1-9][0-9]{0,8})$", origin)
    return int(found[1]) if found else 1


def successors(keys: Sequence[PublicKey], notes: Sequence[Checkpoint]) -> list[PublicKey]:
    """Returns the keys and those that took over from them, as checkpoints say that both signed. Raises Unreadable."""
    all_keys = list(keys)
    for note in sorted(notes, key=lambda one: (epoch_of(one.origin), one.size)):
        for n, key in enumerate(all_keys):
            new, old = note.successor, key.of(note.origin)
            its = new and (new.name, key.kind) == (key.name, 1) and new.public != key.public and new.of(note.origin)
            if new and its and old and note.signed_by(old) and note.signed_by(its):
                all_keys[n] = key._replace(until=(epoch_of(note.origin), note.size))
                all_keys += [] if any(new.public == known.public for known in all_keys) else [new]
    return all_keys


def text_to_cosign(seconds: int, text: bytes) -> bytes:
    """Returns what a witness signs: the time, and the text of a checkpoint."""
    return b"cosignature/v1\ntime %d\n" % seconds + text


def checkpoint(note: str) -> Checkpoint:
    """Reads a checkpoint. Raises Unreadable."""
    text, blank, lines = note.rpartition("\n\n")
    parts = text.split("\n")
    if not blank or len(parts) < 3 or not note.endswith("\n") or "" in parts or re.search(r"[\0-\x09\x0b-\x1f]", note):
        raise Unreadable("ce n’est pas un point de contrôle")
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", parts[1]) or len(root := strict(parts[2])) != HASH:
        raise Unreadable("ce n’est pas un point de contrôle")
    signatures = []
    for line in lines[:-1].split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        if not match or len(made := strict(match[2])) < 5:
            raise Unreadable("une ligne de signature est mal écrite")
        signatures.append((match[1], made))
    return Checkpoint(parts[0], int(parts[1]), root, text.encode() + b"\n", tuple(signatures))


class Proof(NamedTuple):
    """Proof that an event stands at an index of a checkpoint. `extra` has what it said, {} without."""

    at: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    extra: dict[str, Any]


_PROOF = "c2sp.org/tlog-proof@v1\n"


def proof(text: str) -> Proof:
    """Reads a proof. Raises Unreadable."""
    head, blank, note = text.partition("\n\n")
    lines, extra = head.split("\n")[1:], b"{}"
    if not text.startswith(_PROOF) or not blank:
        raise Unreadable("ce n’est pas une preuve")
    if lines and lines[0].startswith("extra "):
        extra = strict(lines.pop(0)[6:])
    path = _hashes(lines[1:])
    if not lines or not (match := re.fullmatch(r"index (0|[1-9][0-9]{0,17})", lines[0])):
        raise Unreadable("cette preuve est mal écrite")
    try:
        fields = json.loads(extra)
    except (ValueError, RecursionError):
        raise Unreadable("ce que la preuve ajoute ne se lit pas") from None
    return Proof(int(match[1]), path, checkpoint(note), fields)


def extension(text: str) -> tuple[int, tuple[bytes, ...], Checkpoint]:
    """Reads the proof that a checkpoint extends one of an earlier size, as a witness takes it. Raises Unreadable."""
    head, blank, note = text.partition("\n\n")
    size, *lines = head.split("\n")
    if not blank or not (found := re.fullmatch(r"old (0|[1-9][0-9]{0,17})", size)):
        raise Unreadable("ce n’est pas une preuve")
    return int(found[1]), _hashes(lines), checkpoint(note)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    path = tuple(map(strict, lines))
    if len(path) > 63 or any(len(one) != HASH for one in path):
        raise Unreadable("cette preuve est mal écrite")
    return path


def read_fact(proof: Proof) -> Any:
    """Returns what the event of a proof said, None without. Raises Unreadable where the proof does not prove it."""
    if proof.extra == {}:
        return None
    try:
        state, stream, topic = strict(proof.extra["state"]), bytes.fromhex(proof.extra["stream"]), proof.extra["topic"]
        hashed = leaf(entry(proof.at + 1, proof.extra["version"], stream, body(topic.encode(), state)))
        record = json.loads(state)
        content, salt = (strict(proof.extra[name]) if "salt" in proof.extra else b"" for name in ("content", "salt"))
        said = {**record["data"], **json.loads(content or b"{}")}
        if salt and len(salt) != SALT:
            raise Unreadable("le sel de la preuve n’a pas sa longueur")
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError):
        raise Unreadable("ce que la preuve ajoute ne se lit pas") from None
    if content and record.get("commit") != b64encode(sha256(b"\x20" + salt + content).digest()).decode():
        raise Unreadable("ce contenu n’est pas celui qui fut enregistré")
    if not includes(hashed, proof.at, proof.checkpoint.size, proof.path, proof.checkpoint.root):
        raise Unreadable("ce fait n’est pas dans le registre de cette preuve")
    return {"topic": topic, "at": record.get("at"), "by": record.get("by"), "data": said}


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TYPED = str.maketrans("ILO", "110")


def short(root: bytes) -> str:
    """Returns the first 80 bits of a root as people type them: K7QF-2M9A-XX4T-0PDE."""
    bits = int.from_bytes(root[:10], "big")
    drawn = "".join(_CROCKFORD[bits >> 75 - 5 * n & 31] for n in range(16))
    return "-".join(drawn[n : n + 4] for n in range(0, 16, 4))


# --- signatures (RFC 8032)

_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_Point = tuple[int, int, int, int]


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tells if an Ed25519 signature is that of a public key."""
    key, first = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or not key or not first or s >= _L:
        return False
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % _L
    x, y, z, _ = _times(s, _BASE)
    u, v, w, _ = _plus(first, _times(k, key))
    return (x * w - u * z) % _P == 0 == (y * w - v * z) % _P


def _point(encoded: bytes) -> _Point | None:
    """Returns the point of 32 bytes, None when there is none."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(encoded) != 32 or y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P or (not x and sign):
        return None
    x = x if x & 1 == sign else _P - x
    return x, y, 1, x * y % _P


def _plus(p: _Point, q: _Point) -> _Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(count: int, point: _Point) -> _Point:
    product: _Point = (0, 1, 1, 0)
    while count:
        if count & 1:
            product = _plus(product, point)
        point, count = _plus(point, point), count >> 1
    return product


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little")) or (0, 1, 1, 0)


# --- a copy against what is held


UNKNOWN = -1
"""The size of a short code without the number of facts."""


class Held(NamedTuple):
    """A root that somebody holds. `name` is where it stands, `root` the whole of it or its first ten bytes.

    `note` is None on paper, whose `size` may be UNKNOWN. `proof` proves a fact in it. `is_signed`: a given key
    signed it. `dates` are those of witnesses whose keys are given; `successor` is the key that it hands over to, where
    a given key says so.
    """

    name: str
    size: int
    root: bytes
    note: Checkpoint | None = None
    proof: Proof | None = None
    dates: tuple[datetime, ...] = ()
    successor: str = ""
    is_signed: bool = False


class CopyFinding(NamedTuple):
    """A difference. `code` is a key of SENTENCES, `details` its words."""

    code: str
    details: dict[str, Any]


class CopyReport(NamedTuple):
    """The facts and the root of a copy, what of `held` stands in it, its epochs, and what differs.

    `read` is what was read: a copy, a proof between two dates, or only what is held.
    """

    read: Literal["copy", "proof", "held"]
    size: int
    root: bytes
    kept: list[Held]
    epochs: list[dict[str, Any]]
    findings: list[CopyFinding]


def read_held(text: str, keys: Sequence[PublicKey] = ()) -> list[Held]:
    """Reads what somebody holds: a file, or the line of a paper. Raises Unreadable."""
    return check_signatures(_read(text), keys)


def check_signatures(holdings: Sequence[Held], keys: Sequence[PublicKey]) -> list[Held]:
    """Checks the signatures of what was read with the keys of registers and of witnesses. Raises Unreadable."""
    all_keys, checked = successors(keys, [one.note for one in holdings if one.note]), []
    for holding in holdings:
        try:
            has_signer = bool(holding.note and _is_signed(holding.note, all_keys))
            new = holding.note.successor if holding.note and has_signer else None
            dates = [date for key in all_keys if holding.note and key.kind == 4 for date in holding.note.cosigned(key)]
        except Unreadable as error:
            raise Unreadable(f"{holding.name} : {error}") from None
        checked.append(holding._replace(dates=tuple(dates), successor=new.text if new else "", is_signed=has_signer))
    return checked


def _is_signed(checkpoint: Checkpoint, keys: Sequence[PublicKey]) -> bool:
    """Tells if keys of registers are given. Raises Unreadable where none of them signed a checkpoint."""
    given = [key.of(checkpoint.origin) for key in keys if key.kind == 1]
    if given and not sum(checkpoint.signed_by(key) for key in given if key):
        raise Unreadable("aucune des clés données n’a signé ce point de contrôle")
    return bool(given)


def _read(text: str) -> list[Held]:
    """Reads what somebody holds, whoever signed it: a file, or the line of a paper. Raises Unreadable."""
    try:
        file = Path(text)
        if file.is_file():
            if not 0 < file.stat().st_size <= HELD_BYTES:
                raise Unreadable("ce fichier est vide, ou pèse plus de 50 Mo")
            return read(text, file.read_bytes())
    except (OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
    holdings = list(_printed(text, text))
    if not holdings:
        raise Unreadable("ce n’est ni un fichier qui se lit, ni la ligne d’un papier (« 1 205 faits · K7QF-2M9A-… »)")
    return holdings


def read(name: str, content: bytes) -> list[Held]:
    """Reads what somebody holds: a message, a checkpoint, a proof, a PDF, the line of a paper. Raises Unreadable."""
    holdings = list[Held]()
    for part in _parts(content):
        inside = (
            map(partial(_proven, name), _read_attachments(part)) if _is_pdf(part) else _read_text(name, _decoded(part))
        )
        for one in inside:
            holdings += [] if one in holdings else [one]
    if not holdings and _is_pdf(content):
        raise Unreadable("ce PDF ne contient pas de preuve : il en faut un que pixflow a remis, et non son impression")
    if not holdings:
        raise Unreadable(
            "on n’y trouve ni point de contrôle ni preuve : il faut le message reçu (en .eml ou en texte), le PDF du "
            "papier, ou sa ligne (« Registre : 1 205 faits · K7QF-2M9A-… »)"
        )
    return [one for one in holdings if one.note] or holdings


def _parts(content: bytes) -> Iterator[bytes]:
    """Yields the texts and the files of a saved message, and any other file as it is. Raises Unreadable."""
    if not re.match(rb"(?:From .*\n)?[!-9;-~]+:[ \t].*\n(?:[!-9;-~]+:|[ \t]|\r?\n)", content):
        yield content
        return
    try:
        for part in message_from_bytes(content).walk():
            inside = part.get_payload(decode=True)
            if isinstance(inside, bytes):
                yield inside
    except RecursionError:
        raise Unreadable("ce message a trop de parties") from None


def _decoded(content: bytes) -> str:
    """Returns a text without the signs that mail programs put before its lines."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return "\n".join(line.lstrip("> |\t\xa0").rstrip() for line in text.splitlines()).strip() + "\n"


def _read_text(name: str, text: str) -> Iterator[Held]:
    """Yields what a text has: checkpoints and a proof, else the lines of papers. Raises Unreadable."""
    before, mark, after = text.partition(_PROOF)
    for note in _notes(before):
        yield Held(name, note.size, note.root, note)
    if mark:
        yield _proven(name, mark + after)
    else:
        yield from _printed(name, text)


def _proven(name: str, text: str) -> Held:
    one = proof(text)
    return Held(name, one.checkpoint.size, one.checkpoint.root, one.checkpoint, one)


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF")


_NOTE = re.compile(
    r"(?<!\S)(\S+)\s+([0-9]+)\s+([A-Za-z0-9+/]{43}=)\s+(?:key\s+(\S+)\s+)?((?:—\s+\S+\s+[A-Za-z0-9+/]+={0,2}\s+)+)"
)
"""A checkpoint among other words: its lines may be wrapped, or stand apart."""


def _notes(text: str) -> Iterator[Checkpoint]:
    """Yields the checkpoints of a text. Raises Unreadable."""
    try:
        yield checkpoint(text)
    except Unreadable:
        for origin, size, root, key, lines in _NOTE.findall(text):
            signatures = re.sub(r"—\s+(\S+)\s+(\S+)\s+", r"— \1 \2\n", lines)
            yield checkpoint("\n".join([origin, size, root, *([f"key {key}"] if key else []), "", signatures]))


_CODE = re.compile(r"(?<![0-9A-Z-])[0-9A-TV-Z]{4}(?:-\s{0,2}[0-9A-TV-Z]{4}){3}(?![0-9A-Z-])", re.IGNORECASE | re.ASCII)
_SIZE = re.compile(r"([0-9][0-9\s]*)(?:faits?)?[\s·:,(]*$", re.IGNORECASE)


def _printed(name: str, text: str) -> Iterator[Held]:
    """Yields the short codes of a text, each with the number of facts before it. Raises Unreadable."""
    for found in _CODE.finditer(text):
        before, bits = _SIZE.search(text[max(0, found.start() - 60) : found.start()]), 0
        for one in re.sub(r"[-\s]", "", found[0]).upper().translate(_TYPED):
            bits = bits << 5 | _CROCKFORD.index(one)
        size = re.sub(r"\D", "", before[1]) if before else ""
        if len(size) > 18:
            raise Unreadable("ce nombre de faits n’est pas celui d’un papier")
        yield Held(name, int(size) if size else UNKNOWN, bits.to_bytes(10, "big"))


def _read_attachments(content: bytes) -> Iterator[str]:
    """Yields the proofs attached to a PDF."""
    for found in re.finditer(rb"stream\r?\n", content):
        first, last = found.end(), found.end() + (1 << 20)
        try:
            inside = zlib.decompressobj().decompress(memoryview(content)[first:last], 1 << 20)
        except zlib.error:
            inside = content[first : max(first, content.find(b"endstream", first, last))].rstrip(b"\r\n") + b"\n"
        if inside.startswith(_PROOF.encode()):
            yield inside.decode("utf-8", "replace")


_ID = re.compile("[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ENTRY = 64
"""Bytes of an entry: position, version, stream, digest of what is stored."""
_EVENTS = """SELECT position, originator_id, originator_version, CAST(topic AS BLOB), CAST(state AS BLOB)
    FROM stored_events ORDER BY position"""
_COMMANDS = "SELECT id, actor, first_position, last_position FROM commands ORDER BY first_position"
_BEGUN = b"structure.RegisterBegun"


def check(copy: Path, holdings: Sequence[Held], register: Path | None = None) -> CopyReport:
    """Compares a copy with what is held, and with the tiles of the register. Raises Unreadable."""
    for file in (copy, *([register] if register else [])):
        if not file.is_file() or not file.stat().st_size:
            raise Unreadable(f"il n’y a pas de fichier {file}, ou il est vide")
    try:
        if not _is_database(copy):
            if copy.stat().st_size > ENTRIES:
                raise Unreadable(f"{copy} n’est pas une base, et pèse trop pour des empreintes")
            with copy.open("rb") as opened:
                found = list[CopyFinding]()
                return _report(_leaves(iter(partial(opened.read, ENTRY), b""), found), holdings, found, [])
        for beside in (copy.with_name(copy.name + end) for end in ("-wal", "-journal")):
            if beside.exists() and beside.stat().st_size:
                raise Unreadable(f"{beside.name} est à côté d’elle : ce n’est pas une sauvegarde")
        with sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro&immutable=1", uri=True) as events:
            events.text_factory = lambda text: text.decode("utf-8", "replace")
            made = _Check(events, holdings, _tiles(register) if register else b"")
            return _report(made.leaves(), holdings, made.found, made.epochs)
    except (sqlite3.Error, OSError) as error:
        raise Unreadable(f"la base ne se lit pas : {error}") from None


def _is_database(copy: Path) -> bool:
    with copy.open("rb") as file:
        return file.read(15) == b"SQLite format 3" or copy.stat().st_size % ENTRY != 0


def _report(
    leaves: Iterable[bytes], holdings: Sequence[Held], findings: list[CopyFinding], epochs: list[dict[str, Any]]
) -> CopyReport:
    """Compares leaves with what is held. Whoever yields them fills `findings` and `epochs`."""
    tree, sizes, roots = Tree(), {one.size for one in holdings}, {0: EMPTY}
    codes = {one.root: UNKNOWN for one in holdings if one.size == UNKNOWN}
    for hashed in leaves:
        tree.add(hashed)
        if tree.size in sizes:
            roots[tree.size] = tree.root()
        if codes and (root := tree.root())[:10] in codes:
            roots[tree.size], codes[root[:10]] = root, tree.size
    sized = [one._replace(size=codes[one.root]) if one.size == UNKNOWN else one for one in holdings]
    kept, differing = compare_roots(roots, sized, epochs)
    return CopyReport("copy", tree.size, tree.root(), kept, epochs, [*findings, *differing, *untrue(holdings)])


def _leaves(entries: Iterable[bytes], findings: list[CopyFinding]) -> Iterator[bytes]:
    """Yields the leaves of a file of entries, and notes what is wrong. It says nothing of commands and dates."""
    versions: dict[bytes, int] = {}
    for place, entry in enumerate(entries, 1):
        position, version, stream = int.from_bytes(entry[:8], "big"), int.from_bytes(entry[8:16], "big"), entry[16:32]
        if position != place:
            findings.append(CopyFinding("position", {"position": place}))
        if version != versions.get(stream, 0) + 1:
            findings.append(CopyFinding("version", {"position": place, "version": version, "stream": stream.hex()}))
        del findings[NOTED:]
        versions[stream] = version
        yield leaf(entry)


def compare(text: str, holdings: Sequence[Held], keys: Sequence[PublicKey] = ()) -> CopyReport:
    """Compares what is held with the proof that a checkpoint extends an earlier one. Raises Unreadable."""
    old, path, checkpoint = extension(text)
    this = Held("cette preuve", checkpoint.size, checkpoint.root, checkpoint, is_signed=_is_signed(checkpoint, keys))
    matches, findings = list[Held](), list(untrue(holdings))
    for each in holdings:
        sizes = [checkpoint.size, old] if each.size == UNKNOWN else [each.size]
        leading = [size for size in sizes if _leads(old, path, checkpoint, each._replace(size=size))]
        if leading:
            matches.append(each._replace(size=leading[0]))
        elif each.note and each.note.origin == checkpoint.origin and _tells(old, path, checkpoint, each.size):
            findings.append(_report_fork(each, this))
        else:
            theirs, ours = epoch_of(each.note.origin if each.note else checkpoint.origin), epoch_of(checkpoint.origin)
            short = old in sizes and len(each.root) < HASH and not old & (old - 1)
            code = "epoch" if theirs != ours else "paper" if short else "apart"
            findings.append(CopyFinding(code, {"held": each.name, "old": old, "theirs": theirs, "ours": ours}))
    return CopyReport("proof", checkpoint.size, checkpoint.root, matches, [], findings)


def _tells(old: int, path: Sequence[bytes], checkpoint: Checkpoint, size: int) -> bool:
    """Tells if a proof tells the root of a size by itself: that of its end, or of its beginning."""
    roots = grown(old, b"", checkpoint.size, path) if size == old and 0 < old < checkpoint.size else None
    return size == checkpoint.size or (roots is not None and roots[1] == checkpoint.root)


def check_held(holdings: Sequence[Held]) -> CopyReport:
    """Checks what is held without a copy: who signed it, and what its proofs say. Raises Unreadable."""
    signed_holdings, findings = list[Held](), list(untrue(holdings))
    for holding in holdings:
        if not holding.note or (holding.proof and not holding.proof.extra):
            raise Unreadable(f"{holding.name} : il manque une copie des faits (events.db), à laquelle le comparer")
        if not holding.is_signed:
            raise Unreadable(
                f"{holding.name} : il manque la clé du registre (--key), ou une copie des faits (events.db)"
            )
        findings += [_report_fork(holding, each) for each in signed_holdings if _is_forked(holding, each)]
        signed_holdings.append(holding)
    return CopyReport("held", 0, b"", signed_holdings, [], findings)


def untrue(known: Iterable[Held]) -> Iterator[CopyFinding]:
    """Yields the proofs that do not prove what they say of a fact."""
    for holding in known:
        try:
            _fact_of(holding)
        except Unreadable as error:
            yield CopyFinding("untrue", {"held": holding.name, "why": error})


def _fact_of(one: Held) -> Any:
    """Returns what the fact said that somebody holds a proof of, None without. Raises Unreadable."""
    return read_fact(one.proof) if one.proof else None


def _leads(old: int, path: Sequence[bytes], checkpoint: Checkpoint, held: Held) -> bool:
    """Tells if a proof leads from what is held to a checkpoint, or to it. It may tell the root of a paper itself."""
    if held.size == checkpoint.size:
        return checkpoint.root.startswith(held.root)
    if held.size != old or len(held.root) == HASH:
        return held.size == old and extends(old, held.root, checkpoint.size, checkpoint.root, path)
    roots = grown(old, held.root, checkpoint.size, path) if 0 < old < checkpoint.size else None
    return roots is not None and roots[0].startswith(held.root) and roots[1] == checkpoint.root


def _tiles(register: Path) -> bytes:
    """Returns the leaves of the last epoch of a register."""
    with sqlite3.connect(f"{register.resolve().as_uri()}?mode=ro", uri=True) as tiles:
        last = "SELECT hashes FROM tiles WHERE level = 0 AND epoch = (SELECT max(epoch) FROM tiles) ORDER BY n"
        leaves = b"".join(row[0] if isinstance(row[0], bytes) else bytes(WIDTH * HASH) for row in tiles.execute(last))
    if not leaves:
        raise Unreadable("ce registre n’a aucune empreinte")
    return leaves


class _Check:
    """One reading of a copy: each fact is hashed first, and parsed afterwards."""

    def __init__(self, events: sqlite3.Connection, holdings: Sequence[Held], tiles: bytes) -> None:
        for table in ("stored_events", "commands"):
            made = events.execute("SELECT type FROM sqlite_master WHERE name = ? AND rootpage > 0", (table,)).fetchall()
            if made != [("table",)]:
                raise Unreadable(f"{table} n’est pas une table")
        self._events, self._tiles = events, tiles
        self._commands = events.execute(_COMMANDS)
        self._command: tuple[Any, ...] = ("", "", 0, 0)
        self._versions: dict[Any, int] = {}
        self.found: list[CopyFinding] = []
        self.epochs: list[dict[str, Any]] = []
        self._dates = [(one.size, date - MARGIN) for one in holdings for date in one.dates]

    def leaves(self) -> Iterator[bytes]:
        """Yields the leaf of each row, and notes what is wrong with it, then with the end."""
        size = 0
        for size, row in enumerate(self._events.execute(_EVENTS), 1):
            yield self._leaf(size, *row)
        if self._command[3] != size or next(self._commands, None):
            self._note("end", size)
        if len(self._tiles) > HASH * size:
            self._note("shorter", size, register=len(self._tiles) // HASH)

    def _note(self, code: str, position: int, **details: Any) -> None:
        if len(self.found) < NOTED:
            self.found.append(CopyFinding(code, {"position": position, **details}))

    def _leaf(self, expected: int, position: Any, stream: Any, version: Any, topic: Any, state: Any) -> bytes:
        try:
            id = bytes.fromhex(stream.replace("-", "") if _ID.fullmatch(stream) else "")
            hashed = leaf(entry(position, version, id, body(topic, state)))
        except (TypeError, ValueError, AttributeError, OverflowError):
            hashed = EMPTY
        topic, state = topic or b"", state or b""
        details = {"topic": topic.decode("utf-8", "replace"), "stream": stream, "version": version}
        at = HASH * (expected - 1)
        if at < len(self._tiles) and self._tiles[at : at + HASH] != hashed:
            self._note("fact", expected, **details)
        if position != expected:
            self._note("position", expected)
        following = self._versions.get(stream, 0) + 1
        if version != following:
            self._note("version", expected, **details)
        self._versions[stream] = version if isinstance(version, int) else following
        self._stamps(expected, topic, state, details)
        return hashed

    def _stamps(self, position: int, topic: bytes, state: bytes, details: dict[str, Any]) -> None:
        """Compares the stamps of an event with its command, and with the dates of witnesses."""
        if position > self._command[3]:
            before, (*command, last) = self._command[3], next(self._commands, ("", "", 0, 0))
            self._command = (*command, last if isinstance(last, int) else position)
            if self._command[2] != before + 1 or last != self._command[3]:
                self._note("command", position, **details)
        try:
            said = json.loads(state)
            at, by, command = said["at"].rstrip("Z"), said["by"], said["command"].replace("-", "")
            day = datetime.fromisoformat(at[:26]).replace(tzinfo=timezone.utc) if self._dates else None
            if topic == _BEGUN:
                begun = {name: said["data"][name] for name in ("epoch", "kept")}
                if not all(type(one) is int for one in begun.values()):
                    raise ValueError(begun)
                self.epochs.append({"position": position, "at": at, **begun})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._note("unreadable", position, **details)
            return
        if (command, by) != (str(self._command[0]).replace("-", ""), self._command[1]):
            self._note("author", position, **details)
        if day and any(position > size and day < date for size, date in self._dates):
            self._note("backdated", position, at=at, **details)


def compare_roots(
    roots: dict[int, bytes], holdings: Sequence[Held], epochs: Sequence[dict[str, Any]]
) -> tuple[list[Held], list[CopyFinding]]:
    """Returns what is held and stands in the copy; then the rest, each with the interval in which it changed."""
    ordered, findings, since = sorted(holdings, key=lambda one: one.size), list[CopyFinding](), 0
    matches = [one for one in ordered if one.size in roots and roots[one.size].startswith(one.root)]
    for n, holding in enumerate(ordered):
        if holding in matches:
            since = holding.size
        elif other := next((each for each in [*matches, *ordered[:n]] if _is_forked(holding, each, roots)), None):
            findings.append(_report_fork(holding, other))
        else:
            number = epoch_of(holding.note.origin) if holding.note else 1
            ends = [begun["kept"] for begun in epochs if begun["epoch"] > number and begun["kept"] < holding.size]
            code = "interval" if holding.size in roots else "nowhere" if holding.size == UNKNOWN else "cut"
            if ends:
                code = "restored" if holding.note else "either"
            details = {"since": min(since, holding.size - 1) + 1, "kept": min(ends, default=0), "held": holding.name}
            findings.append(CopyFinding(code, {"position": holding.size, **details}))
    return matches, findings


def _is_forked(holding: Held, other: Held, roots: dict[int, bytes] | None = None) -> bool:
    """Tells if two checkpoints of a register exclude each other: two trees of a size, or `other` begins otherwise.

    `roots` are those of a copy without `holding`: it tells how a longer `other` begins that stands in it.
    """
    if not holding.note or not other.note or holding.note.origin != other.note.origin:
        return False
    if holding.size == other.size:
        return holding.root != other.root
    return holding.size < other.size and (roots or {}).get(other.size) == other.root


def _report_fork(holding: Held, other: Held) -> CopyFinding:
    """Returns that two checkpoints exclude each other: it is a fork where a given key signed both."""
    code = "fork" if holding.is_signed and other.is_signed else "two"
    details = {"held": holding.name, "size": holding.size, "short": short(holding.root)}
    return CopyFinding(code, {**details, "other": other.name, "others": other.size, "shorts": short(other.root)})


SENTENCES = {
    "fact": "Le fait n° {position} ({topic}, fiche {stream}, version {version}) n’est plus celui que le registre a lu.",
    "interval": "{held} : entre les faits n° {since} et n° {position}, au moins un n’est plus celui d’alors.",
    "cut": "{held} : il atteste {position} faits, cette copie en a moins : la fin manque.",
    "shorter": "Le registre a lu {register} faits, cette copie en a {position} : la fin manque.",
    "nowhere": "{held} : aucun début de cette copie n’a ce code : un fait n’est plus celui d’alors, ou la fin manque. "
    "Le nombre de faits, imprimé devant le code, dirait lequel.",
    "fork": "UNE MÊME CLÉ A SIGNÉ DEUX SUITES DIFFÉRENTES : {held} ({size} faits, {short}) et {other} ({others} faits, "
    "{shorts}). L’une ne prolonge pas l’autre. Gardez les deux : il n’y a pas de preuve plus forte.",
    "two": "{held} ({size} faits, {short}) et {other} ({others} faits, {shorts}) s’excluent, et nomment le même "
    "registre. Avec sa clé (--key), on saurait si elle a signé les deux.",
    "untrue": "{held} : {why}.",
    "either": "{held} : ou une sauvegarde a été remise depuis, après le fait n° {kept}, ou un fait n’est plus celui "
    "d’alors. Une ligne de papier ne dit pas lequel : son PDF le dirait.",
    "restored": "{held} : une sauvegarde a été remise depuis ; après le fait n° {kept}, ce qu’il atteste est perdu.",
    "position": "À la place du fait n° {position} s’en trouve un autre : un numéro manque ou se répète.",
    "version": "Le fait n° {position} porte la version {version} de la fiche {stream} : ce n’est pas la suivante.",
    "command": "Le fait n° {position} n’appartient à aucune commande.",
    "author": "Le fait n° {position} ({topic}) nomme une autre commande ou une autre personne que la sienne.",
    "end": "Les commandes ne finissent pas avec le dernier fait, le n° {position}.",
    "unreadable": "Le fait n° {position} ne se lit pas.",
    "apart": "{held} : cette preuve va de {old} faits à la suite, et n’est pas la sienne.",
    "epoch": "{held} : il est de l’époque {theirs} du registre, cette preuve de l’époque {ours} : une sauvegarde a été "
    "remise entre les deux, ou le registre perdu. Demandez une copie des faits.",
    "paper": "{held} : cette preuve ne se lit pas avec un papier de {old} faits. Demandez une copie des faits.",
    "backdated": "Le fait n° {position} se dit enregistré le {at} : un témoin atteste qu’il n’existait pas encore.",
}


def words(report: CopyReport) -> Iterator[str]:
    """Yields what a report says, a sentence a line."""
    if report.read != "held":
        yield f"{report.size} faits. Racine : {short(report.root)}"
    for one in report.epochs[1:]:
        yield f"Le registre a été repris le {one['at'][:10]}, après {one['kept']} faits : époque {one['epoch']}."
    for holding in report.kept:
        how = "Signé" if report.read == "held" else "Inchangé"
        yield f"{how} : {holding.name}, {holding.size} faits ({short(holding.root)})."
        if holding.successor:
            yield f"  Depuis le fait n° {holding.size}, une autre clé signe le registre : {holding.successor}"
        if holding.proof and not any(untrue([holding])) and (said := _fact_of(holding)):
            yield f"  Ce que disait le fait n° {holding.proof.at + 1} : {json.dumps(said, ensure_ascii=False)}"
    if not report.kept and not report.findings:
        yield "Rien de détenu n’a été comparé : une fin coupée ne se verrait pas."
    for finding in report.findings[:MOST]:
        yield "✗ " + SENTENCES[finding.code].format(**finding.details)
    if len(report.findings) > MOST:
        yield f"✗ et {len(report.findings) - MOST} autres différences"
    yield from _list_unread(report)


def _list_unread(report: CopyReport) -> Iterator[str]:
    """Yields what a report does not tell, where it could seem to."""
    last = max((one.size for one in report.kept), default=0)
    if report.read == "held":
        yield "Non lu : les faits. Sans une copie (events.db), rien ne dit s’ils sont encore ceux d’alors."
    if report.read == "copy" and 0 < last < report.size:
        yield f"Non lu : ce qui suit le fait n° {last}, que rien de détenu n’atteste."
    if any(one.proof or not one.note for one in report.kept):
        yield "Non lu : le texte imprimé du papier. Seul son PDF dit ce que disait le fait : comparez-les."


_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that a terminal would obey instead of showing them."""
_HIDES = "\ufffd"


USAGE = """\
python3 verifier.py COPIE [DÉTENU …] [--key CLÉ …] [--register BASE]
python3 verifier.py DÉTENU … --key CLÉ

  COPIE            le events.db d’une sauvegarde, les empreintes de tous les faits, ou une preuve entre deux dates
  DÉTENU           message enregistré (.eml, .txt), point de contrôle, preuve, PDF d’un papier, sa ligne entre
                   guillemets (« 1 205 faits · K7QF-2M9A-XX4T-0PDE »), ou ce code seul
  --key CLÉ        une clé publique, du registre ou d’un témoin : qui a signé
  --register BASE  la base du registre : elle nomme le fait qui diffère

Il sort avec 0 : inchangé ; 1 : changé ; 2 : rien n’a été comparé."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if {"-h", "--help"} & set(given):
        print(USAGE)
        return 0
    try:
        files, keys, registers = _options(given)
    except Unreadable as error:
        print(f"{_HIDDEN.sub(_HIDES, str(error))}.\n\n{USAGE}", file=sys.stderr)
        return 2
    return run(Path(files[0]), files[1:], keys, Path(registers[-1]) if registers else None)


def _options(given: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Returns the files, the keys and the registers of a command line. Raises Unreadable."""
    files, words = list[str](), iter(given)
    options: dict[str, list[str]] = {"--key": [], "--register": []}
    for word in words:
        name, equals, value = word.partition("=")
        if name in options:
            value = value if equals else next(words, "")
            if not value:
                raise Unreadable(f"Il manque ce qui suit {name}")
            options[name].append(value)
        elif word == "--":
            files += words
        elif word.startswith("-"):
            raise Unreadable(f"{name} n’est pas une option")
        else:
            files.append(word)
    if not files:
        raise Unreadable("Il manque ce qu’il faut vérifier")
    return files, options["--key"], options["--register"]


def run(copy: Path, texts: Sequence[str], public: Sequence[str], register: Path | None) -> int:
    """Compares a copy, or a proof between two dates, with what is held; `public` are keys. Returns the exit code.

    What is held may stand in the place of the copy.
    """
    try:
        keys = [PublicKey.read(one) for one in public]
        proves, held_alone = _text(copy), _is_held(copy)
        read = [root for one in ([str(copy)] if held_alone else []) + list(texts) for root in _read_argument(one)]
        keys, roots = successors(keys, [one.note for one in read if one.note]), check_signatures(read, keys)
        if proves:
            report = compare(proves, roots, keys)
        else:
            report = check_held(roots) if held_alone else check(copy, roots, register)
        for line in words(report):
            print(_HIDDEN.sub(_HIDES, line))
    except (Unreadable, OSError) as error:
        why = error if isinstance(error, Unreadable) else f"{copy} ne se lit pas"
        print(_HIDDEN.sub(_HIDES, f"Rien n’est comparé : {why}."), file=sys.stderr)
        return 2
    return 1 if report.findings else 0


def _text(file: Path) -> str:
    """Returns the text of a proof between two checkpoints, "" for another file."""
    if not file.is_file() or file.stat().st_size >= 20_000:
        return ""
    text = _decoded(file.read_bytes())
    return text if text.startswith("old ") else ""


def _is_held(file: Path) -> bool:
    """Tells if a file is neither a database nor entries, nor a proof between two checkpoints."""
    if not file.is_file():
        return bool(_CODE.search(str(file)))
    with file.open("rb") as opened:
        start = opened.read(16)
    return start[:1] not in (b"", b"\0") and not start.startswith(b"SQLite format 3") and not _text(file)


def _read_argument(text: str) -> list[Held]:
    try:
        return _read(text)
    except Unreadable as error:
        raise Unreadable(f"{text} : {error}") from None


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may know less than UTF-8
    sys.exit(main())
