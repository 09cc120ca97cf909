"""Who is who: find a dossier by name or number, and the name of one. The one projection others may ask."""

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Boolean, Column, Connection, Date, Index, String, Table, Uuid, select

from pixflow.identity import normalise
from pixflow.people import Scope
from projections.change import Change, Row
from projections.schema import metadata

NAME = "directory"
KINDS = frozenset({"dossier"})
APPENDS = False
READS = {
    "dossier": attrgetter(
        "opened", "last_name", "first_name", "birth_date", "imilo_number", "programme", "site", "advisor", "closed"
    )
}

people = Table(
    "directory_people",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("last_name", String, nullable=False),
    Column("first_name", String, nullable=False),
    Column("sort", String, nullable=False),
    Column("birth_date", Date),
    Column("imilo_number", String),
    Column("programme", String, nullable=False),
    Column("site", String, nullable=False),
    Column("advisor", Uuid),
    Column("closed", Boolean, nullable=False),
    Index("directory_number", "imilo_number"),
)
words = Table(
    "directory_words",
    metadata,
    Column("word", String, primary_key=True),
    Column("stream", Uuid, primary_key=True),
    Index("directory_words_of", "stream"),
)
TABLES = (people, words)


class Found(Struct, frozen=True):
    """One young person, as lists and choices name them."""

    stream: UUID
    last_name: str
    first_name: str
    birth_date: date | None
    imilo_number: str | None
    programme: str
    site: str
    advisor: UUID | None
    closed: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def rows(change: Change) -> dict[Table, list[Row]]:
    state = change.after
    if state.opened is None:
        return {people: [], words: []}
    sort = normalise(f"{state.last_name} {state.first_name}")
    person = {
        "stream": change.stream, "last_name": state.last_name, "first_name": state.first_name, "sort": sort,
        "birth_date": state.birth_date, "imilo_number": state.imilo_number, "programme": state.programme,
        "site": state.site, "advisor": state.advisor, "closed": state.closed is not None,
    }  # fmt: skip
    return {people: [person], words: [{"word": word, "stream": change.stream} for word in sorted(set(sort.split()))]}


# --- the questions


def find(connection: Connection, text: str, scope: Scope, limit: int = 20) -> list[Found]:
    """The dossiers whose number is the text, or whose names begin with each of its words (accents and case aside)."""
    if scope.whose == "none":
        return []
    query = select(people)
    if scope.whose == "own":
        query = query.where(people.c.advisor == scope.advisor)
    asked = normalise(text).split()
    if not asked:
        return []
    for word in asked:
        query = query.where(
            people.c.stream.in_(select(words.c.stream).where(words.c.word >= word, words.c.word < word + "\x7f"))
        )
    by_number = select(people).where(people.c.imilo_number == text.strip().upper())
    if scope.whose == "own":
        by_number = by_number.where(people.c.advisor == scope.advisor)
    found = [*connection.execute(by_number), *connection.execute(query.order_by(people.c.sort).limit(limit))]
    return list({row.stream: _found(row) for row in found}.values())[:limit]


def named(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, Found]:
    """The people of these dossiers."""
    wanted = list(streams)
    found: dict[UUID, Found] = {}
    for start in range(0, len(wanted), 500):
        query = select(people).where(people.c.stream.in_(wanted[start : start + 500]))
        found |= {row.stream: _found(row) for row in connection.execute(query)}
    return found


def candidates(connection: Connection, last_name: str, first_name: str, number: str | None) -> list[Found]:
    """Those whom a participation might be: a name that begins alike, or a number that looks alike."""
    asked = set(normalise(f"{last_name} {first_name}").split())
    streams: set[UUID] = set()
    for word in asked:
        start = word[:4]
        near = select(words.c.stream).where(words.c.word >= start, words.c.word < start + "\x7f").limit(200)
        streams |= set(connection.execute(near).scalars())
    if number:
        bare = number.lstrip("0")
        forms = {number, bare, *("0" * n + bare for n in range(1, 5))}
        streams |= set(connection.execute(select(people.c.stream).where(people.c.imilo_number.in_(forms))).scalars())
    return list(named(connection, streams).values())


def _found(row: Any) -> Found:
    return Found(*(getattr(row, name) for name in Found.__struct_fields__))


def everyone(connection: Connection) -> list[Found]:
    """Every dossier, for a file that must be compared with all of them."""
    return [_found(row) for row in connection.execute(select(people))]
