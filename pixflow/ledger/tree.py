"""The tiles of a register (tlog-tiles of C2SP): hashes are added at the end, proofs are read out of them.

A tile has up to 256 hashes of 32 bytes. Tile n of level 0 has the leaves from 256 n on; a hash of level l + 1 is the
root of a whole tile of level l.
"""

from collections.abc import Callable, Iterable

from pixflow.ledger.verify import EMPTY, HASH, WIDTH, node

Read = Callable[[int, int], bytes]
"""Reads the hashes of a tile, by its level and its number."""
Tiles = dict[tuple[int, int], bytes]


def add_leaves(read: Read, size: int, leaves: Iterable[bytes]) -> Tiles:
    """Returns the tiles that change when leaves are added to a tree of a size."""
    level, changed, hashes = 0, Tiles(), list(leaves)
    while hashes:
        first, rest = size // WIDTH, size % WIDTH
        content = (read(level, first) if rest else b"") + b"".join(hashes)
        cut = WIDTH * HASH
        tiles = [content[at : at + cut] for at in range(0, len(content), cut)]
        changed.update({(level, first + n): tile for n, tile in enumerate(tiles)})
        hashes = [_perfect(_split(tile)) for tile in tiles if len(tile) == cut]
        level, size = level + 1, size // WIDTH
    return changed


def root(read: Read, size: int) -> bytes:
    """Returns the root of the first `size` leaves."""
    return _range(read, 0, size) if size else EMPTY


def inclusion(read: Read, index: int, size: int) -> list[bytes]:
    """Returns the proof that the leaf of an index stands in a tree (RFC 6962, 2.1.1)."""
    path, first, last = list[bytes](), 0, size
    while last - first > 1:
        middle = first + _half(last - first)
        if index < middle:
            path.append(_range(read, middle, last))
            last = middle
        else:
            path.append(_range(read, first, middle))
            first = middle
    return path[::-1]


def consistency(read: Read, old: int, new: int) -> list[bytes]:
    """Returns the proof that a tree begins with an earlier one (RFC 6962, 2.1.2)."""
    path, first, last, whole = list[bytes](), 0, new, True
    if not old:
        return path
    while old != last:
        middle = first + _half(last - first)
        if old <= middle:
            path.append(_range(read, middle, last))
            last = middle
        else:
            path.append(_range(read, first, middle))
            first, whole = middle, False
    return [*([] if whole else [_range(read, first, last)]), *path[::-1]]


def _half(count: int) -> int:
    """Returns the largest power of two below a count."""
    return 1 << (count - 1).bit_length() - 1


def _range(read: Read, first: int, last: int) -> bytes:
    """Returns the hash of leaves that begin where a perfect tree of their size may begin."""
    count = last - first
    if count & (count - 1):
        middle = first + _half(count)
        return node(_range(read, first, middle), _range(read, middle, last))
    height = count.bit_length() - 1
    level, low = divmod(height, 8)
    start, width = first >> 8 * level, 1 << low
    hashes = read(level, start // WIDTH)[start % WIDTH * HASH : (start % WIDTH + width) * HASH]
    return _perfect(_split(hashes))


def _split(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]


def _perfect(hashes: list[bytes]) -> bytes:
    """Returns the root of hashes whose number is a power of two."""
    while len(hashes) > 1:
        hashes = [node(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
