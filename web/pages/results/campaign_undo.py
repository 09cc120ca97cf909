"""Annuler on the page of a campaign: takes back the last thing that this person did to it."""

from typing import Any
from uuid import UUID

from pixflow.decision import Decision
from pixflow.events import campaign as e
from pixflow.events.base import Recorded
from pixflow.participation import campaign
from pixflow.refused import Refused
from web.desk import receipts
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm
from web.french.events.sentences import AT_ONCE
from web.pages.results import import_preview

_Way = tuple[Decision[..., Any], dict[str, Any]]
"""A decision that takes something back, and what it is sent."""


def offer(desk: Desk, stream: UUID, reference: str) -> Receipt | None:
    """Returns the receipt of a command on the campaign, with its undo while nothing followed."""
    receipt = receipts.of_command(desk, reference)
    if receipt and _way(_trail(desk, stream), reference):
        return receipt.with_undo(reference, f"/resultats/campagnes/{stream}/annuler")
    return receipt


def undo(desk: Desk, stream: UUID, form: UndoForm) -> Outcome:
    """Takes back a command; refused when something followed it."""
    way = _way(_before(desk, stream, form.command_id), str(form.receipt))
    if way is None:
        return Outcome(refused=Refused("moved"))
    decision, sent = way
    if decision is not campaign.correct_purpose:
        return record(desk, {"campaign": stream}, decision, command_id=form.command_id, **sent)
    try:
        by = desk.by(decision)
        done = import_preview.importer(desk).correct_purpose(stream, by=by, command_id=form.command_id, **sent)
    except Refused as refused:
        return Outcome(refused=refused)
    return Outcome(done.recorded, done.repeated)


def _trail(desk: Desk, stream: UUID) -> list[Recorded]:
    return desk.trails([stream])[stream]


def _before(desk: Desk, stream: UUID, command: UUID) -> list[Recorded]:
    """Returns the events of a campaign without those of a command, which may be sent twice."""
    return [one for one in _trail(desk, stream) if one.command != command]


def _way(trail: list[Recorded], reference: str) -> _Way | None:
    """Returns the decision that takes back the last event of a campaign; None when another command recorded it."""
    last, before = trail[-1], campaign.fold(trail[:-1])
    if str(last.command) != reference:
        return None
    match last.event:
        case e.CampaignClosed():
            return campaign.reopen_campaign, {}
        case e.CampaignReopened():
            return campaign.close_campaign, {}
        case e.CampaignCorrected():
            return campaign.correct_campaign, {"name": before.name, "code": before.code, "site": before.site}
        case e.PurposeCorrected():
            return campaign.correct_purpose, {"purpose": before.purpose, "reason": AT_ONCE}
    return None
