"""Consultations: the access journal of the whole structure, and the report of a period as a file."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from pixflow.access_journal.journal import Period, ReadingSum
from pixflow.access_journal.line import Line, instant
from pixflow.access_journal.seal import midnight
from pixflow.actor import OPERATOR
from pixflow.events.values import Role
from pixflow.formulas import guarded
from pixflow.structure import issue_readings
from projections import directory
from projections.directory import YoungPerson
from web.desk.commands import issue
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, privacy
from web.french.accounts import access_journal as french
from web.http import days
from web.http.addresses import PageNumber
from web.http.pagination import SIZE, Pager, address
from web.http.people import People, listed, note
from web.http.templates import Page, page

router = APIRouter()
ACCESS_READERS: tuple[Role, ...] = ("auditor", "manager")
AtAccessJournal = Annotated[Desk, allowed(*ACCESS_READERS)]
AtAccessJournalProved = Annotated[Desk, allowed(*ACCESS_READERS, proved=True)]
PATH = "/consultations"
USUAL = timedelta(days=6)
"""The days before today that are shown unless others are asked for."""
TOO_MANY = "Ce fichier nommerait trop de personnes d’un coup : choisissez une période plus courte, ou une personne."
HEADER = ("dossier", "n° i-Milo", "prénom", "nom", "lu par", "page", "raison", "première fois", "dernière fois", "fois")


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    """A line in words. `dossier` is None for a list, a sign-in, and an erased person."""

    who: str
    said: str
    dossier: UUID | None
    name: str
    about: str


@dataclass(frozen=True, kw_only=True)
class AccessJournalPage(Page):
    """The lines of a period, of everybody or of one colleague (`by`), and the address of the report as a file.

    `wrong` is true for a text that is no date, `problem` says why there is no file.
    """

    template = "audit/access_journal.html"
    block = "lines"

    rows: Sequence[ConsultationRow]
    pager: Pager
    people: Sequence[tuple[str, str]]
    by: str
    since: str
    until: str
    wrong: bool
    problem: str
    file: str

    @property
    def shows(self) -> People:
        return listed(row.dossier for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The period asked for, and the parameters of its address."""

    period: Period
    params: dict[str, str]
    wrong: bool


@router.get(PATH)
def read(
    request: Request, desk: AtAccessJournal, par: UUID | None = None, du: str = "", au: str = "", p: PageNumber = 1
) -> Response:
    """Lists who looked at what, from a day (`du`) to another (`au`): everybody, or one colleague (`par`)."""
    return page(request, _page(request, desk, _asked(desk, par, du, au), p))


@router.get(f"{PATH}.csv")
def report(
    request: Request, desk: AtAccessJournalProved, par: UUID | None = None, du: str = "", au: str = ""
) -> Response:
    """Returns who was looked at, by whom, and since when (RGPD, article 33).

    A file names no more people than a protocol lets somebody read: beyond it the page says why. It leaves a fact first.
    """
    asked = _asked(desk, par, du, au)
    sums = desk.served.journal.read_in(asked.period)
    dossiers = {one.dossier for one in sums if one.dossier}
    if len(dossiers) > desk.refs.protocol(desk.today).reading.people // 2:
        return page(request, _page(request, desk, asked, 1, TOO_MANY), status=422)
    people = directory.named(desk.read, dossiers)
    first, last = date.fromisoformat(asked.params["du"]), date.fromisoformat(asked.params["au"])
    said = {"first": first, "last": last, "people": len(people)}
    issue(request, desk, {"structure": desk.served.opened.stream("structure")}, issue_readings, **said)
    note(request, listed(people))
    file = StringIO()
    csv.writer(file, delimiter=";").writerows(_cells(row) for row in (HEADER, *_report(desk, sums, people)))
    headers = {"Content-Disposition": f'attachment; filename="consultations-{asked.params["du"]}.csv"'}
    return Response("\ufeff" + file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _asked(desk: Desk, by: UUID | None, first: str, last: str) -> _Asked:
    since, until = days.day(first), days.day(last)
    begins, ends = since or (until or desk.today) - USUAL, until or desk.today
    period = Period(midnight(begins, desk.zone), midnight(ends + timedelta(days=1), desk.zone), by)
    params = {"par": str(by or ""), "du": begins.isoformat(), "au": ends.isoformat()}
    return _Asked(period, params, _is_wrong(first, since) or _is_wrong(last, until))


def _is_wrong(text: str, day: date | None) -> bool:
    return bool(text) and day is None


def _page(request: Request, desk: Desk, asked: _Asked, number: int, problem: str = "") -> AccessJournalPage:
    pager = Pager.at(desk.served.journal.total(asked.period), number, PATH, asked.params)
    team = sorted(((str(id), one.name) for id, one in desk.refs.team.items()), key=lambda pair: pair[1])
    return AccessJournalPage(
        rows=_rows(desk, desk.served.journal.page(asked.period, SIZE, pager.offset)),
        pager=pager,
        people=[("", "Tout le monde"), *team],
        by=asked.params["par"],
        since=asked.params["du"],
        until=asked.params["au"],
        wrong=asked.wrong,
        problem=problem,
        file=address(f"{PATH}.csv", asked.params),
    )


def _rows(desk: Desk, lines: Sequence[Line]) -> list[ConsultationRow]:
    names, people = names_for(desk), directory.named(desk.read, {line.dossier for line in lines if line.dossier})
    return [
        ConsultationRow(
            who=names.staff(line.member or OPERATOR),
            said=french.sentence(line),
            dossier=line.dossier if line.dossier in people else None,
            name=_name(line.dossier, people),
            about=" · ".join(
                filter(None, (dates.instant(instant(line.at), desk.zone), french.reason(line.why, line.page)))
            ),
        )
        for line in lines
    ]


def _reason(line: Line) -> str:
    return french.reason(line.why, line.page)


def _name(dossier: UUID | None, people: dict[UUID, YoungPerson]) -> str:
    if dossier is None:
        return ""
    return people[dossier].name if dossier in people else privacy.SOMEBODY


def _report(desk: Desk, sums: Iterable[ReadingSum], people: dict[UUID, YoungPerson]) -> Iterator[tuple[object, ...]]:
    """Yields a row for each dossier, reader, page and reason; then one for the lists of each reader."""
    names = names_for(desk)
    for one in sorted(sums, key=lambda one: (one.dossier is None, one.first)):
        person, page = people.get(one.dossier) if one.dossier else None, french.PAGES.get(one.page, "un formulaire")
        yield (
            one.dossier or "",
            person.imilo_number if person else "",
            person.first_name if person else "",
            person.last_name if person else (privacy.SOMEBODY if one.dossier else ""),
            names.staff(one.member or OPERATOR),
            page if one.dossier else french.listed(one.people, one.page),
            french.reason(one.why, one.page),
            *(f"{instant(at).astimezone(ZoneInfo(desk.zone)):%Y-%m-%d %H:%M}" for at in (one.first, one.last)),
            one.times,
        )


def _cells(row: Iterable[object]) -> list[str]:
    """Returns a row of texts, none of them a formula."""
    return [guarded(str(cell or "")) for cell in row]
