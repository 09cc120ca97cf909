"""The form of a referral: what a blank one shows, and what is refused of a sent one."""

from collections.abc import Mapping
from typing import Any

from pixflow.dossier.state import Dossier
from pixflow.identity import normalise
from web.desk.desk import Desk
from web.desk.territory import contacts, referral_offers
from web.desk.territory.referral_offers import ReferralChoice

ELSEWHERE = "Cette personne n’est pas à joindre chez ce partenaire : choisissez l’offre où elle travaille."


def referring(desk: Desk, dossier: Dossier, action: str) -> Mapping[str, Any]:
    """Names the partner that the grid has for the proposal, by its offer when it is listed; none asked already."""
    state = next((known for id, known in dossier.parcours.actions.items() if str(id) == action), None)
    kept = state.action if state else None
    bands = desk.refs.grille(desk.today).document.bands
    proposals = [proposal for band in bands for proposal in band.proposals if kept and proposal.id == kept.proposal]
    named = (proposals[0].partner if proposals else "") or ""
    meant = referral_offers.meant(desk, named)
    offers = referral_offers.fitting(desk, dossier, kept.id) if kept and meant else []
    same = next((one for one in offers if one.partner == meant), None)
    tried = state is not None and normalise(named) in {normalise(one.partner.name) for one in state.referrals}
    if tried or (same and same.asked):
        return {}
    return {"offered": same.value if same else "", "partner": "" if same else named}


def check(desk: Desk, dossier: Dossier, form: ReferralChoice) -> dict[str, str]:
    """Asks for an offer or a name, one of them; somebody to call works at the partner of the offer."""
    if form.contact and not (form.offered and contacts.is_of(desk, form.contact, form.offered[0])):
        return {"contact": ELSEWHERE}
    return referral_offers.check(desk, dossier, form)
