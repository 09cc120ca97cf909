"""Words for a partner's file and for an offer: labels of their fields, and their values."""

from collections.abc import Iterable, Mapping

from pixflow.events.values import OfferKind, OfferTerms, PartnerDetails
from web.french.territory.hours import in_french
from web.french.typography import percent, phone, yes_no

FIELDS: dict[str, str] = {
    "name": "Nom",
    "kinds": "Type de lieu",
    "siret": "SIRET",
    "address": "Adresse",
    "complement": "Complément d’adresse",
    "commune": "Code de la commune",
    "town": "Commune",
    "postal_code": "Code postal",
    "point": "Coordonnées",
    "phone": "Téléphone",
    "email": "Courriel",
    "website": "Site web",
    "booking": "Prise de rendez-vous",
    "hours": "Horaires",
    "summary": "Présentation",
    "services": "Services",
    "thematics": "Thématiques",
    "audiences": "Publics",
    "special_care": "Prises en charge",
    "fees": "Frais",
    "labels": "Programmes et labels",
    "networks": "Réseaux",
    "access": "Accès",
    "support": "Accompagnement",
    "itinerant": "Itinérant",
}
OFFER_KINDS: dict[str, str] = {
    "digital": "Remise à niveau numérique",
    "literacy": "Lire, écrire, compter",
    "general": "Formation générale",
    "specialised": "Formation spécialisée, métiers du numérique",
    "certification": "Certification",
    "access": "Lieu pour passer le test",
    "cafe": "Café numérique",
}
PROPOSED_OFFERS: dict[OfferKind, str] = {
    "digital": "Accompagnement numérique",
    "literacy": "Lire, écrire, compter",
    "general": "Numérique et emploi",
    "specialised": "Formation spécialisée",
    "certification": "Certification Pix",
    "access": "Postes et connexion",
    "cafe": "Passage itinérant",
}
"""Labels proposed for an offer, by its kind."""
CONTACTS: dict[str, str] = {
    "phone": "par téléphone",
    "email": "par courriel",
    "visit": "sur place",
    "form": "par un formulaire en ligne",
}
OFFER_TERMS: dict[str, str] = {
    "label": "Offre",
    "kind": "Genre d’offre",
    "bands": "Tranches",
    "proposals": "Propositions de la grille",
    "programmes": "Programmes",
    "language": "Langue",
    "cost": "Coût",
    "seats": "Places",
    "days": "Jours",
    "contact": "Pour orienter",
    "bring": "À apporter",
}


SOURCES: dict[str, str] = {
    "": "Le fichier",
    "mednum": "Lieux de médiation numérique",
    "data-inclusion": "data·inclusion",
}


def source_name(source: str) -> str:
    """Returns a source as pages name it; a table of the team has no name of its own."""
    return "Un tableau de l’équipe" if source.startswith("table-") else SOURCES.get(source, source)


def of_details(details: PartnerDetails) -> list[tuple[str, str]]:
    """Returns the known fields of a partner's file, as label and value."""
    return [(label, of_field(field, value)) for field, label in FIELDS.items() if (value := getattr(details, field))]


def of_field(name: str, value: object) -> str:
    """Returns the value of a field of a file as people read it: a telephone by pairs, opening hours in French."""
    if name == "phone":
        return phone(str(value or ""))
    if name == "hours":
        return " · ".join(in_french(str(value or "")))
    return _text(value)


def of_terms(terms: OfferTerms, proposals: Mapping[str, str] = {}) -> list[tuple[str, str]]:
    """Returns the known fields of an offer, as label and value. `proposals` are labels of the grid, by id."""
    codes = {"kind": OFFER_KINDS[terms.kind], "contact": CONTACTS[terms.contact], "bands": bands(terms.bands),
             "proposals": tuple(proposals.get(one, one) for one in terms.proposals)}  # fmt: skip
    values = {field: codes.get(field, getattr(terms, field)) for field in OFFER_TERMS}
    return [(OFFER_TERMS[field], _text(value)) for field, value in values.items() if value not in ("", (), None)]


def bands(pairs: Iterable[tuple[int, int]]) -> str:
    """Returns bands like "0-40 %, 41-60 %"."""
    return ", ".join(f"{low}-{percent(high)}" for low, high in pairs)


def _text(value: object) -> str:
    match value:
        case bool():
            return yes_no(value)
        case tuple():
            return ", ".join(map(str, value))
    return str(value)
