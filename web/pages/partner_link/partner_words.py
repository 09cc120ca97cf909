"""The forms of a dossier about its partners: a new link, and their word about an action to confirm."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from pixflow.dossier.state import Dossier, Referral, Report
from pixflow.engine import new_id
from web.desk.desk import Desk
from web.french import validation
from web.hosting import partner_mails

Values = Mapping[str, Any]


class LinkRequest(Protocol):
    """The form of a new link."""

    @property
    def referral(self) -> UUID: ...

    @property
    def channel(self) -> str: ...

    @property
    def address(self) -> str: ...


def new_link(desk: Desk, command_id: UUID) -> dict[str, Any]:
    """Returns the id and the last day of a link that a form issues."""
    return {"link": new_id(command_id, "link"), "until": partner_mails.last_day(desk.engine)}


def linking(desk: Desk, dossier: Dossier, referral: str) -> Values:
    """Proposes an e-mail to the address on file, else the paper."""
    known = _referral(dossier, referral)
    to = partner_mails.destination(desk.read, known) if known else partner_mails.NOWHERE
    return {"address": to.stored, "channel": "email" if to.address else "paper"}


def check(desk: Desk, dossier: Dossier, form: LinkRequest) -> dict[str, str]:
    """Asks for an address, unless the contact of the referral has one."""
    known = _referral(dossier, str(form.referral))
    if form.channel != "email" or form.address or (known and partner_mails.destination(desk.read, known).address):
        return {}
    return {"address": validation.invalid("missing", {})}


def reported_end(desk: Desk, dossier: Dossier, action: str) -> Values:
    """Shows what the partner says of the outcome, to confirm."""
    told = _told(dossier, action)
    if told is None or told.outcome == "came":
        return {}
    return {"outcome": "done" if told.outcome == "done" else "abandoned", "on": told.day.isoformat(), "note": told.note}


def reported_start(desk: Desk, dossier: Dossier, action: str) -> Values:
    """Shows the first day that the partner says, to confirm, and the end that the dossier has."""
    state = next((known for id, known in dossier.parcours.actions.items() if str(id) == action), None)
    told = _told(dossier, action)
    came = {"on": told.day.isoformat()} if told and told.outcome == "came" else {}
    return {**came, "ends": state.ends.isoformat()} if state and state.ends else came


def _told(dossier: Dossier, action: str) -> Report | None:
    found = (known.reported for id, known in dossier.parcours.actions.items() if str(id) == action)
    told = next(found, None)
    return told.report if told else None


def _referral(dossier: Dossier, referral: str) -> Referral | None:
    sent_to = (known for action in dossier.parcours.actions.values() for known in action.referrals)
    return next((known for known in sent_to if str(known.id) == referral), None)
