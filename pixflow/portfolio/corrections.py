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


def differences(row: ResolvedRow, dossier: Dossier) -> tuple[Field, ...]:
    """Returns the fields that differ. Empty cells, accents, case and spaces are no difference."""
    same_words = words(row.last_name, row.first_name) == words(dossier.last_name, dossier.first_name)
    silent: set[Field] = {"last_name", "first_name"} if same_words else set()
    if (row.programme or dossier.programme) != "CEJ":
        silent |= {"group", "collective_end"}
    return tuple(field for field in FIELDS if field not in silent and _differs(row, dossier, field))


def _differs(row: ResolvedRow, dossier: Dossier, field: Field) -> bool:
    new, old = getattr(row, field), getattr(dossier, field)
    if new is None or new == old:
        return False
    if isinstance(new, str) and isinstance(old, str) and field not in CONTACT:
        return normalise(new) != normalise(old)
    return True


def corrections(row: ResolvedRow, differs: Collection[Field]) -> Iterator[Command]:
    """Returns the decisions that write these fields to the dossier, with their arguments."""
    told = {field: getattr(row, field) for fields in TAKEN.values() for field in fields if field in differs}
    if told:
        yield correct_from_portfolio, {"told": told}
    if "advisor" in differs:
        yield assignment.assign_advisor, {"advisor": row.advisor}


def opening(row: ResolvedRow, site: str) -> Command:
    """Returns the decision that opens the dossier of a row, with its arguments."""
    return identity.open_dossier, {
        "last_name": row.last_name,
        "first_name": row.first_name,
        "birth_date": row.birth_date,
        "imilo_number": row.imilo_number,
        "site": site,
        "phone": row.phone,
        "email": row.email,
        "programme": row.programme or "",
        "group": row.group,
        "collective_end": row.collective_end,
        "advisor": row.advisor,
        "project": row.project or "",
    }


@decision("correct_from_portfolio", OWN_DOSSIERS_AND_MANAGER, system=(OPERATOR,))
def correct_from_portfolio(dossier: Dossier, *, told: Mapping[str, Any], on: date) -> list[Event]:
    """Corrects one young person from a file, for anyone who may import it (authorization.py). Keeps the rest."""
    events: list[Event] = []
    for correct, fields in TAKEN.items():
        if any(field in told for field in fields):
            values = {field: told[field] if field in told else getattr(dossier, field) for field in fields}
            events += correct(dossier, **values, on=on)
    return events
