"""Words for accounts: events, refusals, decisions."""

from pixflow.events import staff as x
from pixflow.events.base import Event
from web.french.phrases import EventWords


def _let_in(direction: bool) -> str:
    return "" if direction else ", sans la direction"


EVENTS: dict[type[Event], EventWords] = {
    x.AccountInvited: ("Invitation à se connecter", "{whom} est invité·e à se connecter"),
    x.AccountOpened: ("Compte ouvert", "{whom} a ouvert son compte, par {way}"),
    x.AccountConfirmed: ("Compte confirmé", lambda event: "Compte de {whom} confirmé" + _let_in(event.direction)),
    x.AccountSuspended: ("Accès coupé", "Accès de {whom} coupé : {reason}"),
    x.ClosingRequested: (
        "Fin d’accès demandée", "Fin de l’accès ou d’un rôle de {whom} demandée, après plusieurs autres dans l’heure",
    ),
    x.RestorationRequested: ("Retour d’accès demandé", "Retour de l’accès de {whom} demandé"),
    x.AccountRestored: ("Accès rendu", lambda event: "Accès de {whom} rendu" + _let_in(event.direction)),
    x.FactorsResetRequested: (
        "Nouveaux moyens d’entrer demandés", "Nouveaux moyens d’entrer demandés pour {whom}",
    ),
    x.FactorsResetWithdrawn: (
        "Demande de nouveaux moyens d’entrer retirée", "Demande de nouveaux moyens d’entrer pour {whom} retirée",
    ),
    x.FactorsReset: ("Moyens d’entrer effacés", "Moyens d’entrer de {whom} effacés"),
}  # fmt: skip

REFUSALS: dict[str, str] = {
    "own-account": "Personne ne décide de son propre compte : demandez à quelqu’un d’autre.",
    "account-suspended": "L’accès de cette personne est coupé : deux personnes doivent d’abord le rendre.",
    "not-suspended": "L’accès de cette personne n’est pas coupé.",
    "not-invited": "Cette personne n’a pas encore de compte : invitez-la d’abord.",
    "not-opened": "Personne n’a encore ouvert ce lien : le compte se confirme une fois ouvert.",
    "direction-lets-in": "Ce compte a été ouvert sans la direction : elle le confirme d’abord.",
    "direction-decides": "Le premier pas vient de l’administration : la direction fait le second.",
    "last-steward": "Il ne resterait pas une direction et une autre personne pour tenir les comptes : donnez "
    "d’abord un rôle à quelqu’un, ou demandez à l’exploitant.",
}

DECISIONS: dict[str, str] = {
    "invite_account": "inviter quelqu’un à se connecter",
    "open_account": "ouvrir un compte",
    "confirm_account": "confirmer un compte",
    "suspend_account": "couper l’accès de quelqu’un",
    "request_restoration": "demander de rendre un accès",
    "restore_account": "rendre un accès",
    "request_factors_reset": "demander de nouveaux moyens d’entrer",
    "withdraw_factors_reset": "retirer une demande de nouveaux moyens d’entrer",
    "reset_factors": "effacer les moyens d’entrer de quelqu’un",
}

SUSPENSIONS: dict[str, str] = {
    "colleague": "par un·e collègue",
    "mass-reading": "trop de dossiers ouverts en peu de temps",
    "operator": "par l’exploitant",
}
