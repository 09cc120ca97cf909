"""The forms of a dossier: what each asks, and the decision it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow import participation as participations
from pixflow.dossier import assignment, diagnostic, orientation, parcours, prescription
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.values import Channel, Partner
from pixflow.grille import explain
from web.dependencies import Desk
from web.pages import Form

Arguments = tuple[dict[str, Any], dict[str, Any]]


class Dated(Form):
    on: date


class Present(Dated):
    occasion: Literal["welcome", "follow-up", "cej"]


class Plan(Dated):
    campaign: UUID
    modality: Literal["office", "home"]
    mediator: bool = False
    place: str | None = None
    planned_for: date


class Reasoned(Dated):
    reason: str


class Noted(Dated):
    note: str | None = None


class Chase(Noted):
    about: str
    channel: Channel
    reached: bool


class Appointment(Dated):
    about: str
    day: date
    hour: time
    place: str | None = None


class Missed(Noted):
    about: str


class Debrief(Noted):
    about: UUID
    channel: Channel


class Prescription(Dated):
    about: UUID
    kept: tuple[str, ...] = ()
    added: str | None = None
    wish: str | None = None
    project: str | None = None
    reason: str | None = None


class Refer(Noted):
    about: UUID
    partner: str
    starts: date | None = None
    ends: date | None = None


class Answer(Dated):
    about: UUID
    answer: Literal["accepted", "refused"]
    reason: str | None = None


class Start(Dated):
    about: UUID
    ends: date


class End(Noted):
    about: UUID
    outcome: Literal["done", "abandoned"]


class About(Reasoned):
    about: UUID


class Retract(Reasoned):
    about: int


class Note(Dated):
    text: str


class Identity(Dated):
    last_name: str
    first_name: str
    birth_date: date | None = None
    imilo_number: str | None = None
    site: str


class Contact(Dated):
    phone: str | None = None
    email: str | None = None


class Project(Dated):
    project: str


class Programme(Dated):
    programme: str
    group: str | None = None
    collective_end: date | None = None


class Assign(Dated):
    advisor: UUID


class Close(Noted):
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other"]


@dataclass(frozen=True, slots=True)
class DossierForm:
    """One form: its model, its decision, and how the model's fields become what the decision takes.

    `streams` names the streams beside the dossier; `initial` gives the values a blank form shows.
    """

    decide: Callable[..., Any]
    model: type[Form]
    said: Callable[[Desk, Dossier, Any], Arguments] = lambda desk, dossier, form: (plain(form), {})
    initial: Callable[[Desk, Dossier, str], Mapping[str, Any]] = lambda desk, dossier, about: {}
    streams: Callable[[Any], Mapping[str, UUID]] = field(default=lambda form: {})


def plain(form: Form, **renamed: str) -> dict[str, Any]:
    """What the form says, without what every form carries; absent texts are empty."""
    said = {name: getattr(form, name) for name in type(form).model_fields if name not in ("command_id", "seen")}
    return {renamed.get(name, name): value for name, value in said.items() if renamed.get(name, name) != "-"}


def texts(said: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same, with "" for the texts that were left empty."""
    return said | {name: said[name] or "" for name in names}


def _plan(desk: Desk, dossier: Dossier, form: Plan) -> Arguments:
    place = form.place or (dossier.site if form.modality == "office" else "")
    return plain(form) | {"place": place}, {"plan": new_id(form.command_id, "plan")}


def _appointment(desk: Desk, dossier: Dossier, form: Appointment) -> Arguments:
    at = datetime.combine(form.day, form.hour, ZoneInfo(desk.zone)).astimezone(UTC)
    return {"task": form.about, "at": at, "day": form.day, "place": form.place or "", "on": form.on}, {}


def _prescription(desk: Desk, dossier: Dossier, form: Prescription) -> Arguments:
    added = tuple(line.strip() for line in (form.added or "").splitlines() if line.strip())
    said = texts(plain(form, about="participation"), "wish", "project", "reason") | {"added": added}
    published = desk.refs.grille(form.on)
    ids = tuple(new_id(form.command_id, f"action {n}") for n in range(len(form.kept) + len(added)))
    return said, {"grille": published.document, "number": published.number, "action_ids": ids}


def _refer(desk: Desk, dossier: Dossier, form: Refer) -> Arguments:
    said = texts(plain(form, about="action"), "note") | {"partner": Partner(None, form.partner)}
    return said, {"referral": new_id(form.command_id, "referral")}


def _unmatch(desk: Desk, dossier: Dossier, form: About) -> Arguments:
    return {"reason": form.reason, "on": form.on}, {"participation_id": form.about}


def _current(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    """A form about the current result, whether or not the link named it."""
    current = dossier.diagnostic.current("initial")
    return {"about": about or (str(current[0]) if current else "")}


def _prescription_initial(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    current = dossier.diagnostic.current("initial")
    values = {**_current(desk, dossier, about), "project": dossier.project, "reading": None, "kept": ()}
    if current and current[1].result and current[1].result.mastery is not None:
        published = desk.refs.grille(desk.today)
        values["reading"] = explain(published.document, published.number, current[1].result.mastery)
    return values


def _with_note(desk: Desk, dossier: Dossier, form: Any) -> Arguments:
    return texts(plain(form), "note"), {}


def _about(name: str) -> Callable[[Desk, Dossier, Any], Arguments]:
    def said(desk: Desk, dossier: Dossier, form: Any) -> Arguments:
        values = plain(form, about=name)
        return texts(values, *(text for text in ("note", "reason") if text in values)), {}

    return said


FORMS: dict[str, DossierForm] = {
    "present": DossierForm(orientation.present_pix, Present),
    "plan": DossierForm(orientation.plan_diagnostic, Plan, _plan, lambda desk, dossier, about: {"place": dossier.site}),
    "decline": DossierForm(orientation.decline_diagnostic, Reasoned),
    "chase": DossierForm(assignment.chase, Chase, _with_note),
    "appointment": DossierForm(assignment.set_appointment, Appointment, _appointment),
    "missed": DossierForm(assignment.miss_appointment, Missed, _about("task")),
    "debrief": DossierForm(prescription.hold_debrief, Debrief, _about("participation"), _current),
    "prescription": DossierForm(prescription.build_prescription, Prescription, _prescription, _prescription_initial),
    "refer": DossierForm(parcours.send_referral, Refer, _refer),
    "answer": DossierForm(parcours.answer_referral, Answer, _about("referral")),
    "start": DossierForm(parcours.start_action, Start, _about("action")),
    "end": DossierForm(parcours.end_action, End, _about("action")),
    "drop": DossierForm(parcours.drop_action, About, _about("action")),
    "note": DossierForm(assignment.take_note, Note),
    "identity": DossierForm(
        assignment.correct_identity,
        Identity,
        initial=lambda desk, dossier, about: {
            name: getattr(dossier, name) for name in ("last_name", "first_name", "birth_date", "imilo_number", "site")
        },
    ),
    "contact": DossierForm(
        assignment.correct_contact,
        Contact,
        initial=lambda desk, dossier, about: {"phone": dossier.phone, "email": dossier.email},
    ),
    "project": DossierForm(
        assignment.state_project, Project, initial=lambda desk, dossier, about: {"project": dossier.project}
    ),
    "programme": DossierForm(
        assignment.join_programme,
        Programme,
        initial=lambda desk, dossier, about: {
            name: getattr(dossier, name) for name in ("programme", "group", "collective_end")
        },
    ),
    "assign": DossierForm(
        assignment.assign_advisor, Assign, initial=lambda desk, dossier, about: {"advisor": dossier.advisor}
    ),
    "review": DossierForm(assignment.review_late_event, Noted, _with_note),
    "close": DossierForm(assignment.close, Close, _with_note),
    "reopen": DossierForm(assignment.reopen, Reasoned),
    "retract": DossierForm(assignment.retract, Retract, _about("version")),
    "unmatch": DossierForm(
        participations.unmatch, About, _unmatch, streams=lambda form: {"participation": form.about}
    ),
}
