"""Words for the team: events of staff, absences, refusals."""

from datetime import date

from pixflow.events import staff as s
from pixflow.events.base import Event
from pixflow.team.staff import CONFIRMED
from web.french import dates, typography, vocabulary
from web.french.events import access
from web.french.events.fields import EventContext
from web.french.phrases import listed, noted
from web.french.typography import NBSP, de, say

TITLES: dict[str, str] = {
    "staff.StaffJoined": "Arrivée dans l’équipe",
    "staff.ContactStated": "Téléphone professionnel",
    "staff.CalendarAddressReplaced": "Adresse de l’agenda",
    "staff.RoleGranted": "Rôle",
    "staff.RoleConfirmed": "Confirmation d’un rôle",
    "staff.RoleEnded": "Fin de rôle",
    "staff.StaffLeft": "Départ de l’équipe",
    "staff.StaffReturned": "Retour dans l’équipe",
    "staff.AbsenceDeclared": "Absence",
    "staff.AbsenceCancelled": "Absence annulée",
    "staff.ReferentDesignated": "Désignation d’une référente ou d’un référent",
    "staff.PixTakenByStaff": "Pix passé par l’équipe",
    "staff.TrainingAttended": "Formation de l’équipe",
    "staff.BriefingHeld": "Information de l’équipe",
    "staff.Retracted": "Annulation (équipe)",
}

REFUSALS: dict[str, str] = {
    "unknown-person": "Cette personne n’est pas dans l’équipe : rechargez la page.",
    "has-left": "Cette personne a quitté l’équipe le {last_day} : notez d’abord son retour.",
    "team-changed": "L’équipe a changé pendant que vous la relisiez : relisez la liste ci-dessous.",
    "own-roles": "On ne change pas ses propres rôles : demandez à une autre personne.",
    "role-not-granted": "Cette personne n’a plus ce rôle : rechargez la page.",
    "same-person-confirms": "Vous avez donné ce rôle : une deuxième personne le confirme.",
    "direction-confirms": "Une administration a donné ce rôle : la direction le confirme.",
    "last-of-direction": "Plus personne ne serait de la direction : donnez d’abord ce rôle à quelqu’un d’autre.",
    "last-referent": "Plus personne ne serait référent·e Pix : désignez quelqu’un d’abord, ou confirmez.",
    "absence-backwards": "Le dernier jour, le {last}, est avant le premier, le {first} : corrigez l’un des deux.",
    "absence-past": "Cette absence est terminée depuis le {last} : il n’y a plus rien à y changer.",
    "absence-overlaps": "Une absence est déjà notée {between} : changez celle-là, ou choisissez d’autres jours.",
    "deputises-then": "{person} compte sur cette personne {between} : donnez-lui une autre suppléance, ou confirmez.",
    "deputy-self": "On ne se supplée pas soi-même : choisissez quelqu’un d’autre.",
    "unknown-deputy": "Cette personne n’est pas, ou plus, dans l’équipe ces jours-là : choisissez-en une autre.",
    "deputy-role": "La suppléance revient à quelqu’un qui tient déjà les mêmes rôles : choisissez quelqu’un d’autre.",
    "deputy-not-chosen": "La suppléance se choisit par cette personne, la direction ou la personne référente Pix.",
    "deputy-leaves": "Cette personne quitte l’équipe le {last_day} : choisissez-en une autre.",
    "deputy-absent": "Cette personne est absente elle-même {between} : choisissez-en une autre.",
    "already-noted": "C’est déjà noté, le {on}. Si la date est fausse, annulez ce fait d’abord.",
    "not-noted": "Ce fait n’est plus dans la liste : rechargez la page.",
    "until-past": "Le {until} est déjà passé : choisissez un jour à venir.",
    "followed-by-nobody": "Ce dossier n’est suivi par personne : affectez-le d’abord.",
    "reassigned-since": "Ce dossier est passé depuis à {advisor} : il n’y a plus rien à annuler.",
}

DECISIONS: dict[str, str] = {
    "add": "ajouter quelqu’un à l’équipe",
    "change_roles": "changer les rôles de quelqu’un",
    "confirm_role": "confirmer un rôle",
    "state_contact": "changer le téléphone de quelqu’un",
    "replace_calendar_address": "changer l’adresse de l’agenda de quelqu’un",
    "leave": "noter un départ",
    "come_back": "noter un retour",
    "designate_referent": "désigner la personne référente Pix",
    "declare_absence": "déclarer cette absence",
    "cancel_absence": "annuler cette absence",
    "take_pix": "noter que quelqu’un a passé Pix",
    "attend_training": "noter une formation",
    "hold_briefing": "noter une information",
    "take_back": "annuler ce qui est noté d’une personne",
    "lend": "confier un dossier jusqu’à un jour",
    "give_back": "rendre un dossier",
    "return_dossier": "rendre un dossier avant son jour",
    "undo_assignment": "annuler une affectation",
    "undo_return": "confier à nouveau un dossier juste rendu",
}


def sentence(event: Event, context: EventContext) -> str:
    """Returns the sentence of an event of staff, "" for other events."""
    name = context.names.staff(context.recorded.originator_id)
    match event:
        case s.StaffJoined(name=joined, site=site):
            return listed(f"{joined} rejoint l’équipe", site and f"site {de(site)}")
        case s.ContactStated(phone=phone):
            said = "Téléphone {of} : {phone}" if phone else "Téléphone {of} retiré"
            return say(said, of=de(name), phone=typography.phone(phone or ""))
        case s.CalendarAddressReplaced():
            return f"Adresse de l’agenda {de(name)} changée"
        case s.RoleGranted(role=role, until=until, to_confirm=to_confirm):
            said = say("Rôle donné à {name} : {role}", name=name, role=vocabulary.ROLES[role])
            return listed(
                said, until and f"jusqu’au {context.day(until)}", (to_confirm or role in CONFIRMED) and "à confirmer"
            )
        case s.RoleConfirmed(role=role):
            return say("Rôle de {name} confirmé : {role}", name=name, role=vocabulary.ROLES[role])
        case s.RoleEnded(role=role):
            return say("Rôle retiré à {name} : {role}", name=name, role=vocabulary.ROLES[role])
        case s.StaffLeft(last_day=day):
            return f"{name} quitte l’équipe, dernier jour le {context.day(day)}"
        case s.StaffReturned():
            return f"{name} est de nouveau dans l’équipe"
    return _away(event, context, name) or _own(event, name) or access.sentence(event, name)


def _away(event: Event, context: EventContext, name: str) -> str:
    match event:
        case s.AbsenceDeclared(first=first, last=last, deputy=deputy):
            whom = say("suppléance : {name}", name=context.names.staff(deputy)) if deputy else "sans suppléance"
            year = context.recorded.at.year
            return listed(f"Absence {de(name)} {between(first, last, year=year)}", whom)
        case s.AbsenceCancelled():
            return f"Absence {de(name)} annulée"
    return ""


def _own(event: Event, name: str) -> str:
    match event:
        case s.ReferentDesignated(site=site):
            return listed(f"{name}, référent·e Pix", site and f"site {de(site)}")
        case s.PixTakenByStaff():
            return f"{name} a passé Pix"
        case s.TrainingAttended(title=title):
            return noted(f"{name} a suivi une formation", title)
        case s.BriefingHeld(title=title):
            return noted(f"{name} a été informé·e", title)
    return ""


def between(first: date, last: date, *, year: int) -> str:
    """Returns "le 21 septembre" or "du 28 septembre au 2 octobre"; the year is left out if it equals `year`."""
    end = dates.day(last, year=last.year != year)
    if first == last:
        return f"le {end}"
    if (first.year, first.month) == (last.year, last.month):
        return f"du {'1er' if first.day == 1 else first.day} au{NBSP}{end}"
    return f"du {dates.day(first, year=first.year != last.year)} au {end}"
