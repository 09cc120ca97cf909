"""The actor of a command: a member of staff, or one of the system's actors."""

from msgspec import Struct

OPERATOR = "system:operator"
CLOCK = "system:clock"
IMPORT = "system:import"
SITE = "system:site"
"""The sign-in of the site: what it records of accounts."""
PARTNER = "partner:"
"""The beginning of the id of a partner who answers by link; the id of the partner, or of the referral, follows."""
SYSTEM = (OPERATOR, IMPORT, CLOCK, SITE)


class Actor(Struct, frozen=True):
    """A staff id, or the name of a system's actor; with the colleague it acts for when deputising."""

    id: str
    acting_for: str | None = None
