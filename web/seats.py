"""Seats in workshops as a dossier's page speaks of them, and many booked at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pixflow.booking import book_seat, kept_until
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.workshop import WaitlistJoined
from projections import directory, workshops
from projections.catch_up import fold_of
from web.bulk import Outcomes, Row
from web.dependencies import Desk
from web.french import dates, refusals, words
from web.french import workshops as french
from web.french.words import say
from web.naming import names_for
from web.pages import Form
from web.recording import record

if TYPE_CHECKING:
    from web.workshop_page import Page


class Book(Form):
    """A seat in one of the workshops listed."""

    workshop: UUID
    or_wait: bool = False


class Release(Form):
    about: UUID


@dataclass(frozen=True, slots=True)
class Held:
    """A seat of a young person, or their place on a list: when and where, until when one is kept for them."""

    workshop: UUID
    said: str
    waits: bool
    kept: str


def bookable(desk: Desk) -> list[tuple[str, str]]:
    """The workshops to come, with the seats that are left: value and label of a list."""
    return [(str(row.stream), _offered(desk, row)) for row in workshops.bookable(desk.read, desk.today)]


def _offered(desk: Desk, row: Any) -> str:
    starts = row.starts.replace(tzinfo=UTC)
    when = f"{french.on(row.day, desk.today)}, {dates.clock(starts, desk.zone)}"
    left = french.left(row.capacity - row.taken - row.offered, row.waiting)
    return " · ".join((when, french.place(row.site, row.place), left))


def of_dossier(desk: Desk, dossier: UUID) -> list[Held]:
    """The seats to come of a young person, and the lists they wait on."""
    return [_held(desk, row) for row in workshops.of_dossier(desk.read, dossier, desk.today)]


def _held(desk: Desk, row: Any) -> Held:
    starts, ends = (at.replace(tzinfo=UTC) for at in (row.starts, row.ends))
    said = f"{french.moment(starts, ends, desk.zone)}, {french.place(row.site, row.place)}"
    if row.waits and not row.until:
        said = say("{said}, place n° {rank} sur la liste d’attente", said=said, rank=row.rank)
    return Held(row.stream, said, row.waits, french.on(row.until, desk.today) if row.until else "")


# --- what the dossier's forms say


def booking(desk: Desk, dossier: Dossier, form: Book) -> tuple[dict[str, Any], dict[str, Any]]:
    """What book_seat takes beside its streams."""
    row = workshops.one(desk.read, form.workshop)
    return {"or_wait": form.or_wait}, {
        "initial": is_initial(desk, row.campaign),
        "plan": new_id(form.command_id, "plan"),
    }


def releasing(desk: Desk, dossier: Dossier, form: Release) -> tuple[dict[str, Any], dict[str, Any]]:
    """What release_seat takes beside its streams."""
    return {}, {"until": kept_until(desk.refs, desk.today)}


def known(desk: Desk, dossier: Dossier, form: Book) -> dict[str, str]:
    """A workshop that is there."""
    there = workshops.one(desk.read, form.workshop)
    return {} if there else {"workshop": words.invalid("literal_error", {})}


def chosen(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    """A blank form: the workshop that the link named, and the list when it is full."""
    return {"workshop": about, "or_wait": True}


def is_initial(desk: Desk, campaign: UUID) -> bool:
    found = desk.refs.campaigns.get(campaign)
    return found is not None and found.purpose == "initial"


# --- many at once


def book(page: "Page", dossiers: Sequence[UUID], command_id: UUID, *, or_wait: bool) -> Outcomes:
    """One command for each, one result a row, in the order shown."""
    desk, people = page.desk, directory.named(page.desk.read, dossiers)
    made = []
    for dossier in dossiers:
        one = new_id(command_id, str(dossier))
        outcome = record(
            desk, {"workshop": page.id, "dossier": dossier}, book_seat, command_id=one,
            context={"initial": page.initial, "plan": new_id(one, "plan")}, or_wait=or_wait,
        )  # fmt: skip
        waits = any(isinstance(fact.event, WaitlistJoined) for fact in outcome.recorded)
        person = people.get(dossier) if _may_book(desk, dossier) else None
        known = person.name if person else "un dossier inconnu"
        name = f"{known}, en liste d’attente" if waits else known
        refused = outcome.refused
        why = words.lower_first(refusals.refusal(refused.code, refused.details, names_for(desk))) if refused else ""
        made.append(Row(name, outcome.recorded, why))
    return Outcomes(made)


def _may_book(desk: Desk, dossier: UUID) -> bool:
    """Whether a seat may be booked for somebody here: whom one may not book for is not named either."""
    state = fold_of(desk.read, dossier)
    return isinstance(state, Dossier) and desk.may("book_seat", state)
