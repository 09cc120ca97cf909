"""The person at work, their rights, and the tables up to date; the desk of an earlier position or day."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from fastapi import HTTPException, Request
from sqlalchemy import Connection, Select

from pixflow import authorization
from pixflow.actor import Actor
from pixflow.authorization import Scope, Subject
from pixflow.decision import Decision
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events.base import Recorded, Unopened
from pixflow.events.values import Role
from pixflow.folding import Moment, end_of
from pixflow.identity import normalise
from pixflow.reference_data import References
from pixflow.team.staff import colleagues_deputised_by
from projections import audit_trail
from projections.store.catch_up import Memory
from projections.store.fill import share_filled
from projections.store.folds import StreamDamaged, fold_of, must_not_be_damaged, position_of_tables, stopped_streams
from projections.store.past_tables import past_tables, tables_at
from projections.store.stores import NoStore
from web.french import indicators as french
from web.french import past, validation
from web.french.typography import plural, say
from web.hosting.figures import MOMENTS
from web.hosting.host import Host
from web.hosting.served_structure import LiveTables, ServedStructure
from web.http.addresses import read_day
from web.http.day_bar import CLOCK, DAY, FILE, LISTS, WHY, DayBar
from web.http.security import SAFE_METHODS

NO_SUBJECT = Subject()
_uuid = lru_cache(1_000)(UUID)


@dataclass(frozen=True, slots=True)
class Desk:
    """The person at work: their identity, their rights, and the tables up to date.

    `deputised` are the colleagues away today whom they deputise for; `roles` are those held today, theirs included.
    `memory` is kept from page to page, `states` are those that this page has read. `is_fresh`: they proved who they are
    within ten minutes, or nobody does here.
    """

    host: Host
    served: ServedStructure
    actor: Actor
    roles: frozenset[Role]
    scope: Scope
    refs: References
    tables: LiveTables
    today: date
    deputised: frozenset[UUID] = frozenset()
    memory: Memory = field(default_factory=Memory)
    states: dict[UUID, Any] = field(default_factory=dict)
    is_fresh: bool = True

    @property
    def engine(self) -> Engine:
        return self.served.engine

    @property
    def read(self) -> Connection:
        """The connection to the tables. A command may change it: see `refresh`."""
        return self.tables.connection

    @property
    def me(self) -> UUID:
        return _uuid(self.actor.id)

    @property
    def zone(self) -> str:
        return self.refs.structure.zone

    @property
    def is_past(self) -> bool:
        """True at the desk of an earlier position or day: nothing is recorded at it."""
        return False

    @property
    def of_today(self) -> "Desk":
        """The desk of today, at which a fact is recorded."""
        return self

    @property
    def now(self) -> datetime:
        return self.engine.clock()

    @property
    def position(self) -> int:
        """The position of the last fact that the tables know."""
        return position_of_tables(self.read)[0]

    @property
    def owners(self) -> frozenset[UUID]:
        """The people whose tasks are to be done at this desk."""
        return self.deputised | {self.me}

    def may(self, decision: Decision[..., Any], subject: Subject = NO_SUBJECT) -> bool:
        """Tells if this person may take the decision on this subject: a page offers it then."""
        return authorization.allows(self.by(decision, subject), decision, subject, self.refs, self.today)

    def names_of_allowed(self, *decisions: Decision[..., Any]) -> frozenset[str]:
        """Returns the names of those of these decisions that this person may take: a page offers them."""
        return frozenset(one.name for one in decisions if self.may(one))

    def has_role_for(self, decision: Decision[..., Any]) -> bool:
        """Tells if the roles held today give this decision on any subject at all."""
        return not self.roles.isdisjoint(decision.roles.reach)

    def by(self, decision: Decision[..., Any], subject: Subject = NO_SUBJECT) -> Actor:
        """Returns the actor that a decision is stamped with: this person, and the colleague they act for.

        On the dossiers of an absent colleague, they act for them; elsewhere only when their own roles do not suffice.
        """
        if subject.member or not self.deputised:
            return self.actor
        dossier = subject.dossier
        acting = [Actor(self.actor.id, str(person)) for person in sorted(self.deputised)]
        theirs = [actor for actor in acting if dossier and str(dossier.advisor) == actor.acting_for]
        likely = (*theirs, self.actor, *acting)
        asked = (decision, subject, self.refs, self.today)
        may = (actor for actor in likely if authorization.allows(actor, *asked))
        return next(may, self.actor)

    def state(self, stream: UUID) -> Any:
        """Returns the state of a stream, read once; None when it is unknown."""
        if stream not in self.states:
            self.states[stream] = fold_of(self.read, stream)
        return self.states[stream]

    def trail(self, stream: UUID) -> Sequence[Recorded]:
        """Returns the events of a stream, oldest first. Raises StreamDamaged when one of them does not open."""
        version = getattr(self.state(stream), "version", None)
        if version and (known := self.memory.dossiers.get(("trail", stream, version))):
            return known  # type: ignore[no-any-return]
        events = self.trails([stream]).get(stream, [])
        if any(isinstance(one.event, Unopened) for one in events):
            raise StreamDamaged
        return self.remember(events) if version and events else events

    def remember(self, trail: Sequence[Recorded]) -> Sequence[Recorded]:
        """Keeps all events of a stream, for `trail`."""
        return self.memory.dossiers.put(("trail", trail[-1].originator_id, trail[-1].originator_version), trail)

    def trails(self, streams: Iterable[UUID]) -> dict[UUID, list[Recorded]]:
        """Returns the events of many streams, oldest first. One that does not open is `Unopened`."""
        return audit_trail.of_streams(self.read, streams, self.engine)

    def read_events(self, query: Select[Any]) -> list[Recorded]:
        """Returns the events of the rows of today's audit trail that a statement selects."""
        return audit_trail.open_rows(self.engine, self.tables.connection.execute(query).all())

    def dossier(self, stream: UUID) -> Dossier:
        """Returns a dossier that this person may read; raises 404 for an unknown one and for one that is not theirs.

        Raises StreamDamaged when the tables cannot show it, because one of its events does not open; NoStore when
        PostgreSQL has just emptied them, as it does after a crash.
        """
        state = self.state(stream)
        if state is None:
            must_not_be_damaged(self.read, stream)
            if not position_of_tables(self.tables.connection)[0]:
                raise NoStore("the tables are empty: they are made anew")
        if not isinstance(state, Dossier) or state.opened is None or not self.scope.sees(state):
            raise HTTPException(404)
        return state

    def erased(self, stream: UUID) -> Dossier | None:
        """Returns a dossier whose person was erased, for those who read every dossier; None otherwise."""
        state = self.state(stream)
        gone = isinstance(state, Dossier) and state.erased is not None and self.scope.whose == "all"
        return state if gone else None

    def staff(self, role: Role) -> list[tuple[UUID, str]]:
        """Returns the people who hold a role today, by name."""
        held = [(id, member.name) for id, member in self.refs.team.items() if role in member.roles_on(self.today)]
        return sorted(held, key=lambda pair: normalise(pair[1]))

    def refresh(self) -> None:
        """Brings the tables up to date with what was recorded since the request began."""
        self.tables.renew()
        self.memory.renew(self.tables.side.memory)
        self.states.clear()

    def new_command(self) -> UUID:
        """Returns a fresh id for a form."""
        return uuid4()


# --- the desk of somebody who looks at a dossier at an earlier position, or at lists of an earlier day


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDesk(Desk):
    """A desk whose day, references and tables are earlier ones. Nothing can be written at it.

    Its scope is that of today. For one dossier it holds no roles, so a page offers no other page of today; lists need
    the roles of today. `moment` is that of lists.
    """

    past: Connection
    present: Desk
    moment: Moment | None = None

    @property
    def read(self) -> Connection:
        return self.past

    @property
    def is_past(self) -> bool:
        return True

    @property
    def of_today(self) -> Desk:
        return self.present

    @property
    def position(self) -> int:
        """The position of the last fact known then; by the true clock, known today."""
        by_true = self.moment is not None and self.moment.clock == "true"
        return position_of_tables(self.tables.connection if by_true else self.past)[0]

    @property
    def now(self) -> datetime:
        """The end of the day."""
        return end_of(self.today, self.refs.calendar)

    def trails(self, streams: Iterable[UUID]) -> dict[UUID, list[Recorded]]:
        """Returns the events of many streams: for lists, whose tables quote few, those of today that were known."""
        if self.moment is None:
            return Desk.trails(self, streams)
        every, last = audit_trail.of_streams(self.tables.connection, streams, self.engine), self.position
        return {stream: [one for one in events if one.position <= last] for stream, events in every.items()}

    def may(self, decision: Decision[..., Any], subject: Subject = NO_SUBJECT) -> bool:
        return False

    def has_role_for(self, decision: Decision[..., Any]) -> bool:
        return False


@contextmanager
def past_desk(desk: Desk, dossier: UUID, position: int, refs: References, today: date) -> Iterator[PastDesk]:
    """Yields the desk at a position, with the tables of one dossier; `refs` are the references of that position."""
    trail = desk.trail(dossier)
    with past_tables(desk.read, desk.engine, dossier, position, refs, trail) as past:
        made = made_past(desk, past, refs, today)
        made.remember([one for one in trail if one.position <= position])
        yield made


def made_past(
    desk: Desk, past: Connection, refs: References, today: date, roles: frozenset[Role] = frozenset()
) -> PastDesk:
    """Returns the desk whose tables are `past`, with the references and the day of then."""
    now = {field.name: getattr(desk, field.name) for field in fields(desk)}
    away = colleagues_deputised_by(refs.team, desk.me, today)
    then = {"roles": roles, "refs": refs, "past": past, "present": desk, "today": today, "deputised": away}
    return PastDesk(**now | then | {"memory": Memory(), "states": {}})


# --- lists of an earlier day: the day and the clock that an address asks for, the desk of that day, and its bar


READERS: tuple[Role, ...] = ("auditor", "referent", "manager")
"""The roles that replay a dossier, and read the lists of an earlier day."""
_OF_PAGE = {"p", "q", "r", "t", "e", "d", "s", "recu", "formulaire", "sur"}
"""Parameters that another day has no use for: a page of rows, a receipt, an open form."""


def why_no_day(desk: Desk, wanted: date | None, *, since_opening: bool = True) -> str:
    """Returns why a day has no page of its own; "" where it has. Without `since_opening`, any day that was has one."""
    opened = desk.refs.structure.opened
    if wanted is None:
        return validation.invalid("date_parsing", {})
    if wanted > desk.today:
        return french.TO_COME
    return french.phrase_before_opening(opened) if since_opening and opened and wanted < opened else ""


def moment_of(request: Request, desk: Desk) -> tuple[Moment | None, str]:
    """Returns the moment that a list is asked for, None for now; and why the day asked for has none, "" if it has.

    Raises 405 for a form: an earlier day is only read. Who may not replay gets the page of now.
    """
    day_text, path = request.query_params.get(DAY), request.url.path
    if day_text and request.method not in SAFE_METHODS:
        raise HTTPException(405)
    if not day_text or not (path in LISTS or path.startswith(WHY) or FILE.fullmatch(path)):
        return None, ""
    if desk.roles.isdisjoint(READERS):
        return None, ""
    wanted = read_day(day_text)
    wrong = why_no_day(desk, wanted)
    if wrong or wanted is None or wanted == desk.today:
        return None, wrong
    return Moment(wanted, "true" if request.query_params.get(CLOCK) == "vrai" else "known"), ""


@contextmanager
def desk_at(desk: Desk, moment: Moment) -> Iterator[PastDesk]:
    """Yields the desk at a moment: the roles and the scope of today, the references and the tables of that day.

    Raises Busy.
    """
    with MOMENTS.making(tables_at(desk.read, desk.engine, moment, desk.memory)) as tables:
        refs = desk.engine.references_at(position_of_tables(tables)[0])
        yield replace(made_past(desk, tables, refs, moment.day, desk.roles), moment=moment)


def bar_of(request: Request, desk: Desk, there: Desk, moment: Moment | None, wrong: str) -> DayBar | None:
    """Returns the bar of a list, whose desk is `there`; None for other pages, for files, and for who may not replay.

    Somebody erased since is counted, and named nowhere.
    """
    path = request.url.path
    if desk.roles.isdisjoint(READERS) or FILE.fullmatch(path) or (moment is None and path not in LISTS):
        return None
    kept = {name: text for name, text in request.query_params.items() if name not in {DAY, CLOCK, *_OF_PAGE}}
    bar = DayBar(path, desk.today, kept, wrong=wrong and say("{why} {back}", why=wrong, back=past.BACK))
    if moment is None:
        return bar
    last, _ = position_of_tables(there.read)
    counts = {
        past.LEARNED: audit_trail.learned_total(desk.read, moment.day, desk.refs.calendar),
        past.ERASED: audit_trail.erased_since(desk.read, last),
        past.LEFT_OUT: stopped_streams(there.read),
    }
    learned, *remarks = (plural(n, *words) if n else "" for words, n in counts.items())
    filled = share_filled(desk.read)
    remarks += [past.progress(filled)] if filled < 100 else []
    return replace(
        bar,
        moment=moment,
        title=past.title(moment),
        clocks=past.CLOCKS,
        learned=learned,
        remarks=[*filter(None, remarks)],
    )
