"""The addresses where tasks are done, and the form that each kind of task opens.

Every function but `subject_of` and `kinds_of` returns an address.
"""

from typing import Final
from urllib.parse import quote
from uuid import UUID

FORM_OF: Final[dict[str, str]] = {
    "present-pix": "present",
    "plan-diagnostic": "plan",
    "chase-diagnostic": "chase",
    "chase-sharing": "chase",
    "hold-debrief": "debrief",
    "build-prescription": "prescription",
    "refer": "refer",
    "record-outcome": "end",
    "book-workshop": "book",
    "rebook-absent": "book",
    "explore-difficulty": "explore",
    "follow-self-study": "progress",
    "chase-partner": "remind",
    "offer-alternative": "refer",
    "complete-path": "complete",
    "propose-certification": "certify",
    "plan-retake": "retake",
    "close-or-plan": "close",
    "review-late-event": "review",
    "assign-advisor": "assign",
}
"""The form of the dossier page that closes a task."""

OTHERS: Final[dict[str, tuple[str, str]]] = {
    "plan-diagnostic": ("decline", "Décliné"),
    "book-workshop": ("plan", "Prévoir autrement"),
    "rebook-absent": ("plan", "Prévoir autrement"),
    "chase-partner": ("answer", "Réponse"),
    "offer-alternative": ("drop", "Écarter"),
    "complete-path": ("not-complete", "Décliné"),
    "propose-certification": ("not-certify", "Déclinée"),
    "plan-retake": ("not-retake", "Décliné"),
    "close-or-plan": ("plan", "Prévoir le diagnostic"),
}
"""The other way to close a task: its form, and the text of its button."""

_BY_KEY = frozenset({"chase-diagnostic", "chase-sharing"})
_BY_SUBJECT = frozenset(
    {"hold-debrief", "build-prescription", "refer", "record-outcome"}
    | {"follow-self-study", "chase-partner", "offer-alternative"}
)
_PILES = {
    "dispatch-result": "/resultats#a-transmettre",
    "match-participation": "/resultats#a-rapprocher",
    "declare-campaign": "/resultats#campagnes",
    "assign-advisor": "/dossiers?etat=unassigned",
}


OUTSIDE: Final[dict[str, str]] = {
    "take-pix": "/equipe/{stream}?formulaire=pix#form",
    "brief-newcomer": "/equipe/{stream}?formulaire=briefing#form",
    "designate-referent": "/equipe?site={about}",
    "confirm-team": "/equipe/toujours-la",
    "revise-resource": "/ressources/{stream}",
    "answer-question": "/ressources/questions/{stream}",
    "review-partner": "/partenaires/{stream}",
    "verify-partner": "/partenaires/{stream}?formulaire=verifier#form",
    "update-contact": "/personnes-a-joindre/{stream}",
}
"""The addresses of tasks of the team, of the shared knowledge and of partners."""


PRESSES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "review-partner suggested": ("inscrire", {}),
    "review-partner contested": ("relire", {}),
    "review-partner gone": ("relire", {}),
    "verify-partner new": ("verifier", {"channel": "call"}),
    "verify-partner stale": ("verifier", {"channel": "call"}),
}
"""The form of a partner's page that closes a task in one press, with what it sends, by kind and reason."""


def href(subject: str, stream: UUID, key: str, kind: str) -> str:
    """Returns where a task is done. `subject` is the kind of its stream."""
    if subject == "workshop":
        return f"/ateliers/{stream}/presence"
    if subject == "campaign":
        return f"/resultats/campagnes/{stream}"
    if kind in OUTSIDE:
        return OUTSIDE[kind].format(stream=stream, about=quote(key.partition(":")[2]))
    if subject == "participation" or kind == "dispatch-result":
        return _PILES[kind]
    if kind == "confirm-erasure":
        return erasure(stream)
    return dossier_form(stream, FORM_OF[kind], subject_of(kind, key))


def kinds_of(form: str) -> list[str]:
    """Returns the kinds of tasks that a form of the dossier closes, those with it as their first form before."""
    first = [kind for kind, name in FORM_OF.items() if name == form]
    return first + [kind for kind, (name, _) in OTHERS.items() if name == form]


def subject_of(kind: str, key: str) -> str:
    """Returns the subject of the form of a task: its key, the id in its key, or "" for none."""
    if kind in _BY_KEY:
        return key
    return key.partition(":")[2] if kind in _BY_SUBJECT else ""


def erasure(stream: UUID) -> str:
    """Returns where an erasure is requested, confirmed or declined."""
    return f"{dossier(stream)}/droits#effacement"


def dossier_form(stream: UUID, name: str, about: str = "") -> str:
    """Returns the dossier page with a form open."""
    asked = f"&sur={quote(about, safe=':')}" if about else ""
    return f"/dossiers/{stream}?formulaire={name}{asked}#form"


def appointment(stream: UUID, key: str) -> str:
    """Returns where a task gets its appointment."""
    return dossier_form(stream, "appointment", key)


def snooze(stream: UUID, key: str) -> str:
    """Returns where a task is snoozed until a day."""
    return dossier_form(stream, "snooze", key)


def hand_over(stream: UUID, key: str) -> str:
    """Returns where a task is handed to a colleague."""
    return dossier_form(stream, "hand", key)


def replay(stream: UUID) -> str:
    return f"/rejouer/{stream}"


def dossier(stream: UUID) -> str:
    return f"/dossiers/{stream}"


def pile(kind: str) -> str:
    """Returns where a pile is worked through."""
    return _PILES.get(kind) or f"/boite?pile={kind}"
