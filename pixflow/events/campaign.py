"""A Pix campaign, found in an export or declared by the référent."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.events import Event
from pixflow.events.values import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFound(Event):
    """First met in an export. `pix_id` is Pix Orga's number, `code` what the young person types."""

    TOPIC: ClassVar[str] = "campaign.CampaignFound"
    pix_id: int
    code: str | None
    name: str
    pix_course: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDeclared(Event):
    """What the campaign is for; said once."""

    TOPIC: ClassVar[str] = "campaign.CampaignDeclared"
    name: str
    code: str
    purpose: Purpose
    site: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIdColumnChosen(Event):
    """Which column holds the external id, where the file alone cannot tell; `header` is "" for none."""

    TOPIC: ClassVar[str] = "campaign.ExternalIdColumnChosen"
    header: str
    on: date
