"""Decisions on the young person: identity, contact, project, programme."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from pixflow import identity
from pixflow.actor import OPERATOR
from pixflow.decision import OPENING, OWN_DOSSIERS, decision
from pixflow.dossier.guards import must_be_open
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.refused import Refused, required


@decision("open_dossier", OPENING, system=(OPERATOR,))
def open_dossier(
    dossier: Dossier,
    *,
    last_name: str,
    first_name: str,
    birth_date: date | None,
    imilo_number: str | None,
    site: str,
    on: date,
    phone: str | None = None,
    email: str | None = None,
    programme: str = "",
    group: str | None = None,
    collective_end: date | None = None,
    advisor: UUID | None = None,
    project: str = "",
) -> list[Event]:
    """Opens a dossier, and records at once what is known of the young person."""
    if dossier.opened:
        return []
    names = _names(last_name, first_name)
    number = canonical_number(imilo_number)
    events: list[Event] = [
        e.DossierOpened(**names, birth_date=_birth(birth_date, on), imilo_number=number, site=site, on=on)
    ]
    if phone or email:
        events.append(_contact(phone, email, on))
    if programme:
        events.append(_programme(programme, group, collective_end, on))
    if project.strip():
        events.append(e.ProjectStated(project=project.strip(), on=on))
    if advisor:
        events.append(e.AdvisorAssigned(advisor=advisor, on=on))
    return events


@decision("correct_identity", OWN_DOSSIERS, system=(OPERATOR,))
def correct_identity(
    dossier: Dossier,
    *,
    last_name: str,
    first_name: str,
    birth_date: date | None,
    imilo_number: str | None,
    site: str,
    on: date,
) -> list[Event]:
    """Corrects the identity. A number that stays as it is stored is not judged again."""
    must_be_open(dossier)
    names = _names(last_name, first_name)
    kept = imilo_number == dossier.imilo_number
    number = imilo_number if kept else canonical_number(imilo_number)
    wanted = (names["last_name"], names["first_name"], birth_date, number, site)
    if wanted == (dossier.last_name, dossier.first_name, dossier.birth_date, dossier.imilo_number, dossier.site):
        return []
    return [e.IdentityCorrected(**names, birth_date=_birth(birth_date, on), imilo_number=number, site=site, on=on)]


@decision("correct_contact", OWN_DOSSIERS, system=(OPERATOR,))
def correct_contact(dossier: Dossier, *, phone: str | None, email: str | None, on: date) -> list[Event]:
    must_be_open(dossier)
    event = _contact(phone, email, on)
    return [] if (event.phone, event.email) == (dossier.phone, dossier.email) else [event]


@decision("state_project", OWN_DOSSIERS, system=(OPERATOR,))
def state_project(dossier: Dossier, *, project: str, on: date) -> list[Event]:
    must_be_open(dossier)
    project = required(project, "project")
    return [] if project == dossier.project else [e.ProjectStated(project=project, on=on)]


@decision("join_programme", OWN_DOSSIERS, system=(OPERATOR,))
def join_programme(
    dossier: Dossier, *, programme: str, group: str | None, collective_end: date | None, on: date
) -> list[Event]:
    must_be_open(dossier)
    event = _programme(programme, group, collective_end, on)
    now = (dossier.programme, dossier.group, dossier.collective_end)
    return [] if (event.programme, event.group, event.collective_end) == now else [event]


def canonical_number(number: str | None) -> str | None:
    if not number or not number.strip():
        return None
    try:
        return identity.imilo_number(number)
    except ValueError:
        raise Refused("bad-number", field="imilo_number") from None


def _names(last_name: str, first_name: str) -> dict[str, str]:
    return {"last_name": required(last_name, "last_name"), "first_name": required(first_name, "first_name")}


def _birth(birth_date: date | None, on: date) -> date | None:
    if birth_date and not 10 <= (on - birth_date).days / 365.25 <= 40:
        raise Refused("bad-birth-date", field="birth_date", birth_date=birth_date)
    return birth_date


def _contact(phone: str | None, email: str | None, on: date) -> e.ContactCorrected:
    return e.ContactCorrected(
        phone=_checked(phone, identity.phone, "phone"), email=_checked(email, identity.email, "email"), on=on
    )


def _checked(text: str | None, check: Callable[[str], str], field: str) -> str | None:
    if not text or not text.strip():
        return None
    try:
        return check(text)
    except ValueError:
        raise Refused(f"bad-{field}", field=field) from None


def _programme(programme: str, group: str | None, end: date | None, on: date) -> e.ProgrammeJoined:
    programme = required(programme, "programme")
    cej = programme == "CEJ"
    return e.ProgrammeJoined(
        programme=programme, group=(group or None) if cej else None, collective_end=end if cej else None, on=on
    )
