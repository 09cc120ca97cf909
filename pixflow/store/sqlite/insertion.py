"""Writes of one transaction on SQLite: events at dense positions, their command, and claims."""

import sqlite3
from collections.abc import Sequence
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from pixflow.store import Claim, ClaimTaken, CommandKnown, NewCommand

SELECT_CLAIM = "SELECT stream FROM claims WHERE kind = ? AND digest = ?"


def insert(
    c: sqlite3.Cursor,
    stored_events: Sequence[StoredEvent],
    command: NewCommand | None,
    claims: Sequence[Claim],
    releases: Sequence[Claim],
) -> range:
    """Inserts all or nothing. Returns the positions. Deletes `releases` before it inserts `claims`."""
    first = _next_position(c)
    if command is not None:
        _insert_command(c, command, first, first + len(stored_events) - 1)
    if releases:
        _release(c, releases)
    if claims:
        _claim(c, claims)
    _insert_rows(c, stored_events, first)
    return range(first, first + len(stored_events))


def _next_position(c: sqlite3.Cursor) -> int:
    c.execute("SELECT seq FROM sqlite_sequence WHERE name = 'stored_events'")
    row = c.fetchone()
    return row[0] + 1 if row else 1


def _insert_command(c: sqlite3.Cursor, command: NewCommand, first: int, last: int) -> None:
    try:
        c.execute(
            "INSERT INTO commands VALUES (?, ?, ?, ?, ?)",
            (command.id.hex, command.actor, command.fingerprint, first, last),
        )
    except sqlite3.IntegrityError as error:
        raise CommandKnown(command.id) from error


def _release(c: sqlite3.Cursor, releases: Sequence[Claim]) -> None:
    rows = [(claim.kind, claim.digest, claim.stream.hex) for claim in releases]
    c.executemany("DELETE FROM claims WHERE kind = ? AND digest = ? AND stream = ?", rows)


def _claim(c: sqlite3.Cursor, claims: Sequence[Claim]) -> None:
    rows = [(claim.kind, claim.digest, claim.stream.hex) for claim in claims]
    c.executemany("INSERT INTO claims VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows)
    if c.rowcount < len(rows):
        _check_held(c, claims)


def _check_held(c: sqlite3.Cursor, claims: Sequence[Claim]) -> None:
    for claim in claims:
        c.execute(SELECT_CLAIM, (claim.kind, claim.digest))
        holder = UUID(c.fetchone()[0])
        if holder != claim.stream:
            raise ClaimTaken(claim.kind, holder)


def _insert_rows(c: sqlite3.Cursor, events: Sequence[StoredEvent], first: int) -> None:
    rows = [
        (position, _name(event.originator_id), event.originator_version, event.topic, event.state)
        for position, event in enumerate(events, first)
    ]
    c.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", rows)


def _name(stream: UUID | str) -> str:
    return stream.hex if isinstance(stream, UUID) else UUID(stream).hex
