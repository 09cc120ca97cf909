"""The forms of a dossier, stage by stage: their fields, what is computed for each, and where each opens.

A field bears the name that the decision gives it, and its label.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from pixflow.authorization import Subject
from pixflow.dossier import assignment, follow_up, identity, reach, retraction
from pixflow.dossier.evolve import NO_PROJECT
from pixflow.dossier.stages import certification, orientation, parcours, prescription
from pixflow.dossier.state import Dossier, Referral, Report
from pixflow.engine import Step, new_id
from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.events.values import Awaited, Cause, Channel, LinkChannel, Modality, Partner
from pixflow.open_data import communes
from pixflow.participation import matches
from pixflow.participation.state import Participation
from pixflow.partner_links import issuing
from pixflow.partners.listing import use_partner
from pixflow.score_reading import answering, counting_grid
from pixflow.tasks import TASK_KINDS
from pixflow.workshop import booking
from projections import workshops
from projections.store.folds import fold_of
from web.desk import guesses, kept_seats
from web.desk.colleagues import takers
from web.desk.commands import Arguments, Errors, FormRefused, FormSpec, Values, read_fields
from web.desk.desk import Desk
from web.desk.territory import contacts, referral_offers
from web.desk.territory.referral_offers import action_of
from web.french import validation, vocabulary
from web.french.dossier import progress
from web.hosting import partner_mails
from web.http.forms import DatedForm, Day, Form, Label, OpenForm, Text, labels
from web.pages.dossier import choices as lists
from web.pages.dossier.choices import Choices

TaskKey = Annotated[str, Field(pattern=rf"^({'|'.join(TASK_KINDS)})(:[0-9a-f-]{{36}})?$")]
Reason = Annotated[str, Label("Motif", "textarea")]
Note = Annotated[Text, Label("Note", "textarea")]
Tutorials = Annotated[Text, Label("Tutoriels Pix à suivre seul·e", "textarea")]
Way = Annotated[
    Channel,
    Label("Comment", "select", vocabulary.CHANNELS, missing="Dites comment l’échange a eu lieu.", together=True),
]
ANSWERED = "Dites si le partenaire a répondu."
YES_NO = {"true": "oui", "false": "non"}
NO_CAMPAIGN, FROM = "Choisissez la campagne.", "Choisissez le jour à partir duquel le test est à passer."
UNDECLARED = "Aucune campagne de diagnostic initial n’est déclarée : la ou le référent·e Pix le fait dans Résultats."
WHEN = "Écrivez quel jour l’action a commencé."
NO_ACTION = "Choisissez une action, ou écrivez-la."
CLOSED_OFFER = "Cette offre n’est plus ouverte, ou ce partenaire n’est plus inscrit : choisissez-en un autre."
NO_PARTNER = "Choisissez à qui, ou écrivez le nom d’un autre partenaire."
WHENCE = "Dites d’où vient la difficulté."
SESSION = "Choisissez le jour de la session."
RECALL_TO_COME = "Choisissez un jour à venir."
RECALL_DAY, RECALL_TEXT = "Choisissez le jour du rappel.", "Écrivez quoi vous rappeler."
NO_ADVISOR, REACHED = "Choisissez la ou le conseiller·ère.", "Dites si la personne a répondu."


class PathForm(DatedForm):
    """Base of a form about the path: a reminder may go with what it records."""

    recall_day: Annotated[Day | None, Label("Le", "date", aside=True, since="today")] = None
    recall_text: Annotated[Text, Label("Quoi", aside=True)] = ""


class ReasonForm(PathForm):
    reason: Reason


class CommentForm(PathForm):
    note: Note = ""


def check_recall(desk: Desk, form: Form) -> Errors:
    """Accepts no reminder, or a day to come and its words."""
    if not isinstance(form, PathForm) or not (form.recall_day or form.recall_text):
        return {}
    if form.recall_day is None or form.recall_day <= desk.today:
        return {"recall_day": RECALL_TO_COME if form.recall_day else RECALL_DAY}
    return {} if form.recall_text else {"recall_text": RECALL_TEXT}


def recall(dossier_id: UUID, form: Form) -> list[Step]:
    """Returns the reminder that goes with a form."""
    if not isinstance(form, PathForm) or form.recall_day is None:
        return []
    id = new_id(form.command_id, "reminder")
    said = {"reminder": id, "day": form.recall_day, "text": form.recall_text, "on": form.on}
    return [Step({"dossier": dossier_id}, follow_up.set_reminder, said)]


def _unless(valid: bool, field: str, kind: str = "literal_error") -> Errors:
    return {} if valid else {field: validation.invalid(kind, {})}


def _with_study(desk: Desk, dossier: Dossier, form: Form, *left_out: str) -> Arguments:
    return read_fields(form, *left_out), {"study": new_id(form.command_id, "study")}


def _prefill(*names: str) -> Callable[[Desk, Dossier, str], Values]:
    """Returns what a blank form shows: what the dossier says now."""
    return lambda desk, dossier, about: {name: getattr(dossier, name) for name in names}


# --- conditions to offer a form. A decision has its own conditions, and refuses by itself


Condition = Callable[[Dossier], bool]


def can_always(dossier: Dossier) -> bool:
    return True


def is_open(dossier: Dossier) -> bool:
    return dossier.closed is None


def has_begun(dossier: Dossier) -> bool:
    """True after a workshop, a shared result, or a note of what comes after the actions."""
    state, links = dossier.parcours, dossier.diagnostic.participations.values()
    noted = (state.complete, state.certification, state.on_cv, state.retake, dossier.prescription.explored)
    shared = any(link.result or link.profile for link in links)
    return shared or any(noted) or bool(dossier.prescription.studies) or dossier.diagnostic.last_attended is not None


# --- orientation and diagnostic


class PresentForm(PathForm):
    occasion: Annotated[
        Literal["welcome", "follow-up", "cej"],
        Label("À quelle occasion", "radio", missing="Dites à quelle occasion Pix a été présenté."),
    ]


class PlanForm(PathForm):
    campaign: Annotated[UUID, Label("Campagne", "select", without=UNDECLARED, missing=NO_CAMPAIGN, together=True)]
    planned_for: Annotated[Day, Label("À partir du", "date", missing=FROM, together=True, since="on")]
    modality: Annotated[Modality, Label("Où le test est passé", "radio", missing="Dites où le test est passé.")]
    mediator: Annotated[bool, Label("Avec un·e médiateur·rice numérique", "checkbox")] = False
    place: Annotated[Text, Label("Lieu", hint="Ce qui est écrit ici est imprimé sur la fiche.")] = ""


class NeedForm(PathForm):
    needed: Annotated[
        bool,
        Label(
            "Votre avis",
            "radio",
            {"true": "oui : il y a un besoin, Pix est à présenter", "false": "non, pas pour l’instant"},
            missing="Donnez votre avis.",
        ),
    ]
    reason: Annotated[Text, Label("Motif", "textarea", hint="Demandé si la réponse est non.")] = ""


class DeclineDiagnosticForm(PathForm):
    reason: Annotated[
        str, Label("Motif", "textarea", hint="Rien n’est perdu : le diagnostic peut être prévu à nouveau plus tard.")
    ]


class BookSeatForm(Form):
    """A seat in one of the workshops listed."""

    workshop: Annotated[
        UUID,
        Label("Atelier", "select", hint="Le diagnostic est prévu là du même coup.", missing="Choisissez l’atelier."),
    ]
    or_wait: Annotated[bool, Label("Sur la liste d’attente s’il est complet", "checkbox")] = False


class ReleaseSeatForm(Form):
    workshop: UUID


def _planning(desk: Desk, dossier: Dossier, about: str) -> Values:
    plan = dossier.orientation.plan
    if plan is None:
        return {"modality": "office", "place": dossier.site}
    return {name: getattr(plan, name) for name in ("campaign", "modality", "mediator", "place")}


def _plan(desk: Desk, dossier: Dossier, form: PlanForm) -> Arguments:
    sites = {dossier.site, *desk.refs.structure.sites}
    office = form.modality == "office"
    place = form.place or dossier.site if office else "" if form.place in sites else form.place
    return {**read_fields(form), "place": place}, {"plan": new_id(form.command_id, "plan")}


def _check_campaign(desk: Desk, dossier: Dossier, form: "PlanForm | RetakeForm") -> Errors:
    """Accepts an open campaign, and the one that is planned already."""
    campaign, plan = desk.refs.campaigns.get(form.campaign), dossier.orientation.plan
    planned = plan is not None and plan.campaign == form.campaign
    return _unless(campaign is not None and (campaign.open or planned), "campaign")


def _check_plan(desk: Desk, dossier: Dossier, form: PlanForm) -> Errors:
    """Accepts a modality that the protocol of that day offers."""
    offered = form.modality in desk.refs.protocol(form.on).modalities
    return _check_campaign(desk, dossier, form) | _unless(offered, "modality")


def _book(desk: Desk, dossier: Dossier, form: BookSeatForm) -> Arguments:
    """Raises FormRefused for an unknown workshop: a form that bears the id of a recorded one meets no check."""
    workshop = workshops.find(desk.read, form.workshop)
    if errors := _unless(workshop is not None, "workshop"):
        raise FormRefused(errors)
    campaign = desk.refs.campaigns.get(workshop.campaign)
    initial = campaign is not None and campaign.purpose == "initial"
    return {"or_wait": form.or_wait}, {"initial": initial, "plan": new_id(form.command_id, "plan")}


# --- what a task waits for


class ChaseForm(PathForm):
    about: TaskKey
    channel: Way
    reached: Annotated[bool, Label("La personne a répondu", "radio", YES_NO, missing=REACHED, together=True)]
    note: Note = ""


class AppointmentForm(PathForm):
    task: TaskKey
    day: Annotated[
        Day, Label("Jour", "date", missing="Choisissez le jour du rendez-vous.", together=True, since="today")
    ]
    hour: Annotated[time, Label("Heure", "time", missing="Écrivez l’heure du rendez-vous, comme 14:30.", together=True)]
    place: Annotated[Text, Label("Lieu", together=True)] = ""


class MissedAppointmentForm(CommentForm):
    task: TaskKey


Until = Annotated[
    Day | None,
    Label(
        "Jusqu’au",
        "date",
        hint="Vide : trois mois au plus, en attendant l’événement choisi.",
        missing="Choisissez jusqu’à quel jour la tâche attend, ou quel événement.",
        together=True,
        since="today",
    ),
]
Awaits = Annotated[
    Awaited | None, Label("Ou dès que", "select", {"": "Seulement ce jour-là", **vocabulary.AWAITED}, together=True)
]
ThreeMonths = Annotated[Day | None, Label("Jusqu’au", "date", hint="Vide : trois mois.", together=True, since="today")]


class SnoozeForm(PathForm):
    """Until a day, a fact, or the first of the two."""

    task: TaskKey
    until: Until = None
    awaits: Awaits = None
    reason: Reason


class HandOverForm(PathForm):
    task: TaskKey
    to: Annotated[UUID, Label("À", "select", missing="Choisissez à qui confier la tâche.", together=True)]
    until: ThreeMonths = None
    note: Note = ""


def _meeting(desk: Desk, dossier: Dossier, task: str) -> Values:
    appointment = dossier.appointments.get(task)
    if appointment is None or appointment.missed:
        return {"place": dossier.site}
    at = appointment.at.astimezone(ZoneInfo(desk.zone))
    return {"day": appointment.day.isoformat(), "hour": f"{at:%H:%M}", "place": appointment.place}


# --- prescription


Offered = Annotated[
    tuple[UUID, UUID | None],
    BeforeValidator(lambda text: [one or None for one in text.split(":")] if isinstance(text, str) else text),
]
"""A partner and its offer, written `partner:offer`; `partner:` for a partner alone."""
Added = Annotated[Text, Label("Autre action", "textarea", hint="Une par ligne ; une raison est alors demandée.")]
Wish = Annotated[Text, Label("Souhait du jeune", "textarea")]
WHY_ELSE = "Demandée si rien de ce qui est proposé n’est gardé, ou si une action y est ajoutée."
Because = Annotated[Text, Label("Raison", "textarea", hint=WHY_ELSE, missing="Donnez la raison.", sometimes=True)]
OF_PRESCRIPTION = ("kept", "added", "wish", "project", "reason")


class DebriefForm(PathForm):
    """The debrief, and the prescription with it when something of it is said. `project` is None where nobody asks."""

    participation: UUID
    channel: Way
    note: Annotated[Text, Label("Ce qui s’est dit", "textarea", rows=3)] = ""
    cause: Annotated[Cause | None, Label("D’où vient la difficulté", "radio", vocabulary.CAUSES)] = None
    tutorials: Tutorials = ""
    kept: tuple[str, ...] = ()
    added: Added = ""
    wish: Wish = ""
    project: Annotated[Text | None, Label("Projet professionnel")] = None
    reason: Because = ""

    @property
    def prescribes(self) -> bool:
        return bool(self.kept or self.added or self.wish or self.reason)


class PrescriptionForm(PathForm):
    participation: UUID
    kept: tuple[str, ...] = ()
    added: Added = ""
    wish: Wish = ""
    project: Annotated[Text, Label("Projet professionnel")] = ""
    reason: Because = ""


class ReviewForm(PathForm):
    """The answer to a grid that reads otherwise a result that was told."""

    number: int
    told: Annotated[
        bool, Label("La nouvelle lecture est", "radio", vocabulary.REVIEWED, missing="Dites si elle est dite ou non.")
    ]
    note: Note = ""


class AddActionForm(PathForm):
    """One more action of a prescription: a proposal of its band, an offer of a partner, or another one."""

    participation: UUID
    proposal: Annotated[Text, Label("Action", "radio")] = ""
    label: Annotated[Text, Label("Autre action", missing=NO_ACTION)] = ""
    offered: Annotated[Offered | None, Label("Chez un partenaire", "radio")] = None
    reason: Annotated[str, Label("Raison", "textarea", missing="Donnez la raison.")]


class DifficultyForm(PathForm):
    """The cause of a difficulty, found in an interview."""

    cause: Annotated[Cause, Label("D’où vient la difficulté", "radio", vocabulary.CAUSES, missing=WHENCE)]
    note: Annotated[
        Text,
        Label(
            "Ce qui s’est dit",
            "textarea",
            hint="Demandé pour une autre cause. Ne figure sur aucun document remis.",
            sometimes=True,
        ),
    ] = ""
    tutorials: Tutorials = ""


class StudyForm(PathForm):
    tutorials: Annotated[str, Label("Tutoriels Pix à suivre seul·e", "textarea")]


class StudyProgressForm(PathForm):
    study: UUID
    outcome: Annotated[
        Literal["done", "ongoing", "stopped"],
        Label(
            "Les tutoriels sont",
            "radio",
            vocabulary.STUDIES,
            hint="En cours : un nouveau point sera demandé après le même délai.",
            missing="Dites où en sont les tutoriels.",
        ),
    ]
    note: Note = ""


def can_debrief(dossier: Dossier) -> bool:
    current = dossier.diagnostic.current("initial")
    return is_open(dossier) and current is not None and current[0] not in dossier.prescription.debriefs


def can_prescribe(dossier: Dossier) -> bool:
    current, state = dossier.diagnostic.current("initial"), dossier.prescription
    debriefed = current is not None and current[0] in state.debriefs and current[0] not in state.built
    return is_open(dossier) and debriefed


def can_add(dossier: Dossier) -> bool:
    current = dossier.diagnostic.current("initial")
    return is_open(dossier) and current is not None and current[0] in dossier.prescription.built


def _current_result(desk: Desk, dossier: Dossier, participation: str) -> Values:
    """Names the current result when the link names none; shows the project."""
    current = dossier.diagnostic.current("initial")
    return {"participation": participation or (str(current[0]) if current else ""), "project": dossier.project}


def _after_debrief(desk: Desk, stream: UUID, dossier: Dossier, form: DebriefForm) -> Sequence[Step]:
    """Returns the prescription when something of it is said, else the project when it is another one."""
    project, streams = form.project or "", {"dossier": stream}
    if form.prescribes:
        said, context = _prescription(desk, dossier, form)
        asked = {name: said[name] for name in PrescriptionForm.model_fields if name in said}
        return [Step(streams, prescription.build_prescription, {**asked, "project": project}, context)]
    if project in ("", dossier.project):
        return []
    return [Step(streams, identity.state_project, {"project": project, "on": form.on})]


def _debrief(desk: Desk, dossier: Dossier, form: DebriefForm) -> Arguments:
    said, context = _with_study(desk, dossier, form, *OF_PRESCRIPTION)
    return said, {**context, "number": desk.refs.grille(form.on).number}


def _review(desk: Desk, dossier: Dossier, form: ReviewForm) -> Arguments:
    return read_fields(form), answering(desk.refs, dossier, form.on)


def _prescription(desk: Desk, dossier: Dossier, form: PrescriptionForm | DebriefForm) -> Arguments:
    """Reads the result by the grid that was told."""
    added = tuple(line.strip() for line in form.added.splitlines() if line.strip())
    published = counting_grid(desk.refs, dossier, form.participation, form.on)
    ids = tuple(new_id(form.command_id, f"action {n}") for n in range(len(form.kept) + len(added)))
    context = {"grille": published.document, "number": published.number, "action_ids": ids}
    return {**read_fields(form), "added": added}, context


def _check_addition(desk: Desk, dossier: Dossier, form: AddActionForm) -> Errors:
    """Asks for an action: a proposal, an offer or a name. An offer closed meanwhile is chosen again.

    Without a prescription any more there is nothing to choose: the decision says why.
    """
    if not can_add(dossier):
        return {}
    if form.offered and referral_offers.find_partner(desk, *form.offered) is None:
        return {"offered": CLOSED_OFFER}
    if form.proposal and form.label:
        return {"label": "Choisissez dans la liste, ou écrivez une autre action : pas les deux."}
    return {} if form.proposal or form.label or form.offered else {"label": NO_ACTION}


def _addition(desk: Desk, dossier: Dossier, form: AddActionForm) -> Arguments:
    """Names an action by the offer of its partner when nothing else does."""
    named = referral_offers.title(desk, *form.offered) if form.offered else ""
    label = "" if form.proposal else form.label or named
    counting = counting_grid(desk.refs, dossier, form.participation, form.on)
    context = {"grille": counting.document, "action": _added_id(form)}
    return {**read_fields(form, "offered"), "label": label}, context


def _added_id(form: Form) -> UUID:
    return new_id(form.command_id, "action 0")


def _refer_addition(desk: Desk, stream: UUID, dossier: Dossier, form: AddActionForm) -> Sequence[Step]:
    """Returns the referral of an action to the partner chosen with it: no e-mail leaves."""
    partner = referral_offers.find_partner(desk, *form.offered) if form.offered else None
    if form.offered is None or partner is None:
        return ()
    said = {"action": _added_id(form), "partner": partner, "offer": form.offered[1], "on": form.on}
    blank = {"starts": None, "ends": None, "note": "", "email": None}
    referral = {"referral": new_id(form.command_id, "referral")}
    return (
        Step({"dossier": stream}, parcours.send_referral, {**said, **blank}, referral),
        Step({"partner": form.offered[0]}, use_partner, {"on": form.on}),
    )


# --- actions and partners


Agreed = Annotated[
    bool, Label("La personne est d’accord pour que le partenaire lise son nom, son âge et son téléphone", "checkbox")
]


class ReferForm(PathForm):
    action: UUID
    offered: Annotated[Offered | None, Label("À qui", "radio")] = None
    contact: Annotated[UUID | None, Label("Personne à joindre", "select")] = None
    partner: Annotated[Text, Label("Partenaire")] = ""
    email: Annotated[str | None, Label("Son courriel", "email")] = None
    agreed: Agreed = False
    starts: Annotated[Day | None, Label("Début", "date", together=True)] = None
    ends: Annotated[
        Day | None, Label("Fin prévue", "date", hint="L’issue sera demandée ce jour-là.", together=True)
    ] = None
    note: Note = ""


class PartnerLinkForm(PathForm):
    referral: UUID
    channel: Annotated[LinkChannel, Label("Le lien part", "radio", missing="Dites comment le lien part.")]
    address: Annotated[Text, Label("Courriel du partenaire", "email")] = ""
    agreed: Agreed = False


class RevokeLinkForm(PathForm):
    referral: UUID


class AnswerForm(PathForm):
    referral: UUID
    answer: Annotated[
        Literal["accepted", "refused"],
        Label(
            "Réponse",
            "radio",
            {"accepted": "accepte", "refused": "refuse"},
            missing="Dites ce que le partenaire a répondu.",
        ),
    ]
    reason: Annotated[
        Text, Label("Motif", "textarea", hint="Demandé en cas de refus : une autre orientation sera à trouver.")
    ] = ""


class ChasePartnerForm(PathForm):
    referral: UUID
    channel: Way
    reached: Annotated[bool, Label("Le partenaire a répondu", "radio", YES_NO, missing=ANSWERED, together=True)]
    note: Note = ""


class StartActionForm(PathForm):
    action: UUID
    on: Annotated[Day, Label("Commencée le", "date", missing=WHEN, together=True, until="today")]
    ends: Annotated[
        Day,
        Label(
            "Fin prévue",
            "date",
            hint="L’issue sera demandée ce jour-là.",
            missing="Écrivez la fin prévue de l’action.",
            together=True,
        ),
    ]


class EndActionForm(PathForm):
    action: UUID
    outcome: Annotated[
        Literal["done", "abandoned"],
        Label("L’action a été", "radio", vocabulary.OUTCOMES, missing="Dites comment l’action a pris fin."),
    ]
    note: Note = ""


class DropActionForm(ReasonForm):
    action: UUID


def _check_offer(desk: Desk, dossier: Dossier, form: ReferForm) -> Errors:
    """Asks for an offer or a name, one of them; an offer closed meanwhile is chosen again.

    Somebody to call works at the partner of the offer. No e-mail goes to whoever answers by telephone.
    """
    if form.contact and not (form.offered and contacts.is_of(desk, form.contact, form.offered[0])):
        return {
            "contact": "Cette personne n’est pas à joindre chez ce partenaire : choisissez l’offre où elle travaille."
        }
    if form.offered and referral_offers.find_partner(desk, *form.offered) is None:
        return {"offered": CLOSED_OFFER}
    if form.offered and form.partner:
        return {"partner": "Choisissez dans la liste, ou écrivez un autre nom : pas les deux."}
    if form.offered and form.email and referral_offers.is_called(desk, *form.offered, form.contact):
        return {"email": "Cette demande se fait par téléphone : laissez le courriel vide."}
    if not (form.offered or form.partner) and referral_offers.open_offers(desk):
        return {"offered": NO_PARTNER}
    return _unless(bool(form.offered or form.partner), "partner", "missing")


def _refer(desk: Desk, dossier: Dossier, form: ReferForm) -> Arguments:
    listed = referral_offers.find_partner(desk, *form.offered) if form.offered else None
    partner, email = listed or Partner(None, form.partner), form.email
    called = form.offered is not None and referral_offers.is_called(desk, *form.offered, form.contact)
    to_contact = email is None and not called and contacts.has_mail(desk, form.contact)
    if listed and form.offered and email is None and not to_contact and not called:
        email = referral_offers.listed_email(desk, form.offered[0]) or None
    offer = form.offered[1] if listed and form.offered else None
    return {**read_fields(form, "offered"), "partner": partner, "offer": offer, "email": email}, {
        "referral": new_id(form.command_id, "referral"),
        "to_contact": to_contact,
        **_new_link(desk, form),
    }


def _new_link(desk: Desk, form: Form) -> dict[str, Any]:
    """Returns the id and the last day of a link that a form issues."""
    return {"link": new_id(form.command_id, "link"), "until": partner_mails.last_day(desk.engine)}


def _linking(desk: Desk, dossier: Dossier, referral: str) -> Values:
    """Proposes an e-mail to the address on file, else the paper."""
    to, read_fields = _destination(desk, dossier, referral), _referral_of(dossier, referral)
    agreed = "true" if read_fields and read_fields.agreed else ""
    return {"address": to.stored, "channel": "email" if to.address else "paper", "agreed": agreed}


def _check_link(desk: Desk, dossier: Dossier, form: PartnerLinkForm) -> Errors:
    """Asks for an address, unless the contact of the referral has one."""
    known = form.channel != "email" or form.address or _destination(desk, dossier, str(form.referral)).address
    return _unless(bool(known), "address", "missing")


def _destination(desk: Desk, dossier: Dossier, referral: str) -> partner_mails.Destination:
    found = _referral_of(dossier, referral)
    return partner_mails.destination(desk.read, found) if found else partner_mails.NOWHERE


def _referral_of(dossier: Dossier, referral: str) -> Referral | None:
    known = (one for action in dossier.parcours.actions.values() for one in action.referrals)
    return next((one for one in known if str(one.id) == referral), None)


def _reported_start(desk: Desk, dossier: Dossier, action: str) -> Values:
    """Shows the first day that the partner says, to confirm, and the end that the dossier has."""
    state, told = action_of(dossier, action), reported(dossier, action)
    came = {"on": told.day.isoformat()} if told and told.outcome == "came" else {}
    return {**came, "ends": state.ends.isoformat()} if state and state.ends else came


def _reported_end(desk: Desk, dossier: Dossier, action: str) -> Values:
    """Shows what the partner says of the outcome, to confirm."""
    report = reported(dossier, action)
    if report is None or report.outcome == "came":
        return {}
    return {
        "outcome": "done" if report.outcome == "done" else "abandoned",
        "on": report.day.isoformat(),
        "note": report.note,
    }


def reported(dossier: Dossier, action: str) -> Report | None:
    """Returns the word of its partner about an action."""
    state = action_of(dossier, action)
    return state.reported.report if state and state.reported else None


# --- certification


class RegisterForm(PathForm):
    session: Annotated[Day, Label("Jour de la session", "date", missing=SESSION, together=True, since="today")]
    place: Annotated[Text, Label("Lieu", together=True)] = ""


class ObtainForm(PathForm):
    obtained: Annotated[
        bool,
        Label(
            "La certification est",
            "radio",
            {"true": "obtenue", "false": "non obtenue"},
            missing="Dites si la certification est obtenue.",
        ),
    ]
    level: Annotated[Text, Label("Niveau, tel que le certificat le dit")] = ""
    note: Note = ""


class RetakeForm(PathForm):
    campaign: Annotated[UUID, Label("Campagne", "select", missing=NO_CAMPAIGN, together=True)]
    planned_for: Annotated[Day, Label("À partir du", "date", missing=FROM, together=True, since="on")]


def has_initial_result(dossier: Dossier) -> bool:
    return is_open(dossier) and dossier.diagnostic.current("initial") is not None


def can_complete(dossier: Dossier) -> bool:
    said = dossier.parcours.complete
    return is_open(dossier) and has_begun(dossier) and not (said and said.accepted)


def can_value(dossier: Dossier) -> bool:
    shared = any(link.result for link in dossier.diagnostic.participations.values())
    return is_open(dossier) and shared and dossier.parcours.on_cv is None


def can_certify(dossier: Dossier) -> bool:
    """True after the complete diagnostic, for who is certifiable, or when a prescription kept the certification."""
    state = dossier.parcours
    complete = state.complete is not None and state.complete.accepted
    kept = any(known.action.kind == "certification" for known in state.actions.values())
    return complete or kept or dossier.diagnostic.certifiable is not None


def certification_is(*steps: str) -> Condition:
    """Returns the condition that the certification is at one of these steps; "" is before the first one."""

    def condition(dossier: Dossier) -> bool:
        known = dossier.parcours.certification
        return is_open(dossier) and (known.step in steps if known else "" in steps and can_certify(dossier))

    return condition


def _retaking(desk: Desk, dossier: Dossier, about: str) -> Values:
    known = None if progress.retaken(dossier) else dossier.parcours.retake
    return {name: getattr(known, name) for name in ("campaign", "planned_for")} if known else {}


# --- the dossier itself


class NoteForm(PathForm):
    text: Annotated[str, Label("Note", "textarea", rows=3)]


class RecallForm(DatedForm):
    """A new reminder, or another day for one."""

    reminder: UUID | None = None
    day: Annotated[Day, Label("Le", "date", missing=RECALL_DAY, together=True, since="today")]
    text: Annotated[str, Label("Quoi", missing=RECALL_TEXT, together=True)]


class RecalledForm(DatedForm):
    note: Note = ""
    reminder: UUID


CORRECTED_SINCE = "Autre chose a été corrigé depuis : fermez ce formulaire, rouvrez la tâche, et dites tout."


class InformForm(DatedForm):
    referral: Annotated[UUID | None, BeforeValidator(lambda value: value or None)] = None
    answer: Annotated[
        Literal["told", "needless"],
        Label("Où en est-on", "radio", vocabulary.INFORMED, missing="Dites si la correction est dite."),
    ]
    note: Annotated[Text, Label("Note", "textarea", hint="Demandée si c’était inutile.")] = ""


class IdentityForm(DatedForm):
    last_name: Annotated[str, Label("Nom", together=True, remembered=False)]
    first_name: Annotated[str, Label("Prénom", together=True, remembered=False)]
    birth_date: Annotated[Day | None, Label("Date de naissance", "date", together=True)] = None
    imilo_number: Annotated[str | None, Label("N° i-Milo", together=True)] = None
    site: Annotated[str, Label("Site", "select", missing="Choisissez le site.", together=True)]


class ContactForm(DatedForm):
    phone: Annotated[str | None, Label("Téléphone", "tel", together=True, remembered=False)] = None
    email: Annotated[str | None, Label("Courriel", "email", together=True, remembered=False)] = None


class ProjectForm(DatedForm):
    project: Annotated[str, Label("Projet", hint="Pix s’y rattache à chaque étape.")]


class CommuneForm(DatedForm):
    commune: Annotated[str, Label("Commune", hint="Avec son code postal si d’autres portent ce nom.", remembered=False)]


class ProgrammeForm(DatedForm):
    programme: Annotated[str, Label("Programme", "select", together=True)]
    programme_end: Annotated[
        Day | None, Label("Fin du programme", "date", hint="Aucune tâche n’attend au-delà de ce jour.", together=True)
    ] = None
    group: Annotated[str | None, Label("Groupe", hint="En CEJ.", together=True)] = None
    collective_end: Annotated[
        Day | None, Label("Fin de la période collective", "date", hint="En CEJ.", together=True)
    ] = None


class AssignForm(DatedForm):
    advisor: Annotated[UUID, Label("Conseiller·ère", "select", missing=NO_ADVISOR)]


class LendForm(DatedForm):
    advisor: Annotated[UUID, Label("À", "select", missing="Choisissez à qui confier le dossier.", together=True)]
    until: Annotated[Day, Label("Dernier jour, compris", "date", together=True, since="today")]


class CloseForm(DatedForm):
    reason: Annotated[
        Literal["done", "employment", "moved", "unreachable", "declined", "other", "mistake"],
        Label("Motif", "radio", vocabulary.CLOSINGS),
    ]
    note: Annotated[Text, Label("Note", "textarea", hint="Demandée pour une autre raison.")] = ""


class RetractForm(DatedForm):
    reason: Annotated[str, Label("Motif", "textarea", hint="L’historique garde la ligne, barrée, avec ce motif.")]
    version: int


class UnmatchForm(DatedForm):
    reason: Annotated[str, Label("Motif", "textarea", hint="L’historique garde les lignes, barrées, avec ce motif.")]
    participation: UUID


def _reminded(desk: Desk, dossier: Dossier, about: str) -> Values:
    known = next((one for id, one in dossier.reminders.items() if str(id) == about), None)
    return {"day": known.day.isoformat(), "text": known.text} if known else {}


def _check_identity(desk: Desk, dossier: Dossier, form: IdentityForm) -> Errors:
    """Accepts a site of the structure, and the one that the dossier has; no more numbers than may be guessed a day."""
    known = form.site in (*desk.refs.structure.sites, dossier.site)
    guesses_left = form.imilo_number in (None, dossier.imilo_number) or not guesses.are_spent(desk)
    return _unless(known, "site") or ({} if guesses_left else {"": guesses.SPENT})


def _check_inform(desk: Desk, dossier: Dossier, form: InformForm) -> Errors:
    """Refuses a form drawn before the last correction: whoever sends it has told of another one."""
    owed = dossier.holders.get(form.referral)
    is_seen = owed is None or form.seen is None or owed.stamp.version <= form.seen
    return {} if is_seen else {"": CORRECTED_SINCE}


def _check_advisor(desk: Desk, dossier: Dossier, form: AssignForm | LendForm) -> Errors:
    return _unless(form.advisor in dict(desk.staff("advisor")), "advisor")


def _check_participation(desk: Desk, dossier: Dossier, form: UnmatchForm) -> Errors:
    """Accepts a participation of this dossier, and one that no dossier has any more."""
    state = fold_of(desk.read, form.participation)
    free = isinstance(state, Participation) and state.dossier is None
    return _unless(free or form.participation in dossier.diagnostic.participations, "participation", "uuid_parsing")


# --- all of them


@dataclass(frozen=True, slots=True)
class DossierForm(FormSpec[Dossier]):
    """A form of a dossier: its `title` and its button (`save`), and the part of the page where it opens (`place`).

    `events` are those that it records, and corrects. `lead` stands above the fields. `today`: what it says happens as
    it is sent, so the day is hidden. `offered` is the condition on the dossier. `choices` are the lists that this form
    alone shows. `from_event` gives the fields that its event tells by other names.
    """

    place: Literal["task", "header", "result", "prescription", "addition", "action", "next-steps", "event", "history"]
    title: str
    _: KW_ONLY
    events: tuple[type[Event], ...] = ()
    save: str = "Enregistrer"
    lead: str = ""
    today: bool = False
    offered: Condition = is_open
    choices: Callable[[Desk, Dossier, OpenForm], Choices] = lambda desk, dossier, opened: {}
    from_event: Callable[[Desk, Any], Values] = lambda desk, event: {}


def text(value: Any) -> str:
    """Returns a value of an event as a field shows it."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _read_referral(desk: Desk, sent: e.ReferralSent) -> Values:
    chosen = bool(sent.partner.id and referral_offers.find_partner(desk, sent.partner.id, sent.offer))
    offered = f"{sent.partner.id}:{sent.offer or ''}" if chosen else ""
    return {"offered": offered, "partner": "" if chosen else sent.partner.name}


def _read_prescription(desk: Desk, built: e.PrescriptionBuilt) -> Values:
    return {
        "kept": [action.proposal for action in built.actions if action.proposal],
        "added": "\n".join(action.label for action in built.actions if not action.proposal),
        "project": "" if built.project == NO_PROJECT else built.project,
    }


def _read_addition(desk: Desk, event: e.ActionAdded) -> Values:
    return {"proposal": text(event.added.proposal), "label": "" if event.added.proposal else event.added.label}


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
        orientation.present_pix, PresentForm, "task", "Pix a été présenté", events=(e.PixPresented,),
        offered=lambda dossier: is_open(dossier) and dossier.orientation.presented is None,
    ),
    "plan": DossierForm(
        orientation.plan_diagnostic, PlanForm, "task", "Prévoir le diagnostic", events=(e.DiagnosticPlanned,),
        initial=_planning, check=_check_plan, arguments=_plan,
        known=lambda desk, dossier: {
            "waits": any(row.waits for row in workshops.of_dossier(desk.read, dossier, desk.today))
        },
    ),
    "decline": DossierForm(
        orientation.decline_diagnostic, DeclineDiagnosticForm, "task", "Le diagnostic est décliné",
        events=(e.DiagnosticDeclined,),
        offered=lambda dossier: (
            is_open(dossier) and not dossier.orientation.declined
            and not dossier.diagnostic.has_participation("initial")
        ),
    ),
    "need": DossierForm(
        orientation.assess_need, NeedForm, "task", "Pix concerne-t-il ce jeune ?", events=(e.NeedAssessed,),
        offered=lambda dossier: (
            is_open(dossier) and dossier.orientation.presented is None
            and dossier.diagnostic.last_attended is None
        ),
    ),
    "book": DossierForm(
        booking.book_seat, BookSeatForm, "task", "Inscrire à un atelier", also=("workshop",), save="Inscrire",
        initial=lambda desk, dossier, workshop: {"workshop": workshop, "or_wait": True},
        check=lambda desk, dossier, form: _unless(bool(workshops.find(desk.read, form.workshop)), "workshop"),
        arguments=_book, known=lambda desk, dossier: {"kept": kept_seats.keepers(desk, dossier)},
    ),
    "release": DossierForm(
        booking.release_seat, ReleaseSeatForm, "task", "Rendre la place", about="workshop", also=("workshop",),
        save="Rendre la place", offered=can_always,
        arguments=lambda desk, dossier, form: ({}, {"until": booking.offer_deadline(desk.refs, desk.today)}),
        lead="La place, ou le rang dans la liste, revient à la personne qui attend ensuite.",
    ),
    # what a task waits for
    "chase": DossierForm(
        follow_up.chase_young_person, ChaseForm, "task", "Noter une relance", events=(e.YoungPersonChased,),
        about="about", initial=lambda desk, dossier, task: {"channel": "phone"},
    ),
    "appointment": DossierForm(
        follow_up.set_appointment, AppointmentForm, "task", "Fixer un rendez-vous", events=(e.AppointmentSet,),
        about="task", lead="la tâche est alors due ce jour-là, et pas en retard avant.", today=True, initial=_meeting,
        arguments=lambda desk, dossier, form: (
            read_fields(form, "hour")
            | {"at": datetime.combine(form.day, form.hour, ZoneInfo(desk.zone)).astimezone(UTC)},
            {},
        ),
        from_event=lambda desk, meeting: {"hour": f"{meeting.at.astimezone(ZoneInfo(desk.zone)):%H:%M}"},
    ),
    "missed": DossierForm(
        follow_up.miss_appointment, MissedAppointmentForm, "task", "Absent·e au rendez-vous",
        events=(e.AppointmentMissed,), about="task", lead="la tâche redevient due tout de suite.",
    ),
    "snooze": DossierForm(
        follow_up.snooze_task, SnoozeForm, "task", "Mettre en pause", events=(e.TaskSnoozed,), about="task",
        save="Mettre en pause", today=True,
        lead="la ligne revient d’elle-même ce jour-là, ou dès que l’événement attendu est noté.",
    ),
    "hand": DossierForm(
        follow_up.hand_over_task, HandOverForm, "task", "Confier cette tâche", events=(e.TaskHandedOver,), about="task",
        save="Confier", today=True,
        check=lambda desk, dossier, form: _unless(form.to in dict(takers(desk, dossier, form.task)), "to"),
        lead="le dossier reste à qui le suit, seule la tâche change de mains.",
    ),
    # prescription
    "debrief": DossierForm(
        prescription.hold_debrief, DebriefForm, "prescription", "Restitution tenue", events=(e.DebriefHeld,),
        about="participation", offered=can_debrief, further=_after_debrief,
        initial=lambda desk, dossier, about: {**_current_result(desk, dossier, about), "channel": "meeting"},
        arguments=_debrief,
    ),
    "prescription": DossierForm(
        prescription.build_prescription, PrescriptionForm, "prescription", "Construire la prescription",
        events=(e.PrescriptionBuilt,), about="participation", save="Enregistrer la prescription", offered=can_prescribe,
        initial=_current_result, arguments=_prescription, from_event=_read_prescription,
    ),
    "reading": DossierForm(
        prescription.review_reading, ReviewForm, "task", "Dire la nouvelle lecture", events=(e.ReadingReviewed,),
        about="number", arguments=_review,
        initial=lambda desk, dossier, number: {"number": number or str(desk.refs.grille(desk.today).number)},
        offered=lambda dossier: is_open(dossier) and bool(dossier.prescription.debriefs),
    ),
    "add": DossierForm(
        prescription.add_action, AddActionForm, "addition", "Ajouter une action", events=(e.ActionAdded,),
        about="participation", save="Ajouter l’action", offered=can_add, initial=_current_result,
        check=_check_addition, arguments=_addition, further=_refer_addition,
        choices=lists.to_add, from_event=_read_addition,
        lead="Ce qui est prescrit, orienté ou commencé reste : l’action s’y ajoute, avec sa raison.",
    ),
    "explore": DossierForm(
        prescription.explore_difficulty, DifficultyForm, "next-steps", "Explorer la difficulté",
        events=(e.DifficultyExplored,), arguments=_with_study,
        offered=lambda dossier: (
            is_open(dossier) and (dossier.diagnostic.last_attended is not None or has_initial_result(dossier))
        ),
    ),
    "study": DossierForm(
        prescription.assign_self_study, StudyForm, "next-steps", "Donner des tutoriels à suivre",
        events=(e.SelfStudyAssigned,), arguments=_with_study,
    ),
    "progress": DossierForm(
        prescription.follow_self_study, StudyProgressForm, "next-steps", "Où en sont les tutoriels ?",
        events=(e.SelfStudyFollowed,), about="study",
    ),
    # actions and partners
    "refer": DossierForm(
        parcours.send_referral, ReferForm, "action", "Orienter vers un partenaire", events=(e.ReferralSent,),
        about="action", initial=referral_offers.initial, check=_check_offer, arguments=_refer,
        further=lambda desk, stream, dossier, form: (
            [Step({"partner": form.offered[0]}, use_partner, {"on": form.on})] if form.offered else ()
        ),
        choices=lists.to_refer, from_event=_read_referral,
    ),
    "answer": DossierForm(
        parcours.answer_referral, AnswerForm, "action", "Réponse du partenaire", events=(e.ReferralAnswered,),
        about="referral", offered=can_always,
    ),
    "link": DossierForm(
        issuing.issue_link, PartnerLinkForm, "action", "Lien pour le partenaire", events=(e.PartnerLinkIssued,),
        about="referral", save="Préparer le lien", today=True, initial=_linking, check=_check_link,
        arguments=lambda desk, dossier, form: (read_fields(form), _new_link(desk, form)), choices=lists.to_link,
    ),
    "revoke": DossierForm(
        issuing.revoke_link, RevokeLinkForm, "action", "Révoquer le lien du partenaire", events=(e.PartnerLinkRevoked,),
        about="referral", save="Révoquer", today=True,
    ),
    "remind": DossierForm(
        parcours.chase_partner, ChasePartnerForm, "action", "Relancer le partenaire", events=(e.PartnerChased,),
        about="referral", initial=lambda desk, dossier, referral: {"channel": "phone"}, choices=lists.to_remind,
    ),
    "start": DossierForm(
        parcours.start_action, StartActionForm, "action", "L’action a commencé", events=(e.ActionStarted,),
        about="action", initial=_reported_start,
    ),
    "end": DossierForm(
        parcours.end_action, EndActionForm, "action", "Issue de l’action", events=(e.ActionEnded,), about="action",
        initial=_reported_end,
    ),
    "drop": DossierForm(
        parcours.drop_action, DropActionForm, "action", "Écarter l’action", events=(e.ActionDropped,), about="action",
    ),
    # certification
    "complete": DossierForm(
        certification.take_complete_diagnostic, DatedForm, "next-steps", "Diagnostic complet passé",
        events=(e.CompleteDiagnosticTaken,), save="Noter comme passé", offered=can_complete,
    ),
    "not-complete": DossierForm(
        certification.decline_complete_diagnostic, ReasonForm, "next-steps", "Diagnostic complet décliné",
        events=(e.CompleteDiagnosticDeclined,), offered=can_complete,
    ),
    "certify": DossierForm(
        certification.propose_certification, CommentForm, "next-steps", "Proposer la certification",
        events=(e.CertificationProposed,), save="Noter la proposition",
        offered=certification_is("", "declined", "not-obtained"),
    ),
    "not-certify": DossierForm(
        certification.decline_certification, ReasonForm, "next-steps", "Certification déclinée",
        events=(e.CertificationDeclined,), offered=certification_is("", "proposed", "registered"),
    ),
    "enrol": DossierForm(
        certification.register_certification, RegisterForm, "next-steps", "Inscription à la certification",
        events=(e.CertificationRegistered,), offered=certification_is("proposed", "registered", "not-obtained"),
    ),
    "certified": DossierForm(
        certification.take_certification, DatedForm, "next-steps", "Certification passée",
        events=(e.CertificationTaken,), save="Noter comme passée", offered=certification_is("proposed", "registered"),
    ),
    "obtain": DossierForm(
        certification.obtain_certification, ObtainForm, "next-steps", "Issue de la certification",
        events=(e.CertificationObtained, e.CertificationNotObtained), offered=certification_is("registered", "taken"),
        from_event=lambda desk, event: {"obtained": text(isinstance(event, e.CertificationObtained))},
    ),
    "cv": DossierForm(
        certification.add_result_to_cv, DatedForm, "next-steps", "Résultat valorisé sur le CV",
        events=(e.ResultAddedToCv,), save="Noter", offered=can_value,
    ),
    "retake": DossierForm(
        certification.plan_retake, RetakeForm, "next-steps", "Prévoir un nouveau passage", events=(e.RetakePlanned,),
        offered=has_initial_result, initial=_retaking, check=_check_campaign,
    ),
    "not-retake": DossierForm(
        certification.decline_retake, ReasonForm, "next-steps", "Nouveau passage décliné", events=(e.RetakeDeclined,),
        offered=has_initial_result,
    ),
    # the dossier itself
    "note": DossierForm(
        follow_up.take_note, NoteForm, "history", "Ajouter une note", events=(e.NoteTaken,), offered=can_always,
    ),
    "recall": DossierForm(
        decision=follow_up.set_reminder, model=RecallForm, about="reminder", events=(e.ReminderSet,), place="task",
        title="Me le rappeler", today=True, initial=_reminded,
        arguments=lambda desk, dossier, form: (
            {**read_fields(form), "reminder": form.reminder or new_id(form.command_id, "reminder")}, {}
        ),
    ),
    "recalled": DossierForm(
        decision=follow_up.close_reminder, model=RecalledForm, about="reminder", events=(e.ReminderDone,),
        place="task", title="C’est fait",
    ),
    "inform": DossierForm(
        decision=reach.inform_holder, model=InformForm, about="referral", events=(e.HolderInformed,), place="task",
        title="Prévenir d’une correction", lead="Dites ce qui a été corrigé : l’historique garde la ligne, barrée.",
        offered=lambda dossier: bool(dossier.holders), check=_check_inform,
    ),
    "identity": DossierForm(
        identity.correct_identity, IdentityForm, "header", "Corriger l’identité", events=(e.IdentityCorrected,),
        check=_check_identity, initial=_prefill("last_name", "first_name", "birth_date", "imilo_number", "site"),
    ),
    "contact": DossierForm(
        identity.correct_contact, ContactForm, "header", "Corriger les coordonnées", events=(e.ContactCorrected,),
        initial=_prefill("phone", "email"),
    ),
    "project": DossierForm(
        identity.state_project, ProjectForm, "header", "Projet professionnel", events=(e.ProjectStated,),
        initial=_prefill("project"),
    ),
    "commune": DossierForm(
        identity.state_commune, CommuneForm, "header", "Commune où vit la personne", events=(e.CommuneStated,),
        initial=lambda desk, dossier, about: {"commune": communes.label(dossier.commune)},
    ),
    "programme": DossierForm(
        identity.join_programme, ProgrammeForm, "header", "Changer de programme", events=(e.ProgrammeJoined,),
        initial=_prefill("programme", "programme_end", "group", "collective_end"),
    ),
    "assign": DossierForm(
        assignment.assign_advisor, AssignForm, "task", "Affecter le dossier", events=(e.AdvisorAssigned,),
        initial=_prefill("advisor"), check=_check_advisor,
    ),
    "lend": DossierForm(
        assignment.lend_dossier, LendForm, "header", "Confier le dossier jusqu’à un jour", events=(e.DossierLent,),
        save="Confier", check=_check_advisor, offered=lambda dossier: is_open(dossier) and dossier.advisor is not None,
    ),
    "review": DossierForm(
        follow_up.review_late_event, CommentForm, "task", "Arrivée tardive relue", events=(e.LateEventReviewed,),
        offered=lambda dossier: dossier.late is not None,
        lead="Quelque chose est arrivé après la clôture : voyez l’historique, puis dites ce qu’il en est.",
    ),
    "close": DossierForm(
        follow_up.close_dossier, CloseForm, "task", "Clore le dossier", events=(e.DossierClosed,),
        save="Clore le dossier",
    ),
    "reopen": DossierForm(
        follow_up.reopen_dossier, ReasonForm, "task", "Rouvrir le dossier", events=(e.DossierReopened,), save="Rouvrir",
        offered=lambda dossier: dossier.closed is not None and dossier.merged is None,
    ),
    "retract": DossierForm(
        retraction.retract, RetractForm, "event", "Annuler cette ligne", about="version", save="Annuler cette ligne",
        today=True, offered=can_always,
    ),
    "unmatch": DossierForm(
        matches.undo_match, UnmatchForm, "result", "Ce résultat est celui de quelqu’un d’autre", about="participation",
        also=("participation",), save="Annuler le rapprochement", today=True,
        lead="La participation repart à rapprocher, et ce dossier ne sera plus proposé pour elle.", offered=can_always,
        check=_check_participation, arguments=lambda desk, dossier, form: (read_fields(form, "participation"), {}),
    ),
}  # fmt: skip
WHILE_CLOSED = frozenset({"answer", "revoke", "note", "review", "close", "reopen"})
"""The forms that record an event of a closed dossier again."""
OF_CERTIFICATION = frozenset({"certify", "not-certify", "enrol", "certified", "obtain"})
FORM_OF: Mapping[type[Event], str] = {event: name for name, form in FORMS.items() for event in form.events}
"""The form that records each event again."""
PROSE = frozenset(
    name for form in FORMS.values() for name, (label, _) in labels(form.model).items() if label.kind == "textarea"
)
"""The fields where people write freely: what they typed must not be lost."""
