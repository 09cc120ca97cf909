"""Sentences of the links that partners answer by."""

from pixflow.events import dossier as e
from pixflow.events.base import Event
from web.french import vocabulary
from web.french.events.fields import EventContext
from web.french.phrases import listed, noted
from web.french.typography import de, say, upper_first

TITLES = {
    "dossier.PartnerLinkIssued": "Lien d’un partenaire",
    "dossier.PartnerLinkMailed": "Courriel à un partenaire",
    "dossier.PartnerLinkReturned": "Courriel refusé, à un partenaire",
    "dossier.PartnerLinkRevoked": "Lien d’un partenaire révoqué",
    "dossier.ReferralSeen": "Demande lue par un partenaire",
    "dossier.AnswerPromised": "Réponse promise par un partenaire",
    "dossier.OutcomeReported": "Nouvelles d’un partenaire",
}


def sentence(event: Event, context: EventContext) -> str:
    """Returns the sentence of an event about a link, "" for other events."""
    referral = getattr(event, "referral", None)
    partner, label = context.referral(referral) if referral else ("", "")
    about = f" ({label})" if label else ""
    match event:
        case e.PartnerLinkIssued(channel=channel, until=until, address=address, purpose=purpose):
            why = "demander l’issue" if purpose == "outcome" else "répondre"
            text = say("Lien {how} pour {why} : {partner}{about}", how=vocabulary.LINK_CHANNELS[channel], why=why,
                       partner=partner, about=about)  # fmt: skip
            asked = event.asked and "à sa demande"
            return listed(text, address, asked, f"valable jusqu’au {context.day(until)}")
        case e.PartnerLinkMailed():
            return say("Courriel parti à {partner}{about}", partner=partner, about=about)
        case e.PartnerLinkReturned():
            return say("Courriel à {partner} refusé, adresse inconnue{about}", partner=partner, about=about)
        case e.PartnerLinkRevoked():
            return say("Lien {of} révoqué{about}", of=de(partner), about=about)
        case e.ReferralSeen():
            return upper_first(say("{partner} a lu la demande{about}", partner=partner, about=about))
        case e.AnswerPromised(until=until):
            text = "{partner} étudie la demande et répond avant le {day}{about}"
            return upper_first(say(text, partner=partner, day=context.day(until), about=about))
        case e.OutcomeReported(outcome=outcome, day=day, note=note):
            return _reported(partner, outcome, context.day(day), about, note)
    return ""


def _reported(partner: str, outcome: str, day: str, about: str, note: str) -> str:
    text = "Selon {partner}, la personne {said} le {day}{about}"
    return noted(say(text, partner=partner, said=vocabulary.REPORTS[outcome], day=day, about=about), note, " — ")
