"""At every position of dossiers in every state, the replay is the page of a store that ends there."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pixflow.events.dossier import Retracted
from tests.trials.report import TrialReport
from tests.web import every_state
from tests.web.client import LocalClient
from tests.web.cut_store import Cut, blocks, cut, facts, history
from tests.web.paths import House
from web.app import create_app
from web.desk.dependencies import COOKIE
from web.hosting.host import Host, open_host
from web.samples import demo

CLAIRE = "Claire Vasseur"
NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


def plain(host: Host, slug: str, person: UUID) -> TestClient:
    """A browser that does not inspect: the pages are many."""
    client = LocalClient(create_app(host), follow_redirects=False)
    client.cookies.set(COOKIE, f"{slug}/{person}")
    return client


def compared(client: TestClient, past: Cut, dossiers: dict[UUID, str]) -> int:
    """Compares both pages of these dossiers at each of their positions, and returns the number of positions."""
    count = 0
    for one in past.events.all:
        if one.originator_id not in dossiers:
            continue
        where = (dossiers[one.originator_id], one.originator_version, one.event.TOPIC)
        page = past.page(one.position, f"/dossiers/{one.originator_id}")
        replay = client.get(f"/rejouer/{one.originator_id}?version={one.originator_version}").text
        assert blocks(replay) == blocks(page), where
        trail = past.events.history(one.originator_id)
        retractions = {r.originator_version for r in trail if isinstance(r.event, Retracted)}
        known = [fact for n, fact in enumerate(facts(replay), 1) if n not in retractions]
        assert known == history(page), where
        assert not re.findall(r'<form method="post"(?! action="/chercher)', replay)
        count += 1
    return count


def test_at_every_position_the_replay_is_the_page_of_that_day(at_work: House) -> None:
    dossiers = every_state.play(at_work)
    assert len(dossiers) >= 20
    assert len(at_work.served.refs.grilles.published) == 4
    client = plain(at_work.host, at_work.slug, at_work.people[CLAIRE])
    with cut(at_work.served, at_work.host, client) as past:
        assert compared(client, past, {dossier: name for name, dossier in dossiers.items()}) > 240


@pytest.mark.trial
def test_at_every_position_of_the_demonstration(tmp_path: Path, trial_report: TrialReport) -> None:
    demo.play(tmp_path, NOW, demo.AIGLE)
    with open_host(tmp_path, demo=True, clock=lambda: NOW) as host:
        served = host.structures[demo.SLUG]
        auditor = next(id for id, member in served.refs.team.items() if "auditor" in member.roles)
        client = plain(host, demo.SLUG, auditor)
        with cut(served, host, client) as past:
            dossiers = {r.originator_id: "" for r in past.events.all if r.event.TOPIC == "dossier.DossierOpened"}
            count = compared(client, past, dossiers)
        trial_report.add("replay", f"{count} positions of {len(dossiers)} dossiers", "each is the page of that day")
        assert count > 700
