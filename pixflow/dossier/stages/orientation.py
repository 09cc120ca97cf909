"""Stage 1: present Pix, plan the diagnostic, or record that it is declined."""

from datetime import date
from typing import Literal
from uuid import UUID

from pixflow.decision import OWN_DOSSIERS, decision
from pixflow.dossier.state import Dossier, must_be_open, must_have_no_seat
from pixflow.events.base import Event
from pixflow.events.dossier import DiagnosticDeclined, DiagnosticPlanned, NeedAssessed, PixPresented
from pixflow.events.values import Modality
from pixflow.refused import Refused, required


@decision("assess_need", OWN_DOSSIERS)
def assess_need(dossier: Dossier, *, needed: bool, reason: str, on: date) -> list[Event]:
    """Records if Pix concerns this young person, where the protocol asks the advisor (docs/domain.md#orientation)."""
    must_be_open(dossier)
    known = dossier.orientation.need
    if known and known.needed == needed:
        return []
    return [NeedAssessed(needed=needed, reason=reason.strip() if needed else required(reason, "reason"), on=on)]


@decision("present_pix", OWN_DOSSIERS)
def present_pix(dossier: Dossier, *, occasion: Literal["welcome", "follow-up", "cej"], on: date) -> list[Event]:
    """Records that Pix was presented, at the first welcome or later (docs/domain.md#orientation).

    The entry into CEJ is an occasion of who is in CEJ, or was on that day.
    """
    must_be_open(dossier)
    presented = dossier.orientation.presented
    if presented:
        if presented.on == on:
            return []
        raise Refused("already-presented", on=presented.on)
    if occasion == "cej" and not dossier.entered_cej(on):
        raise Refused("not-in-cej", field="occasion")
    return [PixPresented(occasion=occasion, on=on)]


@decision("plan_diagnostic", OWN_DOSSIERS)
def plan_diagnostic(
    dossier: Dossier,
    *,
    campaign: UUID,
    modality: Modality,
    mediator: bool,
    place: str,
    planned_for: date,
    on: date,
    plan: UUID,
    waits: bool = False,
) -> list[Event]:
    """Plans the diagnostic: campaign, modality, place, and the day from which the test can be taken.

    `waits`: this person is on the waiting list of a workshop.
    """
    must_be_open(dossier)
    current = None if dossier.orientation.declined else dossier.orientation.plan
    wanted = (campaign, modality, mediator, place, planned_for)
    if current and (current.campaign, current.modality, current.mediator, current.place, current.planned_for) == wanted:
        return []
    if planned_for < on:
        raise Refused("planned-before", planned_for=planned_for, on=on)
    if modality != "workshop":
        must_have_no_seat(dossier, on)
    return [
        DiagnosticPlanned(
            plan=plan,
            campaign=campaign,
            modality=modality,
            mediator=mediator,
            place=place,
            planned_for=planned_for,
            on=on,
            waits=waits and modality == "workshop",
        )
    ]


@decision("decline_diagnostic", OWN_DOSSIERS)
def decline_diagnostic(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    """Records that the young person declines the test for now."""
    must_be_open(dossier)
    if dossier.orientation.declined:
        return []
    if dossier.diagnostic.current("initial"):
        raise Refused("already-tested")
    must_have_no_seat(dossier, on)
    return [DiagnosticDeclined(reason=required(reason, "reason"), on=on)]
