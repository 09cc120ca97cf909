"""The forms of a dossier, computed: what a decision takes, what a blank form shows, what the structure forbids."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.decision import Decision
from pixflow.dossier.evolve import NO_PROJECT
from pixflow.dossier.identity import state_project
from pixflow.dossier.stages.prescription import build_prescription
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.events.values import Partner
from pixflow.participation.state import Participation
from pixflow.workshop.booking import offer_deadline
from projections import workshops
from projections.store.folds import fold_of
from web.desk.colleagues import takers
from web.desk.desk import Desk
from web.desk.territory import contacts, referral_offers
from web.french import validation
from web.french.dossier import progress
from web.http.forms import Form
from web.pages.dossier import form_models
from web.pages.partner_link import partner_words

Arguments = tuple[dict[str, Any], dict[str, Any]]
"""The arguments of a decision: what the person says, then what the program adds."""
Further = tuple[Decision[..., Any], dict[str, Any], dict[str, Any]]
"""Another decision of a form, with the arguments of both kinds."""
OF_PRESCRIPTION = ("kept", "added", "wish", "project", "reason")
Values = Mapping[str, Any]
Errors = dict[str, str]


# --- what a decision takes


def sent(form: Form, *left_out: str) -> dict[str, Any]:
    """Returns the fields of a form, without those that every form has."""
    names = (name for name in type(form).model_fields if name not in ("command_id", "seen", *left_out))
    return {name: getattr(form, name) for name in names}


def plain(desk: Desk, dossier: Dossier, form: Form) -> Arguments:
    return sent(form), {}


def plan(desk: Desk, dossier: Dossier, form: form_models.PlanForm) -> Arguments:
    sites = {dossier.site, *desk.refs.structure.sites}
    office = form.modality == "office"
    place = form.place or dossier.site if office else "" if form.place in sites else form.place
    return {**sent(form), "place": place}, {"plan": new_id(form.command_id, "plan")}


def appointment(desk: Desk, dossier: Dossier, form: form_models.AppointmentForm) -> Arguments:
    at = datetime.combine(form.day, form.hour, ZoneInfo(desk.zone)).astimezone(UTC)
    return {**sent(form, "hour"), "at": at}, {}


def debrief(desk: Desk, dossier: Dossier, form: form_models.DebriefForm) -> Arguments:
    return sent(form, *OF_PRESCRIPTION), {"study": new_id(form.command_id, "study")}


def after_debrief(desk: Desk, dossier: Dossier, form: form_models.DebriefForm) -> Sequence[Further]:
    """Returns the prescription when something of it is said, else the project when it is another one."""
    project = form.project or ""
    if form.prescribes:
        said, context = prescription(desk, dossier, form)
        left_out = ("channel", "note", "cause", "tutorials")
        kept = {name: value for name, value in said.items() if name not in left_out}
        return [(build_prescription, {**kept, "project": project}, context)]
    return [(state_project, {"project": project, "on": form.on}, {})] if project not in ("", dossier.project) else []


def prescription(
    desk: Desk, dossier: Dossier, form: form_models.PrescriptionForm | form_models.DebriefForm
) -> Arguments:
    added = tuple(line.strip() for line in form.added.splitlines() if line.strip())
    published = desk.refs.grille(form.on)
    ids = tuple(new_id(form.command_id, f"action {n}") for n in range(len(form.kept) + len(added)))
    context = {"grille": published.document, "number": published.number, "action_ids": ids}
    return {**sent(form), "added": added}, context


def study(desk: Desk, dossier: Dossier, form: Form) -> Arguments:
    return sent(form), {"study": new_id(form.command_id, "study")}


def refer(desk: Desk, dossier: Dossier, form: form_models.ReferForm) -> Arguments:
    listed = referral_offers.chosen(desk, *form.offered) if form.offered else None
    partner, email = listed or Partner(None, form.partner), form.email
    to_contact = email is None and contacts.has_mail(desk, form.contact)
    if listed and form.offered and email is None and not to_contact:
        email = referral_offers.listed_email(desk, form.offered[0]) or None
    offer = form.offered[1] if listed and form.offered else None
    return {**sent(form, "offered"), "partner": partner, "offer": offer, "email": email}, {
        "referral": new_id(form.command_id, "referral"),
        "to_contact": to_contact,
        **partner_words.new_link(desk, form.command_id),
    }


def partner_link(desk: Desk, dossier: Dossier, form: form_models.PartnerLinkForm) -> Arguments:
    return sent(form), partner_words.new_link(desk, form.command_id)


def book_seat(desk: Desk, dossier: Dossier, form: form_models.BookSeatForm) -> Arguments:
    workshop = workshops.one(desk.read, form.workshop)
    campaign = desk.refs.campaigns.get(workshop.campaign)
    initial = campaign is not None and campaign.purpose == "initial"
    return {"or_wait": form.or_wait}, {"initial": initial, "plan": new_id(form.command_id, "plan")}


def release_seat(desk: Desk, dossier: Dossier, form: form_models.ReleaseSeatForm) -> Arguments:
    return {}, {"until": offer_deadline(desk.refs, desk.today)}


def unmatch(desk: Desk, dossier: Dossier, form: form_models.UnmatchForm) -> Arguments:
    return sent(form, "participation"), {}


def nothing(desk: Desk, dossier: Dossier, form: Form) -> Sequence[Any]:
    return ()


# --- what a blank form shows


def blank(desk: Desk, dossier: Dossier, about: str) -> Values:
    return {}


def known(*names: str) -> Callable[[Desk, Dossier, str], Values]:
    """Shows what the dossier says now."""
    return lambda desk, dossier, about: {name: getattr(dossier, name) for name in names}


def current_result(desk: Desk, dossier: Dossier, participation: str) -> Values:
    """Names the current result when the link names none."""
    current = dossier.diagnostic.current("initial")
    return {"participation": participation or (str(current[0]) if current else "")}


def debriefing(desk: Desk, dossier: Dossier, participation: str) -> Values:
    return {**prescribing(desk, dossier, participation), "channel": "meeting"}


def prescribing(desk: Desk, dossier: Dossier, participation: str) -> Values:
    return {**current_result(desk, dossier, participation), "project": dossier.project}


def planning(desk: Desk, dossier: Dossier, about: str) -> Values:
    plan = dossier.orientation.plan
    if plan is None:
        return {"modality": "office", "place": dossier.site}
    return {name: getattr(plan, name) for name in ("campaign", "modality", "mediator", "place")}


def retaking(desk: Desk, dossier: Dossier, about: str) -> Values:
    known = None if progress.retaken(dossier) else dossier.parcours.retake
    return {name: getattr(known, name) for name in ("campaign", "planned_for")} if known else {}


def meeting(desk: Desk, dossier: Dossier, task: str) -> Values:
    known = dossier.appointments.get(task)
    if known is None or known.missed:
        return {"place": dossier.site}
    at = known.at.astimezone(ZoneInfo(desk.zone))
    return {"day": known.day.isoformat(), "hour": f"{at:%H:%M}", "place": known.place}


def booking(desk: Desk, dossier: Dossier, workshop: str) -> Values:
    return {"workshop": workshop, "or_wait": True}


# --- what was typed


TYPED = ("text", "note", "reason", "wish", "added", "tutorials")


def unrecorded(form: Form, events: Iterable[Event]) -> str:
    """Returns the lines typed that stand in no event: a form that adds nothing must not lose them."""
    typed = (str(getattr(form, name, "") or "") for name in TYPED)
    lines = dict.fromkeys(line.strip() for text in typed for line in text.splitlines() if line.strip())
    known = "\n".join(text for event in events if lines for text in _texts(event))
    return "\n".join(line for line in lines if line not in known)


def _texts(event: Event) -> Iterator[str]:
    yield from (value for name in TYPED if isinstance(value := getattr(event, name, None), str))
    yield from (action.label for action in getattr(event, "actions", ()))


# --- what a form shows of an event to correct


FORM_OF: Mapping[type[Event], str] = {
    e.PixPresented: "present", e.DiagnosticPlanned: "plan", e.DiagnosticDeclined: "decline", e.NeedAssessed: "need",
    e.YoungPersonChased: "chase", e.AppointmentSet: "appointment", e.AppointmentMissed: "missed",
    e.TaskSnoozed: "snooze", e.TaskHandedOver: "hand", e.DebriefHeld: "debrief", e.PrescriptionBuilt: "prescription",
    e.DifficultyExplored: "explore", e.SelfStudyAssigned: "study", e.SelfStudyFollowed: "progress",
    e.PartnerLinkIssued: "link", e.PartnerLinkRevoked: "revoke",
    e.ReferralSent: "refer", e.ReferralAnswered: "answer", e.PartnerChased: "remind", e.ActionStarted: "start",
    e.ActionEnded: "end", e.ActionDropped: "drop", e.CompleteDiagnosticTaken: "complete",
    e.CompleteDiagnosticDeclined: "not-complete", e.CertificationProposed: "certify",
    e.CertificationDeclined: "not-certify", e.CertificationRegistered: "register", e.CertificationTaken: "certified",
    e.CertificationObtained: "obtain", e.CertificationNotObtained: "obtain", e.ResultAddedToCv: "cv",
    e.RetakePlanned: "retake", e.RetakeDeclined: "not-retake", e.NoteTaken: "note", e.IdentityCorrected: "identity",
    e.ContactCorrected: "contact", e.ProjectStated: "project", e.ProgrammeJoined: "programme",
    e.AdvisorAssigned: "assign", e.DossierLent: "lend", e.LateEventReviewed: "review", e.DossierClosed: "close",
    e.DossierReopened: "reopen",
}  # fmt: skip
"""The form that records each event again."""


def recorded(desk: Desk, event: Event, model: type[Form]) -> dict[str, Any]:
    """Shows what an event says, as the fields of its form."""
    said = {name: _text(getattr(event, name)) for name in model.model_fields if hasattr(event, name)}
    match event:
        case e.AppointmentSet(at=at):
            return {**said, "hour": f"{at.astimezone(ZoneInfo(desk.zone)):%H:%M}"}
        case e.ReferralSent(partner=partner, offer=offer):
            chosen = bool(partner.id and offer and referral_offers.chosen(desk, partner.id, offer))
            offered = f"{partner.id}:{offer}" if chosen else ""
            return {**said, "offered": offered, "partner": "" if chosen else partner.name}
        case e.PrescriptionBuilt(actions=actions, project=project):
            kept = [action.proposal for action in actions if action.proposal]
            added = "\n".join(action.label for action in actions if not action.proposal)
            return {**said, "kept": kept, "added": added, "project": "" if project == NO_PROJECT else project}
        case e.CertificationObtained() | e.CertificationNotObtained():
            return {**said, "obtained": _text(isinstance(event, e.CertificationObtained))}
    return said


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


# --- what only the data of the structure can forbid


def no_errors(desk: Desk, dossier: Dossier, form: Form) -> Errors:
    return {}


def _unless(valid: bool, field: str, kind: str = "literal_error") -> Errors:
    return {} if valid else {field: validation.invalid(kind, {})}


def check_campaign(desk: Desk, dossier: Dossier, form: form_models.PlanForm | form_models.RetakeForm) -> Errors:
    """Accepts an open campaign, and the one that is planned already."""
    campaign, plan = desk.refs.campaigns.get(form.campaign), dossier.orientation.plan
    planned = plan is not None and plan.campaign == form.campaign
    return _unless(campaign is not None and (campaign.open or planned), "campaign")


def check_plan(desk: Desk, dossier: Dossier, form: form_models.PlanForm) -> Errors:
    """Accepts a modality that the protocol of that day offers."""
    offered = form.modality in desk.refs.protocol(form.on).modalities
    return check_campaign(desk, dossier, form) | _unless(offered, "modality")


def check_colleague(desk: Desk, dossier: Dossier, form: form_models.HandOverForm) -> Errors:
    return _unless(form.to in dict(takers(desk, dossier, form.task)), "to")


def check_advisor(desk: Desk, dossier: Dossier, form: form_models.AssignForm | form_models.LendForm) -> Errors:
    return _unless(form.advisor in dict(desk.staff("advisor")), "advisor")


def check_site(desk: Desk, dossier: Dossier, form: form_models.IdentityForm) -> Errors:
    """Accepts a site of the structure, and the one that the dossier has."""
    return _unless(form.site in (*desk.refs.structure.sites, dossier.site), "site")


def check_workshop(desk: Desk, dossier: Dossier, form: form_models.BookSeatForm) -> Errors:
    return _unless(bool(workshops.one(desk.read, form.workshop)), "workshop")


def check_participation(desk: Desk, dossier: Dossier, form: form_models.UnmatchForm) -> Errors:
    """Accepts a participation of this dossier, and one that no dossier has any more."""
    state = fold_of(desk.read, form.participation)
    free = isinstance(state, Participation) and state.dossier is None
    return _unless(free or form.participation in dossier.diagnostic.participations, "participation", "uuid_parsing")


# --- the streams beside the dossier


def dossier_alone(form: Form) -> Mapping[str, UUID]:
    return {}


def workshop_too(form: form_models.BookSeatForm | form_models.ReleaseSeatForm) -> Mapping[str, UUID]:
    return {"workshop": form.workshop}


def participation_too(form: form_models.UnmatchForm) -> Mapping[str, UUID]:
    return {"participation": form.participation}
