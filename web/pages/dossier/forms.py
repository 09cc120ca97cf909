"""The forms of a dossier: where each stands, what it shows, and the decision it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.dossier import assignment, closing, follow_up, identity, lending, retraction
from pixflow.dossier.stages import certification, orientation, parcours, prescription
from pixflow.dossier.state import Dossier
from pixflow.participation import matches
from pixflow.workshop import booking
from web.desk.desk import Desk
from web.http.forms import Form
from web.pages.dossier import availability, form_models, seats
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

    decision: Decision[..., Any]
    model: type[Form]
    place: Place
    said: Callable[[Desk, Dossier, Any], Arguments] = lambda desk, dossier, form: (plain(form), {})
    initial: Callable[[Desk, Dossier, str], Mapping[str, Any]] = lambda desk, dossier, about: {}
    fits: Callable[[Dossier], bool] = availability.still_open
    check: Callable[[Desk, Dossier, Any], dict[str, str]] = lambda desk, dossier, form: {}
    streams: Callable[[Any], Mapping[str, UUID]] = lambda form: {}


def offers(desk: Desk, dossier: Dossier) -> frozenset[str]:
    """The forms this person may open on this dossier as it stands."""
    return frozenset(
        name for name, form in FORMS.items() if desk.may(form.decision, Subject(dossier)) and form.fits(dossier)
    )


# --- what a form said, as the decision takes it


# --- what a blank form shows


# --- what only the structure's own data can tell


_FOLLOWING = {
    "present": DossierForm(
        orientation.present_pix,
        form_models.Present,
        "task",
        fits=availability.to_present,
    ),
    "plan": DossierForm(orientation.plan_diagnostic, form_models.Plan, "task", _plan, _planning, check=_plannable),
    "decline": DossierForm(
        orientation.decline_diagnostic,
        form_models.Reasoned,
        "task",
        fits=availability.to_decline,
    ),
    "chase": DossierForm(follow_up.chase_young_person, form_models.Chase, "task", _about("about")),
    "appointment": DossierForm(follow_up.set_appointment, form_models.Appointment, "task", _appointment, _meeting),
    "missed": DossierForm(follow_up.miss_appointment, form_models.Missed, "task", _about("task")),
    "debrief": DossierForm(
        prescription.hold_debrief,
        form_models.Debrief,
        "prescription",
        _debrief,
        partial(_current, channel="meeting"),
        availability.to_debrief,
    ),
    "prescription": DossierForm(
        prescription.build_prescription,
        form_models.Prescription,
        "prescription",
        _prescription,
        _prescribing,
        availability.to_prescribe,
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
        fits=availability.always,
        streams=lambda form: {"workshop": form.about},
    ),
    "need": DossierForm(
        orientation.assess_need, form_models.Need, "task", _texts("reason"), fits=availability.to_assess
    ),
    "explore": DossierForm(
        prescription.explore_difficulty, form_models.Found, "beyond", _study, fits=availability.to_explore
    ),
    "study": DossierForm(prescription.assign_self_study, form_models.Study, "beyond", _study),
    "progress": DossierForm(prescription.follow_self_study, form_models.Progress, "beyond", _about("study")),
    "complete": DossierForm(
        certification.take_complete_diagnostic, form_models.Dated, "beyond", fits=availability.to_complete
    ),
    "not-complete": DossierForm(
        certification.decline_complete_diagnostic, form_models.Reasoned, "beyond", fits=availability.to_complete
    ),
    "certify": DossierForm(
        certification.propose_certification,
        form_models.Noted,
        "beyond",
        _texts("note"),
        fits=availability.certifying("", "declined", "not-obtained"),
    ),
    "not-certify": DossierForm(
        certification.decline_certification,
        form_models.Reasoned,
        "beyond",
        fits=availability.certifying("", "proposed", "registered"),
    ),
    "register": DossierForm(
        certification.register_certification,
        form_models.Register,
        "beyond",
        _texts("place"),
        fits=availability.certifying("proposed", "registered", "not-obtained"),
    ),
    "certified": DossierForm(
        certification.take_certification,
        form_models.Dated,
        "beyond",
        fits=availability.certifying("proposed", "registered"),
    ),
    "obtain": DossierForm(
        certification.obtain_certification,
        form_models.Obtain,
        "beyond",
        _texts("level", "note"),
        fits=availability.certifying("registered", "taken"),
    ),
    "cv": DossierForm(certification.add_result_to_cv, form_models.Dated, "beyond", fits=availability.to_value),
    "retake": DossierForm(
        certification.plan_retake,
        form_models.Retake,
        "beyond",
        initial=_retaking,
        fits=availability.tested,
        check=_known_campaign,
    ),
    "not-retake": DossierForm(certification.decline_retake, form_models.Reasoned, "beyond", fits=availability.tested),
    "snooze": DossierForm(follow_up.snooze_task, form_models.Snooze, "task", _about("task")),
    "hand": DossierForm(follow_up.hand_over_task, form_models.Hand, "task", _about("task"), check=_known_colleague),
    "remind": DossierForm(parcours.chase_partner, form_models.Remind, "action", _about("referral")),
    "refer": DossierForm(parcours.send_referral, form_models.Refer, "action", _refer, _referring),
    "answer": DossierForm(
        parcours.answer_referral, form_models.Answer, "action", _about("referral"), fits=availability.always
    ),
    "start": DossierForm(parcours.start_action, form_models.Start, "action", _about("action")),
    "end": DossierForm(parcours.end_action, form_models.End, "action", _about("action")),
    "drop": DossierForm(parcours.drop_action, form_models.About, "action", _about("action")),
}
_DOSSIER = {
    "note": DossierForm(follow_up.take_note, form_models.Note, "history", fits=availability.always),
    "identity": DossierForm(
        identity.correct_identity,
        form_models.Identity,
        "header",
        initial=_same("last_name", "first_name", "birth_date", "imilo_number", "site"),
        check=_known_site,
    ),
    "contact": DossierForm(identity.correct_contact, form_models.Contact, "header", initial=_same("phone", "email")),
    "project": DossierForm(identity.state_project, form_models.Project, "header", initial=_same("project")),
    "programme": DossierForm(
        identity.join_programme, form_models.Programme, "header", initial=_same("programme", "group", "collective_end")
    ),
    "assign": DossierForm(
        assignment.assign_advisor, form_models.Assign, "task", initial=_same("advisor"), check=_known_advisor
    ),
    "lend": DossierForm(
        lending.lend_dossier, form_models.Lend, "header", fits=availability.followed, check=_known_advisor
    ),
    "review": DossierForm(
        closing.review_late_event, form_models.Noted, "task", _about("about"), fits=availability.late
    ),
    "close": DossierForm(closing.close_dossier, form_models.Close, "task", _about("about")),
    "reopen": DossierForm(closing.reopen_dossier, form_models.Reasoned, "task", fits=availability.closed),
    "retract": DossierForm(
        retraction.retract, form_models.Retract, "fact", _about("version"), fits=availability.always
    ),
    "unmatch": DossierForm(
        matches.undo_match,
        form_models.About,
        "result",
        _unmatch,
        fits=availability.always,
        check=_own_participation,
        streams=lambda form: {"participation": form.about},
    ),
}
FORMS: dict[str, DossierForm] = {**_FOLLOWING, **_DOSSIER}
