"""Periodic jobs on events, recorded as `system:clock`. Idempotent: each job derives its command ids.

Beside them, what spares them: the rest of a job that found nothing left to do, and what a round asks once for all.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.access_journal.seal import MARGIN
from pixflow.actor import CLOCK, Actor
from pixflow.decision import Decision
from pixflow.dossier import assignment as lending
from pixflow.engine import Engine, new_id
from pixflow.reference_data import References
from pixflow.refused import Refused
from pixflow.store.locks import try_lock
from pixflow.store.postgres.database import Locks
from pixflow.structure import note_shortcut
from pixflow.structure_folder import OpenStructure
from pixflow.workshop.booking import lapse_offer, offer_deadline
from projections import dossier_sheet, workshops
from projections.store.catch_up import ReadSide
from projections.store.stores import Live, Standing
from web.hosting import health
from web.hosting.health import Finding, run
from web.hosting.mail import Mail, Outbox
from web.hosting.notices import MORNING

_TIMES = (time(), MORNING)


class Seen(NamedTuple):
    """State that a job depends on beside the time: the stores, whether e-mails leave, whether things end by age."""

    standing: Standing
    mails: bool
    by_age: bool


@dataclass(frozen=True, slots=True)
class Rest:
    """A job that left nothing to do: it finds nothing again from `since` until `due`, while all stays as `seen`."""

    seen: Seen
    since: datetime
    due: datetime

    def holds(self, seen: Seen | None, now: datetime) -> bool:
        return seen == self.seen and self.since <= now < self.due


def next_due(refs: References, now: datetime) -> datetime:
    """Returns the next instant at which time alone gives a job work: a new day, its sealing, the first e-mails."""
    zone = ZoneInfo(refs.structure.zone)
    today = now.astimezone(zone).date()
    days = (today, today + timedelta(days=1))
    midnights, mornings = ([datetime.combine(day, at, zone).astimezone(UTC) for day in days] for at in _TIMES)
    return min(due for due in (*midnights, *(one + MARGIN for one in midnights), *mornings) if due > now)


class TryingOutbox:
    """An outbox that remembers whether a message could not leave."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.failed = False

    def __call__(self, mail: Mail) -> None:
        try:
            self._outbox(mail)
        except OSError:
            self.failed = True
            raise


class Round:
    """One round of jobs over the structures of a process. On PostgreSQL they share a connection for their locks."""

    def __init__(self) -> None:
        self._locks: Locks | None = None
        self._durability: Finding | None = None

    def try_lock(self, opened: OpenStructure, job: str) -> AbstractContextManager[bool]:
        """Yields True if no other process runs this job."""
        if opened.database is None:
            return try_lock(opened.folder / f"{job}.lock")
        self._locks = self._locks or Locks(opened.database)
        return self._locks.try_lock(f"pixflow {job} {opened.schema}")

    def durability(self, opened: OpenStructure) -> Finding:
        """Checks that the store loses nothing. The server of PostgreSQL is asked once."""
        found = self._durability or run("durability", health.durability, opened.engine)
        self._durability = found if opened.database else None
        return found

    def answers(self, opened: OpenStructure) -> bool:
        """Tells if the store answers: another question to a server that is away waits for ten seconds."""
        return "error" not in self.durability(opened).details

    def quick_findings(
        self, opened: OpenStructure, reads: Live, head: int | None, before: Iterable[Finding]
    ) -> list[Finding]:
        """Runs the quick checks. With a `head`, nothing moved since those of `before`: the tables are asked no more.

        Neither is a store that does not answer: its checks are alarms too.
        """
        engine, durable = opened.engine, self.durability(opened)
        if not self.answers(opened):
            asked = [Finding(check, "alarm", durable.details) for check in (*_OF_TABLES, "triggers")]
            return [durable, *asked, run("disk", health.disk, opened.folder)]
        # Those of a finding that changes with the stores only, not with the time.
        stands = [
            one for one in before if one.level == "good" or (one.check == "stopped" and "error" not in one.details)
        ]
        table_findings = [one for one in stands if one.check in _OF_TABLES] if head is not None else []
        if len(table_findings) < len(_OF_TABLES):
            table_findings = [
                run("tables", health.tables, engine, reads),
                run("stopped", health.stopped, reads),
                run("clock", health.clock, opened, reads),
            ]
        facts = run("facts", health.last_facts, opened, head=head)
        triggers, disk = run("triggers", health.triggers, engine), run("disk", health.disk, opened.folder)
        return [durable, *table_findings, triggers, facts, disk]

    def close(self) -> None:
        if self._locks:
            self._locks.close()


_OF_TABLES = ("tables", "stopped", "clock")


def return_lent_dossiers(engine: Engine, side: ReadSide) -> int:
    """Returns every dossier whose loan has ended to its advisor, and returns how many moved."""
    with side.database.connect() as connection:
        over = dossier_sheet.lent_before(connection, engine.today())
    return sum(
        _moves(engine, {"dossier": dossier}, lending.end_loan, new_id(dossier, f"give_back {until}"))
        for dossier, until in over
    )


def expire_seat_offers(engine: Engine, side: ReadSide) -> int:
    """Offers each seat whose offer is over to the next person waiting, and returns how many were over."""
    today = engine.today()
    with side.database.connect() as connection:
        due = workshops.over(connection, today)
    until = offer_deadline(engine.references(), today)
    return sum(
        _moves(
            engine,
            {"workshop": workshop},
            lapse_offer,
            new_id(workshop, f"lapse_offer {dossier} {last_day}"),
            dossier=dossier,
            kept=last_day,
            context={"until": until, "elsewhere": elsewhere},
        )
        for workshop, dossier, last_day, elsewhere in due
    )


def note_shortcuts(engine: Engine, structure: UUID, sites: set[str]) -> None:
    """Records the sites whose computers opened the page of the tests since the last tick, and forgets them."""
    today = engine.today()
    while sites:
        site = sites.pop()
        command = new_id(structure, f"shortcut {site} {today}")
        _moves(engine, {"structure": structure}, note_shortcut, command, site=site)


def _moves(
    engine: Engine, streams: dict[str, UUID], decision: Decision[..., Any], command_id: UUID, **arguments: Any
) -> bool:
    """Tells whether the decision recorded something new. A damaged stream keeps no other from moving."""
    try:
        done = engine.execute(streams, decision, by=Actor(CLOCK), via="cli", command_id=command_id, **arguments)
    except Refused as refused:
        if refused.code != "damaged-stream":
            raise
        return False
    return bool(done.recorded) and not done.repeated
