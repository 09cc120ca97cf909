"""Changes that a portfolio file would make, before anything is recorded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, Protocol, get_args
from uuid import UUID

from dateutil.relativedelta import relativedelta
from msgspec import Struct
from msgspec.structs import replace

from pixflow.dossier.follow_up import is_mistaken
from pixflow.dossier.state import Dossier
from pixflow.identity import words
from pixflow.participation.scoring import Person, score
from pixflow.portfolio_import.columns import FIELDS, Column, Field
from pixflow.portfolio_import.corrections import (
    Command,
    ResolvedRow,
    Resolver,
    corrections,
    differences,
    opening,
    with_history,
)
from pixflow.portfolio_import.problems import PortfolioProblem
from pixflow.portfolio_import.reader import Portfolio
from pixflow.reference_data import References
from pixflow.refused import Refused

AGES = range(16, 26)
"""Years of age of the young people of a Mission locale."""
Words = frozenset[str]
Status = Literal["new", "unchanged", "changed", "doubtful", "closed", "left"]
Doubt = Literal["other-name", "same-person", "namesake", "twice-in-file", "lost-zeros"]
Way = Literal["correct", "open"]
"""Ways to record a row: correct the dossier that it found, or open a dossier."""
WAYS: tuple[Way, ...] = get_args(Way)


class KnownPerson(Protocol):
    """One known dossier."""

    @property
    def stream(self) -> UUID: ...
    @property
    def last_name(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def imilo_number(self) -> str | None: ...


class PortfolioRow(Struct, frozen=True):
    """One row and its change.

    `status`: new (`dossier` is one to open again, closed as a mistake); unchanged; changed (`differs` names the fields,
    `before` the values of the dossier: offered); doubtful (see `doubt`; nothing is recorded, unless somebody chose one
    of its `ways`); closed (it differs, and the dossier is closed); left (a problem of its line says why).

    `doubt`: other-name (same number, other names), same-person (same names and birth date), namesake (same names, no
    birth date to distinguish them), twice-in-file, lost-zeros (the number of another dossier or row but for leading
    zeros, which a spreadsheet removes). `dossier` is the one found, when there is just one. `way`: what is recorded of
    a new row, and of a doubtful one that somebody settled.
    """

    status: Status
    row: ResolvedRow
    dossier: UUID | None = None
    differs: tuple[Field, ...] = ()
    doubt: Doubt | None = None
    before: tuple[str | date | UUID | None, ...] = ()
    ways: tuple[Way, ...] = ()
    way: Way | None = None


class PortfolioCounts(Struct, frozen=True):
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    doubtful: int = 0
    closed: int = 0
    left: int = 0
    unassigned: int = 0
    settled: int = 0


class PortfolioPreview(Struct, frozen=True):
    """Preview of an import.

    `unassigned` counts the new dossiers without an advisor, `settled` the doubtful rows that somebody settled.
    """

    columns: tuple[Column, ...]
    lines: tuple[PortfolioRow, ...]
    counts: PortfolioCounts
    problems: tuple[PortfolioProblem, ...]


class Planner:
    """Compares the rows of one file, in order, with the dossiers of a structure.

    `holders`: the dossier with each i-Milo number of the file; `states`: those dossiers and the namesakes of its rows;
    `people`: every dossier, by name words; `bare`: every numbered one, by its number without leading zeros; `site`
    applies to new dossiers whose row has none; `doubts`: what somebody chose for doubtful rows, by line.
    """

    def __init__(
        self,
        refs: References,
        *,
        today: date,
        site: str | None,
        holders: Mapping[str, UUID],
        states: Mapping[UUID, Dossier],
        people: Mapping[Words, Sequence[KnownPerson]],
        bare: Mapping[str, UUID],
        doubts: Mapping[int, Way],
    ) -> None:
        self._refs, self._today, self._site = refs, today, site
        self._holders, self._states, self._people, self._bare = holders, states, people, bare
        self._doubts = doubts
        self._resolver = Resolver(refs, today)
        self._left: list[PortfolioProblem] = []
        self._opened: dict[Words, list[ResolvedRow]] = {}
        self._numbers: dict[str, int] = {}
        self._bare_numbers: set[str] = set()

    def preview(self, portfolio: Portfolio) -> PortfolioPreview:
        """Returns the changes that the file would make."""
        lines = tuple(self._line(self._resolver.resolve(entry)) for entry in portfolio.rows)
        unknown = self._in_place(self._resolver.problems, lines)
        problems = (*portfolio.problems, *unknown, *self._left, *_warnings(lines, self._today))
        in_order = tuple(sorted(problems, key=lambda one: one.line or 0))
        return PortfolioPreview(portfolio.columns, lines, _counts(lines, portfolio), in_order)

    def _in_place(
        self, problems: Iterable[PortfolioProblem], lines: Iterable[PortfolioRow]
    ) -> Iterator[PortfolioProblem]:
        """Returns the problems; one of an unknown site with the site that takes its place."""
        sites = {}
        for line in lines:
            known = self._states.get(line.dossier) if line.dossier else None
            sites[line.row.line] = known.site if known else line.row.site or ""
        for one in problems:
            yield replace(one, instead=sites[one.line or 0]) if one.code == "site-unknown" else one

    def _line(self, row: ResolvedRow) -> PortfolioRow:
        number = row.imilo_number
        if not number:
            return self._of_names(row)
        first = self._numbers.setdefault(number, row.line)
        if first != row.line:
            return self._leave(row, "number-twice", "imilo_number", str(first))
        bare, holder = bare_number(number), self._holders.get(number)
        met = bare in self._bare or bare in self._bare_numbers
        self._bare_numbers.add(bare)
        if holder:
            return self._of_number(row, holder)
        return self._doubtful(row, self._bare.get(bare), "lost-zeros") if met else self._of_names(row)

    def _of_number(self, row: ResolvedRow, dossier: UUID) -> PortfolioRow:
        state = self._states[dossier]
        if state.erased:
            return self._leave(row, "person-erased", "imilo_number", state.erased.on.isoformat())
        # The same number: the file may correct names that agree, or nearly.
        mine, known = (Person(one.last_name, one.first_name, row.imilo_number) for one in (row, state))
        match = score(mine, known)
        if match is None or "same-number-other-name" in match.warnings:
            return self._doubtful(row, dossier, "other-name")
        return self._compare(row, dossier, state)

    def _compare(self, row: ResolvedRow, dossier: UUID, state: Dossier) -> PortfolioRow:
        again = is_mistaken(state)
        state = replace(state, closed=None) if again else state
        differs = differences(row, state)
        if not differs and not again:
            return PortfolioRow("unchanged", row, dossier)
        if state.closed:
            return PortfolioRow("closed", row, dossier, differs)
        if refused := self._refusal(corrections(row, differs), state):
            return self._leave(row, refused.code, refused.details.get("field"))
        if again:
            return PortfolioRow("new", self._opened_at(row, row.site or state.site), dossier, differs, way="open")
        return PortfolioRow("changed", row, dossier, differs, before=_values(state, differs))

    def _refusal(self, commands: Iterable[Command], state: Dossier) -> Refused | None:
        try:
            for decide, arguments in commands:
                decide(state, **arguments, on=self._today, **with_history(decide, ()))
        except Refused as refused:
            return refused
        return None

    def _of_names(self, row: ResolvedRow) -> PortfolioRow:
        mine = words(row.last_name, row.first_name)
        near = [one for one in self._people.get(mine, ()) if _could_be(row, one)]
        if len(near) == 1 and is_mistaken(self._states[near[0].stream]):
            return self._compare(row, near[0].stream, self._states[near[0].stream])
        if len(near) == 1 and not row.imilo_number and not differences(row, self._states[near[0].stream]):
            return PortfolioRow("unchanged", row, near[0].stream)
        if near:
            sure = any(one.birth_date and one.birth_date == row.birth_date for one in near)
            only = near[0].stream if len(near) == 1 else None
            return self._doubtful(row, only, "same-person" if sure else "namesake")
        if any(_could_be(row, other) for other in self._opened.get(mine, ())):
            return self._doubtful(row, None, "twice-in-file")
        return self._new(row)

    def _new(self, row: ResolvedRow) -> PortfolioRow:
        site = row.site or self._default_site(row)
        if site is None:
            return self._leave(row, "site-needed", "site")
        if refused := self._refusal([opening(row, site)], Dossier()):
            return self._leave(row, refused.code, refused.details.get("field"))
        return PortfolioRow("new", self._opened_at(row, site), way="open")

    def _opened_at(self, row: ResolvedRow, site: str) -> ResolvedRow:
        self._opened.setdefault(words(row.last_name, row.first_name), []).append(row)
        return replace(row, site=site)

    def _doubtful(self, row: ResolvedRow, dossier: UUID | None, doubt: Doubt) -> PortfolioRow:
        """Returns a row for somebody to settle, or as they settled it. Lost zeros are not written to the dossier."""
        state = self._states[dossier] if dossier else Dossier()
        kept = {"imilo_number"} if doubt == "lost-zeros" else set()
        differs = tuple(field for field in differences(row, state) if field not in kept) if dossier else ()
        site = row.site or self._default_site(row)
        ways = tuple(self._ways(row, state, differs, doubt, site))
        way = self._doubts.get(row.line)
        if way not in ways:
            way = None
        if way == "open" and site:
            row = self._opened_at(row, site)
        return PortfolioRow("doubtful", row, dossier, differs, doubt, _values(state, differs), ways, way)

    def _ways(
        self, row: ResolvedRow, state: Dossier, differs: Sequence[Field], doubt: Doubt, site: str | None
    ) -> Iterator[Way]:
        if differs and not state.closed and not self._refusal(corrections(row, differs), state):
            yield "correct"
        if doubt != "other-name" and site and not self._refusal([opening(row, site)], Dossier()):
            yield "open"

    def _default_site(self, row: ResolvedRow) -> str | None:
        """Returns the advisor's site, else the requested one, else the only one."""
        member = self._refs.colleague(row.advisor)
        sites = self._refs.structure.sites
        return (member.site if member else None) or self._site or (sites[0] if len(sites) == 1 else None)

    def _leave(self, row: ResolvedRow, code: str, field: object = None, value: str = "") -> PortfolioRow:
        named = next((known for known in FIELDS if known == field), None)
        self._left.append(PortfolioProblem("left", code, row.line, named, value))
        return PortfolioRow("left", row)


def by_bare_number(people: Iterable[KnownPerson]) -> dict[str, UUID]:
    """Returns the dossier with each number, without leading zeros."""
    return {bare_number(one.imilo_number): one.stream for one in people if one.imilo_number}


def by_words(people: Iterable[KnownPerson]) -> dict[Words, list[KnownPerson]]:
    """Returns everybody by the words of their names."""
    people_by_words: dict[Words, list[KnownPerson]] = {}
    for one in people:
        people_by_words.setdefault(words(one.last_name, one.first_name), []).append(one)
    return people_by_words


def bare_number(number: str) -> str:
    return number.lstrip("0") or "0"


def _values(state: Dossier, fields: Iterable[Field]) -> tuple[str | date | UUID | None, ...]:
    return tuple(getattr(state, field) for field in fields)


def _warnings(lines: Sequence[PortfolioRow], today: date) -> Iterator[PortfolioProblem]:
    """Warns once of numbers kept as figures, and of each age that a Mission locale does not follow (docs/domain.md)."""
    if any(line.way == "open" and line.row.figures for line in lines):
        yield PortfolioProblem("warning", "number-figures", field="imilo_number")
    for line in lines:
        born = line.row.birth_date
        if born and (line.way == "open" or "birth_date" in line.differs):
            age = relativedelta(today, born).years
            if age not in AGES:
                yield PortfolioProblem("warning", "unusual-age", line.row.line, "birth_date", str(age))


def _could_be(row: ResolvedRow, other: KnownPerson | ResolvedRow) -> bool:
    """Tells whether nothing distinguishes two people with the same names: birth dates, or without them numbers."""
    if row.birth_date and other.birth_date:
        return row.birth_date == other.birth_date
    return not (row.imilo_number and other.imilo_number)


def _counts(lines: Sequence[PortfolioRow], portfolio: Portfolio) -> PortfolioCounts:
    counts = Counter[str]("settled" if line.status == "doubtful" and line.way else line.status for line in lines)
    counts["left"] += sum(problem.severity == "left" for problem in portfolio.problems)
    counts["unassigned"] = sum(line.way == "open" and line.row.advisor is None for line in lines)
    return PortfolioCounts(**counts)
