"""The forms of a partner: each with its decision and its fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from pixflow.decision import Decision
from pixflow.engine import new_id
from pixflow.events import partner as e
from pixflow.events.values import OfferContact, OfferKind, OfferTerms, PartnerDetails
from pixflow.open_data.communes import by_postal_code, find
from pixflow.partners import listing
from pixflow.partners import listing as joins
from pixflow.partners import listing as offers
from web.desk.desk import Desk
from web.french.events.sentences import AT_ONCE
from web.french.typography import phone, typeset
from web.http.addresses import whole_number
from web.http.forms import Form, Text

FIELDS: tuple[e.CorrectedField, ...] = tuple(one for one in get_args(e.CorrectedField) if one != "commune")
"""The fields that people type. The code of a commune follows from its name and its postal code."""
OF_COMMUNE = ("town", "postal_code")
"""The fields that say one commune: who changes one of them states both."""


class PartnerCorrectionForm(Form):
    """The fields of the file; each one that differs is a correction."""

    name: Text
    address: Text = ""
    complement: Text = ""
    town: Text = ""
    postal_code: Text = ""
    phone: Text = ""
    email: Text = ""
    website: Text = ""
    booking: Text = ""
    hours: Text = ""
    summary: Text = ""


def of_file(details: PartnerDetails) -> dict[str, str]:
    """Returns the fields of a file as the form of a correction shows them."""
    values: dict[str, str] = {name: str(getattr(details, name)) for name in FIELDS}
    return {**values, "town": typeset(details.town), "phone": phone(details.phone) if details.phone else ""}


def commune_of(town: str, postal_code: str) -> dict[str, str]:
    """Returns the fields of a commune, by INSEE's list where it is sure; else the name as typed, without a code."""
    found = find(town, postal_code) or by_postal_code(postal_code)
    return {"commune": found.code, "town": found.name} if found else {"commune": "", "town": town}


class BoxForm(Form):
    """A form that a row of Ma boîte has too: `pile` is the pile to come back to, "" from the partner's page."""

    pile: Literal["", "review-partner", "verify-partner"] = ""


class VerificationForm(BoxForm):
    channel: Literal["call", "visit", "email"]


class DelistingForm(Form):
    reason: e.DelistingReason


class OfferForm(Form):
    """An offer, new or revised. `band` are bands as "0-40", `proposal` ids of the grid."""

    offer: UUID | None = None
    label: str
    kind: OfferKind
    band: tuple[str, ...] = ()
    proposal: tuple[str, ...] = ()
    days: Text = ""
    seats: int | None = None
    cost: Text = ""
    language: Text = ""
    contact: OfferContact = "phone"

    def terms(self) -> OfferTerms:
        return OfferTerms(
            label=self.label,
            kind=self.kind,
            bands=tuple(band for text in self.band if (band := _band(text))),
            proposals=self.proposal,
            days=self.days,
            seats=self.seats,
            cost=self.cost,
            language=self.language,
            contact=self.contact,
        )


class ClosingForm(Form):
    offer: UUID


class NameForm(Form):
    name: str


class OtherForm(Form):
    other: UUID


class TakeBackForm(Form):
    version: int


@dataclass(frozen=True, slots=True)
class PartnerForm:
    """A form of a partner: its decision, its model, and the arguments of the decision."""

    decision: Decision[..., Any]
    model: type[Form]
    sent: Callable[[Any, UUID], dict[str, Any]] = lambda form, command: form.model_dump(
        exclude={"command_id", "seen", "pile"}
    )


def _offer(form: OfferForm, command: UUID) -> dict[str, Any]:
    return {"offer": form.offer or new_id(command, "offer"), "terms": form.terms()}


def _taken_back(form: TakeBackForm, command: UUID) -> dict[str, Any]:
    return {"version": form.version, "reason": AT_ONCE}


def _nothing(form: Form, command: UUID) -> dict[str, Any]:
    return {}


FORMS: Mapping[str, PartnerForm] = {
    "verifier": PartnerForm(listing.verify_partner, VerificationForm),
    "relire": PartnerForm(listing.review_partner, BoxForm, _nothing),
    "retirer": PartnerForm(listing.delist_partner, DelistingForm),
    "remettre": PartnerForm(listing.relist_partner, Form, _nothing),
    "offre": PartnerForm(offers.list_offer, OfferForm, _offer),
    "modifier-offre": PartnerForm(offers.revise_offer, OfferForm, _offer),
    "clore-offre": PartnerForm(offers.close_offer, ClosingForm),
    "rattacher": PartnerForm(listing.attach_name, NameForm),
    "distinct": PartnerForm(joins.note_difference, OtherForm),
    "annuler": PartnerForm(listing.take_back, TakeBackForm, _taken_back),
}
"""The forms that take one decision on one partner. Others have routes of their own."""


def _band(text: str) -> tuple[int, int] | None:
    low, _, high = text.partition("-")
    first, last = whole_number(low), whole_number(high)
    return None if first is None or last is None else (first, last)


def grid_choices(desk: Desk) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Returns the bands and the proposals of the grid in force, as choices."""
    grille = desk.refs.grille(desk.today).document
    bands = [(f"{band.low}-{band.high}", f"{band.short} ({band.low}-{band.high})") for band in grille.bands]
    proposals = {one.id: one.label for band in grille.bands for one in band.proposals if not one.advisor_only}
    return bands, list(proposals.items())
