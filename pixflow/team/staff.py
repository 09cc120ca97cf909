"""A member of staff: roles, absences, departure. The team is the fold of all members."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow import identity
from pixflow.events import staff as e
from pixflow.events.base import Recorded
from pixflow.events.values import Role
from pixflow.folding import Stamp, stamp_of
from pixflow.folding import fold as fold_events
from pixflow.refused import Refused
from pixflow.team import access as access_state
from pixflow.team.access import Access


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
    `referent_ended` is the last day when the role of référent was taken back.
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
    referent_ended: date | None = None
    access: Access = Access()
    calendar: int = 0

    def works(self, day: date) -> bool:
        return self.version > 0 and (self.left is None or day <= self.left)

    def roles_on(self, day: date) -> frozenset[Role]:
        """Returns the roles that count that day: confirmed, and not over."""
        return self.granted(day) - self.awaiting.keys() if self.works(day) else frozenset()

    def granted(self, day: date) -> frozenset[Role]:
        """Returns the roles that are not over that day, confirmed or not."""
        return frozenset(one for one in self.roles if day <= self.ends.get(one, day)) if self.ends else self.roles

    def absence(self, day: date) -> Absence | None:
        """Returns the absence that covers a day."""
        return next((away for away in self.absences.values() if away.covers(day)), None)

    def last(self, kind: str) -> Milestone | None:
        """Returns the latest milestone of a kind."""
        return max((one for one in self.milestones if one.kind == kind), key=lambda one: one.stamp.on, default=None)


CONFIRMED: frozenset[Role] = frozenset({"referent", "manager", "auditor", "administrator"})
"""The roles that read every dossier or keep accounts. Each counts once a second person has confirmed it."""

Team = Mapping[UUID, Staff]


def fold(events: Sequence[Recorded]) -> Staff:
    staff = fold_events(Staff(), evolve, events)
    return replace(staff, version=events[-1].originator_version) if events else staff


def evolve(state: Staff, recorded: Recorded) -> Staff:
    event, version = recorded.event, recorded.originator_version
    stamp = stamp_of(recorded)
    access = access_state.evolve(state.access, event, recorded.by, recorded.at, worked=state.works(stamp.on))
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
        ended = {"designated": None, "designated_for": None, "referent_ended": event.on} if role == "referent" else {}
        waiting = {"awaiting": awaiting, "awaiting_since": since}
        return {"roles": state.roles - {role}, **waiting, "ends": ends, **ended}
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
