"""Words for workshops: their events, their times, their seats."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from pixflow.events import workshop as w
from pixflow.events.base import Event
from web.french import dates, typography, vocabulary
from web.french.events.fields import EventContext
from web.french.phrases import listed
from web.french.typography import NBSP, plural, say

TITLES: dict[str, str] = {
    "workshop.WorkshopScheduled": "Atelier fixé",
    "workshop.FacilitatorJoined": "Animation de l’atelier",
    "workshop.FacilitatorLeft": "Départ de l’animation",
    "workshop.WorkshopMoved": "Atelier déplacé",
    "workshop.WorkshopCancelled": "Atelier annulé",
    "workshop.SeatTaken": "Place prise",
    "workshop.SeatReleased": "Place rendue",
    "workshop.WaitlistJoined": "Liste d’attente",
    "workshop.WaitlistLeft": "Fin d’attente",
    "workshop.SeatOffered": "Place proposée",
    "workshop.SeatOfferLapsed": "Proposition échue",
    "workshop.AttendanceMarked": "Présence notée",
    "workshop.HelpAsked": "Appel à l’aide",
    "workshop.HelpGiven": "Réponse à l’appel",
    "workshop.WorkshopClosed": "Atelier clos",
    "workshop.YoungPeopleSearched": "Recherche parmi tous",
    "workshop.PaperIssued": "Papier d’un atelier",
    "workshop.Retracted": "Annulation (atelier)",
}

REFUSALS: dict[str, str] = {
    "unknown-workshop": "Cet atelier n’existe pas : rechargez la page.",
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


def sentence(event: Event, context: EventContext) -> str:
    """Returns the sentence of a workshop's event."""
    return _course(event, context) or _seats(event, context)


def _course(event: Event, context: EventContext) -> str:
    match event:
        case w.WorkshopScheduled(site=site, place=place, capacity=capacity):
            when = moment(event.starts, event.ends, context.zone, year=True)
            where = f"{place} ({site})" if place and site else place or site
            return listed(say("Atelier fixé : {when}", when=when), where, plural(capacity, "place"))
        case w.WorkshopMoved(place=place):
            return listed(say("Atelier déplacé : {when}", when=moment(event.starts, event.ends, context.zone)), place)
        case w.WorkshopCancelled(reason=reason):
            return say("Atelier annulé : {reason}", reason=vocabulary.CANCELLATIONS[reason])
        case w.FacilitatorJoined(facilitator=who):
            return say("Animé par {name}", name=context.names.staff(who))
        case w.FacilitatorLeft(facilitator=who):
            return say("N’est plus animé par {name}", name=context.names.staff(who))
        case w.HelpAsked():
            return "Aide demandée pendant l’atelier"
        case w.HelpGiven():
            return "Aide apportée"
        case w.YoungPeopleSearched(shown=shown):
            return say("Recherche parmi tous les jeunes : {names}", names=plural(shown, "nom montré", "noms montrés"))
        case w.PaperIssued(paper=paper, people=people):
            return listed(say("Papier sorti : {paper}", paper=vocabulary.PAPERS[paper]), plural(people, "nom"))
        case w.WorkshopClosed(present=present, absent=absent, excused=excused):
            return say("Atelier clos : {counts}", counts=attendance(present, absent, excused))
    return ""


def _seats(event: Event, context: EventContext) -> str:
    match event:
        case w.SeatTaken(dossier=dossier):
            return say("Place prise : {name}", name=context.names.dossier(dossier))
        case w.SeatReleased(dossier=dossier):
            return say("Place rendue : {name}", name=context.names.dossier(dossier))
        case w.WaitlistJoined(dossier=dossier):
            return say("Sur la liste d’attente : {name}", name=context.names.dossier(dossier))
        case w.WaitlistLeft(dossier=dossier):
            return say("N’attend plus : {name}", name=context.names.dossier(dossier))
        case w.SeatOffered(dossier=dossier, until=until):
            text = "Place proposée jusqu’au {until} : {name}"
            return say(text, until=context.day(until), name=context.names.dossier(dossier))
        case w.SeatOfferLapsed(dossier=dossier):
            return say("Sans réponse à la place proposée : {name}", name=context.names.dossier(dossier))
        case w.AttendanceMarked(dossier=dossier, presence=presence):
            return say(
                "{name} : {presence}", name=context.names.dossier(dossier), presence=vocabulary.PRESENCES[presence]
            )
    return ""


def attendance(present: int, absent: int, excused: int) -> str:
    """Returns counts like "6 présents, 1 absent, 1 excusé", without zeros."""
    counted = ((present, "présent"), (absent, "absent"), (excused, "excusé"))
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


def on(day: date, today: date) -> str:
    """Returns "lundi 16 mars", with the year unless it is this one."""
    return dates.weekday_day(day, year=day.year != today.year)
