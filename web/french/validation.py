"""Sentences for invalid fields, by pydantic's error type, and for empty fields, by name.

An empty field with a sentence of its own has it in its Label (web/http/forms.py).
"""

from collections.abc import Mapping
from typing import Any

from web.french.errors.refusals import REQUIRED
from web.french.typography import lower_first, typeset

INVALID = {
    "missing": "Ce champ est à remplir.",
    "extra_forbidden": "Ce champ n’est pas attendu ici.",
    "string_too_short": "Écrivez au moins {min_length} caractères.",
    "string_too_long": "Écrivez au plus {max_length} caractères.",
    "control_character": "Un caractère invisible s’est glissé dans ce texte, à la place de "
    "« \N{REPLACEMENT CHARACTER} » : effacez-le.",
    "string_pattern_mismatch": "Ce texte n’a pas la forme attendue.",
    "int_parsing": "Écrivez un nombre entier.",
    "int_from_float": "Écrivez un nombre entier.",
    "float_parsing": "Écrivez un nombre.",
    "decimal_parsing": "Écrivez un nombre.",
    "decimal_max_places": "Écrivez au plus {decimal_places} chiffres après la virgule.",
    "greater_than": "Écrivez un nombre plus grand que {gt}.",
    "greater_than_equal": "Écrivez un nombre d’au moins {ge}.",
    "less_than": "Écrivez un nombre plus petit que {lt}.",
    "less_than_equal": "Écrivez un nombre d’au plus {le}.",
    "bool_parsing": "Répondez par oui ou par non.",
    "literal_error": "Choisissez l’une des réponses proposées.",
    "enum": "Choisissez l’une des réponses proposées.",
    "uuid_parsing": "Cette page n’est plus valable : rechargez-la.",
    "date_parsing": "Écrivez une date qui existe, comme 16/03/2026.",
    "date_from_datetime_parsing": "Écrivez une date qui existe, comme 16/03/2026.",
    "date_from_datetime_inexact": "Écrivez une date sans heure.",
    "date_range": "Écrivez une date entre 1900 et 2100.",
    "date_past": "Choisissez une date passée.",
    "date_future": "Choisissez une date à venir.",
    "time_parsing": "Écrivez une heure, comme 14:30.",
    "datetime_parsing": "Écrivez une date et une heure.",
    "datetime_from_date_parsing": "Écrivez une date et une heure.",
    "too_short": "Choisissez au moins {min_length} réponses.",
    "too_long": "Choisissez au plus {max_length} réponses.",
    "value_error": "{error}",
}


def invalid(kind: str, details: Mapping[str, Any], label: str = "") -> str:
    """Returns why a field is refused, from pydantic's error type and details; `label` names the field before it."""
    sentence = INVALID.get(kind, "Cette réponse n’est pas valable.").format(**details)
    return typeset(f"{label} : {lower_first(sentence)}" if label else sentence)


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


def phrase_empty_fields(errors: Mapping[str, str], sentences: Mapping[str, str] = MISSING) -> dict[str, str]:
    """Replaces the error of each empty field by its own sentence, so that a list of errors can be read alone."""
    empty = invalid("missing", {})
    return {name: typeset(sentences.get(name, said)) if said == empty else said for name, said in errors.items()}
