"""Words for an import of places, and for the territory."""

from collections.abc import Collection, Sequence

from pixflow.open_data.communes import communes, groupings
from pixflow.partners.state import Catalogue, Territory
from web.french.phrases import listed
from web.french.typography import plural, say, typeset

REASONS: dict[str, str] = {
    "near": "au même endroit",
    "address": "même adresse",
    "siret": "même SIRET",
    "phone": "même téléphone",
    "email": "même courriel",
    "name": "même nom",
    "name-close": "noms proches",
    "same-name": "même nom, dans la même commune",
}


def territory(territory: Territory) -> str:
    """Returns a territory in words."""
    named = [groupings().get(siren, siren) for siren in territory.groupings]
    alone = [communes()[code].name if code in communes() else code for code in territory.communes]
    around = say("et {radius} km autour", radius=territory.radius) if territory.radius else ""
    return say("Territoire : {parts}", parts=listed(*map(typeset, (*named, *alone)), around) or "à dire")


def outlines(catalogue: Catalogue, codes: Collection[str]) -> str:
    """Returns how many communes have an outline, and how many of the territory have none; "" without any."""
    if not catalogue.outlines:
        return ""
    count = plural(len(catalogue.outlines), "commune dessinée", "communes dessinées")
    said = say("{count}. Source : {credit}.", count=count, credit=catalogue.credit)
    bare = len(set(codes) - catalogue.outlines.keys())
    left = plural(bare, "commune du territoire n’a pas", "communes du territoire n’ont pas")
    return say("{said} {left} de contour.", said=said, left=left) if bare else said


CALLED = "Une personne à joindre y est notée."


def phrase_receipt(is_empty: bool, is_undone: bool, is_left: bool) -> str:
    """Returns the title of the receipt of an import; `is_left`: its undo left something."""
    if is_empty:
        return "Aucun lieu enregistré"
    if not is_undone:
        return "Lieux enregistrés"
    return "Import annulé en partie" if is_left else "Import annulé"


def phrase_duplicate(name: str, other: str, commune: str, reasons: Sequence[str]) -> str:
    """Returns the sentence of two files that may be of one place."""
    why = ", ".join(REASONS[reason] for reason in reasons)
    return say(
        "Peut-être le même lieu, à {commune} : {name} et {other} ({why})",
        commune=commune,
        name=name,
        other=other,
        why=why,
    )


COLUMNS: dict[str, str] = {
    "nom": "Nom du lieu",
    "commune": "Commune",
    "code_postal": "Code postal",
    "code_insee": "Code Insee de la commune",
    "adresse": "Adresse",
    "complement_adresse": "Complément d’adresse",
    "telephone": "Téléphone",
    "courriels": "Courriel",
    "site_web": "Site web",
    "prise_rdv": "Prise de rendez-vous (adresse web)",
    "horaires": "Horaires",
    "presentation_resume": "Présentation",
    "services": "Services",
    "publics_specifiquement_adresses": "Publics",
    "prise_en_charge_specifique": "Prises en charge",
    "dispositif_programmes_nationaux": "Programmes et labels",
    "frais_a_charge": "Frais",
    "modalites_accompagnement": "Accompagnement",
    "typologie": "Type de lieu",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "pivot": "SIRET",
    "id": "Identifiant dans la liste",
    "source": "Source",
    "date_maj": "Date de mise à jour",
}
"""Readings of a column of a table, by their names in the standard 1.0.2."""
USUAL: dict[str, str] = {
    "nom": "nom", "structure": "nom", "nom du lieu": "nom", "nom de la structure": "nom", "lieu": "nom",
    "organisme": "nom", "partenaire": "nom", "denomination": "nom", "raison sociale": "nom", "association": "nom",
    "commune": "commune", "ville": "commune", "localite": "commune",
    "cp": "code_postal", "code postal": "code_postal",
    "insee": "code_insee", "code insee": "code_insee", "code commune": "code_insee",
    "adresse": "adresse", "rue": "adresse", "voie": "adresse", "adresse postale": "adresse",
    "complement": "complement_adresse", "complement d adresse": "complement_adresse",
    "tel": "telephone", "telephone": "telephone", "numero de telephone": "telephone",
    "mail": "courriels", "email": "courriels", "e mail": "courriels", "courriel": "courriels",
    "adresse mail": "courriels",
    "site": "site_web", "site web": "site_web", "site internet": "site_web", "url": "site_web",
    "horaires": "horaires", "heures d ouverture": "horaires", "horaires d ouverture": "horaires",
    "presentation": "presentation_resume", "description": "presentation_resume", "activites": "presentation_resume",
    "services": "services", "public": "publics_specifiquement_adresses", "publics": "publics_specifiquement_adresses",
    "label": "dispositif_programmes_nationaux", "labels": "dispositif_programmes_nationaux",
    "tarif": "frais_a_charge", "tarifs": "frais_a_charge", "cout": "frais_a_charge", "type": "typologie",
    "latitude": "latitude", "lat": "latitude", "longitude": "longitude", "lon": "longitude", "lng": "longitude",
    "siret": "pivot", "identifiant": "id", "id": "id", "source": "source",
    "date": "date_maj", "date de mise a jour": "date_maj", "mise a jour": "date_maj", "maj": "date_maj",
}  # fmt: skip
"""Usual titles of columns, without accents."""


def why_doubtful(name: str, reasons: Sequence[str]) -> str:
    """Returns why a place may be another one."""
    return say("ressemble à {name} : {why}", name=name, why=", ".join(REASONS[reason] for reason in reasons))


def why_unplaced(place: str) -> str:
    return say("la commune n’est pas reconnue ({place}) : est-il dans le territoire ?", place=place)


APART, ASIDE = "L’inscrire : ce n’est pas le même lieu", "Le mettre de côté"
UNPLACED_APART = "L’inscrire : il est dans le territoire"


def same_as(name: str) -> str:
    return say("C’est {name} : les réunir", name=name)
