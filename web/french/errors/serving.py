"""Sentences for what keeps `pixflow serve` from starting, and for settings that do not fit or that nobody knows."""

from typing import Any

from web.french.errors.refusals import DATABASE
from web.french.typography import say

REASONS = {
    "no-demonstration": "Aucune démonstration dans {data} : commencez par « pixflow demo », "
    "ou par « pixflow init --demo ».",
    "no-structure": "Aucune structure dans {data} : vérifiez PIXFLOW_DATA, et que son disque est monté. Pour une "
    "première structure : « pixflow init --help ».",
    "demonstration-on-a-socket": "Une démonstration ne se sert que sur cette machine : --port.",
    "nobody-invited": "Personne ne peut encore se connecter : commencez par « pixflow account invite COURRIEL ». "
    "« pixflow serve --demo » ne sert que des démonstrations, où chacun choisit qui être.",
    "no-address": "Derrière une prise, il faut l’adresse publique : PIXFLOW_URL=https://…",
    "keys-open-to-others": "Des clés de « {slug} » se lisent par d’autres comptes de la machine : chmod 600 ({files}).",
    "few-files": "Les structures de ce dossier ({structures}) demandent {wanted} fichiers ouverts, et ce processus ne "
    "peut en ouvrir que {most} : « ulimit -n {wanted} » avant la commande, ou LimitNOFILE={wanted} dans l’unité de "
    "systemd.",
    "port-taken": "Le port {port} est pris par un autre programme : choisissez-en un avec --port.",
    "no-systemd-socket": "systemd n’a ouvert aucune prise pour ce programme : donnez un chemin à --socket.",
    "socket-taken": "La prise {path} ne peut pas être ouverte : le dossier manque, ou un autre programme l’occupe.",
    "socket-open-to-others": "La prise {path} est ouverte à tous les comptes de la machine : SocketMode=0660.",
}
DIFFERENT = (
    "Démonstration : chacun choisit qui être, sans mot de passe ; les personnes sont inventées, aucun courriel ne part "
    "et seule cette machine y accède. Une vraie Mission locale : « pixflow serve »."
)


def sentence(code: str, details: dict[str, Any]) -> str:
    """Returns why nothing is served."""
    return say(REASONS[code], **details)


SETTINGS = {
    "data form": "PIXFLOW_DATA n’est pas un dossier (« {value} »).",
    "data relative": "PIXFLOW_DATA n’est pas un chemin entier (« {value} ») : écrivez-le depuis la racine, comme "
    "/var/lib/pixflow.",
    "data file": "PIXFLOW_DATA n’est pas un dossier, un fichier est à sa place (« {value} »).",
    "structure form": "PIXFLOW_STRUCTURE n’est pas un nom de dossier (« {value} ») : des minuscules sans accent, des "
    "chiffres et des tirets.",
    "structure unknown": "PIXFLOW_STRUCTURE nomme une structure qui n’existe pas (« {value} »). Structures connues : "
    "{known}.",
    "database_url form": DATABASE["url"],
    "ledger form": "PIXFLOW_LEDGER n’est pas le chemin entier d’un dossier (« {value} »).",
    "tables form": "PIXFLOW_TABLES n’est pas le chemin entier d’un dossier (« {value} »).",
    "smtp form": "PIXFLOW_SMTP n’est pas une adresse : écrivez smtp://nom:secret@serveur:port, ou la même en smtps. Un "
    "caractère spécial du secret s’écrit en %XX : « / » devient %2F.",
    "smtp accents": "PIXFLOW_SMTP a un nom ou un secret avec des accents, qu’un serveur de courriels ne reçoit pas : "
    "demandez-en d’autres.",
    "smtp_security form": "PIXFLOW_SMTP_SECURITY vaut verified ou plain, et non « {value} ».",
    "sender form": "PIXFLOW_SENDER n’est pas une adresse de courriel (« {value} ») : écrivez pixflow@exemple.fr, sans "
    "nom devant.",
    "url form": "PIXFLOW_URL n’est pas une adresse (« {value} ») : écrivez https://nom, sans rien après.",
    "url clear": "PIXFLOW_URL ne commence pas par https:// (« {value} ») : les mots de passe voyageraient en clair.",
    "proxy form": "PIXFLOW_PROXY vaut true ou false, et non « {value} ».",
    "breached form": "PIXFLOW_BREACHED n’est pas un fichier qui se lit (« {value} ») : donnez son chemin entier.",
    "witness form": "PIXFLOW_WITNESS n’est pas l’adresse d’un témoin, en https ou sur cette machine, puis sa clé "
    "(« {value} »).",
    "witness_for form": "PIXFLOW_WITNESS_FOR n’est pas une suite de clés de registres (« {value} »).",
    "oidc_client_id form": "PIXFLOW_OIDC_CLIENT_ID ne se lit pas : écrivez-le en UTF-8, sur une ligne.",
    "oidc_secret form": "PIXFLOW_OIDC_SECRET ne se lit pas : écrivez-le en UTF-8, sur une ligne.",
    "oidc_issuer form": "PIXFLOW_OIDC_ISSUER n’est pas une adresse, en https ou sur cette machine (« {value} »).",
    "oidc_issuer alone": "PIXFLOW_OIDC_ISSUER demande aussi PIXFLOW_OIDC_CLIENT_ID et PIXFLOW_OIDC_SECRET.",
    "oidc_alg form": "PIXFLOW_OIDC_ALG vaut ES256, RS256 ou PS256, et non « {value} ».",
    "oidc_profile form": "PIXFLOW_OIDC_PROFILE vaut plain ou proconnect, et non « {value} ».",
}
"""Sentence by setting and code (web/hosting/settings.py); `form` is that of any other code."""


def setting(field: str, code: str, value: str = "", **details: str) -> str:
    """Returns why a setting does not fit."""
    return say(SETTINGS.get(f"{field} {code}") or SETTINGS[f"{field} form"], value=value, **details)


def phrase_unknown(name: str, nearest: str) -> str:
    """Returns that a variable is no setting, and which one may be meant."""
    if nearest:
        return say("pixflow ne connaît pas {name} : est-ce {nearest} ?", name=name, nearest=nearest)
    return say("pixflow ne connaît pas {name} : elle ne change rien.", name=name)
