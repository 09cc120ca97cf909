"""The papers of a workshop: the sheet to sign, a letter for each registrant, a file for a calendar.

None tells a score or a difficulty.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.events.workshop import WorkshopMoved, WorkshopScheduled
from pixflow.workshop.scheduling import issue_workshop_paper
from web.desk import sites
from web.desk.commands import issue
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.french import dates, typography
from web.french.events import workshops as french
from web.french.typography import plural, say
from web.hosting.registers import printed
from web.http import papers
from web.http.papers import Paper, phrase_foot, whom_to_call
from web.http.people import NOBODY, People, listed, note
from web.http.templates import show
from web.pages.agenda import CONTENT_TYPE, calendar_file, origin_of, workshop_event
from web.pages.dossier.diagnostic_sheet import BRING
from web.pages.workshops.scoped_workshop import AtWorkshops, ScopedWorkshop

router = APIRouter()
BLANKS = 4
"""Empty lines for those who come without a seat."""


@router.get("/ateliers/{workshop_id:uuid}.ics")
def send_event(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    """Sends the workshop for a calendar."""
    workshop = ScopedWorkshop(desk, workshop_id)
    note(request, NOBODY)
    event = workshop_event(desk.refs, workshop_id, workshop.state, origin_of(request))
    return Response(calendar_file([event]), media_type=CONTENT_TYPE)


# --- the sheet to sign


@router.get("/ateliers/{workshop_id:uuid}/emargement")
def read_sheet(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    """Shows the sheet to sign: names, without a result or a difficulty (docs/domain.md#papers)."""
    return papers.paper_page(request, *_issue_sheet(request, desk, workshop_id, f"/ateliers/{workshop_id}"))


@router.get("/ateliers/{workshop_id:uuid}/emargement.pdf")
def send_sheet(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    return papers.pdf_response(request, *_issue_sheet(request, desk, workshop_id, "emargement"))


def _issue_sheet(request: Request, desk: Desk, id: UUID, name: str) -> tuple[Paper, str, People]:
    """Returns the sheet, recorded; the name or the address that goes with it; the people whom it names."""
    workshop = ScopedWorkshop(desk, id)
    if not workshop.sees_names:
        raise HTTPException(403)
    issue(request, desk, {"workshop": id}, issue_workshop_paper, paper="sheet", people=len(workshop.state.seats))
    seats = sorted(workshop.seats(), key=lambda seat: seat.sort)
    run_by = [staff_name(desk, person) for person in workshop.state.facilitators]
    sheet = Paper(
        structure=desk.refs.structure.name,
        title="Feuille d’émargement",
        name=typography.upper_first(_day(workshop)),
        facts=[
            ("Où", _where(workshop)),
            ("Animé par", ", ".join(run_by)),
            ("Inscrit·es", plural(len(seats), "personne")),
        ],
        titles=("Nom et prénom", "Signature"),
        rows=[(seat.name, "") for seat in seats] + [("", "")] * BLANKS,
        signatures=run_by,
        issued=phrase_foot(desk.today, *printed(desk.served.opened, desk.served.register)),
    )
    return sheet, name, listed(workshop.state.seats)


# --- the letters


@router.get("/ateliers/{workshop_id:uuid}/avis")
def read_letters(request: Request, desk: AtWorkshops, workshop_id: UUID, pour: UUID | None = None) -> Response:
    """Shows a paper for each registrant, or for the one named by `pour`, without a score (docs/domain.md#papers)."""
    letters, back = _letters(ScopedWorkshop(desk, workshop_id), pour), f"/ateliers/{workshop_id}"
    issue(request, desk, {"workshop": workshop_id}, issue_workshop_paper, paper="letters", people=len(letters))
    foot = phrase_foot(desk.today, *printed(desk.served.opened, desk.served.register))
    papers = [replace(one, issued=foot) for one in letters.values()]
    return show(request, "workshops/letters.html", None, listed(letters), letters=papers, back=back)


def _letters(workshop: ScopedWorkshop, only: UUID | None) -> dict[UUID, Paper]:
    """Returns a letter by dossier for each registrant, or for one: an invitation, a change, or a cancellation."""
    refs, (title, lead, facts) = workshop.desk.refs, _text(workshop)
    letters = {}
    for seat in sorted(workshop.seats(), key=lambda seat: seat.sort):
        person = workshop.person(seat.dossier)
        if person and only in (None, seat.dossier) and (workshop.sees_names or seat.readable):
            caller = whom_to_call(refs.colleague(person.advisor))
            letters[seat.dossier] = Paper(
                structure=refs.structure.name,
                title=title,
                name=person.name,
                lead=typography.typeset(lead),
                facts=[*facts, ("Un empêchement, une question", caller)],
                issued="",
            )
    return letters


def _text(workshop: ScopedWorkshop) -> tuple[str, str, Sequence[tuple[str, str]]]:
    """Returns the title of a letter, its first sentences, and its facts with their labels."""
    when, where = typography.upper_first(_day(workshop)), ("Où", _where(workshop))
    if workshop.state.cancelled:
        lead = "L’atelier auquel vous étiez inscrit·e n’aura pas lieu. Une autre date vous sera proposée."
        return "Votre atelier est annulé", lead, [("Il était prévu", when), where]
    if was := _previous_schedule(workshop):
        lead = "L’atelier auquel vous êtes inscrit·e change de date ou de lieu. Votre place est gardée."
        facts = [("Nouveau rendez-vous", when), where, ("Au lieu de", typography.upper_first(was))]
        return "Votre atelier est déplacé", lead, facts
    lead = "Vous êtes attendu·e pour un atelier sur les compétences numériques."
    return "Convocation à un atelier Pix", lead, [("Quand", when), where, ("À apporter", BRING)]


def _where(workshop: ScopedWorkshop) -> str:
    return sites.where(workshop.desk.refs, workshop.state.site, workshop.state.place)


def _previous_schedule(workshop: ScopedWorkshop) -> str:
    """Returns the day, hours and place before the last move, "" for a workshop that never moved."""
    set_by = [one.event for one in workshop.trail if isinstance(one.event, WorkshopScheduled | WorkshopMoved)]
    if len(set_by) < 2:
        return ""
    when = french.moment(set_by[-2].starts, set_by[-2].ends, workshop.desk.zone)
    was, now = set_by[-2].place, workshop.state.place
    return say("{when}, {place}", when=when, place=was) if was and was != now else when


def _day(workshop: ScopedWorkshop) -> str:
    """Returns the day and hours, like "lundi 16 mars 2026, de 14:00 à 16:00"."""
    hours = french.hours(workshop.starts, workshop.ends, workshop.desk.zone)
    return f"{dates.weekday_day(workshop.day, year=True)}, {hours}"
