"""Dossiers, rows of exports, workshops and a campaign, driven to where a task is owed on Thursday 2 April 2026."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pixflow.dossier import follow_up
from pixflow.dossier.privacy import request_erasure
from pixflow.dossier.stages import orientation, parcours
from pixflow.events.participation import ParticipationImported
from pixflow.participation import campaign
from pixflow.participation import matches as imports
from pixflow.workshop import booking
from pixflow.workshop.scheduling import cancel_workshop
from tests.web import arranged
from tests.web.paths import House

THURSDAY = date(2026, 4, 2)
SOPHIE, HELENE = "Sophie Lecomte", "Hélène Morin"
SAMIR = "Samir Haddad"
NEXT_WEEK = date(2026, 4, 9)


def waiting(house: House, purpose: str | None = "initial", of: UUID | None = None) -> None:
    """A shared row of an export, whose name is that of a dossier with nothing to do today."""
    house.planned()
    house.took(house.opened("Autre", "Personne", "Paul Rey"))
    found = house.served.engine.state("participation", _last_imported(house))
    house.says(
        SOPHIE,
        imports.import_participation,
        {"participation": uuid4()},
        campaign=of or house.campaign,
        purpose=purpose,
        last_name="Diallo",
        first_name="Aminata",
        external_id=None,
        imported=(),
        started=found.started,
        progress=found.progress,
        ordinal=1,
        result=found.result,
        exported_at=house.served.engine.clock(),
    )


def _last_imported(house: House) -> UUID:
    recorded = house.served.engine.read(0, 10_000)
    return [one.originator_id for one in recorded if isinstance(one.event, ParticipationImported)][-1]


def undeclared(house: House) -> None:
    found = uuid4()
    house.says(
        SOPHIE,
        campaign.find_campaign,
        {"campaign": found},
        pix_id=512384,
        code="VWXKTR738",
        name="Été",
        pix_course=None,
    )
    waiting(house, None, found)


def chased(house: House, *days: date) -> None:
    """Planned for the first day, chased on the others."""
    house.day(days[0])
    dossier = house.planned()
    plan = house.state(dossier).orientation.plan
    assert plan
    for day in days[1:]:
        house.day(day)
        about = f"chase-diagnostic:{plan.id}"
        house.on(dossier, follow_up.chase_young_person, about=about, channel="phone", reached=False, note="")


def finished(house: House) -> None:
    house.day(date(2026, 3, 30))
    house.took(house.planned(), None)


def running(house: House) -> None:
    """One action that ends today; the others were dropped."""
    dossier, (first, *others) = house.prescribed()
    for action in others:
        house.on(dossier, parcours.drop_action, action=action, reason="plus tard")
    house.referred(dossier, first, ends=THURSDAY)


def quiet(house: House) -> None:
    house.day(date(2026, 1, 8))
    house.on(house.opened(), orientation.decline_diagnostic, reason="pas maintenant")


def to_forget(house: House) -> None:
    house.on(house.planned(), request_erasure, SOPHIE, reason="request")


# --- workshops


def room(house: House, day: date = THURSDAY) -> UUID:
    """A workshop of the afternoon of that day, run by Samir."""
    starts = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
    hours = {"day": day, "starts": starts, "ends": starts + timedelta(hours=2)}
    return arranged.scheduled(house, facilitators=(house.people[SAMIR],), **hours)


def seated(house: House, day: date = THURSDAY) -> tuple[UUID, UUID]:
    """With a seat, that of one person alone, in a workshop of that day."""
    dossier, workshop = house.presented(), room(house, day)
    arranged.seat(house, workshop, dossier)
    return dossier, workshop


def marked(house: House, **said: Any) -> UUID:
    """Samir said today how it went in the workshop."""
    dossier, workshop = seated(house, house.today)
    there = {"presence": "present", "trouble": False, "ease": False, **said}
    house.says(SAMIR, booking.mark_attendance, {"workshop": workshop, "dossier": dossier}, **there)
    return dossier


def absent(house: House) -> None:
    """The day before; another workshop is held the week after."""
    house.day(date(2026, 4, 1))
    marked(house, presence="absent")
    room(house, NEXT_WEEK)


def cancelled(house: House) -> None:
    """The one with the seat is cancelled today; another is held the same week."""
    dossier, workshop = seated(house, date(2026, 4, 7))
    room(house, NEXT_WEEK)
    house.says(SAMIR, cancel_workshop, {"workshop": workshop}, reason="room", registrants=(dossier,))
    house.says(SAMIR, booking.apply_workshop_change, {"workshop": workshop, "dossier": dossier})


# --- what follows from a workshop, or from a prescription


def alone(house: House) -> tuple[UUID, UUID]:
    """A prescription whose one action left is the café numérique."""
    dossier, (check, cafe, free) = house.prescribed()
    for action in (check, free):
        house.on(dossier, parcours.drop_action, action=action, reason="plus tard")
    return dossier, cafe


def silent(house: House, day: date = date(2026, 3, 19)) -> None:
    """A partner was asked that day, and has not answered; the 19th of March is 10 working days ago."""
    house.day(day)
    house.referred(*alone(house))


def lapsed(house: House) -> None:
    """30 working days ago."""
    silent(house, date(2026, 2, 19))


def refused(house: House) -> None:
    dossier, cafe = alone(house)
    referral = house.referred(dossier, cafe)
    house.on(dossier, parcours.answer_referral, referral=referral, answer="refused", reason="complet")


def ending(house: House) -> None:
    """The café numérique ends today."""
    house.referred(*alone(house), ends=THURSDAY)
