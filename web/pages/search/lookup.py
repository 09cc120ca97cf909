"""Whom a text typed in a search box may mean: those found, those spelt nearly so, and how each is told."""

from dataclasses import dataclass
from uuid import UUID

from projections import directory, name_search
from projections.directory import Found
from web.desk.desk import Desk
from web.french import dates, typography

FEW = 8
"""Up to how many in all those spelt nearly so are shown after those found."""
LONGEST = 100

FoundLine = tuple[Found, str]
"""A young person, and the text beside the name."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, who was found, in order, and who else is spelt nearly so, the nearest first."""

    text: str
    found: list[Found]
    near: list[Found]
    more: bool

    @property
    def everyone(self) -> list[Found]:
        return self.found + self.near


def look(desk: Desk, typed: object, limit: int) -> Search:
    """By number or name, among the dossiers this person reads."""
    text = str(typed).strip()[:LONGEST]
    found = directory.find(desk.read, text, desk.scope, limit + 1)
    known = {one.stream for one in found}
    near = name_search.near(desk.read, text, desk.scope, FEW) if len(found) < FEW else []
    others = [one for one in near if one.stream not in known][: FEW - len(found)]
    return Search(text, found[:limit], others, len(found) > limit)


def line(desk: Desk, found: Found) -> FoundLine:
    """A young person among others: number, birth date, site, who follows them."""
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
