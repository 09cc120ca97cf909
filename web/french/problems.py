"""What is wrong in a file that is imported, where, and what to do about it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from web.french import dates
from web.french.words import number, say, upper_first

_AGAIN = " Réexportez le fichier depuis Pix Orga sans l’ouvrir dans Excel."
_CHECK = " Vérifiez cette ligne dans Pix Orga."

PIX_ORGA: dict[str, str] = {
    # the file is refused
    "apple-double": "ce fichier, dont le nom commence par « ._ », est ajouté par macOS : choisissez l’export lui-même.",
    "too-large": "le fichier pèse {bytes}, et pixflow lit au plus {limit} : exportez une seule campagne à la fois.",
    "zip": "c’est une archive ZIP : ouvrez-la, puis choisissez le fichier CSV qu’elle contient.",
    "spreadsheet": "c’est un classeur {format}, pas l’export : choisissez le fichier CSV tel que Pix Orga le donne.",
    "empty": "le fichier est vide : exportez-le à nouveau depuis Pix Orga.",
    "encoding": "le texte du fichier ne se lit pas." + _AGAIN,
    "not-pix-orga": "ce n’est pas un export de résultats de Pix Orga : aucune de ses colonnes n’est là. "
    "Exportez les résultats depuis la page de la campagne.",
    "english-export": "l’export est en anglais : passez Pix Orga en français, puis exportez à nouveau.",
    "profile-not-read-yet": "c’est une collecte de profils, que pixflow ne lit pas encore : choisissez l’export d’une "
    "campagne d’évaluation.",
    "header-unknown": "la colonne {position} s’appelle « {header} »{expected} : le fichier a été modifié." + _AGAIN,
    "header-missing": "la colonne « {header} » manque : le fichier a été modifié ou coupé." + _AGAIN,
    "too-many-rows": "le fichier a plus de {limit} lignes : exportez une seule campagne à la fois.",
    # the file is refused, for one line
    "broken-quotes": "les guillemets ne se referment pas : la suite ne se lit pas." + _AGAIN,
    "cell-count": "{found} cases au lieu de {expected} : la ligne a été modifiée ou coupée." + _AGAIN,
    "several-campaigns": "le fichier mêle les campagnes n° {first} et n° {other} : un export n’en contient qu’une. "
    "Importez un fichier par campagne.",
    "integer": "« {value} » n’est pas un nombre entier, colonne « {column} »." + _AGAIN,
    "rate": "« {value} » n’est pas un taux, colonne « {column} »." + _AGAIN,
    "rate-range": "le taux {value} doit être une fraction entre 0 et 1{example}, colonne « {column} »." + _AGAIN,
    "yes-no": "« {value} » devrait être Oui ou Non, colonne « {column} »." + _AGAIN,
    "skill": "« {value} » devrait être OK, KO ou Non testé, colonne « {column} »." + _AGAIN,
    "date": "« {value} » n’est pas une date qui existe, colonne « {column} »." + _AGAIN,
    "date-zone": "« {value} » ne dit pas dans quel fuseau horaire, colonne « {column} »." + _AGAIN,
    "palier-range": "le palier {value} devrait être entre 0 et {most}." + _AGAIN,
    "result-not-shared": "un résultat est écrit alors que la personne ne l’a pas envoyé, colonne « {column} »."
    + _AGAIN,
    "na-on-shared": "le résultat est envoyé, mais la case dit NA, colonne « {column} »." + _AGAIN,
    "nir": "la colonne « {column} » contient un numéro de sécurité sociale, qui n’a rien à faire là. "
    "Effacez-le dans Pix Orga, puis exportez à nouveau.",
    # seen, and nothing is refused
    "no-bom": "le fichier n’est plus tel que Pix Orga l’a donné : des zéros peuvent manquer au début des numéros.",
    "utf-16": "le fichier a été enregistré à nouveau (en UTF-16) : des zéros peuvent manquer au début des numéros.",
    "cp1252": "le fichier a été enregistré à nouveau (en Windows-1252) : vérifiez les accents des noms.",
    "delimiter": "les colonnes sont séparées par {delimiter}, et non par un point-virgule : le fichier a été modifié.",
    "resaved": "le fichier a été enregistré à nouveau, par Excel peut-être : des zéros peuvent manquer au début des "
    "numéros. Mieux vaut importer le fichier tel que Pix Orga le donne.",
    "no-final-newline": "la dernière ligne n’est pas terminée : le fichier est peut-être coupé. "
    "Comparez le nombre de lignes avec Pix Orga.",
    "export-hour-unsure": "le nom du fichier dit {time} le {date}, sans dire si c’est le matin ou l’après-midi : "
    "choisissez l’heure de l’export.",
    "external-id-column-unknown": "la colonne « {header} », choisie pour l’identifiant externe, n’est pas dans ce "
    "fichier : choisissez-la à nouveau.",
    "validation-bug": "l’export date d’une période (décembre 2024 à mi-janvier 2025) où Pix Orga oubliait des acquis "
    "validés : exportez à nouveau cette campagne.",
    "ambiguous-hour": "« {value} » tombe dans l’heure d’octobre qui a lieu deux fois, colonne « {column} » : "
    "la première est retenue.",
    "mastery-null": "le résultat est envoyé sans taux : il est gardé, mais la grille ne pourra pas se lire.",
    "mastery-mismatch": "le taux {rate} ne correspond pas aux acquis ({mastered} sur {targeted})." + _CHECK,
    "shared-without-date": "le résultat est envoyé sans date de partage : celle du début du test est retenue.",
    "not-a-number": "Pix Orga n’a pas su calculer la colonne « {column} » : cette valeur est laissée de côté.",
    "more-problems": "{count} autres remarques ne sont pas montrées : corrigez d’abord celles-ci.",
}

_DELIMITERS = {"semicolon": "des points-virgules", "comma": "des virgules", "tab": "des tabulations"}
_SPREADSHEETS = {"xlsx": "Excel (xlsx)", "xls": "Excel (xls)", "ods": "LibreOffice (ods)"}
UNKNOWN = "quelque chose ne se lit pas ({code}). Réexportez le fichier ; si cela continue, signalez-le."


def problem(code: str, line: int | None, details: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> str:
    """One problem of a Pix Orga export: "Ligne 12 : le taux 73 doit être…". It may quote a cell: never log it."""
    return _told(PIX_ORGA, code, line, dict(details))


def _told(sentences: Mapping[str, str], code: str, line: int | None, details: dict[str, str]) -> str:
    words = {name: _word(name, value) for name, value in details.items()} | _extra(code, details)
    told = say(sentences[code], **words) if code in sentences else say(UNKNOWN, code=code)
    return upper_first(told) if line is None else say("Ligne {line} : {told}", line=number(line), told=told)


def _word(name: str, value: str) -> str:
    match name:
        case "delimiter":
            return _DELIMITERS.get(value, value)
        case "format":
            return _SPREADSHEETS.get(value, value)
        case "date":
            return dates.day(date.fromisoformat(value), year=True)
        case "rate":
            return value.replace(".", ",")
    return value


def _extra(code: str, details: Mapping[str, str]) -> dict[str, str]:
    match code:
        case "rate-range":
            return {"example": _fraction(details.get("value", ""))}
        case "header-unknown":
            expected = details.get("expected")
            return {"expected": say(" au lieu de « {expected} »", expected=expected) if expected else ""}
        case "too-large":
            return {name: _megabytes(details[name]) for name in ("bytes", "limit")}
        case "too-many-rows" | "more-problems":
            return {name: number(int(details[name])) for name in ("limit", "count") if name in details}
    return {}


def _fraction(value: str) -> str:
    """Like " (0,73)" for "73" or "73 %"; nothing when it is no percent."""
    try:
        percent = Decimal(value.removesuffix("%").strip().replace(",", "."))
        meant = 1 < percent <= 100
    except InvalidOperation:
        return ""
    if not meant:
        return ""
    return f" ({str((percent / 100).normalize()).replace('.', ',')})"


def _megabytes(size: str) -> str:
    return say("{size} Mo", size=f"{int(size) / 1024 / 1024:.1f}".replace(".", ",").removesuffix(",0")).replace(
        " ", "\xa0"
    )
