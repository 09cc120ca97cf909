"""Sentences for errors of backups and restores."""

from pixflow.backups import BackupError
from web.french.typography import say

SENTENCES = {
    "backup-exists": "Une sauvegarde s'appelle déjà ainsi ({path}) : recommencez dans une seconde.",
    "not-written": "La sauvegarde ne s'écrit pas ({why}) : vérifiez la place et les droits.",
    "not-a-backup": "{path} n'est pas une sauvegarde de pixflow : donnez le dossier qui contient manifest.json.",
    "newer-format": "Une version plus récente de pixflow a fait cette sauvegarde : installez-la d'abord.",
    "older-format": "Une version plus ancienne de pixflow a fait cette sauvegarde (format {found}, celle-ci lit le "
    "format {known}) : rien n'a changé. Restaurez-la avec la version qui l'a faite.",
    "damaged": "{file} n'est plus ce qui a été sauvegardé : prenez une autre sauvegarde.",
    "bad-name": "« {slug} » n'est pas un nom de dossier de structure.",
    "structure-there": "La structure « {slug} » est déjà là. Avec --replace, la sauvegarde prend sa place, et ce qui "
    "est là est mis de côté.",
    "other-structure": "« {slug} » n'est pas la structure de cette sauvegarde : donnez-lui un autre nom (--structure).",
    "kept-elsewhere": "« {slug} » n'est pas gardée au même endroit : vérifiez PIXFLOW_DATABASE_URL.",
    "no-structure-key": "La clé de la structure n'est pas là. Remettez la copie que vous gardez à part dans {path}.",
    "keys-not-opened": "La clé de la structure n'ouvre pas les clés de cette sauvegarde : elle a changé depuis, ou "
    "n'est pas la sienne.",
    "keys-missing": "Des clés manquent ({count}), et ce qu'elles scellent ne se lit plus : rien n'a changé. Restaurez "
    "une sauvegarde qui les a (« pixflow restore --replace »).",
}

ASIDE = say(
    "Un effacement n'atteint pas les personnes qui ne sont que là, ou dans les sauvegardes faites depuis celle-ci : "
    "supprimez tout cela dès que vous n'en avez plus besoin."
)


def sentence(error: BackupError) -> str:
    return say(SENTENCES[error.code], **error.details)
