"""Sentences for errors of backups and restores."""

import msgspec

from pixflow.backups import BackupError
from pixflow.inspection import Fault
from web.french.typography import plural, say

SENTENCES = {
    "backup-exists": "Une sauvegarde s’appelle déjà ainsi ({path}) : recommencez dans une seconde.",
    "not-written": "La sauvegarde ne s’écrit pas ({why}) : vérifiez la place et les droits.",
    "not-a-backup": "{path} n’est pas une sauvegarde de pixflow : donnez le dossier qui contient manifest.json.",
    "newer-format": "Une version plus récente de pixflow a fait cette sauvegarde : installez-la d’abord.",
    "older-format": "Une version plus ancienne de pixflow a fait cette sauvegarde (format {found}, celle-ci lit le "
    "format {known}) : rien n’a changé. Restaurez-la avec la version qui l’a faite.",
    "damaged": "{file} n’est plus ce qui a été sauvegardé : prenez une autre sauvegarde.",
    "unopened": "Le fait n° {position} ne se lit pas ({topic}, fiche {stream}), sur {count} en tout : rien n’a changé. "
    "Prenez une sauvegarde plus ancienne, ou acceptez cette perte (--damaged).",
    "changed": "Des faits de cette sauvegarde ({count}) ne sont plus ceux que le registre a lus : rien n’a changé. "
    "Prenez une sauvegarde plus ancienne, ou acceptez-les (--damaged) : le registre le dira.",
    "bad-name": "« {slug} » n’est pas un nom de dossier de structure.",
    "structure-there": "La structure « {slug} » est déjà là. Avec --replace, la sauvegarde prend sa place, et ce qui "
    "est là est mis de côté.",
    "other-structure": "« {slug} » n’est pas la structure de cette sauvegarde : donnez-lui un autre nom (--structure).",
    "kept-elsewhere": "« {slug} » n’est pas gardée au même endroit : vérifiez PIXFLOW_DATABASE_URL.",
    "no-structure-key": "La clé de la structure n’est pas là. Remettez la copie que vous gardez à part dans {path}.",
    "keys-not-opened": "La clé de la structure n’ouvre pas les clés de cette sauvegarde : elle a changé depuis, ou "
    "n’est pas la sienne.",
    "keys-missing": "Des clés manquent ({count}), et ce qu’elles scellent ne se lit plus : rien n’a changé. Restaurez "
    "une sauvegarde qui les a (« pixflow restore DOSSIER --replace --reason loss »).",
}

ASIDE = say(
    "Un effacement n’atteint pas les personnes qui ne sont que là, ou dans les sauvegardes faites depuis celle-ci : "
    "supprimez tout cela dès que vous n’en avez plus besoin."
)
UNHEARD = say(
    "Le registre n’a pas pu noter cette reprise. S’il n’a pas lu les mêmes faits, il ne signe rien avant « pixflow "
    "register begin »."
)


def phrase_place(event: Fault) -> str:
    """Returns the place of an event that does not open."""
    return say("fait n° {position} ({topic}, fiche {stream})", **msgspec.structs.asdict(event))


def kept_apart(unopened: int, differing: int) -> str:
    """Returns why a backup is kept apart: events that do not open, and those that the register has read otherwise."""
    reasons = [
        *([plural(unopened, "fait ne se lit pas", "faits ne se lisent pas")] if unopened else ()),
        *([differs(differing)] if differing else ()),
    ]
    kept = "" if not differing else " Gardez aussi le registre, et les sauvegardes d’avant."
    text = "{told} : cette sauvegarde est mise à part, et aucune autre n’est supprimée.{kept}"
    return say(text, told=", ".join(reasons), kept=kept)


def differs(count: int) -> str:
    """Returns how many events are not what the register has read."""
    return plural(count, "fait n’est plus celui que le registre a lu", "faits ne sont plus ceux que le registre a lus")


def lost(count: int | None) -> str:
    """Returns the number of events that a restore replaced and did not bring back."""
    if count is None:
        return "Ce qui était là ne se compte pas."
    return plural(count, "fait n’est plus là.", "faits ne sont plus là.")


def sentence(error: BackupError) -> str:
    return say(SENTENCES[error.code], **error.details)
