"""Writes into the access journal whom each answer shows to the person at the desk (docs/accounts.md#who-looked)."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.dependencies.models import Dependant
from msgspec import Struct, structs

from pixflow import authorization
from pixflow.access_journal import reading
from pixflow.access_journal.journal import AccessJournal
from pixflow.access_journal.line import FAR, Line, What, Why, join_people, micros
from pixflow.access_journal.reading import NARROW
from pixflow.access_journal.seal import midnight
from pixflow.actor import CLOCK, SITE, SYSTEM, Actor
from pixflow.authorization import Scope, follows, receives
from pixflow.documents.protocol import ReadingLimits
from pixflow.dossier.evolve import fold
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import AdvisorAssigned, DuplicateJoined
from pixflow.folding import Moment
from pixflow.team.accounts import suspend_account
from pixflow.team.staff import colleagues_deputised_by
from projections import directory, dossier_sheet
from projections.store.folds import fold_of
from web.accounts import memberships, sessions
from web.accounts.sessions import Session
from web.desk.commands import FromElsewhere
from web.desk.desk import Desk
from web.http.addresses import address
from web.http.day_bar import params_of
from web.http.people import IDS, NOBODY, People
from web.http.security import is_led_from_elsewhere

OF_OTHERS: Mapping[str, Why] = {"own": "task", "all": "role", "none": "task"}
"""The reason why a list names somebody whom its reader does not follow, by the scope of the reader."""
COUNTED: Mapping[str, Why] = {"own": "glass", "all": "role", "none": "glass"}
"""The reason of a line that counts beside one of a nearer reason, by the scope of the reader."""
_ID = re.compile("[0-9a-f]{32}")
SESSION_BYTES = 8
"""The beginning of a session's digest: it tells two sessions apart, and opens none."""


REFRESHED = 10 * 3600 * 1_000_000
"""Microseconds in which a page that was opened may draw itself anew: as long as a session lasts at most."""
SHEET = "GET /dossiers/{dossier_id:uuid}"
"""The page of one dossier that draws itself anew. A file of it, or another page, is asked for by somebody."""
ARRIVAL = 10
"""Seconds in which a browser comes back from its issuer to its first page."""
FOR_PAGES = 4
"""The part of the limits of reading that a file leaves: a quarter of the people of ten minutes."""
SEEN = 100
"""Last openings of a dossier among which a refresh looks for its own; beyond them it is an opening."""


class MassReading(Exception):
    """Raised instead of showing a page: this member has read more than anybody needs to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.actor.id)
        self.desk = desk


class DeskJournalWriter:
    """The writer of the access journal for one request. `moment` is that of a list of an earlier day.

    `noted` once somebody said whom its answer shows.
    """

    def __init__(self, request: Request, desk: Desk, moment: Moment | None = None) -> None:
        self.noted = False
        self._desk = desk
        path = address(request.scope["route"].path, params_of(moment) if moment else {})
        self._page = f"{request.method} {path}"
        session: Session | None = getattr(request.state, "session", None)
        self._session = (session.account, session.digest[:SESSION_BYTES]) if session else (None, None)
        self._asks_again = self._page == SHEET and "HX-PTag" in request.headers
        self._dossier: UUID | None = request.path_params.get("dossier_id")
        self._ids = ids_of(request)
        self._opened = set[UUID]()
        self._is_led = is_led_from_elsewhere(request.headers, pressed=True) and not self._arrives(session)

    def note(self, people: People) -> None:
        """Writes whom an answer shows, a line a reason; nothing for nobody. Raises MassReading and the store's errors.

        A dossier that the address names is open, whatever the page lists: only `NOBODY` is nobody. Raises FromElsewhere
        when a page of another site led here, and nobody pressed anything.
        """
        self.noted = True
        if people is NOBODY:
            return
        if people is IDS:
            self._journal.write(self._line("shown", None, OF_OTHERS[self._desk.scope.whose]), self._desk.today)
            return
        asked = dict.fromkeys((people.opened, *self._addressed))
        opened = [dossier for dossier in asked if dossier and dossier not in self._opened]
        lists = self._lists(people.listed.difference(opened, self._opened))
        if not opened and not lists:
            return
        if self._is_led:
            raise FromElsewhere
        for dossier in opened:
            self._opened.add(dossier)
            told = reason_told(self._desk, dossier)
            self._write(told, lists.pop(told, _List()), dossier)
        for why, people_listed in lists.items():
            self._write(why, people_listed)

    def has_room_for(self, people: Collection[UUID]) -> bool:
        """Tells if a file may show these people: a quarter of the limits stays for pages. Writes nothing."""
        desk, now, limits = self._desk, self._read_clock(), self._limits
        far = frozenset[UUID]().union(*(one.far for one in self._lists(people).values()))
        if not far:
            return True
        began, left = midnight(desk.today, desk.zone), limits.people // FOR_PAGES
        fresh = self._journal.fresh(desk.me, far, desk.today, began, now, shown=False)
        counts = self._journal.counts(desk.me, desk.today, now, began, self._restored)
        soon, day = limits.people - left, limits.listed - left
        return not fresh or (counts.people + fresh <= soon and counts.listed + fresh <= day)

    def note_refusal(self, status: int, people: int = 0) -> None:
        """Writes a line for a refusal: a page that this member may not read, a dossier that exists, a whole file."""
        dossier = self._dossier
        if dossier:
            with self._desk.served.reading() as tables:
                dossier = dossier if fold_of(tables.connection, dossier) is not None else None
        if status == 403 or dossier or people:
            self._journal.write(self._line("refused", dossier, "", people), self._desk.today)

    def guessed(self, dossier: UUID | None) -> int:
        """Writes a line for an answer that tells of a dossier, or of none, to who does not read it.

        Returns the number of them of this member and day. It holds nothing of what was typed.
        """
        desk = self._desk
        line = self._line("revealed" if dossier else "refused", dossier, "glass")
        return self._journal.write_guess(line, desk.today, midnight(desk.today, desk.zone))

    def _is_open(self, dossier: UUID) -> bool:
        """True when a page draws itself anew, whose dossier this session has opened before: no new opening."""
        now, own = self._read_clock(), (self._desk.me, self._session[1], SHEET)
        return self._asks_again and any(
            (line.member, line.session, line.page) == own and now - line.at < REFRESHED
            for line in self._journal.of_dossier(dossier, SEEN)
        )

    def _arrives(self, session: Session | None) -> bool:
        """Tells if an issuer has just led here whoever signs in: nobody presses anything when it answers by itself."""
        site = self._desk.host.site
        if session is None or site is None or session.way != "issuer":
            return False
        return site.store.read_clock() - max(session.created, session.proved) <= ARRIVAL

    @cached_property
    def _addressed(self) -> Iterable[UUID]:
        """The dossiers that the address names."""
        return directory.find_people(self._desk.tables.connection, self._ids).keys() if self._ids else ()

    @cached_property
    def _deputised(self) -> frozenset[UUID]:
        """The colleagues for whom this member has stood in for a day."""
        desk = self._desk
        if not desk.deputised:
            return desk.deputised
        refs = desk.engine.references(without=lambda one: is_recent(one, desk))
        return colleagues_deputised_by(refs.team, desk.me, desk.today)

    def _lists(self, people: Collection[UUID]) -> dict[Why, "_List"]:
        """Groups the people of lists by the reason of each.

        A dossier counts as that of others when it was given, or its advisor's absence declared, within a day.
        """
        desk, lists, others = self._desk, dict[Why, _List](), OF_OTHERS[self._desk.scope.whose]
        followed = dossier_sheet.followed(desk.tables.connection, people, desk.owners, desk.today - A_DAY)
        for person in people:
            advisor, given = followed.get(person, (None, False))
            why: Why = others if advisor is None else "own" if advisor == desk.me else "deputy"
            is_near = not given and (why == "own" or advisor in self._deputised)
            group = lists.setdefault(why, _List())
            group.people.add(person)
            if not is_near:
                group.far.add(person)
        return lists

    def _write(self, why: Why, listed: "_List", dossier: UUID | None = None) -> None:
        """Writes the line of a reason: a dossier, people of lists, or both. One that counts for another is before it.

        A demonstration counts nobody, and says how many are new.
        """
        desk = self._desk
        what: What = "refreshed" if dossier and self._is_open(dossier) else "shown"
        fresh, began = 0, midnight(desk.today, desk.zone)
        if listed.far:
            fresh = self._journal.fresh(desk.me, listed.far, desk.today, began, self._read_clock())
        line = self._line(what, dossier, why, len(listed.people), fresh, listed.people)
        if not desk.host.site:
            self._journal.write(line, desk.today)
        elif why in FAR:
            self._count(line)
        else:
            reason = reason_counted(desk, dossier) if dossier else why
            read = dossier if reason in FAR else None
            if read or fresh:
                far = reason if read else COUNTED[desk.scope.whose]
                self._count(self._line("counted", read, far, 0, fresh, listed.far))
            self._journal.write(structs.replace(line, fresh=0), desk.today)

    @property
    def _limits(self) -> ReadingLimits:
        reads_all = self._desk.scope.whose == "all"
        return self._desk.refs.protocol(self._desk.today).reading if reads_all else NARROW

    @property
    def _journal(self) -> AccessJournal:
        return self._desk.served.journal

    @property
    def _restored(self) -> int:
        """The instant since which this member reads again after a stop, 0 when they were never stopped."""
        restored = self._desk.refs.team[self._desk.me].access.since
        return micros(restored) if restored else 0

    def _read_clock(self) -> int:
        return micros(self._desk.engine.clock())

    def _line(
        self, what: What, dossier: UUID | None, why: Why, people: int = 0, fresh: int = 0, ids: Iterable[UUID] = ()
    ) -> Line:
        account, session = self._session
        about = account, self._desk.me, session, dossier, people, fresh, why, join_people(ids)
        return Line(self._read_clock(), what, self._page, *about)

    def _count(self, line: Line) -> None:
        """Writes a line that counts. Raises MassReading once its member has read more than the limits."""
        desk = self._desk
        began = midnight(desk.today, desk.zone)
        counts = self._journal.write_and_count(line, desk.today, began, self._restored)
        if reading.is_reached(counts, self._limits):
            self._journal.write(self._line("stopped", line.dossier, line.why), desk.today)
            raise MassReading(desk)


# --- the reason that lets a member read a dossier: as it is told, and as it counts (docs/accounts.md#who-looked)


A_DAY = timedelta(days=1)
"""The time for which a fact gives no reason. A session ends sooner, so midnight changes nothing."""


class _List(Struct):
    """People of lists for one reason, and those of them who count."""

    people: set[UUID] = set()
    far: set[UUID] = set()


def ids_of(request: Request) -> frozenset[UUID]:
    """Returns the ids in an address: of its path, and of the parameters that its route reads."""
    asked = [(name, id) for name, text in request.query_params.multi_items() for id in _ids(text)]
    read = frozenset(_parameters(request.scope["route"].dependant)) if asked else frozenset[str]()
    return frozenset(map(UUID, (*_ids(*request.path_params.values()), *(id for name, id in asked if name in read))))


def _ids(*texts: object) -> list[str]:
    return [id for text in texts for id in _ID.findall(str(text).replace("-", "").lower())]


def _parameters(of: Dependant) -> Iterator[str]:
    """Yields the names of the parameters that a route and its dependencies read."""
    yield from (parameter.alias for parameter in of.query_params)
    for one in of.dependencies:
        yield from _parameters(one)


def reason_told(desk: Desk, dossier: UUID) -> Why:
    """Returns the reason nearest to the member. A name beside a workshop or a task is read for it."""
    state = desk.state(dossier)
    why = _nearest(desk.me, state, desk.scope, desk.deputised, desk.today)
    return "task" if why == "glass" and not receives(desk.me, state, desk.today) else why


def is_recent(recorded: Recorded, desk: Desk) -> bool:
    """Tells if people recorded a fact within a day: it gives nobody a reason yet, whoever recorded it."""
    return recorded.by not in SYSTEM and recorded.at > desk.engine.clock() - A_DAY


def follows_from(recorded: Recorded, counted_events: Sequence[Recorded]) -> bool:
    """Tells if a fact of the clock follows from the facts that count: a loan of today that it ends is none."""
    if not isinstance(recorded.event, AdvisorAssigned):
        return True
    before = fold(counted_events)
    return recorded.event.advisor in (before.advisor, before.lent and before.lent.back_to)


def reason_counted(desk: Desk, dossier: UUID) -> Why:
    """Returns the reason as it stands without the facts that people recorded within a day.

    Nobody gives themselves or a colleague a reason at once: a deputy, a task, a loan, a dossier. What was recorded with
    the opening of a dossier stays: it says what its author wrote. A dossier into which another was merged within a day
    has that one's path, and counts as that of others.
    """
    trail, counted_events = desk.trail(dossier), list[Recorded]()
    if any(isinstance(one.event, DuplicateJoined) and is_recent(one, desk) for one in trail):
        return COUNTED[desk.scope.whose]
    for recorded in trail:
        stays = recorded.command == trail[0].command or not is_recent(recorded, desk)
        if stays and (recorded.by != CLOCK or follows_from(recorded, counted_events)):
            counted_events.append(recorded)
    before = fold(counted_events) if len(counted_events) < len(trail) else desk.state(dossier)
    refs = desk.engine.references(without=lambda one: is_recent(one, desk)) if desk.deputised else desk.refs
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
