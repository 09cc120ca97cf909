"""The access of a member to their account, as the events of their stream tell it."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events import access as e
from pixflow.events.access import SuspensionReason
from pixflow.events.staff import StaffReturned


class Access(Struct, frozen=True):
    """The state of an account. `invited_by`, `restoration_by` and `reset_by` are the actors of pending steps.

    `since` is the instant of its last suspension or restoration, `reset_at` that of the last reset of its factors.
    `renewed`: confirmed since the last invitation.
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

    @property
    def enters(self) -> bool:
        """Tells if the member may sign in; without a confirmation they see nothing yet."""
        return self.opened and self.suspended is None


def evolve(state: Access, event: object, by: str, at: datetime, *, worked: bool) -> Access:
    """Returns the access after an event. `worked`: the member worked here that day, just before it."""
    match event:
        case StaffReturned() if not worked:  # a former access does not come back with the person
            return Access(suspended=state.suspended, since=state.since, reset_at=state.reset_at)
        case e.AccountInvited():
            return replace(state, invited_by=by, renewed=False)
        case e.AccountOpened():  # opened already, another account may stand for the member: confirmed once more
            return replace(state, opened=True, confirmed=state.renewed if state.opened else state.confirmed)
        case e.AccountConfirmed():
            return replace(state, confirmed=True, renewed=True)
        case e.AccountSuspended(reason=reason):
            return replace(state, suspended=reason, since=at, restoration_by=None)
        case e.RestorationRequested():
            return replace(state, restoration_by=by)
        case e.AccountRestored():
            return replace(state, suspended=None, since=at, restoration_by=None)
        case e.FactorsResetRequested():
            return replace(state, reset_by=by)
        case e.FactorsReset():
            return replace(state, opened=False, reset_by=None, reset_at=at)
    return state
