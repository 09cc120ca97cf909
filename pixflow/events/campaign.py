"""A Pix campaign, found in an export or declared by the référent."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.events.base import Event
from pixflow.events.values import CampaignKind, Purpose

PLAIN = frozenset({"pix_id", "code", "name", "pix_course", "kind", "on", "purpose", "site", "reason", "header"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFound(Event):
    """A campaign met in an export.

    `pix_id` is Pix Orga's number, `code` the one that the young person types. `kind` is the kind of its exports,
    and never changes.
    """

    TOPIC: ClassVar[str] = "campaign.CampaignFound"
    pix_id: int
    code: str | None
    name: str
    pix_course: str | None
    kind: CampaignKind = "assessment"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDeclared(Event):
    """The purpose of the campaign, declared once."""

    TOPIC: ClassVar[str] = "campaign.CampaignDeclared"
    CLOSES: ClassVar[bool] = True
    name: str
    code: str
    purpose: Purpose
    site: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeCorrected(Event):
    """Another purpose: events that followed from the first one are recorded again."""

    TOPIC: ClassVar[str] = "campaign.PurposeCorrected"
    purpose: Purpose
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCorrected(Event):
    """Another name, code or site: they count instead of those declared, and of those of any export."""

    TOPIC: ClassVar[str] = "campaign.CampaignCorrected"
    name: str
    code: str
    site: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignClosed(Event):
    """No diagnostic is planned in it any more; its exports are still imported."""

    TOPIC: ClassVar[str] = "campaign.CampaignClosed"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReopened(Event):
    TOPIC: ClassVar[str] = "campaign.CampaignReopened"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIdColumnChosen(Event):
    """The column of the external id, when the file alone cannot tell. `header` is "" for none."""

    TOPIC: ClassVar[str] = "campaign.ExternalIdColumnChosen"
    header: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignWithdrawn(Event):
    """The only export that showed the campaign was taken back, and nobody had declared it."""

    TOPIC: ClassVar[str] = "campaign.CampaignWithdrawn"
    on: date
