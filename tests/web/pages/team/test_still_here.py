"""« Toujours là ? »: each quarter the direction says who is still in the team, from Ma boîte."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from pixflow.events.structure import TeamConfirmed
from pixflow.team import membership
from tests.web.client import words
from tests.web.filled import hire, said
from tests.web.pages.account.conftest import HELENE, PAUL, URL, YANN, first_visit
from tests.web.paths import House, house
from tests.web.tags import parsed

PAGE, MONDAY = "/equipe/toujours-la", date(2026, 3, 16)


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY, url=URL) as made:
        yield made


def test_the_direction_confirms_everybody_and_is_asked_again_in_a_quarter(at_work: House) -> None:
    site = at_work.host.site
    assert site
    browser = first_visit(at_work, site, HELENE)
    at_work.day(MONDAY + timedelta(days=100))
    browser.sign_in("helene@exemple.fr")
    assert PAGE in browser.get("/boite").text
    page = browser.get(PAGE)
    assert "jamais relue" in words(page.text)
    rows = {said(row.select_one("th")): said(row) for row in parsed(page.text).select("tbody tr")}
    assert ("24 juin 2026" in rows[HELENE], "jamais" in rows[PAUL]) == (True, True)
    assert len(rows) == sum(one.works(at_work.today) for one in at_work.served.refs.team.values())
    sent = {"command_id": str(uuid4()), "person": [one["value"] for one in parsed(page.text).select("[name=person]")]}

    hire(at_work, "Chloé Martin", "advisor")
    refused = browser.post(PAGE, data=sent)
    assert refused.status_code == 422
    assert "a changé pendant" in refused.text
    assert "Chloé Martin" in refused.text
    at_work.says(YANN, membership.record_departure, {"staff": at_work.people["Chloé Martin"]}, last_day=at_work.today)
    at_work.pass_by(days=1)
    browser.sign_in("helene@exemple.fr")
    assert browser.post(PAGE, data=sent).headers["Location"] == PAGE
    assert browser.post(PAGE, data=sent).headers["Location"] == PAGE, "the same form later"
    page = browser.get(PAGE)
    assert ("C’est noté" in words(page.text), parsed(page.text).select("#still-here button")) == (True, [])
    assert PAGE not in browser.get("/boite").text
    history = at_work.served.engine.history(at_work.served.opened.stream("structure"))
    facts = [one for one in history if isinstance(one.event, TeamConfirmed)]
    assert [(one.event, one.by) for one in facts] == [
        (TeamConfirmed(people=len(rows), on=at_work.today), str(at_work.people[HELENE]))
    ]
