"""Journal: the events of the structure, the latest first, with filters."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from pixflow.actor import SYSTEM
from pixflow.identity import normalise
from pixflow.protocol.drafting import issue_event_log
from projections import audit_trail
from projections.audit_trail import TrailFilter
from projections.figures import event_log as projected
from web.desk.commands import issue
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import privacy
from web.french.events import sentences
from web.http import days
from web.http.addresses import PageNumber
from web.http.forms import FormData, text_of
from web.http.pagination import SIZE, Pager, address
from web.http.people import People, listed, note
from web.http.templates import Page, page, redirect
from web.pages.audit import journal
from web.pages.audit.access_journal_routes import ACCESS_READERS
from web.pages.audit.replay_routes import READERS
from web.pages.search import lookup

router = APIRouter()
AtJournal = Annotated[Desk, allowed(*READERS)]
MOST_ROWS = 20_000
"""Events of a file."""
TOO_MANY = "Ce fichier porterait sur trop de personnes ou de faits : choisissez une période plus courte, ou un dossier."


@dataclass(frozen=True, slots=True)
class JournalFilters:
    """The filters as parameters of the address; "" is all."""

    par: str = ""
    sorte: str = ""
    dossier: str = ""
    du: str = ""
    au: str = ""

    def but(self, dossier: UUID | str) -> str:
        """Returns the address of these filters with another dossier."""
        return address("/journal", {**self.params, "dossier": str(dossier)})

    @property
    def is_wrong(self) -> bool:
        """True for a text that is no date."""
        return any(text and days.day(text) is None for text in (self.du, self.au))

    @property
    def params(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("par", "sorte", "dossier", "du", "au")}


@dataclass(frozen=True, kw_only=True)
class JournalPage(Page):
    """The events that pass the filters; or the dossiers found for a search (`looked`), and those with similar names.

    `whose` is the name of the dossier filtered by; `wrong` is true for a text that is no date.
    `sees_access`: this person reads who looked, too. `file` is the address of the same events as a file, `event_log`
    that of the paths, `problem` why there is none.
    """

    template = "audit/journal.html"
    block = "journal"

    asked: JournalFilters
    filtered: bool
    people: Sequence[tuple[str, str]]
    kinds: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    rows: Sequence[journal.JournalRow]
    pager: Pager | None
    wrong: bool
    whose: str
    looked: lookup.Search | None
    found: Sequence[lookup.FoundRow]
    near: Sequence[lookup.FoundRow]
    sees_access: bool
    file: str
    event_log: str
    problem: str

    @property
    def shows(self) -> People:
        return listed((row.person for row in self.rows), (row.stream for row in (*self.found, *self.near)))


@router.get("/journal")
def read(
    request: Request,
    desk: AtJournal,
    par: str = "",
    sorte: str = "",
    dossier: UUID | None = None,
    du: str = "",
    au: str = "",
    p: PageNumber = 1,
) -> Response:
    """Lists the events of an author (`par`), of a kind (`sorte`), of a dossier, from a day (`du`) to another (`au`)."""
    whose = _whose(desk, dossier) if dossier else ""
    wanted = _wanted(desk, par, sorte, dossier, du, au)
    asked = JournalFilters(par, sorte, str(dossier or ""), du, au)
    pager = Pager.at(audit_trail.total(desk.read, wanted), p, "/journal", asked.params)
    shown = _page(
        desk,
        asked,
        rows=journal.rows(desk, audit_trail.page(desk.read, wanted, SIZE, pager.offset)),
        pager=pager,
        wrong=asked.is_wrong,
        whose=whose,
    )
    return page(request, shown)


@router.get("/journal.csv")
def file(
    request: Request,
    desk: AtJournal,
    par: str = "",
    sorte: str = "",
    dossier: UUID | None = None,
    du: str = "",
    au: str = "",
) -> Response:
    """Returns the same events as a file, with ids of dossiers and no name of a young person.

    It is about no more people than a protocol lets somebody read: beyond it the page says why.
    """
    if dossier:
        _whose(desk, dossier)
    wanted, asked = _wanted(desk, par, sorte, dossier, du, au), JournalFilters(par, sorte, str(dossier or ""), du, au)
    found = audit_trail.page(desk.read, wanted, MOST_ROWS + 1, 0)
    people = {row.stream for row in found if row.kind in ("dossier", "participation")}
    if len(found) > MOST_ROWS or len(people) > _most_people(desk):
        return _no_file(request, desk, asked, TOO_MANY)
    note(request, listed(people))
    content = StringIO()
    csv.writer(content, delimiter=";").writerows([journal.HEADER, *journal.cells(desk, found)])
    headers = {"Content-Disposition": 'attachment; filename="journal.csv"'}
    return Response("\ufeff" + content.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/journal.xes")
def event_log(request: Request, desk: AtJournal, du: str = "", au: str = "") -> Response:
    """Returns the paths begun from a day (`du`) to another (`au`), for process mining: under aliases, without a name.

    A year by default. It is about as many people as the other file at most, and leaves a fact first.
    """
    last = days.day(au) or desk.today
    first = days.day(du) or projected.a_year_until(last)
    asked = JournalFilters(du=du, au=au)
    if asked.is_wrong or last < first:
        return _no_file(request, desk, asked, "Choisissez des jours qui existent, du premier au dernier.")
    made = projected.event_log(desk.read, desk.engine, first, last)
    if len(made.dossiers) > _most_people(desk):
        return _no_file(request, desk, asked, TOO_MANY)
    streams = {"indicators": desk.served.opened.stream("indicators")}
    issue(request, desk, streams, issue_event_log, reason=journal.EVENT_LOG, **made.said)
    note(request, listed(made.dossiers))
    headers = {"Content-Disposition": 'attachment; filename="parcours.xes"'}
    return Response(made.content, media_type="application/xml", headers=headers)


def _no_file(request: Request, desk: Desk, asked: JournalFilters, problem: str) -> Response:
    """Returns the page of the events that were asked for, and why there is no file of them."""
    whose = UUID(asked.dossier) if asked.dossier else None
    wanted = _wanted(desk, asked.par, asked.sorte, whose, asked.du, asked.au)
    pager = Pager.at(audit_trail.total(desk.read, wanted), 1, "/journal", asked.params)
    rows = journal.rows(desk, audit_trail.page(desk.read, wanted, SIZE, 0))
    return page(request, _page(desk, asked, rows=rows, pager=pager, problem=problem), status=422)


def _most_people(desk: Desk) -> int:
    return desk.refs.protocol(desk.today).reading.people // 2


def _wanted(desk: Desk, by: str, topic: str, dossier: UUID | None, first: str, last: str) -> TrailFilter:
    since, until = days.day(first), days.day(last)
    return TrailFilter(by, topic, dossier, _starts(desk, since), _starts(desk, until and until + timedelta(days=1)))


@router.post("/journal")
def look(request: Request, desk: AtJournal, data: FormData) -> Response:
    """Redirects to the filters as an address, which names the dossier by its id; lists the dossiers of a search."""
    asked = JournalFilters(**{name: str(data.get(name, "")).strip() for name in JournalFilters().params})
    found = lookup.look(desk, text_of(data, "q"), SIZE)
    if len(found.found) == 1:
        return redirect(request, asked.but(found.found[0].stream))
    if not found.text:
        return redirect(request, asked.but(asked.dossier))
    rows = [[lookup.found_row(desk, one) for one in some] for some in (found.found, found.near)]
    return page(request, _page(desk, asked, looked=found, found=rows[0], near=rows[1]))


def _page(
    desk: Desk,
    asked: JournalFilters,
    *,
    rows: Sequence[journal.JournalRow] = (),
    pager: Pager | None = None,
    wrong: bool = False,
    whose: str = "",
    looked: lookup.Search | None = None,
    found: Sequence[lookup.FoundRow] = (),
    near: Sequence[lookup.FoundRow] = (),
    problem: str = "",
) -> JournalPage:
    return JournalPage(
        asked=asked,
        filtered=any(asked.params.values()),
        people=_people(desk),
        kinds=list(_kinds()),
        rows=rows,
        pager=pager,
        wrong=wrong,
        whose=whose,
        looked=looked,
        found=found,
        near=near,
        sees_access=not desk.roles.isdisjoint(ACCESS_READERS),
        file=address("/journal.csv", asked.params),
        event_log=address("/journal.xes", {"du": asked.du, "au": asked.au}),
        problem=problem,
    )


def _whose(desk: Desk, stream: UUID) -> str:
    """Returns the name of the person of a dossier. Raises 404 for no dossier that this person reads."""
    if desk.erased(stream):
        return privacy.SOMEBODY
    dossier = desk.dossier(stream)
    return f"{dossier.first_name} {dossier.last_name}"


def _people(desk: Desk) -> list[tuple[str, str]]:
    names, known = names_for(desk), [*map(str, desk.refs.team), *SYSTEM]
    return [("", "Tout le monde"), *sorted(((id, names.staff(id)) for id in known), key=_by_name)]


def _kinds() -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Yields the kinds of events, in groups of streams."""
    for label, streams in journal.GROUPS.items():
        titles = ((topic, title) for topic, title in sentences.TITLES.items() if topic.split(".")[0] in streams)
        yield label, sorted(titles, key=_by_name)


def _by_name(pair: tuple[str, str]) -> str:
    return normalise(pair[1])


def _starts(desk: Desk, day: date | None) -> datetime | None:
    """Returns the first instant of a local day."""
    return datetime.combine(day, time(), ZoneInfo(desk.zone)) if day else None
