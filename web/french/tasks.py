"""Words for tasks: verb, button, pile, reason."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from pixflow.documents.grille import percent
from pixflow.tasks import Task
from web.french import dates
from web.french.typography import lower_first, plural, say
from web.french.typography import percent as percent_words

VERBS: dict[str, str] = {
    "present-pix": "Présenter Pix",
    "plan-diagnostic": "Prévoir le diagnostic",
    "chase-diagnostic": "Relancer le test",
    "chase-sharing": "Relancer le partage",
    "declare-campaign": "Déclarer la campagne",
    "match-participation": "Rapprocher un résultat",
    "dispatch-result": "Transmettre le résultat",
    "assign-advisor": "Affecter le dossier",
    "hold-debrief": "Tenir la restitution",
    "build-prescription": "Construire la prescription",
    "refer": "Orienter",
    "record-outcome": "Noter l’issue",
    "close-or-plan": "Clore ou relancer le parcours",
    "review-late-event": "Relire un fait tardif",
    "book-workshop": "Inscrire à un atelier",
    "rebook-absent": "Réinscrire à un atelier",
    "mark-attendance": "Noter la présence",
    "explore-difficulty": "Explorer la difficulté",
    "follow-self-study": "Suivre les tutoriels",
    "chase-partner": "Relancer le partenaire",
    "offer-alternative": "Proposer une autre orientation",
    "complete-path": "Faire passer le diagnostic complet",
    "propose-certification": "Proposer la certification",
    "plan-retake": "Prévoir un nouveau passage",
    "confirm-erasure": "Confirmer l’effacement",
    "answer-question": "Répondre à la question",
    "revise-resource": "Relire la ressource",
    "take-pix": "Passer Pix",
    "brief-newcomer": "Présenter Pix à l’équipe",
    "designate-referent": "Désigner la référente ou le référent Pix",
    "confirm-team": "Dire qui est encore dans l’équipe",
    "review-partner": "Relire la fiche du partenaire",
    "verify-partner": "Vérifier la fiche du partenaire",
    "update-contact": "Mettre à jour une personne à joindre",
}
ALONE: dict[str, str] = {"check": "Noter l’issue", "cv": "Noter sur le CV"}
"""The verb of an action that needs no partner, by its kind, in place of "Orienter"."""
BUTTONS: dict[str, str] = {
    "present-pix": "Présenter",
    "plan-diagnostic": "Prévoir",
    "chase-diagnostic": "Relancer",
    "chase-sharing": "Relancer",
    "declare-campaign": "Déclarer",
    "match-participation": "Rapprocher",
    "dispatch-result": "Transmettre",
    "assign-advisor": "Affecter",
    "hold-debrief": "Restituer",
    "build-prescription": "Construire",
    "refer": "Orienter",
    "record-outcome": "Noter",
    "close-or-plan": "Décider",
    "review-late-event": "Relire",
    "book-workshop": "Inscrire",
    "rebook-absent": "Réinscrire",
    "mark-attendance": "Noter",
    "explore-difficulty": "Explorer",
    "follow-self-study": "Suivre",
    "chase-partner": "Relancer",
    "offer-alternative": "Réorienter",
    "complete-path": "Noter",
    "propose-certification": "Proposer",
    "plan-retake": "Prévoir",
    "confirm-erasure": "Répondre",
    "answer-question": "Répondre",
    "revise-resource": "Relire",
    "take-pix": "Noter",
    "brief-newcomer": "Noter",
    "designate-referent": "Désigner",
    "confirm-team": "Relire",
    "review-partner": "Relire",
    "verify-partner": "Vérifier",
    "update-contact": "Corriger",
}
PRESSES: dict[str, str] = {
    "review-partner suggested": "Inscrire",
    "review-partner contested": "C’est relu",
    "review-partner gone": "Toujours ouvert",
    "verify-partner new": "Vérifié par téléphone",
    "verify-partner stale": "Vérifié par téléphone",
}
"""The button that closes a task from its row, by kind and reason."""
FILTERS: dict[str, str] = {
    "present-pix": "Présentations",
    "plan-diagnostic": "Diagnostics à prévoir",
    "chase-diagnostic": "Relances du test",
    "chase-sharing": "Relances du partage",
    "declare-campaign": "Campagnes",
    "match-participation": "Rapprochements",
    "dispatch-result": "Transmissions",
    "assign-advisor": "Affectations",
    "hold-debrief": "Restitutions",
    "build-prescription": "Prescriptions",
    "refer": "Orientations",
    "record-outcome": "Issues",
    "close-or-plan": "Parcours sans suite",
    "review-late-event": "Faits tardifs",
    "book-workshop": "Inscriptions en atelier",
    "rebook-absent": "Réinscriptions",
    "mark-attendance": "Présences",
    "explore-difficulty": "Difficultés",
    "follow-self-study": "Tutoriels",
    "chase-partner": "Relances des partenaires",
    "offer-alternative": "Autres orientations",
    "complete-path": "Diagnostics complets",
    "propose-certification": "Certifications",
    "plan-retake": "Nouveaux passages",
    "confirm-erasure": "Effacements",
    "answer-question": "Questions",
    "revise-resource": "Ressources",
    "take-pix": "Pix de l’équipe",
    "brief-newcomer": "Informations de l’équipe",
    "designate-referent": "Désignations",
    "confirm-team": "Toujours là ?",
    "review-partner": "Partenaires à relire",
    "verify-partner": "Partenaires à vérifier",
    "update-contact": "Personnes à joindre",
}
SUBJECTS: dict[str, str] = {
    "present-pix": "pour présenter Pix",
    "plan-diagnostic": "pour prévoir le diagnostic",
    "chase-diagnostic": "pour le test",
    "chase-sharing": "pour le partage",
    "declare-campaign": "pour la campagne",
    "match-participation": "pour le rapprochement",
    "dispatch-result": "pour la transmission",
    "assign-advisor": "pour l’affectation",
    "hold-debrief": "pour la restitution",
    "build-prescription": "pour la prescription",
    "refer": "pour l’orientation",
    "record-outcome": "pour l’issue",
    "close-or-plan": "pour la suite du parcours",
    "review-late-event": "pour la relecture",
    "book-workshop": "pour l’inscription en atelier",
    "rebook-absent": "pour la réinscription",
    "mark-attendance": "pour la présence",
    "explore-difficulty": "pour l’entretien",
    "follow-self-study": "pour les tutoriels",
    "chase-partner": "pour le partenaire",
    "offer-alternative": "pour une autre orientation",
    "complete-path": "pour le diagnostic complet",
    "propose-certification": "pour la certification",
    "plan-retake": "pour le nouveau passage",
    "confirm-erasure": "pour l’effacement",
    "answer-question": "pour la réponse",
    "revise-resource": "pour la relecture",
    "take-pix": "pour Pix",
    "brief-newcomer": "pour l’information",
    "designate-referent": "pour la désignation",
    "confirm-team": "pour la relecture de l’équipe",
    "review-partner": "pour la relecture du partenaire",
    "verify-partner": "pour la vérification du partenaire",
    "update-contact": "pour la mise à jour",
}
"""Subject of a chase, by kind of task."""

_PILES = {
    "present-pix": ("présentation de Pix à faire", "présentations de Pix à faire"),
    "plan-diagnostic": ("diagnostic à prévoir", "diagnostics à prévoir"),
    "chase-diagnostic": ("test à relancer", "tests à relancer"),
    "chase-sharing": ("partage à relancer", "partages à relancer"),
    "declare-campaign": ("campagne à déclarer", "campagnes à déclarer"),
    "match-participation": ("résultat à rapprocher", "résultats à rapprocher"),
    "dispatch-result": ("résultat à transmettre", "résultats à transmettre"),
    "assign-advisor": ("dossier à affecter", "dossiers à affecter"),
    "hold-debrief": ("restitution à tenir", "restitutions à tenir"),
    "build-prescription": ("prescription à construire", "prescriptions à construire"),
    "refer": ("action à orienter", "actions à orienter"),
    "record-outcome": ("issue à noter", "issues à noter"),
    "close-or-plan": ("parcours à clore ou à relancer", "parcours à clore ou à relancer"),
    "review-late-event": ("fait tardif à relire", "faits tardifs à relire"),
    "book-workshop": ("inscription en atelier à faire", "inscriptions en atelier à faire"),
    "rebook-absent": ("réinscription à faire", "réinscriptions à faire"),
    "mark-attendance": ("présence à noter", "présences à noter"),
    "explore-difficulty": ("difficulté à explorer", "difficultés à explorer"),
    "follow-self-study": ("suivi de tutoriels à faire", "suivis de tutoriels à faire"),
    "chase-partner": ("partenaire à relancer", "partenaires à relancer"),
    "offer-alternative": ("autre orientation à proposer", "autres orientations à proposer"),
    "complete-path": ("diagnostic complet à passer", "diagnostics complets à passer"),
    "propose-certification": ("certification à proposer", "certifications à proposer"),
    "plan-retake": ("nouveau passage à prévoir", "nouveaux passages à prévoir"),
    "confirm-erasure": ("effacement à confirmer", "effacements à confirmer"),
    "answer-question": ("question sans réponse", "questions sans réponse"),
    "revise-resource": ("ressource à relire", "ressources à relire"),
    "take-pix": ("collègue à faire passer Pix", "collègues à faire passer Pix"),
    "brief-newcomer": ("collègue à informer", "collègues à informer"),
    "designate-referent": ("site sans référent·e Pix", "sites sans référent·e Pix"),
    "confirm-team": ("équipe à relire", "équipes à relire"),
    "review-partner": ("fiche de partenaire à relire", "fiches de partenaires à relire"),
    "verify-partner": ("partenaire à vérifier", "partenaires à vérifier"),
    "update-contact": ("personne à joindre à mettre à jour", "personnes à joindre à mettre à jour"),
}
PILES: dict[str, Callable[[int], str]] = {kind: partial(plural, one=o, many=m) for kind, (o, m) in _PILES.items()}
"""Text of a pile from its count, like "9 résultats à transmettre"."""

_WHY = {
    "present-pix": "dossier ouvert le {on}",
    "plan-diagnostic presented": "Pix présenté le {on}",
    "plan-diagnostic cej": "obligatoire en CEJ, depuis le {on}",
    "chase-diagnostic": "test prévu le {planned}, rien reçu",
    "chase-sharing": "test terminé le {on}, non partagé",
    "declare-campaign": "vue dans un export le {on}",
    "match-participation": "à rapprocher depuis le {on}",
    "dispatch-result": "résultat reçu le {on}",
    "assign-advisor": "dossier ouvert le {on}, suivi par personne",
    "assign-advisor left": "départ de {name} le {on}",
    "hold-debrief dispatched": "résultat transmis le {on}",
    "hold-debrief received": "résultat reçu le {on}",
    "build-prescription": "restitution tenue le {on}",
    "refer": "{label}, prescription du {on}",
    "record-outcome": "{label} se termine le {ends}",
    "record-outcome came": "{label}, {partner} dit : venu·e le {planned}",
    "record-outcome done": "{label}, {partner} dit : terminé le {planned}",
    "record-outcome stopped": "{label}, {partner} dit : arrêté le {planned}",
    "close-or-plan quiet": "rien depuis le {on}",
    "close-or-plan tries": "relances épuisées le {on}",
    "review-late-event": "arrivé le {on}, dossier clos",
    "book-workshop planned": "prévu en atelier depuis le {on}, sans place",
    "book-workshop released": "place rendue le {on}",
    "rebook-absent missed": "absent·e à l’atelier du {planned}",
    "rebook-absent excused": "excusé·e pour l’atelier du {planned}",
    "rebook-absent cancelled": "atelier du {planned} annulé",
    "mark-attendance": "atelier du {on}",
    "explore-difficulty": "en difficulté à l’atelier du {on}",
    "follow-self-study": "{label}, dernier point le {on}",
    "chase-partner": "{label}, {partner} sans réponse depuis le {on}",
    "offer-alternative refused": "{label}, refus de {partner} le {on}",
    "offer-alternative lapsed": "{label}, {partner} sans réponse depuis le {on}",
    "complete-path ease": "à l’aise à l’atelier du {on}",
    "complete-path kept": "prescription du {on}",
    "propose-certification": "diagnostic complet passé, certifiable depuis le {on}",
    "plan-retake": "{label}, terminée le {on}",
    "confirm-erasure request": "demandé le {on} par la personne",
    "confirm-erasure retention": "demandé le {on}, délai de conservation passé",
    "confirm-erasure mistake": "demandé le {on}, dossier ouvert par erreur",
    "answer-question": "posée le {on}",
    "revise-resource proposed": "proposée le {on}",
    "revise-resource doubted": "jugée pas utile par deux collègues, le {on}",
    "revise-resource unread": "relue la dernière fois le {on}",
    "take-pix": "dans l’équipe depuis le {on}, Pix pas encore passé",
    "brief-newcomer": "dans l’équipe depuis le {on}",
    "designate-referent": "personne depuis le {on}",
    "confirm-team": "relue la dernière fois le {on}",
    "review-partner suggested": "proposé par l’équipe le {on}",
    "review-partner contested": "une source contredit l’équipe depuis le {on}",
    "review-partner gone": "une source ne l’a plus depuis le {on}, il sert",
    "verify-partner new": "inscrit le {on}, jamais encore sollicité",
    "verify-partner stale": "fiche du {on}, il sert",
    "update-contact left": "a quitté le lieu, noté le {on}",
    "update-contact phone": "téléphone qui ne répond plus, noté le {on}",
    "update-contact email": "courriel qui revient depuis le {on}",
}
_REASONS = {
    "present-pix": "Dossier ouvert le {on}, Pix pas encore présenté",
    "plan-diagnostic presented": "Pix présenté le {on}, diagnostic pas encore prévu",
    "plan-diagnostic cej": "Diagnostic obligatoire en CEJ, pas encore prévu depuis le {on}",
    "chase-diagnostic": "Test prévu le {planned}, aucune participation vue depuis, relance due à partir du {opens}",
    "chase-sharing": "Test vu terminé, mais non partagé, dans l’export du {on}, relance due à partir du {opens}",
    "declare-campaign": "Campagne {campaign} vue pour la première fois dans l’export du {on}",
    "match-participation": "Participation à rapprocher d’un dossier depuis le {on}",
    "dispatch-result": "Reçu le {on}",
    "assign-advisor": "Dossier ouvert le {on}, sans conseillère ni conseiller",
    "assign-advisor left": "Départ de {name} le {on} : quelqu’un d’autre doit suivre le dossier",
    "hold-debrief dispatched": "Transmis le {on}",
    "hold-debrief received": "Reçu le {on}, sans passer par la référente ou le référent Pix",
    "build-prescription": "Restitution tenue le {on}",
    "refer": "{label} : prescription du {on}, aucune orientation en cours",
    "record-outcome": "{label} : fin prévue le {ends}, issue pas encore notée",
    "record-outcome came": "{label} : selon {partner}, la personne est venue le {planned}, à confirmer",
    "record-outcome done": "{label} : selon {partner}, la personne a terminé le {planned}, à confirmer",
    "record-outcome stopped": "{label} : selon {partner}, la personne a arrêté le {planned}, à confirmer",
    "close-or-plan quiet": "Plus rien depuis le {on}, et rien à venir à partir du {opens}",
    "close-or-plan tries": "Toutes les relances prévues sont faites, la dernière le {on}",
    "review-late-event": "Arrivé le {on}, alors que le dossier était clos",
    "book-workshop planned": "Diagnostic prévu en atelier depuis le {on}, aucune place réservée",
    "book-workshop released": "Place en atelier rendue le {on}",
    "rebook-absent missed": "Absent·e à l’atelier du {planned}",
    "rebook-absent excused": "Excusé·e pour l’atelier du {planned}",
    "rebook-absent cancelled": "L’atelier du {planned} a été annulé",
    "mark-attendance": "L’atelier s’est tenu le {on}",
    "explore-difficulty": "Difficulté signalée à l’atelier du {on}, cause pas encore cherchée",
    "follow-self-study": "{label} : dernier point le {on}",
    "chase-partner": "{label} : orientation vers {partner} le {on}, sans réponse",
    "offer-alternative refused": "{label} : refus de {partner} le {on}, autre orientation à trouver",
    "offer-alternative lapsed": "{label} : {partner} n’a pas répondu depuis le {on}, autre orientation à trouver",
    "complete-path ease": "À l’aise à l’atelier du {on} : le diagnostic complet suit",
    "complete-path kept": "Diagnostic complet retenu dans la prescription du {on}",
    "propose-certification": "Diagnostic complet passé, certifiable depuis le {on}",
    "plan-retake": "{label} : action terminée le {on}, le progrès se mesure par un nouveau passage",
    "confirm-erasure request": "Effacement demandé le {on} : la personne le demande",
    "confirm-erasure retention": "Effacement demandé le {on} : le délai de conservation est passé",
    "confirm-erasure mistake": "Effacement demandé le {on} : ce dossier a été ouvert par erreur",
    "answer-question": "Question posée le {on}, sans réponse",
    "revise-resource proposed": "Texte proposé le {on} par l’équipe",
    "revise-resource doubted": "Jugée pas utile par deux collègues, le {on}",
    "revise-resource unread": "Relue la dernière fois le {on}",
    "take-pix": "Dans l’équipe depuis le {on}, Pix pas encore passé",
    "brief-newcomer": "Dans l’équipe depuis le {on}, information pas encore notée",
    "confirm-team": "Équipe relue la dernière fois le {on} : qui est encore là ?",
    "designate-referent": "Personne n’est référent·e Pix pour {site} depuis le {on}",
    "review-partner suggested": "Proposé par une ou un collègue le {on}, pas encore dans la liste",
    "review-partner contested": "Corrigé par l’équipe, et une source dit autre chose depuis le {on}",
    "review-partner gone": "Une source n’a plus ce lieu depuis le {on}, des jeunes y ont été orientés dans l’année",
    "verify-partner new": "Inscrit le {on}, à vérifier avant la première orientation",
    "verify-partner stale": "Fiche confirmée la dernière fois le {on}, des jeunes y ont été orientés dans l’année",
    "update-contact left": "A quitté le lieu, noté le {on} : à effacer",
    "update-contact phone": "Son téléphone ne répond plus, noté le {on}",
    "update-contact email": "Son courriel revient, noté le {on}",
}
_REASONS_ALONE = {"refer": "{label} : prescription du {on}, pas encore noté comme fait"}
"""The reason of an action that needs no partner: no referral is expected."""
VARIANTS: frozenset[str] = frozenset(_WHY)
"""Every kind of task; one for each reason where there are several ("complete-path ease")."""


def verb(kind: str) -> str:
    """Returns a text like "tenir la restitution", inside a sentence."""
    return lower_first(VERBS.get(kind, kind))


def title(kind: str, details: Mapping[str, str]) -> str:
    """Returns the verb of a task; an action that needs no partner has its own."""
    return ALONE.get(details.get("alone", ""), VERBS[kind])


def button(kind: str, details: Mapping[str, str]) -> str:
    return "Noter" if "alone" in details else BUTTONS[kind]


def why(
    kind: str,
    details: Mapping[str, str],
    on: date,
    *,
    chases: int = 0,
    appointment: datetime | None = None,
    place: str = "",
    today: date | None = None,
) -> str:
    """Returns the reason in one line: "résultat transmis le 5 mars · 40 %". The year is left out if it is `today`'s."""
    if appointment:
        return f"rendez-vous fixé, {place}" if place else "rendez-vous fixé"
    year = (today or on).year
    parts = [_told(_WHY, kind, details, year, on=on)]
    if "mastery" in details:
        parts.append(score(details["mastery"]))
    if kind == "mark-attendance" and details.get("campaign"):
        parts.append(details["campaign"])
    if "trouble" in details:
        parts.append("difficulté à explorer")
    if kind == "complete-path" and "ends" in details:
        parts.append(f"période collective jusqu’au {_day(date.fromisoformat(details['ends']), year)}")
    if chases:
        parts.append(plural(chases, "relance"))
    return " · ".join(parts)


def reason_long(task: Task, days: int, *, today: date | None = None) -> str:
    """Returns the rule: "Transmis le 5 mars ; le protocole demande 5 jours ouvrés." `days` is the delay."""
    year = (today or task.why.on).year
    table = _REASONS_ALONE if "alone" in task.why.details else _REASONS
    fact = _told(table, task.kind, task.why.details, year, on=task.why.on, opens=task.opens)
    if task.appointment:
        day = _day(task.due, year)
        rule = say("rendez-vous fixé le {day}{place}", day=day, place=f", {task.place}" if task.place else "")
    elif task.kind == "confirm-erasure":
        asked = task.why.details.get("by") == "request"
        rule = say("le RGPD donne un mois pour répondre" if asked else "un mois est donné pour répondre")
    elif task.kind == "complete-path" and "ends" in task.why.details:
        rule = say("la période collective se termine le {day}", day=_day(task.due, year))
    elif days:
        rule = say("le protocole demande {days}", days=plural(days, "jour ouvré", "jours ouvrés"))
    else:
        rule = "le protocole le demande le jour même"
    told = say("{fact} ; {rule}.", fact=fact, rule=rule)
    if "trouble" in task.why.details:
        told += say(" Une difficulté a été signalée en atelier : l’entretien en cherche la cause.")
    return f"{told} Déjà {plural(task.chases, 'relance')}." if task.chases else told


def score(mastery: str) -> str:
    """Returns a text like "40 %", of a fraction as text."""
    return percent_words(percent(Decimal(mastery)))


def _told(table: Mapping[str, str], kind: str, details: Mapping[str, str], year: int, **days: date) -> str:
    by = details.get("by", "")
    dated = {name: _day(date.fromisoformat(details[name]), year) for name in ("planned", "ends") if name in details}
    own = {name: _day(day, year) for name, day in days.items()}
    return say(table[f"{kind} {by}".strip()], **{**details, **dated, **own})


def _day(day: date, year: int) -> str:
    return dates.day(day, year=day.year != year)
