"""Sentences for what keeps `pixflow serve` from starting."""

from typing import Any

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
