"""Subjects and texts of e-mails: counts only, no names, no scores."""

from collections.abc import Iterable, Mapping
from datetime import date

from web.french import dates, tasks
from web.french.typography import plural, say, typeset

Counted = dict[str, tuple[int, int]]
"""Tasks and late tasks, by kind."""


def counted(rows: Iterable[tuple[str, int, int]]) -> Counted:
    """Returns the sums by kind."""
    found: Counted = {}
    for kind, count, late in rows:
        known, known_late = found.get(kind, (0, 0))
        found[kind] = known + count, known_late + int(late or 0)
    return found


def digest(tasks_: Mapping[str, tuple[int, int]], waiting: int, today: date, url: str) -> tuple[str, str]:
    """Returns subject and text of the digest; `waiting` counts tasks of others that are too late."""
    total, late = sum(count for count, _ in tasks_.values()), sum(late for _, late in tasks_.values())
    lines = [_line(kind, *numbers) for kind, numbers in sorted(tasks_.items(), key=lambda item: (-item[1][1], item[0]))]
    if waiting:
        lines.append(f"- {plural(waiting, 'tâche')} de l’équipe en attente depuis longtemps")
    head = f"{plural(total, 'tâche')} à faire" if total else "une file à regarder"
    subject = f"pixflow : {head}{f', dont {late} en retard' if late else ''}"
    opening = f"Bonjour,\n\nVotre boîte du {dates.weekday_day(today)} :"
    return typeset(subject), typeset("\n".join([opening, "", *lines, "", f"Ma boîte : {url}", ""]))


def call(place: str, site: str, url: str) -> tuple[str, str]:
    """Returns subject and text of a workshop's call for help."""
    subject = say("pixflow : un atelier demande de l’aide ({place})", place=place)
    text = say("Un atelier en cours demande de l’aide : {place}, {site}.", place=place, site=site)
    return subject, f"{text}\n\n{url}\n"


def stopped(projection: str, position: int) -> tuple[str, str]:
    """Returns subject and text of a projection that stopped."""
    text = "La table « {name} » s’est arrêtée sur le fait n° {n}. Le reste continue ; ce qu’elle montre peut manquer."
    return "pixflow : une table de lecture est arrêtée", say(text, name=projection, n=position) + "\n"


def _line(kind: str, count: int, late: int) -> str:
    return f"- {tasks.PILES[kind](count)}{f', dont {late} en retard' if late else ''}"
