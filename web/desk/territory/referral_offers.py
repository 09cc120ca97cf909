"""The offers and partners that a referral may use, the nearest of the young person first; and its form."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Any
from uuid import UUID

from pixflow.dossier.state import ActionState, Dossier
from pixflow.events.values import OfferTerms, Partner, PartnerDetails
from pixflow.identity import normalise
from pixflow.open_data.locations import kilometres
from pixflow.open_data.place import Point
from pixflow.partners.state import Catalogue
from pixflow.place_import.outlines import middles
from pixflow.place_import.territory import stated_or_guessed
from projections import contacts, partner_search, partners, referrals
from projections.partner_search import PartnerFilter
from web.desk.desk import Desk
from web.french.phrases import listed
from web.french.territory import hours
from web.french.territory import partners as french
from web.french.typography import say, typeset

Bands = tuple[tuple[int, int], ...]
"""Least and most percent of bands of a grid."""
MOST = 8
"""Cards of each list of a form: beyond, a search finds the others."""
LOOKED_AT = 200
"""Partners without an offer among which a search finds the nearest."""
ALTERNATIVES = 3
"""Offers beside the form that chases a silent partner."""


@dataclass(frozen=True, slots=True)
class FittingOffer:
    """An open offer of a listed partner, or a partner alone. It is `placed` unless it is as far as its commune.

    `fits`: it answers the action. `asked` says what became of a referral there for this action, "" for none. `facts`
    help to choose: label and value.
    """

    partner: UUID
    offer: UUID | None
    name: str
    label: str
    away: float | None
    placed: bool
    asked: str = ""
    words: tuple[str, ...] = ()
    fits: bool = False
    facts: french.Facts = ()

    @property
    def value(self) -> str:
        return f"{self.partner}:{self.offer or ''}"

    @property
    def title(self) -> str:
        return say("{name} : {label}", name=self.name, label=self.label) if self.label else self.name

    @property
    def about(self) -> str:
        return listed(self.asked, *(value for _, value in self.facts))

    @property
    def order(self) -> tuple[bool, bool, float]:
        return self.asked != "", self.away is None, self.away or 0

    def has(self, wanted: Sequence[str]) -> bool:
        """Tells if its words begin like all of these."""
        return all(any(word.startswith(begins) for word in self.words) for begins in wanted)


@dataclass(frozen=True, slots=True)
class Chooser:
    """Cards of offers and partners for an action: each list with its title, and where distances are from.

    `found` says what a search did not show.
    """

    lists: tuple[tuple[str, Sequence[FittingOffer]], ...] = ()
    origin: str = ""
    found: str = ""

    @property
    def shown(self) -> list[FittingOffer]:
        return [one for _, cards in self.lists for one in cards]

    @property
    def only(self) -> str:
        """The value of the card that stands alone, "" for none or several."""
        return self.shown[0].value if len(self.shown) == 1 else ""


def action_of(dossier: Dossier, action: str) -> ActionState | None:
    """Returns the action with this id, None for any other text."""
    return next((known for id, known in dossier.parcours.actions.items() if str(id) == action), None)


def fitting(desk: Desk, dossier: Dossier, action: UUID) -> list[FittingOffer]:
    """Returns the offers for an action, those not asked yet and the nearest first; then those most often accepted."""
    state = dossier.parcours.actions.get(action)
    return _pick_first(desk, dossier, [one for one in _offers(desk, dossier, state) if one.fits]) if state else []


def choose(desk: Desk, dossier: Dossier, state: ActionState, text: str, chosen: str) -> Chooser:
    """Returns the cards of an action: offers that answer it, then others, then partners without one for it.

    `text` has beginnings of words of names, communes and offers; without it, others are shown only when nothing answers
    the action. The card of the value `chosen` is always there.
    """
    wanted = normalise(text).split()[: partner_search.WORDS]
    offers = [one for one in _offers(desk, dossier, state) if one.has(wanted)]
    fit = [one for one in offers if one.fits]
    others = [one for one in offers if not one.fits] if wanted or not fit else []
    alone = _partners(desk, dossier, state, text, {one.partner for one in (*fit, *others)}) if wanted else []
    lists = [
        (one, _pick_first(desk, dossier, some)) for one, some in zip(french.LISTS, (fit, others, alone), strict=True)
    ]
    if chosen not in {one.value for _, cards in lists for one in cards}:
        lists.insert(0, (french.KEPT, _pick_first(desk, dossier, _find_offer(desk, dossier, state, chosen))))
    more = sum(max(0, len(some) - MOST) for some in (fit, others, alone))
    return Chooser(
        tuple((title, cards) for title, cards in lists if cards), _origin(desk, dossier)[1], french.more(more)
    )


def _offers(desk: Desk, dossier: Dossier, state: ActionState) -> list[FittingOffer]:
    """Returns every open offer: whether it answers an action, how far it is, what became of a referral there."""
    proposal, answers_by_partner, origin = state.action.proposal, _find_asked(desk, state), _origin(desk, dossier)[0]
    bands = _bands(desk, proposal) if proposal else ()
    return [
        FittingOffer(
            row.stream,
            row.offer,
            row.name,
            terms.label,
            *_measure_distance(desk, origin, row),
            answers_by_partner.get(row.stream, ""),
            words,
            proposal is not None and fits(terms, proposal, bands, dossier.programme),
        )
        for row, terms, words in open_offers(desk)
    ]


def open_offers(desk: Desk) -> list[tuple[Any, OfferTerms, tuple[str, ...]]]:
    """Returns each open offer: its row, its terms, and the words that a search finds it by."""

    def read() -> list[tuple[Any, OfferTerms, tuple[str, ...]]]:
        rows = ((row, partners.terms_of(row)) for row in partners.list_offers(desk.read))
        return [(row, terms, tuple(normalise(f"{row.name} {row.town} {terms.label}").split())) for row, terms in rows]

    return desk.memory.partners.get_or_make("open-offers", read)


def _measure_distance(desk: Desk, origin: Point | None, row: Any) -> tuple[float | None, bool]:
    """Returns the distance of a partner, None when it is unknown, and whether it has a point of its own."""
    placed = row.latitude is not None
    there = (row.latitude, row.longitude) if placed else middles_of_communes(desk).get(row.commune)
    return (kilometres(origin, there) if origin and there else None), placed


def _partners(desk: Desk, dossier: Dossier, state: ActionState, text: str, but: Collection[UUID]) -> list[FittingOffer]:
    """Returns the partners that a text finds, those of cards that are shown already left out."""
    asked, origin = _find_asked(desk, state), _origin(desk, dossier)[0]
    rows = partner_search.page(desk.read, PartnerFilter("listed", desk.today, text), LOOKED_AT, 0)
    found = [(row, asked.get(row.stream, "")) for row in rows if row.stream not in but]
    return [
        FittingOffer(row.stream, None, row.name, "", *_measure_distance(desk, origin, row), said) for row, said in found
    ]


def _find_offer(desk: Desk, dossier: Dossier, state: ActionState, value: str) -> list[FittingOffer]:
    """Returns the offer of a value, or the partner alone; nothing for one that is listed no more."""
    partner, _, offer = value.partition(":")
    if offer or not partner:
        return [one for one in _offers(desk, dossier, state) if one.value == value] if partner else []
    try:
        rows = partner_search.of_streams(desk.read, [UUID(partner)])
    except ValueError:
        return []
    origin, known = _origin(desk, dossier)[0], [row for row in rows if row.status == "listed"]
    return [FittingOffer(row.stream, None, row.name, "", *_measure_distance(desk, origin, row)) for row in known]


def _origin(desk: Desk, dossier: Dossier) -> tuple[Point | None, str]:
    """Returns where distances are from: the commune of the young person where its middle is known, else their site."""
    home = middles_of_communes(desk).get(dossier.commune)
    if home:
        return home, french.from_commune(dossier.commune)
    here = middle_of_site(desk, dossier.site)
    return here, french.from_site(dossier.site) if here else ""


def alternatives(desk: Desk, dossier: Dossier, action: UUID) -> list[FittingOffer]:
    """Returns the next offers for an action, when a partner refuses or stays silent: those not asked yet."""
    return [one for one in fitting(desk, dossier, action) if not one.asked][:ALTERNATIVES]


def meant(desk: Desk, name: str) -> UUID | None:
    """Returns the listed partner that a name of the grid means: its own name, or one attached to it."""
    sort = normalise(name)
    return partners.find_by_name(desk.read, [sort]).get(sort) if sort else None


def _find_asked(desk: Desk, state: ActionState) -> dict[UUID, str]:
    """Returns the listed partners already asked for an action, by their id or by a name, with what they said."""
    names = {normalise(one.partner.name) for one in state.referrals if one.partner.id is None}
    listed_as = partners.find_by_name(desk.read, names) if names else {}
    answers_by_partner: dict[UUID, str] = {}
    for referral in state.referrals:
        row = partners.find(desk.read, referral.partner.id) if referral.partner.id else None
        stream = row.stream if row else listed_as.get(normalise(referral.partner.name))
        if stream:
            answers_by_partner[stream] = french.of_partner(referral, desk.today)
    return answers_by_partner


def fits(terms: OfferTerms, proposal: str, bands: Iterable[tuple[int, int]], programme: str) -> bool:
    """Tells if an offer answers a proposal: it names it; or it names none, and it is for one of its bands."""
    if terms.programmes and programme not in terms.programmes:
        return False
    if terms.proposals or terms.kind == "access":
        return proposal in terms.proposals
    return any(low <= high2 and low2 <= high for low, high in terms.bands for low2, high2 in bands)


def find_partner(desk: Desk, partner: UUID, offer: UUID | None) -> Partner | None:
    """Returns the partner of an open offer, or a listed one without an offer; None when it is so no more."""
    row = partners.find(desk.read, partner)
    if row is None or row.status != "listed":
        return None
    if offer is None:
        return Partner(partner, row.name) if row.stream == partner else None
    rows = partners.open_offers(desk.read, [partner]).get(partner, ())
    return Partner(partner, row.name) if any(one.offer == offer for one in rows) else None


def title(desk: Desk, partner: UUID, offer: UUID | None) -> str:
    """Returns what a partner offers, its name without an offer; "" for one that is gone."""
    row, rows = partners.find(desk.read, partner), partners.open_offers(desk.read, [partner]).get(partner, ())
    named = [partners.terms_of(one).label for one in rows if one.offer == offer]
    return named[0] if named else row.name if row else ""


def is_called(desk: Desk, partner: UUID, offer: UUID | None, contact: UUID | None) -> bool:
    """Tells if the person asked there, else the offer, answers by telephone: no e-mail leaves by itself."""
    person = contacts.find(desk.read, contact)
    if person:
        return person.details.answers == "phone"
    rows = partners.open_offers(desk.read, [partner]).get(partner, ())
    return any(one.offer == offer and partners.terms_of(one).contact == "phone" for one in rows)


def initial(desk: Desk, dossier: Dossier, action: str) -> Mapping[str, Any]:
    """Names the partner that the grid has for the proposal, by its offer when it is listed; none asked already."""
    state = action_of(dossier, action)
    prescribed_action = state.action if state else None
    bands = desk.refs.grille(desk.today).document.bands
    proposals = [
        proposal
        for band in bands
        for proposal in band.proposals
        if prescribed_action and proposal.id == prescribed_action.proposal
    ]
    named = (proposals[0].partner if proposals else "") or ""
    partner = meant(desk, named)
    offers = fitting(desk, dossier, prescribed_action.id) if prescribed_action and partner else []
    same = next((one for one in offers if one.partner == partner), None)
    tried = state is not None and normalise(named) in {normalise(one.partner.name) for one in state.referrals}
    if tried or (same and same.asked):
        return {}
    return {"offered": same.value if same else "", "partner": "" if same else named}


def listed_email(desk: Desk, partner: UUID) -> str:
    """Returns the e-mail address of a partner's file, "" for none."""
    row = partners.find(desk.read, partner)
    return row.email if row else ""


def _bands(desk: Desk, proposal: str) -> Bands:
    bands = desk.refs.grille(desk.today).document.bands
    return tuple((band.low, band.high) for band in bands if any(one.id == proposal for one in band.proposals))


def _list_referrals(desk: Desk, wanted: frozenset[UUID]) -> Mapping[UUID, list[Any]]:
    """Returns the referrals to each partner, to those joined to it, and to the names that mean it."""
    joined, names = partners.joined_to(desk.read, wanted), partners.names_of(desk.read, wanted)
    referrals_by_partner: dict[UUID, list[Any]] = {}
    for row in referrals.of_partners(desk.read, sorted({*wanted, *joined}), sorted(names)):
        of = joined.get(row.partner, row.partner) if row.partner else names[row.sort]
        referrals_by_partner.setdefault(of, []).append(row)
    return referrals_by_partner


def _pick_first(desk: Desk, dossier: Dossier, fitting_offers: Sequence[FittingOffer]) -> list[FittingOffer]:
    """Returns the first ones; the answers of partners are read of those only that are near enough to be among them."""
    if not fitting_offers:
        return []

    def accepted(one: FittingOffer) -> float:
        """Returns the share of the answers of a partner that accepted."""
        answers = [referral.answer for referral in sent.get(one.partner, ()) if referral.answer]
        return answers.count("accepted") / len(answers) if answers else 0

    ranks = nsmallest(MOST, (one.order for one in fitting_offers))
    near = [one for one in fitting_offers if one.order <= ranks[-1]]
    streams = frozenset(one.partner for one in near)
    sent = desk.memory.partners.get_or_make(("sent", streams), lambda: _list_referrals(desk, streams))
    near = sorted(near, key=lambda one: (*one.order, -accepted(one), one.name))[:MOST]
    first = tuple(one.partner for one in near)

    def read() -> tuple[Mapping[UUID, tuple[Any, PartnerDetails]], Mapping[UUID, OfferTerms]]:
        partner_rows = partner_search.of_streams(desk.read, first)
        offered = partners.open_offers(desk.read, sorted(set(first)))
        terms = {row.offer: partners.terms_of(row) for rows in offered.values() for row in rows}
        return {row.stream: (row, partners.details_of(row)) for row in partner_rows}, terms

    rows, offers = desk.memory.partners.get_or_make(("files", first), read)
    return [
        replace(one, facts=_facts(desk, dossier, *rows[one.partner], one, offers, sent.get(one.partner, ())))
        for one in near
    ]


def _facts(
    desk: Desk,
    dossier: Dossier,
    row: Any,
    details: PartnerDetails,
    near: FittingOffer,
    offers: Mapping[UUID, OfferTerms],
    sent: Sequence[Any],
) -> french.Facts:
    """Returns what helps to choose, without what nobody knows: when, seats, distance, freshness, answers."""
    home = row.commune == dossier.commune != ""
    return french.facts(
        offers.get(near.offer) if near.offer else None,
        hours=hours.now_in_french(details.hours, desk.engine.clock(), desk.zone),
        where=listed(typeset(row.town), french.HOME if home else french.phrase_distance(near.away, near.placed)),
        confirmed=french.confirmed(row.confirmed, row.checked, desk.today),
        answers=french.answers(sent, desk.today),
        details=details,
    )


# --- the middle of each commune: of its outline, or of the partners there that have coordinates


def middles_of_communes(desk: Desk) -> Mapping[str, Point]:
    """Returns the middles that are known, by the code of the commune."""
    return desk.memory.partners.get_or_make(
        "middles", lambda: partner_search.middles(desk.read) | middles(catalogue_of(desk).outlines)
    )


def middle_of_site(desk: Desk, site: str) -> Point | None:
    """Returns the middle of the commune of a site."""
    code = stated_or_guessed(catalogue_of(desk).territory, desk.refs.structure.sites).sites.get(site)
    return middles_of_communes(desk).get(code or "")


def catalogue_of(desk: Desk) -> Catalogue:
    """Returns the catalogue as this page reads it."""
    found = desk.state(desk.served.opened.stream("catalogue"))
    return found if isinstance(found, Catalogue) else Catalogue()
