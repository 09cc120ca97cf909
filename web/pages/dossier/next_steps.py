"""The section "Progresser et certifier": for each goal, the progress in words and the form of the next step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from pixflow.dossier.state import Dossier, Seat
from web.french.dossier import path, progress
from web.french.typography import say
from web.pages.dossier.availability import can_certify, has_begun
from web.pages.dossier.tasks import OpenTask

Link = tuple[str, str, str]
"""A form, the label of its link, and what it is about."""

_STEPS: dict[str, tuple[tuple[Link, ...], tuple[Link, ...]]] = {
    "": ((("certify", "Proposer", ""),), ()),
    "proposed": ((("register", "Inscrire", ""),), (("certified", "Passée", ""), ("not-certify", "Déclinée", ""))),
    "registered": (
        (("certified", "Noter comme passée", ""),),
        (("obtain", "Noter l’issue", ""), ("register", "Changer de session", ""), ("not-certify", "Déclinée", "")),
    ),
    "taken": ((("obtain", "Noter l’issue", ""),), ()),
    "obtained": ((), ()),
    "not-obtained": ((("register", "Inscrire à nouveau", ""),), (("certify", "Proposer à nouveau", ""),)),
    "declined": ((("certify", "Proposer à nouveau", ""),), ()),
}
"""For each step of the certification: the next one, then the others that are possible."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something that a dossier may reach: its progress in words, its next step; `more` are the links of its menu."""

    label: str
    said: str
    links: Sequence[Link] = ()
    more: Sequence[Link] = ()


def next_steps(dossier: Dossier, dues: Sequence[OpenTask], open_to: frozenset[str], today: date) -> list[NextStep]:
    """Returns what the dossier may reach; nothing before a first result or workshop, nor for a task shown."""
    if not has_begun(dossier):
        return []
    elsewhere = {(one.form, one.about) for one in dues} | {(one.other[0], one.about) for one in dues}
    elsewhere |= {("explore", "") for one in dues if one.form == "debrief" and dossier.in_trouble}

    def kept(links: Sequence[Link]) -> list[Link]:
        return [link for link in links if link[0] in open_to and (link[0], link[2]) not in elsewhere]

    return [NextStep(one.label, one.said, kept(one.links), kept(one.more)) for one in _steps(dossier, today)]


def _steps(dossier: Dossier, today: date) -> Iterator[NextStep]:
    on, state = partial(path.short, today=today), dossier.parcours
    yield from _difficulty(dossier, dossier.in_trouble, on)
    for study in dossier.prescription.studies.values():
        said = say("{tutorials} · {stands}", tutorials=study.tutorials, stands=progress.study(study, on))
        yield NextStep("Tutoriels", said, () if study.over else (("progress", "Faire le point", str(study.id)),))
    said = progress.complete(dossier, on) or "pas encore passé"
    yield NextStep("Diagnostic complet", said, (("complete", "Noter comme passé", ""),))
    certified = state.certification
    waits = "pas encore proposée" if can_certify(dossier) else "après le diagnostic complet"
    said = progress.certification(certified, on) if certified else waits
    yield NextStep("Certification", said, *_STEPS[certified.step if certified else ""])
    if state.on_cv or can_certify(dossier) or any(known.action.kind == "cv" for known in state.actions.values()):
        said = f"résultat valorisé le {on(state.on_cv.on)}" if state.on_cv else "résultat pas encore valorisé"
        yield NextStep("CV", said, (("cv", "Noter", ""),))
    yield from _retake(dossier, on)


def _difficulty(dossier: Dossier, seat: Seat | None, on: progress.Said) -> Iterator[NextStep]:
    known = dossier.prescription.explored
    if seat:
        said = f"signalée à l’atelier du {on(seat.day)}, cause à chercher"
        yield NextStep("Difficulté", said, (("explore", "Explorer", ""),))
    elif known:
        studied = bool(dossier.prescription.studies)
        give = ("study", "Autres tutoriels" if studied else "Donner des tutoriels", "")
        yield NextStep("Difficulté", progress.explored(known, on), (give,), (("explore", "Explorer à nouveau", ""),))


def _retake(dossier: Dossier, on: progress.Said) -> Iterator[NextStep]:
    known, learned = dossier.parcours.retake, dossier.parcours.last_training
    if progress.retaken(dossier):
        yield NextStep("Nouveau passage", progress.retake(dossier, on), (("retake", "Prévoir à nouveau", ""),))
    elif known and known.planned_for:
        change: Link = ("retake", "Changer", "")
        yield NextStep("Nouveau passage", progress.retake(dossier, on), (change,), (("not-retake", "Décliné", ""),))
    elif known or learned:
        plan: Link = ("retake", "Prévoir", "")
        yield NextStep("Nouveau passage", progress.retake(dossier, on) if known else "pas encore prévu", (plan,))
    elif dossier.diagnostic.current("initial"):
        yield NextStep("Nouveau passage", "après une action terminée")
