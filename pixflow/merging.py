"""Two dossiers of one young person: one goes on with the participations of both, the other points to it; reversible."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pixflow.dossier.assignment import correct_contact, correct_identity, dependents, retractions
from pixflow.dossier.guards import must_be_open, must_have_no_seat, required
from pixflow.dossier.state import Dossier
from pixflow.events import Event, Recorded
from pixflow.events.dossier import DossierMerged
from pixflow.events.dossier import Retracted as DossierRetracted
from pixflow.events.participation import MatchConfirmed, Retracted
from pixflow.folds import retracted
from pixflow.participation import Participation, linked
from pixflow.refused import Refused


def merge(dossier: Dossier, *, dossier_id: UUID, into: UUID, gives_number: bool, on: date) -> list[Event]:
    """This dossier is a duplicate of `into`: it owes nothing more, and keeps its history.

    Raises Refused("merged-with-itself"), Refused("already-merged") or Refused("seat-booked").
    """
    if dossier.merged:
        if dossier.merged.into == into:
            return []
        raise Refused("already-merged", dossier=dossier.merged.into)
    must_be_open(dossier)
    if into == dossier_id:
        raise Refused("merged-with-itself")
    must_have_no_seat(dossier, on)
    moved = tuple(dossier.diagnostic.participations)
    return [DossierMerged(into=into, participations=moved, gives_number=gives_number, on=on)]


def take_over(dossier: Dossier, *, other: Dossier, on: date) -> list[Event]:
    """What the duplicate knew and this one did not: a number, a birth date, a phone, an address."""
    must_be_open(dossier)
    identity = correct_identity(
        dossier, last_name=dossier.last_name, first_name=dossier.first_name,
        birth_date=dossier.birth_date or other.birth_date, imilo_number=dossier.imilo_number or other.imilo_number,
        site=dossier.site, on=on,
    )  # fmt: skip
    phone, email = dossier.phone or other.phone, dossier.email or other.email
    return [*identity, *correct_contact(dossier, phone=phone, email=email, on=on)]


def move_match(
    participation: Participation, dossier: Dossier, *, participation_id: UUID, dossier_id: UUID, on: date
) -> dict[str, list[Event]]:
    """A participation of the duplicate is the other dossier's; the match it had stands behind it."""
    if participation.dossier == dossier_id:
        return {}
    confirmed = MatchConfirmed(
        dossier=dossier_id, automatic=False, score=100, reasons=("merged",), warnings=(), others=(), on=on
    )
    return {"participation": [confirmed], "dossier": linked(participation, dossier, participation_id, on)}


def unmerge(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    """They are two young people after all."""
    if dossier.merged is None:
        return []
    return [DossierRetracted(version=dossier.merged.mark.version, reason=required(reason, "reason"), on=on)]


def give_back_merged(
    dossier: Dossier, *, command: UUID, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """What came with the merge, and what was built on it, is taken back. `command` is the one that merged."""
    struck = retracted(history)
    came = [r for r in history if r.command == command and r.originator_version not in struck]
    named = {p for r in came if isinstance(p := getattr(r.event, "participation", None), UUID)}
    versions = {r.originator_version for r in came} | set(dependents(history, named))
    return retractions(versions, required(reason, "reason"), on)


def move_back(participation: Participation, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """The participation is matched as it was before the merge."""
    matched = participation.matched
    merged = matched and any(
        r.originator_version == matched.version
        and isinstance(r.event, MatchConfirmed)
        and r.event.reasons == ("merged",)
        for r in history
    )
    return [Retracted(version=matched.version, reason=required(reason, "reason"), on=on)] if matched and merged else []
