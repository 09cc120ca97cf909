"""Words of calendars: workshops, appointments. No young person, no score, no difficulty."""

from collections.abc import Sequence

from pixflow.workshop.state import Workshop
from web.french.tasks import VERBS
from web.french.typography import lower_first, plural, say, typeset

DESCRIPTION = typeset("Vos rendez-vous et les ateliers que vous animez. Aucun jeune n’y est nommé.")
APPOINTMENT = typeset("Le dossier, avec le nom, s’ouvre à l’adresse jointe.")
CHANGED = typeset("L’adresse de votre agenda a changé : l’ancienne ne répond plus. Donnez la nouvelle à votre agenda.")
_WITHHELD = frozenset({"explore-difficulty", "follow-self-study"})
"""Tasks whose name tells a difficulty."""


def name(structure: str) -> str:
    return say("Pix, {structure}", structure=structure)


def workshop(campaign: str) -> str:
    return say("Atelier Pix : {campaign}", campaign=campaign) if campaign else "Atelier Pix"


def details(names: Sequence[str], workshop: Workshop, code: str) -> str:
    """Describes a workshop: who runs it, its seats and waiting list as numbers, the code to write."""
    seats = say("{seats} sur {capacity}", seats=plural(len(workshop.seats), "inscrit"), capacity=workshop.capacity)
    waiting = f", {len(workshop.waiting)} en attente" if workshop.waiting else ""
    lines = [say("Animé par {names}", names=" et ".join(names)) if names else "", f"{seats}{waiting}"]
    return "\n".join(filter(None, [*lines, say("Code : {code}", code=code) if code else ""]))


def appointment(kind: str) -> str:
    """Returns the title of an appointment: its task, unless it tells a difficulty."""
    return "Rendez-vous Pix" if kind in _WITHHELD else say("Rendez-vous Pix : {task}", task=lower_first(VERBS[kind]))
