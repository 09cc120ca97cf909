"""Whose dossier, how to reach the young person, appointments, chases, notes, retraction, closing."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from pixflow import identity
from pixflow.dossier.guards import must_be_open, must_have_no_seat, required
from pixflow.dossier.state import Dossier
from pixflow.events import Event, Recorded
from pixflow.events import dossier as e
from pixflow.events.values import Channel
from pixflow.folds import retracted, standing
from pixflow.refused import Refused

LONGEST_REST = timedelta(days=90)

FROM_PIX = (
    e.ParticipationLinked,
    e.ParticipationAdvanced,
    e.ParticipationWithdrawn,
    e.ResultReceived,
    e.ProfileReceived,
)
AT_WORKSHOPS = (e.SeatBooked, e.SeatCancelled, e.WorkshopAttended, e.WorkshopMissed)
"""What the stream of a workshop tells too: it is corrected there, on both sides at once."""
OF_A_MERGE = (e.DossierMerged, e.DuplicateJoined)
"""What the two dossiers of one person say of each other: they are parted again, both at once."""


def open_dossier(
    dossier: Dossier,
    *,
    last_name: str,
    first_name: str,
    birth_date: date | None,
    imilo_number: str | None,
    site: str,
    on: date,
    phone: str | None = None,
    email: str | None = None,
    programme: str = "",
    group: str | None = None,
    collective_end: date | None = None,
    advisor: UUID | None = None,
    project: str = "",
) -> list[Event]:
    """A young person is followed from now on; what is known is said at once."""
    if dossier.opened:
        return []
    names = _names(last_name, first_name)
    number = canonical_number(imilo_number)
    events: list[Event] = [
        e.DossierOpened(**names, birth_date=_birth(birth_date, on), imilo_number=number, site=site, on=on)
    ]
    if phone or email:
        events.append(_contact(phone, email, on))
    if programme:
        events.append(_programme(programme, group, collective_end, on))
    if project.strip():
        events.append(e.ProjectStated(project=project.strip(), on=on))
    if advisor:
        events.append(e.AdvisorAssigned(advisor=advisor, on=on))
    return events


def correct_identity(
    dossier: Dossier,
    *,
    last_name: str,
    first_name: str,
    birth_date: date | None,
    imilo_number: str | None,
    site: str,
    on: date,
) -> list[Event]:
    must_be_open(dossier)
    names = _names(last_name, first_name)
    number = canonical_number(imilo_number)
    said = (names["last_name"], names["first_name"], birth_date, number, site)
    if said == (dossier.last_name, dossier.first_name, dossier.birth_date, dossier.imilo_number, dossier.site):
        return []
    return [e.IdentityCorrected(**names, birth_date=_birth(birth_date, on), imilo_number=number, site=site, on=on)]


def correct_contact(dossier: Dossier, *, phone: str | None, email: str | None, on: date) -> list[Event]:
    must_be_open(dossier)
    event = _contact(phone, email, on)
    return [] if (event.phone, event.email) == (dossier.phone, dossier.email) else [event]


def state_project(dossier: Dossier, *, project: str, on: date) -> list[Event]:
    must_be_open(dossier)
    project = required(project, "project")
    return [] if project == dossier.project else [e.ProjectStated(project=project, on=on)]


def join_programme(
    dossier: Dossier, *, programme: str, group: str | None, collective_end: date | None, on: date
) -> list[Event]:
    must_be_open(dossier)
    event = _programme(programme, group, collective_end, on)
    now = (dossier.programme, dossier.group, dossier.collective_end)
    return [] if (event.programme, event.group, event.collective_end) == now else [event]


def assign_advisor(dossier: Dossier, *, advisor: UUID, on: date) -> list[Event]:
    must_be_open(dossier)
    for_good = advisor == dossier.advisor and dossier.lent is None
    return [] if for_good else [e.AdvisorAssigned(advisor=advisor, on=on)]


def set_appointment(
    dossier: Dossier, *, task: str, at: datetime, day: date, place: str, on: date, owed: Collection[str]
) -> list[Event]:
    """The task is then due that day, and not late before. `owed` are the keys of what the dossier owes."""
    must_be_open(dossier)
    _must_be_owed(task, owed)
    if day < on:
        raise Refused("appointment-past", day=day)
    current = dossier.appointments.get(task)
    if current and not current.missed and (current.at, current.place) == (at, place.strip()):
        return []
    return [e.AppointmentSet(task=task, at=at, day=day, place=place.strip(), on=on)]


def miss_appointment(dossier: Dossier, *, task: str, note: str, on: date) -> list[Event]:
    """The young person did not come: the task is due again at once."""
    must_be_open(dossier)
    current = dossier.appointments.get(task)
    if current is None:
        raise Refused("no-appointment")
    if current.missed:
        return []
    if on < current.day:
        raise Refused("appointment-to-come", day=current.day)
    return [e.AppointmentMissed(task=task, note=note.strip(), on=on)]


def chase(
    dossier: Dossier, *, about: str, channel: Channel, reached: bool, note: str, on: date, owed: Collection[str]
) -> list[Event]:
    """One try to reach the young person about a task; it starts a new turn of it. `owed`: as for an appointment."""
    must_be_open(dossier)
    _must_be_owed(about, owed)
    return [e.YoungPersonChased(about=about, channel=channel, reached=reached, note=note.strip(), on=on)]


def snooze(dossier: Dossier, *, task: str, until: date, reason: str, on: date, owed: Mapping[str, int]) -> list[Event]:
    """The task rests until that day, for a reason; `owed` as for an appointment, each with the event that opened it."""
    must_be_open(dossier)
    _must_be_owed(task, owed)
    if not on < until <= on + LONGEST_REST:
        raise Refused("snooze-until", field="until", last=on + LONGEST_REST)
    known = dossier.snoozes.get(task)
    if known and (known.until, known.mark.on) == (until, on) and known.mark.version > owed[task]:
        return []
    return [e.TaskSnoozed(task=task, until=until, reason=required(reason, "reason"), on=on)]


def hand_over(
    dossier: Dossier, *, task: str, to: UUID, until: date | None, note: str, on: date, owed: Mapping[str, int]
) -> list[Event]:
    """A colleague does this task through `until`, else for as long as may be; the dossier stays its advisor's.

    `owed`: as above. The colleague follows the dossier until then, so it always ends.
    """
    must_be_open(dossier)
    _must_be_owed(task, owed)
    known = dossier.handed.get(task)
    now = known if known and known.mark.version > owed[task] and known.stands(on) else None
    if now and now.to == to and until in (None, now.until):
        return []
    if now is None and to == dossier.advisor:
        raise Refused("already-theirs", field="to", advisor=to)
    until = until or on + LONGEST_REST
    if not on <= until <= on + LONGEST_REST:
        raise Refused("handed-until", field="until", last=on + LONGEST_REST)
    return [e.TaskHandedOver(task=task, to=to, until=until, note=note.strip(), on=on)]


def take_note(dossier: Dossier, *, text: str, on: date) -> list[Event]:
    if dossier.opened is None:
        raise Refused("unknown-dossier")
    return [e.NoteTaken(text=required(text, "text"), on=on)]


def review_late_event(dossier: Dossier, *, note: str, on: date) -> list[Event]:
    """The référent has read what came in after the dossier was closed."""
    return [e.LateEventReviewed(note=note.strip(), on=on)] if dossier.late else []


def close(
    dossier: Dossier,
    *,
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other"],
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


def reopen(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    if dossier.closed is None:
        return []
    if dossier.merged:
        raise Refused("already-merged", dossier=dossier.merged.into)
    return [e.DossierReopened(reason=required(reason, "reason"), on=on)]


def retract(dossier: Dossier, *, version: int, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Take back one event and what was built on it, the latest first.

    `history` is the dossier's whole stream. What came from a participation is taken back with its match
    (participation.unmatch), what a workshop said too is corrected there; the opening and a retraction stay.
    """
    target = next((r for r in history if r.originator_version == version), None)
    if target is None:
        raise Refused("unknown-event", version=version)
    if version in retracted(history):
        return []
    if isinstance(target.event, (e.DossierOpened, *OF_A_MERGE, e.Retracted)):
        raise Refused("not-retractable")
    if from_pix(target.event):
        raise Refused("undo-the-match")
    if isinstance(target.event, AT_WORKSHOPS):
        raise Refused("correct-at-the-workshop")
    reason = required(reason, "reason")
    later = [r for r in history if r.originator_version > version]
    taken = [version, *dependents(later, introduced(target.event))]
    return retractions({*taken, *assigned_with(history, taken)}, reason, on)


def retract_from_pix(participation: UUID, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """What Pix Orga said of the participation counts no more; what people did about it stays."""
    about = [r for r in standing(history) if getattr(r.event, "participation", None) == participation]
    return retractions([r.originator_version for r in about if from_pix(r.event)], reason, on)


def from_pix(event: Event) -> bool:
    """Whether an export said it: it is corrected by its match, or by its campaign, never by itself."""
    taken = isinstance(event, e.CompleteDiagnosticTaken) and event.participation is not None
    return taken or isinstance(event, FROM_PIX)


def told_elsewhere(event: Event) -> bool:
    """Whether another stream tells it too: there it is corrected, never here alone."""
    return from_pix(event) or isinstance(event, (*AT_WORKSHOPS, *OF_A_MERGE))


def retract_participation(
    dossier: Dossier, *, participation: UUID, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """The match was wrong: every event that names the participation, or what was built on it, is taken back."""
    taken = dependents(history, {participation})
    return retractions({*taken, *assigned_with(history, taken)}, reason, on)


def assigned_with(history: Sequence[Recorded], versions: Sequence[int]) -> list[int]:
    """The advisor assigned by the very command that dispatched one of these results goes back with it."""
    sent = {r.command for r in history if r.originator_version in versions and isinstance(r.event, e.ResultDispatched)}
    return [r.originator_version for r in history if r.command in sent and isinstance(r.event, e.AdvisorAssigned)]


def dependents(history: Sequence[Recorded], ids: set[UUID]) -> list[int]:
    """Versions of the standing events that name one of these ids, or an id that such an event introduced."""
    found = []
    for recorded in standing(history):
        text = msgspec.json.encode(recorded.event)
        if any(str(known).encode() in text for known in ids):
            found.append(recorded.originator_version)
            ids = ids | introduced(recorded.event)
    return found


def introduced(event: Event) -> set[UUID]:
    """The ids that later events may name because of this one."""
    match event:
        case e.PrescriptionBuilt(actions=actions):
            return {action.id for action in actions}
        case e.ReferralSent(referral=referral):
            return {referral}
        case e.SelfStudyAssigned(study=study):
            return {study}
        case e.DiagnosticPlanned(plan=plan):
            return {plan}
    return set()


def retractions(versions: Iterable[int], reason: str, on: date) -> list[Event]:
    return [e.Retracted(version=version, reason=reason, on=on) for version in sorted(versions, reverse=True)]


def canonical_number(number: str | None) -> str | None:
    if not number or not number.strip():
        return None
    try:
        return identity.imilo_number(number)
    except ValueError:
        raise Refused("bad-number", field="imilo_number") from None


def _must_be_owed(task: str, owed: Collection[str]) -> None:
    if task not in owed:
        raise Refused("not-owed")


def _names(last_name: str, first_name: str) -> dict[str, str]:
    return {"last_name": required(last_name, "last_name"), "first_name": required(first_name, "first_name")}


def _birth(birth_date: date | None, on: date) -> date | None:
    if birth_date and not 10 <= (on - birth_date).days / 365.25 <= 40:
        raise Refused("bad-birth-date", field="birth_date", birth_date=birth_date)
    return birth_date


def _contact(phone: str | None, email: str | None, on: date) -> e.ContactCorrected:
    return e.ContactCorrected(
        phone=_checked(phone, identity.phone, "phone"), email=_checked(email, identity.email, "email"), on=on
    )


def _checked(text: str | None, check: Callable[[str], str], field: str) -> str | None:
    if not text or not text.strip():
        return None
    try:
        return check(text)
    except ValueError:
        raise Refused(f"bad-{field}", field=field) from None


def _programme(programme: str, group: str | None, end: date | None, on: date) -> e.ProgrammeJoined:
    programme = required(programme, "programme")
    cej = programme == "CEJ"
    return e.ProgrammeJoined(
        programme=programme, group=(group or None) if cej else None, collective_end=end if cej else None, on=on
    )
