"""The page of the structure's own computers: the open tests as large buttons, and nobody named."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from pixflow.events.structure import ShortcutOpened
from pixflow.participation import campaign
from tests.web.arranged import MONDAY
from tests.web.client import InspectingClient, words
from tests.web.filled import texts
from tests.web.paths import House, house
from tests.web.tags import parsed

SOPHIE = "Sophie Lecomte"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY) as made:
        yield made


def test_the_shortcut_page_shows_open_campaigns_to_anybody(at_work: House) -> None:
    at_work.opened("Aminata", "Diallo")
    at_work.says(
        SOPHIE,
        campaign.declare_campaign,
        {"campaign": uuid4()},
        name="Cléa numérique",
        code="LTBJUP656",
        purpose="complete",
        site="L’Aigle",
    )
    stranger = InspectingClient(at_work.app, follow_redirects=False)
    page = stranger.get(f"/t/{at_work.slug}").text
    links = parsed(page).select(".tests a")
    assert [link["href"] for link in links] == [
        "https://app.pix.fr/campagnes/KMRTWX482",
        "https://app.pix.fr/campagnes/LTBJUP656",
    ]
    assert texts(page, ".tests .code") == ["KMRTWX482", "LTBJUP656"]
    assert all(link.select_one("img")["src"].startswith("data:image/svg+xml") for link in links)
    assert "Diallo" not in page
    assert "Nadia" not in page
    of_site = stranger.get(f"/t/{at_work.slug}?site=Mortagne").text
    assert texts(of_site, ".tests .code") == ["KMRTWX482"]
    assert stranger.get("/t/ailleurs").status_code == 404


def test_the_days_when_a_computer_opened_it_are_counted_and_nobody_is_named(at_work: House) -> None:
    stranger, head = InspectingClient(at_work.app, follow_redirects=False), at_work.served.engine.head()
    assert "page des tests pas ouverte ce mois-ci" in words(at_work.client(SOPHIE).get("/equipe").text)
    for site in ("", "", "?site=Mortagne", "?site=Ailleurs"):
        stranger.get(f"/t/{at_work.slug}{site}")
    assert at_work.served.engine.head() == head, "a visitor records nothing"
    at_work.served.tick()
    stranger.get(f"/t/{at_work.slug}")
    at_work.served.tick()
    found = [one.event for one in at_work.served.engine.read(head, 100) if isinstance(one.event, ShortcutOpened)]
    assert sorted(one.site for one in found) == ["", "Mortagne"]
    assert "page des tests ouverte 1 jour ce mois-ci" in words(at_work.client(SOPHIE).get("/equipe").text)


def test_a_closed_campaign_is_no_longer_on_the_shortcut_page(at_work: House) -> None:
    at_work.says(SOPHIE, campaign.close_campaign, {"campaign": at_work.campaign})
    stranger = InspectingClient(at_work.app, follow_redirects=False)
    assert "Aucun test n’est ouvert pour l’instant." in words(stranger.get(f"/t/{at_work.slug}").text)
