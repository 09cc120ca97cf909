"""The register of one structure: it follows the events, outside their database, and signs how far it has come.

It never changes what it signed. Where the events differ from its tiles it raises `RegisterDiffers`, and signs nothing.
A restore that it heard of begins an epoch: another origin, the same key, and a fact that says so. The database alone
tells of none: whoever writes there would. Where the register is lost, or differs, only the operator begins one. Another
key takes over where somebody may have seen the one that signs: both sign the checkpoint of then.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

from pixflow.actor import CLOCK, Actor
from pixflow.engine import Engine, new_id
from pixflow.ledger import notes, tree, verify
from pixflow.ledger.notes import Signer, private_key
from pixflow.ledger.verify import HASH, WIDTH, Checkpoint, PublicKey, checkpoint
from pixflow.store import EventRow, StoreBusy
from pixflow.store.durable_files import discard, private_file, private_folder, wipe_behind
from pixflow.store.locks import FileLock
from pixflow.structure import begin_register

Code = Literal["shorter", "changed", "tiles"]
Closed = Literal["lost", "former", "other", "key", "shut", "unread", "busy"]
Refusal = Literal["fork", "ahead", "unknown", "other"]
SPAN = 2_000
PATIENCE = 2.0
"""Seconds that a paper waits for another process that follows."""
_OPENING = "PRAGMA synchronous = FULL"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS epochs (epoch INTEGER PRIMARY KEY, origin TEXT NOT NULL, kept INTEGER NOT NULL,
    restore TEXT NOT NULL, began TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tiles (epoch INTEGER, level INTEGER, n INTEGER, hashes BLOB NOT NULL,
    PRIMARY KEY (epoch, level, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoints (epoch INTEGER, size INTEGER, note TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (epoch, size)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holders (holder TEXT, epoch INTEGER, size INTEGER, line TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (holder, epoch, size)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keys (public BLOB PRIMARY KEY, epoch INTEGER, size INTEGER, note TEXT NOT NULL,
    at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refusals (witness TEXT PRIMARY KEY, code TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS restores (command TEXT PRIMARY KEY);
"""

_LAST_NOTE = "SELECT size, note FROM checkpoints WHERE epoch = ? ORDER BY size DESC LIMIT 1"
_LINES = "SELECT line FROM holders WHERE epoch = ? AND size = ? AND line <> '' ORDER BY holder"


class RegisterDiffers(Exception):
    """The events are not those that the register has read.

    `code`: "shorter" when events are gone, "changed" when one differs, "tiles" when the register's own hashes are not
    those it signed. `position` is that of the first event that differs, 0 when it is unknown. `signed` is the size of
    the last checkpoint.
    """

    def __init__(self, code: Code, position: int = 0, signed: int = 0) -> None:
        super().__init__(code, position)
        self.code, self.position, self.signed = code, position, signed


class RegisterClosed(Exception):
    """The files of the register do not serve. Nothing was signed.

    `code`: "lost" when the events know a register and the folder has none, "former" when they know a later epoch,
    "other" when it is another structure's, "key" when the key that signed last is gone, "shut" when `file` cannot be
    written, "unread" when it is damaged, "busy" when another process holds it.
    """

    def __init__(self, code: Closed, file: Path | None = None, why: object = "") -> None:
        super().__init__(code, str(file), str(why))
        self.code, self.file = code, file


class Epoch(NamedTuple):
    """An epoch: the events that it took over, and the command of the last restore that it knows, "" of none."""

    number: int
    origin: str
    kept: int
    restore: str
    began: datetime


class Holder(NamedTuple):
    """Somebody outside who holds a checkpoint. `line` is the cosignature of a witness, "" of anybody else."""

    holder: str
    epoch: int
    size: int
    line: str
    at: datetime


class SigningKey(NamedTuple):
    """A key that signs, or signed until another one took over. `note` hands over to it, "" for the first."""

    key: PublicKey
    since: datetime
    note: str


class Register:
    """The register of a structure in a folder. `base` is its origin without the epoch."""

    def __init__(self, folder: Path, slug: str, base: str) -> None:
        self.file = folder / f"{slug}.db"
        self._key, self._next = folder / f"{slug}.key", folder / f"{slug}.key.next"
        self._lock, self._base = folder / f"{slug}.lock", base

    def follow(self, engine: Engine, stream: UUID, *, anew: bool = False) -> Checkpoint:
        """Reads the events up to the last one, and returns the signed checkpoint.

        `stream` is that of the structure. `anew` begins an epoch where the register is lost, a former one, or differs.
        Raises RegisterDiffers and RegisterClosed.
        """
        self._check_place()
        if not anew:
            self._check_there(engine)
        with _in_words("shut", self.file, OSError):
            private_folder(self.file.parent)
            private_file(self.file)
        with self._hold_lock(), self._database() as ours:
            ours.executescript(_SCHEMA)
            if not anew:
                _check_known(engine, _epochs(ours), self.file)
            private = self._private(ours, engine.clock())
            epoch = self._epoch(ours, engine, stream, anew=anew)
            signer, head = Signer(private, epoch.origin), engine.head()
            signed = _last(ours, epoch.number)
            size = signed.size if signed else 0
            self._compare(ours, epoch, engine, signed)
            if size == head and signed:
                return signed
            read = partial(_tile, ours, epoch.number)
            with ours:
                for after in range(size, head, SPAN):
                    rows = engine.recorder.log(after, SPAN, min(after + SPAN, head))
                    changed = tree.add_leaves(read, after, map(leaf_of, rows))
                    ours.executemany(
                        "REPLACE INTO tiles VALUES (?, ?, ?, ?)",
                        [(epoch.number, *place, hashes) for place, hashes in changed.items()],
                    )
                note = signer.checkpoint(head, tree.root(read, head))
                values = (epoch.number, head, note, _text(engine.clock()))
                ours.execute("INSERT INTO checkpoints VALUES (?, ?, ?, ?)", values)
            return checkpoint(note)

    def rotate(self, engine: Engine, stream: UUID) -> PublicKey:
        """Makes another key to hand over to once all is read; returns its public half. Raises as `follow` does."""
        self.follow(engine, stream)
        with self._hold_lock(), self._database() as ours:
            now = engine.clock()
            private, epoch = self._private(ours, now), _epochs(ours)[-1]
            last = _last(ours, epoch.number)
            assert last
            with _in_words("shut", self._next, OSError):
                discard(self._next)
                fresh = private_key(self._next, make=True)
            old, new = Signer(private, epoch.origin), Signer(fresh, epoch.origin)
            note = old.handover(last, new, Signer(fresh, _base(epoch)).key)
            with ours:
                line = (new.line(last.text), epoch.number, last.size)
                ours.execute("UPDATE checkpoints SET note = note || ? WHERE epoch = ? AND size = ?", line)
                values = (new.key.public, epoch.number, last.size, note, _text(now))
                ours.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?)", values)
            self._private(ours, now)
        return self.known_keys()[-1].key

    def _private(self, ours: sqlite3.Connection, now: datetime) -> bytes:
        """Returns the key that signs. Makes the first one, and ends a change of key that was cut off."""
        with _in_words("key", self._key, OSError):
            if file := self._signing(ours):
                private = private_key(file)
                if file == self._next:
                    wipe_behind(self._key, lambda: self._next.replace(self._key))
                return private
            private = private_key(self._key, make=not _epochs(ours))
        with ours:
            values = (Signer(private, self._base).key.public, _text(now))
            ours.execute("INSERT INTO keys VALUES (?, 0, 0, '', ?)", values)
        return private

    def _signing(self, ours: sqlite3.Connection) -> Path | None:
        """Returns the file of the key that signed last, None before the first. Raises RegisterClosed."""
        row = ours.execute("SELECT public FROM keys ORDER BY rowid DESC LIMIT 1").fetchone()
        for file in (self._key, self._next) if row else ():
            with suppress(OSError):
                if Signer(private_key(file), self._base).key.public == row[0]:
                    return file
        if row:
            raise RegisterClosed("key", self._key)
        return None

    def _epoch(self, ours: sqlite3.Connection, engine: Engine, stream: UUID, *, anew: bool) -> Epoch:
        """Returns the epoch that goes on. Begins one where none does, or a restore came since, and records the fact.

        `anew` begins one after a former epoch too, and where the events differ.
        """
        epochs, structure = _epochs(ours), engine.references().structure
        restores = {str(command): kept for command, kept in structure.restores}
        restored = _is_restored(ours, engine)
        if not epochs or restored or (anew and self._must_end(ours, epochs[-1], engine)):
            number = max(structure.register, *(one.number for one in epochs), 0) + 1
            size = engine.head() if number > 1 else 0
            if epochs and restored:
                commands = [*restores]
                new = commands[commands.index(epochs[-1].restore) + 1 :] if epochs[-1].restore in restores else commands
                size = min([size, *(restores[one] for one in new)])
            elif before := _signed_before(ours, number):
                size = self._alike(ours, before[0], engine, size)
            base, last = _base(epochs[0]) if epochs else self._base, next(reversed(restores), "")
            begun = Epoch(number, base if number == 1 else f"{base}/{number}", size, last, engine.clock())
            with ours:
                ours.execute("INSERT INTO epochs VALUES (?, ?, ?, ?, ?)", (*begun[:-1], _text(begun.began)))
                ours.execute("DELETE FROM restores")
            epochs.append(begun)
        epoch = epochs[-1]
        if structure.register < epoch.number and not _last(ours, epoch.number):
            engine.execute(
                {"structure": stream},
                begin_register,
                by=Actor(CLOCK),
                command_id=new_id(stream, f"begin_register {epoch.number} {epoch.kept} {epoch.restore}"),
                via="cli",
                epoch=epoch.number,
                kept=epoch.kept,
            )
        return epoch

    def _must_end(self, ours: sqlite3.Connection, epoch: Epoch, engine: Engine) -> bool:
        """Tells if an epoch cannot go on: the events know a later one, or differ from what it has read."""
        try:
            self._compare(ours, epoch, engine, _last(ours, epoch.number))
        except RegisterDiffers:
            return True
        return epoch.number < engine.references().structure.register

    def _compare(self, ours: sqlite3.Connection, epoch: Epoch, engine: Engine, signed: Checkpoint | None) -> None:
        """Raises RegisterDiffers where the events are not those of the last checkpoint of an epoch.

        Before the first one, they begin with what the epoch took over from the one before.
        """
        if signed:
            self._compare_end(ours, epoch.number, engine, signed, engine.head())
            return
        if before := _signed_before(ours, epoch.number):
            alike = self._alike(ours, before[0], engine, epoch.kept)
            if alike < min(epoch.kept, before[1].size):
                raise RegisterDiffers("changed", alike + 1, before[1].size)

    def _alike(self, ours: sqlite3.Connection, epoch: Epoch, engine: Engine, most: int) -> int:
        """Returns how many of the first events are those that an epoch has read, `most` at most."""
        tiles = dict[int, bytes]()
        for after in range(0, most, SPAN):
            for row in engine.recorder.log(after, SPAN, min(after + SPAN, most)):
                n, at = divmod(row[4] - 1, WIDTH)
                if n not in tiles:
                    with suppress(LookupError):
                        tiles = {n: _tile(ours, epoch.number, 0, n)}
                if tiles.get(n, b"")[at * HASH : (at + 1) * HASH] != leaf_of(row):
                    return row[4] - 1
        return most

    def _compare_end(self, ours: sqlite3.Connection, epoch: int, engine: Engine, signed: Checkpoint, head: int) -> None:
        """Raises RegisterDiffers where the last events that were read, or the own tiles, are not those of then."""
        read = partial(_tile, ours, epoch)
        try:
            root = tree.root(read, signed.size)
        except (LookupError, ValueError):
            root = b""
        if root != signed.root:
            raise RegisterDiffers("tiles", signed=signed.size)
        if head < signed.size:
            raise RegisterDiffers("shorter", head + 1, signed.size)
        first = (signed.size - 1) // WIDTH * WIDTH
        if changed := _find_changed(read, engine.recorder.log(first, WIDTH, signed.size), signed):
            raise RegisterDiffers("changed", changed[0], signed.size)

    def hear(self, engine: Engine, restore: UUID) -> None:
        """Notes the command of a restore of these events: it begins an epoch. Raises RegisterClosed.

        The note stands outside the database, where nobody forges it. A register that has not begun needs none.
        """
        self._check_place()
        if not self._is_there:
            _check_known(engine, [], self.file)
            return
        with self._hold_lock(), self._database() as ours, ours:
            ours.executescript(_SCHEMA)
            ours.execute("INSERT INTO restores VALUES (?)", (str(restore),))

    def check(self, engine: Engine) -> Checkpoint | None:
        """Returns the last checkpoint, None before the first. Raises what `follow` does, and writes nothing.

        After a restore nothing is compared until the next epoch begins.
        """
        self._check_place()
        self._check_there(engine)
        if not self._is_there:
            return None
        with self._database() as ours:
            epochs = _epochs(ours)
            _check_known(engine, epochs, self.file)
            signed = _last(ours, epochs[-1].number) if epochs else None
            if epochs:
                self._signing(ours)
            if epochs and not _is_restored(ours, engine):
                self._compare(ours, epochs[-1], engine, signed)
            return signed

    def _check_place(self) -> None:
        """Raises RegisterClosed where this user cannot write the folder, or a file that is there."""
        there = next(one for one in self.file.parents if os.path.exists(one))
        if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK, effective_ids=True)):
            raise RegisterClosed("shut", there)
        for path in (self.file, self._key, self._lock):
            closed = os.path.exists(path) and not os.access(path, os.R_OK | os.W_OK, effective_ids=True)
            if closed or (path == self._lock and path.is_dir()):
                raise RegisterClosed("shut", path)

    def _check_there(self, engine: Engine) -> None:
        """Raises RegisterClosed where the events know a register that is not there.

        The events are read first: another process that begins it writes its file before the fact.
        """
        if engine.references().structure.register and not self._is_there:
            raise RegisterClosed("lost", self.file)

    @property
    def _is_there(self) -> bool:
        """Tells if its file holds something. One in a closed folder is not there; `check` tells that apart."""
        return os.path.exists(self.file) and self.file.stat().st_size > 0

    def is_apart(self, events: Path) -> bool:
        """Tells if it stands on another disk than the events, or belongs to another user."""
        with _in_words("shut", self.file, OSError):
            ours, theirs = self.file.stat(), events.stat()
        return (ours.st_dev, ours.st_uid) != (theirs.st_dev, theirs.st_uid)

    # --- what it has read

    def last(self) -> Checkpoint | None:
        """Returns the last checkpoint, None before the first. Raises RegisterClosed."""
        if not self._is_there:
            return None
        with self._database() as ours:
            epochs = _epochs(ours)
            return _last(ours, epochs[-1].number) if epochs else None

    def note(self, epoch: int = 0) -> str:
        """Returns the last checkpoint of an epoch, with the lines of witnesses; of the last epoch without a number.

        Raises LookupError and RegisterClosed.
        """
        with self._database() as ours:
            number = epoch or _epochs(ours)[-1].number
            row = ours.execute(_LAST_NOTE, (number,)).fetchone()
            if row is None:
                raise LookupError(number)
            lines = ours.execute(_LINES, (number, row[0]))
            return "".join([row[1], *(line for (line,) in lines)])

    def checkpoints(self) -> list[tuple[Epoch, Checkpoint]]:
        """Returns each epoch with its last checkpoint."""
        with self._database() as ours:
            found = [(one, _last(ours, one.number)) for one in _epochs(ours)]
        return [(epoch, last) for epoch, last in found if last]

    def tile(self, level: int, n: int, epoch: int = 0) -> bytes:
        """Returns the hashes of a tile of the last epoch, or of another one. Raises LookupError."""
        with self._database() as ours:
            return _tile(ours, epoch or _epochs(ours)[-1].number, level, n)

    def inclusion(self, position: int, size: int, root: str) -> list[bytes]:
        """Returns the hashes that lead from an event to a root of a size, by its first ten bytes, in any epoch.

        Raises LookupError and RegisterClosed.
        """
        with self._database() as ours:
            for epoch in reversed(_epochs(ours)):
                read, last = partial(_tile, ours, epoch.number), _last(ours, epoch.number)
                if last and 0 < position <= size <= last.size and tree.root(read, size)[:10].hex() == root:
                    return tree.inclusion(read, position - 1, size)
        raise LookupError(position)

    def root(self, size: int, epoch: int) -> bytes:
        """Returns the root of the first events, as the last checkpoint of an epoch proves it.

        Raises LookupError for more than it signed, RegisterDiffers where its hashes do not lead there.
        """
        with self._database() as ours:
            read, last = partial(_tile, ours, epoch), _last(ours, epoch)
            if not last or not 0 <= size <= last.size:
                raise LookupError(size)
            with suppress(LookupError, ValueError):
                root, path = tree.root(read, size), tree.consistency(read, size, last.size)
                if verify.extends(size, root, last.size, last.root, path):
                    return root
        raise RegisterDiffers("tiles", signed=last.size)

    def size_of(self, start: bytes) -> int | None:
        """Returns the size of a checkpoint of any epoch by the first ten bytes of its root, None of none."""
        with self._database() as ours:
            named = "SELECT note FROM checkpoints WHERE instr(note, ?) ORDER BY epoch DESC, size DESC"
            found = ours.execute(named, (f"\n{notes.base64(start)[:13]}",))
            return next((one.size for (note,) in found if (one := checkpoint(note)).root.startswith(start)), None)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Returns the hashes that prove that a checkpoint extends an earlier one. Raises LookupError."""
        last = self.last()
        if not last or not 0 <= old <= new <= last.size:
            raise LookupError(old)
        return tree.consistency(self.tile, old, new)

    def extension(self, old: int) -> str:
        """Returns the proof that the last checkpoint extends one of size `old`. Raises LookupError."""
        note = self.note()
        return notes.extension(old, self.consistency(old, checkpoint(note).size), note)

    def compare(self, engine: Engine) -> Callable[[Sequence[EventRow]], list[int]]:
        """Returns the comparison of events with what the register has read of them: positions of those that differ.

        Nothing differs where the register cannot be read, as `pixflow doctor` tells, nor before a restore's epoch.
        """
        last = self._epochs_of(engine)[-1:]
        return partial(self._unlike, last)

    def count_gone(self, engine: Engine) -> int:
        """Returns how many events the register has read that are not there any more."""
        with suppress(RegisterClosed):
            for epoch in self._epochs_of(engine)[-1:]:
                with self._database() as ours:
                    signed = _last(ours, epoch.number)
                return max(0, signed.size - engine.head()) if signed else 0
        return 0

    def find_unknown(self, rows: Sequence[EventRow]) -> list[int]:
        """Returns the positions of these events that differ from what each epoch has read of them.

        A backup may be of an earlier one. Nothing where the register cannot be read.
        """
        return self._unlike(self._epochs_of(), rows)

    def _epochs_of(self, engine: Engine | None = None) -> list[Epoch]:
        """Returns the epochs; none where the register cannot be read, nor while a restore has not begun its own."""
        if self._is_there:
            with suppress(RegisterClosed), self._database() as ours:
                return [] if engine and _is_restored(ours, engine) else _epochs(ours)
        return []

    def _unlike(self, epochs: Sequence[Epoch], rows: Sequence[EventRow]) -> list[int]:
        positions: list[set[int]] = []
        with suppress(RegisterClosed):
            for epoch in epochs:
                with self._database() as ours:
                    if signed := _last(ours, epoch.number):
                        read = [row for row in rows if row[4] <= signed.size]
                        positions.append(set(_find_changed(partial(_tile, ours, epoch.number), read, signed)))
            return sorted(set.intersection(*positions)) if positions else []
        return []

    @property
    def epoch(self) -> int:
        """Returns the number of the epoch that goes on, 0 before the first."""
        if not self._is_there:
            return 0
        with self._database() as ours:
            epochs = _epochs(ours)
        return epochs[-1].number if epochs else 0

    def known_keys(self) -> list[SigningKey]:
        """Returns each public key, the first one first, under the origin of the first epoch.

        None before the first checkpoint. Raises RegisterClosed.
        """
        if not self.last():
            return []
        with self._database() as ours, _in_words("unread", self.file, *_UNREADABLE):
            rows = ours.execute("SELECT public, epoch, size, note, at FROM keys ORDER BY rowid").fetchall()
            base, ends = _base(_epochs(ours)[0]), [(row[1], row[2]) for row in rows[1:]]
            return [
                SigningKey(
                    PublicKey(base, verify.key_id(base, b"\1" + public), notes.CHECKPOINT, public, until),
                    datetime.fromisoformat(at),
                    note,
                )
                for (public, _, _, note, at), until in zip_longest(rows, ends)
            ]

    # --- who outside holds a checkpoint

    def hand(self, holder: str, at: datetime, line: str = "") -> None:
        """Notes that somebody outside has the last checkpoint."""
        with self._database() as ours, ours:
            epoch = _epochs(ours)[-1].number
            last = _last(ours, epoch)
            assert last
            ours.execute("REPLACE INTO holders VALUES (?, ?, ?, ?, ?)", (holder, epoch, last.size, line, _text(at)))
            ours.execute("DELETE FROM refusals WHERE witness = ?", (holder,))

    def refuse(self, witness: str, code: Refusal) -> None:
        """Notes that a witness refused the last checkpoint, until it signs one. A fork stays until then."""
        statement = (
            "INSERT INTO refusals VALUES (?, ?) ON CONFLICT (witness) DO UPDATE SET code = ? WHERE code <> 'fork'"
        )
        with self._database() as ours, ours:
            ours.execute(statement, (witness, code, code))

    def refusal(self, witness: str) -> str | None:
        """Returns why a witness refused last, None once it signed."""
        with self._database() as ours:
            ours.executescript(_SCHEMA)  # a register of before has no such table
            found = ours.execute("SELECT code FROM refusals WHERE witness = ?", (witness,)).fetchone()
            return str(found[0]) if found else None

    def holders(self) -> list[Holder]:
        """Returns the last checkpoint of each who holds one, the most recent first."""
        if not self._is_there:
            return []
        with self._database() as ours, _in_words("unread", self.file, *_UNREADABLE):
            rows = ours.execute(
                "SELECT holder, epoch, size, line, max(at) FROM holders GROUP BY holder ORDER BY 5 DESC"
            )
            return [Holder(who, epoch, size, line, datetime.fromisoformat(at)) for who, epoch, size, line, at in rows]

    @contextmanager
    def _hold_lock(self) -> Iterator[None]:
        """Holds the lock of the register. Raises RegisterClosed where another one holds it long."""
        lock = FileLock(self._lock, PATIENCE)
        with _in_words("shut", self._lock, OSError), _in_words("busy", self._lock, StoreBusy):
            lock.__enter__()
        with ExitStack() as held:
            held.push(lock)
            yield

    def _is_own(self, epoch: Epoch) -> bool:
        """Tells if an epoch is of this structure, whose id ends its origin. The address may be one of before."""
        return _base(epoch).rpartition("/")[2] == self._base.rpartition("/")[2]

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        file = f"{self.file.absolute().as_uri()}?mode=rw"
        try:
            with closing(sqlite3.connect(file, uri=True, timeout=PATIENCE)) as ours:
                ours.executescript(_OPENING)
                if _has_table(ours, "epochs") and any(not self._is_own(one) for one in _epochs(ours)):
                    raise RegisterClosed("other", self.file)
                yield ours
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            raise RegisterClosed(
                next((_CODES[one] for one in _CODES if one in name), "unread"), self.file, error
            ) from error


def entry_of(row: EventRow) -> bytes:
    """Returns the entry of a stored event."""
    stream, version, topic, state, position = row
    return verify.entry(position, version, stream.bytes, verify.body(topic.encode(), state))


def leaf_of(row: EventRow) -> bytes:
    """Returns the leaf of a stored event."""
    return verify.leaf(entry_of(row))


def _find_changed(read: tree.Read, rows: Sequence[EventRow], signed: Checkpoint) -> list[int]:
    """Returns the positions of those whose leaf is another one under the signed root. Damaged tiles accuse none."""
    positions, tiles = [], dict[int, bytes]()
    for row in rows:
        n, at = divmod(row[4] - 1, WIDTH)
        if row[4] <= signed.size:
            if n not in tiles:
                with suppress(LookupError):
                    tiles[n] = read(0, n)
            hashed = tiles.get(n, b"")[at * HASH : (at + 1) * HASH]
            if hashed != leaf_of(row) and _leads(read, row[4], hashed, signed):
                positions.append(row[4])
    return positions


def _leads(read: tree.Read, position: int, hashed: bytes, signed: Checkpoint) -> bool:
    """Tells if a leaf leads to the root that was signed."""
    with suppress(LookupError, ValueError):
        path = tree.inclusion(read, position - 1, signed.size)
        return verify.includes(hashed, position - 1, signed.size, path, signed.root)
    return False


def _is_restored(ours: sqlite3.Connection, engine: Engine) -> bool:
    """Tells if the last restore of the events is one that the register heard of, and whose epoch has not begun."""
    restores = engine.references().structure.restores
    if not (restores and _has_table(ours, "restores")):  # a register of before has none
        return False
    return bool(ours.execute("SELECT command FROM restores WHERE command = ?", (str(restores[-1][0]),)).fetchone())


def _has_table(ours: sqlite3.Connection, name: str) -> bool:
    return bool(ours.execute("SELECT name FROM sqlite_master WHERE name = ?", (name,)).fetchone())


def _tile(ours: sqlite3.Connection, epoch: int, level: int, n: int) -> bytes:
    row = ours.execute("SELECT hashes FROM tiles WHERE epoch = ? AND level = ? AND n = ?", (epoch, level, n)).fetchone()
    if row is None or not isinstance(row[0], bytes):
        raise LookupError((epoch, level, n))
    return row[0]


def _base(epoch: Epoch) -> str:
    """Returns the origin of the first epoch."""
    return epoch.origin if epoch.number == 1 else epoch.origin.removesuffix(f"/{epoch.number}")


def _epochs(ours: sqlite3.Connection) -> list[Epoch]:
    found = ours.execute("SELECT epoch, origin, kept, restore, began FROM epochs ORDER BY epoch")
    with _in_words("unread", None, *_UNREADABLE):
        return [Epoch(one, origin, kept, last, datetime.fromisoformat(at)) for one, origin, kept, last, at in found]


def _last(ours: sqlite3.Connection, epoch: int) -> Checkpoint | None:
    found = ours.execute(_LAST_NOTE, (epoch,)).fetchone()
    with _in_words("unread", None, *_UNREADABLE):
        return checkpoint(found[1]) if found else None


def _signed_before(ours: sqlite3.Connection, number: int) -> tuple[Epoch, Checkpoint] | None:
    """Returns the last epoch with a checkpoint before that of a number."""
    earlier = ((one, _last(ours, one.number)) for one in reversed(_epochs(ours)) if one.number < number)
    return next(((one, last) for one, last in earlier if last), None)


def _check_known(engine: Engine, epochs: Sequence[Epoch], file: Path) -> None:
    """Raises RegisterClosed where the events know a later epoch than these."""
    if engine.references().structure.register > (epochs[-1].number if epochs else 0):
        raise RegisterClosed("former" if epochs else "lost", file)


_UNREADABLE = (ValueError, TypeError)
"""Errors of a row that holds something else than it should."""
_CODES: dict[str, Closed] = {
    "BUSY": "busy", "LOCKED": "busy", "READONLY": "shut", "FULL": "shut", "IOERR": "shut", "PERM": "shut",
}  # fmt: skip
"""Errors of SQLite that are no damage."""


@contextmanager
def _in_words(code: Closed, file: Path | None, *errors: type[Exception]) -> Iterator[None]:
    try:
        yield
    except errors as error:
        raise RegisterClosed(code, file, error) from error


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
