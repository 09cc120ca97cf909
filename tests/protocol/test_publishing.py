from dataclasses import replace
from datetime import date

import pytest

from pixflow.documents.grille import Grille
from pixflow.events.grille import GrillePublished
from pixflow.events.protocol import ProtocolPublished
from pixflow.protocol.publishing import publish_grille, publish_protocol
from pixflow.reference_data import References
from tests.given import PRESET, given, state_of

JANUARY, MAY, SEPTEMBER = date(2026, 1, 5), date(2026, 5, 4), date(2026, 9, 1)
SOONER = replace(PRESET.protocol, tries=2)
RENAMED = replace(PRESET.grille, name="Grille 2")


def test_a_protocol_is_published_whole_from_a_day() -> None:
    first = ProtocolPublished(document=PRESET.protocol, from_day=JANUARY)
    given().when(publish_protocol, document=PRESET.protocol, from_day=JANUARY).then(first)
    given(first).when(publish_protocol, document=PRESET.protocol, from_day=MAY).then_nothing()
    given(first).when(publish_protocol, document=SOONER, from_day=MAY).then(
        ProtocolPublished(document=SOONER, from_day=MAY)
    )


def test_a_grid_is_published_under_the_next_number() -> None:
    first = GrillePublished(number=1, document=PRESET.grille, from_day=JANUARY)
    given().when(publish_grille, document=PRESET.grille, from_day=JANUARY).then(first)
    given(first).when(publish_grille, document=PRESET.grille, from_day=MAY).then_nothing()
    given(first).when(publish_grille, document=RENAMED, from_day=MAY).then(
        GrillePublished(number=2, document=RENAMED, from_day=MAY)
    )


def with_limit(high: int) -> Grille:
    first, *others = PRESET.grille.bands
    return replace(PRESET.grille, bands=(replace(first, high=high), *others))


@pytest.mark.parametrize(("high", "problem", "numbers"), [(38, "gap", (39, 40)), (45, "overlap", (41, 45))])
def test_a_gap_or_an_overlap_is_refused_with_its_numbers(high: int, problem: str, numbers: tuple[int, int]) -> None:
    given().when(publish_grille, document=with_limit(high), from_day=MAY).refused(
        "bad-grille", numbers=numbers, code=problem
    )


def test_the_documents_in_force_are_those_of_the_day() -> None:
    protocols = (
        ProtocolPublished(document=PRESET.protocol, from_day=JANUARY),
        ProtocolPublished(document=SOONER, from_day=SEPTEMBER),
    )
    grilles = (
        GrillePublished(number=1, document=PRESET.grille, from_day=JANUARY),
        GrillePublished(number=2, document=RENAMED, from_day=SEPTEMBER),
    )
    refs = References(protocols=state_of("protocol", *protocols), grilles=state_of("grille", *grilles))
    assert [refs.protocol(day).tries for day in (MAY, SEPTEMBER)] == [3, 2]
    assert [refs.grille(day).number for day in (MAY, SEPTEMBER)] == [1, 2]
