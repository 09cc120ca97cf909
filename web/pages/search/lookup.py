"""The dossiers that a text in a search box may mean: those found, and those with a close spelling."""

from dataclasses import dataclass
from uuid import UUID

from projections import directory, name_search
from projections.directory import Found
from web.desk.desk import Desk
from web.french import dates, typography

FEW = 8
"""The number of results up to which close spellings are added."""
LONGEST = 100

FoundLine = tuple[Found, str]
"""A young person, and the text beside the name."""


@dataclass(frozen=True, slots=True)
class Search:
    """The results of a search: dossiers found, and dossiers with a close spelling, the nearest first."""

    text: str
    found: list[Found]
    near: list[Found]
    more: bool

    @property
    def everyone(self) -> list[Found]:
        return self.found + self.near


def look(desk: Desk, typed: object, limit: int) -> Search:
    """Searches by number or name, among the dossiers that this person reads."""
    text = str(typed).strip()[:LONGEST]
    found = directory.find(desk.read, text, desk.scope, limit + 1)
    known = {one.stream for one in found}
    near = name_search.near(desk.read, text, desk.scope, FEW) if len(found) < FEW else []
    others = [one for one in near if one.stream not in known][: FEW - len(found)]
    return Search(text, found[:limit], others, len(found) > limit)


def line(desk: Desk, found: Found) -> FoundLine:
    """Returns a young person with number, birth date, site and advisor."""
    said = (
        found.imilo_number and f"n°{typography.NBSP}{found.imilo_number}",
        found.birth_date and f"né·e le {dates.day(found.birth_date, year=True)}",
        found.site,
        "" if desk.scope.whose == "own" else advisor(desk, found.advisor),
        found.closed and "dossier clos",
    )
    return found, " · ".join(part for part in said if part)


def advisor(desk: Desk, advisor: UUID | None) -> str:
    """Who follows a dossier, in words."""
    if advisor is None:
        return "sans conseiller·ère"
    member = desk.refs.team.get(advisor)
    return member.name if member else "une personne inconnue"
