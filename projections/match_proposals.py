"""Proposes dossiers for the participations of one page: found with few queries, explained, never stored."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CTE, Connection, Integer, Select, String, case, column, distinct, func, select, values

from pixflow.authorization import Scope
from pixflow.identity import normalise
from pixflow.participation.scoring import Match, Person, rank, score
from projections import directory, name_search, result_routing, workshops
from projections.directory import YoungPerson
from projections.statements import Statement, by_key

Proposal = tuple[YoungPerson, Match]

SHOWN: Final = 3
MOST: Final = 60
SURE: Final = 90
BY_HAND: Final = Match(0, ())
_START: Final = 4
_AS_GOOD_AS_FOUND: Final = 84
_SPELT: Final = 20
_ALL: Final = Scope("all")


def proposals(connection: Connection, rows: Sequence[Any], limit: int = SHOWN) -> dict[UUID, list[Proposal]]:
    """Returns the best dossiers for each participation's row, best first, without those refused before.

    Candidates share the beginnings of two words or a similar number; else, without an agreeing name, a close spelling.
    `scoring.rank` sorts them.
    """
    if not rows:
        return {}
    stream_words = {row.stream: set(normalise(f"{row.last_name} {row.first_name}").split()) for row in rows}
    near = _merged(_near(connection, stream_words), _numbered(connection, rows), matched_alike(connection, rows))
    evidence = _ranked(connection, rows, near, limit)
    best = {stream: max((match.score for _, match in made[:1]), default=0) for stream, made in evidence.items()}
    lost = {row.stream: stream_words[row.stream] for row in rows if best[row.stream] < _AS_GOOD_AS_FOUND}
    spelt = name_search.sharing(connection, [" ".join(words) for words in lost.values()], _ALL, _SPELT)
    more = {stream: set(alike) for stream, alike in zip(lost, spelt, strict=True)}
    again = [row for row in rows if more.get(row.stream)]
    return evidence | _ranked(connection, again, _merged(near, more), limit) if again else evidence


def facts(connection: Connection, rows: Sequence[Any]) -> dict[UUID, Hashable]:
    """Returns all that the proposals of each participation depend on, but the young people."""
    seated = workshops.seated_at(connection, (row.started_at for row in rows if row.started_at))
    before = matched_alike(connection, rows) if rows else {}
    return {
        row.stream: (*row, tuple(seated.get(row.started_at, ())), frozenset(before.get(row.stream, ()))) for row in rows
    }


def sure(candidates: Sequence[Proposal]) -> Proposal | None:
    """Returns the proposal that may be confirmed in bulk: nearly certain, nothing to check, no similar dossier."""
    if not candidates:
        return None
    (person, match), others = candidates[0], candidates[1:]
    rival = any(other.score >= SURE for _, other in others)
    return (person, match) if match.score >= SURE and not match.warnings and not rival else None


def find_only_match(candidates: Sequence[Proposal]) -> Proposal | None:
    """Returns the only dossier with the names of the participant, when there is nothing to check."""
    same = [(person, match) for person, match in candidates if match.score >= _AS_GOOD_AS_FOUND]
    return same[0] if len(same) == 1 and same[0] == candidates[0] and not candidates[0][1].warnings else None


def evidence(connection: Connection, row: Any, chosen: YoungPerson) -> dict[str, Any]:
    """Returns the evidence of a confirmed match: its score, its reasons and the other proposals."""
    candidates = proposals(connection, [row])[row.stream]
    match = next((match for one, match in candidates if one.stream == chosen.stream), None)
    match = match or score(participant(row), person_of(chosen)) or BY_HAND
    others = tuple(one.stream for one, _ in candidates if one.stream != chosen.stream)
    return confirmation(match, others)


def confirmation(match: Match, others: tuple[UUID, ...] = ()) -> dict[str, Any]:
    """Returns a match, made by somebody, as the arguments of MatchConfirmed."""
    found = {"score": match.score, "reasons": match.reasons, "warnings": match.warnings}
    return {**found, "others": others, "automatic": False}


def person_of(found: YoungPerson) -> Person:
    """Returns a dossier in the form that matching compares."""
    return Person(found.last_name, found.first_name, found.imilo_number, found.birth_date)


def participant(row: Any) -> Person:
    """Returns a participation's row in the form that matching compares."""
    return Person(row.last_name, row.first_name, row.external_id)


def _ranked(
    connection: Connection, rows: Sequence[Any], near: Mapping[UUID, set[UUID]], limit: int
) -> dict[UUID, list[Proposal]]:
    people = directory.find_people(connection, {stream for row in rows for stream in near.get(row.stream, ())})
    seated = workshops.seated_at(connection, (row.started_at for row in rows if row.started_at))
    before = matched_alike(connection, rows) if rows else {}
    made: dict[UUID, list[Proposal]] = {}
    for row in rows:
        refused = {UUID(text) for text in row.rejected.split()}
        mine = sorted((people[s] for s in near.get(row.stream, set()) - refused), key=lambda one: str(one.stream))
        there, matched_dossiers = seated.get(row.started_at, []), before.get(row.stream, set())
        made[row.stream] = rank(
            participant(row),
            ((one, person_of(one)) for one in mine),
            limit,
            seated=[one for one in mine if one.stream in there],
            confirmed=[one for one in mine if row.external_id and matched_dossiers == {one.stream}],
        )
    return made


def _near(connection: Connection, stream_words: Mapping[UUID, set[str]]) -> dict[UUID, set[UUID]]:
    """Selects dossiers that share the beginnings of two words; one is enough for a name of one word."""
    near: dict[UUID, set[UUID]] = defaultdict(set)
    short = [stream for stream, words in stream_words.items() if len(words) == 1]
    long = [stream for stream, words in stream_words.items() if len(words) > 1]
    for order, least in ((short, 1), (long, 2)):
        listed = _listed(order, stream_words)
        if listed is not None:
            for place, stream in connection.execute(_nearest(listed, least)):
                near[order[place]].add(stream)
    return near


def _nearest(listed: CTE, least: int) -> Select[Any]:
    """Selects place and dossier, those with the most whole words in common first, at most MOST a place."""
    name, word = listed.c, directory.words.c
    start = func.substr(name.word, 1, _START)
    whole = func.sum(case((word.word == name.word, 1), else_=0))
    number = func.row_number().over(partition_by=name.place, order_by=(whole.desc(), word.stream))
    counted = (
        select(name.place, word.stream, number.label("n"))
        .join(directory.words, word.word.between(start, start.concat("\x7f")))
        .group_by(name.place, word.stream)
        .having(func.count(distinct(name.word)) >= least)
        .subquery()
    )
    return select(counted.c.place, counted.c.stream).where(counted.c.n <= MOST)


def _listed(order: Sequence[UUID], asked: Mapping[UUID, set[str]]) -> CTE | None:
    """Returns every word with the place of its participation in `order`; None without any."""
    words = sorted((place, word) for place, stream in enumerate(order) for word in asked[stream])
    if not words:
        return None
    columns = column("place", Integer), column("word", String)
    return values(*columns, name="listed", literal_binds=True).data(words).cte("asked")


def _numbered(connection: Connection, rows: Iterable[Any]) -> dict[UUID, set[UUID]]:
    """Returns the dossiers with the typed i-Milo number, without leading zeros."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for row in rows:
        for number in {row.number, *("0" * zeros + row.number.lstrip("0") for zeros in range(5))} if row.number else ():
            wanted[number].add(row.stream)
    if not wanted:
        return {}
    person = directory.people.c
    query = select(person.imilo_number, person.stream).where(person.imilo_number.in_(wanted))
    near: dict[UUID, set[UUID]] = defaultdict(set)
    for number, stream in connection.execute(query):
        for participation in wanted[number]:
            near[participation].add(stream)
    return near


def _merged(*near: Mapping[UUID, set[UUID]]) -> dict[UUID, set[UUID]]:
    return {stream: set().union(*(one.get(stream, ()) for one in near)) for stream in set().union(*near)}


_rows = result_routing.participations


def matched_alike(connection: Connection, rows: Sequence[Any]) -> dict[UUID, set[UUID]]:
    """Returns by participation the dossiers that others of the same name and number, as typed, are matched with."""
    namesakes: dict[tuple[str, str, str | None], set[UUID]] = {}
    for one in _matched(connection, names={row.last_name for row in rows}):
        namesakes.setdefault(_read_identity(one), set()).add(one.dossier)
    return {row.stream: namesakes[_read_identity(row)] for row in rows if _read_identity(row) in namesakes}


@Statement
def _matched(names: Collection[str]) -> Select[Any]:
    wanted = (_rows.c.last_name.in_(names), _rows.c.dossier.is_not(None))
    return select(_rows.c.last_name, _rows.c.first_name, _rows.c.external_id, _rows.c.dossier).where(*wanted)


def waiting_alike(connection: Connection, row: Any) -> list[Any]:
    """Returns the other waiting participations of the same name and number, as typed."""
    query = select(_rows).where(*result_routing.is_waiting(), _rows.c.last_name == row.last_name)
    found = connection.execute(query.order_by(_rows.c.stream))
    return [one for one in found if one.stream != row.stream and _read_identity(one) == _read_identity(row)]


def waiting_with_numbers(connection: Connection, numbers: Sequence[str]) -> dict[str, list[UUID]]:
    """Returns the waiting participations of many numbers; numbers without any are left out."""
    pairs: list[tuple[str, UUID]] = []
    for start in range(0, len(numbers), 500):
        some = _rows.c.number.in_(numbers[start : start + 500])
        query = select(_rows.c.number, _rows.c.stream).where(*result_routing.is_waiting(), some)
        pairs += connection.execute(query)
    return by_key(pairs)


def _read_identity(row: Any) -> tuple[str, str, str | None]:
    return row.last_name, row.first_name, row.external_id
