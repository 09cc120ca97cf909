"""Sentences for problems of imported files: what is wrong, where, what to do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from pixflow.portfolio_import.problems import PortfolioProblem
from web.french import dates
from web.french.typography import lower_first, number, say, upper_first

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
    "header-unknown": "la colonne {position} s’appelle « {header} »{expected} : le fichier a été modifié." + _AGAIN,
    "header-missing": "la colonne « {header} » manque : le fichier a été modifié ou coupé." + _AGAIN,
    "too-many-rows": "le fichier a plus de {limit} lignes : exportez une seule campagne à la fois.",
    # the file is refused, for one line
    "broken-quotes": "les guillemets ne se referment pas : la suite ne se lit pas." + _AGAIN,
    "cell-count": "{found} cases au lieu de {expected} : la ligne a été modifiée ou coupée." + _AGAIN,
    "control-character": "la colonne « {column} » contient un caractère invisible. Effacez-le dans Pix Orga, puis "
    "exportez à nouveau.",
    "several-campaigns": "le fichier mêle les campagnes n° {first} et n° {other} : un export n’en contient qu’une. "
    "Importez un fichier par campagne.",
    "organisation-missing": "la colonne « Nom de l’organisation » est vide : le fichier a été modifié." + _AGAIN,
    "several-organisations": "le fichier mêle deux organisations, « {first} » et « {other} » : un export n’en contient "
    "qu’une. Exportez chaque campagne depuis sa page dans Pix Orga.",
    "integer": "« {value} » n’est pas un nombre entier, colonne « {column} »." + _AGAIN,
    "level-range": "le niveau {value} devrait être entre 0 et 8, colonne « {column} »." + _AGAIN,
    "rate": "« {value} » n’est pas un taux, colonne « {column} »." + _AGAIN,
    "rate-range": "le taux {value} doit être une fraction entre 0 et 1{example}, colonne « {column} »." + _AGAIN,
    "yes-no": "« {value} » devrait être Oui ou Non, colonne « {column} »." + _AGAIN,
    "skill": "« {value} » devrait être OK, KO ou Non testé, colonne « {column} »." + _AGAIN,
    "date": "« {value} » n’est pas une date qui existe, colonne « {column} »." + _AGAIN,
    "date-zone": "« {value} » ne dit pas dans quel fuseau horaire, colonne « {column} »." + _AGAIN,
    "palier-range": "le palier {value} devrait être entre 0 et {most}." + _AGAIN,
    "result-not-shared": "un résultat est écrit alors que la personne ne l’a pas partagé, colonne « {column} »."
    + _AGAIN,
    "na-on-shared": "le résultat est partagé, mais la case dit NA, colonne « {column} »." + _AGAIN,
    "sent-without-date": "le profil est partagé, mais la colonne « {column} » est vide." + _AGAIN,
    "nir": "la colonne « {column} » contient un numéro de sécurité sociale, qui n’a rien à faire là. "
    "Effacez-le dans Pix Orga, puis exportez à nouveau.",
    # warnings: nothing is refused
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
    "mastery-null": "le résultat est partagé sans taux : il est gardé, mais la grille ne pourra pas se lire.",
    "mastery-mismatch": "le taux {rate} ne correspond pas aux acquis ({mastered} sur {targeted})." + _CHECK,
    "pix-null": "le profil est partagé sans son nombre de pix : le reste est gardé.",
    "pix-mismatch": "le total de {pix} pix ne correspond pas aux compétences ({total} pix)." + _CHECK,
    "certifiable-mismatch": "ce qui est dit certifiable ne correspond pas aux niveaux (compétences au niveau 1 "
    "ou plus : {counted})." + _CHECK,
    "shared-without-date": "le résultat est partagé sans date de partage : celle du début du test est retenue.",
    "not-a-number": "Pix Orga n’a pas su calculer la colonne « {column} » : cette valeur est laissée de côté.",
    "more-problems": "{count} autres remarques ne sont pas montrées : corrigez d’abord celles-ci.",
}

_LEFT = " Cette ligne est laissée de côté."
_LEFT_MANY = " Ces lignes sont laissées de côté."
_EMPTY = " Cette case est laissée vide."

PORTFOLIO: dict[str, str] = {
    # the file is refused
    "too-large": "le fichier pèse plus de 5 Mo : enregistrez la liste en plusieurs fichiers.",
    "encoding": "le texte du fichier ne se lit pas : enregistrez-le à nouveau au format CSV (UTF-8).",
    "empty": "le fichier est vide : choisissez-en un autre.",
    "web-page": "c’est une page web ou un classeur XML, malgré son nom : ouvrez-le dans Excel ou LibreOffice, puis "
    "enregistrez-le au format .xlsx.",
    "old-workbook": "c’est un classeur Excel ancien (.xls) : ouvrez-le, puis enregistrez-le au format .xlsx ou CSV.",
    "locked-workbook": "le classeur est protégé par un mot de passe : enregistrez-en une copie sans mot de passe.",
    "other-workbook": "c’est un classeur LibreOffice (.ods) ou .xlsb : enregistrez-le au format .xlsx ou CSV.",
    "not-a-workbook": "c’est une archive, et non un classeur : choisissez le fichier .xlsx ou CSV lui-même.",
    "unpacked-too-large": "le classeur contient plus de 32 Mo : copiez la seule liste dans un nouveau classeur.",
    "workbook-too-heavy": "le classeur est trop lourd à lire : copiez les seules colonnes utiles, sans leur mise en "
    "forme, dans un nouveau classeur, ou enregistrez la liste au format CSV.",
    "file-too-heavy": "le fichier est trop lourd à lire : choisissez-en un plus petit, ou coupez-le en plusieurs.",
    "too-long-here": "lire ce fichier est trop long ici, où la machine est lente ou occupée : recommencez plus tard, "
    "ou coupez-le en plusieurs.",
    "too-many-sheets": "le classeur a plus de 100 feuilles : copiez la seule liste dans un nouveau classeur.",
    "reader-busy": "d’autres fichiers sont en cours de lecture : recommencez dans une minute.",
    "broken-workbook": "le classeur ne se lit pas : ouvrez-le dans Excel ou LibreOffice, enregistrez-le à nouveau, "
    "puis recommencez.",
    "no-sheet": "aucune feuille n’a les deux colonnes « Nom » et « Prénom » ({value}) : ajoutez ces titres.",
    "several-sheets": "plusieurs feuilles ont les colonnes « Nom » et « Prénom » ({value}) : choisissez-en une.",
    "unknown-sheet": "le classeur n’a pas cette feuille ({value}) : choisissez-en une autre.",
    "no-names": "aucune ligne de titres n’a les deux colonnes « Nom » et « Prénom » : ajoutez ces titres.",
    "broken-quotes": "les guillemets ne se referment pas : enregistrez à nouveau le fichier au format CSV.",
    "too-many-rows": "le fichier a plus de 20 000 lignes : enregistrez la liste en plusieurs fichiers.",
    "too-many-columns": "la ligne a plus de 500 colonnes : gardez les seules colonnes utiles, puis recommencez.",
    "line-too-long": "la ligne a plus de 130 000 signes : elle a été modifiée ou ses guillemets ne se referment pas. "
    "Enregistrez à nouveau le fichier au format CSV.",
    "nir": "un numéro de sécurité sociale est écrit, colonne « {column} » ; il n’a rien à faire là : effacez cette "
    "case, puis recommencez.",
    "nir-column": "la colonne « {column} » contient des numéros de sécurité sociale, qui n’ont rien à faire là : "
    "supprimez cette colonne, puis recommencez.",
    # the row is left out
    "name-missing": "il manque le {field}{value}." + _LEFT,
    "bad-number": "« {value} » n’est pas un numéro i-Milo : des chiffres, sinon des lettres et des tirets." + _LEFT,
    "control-character": "la case « {field} » contient un caractère invisible : retapez-la." + _LEFT,
    "cell-count": "des cases dépassent la dernière colonne : la ligne a été modifiée ou coupée." + _LEFT,
    "formula-empty": "la case « {field} » est une formule qui n’a jamais été calculée : ouvrez le classeur, "
    "enregistrez-le, puis recommencez." + _LEFT,
    "cell-error": "la case « {field} » est en erreur ({value}) : corrigez sa formule." + _LEFT,
    "number-twice": "le même n° i-Milo est déjà à la ligne {value} : gardez la bonne." + _LEFT,
    "person-erased": "la personne de ce n° i-Milo a été effacée : son dossier ne se rouvre pas." + _LEFT,
    "site-needed": "le site n’est pas dit : remplissez la colonne « Site »." + _LEFT,
    "bad-birth-date": "la date de naissance ne donne pas un âge de 10 à 40 ans : vérifiez l’année." + _LEFT,
    "required": "la case « {field} » est vide." + _LEFT,
    # one value is left out
    "cp1252": "le fichier est enregistré en Windows-1252 : vérifiez les accents des noms.",
    "bad-date": "« {value} » n’est pas une date, colonne « {field} » : écrivez-la comme 12/03/2005." + _EMPTY,
    "bad-phone": "« {value} » n’est pas un téléphone : écrivez-le comme 06 12 34 56 78." + _EMPTY,
    "bad-email": "« {value} » n’est pas une adresse de courriel : écrivez-la comme prenom.nom@exemple.fr." + _EMPTY,
    "bad-commune": "« {value} » n’est pas une commune, ou plusieurs portent ce nom : ajoutez le code postal." + _EMPTY,
    "advisor-unknown": "« {value} » n’est pas dans l’équipe : vérifiez le nom, ou affectez le dossier ensuite.",
    "advisor-ambiguous": "« {value} » peut être plusieurs personnes de l’équipe : écrivez plutôt son courriel.",
    "site-unknown": "« {value} » n’est pas un site de la structure{instead} : corrigez la colonne « Site ».",
    "programme-older-name": "« {value} » est l’ancien nom du CEJ : c’est le CEJ qui est retenu.",
    "unusual-age": "la date de naissance donne {value} ans, et une Mission locale suit les jeunes de 16 à 25 ans : "
    "vérifiez l’année. La date est gardée telle quelle.",
    "number-figures": "le classeur garde comme des nombres des n° i-Milo de nouveaux dossiers : des zéros peuvent "
    "manquer au début. Comparez avec i-Milo ; au besoin, mettez la colonne au format Texte.",
}

FIELDS: dict[str, str] = {
    "imilo_number": "N°\N{NO-BREAK SPACE}i-Milo",
    "last_name": "Nom",
    "first_name": "Prénom",
    "birth_date": "Date de naissance",
    "phone": "Téléphone",
    "email": "Courriel",
    "site": "Site",
    "programme": "Programme",
    "group": "Groupe",
    "collective_end": "Fin de la période collective",
    "advisor": "Conseiller·ère",
    "project": "Projet professionnel",
    "commune": "Commune",
    "programme_end": "Fin du programme",
}
"""Names of the columns of a portfolio file."""
IGNORED = "colonne ignorée"
NAMED = 8
"""Number of lines named in a problem of several lines."""

_DELIMITERS = {"semicolon": "des points-virgules", "comma": "des virgules", "tab": "des tabulations"}
_SPREADSHEETS = {"xlsx": "Excel (xlsx)", "xls": "Excel (xls)", "ods": "LibreOffice (ods)"}
UNKNOWN = "quelque chose ne se lit pas ({code}). Réexportez le fichier ; si cela continue, signalez-le."


def problem(code: str, line: int | None, details: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> str:
    """Returns a problem of an export: "Ligne 12 : le taux 73 doit être…". It may quote a cell: never log it."""
    return _phrase_problem(PIX_ORGA, code, line, dict(details))


def portfolio_problem(one: PortfolioProblem) -> str:
    """Returns a problem of a portfolio file. It may quote a cell: never log it."""
    return _phrase_problem(PORTFOLIO, one.code, one.line, _portfolio_details(one))


def portfolio_problems(one: PortfolioProblem, lines: Sequence[int]) -> str:
    """Returns one problem of several lines: "Lignes 2, 3, 5, 8 et 31 autres : …"."""
    text = _phrase_problem(PORTFOLIO, one.code, None, _portfolio_details(one))
    shown = [number(line) for line in lines[:NAMED]]
    rest = len(lines) - len(shown)
    *first, last = [*shown, f"{number(rest)} autres"] if rest > 1 else [number(line) for line in lines]
    text = lower_first(text).replace(say(_LEFT), say(_LEFT_MANY))
    return say("Lignes {lines} et {last} : {told}", lines=", ".join(first), last=last, told=text)


def _portfolio_details(problem: PortfolioProblem) -> dict[str, str]:
    instead = say(", « {site} » le remplace", site=problem.instead) if problem.instead else ""
    field = problem.field or ""
    details = {"field": FIELDS.get(field, field), "value": problem.value, "column": problem.column, "instead": instead}
    if problem.code != "name-missing":
        return details
    beside = say(" (« {value} »)", value=problem.value) if problem.value else ""
    return {"field": lower_first(details["field"] or FIELDS["last_name"]), "value": beside}


def _phrase_problem(sentences: Mapping[str, str], code: str, line: int | None, details: dict[str, str]) -> str:
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
            return {name: _megabytes(details[name]) for name in ("bytes", "limit") if name in details}
        case "too-many-rows" | "more-problems":
            return {name: number(int(details[name])) for name in ("limit", "count") if name in details}
    return {}


def _fraction(value: str) -> str:
    """Returns " (0,73)" for "73" or "73 %"; "" for anything but a percent."""
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
