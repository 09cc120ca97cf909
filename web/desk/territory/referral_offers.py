"""The offers that a referral may use: those of the action's proposal, the nearest of the site first; and its form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pixflow.dossier.state import ActionState, Dossier
from pixflow.events.values import OfferTerms, Partner, PartnerDetails
from pixflow.identity import normalise
from pixflow.open_data.locations import kilometres
from pixflow.open_data.place import Point
from pixflow.partners.state import Catalogue
from pixflow.place_import.territory import middles, stated_or_guessed
from projections import contacts, partner_search, partners, referrals
from web.desk.desk import Desk
from web.french.phrases import listed
from web.french.territory import hours
from web.french.territory import partners as french
from web.french.typography import typeset

Bands = tuple[tuple[int, int], ...]
"""Least and most percent of bands of a grid."""
MOST = 8
"""Offers of a form: beyond, the list of partners has them."""


ALTERNATIVES = 3
"""Offers beside the form that chases a silent partner."""


@dataclass(frozen=True, slots=True)
class FittingOffer:
    """An open offer of a listed partner. It is not `placed` when the middle of its commune is so far.

    `asked` says what became of a referral there for this action, "" for none; `about` helps to choose.
    """

    partner: UUID
    offer: UUID
    name: str
    label: str
    away: float | None
    placed: bool
    asked: str = ""
    about: str = ""

    @property
    def value(self) -> str:
        return f"{self.partner}:{self.offer}"

    @property
    def order(self) -> tuple[bool, bool, float]:
        return self.asked != "", self.away is None, self.away or 0


def action_of(dossier: Dossier, action: str) -> ActionState | None:
    """Returns the action with this id, None for any other text."""
    return next((known for id, known in dossier.parcours.actions.items() if str(id) == action), None)


def fitting(desk: Desk, dossier: Dossier, action: UUID) -> list[FittingOffer]:
    """Returns the offers for an action, those not asked yet and the nearest first; then those most often accepted."""
    state = dossier.parcours.actions.get(action)
    proposal = state.action.proposal if state else None
    if state is None or proposal is None:
        return []
    bands, asked = _bands(desk, proposal), _asked(desk, state)
    key = ("near", dossier.site, proposal, dossier.programme, bands)
    near = desk.memory.partners.once(key, lambda: _near(desk, dossier, proposal, bands))
    return _chosen(desk, [replace(one, asked=asked[one.partner]) if one.partner in asked else one for one in near])


def _near(desk: Desk, dossier: Dossier, proposal: str, bands: Bands) -> list[FittingOffer]:
    """Returns every offer for a proposal, with its distance from the site of a dossier."""
    here, centres, found = middle_of_site(desk, dossier.site), middles_of_communes(desk), []

    def open_offers() -> list[tuple[Any, OfferTerms]]:
        return [(row, partners.terms_of(row)) for row in partners.offered(desk.read)]

    for row, terms in desk.memory.partners.once("open-offers", open_offers):
        if fits(terms, proposal, bands, dossier.programme):
            placed = row.latitude is not None
            there = (row.latitude, row.longitude) if placed else centres.get(row.commune)
            away = kilometres(here, there) if here and there else None
            found.append(FittingOffer(row.stream, row.offer, row.name, terms.label, away, placed))
    return found


def alternatives(desk: Desk, dossier: Dossier, action: UUID) -> list[FittingOffer]:
    """Returns the next offers for an action, when a partner refuses or stays silent: those not asked yet."""
    return [one for one in fitting(desk, dossier, action) if not one.asked][:ALTERNATIVES]


def meant(desk: Desk, name: str) -> UUID | None:
    """Returns the listed partner that a name of the grid means: its own name, or one attached to it."""
    sort = normalise(name)
    return partners.named(desk.read, [sort]).get(sort) if sort else None


def _asked(desk: Desk, state: ActionState) -> dict[UUID, str]:
    """Returns the listed partners already asked for an action, by their id or by a name, with what they said."""
    names = {normalise(one.partner.name) for one in state.referrals if one.partner.id is None}
    listed_as = partners.named(desk.read, names) if names else {}
    found: dict[UUID, str] = {}
    for one in state.referrals:
        row = partners.one(desk.read, one.partner.id) if one.partner.id else None
        stream = row.stream if row else listed_as.get(normalise(one.partner.name))
        if stream:
            found[stream] = french.of_partner(one, desk.today)
    return found


def fits(terms: OfferTerms, proposal: str, bands: Iterable[tuple[int, int]], programme: str) -> bool:
    """Tells if an offer answers a proposal: it names it; or it names none, and it is for one of its bands."""
    if terms.programmes and programme not in terms.programmes:
        return False
    if terms.proposals or terms.kind == "access":
        return proposal in terms.proposals
    return any(low <= high2 and low2 <= high for low, high in terms.bands for low2, high2 in bands)


def chosen(desk: Desk, partner: UUID, offer: UUID) -> Partner | None:
    """Returns the partner of an open offer, None when it is open no more."""
    rows = partners.open_offers(desk.read, [partner]).get(partner, ())
    row = partners.one(desk.read, partner)
    return Partner(partner, row.name) if row and any(one.offer == offer for one in rows) else None


def is_called(desk: Desk, partner: UUID, offer: UUID, contact: UUID | None) -> bool:
    """Tells if the person asked there, else the offer, answers by telephone: no e-mail leaves by itself."""
    person = contacts.one(desk.read, contact)
    if person:
        return person.details.answers == "phone"
    rows = partners.open_offers(desk.read, [partner]).get(partner, ())
    return any(one.offer == offer and partners.terms_of(one).contact == "phone" for one in rows)


def initial(desk: Desk, dossier: Dossier, action: str) -> Mapping[str, Any]:
    """Names the partner that the grid has for the proposal, by its offer when it is listed; none asked already."""
    state = action_of(dossier, action)
    kept = state.action if state else None
    bands = desk.refs.grille(desk.today).document.bands
    proposals = [proposal for band in bands for proposal in band.proposals if kept and proposal.id == kept.proposal]
    named = (proposals[0].partner if proposals else "") or ""
    partner = meant(desk, named)
    offers = fitting(desk, dossier, kept.id) if kept and partner else []
    same = next((one for one in offers if one.partner == partner), None)
    tried = state is not None and normalise(named) in {normalise(one.partner.name) for one in state.referrals}
    if tried or (same and same.asked):
        return {}
    return {"offered": same.value if same else "", "partner": "" if same else named}


def listed_email(desk: Desk, partner: UUID) -> str:
    """Returns the e-mail address of a partner's file, "" for none."""
    row = partners.one(desk.read, partner)
    return row.email if row else ""


def _bands(desk: Desk, proposal: str) -> Bands:
    bands = desk.refs.grille(desk.today).document.bands
    return tuple((band.low, band.high) for band in bands if any(one.id == proposal for one in band.proposals))


def _sent(desk: Desk, wanted: frozenset[UUID]) -> Mapping[UUID, list[Any]]:
    """Returns the referrals to each partner, to those joined to it, and to the names that mean it."""
    joined, names = partners.joined_to(desk.read, wanted), partners.names_of(desk.read, wanted)
    found: dict[UUID, list[Any]] = {}
    for row in referrals.of_partners(desk.read, sorted({*wanted, *joined}), sorted(names)):
        of = joined.get(row.partner, row.partner) if row.partner else names[row.sort]
        found.setdefault(of, []).append(row)
    return found


def _chosen(desk: Desk, found: Sequence[FittingOffer]) -> list[FittingOffer]:
    """Returns the first ones; the answers of partners are read of those only that are near enough to be among them."""

    def accepted(one: FittingOffer) -> float:
        """Returns the share of the answers of a partner that accepted."""
        answers = [referral.answer for referral in sent.get(one.partner, ()) if referral.answer]
        return answers.count("accepted") / len(answers) if answers else 0

    ranks = sorted(one.order for one in found)
    near = [one for one in found if one.order <= ranks[:MOST][-1]]
    streams = frozenset(one.partner for one in near)
    sent = desk.memory.partners.once(("sent", streams), lambda: _sent(desk, streams))
    near = sorted(near, key=lambda one: (*one.order, -accepted(one), one.name))[:MOST]
    first = tuple(one.partner for one in near)

    def files() -> Mapping[UUID, tuple[Any, PartnerDetails]]:
        return {row.stream: (row, partners.details_of(row)) for row in partner_search.of_streams(desk.read, first)}

    rows = desk.memory.partners.once(("rows", first), files)
    return [replace(one, about=_about(desk, *rows[one.partner], one, sent.get(one.partner, ()))) for one in near]


def _about(desk: Desk, row: Any, details: PartnerDetails, near: FittingOffer, sent: Sequence[Any]) -> str:
    """Returns what helps to choose: what they said before, place, distance, answers, how they answer, freshness."""
    return listed(
        near.asked,
        typeset(row.town),
        french.away(near.away, near.placed),
        french.answers(sent, desk.today),
        french.way(details),
        french.confirmed(row.confirmed, desk.today),
        hours.now_in_french(details.hours, desk.engine.clock(), desk.zone),
    )


# --- the middle of each commune: of its outline, or of the partners there that have coordinates


def middles_of_communes(desk: Desk) -> Mapping[str, Point]:
    """Returns the middles that are known, by the code of the commune."""
    return desk.memory.partners.once(
        "middles", lambda: partner_search.middles(desk.read) | middles(_catalogue(desk).outlines)
    )


def middle_of_site(desk: Desk, site: str) -> Point | None:
    """Returns the middle of the commune of a site."""
    code = stated_or_guessed(_catalogue(desk).territory, desk.refs.structure.sites).sites.get(site)
    return middles_of_communes(desk).get(code or "")


def _catalogue(desk: Desk) -> Catalogue:
    found = desk.state(desk.served.opened.stream("catalogue"))
    return found if isinstance(found, Catalogue) else Catalogue()
