"""Words for workshops: their events, their times, their seats."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pixflow.events import workshop as w
from pixflow.events.base import Event
from web.french import dates, typography
from web.french.phrases import RETRACTED, EventWords, join_with_and
from web.french.typography import NBSP, plural, say

EVENTS: dict[type[Event], EventWords] = {
    w.WorkshopScheduled: (
        "Atelier fixé",
        lambda event: "Atelier fixé : {hours}"
        + ("[, {place} ({site})]" if event.place and event.site else "[, {place}][, {site}]")
        + ", {capacity:place}",
    ),
    w.FacilitatorJoined: (
        "Animation de l’atelier",
        lambda event: "Animé par {facilitator}" + (", de sa propre initiative" if event.alone else ""),
    ),
    w.FacilitatorLeft: ("Départ de l’animation", "N’est plus animé par {facilitator}"),
    w.FacilitatorAccepted: ("Animation acceptée", "Animation acceptée : {facilitator}"),
    w.WorkshopMoved: ("Atelier déplacé", "Atelier déplacé : {hours}[, {place}]"),
    w.WorkshopCancelled: ("Atelier annulé", "Atelier annulé : {reason}"),
    w.SeatTaken: ("Place prise", "Place prise : {dossier}"),
    w.SeatReleased: ("Place rendue", "Place rendue : {dossier}"),
    w.WaitlistJoined: ("Liste d’attente", "Sur la liste d’attente : {dossier}"),
    w.WaitlistLeft: ("Fin d’attente", "N’attend plus : {dossier}"),
    w.SeatOffered: ("Place proposée", "Place proposée jusqu’au {until} : {dossier}"),
    w.SeatOfferLapsed: ("Proposition échue", "Sans réponse à la place proposée : {dossier}"),
    w.AttendanceMarked: ("Présence notée", "{dossier} : {presence}"),
    w.HelpAsked: ("Appel à l’aide", "Aide demandée pendant l’atelier"),
    w.HelpGiven: ("Réponse à l’appel", "Aide apportée"),
    w.WorkshopClosed: ("Atelier clos", "Atelier clos : {attendance}"),
    w.YoungPeopleSearched: (
        "Recherche parmi tous", "Recherche parmi tous les jeunes : {shown:nom montré|noms montrés}",
    ),
    w.PaperIssued: ("Papier d’un atelier", "Papier sorti : {paper}, {people:nom}"),
    w.Retracted: ("Annulation (atelier)", RETRACTED),
}  # fmt: skip

REFUSALS: dict[str, str] = {
    "unknown-workshop": "Cet atelier n’existe pas : rechargez la page.",
    "own-joining": "Quelqu’un d’autre de l’équipe accepte que vous animiez cet atelier.",
    "not-facilitator": "Cette personne n’anime plus cet atelier : rechargez la page.",
    "campaign-closed": "Cette campagne est close depuis le {on} : choisissez-en une autre.",
    "workshop-cancelled": "Cet atelier est annulé depuis le {on} : choisissez-en un autre.",
    "workshop-closed": "Cet atelier est clos depuis le {on}.",
    "workshop-past": "Le {day} est déjà passé : choisissez un jour à venir.",
    "workshop-to-come": "L’atelier est le {day} : la présence se note à partir de ce jour-là.",
    "workshop-full": "Les {capacity} places sont prises : choisissez un autre atelier, ou la liste d’attente.",
    "room-unmarked": "Les {capacity} places sont prises : notez d’abord qui n’est pas venu ({count} à noter), "
    "sa place se libère.",
    "room-full": "Les {capacity} places sont prises, et tout le monde est là : proposez-lui un autre atelier.",
    "bad-capacity": "Le protocole prévoit de {smallest} à {largest} places par atelier.",
    "pair-needed": "Le protocole demande deux personnes pour animer : ajoutez-en une.",
    "ends-before-it-starts": "L’atelier se termine avant de commencer : corrigez l’une des deux heures.",
    "booked-elsewhere": "Une place est déjà réservée le {day} : rendez-la d’abord.",
    "attendance-begun": "La présence a commencé à être notée : l’atelier ne se déplace ni ne s’annule plus.",
    "attendance-left": "Il reste {count} à noter avant de clore l’atelier.",
    "attendance-marked": "Sa présence est déjà notée : corrigez-la plutôt que de rendre la place.",
    "acted-since": "Depuis, quelqu’un a agi sur ce dossier : notez ce qui est juste plutôt que d’annuler.",
    "seat-gone": "La place est à quelqu’un d’autre, ou l’atelier a changé depuis : inscrivez à nouveau.",
    "no-seat": "Cette personne n’a pas de place dans cet atelier : ajoutez-la comme venue sans inscription.",
    "has-a-seat": "Cette personne a déjà une place : notez sa présence dans la liste.",
}
DECISIONS: dict[str, str] = {
    "schedule_workshop": "fixer un atelier",
    "set_facilitators": "dire qui anime un atelier",
    "accept_facilitator": "accepter qui anime un atelier",
    "move_workshop": "déplacer un atelier",
    "cancel_workshop": "annuler un atelier",
    "follow_workshop": "reporter un atelier sur un dossier",
    "book_seat": "inscrire à un atelier",
    "release_seat": "rendre une place",
    "undo_release": "annuler une place rendue",
    "lapse_offer": "laisser échoir une place proposée",
    "mark_attendance": "noter la présence",
    "walk_in": "ajouter quelqu’un venu sans inscription",
    "look_among_all": "chercher parmi tous les jeunes",
    "issue_workshop_paper": "sortir un papier de cet atelier",
    "undo_mark": "annuler une présence",
    "close_workshop": "clore un atelier",
    "ask_help": "appeler à l’aide",
    "give_help": "répondre à un appel",
}

MISSING: dict[str, str] = {
    "campaign": "Choisissez la campagne.",
    "site": "Choisissez le site.",
    "day": "Choisissez le jour de l’atelier.",
    "starts": "Écrivez l’heure du début, comme 14:00.",
    "ends": "Écrivez l’heure de la fin, comme 16:00.",
    "capacity": "Écrivez le nombre de places.",
    "times": "Écrivez le nombre de semaines.",
    "reason": "Choisissez la raison.",
}
"""Sentences for empty fields of a workshop's form."""


def attendance(present: int, absent: int, excused: int) -> str:
    """Returns counts like "6 présent·es, 1 absent·e, 1 excusé·e", without zeros."""
    counted = ((present, "présent·e"), (absent, "absent·e"), (excused, "excusé·e"))
    return ", ".join(plural(n, word) for n, word in counted if n) or "personne"


def moment(starts: datetime, ends: datetime, zone: str, *, year: bool = False) -> str:
    """Returns "lundi 16 mars, de 14:00 à 16:00", in the time zone that both times carry."""
    return f"{dates.weekday_day(starts.astimezone(ZoneInfo(zone)).date(), year=year)}, {hours(starts, ends, zone)}"


def hours(starts: datetime, ends: datetime, zone: str) -> str:
    """Returns a text like "de 14:00 à 16:00"."""
    return f"de {dates.clock(starts, zone)} à {dates.clock(ends, zone)}"


def short_hours(starts: datetime, ends: datetime, zone: str) -> str:
    """Returns a text like "14:00-16:00"."""
    return f"{dates.clock(starts, zone)}-{dates.clock(ends, zone)}"


def seats(taken: int, capacity: int) -> str:
    """Returns a text like "5 / 8"."""
    return f"{taken}{NBSP}/{NBSP}{capacity}"


def left(free: int, waiting: int, offered: int = 0) -> str:
    """Returns a text like "3 places libres", "1 place proposée", "complet, 2 en attente"."""
    if free > 0:
        return plural(free, "place libre", "places libres")
    if offered:
        return plural(offered, "place proposée, réponse attendue", "places proposées, réponses attendues")
    return f"complet, {typography.number(waiting)}{NBSP}en attente" if waiting else "complet"


def place(site: str, room: str) -> str:
    """Returns the place: "Mortagne, salle 2"."""
    return ", ".join(filter(None, (site, room)))


def gives_up(seats: Sequence[tuple[str, str, str]]) -> str:
    """Says which seats a seat elsewhere gives up; each is a day, a site and a room."""
    kept = join_with_and([f"le {day}, {place(site, room)}" for day, site, room in seats])
    return say("place gardée {kept} : une place ailleurs la rend à qui attend ensuite", kept=kept)


def on(day: date, today: date) -> str:
    """Returns "lundi 16 mars", with the year unless it is this one."""
    return dates.weekday_day(day, year=day.year != today.year)
