"""Words for match proposals, and for the questions of an import."""

from collections.abc import Iterable

from web.french.typography import number, plural, say

REASONS = {
    "same-number": "même n°\N{NO-BREAK SPACE}i-Milo",
    "same-words": "mêmes nom et prénom",
    "same-words-other-order": "mêmes mots, autre ordre",
    "one-word-more": "un mot de plus dans le nom",
    "one-word-less": "un mot de moins dans le nom",
    "words-included": "un nom contenu dans l’autre",
    "one-word-in-common": "un seul mot en commun",
    "close-spelling": "orthographe proche",
    "same-workshop": "avait une place dans l’atelier à cette heure-là",
    "confirmed-before": "déjà confirmé pour ce nom et ce n°",
    "same-birth-date": "même date de naissance",
    "merged": "fusion de deux dossiers",
}
WARNINGS = {
    "same-number-other-name": "même n°, mais un autre nom\N{NO-BREAK SPACE}: à vérifier",
    "number-without-leading-zeros": "un zéro manque au début du n°\N{NO-BREAK SPACE}: à vérifier",
    "other-number": "autre n°\N{NO-BREAK SPACE}i-Milo\N{NO-BREAK SPACE}: à vérifier",
    "other-birth-date": "autre date de naissance\N{NO-BREAK SPACE}: à vérifier",
    "namesake": "homonyme\N{NO-BREAK SPACE}: à vérifier",
}


def reason(code: str) -> str:
    """Returns one reason of a match."""
    return REASONS.get(code, code)


def warning(code: str) -> str:
    """Returns one warning of a match."""
    return WARNINGS.get(code, code)


def reasons(codes: Iterable[str], warnings: Iterable[str] = ()) -> str:
    """Returns all reasons on one line: "même n° i-Milo · mêmes mots, autre ordre"."""
    return " · ".join([*map(reason, codes), *map(warning, warnings)])


# --- an import, before it is recorded

CHANGES = {
    "new": "nouvelle",
    "progressed": "avancée",
    "shared": "partagée",
    "corrected": "résultat modifié",
    "returned": "revenue",
    "unchanged": "inchangée",
    "vanished": "disparue",
    "left": "laissée de côté",
    "erased": "d’une personne effacée",
}
DOUBTS = {"equal-rows": "lignes identiques", "day-only": "jour connu, heure inconnue"}
PEOPLE = {
    "new": "nouveau dossier",
    "unchanged": "inchangé",
    "changed": "modifié",
    "doubtful": "à vérifier",
    "closed": "dossier clos",
    "left": "laissé de côté",
}
"""Outcomes of a portfolio row."""
PEOPLE_DOUBTS = {
    "other-name": "même n° i-Milo, mais un autre nom : rien n’est enregistré, vérifiez le numéro",
    "same-person": "mêmes nom et date de naissance qu’un dossier : rien n’est enregistré, ouvrez ce dossier",
    "namesake": "mêmes nom et prénom qu’un dossier, sans date de naissance pour trancher : rien n’est enregistré",
    "twice-in-file": "deux fois dans le fichier : seule la première ligne est enregistrée",
    "lost-zeros": "le n° i-Milo est connu avec d’autres zéros au début : rien n’est enregistré, vérifiez le numéro",
}
"""Reasons why a portfolio row is not recorded."""
PEOPLE_WAYS = {
    "correct": "C’est la même personne : corriger son dossier",
    "open": "C’est quelqu’un d’autre : ouvrir un dossier",
}
"""Ways to settle a doubtful portfolio row."""
QUESTIONS = {
    "external-id-column": "Dans quelle colonne est l’identifiant externe ?",
    "exported-at": "Quand ce fichier a-t-il été exporté ?",
    "organisation": "Cet export est d’une autre organisation de Pix Orga : est-elle aussi la vôtre ?",
    "vanished": "{count} sur {among} {are} plus dans ce fichier : est-ce normal ?",
    "doubtful-rows": "{count} se ressemblent trop pour être distinguées : qu’en faire ?",
}
ASKED = {
    "external-id-column": "la colonne de l’identifiant externe",
    "exported-at": "la date de son export",
    "organisation": "si son organisation est la vôtre",
    "vanished": "ce qu’il en est des participations disparues",
    "doubtful-rows": "que faire des lignes qui se ressemblent",
}
EXPLANATIONS = {
    "external-id-column": "Le fichier a plusieurs colonnes libres. L’identifiant externe est ce que la personne a tapé "
    "avant le test, souvent son n° i-Milo. La réponse vaut pour tous les exports de cette campagne.",
    "exported-at": "Le nom du fichier ne le dit pas, ou donne une heure à venir. Un export plus ancien ne défait "
    "jamais un plus récent : c’est cette date qui les départage.",
    "organisation": "La structure ne connaît pas ce nom. Si le fichier vient d’ailleurs, annulez l’import : ses "
    "participants ne sont pas suivis ici. La réponse vaut pour tous les exports suivants.",
    "vanished": "Elles ont pu être supprimées dans Pix Orga, ou le fichier est incomplet. Si vous confirmez, les "
    "résultats déjà reçus sont gardés, et ce qui restait à faire pour ces participations s’arrête.",
    "doubtful-rows": "Même nom, même identifiant, même début : rien ne dit quelle ligne suit quelle participation. "
    "Dans le doute, laissez-les de côté : un prochain export pourra les distinguer.",
}
CHOICES = {
    "external-id-column": {"": "Aucune de ces colonnes"},
    "vanished": {"": "Non, ne rien enregistrer", "accept": "Oui, elles ont disparu"},
    "doubtful-rows": {"leave": "Les laisser de côté pour cette fois", "record": "Les enregistrer au mieux"},
}


def question(code: str, count: int = 0, among: int = 0) -> str:
    """Returns the question of an import."""
    what = "ligne" if code == "doubtful-rows" else "participation"
    are = "n’est" if count < 2 else "ne sont"
    return say(QUESTIONS[code], count=plural(count, what), among=number(among), are=are)


def phrase_unanswered(code: str) -> str:
    """Returns the error of a question without an answer."""
    return say(ASKED[code])


def people_doubt(code: str) -> str:
    """Returns why a portfolio row may be a known person."""
    return say(PEOPLE_DOUBTS[code])


def explanation(code: str) -> str:
    """Returns what the question is about, and what each answer does."""
    return say(EXPLANATIONS[code])


def choice(code: str, value: str) -> str:
    """Returns a possible answer; a header unchanged."""
    if code == "organisation":
        return say("Oui, « {name} » est une organisation de la structure", name=value)
    return CHOICES.get(code, {}).get(value, value)


_STAYS = {
    "erased": "effacée, elle ne reviendra par aucun export",
    "matched": "rapprochée à la main",
    "later": "un autre export ou un autre usage en a dit plus depuis",
    "followed": "une restitution, une tâche ou une autre suite du dossier en découle",
}


def stays(code: str) -> str:
    """Returns why a participation stays when its import is taken back."""
    return say(_STAYS[code])
