"""Subjects and texts of e-mails: counts, links, names of colleagues; no young person's name, no score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pixflow.events.values import Role
from web.french import dates, tasks, vocabulary
from web.french.typography import de, plural, say, typeset


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks of one kind, how many of them are late, and the parameters of the address that shows them."""

    kind: str
    count: int
    late: int
    query: str


@dataclass(frozen=True, slots=True)
class Digest:
    """The tasks of one person, those of each absent colleague by name, and the number of tasks that wait too long."""

    own: Sequence[Tasks]
    for_others: Sequence[tuple[str, Sequence[Tasks]]]
    waiting: int

    @property
    def all(self) -> list[Tasks]:
        return [*self.own, *(tasks for _, theirs in self.for_others for tasks in theirs)]

    @property
    def total(self) -> int:
        return sum(tasks.count for tasks in self.all)


def digest(about: Digest, today: date, url: str) -> tuple[str, str]:
    """Returns subject and text of the digest. Each line ends with the address of its tasks; `url` is that of the queue.

    What is done for an absent colleague stands apart, under the colleague's name.
    """
    late = sum(tasks.late for tasks in about.all)
    head = f"{plural(about.total, 'tâche')} à faire" if about.total else "une boîte à regarder"
    subject = f"pixflow : {head}{f', dont {late} en retard' if late else ''}"
    lines = [typeset(f"Bonjour,\n\nVotre boîte du {dates.weekday_day(today)} :"), "", *_lines(about.own, url)]
    if about.waiting:
        waiting = f"- {plural(about.waiting, 'tâche')} de l’équipe en attente depuis longtemps : "
        lines.append(f"{typeset(waiting)}{url}#en-attente")
    for name, theirs in about.for_others:
        lines += ["", say("Pour {name}, en son absence :", name=name), "", *_lines(theirs, url)]
    return typeset(subject), "\n".join([*lines, "", typeset("Ma boîte : ") + url, ""])


def sign_text(text: str, structure: str) -> str:
    """Returns the text of an e-mail with the structure's name at its end."""
    return f"{text}\n-- \npixflow, {structure}\n"


def _lines(piles: Sequence[Tasks], url: str) -> list[str]:
    """Returns a line for each kind, the late ones first."""
    lines = []
    for one in sorted(piles, key=lambda tasks: (-tasks.late, tasks.kind)):
        late = f", dont {one.late} en retard" if one.late else ""
        lines.append(typeset(f"- {tasks.pile(one.kind, one.count)}{late} : ") + f"{url}?{one.query}")
    return lines


def call(place: str, site: str, url: str) -> tuple[str, str]:
    """Returns subject and text of a workshop's call for help."""
    subject = say("pixflow : un atelier demande de l’aide ({place})", place=place)
    text = say("Un atelier en cours demande de l’aide : {place}, {site}.", place=place, site=site)
    return subject, f"{text}\n\n{url}\n"


def figures(month: date, url: str) -> tuple[str, str]:
    """Returns subject and text of the page of a month."""
    name = dates.month(month)
    text = say("Bonjour,\n\nVoici Pix en une page, pour {month}. Ce courriel part au début de chaque mois.", month=name)
    more = typeset("Les indicateurs, et ne plus recevoir ce courriel : ")
    return say("pixflow : {month} en une page", month=name), f"{text}\n\n{more}{url}\n"


def stopped(projection: str, position: int) -> tuple[str, str]:
    """Returns subject and text of a projection that stopped."""
    text = "La table « {name} » s’est arrêtée sur le fait n° {n}. Le reste continue ; ce qu’elle montre peut manquer."
    return "pixflow : une table de lecture est arrêtée", say(text, name=projection, n=position) + "\n"


def received(who: str, url: str) -> tuple[str, str]:
    """Returns subject and text of a young person received by somebody who does not follow them."""
    text = say(
        "{who} reçoit un jeune sans le suivre, et a ouvert son dossier pour la journée. Le motif y est.", who=who
    )
    return "pixflow : un dossier est ouvert pour un accueil", f"{text}\n\n{url}\n"


def absent(who: str | None, url: str) -> tuple[str, str]:
    """Returns subject and text of an absence that somebody else noted; `who` is None for the operator."""
    text = say(
        "{who} a noté une absence à votre nom : ses jours, et qui vous remplace, sont sur votre page.",
        who=who or "L’exploitant",
    )
    more = typeset("Si vous ne vous y attendiez pas, parlez-en : qui vous remplace lit vos dossiers.")
    return "pixflow : une absence est notée à votre nom", f"{text}\n\n{more}\n\n{url}\n"


def mass_reading(name: str, url: str) -> tuple[str, str]:
    """Returns subject and text of an account that was suspended for mass reading."""
    text = (
        "L’accès de {name} vient d’être coupé : beaucoup de dossiers ont été ouverts en peu de temps depuis son compte."
    )
    more = "Parlez-lui d’abord : quelqu’un d’autre se sert peut-être de son compte. Deux personnes rendent l’accès."
    return "pixflow : un accès est coupé", f"{say(text, name=name)}\n\n{typeset(more)}\n\n{url}\n"


def role_waits(name: str, roles: Sequence[Role], givers: Sequence[str], url: str) -> tuple[str, str]:
    """Returns subject and text of roles that somebody gave, and that a second person confirms."""
    given = ", ".join(vocabulary.ROLES[role] for role in roles)
    gave = "a donné" if len(givers) == 1 else "ont donné"
    text = say("{givers} {gave} à {name} : {given}.", givers=" et ".join(givers), gave=gave, name=name, given=given)
    return say("pixflow : un rôle attend une deuxième personne"), f"{text}\n\n{_UNEXPECTED}\n\n{url}\n"


def account_waits(name: str, url: str) -> tuple[str, str]:
    """Returns subject and text of an account that was opened, and that a second person confirms."""
    text = say("{name} a ouvert son compte, et attend qu’on le confirme pour travailler.", name=name)
    return say("pixflow : un compte attend une deuxième personne"), f"{text}\n\n{_UNEXPECTED}\n\n{url}\n"


def protocol_proposed(author: str, url: str) -> tuple[str, str]:
    """Returns subject and text of a draft that changes retention or reading limits."""
    text = (
        "{author} propose un protocole qui change la durée de conservation ou les limites de lecture. Il attend "
        "l’accord d’une deuxième personne, de la direction."
    )
    return typeset("pixflow : un protocole attend une deuxième personne"), (
        f"{say(text, author=author)}\n\n{_UNEXPECTED}\n\n{url}\n"
    )


def protocol_to_come(number: int, day: date, url: str) -> tuple[str, str]:
    """Returns subject and text of a publication that changes retention or reading limits."""
    text = (
        "Le protocole n° {number} est publié. Il change la durée de conservation ou les limites de lecture, à partir "
        "du {day}. D’ici là, sa publication s’annule depuis sa page."
    )
    said = say(text, number=number, day=dates.day(day, year=True))
    return typeset("pixflow : la conservation ou les limites de lecture changent"), f"{said}\n\n{url}\n"


def account_taken(step: str, by: str, name: str, url: str) -> tuple[str, str]:
    """Returns subject and text of a step that takes an account from its member; `by` is "" for the operator."""
    text = say(_TAKEN[step], by=by or "L’exploitant", name=name, of=de(name))
    return say("pixflow : un compte de l’équipe est touché"), f"{text}\n\n{_UNEXPECTED}\n\n{url}\n"


_TAKEN = {
    "staff.FactorsResetRequested": "{by} demande d’effacer les moyens d’entrer {of}.",
    "staff.FactorsReset": "{by} a effacé les moyens d’entrer {of}. Son compte attendra d’être confirmé à nouveau.",
    "staff.AccountInvited": "{by} invite à nouveau {name}, dont les moyens d’entrer ont été effacés.",
    "staff.ClosingRequested": "{by} demande de fermer l’accès {of}, ou de retirer un rôle, après plusieurs autres dans "
    "l’heure.",
    "staff.AccountSuspended": "{by} a coupé l’accès {of}.",
    "staff.StaffLeft": "{by} a noté le départ {of}.",
    "staff.RoleEnded": "{by} a retiré un rôle à {name}.",
}


def erasures(by: str, count: int, url: str) -> tuple[str, str]:
    """Returns subject and text of an erasure that follows others within a day; `by` is "" for the operator."""
    text = "{by} a confirmé l’effacement d’une personne : c’est le {nth}e en 24 heures. Il s’arrête depuis cette page."
    said = say(text, by=by or "L’exploitant", nth=str(count))
    return typeset("pixflow : plusieurs effacements en 24 heures"), f"{said}\n\n{_UNEXPECTED}\n\n{url}\n"


_UNEXPECTED = typeset(
    "Si vous ne vous y attendiez pas, ne confirmez rien : parlez-en d’abord. Quelqu’un d’autre se sert peut-être d’un"
    " compte."
)


def checkpoint(note: str, size: int, short: str, url: str) -> tuple[str, str]:
    """Returns subject and text of the weekly checkpoint for an auditor."""
    subject = say("pixflow : le point de contrôle de la semaine, {facts}", facts=plural(size, "fait"))
    text = say(
        "Gardez ce message. Il atteste {facts} ({short}) : avec lui, vous pouvez vérifier seul·e que rien n’a été "
        "changé, retiré ni antidaté depuis. La page Registre dit comment.",
        facts=plural(size, "fait"), short=short,
    )  # fmt: skip
    return subject, f"{text}\n\n{url}/registre\n\n{note}"
