"""Words for several rows of Ma boîte done at once."""

from datetime import date

from web.french import dates
from web.french.typography import plural, say

TITLES = {
    "present": "Présenter Pix",
    "plan": "Prévoir le diagnostic",
    "book": "Inscrire à un atelier",
    "chase": "Noter une relance",
    "assign": "Affecter",
    "snooze": "Mettre en pause",
    "hand": "Confier",
}
OFFERS = {**TITLES, "plan": "Prévoir", "book": "Inscrire", "chase": "Relancer"}
BUTTONS = {**TITLES, "present": "Noter que Pix a été présenté", "book": "Inscrire", "chase": "Noter la relance"}
ABOUT = {
    "present": "La même occasion est notée pour chaque jeune ; la suite du parcours s’ouvre d’elle-même.",
    "plan": "Le même diagnostic est prévu pour chaque jeune.",
    "book": "Chaque jeune reçoit une place, dans l’ordre de la liste ; le diagnostic est prévu là du même coup.",
    "chase": "La même relance est notée pour chaque jeune ; la suivante s’ouvrira après le délai du protocole.",
    "assign": "Les dossiers cochés seront suivis par la personne choisie, qui en trouvera les tâches dans sa boîte.",
    "snooze": "Ces tâches quittent Ma boîte, et reviennent le jour choisi, ou dès que l’événement attendu arrive.",
    "hand": "Ces tâches passent à la personne choisie ; les dossiers restent à qui les suit.",
}
UNFIT = {
    "present": "Pix n’est pas à présenter",
    "plan": "le diagnostic n’est pas à prévoir",
    "book": "ce n’est pas une place à réserver",
    "chase": "ce n’est pas une relance",
    "assign": "ce dossier n’est pas à affecter",
    "snooze": "cette tâche ne se met pas en pause",
    "hand": "cette tâche ne se confie pas",
}
FOLLOWED = "autre chose a suivi : corrigez depuis le dossier"


def title(name: str, count: int) -> str:
    """Returns a text like "Confier 3 tâches", "Noter 3 relances", "Présenter Pix : 9 jeunes"."""
    if name in ("present", "plan", "book"):
        return say("{title} : {people}", title=TITLES[name], people=plural(count, "jeune"))
    if name == "assign":
        return f"Affecter {plural(count, 'dossier')}"
    return f"Noter {plural(count, 'relance')}" if name == "chase" else f"{TITLES[name]} {plural(count, 'tâche')}"


def effect(name: str, turn: int, tries: int, due: date, today: date) -> str:
    """Returns what would happen to one row, and when it is due."""
    if name == "chase":
        last = " : ensuite, clore ou relancer le parcours" if turn >= tries else ""
        return say("relance n° {turn} sur {tries}{last}", turn=turn, tries=tries, last=last)
    return f"due le {dates.day(due, year=due.year != today.year)}"
