"""The parts that the recorders of both stores share: reading for the library, files, the search for disorder."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Literal
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent

from pixflow.store import Damaged, EventRow, Row


class StructureRecorder(ApplicationRecorder):
    """Recorder of the library that makes its answers from the rows of a store."""

    @abstractmethod
    def rows(self, stream: UUID) -> list[Row]:
        """Returns version, topic and state of every event of a stream, in order; faster than `select_events`."""

    @abstractmethod
    def log(self, after: int, limit: int, stop: int | None = None, topics: Sequence[str] = ()) -> list[EventRow]:
        """Returns stream, version, topic, state and position of the events after a position, in order."""

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        stream = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        rows = [row for row in self.rows(stream) if row[0] > (gt or 0) and (lte is None or row[0] <= lte)]
        if desc:
            rows.reverse()
        return [StoredEvent(stream, *row) for row in rows[:limit]]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        return [Notification(*row) for row in self.log((start or 0) - inclusive_of_start, limit, stop, topics)]


class Files:
    """Files of a structure, by their SHA-256: a table beside its events, in every backup.

    A file is written before the event that names it, and never changes. `insert` writes a row, durably, unless it is
    there; `select` returns the content of a digest.
    """

    def __init__(self, insert: Callable[[str, bytes], object], select: Callable[[str], bytes | None]) -> None:
        self._insert = insert
        self._select = select

    def keep(self, content: bytes) -> str:
        """Stores a file, durably, and returns its digest. A file already there is not written again."""
        digest = digest_of(content)
        self._insert(digest, content)
        return digest

    def read(self, digest: str) -> bytes | None:
        """Returns the content of a file, None when there is none. Raises Damaged when it is not its digest's."""
        content = self._select(digest)
        if content is not None and digest_of(content) != digest:
            raise Damaged(f"file {digest} has another content")
        return content


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


Disorder = Literal["position", "version", "span", "end"]
_AT_MOST = 100
_DISORDER = (
    """SELECT 'position', position FROM
        (SELECT position, LAG(position, 1, 0) OVER (ORDER BY position) AS earlier FROM @.stored_events) AS numbered
        WHERE position <> earlier + 1""",
    """SELECT 'version', position FROM
        (SELECT position, originator_version, ROW_NUMBER() OVER (PARTITION BY originator_id ORDER BY position) AS number
        FROM @.stored_events) AS numbered WHERE originator_version <> number""",
    """SELECT 'span', first_position FROM
        (SELECT first_position, last_position, LAG(last_position, 1, 0) OVER (ORDER BY first_position) AS earlier
        FROM @.commands) AS numbered WHERE first_position <> earlier + 1 OR last_position < first_position""",
    """SELECT 'end', last FROM (SELECT (SELECT COALESCE(MAX(position), 0) FROM @.stored_events) AS last,
        (SELECT COALESCE(MAX(last_position), 0) FROM @.commands) AS recorded, ({}) AS head) AS ends
        WHERE last <> recorded OR last <> head""",
)


def disorder_statements(head: str) -> list[str]:
    """Returns SQL that finds events and commands out of order. `@.` stands for the place of the tables.

    `head` selects the last position that the store gave. Each statement gives a code and a position, and sees one
    snapshot. Positions are dense from 1, versions are dense from 1 in each stream and rise with positions, and the
    commands divide all positions among them.
    """
    return [f"{statement.format(head)} ORDER BY 2 LIMIT {_AT_MOST}" for statement in _DISORDER]
