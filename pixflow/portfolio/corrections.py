"""Differences between a row and a dossier, and the decisions that correct the dossier."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from pixflow.actor import OPERATOR
from pixflow.decision import OWN_DOSSIERS_AND_MANAGER, Decision, decision
from pixflow.dossier import assignment, identity
from pixflow.dossier.state import Dossier
from pixflow.events.base import Event
from pixflow.identity import normalise, words
from pixflow.portfolio.columns import FIELDS, Field
from pixflow.portfolio.resolving import ResolvedRow

CONTACT: tuple[Field, ...] = ("phone", "email")
TAKEN: dict[Decision[..., list[Event]], tuple[Field, ...]] = {
    identity.correct_identity: ("last_name", "first_name", "birth_date", "imilo_number", "site"),
    identity.correct_contact: CONTACT,
    identity.join_programme: ("programme", "group", "collective_end"),
    identity.state_project: ("project",),
}
"""The decisions that correct a dossier, and the fields of each."""

Command = tuple[Decision[..., list[Event]], dict[str, Any]]


def differences(said: ResolvedRow, dossier: Dossier) -> tuple[Field, ...]:
    """Returns the fields that differ. Empty cells, accents, case and spaces are no difference."""
    same_words = words(said.last_name, said.first_name) == words(dossier.last_name, dossier.first_name)
    silent: set[Field] = {"last_name", "first_name"} if same_words else set()
    if (said.programme or dossier.programme) != "CEJ":
        silent |= {"group", "collective_end"}
    return tuple(field for field in FIELDS if field not in silent and _differs(said, dossier, field))


def _differs(said: ResolvedRow, dossier: Dossier, field: Field) -> bool:
    new, old = getattr(said, field), getattr(dossier, field)
    if new is None or new == old:
        return False
    if isinstance(new, str) and isinstance(old, str) and field not in CONTACT:
        return normalise(new) != normalise(old)
    return True


def corrections(said: ResolvedRow, differs: Collection[Field]) -> Iterator[Command]:
    """Returns the decisions that write these fields to the dossier, with their arguments."""
    told = {field: getattr(said, field) for fields in TAKEN.values() for field in fields if field in differs}
    if told:
        yield correct_from_portfolio, {"told": told}
    if "advisor" in differs:
        yield assignment.assign_advisor, {"advisor": said.advisor}


def opening(said: ResolvedRow, site: str) -> Command:
    """Returns the decision that opens the dossier of a row, with its arguments."""
    return identity.open_dossier, {
        "last_name": said.last_name,
        "first_name": said.first_name,
        "birth_date": said.birth_date,
        "imilo_number": said.imilo_number,
        "site": site,
        "phone": said.phone,
        "email": said.email,
        "programme": said.programme or "",
        "group": said.group,
        "collective_end": said.collective_end,
        "advisor": said.advisor,
        "project": said.project or "",
    }


@decision("correct_from_portfolio", OWN_DOSSIERS_AND_MANAGER, system=(OPERATOR,))
def correct_from_portfolio(dossier: Dossier, *, told: Mapping[str, Any], on: date) -> list[Event]:
    """Corrects one young person from a file, for anyone who may import it (authorization.py). Keeps the rest."""
    events: list[Event] = []
    for correct, fields in TAKEN.items():
        if any(field in told for field in fields):
            said = {field: told[field] if field in told else getattr(dossier, field) for field in fields}
            events += correct(dossier, **said, on=on)
    return events
