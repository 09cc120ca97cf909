"""The forms of a partner: each with its decision and its fields."""

from collections.abc import Mapping
from typing import Literal, get_args
from uuid import UUID

from pydantic import BaseModel

from pixflow.engine import new_id
from pixflow.events import partner as e
from pixflow.events.values import OfferContact, OfferKind, OfferTerms, PartnerDetails
from pixflow.open_data.communes import by_postal_code, find
from pixflow.partners import listing
from pixflow.partners.state import PartnerState
from web.desk.commands import Arguments, FormSpec, read_fields
from web.desk.desk import Desk
from web.french.events.sentences import AT_ONCE
from web.french.typography import phone, typeset
from web.http.addresses import whole_number
from web.http.forms import Form, Text

FIELDS: tuple[e.CorrectedField, ...] = tuple(one for one in get_args(e.CorrectedField) if one != "commune")
"""The fields that people type. The code of a commune follows from its name and its postal code."""
OF_COMMUNE = ("town", "postal_code")
"""The fields that say one commune: who changes one of them states both."""


class FileFields(BaseModel):
    """The fields of the file, as the team and the partner type them; each one that differs is a correction."""

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


class PartnerCorrectionForm(FileFields, Form):
    """The correction of a file by the team."""


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
    bring: Text = ""

    def terms(self) -> OfferTerms:
        plain = self.model_dump(exclude={"command_id", "seen", "offer", "band", "proposal"})
        ends = [[whole_number(end) for end in text.partition("-")[::2]] for text in self.band]
        bands = tuple((low, high) for low, high in ends if low is not None and high is not None)
        return OfferTerms(**plain, bands=bands, proposals=self.proposal)


class ClosingForm(Form):
    offer: UUID


class NameForm(Form):
    name: str


class OtherForm(Form):
    other: UUID


class TakeBackForm(Form):
    version: int


def _offer(desk: Desk, state: PartnerState, form: OfferForm) -> Arguments:
    return {"offer": form.offer or new_id(form.command_id, "offer"), "terms": form.terms()}, {}


def _without_pile(desk: Desk, state: PartnerState, form: BoxForm) -> Arguments:
    return read_fields(form, "pile"), {}


def _taken_back(desk: Desk, state: PartnerState, form: TakeBackForm) -> Arguments:
    return {"version": form.version, "reason": AT_ONCE}, {}


FORMS: Mapping[str, FormSpec[PartnerState]] = {
    "verifier": FormSpec(decision=listing.verify_partner, model=VerificationForm, arguments=_without_pile),
    "relire": FormSpec(decision=listing.review_partner, model=BoxForm, arguments=_without_pile),
    "retirer": FormSpec(decision=listing.delist_partner, model=DelistingForm),
    "remettre": FormSpec(decision=listing.relist_partner, model=Form),
    "offre": FormSpec(decision=listing.list_offer, model=OfferForm, arguments=_offer),
    "modifier-offre": FormSpec(decision=listing.revise_offer, model=OfferForm, arguments=_offer),
    "clore-offre": FormSpec(decision=listing.close_offer, model=ClosingForm),
    "rattacher": FormSpec(decision=listing.attach_name, model=NameForm),
    "distinct": FormSpec(decision=listing.note_difference, model=OtherForm),
    "annuler": FormSpec(decision=listing.take_back, model=TakeBackForm, arguments=_taken_back),
}
"""The forms that take one decision on one partner. Others have routes of their own."""


def grid_choices(desk: Desk) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Returns the bands and the proposals of the grid in force, as choices."""
    grille = desk.refs.grille(desk.today).document
    bands = [(f"{band.low}-{band.high}", f"{band.short} ({band.low}-{band.high})") for band in grille.bands]
    proposals = {one.id: one.label for band in grille.bands for one in band.proposals if not one.advisor_only}
    return bands, list(proposals.items())
