"""French sentences for what the log says. The code logs a short English text; this module words it for operators.

A monitor may search for the English text: a JSON line has it too, with its details, as `code`.
"""

import logging
from datetime import timedelta
from typing import Any

from web.french.typography import plural, say, typeset

AGAIN = "Le prochain « tick » recommence."
SENTENCES = {
    # --- erasures and restores
    "%d people wait for their keys to be destroyed: run pixflow erasures": "{} personnes attendent que leurs clés "
    "soient détruites : lancez « pixflow erasures ».",
    "a stream of an erased person does not open: its keys are destroyed, no event says so": "Les faits d’une personne "
    "effacée ne s’ouvrent pas : ses clés sont détruites, aucun fait ne le dit.",
    "an erasure is not finished": f"Un effacement n’est pas terminé. {AGAIN}",
    "backups keep the keys they have: the structure lacks some of its own": "Les sauvegardes gardent leurs clés : la "
    "structure n’a plus toutes les siennes. Lancez « pixflow doctor ».",
    # --- tables, figures and lists
    "a plain batch failed: %s": "Des faits n’ont pas été lus d’un trait ({}) : ils sont relus un à un.",
    "entries of figures": f"Les chiffres ne sont pas à jour. {AGAIN}",
    "first entries": f"Les premiers chiffres ne sont pas faits. {AGAIN}",
    "past of the lists": f"Les listes des jours passés ne sont pas prêtes. {AGAIN}",
    "read tables are damaged: %s": "Des tables de lecture sont abîmées ({}) : elles sont refaites.",
    "rows are written for each projection alone: %s": "Les tables de lecture ne s’écrivent pas ensemble ({}) : chacune "
    "est écrite à part.",
    "tasks of a period": "Les tâches d’une période ne sont pas comptées.",
    "tasks of a period: a dossier is left out: %s": "Un dossier manque aux tâches d’une période ({}).",
    # --- e-mails
    "a mail to a partner could not leave: %s (%s)": f"Un courriel à un partenaire n’est pas parti ({{}}). {AGAIN}",
    "a notice could not leave: %s (%s)": "Un courriel n’est pas parti ({}). « pixflow doctor » dit pourquoi.",
    "a page to send": f"Un courriel n’est pas parti : son PDF n’est pas fait. {AGAIN}",
    # --- the register
    "the register did not follow": "Le registre de « {structure} » n’a pas suivi les faits : « pixflow doctor » dit "
    "pourquoi.",
    "the register did not note who holds a checkpoint": "Le registre n’a pas noté qui détient un point de contrôle : "
    "« pixflow doctor » dit pourquoi.",
    "the witness did not cosign": "Le témoin n’a pas contresigné le registre de « {structure} » : « pixflow doctor » "
    "dit pourquoi.",
    # --- a process
    "%s does not open: %r": "La structure « {} » ne s’ouvre pas : « pixflow doctor » dit pourquoi.",
    "%s: events can be changed, triggers are missing: %s. See pixflow doctor": "{} : des faits peuvent être changés, "
    "des déclencheurs manquent ({}). Lancez « pixflow doctor ».",
    "%s: read tables on PostgreSQL are dropped": "{} : les tables de lecture sont maintenant des fichiers de cette "
    "machine, celles que gardait PostgreSQL sont supprimées.",
    "a note of doctor: %s": "{}",
    "a round of periodic jobs": f"Un tour du travail périodique n’est pas fini. {AGAIN}",
    "alarms": f"Les alertes d’une structure ne sont pas parties. {AGAIN}",
    "checks": f"Une structure n’a pas été vérifiée. {AGAIN}",
    "stopped at %s": "Erreur imprévue, pour « {} » :",
    "the clock of this machine jumped by %s": "L’horloge de cette machine a sauté de {}.",
    "the issuer: %s: %s": "Le fournisseur d’identité n’a laissé personne se connecter ({}).",
    "tick": f"Le travail périodique d’une structure n’est pas fini. {AGAIN}",
    "tick of the accounts": f"Le travail périodique des comptes n’est pas fini. {AGAIN}",
    "tick of the links": f"Un lien demandé par un partenaire n’est pas refait. {AGAIN}",
    "tick: the store of %s does not answer": f"La base de « {{}} » ne répond pas. {AGAIN}",
}
"""Sentence by logged text. It may say its arguments, in their order, and its `extra`, by their names."""
OTHER = "Message de « {name} » : {message}"
"""A message of a library, and a code of the security events."""
LEFT_OUT = "{} (et {} avant lui)"


class FrenchFormatter(logging.Formatter):
    """Formats a message of the log as a French sentence. The traceback of an error follows as it is."""

    def format(self, record: logging.LogRecord) -> str:
        said = in_french(record)
        if said is record:
            said = _with(record, say(OTHER, name=record.name, message=record.getMessage()))
        return super().format(said)


def in_french(record: logging.LogRecord) -> logging.LogRecord:
    """Returns a copy of a record that says its sentence, with the English text as `code`; itself if it has none."""
    if not (sentence := SENTENCES.get(str(record.msg))):
        return record
    values = record.args if isinstance(record.args, tuple) else ()
    return _with(record, typeset(sentence).format(*map(_worded, values), **vars(record)), code=record.getMessage())


def _with(record: logging.LogRecord, said: str, **extra: Any) -> logging.LogRecord:
    return logging.makeLogRecord({**vars(record), "msg": said, "args": None, **extra})


def _worded(value: object) -> object:
    return plural(round(value.total_seconds()), "seconde") if isinstance(value, timedelta) else value
