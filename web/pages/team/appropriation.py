"""The team makes Pix its own: eight lines of the guide, by site, each with its gap and who can close it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pixflow.events.protocol import ProtocolPublished
from pixflow.events.structure import ShortcutOpened
from pixflow.events.workshop import HelpAsked, HelpGiven
from pixflow.team.membership import hold_briefing
from pixflow.team.staff import Staff
from projections import audit_trail, resources
from web.desk.desk import Desk
from web.french import dates
from web.french.phrases import join_with_and, listed
from web.french.typography import percent, plural, say

WORKING = frozenset({"advisor", "referent", "facilitator", "manager"})
"""The roles of people who work with young people, or steer those who do."""
_SINCE = timedelta(days=365)
_MOST = 1_000
NAMED = 12
"""Names that a line says of those who are missing."""
_REFERENT = "la ou le référent·e Pix"


class TeamLine(NamedTuple):
    """One line of the guide: where the team stands on the day, what is missing, and where it is closed.

    `gap` is "" when nothing is missing; `href` is "" where the person at the desk closes nothing.
    """

    label: str
    fact: str
    gap: str
    by: str
    href: str = ""


def boards(desk: Desk, site: str = "") -> list[tuple[str, int, list[TeamLine]]]:
    """Returns the board of each site of the structure, or of one: how many people are present, and eight lines.

    Sites whose boards say the same share one, under their names. Percentages are of the people present today. Who has
    no site works on each.
    """
    day, team = desk.today, desk.refs.team.values()
    direction, *shared = _direction(desk), _count_endorsements(desk), _kit(desk), _help(desk)
    made: dict[tuple[int, tuple[TeamLine, ...]], list[str]] = {}
    for place in [one for one in desk.refs.structure.sites if site in ("", one)]:
        here = [one for one in team if one.joined and one.joined <= day and one.site in (None, place)]
        people = [one for one in here if one.roles_on(day) & WORKING]
        referents = [one for one in team if "referent" in one.roles_on(day) and one.designated_for in (None, place)]
        fact, gap = ", ".join(sorted(one.name for one in referents)), "" if referents else "personne n’est désigné"
        lines = [
            TeamLine("Référent·e Pix désigné·e", fact, gap, "la direction", "/equipe"),
            direction,
            _share(desk, "Pix passé par tous", people, lambda one: one.last("pix"), "chaque collègue"),
            _share(desk, "Informés depuis leur arrivée", people, _is_briefed, _REFERENT),
            _share(desk, "Formés à Pix Orga", people, lambda one: one.last("training"), _REFERENT),
            *shared,
        ]
        made.setdefault((len(people), tuple(lines)), []).append(place)
    return [(join_with_and(places), people, list(lines)) for (people, lines), places in made.items()]


def _is_briefed(member: Staff) -> bool:
    told = member.last("briefing")
    return told is not None and member.joined is not None and told.stamp.on >= member.joined


def _share(desk: Desk, label: str, people: Sequence[Staff], done: Callable[[Staff], object], by: str) -> TeamLine:
    """Returns the share of the people who passed a milestone, the names of the first others, and where it is noted.

    That is of the people ticked on this page, or one's own, for who notes no other.
    """
    missing = sorted((one for one in people if not done(one)), key=lambda one: one.name)
    if not people:
        return TeamLine(label, "personne sur ce site", "", by)
    count = len(people) - len(missing)
    share = percent(round(100 * count / len(people)))
    names, left = [one.name for one in missing[:NAMED]], len(missing) - NAMED
    names += [plural(left, "autre", "autres")] if left > 0 else []
    own = f"/equipe/{desk.me}#pix" if desk.refs.team[desk.me] in missing else ""
    return TeamLine(
        label,
        say("{share} ({count} sur {all})", share=share, count=count, all=len(people)),
        ", ".join(names),
        by,
        "/equipe#person" if desk.may(hold_briefing) else own,
    )


def _direction(desk: Desk) -> TeamLine:
    """Returns who of the direction published the protocol in force, or endorsed its draft."""
    made = desk.refs.protocols.made
    protocols = [desk.served.opened.stream("protocol")]
    published = audit_trail.of_topics(desk.read, protocols, [ProtocolPublished.TOPIC], most=1)
    agreed = {*(made.endorsed_by if made else ()), *(row.by for row in published)}
    names = sorted(one.name for id, one in desk.refs.team.items() if "manager" in one.roles and str(id) in agreed)
    fact = say("protocole publié ou approuvé par {names}", names=", ".join(names)) if names else ""
    gap = "" if names else "le protocole en vigueur n’a pas l’accord de la direction"
    return TeamLine("Direction impliquée", fact, gap, "la direction", "/protocole")


def _count_endorsements(desk: Desk) -> TeamLine:
    """Returns whether two colleagues at least, not its author, endorsed the draft that is in force."""
    made = desk.refs.protocols.made
    agreed = [by for by in (made.endorsed_by if made else ()) if made and by != made.by]
    gap = "" if len(agreed) > 1 else "un projet de protocole approuvé par deux collègues"
    fact = plural(len(agreed), "accord sur le protocole en vigueur", "accords sur le protocole en vigueur")
    return TeamLine("Élaboré ensemble", fact, gap, "toute l’équipe", "/protocole")


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
    return TeamLine("Kit et questions fréquentes", fact, gap, _REFERENT, "/ressources")


def _help(desk: Desk) -> TeamLine:
    """Returns the calls for help of workshops over a year, with the median time to an answer, and the shortcut."""
    since = desk.served.engine.clock() - _SINCE
    calls = audit_trail.list_since(desk.read, (HelpAsked.TOPIC, HelpGiven.TOPIC), since, _MOST)
    help_calls, given = ([one for one in calls if one.topic == topic] for topic in (HelpAsked.TOPIC, HelpGiven.TOPIC))
    answers = (
        [g.at - one.at for g in given if g.stream == one.stream and g.position > one.position] for one in help_calls
    )
    waits = [min(later).total_seconds() for later in answers if later]
    fact = (
        plural(len(help_calls), "appel depuis un an", "appels depuis un an")
        if help_calls
        else "aucun appel depuis un an"
    )
    if waits:
        minutes = max(1, round(median(waits) / 60))
        fact = say("{fact}, réponse en {time} le plus souvent", fact=fact, time=plural(minutes, "minute"))
    left = len(help_calls) - len(waits)
    gap = plural(left, "appel sans réponse notée", "appels sans réponse notée") if left else ""
    return TeamLine("Aide technique", listed(fact, _shortcut(desk)), gap, "l’assistance", "/ateliers")


def _shortcut(desk: Desk) -> str:
    """Returns on how many days of the month a computer opened the page of the tests."""
    first = datetime.combine(desk.today.replace(day=1), time(), ZoneInfo(desk.zone)).astimezone(UTC)
    rows = audit_trail.list_since(desk.read, [ShortcutOpened.TOPIC], first, _MOST)
    events = (one.event for one in audit_trail.open_rows(desk.engine, rows))
    days = {event.on for event in events if isinstance(event, ShortcutOpened)}
    if not days:
        return "page des tests pas ouverte ce mois-ci"
    return say("page des tests ouverte {days} ce mois-ci", days=plural(len(days), "jour"))
