"""French labels of Pix Orga, and the comparison of a header with them (docs/pix-orga.md#assessments, #profiles)."""

import re
import unicodedata

from pixflow.pix_orga.cells import unguard

ORGANISATION = "Nom de l'organisation"
CAMPAIGN_ID = "ID Campagne"
CODE = "Code"
CAMPAIGN_NAME = "Nom de la campagne"
COURSES = frozenset({"Parcours", "Nom du Profil Cible"})
LAST_NAME = "Nom du Participant"
FIRST_NAME = "Prénom du Participant"
STUDENT_LABELS = frozenset({"Classe", "Groupe", "Numéro Étudiant"})
PROGRESS = "% de progression"
STARTED = ("Date de début", "Date et heure de début")
SHARED = "Partage (O/N)"
SHARED_AT = ("Date du partage", "Date et heure du partage")
PALIER = re.compile(r"Palier obtenu \(/([0-9]{1,3})\)")
BADGE_END = " obtenu (O/N)"
MASTERY = "% maitrise de l'ensemble des acquis du profil"
COMPETENCE = (
    "% de maitrise des acquis de la compétence ",
    "Nombre d'acquis du profil cible dans la compétence ",
    "Acquis maitrisés dans la compétence ",
)
DOMAIN = (
    "% de maitrise des acquis du domaine ",
    "Nombre d'acquis du profil cible du domaine ",
    "Acquis maitrisés du domaine ",
)
SKILL_START = "@"
SENT = "Envoi (O/N)"
SENT_AT = ("Date de l'envoi", "Date et heure de l'envoi")
PIX_TOTAL = "Nombre de pix total"
CERTIFIABLE = "Certifiable (O/N)"
CERTIFIABLE_COMPETENCES = "Nombre de compétences certifiables"
LEVEL = ("Niveau pour la compétence ", "Nombre de pix pour la compétence ")
ENGLISH = frozenset({"Organisation's name", "Campaign ID", "Participant's last name", "Participant's first name"})


class BadHeader(ValueError):
    """The column at `position` (from 0) is missing or is not the `expected` one ("" when several are possible)."""

    def __init__(self, position: int, expected: str) -> None:
        super().__init__(position)
        self.position = position
        self.expected = expected


_LIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00a0": " ", "\u202f": " "})


def tidy(header: str) -> str:
    """Returns the header without its formula guard, composed (NFC)."""
    return unguard(unicodedata.normalize("NFC", header))


def plain(header: str) -> str:
    """Returns the header to compare: tidy, with ASCII apostrophes and spaces, and of the same length."""
    return tidy(header).translate(_LIKE)


def zone_of(header: str, labels: tuple[str, ...]) -> str | None:
    """Returns the zone in parentheses after a date label, "" when absent, None for another header."""
    for label in labels:
        if header == label:
            return ""
        if header.startswith(f"{label} (") and header.endswith(")"):
            return header[len(label) + 2 : -1]
    return None
