"""The forms of a dossier: where each stands, what it shows, and the decision it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow import booking
from pixflow import participation as participations
from pixflow.dossier import assignment, certification, lending, orientation, parcours, prescription
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.values import Partner
from pixflow.participation import Participation
from projections.catch_up import fold_of
from web import fields, fitting, seats
from web.dependencies import Desk
from web.french import standing, words
from web.pages import Form
from web.team import takers

Arguments = tuple[dict[str, Any], dict[str, Any]]
Place = Literal["task", "header", "result", "prescription", "action", "beyond", "fact", "history"]


@dataclass(frozen=True, slots=True)
class DossierForm:
    """One form: its model, its decision, and how the model's fields become what the decision takes.

    `place` is the part of the page it stands in. `initial` gives the values a blank form shows, `check` the errors
    that only the structure's own data can tell, `fits` whether the dossier is in a state to be offered it, `streams`
    the streams beside the dossier.
    """

    decide: Callable[..., Any]
    model: type[Form]
    place: Place
    said: Callable[[Desk, Dossier, Any], Arguments] = lambda desk, dossier, form: (plain(form), {})
    initial: Callable[[Desk, Dossier, str], Mapping[str, Any]] = lambda desk, dossier, about: {}
    fits: Callable[[Dossier], bool] = fitting.still_open
    check: Callable[[Desk, Dossier, Any], dict[str, str]] = lambda desk, dossier, form: {}
    streams: Callable[[Any], Mapping[str, UUID]] = lambda form: {}


def offers(desk: Desk, dossier: Dossier) -> frozenset[str]:
    """The forms this person may open on this dossier as it stands."""
    return frozenset(
        name for name, form in FORMS.items() if desk.may(form.decide.__name__, dossier) and form.fits(dossier)
    )


def plain(form: Form, **renamed: str) -> dict[str, Any]:
    """What the form says, without what every form carries, under the names that the decision gives it."""
    names = [name for name in type(form).model_fields if name not in ("command_id", "seen")]
    return {renamed.get(name, name): getattr(form, name) for name in names}


def texts(said: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same, with "" for the texts that were left empty."""
    return said | {name: said[name] or "" for name in names}


# --- what a form said, as the decision takes it


def _plan(desk: Desk, dossier: Dossier, form: fields.Plan) -> Arguments:
    place = form.place or (dossier.site if form.modality == "office" else "")
    return plain(form) | {"place": place}, {"plan": new_id(form.command_id, "plan")}


def _appointment(desk: Desk, dossier: Dossier, form: fields.Appointment) -> Arguments:
    at = datetime.combine(form.day, form.hour, ZoneInfo(desk.zone)).astimezone(UTC)
    return {"task": form.about, "at": at, "day": form.day, "place": form.place or "", "on": form.on}, {}


def _prescription(desk: Desk, dossier: Dossier, form: fields.Prescription) -> Arguments:
    added = tuple(line.strip() for line in (form.added or "").splitlines() if line.strip())
    said = texts(plain(form, about="participation"), "wish", "project", "reason") | {"added": added}
    published = desk.refs.grille(form.on)
    ids = tuple(new_id(form.command_id, f"action {n}") for n in range(len(form.kept) + len(added)))
    return said, {"grille": published.document, "number": published.number, "action_ids": ids}


def _debrief(desk: Desk, dossier: Dossier, form: fields.Debrief) -> Arguments:
    said = texts(plain(form, about="participation"), "note", "tutorials")
    return said, {"study": new_id(form.command_id, "study")}


def _study(desk: Desk, dossier: Dossier, form: fields.Found | fields.Study) -> Arguments:
    said = texts(plain(form), *(name for name in ("note", "tutorials") if hasattr(form, name)))
    return said, {"study": new_id(form.command_id, "study")}


def _texts(*names: str) -> Callable[[Desk, Dossier, Any], Arguments]:
    return lambda desk, dossier, form: (texts(plain(form), *names), {})


def _refer(desk: Desk, dossier: Dossier, form: fields.Refer) -> Arguments:
    said = texts(plain(form, about="action"), "note") | {"partner": Partner(None, form.partner)}
    return said, {"referral": new_id(form.command_id, "referral")}


def _unmatch(desk: Desk, dossier: Dossier, form: fields.About) -> Arguments:
    return {"reason": form.reason, "on": form.on}, {"participation_id": form.about}


def _about(name: str) -> Callable[[Desk, Dossier, Any], Arguments]:
    def said(desk: Desk, dossier: Dossier, form: Any) -> Arguments:
        values = plain(form, about=name)
        return texts(values, *(text for text in ("note", "reason") if text in values)), {}

    return said


# --- what a blank form shows


def _same(*names: str) -> Callable[[Desk, Dossier, str], Mapping[str, Any]]:
    """What the dossier says now."""
    return lambda desk, dossier, about: {name: getattr(dossier, name) for name in names}


def _current(desk: Desk, dossier: Dossier, about: str, **values: Any) -> Mapping[str, Any]:
    """A form about the current result, whether or not the link named it."""
    current = dossier.diagnostic.current("initial")
    return {"about": about or (str(current[0]) if current else ""), **values}


def _prescribing(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    return _current(desk, dossier, about, project=dossier.project)


def _planning(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    plan = dossier.orientation.plan
    if plan is None:
        return {"modality": "office", "place": dossier.site}
    return {name: getattr(plan, name) for name in ("campaign", "modality", "mediator", "place")}


def _retaking(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    known = None if standing.retaken(dossier) else dossier.parcours.retake
    return {name: getattr(known, name) for name in ("campaign", "planned_for")} if known else {}


def _meeting(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    known = dossier.appointments.get(about)
    if known is None or known.missed:
        return {"place": dossier.site}
    at = known.at.astimezone(ZoneInfo(desk.zone))
    return {"day": known.day.isoformat(), "hour": f"{at:%H:%M}", "place": known.place}


def _referring(desk: Desk, dossier: Dossier, about: str) -> Mapping[str, Any]:
    """The partner that the grid names for the proposal."""
    action = next((known.action for id, known in dossier.parcours.actions.items() if str(id) == about), None)
    bands = desk.refs.grille(desk.today).document.bands
    proposals = [proposal for band in bands for proposal in band.proposals if action and proposal.id == action.proposal]
    return {"partner": proposals[0].partner if proposals else ""}


# --- what only the structure's own data can tell


def _known_campaign(desk: Desk, dossier: Dossier, form: fields.Plan | fields.Retake) -> dict[str, str]:
    """An open one, or the one that is planned already."""
    known, plan = desk.refs.campaigns.get(form.campaign), dossier.orientation.plan
    planned = plan is not None and plan.campaign == form.campaign
    return {} if known and (known.open or planned) else {"campaign": words.invalid("literal_error", {})}


def _plannable(desk: Desk, dossier: Dossier, form: fields.Plan) -> dict[str, str]:
    """A declared campaign, and a modality that the protocol of that day offers."""
    offered = form.modality in desk.refs.protocol(form.on).modalities
    modality = {} if offered else {"modality": words.invalid("literal_error", {})}
    return _known_campaign(desk, dossier, form) | modality


def _known_colleague(desk: Desk, dossier: Dossier, form: fields.Hand) -> dict[str, str]:
    return {} if form.to in dict(takers(desk)) else {"to": words.invalid("literal_error", {})}


def _known_advisor(desk: Desk, dossier: Dossier, form: fields.Assign | fields.Lend) -> dict[str, str]:
    known = form.advisor in dict(desk.staff("advisor"))
    return {} if known else {"advisor": words.invalid("literal_error", {})}


def _known_site(desk: Desk, dossier: Dossier, form: fields.Identity) -> dict[str, str]:
    """One of the structure's sites, or the one the dossier has."""
    known = form.site in (*desk.refs.structure.sites, dossier.site)
    return {} if known else {"site": words.invalid("literal_error", {})}


def _own_participation(desk: Desk, dossier: Dossier, form: fields.About) -> dict[str, str]:
    """A match is undone on the page of the dossier it was made with; undone already, it is nobody's."""
    linked = form.about in dossier.diagnostic.participations
    state = fold_of(desk.read, form.about)
    free = isinstance(state, Participation) and state.dossier is None
    return {} if linked or free else {"about": words.invalid("uuid_parsing", {})}


_FOLLOWING = {
    "present": DossierForm(
        orientation.present_pix,
        fields.Present,
        "task",
        fits=fitting.to_present,
    ),
    "plan": DossierForm(orientation.plan_diagnostic, fields.Plan, "task", _plan, _planning, check=_plannable),
    "decline": DossierForm(
        orientation.decline_diagnostic,
        fields.Reasoned,
        "task",
        fits=fitting.to_decline,
    ),
    "chase": DossierForm(assignment.chase, fields.Chase, "task", _about("about")),
    "appointment": DossierForm(assignment.set_appointment, fields.Appointment, "task", _appointment, _meeting),
    "missed": DossierForm(assignment.miss_appointment, fields.Missed, "task", _about("task")),
    "debrief": DossierForm(
        prescription.hold_debrief,
        fields.Debrief,
        "prescription",
        _debrief,
        partial(_current, channel="meeting"),
        fitting.to_debrief,
    ),
    "prescription": DossierForm(
        prescription.build_prescription,
        fields.Prescription,
        "prescription",
        _prescription,
        _prescribing,
        fitting.to_prescribe,
    ),
    "book": DossierForm(
        booking.book_seat,
        seats.Book,
        "task",
        seats.booking,
        seats.chosen,
        check=seats.known,
        streams=lambda form: {"workshop": form.workshop},
    ),
    "release": DossierForm(
        booking.release_seat,
        seats.Release,
        "task",
        seats.releasing,
        fits=fitting.always,
        streams=lambda form: {"workshop": form.about},
    ),
    "need": DossierForm(orientation.assess_need, fields.Need, "task", _texts("reason"), fits=fitting.to_assess),
    "explore": DossierForm(prescription.explore_difficulty, fields.Found, "beyond", _study, fits=fitting.to_explore),
    "study": DossierForm(prescription.assign_self_study, fields.Study, "beyond", _study),
    "progress": DossierForm(prescription.follow_self_study, fields.Progress, "beyond", _about("study")),
    "complete": DossierForm(certification.take_complete_diagnostic, fields.Dated, "beyond", fits=fitting.to_complete),
    "not-complete": DossierForm(
        certification.decline_complete_diagnostic, fields.Reasoned, "beyond", fits=fitting.to_complete
    ),
    "certify": DossierForm(
        certification.propose_certification,
        fields.Noted,
        "beyond",
        _texts("note"),
        fits=fitting.certifying("", "declined", "not-obtained"),
    ),
    "not-certify": DossierForm(
        certification.decline_certification,
        fields.Reasoned,
        "beyond",
        fits=fitting.certifying("", "proposed", "registered"),
    ),
    "register": DossierForm(
        certification.register_certification,
        fields.Register,
        "beyond",
        _texts("place"),
        fits=fitting.certifying("proposed", "registered", "not-obtained"),
    ),
    "certified": DossierForm(
        certification.take_certification, fields.Dated, "beyond", fits=fitting.certifying("proposed", "registered")
    ),
    "obtain": DossierForm(
        certification.obtain_certification,
        fields.Obtain,
        "beyond",
        _texts("level", "note"),
        fits=fitting.certifying("registered", "taken"),
    ),
    "cv": DossierForm(certification.add_result_to_cv, fields.Dated, "beyond", fits=fitting.to_value),
    "retake": DossierForm(
        certification.plan_retake,
        fields.Retake,
        "beyond",
        initial=_retaking,
        fits=fitting.tested,
        check=_known_campaign,
    ),
    "not-retake": DossierForm(certification.decline_retake, fields.Reasoned, "beyond", fits=fitting.tested),
    "snooze": DossierForm(assignment.snooze, fields.Snooze, "task", _about("task")),
    "hand": DossierForm(assignment.hand_over, fields.Hand, "task", _about("task"), check=_known_colleague),
    "remind": DossierForm(parcours.chase_partner, fields.Remind, "action", _about("referral")),
    "refer": DossierForm(parcours.send_referral, fields.Refer, "action", _refer, _referring),
    "answer": DossierForm(parcours.answer_referral, fields.Answer, "action", _about("referral"), fits=fitting.always),
    "start": DossierForm(parcours.start_action, fields.Start, "action", _about("action")),
    "end": DossierForm(parcours.end_action, fields.End, "action", _about("action")),
    "drop": DossierForm(parcours.drop_action, fields.About, "action", _about("action")),
}
_DOSSIER = {
    "note": DossierForm(assignment.take_note, fields.Note, "history", fits=fitting.always),
    "identity": DossierForm(
        assignment.correct_identity,
        fields.Identity,
        "header",
        initial=_same("last_name", "first_name", "birth_date", "imilo_number", "site"),
        check=_known_site,
    ),
    "contact": DossierForm(assignment.correct_contact, fields.Contact, "header", initial=_same("phone", "email")),
    "project": DossierForm(assignment.state_project, fields.Project, "header", initial=_same("project")),
    "programme": DossierForm(
        assignment.join_programme, fields.Programme, "header", initial=_same("programme", "group", "collective_end")
    ),
    "assign": DossierForm(
        assignment.assign_advisor, fields.Assign, "task", initial=_same("advisor"), check=_known_advisor
    ),
    "lend": DossierForm(lending.lend, fields.Lend, "header", fits=fitting.followed, check=_known_advisor),
    "review": DossierForm(assignment.review_late_event, fields.Noted, "task", _about("about"), fits=fitting.late),
    "close": DossierForm(assignment.close, fields.Close, "task", _about("about")),
    "reopen": DossierForm(assignment.reopen, fields.Reasoned, "task", fits=fitting.closed),
    "retract": DossierForm(assignment.retract, fields.Retract, "fact", _about("version"), fits=fitting.always),
    "unmatch": DossierForm(
        participations.unmatch,
        fields.About,
        "result",
        _unmatch,
        fits=fitting.always,
        check=_own_participation,
        streams=lambda form: {"participation": form.about},
    ),
}
FORMS: dict[str, DossierForm] = {**_FOLLOWING, **_DOSSIER}
