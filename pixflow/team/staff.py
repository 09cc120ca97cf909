"""A member of staff: roles, absences, departure. The team is the fold of all members."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow import identity
from pixflow.actor import OPERATOR
from pixflow.decision import ACCOUNTS, OWN_DETAILS, Argument, decision
from pixflow.events import staff as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Role
from pixflow.folding import Stamp
from pixflow.folding import fold as fold_events
from pixflow.refused import Refused, required


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
    """A member of staff. `left` is the last day; roles stay in the state, and give nothing after it."""

    version: int = 0
    name: str = ""
    email: str = ""
    phone: str | None = None
    site: str | None = None
    roles: frozenset[Role] = frozenset()
    joined: date | None = None
    left: date | None = None
    absences: dict[UUID, Absence] = {}
    milestones: tuple[Milestone, ...] = ()
    designated: Stamp | None = None
    designated_for: str | None = None

    def works(self, day: date) -> bool:
        return self.version > 0 and (self.left is None or day <= self.left)

    def roles_on(self, day: date) -> frozenset[Role]:
        return self.roles if self.works(day) else frozenset()

    def absence(self, day: date) -> Absence | None:
        """Returns the absence that covers a day."""
        return next((away for away in self.absences.values() if away.covers(day)), None)

    def last(self, kind: str) -> Milestone | None:
        """Returns the latest milestone of a kind."""
        return max((one for one in self.milestones if one.kind == kind), key=lambda one: one.stamp.on, default=None)


Team = Mapping[UUID, Staff]


def fold(events: Sequence[Recorded]) -> Staff:
    staff = fold_events(Staff(), evolve, events)
    return replace(staff, version=events[-1].originator_version) if events else staff


def evolve(state: Staff, recorded: Recorded) -> Staff:
    event, version = recorded.event, recorded.originator_version
    stamp = Stamp(event.on, version)  # type: ignore[attr-defined]
    return replace(state, version=version, **{**_working(state, event), **_milestones(state, event, stamp)})


def _working(state: Staff, event: object) -> dict[str, object]:
    match event:
        case e.StaffJoined(name=name, email=email, site=site, on=on):
            return {"name": name, "email": email, "site": site, "joined": on}
        case e.ContactStated(phone=phone):
            return {"phone": phone}
        case e.RoleGranted(role=role):
            return {"roles": state.roles | {role}}
        case e.RoleEnded(role=role):
            ended = {"designated": None, "designated_for": None} if role == "referent" else {}
            return {"roles": state.roles - {role}, **ended}
        case e.StaffLeft(last_day=last_day):
            return {"left": last_day}
        case e.StaffReturned():
            return {"left": None}
        case e.AbsenceDeclared(absence=id, first=first, last=last, deputy=deputy):
            return {"absences": {**state.absences, id: Absence(id, first, last, deputy)}}
        case e.AbsenceCancelled(absence=id):
            return {"absences": {known: away for known, away in state.absences.items() if known != id}}
    return {}


def _milestones(state: Staff, event: object, stamp: Stamp) -> dict[str, object]:
    match event:
        case e.ReferentDesignated(site=site):
            return {"roles": state.roles | {"referent"}, "designated": stamp, "designated_for": site}
        case e.PixTakenByStaff():
            return {"milestones": (*state.milestones, Milestone("pix", stamp))}
        case e.TrainingAttended(title=title):
            return {"milestones": (*state.milestones, Milestone("training", stamp, title))}
        case e.BriefingHeld(title=title):
            return {"milestones": (*state.milestones, Milestone("briefing", stamp, title))}
        case e.Retracted(version=version):
            return {"milestones": tuple(one for one in state.milestones if one.stamp.version != version)}
    return {}


# --- decisions


@decision("add", ACCOUNTS, system=(OPERATOR,))
def add_member(
    staff: Staff,
    *,
    name: str,
    email: str,
    site: str | None,
    roles: tuple[Role, ...],
    phone: str | None = None,
    on: date,
) -> list[Event]:
    """Adds a member with these roles; again, adds roles and phone. A member who had left is back."""
    _must_be_known(roles)
    known = address(email)
    joined = [] if staff.version else [e.StaffJoined(name=required(name, "name"), email=known, site=site, on=on)]
    if not roles and not staff.roles:
        raise Refused("required", field="roles")
    back = [] if staff.version == 0 or staff.works(on) else [e.StaffReturned(on=on)]
    granted = (e.RoleGranted(role=role, on=on) for role in roles if role not in staff.roles)
    return [*joined, *back, *granted, *(_stated(staff, phone, on) if phone else [])]


@decision("state_contact", OWN_DETAILS)
def state_contact(staff: Staff, *, phone: str | None, on: date) -> list[Event]:
    """Records the professional phone; none when it is empty."""
    must_work(staff, on)
    return _stated(staff, phone, on)


def _stated(staff: Staff, phone: str | None, on: date) -> list[Event]:
    try:
        number = identity.phone(phone) if phone and phone.strip() else None
    except ValueError:
        raise Refused("bad-phone", field="phone") from None
    return [] if number == staff.phone else [e.ContactStated(phone=number, on=on)]


@decision("change_roles", ACCOUNTS, Argument.TEAM, Argument.PERSON)
def change_roles(
    staff: Staff, *, roles: tuple[Role, ...], on: date, anyway: bool = False, person: UUID, team: Team
) -> list[Event]:
    """Changes the roles. `anyway`: also when no référent is left."""
    must_work(staff, on)
    _must_be_known(roles)
    if not roles:
        raise Refused("required", field="roles")
    if "referent" in staff.roles and "referent" not in roles and not anyway:
        _must_leave_a_referent(team, person, on)
    ordered = get_args(Role)
    granted = [e.RoleGranted(role=role, on=on) for role in ordered if role in set(roles) - staff.roles]
    return [*granted, *(e.RoleEnded(role=role, on=on) for role in ordered if role in staff.roles - set(roles))]


@decision("leave", ACCOUNTS, Argument.TEAM, Argument.PERSON, system=(OPERATOR,))
def record_departure(
    staff: Staff, *, last_day: date, on: date, anyway: bool = False, person: UUID, team: Team
) -> list[Event]:
    """Records the last day, included. `anyway`: also when no référent is left after it."""
    if staff.version == 0:
        raise Refused("unknown-person")
    if last_day == staff.left:
        return []
    if "referent" in staff.roles and not anyway:
        _must_leave_a_referent(team, person, last_day)
    return [e.StaffLeft(last_day=last_day, on=on)]


@decision("come_back", ACCOUNTS, system=(OPERATOR,))
def undo_departure(staff: Staff, *, on: date) -> list[Event]:
    """Records that the member works here again."""
    return [] if staff.left is None else [e.StaffReturned(on=on)]


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


def _must_be_known(roles: tuple[Role, ...]) -> None:
    unknown = set(roles) - set(get_args(Role))
    if unknown:
        raise Refused("unknown-role", role=sorted(unknown)[0], field="roles")


def _must_leave_a_referent(team: Team, person: UUID, day: date) -> None:
    others = (member for id, member in team.items() if id != person)
    if not any("referent" in member.roles and (member.left is None or member.left > day) for member in others):
        raise Refused("last-referent")
