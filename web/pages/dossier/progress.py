"""Progresser et certifier: how far somebody is beyond the actions, and the one next step of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from pixflow.dossier.state import Dossier, Seat
from web.french.dossier import path, progress
from web.french.vocabulary import say
from web.pages.dossier.availability import begun, to_certify
from web.pages.dossier.tasks import Due

Link = tuple[str, str, str]
"""A form, what its link says, what it is about."""

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
"""By how far the certification is: its next step, and what else may have happened."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, how far it is, its next step; `more` stands behind the dots."""

    label: str
    said: str
    links: Sequence[Link] = ()
    more: Sequence[Link] = ()


def lines(dossier: Dossier, dues: Sequence[Due], open_to: frozenset[str], today: date) -> list[Line]:
    """Nothing before a first result or workshop. A step that is to be done now is offered there, not here."""
    if not begun(dossier):
        return []
    elsewhere = {(one.form, one.about) for one in dues} | {(one.other[0], one.about) for one in dues}
    elsewhere |= {("explore", "") for one in dues if one.form == "debrief" and dossier.in_trouble}

    def kept(links: Sequence[Link]) -> list[Link]:
        return [link for link in links if link[0] in open_to and (link[0], link[2]) not in elsewhere]

    return [Line(line.label, line.said, kept(line.links), kept(line.more)) for line in _lines(dossier, today)]


def _lines(dossier: Dossier, today: date) -> Iterator[Line]:
    on, state = partial(path.short, today=today), dossier.parcours
    yield from _difficulty(dossier, dossier.in_trouble, on)
    for study in dossier.prescription.studies.values():
        said = say("{tutorials} · {stands}", tutorials=study.tutorials, stands=progress.study(study, on))
        yield Line("Tutoriels", said, () if study.over else (("progress", "Faire le point", str(study.id)),))
    said = progress.complete(dossier, on) or "pas encore passé"
    yield Line("Diagnostic complet", said, (("complete", "Noter comme passé", ""),))
    certified = state.certification
    waits = "pas encore proposée" if to_certify(dossier) else "après le diagnostic complet"
    said = progress.certification(certified, on) if certified else waits
    yield Line("Certification", said, *_STEPS[certified.step if certified else ""])
    if state.on_cv or to_certify(dossier) or any(known.action.kind == "cv" for known in state.actions.values()):
        said = f"résultat valorisé le {on(state.on_cv.on)}" if state.on_cv else "résultat pas encore valorisé"
        yield Line("CV", said, (("cv", "Noter", ""),))
    yield from _retake(dossier, on)


def _difficulty(dossier: Dossier, seat: Seat | None, on: progress.Said) -> Iterator[Line]:
    known = dossier.prescription.explored
    if seat:
        said = f"signalée à l’atelier du {on(seat.day)}, cause à chercher"
        yield Line("Difficulté", said, (("explore", "Explorer", ""),))
    elif known:
        studied = bool(dossier.prescription.studies)
        give = ("study", "Autres tutoriels" if studied else "Donner des tutoriels", "")
        yield Line("Difficulté", progress.explored(known, on), (give,), (("explore", "Explorer à nouveau", ""),))


def _retake(dossier: Dossier, on: progress.Said) -> Iterator[Line]:
    known, learned = dossier.parcours.retake, dossier.parcours.last_training
    if progress.retaken(dossier):
        yield Line("Nouveau passage", progress.retake(dossier, on), (("retake", "Prévoir à nouveau", ""),))
    elif known and known.planned_for:
        change: Link = ("retake", "Changer", "")
        yield Line("Nouveau passage", progress.retake(dossier, on), (change,), (("not-retake", "Décliné", ""),))
    elif known or learned:
        plan: Link = ("retake", "Prévoir", "")
        yield Line("Nouveau passage", progress.retake(dossier, on) if known else "pas encore prévu", (plan,))
    elif dossier.diagnostic.current("initial"):
        yield Line("Nouveau passage", "après une action menée à bien")
