"""A campaign: declared, corrected, closed, reopened; the effects of another purpose; Annuler of the last of these."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow import tasks
from pixflow.decision import Decision
from pixflow.dossier.state import Dossier
from pixflow.events import campaign as e
from pixflow.events.base import Recorded
from pixflow.events.values import Purpose
from pixflow.participation import campaign
from pixflow.participation.campaign import Campaign, suits
from pixflow.refused import Refused
from projections import result_routing
from web.desk import receipts, refusals
from web.desk.commands import check, form_refusals, read_form, record, redraw, require_events, take
from web.desk.desk import Desk
from web.desk.imports import result_importer
from web.desk.receipts import Receipt, UndoForm
from web.french import tasks as french_tasks
from web.french import typography, vocabulary
from web.french.dossier import profiles
from web.french.events.sentences import AT_ONCE
from web.french.typography import plural, say
from web.http.addresses import address
from web.http.forms import Form, FormData, OpenForm
from web.http.people import listed
from web.http.templates import show
from web.pages.results import activity
from web.pages.results.files import BOARD, AtBoard

router = APIRouter()
CAMPAIGNS = f"{BOARD}/campagnes"
MEANINGS: tuple[tuple[Purpose, str], ...] = (
    ("initial", "le premier test : lu avec la grille, transmis, restitué, suivi d’une prescription"),
    ("complete", "noté dans le dossier comme le diagnostic complet ; ni transmis, ni lu avec la grille"),
    ("profile", "une collecte de profils : pix, compétences, certifiable ou non ; gardée dans le dossier"),
    ("other", "gardée dans le dossier, n’ouvre aucune tâche"),
)


class CampaignForm(Form):
    """The name, the code and the site of a declared campaign."""

    name: str
    code: str
    site: str | None = None


class DeclarationForm(CampaignForm):
    purpose: Purpose


class CorrectionForm(Form):
    purpose: Purpose
    reason: str


# --- the effects of another purpose


def _correction(desk: Desk, stream: UUID, purpose: Purpose) -> dict[str, Any]:
    """Returns the effects of another purpose in the dossiers, as sentences, or why it is refused; records nothing."""
    try:
        by = desk.by(campaign.correct_purpose)
        changed = result_importer(desk.served).preview_correction(stream, purpose, by=by)
    except Refused as refused:
        return {"purpose": purpose, "refused": refusals.sentence(desk, refused)}
    dossiers = [(then.state, now.state) for then, now in changed.values() if now.kind == "dossier"]
    streams = {stream for stream, (_, now) in changed.items() if now.kind == "participation"}
    effects = [_phrase_counts(len(streams), len(dossiers)), *_tasks(desk, dossiers), _phrase_work(dossiers, streams)]
    return {"purpose": purpose, "refused": "", "effects": list(filter(None, effects))}


def _phrase_counts(rows: int, dossiers: int) -> str:
    if not rows:
        return say("Aucune participation n’est encore arrivée : rien d’autre ne change.")
    verb = "change" if rows == 1 else "changent"
    text = "{rows} {verb} d’usage, dans {dossiers}." if dossiers else "{rows} {verb} d’usage."
    return say(text, rows=plural(rows, "participation"), verb=verb, dossiers=plural(dossiers, "dossier"))


def _tasks(desk: Desk, dossiers: Sequence[tuple[Dossier, Dossier]]) -> list[str]:
    """Returns the tasks that vanish and those that appear, by kind."""
    gone, new = Counter[str](), Counter[str]()
    for pair in dossiers:
        before, after = ({task.key: task.kind for task in tasks.of_dossier(one, desk.refs)} for one in pair)
        gone.update(before[key] for key in before.keys() - after)
        new.update(after[key] for key in after.keys() - before)
    sentences = []
    for text, counts in (("Ne sont plus à faire : {tasks}.", gone), ("Deviennent à faire : {tasks}.", new)):
        kinds = sorted(counts, key=list(french_tasks.VERBS).index)
        told = ", ".join(f"{french_tasks.verb(kind)} ({typography.number(counts[kind])})" for kind in kinds)
        sentences += [say(text, tasks=told)] if told else []
    return sentences


def _phrase_work(dossiers: Sequence[tuple[Dossier, Dossier]], participations: set[UUID]) -> str:
    """Returns what the team did about these results, which stays."""
    built = sum(bool(participations & now.prescription.built.keys()) for _, now in dossiers)
    held = sum(bool(participations & now.prescription.debriefs.keys()) for _, now in dossiers)
    done = ", ".join(plural(n, word) for n, word in ((held, "restitution"), (built, "prescription")) if n)
    return say("Ce qui a été fait reste dans les dossiers : {done}.", done=done) if done else ""


# --- its page


def _page(
    request: Request,
    desk: Desk,
    stream: UUID | None = None,
    form: OpenForm | None = None,
    *,
    correction: Mapping[str, Any] | None = None,
    receipt: Receipt | None = None,
) -> Response:
    """Shows a campaign, or a new one, with the form that is open."""
    campaign_state = _find_campaign(desk, stream) if stream else None
    form = form or OpenForm("")
    return show(
        request,
        "results/campaign.html",
        None,
        listed(),
        address=f"{CAMPAIGNS}/{stream or 'nouvelle'}",
        campaign=campaign_state,
        waiting=result_routing.of_campaigns(desk.read).get(stream, 0) if stream else 0,
        form=form,
        errors=form.errors,
        kind=profiles.KINDS[campaign_state.kind] if campaign_state and campaign_state.kind else "",
        purposes=_purposes(campaign_state),
        others=_purposes(campaign_state, but=campaign_state.purpose)
        if campaign_state and campaign_state.declared
        else [],
        sites=[("", "Tous les sites"), *((site, site) for site in desk.refs.structure.sites)],
        correction=correction,
        exports=activity.exports(desk, stream) if stream else [],
        receipt=receipt,
    )


def _find_campaign(desk: Desk, stream: UUID) -> Campaign:
    """Returns a campaign. Raises 404 for an unknown one."""
    if stream not in desk.refs.campaigns:
        raise HTTPException(404)
    return desk.refs.campaigns[stream]


def _purposes(known: Campaign | None, *, but: Purpose | None = None) -> list[tuple[str, str, str]]:
    """Returns the purposes that suit the exports of a campaign, as options; `but` is left out."""
    kind = known.kind if known else None
    return [
        (purpose, typography.upper_first(vocabulary.PURPOSES[purpose]), say(means))
        for purpose, means in MEANINGS
        if suits(purpose, kind) and purpose != but
    ]


def _correction_again(request: Request, desk: Desk, stream: UUID, form: OpenForm) -> Response:
    purpose = next((known for known, _ in MEANINGS if known == form.get("purpose")), None)
    return _page(request, desk, stream, form, correction=_correction(desk, stream, purpose) if purpose else None)


@router.get("/resultats/campagnes/nouvelle")
def new(request: Request, desk: AtBoard) -> Response:
    """Shows the form of a campaign that no export has shown yet."""
    return _page(request, desk)


@router.get("/resultats/campagnes/{stream:uuid}")
def read(request: Request, desk: AtBoard, stream: UUID, usage: Purpose | None = None, recu: str = "") -> Response:
    """Shows a campaign. `usage` previews another purpose; `recu` names the command just recorded."""
    campaign_state = _find_campaign(desk, stream)
    values = {"name": campaign_state.name, "code": campaign_state.code or "", "site": campaign_state.site or ""}
    if not campaign_state.declared:
        likely = campaign_state.purpose or ("profile" if campaign_state.kind == "profile" else "")
        return _page(request, desk, stream, OpenForm("", values=values | {"purpose": likely}))
    preview = _correction(desk, stream, usage) if usage and usage != campaign_state.purpose else None
    receipt = receipts.of_command(desk, recu)
    if receipt and _way(desk.trails([stream])[stream], recu):
        receipt = receipt.with_undo(recu, f"{CAMPAIGNS}/{stream}/annuler")
    return _page(request, desk, stream, OpenForm("", values=values), correction=preview, receipt=receipt)


# --- what it records


@router.post("/resultats/campagnes/nouvelle")
@redraw(_page)
def declare_new(request: Request, desk: AtBoard, data: FormData) -> Response:
    return _declare(desk, None, data)


@router.post("/resultats/campagnes/{stream:uuid}")
@redraw(_page)
def declare(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Declares a campaign; its participations are then settled, and matched by number."""
    _find_campaign(desk, stream)
    return _declare(desk, stream, data)


def _declare(desk: Desk, stream: UUID | None, data: Mapping[str, Any]) -> Response:
    form = read_form(DeclarationForm, data)
    check(_unknown_site(desk, form))
    sent, by = form.model_dump(exclude={"command_id", "seen"}), desk.by(campaign.declare_campaign)
    with form_refusals(desk, taken="code"):
        done = result_importer(desk.served).declare(stream, by=by, command_id=form.command_id, **sent)
    return RedirectResponse(address(BOARD, {"recu": receipts.reference(done.recorded)}), 303)


@router.post("/resultats/campagnes/{stream:uuid}/corriger")
@redraw(_page)
def identity(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Corrects the name, the code or the site."""
    _find_campaign(desk, stream)
    form = read_form(CampaignForm, data)
    check(_unknown_site(desk, form))
    return _see(stream, take(desk, {"campaign": stream}, campaign.correct_campaign, form, taken="code"))


@router.post("/resultats/campagnes/{stream:uuid}/usage")
@redraw(_correction_again)
def correct(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Corrects the purpose; what followed from the first is recorded again, all or nothing."""
    _find_campaign(desk, stream)
    form = read_form(CorrectionForm, data)
    return _see(stream, _correct_purpose(desk, stream, form.command_id, form.purpose, form.reason))


@router.post("/resultats/campagnes/{stream:uuid}/clore")
@redraw(_page)
def close(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Closes a campaign: it is no more offered when a diagnostic is planned."""
    _find_campaign(desk, stream)
    return _see(stream, take(desk, {"campaign": stream}, campaign.close_campaign, read_form(Form, data)))


@router.post("/resultats/campagnes/{stream:uuid}/rouvrir")
@redraw(_page)
def reopen(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Reopens a campaign: it is offered again."""
    _find_campaign(desk, stream)
    return _see(stream, take(desk, {"campaign": stream}, campaign.reopen_campaign, read_form(Form, data)))


def _correct_purpose(desk: Desk, stream: UUID, command_id: UUID, purpose: Purpose, reason: str) -> Sequence[Recorded]:
    by = desk.by(campaign.correct_purpose)
    with form_refusals(desk):
        sent: dict[str, Any] = {"purpose": purpose, "reason": reason}
        done = result_importer(desk.served).correct_purpose(stream, by=by, command_id=command_id, **sent)
    return done.recorded


def _unknown_site(desk: Desk, form: CampaignForm) -> dict[str, str]:
    unknown = form.site and form.site not in desk.refs.structure.sites
    return {"site": "Choisissez l’un des sites proposés."} if unknown else {}


def _see(stream: UUID, events: Sequence[Recorded]) -> Response:
    return RedirectResponse(address(f"{CAMPAIGNS}/{stream}", {"recu": receipts.reference(events)}), 303)


# --- Annuler


@router.post("/resultats/campagnes/{stream:uuid}/annuler")
@redraw(_page)
def take_back(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Takes back what was just done to a campaign, while nothing followed. The form may be sent twice."""
    _find_campaign(desk, stream)
    form = read_form(UndoForm, data)
    trail = [one for one in desk.trails([stream])[stream] if one.command != form.command_id]
    way = _way(trail, str(form.receipt))
    with form_refusals(desk):
        if way is None:
            raise Refused("moved")
    decision, sent = way
    if decision is campaign.correct_purpose:
        return _see(stream, _correct_purpose(desk, stream, form.command_id, **sent))
    outcome = record(desk, {"campaign": stream}, decision, command_id=form.command_id, **sent)
    return _see(stream, require_events(desk, outcome, taken="code"))


def _way(trail: Sequence[Recorded], reference: str) -> tuple[Decision[..., Any], dict[str, Any]] | None:
    """Returns the decision that takes back the last event of a campaign, and what it is sent.

    None when another command recorded it.
    """
    last, before = trail[-1], campaign.fold(trail[:-1])
    if str(last.command) != reference:
        return None
    match last.event:
        case e.CampaignClosed():
            return campaign.reopen_campaign, {}
        case e.CampaignReopened():
            return campaign.close_campaign, {}
        case e.CampaignCorrected():
            return campaign.correct_campaign, {"name": before.name, "code": before.code, "site": before.site}
        case e.PurposeCorrected():
            return campaign.correct_purpose, {"purpose": before.purpose, "reason": AT_ONCE}
    return None
