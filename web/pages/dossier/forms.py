"""The forms of a dossier: the decision of each, its place on the page, and what is computed for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.dossier import assignment, follow_up, identity, retraction
from pixflow.dossier import assignment as lending
from pixflow.dossier import follow_up as closing
from pixflow.dossier.stages import certification, orientation, parcours, prescription
from pixflow.dossier.state import Dossier
from pixflow.engine import Step
from pixflow.participation import matches
from pixflow.partner_links import issuing
from pixflow.workshop import booking
from web.desk.desk import Desk
from web.desk.territory import referral_form, referral_offers
from web.http.forms import DatedForm, Form
from web.pages.dossier import availability, form_arguments, form_models
from web.pages.dossier.form_arguments import Arguments, Errors, Further, Values
from web.pages.partner_link import partner_words

Place = Literal["task", "header", "result", "prescription", "action", "next-steps", "event", "history"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierForm:
    """A form: its decision, its fields (`model`), and the part of the page where it opens (`place`).

    `about` is the field that the address names (`?sur=`), "" for none; the page carries it hidden. `offered` is the
    condition on the dossier. `arguments` is what the decision takes, `further` the decisions taken with it, `beside`
    those on other streams, `initial` what a blank form shows; `check` gives the errors that only the data of the
    structure can tell, `streams` the streams beside the dossier.
    """

    decision: Decision[..., Any]
    model: type[Form]
    place: Place
    about: str = ""
    offered: availability.Condition = availability.is_open
    arguments: Callable[[Desk, Dossier, Any], Arguments] = form_arguments.plain
    further: Callable[[Desk, Dossier, Any], Sequence[Further]] = form_arguments.nothing
    beside: Callable[[Desk, Dossier, Any], Sequence[Step]] = form_arguments.nothing
    initial: Callable[[Desk, Dossier, str], Values] = form_arguments.blank
    check: Callable[[Desk, Dossier, Any], Errors] = form_arguments.no_errors
    streams: Callable[[Any], Mapping[str, UUID]] = form_arguments.dossier_alone


def allowed(desk: Desk, dossier: Dossier) -> frozenset[str]:
    """Returns the forms whose decision this person may take on this dossier."""
    return frozenset(name for name, form in FORMS.items() if desk.may(form.decision, Subject(dossier)))


def offers(desk: Desk, dossier: Dossier, names: Iterable[str]) -> frozenset[str]:
    """Returns those of these forms that this person may open on this dossier."""
    known = ((name, FORMS[name]) for name in names if name in FORMS)
    subject = Subject(dossier)
    return frozenset(name for name, form in known if form.offered(dossier) and desk.may(form.decision, subject))


FORMS: dict[str, DossierForm] = {
    # orientation and diagnostic
    "present": DossierForm(
        decision=orientation.present_pix, model=form_models.PresentForm, place="task", offered=availability.can_present,
    ),
    "plan": DossierForm(
        decision=orientation.plan_diagnostic, model=form_models.PlanForm, place="task", arguments=form_arguments.plan,
        initial=form_arguments.planning, check=form_arguments.check_plan,
    ),
    "decline": DossierForm(
        decision=orientation.decline_diagnostic, model=form_models.ReasonForm, place="task",
        offered=availability.can_decline,
    ),
    "need": DossierForm(
        decision=orientation.assess_need, model=form_models.NeedForm, place="task", offered=availability.can_assess,
    ),
    "book": DossierForm(
        decision=booking.book_seat, model=form_models.BookSeatForm, place="task", arguments=form_arguments.book_seat,
        initial=form_arguments.booking, check=form_arguments.check_workshop, streams=form_arguments.workshop_too,
    ),
    "release": DossierForm(
        decision=booking.release_seat, model=form_models.ReleaseSeatForm, place="task", about="workshop",
        offered=availability.can_always, arguments=form_arguments.release_seat, streams=form_arguments.workshop_too,
    ),
    # what a task waits for
    "chase": DossierForm(
        decision=follow_up.chase_young_person, model=form_models.ChaseForm, place="task", about="about",
    ),
    "appointment": DossierForm(
        decision=follow_up.set_appointment, model=form_models.AppointmentForm, place="task", about="task",
        arguments=form_arguments.appointment, initial=form_arguments.meeting,
    ),
    "missed": DossierForm(
        decision=follow_up.miss_appointment, model=form_models.MissedAppointmentForm, place="task", about="task",
    ),
    "snooze": DossierForm(decision=follow_up.snooze_task, model=form_models.SnoozeForm, place="task", about="task"),
    "hand": DossierForm(
        decision=follow_up.hand_over_task, model=form_models.HandOverForm, place="task", about="task",
        check=form_arguments.check_colleague,
    ),
    # prescription
    "debrief": DossierForm(
        decision=prescription.hold_debrief, model=form_models.DebriefForm, place="prescription", about="participation",
        offered=availability.can_debrief, arguments=form_arguments.debrief, initial=form_arguments.debriefing,
        further=form_arguments.after_debrief,
    ),
    "prescription": DossierForm(
        decision=prescription.build_prescription, model=form_models.PrescriptionForm, place="prescription",
        about="participation", offered=availability.can_prescribe, arguments=form_arguments.prescription,
        initial=form_arguments.prescribing,
    ),
    "explore": DossierForm(
        decision=prescription.explore_difficulty, model=form_models.DifficultyForm, place="next-steps",
        offered=availability.can_explore, arguments=form_arguments.study,
    ),
    "study": DossierForm(
        decision=prescription.assign_self_study, model=form_models.StudyForm, place="next-steps",
        arguments=form_arguments.study,
    ),
    "progress": DossierForm(
        decision=prescription.follow_self_study, model=form_models.StudyProgressForm, place="next-steps", about="study",
    ),
    # actions and partners
    "refer": DossierForm(
        decision=parcours.send_referral, model=form_models.ReferForm, place="action", about="action",
        arguments=form_arguments.refer, initial=referral_form.referring, check=referral_form.check,
        beside=referral_offers.uses,
    ),
    "answer": DossierForm(
        decision=parcours.answer_referral, model=form_models.AnswerForm, place="action", about="referral",
        offered=availability.can_always,
    ),
    "link": DossierForm(
        decision=issuing.issue_link, model=form_models.PartnerLinkForm, place="action", about="referral",
        arguments=form_arguments.partner_link, initial=partner_words.linking, check=partner_words.check,
    ),
    "revoke": DossierForm(
        decision=issuing.revoke_link, model=form_models.RevokeLinkForm, place="action", about="referral",
    ),
    "remind": DossierForm(
        decision=parcours.chase_partner, model=form_models.ChasePartnerForm, place="action", about="referral",
    ),
    "start": DossierForm(
        decision=parcours.start_action, model=form_models.StartActionForm, place="action", about="action",
        initial=partner_words.reported_start,
    ),
    "end": DossierForm(
        decision=parcours.end_action, model=form_models.EndActionForm, place="action", about="action",
        initial=partner_words.reported_end,
    ),
    "drop": DossierForm(
        decision=parcours.drop_action, model=form_models.DropActionForm, place="action", about="action",
    ),
    # certification
    "complete": DossierForm(
        decision=certification.take_complete_diagnostic, model=DatedForm, place="next-steps",
        offered=availability.can_complete,
    ),
    "not-complete": DossierForm(
        decision=certification.decline_complete_diagnostic, model=form_models.ReasonForm, place="next-steps",
        offered=availability.can_complete,
    ),
    "certify": DossierForm(
        decision=certification.propose_certification, model=form_models.CommentForm, place="next-steps",
        offered=availability.certification_is("", "declined", "not-obtained"),
    ),
    "not-certify": DossierForm(
        decision=certification.decline_certification, model=form_models.ReasonForm, place="next-steps",
        offered=availability.certification_is("", "proposed", "registered"),
    ),
    "register": DossierForm(
        decision=certification.register_certification, model=form_models.RegisterForm, place="next-steps",
        offered=availability.certification_is("proposed", "registered", "not-obtained"),
    ),
    "certified": DossierForm(
        decision=certification.take_certification, model=DatedForm, place="next-steps",
        offered=availability.certification_is("proposed", "registered"),
    ),
    "obtain": DossierForm(
        decision=certification.obtain_certification, model=form_models.ObtainForm, place="next-steps",
        offered=availability.certification_is("registered", "taken"),
    ),
    "cv": DossierForm(
        decision=certification.add_result_to_cv, model=DatedForm, place="next-steps",
        offered=availability.can_value,
    ),
    "retake": DossierForm(
        decision=certification.plan_retake, model=form_models.RetakeForm, place="next-steps",
        offered=availability.has_initial_result, initial=form_arguments.retaking,
        check=form_arguments.check_campaign,
    ),
    "not-retake": DossierForm(
        decision=certification.decline_retake, model=form_models.ReasonForm, place="next-steps",
        offered=availability.has_initial_result,
    ),
    # the dossier itself
    "note": DossierForm(
        decision=follow_up.take_note, model=form_models.NoteForm, place="history", offered=availability.can_always,
    ),
    "identity": DossierForm(
        decision=identity.correct_identity, model=form_models.IdentityForm, place="header",
        initial=form_arguments.known("last_name", "first_name", "birth_date", "imilo_number", "site"),
        check=form_arguments.check_site,
    ),
    "contact": DossierForm(
        decision=identity.correct_contact, model=form_models.ContactForm, place="header",
        initial=form_arguments.known("phone", "email"),
    ),
    "project": DossierForm(
        decision=identity.state_project, model=form_models.ProjectForm, place="header",
        initial=form_arguments.known("project"),
    ),
    "programme": DossierForm(
        decision=identity.join_programme, model=form_models.ProgrammeForm, place="header",
        initial=form_arguments.known("programme", "group", "collective_end"),
    ),
    "assign": DossierForm(
        decision=assignment.assign_advisor, model=form_models.AssignForm, place="task",
        initial=form_arguments.known("advisor"), check=form_arguments.check_advisor,
    ),
    "lend": DossierForm(
        decision=lending.lend_dossier, model=form_models.LendForm, place="header", offered=availability.is_followed,
        check=form_arguments.check_advisor,
    ),
    "review": DossierForm(
        decision=closing.review_late_event, model=form_models.CommentForm, place="task",
        offered=availability.has_late_event,
    ),
    "close": DossierForm(decision=closing.close_dossier, model=form_models.CloseForm, place="task"),
    "reopen": DossierForm(
        decision=closing.reopen_dossier, model=form_models.ReasonForm, place="task", offered=availability.is_closed,
    ),
    "retract": DossierForm(
        decision=retraction.retract, model=form_models.RetractForm, place="event", about="version",
        offered=availability.can_always,
    ),
    "unmatch": DossierForm(
        decision=matches.undo_match, model=form_models.UnmatchForm, place="result", about="participation",
        offered=availability.can_always, arguments=form_arguments.unmatch, check=form_arguments.check_participation,
        streams=form_arguments.participation_too,
    ),
}  # fmt: skip
