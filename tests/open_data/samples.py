"""Invented files of places, written as the two standards publish them."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

TODAY = date(2026, 11, 27)
TERRITORY = Path(__file__).parents[3] / "shared" / "data" / "territory"
"""Real samples, where they stand beside the checkout."""
COLUMNS_1_0 = (
    "id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse", "complement_adresse", "latitude",
    "longitude", "typologie", "telephone", "courriels", "site_web", "horaires", "presentation_resume",
    "presentation_detail", "source", "itinerance", "structure_parente", "date_maj", "services",
    "publics_specifiquement_adresses", "prise_en_charge_specifique", "frais_a_charge",
    "dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels", "modalites_acces",
    "modalites_accompagnement", "fiche_acces_libre", "prise_rdv",
)  # fmt: skip
COLUMNS_0_1 = (
    "id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse", "latitude", "longitude", "telephone",
    "courriel", "horaires", "source", "date_maj", "services", "publics_accueillis", "conditions_acces",
    "labels_nationaux", "modalites_accompagnement",
)  # fmt: skip
PLACE: dict[str, Any] = {
    "id": "lieu-1",
    "pivot": "13002526500013",
    "nom": "Espace numérique des Tanneurs",
    "commune": "L'Aigle",
    "code_postal": "61300",
    "code_insee": "61214",
    "adresse": "3 rue des Tanneurs",
    "latitude": "48.7611",
    "longitude": "0.6286",
    "source": "invented",
    "date_maj": "2026-05-12",
    "services": "Maîtrise des outils numériques du quotidien|Compréhension du monde numérique",
    "dispositif_programmes_nationaux": "Certification PIX",
    "horaires": "Mo-Fr 09:00-12:00",
}
SERVICE: dict[str, Any] = {
    "source": "invented",
    "structure_id": "invented--s1",
    "id": "invented--1",
    "nom": "Atelier d'écriture",
    "description": "Lire et écrire.\nDeux fois par semaine.",
    "commune": "L'Aigle",
    "code_postal": "61300",
    "code_insee": "61214",
    "adresse": "3 rue des Tanneurs",
    "longitude": 0.6286,
    "latitude": 48.7611,
    "date_maj": date(2026, 5, 12),
    "type": "formation",
    "thematiques": ["lecture-ecriture-calcul--maitriser-le-francais"],
    "modes_accueil": ["en-presentiel"],
    "nombre_semaines": 3.0,
    "frais": None,
}


def mediation(*rows: dict[str, Any], columns: Sequence[str] = COLUMNS_1_0, delimiter: str = ",") -> bytes:
    """Returns a CSV file of "lieux de médiation numérique": each row is PLACE, but for what it says."""
    out = io.StringIO()
    writer = csv.DictWriter(
        out, columns, extrasaction="ignore", delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL
    )
    writer.writeheader()
    writer.writerows(PLACE | row for row in rows)
    return out.getvalue().encode()


def mediation_json(*rows: dict[str, Any]) -> bytes:
    """Returns a JSON file: fields without a value are absent."""
    return json.dumps([{key: value for key, value in (PLACE | row).items() if value} for row in rows]).encode()


def inclusion_json(*rows: dict[str, Any]) -> bytes:
    """Returns services as data·inclusion publishes them: days are milliseconds, nulls are there."""
    return json.dumps([_plain(SERVICE | row) for row in rows]).encode()


def inclusion_csv(*rows: dict[str, Any]) -> bytes:
    """Returns services as pandas writes them: a list is the text of a Python list."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(SERVICE), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(SERVICE | row for row in rows)
    return out.getvalue().encode()


def inclusion_geojson(*rows: dict[str, Any]) -> bytes:
    """Returns features with real lists and ISO dates, and the coordinates in their geometry alone."""
    features = []
    for row in rows:
        properties = SERVICE | row
        point = [properties.pop("longitude"), properties.pop("latitude")]
        geometry = {"type": "Point", "coordinates": point} if all(point) else None
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return json.dumps({"type": "FeatureCollection", "features": features}, default=str).encode()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: _milliseconds(value) if isinstance(value, date) else value for key, value in row.items()}


def _milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
