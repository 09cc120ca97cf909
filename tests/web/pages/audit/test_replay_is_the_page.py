"""At every position of dossiers in every state, the replay is the page of a store that ends there."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pixflow.events.dossier import Retracted
from tests.web import every_state, paths
from tests.web.client import OWN_URL
from tests.web.cut_store import blocks, cut, facts, history
from tests.web.paths import House
from web.app import create_app
from web.desk.dependencies import COOKIE

CLAIRE = "Claire Vasseur"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with paths.house(tmp_path, date(2026, 3, 16)) as made:
        yield made


def plain(at_work: House) -> TestClient:
    """A browser that does not inspect: the pages are many."""
    client = TestClient(create_app(at_work.host), base_url=OWN_URL, follow_redirects=False)
    client.cookies.set(COOKIE, f"{at_work.slug}/{at_work.people[CLAIRE]}")
    return client


def test_at_every_position_the_replay_is_the_page_of_that_day(at_work: House) -> None:
    dossiers = every_state.play(at_work)
    assert len(dossiers) >= 20
    assert len(at_work.served.refs.grilles.published) == 4
    names: dict[UUID, str] = {dossier: name for name, dossier in dossiers.items()}
    client, compared = plain(at_work), 0
    with cut(at_work, CLAIRE) as past:
        for one in past.events.all:
            if one.originator_id not in names:
                continue
            where = (names[one.originator_id], one.originator_version, one.event.TOPIC)
            page = past.page(one.position, f"/dossiers/{one.originator_id}")
            replay = client.get(f"/rejouer/{one.originator_id}?version={one.originator_version}").text
            assert blocks(replay) == blocks(page), where
            retractions = {
                r.originator_version for r in past.events.history(one.originator_id) if isinstance(r.event, Retracted)
            }
            known = [fact for n, fact in enumerate(facts(replay), 1) if n not in retractions]
            assert known == history(page), where
            assert "Enregistrer" not in replay
            assert not re.findall(r'<form method="post"(?! action="/chercher)', replay)
            compared += 1
    assert compared > 240
