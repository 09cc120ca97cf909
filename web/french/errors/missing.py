"""Sentences for empty fields, by name; a field with a sentence of its own has it in its Label (web/http/forms.py)."""

from collections.abc import Mapping

from web.french import typography, validation
from web.french.errors.refusals import REQUIRED

MISSING: dict[str, str] = {
    **REQUIRED,
    "on": "Écrivez quand cela s’est passé.",
    "campaign": "Choisissez la campagne.",
    "channel": "Dites comment l’échange a eu lieu.",
    "reached": "Dites si la personne a répondu.",
    "day": "Choisissez le jour du rendez-vous.",
    "answer": "Dites ce que le partenaire a répondu.",
    "ends": "Écrivez la fin prévue de l’action.",
    "outcome": "Dites comment l’action a pris fin.",
    "site": "Choisissez le site.",
    "commune": "Écrivez la commune.",
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
}


def named(errors: Mapping[str, str], sentences: Mapping[str, str] = MISSING) -> dict[str, str]:
    """Replaces the error of each empty field by its own sentence, so that a list of errors can be read alone."""
    empty = validation.invalid("missing", {})
    return {
        name: typography.typeset(sentences.get(name, said)) if said == empty else said for name, said in errors.items()
    }
