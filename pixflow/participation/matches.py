"""Decisions on the match between a participation and a dossier."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pixflow.actor import IMPORT, OPERATOR
from pixflow.decision import MANAGER, REFERENT, REFERENT_AND_MANAGER, Argument, decision
from pixflow.dossier.guards import must_keep_its_circle
from pixflow.dossier.retraction import retract_participation
from pixflow.dossier.stages.diagnostic import link_participation
from pixflow.dossier.state import Dossier
from pixflow.events import participation as e
from pixflow.events.base import Event, Recorded
from pixflow.events.participation import MatchConfirmed, Retracted
from pixflow.folding import retractions_by_version
from pixflow.participation.scoring import Person, certain
from pixflow.participation.state import Participation
from pixflow.refused import Refused, required


@decision("move_match", REFERENT_AND_MANAGER)
def move_match(participation: Participation, *, dossier: UUID, on: date) -> list[Event]:
    """Moves a match from the duplicate to the other dossier. The former match is kept behind it."""
    if participation.dossier == dossier:
        return []
    return [
        MatchConfirmed(dossier=dossier, automatic=False, score=100, reasons=("merged",), warnings=(), others=(), on=on)
    ]


@decision("move_back", REFERENT_AND_MANAGER, Argument.HISTORY)
def undo_match_move(participation: Participation, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts the match made by a merge: the former one counts again."""
    matched = participation.matched
    merged = matched and any(
        r.originator_version == matched.version
        and isinstance(r.event, MatchConfirmed)
        and r.event.reasons == ("merged",)
        for r in history
    )
    return [Retracted(version=matched.version, reason=required(reason, "reason"), on=on)] if matched and merged else []


@decision("confirm_match", REFERENT, Argument.DOSSIER_ID, Argument.PARTICIPATION_ID)
def confirm_match(
    participation: Participation,
    dossier: Dossier,
    *,
    participation_id: UUID,
    dossier_id: UUID,
    automatic: bool,
    score: int,
    reasons: tuple[str, ...],
    warnings: tuple[str, ...],
    others: tuple[UUID, ...],
    on: date,
) -> dict[str, list[Event]]:
    """Confirms a match, and records the participation and its result on the dossier.

    Raises Refused, among others "erasure-asked": nobody gives a participation by hand to somebody to be erased.
    """
    if participation.dossier == dossier_id:
        return {}
    if participation.dossier:
        raise Refused("already-matched", dossier=participation.dossier)
    if participation.purpose is None or participation.campaign is None:
        raise Refused("undeclared-campaign")
    if dossier.opened is None:
        raise Refused("unknown-dossier")
    if not automatic:
        must_keep_its_circle(dossier)
    confirmed = e.MatchConfirmed(
        dossier=dossier_id, automatic=automatic, score=score, reasons=reasons, warnings=warnings, others=others, on=on
    )
    return {"participation": [confirmed], "dossier": link_to_dossier(participation, dossier, participation_id, on)}


def link_to_dossier(known: Participation, dossier: Dossier, participation: UUID, on: date) -> list[Event]:
    if known.campaign is None or known.purpose is None:
        return []
    return link_participation(
        dossier,
        participation=participation,
        campaign=known.campaign,
        purpose=known.purpose,
        started=known.started,
        progress=known.progress,
        on=on,
        result=known.result,
        profile=known.profile,
        vanished=known.vanished is not None,
    )


@decision("reject_match", REFERENT)
def reject_match(participation: Participation, *, dossier: UUID, on: date) -> list[Event]:
    """Rejects a proposed dossier: it is not proposed again."""
    _must_be_known(participation)
    if participation.dossier == dossier:
        raise Refused("already-matched", dossier=dossier)
    return [] if dossier in participation.rejected else [e.MatchRejected(dossier=dossier, on=on)]


@decision("set_aside", REFERENT)
def set_participation_aside(participation: Participation, *, reason: str, on: date) -> list[Event]:
    """Sets a participation aside: it belongs to nobody here."""
    _must_be_known(participation)
    if participation.set_aside:
        return []
    if participation.dossier:
        raise Refused("already-matched", dossier=participation.dossier)
    return [e.ParticipationSetAside(reason=required(reason, "reason"), on=on)]


@decision("unmatch", REFERENT, Argument.HISTORY, Argument.PARTICIPATION_ID)
def undo_match(
    participation: Participation,
    dossier: Dossier,
    *,
    participation_id: UUID,
    reason: str,
    again: bool = False,
    on: date,
    history: Sequence[Recorded],
) -> dict[str, list[Event]]:
    """Retracts a match, with all that names the participation on the dossier.

    The dossier is not proposed again, except with `again`. `history` is the dossier's stream.
    """
    if participation.matched is None or participation.dossier is None:
        return {}
    if participation_id not in dossier.diagnostic.participations:
        raise Refused("not-matched")
    reason = required(reason, "reason")
    retracted = e.Retracted(version=participation.matched.version, reason=reason, on=on)
    return {
        "participation": [retracted] if again else [retracted, e.MatchRejected(dossier=participation.dossier, on=on)],
        "dossier": retract_participation(
            dossier, participation=participation_id, reason=reason, on=on, history=history
        ),
    }


@decision("erase_participation", MANAGER, system=(OPERATOR,), on_erased="decide")
def erase_participation(participation: Participation, *, dossier: UUID, row: str | None, on: date) -> list[Event]:
    """Erases a participation with its person. `row` is the token of streams.row_key, None when another one holds it."""
    return [] if participation.erased else [e.PersonErased(dossier=dossier, row=row, on=on)]


@decision("bring_back", REFERENT, Argument.HISTORY)
def undo_set_aside(participation: Participation, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts setting it aside: the participation waits for a match again."""
    if participation.set_aside is None or participation.set_aside.version in retractions_by_version(history):
        return []
    return [e.Retracted(version=participation.set_aside.version, reason=required(reason, "reason"), on=on)]


@decision(
    "match_by_number", REFERENT, Argument.DOSSIER_ID, Argument.PARTICIPATION_ID, system=(IMPORT,), on_erased="ignore"
)
def match_by_number(
    participation: Participation, dossier: Dossier, *, participation_id: UUID, dossier_id: UUID, on: date
) -> dict[str, list[Event]]:
    """Matches a row whose external id is this dossier's number and whose names agree (docs/domain.md#matching)."""
    row = Person(participation.last_name, participation.first_name, participation.external_id)
    known = Person(dossier.last_name, dossier.first_name, dossier.imilo_number)
    if not participation.waiting or participation.purpose is None or dossier_id in participation.rejected:
        return {}
    if dossier.opened is None or not certain(row, known):
        return {}
    return confirm_match(
        participation,
        dossier,
        participation_id=participation_id,
        dossier_id=dossier_id,
        automatic=True,
        score=100,
        reasons=("same-number", "same-words"),
        warnings=(),
        others=(),
        on=on,
    )


def _must_be_known(participation: Participation) -> None:
    if participation.imported is None:
        raise Refused("unknown-participation")
