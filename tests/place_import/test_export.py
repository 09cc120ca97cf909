"""Exports of the partners: each standard's rules hold, and a structure that reads its own export changes nothing."""

import csv
import io
import json
import re
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from data_inclusion.schema import v1
from hypothesis import given
from hypothesis import strategies as st

from pixflow.events.values import PartnerDetails
from pixflow.open_data import read, words
from pixflow.open_data.opening_hours import week
from pixflow.partners.state import Territory
from pixflow.place_import.export import COLUMNS, ExportedPartner, inclusion_json, mediation_csv, own_source
from pixflow.place_import.plan import identified, plan
from tests.open_data.samples import COLUMNS_1_0

TODAY = date(2026, 6, 15)
OWN = own_source(UUID(int=7))
HERE = Territory(communes=("61214",))
PATTERNS = {
    "pivot": r"[a-zA-Z0-9]{9,14}", "code_postal": r"\d{5}", "telephone": r"(?:\+\d{6,14})?", "nom": r"(?s).+",
    "site_web": r"(?:https?://\S+)?", "date_maj": r"\d{4}-\d\d-\d\d", "latitude": r"(?:-?\d+\.\d+)?",
}  # fmt: skip
REQUIRED = ("id", "pivot", "nom", "commune", "code_postal", "adresse", "date_maj")
LISTS = {
    "services": words.SERVICES, "modalites_accompagnement": words.SUPPORT, "modalites_acces": words.ACCESS,
    "publics_specifiquement_adresses": words.AUDIENCES, "prise_en_charge_specifique": words.SPECIAL_CARE,
    "dispositif_programmes_nationaux": words.LABELS, "frais_a_charge": words.FEES,
}  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


def chosen(*standard: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(standard) | TEXT, max_size=3).map(tuple)


DETAILS = st.builds(
    PartnerDetails,
    name=TEXT.map(str.strip).filter(bool),
    siret=st.sampled_from(["", "13002526500013"]),
    commune=st.sampled_from(["61214", "", "99999"]),
    town=st.just("L'Aigle") | TEXT,
    postal_code=st.sampled_from(["61300", "", "613"]),
    address=st.sampled_from(["", "=1+1"]) | TEXT,
    point=st.none() | st.just((48.7611, 0.6286)),
    phone=st.sampled_from(["", "02 33 00 00 01", "+33233000101", "17", "demander"]),
    email=st.sampled_from(["", "epn@example.org", "a@b", "x y@z.fr"]),
    website=st.sampled_from(["", "https://exemple.fr/a", "http://é.fr", "javascript:1", "https://"]),
    hours=st.sampled_from(["", "Mo-Fr 09:00-12:00", "le mardi"]),
    summary=TEXT,
    services=chosen(*words.SERVICES),
    labels=chosen(*words.LABELS),
    fees=chosen(*words.FEES),
    networks=chosen(*words.NETWORKS),
    kinds=chosen("ML", "ASSO"),
    itinerant=st.booleans(),
)
PARTNERS = st.lists(DETAILS.map(lambda details: ExportedPartner(uuid4(), details, TODAY)), min_size=1, max_size=4)


def test_the_columns_are_those_of_the_standard() -> None:
    assert COLUMNS == COLUMNS_1_0


@given(PARTNERS)
def test_an_export_of_1_0_2_follows_its_rules_and_tells_its_own_structure_nothing(
    partners: list[ExportedPartner],
) -> None:
    data = mediation_csv(partners, OWN, TODAY)
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    for row in rows:
        assert all(row[name] for name in REQUIRED), row
        assert all(re.fullmatch(pattern, row[name]) for name, pattern in PATTERNS.items()), row
        assert all(set(filter(None, row[name].split("|"))) <= set(standard) for name, standard in LISTS.items()), row
        assert not row["horaires"] or week(row["horaires"]) is not None
        assert not any(row[name].startswith(("=", "-", "@")) for name in ("nom", "adresse", "commune"))
    if rows:
        _tells_nothing(data, len(rows))


@given(PARTNERS)
def test_an_export_of_data_inclusion_validates_with_its_schema(partners: list[ExportedPartner]) -> None:
    data = inclusion_json(partners, OWN, TODAY)
    rows: list[dict[str, Any]] = json.loads(data)
    for row in rows:
        v1.Structure.model_validate(row)
    if rows:
        _tells_nothing(data, len(rows))


def _tells_nothing(data: bytes, count: int) -> None:
    found = identified(read(data, TODAY))
    made = plan(found, data, HERE, (), own=OWN)
    assert not made.tells
    assert (made.unchanged, made.outside) == (count, ()), found.problems


def test_an_export_reads_back_as_it_was() -> None:
    details = PartnerDetails(
        name="EPN", siret="13002526500013", commune="61214", town="L'Aigle", postal_code="61300",
        address="5 place du Parc", point=(48.7611, 0.6286), phone="+33233000101", email="epn@example.org",
        website="https://exemple.fr/", hours="Mo-Fr 09:00-12:00", services=words.SERVICES[:2],
        labels=("France Services",), fees=("Gratuit",), itinerant=True, summary="Aide, sans rendez-vous.",
    )  # fmt: skip
    (place,) = read(mediation_csv([ExportedPartner(uuid4(), details, TODAY)], "x", TODAY), TODAY).places
    names = ("name", "siret", "address", "point", "phone", "email", "website", "hours", "services", "labels", "fees")
    assert [getattr(place, name) for name in names] == [getattr(details, name) for name in names]
    assert (place.itinerant, place.insee, place.summary) == (True, "61214", details.summary)
