"""A campaign's page: what it is for, what it would mean to have said something else, whether it is open."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow import tasks
from pixflow.dossier.state import Dossier
from pixflow.events.values import Purpose
from pixflow.participation.campaign import Campaign, correct_purpose, suits
from pixflow.refused import Refused
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import tasks as french_tasks
from web.french import vocabulary
from web.french.dossier import profiles
from web.french.errors import refusals
from web.french.vocabulary import plural, say
from web.pages.results import import_preview

MEANINGS: tuple[tuple[Purpose, str], ...] = (
    ("initial", "le premier test : lu avec la grille, transmis, restitué, suivi d’une prescription"),
    ("complete", "noté dans le dossier comme le diagnostic complet ; ni transmis, ni lu avec la grille"),
    ("profile", "une collecte de profils : pix, compétences, certifiable ou non ; gardée dans le dossier"),
    ("other", "gardée dans le dossier, n’ouvre aucune tâche"),
)
Option = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a corrected purpose would change, in sentences; or why it cannot be."""

    purpose: Purpose
    said: Sequence[str] = ()
    refused: str = ""


def purposes(campaign: Campaign | None, *, but: Purpose | None = None) -> list[Option]:
    """What a campaign may be for, with its kind of exports; `but` is left out."""
    kind = campaign.kind if campaign else None
    return [
        (purpose, vocabulary.upper_first(vocabulary.PURPOSES[purpose]), say(means))
        for purpose, means in MEANINGS
        if suits(purpose, kind) and purpose != but
    ]


def likely(campaign: Campaign) -> str:
    """The purpose that a form shows first: the declared one, or that of a profile collection."""
    return campaign.purpose or ("profile" if campaign.kind == "profile" else "")


def correction(desk: Desk, stream: UUID, purpose: Purpose) -> Correction:
    """What would follow in the dossiers; records nothing."""
    try:
        by = desk.by(correct_purpose)
        changed = import_preview.importer(desk).preview_correction(stream, purpose, by=by)
    except Refused as refused:
        return Correction(purpose, refused=refusals.refusal(refused.code, refused.details, names_for(desk)))
    rows = [now for _, now in changed.values() if now.kind == "participation"]
    dossiers = [(then.state, now.state) for then, now in changed.values() if now.kind == "dossier"]
    streams = {stream for stream, (_, now) in changed.items() if now.kind == "participation"}
    told = [_counted(len(rows), len(dossiers)), *_tasks(desk, dossiers), _kept(dossiers, streams)]
    return Correction(purpose, [one for one in told if one])


def _counted(rows: int, dossiers: int) -> str:
    if not rows:
        return say("Aucune participation n’est encore arrivée : rien d’autre ne change.")
    verb = "change" if rows == 1 else "changent"
    text = "{rows} {verb} d’usage, dans {dossiers}." if dossiers else "{rows} {verb} d’usage."
    return say(text, rows=plural(rows, "participation"), verb=verb, dossiers=plural(dossiers, "dossier"))


def _tasks(desk: Desk, dossiers: Sequence[tuple[Dossier, Dossier]]) -> list[str]:
    """The tasks that vanish and those that appear, by kind."""
    gone, new = Counter[str](), Counter[str]()
    for then, now in dossiers:
        before = {task.key: task.kind for task in tasks.of_dossier(then, desk.refs)}
        after = {task.key: task.kind for task in tasks.of_dossier(now, desk.refs)}
        gone.update(kind for key, kind in before.items() if key not in after)
        new.update(kind for key, kind in after.items() if key not in before)
    told = (("Ne sont plus à faire : {tasks}.", gone), ("Deviennent à faire : {tasks}.", new))
    return [say(text, tasks=_listed(counted)) for text, counted in told if counted]


def _listed(counted: Counter[str]) -> str:
    order = list(french_tasks.VERBS)
    kinds = sorted(counted, key=order.index)
    return ", ".join(f"{french_tasks.verb(kind)} ({vocabulary.number(counted[kind])})" for kind in kinds)


def _kept(dossiers: Sequence[tuple[Dossier, Dossier]], participations: set[UUID]) -> str:
    """What people did about these results stays."""
    built = sum(bool(participations & now.prescription.built.keys()) for _, now in dossiers)
    held = sum(bool(participations & now.prescription.debriefs.keys()) for _, now in dossiers)
    told = ", ".join(plural(n, word) for n, word in ((held, "restitution"), (built, "prescription")) if n)
    return say("Ce qui a été fait reste dans les dossiers : {told}.", told=told) if told else ""


def context(desk: Desk, stream: UUID | None, **shown: Any) -> dict[str, Any]:
    """Everything results/campaign.html needs, whatever form is shown."""
    campaign = desk.refs.campaigns.get(stream) if stream else None
    return {
        "desk": desk,
        "stream": stream,
        "campaign": campaign,
        "purposes": purposes(campaign),
        "kinds": profiles.KINDS,
        "others": purposes(campaign, but=campaign.purpose) if campaign and campaign.declared else [],
        "sites": [(site, site) for site in desk.refs.structure.sites],
        "correction": None,
        "receipt": None,
        "values": {},
        "errors": {},
        "command_id": desk.new_command(),
        **shown,
    }
