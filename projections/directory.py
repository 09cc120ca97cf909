"""Finds dossiers by name or number, and names them. It is the only projection that others may import."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Index,
    Select,
    String,
    Table,
    Uuid,
    and_,
    false,
    func,
    or_,
    select,
)

from pixflow.authorization import Scope
from pixflow.identity import list_name, normalise, phone_digits
from pixflow.identity import words as name_words
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.statements import Found, Statement, by_key, question, row_of, take_number

NAME = "directory"
KINDS = frozenset({"dossier"})
READS = {
    "dossier": attrgetter(
        "opened", "last_name", "first_name", "birth_date", "imilo_number", "phone", "programme", "site", "advisor",
        "closed",
    ),
}  # fmt: skip

_WORDS: Final = 50
"""The most words of a name. Nobody has more."""
_LAST: Final = "\x7f"
"""Sorts after every letter of a word."""
_ZEROS: Final = 4
"""Number of leading zeros that a number may have lost in a spreadsheet."""
_DIGITS: Final = 6
"""The fewest digits that find a telephone: fewer are those of too many people."""

people = Table(
    "directory_people",
    metadata,
    *keys(stream=Uuid),
    *required(last_name=String, first_name=String, sort=String, programme=String, site=String, closed=Boolean),
    *optional(birth_date=Date, imilo_number=String, phone=String, advisor=Uuid),  # phone: its digits, without a code
    Index("directory_number", "imilo_number"),
    Index("directory_advisor", "advisor"),
)
words = Table(
    "directory_words",
    metadata,
    *keys(word=String, stream=Uuid),
    Index("directory_words_of", "stream"),
    sqlite_with_rowid=False,
)
TABLES = (people, words)
KEPT = (people,)


class YoungPerson(Struct, frozen=True):
    """One young person, with the fields that lists and choices show."""

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
    sort, phone = normalise(list_name(state)), phone_digits(state.phone or "") or None
    person = row_of(people, state, stream=change.stream, sort=sort, phone=phone, closed=state.closed is not None)
    return {people: [person], words: [{"word": word, "stream": change.stream} for word in sorted(set(sort.split()))]}


_FIELDS = tuple(people.c[name] for name in YoungPerson.__struct_fields__)


def _people(found: Found) -> list[YoungPerson]:
    return [YoungPerson(*row) for row in found]


def find(connection: Connection, text: str, scope: Scope, limit: int = 20) -> list[YoungPerson]:
    """Returns the dossiers whose number is or begins with the text, or whose names begin with each of its words.

    Ignores accents, case, spaces in a number and its leading zeros. A number that equals the text is found alone. A
    telephone is found by six of its digits that follow one another, however they are typed.
    """
    if scope.whose == "none":
        return []
    ways = (_numbered, _called, _beginning)
    streams = [stream for way in ways for stream in way(connection, text, scope, limit)]
    found = find_people(connection, streams)
    return [found[stream] for stream in dict.fromkeys(streams)][:limit]


@question(_people)
def numbered(number: str) -> Select[Any]:
    """Returns who has exactly this number, whoever follows them."""
    return select(*_FIELDS).where(people.c.imilo_number == number)


def born(connection: Connection, day: date) -> list[YoungPerson]:
    """Returns everybody born that day, whoever follows them."""
    streams = connection.execute(select(people.c.stream).where(people.c.birth_date == day)).scalars()
    return list(find_people(connection, streams).values())


def followed(advisors: Collection[UUID]) -> Select[tuple[UUID]]:
    """Selects the dossiers of these advisors, for use in another query."""
    return select(people.c.stream).where(people.c.advisor.in_(advisors))


def fitting(text: str) -> Select[tuple[UUID]]:
    """Selects the dossiers that `find` would find by a text, whoever follows them, for use in another query."""
    by_name = [people.c.stream.in_(_begins(word, f"{word}{_LAST}")) for word in normalise(text).split()[:_WORDS]]
    ways = [and_(*by_name)] if by_name else []
    return select(people.c.stream).where(or_(false(), *ways, *_is_number(text), *_is_phone(text)))


def _begins(start: Any, end: Any) -> Select[tuple[UUID]]:
    return select(words.c.stream).where(words.c.word >= start, words.c.word < end)


def _beginning(connection: Connection, text: str, scope: Scope, limit: int) -> list[UUID]:
    starts = normalise(text).split()
    if not starts or len(starts) > _WORDS:
        return []
    ends = [f"{word}{_LAST}" for word in starts]
    about = {"starts": starts, "ends": ends, "advisors": scope.advisors, "limit": limit}
    return list(_begun(connection, scope.whose, **about).scalars())


@Statement
def _begun(
    whose: str, starts: Collection[str], ends: Collection[str], advisors: Collection[UUID], limit: int
) -> Select[Any]:
    query = select(people.c.stream).order_by(people.c.sort, people.c.stream).limit(limit)
    for start, end in zip(starts, ends, strict=True):
        query = query.where(people.c.stream.in_(_begins(start, end)))
    return query.where(people.c.advisor.in_(advisors)) if whose == "own" else query


def _is_phone(text: str) -> list[ColumnElement[bool]]:
    digits = phone_digits(text)
    return [people.c.phone.contains(digits)] if len(digits) >= _DIGITS else []


def _called(connection: Connection, text: str, scope: Scope, limit: int) -> list[UUID]:
    if not (called := _is_phone(text)):
        return []
    query = select(people.c.stream).where(*called)
    query = query.where(people.c.advisor.in_(scope.advisors)) if scope.whose == "own" else query
    return list(connection.execute(query.order_by(people.c.sort, people.c.stream).limit(limit)).scalars())


def _spellings(text: str) -> list[str]:
    """Returns the numbers that a text may begin, with the zeros that it may have lost."""
    bare = re.sub(r"\s", "", text).upper().lstrip("0") if re.search("[0-9]", text) else ""
    return ["0" * zeros + bare for zeros in range(_ZEROS + 1)] if bare else []


def _is_number(text: str) -> list[ColumnElement[bool]]:
    number = people.c.imilo_number
    return [and_(number >= start, number < start + _LAST) for start in _spellings(text)]


def _numbered(connection: Connection, text: str, scope: Scope, limit: int) -> list[UUID]:
    if not (begins := _is_number(text)):
        return []
    starts = _spellings(text)
    query = select(people.c.stream, people.c.imilo_number).order_by(
        func.length(people.c.imilo_number), people.c.sort, people.c.stream
    )
    query = query.where(or_(*begins)).limit(limit)
    query = query.where(people.c.advisor.in_(scope.advisors)) if scope.whose == "own" else query
    found = connection.execute(query).all()
    same = [stream for stream, number in found if number in starts]
    return same or [stream for stream, _ in found]


def find_people(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, YoungPerson]:
    """Returns the people of these dossiers."""
    wanted = list(streams)
    person_by_stream: dict[UUID, YoungPerson] = {}
    for start in range(0, len(wanted), 500):
        person_by_stream |= {one.stream: one for one in _select_people(connection, wanted[start : start + 500])}
    return person_by_stream


@question(_people)
def _select_people(streams: Collection[UUID]) -> Select[Any]:
    return select(*_FIELDS).where(people.c.stream.in_(streams))


def same_person(connection: Connection, last_name: str, first_name: str, birth_date: date) -> list[YoungPerson]:
    """Returns people born that day with the same words as names, in any order, without accents and case."""
    asked = name_words(last_name, first_name)
    born = select(*_FIELDS).where(people.c.birth_date == birth_date).order_by(people.c.sort, people.c.stream)
    return [one for one in _people(connection.execute(born)) if name_words(one.last_name, one.first_name) == asked]


@question(take_number)
def doubles_total() -> Select[Any]:
    """Returns the number of people with several open dossiers: same names in the same order, same birth date."""
    return select(func.count()).select_from(_doubles().subquery())


def doubles(connection: Connection, limit: int, offset: int) -> list[list[YoungPerson]]:
    """Returns the dossiers of these people, by name, each group in the order of its ids."""
    groups = _doubles().order_by(people.c.sort, people.c.birth_date).limit(limit).offset(offset).subquery()
    same = and_(people.c.sort == groups.c.sort, people.c.birth_date == groups.c.birth_date)
    query = select(people.c.sort, *_FIELDS).join(groups, same).where(~people.c.closed)
    rows = connection.execute(query.order_by(people.c.sort, people.c.birth_date, people.c.stream))
    return list(by_key(((sort, row[3]), YoungPerson(*row)) for sort, *row in rows).values())


def _doubles() -> Select[Any]:
    query = select(people.c.sort, people.c.birth_date).where(~people.c.closed, people.c.birth_date.is_not(None))
    return query.group_by(people.c.sort, people.c.birth_date).having(func.count() > 1)


@question(_people)
def everyone() -> Select[Any]:
    """Returns every dossier, by name."""
    return select(*_FIELDS).order_by(people.c.sort, people.c.stream)
