"""Sentences of the terminal for what failed: the store, a file, the disk. Each says what to do."""

from errno import EDQUOT, EFBIG, ENOSPC

from sqlalchemy.exc import OperationalError

from pixflow.ledger.register import RegisterClosed
from pixflow.store import Damaged, StoreFull, StoreRefused, UnknownTopic
from web.french.errors.refusals import store_error
from web.french.typography import say

UNREADABLE = (
    "Les tables de lecture ne répondent pas : le disque est plein ou en panne, ou la base est arrêtée. Sinon, mettez "
    "leur dossier de côté (PIXFLOW_TABLES, ou read dans celui de la structure) : « serve » les refait."
)
DAMAGED = "Un fait enregistré ne se lit pas : lancez « pixflow doctor », puis restaurez la dernière sauvegarde."
DISK = (
    "Un fichier ou un dossier ne se laisse pas lire ou écrire : vérifiez son disque et ses droits, ou remettez ce qui "
    "était là."
)
REGISTER = (
    "Les fichiers du registre ne se laissent pas lire ou écrire, ou sont abîmés : vérifiez le disque, et leurs droits. "
    "Abîmés, mettez-les de côté comme preuve."
)


def sentence(error: Exception) -> str:
    """Returns the sentence of an error, with its own words where they name what failed."""
    match error:
        case StoreRefused():
            return f"{store_error(error)} ({error})"
        case Damaged() | UnknownTopic():
            return f"{say(DAMAGED)} ({error})"
        case RegisterClosed():
            return f"{say(REGISTER)} ({error})"
        case OperationalError():
            return say(UNREADABLE)
        case OSError(errno=number) if number in (ENOSPC, EDQUOT, EFBIG):
            return store_error(StoreFull())
        case OSError():
            where = f"{error.filename} : " if error.filename else ""
            return f"{say(DISK)} ({where}{error.strerror or type(error).__name__})"
    return store_error(error)
