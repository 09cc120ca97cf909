"""Two dossiers of one young person: joined, with what each knew, and parted again as they were."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixflow import tasks
from pixflow.dossier import assignment
from pixflow.participation import Participation
from tests.web.client import words
from tests.web.filled import fill, part, soup
from tests.web.paths import House, house

SOPHIE, NADIA = "Sophie Lecomte", "Nadia Benali"
BORN = date(2005, 11, 3)


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, date(2026, 3, 16)) as made:
        yield made


def values(html: str) -> dict[str, str]:
    """What the form of the page would send."""
    return {str(one["name"]): str(one["value"]) for one in soup(html).select("#merge form input")}


def join(at_work: House, duplicate: UUID, into: UUID, who: str = SOPHIE) -> str:
    client = at_work.client(who)
    sent = values(client.get(f"/dossiers/{duplicate}/fusion?avec={into}").text)
    answer = client.post(f"/dossiers/{duplicate}/fusion", data=sent)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/dossiers/{into}"
    return sent["command_id"]


def part_again(at_work: House, duplicate: UUID, reason: str = "deux personnes") -> None:
    client = at_work.client(SOPHIE)
    sent = values(client.get(f"/dossiers/{duplicate}/fusion").text) | {"reason": reason}
    assert client.post(f"/dossiers/{duplicate}/fusion/defaire", data=sent).status_code == 303


def owed(at_work: House, dossier: UUID) -> list[tuple[str, date]]:
    refs = at_work.served.refs
    return [(task.key, task.due) for task in tasks.of_dossier(at_work.state(dossier), refs)]


def whose(at_work: House, participation: UUID) -> UUID | None:
    state: Participation = at_work.served.engine.state("participation", participation)
    return state.dossier


def test_the_one_that_goes_on_has_the_participations_and_what_it_did_not_know(at_work: House) -> None:
    duplicate, found = at_work.scored(imilo_number="00123")
    at_work.on(duplicate, assignment.correct_contact, phone="0612345678", email=None)
    kept = at_work.opened()
    join(at_work, duplicate, kept)
    state = at_work.state(kept)
    assert (state.imilo_number, state.phone) == ("00123", "+33612345678")
    assert state.diagnostic.current("initial") is not None
    assert whose(at_work, found) == kept
    assert [kind for kind, _ in owed(at_work, kept)] == [f"dispatch-result:{found}"]
    assert owed(at_work, duplicate) == []
    assert at_work.state(duplicate).imilo_number is None


def test_the_duplicate_says_where_it_went_and_cannot_go_on(at_work: House) -> None:
    duplicate, kept = at_work.opened(), at_work.opened()
    join(at_work, duplicate, kept)
    page = words(at_work.client(SOPHIE).get(f"/dossiers/{duplicate}").text)
    assert "fusionné le 16 mars 2026 avec le dossier qui continue" in page
    assert "fusionné avec le dossier d’Aminata Diallo" in page
    assert "Rouvrir" not in page


def test_said_twice_it_is_done_once(at_work: House) -> None:
    duplicate, kept = at_work.opened(), at_work.opened()
    client = at_work.client(SOPHIE)
    sent = values(client.get(f"/dossiers/{duplicate}/fusion?avec={kept}").text)
    for _ in range(2):
        assert client.post(f"/dossiers/{duplicate}/fusion", data=sent).status_code == 303
    assert [type(e).__name__ for e in at_work.events(duplicate)].count("DossierMerged") == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["opened", "planned", "scored", "prescribed"]),
    st.sampled_from(["opened", "scored", "prescribed"]),
    st.booleans(),
)
def test_parted_again_each_has_what_it_had(at_work: House, left: str, right: str, numbered: bool) -> None:
    def made(kind: str, **more: str) -> UUID:
        built = getattr(at_work, kind)(**more)
        dossier: UUID = built[0] if isinstance(built, tuple) else built
        return dossier

    number = {"imilo_number": f"A{at_work.served.engine.head()}"} if numbered else {}
    duplicate, kept = made(left, **number), made(right)
    before = [(owed(at_work, one), _known(at_work, one)) for one in (duplicate, kept)]
    join(at_work, duplicate, kept)
    part_again(at_work, duplicate)
    assert [(owed(at_work, one), _known(at_work, one)) for one in (duplicate, kept)] == before
    for participation in at_work.state(duplicate).diagnostic.participations:
        assert whose(at_work, participation) == duplicate


def _known(at_work: House, dossier: UUID) -> tuple[object, ...]:
    state = at_work.state(dossier)
    return state.imilo_number, state.phone, set(state.diagnostic.participations), state.closed, state.merged


def test_a_later_export_goes_to_the_one_that_goes_on(at_work: House) -> None:
    duplicate, found = at_work.scored()
    kept = at_work.opened()
    join(at_work, duplicate, kept)
    assert whose(at_work, found) == kept


def test_who_shares_names_and_birth_date_is_listed(at_work: House) -> None:
    at_work.opened()
    at_work.opened()
    at_work.opened(first="Hugo", last="Masson")
    page = words(at_work.client(SOPHIE).get("/doublons").text)
    assert "1 personne a plusieurs dossiers ouverts" in page
    assert "Diallo Aminata" in page
    assert "Masson" not in page
    assert 'id="doubles"' in part(at_work.client(SOPHIE), "/doublons")


def test_none_and_2500_doubles(at_work: House) -> None:
    assert "Aucun doublon" in words(at_work.client(SOPHIE).get("/doublons").text)
    for _ in range(2):
        fill(at_work, 2_500, birth_date=BORN)
    page = at_work.client(SOPHIE).get("/doublons?p=50").text
    assert "2 500 personnes" in words(page)
    assert len(soup(page).select(".items > li")) == 50


def test_only_those_who_steer_may(at_work: House) -> None:
    one, other = at_work.opened(), at_work.opened()
    nadia = at_work.client(NADIA)
    assert nadia.get("/doublons").status_code == 403
    assert nadia.get(f"/dossiers/{one}/fusion?avec={other}").status_code == 403
    assert "fusion" not in nadia.get(f"/dossiers/{one}").text


def test_those_born_another_day_are_not_proposed(at_work: House) -> None:
    one = at_work.opened()
    at_work.opened(birth_date=date(2004, 1, 1))
    page = words(at_work.client(SOPHIE).get(f"/dossiers/{one}/fusion").text)
    assert "Aucun dossier ouvert ne ressemble à celui-ci" in page


def test_a_reason_is_asked_to_part_them(at_work: House) -> None:
    duplicate, kept = at_work.opened(), at_work.opened()
    join(at_work, duplicate, kept)
    client = at_work.client(SOPHIE)
    sent = values(client.get(f"/dossiers/{duplicate}/fusion").text)
    answer = client.post(f"/dossiers/{duplicate}/fusion/defaire", data=sent | {"reason": ""})
    assert answer.status_code == 422
    assert at_work.state(duplicate).merged is not None
