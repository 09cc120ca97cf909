"""Reads each format of both standards; keeps, warns of or refuses every row."""

import json
from datetime import date
from typing import Any

import pytest
from data_inclusion.schema import v1
from hypothesis import given
from hypothesis import strategies as st

from pixflow.open_data import PlaceFile, read, words
from pixflow.open_data.rows import MAX_BYTES, MAX_ROWS
from tests.open_data.samples import (
    COLUMNS_0_1,
    COLUMNS_1_0,
    PLACE,
    TODAY,
    inclusion_csv,
    inclusion_geojson,
    inclusion_json,
    mediation,
    mediation_json,
)


def warned(**row: Any) -> tuple[PlaceFile, list[str]]:
    found = read(mediation(row), TODAY)
    assert len(found.places) == 1
    return found, [one.code for one in found.problems if one.severity == "warning"]


def refused(data: bytes) -> list[tuple[int | None, str]]:
    return [(one.line, one.code) for one in read(data, TODAY).problems if one.severity == "refused"]


def test_a_place_of_1_0_is_read_whole() -> None:
    (place,) = read(mediation({}), TODAY).places
    assert (place.name, place.commune, place.insee, place.postal_code) == (PLACE["nom"], "L'Aigle", "61214", "61300")
    assert (place.point, place.siret, place.updated) == ((48.7611, 0.6286), PLACE["pivot"], date(2026, 5, 12))
    assert place.services == ("Maîtrise des outils numériques du quotidien", "Compréhension du monde numérique")
    assert place.labels == ("Certification PIX",)


@pytest.mark.parametrize("data", [mediation({}), mediation({}, delimiter=";"), mediation({}, delimiter="\t")])
def test_the_delimiter_is_the_one_that_makes_known_headers(data: bytes) -> None:
    assert read(data, TODAY).kind == "mednum-1.0"


def test_json_reads_as_csv() -> None:
    one, other = read(mediation({}), TODAY), read(mediation_json({"pivot": int(PLACE["pivot"])}), TODAY)
    assert one.kind == other.kind
    assert [place.name for place in one.places] == [place.name for place in other.places]
    assert other.places[0].siret == PLACE["pivot"]


def test_the_older_words_become_those_of_today() -> None:
    row = {
        "services": "Approfondir ma culture numérique;Prendre en main un ordinateur;Utiliser le numérique au quotidien",
        "labels_nationaux": "CNFS;France Services",
        "conditions_acces": "Gratuit : Je peux accéder gratuitement au lieu et à ses services",
    }
    found = read(mediation(row, columns=COLUMNS_0_1), TODAY)
    (place,) = found.places
    assert found.kind == "mednum-0.1"
    assert not found.problems
    assert place.services == (
        "Utilisation sécurisée du numérique",
        "Loisirs et créations numériques",
        "Compréhension du monde numérique",
        "Maîtrise des outils numériques du quotidien",
    )
    assert (place.labels, place.fees) == (("Conseillers numériques", "France Services"), ("Gratuit",))


def test_each_older_word_becomes_words_of_one_list() -> None:
    lists = (words.SERVICES, words.SUPPORT, words.AUDIENCES, words.LABELS, words.FEES)
    assert all(any(set(new) <= set(standard) for standard in lists) for new in words.OLDER.values())


@pytest.mark.parametrize("write", [inclusion_json, inclusion_csv, inclusion_geojson])
def test_a_service_of_data_inclusion_is_read_in_each_format(write: Any) -> None:
    found = read(write({}), TODAY)
    (place,) = found.places
    assert (found.kind, found.problems) == ("data-inclusion-services", ())
    assert (place.structure, place.thematics) == ("invented--s1", ("lecture-ecriture-calcul--maitriser-le-francais",))
    assert (place.updated, place.point, place.kinds) == (date(2026, 5, 12), (48.7611, 0.6286), ("formation",))
    assert place.summary == "Lire et écrire. Deux fois par semaine."


def test_a_file_of_a_feature_without_place_keeps_it() -> None:
    (place,) = read(inclusion_geojson({"latitude": None, "longitude": None}), TODAY).places
    assert place.point is None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (words.THEMATICS, v1.Thematique),
        (words.NETWORKS, v1.ReseauPorteur),
        (words.PUBLICS, v1.Public),
        (words.TYPES, v1.TypeService),
        (words.RECEPTION, v1.ModeAccueil),
        (words.MOBILISATION, v1.ModeMobilisation),
    ],
)
def test_the_lists_are_those_of_data_inclusion(ours: tuple[str, ...], theirs: Any) -> None:
    assert set(ours) == {one.value for one in theirs}


def test_a_word_of_no_list_is_kept_and_counted() -> None:
    found = read(mediation(*({"id": str(n), "services": "Robotique"} for n in range(3))), TODAY)
    assert {place.services for place in found.places} == {("Robotique",)}
    (problem,) = found.problems
    assert problem.code == "unknown-word"
    assert dict(problem.details) == {"column": "services", "word": "Robotique", "count": "3"}


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        ("0", "0", "coordinates-zero"),
        ("0.6286", "48.7611", "coordinates-swapped"),
        ("6853000", "500000", "coordinates-metres"),
        ("40.4", "-3.7", "coordinates-abroad"),
        ("48.7611", "", "coordinates-half"),
        ("nord", "est", "coordinates-unreadable"),
        ("nan", "inf", "coordinates-abroad"),
    ],
)
def test_coordinates_that_cannot_be_are_not_drawn(latitude: str, longitude: str, code: str) -> None:
    found, codes = warned(latitude=latitude, longitude=longitude)
    assert (found.places[0].point, codes) == (None, [code])


@pytest.mark.parametrize(("latitude", "longitude"), [("48,7611", "0,6286"), ("-21.11", "55.53"), ("14.6", "-61.07")])
def test_coordinates_of_all_of_france_are_drawn(latitude: str, longitude: str) -> None:
    found, codes = warned(latitude=latitude, longitude=longitude)
    assert found.places[0].point
    assert codes == []


def test_a_point_far_from_its_commune_is_not_drawn() -> None:
    data = mediation({"latitude": "48.43", "longitude": "0.09"})
    found = read(data, TODAY, middles={"61214": (48.76, 0.63)})
    assert (found.places[0].point, [one.code for one in found.problems]) == (None, ["coordinates-far"])


@pytest.mark.parametrize(
    ("row", "commune", "insee", "postal_code", "codes"),
    [
        ({"commune": "L AIGLE", "code_insee": ""}, "L'Aigle", "61214", "61300", []),
        ({"code_postal": "61214"}, "L'Aigle", "61214", "61300", ["postal-code-is-insee"]),
        ({"commune": "Longny-au-Perche", "code_insee": "61230", "code_postal": "61290"}, "Longny les Villages", "61230",
         "61290", []),
        ({"commune": "Antoigny", "code_insee": "61004", "code_postal": "61410"}, "La Ferté Macé", "61168", "61410",
         ["commune-merged"]),
        ({"commune": "Ambérieu-en-Bugey", "code_insee": "1004", "code_postal": "1500"}, "Ambérieu-en-Bugey", "01004",
         "01500", ["postal-code-zero-lost"]),
        ({"commune": "St Langis les Mortagne", "code_insee": "", "code_postal": "61400"},
         "Saint-Langis-lès-Mortagne", "61414", "61400", []),
        ({"commune": "", "code_insee": "", "code_postal": "61300"}, "", None, "61300", []),
        ({"commune": "Ajaccio", "code_insee": "", "code_postal": "20000"}, "Ajaccio", "2A004", "20000", []),
        ({"commune": "Nulle-Part", "code_insee": "99999", "code_postal": "61300"}, "Nulle-Part", None, "61300",
         ["insee-unknown"]),
        ({"code_postal": "61302"}, "L'Aigle", "61214", "61302", []),
        ({"code_postal": "6130A"}, "L'Aigle", "61214", "61300", ["postal-code-unreadable"]),
    ],
)  # fmt: skip
def test_a_commune_is_that_of_today(
    row: dict[str, str], commune: str, insee: str | None, postal_code: str, codes: list[str]
) -> None:
    found, warnings = warned(**row)
    (place,) = found.places
    assert (place.commune, place.insee, place.postal_code) == (commune, insee, postal_code)
    assert warnings == codes


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"horaires": "du lundi au vendredi"}, "hours-unreadable"),
        ({"horaires": "Mo-Fr 13:30-12:00"}, "hours-past-midnight"),
        ({"date_maj": "2027-01-01"}, "date-future"),
        ({"date_maj": "bientôt"}, "date-unreadable"),
        ({"site_web": "javascript:alert(1)"}, "website-unreadable"),
        ({"site_web": "http://127.0.0.1/"}, "website-unreadable"),
        ({"site_web": "https://mairie.fr@evil.example"}, "website-unreadable"),
        ({"site_web": "www.exemple.fr"}, "website-unreadable"),
        ({"prise_rdv": "http://localhost:8080/rdv"}, "website-unreadable"),
        ({"services": "['a', __import__('os')]"}, "list-unreadable"),
        ({"id": ""}, "id-missing"),
    ],
)
def test_a_value_that_cannot_be_warns_and_keeps_the_place(row: dict[str, str], code: str) -> None:
    assert warned(**row)[1] == [code]


@pytest.mark.parametrize("hours", ["24/7", "Mo-Fr 08:30-17:30; Tu 13:30-17:30", "We[1,3] 09:00-12:00; PH off", ""])
def test_hours_of_openstreetmap_are_read(hours: str) -> None:
    assert warned(horaires=hours)[1] == []


def test_a_row_without_name_or_without_commune_is_refused_with_its_line() -> None:
    nowhere = {"id": "2", "commune": "", "code_insee": "", "code_postal": ""}
    data = mediation({}, nowhere, {"id": "3", "nom": " "}, {"id": "lieu-1", "nom": "Encore"})
    assert refused(data) == [(3, "commune-missing"), (4, "name-missing"), (5, "id-twice")]
    assert len(read(data, TODAY).places) == 1


def test_a_row_cut_short_is_refused_with_its_line() -> None:
    assert refused(mediation({"id": "1"}, {"id": "2"}) + b'"3","12"\n') == [(4, "cell-count")]


def test_a_json_value_that_is_no_place_is_refused_with_its_rank() -> None:
    assert refused(mediation_json({})[:-1] + b', 12, {"id": 4}]') == [(2, "not-an-object"), (3, "name-missing")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "workbook"),
        (b"<html>", "web-page"),
        (b"[" * 100_000, "broken-json"),
        (b"[1, 2", "broken-json"),
        (b"{}", "no-places"),
        (b"[]", "no-places"),
        (b"Nom;Adresse\nA;B\n", "unknown-columns"),
        (b'id,nom\n1,"A\n', "broken-quotes"),
        (b"\x81\x8d\x8f", "encoding"),
        (b"nom\0", "encoding"),
        (b"x" * (MAX_BYTES + 1), "too-large"),
        (b"id,nom,pivot\n" + b"1,2,3\n" * (MAX_ROWS + 1), "too-many-rows"),
    ],
)
def test_a_file_that_cannot_be_is_refused(data: bytes, code: str) -> None:
    found = read(data, TODAY)
    assert found.refused
    assert not found.places
    assert (None, code) in refused(data)


def test_another_table_is_read_through_a_mapping() -> None:
    data = "Structure;Ville;CP;Tél\nAtelier des mots;L'Aigle;61300;02 33 00 00 00\n".encode()
    assert read(data, TODAY).columns == ("Structure", "Ville", "CP", "Tél")
    mapping = {"Structure": "nom", "Ville": "commune", "CP": "code_postal", "Tél": "telephone"}
    found = read(data, TODAY, mapping=mapping)
    assert found.kind == "table"
    assert [(one.name, one.insee, one.phone) for one in found.places] == [
        ("Atelier des mots", "61214", "02 33 00 00 00")
    ]


def test_windows_1252_is_read_and_said() -> None:
    found = read(mediation({}).decode().encode("cp1252"), TODAY)
    assert (found.places[0].name, [one.code for one in found.problems]) == (PLACE["nom"], ["cp1252"])


CELLS = st.one_of(
    st.sampled_from(["", "|", "['a'", "61214", "0", "-1", "1e400", "nan", "2026-02-30", "14/05/2026", "Mo-Fr 25:00"]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(COLUMNS_1_0), CELLS, max_size=8), min_size=1, max_size=8)


@given(ROWS)
def test_no_row_of_a_damaged_table_is_lost(rows: list[dict[str, str]]) -> None:
    """Each row is a place, or a refusal with a line."""
    found = read(mediation(*rows), TODAY)
    refusals = [one for one in found.problems if one.severity == "refused"]
    assert len(found.places) + len(refusals) == len(rows)
    assert len({place.line for place in found.places} | {one.line for one in refusals}) == len(rows)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    CELLS,
    st.lists(CELLS, max_size=3),
)


@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS_1_0), VALUES, max_size=8), min_size=1, max_size=8))
def test_no_row_of_a_damaged_json_is_lost(rows: list[dict[str, Any]]) -> None:
    found = read(json.dumps([{"pivot": "", "nom": "Lieu"} | row for row in rows]).encode(), TODAY)
    refusals = [one for one in found.problems if one.severity == "refused"]
    assert len(found.places) + len(refusals) == len(rows)


@given(st.binary(max_size=300), st.integers(0, 600))
def test_any_damage_is_told_and_never_raised(damage: bytes, place: int) -> None:
    data = mediation({}, {"id": "2"})
    read(data[:place] + damage + data[place + len(damage) :], TODAY)
