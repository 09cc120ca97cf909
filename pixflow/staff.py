"""A member of staff, and the team as the fold of all of them."""

from collections.abc import Sequence
from datetime import date
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from pixflow import identity
from pixflow.dossier.guards import required
from pixflow.events import Event, Recorded
from pixflow.events import staff as e
from pixflow.events.values import Role
from pixflow.folds import fold as fold_events
from pixflow.refused import Refused


class Staff(Struct, frozen=True):
    version: int = 0
    name: str = ""
    email: str = ""
    site: str | None = None
    roles: frozenset[Role] = frozenset()


def fold(events: Sequence[Recorded]) -> Staff:
    return fold_events(Staff(), evolve, events)


def evolve(state: Staff, recorded: Recorded) -> Staff:
    version = recorded.originator_version
    match recorded.event:
        case e.StaffJoined(name=name, email=email, site=site):
            return replace(state, version=version, name=name, email=email, site=site)
        case e.RoleGranted(role=role):
            return replace(state, version=version, roles=state.roles | {role})
    return state


def add(staff: Staff, *, name: str, email: str, site: str | None, roles: tuple[Role, ...], on: date) -> list[Event]:
    """Somebody works here, in these roles; said again with another role, the role is added."""
    unknown = set(roles) - set(get_args(Role))
    if unknown:
        raise Refused("unknown-role", role=sorted(unknown)[0], field="roles")
    known = address(email)
    joined = [] if staff.version else [e.StaffJoined(name=required(name, "name"), email=known, site=site, on=on)]
    if not roles and not staff.roles:
        raise Refused("required", field="roles")
    return [*joined, *(e.RoleGranted(role=role, on=on) for role in roles if role not in staff.roles)]


def address(email: str) -> str:
    """The e-mail in the form that is claimed. Raises Refused("bad-email")."""
    try:
        return identity.email(email).casefold()
    except ValueError:
        raise Refused("bad-email", field="email") from None
