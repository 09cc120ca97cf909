"""Decisions on the rights of the person: erasure, and what is handed out. pixflow/erasing.py destroys the keys."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.decision import ACCOUNTS, DOSSIER_READERS, MANAGER, REFERENT_AND_MANAGER, decision
from pixflow.dossier.reach import says_else
from pixflow.dossier.state import Dossier, must_be_known, must_go_on, must_have_no_seat
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import DossierPaper
from pixflow.folding import after_last, once_a_day
from pixflow.refused import Refused, required

Reason = Literal["request", "retention", "mistake"]


@decision("request_erasure", REFERENT_AND_MANAGER, system=(OPERATOR,), reauthentication="always")
def request_erasure(dossier: Dossier, *, reason: Reason, on: date) -> list[Event]:
    """Requests the erasure of the person of an open or closed dossier, with its duplicates of now.

    Asked again where it covers the same dossiers, it records nothing. Raises Refused("unknown-dossier"),
    Refused("seat-booked"), or Refused("already-merged") for a duplicate.
    """
    must_be_known(dossier)
    must_go_on(dossier)
    must_have_no_seat(dossier, on)
    asked = dossier.erasure and not dossier.outgrown
    return [] if asked else [e.ErasureRequested(reason=reason, on=on)]


@decision("decline_erasure", MANAGER)
def decline_erasure(dossier: Dossier, *, note: str, on: date) -> list[Event]:
    """Declines the request; the note says why."""
    note = required(note, "note")
    return [e.ErasureDeclined(note=note, on=on)] if dossier.erasure else []


@decision("erase_person", MANAGER, system=(OPERATOR,), on_erased="decide", reauthentication="always")
def erase_person(
    dossier: Dossier,
    *,
    page: str,
    shown: str,
    left: int,
    due: datetime | None,
    participations: tuple[UUID, ...],
    duplicates: tuple[UUID, ...],
    actor: str,
    on: date,
) -> list[Event]:
    """Confirms the request of somebody else: the person is hidden at once, their keys go when `due`.

    `page` is the token of what was read, `shown` that of what stands now. `left` more people may be confirmed now, but
    for the operator. Raises Refused: "erasure-not-asked", "erasure-changed" for another page, or for a request that
    covers others than the dossiers joined now, "second-person" when `actor` made the request, "seat-booked",
    "already-merged" for a dossier that became a duplicate since, or "too-many-erasures".
    """
    if dossier.erased:
        return []
    if dossier.erasure is None:
        raise Refused("erasure-not-asked")
    if page != shown or dossier.outgrown:
        raise Refused("erasure-changed")
    if dossier.erasure.by == actor:
        raise Refused("second-person")
    must_go_on(dossier)
    must_have_no_seat(dossier, on)
    if actor != OPERATOR and left < 1 + len(duplicates):
        raise Refused("too-many-erasures")
    why = dossier.erasure.reason
    return [e.PersonErased(reason=why, participations=participations, duplicates=duplicates, due=due, on=on)]


@decision("stop_erasure", ACCOUNTS, system=(OPERATOR,), on_erased="decide")
def stop_erasure(dossier: Dossier, *, reason: str, actor: str, now: datetime, on: date) -> list[Event]:
    """Stops a confirmed erasure before its keys go: the dossier is back as it was, with its request.

    Raises Refused: "erasure-done" once it is due, but for the operator, who restores its keys; "required".
    """
    if dossier.erased is None:
        return []
    if dossier.leaving is None or (dossier.leaving.due <= now and actor != OPERATOR):
        raise Refused("erasure-done")
    return [e.ErasureStopped(version=dossier.erased.version, reason=required(reason, "reason"), on=on)]


@decision("bring_back_duplicate", ACCOUNTS, system=(OPERATOR,), on_erased="decide")
def bring_back_duplicate(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    """Brings back a duplicate with its dossier, whose erasure is stopped."""
    if dossier.erased is None:
        return []
    return [e.ErasureStopped(version=dossier.erased.version, reason=reason, on=on)]


@decision("erase_again", MANAGER, system=(OPERATOR,), on_erased="decide", reauthentication="always")
def erase_again(
    dossier: Dossier,
    *,
    reason: Reason,
    participations: tuple[UUID, ...] = (),
    duplicates: tuple[UUID, ...] = (),
    on: date,
) -> list[Event]:
    """Erases a duplicate with its dossier, or a person that a restored backup has brought back."""
    if dossier.erased:
        return []
    return [e.PersonErased(reason=reason, participations=participations, duplicates=duplicates, on=on)]


# --- decisions that record what is handed out about a young person (docs/retention.md#what-was-handed-out)


@decision("issue_copy", REFERENT_AND_MANAGER, system=(OPERATOR,), reauthentication="always")
def issue_copy(dossier: Dossier, *, actor: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Records that the actor takes a copy of all data of the person."""
    return once_a_day(e.CopyIssued(on=on), actor, after_last(history, lambda event: says_else("copy", event)))


@decision("issue_paper", DOSSIER_READERS)
def issue_paper(
    dossier: Dossier, *, paper: DossierPaper, actor: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Records that the actor takes a paper for the person: fiche, convocation or prescription sheet."""
    later = after_last(history, lambda event: says_else(paper, event))
    return once_a_day(e.PaperIssued(paper=paper, on=on), actor, later)
