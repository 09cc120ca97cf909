"""The story of one Mission locale, from an empty folder to an oriented young person, replayed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import (
    advisor_walk,
    beyond_walk,
    drafts_walk,
    later_walk,
    profiles_walk,
    referent_walk,
    team_walk,
    visitors_walk,
    workshop_walk,
)
from tests.browser.catalogue import missing
from tests.browser.exports import PORTFOLIO
from tests.browser.house import Clock, begin, pixflow, served
from tests.browser.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.trial]


def test_from_an_empty_folder_to_an_oriented_young_person(
    tmp_path: Path, new_tab: Callable[..., Page], glance: Callable[[Page], None]
) -> None:
    clock, data = Clock(date(2026, 3, 2)), tmp_path / "data"
    begin(data, clock)
    portfolio = tmp_path / "portefeuille.csv"
    portfolio.write_text(PORTFOLIO)
    assert "9 dossiers ouverts" in pixflow(data, clock, "dossiers", "import", portfolio)

    with served(data, clock) as house:
        walk = Walk(house, tmp_path, lambda: new_tab(base_url=house.url), glance)
        referent_walk.first_export(walk)
        advisor_walk.until_the_test(walk)
        later_walk.later_export(walk)
        advisor_walk.from_the_result_on(walk)
        later_walk.late_event(walk)
        profiles_walk.profiles(walk)
        workshop_walk.workshop(walk)
        beyond_walk.beyond(walk)
        drafts_walk.drafts(walk)
        visitors_walk.everyone_looks(walk)
        team_walk.team(walk, walk.house.clock.now.date())
        beyond_walk.merged(walk)
        beyond_walk.forgotten(walk)
        assert missing(house.recorded()) == [], "no button and no command of this walk causes these"
