"""All that leaves of the figures on one day: whoever holds every file of it computes no number from 1 to 4."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from pixflow.documents.small_numbers import HIDDEN, SMALL, Span, is_small
from pixflow.events.indicators import ReportRow
from pixflow.indicators.outside import Days, Figure, Outside, Part, at_least, hide, pieces, years

DAY = date(2026, 11, 30)
QUARTER, MONTH = (date(2026, 9, 1), DAY), (date(2026, 11, 1), DAY)
PERIODS = (*years(DAY), QUARTER, MONTH)
ATOMS = pieces(PERIODS)
SITES, STATES = ("L’Aigle", "Mortagne"), ("done", "waiting", "late", "out")


class Atom(NamedTuple):
    """Whoever entered in some days, at a site, and is in a state."""

    days: Days
    site: str
    state: str


EVERYBODY = tuple(Atom(*one) for one in product(ATOMS, SITES, STATES))
People = Mapping[Atom, int]
Some = frozenset[Atom]
Told = Sequence[tuple[Some, Span]]
"""The least and the most that a reader knows of some people."""
PEOPLE = st.lists(st.integers(0, 6), min_size=len(EVERYBODY), max_size=len(EVERYBODY)).map(
    lambda numbers: dict(zip(EVERYBODY, numbers, strict=True))
)


def of(days: Days, site: str = "", state: str = "") -> Some:
    return frozenset(
        one
        for one in EVERYBODY
        if days[0] <= one.days[0] and one.days[1] <= days[1] and site in ("", one.site) and state in ("", one.state)
    )


def count(people: People, some: Some) -> int:
    return sum(people[one] for one in some)


def figure(people: People, days: Days, site: str = "") -> Figure:
    among = count(people, of(days, site))
    parts = [Part(one, count(people, of(days, site, one)), among, counts=one, of="among") for one in STATES]
    return Figure(parts[0].counted, among, tuple(parts))


# --- every file of the day


def said(rows: Sequence[ReportRow], days: Days, site: str) -> Iterator[tuple[Some, Span]]:
    for row in rows:
        for state, number, least in (
            (row.part or "done", row.counted, row.counted_least),
            ("", row.among, row.among_least),
        ):
            some = of(days, site, state)
            if number is not None:
                yield some, Span(number, number)
            else:
                yield some, HIDDEN if least is None else SMALL if least == 1 else Span(least, HIDDEN.high)


def together(people: People) -> Told:
    """Returns what is told where all that leaves on the day is hidden together, and who waits past their day."""
    tables = {days: {"I4": figure(people, days)} for days in (*pieces(years(DAY)), *years(DAY))}
    outside = Outside(DAY, tables)
    files = [
        one
        for days, site in product(PERIODS, ("", *SITES))
        for one in said(outside.rows("I4", figure(people, days, site), days, whole=not site), days, site)
    ]
    return [*files, *((some, Span(at_least(count(people, some)), HIDDEN.high)) for some in late())]


def each_alone(people: People) -> Told:
    """Returns what was told where each file hid its own small numbers, and the page for the board others."""
    files = [
        one
        for days, site in product(PERIODS, ("", *SITES))
        for one in said(hide({days: {"I4": figure(people, days, site)}}, [days])[days], days, site)
    ]
    counts = ((some, count(people, some)) for some in late())
    return [*files, *((some, SMALL if is_small(number) else Span(number, number)) for some, number in counts)]


def late() -> list[Some]:
    return [of((ATOMS[0][0], DAY), site, "late") for site in ("", *SITES)]


# --- the solver: another population of which all that is told is true


class Reader:
    """Whoever holds every file of the day, and tries to compute a number from 1 to 4.

    A number is not computed where a twin has another one: another population, of which all that is told is true.
    """

    def __init__(self, people: People, told: Told) -> None:
        self.people, self.told = people, told
        self.counts = [count(people, those) for those, _ in told]
        self.within = {one: [n for n, (those, _) in enumerate(told) if one in those] for one in EVERYBODY}

    def computed(self) -> Iterator[Some]:
        """Yields the few who are counted by what is told: cells, totals, and what one file has beyond another."""
        where = list(product(PERIODS, ("", *SITES)))
        cells = [[of(days, site, state) for days, site in where] for state in ("", *STATES)]
        tried = {one for some in cells for one in some}
        tried |= {whole - part for some in cells for whole, part in product(some, some) if part < whole}
        tried |= {of(days, site) - of(days, site, state) for days, site in where for state in STATES}
        yield from (some for some in tried if is_small(count(self.people, some)) and not self.has_twin(some))

    def has_twin(self, some: Some) -> bool:
        """Tells if eight moves of one young person, put in or taken out, lead to a twin with another number of them."""
        first = [{one: step} for step in (1, -1) for one in some if self.people[one] + step >= 0]
        return any(self._search(moves, left, some, set()) for left in (1, 3, 5, 7) for moves in first)

    def _search(self, moves: Mapping[Atom, int], left: int, some: Some, seen: set[frozenset[Any]]) -> bool:
        if (key := frozenset(moves.items())) in seen:
            return False
        seen.add(key)
        if (broken := self._broken(moves)) is None:
            return sum(step for one, step in moves.items() if one in some) != 0
        those, step = broken
        return left > 0 and any(
            self._search({**moves, one: step}, left - 1, some, seen)
            for one in those
            if one not in moves and self.people[one] + step >= 0
        )

    def _broken(self, moves: Mapping[Atom, int]) -> tuple[Some, int] | None:
        """Returns the fewest people of whom what is told is true no more, and the step that mends it."""
        changed: Counter[int] = Counter()
        for one, step in moves.items():
            changed.update(dict.fromkeys(self.within[one], step))
        found = [place for place, step in changed.items() if not self.told[place][1].holds(self.counts[place] + step)]
        if not found:
            return None
        place = min(found, key=lambda one: (len(self.told[one][0]), one))
        return self.told[place][0], 1 if changed[place] < 0 else -1


@settings(deadline=None, max_examples=20)
@given(PEOPLE)
def test_whoever_holds_all_that_leaves_on_a_day_computes_no_small_number(people: People) -> None:
    told = together(people)
    assert all(span.holds(count(people, some)) for some, span in told)
    assert not list(Reader(people, told).computed())


def test_the_solver_finds_what_files_that_hid_their_own_numbers_gave_away() -> None:
    """Of 58 presented 38 were done and 12 waited; 6 were late, said another page. Two were out: 58 - 38 - 12 - 6."""
    states = {"L’Aigle": (19, 7, 5, 1), "Mortagne": (19, 5, 1, 1)}
    people = dict.fromkeys(EVERYBODY, 0) | {
        Atom(ATOMS[-1], site, state): number
        for site, numbers in states.items()
        for state, number in zip(STATES, numbers, strict=True)
    }
    out = {of(PERIODS[0], site, "out") for site in ("", "L’Aigle")}
    assert out <= set(Reader(people, each_alone(people)).computed())
    assert not list(Reader(people, together(people)).computed())
