"""The state of a contact: a person to call at a partner."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events.base import Recorded
from pixflow.events.territory import contact as e
from pixflow.events.values import ContactDetails
from pixflow.folding import Stamp, stamp_of
from pixflow.folding import fold as fold_events


class Contact(Struct, frozen=True):
    """A person at a partner. `revised` is the last word on them, `missed` the means that fail since then.

    An erased person has nothing but `erased`.
    """

    version: int = 0
    partner: UUID | None = None
    details: ContactDetails = ContactDetails("")
    revised: Stamp | None = None
    missed: dict[e.Means, Stamp] = {}
    left: Stamp | None = None
    erased: Stamp | None = None

    @property
    def is_there(self) -> bool:
        """Tells if the person may be asked."""
        return self.revised is not None and self.left is None

    @property
    def mail(self) -> str:
        """The address where an e-mail reaches them, "" for none."""
        return self.details.email if self.is_there and "email" not in self.missed else ""


def fold(events: Sequence[Recorded]) -> Contact:
    return fold_events(Contact(), evolve, events)


def evolve(state: Contact, recorded: Recorded) -> Contact:
    event = recorded.event
    stamp = stamp_of(recorded)
    if isinstance(event, e.ContactErased):
        return Contact(version=stamp.version, erased=stamp)
    return replace(state, version=stamp.version, **_changes(state, event, stamp))


def _changes(state: Contact, event: object, stamp: Stamp) -> dict[str, Any]:
    match event:
        case e.ContactNamed(partner=partner, details=details):
            return {"partner": partner, "details": details, "revised": stamp}
        case e.ContactRevised(details=details):
            return {"details": details, "revised": stamp, "missed": {}, "left": None}
        case e.ContactMissed(means=means):
            return {"missed": {**state.missed, means: stamp}}
        case e.ContactLeft():
            return {"left": stamp}
    return {}
