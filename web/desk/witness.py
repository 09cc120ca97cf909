"""Writes into the access journal whom each answer shows to the person at the desk (docs/accounts.md#who-looked)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID, uuid4

from fastapi import Request
from msgspec import structs

from pixflow import authorization
from pixflow.access_journal import reading
from pixflow.access_journal.journal import AccessJournal
from pixflow.access_journal.line import FAR, Line, What, Why, joined, micros
from pixflow.access_journal.reading import NARROW
from pixflow.access_journal.seal import midnight
from pixflow.actor import SITE, Actor
from pixflow.authorization import Scope, follows
from pixflow.dossier.evolve import fold
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.team.accounts import suspend_account
from pixflow.team.staff import colleagues_deputised_by
from projections.store.folds import fold_of
from web.accounts import memberships, sessions
from web.accounts.sessions import Session
from web.desk.desk import Desk
from web.http.people import People

LISTED: Mapping[str, Why] = {"own": "own", "all": "role", "none": "task"}
"""The reason of a list, by the scope of its reader."""
SESSION_BYTES = 8
"""The beginning of a session's digest: it tells two sessions apart, and opens none."""


REFRESHED = 10 * 3600 * 1_000_000
"""Microseconds in which a page that was opened may draw itself anew: as long as a session lasts at most."""
SHEET = "GET /dossiers/{dossier_id:uuid}"
"""The page of one dossier that draws itself anew. A file of it, or another page, is asked for by somebody."""
FOR_PAGES = 4
"""The part of the limits of reading that a file leaves: a quarter of the people of ten minutes."""
SEEN = 100
"""Last openings of a dossier among which a refresh looks for its own; beyond them it is an opening."""


class MassReading(Exception):
    """Raised instead of showing a page: this member has read more than anybody needs to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.actor.id)
        self.desk = desk


class DeskWitness:
    """The witness of one request. `noted` once somebody said whom its answer shows."""

    def __init__(self, request: Request, desk: Desk) -> None:
        self.noted = False
        self._desk = desk
        self._page = f"{request.method} {request.scope['route'].path}"
        session: Session | None = getattr(request.state, "session", None)
        self._session = (session.account, session.digest[:SESSION_BYTES]) if session else (None, None)
        self._asks_again = self._page == SHEET and "HX-PTag" in request.headers
        self._dossier: UUID | None = request.path_params.get("dossier_id")

    def note(self, people: People) -> None:
        """Writes a line for the people whom a page shows, none for nobody. Raises MassReading and the store's errors.

        A reading by a role or a glass counts with its line. One that counts as such for another reason than the line
        tells has a line before it.
        """
        self.noted = True
        if not (people.opened or people.listed or people.more):
            return
        desk, listed = self._desk, LISTED[self._desk.scope.whose]
        why = reason_told(desk, people.opened) if people.opened else listed
        began = midnight(desk.today, desk.zone)
        counts = listed == "role"
        fresh = self._journal.fresh(desk.me, people.listed, desk.today, began, self._now()) if counts else 0
        what: What = "refreshed" if people.opened and self._is_open(people.opened) else "shown"
        line = self._line(what, people.opened, why, len(people.listed) + people.more, fresh, people.listed)
        if not desk.host.site:
            self._journal.write(line, desk.today)
        elif why in FAR:
            self._count(line)
        else:
            reason = reason_counted(desk, people.opened) if people.opened else why
            if reason in FAR or fresh:
                read = people.opened if reason in FAR else None
                self._count(self._line("counted", read, reason if read else listed, 0, fresh, people.listed))
            self._journal.write(structs.replace(line, fresh=0), desk.today)

    def has_room_for(self, people: Collection[UUID]) -> bool:
        """Tells if a file may show these people: enough of the limits stays for the pages after it. Writes nothing."""
        desk, now = self._desk, self._now()
        if LISTED[desk.scope.whose] not in FAR:
            return True
        limits = desk.refs.protocol(desk.today).reading
        began, left = midnight(desk.today, desk.zone), limits.people // FOR_PAGES
        fresh = self._journal.fresh(desk.me, people, desk.today, began, now, shown=False)
        counts = self._journal.counts(desk.me, desk.today, now, began, self._restored)
        soon, day = limits.people - left, limits.listed - left
        return not fresh or (counts.people + fresh <= soon and counts.listed + fresh <= day)

    def refused(self, status: int) -> None:
        """Writes a line for a refusal: a page that this member may not read, or a dossier that exists."""
        dossier = self._dossier
        if dossier:
            with self._desk.served.reading() as tables:
                dossier = dossier if fold_of(tables.connection, dossier) is not None else None
        if status == 403 or dossier:
            self._journal.write(self._line("refused", dossier, ""), self._desk.today)

    def guessed(self, dossier: UUID | None) -> int:
        """Writes a line for an answer that tells of a dossier, or of none, to who does not read it.

        Returns the number of them of this member and day. It holds nothing of what was typed.
        """
        desk = self._desk
        line = self._line("revealed" if dossier else "refused", dossier, "glass")
        return self._journal.write_guess(line, desk.today, midnight(desk.today, desk.zone))

    def _is_open(self, dossier: UUID) -> bool:
        """True when a page draws itself anew, whose dossier this session has opened before: no new opening."""
        now, own = self._now(), (self._desk.me, self._session[1], SHEET)
        return self._asks_again and any(
            (line.member, line.session, line.page) == own and now - line.at < REFRESHED
            for line in self._journal.of_dossier(dossier, SEEN)
        )

    @property
    def _journal(self) -> AccessJournal:
        return self._desk.served.journal

    @property
    def _restored(self) -> int:
        """The instant since which this member reads again after a stop, 0 when they were never stopped."""
        restored = self._desk.refs.team[self._desk.me].access.since
        return micros(restored) if restored else 0

    def _now(self) -> int:
        return micros(self._desk.engine.clock())

    def _line(
        self, what: What, dossier: UUID | None, why: Why, people: int = 0, fresh: int = 0, ids: Iterable[UUID] = ()
    ) -> Line:
        account, session = self._session
        about = account, self._desk.me, session, dossier, people, fresh, why, joined(ids)
        return Line(self._now(), what, self._page, *about)

    def _count(self, line: Line) -> None:
        """Writes a line that counts. Raises MassReading once its member has read more than the limits."""
        desk = self._desk
        began = midnight(desk.today, desk.zone)
        counts = self._journal.write_and_count(line, desk.today, began, self._restored)
        reads_all = desk.scope.whose == "all"
        if reading.is_reached(counts, desk.refs.protocol(desk.today).reading if reads_all else NARROW):
            self._journal.write(self._line("stopped", line.dossier, line.why), desk.today)
            raise MassReading(desk)


# --- the reason that lets a member read a dossier: as it is told, and as it counts (docs/accounts.md#who-looked)


A_DAY = timedelta(days=1)
"""The time for which a fact gives no reason to who recorded it. A session ends sooner, so midnight changes nothing."""


def reason_told(desk: Desk, dossier: UUID) -> Why:
    """Returns the reason nearest to the member."""
    return _nearest(desk.me, desk.state(dossier), desk.scope, desk.deputised, desk.today)


def reason_counted(desk: Desk, dossier: UUID) -> Why:
    """Returns the reason as it stands without the facts that the member recorded within a day.

    Nobody gives themselves a reason: neither a deputy that they declare, nor a task that they take. What was recorded
    with the opening of a dossier stays: it says what its author wrote.
    """
    since = desk.engine.clock() - A_DAY

    def is_own(recorded: Recorded) -> bool:
        return recorded.by == desk.actor.id and recorded.at > since

    trail = desk.trail(dossier)
    kept = [recorded for recorded in trail if recorded.command == trail[0].command or not is_own(recorded)]
    before = fold(kept) if len(kept) < len(trail) else desk.state(dossier)
    refs = desk.engine.references(without=is_own) if desk.deputised else desk.refs
    away = colleagues_deputised_by(refs.team, desk.me, desk.today)
    return _nearest(desk.me, before, authorization.scope(desk.actor, refs, desk.today), away, desk.today)


def _nearest(me: UUID, dossier: object, scope: Scope, away: frozenset[UUID], day: date) -> Why:
    if not isinstance(dossier, Dossier):
        return "role"
    if dossier.advisor == me:
        return "own"
    if dossier.advisor in away:
        return "deputy"
    if any(follows(person, dossier, day) for person in away | {me}):
        return "task"
    return "role" if scope.whose == "all" else "glass"


# --- stops an account that reads more than anybody needs to (docs/accounts.md#who-looked)


def stop_reading(error: MassReading) -> None:
    """Suspends the account at once, and ends its sessions everywhere. The next tick tells the direction."""
    desk = error.desk
    desk.engine.execute(
        {"staff": desk.me}, suspend_account, by=Actor(SITE), command_id=uuid4(), via="web", reason="mass-reading"
    )
    site = desk.host.site
    known = memberships.of_member(site.store, desk.served.opened.id, desk.me) if site else None
    if site and known:
        sessions.end_all(site.store, known.account)
