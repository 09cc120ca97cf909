"""Decisions on participations: imported, matched with a dossier, taken back with their export."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec.structs import replace

from pixflow.actor import IMPORT, OPERATOR
from pixflow.decision import ACCOUNTS, MANAGER, REFERENT, REFERENT_AND_MANAGER, decision
from pixflow.dossier.retraction import retract_from_pix, retract_participation
from pixflow.dossier.stages.diagnostic import (
    advance_participation,
    link_participation,
    receive_profile,
    receive_result,
    withdraw_participation,
)
from pixflow.dossier.state import Dossier, must_be_known, must_keep_its_circle
from pixflow.events import participation as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Moment, Profile, Purpose, Result
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.participation.scoring import Person, certain
from pixflow.participation.state import Participation
from pixflow.refused import Refused, required


@decision("move_match", REFERENT_AND_MANAGER)
def move_match(participation: Participation, *, dossier: UUID, on: date) -> list[Event]:
    """Moves a match from the duplicate to the other dossier. The former match is kept behind it."""
    if participation.dossier == dossier:
        return []
    return [
        e.MatchConfirmed(
            dossier=dossier, automatic=False, score=100, reasons=("merged",), warnings=(), others=(), on=on
        )
    ]


@decision("move_back", REFERENT_AND_MANAGER)
def undo_match_move(participation: Participation, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts the match made by a merge: the former one counts again."""
    matched = participation.matched
    merged = matched and any(
        r.originator_version == matched.version
        and isinstance(r.event, e.MatchConfirmed)
        and r.event.reasons == ("merged",)
        for r in history
    )
    return (
        [e.Retracted(version=matched.version, reason=required(reason, "reason"), on=on)] if matched and merged else []
    )


@decision("confirm_match", REFERENT)
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
    must_be_known(dossier)
    if not automatic:
        must_keep_its_circle(dossier)
    confirmed = e.MatchConfirmed(
        dossier=dossier_id, automatic=automatic, score=score, reasons=reasons, warnings=warnings, others=others, on=on
    )
    return {"participation": [confirmed], "dossier": link_to_dossier(participation, dossier, participation_id, on)}


def link_to_dossier(row: Participation, dossier: Dossier, participation: UUID, on: date) -> list[Event]:
    if row.campaign is None or row.purpose is None:
        return []
    return link_participation(
        dossier,
        participation=participation,
        campaign=row.campaign,
        purpose=row.purpose,
        started=row.started,
        progress=row.progress,
        on=on,
        result=row.result,
        profile=row.profile,
        vanished=row.vanished is not None,
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


@decision("unmatch", REFERENT)
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


@decision("bring_back_participation", ACCOUNTS, system=(OPERATOR,), on_erased="decide")
def bring_back_participation(participation: Participation, *, on: date) -> list[Event]:
    """Brings back a participation with its person, whose erasure is stopped."""
    return [e.ErasureStopped(version=participation.erased.version, on=on)] if participation.erased else []


@decision("bring_back", REFERENT)
def undo_set_aside(participation: Participation, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts setting it aside: the participation waits for a match again."""
    if participation.set_aside is None or participation.set_aside.version in retractions_by_version(history):
        return []
    return [e.Retracted(version=participation.set_aside.version, reason=required(reason, "reason"), on=on)]


@decision("match_by_number", REFERENT, system=(IMPORT,), on_erased="ignore")
def match_by_number(
    participation: Participation, dossier: Dossier, *, participation_id: UUID, dossier_id: UUID, on: date
) -> dict[str, list[Event]]:
    """Matches a row whose external id is this dossier's number and whose names agree (docs/domain.md#matching)."""
    row = Person(participation.last_name, participation.first_name, participation.external_id)
    person = Person(dossier.last_name, dossier.first_name, dossier.imilo_number)
    if not participation.waiting or participation.purpose is None or dossier_id in participation.rejected:
        return {}
    if dossier.opened is None or not certain(row, person):
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


# --- decisions that import the rows of exports: new, progressed, shared, vanished, purpose settled


@decision("import_participation", REFERENT)
def import_participation(
    participation: Participation,
    *,
    campaign: UUID,
    purpose: Purpose | None,
    last_name: str,
    first_name: str,
    external_id: str | None,
    imported: tuple[tuple[str, str], ...],
    started: Moment | None,
    progress: Decimal | None,
    ordinal: int,
    result: Result | None,
    exported_at: datetime,
    on: date,
    profile: Profile | None = None,
) -> list[Event]:
    """Imports a new row, with its result or profile when it is shared."""
    if participation.imported:
        return []
    first = e.ParticipationImported(
        campaign=campaign,
        purpose=purpose,
        last_name=last_name,
        first_name=first_name,
        external_id=external_id,
        imported=imported,
        started=started,
        progress=progress,
        ordinal=ordinal,
        exported_at=exported_at,
        on=on,
    )
    return [first, *_share(Participation(), result, profile, ordinal, exported_at, on)]


@decision("follow", REFERENT, on_erased="ignore")
def record_progress(
    participation: Participation,
    dossier: Dossier | None = None,
    *,
    participation_id: UUID,
    progress: Decimal | None,
    result: Result | None,
    exported_at: datetime,
    on: date,
    profile: Profile | None = None,
    ordinal: int = 0,
) -> dict[str, list[Event]]:
    """Records the changes of a known row, on the participation and on its dossier.

    `ordinal` is that of a profile among those sent at the same time.
    """
    if participation.seen is None or exported_at <= participation.seen:
        return {}
    own = _share(participation, result, profile, ordinal, exported_at, on)
    if not own and (progress != participation.progress or participation.vanished):
        own = [e.ParticipationProgressed(progress=progress, exported_at=exported_at, on=on)]
    if not own or dossier is None:
        return {"participation": own}
    return {"participation": own, "dossier": _learned(participation, dossier, participation_id, own[0], on)}


def _share(
    participation: Participation,
    result: Result | None,
    profile: Profile | None,
    ordinal: int,
    exported_at: datetime,
    on: date,
) -> list[Event]:
    """Returns the event of a newly shared result or profile."""
    if result and result != participation.result:
        return [e.ResultShared(result=result, exported_at=exported_at, on=on)]
    if profile and profile != participation.profile:
        return [e.ProfileShared(profile=profile, ordinal=ordinal, exported_at=exported_at, on=on)]
    return []


def _learned(row: Participation, dossier: Dossier, participation: UUID, event: Event, on: date) -> list[Event]:
    """Returns the events of the matched dossier for this event."""
    match event:
        case e.ResultShared(result=result) if row.purpose:
            return receive_result(dossier, participation=participation, purpose=row.purpose, result=result, on=on)
        case e.ProfileShared(profile=profile):
            return receive_profile(dossier, participation=participation, profile=profile, on=on)
        case e.ParticipationProgressed(progress=progress):
            return advance_participation(dossier, participation=participation, progress=progress, on=on)
    return []


@decision("vanish", REFERENT, on_erased="ignore")
def record_disappearance(
    participation: Participation,
    dossier: Dossier | None = None,
    *,
    participation_id: UUID,
    exported_at: datetime,
    on: date,
) -> dict[str, list[Event]]:
    """Records that an export no longer shows the row."""
    if participation.vanished or participation.seen is None or exported_at <= participation.seen:
        return {}
    own: list[Event] = [e.ParticipationVanished(exported_at=exported_at, on=on)]
    if dossier is None:
        return {"participation": own}
    theirs = withdraw_participation(dossier, participation=participation_id, on=on)
    return {"participation": own, "dossier": theirs}


@decision("settle_purpose", REFERENT, on_erased="ignore")
def settle_purpose(participation: Participation, *, purpose: Purpose, on: date) -> list[Event]:
    """Gives the row the declared purpose: it may be matched."""
    waits = participation.imported is not None and participation.purpose is None
    return [e.PurposeSettled(purpose=purpose, on=on)] if waits else []


@decision("resettle_purpose", REFERENT, on_erased="ignore")
def resettle_purpose(
    participation: Participation,
    dossier: Dossier | None = None,
    *,
    participation_id: UUID,
    purpose: Purpose,
    reason: str,
    on: date,
    history: Sequence[Recorded],
) -> dict[str, list[Event]]:
    """Corrects the purpose, and records again on the dossier what Pix Orga said.

    `history` is the dossier's stream. What people did about it stays.
    """
    if participation.imported is None or participation.purpose in (None, purpose):
        return {}
    own: list[Event] = [e.PurposeSettled(purpose=purpose, on=on)]
    if dossier is None:
        return {"participation": own}
    retracted = retract_from_pix(participation_id, reason=reason, on=on, history=history)
    again = link_to_dossier(replace(participation, purpose=purpose), Dossier(), participation_id, on)
    return {"participation": own, "dossier": [*retracted, *again]}


# --- takes a row of an import back, unless something followed from it (docs/domain.md#imports-taken-back)


Why = Literal["erased", "matched", "later", "followed"]
_HARMLESS = (e.PurposeSettled, e.MatchRejected, e.ParticipationSetAside)


def of_import(history: Sequence[Recorded], command: UUID) -> list[Recorded]:
    """Returns what still counts of an import in the stream of a participation."""
    return [one for one in not_retracted(history) if one.command == command]


def is_new(history: Sequence[Recorded], command: UUID) -> bool:
    """Tells if the import showed this row for the first time: all of it is taken back."""
    return any(isinstance(one.event, e.ParticipationImported) for one in of_import(history, command))


def why_it_stays(history: Sequence[Recorded], command: UUID) -> Why | None:
    """Returns why a row of an import stays; None when it can be taken back.

    Its person is erased, somebody matched it, or another export or purpose said more of it since. What a number matched
    by itself goes with the row, and so does setting it aside.
    """
    if any(isinstance(one.event, e.PersonErased) for one in history):
        return "erased"
    mine, new = of_import(history, command), is_new(history, command)
    for recorded in not_retracted(history):
        if not mine or recorded.originator_version < mine[0].originator_version or recorded.command == command:
            continue
        match recorded.event:
            case e.MatchConfirmed(automatic=automatic):
                if not (new and automatic):
                    return "matched"
            case event if not (new and isinstance(event, _HARMLESS)):
                return "later"
    return None


@decision("take_back_row", REFERENT, on_erased="ignore")
def take_back_row(
    participation: Participation, *, imported: UUID, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts what the command `imported` said of a row; all of a row that it showed first.

    Raises Refused("moved") when something followed meanwhile.
    """
    if why_it_stays(history, imported):
        raise Refused("moved")
    mine = not_retracted(history) if is_new(history, imported) else of_import(history, imported)
    return [e.Retracted(version=one.originator_version, reason=reason, on=on) for one in reversed(mine)]
