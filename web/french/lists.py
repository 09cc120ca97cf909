"""Words of the lists that leave as files: their pages, their filters, what their file says of itself."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from pixflow.events.structure import ListPage
from web.french import tasks, vocabulary
from web.french.typography import NBSP, lower_first, number, plural, say

PAGES: Mapping[ListPage, str] = {
    "queue": "Ma boîte",
    "pile": "Ma boîte, une pile",
    "waiting": "Ma boîte, en attente depuis longtemps",
    "dossiers": "Dossiers",
    "to-match": "Résultats à rapprocher",
    "to-dispatch": "Résultats à transmettre",
    "dispatched": "Résultats transmis cette semaine",
    "workshops": "Ateliers",
    "workshop": "Inscrits d’un atelier",
    "team": "Équipe",
    "figure": "Lignes d’un indicateur",
    "journal": "Journal",
    "partners": "Partenaires",
    "what-if": "Et si, un projet de grille",
}
"""The pages whose list leaves as a file."""
FILTERS = {
    "tache": "tâche", "etape": "étape", "groupe": "groupe", "pile": "pile", "attente": "tâche",
    "aupres": "une personne", "pour": "une personne", "par": "un auteur", "dossier": "un dossier",
    "retard": "retard", "grouper": "groupé par", "rapprocher": "retard", "transmettre": "retard", "etat": "état",
    "tri": "ordre", "quand": "quand", "miens": "les miens", "atelier": "atelier", "role": "rôle",
    "indicateur": "indicateur", "periode": "période", "coupe": "coupe", "sorte": "fait", "q": "texte cherché",
    "fraicheur": "fiche", "horloge": "",
}  # fmt: skip
"""Words of the filters, by the parameter of their address, where it says them otherwise."""
CODES: Mapping[str, str] = {
    **{kind: lower_first(words) for kind, words in tasks.FILTERS.items()}, **vocabulary.PROGRAMMES,
    **vocabulary.ROLES, **{band: words[0] for band, words in vocabulary.LATENESS.items()}, "oui": "", "all": "tous",
    "closed": "clos", "unassigned": "sans conseiller·ère", "away": "absences du jour", "gone": "départs",
    "past": "passés", "cancelled": "annulés", "suggested": "proposés", "delisted": "retirés", "fresh": "à jour",
    "vrai": "su aujourd’hui", "ageing": "à vérifier bientôt", "old": "de plus de 2 ans", "unknown": "sans date",
}  # fmt: skip
SHEET, OF_FILE = "Liste", "Ce fichier"
"""Names of the sheets of a workbook: the list, and what the file says of itself."""
MANIFEST = {
    "title": "Ce que dit ce fichier", "structure": "Structure", "page": "Liste", "filters": "Filtres",
    "clock": "Vue au", "position": "Journal jusqu’au n°", "by": "Sortie par", "at": "Sortie le",
    "rows": "Lignes", "people": "Jeunes", "definitions": "Définitions des indicateurs",
    "digest": "Empreinte de la liste en CSV (SHA-256)",
}  # fmt: skip
"""Labels of what a file says of itself."""
UNFILTERED = "aucun"
TOO_LONG = "Cette liste a {rows}, et un fichier {most} au plus : {narrow}."
TOO_MANY = "Ce fichier nommerait trop de personnes d’un coup : {narrow}, ou prenez une partie toutes les dix minutes."
OF_NOW = "Ce fichier est celui d’aujourd’hui : revenez à aujourd’hui, puis téléchargez-le."
"""Why there is no file: more rows than a file takes, more people than somebody may read at once, an earlier day."""


def filtered(filters: Iterable[tuple[str, str]]) -> str:
    """Returns the filters of a fact in words: "étape diagnostic, groupe". Ids are left out."""
    return ", ".join(f"{FILTERS.get(name, name)}{NBSP}{_code(code)}".strip(f" {NBSP}") for name, code in filters)


def _code(code: str) -> str:
    try:
        UUID(code)
    except ValueError:
        return CODES.get(code, code)
    return ""


def too_long(rows: int, most: int, narrow: str) -> str:
    """Returns why a list is no file, and how to narrow it, such as "choisissez un site"."""
    return say(TOO_LONG, rows=plural(rows, "ligne"), most=number(most), narrow=narrow)


def too_many(narrow: str) -> str:
    """Returns why a file about so many people does not leave, and how to ask for fewer."""
    return say(TOO_MANY, narrow=narrow)


def filter_of(label: str, value: str) -> str:
    """Returns a filter of a page, as "Étape : Diagnostic"."""
    return say("{label} : {value}", label=label, value=value)


def late(band: str) -> list[str]:
    """Returns the filter of a band of lateness, as "Retard : 1 ou 2 jours ouvrés de retard"; none for no band."""
    known = vocabulary.LATENESS.get(band)
    return [filter_of("Retard", known[1])] if known else []


def definitions(number: int) -> str:
    """Returns the definitions that counted the indicators, by their number; 0 are those of pixflow."""
    return say("n° {number}", number=number) if number else "celles de pixflow"
