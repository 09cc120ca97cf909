"""Campaigns of Pix, found in an export or declared, and the exports received for each."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.decision import REFERENT, decision
from pixflow.events import campaign as e
from pixflow.events.base import Event, Recorded
from pixflow.events.intake import ExportReceived, ExportTakenBack
from pixflow.events.values import CampaignKind, Purpose
from pixflow.folding import Stamp
from pixflow.folding import fold as fold_events
from pixflow.refused import Refused, required


class ReceivedExport(Struct, frozen=True):
    """An export recorded at a version of the stream; `exported_at` is UTC."""

    version: int
    digest: str
    exported_at: datetime
    organisation: str


class Intake(Struct, frozen=True):
    version: int = 0
    campaign: UUID | None = None
    exports: tuple[ReceivedExport, ...] = ()

    @property
    def newest(self) -> datetime | None:
        """The latest export date recorded (UTC)."""
        return max((one.exported_at for one in self.exports), default=None)

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(one.digest for one in self.exports)


def evolve_intake(state: Intake, recorded: Recorded) -> Intake:
    version = recorded.originator_version
    match recorded.event:
        case ExportReceived(digest=digest, campaign=campaign, exported_at=at, organisation=organisation):
            return Intake(version, campaign, (*state.exports, ReceivedExport(version, digest, at, organisation)))
        case ExportTakenBack(version=taken):
            exports = tuple(one for one in state.exports if one.version != taken)
            return Intake(version, state.campaign, exports)
    return state


@decision("receive_export", REFERENT)
def receive_export(
    intake: Intake,
    *,
    digest: str,
    campaign: UUID,
    exported_at: datetime,
    counts: dict[str, int],
    on: date,
    organisation: str = "",
) -> list[Event]:
    """Records an export file, once. `counts` are the six of ExportReceived."""
    if digest in intake.digests:
        return []
    received: dict[str, Any] = {"digest": digest, "campaign": campaign, "exported_at": exported_at, **counts}
    return [ExportReceived(**received, organisation=organisation, on=on)]


@decision("take_back_export", REFERENT)
def take_back_export(intake: Intake, *, version: int, taken: int, left: int, on: date) -> list[Event]:
    """Takes back the export of that version, once. Raises Refused("later-export") while a later one counts."""
    export = next((one for one in intake.exports if one.version == version), None)
    if export is None or intake.campaign is None:
        return []
    if export != intake.exports[-1]:
        raise Refused("later-export")
    about: dict[str, Any] = {"version": version, "campaign": intake.campaign, "exported_at": export.exported_at}
    return [ExportTakenBack(**about, taken=taken, left=left, on=on)]


# --- A Pix campaign, found in an export and declared once with its purpose


class Campaign(Struct, frozen=True):
    version: int = 0
    pix_id: int | None = None
    code: str | None = None
    name: str = ""
    pix_course: str | None = None
    found: Stamp | None = None
    declared: Stamp | None = None
    purpose: Purpose | None = None
    site: str | None = None
    external_id_column: str | None = None
    kind: CampaignKind | None = None
    closed: Stamp | None = None

    @property
    def link(self) -> str | None:
        """The address of the test (docs/pix-orga.md#campaigns)."""
        return f"https://app.pix.fr/campagnes/{self.code}" if self.code else None

    @property
    def open(self) -> bool:
        """A diagnostic may be planned in this campaign."""
        return self.declared is not None and self.closed is None

    def takes(self, kind: CampaignKind | None) -> bool:
        """Tells if an export of that kind can belong to this campaign."""
        return self.kind in (None, kind) and (self.purpose is None or suits(self.purpose, kind))


def suits(purpose: Purpose, kind: CampaignKind | None) -> bool:
    """Tells if a purpose suits a kind: a profile collection gives profiles, an assessment gives results."""
    return kind is None or (purpose in ("profile", "other") if kind == "profile" else purpose != "profile")


def fold(events: Sequence[Recorded]) -> Campaign:
    return fold_events(Campaign(), evolve, events)


def evolve(state: Campaign, recorded: Recorded) -> Campaign:
    event = recorded.event
    changes: dict[str, object] = {"version": recorded.originator_version}
    match event:
        case e.CampaignFound(pix_id=pix_id, code=code, name=name, pix_course=course, kind=kind, on=on):
            stamp = Stamp(on, recorded.originator_version)
            changes |= {"pix_id": pix_id, "pix_course": course, "kind": kind, "found": stamp}
            if state.declared is None:
                changes |= {"code": code or state.code, "name": name}
        case e.CampaignDeclared(name=name, code=code, purpose=purpose, site=site, on=on):
            stamp = Stamp(on, recorded.originator_version)
            changes |= {"name": name, "code": code, "purpose": purpose, "site": site, "declared": stamp}
        case e.CampaignCorrected(name=name, code=code, site=site):
            changes |= {"name": name, "code": code, "site": site}
        case e.PurposeCorrected(purpose=purpose):
            changes["purpose"] = purpose
        case e.CampaignClosed(on=on):
            changes["closed"] = Stamp(on, recorded.originator_version)
        case e.CampaignReopened():
            changes["closed"] = None
        case e.ExternalIdColumnChosen(header=header):
            changes["external_id_column"] = header
        case e.CampaignWithdrawn():
            changes |= {"pix_id": None, "found": None, "kind": None}
    return replace(state, **changes)


@decision("find_campaign", REFERENT)
def find_campaign(
    campaign: Campaign,
    *,
    pix_id: int,
    code: str | None,
    name: str,
    pix_course: str | None,
    on: date,
    kind: CampaignKind = "assessment",
) -> list[Event]:
    """Records a campaign at its first export."""
    if not campaign.takes(kind):
        raise Refused("not-its-kind", kind=kind)
    if campaign.pix_id == pix_id:
        return []
    return [e.CampaignFound(pix_id=pix_id, code=code, name=name, pix_course=pix_course, kind=kind, on=on)]


@decision("declare_campaign", REFERENT)
def declare_campaign(
    campaign: Campaign, *, name: str, code: str, purpose: Purpose, site: str | None, on: date
) -> list[Event]:
    """Declares the purpose of a campaign; its participations may then be matched (docs/pix-orga.md#campaigns)."""
    name, code = required(name, "name"), _code(code)
    if campaign.declared:
        if (campaign.name, campaign.code, campaign.purpose, campaign.site) == (name, code, purpose, site):
            return []
        raise Refused("already-declared", purpose=campaign.purpose)
    _must_suit(campaign, purpose)
    return [e.CampaignDeclared(name=name, code=code, purpose=purpose, site=site, on=on)]


@decision("correct_campaign", REFERENT)
def correct_campaign(campaign: Campaign, *, name: str, code: str, site: str | None, on: date) -> list[Event]:
    """Corrects the name, the code or the site. Later exports bring back none of them."""
    name, code = required(name, "name"), _code(code)
    if campaign.declared is None:
        raise Refused("undeclared-campaign")
    if (campaign.name, campaign.code, campaign.site) == (name, code, site):
        return []
    return [e.CampaignCorrected(name=name, code=code, site=site, on=on)]


def _code(typed: str) -> str:
    """Returns a code as Pix writes it. Raises Refused("bad-code")."""
    code = required(typed, "code").replace(" ", "").upper()
    if not (4 <= len(code) <= 20 and code.isascii() and code.isalnum()):
        raise Refused("bad-code", field="code")
    return code


@decision("correct_purpose", REFERENT)
def correct_purpose(campaign: Campaign, *, purpose: Purpose, reason: str, on: date) -> list[Event]:
    """Corrects the purpose. The importer then corrects the participations."""
    if campaign.declared is None:
        raise Refused("undeclared-campaign")
    if campaign.purpose == purpose:
        return []
    _must_suit(campaign, purpose)
    return [e.PurposeCorrected(purpose=purpose, reason=required(reason, "reason"), on=on)]


@decision("close_campaign", REFERENT)
def close_campaign(campaign: Campaign, *, on: date) -> list[Event]:
    """Closes a campaign: no diagnostic is planned in it any more."""
    if campaign.declared is None:
        raise Refused("undeclared-campaign")
    return [] if campaign.closed else [e.CampaignClosed(on=on)]


@decision("reopen_campaign", REFERENT)
def reopen_campaign(campaign: Campaign, *, on: date) -> list[Event]:
    """Reopens a campaign for new diagnostics."""
    return [e.CampaignReopened(on=on)] if campaign.closed else []


def _must_suit(campaign: Campaign, purpose: Purpose) -> None:
    if not suits(purpose, campaign.kind):
        raise Refused("unsuited-purpose", field="purpose", kind=campaign.kind, purpose=purpose)


@decision("withdraw_campaign", REFERENT)
def withdraw_campaign(campaign: Campaign, intake: Intake, *, on: date) -> list[Event]:
    """Withdraws a campaign that nobody declared, once none of its exports counts."""
    return [e.CampaignWithdrawn(on=on)] if campaign.found and not campaign.declared and not intake.exports else []


@decision("choose_external_id_column", REFERENT)
def choose_external_id_column(campaign: Campaign, *, header: str, on: date) -> list[Event]:
    """Chooses the column of the external id in this campaign's exports; "" for none."""
    if campaign.external_id_column == header:
        return []
    return [e.ExternalIdColumnChosen(header=header, on=on)]
