"""What a portfolio file would change, said before anything is recorded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.dossier.state import Dossier
from pixflow.identity import words
from pixflow.participation.matching import Person, score
from pixflow.portfolio.columns import FIELDS, Column, Field
from pixflow.portfolio.corrections import corrections, differences, opening
from pixflow.portfolio.problems import Problem
from pixflow.portfolio.reader import Portfolio
from pixflow.portfolio.resolving import Resolver, Said
from pixflow.reference_data import References
from pixflow.refused import Refused

Words = frozenset[str]
Status = Literal["new", "unchanged", "changed", "doubtful", "closed", "left"]
Doubt = Literal["other-name", "same-person", "namesake", "twice-in-file", "lost-zeros"]


class KnownPerson(Protocol):
    """One dossier as the read side knows it."""

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


class Line(Struct, frozen=True):
    """One row and what becomes of it.

    `status`: new; unchanged; changed (`differs` names what the file says otherwise, `before` what the dossier says of
    each: offered); doubtful (see `doubt`, nothing is recorded); closed (it differs, and the dossier is closed); left (a
    problem of its line says why).
    `doubt`: other-name (same number, other names), same-person (same names and birth date), namesake (same names, no
    birth date to tell them apart), twice-in-file, lost-zeros (the number of another dossier or row but for the zeros in
    front, which a spreadsheet eats). `dossier` is the one met, when there is just one.
    """

    status: Status
    said: Said
    dossier: UUID | None = None
    differs: tuple[Field, ...] = ()
    doubt: Doubt | None = None
    before: tuple[str | date | UUID | None, ...] = ()


class Counts(Struct, frozen=True):
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    doubtful: int = 0
    closed: int = 0
    left: int = 0
    unassigned: int = 0


class Preview(Struct, frozen=True):
    """What to show before recording; `unassigned` counts the new dossiers without an advisor."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    counts: Counts
    problems: tuple[Problem, ...]


class Planner:
    """Compares the rows of one file, in order, with the dossiers of a structure.

    `holders`: which dossier has each i-Milo number of the file; `states`: those dossiers and the namesakes of its rows;
    `people`: every dossier, by name words; `bare`: every numbered one, by its number without the zeros in front; `site`
    is for new dossiers whose row tells none.
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
    ) -> None:
        self._refs, self._today, self._site = refs, today, site
        self._holders, self._states, self._people, self._bare = holders, states, people, bare
        self._resolver = Resolver(refs, today)
        self._left: list[Problem] = []
        self._opened: dict[Words, list[Said]] = {}
        self._numbers: dict[str, int] = {}
        self._bare_numbers: set[str] = set()

    def preview(self, portfolio: Portfolio) -> Preview:
        """What the file would change."""
        lines = tuple(self._line(self._resolver.resolve(entry)) for entry in portfolio.rows)
        problems = (*portfolio.problems, *self._resolver.problems, *self._left, *_figures(lines))
        return Preview(
            portfolio.columns, lines, _counts(lines, portfolio), tuple(sorted(problems, key=lambda one: one.line or 0))
        )

    def _line(self, said: Said) -> Line:
        number = said.imilo_number
        if not number:
            return self._of_names(said)
        first = self._numbers.setdefault(number, said.line)
        if first != said.line:
            return self._leave(said, "number-twice", "imilo_number", str(first))
        bare, holder = _bare(number), self._holders.get(number)
        met = bare in self._bare or bare in self._bare_numbers
        self._bare_numbers.add(bare)
        if holder:
            return self._of_number(said, holder)
        return Line("doubtful", said, self._bare.get(bare), doubt="lost-zeros") if met else self._of_names(said)

    def _of_number(self, said: Said, dossier: UUID) -> Line:
        state = self._states[dossier]
        if state.erased:
            return self._leave(said, "person-erased", "imilo_number", state.erased.on.isoformat())
        if not _same_person(said, state):
            return Line("doubtful", said, dossier, doubt="other-name")
        return self._compared(said, dossier, state)

    def _compared(self, said: Said, dossier: UUID, state: Dossier) -> Line:
        differs = differences(said, state)
        if not differs:
            return Line("unchanged", said, dossier)
        if state.closed:
            return Line("closed", said, dossier, differs)
        try:
            for decide, arguments in corrections(said, differs):
                decide(state, **arguments, on=self._today)
        except Refused as refused:
            return self._leave(said, refused.code, refused.details.get("field"))
        return Line("changed", said, dossier, differs, before=tuple(getattr(state, field) for field in differs))

    def _of_names(self, said: Said) -> Line:
        mine = words(said.last_name, said.first_name)
        near = [one for one in self._people.get(mine, ()) if _could_be(said, one)]
        if len(near) == 1 and not said.imilo_number and not differences(said, self._states[near[0].stream]):
            return Line("unchanged", said, near[0].stream)
        if near:
            sure = any(one.birth_date and one.birth_date == said.birth_date for one in near)
            only = near[0].stream if len(near) == 1 else None
            return Line("doubtful", said, only, doubt="same-person" if sure else "namesake")
        if any(_could_be(said, other) for other in self._opened.get(mine, ())):
            return Line("doubtful", said, doubt="twice-in-file")
        return self._new(said, mine)

    def _new(self, said: Said, mine: Words) -> Line:
        site = said.site or self._default_site(said)
        if site is None:
            return self._leave(said, "site-needed", "site")
        decide, arguments = opening(said, site)
        try:
            decide(Dossier(), **arguments, on=self._today)
        except Refused as refused:
            return self._leave(said, refused.code, refused.details.get("field"))
        self._opened.setdefault(mine, []).append(said)
        return Line("new", replace(said, site=site))

    def _default_site(self, said: Said) -> str | None:
        """The advisor's, else the one asked for, else the only one."""
        member = self._refs.team.get(said.advisor) if said.advisor else None
        sites = self._refs.structure.sites
        return (member.site if member else None) or self._site or (sites[0] if len(sites) == 1 else None)

    def _leave(self, said: Said, code: str, field: object = None, value: str = "") -> Line:
        named = next((known for known in FIELDS if known == field), None)
        self._left.append(Problem("left", code, said.line, named, value))
        return Line("left", said)


def by_bare_number(people: Iterable[KnownPerson]) -> dict[str, UUID]:
    """The dossier under each number, the zeros in front left out."""
    return {_bare(one.imilo_number): one.stream for one in people if one.imilo_number}


def by_words(people: Iterable[KnownPerson]) -> dict[Words, list[KnownPerson]]:
    """Everybody under the words of their names."""
    found: dict[Words, list[KnownPerson]] = {}
    for one in people:
        found.setdefault(words(one.last_name, one.first_name), []).append(one)
    return found


def _bare(number: str) -> str:
    return number.lstrip("0") or "0"


def _figures(lines: Sequence[Line]) -> Iterator[Problem]:
    """Said once, not for each line."""
    if any(line.status == "new" and line.said.figures for line in lines):
        yield Problem("warning", "number-figures", field="imilo_number")


def _same_person(said: Said, state: Dossier) -> bool:
    """With one number: the names agree, or are near enough for the file to correct them."""
    mine = Person(said.last_name, said.first_name, said.imilo_number)
    known = Person(state.last_name, state.first_name, said.imilo_number)
    match = score(mine, known)
    return match is not None and "same-number-other-name" not in match.warnings


def _could_be(said: Said, other: KnownPerson | Said) -> bool:
    """With the same names: nothing tells them apart, neither birth dates nor, without these, numbers."""
    if said.birth_date and other.birth_date:
        return said.birth_date == other.birth_date
    return not (said.imilo_number and other.imilo_number)


def _counts(lines: Sequence[Line], portfolio: Portfolio) -> Counts:
    told = Counter(line.status for line in lines)
    return Counts(
        new=told["new"],
        unchanged=told["unchanged"],
        changed=told["changed"],
        doubtful=told["doubtful"],
        closed=told["closed"],
        left=told["left"] + sum(problem.severity == "left" for problem in portfolio.problems),
        unassigned=sum(line.status == "new" and line.said.advisor is None for line in lines),
    )
