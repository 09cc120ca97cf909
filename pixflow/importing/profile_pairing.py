"""Pairs the rows of profile collections. A row has no date before the profile is sent, so its person identifies it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest

from msgspec import Struct

from pixflow.importing.row_pairing import Doubt, Pair, alone, pair
from pixflow.importing.rows import Base, FileRow, KnownRow, base_of, dated, is_since

Person = tuple[str, ...]


class _Unpaired(Struct):
    """Rows and participations of one person that are not paired yet, sent or not."""

    sent: list[FileRow]
    unsent: list[FileRow]
    gone: list[KnownRow]
    waiting: list[KnownRow]


def pair_profiles(
    rows: Sequence[FileRow], known: Sequence[KnownRow], *, older: bool, when: datetime | None
) -> list[Pair]:
    """Pairs every row with every known participation, once each; `when` is the time of the export.

    A sent profile is identified by its sending (docs/pix-orga.md#import-rules). A profile that waited may have been
    sent since.
    """
    pairs, (sent, gone) = pair(
        [row for row in rows if not row.unsent], [one for one in known if one.profile], older=older
    )
    unsent, waiting = [row for row in rows if row.unsent], [one for one in known if not one.profile]
    for person, left in _of_each(sent, unsent, gone, waiting).items():
        pairs += _then(left, when) if older and when else _now(left, named=bool(person[2]))
    return pairs


def _of_each(
    sent: Iterable[FileRow], unsent: Iterable[FileRow], gone: Iterable[KnownRow], waiting: Iterable[KnownRow]
) -> dict[Person, _Unpaired]:
    people: dict[Person, _Unpaired] = {}

    def of(base: Base) -> _Unpaired:
        return people.setdefault(base[:3], _Unpaired([], [], [], []))

    for row in sorted(sent, key=lambda row: row.base[3]):
        of(row.base).sent.append(row)
    for row in sorted(unsent, key=lambda row: row.key.ordinal):
        of(row.base).unsent.append(row)
    for one in sorted(gone, key=lambda one: base_of(one)[3]):
        of(base_of(one)).gone.append(one)
    for one in sorted(waiting, key=lambda one: (one.vanished is True, one.ordinal)):
        of(base_of(one)).waiting.append(one)
    return people


def _now(left: _Unpaired, *, named: bool) -> Iterator[Pair]:
    """Pairs the first row sent since with the participation that waited.

    Without an external id it may be a namesake's. If one still waits, it is the known one; among several, the match is
    doubtful.
    """
    doubt: Doubt | None = "equal-rows" if len(left.waiting) > 1 and not named else None
    first, then = (left.sent, left.unsent) if named else (left.unsent, left.sent)
    for row, one in zip_longest((*first, *then), left.waiting):
        yield Pair(row, one, doubt if row and one and not row.unsent else None)
    yield from alone([], left.gone)


def _then(left: _Unpaired, when: datetime) -> Iterator[Pair]:
    """Pairs the rows of an older export: a person who waited may have sent the profile since."""
    since = [one for one in left.gone if (moment := dated(one)) and is_since(moment, when)]
    others = [one for one in left.gone if one not in since]
    for row, one in zip_longest(left.unsent, (*left.waiting, *since)):
        yield Pair(row, one)
    yield from alone(left.sent, others)
