"""The page of a campaign: its purpose, the effects of another purpose, its state."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow import tasks
from pixflow.dossier.state import Dossier
from pixflow.events.values import Purpose
from pixflow.participation.campaign import Campaign, correct_purpose, suits
from pixflow.refused import Refused
from web.desk import refusals
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import tasks as french_tasks
from web.french import typography, vocabulary
from web.french.dossier import profiles
from web.french.typography import plural, say
from web.http.forms import OpenForm
from web.http.people import People, listed
from web.http.templates import Page
from web.pages.results import activity, import_preview

MEANINGS: tuple[tuple[Purpose, str], ...] = (
    ("initial", "le premier test : lu avec la grille, transmis, restitué, suivi d’une prescription"),
    ("complete", "noté dans le dossier comme le diagnostic complet ; ni transmis, ni lu avec la grille"),
    ("profile", "une collecte de profils : pix, compétences, certifiable ou non ; gardée dans le dossier"),
    ("other", "gardée dans le dossier, n’ouvre aucune tâche"),
)
Option = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Correction:
    """The effects of another purpose, as sentences; or why it is refused."""

    purpose: Purpose
    effects: Sequence[str] = ()
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class CampaignPage(Page):
    """The page of a campaign, or of a new one (`campaign` is None). `waiting` counts its participations.

    `kind` is the kind of its `exports`; `purposes` are the options to declare it, `others` those to correct it.
    """

    template = "results/campaign.html"

    address: str
    campaign: Campaign | None
    waiting: int
    form: OpenForm
    errors: Mapping[str, str]
    kind: str
    purposes: Sequence[Option]
    others: Sequence[Option]
    sites: Sequence[tuple[str, str]]
    correction: Correction | None
    exports: Sequence[activity.RecordedExport]
    receipt: Receipt | None
    command_id: UUID

    @property
    def shows(self) -> People:
        return listed(more=len(self.receipt.lines) if self.receipt else 0)


def purposes(campaign: Campaign | None, *, but: Purpose | None = None) -> list[Option]:
    """Returns the purposes that suit the exports of a campaign, as options; `but` is left out."""
    kind = campaign.kind if campaign else None
    return [
        (purpose, typography.upper_first(vocabulary.PURPOSES[purpose]), say(means))
        for purpose, means in MEANINGS
        if suits(purpose, kind) and purpose != but
    ]


def likely(campaign: Campaign) -> str:
    """Returns the purpose that a form shows first: the declared one, or that of a profile collection."""
    return campaign.purpose or ("profile" if campaign.kind == "profile" else "")


def correction(desk: Desk, stream: UUID, purpose: Purpose) -> Correction:
    """Returns the effects of another purpose in the dossiers; records nothing."""
    try:
        by = desk.by(correct_purpose)
        changed = import_preview.importer(desk).preview_correction(stream, purpose, by=by)
    except Refused as refused:
        return Correction(purpose, refused=refusals.sentence(desk, refused))
    rows = [now for _, now in changed.values() if now.kind == "participation"]
    dossiers = [(then.state, now.state) for then, now in changed.values() if now.kind == "dossier"]
    streams = {stream for stream, (_, now) in changed.items() if now.kind == "participation"}
    effects = [_counted(len(rows), len(dossiers)), *_tasks(desk, dossiers), _kept(dossiers, streams)]
    return Correction(purpose, list(filter(None, effects)))


def _counted(rows: int, dossiers: int) -> str:
    if not rows:
        return say("Aucune participation n’est encore arrivée : rien d’autre ne change.")
    verb = "change" if rows == 1 else "changent"
    text = "{rows} {verb} d’usage, dans {dossiers}." if dossiers else "{rows} {verb} d’usage."
    return say(text, rows=plural(rows, "participation"), verb=verb, dossiers=plural(dossiers, "dossier"))


def _tasks(desk: Desk, dossiers: Sequence[tuple[Dossier, Dossier]]) -> list[str]:
    """Returns the tasks that vanish and those that appear, by kind."""
    gone, new = Counter[str](), Counter[str]()
    for then, now in dossiers:
        before = {task.key: task.kind for task in tasks.of_dossier(then, desk.refs)}
        after = {task.key: task.kind for task in tasks.of_dossier(now, desk.refs)}
        gone.update(kind for key, kind in before.items() if key not in after)
        new.update(kind for key, kind in after.items() if key not in before)
    sentences = (("Ne sont plus à faire : {tasks}.", gone), ("Deviennent à faire : {tasks}.", new))
    return [say(text, tasks=_listed(counted)) for text, counted in sentences if counted]


def _listed(counted: Counter[str]) -> str:
    order = list(french_tasks.VERBS)
    kinds = sorted(counted, key=order.index)
    return ", ".join(f"{french_tasks.verb(kind)} ({typography.number(counted[kind])})" for kind in kinds)


def _kept(dossiers: Sequence[tuple[Dossier, Dossier]], participations: set[UUID]) -> str:
    """Returns what the team did about these results, which stays."""
    built = sum(bool(participations & now.prescription.built.keys()) for _, now in dossiers)
    held = sum(bool(participations & now.prescription.debriefs.keys()) for _, now in dossiers)
    done = ", ".join(plural(n, word) for n, word in ((held, "restitution"), (built, "prescription")) if n)
    return say("Ce qui a été fait reste dans les dossiers : {done}.", done=done) if done else ""


def _form_name(campaign: Campaign | None, correction: Correction | None, errors: Mapping[str, str]) -> str:
    """Returns the form that is open: declare; once declared, correct (the purpose), or identity when it has errors."""
    if campaign is None or campaign.declared is None:
        return "declare"
    return "correct" if correction else "identity" if errors else ""


def campaign_page(
    desk: Desk,
    stream: UUID | None,
    *,
    waiting: int,
    values: Mapping[str, Any],
    errors: Mapping[str, str] = {},
    correction: Correction | None = None,
    receipt: Receipt | None = None,
) -> CampaignPage:
    """Returns the page of a campaign, or of a new one, with the form that is open."""
    campaign = desk.refs.campaigns.get(stream) if stream else None
    return CampaignPage(
        address=f"/resultats/campagnes/{stream or 'nouvelle'}",
        campaign=campaign,
        waiting=waiting,
        form=OpenForm(_form_name(campaign, correction, errors), values=values, errors=errors),
        errors=errors,
        kind=profiles.KINDS[campaign.kind] if campaign and campaign.kind else "",
        purposes=purposes(campaign),
        others=purposes(campaign, but=campaign.purpose) if campaign and campaign.declared else [],
        sites=[("", "Tous les sites"), *((site, site) for site in desk.refs.structure.sites)],
        correction=correction,
        exports=activity.exports(desk, stream) if stream else [],
        receipt=receipt,
        command_id=desk.new_command(),
    )
