"""Words for drafts: changes, young people concerned, opinions."""

import re
from dataclasses import fields
from datetime import date
from typing import Any

from pixflow.documents.protocol import Delays
from pixflow.protocol.comparison import Move
from web.french import dates, tasks, typography, vocabulary
from web.french.protocol.differences import Difference, range_of
from web.french.protocol.protocol import delay
from web.french.typography import plural, say, upper_first

CONCERNED = [("all", "Tous les jeunes"), ("assessed", "Les jeunes pour qui la ou le conseiller·ère juge un besoin")]
ROUTES = [
    ("referent", "À la ou au référent·e Pix, qui le transmet"),
    ("advisor", "Directement à qui suit le jeune"),
    ("workshop", "Directement à qui suit le jeune et a animé l’atelier, sinon par la ou le référent·e"),
]
ESCALATION = {"referent": "Montrée à la ou au référent·e Pix après", "manager": "Montrée à la direction après"}
TEXTS = {"who": "Qui", "when": "Quand", "how": "Comment"}
NOT_WITHDRAWN = say("Cette publication compte déjà, ou une autre l’a suivie : elle ne s’annule plus.")
TURNS = {"": "à faire sous", "opens": "visible après", "lapses": "s’éteint après"}
_BAND = re.compile(r"b(\d+)-")
_SUFFIX = re.compile(r"_(opens|lapses)$")


def delay_rows() -> list[tuple[str, dict[str, str]]]:
    """Returns delays by task, in the order of the document: its verb, and the field of each turn."""
    rows: dict[str, dict[str, str]] = {}
    for field in fields(Delays):
        found = _SUFFIX.search(field.name)
        kind = _SUFFIX.sub("", field.name).replace("_", "-")
        rows.setdefault(kind, {})[found[1] if found else ""] = field.name
    return [(verb(kind), names) for kind, names in rows.items()]


def touched(total: int, own: bool) -> str:
    """Returns how many results change band, among those the reader may see."""
    whose = "Parmi les dossiers que vous suivez, " if own else ""
    among = "parmi ceux dont la prescription n’est pas encore construite"
    if not total:
        return upper_first(say("{whose}aucun résultat ne changerait de tranche, {among}.", whose=whose, among=among))
    count = plural(total, "résultat changerait", "résultats changeraient")
    return f"{whose}{count} de tranche, {among}."


def others(count: int, total: int) -> str:
    """Returns how many stay in a band whose content changes."""
    more = "autre reste" if total else "résultat reste", "autres restent" if total else "résultats restent"
    return f"{plural(count, *more)} dans {'sa' if count < 2 else 'leur'} tranche, qui dit ou propose autre chose."


def takes_over(what: str, number: int, day: date) -> str:
    """Says that a version published for a later day applies again from then."""
    text = "La grille n° {number}, déjà publiée, prendra sa place le {day}."
    if what == "protocole":
        text = "Le protocole n° {number}, déjà publié, prendra sa place le {day}."
    return say(text, number=number, day=dates.day(day, year=True))


def seconded(author: str, earliest: date) -> str:
    """Says who is asked besides the author of a draft that changes retention or reading limits, and from which day."""
    text = (
        "Ce projet change la durée de conservation ou les limites de lecture. Une personne de la direction, autre que "
        "{author}, l’approuve ou le publie ; sans autre direction, n’importe qui d’autre l’approuve. Il compte au "
        "plus tôt le {day}, et chacun en est prévenu."
    )
    return say(text, author=author, day=dates.day(earliest, year=True))


def verb(kind: str) -> str:
    return tasks.VERBS.get(kind, kind)


def move_said(move: Move) -> str:
    """Returns a text like "41-70 % → 0-45 %"."""
    return f"{range_of(move.before)} → {range_of(move.after)}"


def move_count(move: Move, count: int) -> str:
    """Returns a text like "3 jeunes de 41 à 45 %"."""
    first, last = typography.percent(move.first), typography.percent(move.last)
    of = say("de {first} à {last}", first=move.first, last=last) if move.first < move.last else f"à {first}"
    return f"{plural(count, 'jeune')} {of}"


def draft_name(what: str, number: int) -> str:
    """Returns a text like "projet de grille n° 2"."""
    return say("projet de {what} n° {number}", what=what, number=number)


def version_name(what: str, number: int) -> str:
    """Returns a text like "grille n° 2"."""
    return say("{what} n° {number}", what=what, number=number)


def from_version(what: str, first: int, last: int) -> str:
    """Returns a text like "De la grille n° 1 à la grille n° 2"."""
    text = "De la grille n° {first} à la n° {last}" if what == "grille" else "Du protocole n° {first} au n° {last}"
    return say(text, first=first, last=last)


def end_dropped(reason: str) -> str:
    return say("écarté : {reason}", reason=reason)


def end_replaced(number: int) -> str:
    return say("remplacé par le projet n° {number}", number=number)


def end_published(day: date) -> str:
    return say("publié, à partir du {day}", day=dates.day(day, year=True))


def of_band(field: str, sentence: str) -> str:
    """Returns the error of a field with the band that it is about, such as `b1-high`."""
    found = _BAND.match(field)
    return say("Tranche {number} · {sentence}", number=int(found[1]) + 1, sentence=sentence) if found else sentence


def falling_due(total: int, own: bool, day: date) -> str:
    """Returns how many dossiers a shorter retention would end, among those the reader may see."""
    whose = "Parmi les dossiers que vous suivez, " if own else ""
    on = dates.day(day, year=True)
    if not total:
        text = "{whose}aucun dossier ne passerait son délai de conservation le {day} à cause de ce projet."
        return upper_first(say(text, whose=whose, day=on))
    count = plural(total, "dossier de plus passerait", "dossiers de plus passeraient")
    text = "{whose}{count} leur délai de conservation le {day} : leur effacement pourrait être demandé."
    if total == 1:
        text = "{whose}{count} son délai de conservation le {day} : son effacement pourrait être demandé."
    return say(text, whose=whose, count=count, day=on)


def too_large(total: int, largest: int) -> str:
    """Returns how many workshops to come have more seats than the protocol would allow."""
    if not total:
        return say("Aucun atelier à venir n’a plus de {largest} places.", largest=largest)
    count = plural(total, "atelier à venir a", "ateliers à venir ont")
    return say("{count} plus de {largest} places ; ce projet n’y change rien.", count=count, largest=largest)


def published(what: str, number: int, day: date, today: date) -> str:
    """Returns the receipt of a publication: "Grille n° 2 publiée, elle compte à partir du 1er mai 2026."."""
    text = "Protocole n° {number} publié, il compte {since}."
    if what == "grille":
        text = "Grille n° {number} publiée, elle compte {since}."
    return say(text, number=number, since=phrase_start(day, today))


def dropped(what: str) -> str:
    return say("Projet de {what} écarté : rien ne change.", what=what)


def endorsements(count: int) -> str:
    """Returns a text like "3 accords", "aucun accord"."""
    return plural(count, "accord") if count else "aucun accord"


def fallen(what: str, number: int, count: int) -> str:
    """Warns what saving over a draft does to its opinions."""
    if not count:
        return say("Ce projet prendra la place du n° {number}.", number=number)
    text = "Ce projet prendra la place du n° {number}, et {count} : il faudra les redemander."
    fall = plural(count, "accord tombera", "accords tomberont")
    return say(text, number=number, count=fall)


def opinion(endorsed: bool, comment: str, endorsed_before: bool) -> str:
    """Returns a verb: "approuve", "commente", "reprend son accord"."""
    if endorsed:
        return "approuve toujours" if endorsed_before else "approuve"
    return "reprend son accord" if endorsed_before else "commente"


def delay_change(turn: str, before: int, after: int) -> Difference:
    """Returns a text like "à faire sous: 5 → 8 jours ouvrés"."""
    return Difference(TURNS[turn], delay(before), delay(after))


def phrase_start(day: date, today: date) -> str:
    """Returns a text like "dès aujourd’hui", "à partir du 1er mai 2026"."""
    return "dès aujourd’hui" if day == today else f"à partir du {dates.day(day, year=True)}"


def line_more(line: Any) -> str:
    """Returns the rest of a proposal, after its name, in few words."""
    parts = (
        line.partner,
        "note" if line.note else "",
        ", ".join(vocabulary.PROGRAMMES.get(name, name) for name in line.programmes),
        "conseiller·ère seulement" if line.advisor_only else "",
        "selon le projet" if line.needs_project else "",
    )
    return " · ".join(part for part in parts if part)


def title(what: str, number: int) -> str:
    return upper_first(draft_name(what, number))
