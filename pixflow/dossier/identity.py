"""Decisions on the young person: opened, corrected, in a group, merged with another dossier of theirs."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from pixflow import identity
from pixflow.actor import OPERATOR
from pixflow.decision import OPENING, OWN_DOSSIERS, OWN_DOSSIERS_AND_MANAGER, REFERENT_AND_MANAGER, decision
from pixflow.dossier.reach import holders_of_contact, holders_of_identity, left_since
from pixflow.dossier.retraction import comes_from_pix, dependents, new_ids, retractions
from pixflow.dossier.state import Dossier, must_be_open, must_go_on, must_have_no_seat, must_keep_its_circle
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded, event_day
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.open_data import communes
from pixflow.refused import Refused, parse, required


@decision("open_dossier", OPENING, system=(OPERATOR,))
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
    programme_end: date | None = None,
    advisor: UUID | None = None,
    project: str = "",
    commune: str = "",
) -> list[Event]:
    """Opens a dossier, and records at once what is known of the young person."""
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
        events.append(_programme(programme, group, collective_end, programme_end, on))
    if project.strip():
        events.append(e.ProjectStated(project=project.strip(), on=on))
    if commune.strip():
        events.append(_commune(commune, on))
    if advisor:
        events.append(e.AdvisorAssigned(advisor=advisor, on=on))
    return events


@decision("correct_identity", OWN_DOSSIERS, system=(OPERATOR,))
def correct_identity(
    dossier: Dossier,
    *,
    last_name: str,
    first_name: str,
    birth_date: date | None,
    imilo_number: str | None,
    site: str,
    on: date,
    history: Sequence[Recorded],
) -> list[Event]:
    """Corrects the identity, and says who has another name or birth date.

    A number that stays as it is stored is not judged again.
    """
    must_be_open(dossier)
    names = _names(last_name, first_name)
    kept = imilo_number == dossier.imilo_number
    number = imilo_number if kept else canonical_number(imilo_number)
    wanted = (names["last_name"], names["first_name"], birth_date, number, site)
    if wanted == (dossier.last_name, dossier.first_name, dossier.birth_date, dossier.imilo_number, dossier.site):
        return []
    told = {"last_name": dossier.last_name, "first_name": dossier.first_name, "birth_date": dossier.birth_date}
    held = holders_of_identity(dossier, history) if _is_replaced(told, {**names, "birth_date": birth_date}) else {}
    said: dict[str, Any] = {**names, "birth_date": _birth(birth_date, on), "imilo_number": number, "site": site}
    return [e.IdentityCorrected(**said, on=on, **held)]


@decision("correct_contact", OWN_DOSSIERS, system=(OPERATOR,))
def correct_contact(
    dossier: Dossier, *, phone: str | None, email: str | None, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Corrects the telephone and the e-mail, and says which partners have the former ones."""
    must_be_open(dossier)
    event, old_contact = _contact(phone, email, on), {"phone": dossier.phone, "email": dossier.email}
    if {"phone": event.phone, "email": event.email} == old_contact:
        return []
    is_replaced = _is_replaced(old_contact, {"phone": event.phone, "email": event.email})
    return [replace(event, **holders_of_contact(dossier, history)) if is_replaced else event]


def _is_replaced(told: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """Tells if something that was known is otherwise now. What nobody knew is nowhere outside."""
    return any(value and value != now[name] for name, value in told.items())


@decision("state_project", OWN_DOSSIERS, system=(OPERATOR,))
def state_project(dossier: Dossier, *, project: str, on: date) -> list[Event]:
    must_be_open(dossier)
    project = required(project, "project")
    return [] if project == dossier.project else [e.ProjectStated(project=project, on=on)]


@decision("state_commune", OWN_DOSSIERS, system=(OPERATOR,))
def state_commune(dossier: Dossier, *, commune: str, on: date) -> list[Event]:
    """Records where the young person lives, on the first day or after a move. Raises Refused("bad-commune")."""
    must_be_open(dossier)
    event = _commune(commune, on)
    return [] if event.commune == dossier.commune else [event]


@decision("join_programme", OWN_DOSSIERS, system=(OPERATOR,))
def join_programme(
    dossier: Dossier,
    *,
    programme: str,
    group: str | None,
    collective_end: date | None,
    on: date,
    programme_end: date | None = None,
) -> list[Event]:
    """Records the programme, with its last day when it is known: no task waits beyond (docs/domain.md#tasks)."""
    must_be_open(dossier)
    event = _programme(programme, group, collective_end, programme_end, on)
    now = (dossier.programme, dossier.group, dossier.collective_end, dossier.programme_end)
    return [] if (event.programme, event.group, event.collective_end, event.programme_end) == now else [event]


def canonical_number(number: str | None) -> str | None:
    return parse(identity.imilo_number, number or "", "imilo_number", "number") or None


def _names(last_name: str, first_name: str) -> dict[str, str]:
    return {"last_name": required(last_name, "last_name"), "first_name": required(first_name, "first_name")}


def _birth(birth_date: date | None, on: date) -> date | None:
    if birth_date and not 10 <= (on - birth_date).days / 365.25 <= 40:
        raise Refused("bad-birth-date", field="birth_date", birth_date=birth_date)
    return birth_date


def _contact(phone: str | None, email: str | None, on: date) -> e.ContactCorrected:
    number, address = parse(identity.phone, phone or "", "phone"), parse(identity.email, email or "", "email")
    return e.ContactCorrected(phone=number or None, email=address or None, on=on)


def _commune(text: str, on: date) -> e.CommuneStated:
    return e.CommuneStated(commune=parse(communes.code_of, required(text, "commune"), "commune"), on=on)


def _programme(
    programme: str, group: str | None, end: date | None, programme_end: date | None, on: date
) -> e.ProgrammeJoined:
    programme = required(programme, "programme")
    cej = programme == "CEJ"
    return e.ProgrammeJoined(
        programme=programme,
        group=(group or None) if cej else None,
        collective_end=end if cej else None,
        on=on,
        programme_end=programme_end,
    )


# --- decisions on the CEJ group of a dossier: its name and the end of its collective period


@decision("correct_group", OWN_DOSSIERS_AND_MANAGER)
def correct_group(dossier: Dossier, *, group: str, collective_end: date | None, on: date) -> list[Event]:
    """Records the same programme with another group. Without `collective_end`, the dossier keeps its own."""
    must_be_open(dossier)
    if not dossier.group:
        raise Refused("no-group")
    name, end = required(group, "group"), collective_end or dossier.collective_end
    until = dossier.programme_end
    return join_programme(
        dossier, programme=dossier.programme, group=name, collective_end=end, on=on, programme_end=until
    )


@decision("undo_group", OWN_DOSSIERS_AND_MANAGER)
def undo_group(dossier: Dossier, *, version: int, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts the latest change of group; the programme stays."""
    retracted = retractions_by_version(history)
    joins = {r.originator_version: r.event for r in history if isinstance(r.event, e.ProgrammeJoined)}
    before = [event for known, event in joins.items() if known < version and known not in retracted]
    if version not in joins or not before or before[-1].programme != joins[version].programme:
        raise Refused("unknown-event", version=version)
    if version in retracted:
        return []
    if dossier.joined is None or dossier.joined.version != version:
        raise Refused("regrouped-since")
    return [e.Retracted(version=version, reason=reason, on=on)]


# --- merges two dossiers of one young person, and undoes it: the duplicate's events are recorded on the other


ALONG_THE_WAY = (
    e.AppointmentSet, e.AppointmentMissed, e.YoungPersonChased, e.NoteTaken, e.ReferralSeen, e.ReminderSet,
    e.ReminderDone,
)  # fmt: skip
"""Events without a stage that the other dossier takes over as well. Links of partners are not: they end with it."""
SEATS = (e.SeatBooked, e.SeatCancelled)
"""Events that are not taken over: a workshop keeps a seat for one dossier. Attendance is taken over."""
ONE_WORD: dict[type[Event], str] = {
    e.NeedAssessed: "need",
    e.PixPresented: "presented",
    e.DiagnosticPlanned: "plan",
    e.DiagnosticDeclined: "plan",
    e.DifficultyExplored: "difficulty",
    e.CompleteDiagnosticTaken: "complete",
    e.CompleteDiagnosticDeclined: "complete",
    e.CertificationProposed: "certification",
    e.CertificationRegistered: "certification",
    e.CertificationTaken: "certification",
    e.CertificationObtained: "certification",
    e.CertificationNotObtained: "certification",
    e.CertificationDeclined: "certification",
    e.ResultAddedToCv: "cv",
    e.RetakePlanned: "retake",
    e.RetakeDeclined: "retake",
}
"""Events of which a dossier keeps the latest only, by subject. Other events are kept side by side, by their id."""


@decision("merge", REFERENT_AND_MANAGER)
def merge_dossier(
    dossier: Dossier, *, dossier_id: UUID, into: UUID, gives_number: bool, version: int, on: date
) -> list[Event]:
    """Marks this dossier as the duplicate of `into`: it has no more tasks, and keeps its history.

    `version` is the one whose events the other takes over. Raises Refused("merged-with-itself"),
    Refused("already-merged"), Refused("erasure-asked"), Refused("seat-booked") or Refused("moved").
    """
    if dossier.merged and dossier.merged.into == into:
        return []
    must_go_on(dossier)
    must_be_open(dossier)
    if into == dossier_id:
        raise Refused("merged-with-itself")
    must_keep_its_circle(dossier)
    must_have_no_seat(dossier, on)
    if dossier.version != version:
        raise Refused("moved")
    moved = tuple(dossier.diagnostic.participations)
    return [e.DossierMerged(into=into, participations=moved, gives_number=gives_number, on=on)]


@decision("take_over", REFERENT_AND_MANAGER)
def take_over_duplicate(
    dossier: Dossier,
    *,
    other: Dossier,
    duplicate: UUID,
    duplicate_history: Sequence[Recorded],
    on: date,
    history: Sequence[Recorded],
) -> list[Event]:
    """Records what only the duplicate knew, then its path, each event with its own day.

    `duplicate_history` is the duplicate's stream, `other` its fold; `history` is this dossier's stream. Raises
    Refused("erasure-asked").
    """
    must_be_open(dossier)
    must_keep_its_circle(dossier)
    if duplicate in dossier.duplicates:
        return []
    own_events = [r.event for r in not_retracted(history)]
    return [
        e.DuplicateJoined(duplicate=duplicate, on=on, **_holders(other, duplicate_history, on)),
        *_fill_identity(dossier, other, on, history),
        *_happened([r.event for r in not_retracted(duplicate_history)], own_events),
    ]


def _holders(other: Dossier, history: Sequence[Recorded], on: date) -> dict[str, Any]:
    """Returns who is to be told of a merge: who was for the duplicate, and the partners whose link ends with it."""
    learned = {one.event.referral for one in left_since(history, 0) if isinstance(one.event, e.PartnerLinkMailed)}
    sent = [(one, action.over) for action in other.parcours.actions.values() for one in action.referrals]
    ended = {one.id for one, over in sent if one.link and not (over or one.link.revoked) and on <= one.link.until}
    known = other.holders.get(None)
    told = tuple(one.id for one, _ in sent if one.id in ended & learned or one.id in other.holders)
    return {"papers": known.papers if known else (), "referrals": told}


def _fill_identity(dossier: Dossier, other: Dossier, on: date, history: Sequence[Recorded]) -> Iterator[Event]:
    """Yields corrections for what this dossier lacks: number, birth date, contact, programme, project, commune…"""
    yield from correct_identity(
        dossier,
        last_name=dossier.last_name,
        first_name=dossier.first_name,
        birth_date=dossier.birth_date or other.birth_date,
        imilo_number=dossier.imilo_number or other.imilo_number,
        site=dossier.site,
        on=on,
        history=history,
    )
    phone, email = dossier.phone or other.phone, dossier.email or other.email
    yield from correct_contact(dossier, phone=phone, email=email, on=on, history=history)
    if other.joined and not dossier.programme:
        yield e.ProgrammeJoined(
            programme=other.programme,
            group=other.group,
            collective_end=other.collective_end,
            on=other.joined.on,
            programme_end=other.programme_end,
        )
    if other.project and not dossier.project:
        yield e.ProjectStated(project=other.project, on=on)
    if other.commune and not dossier.commune:
        yield e.CommuneStated(commune=other.commune, on=on)
    if other.advisor and not dossier.advisor:
        yield e.AdvisorAssigned(advisor=other.advisor, on=on)


def _happened(there: Sequence[Event], here: Sequence[Event]) -> list[Event]:
    """Returns the duplicate's path. For one subject in both dossiers, the later event counts."""
    words: dict[Hashable, date] = {}
    for event in here:
        if subject := _subject(event):
            words[subject] = max(words.get(subject, date.min), event_day(event))
    return [one for one in there if _of_the_path(one) and words.get(_subject(one), date.min) < event_day(one)]


def _of_the_path(event: Event) -> bool:
    return (event.STAGE is not None and not isinstance(event, SEATS)) or isinstance(event, ALONG_THE_WAY)


def _subject(event: Event) -> Hashable:
    """Returns the subject of which a dossier keeps one event; None for an event kept beside others."""
    if comes_from_pix(event):
        return None
    match event:
        case e.WorkshopAttended(workshop=workshop) | e.WorkshopMissed(workshop=workshop):
            return "workshop", workshop
        case e.AppointmentSet(task=task) | e.AppointmentMissed(task=task):
            return "appointment", task
    return ONE_WORD.get(type(event))


@decision("unmerge", REFERENT_AND_MANAGER)
def undo_merge(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    """Retracts the merge: they are two young people."""
    if dossier.merged is None:
        return []
    return [e.Retracted(version=dossier.merged.stamp.version, reason=required(reason, "reason"), on=on)]


@decision("give_back_merged", REFERENT_AND_MANAGER)
def undo_take_over(
    dossier: Dossier, *, command: UUID, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts what the merge recorded here, and what was built on it.

    `command` is the one that merged. Raises Refused("already-merged") when this dossier is merged into another one
    since, Refused("erasure-asked").
    """
    must_go_on(dossier)
    must_keep_its_circle(dossier)
    came = [r for r in not_retracted(history) if r.command == command]
    made: set[UUID] = set().union(*(new_ids(r.event) for r in came))
    named = {p for r in came if isinstance(p := getattr(r.event, "participation", None), UUID)}
    versions = {r.originator_version for r in came} | set(dependents(history, named | made))
    return retractions(history, versions, required(reason, "reason"), on)
