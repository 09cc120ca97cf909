"""Pairs rows of the file with known participations, equal keys as multisets (docs/domain.md#later-exports)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Literal, TypeVar

from msgspec import Struct

from pixflow.pix_orga import ExportEntry
from pixflow.result_import.rows import (
    Base,
    FileRow,
    KnownRow,
    base_of,
    find_date,
    has_day_only,
    is_since,
    same_profile,
    same_result,
    utc_day,
)

T = TypeVar("T")
G = TypeVar("G")
Doubt = Literal["equal-rows", "day-only"]
Left = tuple[list[FileRow], list[KnownRow]]


class Pair(Struct, frozen=True):
    """A row and its participation: a new row without `known`, a vanished participation without `file_row`.

    `doubt` says why it is only the best guess among equal ones.
    """

    file_row: FileRow | None
    known: KnownRow | None
    doubt: Doubt | None = None

    @property
    def who(self) -> ExportEntry | KnownRow:
        """The names: from the file, else as known."""
        if self.file_row:
            return self.file_row.row
        if self.known:
            return self.known
        raise ValueError("a pair of nothing")


def pair(rows: Sequence[FileRow], participations: Sequence[KnownRow], *, older: bool) -> tuple[list[Pair], Left]:
    """Pairs every row with its known participation, as far as possible. Returns also those left on either side."""
    pairs: list[Pair] = []
    there, here = _group(rows, lambda row: row.base), _group(participations, base_of)
    left_rows, left_known = [], []
    for base in dict.fromkeys((*there, *here)):
        settled, mine, theirs = _settle(there.get(base, []), here.get(base, []), "equal-rows", older)
        pairs += settled
        left_rows += mine
        left_known += theirs
    settled, left_rows, left_known = _by_day(left_rows, left_known, older)
    return [*pairs, *settled], (left_rows, left_known)


def leave_unpaired(rows: Sequence[FileRow], known: Sequence[KnownRow]) -> list[Pair]:
    """Returns the pairs of new rows, and of vanished participations."""
    return [*(Pair(row, None) for row in rows), *(Pair(None, one) for one in known)]


def same_outcome(row: FileRow, participation: KnownRow) -> bool:
    """Tells whether the row has the same outcome as the known participation."""
    if row.result and participation.result:
        return same_result(row.result, participation.result)
    if row.profile and participation.profile:
        return same_profile(row.profile, participation.profile)
    shown, told = row.result or row.profile, participation.result or participation.profile
    return shown is told and row.progress == participation.progress


def _by_day(
    rows: list[FileRow], participations: list[KnownRow], older: bool
) -> tuple[list[Pair], list[FileRow], list[KnownRow]]:
    """Pairs rows that have a day with participations that have a time, and the reverse."""
    if not rows or not participations:
        return [], rows, participations
    pairs: list[Pair] = []
    there = _group(rows, lambda row: (_day(row.base, utc_day(row.dated)), has_day_only(row.dated)))
    here = _group(
        participations, lambda one: (_day(base_of(one), utc_day(find_date(one))), not has_day_only(find_date(one)))
    )
    for place in [place for place in there if place in here]:
        settled, there[place], here[place] = _settle(there[place], here[place], "day-only", older)
        pairs += settled
    return pairs, [row for group in there.values() for row in group], [one for group in here.values() for one in group]


def _day(base: Base, day: str) -> Base:
    return (*base[:3], day)


def _settle(
    rows: list[FileRow], participations: list[KnownRow], doubt: Doubt, older: bool
) -> tuple[list[Pair], list[FileRow], list[KnownRow]]:
    """Pairs what its content distinguishes, and what is left on one side. Marks the rest as doubtful.

    An older export records nothing of known rows, so the choice does not matter there.
    """
    if not rows or not participations:
        return [], rows, participations
    pairs, rows, participations = _exact(rows, participations)
    visible = [one for one in participations if not one.vanished]
    hidden = [one for one in participations if one.vanished]
    if len(rows) <= len(visible):
        candidates, rest = visible, hidden
    else:
        candidates, rest = participations, []
    if not rows or not candidates:
        return pairs, rows, participations
    sure = len(rows) == len(candidates) == 1 or (older and len(rows) <= len(candidates))
    ranked = sorted(rows, key=lambda row: row.key.ordinal), sorted(candidates, key=_rank)
    guesses = [Pair(row, one, None if sure else doubt) for row, one in zip_longest(*ranked)]
    return [*pairs, *guesses], [], rest


def _exact(rows: list[FileRow], participations: list[KnownRow]) -> tuple[list[Pair], list[FileRow], list[KnownRow]]:
    if len(rows) == len(participations) == 1:
        return [Pair(rows[0], participations[0])], [], []
    pairs, left, open_ones = [], [], sorted(participations, key=lambda one: one.vanished)
    for row in rows:
        same = next((one for one in open_ones if same_outcome(row, one)), None)
        if same is None:
            left.append(row)
        else:
            open_ones.remove(same)
            pairs.append(Pair(row, same))
    return pairs, left, open_ones


def _rank(participation: KnownRow) -> tuple[bool, str, object, int]:
    """Ranks equal rows as pix_orga does: shared ones first, in order of sharing, then the most advanced."""
    outcome = participation.result or participation.profile
    shared = utc_day(outcome.shared) if outcome else ""
    return outcome is None, shared, -(participation.progress or 0), participation.ordinal


def _group(items: Iterable[T], key: Callable[[T], G]) -> dict[G, list[T]]:
    groups: dict[G, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


class _Unpaired(Struct):
    """Rows and participations of one person that are not paired yet, sent or not."""

    sent: list[FileRow]
    unsent: list[FileRow]
    gone: list[KnownRow]
    waiting: list[KnownRow]


def pair_profiles(
    rows: Sequence[FileRow], participations: Sequence[KnownRow], *, older: bool, when: datetime | None
) -> list[Pair]:
    """Pairs every row with every known participation, once each; `when` is the time of the export.

    A sent profile is identified by its sending (docs/pix-orga.md#import-rules). A profile that waited may have been
    sent since.
    """
    pairs, (sent, gone) = pair(
        [row for row in rows if not row.unsent], [one for one in participations if one.profile], older=older
    )
    unsent = sorted((row for row in rows if row.unsent), key=lambda row: row.key.ordinal)
    waiting = sorted(
        (one for one in participations if not one.profile), key=lambda one: (one.vanished is True, one.ordinal)
    )
    sent_by = _group(sorted(sent, key=lambda row: row.base[3]), lambda row: row.base[:3])
    unsent_by = _group(unsent, lambda row: row.base[:3])
    gone_by = _group(sorted(gone, key=lambda one: base_of(one)[3]), lambda one: base_of(one)[:3])
    waiting_by = _group(waiting, lambda one: base_of(one)[:3])
    for who in dict.fromkeys((*sent_by, *unsent_by, *gone_by, *waiting_by)):
        left = _Unpaired(sent_by.get(who, []), unsent_by.get(who, []), gone_by.get(who, []), waiting_by.get(who, []))
        pairs += _pair_older(left, when) if older and when else _pair_newer(left, named=bool(who[2]))
    return pairs


def _pair_newer(left: _Unpaired, *, named: bool) -> Iterator[Pair]:
    """Pairs the first row sent since with the participation that waited.

    Without an external id it may be a namesake's. If one still waits, it is the known one; among several, the match is
    doubtful.
    """
    doubt: Doubt | None = "equal-rows" if len(left.waiting) > 1 and not named else None
    first, then = (left.sent, left.unsent) if named else (left.unsent, left.sent)
    for row, one in zip_longest((*first, *then), left.waiting):
        yield Pair(row, one, doubt if row and one and not row.unsent else None)
    yield from leave_unpaired([], left.gone)


def _pair_older(left: _Unpaired, when: datetime) -> Iterator[Pair]:
    """Pairs the rows of an older export: a person who waited may have sent the profile since."""
    since = [one for one in left.gone if (moment := find_date(one)) and is_since(moment, when)]
    others = [one for one in left.gone if one not in since]
    for row, one in zip_longest(left.unsent, (*left.waiting, *since)):
        yield Pair(row, one)
    yield from leave_unpaired(left.sent, others)
