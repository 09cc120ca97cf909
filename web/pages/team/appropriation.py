"""The team makes Pix its own: eight lines of the guide, by site, each with its gap and who can close it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from pixflow.events.protocol import ProtocolPublished
from pixflow.events.structure import ShortcutOpened
from pixflow.events.workshop import HelpAsked, HelpGiven
from pixflow.team.membership import hold_briefing
from pixflow.team.staff import Staff
from projections import audit_trail, resources
from web.desk.desk import Desk
from web.french import dates
from web.french.phrases import listed
from web.french.typography import percent, plural, say

WORKING = frozenset({"advisor", "referent", "facilitator", "manager"})
"""The roles of people who work with young people, or steer those who do."""
_SINCE = timedelta(days=365)
_MOST = 1_000
NAMED = 12
"""Names that a line says of those who are missing."""
_REFERENT = "la référente ou le référent Pix"


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One line of the guide: where the team stands on the day, what is missing, and where it is closed.

    `reached` tells that nothing is missing; `href` is "" where the person at the desk closes nothing.
    """

    label: str
    fact: str
    gap: str
    by: str
    href: str
    reached: bool


@dataclass(frozen=True, slots=True)
class SiteBoard:
    """The eight lines of one site; `people` counts those present on the day."""

    site: str
    people: int
    lines: Sequence[TeamLine]


def boards(desk: Desk, site: str = "") -> list[SiteBoard]:
    """Returns the board of each site of the structure, or of one: percentages of the people present today."""
    sites = [one for one in desk.refs.structure.sites if site in ("", one)]
    shared = list(_of_everybody(desk))
    return [_board(desk, one, shared) for one in sites]


def _board(desk: Desk, site: str, shared: Sequence[TeamLine]) -> SiteBoard:
    people = [one for one in desk.refs.team.values() if _is_of(one, site, desk.today)]
    referent, *_ = own = list(_of_site(desk, site, people))
    direction, together, kit, technical = shared
    return SiteBoard(site, len(people), [referent, direction, *own[1:], together, kit, technical])


def _is_of(member: Staff, site: str, day: date) -> bool:
    """Tells if somebody works on a site that day; who has no site works on each."""
    joined = member.joined is not None and member.joined <= day
    return joined and bool(member.roles_on(day) & WORKING) and member.site in (None, site)


def _of_site(desk: Desk, site: str, people: Sequence[Staff]) -> Iterator[TeamLine]:
    day = desk.today
    named = [
        one for one in desk.refs.team.values() if "referent" in one.roles_on(day) and one.designated_for in (None, site)
    ]
    fact = ", ".join(sorted(one.name for one in named))
    gap = "" if named else "personne n’est désigné"
    yield TeamLine("Référent·e Pix désigné·e", fact, gap, "la direction", "/equipe", bool(named))
    yield _share(desk, "Pix passé par tous", people, lambda one: one.last("pix") is not None, "chaque collègue")
    yield _share(desk, "Informés depuis leur arrivée", people, _is_briefed, _REFERENT)
    yield _share(desk, "Formés à Pix Orga", people, lambda one: one.last("training") is not None, _REFERENT)


def _is_briefed(member: Staff) -> bool:
    told = member.last("briefing")
    return told is not None and member.joined is not None and told.stamp.on >= member.joined


def _share(desk: Desk, label: str, people: Sequence[Staff], done: Callable[[Staff], bool], by: str) -> TeamLine:
    missing = sorted((one for one in people if not done(one)), key=lambda one: one.name)
    if not people:
        return TeamLine(label, "personne sur ce site", "", by, "", True)
    count = len(people) - len(missing)
    fact = say(
        "{share} ({count} sur {all})", share=percent(round(100 * count / len(people))), count=count, all=len(people)
    )
    return TeamLine(label, fact, _names(missing), by, _where(desk, missing), not missing)


def _names(missing: Sequence[Staff]) -> str:
    """Returns the names of those who are missing: the first ones, and how many others."""
    named, left = [one.name for one in missing[:NAMED]], len(missing) - NAMED
    return ", ".join([*named, *([plural(left, "autre", "autres")] if left > 0 else [])])


def _where(desk: Desk, missing: Sequence[Staff]) -> str:
    """Returns where a milestone is noted: of the people ticked on this page, or one's own, for who notes no other."""
    if missing and desk.may(hold_briefing):
        return "/equipe#person"
    return f"/equipe/{desk.me}#pix" if desk.refs.team[desk.me] in missing else ""


def _of_everybody(desk: Desk) -> Iterator[TeamLine]:
    """Yields the lines that a structure has as a whole, the same at each site."""
    yield _direction(desk)
    yield _together(desk)
    yield _kit(desk)
    yield _help(desk)


def _direction(desk: Desk) -> TeamLine:
    """Returns who of the direction published the protocol in force, or endorsed its draft."""
    made = desk.refs.protocols.made
    protocols = [desk.served.opened.stream("protocol")]
    published = audit_trail.of_topics(desk.read, protocols, [ProtocolPublished.TOPIC], most=1)
    agreed = {*(made.endorsed_by if made else ()), *(row.by for row in published)}
    names = sorted(one.name for id, one in desk.refs.team.items() if "manager" in one.roles and str(id) in agreed)
    fact = say("protocole publié ou approuvé par {names}", names=", ".join(names)) if names else ""
    gap = "" if names else "le protocole en vigueur n’a pas l’accord de la direction"
    return TeamLine("Direction impliquée", fact, gap, "la direction", "/protocole" if gap else "", bool(names))


def _together(desk: Desk) -> TeamLine:
    """Returns whether two colleagues at least, not its author, endorsed the draft that is in force."""
    made = desk.refs.protocols.made
    agreed = [by for by in (made.endorsed_by if made else ()) if made and by != made.by]
    gap = "" if len(agreed) > 1 else "un projet de protocole approuvé par deux collègues"
    fact = plural(len(agreed), "accord sur le protocole en vigueur", "accords sur le protocole en vigueur")
    return TeamLine("Élaboré ensemble", fact, gap, "toute l’équipe", "/protocole" if gap else "", not gap)


def _kit(desk: Desk) -> TeamLine:
    rows = [row for row in resources.every(desk.read) if row.number and not row.withdrawn]
    own = [row for row in rows if not row.example]
    fact = plural(len(own), "ressource de l’équipe", "ressources de l’équipe")
    if rows:
        last = max(row.revised for row in rows)
        fact = say("{fact}, la dernière le {day}", fact=fact, day=dates.day(last, year=last.year != desk.today.year))
    kinds = {row.kind for row in rows}
    wanted = {"kit": "un kit explicatif", "faq": "une question fréquente"}
    missing = [name for kind, name in wanted.items() if kind not in kinds]
    gap = ", ".join(missing) or ("" if own else "les exemples livrés ne sont pas encore adaptés")
    return TeamLine("Kit et questions fréquentes", fact, gap, _REFERENT, "/ressources" if gap else "", not gap)


def _help(desk: Desk) -> TeamLine:
    """Returns the calls for help of workshops over a year, with the median time to an answer, and the shortcut."""
    since = desk.served.engine.clock() - _SINCE
    calls = audit_trail.since(desk.read, (HelpAsked.TOPIC, HelpGiven.TOPIC), since, _MOST)
    asked, given = ([one for one in calls if one.topic == topic] for topic in (HelpAsked.TOPIC, HelpGiven.TOPIC))
    waits = [min(later) for one in asked if (later := [g.at - one.at for g in given if _answers(g, one)])]
    if not asked:
        fact = listed("aucun appel depuis un an", _shortcut(desk))
        return TeamLine("Aide technique", fact, "", "l’assistance", "", True)
    fact = plural(len(asked), "appel depuis un an", "appels depuis un an")
    if waits:
        minutes = max(1, round(median(wait.total_seconds() for wait in waits) / 60))
        fact = say("{fact}, réponse en {time} le plus souvent", fact=fact, time=plural(minutes, "minute"))
    left = len(asked) - len(waits)
    gap = plural(left, "appel sans réponse notée", "appels sans réponse notée") if left else ""
    fact = listed(fact, _shortcut(desk))
    return TeamLine("Aide technique", fact, gap, "l’assistance", "/ateliers" if gap else "", not gap)


def _shortcut(desk: Desk) -> str:
    """Returns on how many days of the month a computer opened the page of the tests."""
    first = datetime.combine(desk.today.replace(day=1), time(), ZoneInfo(desk.zone)).astimezone(UTC)
    rows = audit_trail.since(desk.read, [ShortcutOpened.TOPIC], first, _MOST)
    events = (one.event for one in audit_trail.opened(desk.engine, rows))
    days = {event.on for event in events if isinstance(event, ShortcutOpened)}
    if not days:
        return "page des tests pas ouverte ce mois-ci"
    return say("page des tests ouverte {days} ce mois-ci", days=plural(len(days), "jour"))


def _answers(given: Any, asked: Any) -> bool:
    return bool(given.stream == asked.stream and given.position > asked.position)
