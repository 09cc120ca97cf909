"""Words for the people to call at a partner."""

from pixflow.events import contact as e
from pixflow.events.base import Event
from web.french.phrases import EventWords

EVENTS: dict[type[Event], EventWords] = {
    e.ContactNamed: ("Personne à joindre", "Personne à joindre : {details.name}[, {details.role}]"),
    e.ContactRevised: (
        "Personne à joindre, à jour", "Personne à joindre, à jour : {details.name}[, {details.role}]",
    ),
    e.ContactMissed: ("Personne à joindre, injoignable", "Personne injoignable : {means}"),
    e.ContactLeft: ("Personne à joindre, partie", "Une personne à joindre a quitté le lieu"),
    e.ContactErased: ("Effacement (personne à joindre)", "Personne à joindre effacée : {reason}"),
}  # fmt: skip
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
