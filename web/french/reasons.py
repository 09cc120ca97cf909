"""Why a participation may be somebody's, and what an import asks, in words."""

from collections.abc import Iterable

REASONS = {
    "same-number": "même n°\N{NO-BREAK SPACE}i-Milo",
    "same-words": "mêmes nom et prénom",
    "same-words-other-order": "mêmes mots, autre ordre",
    "one-word-more": "un mot de plus dans le nom",
    "one-word-less": "un mot de moins dans le nom",
    "words-included": "un nom contenu dans l’autre",
    "one-word-in-common": "un seul mot en commun",
    "close-spelling": "orthographe proche",
    "same-birth-date": "même date de naissance",
}
WARNINGS = {
    "same-number-other-name": "même n°, mais un autre nom\N{NO-BREAK SPACE}: à vérifier",
    "number-without-leading-zeros": "un zéro manque au début du n°\N{NO-BREAK SPACE}: à vérifier",
    "other-number": "autre n°\N{NO-BREAK SPACE}i-Milo\N{NO-BREAK SPACE}: à vérifier",
    "other-birth-date": "autre date de naissance\N{NO-BREAK SPACE}: à vérifier",
    "namesake": "homonyme\N{NO-BREAK SPACE}: à vérifier",
}


def reason(code: str) -> str:
    """One of matching's reasons."""
    return REASONS.get(code, code)


def warning(code: str) -> str:
    """One of matching's warnings."""
    return WARNINGS.get(code, code)


def reasons(codes: Iterable[str], warnings: Iterable[str] = ()) -> str:
    """All of them, on one line: "même n° i-Milo · mêmes mots, autre ordre"."""
    return " · ".join([*map(reason, codes), *map(warning, warnings)])
