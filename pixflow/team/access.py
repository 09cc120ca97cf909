"""The access of a member to their account, as the events of their stream tell it."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pixflow.actor import SYSTEM
from pixflow.events import access as e
from pixflow.events.access import SuspensionReason
from pixflow.events.staff import StaffLeft, StaffReturned


class Access(Struct, frozen=True):
    """The state of an account. `invited_by`, `restoration_by`, `reset_by` and `closing_by` began what is pending.

    `since` is the instant of its last suspension or restoration, `reset_at` that of the last reset of its factors.
    `renewed`: confirmed since the last invitation. `closed_at`: when a colleague last closed it, or recorded the
    departure of its member; `closing_at`: when one asked for it.
    """

    invited_by: str | None = None
    opened: bool = False
    confirmed: bool = False
    renewed: bool = False
    suspended: SuspensionReason | None = None
    since: datetime | None = None
    restoration_by: str | None = None
    reset_by: str | None = None
    reset_at: datetime | None = None
    closed_at: datetime | None = None
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


def evolve(state: Access, event: object, by: str, at: datetime, *, worked: bool) -> Access:
    """Returns the access after an event. `worked`: the member worked here that day, just before it."""
    match event:
        case e.AccountInvited():
            return replace(state, invited_by=by, renewed=False)
        case e.AccountOpened():  # opened already, another account may stand for the member: confirmed once more
            return replace(state, opened=True, confirmed=state.renewed if state.opened else state.confirmed)
        case e.AccountConfirmed():
            return replace(state, confirmed=True, renewed=True)
        case e.RestorationRequested():
            return replace(state, restoration_by=by)
        case e.AccountRestored():
            return replace(state, suspended=None, since=at, restoration_by=None)
        case e.FactorsResetRequested():
            return replace(state, reset_by=by)
        case e.FactorsResetWithdrawn():
            return replace(state, reset_by=None)
        case e.FactorsReset(to_confirm=again):
            kept = {"confirmed": state.confirmed and not again, "renewed": state.renewed and not again}
            return replace(state, opened=False, reset_by=None, reset_at=at, **kept)
    return _closed(state, event, by, at, worked=worked)


def _closed(state: Access, event: object, by: str, at: datetime, *, worked: bool) -> Access:
    """Returns the access after a closing, or a departure. The system's actors close without being counted."""
    closed_at = state.closed_at if by in SYSTEM else at
    match event:
        case e.AccountSuspended(reason=reason):
            closed = replace(state, closed_at=closed_at, closing_by=None)
            return replace(closed, suspended=reason, since=at, restoration_by=None)
        case e.ClosingRequested():
            return replace(state, closing_by=by, closing_at=at)
        case StaffLeft():
            return replace(state, closed_at=closed_at, closing_by=None)
        case StaffReturned() if worked:
            return state if state.suspended else replace(state, closed_at=None)
        case StaffReturned():  # a former access does not come back with the person
            kept = replace(Access(), suspended=state.suspended, since=state.since)
            return replace(kept, reset_at=state.reset_at, closed_at=state.closed_at)
    return state
