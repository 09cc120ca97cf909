"""A Pix campaign: found in an export, declared once with its purpose."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from pixflow.dossier.guards import required
from pixflow.dossier.state import Mark
from pixflow.events import Event, Recorded
from pixflow.events import campaign as e
from pixflow.events.values import Purpose
from pixflow.folds import fold as fold_events
from pixflow.refused import Refused


class Campaign(Struct, frozen=True):
    version: int = 0
    pix_id: int | None = None
    code: str | None = None
    name: str = ""
    pix_course: str | None = None
    found: Mark | None = None
    declared: Mark | None = None
    purpose: Purpose | None = None
    site: str | None = None
    external_id_column: str | None = None

    @property
    def link(self) -> str | None:
        """Where the young person takes the test (PIX.md §3.1)."""
        return f"https://app.pix.fr/campagnes/{self.code}" if self.code else None


def fold(events: Sequence[Recorded]) -> Campaign:
    return fold_events(Campaign(), evolve, events)


def evolve(state: Campaign, recorded: Recorded) -> Campaign:
    event = recorded.event
    changes: dict[str, object] = {"version": recorded.originator_version}
    match event:
        case e.CampaignFound(pix_id=pix_id, code=code, name=name, pix_course=course, on=on):
            mark = Mark(on, recorded.originator_version)
            changes |= {"pix_id": pix_id, "pix_course": course, "found": mark}
            if state.declared is None:
                changes |= {"code": code or state.code, "name": name}
        case e.CampaignDeclared(name=name, code=code, purpose=purpose, site=site, on=on):
            mark = Mark(on, recorded.originator_version)
            changes |= {"name": name, "code": code, "purpose": purpose, "site": site, "declared": mark}
        case e.ExternalIdColumnChosen(header=header):
            changes["external_id_column"] = header
    return replace(state, **changes)


def find_campaign(
    campaign: Campaign, *, pix_id: int, code: str | None, name: str, pix_course: str | None, on: date
) -> list[Event]:
    """An export of this campaign came in for the first time."""
    if campaign.pix_id == pix_id:
        return []
    return [e.CampaignFound(pix_id=pix_id, code=code, name=name, pix_course=pix_course, on=on)]


def declare_campaign(
    campaign: Campaign, *, name: str, code: str, purpose: Purpose, site: str | None, on: date
) -> list[Event]:
    """What the campaign is for; its participations may then be matched (PIX.md §3.1 for the form of codes)."""
    name, code = required(name, "name"), required(code, "code").replace(" ", "").upper()
    if not (4 <= len(code) <= 20 and code.isascii() and code.isalnum()):
        raise Refused("bad-code", field="code")
    if campaign.declared:
        if (campaign.name, campaign.code, campaign.purpose, campaign.site) == (name, code, purpose, site):
            return []
        raise Refused("already-declared", purpose=campaign.purpose)
    return [e.CampaignDeclared(name=name, code=code, purpose=purpose, site=site, on=on)]


def choose_external_id_column(campaign: Campaign, *, header: str, on: date) -> list[Event]:
    """Which column of this campaign's exports holds the external id; "" when none does."""
    if campaign.external_id_column == header:
        return []
    return [e.ExternalIdColumnChosen(header=header, on=on)]
