"""French words for codes."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel.numbers import format_decimal

NBSP = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"

ROLES = {
    "advisor": "conseiller·ère",
    "referent": "référent·e Pix",
    "facilitator": "animateur·rice",
    "manager": "direction",
    "auditor": "auditeur·rice",
    "administrator": "administrateur·rice",
}
STAGES = {
    "orientation": f"1{NBSP}Orientation",
    "diagnostic": f"2{NBSP}Diagnostic",
    "prescription": f"3{NBSP}Prescription",
    "parcours": f"4{NBSP}Parcours",
}
PROGRAMMES = {"CEJ": "CEJ", "PACEA": "PACEA", "other": "hors programme"}
MODALITIES = {"workshop": "en atelier", "office": "au bureau", "home": "à la maison", "cafe": "au café numérique"}
PLACES: dict[str, str] = {
    "workshop": "en atelier collectif",
    "office": "au bureau, à la Mission locale",
    "home": "à la maison",
    "cafe": "au café numérique, chez un partenaire",
}
"""Choices of the place of a diagnostic."""
CHANNELS = {
    "phone": "par téléphone",
    "sms": "par SMS",
    "email": "par courriel",
    "letter": "par courrier",
    "meeting": "de vive voix",
}
PURPOSES = {
    "initial": "diagnostic initial",
    "complete": "diagnostic complet (Cléa numérique)",
    "profile": "profil de compétences",
    "other": "autre usage",
}
OCCASIONS = {
    "welcome": "au premier accueil",
    "follow-up": "au cours de l’accompagnement",
    "cej": "à l’entrée en CEJ",
}
CAUSES = {
    "digital": "numérique",
    "comprehension": "compréhension (lecture, langue)",
    "both": "numérique et compréhension",
    "other": "autre cause",
}
STUDIES = {"done": "terminés", "ongoing": "en cours", "stopped": "arrêtés"}
CERTIFICATIONS = {
    "proposed": "proposée",
    "registered": "inscription faite",
    "taken": "passée",
    "obtained": "obtenue",
    "not-obtained": "non obtenue",
    "declined": "déclinée",
}
NOTICES = {
    "digest": "la boîte du jour",
    "help": "un atelier demande de l’aide",
    "stopped": "une table de lecture est arrêtée",
}
ANSWERS = {"accepted": "accepté", "refused": "refusé"}
OUTCOMES = {"done": "menée à bien", "abandoned": "abandonnée"}
PRESENCES = {"present": "présent·e", "absent": "absent·e", "excused": "excusé·e"}
CANCELLATIONS = {
    "facilitator": "plus personne pour l’animer",
    "room": "salle indisponible",
    "technical": "panne ou réseau",
    "too-few": "trop peu d’inscrits",
    "other": "autre raison",
}
MERGED = "fusionné avec un autre dossier"
CLOSINGS = {
    "done": "parcours terminé",
    "employment": "en emploi",
    "moved": "déménagement",
    "unreachable": "plus joignable",
    "declined": "ne souhaite pas continuer",
    "other": "autre raison",
}

ERASURES = {
    "request": "la personne le demande",
    "retention": "le délai de conservation est passé",
    "mistake": "ce dossier a été ouvert par erreur",
}
"""Reasons of an erasure."""

INVALID = {
    "missing": "Ce champ est à remplir.",
    "extra_forbidden": "Ce champ n’est pas attendu ici.",
    "string_too_short": "Écrivez au moins {min_length} caractères.",
    "string_too_long": "Écrivez au plus {max_length} caractères.",
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

_BEFORE_THIN = re.compile(r"(?<!\s) ([;!?%])(?!\w)")
_BEFORE_COLON = re.compile(r"(?<!\s) :(?![^\s<])")
_QUOTES = re.compile(r"(«) | (»)")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def typeset(text: str) -> str:
    """Adds non-breaking spaces before : ; ! ? % and inside « », and typographic apostrophes.

    They are thin before ; ! ? %, as the Imprimerie nationale prescribes. Idempotent.
    """
    text = _BEFORE_THIN.sub(THIN + r"\1", text)
    text = _BEFORE_COLON.sub(f"{NBSP}:", text)
    text = _QUOTES.sub(lambda found: f"«{NBSP}" if found[1] else f"{NBSP}»", text)
    return _APOSTROPHE.sub("’", text)


def say(template: str, **values: object) -> str:
    """Fills a template. Only the template is typeset; values stand as people typed them."""
    return _typeset_once(template).format(**values)


@cache
def _typeset_once(template: str) -> str:
    return typeset(template).replace("n° ", f"n°{NBSP}")


def de(name: str) -> str:
    """Returns "de Mortagne", "d’Alençon": elides before a vowel."""
    return f"d’{name}" if name[:1] and name[:1].upper() in "AEIOUÀÂÄÉÈÊËÎÏÔÖÛÜÙÆŒ" else f"de {name}"


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def yes_no(value: bool) -> str:
    return "oui" if value else "non"


def phone(number: str) -> str:
    """Formats an E.164 number like "06 12 34 56 78"; a number from overseas or abroad keeps its code."""
    if not number.startswith("+33") or len(number) != 12:
        return number
    national = f"0{number[3:]}"
    return NBSP.join(national[i : i + 2] for i in range(0, 10, 2))


def number(value: int) -> str:
    """Returns a text like "2 500"."""
    return format_decimal(value, locale="fr")


def percent(value: int) -> str:
    """Formats a whole percent like "40 %"."""
    return f"{value}{THIN}%"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Returns "1 dossier", "3 dossiers", "0 dossier": plural from two. `many` is an irregular plural."""
    word = one if abs(count) < 2 else many or f"{one}s"
    return f"{number(count)}{NBSP}{word}"


def signed(change: int, one: str, many: str) -> str:
    """Returns a text like "+ 8 points", "− 1 niveau"."""
    return f"{'+' if change > 0 else '−'}{NBSP}{plural(abs(change), one, many)}"


def invalid(kind: str, details: Mapping[str, Any]) -> str:
    """Returns why a field is refused, from pydantic's error type and details."""
    sentence = INVALID.get(kind, "Cette réponse n’est pas valable.")
    return typeset(sentence.format(**details))
