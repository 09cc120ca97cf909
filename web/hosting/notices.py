"""Notices by e-mail: one digest a working day for each person, and urgent messages immediately.

None but an alarm leaves between 20:00 and 7:30 of the structure's time zone. None but an alarm, and the notice of an
absence, goes to somebody absent. E-mails contain counts, links and names of colleagues, never the name or the score of
a young person (docs/domain.md#papers).
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from pixflow import erasing
from pixflow.actor import CLOCK, OPERATOR, SITE, Actor
from pixflow.authorization import TASK_OWNERS, roles
from pixflow.engine import Engine, new_id
from pixflow.events import staff as x
from pixflow.events.dossier import GlassBroken, PersonErased
from pixflow.events.notices import NoticeKind
from pixflow.events.staff import AbsenceDeclared, RoleGranted
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.protocol.drafting import changes_safeguards, changes_to_come, first_day
from pixflow.reference_data import References
from pixflow.team.notices import send_notice, stream_of
from pixflow.team.staff import Staff, colleagues_deputised_by
from projections import advisor_queue, audit_trail, directory, workshops
from projections import piles as projections_piles
from projections.figures.refresh import counting_today
from projections.figures.tallies import FigureQuestion
from projections.piles import Lateness
from projections.store.catch_up import ReadSide
from web.french import notices as french
from web.hosting.board_page import board_pdf, last_month
from web.hosting.mail import Mail, Outbox, fault
from web.typesetting import PaperLost

MORNING, EVENING = time(7, 30), time(20)
"""Times between which e-mails leave, in the time zone of the structure."""
MOST_RECENT = 1_000
RECENT = timedelta(days=2)
"""The age of the events that notices tell of: what happens at night, or while no e-mail leaves, is told later."""
_TAKING = [
    one.TOPIC
    for one in (
        *(x.FactorsResetRequested, x.FactorsReset, x.AccountInvited),
        *(x.ClosingRequested, x.AccountSuspended, x.StaffLeft, x.RoleEnded),
    )
]
"""An invitation is such a step when it follows a reset. A suspension by the program has an alarm of its own."""
_log = logging.getLogger("pixflow")


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that is due. `about` makes it unique for its person and kind. `page` makes the PDF that goes along."""

    person: UUID
    kind: NoticeKind
    about: str
    subject: str
    text: str
    page: Callable[[], bytes] | None = None


def send(engine: Engine, due: Iterable[Notice], outbox: Outbox) -> int:
    """Sends the notices that are not sent yet, and returns how many were sent.

    A failed notice is retried the next time. After a crash between sending and recording, the notice is sent twice.
    """
    refs, now, sent = engine.references(), engine.clock(), 0
    structure = refs.structure.name
    for notice in due:
        if _is_sent(engine, notice):
            continue
        command, to = _command(notice), refs.team[notice.person].email
        text, name = french.sign_text(notice.text, structure), f"{notice.kind}-{command}"
        try:
            pdf = notice.page() if notice.page else b""
            outbox(Mail(to, notice.subject, text, name, now, structure, pdf=pdf, pdf_name=f"pix-{notice.about}.pdf"))
        except PaperLost:
            _log.exception("a page to send")
            continue
        except OSError as error:
            _log.warning("a notice could not leave: %s (%s)", type(error).__name__, fault(error))
            continue
        streams = {"notices": stream_of(notice.person)}
        said: dict[str, Any] = {"notice": notice.kind, "which": notice.about}
        engine.execute(streams, send_notice, by=Actor(CLOCK), command_id=command, via="cli", **said)
        sent += 1
    return sent


def alarms(engine: Engine, side: ReadSide, url: str) -> list[Notice]:
    """Returns the alarms that are not sent yet, at night too.

    They tell of mass reading, of what waits for a second person, of a protocol that changes safeguards, of accounts
    that are taken from their members, and of erasures that follow each other.
    """
    refs, now = engine.references(), engine.clock()
    today = refs.calendar.local_day(now)
    with side.database.connect() as connection:
        due = [*_mass_reading(refs, today, url), *_second_person(connection, refs, now, url)]
        due += [*_protocol(refs, today, url), *_accounts(connection, refs, now, url)]
        due += _erasures(connection, refs, now, url)
    return [notice for notice in due if not _is_sent(engine, notice)]


def due_by_day(engine: Engine, side: ReadSide, url: str) -> list[Notice]:
    """Returns the notices that are due besides alarms; none at night."""
    refs, now = engine.references(), engine.clock()
    if not MORNING <= now.astimezone(ZoneInfo(refs.structure.zone)).time() < EVENING:
        return []
    today = refs.calendar.local_day(now)
    with side.database.connect() as connection:
        due = [*_digests(connection, refs, today, url), *_calls(connection, refs, today, url)]
        due += [*_receptions(connection, refs, now, url), *_absences(connection, refs, now, url)]
    return [*due, *_stopped(side, refs, today), *_figures(side, refs, today, url)]


def checkpoints(engine: Engine, note: str, size: int, short: str, url: str) -> list[Notice]:
    """Returns the checkpoint of this week for each auditor who has none yet; none at night."""
    refs, now = engine.references(), engine.clock()
    local = now.astimezone(ZoneInfo(refs.structure.zone))
    if not MORNING <= local.time() < EVENING:
        return []
    week = f"{local.date():%G-W%V}"
    said = french.checkpoint(note, size, short, url)
    auditors = (person for person, one in _at_work(refs, local.date()) if "auditor" in one.roles_on(local.date()))
    due = [Notice(person, "checkpoint", week, *said) for person in auditors]
    return [notice for notice in due if not _is_sent(engine, notice)]


def _command(notice: Notice) -> UUID:
    return new_id(notice.person, f"{notice.kind} {notice.about}")


def _is_sent(engine: Engine, notice: Notice) -> bool:
    return engine.has_recorded(_command(notice))


def _digests(connection: Connection, refs: References, today: date, url: str) -> Iterator[Notice]:
    """Yields the digest of everybody who has tasks, on a working day."""
    if not refs.calendar.is_working(today):
        return
    late = Lateness.on(refs.calendar, today)
    for person, member in _at_work(refs, today):
        away = colleagues_deputised_by(refs.team, person, today)
        owners, held = frozenset({person, *away}), roles(Actor(str(person)), refs, today)
        counts = advisor_queue.counts(connection, owners, today) if held & TASK_OWNERS else []
        given = set(member.roles_on(today))
        own = [*_of_person(counts, person), *_of_roles(connection, frozenset(given), today, late)]
        waiting = projections_piles.waiting_long_total(connection, held, owners, today)
        for_others = []
        for colleague_id, colleague in sorted(
            ((one, refs.team[one]) for one in away), key=lambda pair: normalise(pair[1].name)
        ):
            # Each role counts once: that of the deputy, or of the first colleague who gives it.
            more = colleague.roles_on(today) - given
            given |= more
            if tasks := [*_of_person(counts, colleague_id), *_of_roles(connection, more, today, late)]:
                for_others.append((colleague.name, tasks))
        digest = french.Digest(own, for_others, waiting)
        if digest.total or waiting:
            yield Notice(person, "digest", today.isoformat(), *french.digest(digest, today, f"{url}/boite"))


def _of_person(counts: Sequence[advisor_queue.QueueCount], person: UUID) -> list[french.Tasks]:
    """Returns the tasks that one person owes, by kind."""
    by_kind: dict[str, tuple[int, int]] = {}
    for row in counts:
        if row.doer == str(person):
            n, late = by_kind.get(row.kind, (0, 0))
            by_kind[row.kind] = n + row.n, late + int(row.late or 0)
    return [french.Tasks(kind, n, late, f"tache={kind}&pour={person}") for kind, (n, late) in by_kind.items()]


def _of_roles(connection: Connection, held: frozenset[Role], today: date, late: Lateness) -> list[french.Tasks]:
    """Returns the piles of these roles."""
    piles = projections_piles.piles(connection, held, today, late)
    return [french.Tasks(pile.kind, pile.count, pile.late, f"pile={pile.kind}") for pile in piles]


def _calls(connection: Connection, refs: References, today: date, url: str) -> Iterator[Notice]:
    """Yields a notice for every workshop that calls for help, to all facilitators but the caller."""
    for row in workshops.calls(connection, today):
        about = f"{row.stream} {row.help_at:%Y%m%dT%H%M%S}"
        for person, member in _at_work(refs, today):
            if "facilitator" in member.roles_on(today) and str(person) != row.help_by:
                subject, text = french.call(row.place, row.site, f"{url}/ateliers/{row.stream}")
                yield Notice(person, "help", about, subject, text)


def _receptions(connection: Connection, refs: References, now: datetime, url: str) -> Iterator[Notice]:
    """Yields a notice for every young person received by a colleague, to their advisor or deputy and the référents."""
    today = refs.calendar.local_day(now)
    for row in audit_trail.list_since(connection, [GlassBroken.TOPIC], now - RECENT, MOST_RECENT):
        reader, followed = UUID(row.by), directory.find_people(connection, [row.stream])
        for person, member in _at_work(refs, today) if followed else ():
            owners = {person, *colleagues_deputised_by(refs.team, person, today)}
            concerned = followed[row.stream].advisor in owners or "referent" in member.roles_on(today)
            if concerned and person != reader:
                subject, text = french.received(refs.team[reader].name, f"{url}/dossiers/{row.stream}")
                yield Notice(person, "glass", f"{row.stream} {row.version}", subject, text)


def _absences(connection: Connection, refs: References, now: datetime, url: str) -> Iterator[Notice]:
    """Yields a notice for every absence that somebody else declared or changed, to the absent person."""
    today, names = refs.calendar.local_day(now), {str(id): one.name for id, one in refs.team.items()}
    for row in audit_trail.list_since(connection, [AbsenceDeclared.TOPIC], now - RECENT, MOST_RECENT):
        member = refs.team[row.stream]
        if row.by != str(row.stream) and member.email and member.works(today):
            subject, text = french.absent(names.get(row.by), f"{url}/equipe/{row.stream}")
            yield Notice(row.stream, "absence", str(row.version), subject, text)


def _stopped(side: ReadSide, refs: References, today: date) -> Iterator[Notice]:
    """Yields a notice for every projection that stopped on an event, to the administrators."""
    for row in side.stopped() if side.blocked else ():
        for person, member in _at_work(refs, today):
            if "administrator" in member.roles_on(today):
                subject, text = french.stopped(row.projection, row.position)
                yield Notice(person, "stopped", f"{row.projection} {row.position}", subject, text)


def _figures(side: ReadSide, refs: References, today: date, url: str) -> Iterator[Notice]:
    """Yields the page of last month, once a month, to those who chose it. It waits for a working day."""
    first, last = last_month(today)
    if not refs.calendar.is_working(today) or (refs.structure.opened and refs.structure.opened > last):
        return

    @cache
    def page() -> bytes:
        with counting_today(side, today) as there:
            return board_pdf(there, FigureQuestion(first, last, today), last_month(first))

    for person, member in _at_work(refs, today):
        if member.monthly_page and member.roles_on(today) & {"referent", "manager"}:
            said = french.figures(first, f"{url}/indicateurs")
            yield Notice(person, "figures", f"{first:%Y-%m}", *said, page)


def _at_work(refs: References, today: date) -> Iterator[tuple[UUID, Staff]]:
    """Yields who works today, is not absent, and has an e-mail."""
    for person, member in refs.team.items():
        if member.works(today) and member.email and not member.absence(today):
            yield person, member


def _mass_reading(refs: References, today: date, url: str) -> Iterator[Notice]:
    """Yields a notice for every account suspended for mass reading, to the managers and administrators."""
    for reader, member in refs.team.items():
        if member.access.suspended == "mass-reading" and member.access.since:
            about = f"{reader} {member.access.since:%Y%m%dT%H%M%S}"
            said = french.mass_reading(member.name, f"{url}/equipe/{reader}")
            yield from _to_stewards(refs, today, "mass-reading", about, said, {str(reader)})


def _second_person(connection: Connection, refs: References, now: datetime, url: str) -> Iterator[Notice]:
    """Yields a notice for every member whose roles or account wait, to those who may be the second person.

    Whoever uses a stolen account as the first person is noticed.
    """
    today = refs.calendar.local_day(now)
    for member, version in _latest(connection, RoleGranted.TOPIC, now):
        colleague, givers = refs.team[member], set(refs.team[member].awaiting.values())
        if colleague.awaiting:
            names = sorted(refs.team[UUID(giver)].name for giver in givers)
            said = french.role_waits(colleague.name, list(colleague.awaiting), names, f"{url}/equipe/{member}")
            alone = givers if len(givers) == 1 else set[str]()
            yield from _to_stewards(refs, today, "second-person", f"{member} {version}", said, {*alone, str(member)})
    for member, version in _latest(connection, x.AccountOpened.TOPIC, now):
        colleague, first = refs.team[member], refs.team[member].access.invited_by
        if first and colleague.access.enters and not colleague.access.confirmed:
            said = french.account_waits(colleague.name, f"{url}/equipe/{member}")
            yield from _to_stewards(refs, today, "second-person", f"{member} {version}", said, {first, str(member)})


def _protocol(refs: References, today: date, url: str) -> Iterator[Notice]:
    """Yields a notice of the draft, then of each publication to come, that changes retention or reading limits."""
    state = refs.protocols
    draft, due = state.draft, dict[str, tuple[str, str]]()
    if draft and changes_safeguards(state.published, draft.document, first_day(today)):
        author = refs.team[UUID(draft.by)].name
        due[f"draft {draft.number}"] = french.protocol_proposed(author, f"{url}/protocole/projet/protocole")
    for number, day in changes_to_come(state, today):
        due[f"{number} {day}"] = french.protocol_to_come(number, day, f"{url}/protocole?protocole={number}")
    for about, said in due.items():
        yield from _to_stewards(refs, today, "protocol", about, said)


def _accounts(connection: Connection, refs: References, now: datetime, url: str) -> Iterator[Notice]:
    """Yields a notice for every step that takes an account or a role from its member, to all who keep accounts.

    Who took the step is told too: somebody else may use their account. An owner is told of the roles that end: once
    for those of one form.
    """
    today = refs.calendar.local_day(now)
    rows = audit_trail.list_since(connection, _TAKING, now - RECENT, MOST_RECENT)
    for row in {(one.command, one.stream, one.topic): one for one in rows}.values():
        member, reset = refs.team[row.stream], refs.team[row.stream].access.reset_at
        follows = row.topic != x.AccountInvited.TOPIC or (reset is not None and reset <= row.at.replace(tzinfo=UTC))
        if follows and row.by != SITE:
            by = "" if row.by == OPERATOR else refs.team[UUID(row.by)].name
            said = french.account_taken(row.topic, by, member.name, f"{url}/equipe/{row.stream}")
            about = f"{row.stream} {row.version}"
            notices = list(_to_stewards(refs, today, "account", about, said))
            owned = row.topic == x.RoleEnded.TOPIC and member.email and member.works(today)
            if owned and row.stream not in {one.person for one in notices}:
                notices.append(Notice(row.stream, "account", about, *said))
            yield from notices


def _erasures(connection: Connection, refs: References, now: datetime, url: str) -> Iterator[Notice]:
    """Yields a notice of each confirmed erasure that is not the first in 24 hours, to all managers and administrators.

    Who confirmed it is told too: somebody else may use their account.
    """
    rows = audit_trail.list_since(connection, [PersonErased.TOPIC], now - RECENT - erasing.PACE, MOST_RECENT)
    confirmed = {row.command: row for row in rows}
    for row in confirmed.values():
        earlier = [one for one in confirmed.values() if row.at - erasing.PACE < one.at and one.position < row.position]
        if earlier and row.at.replace(tzinfo=UTC) > now - RECENT:
            by = "" if row.by == OPERATOR else refs.team[UUID(row.by)].name
            said = french.erasures(by, 1 + len(earlier), f"{url}/effacements")
            today = refs.calendar.local_day(now)
            yield from _to_stewards(refs, today, "erasures", str(row.command), said)


def _latest(connection: Connection, topic: str, now: datetime) -> Iterable[tuple[UUID, int]]:
    """Returns each stream with a recent event of a kind, and the version of the latest."""
    rows = audit_trail.list_since(connection, [topic], now - RECENT, MOST_RECENT)
    return {row.stream: row.version for row in reversed(rows)}.items()


def _to_stewards(
    refs: References, today: date, kind: NoticeKind, about: str, said: tuple[str, str], but: Set[str] = frozenset()
) -> Iterator[Notice]:
    """Yields a notice to each manager and administrator `but` some, to absent ones too.

    Whoever uses a stolen account may declare an absence.
    """
    for person, member in refs.team.items():
        if member.email and member.roles_on(today) & {"manager", "administrator"} and str(person) not in but:
            yield Notice(person, kind, about, *said)
