from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from pixflow.events.structure import ListIssued, ProgramStarted, SiteLocated, StructureOpened, TeamConfirmed
from pixflow.structure import issue_list, locate_sites, open_structure, start_program
from pixflow.team.membership import confirm_team
from pixflow.team.staff import Staff
from tests.given import ADVISOR, COLLEAGUE, DAY, given, state_of

LAIGLE: dict[str, Any] = {
    "name": "ML L'Aigle", "sites": ("L'Aigle", "Mortagne"), "zone": "Europe/Paris", "calendar": "FR", "on": DAY,
}  # fmt: skip


def test_a_structure_opens() -> None:
    given().when(open_structure, **LAIGLE).then(StructureOpened(**LAIGLE))
    reunion = LAIGLE | {"zone": "Indian/Reunion", "calendar": "FR-974"}
    given().when(open_structure, **reunion).then(StructureOpened(**reunion))


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"calendar": "FR-00"}, "unknown-calendar", {"calendar": "FR-00"}),
        ({"zone": "Europe/Mortagne"}, "unknown-zone", {"zone": "Europe/Mortagne"}),
        ({"sites": ()}, "required", {"field": "sites"}),
        ({"name": " "}, "required", {"field": "name"}),
    ],
)
def test_a_structure_is_refused(changes: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    given().when(open_structure, **LAIGLE | changes).refused(code, **details)


def test_each_version_of_the_program_says_once_that_it_started() -> None:
    opened = StructureOpened(**LAIGLE)
    given(opened).when(start_program, pixflow="0.1.0").then(ProgramStarted(pixflow="0.1.0"))
    given(opened, ProgramStarted(pixflow="0.1.0")).when(start_program, pixflow="0.2.0").then(
        ProgramStarted(pixflow="0.2.0")
    )
    assert state_of("structure", opened, ProgramStarted(pixflow="0.1.0")).pixflow == "0.1.0"


def test_who_confirms_the_team_has_seen_everybody_in_it() -> None:
    """A leaver is not in it from the day after their last one; a stranger on the page makes it another team."""
    gone = UUID(int=0xA9)
    left = Staff(version=1, left=DAY - timedelta(days=1))
    team = {ADVISOR: Staff(version=1), COLLEAGUE: Staff(version=1, left=DAY), gone: left}
    opened, confirmed = StructureOpened(**LAIGLE), TeamConfirmed(people=2, on=DAY)
    given(opened).when(confirm_team, members=(COLLEAGUE, ADVISOR), team=team, on=DAY).then(confirmed)
    for members in ((), (ADVISOR,), (ADVISOR, gone), (ADVISOR, COLLEAGUE, gone)):
        given(opened).when(confirm_team, members=members, team=team, on=DAY).refused("team-changed")
    given(opened, confirmed).when(confirm_team, members=(), team=team, on=DAY).then()
    later = DAY + timedelta(days=1)
    again = TeamConfirmed(people=1, on=later)
    given(opened, confirmed).when(confirm_team, members=(ADVISOR,), team=team, on=later).then(again)


def test_a_list_leaves_one_event_a_person_list_and_day_and_an_empty_one_none() -> None:
    said: dict[str, Any] = {"page": "dossiers", "filters": (("etape", "diagnostic"),), "rows": 3, "people": 3}
    said |= {"digest": "ab" * 32, "on": DAY}
    opened, issued = StructureOpened(**LAIGLE), ListIssued(**said)
    given(opened).when(issue_list, **said, actor=str(ADVISOR)).then(issued)
    given(opened, issued).when(issue_list, **said, actor=str(ADVISOR)).then()
    given(opened, issued).when(issue_list, **said, actor=str(COLLEAGUE)).then_each_time(issued)
    for other in ({"rows": 4}, {"filters": ()}, {"digest": "cd" * 32}, {"on": DAY + timedelta(days=1)}):
        changed = said | other
        given(opened, issued).when(issue_list, **changed, actor=str(ADVISOR)).then(ListIssued(**changed))
    given(opened).when(issue_list, **said | {"rows": 0, "people": 0}, actor=str(ADVISOR)).then()


def test_a_site_has_an_address_once_somebody_says_it() -> None:
    opened = StructureOpened(**LAIGLE)
    site, other = LAIGLE["sites"]
    located = SiteLocated(site=site, address="5 rue des Tilleuls", on=LAIGLE["on"])
    asked = {"addresses": {site: " 5 rue  des Tilleuls ", other: ""}, "on": LAIGLE["on"]}
    given(opened).when(locate_sites, **asked).then(located)
    assert state_of("structure", opened, located).addresses == {site: "5 rue des Tilleuls"}
    gone = SiteLocated(site=site, address="", on=LAIGLE["on"])
    given(opened, located).when(locate_sites, addresses={site: ""}, on=LAIGLE["on"]).then(gone)
    given(opened).when(locate_sites, addresses={"Ailleurs": "1 rue"}, on=LAIGLE["on"]).refused("unknown-site")
