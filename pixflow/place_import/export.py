"""Exports of the partners of a structure: "lieux de médiation numérique" 1.0.2 (CSV), data·inclusion v1 (JSON).

Each value follows the rules of its standard, or is left out. A partner without a commune is left out.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.events.values import PartnerDetails
from pixflow.identity import guarded, phone
from pixflow.open_data import words
from pixflow.open_data.communes import communes
from pixflow.open_data.opening_hours import week

COLUMNS = (
    "id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse", "complement_adresse", "latitude",
    "longitude", "typologie", "telephone", "courriels", "site_web", "horaires", "presentation_resume",
    "presentation_detail", "source", "itinerance", "structure_parente", "date_maj", "services",
    "publics_specifiquement_adresses", "prise_en_charge_specifique", "frais_a_charge",
    "dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels", "modalites_acces",
    "modalites_accompagnement", "fiche_acces_libre", "prise_rdv",
)  # fmt: skip
UNKNOWN_PIVOT = "0" * 14
NO_ADDRESS = "Non renseignée"
"""The standard wants an address."""
SHORTEST, LONGEST = 3, 150
"""Characters of a name in data·inclusion."""
SHORTEST_TEXT, LONGEST_TEXT = 5, 10_000
_EMAIL = re.compile(r"[a-zA-Z0-9._%+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,}")
_WEB = re.compile(r"https?://[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::\d{1,4})?(?:/[\x21\x23-\x5b\x5d\x5f\x61-\x7a\x7e]*)?")
_KIND = re.compile(r"[A-Z][A-Z0-9_]*")
_POSTAL_CODE = re.compile(r"[0-9]{5}")


class ExportedPartner(Struct, frozen=True):
    """A partner, and the last day that somebody confirmed its file."""

    stream: UUID
    details: PartnerDetails
    confirmed: date | None


def own_source(catalogue: UUID) -> str:
    """Returns the source of the exports of a structure: an import of its own export tells it nothing."""
    return f"pixflow-{catalogue.hex[:12]}"


def mediation_csv(partners: Iterable[ExportedPartner], source: str, today: date) -> bytes:
    """Returns the file of the standard 1.0.2: comma, cells that are there quoted, UTF-8 without BOM."""
    rows = (_mediation(one, source, today) for one in partners)
    lines = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows if row)]
    cells = ([cell and '"' + cell.replace('"', '""') + '"' for cell in line] for line in lines)
    return "".join(",".join(line) + "\n" for line in cells).encode()


def inclusion_json(partners: Iterable[ExportedPartner], source: str, today: date) -> bytes:
    """Returns the structures of data·inclusion v1, as an array of objects without nulls."""
    rows = (_inclusion(one, source, today) for one in partners)
    return msgspec.json.format(msgspec.json.encode([row for row in rows if row]), indent=1)


def _mediation(partner: ExportedPartner, source: str, today: date) -> Mapping[str, str]:
    details, place = partner.details, _placed(partner.details)
    if not place:
        return {}
    latitude, longitude = details.point or ("", "")
    return {
        **place,
        "id": str(partner.stream),
        "pivot": details.siret or UNKNOWN_PIVOT,
        "nom": guarded(details.name),
        "adresse": guarded(details.address) or NO_ADDRESS,
        "complement_adresse": guarded(details.complement),
        "latitude": str(latitude),
        "longitude": str(longitude),
        "typologie": "|".join(kind for kind in details.kinds if _KIND.fullmatch(kind)),
        "telephone": _phone(details.phone),
        "courriels": _matching(_EMAIL, details.email),
        "site_web": _matching(_WEB, details.website),
        "horaires": _hours(details.hours),
        "presentation_resume": guarded(details.summary),
        "source": source,
        "itinerance": "Itinérant" if details.itinerant else "",
        "date_maj": (partner.confirmed or today).isoformat(),
        **{column: _of(standard, getattr(details, name)) for name, (standard, (column, *_)) in words.LISTS.items()},
        "prise_rdv": _matching(_WEB, details.booking),
    }


def _inclusion(partner: ExportedPartner, source: str, today: date) -> Mapping[str, Any]:
    details, place = partner.details, _placed(partner.details)
    if not place:
        return {}
    latitude, longitude = details.point or (None, None)
    fields: dict[str, Any] = {
        "source": source,
        "id": f"{source}--{partner.stream}",
        "nom": details.name[:LONGEST] if len(details.name) >= SHORTEST else f"{details.name} ({place['commune']})",
        "date_maj": (partner.confirmed or today).isoformat(),
        "description": details.summary[:LONGEST_TEXT] if len(details.summary) >= SHORTEST_TEXT else "",
        "siret": details.siret,
        **place,
        "adresse": details.address,
        "complement_adresse": details.complement,
        "longitude": longitude,
        "latitude": latitude,
        "telephone": _phone(details.phone),
        "courriel": _matching(_EMAIL, details.email),
        "site_web": _matching(_WEB, details.website),
        "horaires_accueil": _hours(details.hours),
    }
    networks = [word for word in details.networks if word in words.NETWORKS]
    return {name: value for name, value in fields.items() if value not in ("", None)} | {"reseaux_porteurs": networks}


def _placed(details: PartnerDetails) -> dict[str, str]:
    """Returns the commune and its codes; nothing without a name and a postal code."""
    commune = communes().get(details.commune)
    postal_code = details.postal_code or (commune.postal_codes[0] if commune and commune.postal_codes else "")
    town = commune.name if commune else details.town
    if not town or not _POSTAL_CODE.fullmatch(postal_code):
        return {}
    return {"commune": guarded(town), "code_postal": postal_code, "code_insee": commune.code if commune else ""}


def _of(standard: Collection[str], values: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(value for value in values if value in standard))


def _phone(text: str) -> str:
    """Returns a telephone as +33233000101, "" when it is none."""
    try:
        return phone(text)
    except ValueError:
        return ""


def _hours(text: str) -> str:
    try:
        week(text)
    except ValueError:
        return ""
    return text


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""
