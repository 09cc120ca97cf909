"""Words for several rows of Ma boîte done at once."""

from datetime import date

from web.french import dates
from web.french.typography import lower_first, plural, say

TITLES = {"snooze": "Mettre en pause", "hand": "Confier", "chase": "Noter une relance"}
BUTTONS = {"snooze": "Mettre en pause", "hand": "Confier", "chase": "Noter la relance"}
ABOUT = {
    "snooze": "Ces tâches quittent Ma boîte, et reviennent d’elles-mêmes le jour choisi.",
    "hand": "Ces tâches passent à la personne choisie ; les dossiers restent à qui les suit.",
    "chase": "La même relance est notée pour chaque jeune ; la suivante s’ouvrira après le délai du protocole.",
}
UNFIT = {
    "snooze": "cette tâche ne se met pas en pause",
    "hand": "cette tâche ne se confie pas",
    "chase": "ce n’est pas une relance",
}
FOLLOWED = "un autre fait a suivi : corrigez depuis le dossier"


def title(name: str, count: int) -> str:
    """Returns a text like "Confier 3 tâches", "Noter 3 relances"."""
    return f"Noter {plural(count, 'relance')}" if name == "chase" else f"{TITLES[name]} {plural(count, 'tâche')}"


def row(name: str, verb: str) -> str:
    """Returns a text like "Aminata Diallo, tenir la restitution"."""
    return f"{name}, {lower_first(verb)}"


def effect(name: str, turn: int, tries: int, due: date, today: date) -> str:
    """Returns what would happen to one row, and when it is due."""
    if name == "chase":
        last = " : ensuite, clore ou relancer le parcours" if turn >= tries else ""
        return say("relance n° {turn} sur {tries}{last}", turn=turn, tries=tries, last=last)
    return f"due le {dates.day(due, year=due.year != today.year)}"
