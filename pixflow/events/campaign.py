"""A Pix campaign, found in an export or declared by the référent."""

from datetime import date

from pixflow.events.base import Event, event
from pixflow.events.values import CampaignKind, Purpose

PLAIN = frozenset({"pix_id", "code", "name", "pix_course", "kind", "on", "purpose", "site", "reason", "header"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@event("campaign.CampaignFound")
class CampaignFound(Event):
    """A campaign met in an export.

    `pix_id` is Pix Orga's number, `code` the one that the young person types. `kind` is the kind of its exports,
    and never changes.
    """

    pix_id: int
    code: str | None
    name: str
    pix_course: str | None
    kind: CampaignKind = "assessment"
    on: date


@event("campaign.CampaignDeclared", closes=True)
class CampaignDeclared(Event):
    """The purpose of the campaign, declared once."""

    name: str
    code: str
    purpose: Purpose
    site: str | None
    on: date


@event("campaign.PurposeCorrected")
class PurposeCorrected(Event):
    """Another purpose: events that followed from the first one are recorded again."""

    purpose: Purpose
    reason: str
    on: date


@event("campaign.CampaignCorrected")
class CampaignCorrected(Event):
    """Another name, code or site: they count instead of those declared, and of those of any export."""

    name: str
    code: str
    site: str | None
    on: date


@event("campaign.CampaignClosed")
class CampaignClosed(Event):
    """No diagnostic is planned in it any more; its exports are still imported."""

    on: date


@event("campaign.CampaignReopened")
class CampaignReopened(Event):
    on: date


@event("campaign.ExternalIdColumnChosen")
class ExternalIdColumnChosen(Event):
    """The column of the external id, when the file alone cannot tell. `header` is "" for none."""

    header: str
    on: date


@event("campaign.CampaignWithdrawn")
class CampaignWithdrawn(Event):
    """The only export that showed the campaign was taken back, and nobody had declared it."""

    on: date
