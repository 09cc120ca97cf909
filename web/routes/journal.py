"""Journal: every fact of the structure, the latest first, by who, what, when and whose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from pixflow.events import Recorded
from pixflow.folds import retracted
from pixflow.people import SYSTEM
from pixflow.streams import kind_of
from projections import audit_trail, directory
from projections.audit_trail import Wanted
from web.dependencies import Desk, allowed
from web.french import events
from web.naming import ScopedNames, names_for
from web.pages import page
from web.paging import SIZE, Pager
from web.routes.replay import READERS

router = APIRouter()
SUBJECTS = {
    "workshop": "atelier", "staff": "équipe", "campaign": "campagne", "intake": "export",
    "participation": "participation",
    "notices": "courriel",
}  # fmt: skip
AtJournal = Annotated[Desk, allowed(*READERS)]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: its position in the ledger, what it says, when, by whom, of which dossier; `struck` why it no longer
    counts."""

    position: int
    said: str
    when: str
    who: str
    about: str
    href: str
    struck: str


@router.get("/journal")
def read(
    request: Request,
    desk: AtJournal,
    par: str = "",
    fait: str = "",
    dossier: UUID | None = None,
    du: str = "",
    au: str = "",
    p: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """The facts that somebody recorded (`par`), of a kind (`fait`), of a dossier, from a day (`du`) to another."""
    whose = desk.dossier(dossier) if dossier else None
    since, until = _day(du), _day(au)
    wanted = Wanted(par, fait, dossier, _starts(desk, since), _starts(desk, until and until + timedelta(days=1)))
    asked = {"par": par, "fait": fait, "dossier": str(dossier or ""), "du": du, "au": au}
    pager = Pager.at(audit_trail.total(desk.read, wanted), p, "/journal", asked)
    names = names_for(desk, whose)
    context = {
        "lines": _lines(desk, audit_trail.page(desk.read, wanted, SIZE, pager.offset), names),
        "pager": pager,
        "asked": asked,
        "filtered": any(asked.values()),
        "wrong": bool(du and since is None) or bool(au and until is None),
        "whose": whose,
        "people": _people(desk, names),
        "kinds": [("", "Tous les faits"), *sorted(events.TITLES.items(), key=_by_name)],
    }
    return page(request, "journal.html", context, block="journal")


def _lines(desk: Desk, rows: Sequence[Any], names: ScopedNames) -> list[Line]:
    histories = audit_trail.of_streams(desk.read, {row.stream for row in rows})
    people = directory.named(desk.read, {row.stream for row in rows if row.kind == "dossier"})
    return [_line(desk, audit_trail.recorded(row), histories[row.stream], names, people) for row in rows]


def _line(
    desk: Desk,
    fact: Recorded,
    history: Sequence[Recorded],
    names: ScopedNames,
    people: Mapping[UUID, directory.Found],
) -> Line:
    version = fact.originator_version
    until = [one for one in history if one.originator_version <= version]
    struck = retracted(history).get(version)
    found = people.get(fact.originator_id)
    return Line(
        fact.position,
        events.sentence(fact, names, zone=desk.zone, history=until),
        events.when(fact, desk.zone),
        events.who(fact, names),
        found.name if found else SUBJECTS.get(kind_of(fact.event), "structure"),
        _href(fact, bool(found)),
        getattr(struck.event, "reason", "") if struck else "",
    )


def _href(fact: Recorded, readable: bool) -> str:
    """Where a fact leads: its dossier replayed at that version, its workshop; "" where there is no such page."""
    if readable:
        return f"/rejouer/{fact.originator_id}?version={fact.originator_version}"
    return f"/ateliers/{fact.originator_id}" if kind_of(fact.event) == "workshop" else ""


def _people(desk: Desk, names: ScopedNames) -> list[tuple[str, str]]:
    known = [*map(str, desk.refs.team), *SYSTEM]
    return [("", "Tout le monde"), *sorted(((id, names.staff(id)) for id in known), key=_by_name)]


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1].casefold()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _starts(desk: Desk, day: date | None) -> datetime | None:
    """The instant a day of the structure begins."""
    return datetime.combine(day, time(), ZoneInfo(desk.zone)) if day else None
