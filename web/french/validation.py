"""Sentences for invalid fields, by pydantic's error type."""

from collections.abc import Mapping
from typing import Any

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
