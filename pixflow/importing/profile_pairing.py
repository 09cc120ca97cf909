"""Profile collections: a row has no date until the profile is sent, so what waited is told by its person."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest

from msgspec import Struct

from pixflow.importing.row_pairing import Doubt, Pair, alone, pair
from pixflow.importing.rows import Base, KnownRow, Said, base_of, dated, is_since

Person = tuple[str, ...]


class _Left(Struct):
    """What one person's exports leave to be told: rows sent or not, participations sent or not."""

    sent: list[Said]
    unsent: list[Said]
    gone: list[KnownRow]
    waiting: list[KnownRow]


def pair_profiles(rows: Sequence[Said], known: Sequence[KnownRow], *, older: bool, when: datetime | None) -> list[Pair]:
    """Every row and every known participation, once each; `when` is the time of the export.

    What was sent goes by its sending (docs/pix-orga.md#import-rules); then what waited may have been sent since.
    """
    pairs, (sent, gone) = pair(
        [row for row in rows if not row.unsent], [one for one in known if one.profile], older=older
    )
    unsent, waiting = [row for row in rows if row.unsent], [one for one in known if not one.profile]
    for person, left in _of_each(sent, unsent, gone, waiting).items():
        pairs += _then(left, when) if older and when else _now(left, named=bool(person[2]))
    return pairs


def _of_each(
    sent: Iterable[Said], unsent: Iterable[Said], gone: Iterable[KnownRow], waiting: Iterable[KnownRow]
) -> dict[Person, _Left]:
    people: dict[Person, _Left] = {}

    def of(base: Base) -> _Left:
        return people.setdefault(base[:3], _Left([], [], [], []))

    for row in sorted(sent, key=lambda row: row.base[3]):
        of(row.base).sent.append(row)
    for row in sorted(unsent, key=lambda row: row.key.ordinal):
        of(row.base).unsent.append(row)
    for one in sorted(gone, key=lambda one: base_of(one)[3]):
        of(base_of(one)).gone.append(one)
    for one in sorted(waiting, key=lambda one: (one.vanished is True, one.ordinal)):
        of(base_of(one)).waiting.append(one)
    return people


def _now(left: _Left, *, named: bool) -> Iterator[Pair]:
    """The first sent since is the one that waited. Without an id of theirs it may be a namesake's: who waits still
    is the one known, and among several nobody can tell which was sent.
    """
    doubt: Doubt | None = "equal-rows" if len(left.waiting) > 1 and not named else None
    first, then = (left.sent, left.unsent) if named else (left.unsent, left.sent)
    for row, one in zip_longest((*first, *then), left.waiting):
        yield Pair(row, one, doubt if row and one and not row.unsent else None)
    yield from alone([], left.gone)


def _then(left: _Left, when: datetime) -> Iterator[Pair]:
    """In an older export, who waited may have sent since."""
    since = [one for one in left.gone if (moment := dated(one)) and is_since(moment, when)]
    others = [one for one in left.gone if one not in since]
    for row, one in zip_longest(left.unsent, (*left.waiting, *since)):
        yield Pair(row, one)
    yield from alone(left.sent, others)
