"""The access journal of a structure: writes lines, and answers who looked."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct

from pixflow.access_journal.line import ChainHead, Line, Question, first_of, next_head, values_of
from pixflow.access_journal.postgres import PostgresJournal
from pixflow.access_journal.reading import DELAY, RECENT, RECENTLY, SINCE, SOON, Bounds, Counts, MemberReading
from pixflow.access_journal.sqlite import SqliteJournal
from pixflow.store.postgres.database import Database

_OF_DOSSIER = """SELECT * FROM lines
    WHERE dossier = $1 AND what = 'shown' ORDER BY at DESC LIMIT $2"""
_OF_ACCOUNT = """SELECT * FROM lines
    WHERE account = $1 AND what IN ('signed-in', 'failed', 'factor') ORDER BY at DESC LIMIT $2"""
_OF_DAYS = "SELECT * FROM lines WHERE at >= $1 AND at < $2 ORDER BY at"


_GUESSES = """SELECT count(*) FROM lines
    WHERE member = $1 AND at >= $2 AND why IN ('role', 'glass') AND what IN ('refused', 'revealed')"""
_ALL = """SELECT * FROM lines WHERE (chain, number) > ($1, $2) ORDER BY chain, number LIMIT $3"""
PART = 500
"""Lines that are read at once, where there may be many."""
_WHERE = "FROM lines WHERE at >= $1 AND at < $2"
_TOTAL = f"SELECT count(*) {_WHERE}"
_PAGE = f"SELECT * {_WHERE}"
_READ = f"SELECT dossier, member, page, why, min(at), max(at), count(*) {_WHERE}"
_FRESH = """SELECT * FROM lines
    WHERE member = $1 AND at >= $2 AND why IN ('role', 'glass') AND fresh > 0"""


JournalStore = SqliteJournal | PostgresJournal


class Period(Struct, frozen=True):
    """Lines from an instant to another, of everybody or of one member."""

    since: int
    until: int
    member: UUID | None = None

    @property
    def values(self) -> tuple[int | UUID, ...]:
        return (self.since, self.until, *filter(None, [self.member]))

    @property
    def of_member(self) -> str:
        return " AND member = $3" if self.member else ""


class ReadingSum(Struct, frozen=True):
    """The lines of one member by one page for one reason that opened a dossier, or that showed it in lists.

    `first` and `last` are instants, `times` counts the lines. `people` is 0 for openings; in lists it counts the person
    each time, or those whose ids no line has, without a dossier.
    """

    dossier: UUID | None
    member: UUID | None
    page: str
    why: str
    first: int
    last: int
    times: int
    people: int = 0


class AccessJournal:
    """The lines of a structure. One chain a process, a start and a month: processes share no lock."""

    def __init__(self, store: JournalStore) -> None:
        self.store = store
        self.sealed_until: date | None = None
        self._heads: dict[int, ChainHead] = {}
        self._lock = Lock()
        self._shown: dict[UUID, tuple[int, int, frozenset[UUID]]] = {}
        self._readings: dict[UUID | None, MemberReading] = {}

    def write(self, line: Line, day: date) -> None:
        """Writes a line of a local day. Raises the errors of the store: then the page must not be shown.

        After an error nobody knows if the line is there, so another chain begins.
        """
        with self._lock:
            self._add(line, day)

    def write_and_count(self, line: Line, day: date, midnight: int, restored: int) -> Counts:
        """Writes a line as `write` does, then returns the reading of its member at its instant.

        The line is there for everybody before the count: of two pages at once, each counts the other. The day began at
        `midnight`. What was read before the member's account was `restored` counts no more; 0 when it never was.
        """
        bounds = Bounds(max(line.at - SOON, restored), max(midnight, restored))
        with self._lock:
            last_reading = self._readings.get(line.member)
            if last_reading and not last_reading.serves(bounds, line.at):
                last_reading = None
            rows = self._add(line, day, _questions(last_reading, bounds, line, day))
            if last_reading and len(rows) >= RECENT:
                last_reading = None
                rows = [row for asked in _questions(None, bounds, line, day) for row in self.store.select(*asked)]
            reading = self._readings[line.member] = last_reading or MemberReading(bounds, line.at)
            reading.learn(rows, line.at)
            return reading.counts(bounds)

    def write_guess(self, line: Line, day: date, midnight: int) -> int:
        """Writes a line of an answer that tells if somebody is followed. Counts its member's since `midnight`."""
        with self._lock:
            return int(self._add(line, day, [(month_of(day), _GUESSES, line.member, midnight)])[0][0])

    def guesses(self, member: UUID, day: date, midnight: int) -> int:
        """Counts the answers that told a member if somebody is followed, since the `midnight` of a day."""
        found = self.store.select(month_of(day), _GUESSES, member, midnight)
        return int(found[0][0]) if found else 0

    def _add(self, line: Line, day: date, questions: Sequence[Question] = ()) -> list[tuple[Any, ...]]:
        month = month_of(day)
        before = self._heads.pop(month) if month in self._heads else first_of(uuid4())
        head = next_head(before, line)
        answered = self.store.add(month, values_of(month, head, line), questions)
        self._heads[month] = head
        return answered

    def counts(self, member: UUID, day: date, at: int, midnight: int, restored: int) -> Counts:
        """Returns the reading of a member at an instant, as `write_and_count` does. It writes nothing."""
        bounds, line = Bounds(max(at - SOON, restored), max(midnight, restored)), Line(at, "counted", "", member=member)
        reading = MemberReading(bounds, at)
        reading.learn([row for asked in _questions(None, bounds, line, day) for row in self.store.select(*asked)], at)
        return reading.counts(bounds)

    def fresh(
        self, member: UUID, people: Collection[UUID], day: date, midnight: int, at: int, *, shown: bool = True
    ) -> int:
        """Counts the people whom no list showed to a member since the `midnight` of a day, in any process.

        A process remembers those who are `shown`, and asks for the lines of a moment before its last question.
        """
        with self._lock:
            began, until, before = self._shown.get(member, (midnight, midnight, frozenset[UUID]()))
            if began != midnight:
                until, before = midnight, frozenset()
            lines = _lines(self.store.select(month_of(day), _FRESH, member, max(midnight, until - DELAY)))
            before = before.union(*(line.ids for line in lines))
            self._shown[member] = midnight, at, before.union(people if shown else ())
            return len(before.union(people)) - len(before)

    def of_dossier(self, dossier: UUID, most: int) -> list[Line]:
        """Returns the last lines that opened a dossier, the latest first."""
        return self._latest(_OF_DOSSIER, dossier, most)

    def of_account(self, account: UUID, most: int) -> list[Line]:
        """Returns the last sign-ins, failures and changed factors of an account, the latest first."""
        return self._latest(_OF_ACCOUNT, account, most)

    def _latest(self, statement: str, about: UUID, most: int) -> list[Line]:
        lines: list[Line] = []
        for month in reversed(self.store.months()):
            if len(lines) < most:
                lines += _lines(self.store.select(month, statement, about, most - len(lines)))
        return lines

    def between(self, since: int, until: int) -> Iterator[Line]:
        """Yields the lines from an instant to another, in the order of time within each month."""
        for month in self.store.months():
            yield from _lines(self.store.select(month, _OF_DAYS, since, until))

    def total(self, period: Period) -> int:
        """Counts the lines of a period."""
        found = (self.store.select(month, _TOTAL + period.of_member, *period.values) for month in self.store.months())
        return sum(row[0] for rows in found for row in rows)

    def page(self, period: Period, limit: int, offset: int) -> list[Line]:
        """Returns lines of a period, the latest first."""
        lines: list[Line] = []
        for month in reversed(self.store.months()):
            part = f"ORDER BY at DESC, number DESC LIMIT {limit - len(lines)} OFFSET {offset}"
            lines += _lines(self.store.select(month, f"{_PAGE}{period.of_member} {part}", *period.values))
            if len(lines) == limit:
                break
            if offset:
                offset = max(0, offset - self.store.select(month, _TOTAL + period.of_member, *period.values)[0][0])
        return lines

    def read_in(self, period: Period) -> list[ReadingSum]:
        """Returns what was opened in a period, month by month, by dossier, member, page and reason."""
        opened = f"{period.of_member} AND what = 'shown' AND dossier IS NOT NULL"
        statement = f"{_READ}{opened} GROUP BY dossier, member, page, why ORDER BY min(at)"
        return [
            ReadingSum(id_of(row[0]), id_of(row[1]), *row[2:])
            for month in self.store.months()
            for row in self.store.select(month, statement, *period.values)
        ]

    def listed_in(self, period: Period) -> list[ReadingSum]:
        """Returns whom lists showed in a period, the first one first; a page drawn anew shows them too."""
        statement = f"{_PAGE}{period.of_member} AND what IN ('shown', 'refreshed') AND people > 0 ORDER BY at"
        sums: dict[tuple[UUID | None, UUID | None, str, str], list[int]] = {}
        for month in self.store.months():
            for line in _lines(self.store.select(month, statement, *period.values)):
                people: dict[UUID | None, int] = dict.fromkeys(line.ids, 1)
                if rest := max(0, line.people - len(people)):
                    people[None] = rest
                for dossier, number in people.items():
                    one = sums.setdefault((dossier, line.member, line.page, line.why), [line.at, 0, 0, 0])
                    one[1:] = line.at, one[2] + 1, one[3] + number
        return [ReadingSum(*about, *counted) for about, counted in sums.items()]

    def forget(self, today: date) -> list[int]:
        """Deletes the months that are kept no more, and returns them."""
        gone = [month for month in self.store.months() if month < oldest_kept(today)]
        for month in gone:
            self.store.drop(month)
        return gone

    def close(self) -> None:
        self.store.close()


def open_journal(folder: Path, database: Database | None, schema: str | None) -> AccessJournal:
    """Returns the access journal of a structure. Nothing is made before the first line.

    On PostgreSQL, lines in files of the folder move to the schema first: a restore has brought their structure there.
    """
    files = SqliteJournal(folder)
    if not (database and schema):
        return AccessJournal(files)
    store = PostgresJournal(database, schema)
    # What is cut off begins again; each file goes once its lines are durable.
    for month in files.months():
        last: Sequence[Any] = (b"", 0)
        while lines := files.select(month, _ALL, *last, PART):
            store.take(month, lines)
            last = lines[-1][1:3]
        files.drop(month)
    return AccessJournal(store)


def month_of(day: date) -> int:
    return day.year * 100 + day.month


def oldest_kept(today: date) -> int:
    """Returns the oldest month that is kept: twelve whole ones besides this one (CNIL 2021-122: 6 to 12 months)."""
    return month_of(today) - 100


def _questions(known: MemberReading | None, bounds: Bounds, line: Line, day: date) -> list[Question]:
    """Returns the questions for the lines to learn. Those of a month's first minutes are of the month before too."""
    statement, since = (RECENTLY, known.known_until) if known else (SINCE, bounds.first)
    months = [month_of(day)]
    if since < bounds.day and day.day == 1:
        months.append(month_of(day - timedelta(days=1)))
    return [(month, statement, line.member, since) for month in months]


def _lines(found: Sequence[tuple[Any, ...]]) -> list[Line]:
    return [line_of(row) for row in found]


def line_of(row: Sequence[Any]) -> Line:
    """Returns the line of a row as `SELECT *` gives it: ids as bytes or as ids, of before without `listed`."""
    _, _, _, at, what, page, account, member, session, dossier, people, fresh, why, _, *listed = row
    account, member, dossier = map(id_of, (account, member, dossier))
    return Line(at, what, page, account, member, session, dossier, people, fresh, why, b"".join(filter(None, listed)))


def id_of(stored: Any) -> Any:
    """Returns an id that a store gives as bytes or as an id, if there is one."""
    return UUID(bytes=bytes(stored)) if isinstance(stored, bytes) else stored
