"""Seats in workshops as a dossier's page speaks of them, and many booked at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.workshop.booking import offer_deadline
from projections import workshops
from web.desk.desk import Desk
from web.french import dates, vocabulary
from web.french.events import workshops as french
from web.french.vocabulary import say
from web.http.forms import Form

if TYPE_CHECKING:
    pass


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
    return {}, {"until": offer_deadline(desk.refs, desk.today)}


def known(desk: Desk, dossier: Dossier, form: Book) -> dict[str, str]:
    """A workshop that is there."""
    there = workshops.one(desk.read, form.workshop)
    return {} if there else {"workshop": vocabulary.invalid("literal_error", {})}


def chosen(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    """A blank form: the workshop that the link named, and the list when it is full."""
    return {"workshop": about, "or_wait": True}


def is_initial(desk: Desk, campaign: UUID) -> bool:
    found = desk.refs.campaigns.get(campaign)
    return found is not None and found.purpose == "initial"


# --- many at once
