"""A partner's page: its file, its offers, its sources side by side, its referrals, its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import HTTPException

from pixflow.decision import Decision
from pixflow.events.partner import Retracted
from pixflow.events.values import PartnerDetails
from pixflow.identity import normalise
from pixflow.open_data.duplicates import duplicates
from pixflow.partners import listing
from pixflow.partners import listing as joins
from pixflow.partners import listing as offers
from pixflow.partners import state as levels
from pixflow.partners.state import PartnerState, contested, gone
from pixflow.place_import.plan import place_of
from projections.store.folds import fold_of
from projections.territory import partners
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import Receipt
from web.french import dates
from web.french.events import partners as words
from web.french.events import sentences
from web.french.territory import files, hours
from web.french.territory import partners as french
from web.french.territory.places import REASONS
from web.french.typography import phone, typeset
from web.http import people
from web.http.forms import OpenForm
from web.http.people import People
from web.http.templates import Page
from web.pages.partners import forms
from web.pages.partners.contacts import people as contacts
from web.pages.partners.contacts.people import ContactRow
from web.pages.partners.received import ReceivedReferrals, received


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer of the page. `offer` is None for one that the sources propose."""

    offer: UUID | None
    label: str
    kind: str
    facts: Sequence[tuple[str, str]]
    proposed: str = ""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the page: the name of a source, then its value of each field."""

    name: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class LookAlike:
    stream: UUID
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class PartnerEventRow:
    """An event of the history; `version` is that of an event that may be taken back, 0 for none."""

    text: str
    when: str
    version: int


@dataclass(frozen=True, kw_only=True)
class PartnerPage(Page):
    """One partner. `may` are the names of the decisions that this person may take."""

    template = "partners/partner.html"
    block = "partner"

    id: UUID
    name: str
    status: str
    town: str
    address: Sequence[str]
    details: PartnerDetails
    telephone: str
    hours: Sequence[str]
    now: str
    facts: Sequence[tuple[str, str]]
    confirmed: str
    contacts: Sequence[ContactRow]
    received: ReceivedReferrals
    offers: Sequence[OfferRow]
    fields: Sequence[str]
    sources: Sequence[SourceColumn]
    contested: Sequence[tuple[str, str, str]]
    gone: Sequence[str]
    alike: Sequence[LookAlike]
    joined: Sequence[tuple[UUID, str]]
    names: Sequence[str]
    history: Sequence[PartnerEventRow]
    may: frozenset[str]
    form: OpenForm | None
    receipt: Receipt | None
    bands: Sequence[tuple[str, str]]
    proposals: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    contact_choices: Mapping[str, Sequence[tuple[str, str]]]
    contact_titles: Mapping[str, str]

    @property
    def shows(self) -> People:
        return people.listed(row.dossier for row in self.received.rows)


DECISIONS: tuple[Decision[..., Any], ...] = (
    listing.list_partner, listing.correct_partner, listing.verify_partner, listing.delist_partner,
    listing.attach_name, listing.take_back, offers.list_offer, joins.join_partner, *contacts.DECISIONS,
)  # fmt: skip
CHOICES: dict[str, Sequence[tuple[str, str]]] = {
    "channel": list(words.VERIFICATIONS.items()),
    "reason": list(words.DELISTINGS.items()),
    "kind": list(files.OFFER_KINDS.items()),
    "contact": list(files.CONTACTS.items()),
}
_STATUS = {"suggested": "proposé", "delisted": "retiré de la liste", "listed": ""}


def state_of(desk: Desk, id: UUID) -> PartnerState:
    """Returns the partner. Raises 404 when there is none."""
    state = fold_of(desk.read, id)
    if not isinstance(state, PartnerState) or not (state.listed or state.suggested):
        raise HTTPException(404)
    return state


def partner_page(
    desk: Desk, id: UUID, form: OpenForm | None = None, receipt: Receipt | None = None, number: int = 1
) -> PartnerPage:
    state = state_of(desk, id)
    details = state.details
    bands, proposals = forms.grid_choices(desk)
    sorts = {normalise(name) for name in (details.name, *state.names)}
    row = partners.one(desk.read, id)
    return PartnerPage(
        id=id,
        name=details.name,
        status=_STATUS.get(row.status, "") if row else "",
        town=typeset(details.town),
        address=[
            typeset(line)
            for line in (details.address, details.complement, f"{details.postal_code} {details.town}".strip())
            if line
        ],
        details=details,
        telephone=phone(details.phone) if details.phone else "",
        hours=hours.in_french(details.hours),
        now=hours.now_in_french(details.hours, desk.engine.clock(), desk.zone),
        facts=_facts(details),
        confirmed=french.confirmed(state.confirmed, desk.today, _confirmed_by(desk, id, state)),
        contacts=contacts.rows(desk, id, state),
        received=received(desk, id, [id, *state.joined], sorts, number),
        offers=[*_offers(state, dict(proposals)), *_proposed(desk, state)],
        fields=[files.FIELDS[name] for name in _SHOWN],
        sources=_sources(state),
        contested=_contested(state),
        gone=[files.source_name(state.sources[key].source) for key in gone(state)],
        alike=_alike(desk, id, state),
        joined=[(other, _name(desk, other)) for other in state.joined],
        names=state.names,
        history=_history(desk, id),
        may=frozenset(decision.name for decision in DECISIONS if desk.may(decision)),
        form=form,
        receipt=receipt,
        bands=bands,
        proposals=proposals,
        choices=CHOICES,
        contact_choices=contacts.choices(form),
        contact_titles=contacts.TITLES,
    )


_SHOWN = ("name", "address", "town", "phone", "email", "website", "hours", "services")
_LISTS = ("kinds", "services", "thematics", "labels", "networks", "special_care", "audiences", "fees", "support")


def _facts(details: PartnerDetails) -> list[tuple[str, str]]:
    """Returns the lists of the file, as label and value."""
    return [(files.FIELDS[name], typeset(", ".join(value))) for name in _LISTS if (value := getattr(details, name))]


def _offers(state: PartnerState, proposals: Mapping[str, str]) -> list[OfferRow]:
    """Returns the open offers. `proposals` are the labels of the grid, by id."""
    return [
        OfferRow(id, terms.label, files.OFFER_KINDS[terms.kind], files.of_terms(terms, proposals)[2:])
        for id, terms in state.open_offers().items()
    ]


def _proposed(desk: Desk, state: PartnerState) -> list[OfferRow]:
    """Returns the offers that the words of the sources propose, of kinds that are not listed yet."""
    known = {one.terms.kind for one in state.offers.values()}
    kinds = [kind for kind in levels.proposed_kinds(state.details) if kind not in known]
    return [OfferRow(None, files.PROPOSED_OFFERS[kind], files.OFFER_KINDS[kind], (), kind) for kind in kinds]


def _sources(state: PartnerState) -> list[SourceColumn]:
    """Returns the team's word, when there is one, then each source's; nothing when no source says anything."""
    corrected = {name: one.value for name, one in state.corrections.items()}
    team = [getattr(state.stated, name) or corrected.get(name, "") for name in _SHOWN]
    told = [
        SourceColumn(
            french.source(one.source, one.updated), [_text(name, getattr(one.details, name)) for name in _SHOWN]
        )
        for one in state.sources.values()
    ]
    return [SourceColumn("L’équipe", list(map(_text, _SHOWN, team))), *told] if any(team) and told else told


def _contested(state: PartnerState) -> list[tuple[str, str, str]]:
    pairs = contested(state).items()
    return [(files.FIELDS[name], _text(name, own), _text(name, getattr(state.details, name))) for name, own in pairs]


def _text(name: str, value: Any) -> str:
    return typeset(files.of_field(name, value) or "—")


def _alike(desk: Desk, id: UUID, state: PartnerState) -> list[LookAlike]:
    """Returns the listed partners of the commune that may be the same place."""
    if not state.is_proposed:
        return []
    details = state.details
    there = partners.of_commune(desk.read, details.commune, details.town)
    others = [row for row in there if row.stream not in (id, *state.different)]
    mine = place_of(details, str(id))
    pairs = duplicates([mine], [place_of(partners.details_of(row), str(row.stream)) for row in others])
    found = [(pair.other if pair.one is mine else pair.one, pair) for pair in pairs]
    return [
        LookAlike(UUID(place.id), place.name, ", ".join(REASONS[reason] for reason in pair.reasons))
        for place, pair in found
        if not _differs(desk, UUID(place.id), id)
    ]


def _confirmed_by(desk: Desk, id: UUID, state: PartnerState) -> str:
    """Returns the colleague or the source whose word is the latest, "" for nobody."""
    said = state.verified or (state.listed if not state.sources else None)
    if said and said.on == state.confirmed:
        told = (one for one in desk.trail(id) if one.originator_version == said.version)
        return next((sentences.who(one, names_for(desk)) for one in told), "")
    return next((one.source for one in state.sources.values() if one.updated and one.updated == state.confirmed), "")


def _differs(desk: Desk, stream: UUID, id: UUID) -> bool:
    other = fold_of(desk.read, stream)
    return isinstance(other, PartnerState) and id in other.different


def _name(desk: Desk, id: UUID) -> str:
    state = fold_of(desk.read, id)
    return state.details.name if isinstance(state, PartnerState) else ""


def _history(desk: Desk, id: UUID) -> list[PartnerEventRow]:
    events = desk.trail(id)
    undone = {one.event.version for one in events if isinstance(one.event, Retracted)}
    names = names_for(desk)
    return [
        PartnerEventRow(
            sentences.sentence(one, names, zone=desk.zone, history=events),
            sentences.who(one, names) + ", " + dates.instant(one.at, desk.zone),
            one.originator_version
            if isinstance(one.event, listing.UNDOABLE) and one.originator_version not in undone
            else 0,
        )
        for one in reversed(events)
    ]


def blank(desk: Desk, id: UUID, name: str, about: str) -> OpenForm | None:
    """Returns a form of the page with what is known; None for another name."""
    if name not in (*OPENED, *contacts.TITLES):
        return None
    state = state_of(desk, id)
    if name in contacts.TITLES:
        return contacts.blank(desk, id, state, name, about)
    if name == "corriger":
        return OpenForm(name, values=forms.of_file(state.details), seen=state.version)
    if name == "offre" and about in files.PROPOSED_OFFERS:
        grille = desk.refs.grille(desk.today).document
        bands = [(band.low, band.high) for band in grille.bands]
        terms = levels.terms_of(about, files.PROPOSED_OFFERS[about], bands)  # type: ignore[arg-type]
        return OpenForm(name, values=_values(terms))
    if name == "modifier-offre":
        found = {str(offer): terms for offer, terms in state.open_offers().items()}.get(about)
        return OpenForm(name, about, {**_values(found), "offer": about}, seen=state.version) if found else None
    return OpenForm(name)


OPENED = ("corriger", "verifier", "retirer", "offre", "modifier-offre", "rattacher")


def _values(terms: Any) -> dict[str, Any]:
    return {
        "label": terms.label,
        "kind": terms.kind,
        "band": [f"{low}-{high}" for low, high in terms.bands],
        "proposal": list(terms.proposals),
        "days": terms.days,
        "seats": "" if terms.seats is None else terms.seats,
        "cost": terms.cost,
        "language": terms.language,
        "contact": terms.contact,
    }
