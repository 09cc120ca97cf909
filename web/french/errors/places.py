"""Sentences for problems of files of places."""

from pixflow.open_data import PlaceProblem
from web.french.errors.files import PORTFOLIO
from web.french.typography import number, say, upper_first

_LEFT = " Cette ligne est laissée de côté."
_NOT_DRAWN = " Le lieu n’est pas placé sur la carte."

WORKBOOKS = (
    "broken-workbook", "file-too-heavy", "locked-workbook", "not-a-workbook", "old-workbook", "other-workbook",
    "reader-busy", "too-long-here", "too-many-sheets", "unpacked-too-large", "workbook-too-heavy",
)  # fmt: skip
"""Workbooks are read as those of portfolios, and refused in the same words."""

SENTENCES: dict[str, str] = {
    # the file is refused
    "too-large": "le fichier pèse {bytes} octets, et pixflow en lit {limit} : prenez celui de votre département.",
    "too-many-rows": "le fichier a plus de {limit} lignes : prenez celui de votre département.",
    "empty": "le fichier est vide : téléchargez-le à nouveau.",
    "encoding": "le texte du fichier ne se lit pas : téléchargez-le à nouveau, en CSV ou en JSON.",
    "web-page": "c’est une page web, pas un fichier de lieux : téléchargez le fichier CSV ou JSON.",
    "workbook": "c’est un classeur ou une archive : téléchargez le fichier CSV, JSON ou GeoJSON.",
    **{code: PORTFOLIO[code] for code in WORKBOOKS},
    "broken-json": "le fichier JSON est coupé ou abîmé : téléchargez-le à nouveau.",
    "broken-quotes": "les guillemets ne se referment pas après la ligne {line} : téléchargez-le à nouveau.",
    "no-places": "le fichier ne contient aucun lieu.",
    "unknown-columns": "ces colonnes ne sont ni celles des lieux de médiation numérique, ni celles de data·inclusion.",
    # the row is refused
    "name-missing": "le lieu n’a pas de nom." + _LEFT,
    "commune-missing": "le lieu n’a ni commune ni code postal." + _LEFT,
    "cell-count": "{found} cases au lieu de {expected}." + _LEFT,
    "not-an-object": "ce n’est pas un lieu." + _LEFT,
    "id-twice": "l’identifiant « {id} » est déjà plus haut." + _LEFT,
    # warnings: the place is kept
    "id-missing": "le lieu n’a pas d’identifiant.",
    "commune-merged": "la commune « {value} » fait partie d’une autre aujourd’hui, dont le nom est pris.",
    "insee-unknown": "« {value} » n’est pas le code d’une commune.",
    "postal-code-is-insee": "« {value} » est le code Insee, pas le code postal : celui de la commune est pris.",
    "postal-code-zero-lost": "le code postal « {value} » a perdu son zéro, qui est remis.",
    "postal-code-unreadable": "« {value} » n’est pas un code postal.",
    "coordinates-abroad": "les coordonnées sont hors de France." + _NOT_DRAWN,
    "coordinates-far": "les coordonnées sont à {kilometres} km de la commune." + _NOT_DRAWN,
    "coordinates-half": "il manque la latitude ou la longitude." + _NOT_DRAWN,
    "coordinates-metres": "les coordonnées sont en mètres, pas en degrés." + _NOT_DRAWN,
    "coordinates-swapped": "la latitude et la longitude sont échangées." + _NOT_DRAWN,
    "coordinates-unreadable": "les coordonnées ne se lisent pas." + _NOT_DRAWN,
    "coordinates-zero": "les coordonnées sont à zéro." + _NOT_DRAWN,
    "date-future": "la date de mise à jour, {value}, est à venir.",
    "date-unreadable": "« {value} » n’est pas une date.",
    "hours-unreadable": "les horaires sont gardés en toutes lettres : « {value} ».",
    "hours-past-midnight": "les horaires passent minuit : « {value} ».",
    "list-unreadable": "la liste de la colonne « {column} » ne se lit pas : elle est laissée vide.",
    "text-cut": "la colonne « {column} » est trop longue : seuls ses {limit} premiers signes sont gardés.",
    "website-unreadable": "l’adresse de la colonne « {column} » n’est pas d’un site public : elle est laissée vide.",
    "unknown-word": "le mot « {word} » n’est pas de la liste « {column} » : il est gardé tel quel ({count} fois).",
    "cp1252": "le fichier est enregistré en Windows-1252 : vérifiez les accents.",
    "more-warnings": "{count} autres remarques ne sont pas montrées.",
}
_NUMBERS = frozenset({"bytes", "limit", "count", "found", "expected", "line"})


def sentence(problem: PlaceProblem) -> str:
    """Returns a problem in French, with its line."""
    details = {key: number(int(value)) if key in _NUMBERS else value for key, value in problem.details}
    said = say(SENTENCES[problem.code], **details)
    return say("Ligne {line} : {said}", line=number(problem.line), said=said) if problem.line else upper_first(said)
