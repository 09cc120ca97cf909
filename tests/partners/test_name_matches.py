"""Free names of former referrals, and the listed partners that they may mean."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.identity import normalise
from pixflow.partners.listing import MOST, KnownName, matches

KNOWN = [
    KnownName(UUID(int=rank), normalise(name), normalise(town))
    for rank, (name, town) in enumerate(
        [
            ("Médiathèque", "Mortagne-au-Perche"), ("Médiathèque de Gacé", "Gacé"), ("viaformation", "L’Aigle"),
            ("Centre social Jean Vilar", "L’Aigle"), ("Fablab de L’Aigle", "L’Aigle"),
        ]
    )
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Via Formation", []),
        ("ViaFormation", [(2, "same", True)]),
        ("viaformations", [(2, "close", False)]),
        ("Médiathèque de Mortagne au Perche", [(0, "same", True)]),
        ("Médiathèque", [(0, "same", False), (1, "within", False)]),
        ("Le fablab de l’Aigle", [(4, "same", True)]),
        ("centre social", [(3, "within", True)]),
        ("Madame Durand", []),
        ("de la", []),
    ],
)
def test_what_a_name_may_mean_and_when_it_is_sure(name: str, found: list[tuple[int, str, bool]]) -> None:
    told = [(partner.int, reason, is_sure) for partner, reason, is_sure in matches(normalise(name), KNOWN)]
    assert sorted(told) == found


@given(st.text(max_size=30))
def test_any_name_has_few_matches_each_once(name: str) -> None:
    found = matches(normalise(name), KNOWN)
    assert len({partner for partner, _, _ in found}) == len(found) <= MOST
