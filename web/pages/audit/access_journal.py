"""Consultations: who looked at what, in the whole structure and at one dossier; the report of a period as a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from pixflow.access_journal.journal import Period, ReadingSum
from pixflow.access_journal.line import Line, instant
from pixflow.access_journal.seal import midnight
from pixflow.actor import OPERATOR
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.structure import issue_readings
from projections import directory
from projections.directory import YoungPerson
from web.desk import readings
from web.desk.commands import issue
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, privacy
from web.french.accounts import access_journal as french
from web.http.addresses import SIZE, Number, PageNumber, Pager, address, read_day
from web.http.people import gather_people, listed, note
from web.http.tables import sheet
from web.http.templates import show
from web.pages.audit.replay import AtReplay

router = APIRouter()
ACCESS_READERS: tuple[Role, ...] = ("auditor", "manager")
AtAccessJournal = Annotated[Desk, allowed(*ACCESS_READERS)]
AtAccessJournalFresh = Annotated[Desk, allowed(*ACCESS_READERS, fresh=True)]
PATH = "/consultations"
USUAL = timedelta(days=6)
"""The days before today that are shown unless others are asked for."""
TOO_MANY = (
    "Ce fichier nommerait trop de personnes d’un coup : "
    "choisissez une période plus courte, ou prenez une partie toutes les dix minutes."
)
NAMED = 100
"""The largest number of people of a list whose names are shown: others are in the file."""
Instant = Annotated[int, Query(ge=0, le=2**62)]
"""Microseconds since 1970; 0 is none."""
HEADER = ("dossier", "n° i-Milo", "prénom", "nom", "lu par", "page", "raison", "première fois", "dernière fois", "fois")


@dataclass(frozen=True, slots=True)
class _Asked:
    """The period asked for, and the parameters of its address."""

    period: Period
    params: dict[str, str]
    wrong: bool


@router.get(PATH)
def read(
    request: Request,
    desk: AtAccessJournal,
    par: UUID | None = None,
    du: str = "",
    au: str = "",
    p: PageNumber = 1,
    liste: Instant = 0,
) -> Response:
    """Lists who looked at what, from a day (`du`) to another (`au`): everybody, or one colleague (`par`).

    It names the people of the list of one instant (`liste`).
    """
    return _page(request, desk, _read_period(desk, par, du, au), p, liste)


@router.get(f"{PATH}.csv")
def report(
    request: Request,
    desk: AtAccessJournalFresh,
    par: UUID | None = None,
    du: str = "",
    au: str = "",
    partie: Number = 0,
) -> Response:
    """Returns who was looked at, by whom, and since when (RGPD, article 33): opened, or shown in lists.

    A file names no more people than a protocol lets somebody read: beyond it the page offers parts. It leaves a fact
    first, with the number of people as far as this part.
    """
    filters = _read_period(desk, par, du, au)
    sums = [*desk.served.journal.read_in(filters.period), *desk.served.journal.listed_in(filters.period)]
    every = list(dict.fromkeys(one.dossier for one in sums if one.dossier))
    size = desk.refs.protocol(desk.today).reading.people // 2
    parts = [every[at : at + size] for at in range(0, len(every), size)] or [[]]
    if partie > len(parts) or (len(parts) > 1 and not partie):
        return _page(request, desk, filters, 1, parts=len(parts))
    part = max(partie, 1)
    people = directory.find_people(desk.read, parts[part - 1])
    first, last = date.fromisoformat(filters.params["du"]), date.fromisoformat(filters.params["au"])
    said = {"first": first, "last": last, "people": len(people) + sum(map(len, parts[: part - 1]))}
    issue(request, desk, {"structure": desk.served.opened.stream("structure")}, issue_readings, **said)
    note(request, listed(people))
    here = {*parts[part - 1], *([None] if part == len(parts) else [])}
    rows = _report(desk, [one for one in sums if one.dossier in here], people)
    name = f"consultations-{filters.params['du']}{f'-{part}' if partie else ''}"
    return sheet(name, [HEADER, *rows])


def _read_period(desk: Desk, by: UUID | None, first: str, last: str) -> _Asked:
    since, until = read_day(first), read_day(last)
    begins, ends = since or (until or desk.today) - USUAL, until or desk.today
    period = Period(midnight(begins, desk.zone), midnight(ends + timedelta(days=1), desk.zone), by)
    params = {"par": str(by or ""), "du": begins.isoformat(), "au": ends.isoformat()}
    return _Asked(period, params, wrong=bool((first and not since) or (last and not until)))


def _page(request: Request, desk: Desk, filters: _Asked, number: int, of_list: int = 0, parts: int = 0) -> Response:
    """Shows the lines of a period, of everybody or of one colleague, and the address of the report as a file.

    `parts` is the number of files to take instead of one that would name too many people.
    """
    pager = Pager.at(desk.served.journal.total(filters.period), number, PATH, filters.params)
    rows = _rows(desk, desk.served.journal.page(filters.period, SIZE, pager.offset), pager, of_list)
    team = sorted(((str(id), one.name) for id, one in desk.refs.team.items()), key=lambda pair: pair[1])
    return show(
        request,
        "audit/access_journal.html",
        "lines",
        listed((row["dossier"] for row in rows), (one.stream for row in rows for one in row["people"])),
        status=422 if parts else 200,
        rows=rows,
        pager=pager,
        readers=[("", "Tout le monde"), *team],
        asked=filters,
        problem=TOO_MANY if parts else "",
        file=address(f"{PATH}.csv", filters.params),
        parts=[address(f"{PATH}.csv", {**filters.params, "partie": str(n)}) for n in range(1, parts + 1)],
    )


def _rows(desk: Desk, lines: Sequence[Line], pager: Pager, of_list: int) -> list[dict[str, Any]]:
    """Returns lines in words. `dossier` is None for a list, a sign-in, and an erased person.

    `names` is the address that shows the people of a list, "" without any; `people` are they, `rest` counts others.
    """
    names, shown = names_for(desk), {line: line.ids[:NAMED] for line in lines if line.at == of_list and line.listed}
    people = directory.find_people(
        desk.read, {id for line in lines for id in (line.dossier, *shown.get(line, ())) if id}
    )
    return [
        {
            "who": names.staff(line.member or OPERATOR),
            "said": french.sentence(line),
            "dossier": line.dossier if line.dossier in people else None,
            "name": _name(line.dossier, people),
            "about": [dates.instant(instant(line.at), desk.zone), french.reason(line.why, line.page)],
            "names": pager.at_row("liste", str(line.at)) if line.listed and line not in shown else "",
            "people": (known := [people[id] for id in shown.get(line, ()) if id in people]),
            "rest": french.rest(line.people - len(known)) if line in shown and line.people > len(known) else "",
        }
        for line in lines
    ]


def _name(dossier: UUID | None, people: dict[UUID, YoungPerson]) -> str:
    if dossier is None:
        return ""
    return people[dossier].name if dossier in people else privacy.SOMEBODY


def _report(desk: Desk, sums: Iterable[ReadingSum], people: dict[UUID, YoungPerson]) -> Iterator[tuple[object, ...]]:
    """Yields a row for each dossier, reader, page and reason; then one for each person of lists, then of others."""
    names = names_for(desk)
    for reading_sum in sorted(sums, key=lambda one: (one.people > 0, one.dossier is None, one.first)):
        person = people.get(reading_sum.dossier) if reading_sum.dossier else None
        yield (
            reading_sum.dossier or "",
            person.imilo_number if person else "",
            person.first_name if person else "",
            person.last_name if person else (privacy.SOMEBODY if reading_sum.dossier else ""),
            names.staff(reading_sum.member or OPERATOR),
            _page_named(reading_sum),
            french.reason(reading_sum.why, reading_sum.page),
            *(
                f"{instant(at).astimezone(ZoneInfo(desk.zone)):%Y-%m-%d %H:%M}"
                for at in (reading_sum.first, reading_sum.last)
            ),
            reading_sum.times,
        )


def _page_named(reading_sum: ReadingSum) -> str:
    if reading_sum.people:
        return (
            french.in_list(reading_sum.page)
            if reading_sum.dossier
            else french.listed(reading_sum.people, reading_sum.page)
        )
    return french.PAGES.get(reading_sum.page, "un formulaire")


# --- one dossier


@router.get("/dossiers/{dossier_id:uuid}/consultations")
def read_readers(
    request: Request, desk: AtReplay, dossier_id: UUID, par: str = "", le: str = "", p: PageNumber = 1
) -> Response:
    """Lists who opened a dossier: one colleague (`par`), one day (`le`), or all that is kept."""
    dossier, day = desk.dossier(dossier_id), read_day(le)
    rows = readings.of_dossiers(desk.served, names_for(desk), [dossier_id])
    readers = {(str(one.reader), one.who) for one in rows if one.reader}
    day_of = desk.refs.calendar.local_day
    fitting = [one for one in rows if par in ("", str(one.reader or "")) and day in (None, day_of(one.at))]
    pager = Pager.at(len(fitting), p, request.url.path, {"par": par, "le": le})
    return show(
        request,
        "audit/readers.html",
        "readers",
        gather_people(dossier_id),
        id=dossier_id,
        name=f"{dossier.first_name} {dossier.last_name}",
        rows=fitting[pager.offset : pager.offset + SIZE],
        pager=pager,
        readers=[("", "Tout le monde"), *sorted(readers, key=lambda pair: normalise(pair[1]))],
        by=par,
        on=le,
        wrong=bool(le and day is None),
    )
