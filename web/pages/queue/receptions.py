"""Recent news on Ma boîte: the young people whom a colleague received without following them, and absences.

An advisor and the référents see a reception, the absent person sees an absence that somebody else declared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.events.base import Recorded
from pixflow.events.dossier import AnswerPromised, GlassBroken, ReferralAnswered
from pixflow.events.staff import AbsenceDeclared
from pixflow.working_days import Calendar
from projections import audit_trail, directory
from web.desk.desk import Desk
from web.desk.names import names_for, staff_name
from web.french import dates
from web.french.events import sentences
from web.french.phrases import short
from web.french.typography import say

ANSWERS = (ReferralAnswered.TOPIC, AnswerPromised.TOPIC)
MOST = 20
"""The largest number of news shown: the latest."""


@dataclass(frozen=True, slots=True)
class Reception:
    """A young person whom a colleague received, and the sentence about it."""

    dossier: UUID
    name: str
    sentence: str


def recent(desk: Desk) -> Sequence[Any]:
    """Returns receptions, answers about referrals and absences since the last working day, the latest first."""
    midnight = datetime.combine(last_working_day(desk.refs.calendar, desk.today), time(), ZoneInfo(desk.zone))
    return audit_trail.since(desk.read, (GlassBroken.TOPIC, *ANSWERS, AbsenceDeclared.TOPIC), midnight, MOST)


def receptions(desk: Desk, recent: Sequence[Any]) -> list[Reception]:
    """Returns the receptions by others than the person at the desk, the latest first."""
    broken = [row for row in recent if row.topic == GlassBroken.TOPIC and row.by != desk.actor.id]
    broken = audit_trail.opened(desk.engine, broken)
    return list(_told(desk, broken)) if broken else []


def absences(desk: Desk, recent: Sequence[Any]) -> list[str]:
    """Returns a sentence for each absence of the person at the desk that somebody else declared or changed."""
    mine = [row for row in recent if row.stream == desk.me and row.topic == AbsenceDeclared.TOPIC]
    told = audit_trail.opened(desk.engine, [row for row in mine if row.by != desk.actor.id])
    names = names_for(desk)
    return [
        say(
            "{said}. C’est {who} qui l’a noté.",
            said=sentences.sentence(one, names, zone=desk.zone),
            who=names.staff(one.by),
        )
        for one in told
    ]


def _told(desk: Desk, broken: list[Recorded]) -> Iterator[Reception]:
    people = directory.named(desk.read, {one.originator_id for one in broken})
    for one in broken:
        person = people.get(one.originator_id)
        if (
            person
            and isinstance(one.event, GlassBroken)
            and ("referent" in desk.roles or person.advisor in desk.owners)
        ):
            day = dates.day(one.event.on)
            said = say(
                "reçu·e par {who} le {day}. {why}", who=staff_name(desk, one.by), day=day, why=short(one.event.reason)
            )
            yield Reception(one.originator_id, person.name, said)


def last_working_day(calendar: Calendar, today: date) -> date:
    """Returns the working day before this one."""
    day = today - timedelta(days=1)
    while not calendar.is_working(day):
        day -= timedelta(days=1)
    return day
