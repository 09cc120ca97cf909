"""SQL of the event store of one structure, and the values of a commit as PostgreSQL takes them."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from psycopg.sql import Identifier

from pixflow.store import Claim, NewCommand, order
from pixflow.store.postgres.database import lock_number
from pixflow.store.postgres.pipeline import Statement, bigint, byteas, integers, texts, uuids


class Statements:
    """SQL of one schema: `@` stands for its quoted name."""

    def __init__(self, schema: str) -> None:
        name = Identifier(schema).as_bytes()

        def sql(statement: bytes) -> bytes:
            return statement.replace(b"@", name)

        lock = b"SELECT pg_advisory_xact_lock(%d)" % lock_number(f"pixflow events {schema}")
        self.lock: Statement = (lock, ())
        self.opening: list[Statement] = [self.lock, (sql(b"SELECT position FROM @.head"), ())]
        self.rows = sql(
            b"""SELECT originator_version, topic, state FROM @.stored_events
                WHERE originator_id = $1 AND originator_version >= $2::bigint ORDER BY originator_version"""
        )
        self.many = sql(
            b"""SELECT originator_id, originator_version, topic, state FROM @.stored_events
                WHERE originator_id = ANY($1) ORDER BY originator_id, originator_version"""
        )
        log = b"""SELECT originator_id, originator_version, topic, state, position FROM @.stored_events
            WHERE position > $1 AND position <= $2%s ORDER BY position LIMIT $3"""
        self.log = sql(log % b"")
        self.topics = sql(log % b" AND topic = ANY($4)")
        self.at = sql(
            b"""SELECT originator_id, originator_version, topic, state, position FROM @.stored_events
                WHERE position = ANY($1) ORDER BY position"""
        )
        self.between = sql(
            b"""SELECT originator_id, originator_version, topic, state, position FROM @.stored_events
                WHERE originator_id >= $1 AND originator_id <= $2 AND position <= $3
                ORDER BY originator_id, originator_version"""
        )
        self.streams = sql(b"SELECT DISTINCT originator_id FROM @.stored_events WHERE topic = ANY($1)")
        self.last = sql(b"SELECT COALESCE(max(position), 0) FROM @.stored_events")
        # Inner SELECTs hide the number of ids. If PostgreSQL knew it, it would plan each time: slower than the work.
        self.versions = sql(
            b"""SELECT id, COALESCE((SELECT max(originator_version) FROM @.stored_events WHERE originator_id = id), 0)
                FROM unnest((SELECT $1::uuid[])) AS asked (id)"""
        )
        self.command = sql(b"SELECT actor, fingerprint, first_position, last_position FROM @.commands WHERE id = $1")
        self.commands = sql(
            b"""SELECT id, actor, fingerprint, first_position, last_position FROM @.commands WHERE id = ANY($1)"""
        )
        self.order = [sql(statement.encode()) for statement in order.statements("SELECT position FROM @.head")]
        self.claimed = sql(b"SELECT digest, stream FROM @.claims WHERE kind = $1 AND digest = ANY($2)")
        # A division by zero refuses the transaction when a stream has moved.
        self._unmoved = sql(
            b"""SELECT 1 / (count(*) = 0)::integer
                FROM unnest((SELECT $1::uuid[]), (SELECT $2::integer[])) AS seen (id, version)
                WHERE version <> COALESCE((SELECT max(originator_version) FROM @.stored_events
                    WHERE originator_id = id), 0)"""
        )
        self._release = sql(
            b"""DELETE FROM @.claims USING unnest($1::text[], $2::bytea[], $3::uuid[]) AS gone (kind, digest, stream)
                WHERE claims.kind = gone.kind AND claims.digest = gone.digest AND claims.stream = gone.stream"""
        )
        self._claim = sql(
            b"""INSERT INTO @.claims
                SELECT * FROM unnest((SELECT $1::text[]), (SELECT $2::bytea[]), (SELECT $3::uuid[]))"""
        )
        # The events count the commands, so that a command that is known is refused first.
        self._record = sql(
            b"""WITH moved AS (UPDATE @.head SET position = position + $1::bigint RETURNING position - $1 AS head),
                said AS (INSERT INTO @.commands
                    SELECT $2::uuid, $3, $4::bytea, head + 1, head + $1 FROM moved WHERE $2 IS NOT NULL RETURNING id),
                done AS (INSERT INTO @.stored_events SELECT head + number, new.id, version, topic, state
                    FROM moved, (SELECT count(*) FROM said) AS first,
                        unnest((SELECT $5::uuid[]), (SELECT $6::integer[]), (SELECT $7::text[]), (SELECT $8::bytea[]))
                        WITH ORDINALITY AS new (id, version, topic, state, number))
                SELECT head FROM moved"""
        )

    def unmoved(self, versions: Mapping[UUID, int]) -> Statement:
        """Returns the statement that refuses the transaction unless each stream has its version."""
        return self._unmoved, [uuids(versions), integers(versions.values())]

    def writes(
        self,
        events: Sequence[StoredEvent],
        command: NewCommand | None,
        claims: Sequence[Claim],
        releases: Sequence[Claim],
    ) -> Iterator[Statement]:
        """Yields the statements of one transaction, in the order in which errors are to be found.

        The events follow the head of the store; the first statement moves it, and returns where it stood.
        """
        known = [command.id.bytes, command.actor.encode(), command.fingerprint] if command else [None] * 3
        yield (
            self._record,
            [
                bigint(len(events)),
                *known,
                uuids(_id(event.originator_id) for event in events),
                integers(event.originator_version for event in events),
                texts(event.topic for event in events),
                byteas(event.state for event in events),
            ],
        )
        if releases:
            yield self._release, _columns(releases)
        if claims:
            yield self._claim, _columns(claims)


def _columns(claims: Sequence[Claim]) -> list[bytes]:
    kinds, digests = texts(claim.kind for claim in claims), byteas(claim.digest for claim in claims)
    return [kinds, digests, uuids(claim.stream for claim in claims)]


def _id(stream: UUID | str) -> UUID:
    return stream if isinstance(stream, UUID) else UUID(stream)
