"""Words for accounts: events, refusals, decisions."""

from pixflow.events import staff as x
from pixflow.events.base import Event
from web.french import vocabulary
from web.french.typography import de, say

TITLES: dict[str, str] = {
    "staff.AccountInvited": "Invitation à se connecter",
    "staff.AccountOpened": "Compte ouvert",
    "staff.AccountConfirmed": "Compte confirmé",
    "staff.AccountSuspended": "Accès coupé",
    "staff.ClosingRequested": "Fin d’accès demandée",
    "staff.RestorationRequested": "Retour d’accès demandé",
    "staff.AccountRestored": "Accès rendu",
    "staff.FactorsResetRequested": "Nouveaux moyens d’entrer demandés",
    "staff.FactorsResetWithdrawn": "Demande de nouveaux moyens d’entrer retirée",
    "staff.FactorsReset": "Moyens d’entrer effacés",
}

REFUSALS: dict[str, str] = {
    "own-account": "Personne ne décide de son propre compte : demandez à quelqu’un d’autre.",
    "account-suspended": "L’accès de cette personne est coupé : deux personnes doivent d’abord le rendre.",
    "not-suspended": "L’accès de cette personne n’est pas coupé.",
    "not-invited": "Cette personne n’a pas encore de compte : invitez-la d’abord.",
    "not-opened": "Personne n’a encore ouvert ce lien : le compte se confirme une fois ouvert.",
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


def sentence(event: Event, name: str) -> str:
    """Returns the sentence of an event about the account of somebody, "" for other events."""
    match event:
        case x.AccountInvited():
            return f"{name} est invité·e à se connecter"
        case x.AccountOpened(way=way):
            return say("{name} a ouvert son compte, par {way}", name=name, way=vocabulary.WAYS[way])
        case x.AccountConfirmed():
            return f"Compte {de(name)} confirmé"
        case x.AccountSuspended(reason=reason):
            return say("Accès {of} coupé : {why}", of=de(name), why=SUSPENSIONS[reason])
        case x.ClosingRequested():
            return f"Fin de l’accès {de(name)} demandée, après plusieurs autres dans l’heure"
        case x.RestorationRequested():
            return f"Retour de l’accès {de(name)} demandé"
        case x.AccountRestored():
            return f"Accès {de(name)} rendu"
        case x.FactorsResetRequested():
            return f"Nouveaux moyens d’entrer demandés pour {name}"
        case x.FactorsResetWithdrawn():
            return f"Demande de nouveaux moyens d’entrer pour {name} retirée"
        case x.FactorsReset():
            return f"Moyens d’entrer {de(name)} effacés"
    return ""
