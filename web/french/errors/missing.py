"""Sentences for empty fields."""

from collections.abc import Mapping

from web.french import typography, validation
from web.french.errors.refusals import REQUIRED

MISSING: dict[str, str] = {
    **REQUIRED,
    "on": "Écrivez le jour où cela s’est passé.",
    "occasion": "Dites à quelle occasion Pix a été présenté.",
    "campaign": "Choisissez la campagne.",
    "planned_for": "Choisissez le jour à partir duquel le test est à passer.",
    "modality": "Dites où le test est passé.",
    "channel": "Dites comment l’échange a eu lieu.",
    "reached": "Dites si la personne a répondu.",
    "day": "Choisissez le jour du rendez-vous.",
    "hour": "Écrivez l’heure du rendez-vous, comme 14:30.",
    "answer": "Dites ce que le partenaire a répondu.",
    "ends": "Dites quand l’action doit se terminer.",
    "outcome": "Dites comment l’action a pris fin.",
    "site": "Choisissez le site.",
    "workshop": "Choisissez l’atelier.",
    "advisor": "Choisissez la personne qui suivra le dossier.",
    "purpose": "Dites à quoi sert la campagne.",
    "person": "Cochez au moins une personne.",
    "step": "Dites ce qui s’est passé.",
    "first": "Écrivez le premier jour.",
    "last": "Écrivez le dernier jour, compris.",
    "last_day": "Écrivez le dernier jour dans l’équipe.",
    "email": "Écrivez le courriel professionnel.",
    "to": "Choisissez au moins une personne.",
    "until": "Écrivez jusqu’à quel jour, compris.",
}


def named(errors: Mapping[str, str], sentences: Mapping[str, str] = MISSING) -> dict[str, str]:
    """Replaces the error of each empty field by its own sentence, so that a list of errors can be read alone."""
    empty = validation.invalid("missing", {})
    return {
        name: typography.typeset(sentences.get(name, said)) if said == empty else said for name, said in errors.items()
    }
