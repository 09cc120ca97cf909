"""Simulates a disk after a power cut, from a trace of system calls.

What was written before the last fsync of its file began is there. Of what came later, each sector of 512 bytes is there
or is not, in any combination; a file may have grown without what made it grow. Names of a folder (new, moved, removed)
are there up to a point of their own order, at least those before the last fsync of the folder. Nothing else is assumed:
this is less than ext4 or XFS give.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import NamedTuple

from msgspec import Struct, field

from tests.trials.strace import Call

SECTOR = 512
Keeps = Callable[[], bool]
"""Asked for each sector that is not known to be there: whether it is."""


class Change(Struct):
    """`data` written at `at`; no data: the file is cut to that size. Lines of the trace as in Call."""

    at: int
    data: bytes | None
    began: int
    ended: int


class Names(Struct):
    """Entries of a folder that come (or go, without a file) at one instant."""

    entries: dict[str, "File | None"]
    began: int
    ended: int


class File(Struct):
    """A file or a folder: everything done to it, and when it was made durable."""

    changes: list[Change] = field(default_factory=list)
    names: list[Names] = field(default_factory=list)
    syncs: list[tuple[int, int]] = field(default_factory=list)
    folder: bool = False

    def durable_before(self, cut: int) -> int:
        """Returns the calls that ended before the cut."""
        return max((began for began, ended in self.syncs if ended < cut), default=0)


class Held(NamedTuple):
    """An open file, where its next write goes, and the line where its opening ended."""

    file: File
    position: int
    appends: bool
    opened: int


class Disk:
    """The folder `root`, empty at first, after these calls; `said` are the lines written to standard output."""

    def __init__(self, root: Path, calls: Iterable[Call]) -> None:
        self.root = root
        self.top = File(folder=True)
        self.said: list[tuple[int, str]] = []
        self.lines = 0
        self._held: dict[int, Held] = {}
        for call in calls:
            self._follow(call)
            self.lines = call.ended + 1

    def acknowledged(self, cut: int) -> list[str]:
        return [text for began, text in self.said if began < cut]

    def build(self, folder: Path, cut: int, chance: Random) -> None:
        """Writes below a new folder what the disk may hold after a cut at this line of the trace."""
        _build(self.top, folder, cut, chance)

    # --- following

    def _follow(self, call: Call) -> None:
        if follow := getattr(self, f"_{call.name}", None):
            follow(call)
        elif any(self._within(call, place) for place in range(len(call.arguments))):
            raise NotImplementedError(call.name)

    def _within(self, call: Call, place: int) -> bool:
        argument = call.arguments[place]
        if argument.isdigit():
            return int(argument) in self._held
        return argument.startswith('"') and self.root in (path := call.path(place)).parents and path != self.root

    def _find(self, path: Path) -> File | None:
        """Returns the file at a path at this point of the trace."""
        found: File | None = self.top
        for part in path.relative_to(self.root).parts:
            found = _now(found).get(part) if found else None
        return found

    def _name(self, call: Call, path: Path, entries: dict[str, File | None]) -> None:
        folder = self._find(path.parent)
        assert folder is not None
        folder.names.append(Names(entries, call.began, call.ended))

    def _openat(self, call: Call) -> None:
        path, how = call.path(1), call.arguments[2]
        if path != self.root and self.root not in path.parents:
            return
        file = self._find(path)
        if file is None:
            file = File()
            self._name(call, path, {path.name: file})
        elif "O_TRUNC" in how:
            file.changes.append(Change(0, None, call.began, call.ended))
        self._held[call.result] = Held(file, 0, "O_APPEND" in how, call.ended)

    def _close(self, call: Call) -> None:
        held = self._held.get(call.number(0))
        if held and held.opened < call.began:  # else another thread has the number again
            del self._held[call.number(0)]

    def _lseek(self, call: Call) -> None:
        if held := self._held.get(call.number(0)):
            self._held[call.number(0)] = held._replace(position=call.result)

    def _write(self, call: Call) -> None:
        descriptor, data = call.number(0), call.bytes(1)[: call.result]
        if descriptor == 1:
            self.said += [(call.began, line) for line in data.decode().splitlines()]
        elif held := self._held.get(descriptor):
            if held.appends:
                raise NotImplementedError("O_APPEND")
            held.file.changes.append(Change(held.position, data, call.began, call.ended))
            self._held[descriptor] = held._replace(position=held.position + len(data))

    def _pwrite64(self, call: Call) -> None:
        if held := self._held.get(call.number(0)):
            change = Change(call.number(3), call.bytes(1)[: call.result], call.began, call.ended)
            held.file.changes.append(change)

    def _ftruncate(self, call: Call) -> None:
        if held := self._held.get(call.number(0)):
            held.file.changes.append(Change(call.number(1), None, call.began, call.ended))

    def _fsync(self, call: Call) -> None:
        if held := self._held.get(call.number(0)):
            held.file.syncs.append((call.began, call.ended))

    _fdatasync = _fsync

    def _mkdir(self, call: Call) -> None:
        if self._within(call, 0):
            self._name(call, call.path(0), {call.path(0).name: File(folder=True)})

    def _unlink(self, call: Call) -> None:
        if self._within(call, 0):
            self._name(call, call.path(0), {call.path(0).name: None})

    def _rename(self, call: Call) -> None:
        if self._within(call, 0):
            old, new = call.path(0), call.path(1)
            assert old.parent == new.parent
            self._name(call, new, {old.name: None, new.name: self._find(old)})


def _now(folder: File) -> dict[str, File]:
    return _listing(folder.names)


def _listing(names: Iterable[Names]) -> dict[str, File]:
    listed: dict[str, File | None] = {}
    for one in names:
        listed |= one.entries
    return {name: file for name, file in listed.items() if file}


# --- building


def _build(file: File, path: Path, cut: int, chance: Random) -> None:
    if not file.folder:
        path.write_bytes(_content(file, cut, _kept(chance)))
        return
    path.mkdir()
    begun = [names for names in file.names if names.began < cut]
    sure = sum(names.ended < file.durable_before(cut) for names in begun)
    for name, entry in _listing(begun[: chance.randint(sure, len(begun))]).items():
        if name.endswith("-shm"):
            _leave_anything(path / name, chance)
        else:
            _build(entry, path / name, cut, chance)


def _content(file: File, cut: int, keeps: Keeps) -> bytearray:
    durable = file.durable_before(cut)
    content = bytearray()
    for change in file.changes:
        if change.ended < durable:
            _apply(content, change, lambda: True)
        elif change.began < cut:
            _apply(content, change, keeps)
    return content


def _kept(chance: Random) -> Keeps:
    """Returns how a disk keeps data that was not synced: not at all, entirely, or some sectors."""
    share = chance.choice((0.0, 1.0, 0.5, 0.9, 0.1))
    return lambda: chance.random() < share


def _apply(content: bytearray, change: Change, keeps: Keeps) -> None:
    if change.data is None:
        if keeps():
            _resize(content, change.at)
        return
    end = change.at + len(change.data)
    for sector in range(change.at // SECTOR, (end - 1) // SECTOR + 1):
        if keeps():
            start, stop = max(change.at, sector * SECTOR), min(end, (sector + 1) * SECTOR)
            _resize(content, max(len(content), stop))
            content[start:stop] = change.data[start - change.at : stop - change.at]
    if keeps():
        _resize(content, max(len(content), end))


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _leave_anything(path: Path, chance: Random) -> None:
    """Shared memory is never written back on purpose: it may be missing, empty, zero or rubbish."""
    if (left := chance.choice((None, b"", bytes(32768), chance.randbytes(32768)))) is not None:
        path.write_bytes(left)
