"""Reads the result cells of one assessment row (docs/pix-orga.md#assessments)."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from pixflow.pix_orga.cells import ABSENT, NOT_A_NUMBER, NOT_SHARED, BadCell, count, integer, rate, skill, yes_no
from pixflow.pix_orga.columns.result_columns import Named, Tail
from pixflow.pix_orga.export import Pairs, PartResult
from pixflow.pix_orga.problems import Problems

T = TypeVar("T")
TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Results:
    """Results of a shared row; all fields are empty when it is not shared."""

    mastery: Decimal | None = None
    palier: int | None = None
    badges: tuple[tuple[str, bool], ...] = ()
    competences: tuple[PartResult, ...] = ()
    domains: tuple[PartResult, ...] = ()
    skills: Pairs = ()


@dataclass(frozen=True, slots=True)
class RowCells:
    """Cells of one record, read one by one. Problems are noted with its line."""

    number: int
    cells: list[str]
    headers: tuple[str, ...]
    problems: Problems

    def take(self, parse: Callable[[str], T], place: int) -> T | None:
        """Returns the value of one cell, None after noting its problem."""
        text = self.cells[place]
        try:
            return parse(text)
        except BadCell as bad:
            self.problems.refuse(bad.code, self.number, column=self.headers[place], value=text)
            return None

    def take_rate(self, place: int) -> Decimal | None:
        """Returns a fraction 0..1, None for an absent one, and for NaN with a warning."""
        text = self.cells[place]
        if text == NOT_A_NUMBER:
            self.problems.warn("not-a-number", self.number, column=self.headers[place])
            return None
        return None if text in ABSENT else self.take(rate, place)

    def take_known(self, parse: Callable[[str], T], place: int) -> T | None:
        """Returns the value of one cell, None for an absent one."""
        return None if self.cells[place] in ABSENT else self.take(parse, place)

    def hides(self, start: int) -> None:
        """Refuses a row that is not shared and holds a result from `start` on ("result-not-shared")."""
        shown = next((place for place in range(start, len(self.cells)) if self.cells[place] not in ABSENT), None)
        if shown is not None:
            self.problems.refuse("result-not-shared", self.number, column=self.headers[shown])

    def shows(self, start: int) -> bool:
        """Refuses a shared row with NA from `start` on ("na-on-shared")."""
        if NOT_SHARED not in self.cells[start:]:
            return True
        place = self.cells.index(NOT_SHARED, start)
        self.problems.refuse("na-on-shared", self.number, column=self.headers[place])
        return False


def empty_results(line: RowCells, tail: Tail) -> Results:
    """Returns the empty results of a row that is not shared."""
    line.hides(tail.shared_at)
    return Results()


def read_results(line: RowCells, tail: Tail) -> Results:
    """Reads the results of a shared row, and checks them against each other."""
    if not line.shows(tail.shared_at):
        return Results()
    results = Results(
        mastery=line.take_rate(tail.mastery),
        palier=_palier(line, tail),
        badges=tuple((title, line.take(yes_no, place) is True) for place, title in tail.badges),
        competences=_parts(line, tail.competences),
        domains=_parts(line, tail.domains),
        skills=tuple((name, line.take(skill, place) or "") for place, name in tail.skills),
    )
    _check_mastery(line, tail, results)
    return results


def _palier(line: RowCells, tail: Tail) -> int | None:
    if tail.palier is None or tail.paliers is None or line.cells[tail.palier] in ABSENT:
        return None
    reached = line.take(integer, tail.palier)
    if reached is not None and not -1 <= reached <= tail.paliers:
        line.problems.refuse("palier-range", line.number, value=reached, most=tail.paliers)
    return None if reached == -1 else reached


def _parts(line: RowCells, blocks: list[Named]) -> tuple[PartResult, ...]:
    parts = (_part(line, place, name) for place, name in blocks)
    return tuple(part for part in parts if part is not None)


def _part(line: RowCells, place: int, name: str) -> PartResult | None:
    share = line.take_rate(place) if line.cells[place] else line.take(rate, place)
    targeted = line.take(count, place + 1)
    mastered = line.take(count, place + 2)
    if share is None or targeted is None or mastered is None:
        return None
    return PartResult(name, share, targeted, mastered)


def _check_mastery(line: RowCells, tail: Tail, results: Results) -> None:
    if line.cells[tail.mastery] == "":
        line.problems.warn("mastery-null", line.number)
    targeted = sum(part.targeted for part in results.competences)
    mastered = sum(part.mastered for part in results.competences)
    if results.mastery is None or targeted == 0:
        return
    if abs(results.mastery * targeted - mastered) > TOLERANCE * targeted:
        line.problems.warn("mastery-mismatch", line.number, rate=results.mastery, mastered=mastered, targeted=targeted)
