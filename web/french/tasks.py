"""Words for tasks, one record a kind: verb, button, pile, reasons; and a task as a line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pixflow.documents.grille import percent
from pixflow.tasks import Task
from pixflow.working_days import Calendar
from web.french import dates, vocabulary
from web.french.phrases import join_with_and
from web.french.typography import lower_first, plural, say, upper_first
from web.french.typography import percent as percent_words


@dataclass(frozen=True, slots=True)
class TaskWords:
    """The words of a kind of task: its verb, its button, its filter, the subject of a chase, a pile of one and of many.

    `reasons` has a short and a long text for each reason why it is open, by its code; "" is the only one. `opens` and
    `closed_by` stand on the page of the protocol. On the page of the dossier, the button opens `form`; `other` is
    another form that closes the task, and the label of its button.
    """

    verb: str
    button: str
    filter: str
    subject: str
    pile: tuple[str, str]
    reasons: Mapping[str, tuple[str, str]]
    opens: str
    closed_by: str
    form: str = ""
    other: tuple[str, str] = ("", "")


WORDS: dict[str, TaskWords] = {
    "present-pix": TaskWords(
        "Présenter Pix", "Présenter", "Présentations", "pour présenter Pix",
        ("présentation de Pix à faire", "présentations de Pix à faire"),
        {"": ("dossier ouvert le {on}", "Dossier ouvert le {on}, Pix pas encore présenté")},
        opens="à l’ouverture du dossier", closed_by="Pix présenté, ou diagnostic décliné", form="present",
    ),
    "plan-diagnostic": TaskWords(
        "Prévoir le diagnostic", "Prévoir", "Diagnostics à prévoir", "pour prévoir le diagnostic",
        ("diagnostic à prévoir", "diagnostics à prévoir"),
        {
            "presented": ("Pix présenté le {on}", "Pix présenté le {on}, diagnostic pas encore prévu"),
            "cej": ("obligatoire en CEJ, depuis le {on}",
                    "Diagnostic obligatoire en CEJ, pas encore prévu depuis le {on}"),
        },
        opens="une fois Pix présenté, ou à l’entrée en CEJ", closed_by="diagnostic prévu, ou décliné",
        form="plan", other=("decline", "Décliné"),
    ),
    "book-workshop": TaskWords(
        "Inscrire à un atelier", "Inscrire", "Inscriptions en atelier", "pour l’inscription en atelier",
        ("inscription en atelier à faire", "inscriptions en atelier à faire"),
        {
            "planned": ("prévu en atelier depuis le {on}, sans place",
                        "Diagnostic prévu en atelier depuis le {on}, aucune place réservée"),
            "released": ("place rendue le {on}", "Place en atelier rendue le {on}"),
        },
        opens="un atelier prévu, sans place", closed_by="place réservée",
        form="book", other=("plan", "Prévoir autrement"),
    ),
    "mark-attendance": TaskWords(
        "Noter la présence", "Noter", "Présences", "pour la présence", ("présence à noter", "présences à noter"),
        {"": ("atelier du {on}", "L’atelier s’est tenu le {on}")},
        opens="le jour de l’atelier", closed_by="présences notées",
    ),
    "rebook-absent": TaskWords(
        "Réinscrire à un atelier", "Réinscrire", "Réinscriptions", "pour la réinscription",
        ("réinscription à faire", "réinscriptions à faire"),
        {
            "missed": ("absent·e à l’atelier du {planned}", "Absent·e à l’atelier du {planned}"),
            "excused": ("excusé·e pour l’atelier du {planned}", "Excusé·e pour l’atelier du {planned}"),
            "cancelled": ("atelier du {planned} annulé", "L’atelier du {planned} a été annulé"),
        },
        opens="à l’absence, ou l’atelier annulé", closed_by="place réservée, ou diagnostic reporté",
        form="book", other=("plan", "Prévoir autrement"),
    ),
    "chase-diagnostic": TaskWords(
        "Relancer le test", "Relancer", "Relances du test", "pour le test", ("test à relancer", "tests à relancer"),
        {
            "": ("test prévu le {planned}, rien reçu",
                 "Test prévu le {planned}, aucune participation vue depuis, relance due à partir du {opens}"),
        },
        opens="{opens} après la date prévue, sans test commencé", closed_by="test commencé, ou reporté", form="chase",
    ),
    "chase-sharing": TaskWords(
        "Relancer le partage", "Relancer", "Relances du partage", "pour le partage",
        ("partage à relancer", "partages à relancer"),
        {
            "": ("test terminé le {on}, non partagé",
                 "Test vu terminé, mais non partagé, dans l’export du {on}, relance due à partir du {opens}"),
        },
        opens="{opens} après un test vu terminé et non partagé", closed_by="résultat reçu", form="chase",
    ),
    "declare-campaign": TaskWords(
        "Déclarer la campagne", "Déclarer", "Campagnes", "pour la campagne",
        ("campagne à déclarer", "campagnes à déclarer"),
        {"": ("vue dans un export le {on}", "Campagne {campaign} vue pour la première fois dans l’export du {on}")},
        opens="au premier export d’une campagne inconnue", closed_by="campagne déclarée",
    ),
    "match-participation": TaskWords(
        "Rapprocher un résultat", "Rapprocher", "Rapprochements", "pour le rapprochement",
        ("résultat à rapprocher", "résultats à rapprocher"),
        {"": ("à rapprocher depuis le {on}", "Participation à rapprocher d’un dossier depuis le {on}")},
        opens="à l’import, sans dossier certain", closed_by="participation rapprochée, ou mise de côté",
    ),
    "dispatch-result": TaskWords(
        "Transmettre le résultat", "Transmettre", "Transmissions", "pour la transmission",
        ("résultat à transmettre", "résultats à transmettre"),
        {"": ("résultat reçu le {on}", "Reçu le {on}")},
        opens="à l’arrivée du résultat", closed_by="résultat transmis",
    ),
    "hold-debrief": TaskWords(
        "Tenir la restitution", "Restituer", "Restitutions", "pour la restitution",
        ("restitution à tenir", "restitutions à tenir"),
        {
            "dispatched": ("résultat transmis le {on}", "Transmis le {on}"),
            "received": ("résultat reçu le {on}", "Reçu le {on}, sans passer par la ou le référent·e Pix"),
        },
        opens="dès que le résultat lui parvient", closed_by="restitution tenue", form="debrief",
    ),
    "explore-difficulty": TaskWords(
        "Explorer la difficulté", "Explorer", "Difficultés", "pour l’entretien",
        ("difficulté à explorer", "difficultés à explorer"),
        {
            "": ("en difficulté à l’atelier du {on}",
                 "Difficulté signalée à l’atelier du {on}, cause pas encore cherchée"),
        },
        opens="quand une difficulté est signalée en atelier", closed_by="cause notée", form="explore",
    ),
    "follow-self-study": TaskWords(
        "Suivre les tutoriels", "Suivre", "Tutoriels", "pour les tutoriels",
        ("suivi de tutoriels à faire", "suivis de tutoriels à faire"),
        {"": ("{label}, dernier point le {on}", "{label} : dernier point le {on}")},
        opens="{opens} après les tutoriels donnés", closed_by="suite notée", form="progress",
    ),
    "build-prescription": TaskWords(
        "Construire la prescription", "Construire", "Prescriptions", "pour la prescription",
        ("prescription à construire", "prescriptions à construire"),
        {"": ("restitution tenue le {on}", "Restitution tenue le {on}")},
        opens="la restitution tenue", closed_by="prescription construite", form="prescription",
    ),
    "review-reading": TaskWords(
        "Dire la nouvelle lecture", "Répondre", "Nouvelles lectures", "pour la nouvelle lecture",
        ("nouvelle lecture à dire", "nouvelles lectures à dire"),
        {
            "name": ("grille n° {number} : « {after} » au lieu de « {before} »",
                     "Depuis le {on}, la grille n° {number} lit « {after} » ; la grille n° {then} disait « {before} »"),
            "objective": ("grille n° {number} : un autre objectif pour « {after} »",
                          "Depuis le {on}, la grille n° {number} donne un autre objectif à « {after} »"),
            "actions": ("grille n° {number} : d’autres actions pour « {after} »",
                        "Depuis le {on}, la grille n° {number} donne d’autres actions à « {after} »"),
        },
        opens="le jour où une grille lit autrement un résultat déjà restitué",
        closed_by="nouvelle lecture dite, ou lecture de l’époque gardée", form="reading",
    ),
    "refer": TaskWords(
        "Orienter", "Orienter", "Orientations", "pour l’orientation", ("action à orienter", "actions à orienter"),
        {"": ("{label}, prescription du {on}", "{label} : prescription du {on}, aucune orientation en cours")},
        opens="la prescription construite, pour chaque action", closed_by="orientation envoyée, ou action écartée",
        form="refer",
    ),
    "chase-partner": TaskWords(
        "Relancer le partenaire", "Relancer", "Relances des partenaires", "pour le partenaire",
        ("partenaire à relancer", "partenaires à relancer"),
        {
            "": ("{label}, {partner} sans réponse depuis le {on}",
                 "{label} : orientation vers {partner} le {on}, sans réponse"),
        },
        opens="{opens} après une orientation sans réponse", closed_by="réponse notée, ou {lapses} passés",
        form="remind", other=("answer", "Réponse"),
    ),
    "offer-alternative": TaskWords(
        "Proposer une autre orientation", "Réorienter", "Autres orientations", "pour une autre orientation",
        ("autre orientation à proposer", "autres orientations à proposer"),
        {
            "refused": ("{label}, refus de {partner} le {on}",
                        "{label} : refus de {partner} le {on}, autre orientation à trouver"),
            "lapsed": ("{label}, {partner} sans réponse depuis le {on}",
                       "{label} : {partner} n’a pas répondu depuis le {on}, autre orientation à trouver"),
        },
        opens="au refus du partenaire, ou après {lapses} sans réponse",
        closed_by="autre orientation, ou action écartée", form="refer", other=("drop", "Écarter"),
    ),
    "record-outcome": TaskWords(
        "Noter l’issue", "Noter", "Issues", "pour l’issue", ("issue à noter", "issues à noter"),
        {
            "": ("{label} se termine le {ends}", "{label} : fin prévue le {ends}, issue pas encore notée"),
            "came": ("{label}, {partner} dit : venu·e le {planned}",
                     "{label} : selon {partner}, la personne est venue le {planned}, à confirmer"),
            "done": ("{label}, {partner} dit : terminé le {planned}",
                     "{label} : selon {partner}, la personne a terminé le {planned}, à confirmer"),
            "stopped": ("{label}, {partner} dit : arrêté le {planned}",
                        "{label} : selon {partner}, la personne a arrêté le {planned}, à confirmer"),
        },
        opens="à la fin prévue de l’action", closed_by="issue notée", form="end",
    ),
    "complete-path": TaskWords(
        "Faire passer le diagnostic complet", "Noter", "Diagnostics complets", "pour le diagnostic complet",
        ("diagnostic complet à passer", "diagnostics complets à passer"),
        {
            "ease": ("à l’aise à l’atelier du {on}", "À l’aise à l’atelier du {on} : le diagnostic complet suit"),
            "kept": ("prescription du {on}", "Diagnostic complet retenu dans la prescription du {on}"),
        },
        opens="à l’aise en atelier, ou diagnostic complet retenu ; en CEJ, avant la fin de la période collective",
        closed_by="diagnostic complet passé, ou décliné", form="complete", other=("not-complete", "Décliné"),
    ),
    "propose-certification": TaskWords(
        "Proposer la certification", "Proposer", "Certifications", "pour la certification",
        ("certification à proposer", "certifications à proposer"),
        {
            "": ("diagnostic complet passé, certifiable depuis le {on}",
                 "Diagnostic complet passé, certifiable depuis le {on}"),
        },
        opens="le diagnostic complet passé, certifiable", closed_by="proposée, ou déclinée",
        form="certify", other=("not-certify", "Déclinée"),
    ),
    "record-certification": TaskWords(
        "Noter l’issue de la certification", "Noter", "Issues de certification", "pour l’issue de la certification",
        ("issue de certification à noter", "issues de certification à noter"),
        {
            "registered": ("session du {planned}", "Inscription à la session du {planned}, issue pas encore notée"),
            "taken": ("passée le {on}", "Certification passée le {on}, issue pas encore notée"),
        },
        opens="le jour de la session", closed_by="obtenue, ou non", form="obtain",
    ),
    "plan-retake": TaskWords(
        "Prévoir un nouveau passage", "Prévoir", "Nouveaux passages", "pour le nouveau passage",
        ("nouveau passage à prévoir", "nouveaux passages à prévoir"),
        {
            "": ("{label}, terminée le {on}",
                 "{label} : action terminée le {on}, le progrès se mesure par un nouveau passage"),
        },
        opens="{opens} après une action terminée", closed_by="nouveau passage prévu, ou décliné",
        form="retake", other=("not-retake", "Décliné"),
    ),
    "assign-advisor": TaskWords(
        "Affecter le dossier", "Affecter", "Affectations", "pour l’affectation",
        ("dossier à affecter", "dossiers à affecter"),
        {
            "": ("dossier ouvert le {on}, suivi par personne",
                 "Dossier ouvert le {on}, sans conseiller·ère"),
            "left": ("départ de {name} le {on}", "Départ de {name} le {on} : quelqu’un d’autre doit suivre le dossier"),
        },
        opens="à l’ouverture d’un dossier que personne ne suit", closed_by="dossier affecté", form="assign",
    ),
    "review-late-event": TaskWords(
        "Relire une arrivée tardive", "Relire", "Arrivées tardives", "pour la relecture",
        ("arrivée tardive à relire", "arrivées tardives à relire"),
        {"": ("arrivé le {on}, dossier clos", "Arrivé le {on}, alors que le dossier était clos")},
        opens="quand quelque chose arrive sur un dossier clos", closed_by="arrivée relue", form="review",
    ),
    "confirm-erasure": TaskWords(
        "Confirmer l’effacement", "Répondre", "Effacements", "pour l’effacement",
        ("effacement à confirmer", "effacements à confirmer"),
        {
            "request": ("demandé le {on} par la personne", "Effacement demandé le {on} : la personne le demande"),
            "retention": ("demandé le {on}, délai de conservation passé",
                          "Effacement demandé le {on} : le délai de conservation est passé"),
            "mistake": ("demandé le {on}, dossier ouvert par erreur",
                        "Effacement demandé le {on} : ce dossier a été ouvert par erreur"),
        },
        opens="quand l’effacement d’une personne est demandé", closed_by="personne effacée, ou dossier gardé",
    ),
    "close-or-plan": TaskWords(
        "Clore ou relancer le parcours", "Décider", "Parcours sans suite", "pour la suite du parcours",
        ("parcours à clore ou à relancer", "parcours à clore ou à relancer"),
        {
            "quiet": ("rien depuis le {on}", "Plus rien depuis le {on}, et rien à venir à partir du {opens}"),
            "tries": ("relances épuisées le {on}", "Toutes les relances prévues sont faites, la dernière le {on}"),
        },
        opens="après {opens} sans rien, ou les relances épuisées", closed_by="dossier clos, ou relancé",
        form="close", other=("plan", "Prévoir le diagnostic"),
    ),
    "inform-holder": TaskWords(
        "Prévenir d’une correction", "Noter", "Personnes à prévenir", "pour prévenir d’une correction",
        ("personne à prévenir d’une correction", "personnes à prévenir d’une correction"),
        {
            "partner": ("sait encore ce qui a été corrigé le {on}",
                        "{partner} a reçu, avant le {on}, ce qui a été corrigé ce jour-là"),
            "merged": ("son lien s’est arrêté le {on}, à la fusion",
                       "Le lien de {partner} s’est arrêté le {on}, quand deux dossiers ont été réunis"),
            "person": ("a encore {papers} d’avant la correction du {on}",
                       "A reçu {papers} avant la correction du {on}"),
        },
        opens="quand ce qui est sorti de la maison est corrigé", closed_by="personne prévenue", form="inform",
    ),
    "recall": TaskWords(
        "Rappel", "Fait", "Rappels", "pour le rappel", ("rappel", "rappels"),
        {"": ("rappel noté le {on}", "Rappel noté le {on}")},
        opens="le jour que l’on s’est fixé", closed_by="fait, ou remis à un autre jour",
        form="recalled", other=("recall", "Un autre jour"),
    ),
    "answer-question": TaskWords(
        "Répondre à la question", "Répondre", "Questions", "pour la réponse",
        ("question sans réponse", "questions sans réponse"),
        {"": ("posée le {on}", "Question posée le {on}, sans réponse")},
        opens="quand une question est posée", closed_by="réponse donnée, ou question close",
    ),
    "revise-resource": TaskWords(
        "Relire la ressource", "Relire", "Ressources", "pour la relecture",
        ("ressource à relire", "ressources à relire"),
        {
            "proposed": ("proposée le {on}", "Texte proposé le {on} par l’équipe"),
            "doubted": ("jugée pas utile par deux collègues, le {on}", "Jugée pas utile par deux collègues, le {on}"),
            "unread": ("relue la dernière fois le {on}", "Relue la dernière fois le {on}"),
        },
        opens="à une proposition, à deux « pas utile », ou {opens} après la dernière relecture",
        closed_by="nouvelle version, relecture, ou retrait",
    ),
    "take-pix": TaskWords(
        "Passer Pix", "Noter", "Pix de l’équipe", "pour Pix",
        ("collègue à faire passer Pix", "collègues à faire passer Pix"),
        {
            "": ("dans l’équipe depuis le {on}, Pix pas encore passé",
                 "Dans l’équipe depuis le {on}, Pix pas encore passé"),
        },
        opens="à l’arrivée dans l’équipe", closed_by="Pix passé",
    ),
    "brief-newcomer": TaskWords(
        "Présenter Pix à l’équipe", "Noter", "Informations de l’équipe", "pour l’information",
        ("collègue à informer", "collègues à informer"),
        {"": ("dans l’équipe depuis le {on}", "Dans l’équipe depuis le {on}, information pas encore notée")},
        opens="à l’arrivée de quelqu’un dans l’équipe", closed_by="information notée",
    ),
    "review-partner": TaskWords(
        "Relire la fiche du partenaire", "Relire", "Partenaires à relire", "pour la relecture du partenaire",
        ("fiche de partenaire à relire", "fiches de partenaires à relire"),
        {
            "suggested": ("proposé par l’équipe le {on}",
                          "Proposé par une ou un collègue le {on}, pas encore dans la liste"),
            "proposed": ("le partenaire propose des changements depuis le {on}",
                         "Le partenaire propose, par son lien, de changer sa fiche depuis le {on}"),
            "contested": ("une source contredit l’équipe depuis le {on}",
                          "Corrigé par l’équipe, et une source dit autre chose depuis le {on}"),
            "gone": ("une source ne l’a plus depuis le {on}, il sert",
                     "Une source n’a plus ce lieu depuis le {on}, des jeunes y ont été orientés dans l’année"),
        },
        opens="à une proposition, à une source qui contredit l’équipe, ou qui n’a plus un lieu qui sert",
        closed_by="fiche relue, inscrite, ou retirée",
    ),
    "verify-partner": TaskWords(
        "Vérifier la fiche du partenaire", "Vérifier", "Partenaires à vérifier", "pour la vérification du partenaire",
        ("partenaire à vérifier", "partenaires à vérifier"),
        {
            "new": ("inscrit le {on}, jamais encore sollicité",
                    "Inscrit le {on}, à vérifier avant la première orientation"),
            "stale": ("fiche du {on}, il sert",
                      "Fiche confirmée la dernière fois le {on}, des jeunes y ont été orientés dans l’année"),
        },
        opens="à l’inscription d’un lieu d’un fichier, ou {opens} après la dernière confirmation d’un lieu qui sert",
        closed_by="fiche vérifiée auprès du lieu, ou retirée",
    ),
    "update-contact": TaskWords(
        "Mettre à jour une personne à joindre", "Corriger", "Personnes à joindre", "pour la mise à jour",
        ("personne à joindre à mettre à jour", "personnes à joindre à mettre à jour"),
        {
            "left": ("a quitté le lieu, noté le {on}", "A quitté le lieu, noté le {on} : à effacer"),
            "phone": ("téléphone qui ne répond plus, noté le {on}", "Son téléphone ne répond plus, noté le {on}"),
            "email": ("courriel qui revient depuis le {on}", "Son courriel revient, noté le {on}"),
        },
        opens="quand une personne à joindre est partie ou injoignable", closed_by="personne mise à jour, ou effacée",
    ),
    "confirm-team": TaskWords(
        "Dire qui est encore dans l’équipe", "Relire", "Toujours là ?", "pour la relecture de l’équipe",
        ("équipe à relire", "équipes à relire"),
        {"": ("relue la dernière fois le {on}", "Équipe relue la dernière fois le {on} : qui est encore là ?")},
        opens="{opens} après la dernière confirmation", closed_by="équipe confirmée",
    ),
    "designate-referent": TaskWords(
        "Désigner la ou le référent·e Pix", "Désigner", "Désignations", "pour la désignation",
        ("site sans référent·e Pix", "sites sans référent·e Pix"),
        {"": ("personne depuis le {on}", "Personne n’est référent·e Pix pour {site} depuis le {on}")},
        opens="quand un site n’a personne", closed_by="référent·e désigné·e",
    ),
}  # fmt: skip

SEE = "Voir"
"""The button of a pile of an earlier day."""
VERBS = {kind: words.verb for kind, words in WORDS.items()}
FILTERS = {kind: words.filter for kind, words in WORDS.items()}
ALONE: dict[str, str] = {"check": "Noter l’issue", "cv": "Noter sur le CV"}
"""The verb of an action that needs no partner, by its kind, in place of "Orienter"."""
REASON_ALONE = "{label} : prescription du {on}, pas encore noté comme fait"
"""The reason of an action that needs no partner: no referral is expected."""
PRESSES: dict[str, str] = {
    "review-partner suggested": "Inscrire",
    "review-partner contested": "C’est relu",
    "review-partner gone": "Toujours ouvert",
    "verify-partner new": "Vérifié par téléphone",
    "verify-partner stale": "Vérifié par téléphone",
}
"""The button that closes a task from its row, by kind and reason."""


def verb(kind: str) -> str:
    """Returns a text like "tenir la restitution", inside a sentence."""
    return lower_first(VERBS.get(kind, kind))


def pile(kind: str, count: int) -> str:
    """Returns the text of a pile, like "9 résultats à transmettre"."""
    return plural(count, *WORDS[kind].pile)


def title(kind: str, details: Mapping[str, str]) -> str:
    """Returns the verb of a task; an action that needs no partner has its own, a reminder its own words.

    Who is told of a correction is named.
    """
    if kind == "inform-holder":
        return say("Prévenir {who}", who=name_holder(details))
    return upper_first(details["label"]) if kind == "recall" else ALONE.get(details.get("alone", ""), VERBS[kind])


def phrase_inside(kind: str, details: Mapping[str, str]) -> str:
    """Returns the verb of a task inside a sentence: "tenir la restitution". A reminder stays as it was typed."""
    return details["label"] if kind == "recall" else lower_first(title(kind, details))


def name_holder(details: Mapping[str, str]) -> str:
    """Returns who is to be told of a correction."""
    return details.get("partner") or "la personne"


def button(kind: str, details: Mapping[str, str]) -> str:
    return "Noter" if "alone" in details else WORDS[kind].button


def why(
    kind: str,
    details: Mapping[str, str],
    on: date,
    *,
    chases: int = 0,
    appointment: datetime | None = None,
    place: str = "",
    today: date | None = None,
    shown: bool = False,
) -> str:
    """Returns the reason in one line: "résultat transmis le 5 mars · 40 %". The year is left out if it is `today`'s.

    It names an action that the grid keeps for the advisor only where it is `shown`, on a page of the team.
    """
    details = details if shown else hide_marked(details)
    if appointment:
        return f"rendez-vous fixé, {place}" if place else "rendez-vous fixé"
    year = (today or on).year
    parts = [_fill_text(WORDS[kind].reasons[details.get("by", "")][0], details, year, on=on)]
    if "mastery" in details:
        parts.append(score(details["mastery"]))
    if kind == "mark-attendance" and details.get("campaign"):
        parts.append(details["campaign"])
    if "trouble" in details:
        parts.append("difficulté à explorer")
    if kind == "complete-path" and "ends" in details:
        parts.append(f"période collective jusqu’au {_day(date.fromisoformat(details['ends']), year)}")
    if "programme_end" in details:
        parts.append(f"fin du programme le {_day(date.fromisoformat(details['programme_end']), year)}")
    if chases:
        parts.append(plural(chases, "relance"))
    return " · ".join(parts)


def hide_marked(details: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the details of a task as a file may say them, without what the grid keeps for the advisor."""
    return {**details, "label": "une action"} if "marked" in details else details


def reason_long(task: Task, days: int, calendar: Calendar, *, today: date | None = None) -> str:
    """Returns the event and the rule of the due day, with the delay `days`, so that anybody can count it again.

    "Transmis le 5 mars ; le protocole demande 5 jours ouvrés après le 5 mars, soit le 12 mars."
    """
    year = (today or task.why.on).year
    details = task.why.details
    text = REASON_ALONE if "alone" in details else WORDS[task.kind].reasons[details.get("by", "")][1]
    fact = _fill_text(text, details, year, on=task.why.on, opens=task.opens)
    reason = say("{fact} ; {rule}.", fact=fact, rule=rule(task, days, calendar, year))
    if "trouble" in task.why.details:
        reason += say(" Une difficulté a été signalée en atelier : l’entretien en cherche la cause.")
    return f"{reason} Déjà {plural(task.chases, 'relance')}." if task.chases else reason


def opening(task: Task, days: int, starts: Iterable[date], calendar: Calendar, *, today: date) -> str:
    """Returns what gives a task the day when it opens: the delay `days` after a day; "" for the day of its fact.

    That day is the first of `starts` that fits, else one that was to come, counted back.
    """
    if task.opens == task.why.on:
        return ""
    year = today.year
    back = (task.opens - timedelta(n) for n in range(days, 2 * days + 30))
    start = next((one for one in (*starts, *back) if days and calendar.add(one, days) == task.opens), None)
    if start is None:
        return say("À partir du {opens}", opens=_day(task.opens, year))
    text = "À partir du {opens} : {days} après le {start}"
    counted = plural(days, "jour ouvré", "jours ouvrés")
    return say(text, opens=_day(task.opens, year), days=counted, start=_day(start, year))


def holidays(first: date, last: date, calendar: Calendar, *, today: date) -> str:
    """Returns the public holidays from a day to another that a count of working days leaves out; "" for none."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    off = [_day(one, today.year) for one in days if one.weekday() < 5 and not calendar.is_working(one)]
    return ", ".join(off)


def rule(task: Task, days: int, calendar: Calendar, year: int) -> str:
    """Returns what gives a task its due day: an appointment, a law, or working days after a day. A pause hides none."""
    counted = calendar.add(task.opens, days)
    day = counted if task.due == task.snoozed_until else task.due
    due, start = _day(day, year), _day(task.opens, year)
    if task.appointment:
        return say("rendez-vous fixé le {day}{place}", day=due, place=f", {task.place}" if task.place else "")
    if ends := task.why.details.get("programme_end"):
        return say("le programme se termine le {day}", day=_day(date.fromisoformat(ends), year))
    if task.kind == "confirm-erasure":
        asked = task.why.details.get("by") == "request"
        return say("le RGPD donne un mois pour répondre" if asked else "un mois est donné pour répondre")
    if task.kind == "complete-path" and "ends" in task.why.details:
        return say("la période collective se termine le {day}", day=due)
    if day != counted or task.kind == "recall":
        return say("à faire le {day}", day=due)
    if days:
        text = "le protocole demande {days} après le {start}, soit le {day}"
        return say(text, days=plural(days, "jour ouvré", "jours ouvrés"), start=start, day=due)
    return say("le protocole le demande le jour même, le {day}", day=due)


def score(mastery: str) -> str:
    """Returns a text like "40 %", of a fraction as text."""
    return percent_words(percent(Decimal(mastery)))


def _fill_text(text: str, details: Mapping[str, str], year: int, **days: date) -> str:
    dated = {name: _day(date.fromisoformat(details[name]), year) for name in ("planned", "ends") if name in details}
    own = {name: _day(day, year) for name, day in days.items()}
    if held := details.get("papers"):
        own["papers"] = join_with_and([vocabulary.PAPERS[paper] for paper in held.split()])
    return say(text, **{**details, **dated, **own})


def _day(day: date, year: int) -> str:
    return dates.day(day, year=day.year != year)


# --- one task as a line, seen from a day


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in French. `late`: it is past due. `to_come`: the day it opens, None once it is open.

    `inside` is its verb inside a sentence, `exported` its reason as a file may say it.
    """

    verb: str
    inside: str
    why: str
    exported: str
    due: str
    late: bool
    to_come: date | None


DAYS_SET: Mapping[str, str] = {
    "workshop": "Atelier", "diagnostic": "Passer le test", "retake": "Passer le test à nouveau",
}  # fmt: skip
"""Words of each day set (pixflow.tasks.DaySet)."""


def day_set(key: str, day: date, today: date) -> TaskLine:
    """Returns the line of a day set: no task is due then."""
    verb, begins = DAYS_SET[key], None if key == "workshop" else day
    return TaskLine(verb, lower_first(verb), "", "", dates.due_words(day, today), False, begins)


def of_row(row: Any, today: date, calendar: Calendar) -> TaskLine:
    """Returns the line of a row of the queue."""
    at = row.appointment.replace(tzinfo=UTC).astimezone(ZoneInfo(calendar.zone)) if row.appointment else None
    reason = partial(
        why, row.kind, row.details, row.why_on, chases=row.chases, appointment=at, place=row.place, today=today
    )
    reasons = reason(shown=True), reason()
    verbs = title(row.kind, row.details), phrase_inside(row.kind, row.details)
    to_come = row.opens if row.opens > today else None
    if row.paused and row.paused > today:
        return TaskLine(*verbs, *reasons, f"revient le {_day(row.paused, today.year)}", False, to_come)
    late = row.due < today
    due = dates.due_words(at if at and not late else row.due, today, calendar.count(row.due, today) if late else 0)
    return TaskLine(*verbs, *reasons, due, late, to_come)
