"""Tests that a person whose erasure waits is on no page but that of those who stop it, and is back afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pixflow.actor import Actor
from tests import erasures
from tests.web.access import HELENE, NAMES, ROLES, World, world
from tests.web.test_access import MATRIX, text_of

Shown = tuple[str, str, str]
"""A route, who asked, and the day asked for."""


@pytest.mark.trial
def test_whoever_asks_any_page_a_hidden_person_is_on_one_alone(tmp_path: Path) -> None:
    with world(tmp_path) as there:
        dossier, at_work = there.ids["{dossier_id:uuid}"]["closed"], there.at_work
        before = set(named(there))
        erasures.request(at_work.served.opened, dossier)
        page = erasures.page(at_work.served.opened, dossier, Actor(str(at_work.people[HELENE])))
        sent = {"command_id": str(uuid4()), "page": page, "name": NAMES["closed"]}
        assert there.browsers["manager"].post(f"/dossiers/{dossier}/droits/effacer", data=sent).status_code == 303
        assert {(route, role) for route, role, _ in named(there)} == {("/effacements", "manager")}
        stop(there, dossier)
        assert set(named(there)) == before
        assert len(before) > 60


def named(there: World) -> Iterator[Shown]:
    """Yields the pages and files that name the person of the closed dossier."""
    name, day = NAMES["closed"], there.at_work.today - timedelta(days=2)
    for row in (row for row in MATRIX if row["method"] == "GET"):
        about = there.about(row["route"]) in ("{dossier_id:uuid}", "{subject:uuid}")
        for role, who in ROLES.items():
            address = there.address(row["route"], "closed" if about else "own", there.at_work.people[who])
            for when in ("", f"?au={day}", f"?au={day}&horloge=vrai"):
                answer = there.browsers[role].get(f"{address}{when}") if not when or "?" not in address else None
                if answer is not None and answer.status_code == 200 and name in text_of(answer):
                    yield row["route"], role, when


def stop(there: World, dossier: UUID) -> None:
    """An administrator stops the erasure, who reads nothing of it."""
    sent = {"command_id": str(uuid4()), "reason": "demandé par erreur"}
    assert there.browsers["administrator"].post(f"/effacements/{dossier}/arreter", data=sent).status_code == 303
