"""Journal: every fact of the structure, the latest first, by who, what, when and whose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from pixflow.actor import SYSTEM
from projections import audit_trail
from projections.audit_trail import Wanted
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import privacy
from web.french.events import sentences
from web.http.forms import FormData
from web.http.pagination import SIZE, Pager, address
from web.http.templates import page, redirect
from web.pages.audit import journal
from web.pages.audit.replay_routes import READERS
from web.pages.search import lookup

router = APIRouter()
AtJournal = Annotated[Desk, allowed(*READERS)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters, as the address says them; "" is all."""

    par: str = ""
    fait: str = ""
    dossier: str = ""
    du: str = ""
    au: str = ""

    def but(self, dossier: UUID | str) -> str:
        """The address of the same filters, of another dossier."""
        return address("/journal", {**self.params, "dossier": str(dossier)})

    @property
    def params(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("par", "fait", "dossier", "du", "au")}


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
    whose = _whose(desk, dossier) if dossier else ""
    since, until = _day(du), _day(au)
    wanted = Wanted(par, fait, dossier, _starts(desk, since), _starts(desk, until and until + timedelta(days=1)))
    asked = Asked(par, fait, str(dossier or ""), du, au)
    pager = Pager.at(audit_trail.total(desk.read, wanted), p, "/journal", asked.params)
    context = {
        "lines": journal.lines(desk, audit_trail.page(desk.read, wanted, SIZE, pager.offset)),
        "pager": pager,
        "wrong": bool(du and since is None) or bool(au and until is None),
        "whose": whose,
    }
    return _page(request, desk, asked, context)


@router.post("/journal")
def look(request: Request, desk: AtJournal, data: FormData) -> Response:
    """The filters as an address; a dossier looked for by name or number is in it by its id, chosen among several."""
    asked = Asked(**{name: str(data.get(name, "")).strip() for name in Asked().params})
    found = lookup.look(desk, data.get("q", ""), SIZE)
    if len(found.found) == 1:
        return redirect(request, asked.but(found.found[0].stream))
    if not found.text:
        return redirect(request, asked.but(asked.dossier))
    context = {
        "looked": found,
        "found": [lookup.line(desk, one) for one in found.found],
        "near": [lookup.line(desk, one) for one in found.near],
    }
    return _page(request, desk, asked, context)


def _page(request: Request, desk: Desk, asked: Asked, context: Mapping[str, Any]) -> Response:
    shown = {
        "lines": [],
        "pager": None,
        "wrong": False,
        "whose": "",
        "looked": None,
        "asked": asked,
        "filtered": any(asked.params.values()),
        "people": _people(desk),
        "kinds": list(_kinds()),
        **context,
    }
    return page(request, "audit/journal.html", shown, block="journal")


def _whose(desk: Desk, stream: UUID) -> str:
    """Whose facts are asked for; 404 when they are nobody's."""
    if desk.erased(stream):
        return privacy.SOMEBODY
    dossier = desk.dossier(stream)
    return f"{dossier.first_name} {dossier.last_name}"


def _people(desk: Desk) -> list[tuple[str, str]]:
    names, known = names_for(desk), [*map(str, desk.refs.team), *SYSTEM]
    return [("", "Tout le monde"), *sorted(((id, names.staff(id)) for id in known), key=_by_name)]


def _kinds() -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """The kinds of fact, in groups of streams."""
    for label, streams in journal.GROUPS.items():
        titles = ((topic, title) for topic, title in sentences.TITLES.items() if topic.split(".")[0] in streams)
        yield label, sorted(titles, key=_by_name)


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
