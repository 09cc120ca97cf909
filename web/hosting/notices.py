"""Notices by e-mail: one digest a working day for each person, and urgent messages immediately.

E-mails never contain names or scores, only counts and a link (docs/domain.md#papers).
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from pixflow.actor import CLOCK, Actor
from pixflow.authorization import TASK_OWNERS, roles
from pixflow.engine import Engine, new_id
from pixflow.reference_data import References
from pixflow.team.absences import colleagues_deputised_by
from pixflow.team.notices import send_notice, stream_of
from pixflow.team.staff import Staff
from projections import advisor_queue, workshops
from projections import piles as projections_piles
from projections.store.catch_up import ReadSide
from web.french import notices as french
from web.hosting.mail import Mail, Outbox

MORNING = time(7, 30)
_log = logging.getLogger("pixflow")


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that is due. `about` makes it unique for its person and kind."""

    person: UUID
    kind: Literal["digest", "help", "stopped"]
    about: str
    subject: str
    text: str


def send_due(engine: Engine, side: ReadSide, outbox: Outbox, url: str) -> int:
    """Sends the notices that are due and not sent yet, and returns how many were sent.

    A failed notice is retried at the next tick. After a crash between sending and recording, the notice is sent twice.
    """
    refs, now = engine.references(), engine.clock()
    with side.database.connect() as connection:
        due = [*_digests(connection, refs, now, url), *_calls(connection, refs, now, url), *_stopped(side, refs, now)]
    return sum(_send(engine, refs, notice, outbox, now) for notice in due)


def _send(engine: Engine, refs: References, notice: Notice, outbox: Outbox, now: datetime) -> int:
    stream, command = stream_of(notice.person), new_id(notice.person, f"{notice.kind} {notice.about}")
    if engine.has_recorded(command):
        return 0
    try:
        to, name = refs.team[notice.person].email, f"{notice.kind}-{command}"
        outbox(Mail(to, notice.subject, notice.text, name, now))
    except OSError as error:
        _log.warning("a notice could not leave: %s", type(error).__name__)
        return 0
    engine.execute(
        {"notices": stream},
        send_notice,
        by=Actor(CLOCK),
        command_id=command,
        via="cli",
        notice=notice.kind,
        which=notice.about,
    )
    return 1


def _digests(connection: Connection, refs: References, now: datetime, url: str) -> Iterator[Notice]:
    """Yields the digest of everybody who has tasks, from 7:30 of each working day."""
    local = now.astimezone(ZoneInfo(refs.structure.zone))
    today = local.date()
    if local.time() < MORNING or not refs.calendar.is_working(today):
        return
    for person, _ in _at_work(refs, now):
        owners = frozenset({person, *colleagues_deputised_by(refs.team, person, today)})
        held = roles(Actor(str(person)), refs, today)
        own = advisor_queue.counts(connection, owners, today) if held & TASK_OWNERS else []
        piles = projections_piles.piles(connection, held, today)
        waiting = projections_piles.waiting_long_total(connection, held, owners, today)
        rows = [(row.kind, row.n, row.late) for row in own]
        tasks = french.counted([*rows, *((pile.kind, pile.count, pile.late) for pile in piles)])
        if tasks or waiting:
            subject, text = french.digest(tasks, waiting, today, f"{url}/boite")
            yield Notice(person, "digest", today.isoformat(), subject, text)


def _calls(connection: Connection, refs: References, now: datetime, url: str) -> Iterator[Notice]:
    """Yields a notice for every workshop that calls for help, to all facilitators but the caller."""
    today = refs.calendar.local_day(now)
    for row in workshops.calls(connection, today):
        about = f"{row.stream} {row.help_at:%Y%m%dT%H%M%S}"
        for person, member in _at_work(refs, now):
            if "facilitator" in member.roles_on(today) and str(person) != row.help_by:
                subject, text = french.call(row.place, row.site, f"{url}/ateliers/{row.stream}")
                yield Notice(person, "help", about, subject, text)


def _stopped(side: ReadSide, refs: References, now: datetime) -> Iterator[Notice]:
    """Yields a notice for every projection that stopped on an event, to the administrators."""
    for row in side.stopped() if side.blocked else ():
        for person, member in _at_work(refs, now):
            if "administrator" in member.roles_on(refs.calendar.local_day(now)):
                subject, text = french.stopped(row.projection, row.position)
                yield Notice(person, "stopped", f"{row.projection} {row.position}", subject, text)


def _at_work(refs: References, now: datetime) -> Iterator[tuple[UUID, Staff]]:
    today = refs.calendar.local_day(now)
    return ((person, member) for person, member in refs.team.items() if member.works(today) and member.email)
