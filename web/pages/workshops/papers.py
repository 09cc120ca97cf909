"""The papers of a workshop: the sheet to sign, and a letter for each registrant. None tells a score or a difficulty."""

from collections.abc import Sequence
from uuid import UUID

from pixflow.events.workshop import WorkshopMoved, WorkshopScheduled
from web.desk import names
from web.french import dates, typography
from web.french.events import workshops as french
from web.french.typography import plural, say
from web.http.papers import Paper, issued, whom_to_call
from web.pages.workshops.scoped_workshop import ScopedWorkshop

BLANKS = 4
"""Empty lines for those who come without a seat."""


def attendance_sheet(workshop: ScopedWorkshop) -> Paper:
    """Returns the sheet to sign: names in order, and a column for the signature."""
    seats = sorted(workshop.seats(), key=lambda seat: seat.sort)
    run_by = [names.staff_name(workshop.desk, person) for person in workshop.state.facilitators]
    return Paper(
        structure=workshop.desk.refs.structure.name,
        title="Feuille d’émargement",
        name=typography.upper_first(day(workshop)),
        facts=[("Où", workshop.where), ("Animé par", ", ".join(run_by)), ("Inscrits", plural(len(seats), "personne"))],
        titles=("Nom et prénom", "Signature"),
        rows=[(seat.name, "") for seat in seats] + [("", "")] * BLANKS,
        signatures=[*run_by],
        issued=issued(workshop.desk.today),
    )


def letters(workshop: ScopedWorkshop, only: UUID | None = None) -> list[Paper]:
    """Returns a letter for each registrant, or for one: an invitation, a change, or a cancellation."""
    made = []
    for seat in sorted(workshop.seats(), key=lambda seat: seat.sort):
        found = workshop.person(seat.dossier)
        if found and only in (None, seat.dossier) and (workshop.sees_names or seat.readable):
            made.append(_letter(workshop, found.name, found.advisor))
    return made


def _letter(workshop: ScopedWorkshop, name: str, advisor: UUID | None) -> Paper:
    member = workshop.desk.refs.team.get(advisor) if advisor else None
    title, lead, facts = _text(workshop)
    return Paper(
        structure=workshop.desk.refs.structure.name,
        title=title,
        name=name,
        lead=lead,
        facts=[*facts, ("Un empêchement, une question", whom_to_call(member))],
        issued=issued(workshop.desk.today),
    )


def _text(workshop: ScopedWorkshop) -> tuple[str, str, Sequence[tuple[str, str]]]:
    held = [("Quand", typography.upper_first(day(workshop))), ("Où", workshop.where)]
    if workshop.state.cancelled:
        text = "L’atelier auquel vous étiez inscrit·e n’aura pas lieu. Une autre date vous sera proposée."
        return "Votre atelier est annulé", typography.typeset(text), [("Il était prévu", held[0][1]), held[1]]
    if was := previous_schedule(workshop):
        text = "L’atelier auquel vous êtes inscrit·e change de date ou de lieu. Votre place est gardée."
        said = [("Nouveau rendez-vous", held[0][1]), held[1], ("Au lieu de", typography.upper_first(was))]
        return "Votre atelier est déplacé", typography.typeset(text), said
    text = "Vous êtes attendu·e pour un atelier sur les compétences numériques."
    bring = "Une adresse électronique que vous pouvez lire sur place, ou votre compte Pix."
    return "Convocation à un atelier Pix", typography.typeset(text), [*held, ("À apporter", typography.typeset(bring))]


def previous_schedule(workshop: ScopedWorkshop) -> str:
    """Returns the day, hours and place before the last move, "" for a workshop that never moved."""
    said = [one.event for one in workshop.trail if isinstance(one.event, WorkshopScheduled | WorkshopMoved)]
    if len(said) < 2:
        return ""
    when = french.moment(said[-2].starts, said[-2].ends, workshop.desk.zone)
    was, now = said[-2].place, workshop.state.place
    return say("{when}, {place}", when=when, place=was) if was and was != now else when


def day(workshop: ScopedWorkshop) -> str:
    """Returns the day and hours, like "lundi 16 mars 2026, de 14:00 à 16:00"."""
    hours = french.hours(workshop.starts, workshop.ends, workshop.desk.zone)
    return f"{dates.weekday_day(workshop.day, year=True)}, {hours}"
