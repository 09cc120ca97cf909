"""The kinds of streams: their folds, and the values they claim."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from pixflow import structure
from pixflow.dossier import evolve as dossier_evolve
from pixflow.dossier.state import Dossier
from pixflow.events.base import Event, Recorded
from pixflow.folding import fold
from pixflow.identity import normalise
from pixflow.participation import campaign
from pixflow.participation import state as participation_state
from pixflow.participation.campaign import Campaign, Intake
from pixflow.participation.state import Participation
from pixflow.partners import state as partner_state
from pixflow.partners.state import Catalogue, Contact, PartnerState
from pixflow.protocol import publishing
from pixflow.protocol.publishing import Grilles, IndicatorDocuments, Protocols
from pixflow.resources import state as resources_state
from pixflow.resources.state import Resource, TeamQuestion
from pixflow.structure import Structure
from pixflow.team import notices, staff
from pixflow.team.notices import Notices
from pixflow.team.staff import Staff
from pixflow.workshop import state as workshop_state
from pixflow.workshop.state import Workshop

Claims = frozenset[tuple[str, str]]


class Kind(Struct, frozen=True):
    """The fold of one kind of stream. `claims` returns the values that a state holds, as (kind, value)."""

    initial: Any
    evolve: Callable[[Any, Recorded], Any]
    claims: Callable[[Any], Claims] = lambda state: frozenset()

    def fold(self, events: Sequence[Recorded]) -> Any:
        return fold(self.initial, self.evolve, events)


def _dossier(state: Dossier) -> Claims:
    glasses = {("glass", f"{person} {glass.until} {glass.nth}") for person, glass in state.glasses.items()}
    return frozenset(glasses | ({("imilo", state.imilo_number)} if state.imilo_number else set()))


def _campaign(state: Campaign) -> Claims:
    codes = {("campaign-code", state.code)} if state.code else set()
    return frozenset(codes | ({("campaign", str(state.pix_id))} if state.pix_id else set()))


def _participation(state: Participation) -> Claims:
    if state.row:
        return frozenset({("erased", state.row)})
    return frozenset({("participation", participation_key(state))}) if state.imported else frozenset()


def _partner(state: PartnerState) -> Claims:
    if state.into:
        return frozenset()
    names = {("partner-name", normalise(name)) for name in state.names}
    return frozenset(names | {("place", key) for key in state.sources})


def row_key(campaign: UUID, last_name: str, first_name: str, external_id: str | None) -> str:
    """Returns the key shared by all rows of one person in a campaign, at any date."""
    return "|".join((str(campaign), normalise(last_name), normalise(first_name), external_id or ""))


def participation_key(state: Participation) -> str:
    """Returns the key that identifies a participation in its campaign (docs/pix-orga.md#import-rules).

    A profile collection has no start: the date of sharing replaces it, or nothing before.
    """
    dated = state.profile.shared if state.profile else state.started
    started = dated.at or dated.day if dated else None
    parts = (state.campaign, normalise(state.last_name), normalise(state.first_name), state.external_id or "")
    return "|".join(map(str, (*parts, started.isoformat() if started else "", state.ordinal)))


KINDS: dict[str, Kind] = {
    "structure": Kind(Structure(), structure.evolve),
    "protocol": Kind(Protocols(), publishing.evolve),
    "grille": Kind(Grilles(), publishing.evolve),
    "indicators": Kind(IndicatorDocuments(), publishing.evolve),
    "staff": Kind(
        Staff(),
        staff.evolve,
        lambda state: frozenset({("email", state.email.casefold())}) if state.email else frozenset(),
    ),
    "campaign": Kind(Campaign(), campaign.evolve, _campaign),
    "intake": Kind(
        Intake(), campaign.evolve_intake, lambda state: frozenset(("export", digest) for digest in state.digests)
    ),
    "participation": Kind(Participation(), participation_state.evolve, _participation),
    "dossier": Kind(Dossier(), dossier_evolve.evolve, _dossier),
    "workshop": Kind(Workshop(), workshop_state.evolve),
    "notices": Kind(Notices(), notices.evolve),
    "resource": Kind(Resource(), resources_state.evolve),
    "question": Kind(TeamQuestion(), resources_state.evolve_question),
    "partner": Kind(PartnerState(), partner_state.evolve, _partner),
    "contact": Kind(Contact(), partner_state.evolve_contact),
    "catalogue": Kind(Catalogue(), partner_state.evolve_catalogue),
}


def kind_of(event: Event | type[Event]) -> str:
    """Returns the kind of stream of an event: the first word of its stored name."""
    return event.TOPIC.split(".", 1)[0]
