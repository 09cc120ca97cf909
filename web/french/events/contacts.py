"""Words for the people to call at a partner."""

from pixflow.events import contact as e
from pixflow.events.base import Event
from pixflow.events.values import ContactDetails
from web.french.events.fields import EMPTY, LABELS, EventContext
from web.french.phrases import listed
from web.french.territory.files import CONTACTS
from web.french.typography import phone, say

TITLES: dict[str, str] = {
    "contact.ContactNamed": "Personne à joindre",
    "contact.ContactRevised": "Personne à joindre, à jour",
    "contact.ContactMissed": "Personne à joindre, injoignable",
    "contact.ContactLeft": "Personne à joindre, partie",
    "contact.ContactErased": "Effacement (personne à joindre)",
}
REFUSALS: dict[str, str] = {
    "unknown-contact": "Cette personne n’est plus dans pixflow : rechargez la page.",
    "no-such-means": "Ce moyen n’est pas noté pour cette personne : rechargez la page.",
}
DECISIONS: dict[str, str] = {
    "name_contact": "noter une personne à joindre",
    "revise_contact": "mettre à jour une personne à joindre",
    "miss_contact": "noter qu’une personne est injoignable",
    "leave_partner": "noter qu’une personne a quitté un partenaire",
    "erase_contact": "effacer une personne à joindre",
}
MEANS: dict[str, str] = {
    "phone": "son téléphone ne répond plus, ou c’est celui de quelqu’un d’autre",
    "email": "son courriel revient",
}
MISSED: dict[str, str] = {"phone": "téléphone qui ne répond plus", "email": "courriel qui revient"}
ERASURES: dict[str, str] = {
    "left": "elle a quitté le lieu",
    "request": "elle le demande",
    "mistake": "elle a été notée par erreur",
}
DETAILS: dict[str, str] = {
    "name": "Nom", "role": "Rôle", "phone": "Téléphone", "email": "Courriel", "answers": "Répond", "note": "Note",
}  # fmt: skip


def sentence(event: Event, context: EventContext) -> str:
    """Returns the sentence of an event of a contact."""
    match event:
        case e.ContactNamed(details=details):
            return say("Personne à joindre : {name}", name=listed(details.name, details.role))
        case e.ContactRevised(details=details):
            return say("Personne à joindre, à jour : {name}", name=listed(details.name, details.role))
        case e.ContactMissed(means=means):
            return say("Personne injoignable : {means}", means=MISSED[means])
        case e.ContactLeft():
            return "Une personne à joindre a quitté le lieu"
        case e.ContactErased(reason=reason):
            return say("Personne à joindre effacée : {why}", why=ERASURES[reason])
    return ""


def rows(name: str, value: object, context: EventContext) -> list[tuple[str, str]] | None:
    """Returns the labels and values of a field that only these events have; None for any other field."""
    event = context.recorded.event
    match value:
        case ContactDetails():
            return _of_details(value)
        case str() if isinstance(event, e.ContactErased) and name == "reason":
            return [(LABELS[name], ERASURES[value])]
        case str() if isinstance(event, e.ContactMissed):
            return [(LABELS[name], MISSED[value])]
    return None


def _of_details(details: ContactDetails) -> list[tuple[str, str]]:
    codes = {"answers": CONTACTS[details.answers], "phone": phone(details.phone) if details.phone else ""}
    return [(label, codes.get(name, getattr(details, name)) or EMPTY) for name, label in DETAILS.items()]
