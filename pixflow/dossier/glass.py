"""Opens a dossier for a day to an advisor who receives its person without following them (docs/accounts.md)."""

from datetime import date

from pixflow.decision import ANY_ADVISOR, Argument, decision
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.refused import Refused, required

A_DAY = 5
"""The most glasses that one person breaks in a day."""


@decision("break_glass", ANY_ADVISOR, Argument.ACTOR)
def break_glass(dossier: Dossier, *, reason: str, nth: int, actor: str, on: date) -> list[Event]:
    """Opens the dossier to the actor until the end of the day. `nth` counts their glasses of that day, from 1."""
    if dossier.opened is None:
        raise Refused("unknown-dossier")
    reason = required(reason, "reason")
    known = dossier.glasses.get(actor)
    if str(dossier.advisor) == actor or (known and known.until >= on):
        return []
    if not 1 <= nth <= A_DAY:
        raise Refused("glass-limit", most=A_DAY)
    return [e.GlassBroken(reason=reason, until=on, nth=nth, on=on)]
