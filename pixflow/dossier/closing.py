"""Decisions that close and reopen a dossier."""

from datetime import date
from typing import Literal

from pixflow.actor import OPERATOR
from pixflow.decision import OWN_DOSSIERS_AND_MANAGER, REFERENT_AND_MANAGER, decision
from pixflow.dossier.guards import must_have_no_seat
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.refused import Refused, required


@decision("review_late_event", REFERENT_AND_MANAGER)
def review_late_event(dossier: Dossier, *, note: str, on: date) -> list[Event]:
    """Records that the référent has read an event received after the closing."""
    return [e.LateEventReviewed(note=note.strip(), on=on)] if dossier.late else []


@decision("close", OWN_DOSSIERS_AND_MANAGER)
def close_dossier(
    dossier: Dossier,
    *,
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other", "mistake"],
    note: str,
    on: date,
) -> list[Event]:
    if dossier.opened is None:
        raise Refused("unknown-dossier")
    if dossier.closed:
        if dossier.close_reason == reason:
            return []
        raise Refused("closed", on=dossier.closed.on)
    if reason == "other":
        note = required(note, "note")
    must_have_no_seat(dossier, on)
    return [e.DossierClosed(reason=reason, note=note.strip(), on=on)]


def is_mistaken(dossier: Dossier) -> bool:
    """Tells if the dossier was closed as opened by mistake: a file may open it again."""
    return dossier.closed is not None and dossier.close_reason == "mistake"


@decision("open_again", REFERENT_AND_MANAGER, system=(OPERATOR,))
def open_again(dossier: Dossier, *, on: date) -> list[Event]:
    """Reopens a dossier closed as opened by mistake, when a file names its young person again."""
    return [e.DossierReopened(reason="", on=on)] if is_mistaken(dossier) else []


@decision("reopen", OWN_DOSSIERS_AND_MANAGER)
def reopen_dossier(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    if dossier.closed is None:
        return []
    if dossier.merged:
        raise Refused("already-merged", dossier=dossier.merged.into)
    return [e.DossierReopened(reason=required(reason, "reason"), on=on)]
