"""Tests trees and proofs against RFC 6962 as it is written, and forged ones against both sides."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.ledger import tree, verify
from pixflow.ledger.tree import Tiles
from pixflow.ledger.verify import Tree, extends, includes, node

EMPTY_LEAF = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
"""Leaf of an empty entry, and roots of the first of the eight entries of the reference implementation of RFC 6962."""
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    1: EMPTY_LEAF,
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def leaves(count: int) -> list[bytes]:
    return [sha256(b"\0" + n.to_bytes(8, "big")).digest() for n in range(count)]


def written(found: Sequence[bytes]) -> bytes:
    """The root as RFC 6962 defines it."""
    if len(found) < 2:
        return found[0] if found else verify.EMPTY
    half = 1 << (len(found) - 1).bit_length() - 1
    return node(written(found[:half]), written(found[half:]))


def grown(*parts: int) -> Tiles:
    tiles, size, found = Tiles(), 0, leaves(sum(parts))
    for part in parts:
        tiles.update(tree.add_leaves(lambda level, n: tiles[level, n], size, found[size : size + part]))
        size += part
    return tiles


def reader(tiles: Tiles) -> tree.Read:
    return lambda level, n: tiles[level, n]


@pytest.mark.parametrize("size", ROOTS)
def test_the_vectors_of_rfc_6962(size: int) -> None:
    made = Tree()
    for entry in ENTRIES[:size]:
        made.add(sha256(b"\0" + bytes.fromhex(entry)).digest())
    assert made.root().hex() == ROOTS[size]


SIZES = [*range(1, 40), 255, 256, 257, 511, 513, 700]


def test_the_same_root_in_one_go_in_parts_and_as_it_is_written() -> None:
    tiles, found, made = grown(*[7] * 100), leaves(700), Tree()
    for size, one in enumerate(found, start=1):
        made.add(one)
        if size in SIZES:
            assert tree.root(reader(tiles), size) == made.root() == written(found[:size]), size
    assert grown(700) == tiles
    assert tree.root(reader(tiles), 0) == Tree().root() == sha256().digest()


def test_three_levels_of_tiles() -> None:
    count = 256 * 256 + 300
    tiles, found = grown(count), leaves(count)
    assert {level for level, _ in tiles} == {0, 1, 2}
    assert tree.root(reader(tiles), count) == written(found)
    for index in (0, 65_535, 65_536, count - 1):
        path = tree.inclusion(reader(tiles), index, count)
        assert includes(found[index], index, count, path, written(found))


@given(st.integers(1, 600), st.randoms(use_true_random=False))
def test_a_true_proof_holds_and_a_bent_one_does_not(size: int, random: Random) -> None:
    tiles, found = reader(_TILES), _LEAVES[:size]
    index, old = random.randrange(size), random.randrange(1, size + 1)
    root, before = tree.root(tiles, size), tree.root(tiles, old)
    path = tree.inclusion(tiles, index, size)
    assert includes(found[index], index, size, path, root)
    assert not includes(found[index], size, size, path, root)
    assert not includes(found[index], -1, size, path, root)
    steps = tree.consistency(tiles, old, size)
    assert extends(old, before, size, root, steps)
    assert extends(0, verify.EMPTY, size, root, [])
    for bent in _bent(path, random):
        assert not includes(found[index], index, size, bent, root)
    for bent in _bent(steps, random):
        assert not extends(old, before, size, root, bent)
    if old != size:
        assert not extends(size, root, old, before, steps)
        assert not extends(old, root, size, root, steps)


_TILES, _LEAVES = grown(600), leaves(600)


def _bent(path: Sequence[bytes], random: Random) -> list[list[bytes]]:
    """Proofs that are longer, shorter, in another order, or have another bit."""
    found = [[*path, path[-1] if path else verify.EMPTY], [verify.EMPTY, *path]]
    if path:
        at = random.randrange(len(path))
        flipped = bytes([path[at][0] ^ 1]) + path[at][1:]
        found += [list(path[:-1]), list(path[1:]), [*path[:at], flipped, *path[at + 1 :]]]
    return found


def test_control_without_the_look_at_the_length_a_forged_index_holds() -> None:
    tiles, size = reader(_TILES), 5
    path, root = tree.inclusion(tiles, 4, size), tree.root(tiles, size)

    def loose(index: int) -> bool:
        hashed = _LEAVES[4]
        for one in path:
            hashed = node(one, hashed) if index & 1 or index == 4 else node(hashed, one)
            index >>= 1
        return hashed == root

    forged = [index for index in range(64) if index != 4 and loose(index)]
    assert forged
    assert not any(includes(_LEAVES[4], index, max(size, index + 1), path, root) for index in forged if index > 4)
    assert not any(includes(_LEAVES[4], index, size, path, root) for index in forged)
