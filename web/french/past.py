"""Sentences about an earlier day, and about why a line stands in a list."""

from datetime import date

from pixflow.folding import Clock, Moment
from web.french import dates
from web.french.typography import say, typeset

CLOCKS: dict[Clock, str] = {"known": typeset("tel qu’on le savait"), "true": typeset("tel que c’était, su aujourd’hui")}
READ_ONLY = typeset("Un jour passé se lit seulement : revenez à aujourd’hui pour enregistrer.")
BACK = "Voici aujourd’hui."
LEARNED = ("fait appris depuis", "faits appris depuis")
ERASED = ("personne effacée depuis n’y est plus", "personnes effacées depuis n’y sont plus")
LEFT_OUT = ("fiche abîmée n’y est pas", "fiches abîmées n’y sont pas")


def title(moment: Moment) -> str:
    """Returns a text like "Au 12 mars 2026"."""
    return say("Au {day}", day=dates.day(moment.day, year=True))


def clock(moment: Moment) -> str:
    """Returns a text like "12 mars 2026, tel qu’on le savait"."""
    return say("{day}, {clock}", day=dates.day(moment.day, year=True), clock=CLOCKS[moment.clock])


def progress(percent: int) -> str:
    """Returns what is said while day rows are made: a day takes seconds until then."""
    return say("L’historique se prépare, {percent} % : cette page est plus lente", percent=str(percent))


# --- why a line stands in a list, and what became of it


FACT, OPENING, DUE, OFF, RULES, END = "Le fait", "Visible", "À faire", "Jours fériés", "Règles", "Fermée"
OWED = "pas encore : toujours à faire aujourd’hui"
CLOSED_ELSEWHERE = "par un changement dans l’équipe ou dans les règles"


def fact(said: str, when: str, who: str) -> str:
    return f"{said} ({who}, {when})"


def rules(first: date, grille: int) -> str:
    return say("protocole du {first}, grille n° {grille}", first=dates.day(first, year=True), grille=str(grille))


def phrase_closing(said: str, when: str, who: str) -> str:
    return say("le {when} par {who} : {said}", when=when, who=who, said=said)


def lapsed(day: date) -> str:
    return say("le {day}, par le temps passé : personne n’a rien noté", day=dates.day(day, year=True))
