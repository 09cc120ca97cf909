"""The papers of a workshop: the sheet to sign, and a notice for each registrant; no score and no difficulty on them."""

from collections.abc import Sequence
from uuid import UUID

from pixflow.events.workshop import WorkshopMoved, WorkshopScheduled
from projections import audit_trail
from web.desk import names
from web.french import dates, vocabulary
from web.french.events import workshops as french
from web.french.vocabulary import plural, say
from web.http.papers import Paper, whom_to_call
from web.pages.workshops.workshop import Page

BLANKS = 4
"""Empty lines for those who come without a seat."""


def sign_in(page: Page) -> Paper:
    """Names in order, and a column to sign."""
    seats = sorted(page.seats(), key=lambda seat: seat.sort)
    run_by = [names.staff_name(page.desk, person) for person in page.state.facilitators]
    return Paper(
        structure=page.desk.refs.structure.name,
        title="Feuille d’émargement",
        name=vocabulary.upper_first(day(page)),
        facts=[("Où", page.where), ("Animé par", ", ".join(run_by)), ("Inscrits", plural(len(seats), "personne"))],
        titles=("Nom et prénom", "Signature"),
        rows=[(seat.name, "") for seat in seats] + [("", "")] * BLANKS,
        signatures=[*run_by],
    )


def notices(page: Page, only: UUID | None = None) -> list[Paper]:
    """One for each registrant, or for one of them, by name: come, it has moved, or it is cancelled."""
    made = []
    for seat in sorted(page.seats(), key=lambda seat: seat.sort):
        found = page.named(seat.dossier)
        if found and only in (None, seat.dossier) and (page.sees_names or seat.readable):
            made.append(_notice(page, found.name, found.advisor))
    return made


def _notice(page: Page, name: str, advisor: UUID | None) -> Paper:
    member = page.desk.refs.team.get(advisor) if advisor else None
    title, lead, facts = _said(page)
    return Paper(
        structure=page.desk.refs.structure.name,
        title=title,
        name=name,
        lead=lead,
        facts=[*facts, ("Un empêchement, une question", whom_to_call(member))],
    )


def _said(page: Page) -> tuple[str, str, Sequence[tuple[str, str]]]:
    held = [("Quand", vocabulary.upper_first(day(page))), ("Où", page.where)]
    if page.state.cancelled:
        text = "L’atelier auquel vous étiez inscrit·e n’aura pas lieu. Une autre date vous sera proposée."
        return "Votre atelier est annulé", vocabulary.typeset(text), [("Il était prévu", held[0][1]), held[1]]
    if was := before(page):
        text = "L’atelier auquel vous êtes inscrit·e change de date ou de lieu. Votre place est gardée."
        said = [("Nouveau rendez-vous", held[0][1]), held[1], ("Au lieu de", vocabulary.upper_first(was))]
        return "Votre atelier est déplacé", vocabulary.typeset(text), said
    text = "Vous êtes attendu·e pour un atelier sur les compétences numériques."
    bring = "Une adresse électronique que vous pouvez lire sur place, ou votre compte Pix."
    return "Convocation à un atelier Pix", vocabulary.typeset(text), [*held, ("À apporter", vocabulary.typeset(bring))]


def before(page: Page) -> str:
    """For a workshop that has moved: when and where it was to be held before; "" otherwise."""
    trail = [audit_trail.recorded(row) for row in audit_trail.of_stream(page.desk.read, page.id)]
    said = [one.event for one in trail if isinstance(one.event, WorkshopScheduled | WorkshopMoved)]
    if len(said) < 2:
        return ""
    when = french.moment(said[-2].starts, said[-2].ends, page.desk.zone)
    was, now = said[-2].place, page.state.place
    return say("{when}, {place}", when=when, place=was) if was and was != now else when


def day(page: Page) -> str:
    """Like "lundi 16 mars 2026, de 14:00 à 16:00"."""
    return f"{dates.weekday_day(page.day, year=True)}, {french.hours(page.starts, page.ends, page.desk.zone)}"
