"""Words for the protocol: whom it concerns, the route of results, tasks and delays."""

from dataclasses import dataclass

from pixflow.documents.grille import Proposal
from pixflow.documents.protocol import Escalation, ProtocolDocument
from web.french import tasks, vocabulary
from web.french.typography import NBSP, plural, say

CONCERNED = {
    "all": "Pix est présenté à tous les jeunes.",
    "assessed": "Pix est présenté aux jeunes pour qui un besoin est reconnu.",
}
ROUTES = {
    "referent": "Le résultat arrive à la ou au référent·e Pix, qui le transmet à qui suit le jeune.",
    "advisor": "Le résultat arrive directement à la ou au conseiller·ère qui suit le jeune.",
    "workshop": "Le résultat d’un atelier que la personne qui suit le jeune a animé lui arrive directement ; "
    "les autres passent par la ou le référent·e Pix.",
}
_FOLLOWS = "conseiller·ère"
_TREATS = "référent·e Pix"
_RUNS = "animateur·rice"
_LEADS = "direction"
_COMPLETE = "à l’aise en atelier, ou diagnostic complet retenu ; en CEJ, avant la fin de la période collective"
_ALTERNATIVE = "au refus du partenaire, ou après {lapses} sans réponse"
_READ_AGAIN = "à une proposition, à deux « pas utile », ou {opens} après la dernière relecture"
_PARTNER_CHANGES = "à une proposition, à une source qui contredit l’équipe, ou qui n’a plus un lieu qui sert"
_PARTNER_AGES = "à l’inscription d’un lieu d’un fichier, ou {opens} après la dernière confirmation d’un lieu qui sert"
_OWED = (
    ("present-pix", _FOLLOWS, "à l’ouverture du dossier", "Pix présenté, ou diagnostic décliné"),
    ("plan-diagnostic", _FOLLOWS, "une fois Pix présenté, ou à l’entrée en CEJ", "diagnostic prévu, ou décliné"),
    ("book-workshop", _FOLLOWS, "un atelier prévu, sans place", "place réservée"),
    ("mark-attendance", _RUNS, "le jour de l’atelier", "présences notées"),
    ("rebook-absent", _FOLLOWS, "à l’absence, ou l’atelier annulé", "place réservée, ou diagnostic reporté"),
    ("chase-diagnostic", _FOLLOWS, "{opens} après la date prévue, sans test commencé", "test commencé, ou reporté"),
    ("chase-sharing", _FOLLOWS, "{opens} après un test vu terminé et non partagé", "résultat reçu"),
    ("declare-campaign", _TREATS, "au premier export d’une campagne inconnue", "campagne déclarée"),
    ("match-participation", _TREATS, "à l’import, sans dossier certain", "participation rapprochée, ou mise de côté"),
    ("dispatch-result", _TREATS, "à l’arrivée du résultat", "résultat transmis"),
    ("hold-debrief", _FOLLOWS, "dès que le résultat lui parvient", "restitution tenue"),
    ("explore-difficulty", _FOLLOWS, "quand une difficulté est signalée en atelier", "cause notée"),
    ("follow-self-study", _FOLLOWS, "{opens} après les tutoriels donnés", "suite notée"),
    ("build-prescription", _FOLLOWS, "la restitution tenue", "prescription construite"),
    ("refer", _FOLLOWS, "la prescription construite, pour chaque action", "orientation envoyée, ou action écartée"),
    ("chase-partner", _FOLLOWS, "{opens} après une orientation sans réponse", "réponse notée, ou {lapses} passés"),
    ("offer-alternative", _FOLLOWS, _ALTERNATIVE, "autre orientation, ou action écartée"),
    ("record-outcome", _FOLLOWS, "à la fin prévue de l’action", "issue notée"),
    ("complete-path", _FOLLOWS, _COMPLETE, "diagnostic complet passé, ou décliné"),
    ("propose-certification", _FOLLOWS, "le diagnostic complet passé, certifiable", "proposée, ou déclinée"),
    ("plan-retake", _FOLLOWS, "{opens} après une action terminée", "nouveau passage prévu, ou décliné"),
    ("assign-advisor", _TREATS, "à l’ouverture d’un dossier que personne ne suit", "dossier affecté"),
    ("review-late-event", _TREATS, "quand quelque chose arrive sur un dossier clos", "arrivée relue"),
    ("confirm-erasure", _LEADS, "quand l’effacement d’une personne est demandé", "personne effacée, ou dossier gardé"),
    ("close-or-plan", _FOLLOWS, "après {opens} sans rien, ou les relances épuisées", "dossier clos, ou relancé"),
    ("inform-holder", _FOLLOWS, "quand ce qui est sorti de la maison est corrigé", "personne prévenue"),
    ("recall", _FOLLOWS, "le jour que l’on s’est fixé", "fait, ou remis à un autre jour"),
    ("answer-question", _TREATS, "quand une question est posée", "réponse donnée, ou question close"),
    ("revise-resource", _TREATS, _READ_AGAIN, "nouvelle version, relecture, ou retrait"),
    ("take-pix", _FOLLOWS, "à l’arrivée dans l’équipe", "Pix passé"),
    ("brief-newcomer", _TREATS, "à l’arrivée de quelqu’un dans l’équipe", "information notée"),
    ("review-partner", _TREATS, _PARTNER_CHANGES, "fiche relue, inscrite, ou retirée"),
    ("verify-partner", _TREATS, _PARTNER_AGES, "fiche vérifiée auprès du lieu, ou retirée"),
    (
        "update-contact",
        _TREATS,
        "quand une personne à joindre est partie ou injoignable",
        "personne mise à jour, ou effacée",
    ),
    ("confirm-team", _LEADS, "{opens} après la dernière confirmation", "équipe confirmée"),
    ("designate-referent", _LEADS, "quand un site n’a personne", "référent·e désigné·e"),
)
DELAYS = {"confirm-erasure": "un mois, selon le RGPD", "recall": "le jour même"}
"""Delays that no protocol sets."""
_IN_WORKSHOPS = frozenset({"book-workshop", "mark-attendance", "rebook-absent", "explore-difficulty"})


@dataclass(frozen=True, slots=True)
class ProtocolTask:
    """One task of the protocol: verb, role, opening, delay in working days, closing."""

    kind: str
    what: str
    who: str
    opens: str
    days: str
    closed_by: str


def owed(document: ProtocolDocument) -> list[ProtocolTask]:
    """Returns the tasks that a protocol makes, in the order of the path."""
    made = []
    for kind, who, opens, closed_by in _OWED:
        if kind in _never(document):
            continue
        if kind == "plan-diagnostic" and not document.cej_mandatory:
            opens = "une fois Pix présenté"
        if kind == "present-pix" and document.concerned != "all":
            opens = "à l’entrée en CEJ" if document.cej_mandatory else "quand un besoin est reconnu"
        name = kind.replace("-", "_")
        first = getattr(document.delays, f"{name}_opens", 0)
        lapses = working_days(document.delays.chase_partner_lapses)
        from_, until = say(opens, opens=working_days(first), lapses=lapses), say(closed_by, lapses=lapses)
        days = DELAYS[kind] if kind in DELAYS else delay(getattr(document.delays, name))
        made.append(ProtocolTask(kind, tasks.VERBS[kind], who, from_, days, until))
    return made


def _never(document: ProtocolDocument) -> frozenset[str]:
    """Returns the kinds of tasks that this protocol never makes."""
    dispatched = frozenset() if document.result_route != "advisor" else frozenset({"dispatch-result"})
    return dispatched if "workshop" in document.modalities else dispatched | _IN_WORKSHOPS


def delay(days: int) -> str:
    """Returns a text like "5 jours ouvrés", "le jour même"."""
    return working_days(days) if days else "le jour même"


def working_days(days: int) -> str:
    return plural(days, "jour ouvré", "jours ouvrés")


def modalities(document: ProtocolDocument) -> str:
    """Returns a text like "en atelier, au bureau ou à la maison"."""
    *first, last = [vocabulary.MODALITIES[one] for one in document.modalities] or [""]
    return f"{', '.join(first)} ou {last}" if first else last


def workshops(document: ProtocolDocument) -> str:
    """Returns "Un atelier compte de 6 à 10 places ; une seule personne peut l’animer.", "" without workshops."""
    if "workshop" not in document.modalities:
        return ""
    held = document.workshops
    by = "une seule personne peut l’animer" if held.alone else "on l’anime à deux"
    text = "Un atelier compte de {smallest} à {largest} places ; {by}."
    return say(text, smallest=held.smallest, largest=held.largest, by=by)


def escalation(escalation: Escalation) -> str:
    """Returns who else sees a late task, and when."""
    text = (
        "Une tâche en retard de {referent} est aussi montrée à la ou au référent·e Pix, et de {manager} à la direction."
    )
    return say(text, referent=working_days(escalation.referent), manager=working_days(escalation.manager))


def tries(count: int) -> str:
    """Returns after how many chases the dossier is closed or planned again."""
    return say(
        "Après {tries} sans suite, il reste à clore le dossier ou à relancer le parcours autrement.",
        tries=plural(count, "relance"),
    )


def partner_link(days: int) -> str:
    """Returns for how long a partner answers by link."""
    return say("Le lien envoyé à un partenaire est valable {days}.", days=plural(days, "jour"))


def proposal(one: Proposal) -> str:
    """Returns the conditions of a proposal: "diagnostic complet · CEJ"."""
    said = (
        one.kind == "complete" and "diagnostic complet",
        one.programmes and ", ".join(vocabulary.PROGRAMMES.get(p, p) for p in one.programmes),
        one.needs_project and "si le projet professionnel s’y prête",
    )
    return f"{NBSP}· ".join(part for part in said if part)
