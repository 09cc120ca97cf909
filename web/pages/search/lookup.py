"""The dossiers that a text in a search box may mean: those found, and those with a close spelling."""

from dataclasses import dataclass
from uuid import UUID

from projections import directory, name_search
from projections.directory import YoungPerson
from web.desk.desk import Desk
from web.desk.names import advisor_name
from web.french import dates, typography

FEW = 8
"""The number of results up to which close spellings are added."""
LONGEST = 100


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A dossier found; `about` is the text beside the name: number, birth date, site, advisor."""

    stream: UUID
    name: str
    programme: str
    about: str


@dataclass(frozen=True, slots=True)
class Search:
    """The results of a search: dossiers found, and dossiers with a close spelling, the nearest first."""

    text: str
    found: list[YoungPerson]
    near: list[YoungPerson]
    more: bool

    @property
    def everyone(self) -> list[YoungPerson]:
        return self.found + self.near


def look(desk: Desk, typed: object, limit: int) -> Search:
    """Searches by number or name, among the dossiers that this person reads."""
    text = str(typed).strip()[:LONGEST]
    found = directory.find(desk.read, text, desk.scope, limit + 1)
    known = {one.stream for one in found}
    near = name_search.near(desk.read, text, desk.scope, FEW) if len(found) < FEW else []
    others = [one for one in near if one.stream not in known][: FEW - len(found)]
    return Search(text, found[:limit], others, len(found) > limit)


def found_row(desk: Desk, found: YoungPerson) -> FoundRow:
    """Returns a dossier found, as lists show it."""
    parts = (
        found.imilo_number and f"n°{typography.NBSP}{found.imilo_number}",
        found.birth_date and f"né·e le {dates.day(found.birth_date, year=True)}",
        found.site,
        "" if desk.scope.whose == "own" else advisor_name(desk, found.advisor),
        found.closed and "dossier clos",
    )
    return FoundRow(found.stream, found.name, found.programme, " · ".join(part for part in parts if part))
