"""Words of the register of all facts."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import zip_longest

from pixflow.ledger.register import SigningKey
from web.french import dates
from web.french.typography import number, plural, say

NO_REGISTER = "Il n’y a pas encore de registre : « serve » ou « pixflow tick » le commence."
LOST = "Le registre que les faits connaissent n’est pas là : « pixflow doctor » dit ce qui manque."
NOT_LOST = "Le registre est là, et suit les faits : il n’y a rien à commencer."
BEGUN = "Une autre époque du registre commence, n° {epoch}. Sa clé : {key}"
TELL_BEGUN = "Donnez cette clé à qui vous audite et à votre témoin, et dites-leur pourquoi."
DIFFERS = "Les faits ne sont plus ceux que le registre a lus : « pixflow doctor » dit lesquels. Rien n’est signé."
ROTATED = "Le registre a une autre clé : {key}"
TELL = "Donnez-la à qui vous audite et à votre témoin. L’ancienne est détruite ; la page Registre garde la passation."
NOT_EXTENDED = "Ce que vous gardez ne se prouve pas : {why}."
NOTHING_GIVEN = "donnez un texte, ou un fichier"
MANY = "il y en a {count} ici, n’en donnez qu’un"
OTHER = "il est d’un autre registre"
UNSIGNED = "ce registre ne l’a pas signé"
BENT = "les empreintes de ce registre ne sont plus celles qu’il a signées ; « pixflow doctor » le dit à l’exploitant"
UNKNOWN_CODE = "ce registre n’a signé aucun point de contrôle de ce code, à moins d’une lettre mal lue"
UNKNOWN_EPOCH = "il est de l’époque {epoch}, dont ce registre n’a rien : rien ici ne dit ce qu’il en est advenu"
WITNESS = "un témoin, {name}"
LINE = "Registre : {facts} · {short}"


def line(size: int, short: str) -> str:
    """Returns the line of a paper: the number of facts, and the first letters of their root."""
    return say(LINE, facts=plural(size, "fait"), short=short)


def taken_up(epoch: int, count: int) -> str:
    """Returns that a restore, or the loss of the register, left out what an earlier epoch had."""
    text = "il est de l’époque {epoch} ; le registre a été repris depuis, après {kept}, et n’a plus ce qui suivait"
    return say(text, epoch=str(epoch), kept=plural(count, "fait"))


def ahead(size: int, last: int) -> str:
    """Returns that a checkpoint has more facts than its register."""
    text = (
        "il atteste {facts}, et ce registre n’en a lu que {last}. Il est d’avant, ou une autre copie signe aussi : "
        "gardez ce que vous avez, c’est une preuve"
    )
    return say(text, facts=plural(size, "fait"), last=number(last))


def unknown_line(size: int) -> str:
    """Returns that no register here has the code of a paper."""
    text = (
        "à {facts}, ce registre a un autre code. Relisez le nombre et les lettres ; s’ils sont justes, gardez ce "
        "papier : son PDF dit qui a signé"
    )
    return say(text, facts=plural(size, "fait"))


def two_trees(size: int, held: str, ours: str) -> str:
    """Returns that the register signed another tree than its own."""
    text = (
        "une même clé a signé deux suites différentes de {facts}, la vôtre ({held}) et celle de ce registre ({ours}). "
        "Gardez les deux : il n’y a pas de preuve plus forte"
    )
    return say(text, facts=plural(size, "fait"), held=held, ours=ours)


def epoch(nth: int, count: int, began: str) -> str:
    """Returns how an epoch of the register began."""
    if nth == 1:
        return say("Commencé le {began}.", began=began)
    text = "Repris le {began}, après {kept} : une sauvegarde a été remise, ou le registre a été perdu."
    return say(text, began=began, kept=plural(count, "fait"))


def keys(signing_keys: Sequence[SigningKey], zone: str) -> Iterator[tuple[SigningKey, str]]:
    """Yields each key of the register with when it signs."""
    days = [dates.instant(one.since, zone) for one in signing_keys]
    for one, since, until in zip_longest(signing_keys, days, days[1:]):
        text = "la clé qui a servi du {since} au {until}" if until else "la clé qui sert depuis le {since}"
        yield one, say(text, since=since, until=until)


def phrase_check(day: date, reached: int, changed: list[int]) -> str:
    """Returns what the operator's last check compared, and found."""
    when = dates.day(day, year=True)
    if changed:
        return say(
            "Le {when}, un fait au moins n’était plus celui que le registre a lu : n° {n}.", when=when, n=changed[0]
        )
    return say(
        "Le {when}, {facts} comparés avec le registre : aucun ne diffère.", when=when, facts=plural(reached, "fait")
    )
