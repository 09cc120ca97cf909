"""The arguments of a decision, read from a form of the dossier."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.values import Partner
from pixflow.participation.state import Participation
from projections.store.catch_up import fold_of
from web.desk.colleagues import takers
from web.desk.desk import Desk
from web.french import vocabulary
from web.french.dossier import progress
from web.http.forms import Form
from web.pages.dossier import form_models

Arguments = tuple[dict[str, Any], dict[str, Any]]


def plain(form: Form, **renamed: str) -> dict[str, Any]:
    """What the form says, without what every form carries, under the names that the decision gives it."""
    names = [name for name in type(form).model_fields if name not in ("command_id", "seen")]
    return {renamed.get(name, name): getattr(form, name) for name in names}


def texts(said: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same, with "" for the texts that were left empty."""
    return said | {name: said[name] or "" for name in names}


def _plan(desk: Desk, dossier: Dossier, form: form_models.Plan) -> Arguments:
    place = form.place or (dossier.site if form.modality == "office" else "")
    return plain(form) | {"place": place}, {"plan": new_id(form.command_id, "plan")}


def _appointment(desk: Desk, dossier: Dossier, form: form_models.Appointment) -> Arguments:
    at = datetime.combine(form.day, form.hour, ZoneInfo(desk.zone)).astimezone(UTC)
    return {"task": form.about, "at": at, "day": form.day, "place": form.place or "", "on": form.on}, {}


def _prescription(desk: Desk, dossier: Dossier, form: form_models.Prescription) -> Arguments:
    added = tuple(line.strip() for line in (form.added or "").splitlines() if line.strip())
    said = texts(plain(form, about="participation"), "wish", "project", "reason") | {"added": added}
    published = desk.refs.grille(form.on)
    ids = tuple(new_id(form.command_id, f"action {n}") for n in range(len(form.kept) + len(added)))
    return said, {"grille": published.document, "number": published.number, "action_ids": ids}


def _debrief(desk: Desk, dossier: Dossier, form: form_models.Debrief) -> Arguments:
    said = texts(plain(form, about="participation"), "note", "tutorials")
    return said, {"study": new_id(form.command_id, "study")}


def _study(desk: Desk, dossier: Dossier, form: form_models.Found | form_models.Study) -> Arguments:
    said = texts(plain(form), *(name for name in ("note", "tutorials") if hasattr(form, name)))
    return said, {"study": new_id(form.command_id, "study")}


def _texts(*names: str) -> Callable[[Desk, Dossier, Any], Arguments]:
    return lambda desk, dossier, form: (texts(plain(form), *names), {})


def _refer(desk: Desk, dossier: Dossier, form: form_models.Refer) -> Arguments:
    said = texts(plain(form, about="action"), "note") | {"partner": Partner(None, form.partner)}
    return said, {"referral": new_id(form.command_id, "referral")}


def _unmatch(desk: Desk, dossier: Dossier, form: form_models.About) -> Arguments:
    return {"reason": form.reason, "on": form.on}, {"participation_id": form.about}


def _about(name: str) -> Callable[[Desk, Dossier, Any], Arguments]:
    def said(desk: Desk, dossier: Dossier, form: Any) -> Arguments:
        values = plain(form, about=name)
        return texts(values, *(text for text in ("note", "reason") if text in values)), {}

    return said


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
    known = None if progress.retaken(dossier) else dossier.parcours.retake
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


def _known_campaign(desk: Desk, dossier: Dossier, form: form_models.Plan | form_models.Retake) -> dict[str, str]:
    """An open one, or the one that is planned already."""
    known, plan = desk.refs.campaigns.get(form.campaign), dossier.orientation.plan
    planned = plan is not None and plan.campaign == form.campaign
    return {} if known and (known.open or planned) else {"campaign": vocabulary.invalid("literal_error", {})}


def _plannable(desk: Desk, dossier: Dossier, form: form_models.Plan) -> dict[str, str]:
    """A declared campaign, and a modality that the protocol of that day offers."""
    offered = form.modality in desk.refs.protocol(form.on).modalities
    modality = {} if offered else {"modality": vocabulary.invalid("literal_error", {})}
    return _known_campaign(desk, dossier, form) | modality


def _known_colleague(desk: Desk, dossier: Dossier, form: form_models.Hand) -> dict[str, str]:
    return {} if form.to in dict(takers(desk)) else {"to": vocabulary.invalid("literal_error", {})}


def _known_advisor(desk: Desk, dossier: Dossier, form: form_models.Assign | form_models.Lend) -> dict[str, str]:
    known = form.advisor in dict(desk.staff("advisor"))
    return {} if known else {"advisor": vocabulary.invalid("literal_error", {})}


def _known_site(desk: Desk, dossier: Dossier, form: form_models.Identity) -> dict[str, str]:
    """One of the structure's sites, or the one the dossier has."""
    known = form.site in (*desk.refs.structure.sites, dossier.site)
    return {} if known else {"site": vocabulary.invalid("literal_error", {})}


def _own_participation(desk: Desk, dossier: Dossier, form: form_models.About) -> dict[str, str]:
    """A match is undone on the page of the dossier it was made with; undone already, it is nobody's."""
    linked = form.about in dossier.diagnostic.participations
    state = fold_of(desk.read, form.about)
    free = isinstance(state, Participation) and state.dossier is None
    return {} if linked or free else {"about": vocabulary.invalid("uuid_parsing", {})}
