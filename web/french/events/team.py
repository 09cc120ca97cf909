"""Words for the team: events of staff, absences, refusals."""

from datetime import date

from pixflow.events import staff as s
from pixflow.events.base import Event
from pixflow.team.staff import CONFIRMED
from web.french import dates
from web.french.phrases import RETRACTED, EventWords
from web.french.typography import NBSP

EVENTS: dict[type[Event], EventWords] = {
    s.StaffJoined: ("Arrivée dans l’équipe", "{name} rejoint l’équipe[, site de {site}]"),
    s.ContactStated: (
        "Téléphone professionnel",
        lambda event: "Téléphone de {whom} : {phone}" if event.phone else "Téléphone de {whom} retiré",
    ),
    s.CalendarAddressReplaced: ("Adresse de l’agenda", "Adresse de l’agenda de {whom} changée"),
    s.MonthlyPageChosen: (
        "Page du mois",
        lambda event: "{whom} reçoit la page du mois par courriel"
        if event.wanted
        else "{whom} ne reçoit plus la page du mois",
    ),
    s.RoleGranted: (
        "Rôle",
        lambda event: "Rôle donné à {whom} : {role}[, jusqu’au {until}]"
        + (", à confirmer" if event.to_confirm or event.role in CONFIRMED else ""),
    ),
    s.RoleConfirmed: ("Confirmation d’un rôle", "Rôle de {whom} confirmé : {role}"),
    s.RoleEnded: ("Fin de rôle", "Rôle retiré à {whom} : {role}"),
    s.StaffLeft: ("Départ de l’équipe", "{whom} quitte l’équipe, dernier jour le {last_day}"),
    s.StaffReturned: ("Retour dans l’équipe", "{whom} est de nouveau dans l’équipe"),
    s.AbsenceDeclared: (
        "Absence",
        lambda event: "Absence de {whom} {days}, " + ("suppléance : {deputy}" if event.deputy else "sans suppléance"),
    ),
    s.AbsenceCancelled: ("Absence annulée", "Absence de {whom} annulée"),
    s.ReferentDesignated: (
        "Désignation d’un·e référent·e", "{whom}, référent·e Pix[, site de {site}]",
    ),
    s.PixTakenByStaff: ("Pix passé par l’équipe", "{whom} a passé Pix"),
    s.TrainingAttended: ("Formation de l’équipe", "{whom} a suivi une formation[ : {course}]"),
    s.BriefingHeld: ("Information de l’équipe", "{whom} a été informé·e[ : {course}]"),
    s.Retracted: ("Annulation (équipe)", RETRACTED),
}  # fmt: skip

REFUSALS: dict[str, str] = {
    "unknown-person": "Cette personne n’est pas dans l’équipe : rechargez la page.",
    "has-left": "Cette personne a quitté l’équipe le {last_day} : notez d’abord son retour.",
    "team-changed": "L’équipe a changé pendant que vous la relisiez : relisez la liste ci-dessous.",
    "own-roles": "On ne change pas ses propres rôles : demandez à une autre personne.",
    "role-not-granted": "Cette personne n’a plus ce rôle : rechargez la page.",
    "same-person-confirms": "Vous avez donné ce rôle : une deuxième personne le confirme.",
    "direction-confirms": "Une administration a donné ce rôle : la direction le confirme.",
    "direction-ends": "Seule la direction retire ce rôle à quelqu’un de la direction : demandez-le-lui.",
    "last-of-direction": "Plus personne ne serait de la direction : donnez d’abord ce rôle à quelqu’un d’autre.",
    "last-referent": "Plus personne ne serait référent·e Pix : désignez quelqu’un d’abord, ou confirmez.",
    "absence-backwards": "Le dernier jour, le {last}, est avant le premier, le {first} : corrigez l’un des deux.",
    "absence-past": "Cette absence est terminée depuis le {last} : il n’y a plus rien à y changer.",
    "absence-overlaps": "Une absence est déjà notée {between} : changez celle-là, ou choisissez d’autres jours.",
    "deputises-then": "{person} compte sur cette personne {between} : donnez-lui une autre suppléance, ou confirmez.",
    "deputy-self": "On ne se supplée pas soi-même : choisissez quelqu’un d’autre.",
    "unknown-deputy": "Cette personne n’est pas, ou plus, dans l’équipe ces jours-là : choisissez-en une autre.",
    "deputy-role": "La suppléance revient à quelqu’un qui tient déjà les mêmes rôles : choisissez quelqu’un d’autre.",
    "deputy-not-chosen": "La suppléance se choisit par cette personne, la direction ou la ou le référent·e Pix.",
    "deputy-leaves": "Cette personne quitte l’équipe le {last_day} : choisissez-en une autre.",
    "deputy-absent": "Cette personne est absente elle-même {between} : choisissez-en une autre.",
    "already-noted": "C’est déjà noté, le {on}. Si la date est fausse, annulez cette ligne d’abord.",
    "not-noted": "Cette ligne n’est plus dans la liste : rechargez la page.",
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
    "choose_monthly_page": "choisir les courriels de quelqu’un",
    "leave": "noter un départ",
    "come_back": "noter un retour",
    "designate_referent": "désigner la ou le référent·e Pix",
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


def between(first: date, last: date, *, year: int) -> str:
    """Returns "le 21 septembre" or "du 28 septembre au 2 octobre"; the year is left out if it equals `year`."""
    end = dates.day(last, year=last.year != year)
    if first == last:
        return f"le {end}"
    if (first.year, first.month) == (last.year, last.month):
        return f"du {'1er' if first.day == 1 else first.day} au{NBSP}{end}"
    return f"du {dates.day(first, year=first.year != last.year)} au {end}"
