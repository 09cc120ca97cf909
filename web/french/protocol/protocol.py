"""Words for the protocol: whom it concerns, the route of results, tasks and delays."""

from dataclasses import dataclass

from pixflow.documents.grille import Proposal
from pixflow.documents.protocol import Escalation, ProtocolDocument
from pixflow.tasks import TASK_KINDS
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
    for kind, words in tasks.WORDS.items():
        if kind in _never(document):
            continue
        opens = words.opens
        if kind == "plan-diagnostic" and not document.cej_mandatory:
            opens = "une fois Pix présenté"
        if kind == "present-pix" and document.concerned != "all":
            opens = "à l’entrée en CEJ" if document.cej_mandatory else "quand un besoin est reconnu"
        name = kind.replace("-", "_")
        first = getattr(document.delays, f"{name}_opens", 0)
        lapses = working_days(document.delays.chase_partner_lapses)
        from_, until = say(opens, opens=working_days(first), lapses=lapses), say(words.closed_by, lapses=lapses)
        days = DELAYS[kind] if kind in DELAYS else delay(getattr(document.delays, name))
        made.append(ProtocolTask(kind, words.verb, vocabulary.ROLES[TASK_KINDS[kind].role], from_, days, until))
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


def proposal(proposal: Proposal) -> str:
    """Returns the conditions of a proposal: "diagnostic complet · CEJ"."""
    said = (
        proposal.kind == "complete" and "diagnostic complet",
        proposal.programmes and ", ".join(vocabulary.PROGRAMMES.get(p, p) for p in proposal.programmes),
        proposal.needs_project and "si le projet professionnel s’y prête",
    )
    return f"{NBSP}· ".join(part for part in said if part)
