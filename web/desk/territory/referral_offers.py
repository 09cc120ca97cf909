"""The offers that a referral may use: those of the action's proposal, the nearest of the site first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from pixflow.dossier.parcours_state import ActionState
from pixflow.dossier.state import Dossier
from pixflow.engine import Step
from pixflow.events.values import OfferTerms, Partner
from pixflow.identity import normalise
from pixflow.open_data.coordinates import kilometres
from pixflow.open_data.place import Point
from pixflow.partners.catalogue_state import Catalogue
from pixflow.partners.listing import use_partner
from pixflow.place_import.outlines import middles
from pixflow.place_import.territory import middle, stated_or_guessed
from projections.territory import partner_search, partners, referrals
from web.desk.desk import Desk
from web.french import validation
from web.french.phrases import listed
from web.french.territory import hours
from web.french.territory import partners as french
from web.french.typography import say, typeset

MOST = 8
"""Offers of a form: beyond, the list of partners has them."""


ALTERNATIVES = 3
"""Offers beside the form that chases a silent partner."""
EITHER = "Choisissez une offre de la liste, ou écrivez un autre nom : pas les deux."


class ReferralChoice(Protocol):
    """The form of a referral: an offer of a listed partner, or a free name."""

    @property
    def offered(self) -> tuple[UUID, UUID] | None: ...

    @property
    def partner(self) -> str: ...

    @property
    def contact(self) -> UUID | None: ...

    @property
    def on(self) -> date: ...


@dataclass(frozen=True, slots=True)
class FittingOffer:
    """An open offer of a listed partner. `asked` says what became of a referral there for this action, "" for none."""

    partner: UUID
    offer: UUID
    name: str
    label: str
    kilometres: float | None
    accepted: float
    asked: str
    about: str

    @property
    def value(self) -> str:
        return f"{self.partner}:{self.offer}"


def fitting(desk: Desk, dossier: Dossier, action: UUID) -> list[FittingOffer]:
    """Returns the offers for an action, those not asked yet and the nearest first; then those most often accepted."""
    state = dossier.parcours.actions.get(action)
    proposal = state.action.proposal if state else None
    if state is None or proposal is None:
        return []
    bands, here, asked = _bands(desk, proposal), _middle_of_site(desk, dossier.site), _asked(desk, state)
    found = []
    for row, terms in _open_offers(desk):
        if fits(terms, proposal, bands, dossier.programme):
            away = kilometres(here, (row.latitude, row.longitude)) if here and row.latitude is not None else None
            found.append(_Near(row.stream, row.offer, row.name, terms.label, away, asked.get(row.stream, "")))
    return _chosen(desk, found)


def _open_offers(desk: Desk) -> Sequence[tuple[Any, OfferTerms]]:
    """Returns every open offer with its terms, from memory until the next event."""
    key, counts = "open-offers", desk.memory.counts
    return counts.get(key) or counts.put(key, [(row, partners.terms_of(row)) for row in partners.offered(desk.read)])


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


def check(desk: Desk, dossier: Dossier, form: ReferralChoice) -> dict[str, str]:
    """Asks for an offer or a name, one of them; an offer closed meanwhile is chosen again."""
    if form.offered and chosen(desk, *form.offered) is None:
        return {"offered": "Cette offre n’est plus ouverte : choisissez-en une autre."}
    if not form.offered and not form.partner:
        return {"partner": validation.invalid("missing", {})}
    return {"partner": EITHER} if form.offered and form.partner else {}


def uses(desk: Desk, dossier: Dossier, form: ReferralChoice) -> Sequence[Step]:
    """Returns the use of a listed partner, noted on its own file."""
    return [Step({"partner": form.offered[0]}, use_partner, {"on": form.on})] if form.offered else []


def listed_email(desk: Desk, partner: UUID) -> str:
    """Returns the e-mail address of a partner's file, "" for none."""
    row = partners.one(desk.read, partner)
    return row.email if row else ""


def _bands(desk: Desk, proposal: str) -> list[tuple[int, int]]:
    bands = desk.refs.grille(desk.today).document.bands
    return [(band.low, band.high) for band in bands if any(one.id == proposal for one in band.proposals)]


def _sent(desk: Desk, streams: Iterable[UUID]) -> Mapping[UUID, list[Any]]:
    """Returns the referrals to each partner, to those joined to it, and to the names that mean it."""
    wanted = set(streams)
    joined, names = partners.joined_to(desk.read, wanted), partners.names_of(desk.read, wanted)
    found: dict[UUID, list[Any]] = {}
    for row in referrals.of_partners(desk.read, sorted({*wanted, *joined}), sorted(names)):
        of = joined.get(row.partner, row.partner) if row.partner else names[row.sort]
        found.setdefault(of, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Near:
    """An offer that fits, with what orders it first."""

    partner: UUID
    offer: UUID
    name: str
    label: str
    away: float | None
    asked: str

    @property
    def order(self) -> tuple[bool, bool, float]:
        return self.asked != "", self.away is None, self.away or 0


def _chosen(desk: Desk, found: Sequence[_Near]) -> list[FittingOffer]:
    """Returns the first ones; the answers of partners are read of those only that are near enough to be among them."""
    ranks = sorted(one.order for one in found)
    near = [one for one in found if one.order <= ranks[:MOST][-1]]
    sent = _sent(desk, {one.partner for one in near})
    accepted = {one.partner: _accepted(sent.get(one.partner, ())) for one in near}
    near.sort(key=lambda one: (*one.order, -accepted[one.partner], one.name))
    rows = {row.stream: row for row in partner_search.of_streams(desk.read, [one.partner for one in near[:MOST]])}
    return [
        FittingOffer(
            one.partner,
            one.offer,
            one.name,
            one.label,
            one.away,
            accepted[one.partner],
            one.asked,
            _about(desk, rows[one.partner], one.away, sent.get(one.partner, ()), one.asked),
        )
        for one in near[:MOST]
    ]


def _accepted(sent: Sequence[Any]) -> float:
    """Returns the share of the answers that accepted."""
    answers = [one.answer for one in sent if one.answer]
    return answers.count("accepted") / len(answers) if answers else 0


def _about(desk: Desk, row: Any, away: float | None, sent: Sequence[Any], asked: str) -> str:
    """Returns what helps to choose: what they said before, place, distance, answers, how they answer, freshness."""
    details = partners.details_of(row)
    return listed(
        asked,
        typeset(row.town),
        say("à {km} km", km=round(away)) if away is not None and away >= 1 else "",
        french.answers(sent, desk.today),
        french.way(details),
        french.confirmed(row.confirmed, desk.today),
        hours.now_in_french(details.hours, desk.engine.clock(), desk.zone),
    )


def _middle_of_site(desk: Desk, site: str) -> Point | None:
    """Returns the middle of the commune of a site: of its outline, or of the partners there."""
    found = desk.state(desk.served.opened.stream("catalogue"))
    catalogue = found if isinstance(found, Catalogue) else Catalogue()
    code = stated_or_guessed(catalogue.territory, desk.refs.structure.sites).sites.get(site)
    if code is None:
        return None
    if outline := catalogue.outlines.get(code):
        return middles({code: outline})[code]
    points = partners.points_of(desk.read, code)
    return middle(points) if points else None
