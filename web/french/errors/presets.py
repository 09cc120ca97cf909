"""Sentences for errors of a protocol's file: what is wrong, where, which numbers."""

import re
from typing import Any

from pixflow.presets import PresetError
from web.french.errors.refusals import grille_problem
from web.french.typography import say, upper_first

_TYPES = {
    "int": "un nombre entier", "float": "un nombre", "str": "un texte entre guillemets", "bool": "true ou false",
    "array": "une liste", "object": "une table", "datetime": "une date", "date": "une date", "null": "rien",
}  # fmt: skip
_MISTYPED = re.compile(r"Expected `(\w+)`, got `(\w+)`")
SENTENCES: dict[str, str] = {
    "unknown-preset": "aucun protocole livré ni aucun fichier ne s’appelle « {found} »{near}.",
    "not-utf8": "le fichier n’est pas en UTF-8 : enregistrez-le à nouveau dans cet encodage.",
    "syntax": "ce n’est pas du TOML : « {said} ».",
    "unknown-key": "cette clé n’existe pas{near}.",
    "missing-key": "cette clé manque.",
    "wrong-type": "{mistyped}.",
    "unknown-value": "« {found} » n’est pas une valeur connue. Valeurs : {expected}.",
    "out-of-range": "{found} n’est pas de {low} à {high}.",
    "stages": "les étapes sont {found} ; écrivez chacune une fois, dans cet ordre : {expected}.",
}


def sentence(error: PresetError) -> str:
    """Returns a text like "protocol.delays.refer, ligne 31 : 366 n’est pas de 0 à 365."."""
    line = say("ligne {line}", line=error.line) if error.line else ""
    place = ", ".join(part for part in (error.path, line) if part)
    text = _phrase_error(error.code, error.details)
    if not place:
        return upper_first(text)
    return say("{place} : {told}", place=upper_first(place) if place == line else place, told=text)


def _phrase_error(code: str, details: dict[str, Any]) -> str:
    if code.startswith("grille-"):
        detail = say(" (« {detail} »)", detail=details["detail"]) if details.get("detail") else ""
        return f"{grille_problem(code.removeprefix('grille-'), details['numbers'])}{detail}."
    words = {name: ", ".join(map(str, value)) if isinstance(value, tuple) else value for name, value in details.items()}
    nearest = details.get("nearest")
    near = say(" ; le plus proche est « {nearest} »", nearest=nearest) if nearest else ""
    return say(SENTENCES[code], **words, near=near, mistyped=_mistyped(details.get("said", "")))


def _mistyped(said: str) -> str:
    mismatch = _MISTYPED.fullmatch(said)
    if mismatch is None:
        return say("cette valeur ne convient pas (« {said} »)", said=said)
    wanted, got = (_TYPES.get(name, name) for name in mismatch.groups())
    return say("il faut {wanted}, et non {got}", wanted=wanted, got=got)
