"""One participation: what Pix Orga says of it over time, and whose it is."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.dossier.assignment import retract_from_pix, retract_participation
from pixflow.dossier.diagnostic import (
    advance_participation,
    link_participation,
    receive_profile,
    receive_result,
    withdraw_participation,
)
from pixflow.dossier.guards import required
from pixflow.dossier.state import Dossier, Mark
from pixflow.events import Event, Recorded
from pixflow.events import participation as e
from pixflow.events.values import Moment, Profile, Purpose, Result
from pixflow.folds import fold as fold_events
from pixflow.folds import retracted
from pixflow.matching import Person, certain
from pixflow.refused import Refused


class Participation(Struct, frozen=True):
    """`erased`: its person was, and nothing else is known of it; `row` is what their rows are recognised by."""

    version: int = 0
    erased: Mark | None = None
    row: str | None = None
    imported: Mark | None = None
    campaign: UUID | None = None
    purpose: Purpose | None = None
    settled: Mark | None = None
    last_name: str = ""
    first_name: str = ""
    external_id: str | None = None
    started: Moment | None = None
    ordinal: int = 0
    progress: Decimal | None = None
    result: Result | None = None
    profile: Profile | None = None
    shared: Mark | None = None
    vanished: Mark | None = None
    dossier: UUID | None = None
    matched: Mark | None = None
    automatic: bool = False
    rejected: tuple[UUID, ...] = ()
    set_aside: Mark | None = None
    seen: datetime | None = None

    @property
    def waiting(self) -> bool:
        """Somebody must say whose it is."""
        return self.imported is not None and self.dossier is None and self.set_aside is None and not self.vanished


def fold(events: Sequence[Recorded]) -> Participation:
    """The participation after these events of its stream, retracted ones left out."""
    state = fold_events(Participation(), evolve, events)
    return replace(state, version=events[-1].originator_version) if events else state


def evolve(state: Participation, recorded: Recorded) -> Participation:
    mark = Mark(recorded.event.on, recorded.originator_version)  # type: ignore[attr-defined]
    if isinstance(recorded.event, e.PersonErased):
        return Participation(version=mark.version, erased=mark, row=recorded.event.row)
    if state.erased:
        return replace(state, version=mark.version)
    return replace(state, version=mark.version, **_changes(state, recorded.event, mark))


def _changes(state: Participation, event: Event, mark: Mark) -> dict[str, object]:
    match event:
        case e.ParticipationImported():
            return {
                "imported": mark, "campaign": event.campaign, "purpose": event.purpose,
                "settled": mark if event.purpose else None, "last_name": event.last_name,
                "first_name": event.first_name, "external_id": event.external_id, "started": event.started,
                "ordinal": event.ordinal, "progress": event.progress, "seen": event.exported_at,
            }  # fmt: skip
        case e.PurposeSettled(purpose=purpose):
            return {"purpose": purpose, "settled": state.settled or mark}
        case e.ParticipationProgressed(progress=progress, exported_at=seen):
            return {"progress": progress, "vanished": None, "seen": seen}
        case e.ResultShared(result=result, exported_at=seen):
            return {"result": result, "shared": mark, "progress": Decimal(1), "vanished": None, "seen": seen}
        case e.ProfileShared(profile=profile, ordinal=ordinal, exported_at=seen):
            return {"profile": profile, "ordinal": ordinal, "shared": mark, "vanished": None, "seen": seen}
        case e.ParticipationVanished(exported_at=seen):
            return {"vanished": mark, "seen": seen}
        case e.MatchConfirmed(dossier=dossier, automatic=automatic):
            return {"dossier": dossier, "matched": mark, "automatic": automatic, "set_aside": None}
        case e.MatchRejected(dossier=dossier):
            return {"rejected": (*state.rejected, dossier)}
        case e.ParticipationSetAside():
            return {"set_aside": mark}
    return {}


# --- what the import says


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
    """A row met for the first time, with its result or its profile when it is shared already."""
    if participation.imported:
        return []
    first = e.ParticipationImported(
        campaign=campaign, purpose=purpose, last_name=last_name, first_name=first_name, external_id=external_id,
        imported=imported, started=started, progress=progress, ordinal=ordinal, exported_at=exported_at, on=on,
    )  # fmt: skip
    return [first, *_shared(Participation(), result, profile, ordinal, exported_at, on)]


def follow(
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
    """A later export shows the row: only what changed is recorded, here and on the matched dossier.

    `ordinal` is that of a profile among those sent at the same time.
    """
    if participation.seen is None or exported_at <= participation.seen:
        return {}
    own = _shared(participation, result, profile, ordinal, exported_at, on)
    if not own and (progress != participation.progress or participation.vanished):
        own = [e.ParticipationProgressed(progress=progress, exported_at=exported_at, on=on)]
    if not own or dossier is None:
        return {"participation": own}
    return {"participation": own, "dossier": _learned(participation, dossier, participation_id, own[0], on)}


def _shared(
    known: Participation,
    result: Result | None,
    profile: Profile | None,
    ordinal: int,
    exported_at: datetime,
    on: date,
) -> list[Event]:
    """What the row shares that was not known."""
    if result and result != known.result:
        return [e.ResultShared(result=result, exported_at=exported_at, on=on)]
    if profile and profile != known.profile:
        return [e.ProfileShared(profile=profile, ordinal=ordinal, exported_at=exported_at, on=on)]
    return []


def _learned(known: Participation, dossier: Dossier, participation: UUID, event: Event, on: date) -> list[Event]:
    """The same, as the matched dossier learns it."""
    match event:
        case e.ResultShared(result=result) if known.purpose:
            return receive_result(dossier, participation=participation, purpose=known.purpose, result=result, on=on)
        case e.ProfileShared(profile=profile):
            return receive_profile(dossier, participation=participation, profile=profile, on=on)
        case e.ParticipationProgressed(progress=progress):
            return advance_participation(dossier, participation=participation, progress=progress, on=on)
    return []


def vanish(
    participation: Participation,
    dossier: Dossier | None = None,
    *,
    participation_id: UUID,
    exported_at: datetime,
    on: date,
) -> dict[str, list[Event]]:
    """A later export no longer shows the row."""
    if participation.vanished or participation.seen is None or exported_at <= participation.seen:
        return {}
    own: list[Event] = [e.ParticipationVanished(exported_at=exported_at, on=on)]
    if dossier is None:
        return {"participation": own}
    theirs = withdraw_participation(dossier, participation=participation_id, on=on)
    return {"participation": own, "dossier": theirs}


def settle_purpose(participation: Participation, *, purpose: Purpose, on: date) -> list[Event]:
    """The campaign has been declared: the row may be matched."""
    waits = participation.imported is not None and participation.purpose is None
    return [e.PurposeSettled(purpose=purpose, on=on)] if waits else []


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
    """The campaign was declared for something else: the dossier learns again what Pix Orga said, as what it is.

    `history` is the dossier's stream. What people did about it stays: it happened.
    """
    if participation.imported is None or participation.purpose in (None, purpose):
        return {}
    own: list[Event] = [e.PurposeSettled(purpose=purpose, on=on)]
    if dossier is None:
        return {"participation": own}
    struck = retract_from_pix(participation_id, reason=reason, on=on, history=history)
    again = linked(replace(participation, purpose=purpose), Dossier(), participation_id, on)
    return {"participation": own, "dossier": [*struck, *again]}


# --- whose it is


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
    """It is this young person's: the dossier learns of the participation, and of its result when shared."""
    if participation.dossier == dossier_id:
        return {}
    if participation.dossier:
        raise Refused("already-matched", dossier=participation.dossier)
    if participation.purpose is None or participation.campaign is None:
        raise Refused("undeclared-campaign")
    if dossier.opened is None:
        raise Refused("unknown-dossier")
    confirmed = e.MatchConfirmed(
        dossier=dossier_id, automatic=automatic, score=score, reasons=reasons, warnings=warnings, others=others, on=on
    )
    return {"participation": [confirmed], "dossier": linked(participation, dossier, participation_id, on)}


def linked(known: Participation, dossier: Dossier, participation: UUID, on: date) -> list[Event]:
    if known.campaign is None or known.purpose is None:
        return []
    return link_participation(
        dossier, participation=participation, campaign=known.campaign, purpose=known.purpose, started=known.started,
        progress=known.progress, on=on, result=known.result, profile=known.profile, vanished=known.vanished is not None,
    )  # fmt: skip


def reject_match(participation: Participation, *, dossier: UUID, on: date) -> list[Event]:
    """Not this dossier: it is not proposed again for this row."""
    _must_be_known(participation)
    if participation.dossier == dossier:
        raise Refused("already-matched", dossier=dossier)
    return [] if dossier in participation.rejected else [e.MatchRejected(dossier=dossier, on=on)]


def set_aside(participation: Participation, *, reason: str, on: date) -> list[Event]:
    """Nobody's here."""
    _must_be_known(participation)
    if participation.set_aside:
        return []
    if participation.dossier:
        raise Refused("already-matched", dossier=participation.dossier)
    return [e.ParticipationSetAside(reason=required(reason, "reason"), on=on)]


def unmatch(
    participation: Participation,
    dossier: Dossier,
    *,
    participation_id: UUID,
    reason: str,
    on: date,
    history: Sequence[Recorded],
) -> dict[str, list[Event]]:
    """The match was wrong: it is taken back, and not proposed again.

    `history` is the dossier's stream: all that names the participation goes with it.
    """
    if participation.matched is None or participation.dossier is None:
        return {}
    if participation_id not in dossier.diagnostic.participations:
        raise Refused("not-matched")
    reason = required(reason, "reason")
    return {
        "participation": [
            e.Retracted(version=participation.matched.version, reason=reason, on=on),
            e.MatchRejected(dossier=participation.dossier, on=on),
        ],
        "dossier": retract_participation(
            dossier, participation=participation_id, reason=reason, on=on, history=history
        ),
    }


def erase_participation(participation: Participation, *, dossier: UUID, row: str | None, on: date) -> list[Event]:
    """Whose it was is erased; `row` is the token of streams.row_key, None when another one holds it."""
    return [] if participation.erased else [e.PersonErased(dossier=dossier, row=row, on=on)]


def bring_back(participation: Participation, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """It was set aside by mistake: it waits for a match again."""
    if participation.set_aside is None or participation.set_aside.version in retracted(history):
        return []
    return [e.Retracted(version=participation.set_aside.version, reason=required(reason, "reason"), on=on)]


def match_by_number(
    participation: Participation, dossier: Dossier, *, participation_id: UUID, dossier_id: UUID, on: date
) -> dict[str, list[Event]]:
    """A row whose external id is this dossier's number, and whose names agree, is matched by itself (DOMAIN.md §8)."""
    row = Person(participation.last_name, participation.first_name, participation.external_id)
    known = Person(dossier.last_name, dossier.first_name, dossier.imilo_number)
    if not participation.waiting or participation.purpose is None or dossier_id in participation.rejected:
        return {}
    if dossier.opened is None or not certain(row, known):
        return {}
    return confirm_match(
        participation, dossier, participation_id=participation_id, dossier_id=dossier_id, automatic=True,
        score=100, reasons=("same-number", "same-words"), warnings=(), others=(), on=on,
    )  # fmt: skip


def _must_be_known(participation: Participation) -> None:
    if participation.imported is None:
        raise Refused("unknown-participation")
