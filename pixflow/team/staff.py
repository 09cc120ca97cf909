"""The state of a member of staff: roles, absences, milestones, account; and the team by id."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow import identity
from pixflow.actor import SYSTEM
from pixflow.events import staff as e
from pixflow.events.base import Recorded
from pixflow.events.values import Role
from pixflow.folding import Stamp, stamp_of
from pixflow.folding import fold as fold_events
from pixflow.identity import normalise
from pixflow.refused import Refused


class Access(Struct, frozen=True):
    """The state of an account. `invited_by`, `restoration_by`, `reset_by` and `closing_by` began what is pending.

    `since` is the instant of its last suspension or restoration, `reset_at` that of the last reset of its factors.
    `renewed`: confirmed since the last invitation. `let_in_by` are the two people who confirmed or restored it, where
    neither was a manager. `closed_at`: when a colleague last closed it, or recorded the departure of its member;
    `ended_at`: when one last ended a role that counted; `closing_at`: when one asked for any of these.
    """

    invited_by: str | None = None
    opened: bool = False
    confirmed: bool = False
    renewed: bool = False
    suspended: e.SuspensionReason | None = None
    since: datetime | None = None
    restoration_by: str | None = None
    reset_by: str | None = None
    reset_at: datetime | None = None
    let_in_by: tuple[str, ...] = ()
    closed_at: datetime | None = None
    ended_at: datetime | None = None
    closing_by: str | None = None
    closing_at: datetime | None = None

    @property
    def enters(self) -> bool:
        """Tells if the member may sign in; without a confirmation they see nothing yet."""
        return self.opened and self.suspended is None

    @property
    def is_open(self) -> bool:
        """Tells if the member may sign in, and is confirmed."""
        return self.enters and self.confirmed


def evolve_access(
    state: Access, event: object, by: str, at: datetime, *, worked: bool, held: frozenset[Role] = frozenset()
) -> Access:
    """Returns the access after an event. `worked`: the member worked here that day, just before it; `held` counted."""
    match event:
        case e.AccountInvited():
            return replace(state, invited_by=by, renewed=False)
        case e.AccountOpened():  # opened already, another account may stand for the member: confirmed once more
            return replace(state, opened=True, confirmed=state.renewed if state.opened else state.confirmed)
        case e.AccountConfirmed(direction=direction):
            let_in_by = () if direction else (str(state.invited_by), by)
            return replace(state, confirmed=True, renewed=True, let_in_by=let_in_by)
        case e.RestorationRequested():
            return replace(state, restoration_by=by)
        case e.AccountRestored(direction=direction):
            let_in_by = () if direction else (str(state.restoration_by), by)
            return replace(state, suspended=None, since=at, restoration_by=None, let_in_by=let_in_by)
        case e.FactorsResetRequested():
            return replace(state, reset_by=by)
        case e.FactorsResetWithdrawn():
            return replace(state, reset_by=None)
        case e.FactorsReset(to_confirm=again):
            kept = {"confirmed": state.confirmed and not again, "renewed": state.renewed and not again, "let_in_by": ()}
            return replace(state, opened=False, reset_by=None, reset_at=at, **kept)
        case e.RoleEnded(role=role) if role in held and by not in SYSTEM:
            return replace(state, ended_at=at, closing_by=None)
    return _close(state, event, by, at, worked=worked)


def _close(state: Access, event: object, by: str, at: datetime, *, worked: bool) -> Access:
    """Returns the access after a closing, or a departure. The system's actors close without being counted."""
    closed_at = state.closed_at if by in SYSTEM else at
    match event:
        case e.AccountSuspended(reason=reason):
            closed = replace(state, closed_at=closed_at, closing_by=None)
            return replace(closed, suspended=reason, since=at, restoration_by=None)
        case e.ClosingRequested():
            return replace(state, closing_by=by, closing_at=at)
        case e.StaffLeft():
            return replace(state, closed_at=closed_at, closing_by=None)
        case e.StaffReturned() if worked:
            return state if state.suspended else replace(state, closed_at=None)
        case e.StaffReturned():  # a former access does not come back with the person
            kept = replace(Access(), suspended=state.suspended, since=state.since)
            return replace(kept, reset_at=state.reset_at, closed_at=state.closed_at, ended_at=state.ended_at)
    return state


# --- A member of staff: roles, absences, departure. The team is the fold of all members


class Absence(Struct, frozen=True):
    """Days of absence, both included, and the deputy."""

    id: UUID
    first: date
    last: date
    deputy: UUID | None

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def meets(self, first: date, last: date) -> bool:
        """Tells if the absence has a day in common with a period."""
        return self.first <= last and first <= self.last


class Milestone(Struct, frozen=True):
    """The test taken, a training or a briefing."""

    kind: Literal["pix", "training", "briefing"]
    stamp: Stamp
    title: str = ""


class Staff(Struct, frozen=True):
    """A member of staff. `left` is the last day; roles stay in the state, and give nothing after it.

    `awaiting` are the roles that wait for a second person, each with the id of who granted it, `awaiting_since` their
    days. `ends` are the last days of roles that have one. `calendar` counts the changes of their feed's address.
    `monthly_page`: they receive the figures each month. `ended` are the days when roles were last taken back.
    """

    version: int = 0
    name: str = ""
    email: str = ""
    phone: str | None = None
    site: str | None = None
    roles: frozenset[Role] = frozenset()
    awaiting: dict[Role, str] = {}
    awaiting_since: dict[Role, date] = {}
    ends: dict[Role, date] = {}
    joined: date | None = None
    left: date | None = None
    absences: dict[UUID, Absence] = {}
    milestones: tuple[Milestone, ...] = ()
    designated: Stamp | None = None
    designated_for: str | None = None
    ended: dict[Role, date] = {}
    access: Access = Access()
    calendar: int = 0
    monthly_page: bool = False

    def works(self, day: date) -> bool:
        return self.version > 0 and (self.left is None or day <= self.left)

    def roles_on(self, day: date) -> frozenset[Role]:
        """Returns the roles that count that day: confirmed, and not over."""
        return self.roles_granted(day) - self.awaiting.keys() if self.works(day) else frozenset()

    def roles_granted(self, day: date) -> frozenset[Role]:
        """Returns the roles that are not over that day, confirmed or not."""
        return self.roles - {role for role, last in self.ends.items() if last < day}

    def roles_held(self, day: date) -> frozenset[Role]:
        """Returns the roles granted that day, and those that ended within ninety days before it."""
        lasts = {**self.ended, **self.ends}
        return self.roles_granted(day) | {role for role, last in lasts.items() if day - last <= HELD}

    def absence(self, day: date) -> Absence | None:
        """Returns the absence that covers a day."""
        return next((away for away in self.absences.values() if away.covers(day)), None)

    def last(self, kind: str) -> Milestone | None:
        """Returns the latest milestone of a kind."""
        return max((one for one in self.milestones if one.kind == kind), key=lambda one: one.stamp.on, default=None)


HELD = timedelta(days=90)
"""The time during which a role that ended counts as held, for whoever lets its member in."""
CONFIRMED: frozenset[Role] = frozenset({"referent", "manager", "auditor", "administrator"})
"""The roles that read every dossier or keep accounts. Each counts once a second person has confirmed it."""

Team = Mapping[UUID, Staff]


def fold(events: Sequence[Recorded]) -> Staff:
    return fold_events(Staff(), evolve, events)


def evolve(state: Staff, recorded: Recorded) -> Staff:
    event, version = recorded.event, recorded.originator_version
    stamp = stamp_of(recorded)
    worked, held = state.works(stamp.on), state.roles_on(stamp.on)
    access = evolve_access(state.access, event, recorded.by, recorded.at, worked=worked, held=held)
    changes = {**_working(state, recorded), **_milestones(state, event, stamp)}
    return replace(state, version=version, access=access, **changes)


def _working(state: Staff, recorded: Recorded) -> dict[str, object]:
    match event := recorded.event:
        case e.StaffJoined(name=name, email=email, site=site, on=on):
            return {"name": name, "email": email, "site": site, "joined": on}
        case e.ContactStated(phone=phone):
            return {"phone": phone}
        case e.RoleGranted() | e.RoleConfirmed() | e.RoleEnded():
            return _roles(state, event, recorded.by)
        case e.CalendarAddressReplaced(number=number):
            return {"calendar": number}
        case e.MonthlyPageChosen(wanted=wanted):
            return {"monthly_page": wanted}
        case e.StaffLeft(last_day=last_day):
            return {"left": last_day}
        case e.StaffReturned():
            return {"left": None}
        case e.AbsenceDeclared(absence=id, first=first, last=last, deputy=deputy):
            return {"absences": {**state.absences, id: Absence(id, first, last, deputy)}}
        case e.AbsenceCancelled(absence=id):
            return {"absences": {known: away for known, away in state.absences.items() if known != id}}
    return {}


def _roles(state: Staff, event: e.RoleGranted | e.RoleConfirmed | e.RoleEnded, by: str) -> dict[str, object]:
    role = event.role
    awaiting = {one: giver for one, giver in state.awaiting.items() if one != role}
    since = {one: day for one, day in state.awaiting_since.items() if one != role}
    if isinstance(event, e.RoleConfirmed):
        return {"awaiting": awaiting, "awaiting_since": since}
    ends = {one: last for one, last in state.ends.items() if one != role}
    if isinstance(event, e.RoleEnded):
        undone = {"designated": None, "designated_for": None} if role == "referent" else {}
        waiting = {"awaiting": awaiting, "awaiting_since": since, "ended": state.ended | {role: event.on}}
        return {"roles": state.roles - {role}, **waiting, "ends": ends, **undone}
    waits = event.to_confirm or role in CONFIRMED
    return {
        "roles": state.roles | {role},
        "awaiting": awaiting | ({role: by} if waits else {}),
        "awaiting_since": since | ({role: event.on} if waits else {}),
        "ends": ends | ({role: event.until} if event.until else {}),
    }


def _milestones(state: Staff, event: object, stamp: Stamp) -> dict[str, object]:
    match event:
        case e.ReferentDesignated(site=site):
            return {"designated": stamp, "designated_for": site}
        case e.PixTakenByStaff():
            return {"milestones": (*state.milestones, Milestone("pix", stamp))}
        case e.TrainingAttended(title=title):
            return {"milestones": (*state.milestones, Milestone("training", stamp, title))}
        case e.BriefingHeld(title=title):
            return {"milestones": (*state.milestones, Milestone("briefing", stamp, title))}
        case e.Retracted(version=version):
            return {"milestones": tuple(one for one in state.milestones if one.stamp.version != version)}
    return {}


def address(email: str) -> str:
    """Returns the e-mail in the form that is claimed. Raises Refused("bad-email")."""
    try:
        return identity.email(email).casefold()
    except ValueError:
        raise Refused("bad-email", field="email") from None


def must_work(staff: Staff, day: date) -> None:
    """Raises Refused("unknown-person") or Refused("has-left")."""
    if staff.version == 0:
        raise Refused("unknown-person")
    if not staff.works(day):
        raise Refused("has-left", last_day=staff.left)


# --- deputies: the roles that they take over

STAND_INS: Mapping[Role, frozenset[Role]] = {
    "advisor": frozenset({"advisor", "referent"}),
    "facilitator": frozenset({"facilitator", "advisor", "referent"}),
    "referent": frozenset({"referent"}),
    "manager": frozenset({"manager"}),
    "auditor": frozenset({"auditor"}),
}
"""The roles that may stand in for each role. A deputy holds one of them for every role of the absent colleague."""


def deputised_roles(absent: Staff, day: date) -> frozenset[Role]:
    """Returns the roles of an absent colleague that a deputy takes over. Accounts are nobody else's."""
    return absent.roles_on(day) & STAND_INS.keys()


def covers(deputy: Staff, absent: Staff, day: date) -> bool:
    """Tells if a deputy's confirmed roles stand in for every role of an absent colleague."""
    asked, held = deputised_roles(absent, day), deputy.roles_on(day)
    return bool(asked) and all(held & STAND_INS[role] for role in asked)


def colleagues_deputised_by(team: Team, deputy: UUID, day: date) -> frozenset[UUID]:
    """Returns the absent colleagues whose deputy this person is that day, even when absent too.

    Roles are those of the day: a deputy who lost one, or whose colleague gained one, stands in no more.
    """
    away = ((id, member.absence(day)) for id, member in team.items() if member.absences)
    mine = (id for id, absence in away if absence and absence.deputy == deputy)
    return frozenset(id for id in mine if covers(team[deputy], team[id], day))


def standing_in(actor: str, team: Team, day: date) -> frozenset[str]:
    """Returns an actor of the team with the absent colleagues for whom they stand in that day, as ids of actors."""
    me = next((id for id in team if str(id) == actor), None)
    away = colleagues_deputised_by(team, me, day) if me else frozenset()
    return frozenset({actor, *map(str, away)})


def absences_deputised_by(team: Team, deputy: UUID, first: date, last: date) -> Iterator[tuple[UUID, Absence]]:
    """Yields the absences with a day from `first` to `last` whose deputy this person is."""
    for id, member in team.items():
        yield from (
            (id, away) for away in member.absences.values() if away.deputy == deputy and away.meets(first, last)
        )


# --- proposes an advisor for a dossier that nobody follows (docs/domain.md#who-takes-a-dossier)


class Candidate(Struct, frozen=True):
    """An advisor of today. `site` is "" for the whole structure.

    `groups` are those of the dossiers they follow; "", a dossier of no group, is none of them.
    """

    id: UUID
    name: str
    site: str
    groups: frozenset[str]
    absent: bool
    dossiers: int
    tasks: int

    def follows(self, group: str) -> bool:
        return group in self.groups

    def serves(self, site: str) -> bool:
        return not self.site or not site or self.site == site


def ranked(candidates: Iterable[Candidate], site: str = "", group: str = "") -> list[Candidate]:
    """Returns the advisors from the best to the last.

    Those present come first; then those of the group, those of the site, and the least dossiers and tasks.
    """
    return sorted(
        candidates,
        key=lambda advisor: (
            advisor.absent,
            not advisor.follows(group),
            not advisor.serves(site),
            advisor.dossiers + advisor.tasks,
            normalise(advisor.name),
        ),
    )


# --- shares a portfolio among colleagues, so that their loads are even


def weight(tasks: int) -> int:
    """Returns the weight of a dossier: one, and one for each of its present tasks."""
    return 1 + tasks


def share(tasks: Mapping[UUID, int], loads: Mapping[UUID, int]) -> dict[UUID, UUID]:
    """Assigns each dossier, the heaviest first, to the colleague with the least load.

    `tasks` is the number of tasks of each dossier; `loads` the present load of each colleague, in `weight`. Among
    equals, the first given is taken. Raises ValueError when there is no colleague.
    """
    if not loads:
        raise ValueError("nobody to share among")
    carried, order = dict(loads), {colleague: place for place, colleague in enumerate(loads)}
    taken: dict[UUID, UUID] = {}
    for dossier in sorted(tasks, key=lambda one: -tasks[one]):
        lightest = min(carried, key=lambda one: (carried[one], order[one]))
        taken[dossier] = lightest
        carried[lightest] += weight(tasks[dossier])
    return {dossier: taken[dossier] for dossier in tasks}
