"""The forms of a dossier: where each stands, what it shows, and the decision it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from uuid import UUID

from pixflow.dossier import assignment, lending
from pixflow.dossier import closing as x_closing
from pixflow.dossier import follow_up as x_follow_up
from pixflow.dossier import identity as x_identity
from pixflow.dossier import retraction as x_retraction
from pixflow.dossier.stages import certification, orientation, parcours, prescription
from pixflow.dossier.state import Dossier
from pixflow.participation import matches as x_matches
from pixflow.workshop import booking
from web.desk.desk import Desk
from web.http.forms import Form
from web.pages.dossier import availability as fitting
from web.pages.dossier import form_models as fields
from web.pages.dossier import seats
from web.pages.dossier.form_arguments import (
    Arguments,
    _about,
    _appointment,
    _current,
    _debrief,
    _known_advisor,
    _known_campaign,
    _known_colleague,
    _known_site,
    _meeting,
    _own_participation,
    _plan,
    _plannable,
    _planning,
    _prescribing,
    _prescription,
    _refer,
    _referring,
    _retaking,
    _same,
    _study,
    _texts,
    _unmatch,
    plain,
)

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


# --- what a form said, as the decision takes it


# --- what a blank form shows


# --- what only the structure's own data can tell


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
    "chase": DossierForm(x_follow_up.chase, fields.Chase, "task", _about("about")),
    "appointment": DossierForm(x_follow_up.set_appointment, fields.Appointment, "task", _appointment, _meeting),
    "missed": DossierForm(x_follow_up.miss_appointment, fields.Missed, "task", _about("task")),
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
    "snooze": DossierForm(x_follow_up.snooze, fields.Snooze, "task", _about("task")),
    "hand": DossierForm(x_follow_up.hand_over, fields.Hand, "task", _about("task"), check=_known_colleague),
    "remind": DossierForm(parcours.chase_partner, fields.Remind, "action", _about("referral")),
    "refer": DossierForm(parcours.send_referral, fields.Refer, "action", _refer, _referring),
    "answer": DossierForm(parcours.answer_referral, fields.Answer, "action", _about("referral"), fits=fitting.always),
    "start": DossierForm(parcours.start_action, fields.Start, "action", _about("action")),
    "end": DossierForm(parcours.end_action, fields.End, "action", _about("action")),
    "drop": DossierForm(parcours.drop_action, fields.About, "action", _about("action")),
}
_DOSSIER = {
    "note": DossierForm(x_follow_up.take_note, fields.Note, "history", fits=fitting.always),
    "identity": DossierForm(
        x_identity.correct_identity,
        fields.Identity,
        "header",
        initial=_same("last_name", "first_name", "birth_date", "imilo_number", "site"),
        check=_known_site,
    ),
    "contact": DossierForm(x_identity.correct_contact, fields.Contact, "header", initial=_same("phone", "email")),
    "project": DossierForm(x_identity.state_project, fields.Project, "header", initial=_same("project")),
    "programme": DossierForm(
        x_identity.join_programme, fields.Programme, "header", initial=_same("programme", "group", "collective_end")
    ),
    "assign": DossierForm(
        assignment.assign_advisor, fields.Assign, "task", initial=_same("advisor"), check=_known_advisor
    ),
    "lend": DossierForm(lending.lend, fields.Lend, "header", fits=fitting.followed, check=_known_advisor),
    "review": DossierForm(x_closing.review_late_event, fields.Noted, "task", _about("about"), fits=fitting.late),
    "close": DossierForm(x_closing.close, fields.Close, "task", _about("about")),
    "reopen": DossierForm(x_closing.reopen, fields.Reasoned, "task", fits=fitting.closed),
    "retract": DossierForm(x_retraction.retract, fields.Retract, "fact", _about("version"), fits=fitting.always),
    "unmatch": DossierForm(
        x_matches.unmatch,
        fields.About,
        "result",
        _unmatch,
        fits=fitting.always,
        check=_own_participation,
        streams=lambda form: {"participation": form.about},
    ),
}
FORMS: dict[str, DossierForm] = {**_FOLLOWING, **_DOSSIER}
