"""French typography: spaces, apostrophes, elisions, numbers, plurals."""

import re
import unicodedata
from functools import cache, lru_cache

NBSP = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"
_NAMES = ("Pix", "Cléa", "Ma boîte")

_BEFORE_THIN = re.compile(r"(?<!\s) ([;!?%])(?!\w)")
_BEFORE_COLON = re.compile(r"(?<!\s) :(?![^\s<])")
_QUOTES = re.compile(r"(«) | (»)")
_NUMBERED = re.compile(
    r"(?<=[\d}]) (?=(?:h|min|j|km|€|ans?|jours?|semaines?|mois|points?|pix)(?![\w=]))"
    r"|(?<=\d[ \u00a0]h) (?=\d)|(?<=n°) (?=\S)"
)
"""The space between a number and its unit, between hours and minutes, after n°."""
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_VOWEL = re.compile(r"[aeiouœæ]|y[^aeiouœæ\W]|h(?:[eœ]|y|i[lp]|o[nr](?!g)|u[bg])", re.IGNORECASE)
"""Sounds that elide, after the accents are taken away: vowels, y before a consonant (Yves), the mute h of most names.

The h of other names is aspirated: Hautes-Pyrénées, Hassan, Hicham, Houssem.
"""
_ARTICLE = re.compile(r"[Ll]es? (?=\S)")
_ELIDED = re.compile(r"\b([DdQq]u?e) \{(\w+)\}")


def typeset(text: str) -> str:
    """Adds non-breaking spaces before : ; ! ? % and units, inside « », after n°, and typographic apostrophes.

    They are thin before ; ! ? %, as the Imprimerie nationale prescribes. Idempotent.
    """
    text = _BEFORE_THIN.sub(THIN + r"\1", text)
    text = _BEFORE_COLON.sub(f"{NBSP}:", text)
    text = _QUOTES.sub(lambda found: f"«{NBSP}" if found[1] else f"{NBSP}»", text)
    text = _NUMBERED.sub(NBSP, text)
    return _APOSTROPHE.sub("’", text)


def say(template: str, **values: object) -> str:
    """Fills a template. Only the template is typeset; values stand as people typed them.

    "de" and "que" elide before the value that follows them: "résultat de {name}" gives "résultat d’Élise Caron".
    """
    text, elided = _typeset_once(template)
    of = {f"{word}_{name}": _WORDS[word.lower()](str(values[name])) for word, name in elided}
    return text.format(**values, **{key: upper_first(said) if key[0].isupper() else said for key, said in of.items()})


@cache
def _typeset_once(template: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Returns the template with one field for each word that may elide, and these words with their names."""
    text = typeset(template)
    return _ELIDED.sub(r"{\1_\2}", text), tuple(_ELIDED.findall(text))


def de(name: str) -> str:
    """Returns "de Mortagne", "d’Alençon", "d’Hélène", "du Havre"."""
    if article := _ARTICLE.match(name):
        return f"{'du' if article[0].lower() == 'le ' else 'des'} {name[article.end() :]}"
    return f"d’{name}" if _elides(name) else f"de {name}"


def at(name: str) -> str:
    """Returns "à Mortagne", "au Havre", "aux Andelys"."""
    if article := _ARTICLE.match(name):
        return f"{'au' if article[0].lower() == 'le ' else 'aux'} {name[article.end() :]}"
    return f"à {name}"


def que(name: str) -> str:
    """Returns "que Nadia", "qu’Élise"."""
    return f"qu’{name}" if _elides(name) else f"que {name}"


_WORDS = {"de": de, "que": que}


def _elides(name: str) -> bool:
    plain = "".join(sign for sign in unicodedata.normalize("NFD", name[:4]) if not unicodedata.combining(sign))
    return _VOWEL.match(plain) is not None


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Lowers the first letter; a name and an acronym keep it: "Pix présenté", "CV enrichi"."""
    kept = text.startswith(_NAMES) or (text[:2].isalpha() and text[:2].isupper())
    return text if kept else text[:1].lower() + text[1:]


def yes_no(value: bool) -> str:
    return "oui" if value else "non"


def phone(number: str) -> str:
    """Formats an E.164 number like "06 12 34 56 78"; a number from overseas or abroad keeps its code."""
    if not number.startswith("+33") or len(number) != 12:
        return number
    national = f"0{number[3:]}"
    return NBSP.join(national[i : i + 2] for i in range(0, 10, 2))


@lru_cache(4_096)
def number(value: int) -> str:
    """Returns a text like "2 500"."""
    return f"{value:,}".replace(",", THIN)


def percent(value: int) -> str:
    """Formats a whole percent like "40 %"."""
    return f"{value}{THIN}%"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Returns "1 dossier", "3 dossiers", "0 dossier": plural from two. `many` is an irregular plural."""
    word = one if abs(count) < 2 else many or f"{one}s"
    return f"{number(count)}{NBSP}{word}"


def phrase_change(change: int, one: str, many: str) -> str:
    """Returns a text like "+ 8 points", "− 1 niveau"."""
    return f"{'+' if change > 0 else '−'}{NBSP}{plural(abs(change), one, many)}"
