"""The order in which advisors are proposed for a dossier."""

from typing import Any
from uuid import UUID

import pytest

from pixflow.team.staff import Candidate, ranked


def one(name: str, **said: Any) -> Candidate:
    plain = {"site": "", "groups": frozenset(), "absent": False, "dossiers": 0, "tasks": 0}
    return Candidate(UUID(int=sum(map(ord, name))), name, **{**plain, **said})


def order(*candidates: Candidate, site: str = "", group: str = "") -> list[str]:
    return [candidate.name for candidate in ranked(candidates, site, group)]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"dossiers": 40, "tasks": 60}, {"absent": True}),
        ({"groups": frozenset({"CEJ 4"}), "site": "Mortagne", "dossiers": 40}, {"site": "L’Aigle"}),
        ({"site": "L’Aigle", "dossiers": 40}, {"site": "Mortagne"}),
        ({"dossiers": 40}, {"site": "Mortagne"}),
        ({"dossiers": 3, "tasks": 3}, {"dossiers": 1, "tasks": 6}),
    ],
    ids=["present", "of the group", "of the site", "of every site", "the least load"],
)
def test_an_advisor_is_proposed_before_another(better: dict[str, Any], worse: dict[str, Any]) -> None:
    first, second = one("Zoé", **better), one("Ana", **worse)
    assert order(second, first, site="L’Aigle", group="CEJ 4") == ["Zoé", "Ana"]


def test_a_dossier_without_a_site_is_for_advisors_of_any_site() -> None:
    assert order(one("Zoé"), one("Ana", site="Mortagne")) == ["Ana", "Zoé"]


def test_among_equals_the_name_decides_by_french_order() -> None:
    assert order(one("Zoé"), one("Élise"), one("Farid")) == ["Élise", "Farid", "Zoé"]
