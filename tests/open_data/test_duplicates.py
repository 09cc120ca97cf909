"""Finds places that may be the same, with reasons; never in two communes."""

from typing import Any

import pytest

from pixflow.open_data import Place, read
from pixflow.open_data.duplicates import Reason, duplicates
from tests.open_data.samples import TODAY, mediation

AWAY = {"latitude": "48.70", "longitude": "0.60", "adresse": "Zone des Champs", "pivot": "", "nom": "Bibliothèque"}


def places(**other: Any) -> tuple[Place, ...]:
    return read(mediation({"id": "1"}, {"id": "2"} | AWAY | other), TODAY).places


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        ({"latitude": "48.7612", "longitude": "0.6287", "pivot": "13002526500013"}, ("near", "siret")),
        ({"adresse": "3 RUE TANNEURS", "nom": "ESPACE NUMERIQUE"}, ("address", "name")),
        ({"pivot": "13002526500013", "nom": "Les Tanneurs, espace numérique"}, ("siret", "name")),
        ({"adresse": "", "latitude": "", "longitude": "", "nom": "ESPACE NUMÉRIQUE des tanneurs"}, ("same-name",)),
    ],
)
def test_two_reasons_propose_a_pair(other: dict[str, str], reasons: tuple[Reason, ...]) -> None:
    (pair,) = duplicates(places(**other))
    assert pair.reasons == reasons


@pytest.mark.parametrize(
    "other",
    [{}, {"pivot": "13002526500013"}, {"nom": "Espace numérique des Tanneurs"}, {"adresse": "3 rue des Tanneurs"}],
)
def test_one_reason_proposes_nothing(other: dict[str, str]) -> None:
    assert not duplicates(places(**other))


def test_places_of_two_communes_are_two() -> None:
    same = {"nom": "Espace numérique des Tanneurs", "adresse": "3 rue des Tanneurs", "pivot": "13002526500013"}
    assert duplicates(places(**same))
    assert not duplicates(places(**same, commune="Mortagne-au-Perche", code_insee="61293", code_postal="61400"))


def test_a_telephone_and_an_e_mail_propose_a_pair_and_neither_does_alone() -> None:
    reached = {"telephone": "0233841234", "courriels": "accueil@tanneurs.fr"}
    for fields, count in ((reached, 1), *(({name: text}, 0) for name, text in reached.items())):
        both = read(mediation({"id": "1"} | fields, {"id": "2"} | AWAY | fields), TODAY).places
        assert len(duplicates(both)) == count


def test_the_same_name_is_another_place_where_both_say_where_they_are() -> None:
    assert not duplicates(places(nom="Espace numérique des Tanneurs", adresse="", latitude="48.70"))
