"""Logs with true proofs and forged ones, and what each verifier says of them."""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from pixflow.ledger import notes, tree, verify
from pixflow.ledger.notes import Signer
from pixflow.ledger.tree import Tiles
from pixflow.ledger.verify import EMPTY, checkpoint

SIGNER = Signer(b"k" * 32, "pix.exemple.fr/registre/00")
STRANGER = Signer(b"o" * 32, SIGNER.key.name)
SIZES = [*range(1, 18), 31, 32, 33, 100, 255, 256, 257, 300]


@dataclass(frozen=True)
class Case:
    """A proof: a leaf, its index, the hashes that lead to the root of a checkpoint, and its signature."""

    index: int
    leaf: bytes
    path: tuple[bytes, ...]
    size: int
    root: bytes
    line: str

    @property
    def note(self) -> str:
        return f"{SIGNER.key.name}\n{self.size}\n{notes.base64(self.root)}\n\n{self.line}"

    @property
    def proof(self) -> str:
        return notes.proof(self.index, self.path, self.note)

    @property
    def code(self) -> str:
        return notes.code(self.index + 1, self.leaf, checkpoint(self.note))


class SmallLog:
    """A log of some leaves. `is_true` compares byte for byte with what it proves itself."""

    def __init__(self, random: Random) -> None:
        self.random, self.size = random, random.choice(SIZES)
        self.leaves = [random.randbytes(32) for _ in range(self.size)]
        self.tiles = Tiles()
        self.tiles.update(tree.add_leaves(self.read, 0, self.leaves))
        self.root = tree.root(self.read, self.size)

    def read(self, level: int, n: int) -> bytes:
        return self.tiles[level, n]

    def case(self) -> Case:
        index = self.random.randrange(self.size)
        line = SIGNER.line(checkpoint(SIGNER.checkpoint(self.size, self.root)).text)
        return Case(index, self.leaves[index], self.path(index), self.size, self.root, line)

    def path(self, index: int) -> tuple[bytes, ...]:
        return tuple(tree.inclusion(self.read, index, self.size))

    def is_true(self, one: Case) -> bool:
        """Tells if this log says so itself."""
        whole = one.index < self.size and (one.leaf, one.path) == (self.leaves[one.index], self.path(one.index))
        return whole and one == replace(self.case(), index=one.index, leaf=one.leaf, path=one.path)


def flipped(some: bytes, random: Random) -> bytes:
    at = random.randrange(len(some))
    return some[:at] + bytes([some[at] ^ 1 << random.randrange(8)]) + some[at + 1 :]


def an_inner_hash_for_a_leaf(log: SmallLog, one: Case) -> Case:
    """The hash of two leaves, with the rest of the way: right at each step, but too short."""
    if not one.path:
        return one
    sibling, index = one.path[0], one.index
    left, right = (sibling, one.leaf) if index & 1 or index == log.size - 1 else (one.leaf, sibling)
    return replace(one, index=index >> 1, leaf=verify.node(left, right), path=one.path[1:])


def another_root_that_fits(log: SmallLog, one: Case) -> Case:
    """A whole tree of somebody else, under the signature of ours."""
    return replace(SmallLog(log.random).case(), line=one.line)


FORGERIES: list[Callable[[SmallLog, Case], Case]] = [
    lambda log, one: replace(one, leaf=flipped(one.leaf, log.random)),
    lambda log, one: replace(one, index=log.random.randrange(log.size)),
    lambda log, one: replace(one, index=one.index + (1 << log.random.randrange(1, 20))),
    lambda log, one: replace(one, index=log.size),
    lambda log, one: replace(one, path=(*one.path, log.random.randbytes(32))),
    lambda log, one: replace(one, path=(*one.path, log.root)),
    lambda log, one: replace(one, path=(one.leaf, *one.path)),
    lambda log, one: replace(one, path=one.path[:-1]),
    lambda log, one: replace(one, path=one.path[1:]),
    lambda log, one: replace(one, path=one.path[::-1]),
    lambda log, one: replace(one, path=tuple(flipped(each, log.random) for each in one.path)),
    lambda log, one: replace(one, path=log.path(log.random.randrange(log.size))),
    lambda log, one: replace(one, path=(), leaf=one.root),
    lambda log, one: replace(one, size=one.size + 1),
    lambda log, one: replace(one, size=max(1, one.size - 1)),
    lambda log, one: replace(one, root=flipped(one.root, log.random)),
    lambda log, one: replace(one, root=EMPTY, leaf=EMPTY, path=()),
    lambda log, one: replace(one, line=STRANGER.line(checkpoint(one.note).text)),
    lambda log, one: replace(one, line=SIGNER.line(checkpoint(one.note).text + b"x\n")),
    an_inner_hash_for_a_leaf,
    another_root_that_fits,
]  # fmt: skip


def cases(seed: int, logs: int, forged: int) -> Iterator[tuple[Case, bool]]:
    """Yields a true proof of each log, and so many forged ones, each with what its log says of it."""
    random = Random(seed)
    for n in range(logs):
        log = SmallLog(random)
        yield log.case(), True
        made = 0
        while made < forged * (n + 1) // logs - forged * n // logs:
            one = random.choice(FORGERIES)(log, log.case())
            if not log.is_true(one):
                made += 1
                yield one, False


ALONE = """
import json, runpy, sys
verify = runpy.run_path(sys.argv[1])
key, said = verify["PublicKey"].read(sys.argv[2]), []
for text, leaf in json.load(sys.stdin):
    try:
        one = verify["proof"](text)
        signed = one.checkpoint.signed_by(key)
        held = verify["includes"](bytes.fromhex(leaf), one.at, one.checkpoint.size, one.path, one.checkpoint.root)
        said.append(bool(signed and held))
    except verify["Unreadable"]:
        said.append(False)
print(json.dumps(said))
"""


def by_the_file_alone(found: list[Case]) -> list[bool]:
    """Returns what verifier.py says, in a process that has nothing but it."""
    asked = json.dumps([(one.proof, one.leaf.hex()) for one in found])
    command = [sys.executable, "-I", "-c", ALONE, str(verify.__file__), SIGNER.key.text]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def by_a_verifier_without_the_length(one: Case) -> bool:
    """A verifier that walks the hashes that it is given, and forgets to ask if they are as many as the tree has."""
    at, last, found = one.index, one.size - 1, one.leaf
    for each in one.path:
        if at & 1 or at == last:
            found = verify.node(each, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = verify.node(found, each)
        at, last = at >> 1, last >> 1
    made = next(made for _, made in checkpoint(one.note).signatures)[4:]
    return found == one.root and verify.is_signed(SIGNER.key.public, checkpoint(one.note).text, made)


def page() -> dict[str, Any]:
    """Returns what the page of the proof needs of the register."""
    return {"origin": SIGNER.key.name, "key": b64encode(SIGNER.key.public).decode()}
