"""Two dossiers of one young person: joined, with what each knew, and parted again as they were."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixflow import tasks
from pixflow.dossier import follow_up, identity
from pixflow.events.dossier import DossierMerged, DuplicateJoined
from pixflow.participation.state import Participation
from tests.web.client import words
from tests.web.filled import fill, part, said
from tests.web.paths import House
from tests.web.tags import parsed

SOPHIE, NADIA, PAUL = "Sophie Lecomte", "Nadia Benali", "Paul Rey"
BORN = date(2005, 11, 3)


def values(html: str) -> dict[str, str]:
    """Returns the values of the page's form."""
    return {str(one["name"]): str(one["value"]) for one in parsed(html).select("#merge form input")}


def join(at_work: House, duplicate: UUID, into: UUID, who: str = SOPHIE) -> str:
    client = at_work.client(who)
    sent = values(client.get(f"/dossiers/{duplicate}/fusion?avec={into}").text)
    answer = client.post(f"/dossiers/{duplicate}/fusion", data=sent)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/dossiers/{into}?fait=")
    return sent["command_id"]


def part_again(at_work: House, duplicate: UUID, reason: str = "deux personnes") -> None:
    client = at_work.client(SOPHIE)
    sent = values(client.get(f"/dossiers/{duplicate}/fusion").text) | {"reason": reason}
    answer = client.post(f"/dossiers/{duplicate}/fusion/defaire", data=sent)
    assert answer.status_code == 303
    undone = "Annulé : Doublon : fusionné avec le dossier d’Aminata Diallo"
    assert words(parsed(client.get(answer.headers["location"]).text).select_one(".notice p").text).startswith(undone)


def owed(at_work: House, dossier: UUID) -> list[tuple[str, date]]:
    refs = at_work.served.refs
    return [(task.key, task.due) for task in tasks.of_dossier(at_work.state(dossier), refs)]


def whose(at_work: House, participation: UUID) -> UUID | None:
    state: Participation = at_work.served.engine.state("participation", participation)
    return state.dossier


def test_the_one_that_goes_on_has_the_participations_and_what_it_did_not_know(at_work: House) -> None:
    duplicate, found = at_work.scored(imilo_number="00123")
    at_work.on(duplicate, identity.correct_contact, phone="0612345678", email=None)
    kept = at_work.opened()
    join(at_work, duplicate, kept)
    state = at_work.state(kept)
    assert (state.imilo_number, state.phone) == ("00123", "+33612345678")
    assert state.diagnostic.current("initial") is not None
    assert whose(at_work, found) == kept
    assert [kind for kind, _ in owed(at_work, kept)] == [f"dispatch-result:{found}"]
    assert owed(at_work, duplicate) == []
    assert at_work.state(duplicate).imilo_number is None


# --- which one goes on


@pytest.mark.parametrize("fuller_last", [True, False])
def test_the_fuller_one_is_proposed_to_be_kept_whichever_comes_first(at_work: House, fuller_last: bool) -> None:
    made = [at_work.presented(), at_work.opened()] if fuller_last else [at_work.opened(), at_work.presented()]
    full, empty = made if fuller_last else reversed(made)
    client = at_work.client(SOPHIE)
    compared = f"/dossiers/{empty}/fusion?avec={full}"
    assert parsed(client.get("/doublons").text).select_one(".item-act a")["href"] == compared
    for one in (full, empty):
        assert parsed(client.get(f"/dossiers/{one}/fusion").text).select_one(".item-act a")["href"] == compared


def test_a_number_counts_more_than_facts_and_of_two_alike_the_older_one(at_work: House) -> None:
    busy, numbered = at_work.planned(), at_work.opened(imilo_number="00123")
    alike = at_work.opened("Hugo", "Masson")
    at_work.day(date(2026, 3, 17))
    younger = at_work.opened("Hugo", "Masson")
    links = parsed(at_work.client(SOPHIE).get("/doublons").text).select(".item-act a")
    assert [link["href"] for link in links] == [
        f"/dossiers/{busy}/fusion?avec={numbered}",
        f"/dossiers/{younger}/fusion?avec={alike}",
    ]


def test_both_stand_side_by_side_and_may_be_turned_round(at_work: House) -> None:
    full, empty = at_work.planned(imilo_number="00123"), at_work.opened(site="L’Aigle", advisor=PAUL)
    client = at_work.client(SOPHIE)
    page = parsed(client.get(f"/dossiers/{empty}/fusion?avec={full}").text)
    assert side_by_side(page) == {
        "Nom": ["Aminata Diallo", "Aminata Diallo"],
        "N° i-Milo (différent)": ["00123", "—"],
        "Naissance": ["3 nov. 2005", "3 nov. 2005"],
        "Site (différent)": ["Mortagne", "L’Aigle"],
        "Suivi par (différent)": [NADIA, PAUL],
        "Ouvert le": ["16 mars 2026", "16 mars 2026"],
        "Étape (différent)": ["2 Diagnostic", "1 Orientation"],
        "Courriel": ["jeune@exemple.fr", "jeune@exemple.fr"],
        "Historique (différent)": ["5 lignes", "3 lignes"],
        "Dernière activité (différent)": [
            "16 mars 2026 : Diagnostic prévu à partir du 16 mars, au bureau (Mortagne) : Diagnostic initial, printemps",
            "16 mars 2026 : Dossier affecté à Paul Rey",
        ],
    }
    turned = next(link["href"] for link in page.select("a") if "Inverser" in link.text)
    assert turned == f"/dossiers/{full}/fusion?avec={empty}"
    assert side_by_side(parsed(client.get(turned).text))["Historique (différent)"] == ["3 lignes", "5 lignes"]


def side_by_side(page: Any) -> dict[str, list[str]]:
    """Returns the values of both dossiers on the page, by label."""
    return {said(row.th): [said(cell) for cell in row.select("td")] for row in page.select("tr")[1:]}


# --- what comes along


def test_what_was_done_in_the_duplicate_is_not_owed_again(at_work: House) -> None:
    duplicate, _ = at_work.prescribed(imilo_number="00123")
    kept = at_work.opened(advisor=PAUL)
    before = owed(at_work, duplicate)
    page = words(at_work.client(SOPHIE).get(f"/dossiers/{duplicate}/fusion?avec={kept}").text)
    assert "N’est plus à faire Présenter Pix Devient à faire rien À faire ensuite Orienter" in page
    assert "16 mars 2026 : Pix présenté au premier accueil" in page
    at_work.day(date(2026, 3, 20))
    join(at_work, duplicate, kept)
    assert owed(at_work, kept) == before, "the days are those of the duplicate"
    assert at_work.state(kept).advisor == at_work.people[PAUL]


def test_the_one_that_goes_on_says_with_whom_it_was_joined_and_takes_it_back_in_one_press(at_work: House) -> None:
    duplicate, _ = at_work.debriefed(imilo_number="00123")
    kept = at_work.opened()
    before = [(owed(at_work, one), _known(at_work, one)) for one in (duplicate, kept)]
    client = at_work.client(SOPHIE)
    sent = values(client.get(f"/dossiers/{duplicate}/fusion?avec={kept}").text)
    answer, again = (client.post(f"/dossiers/{duplicate}/fusion", data=sent) for _ in range(2))
    assert (again.status_code, [type(e) for e in at_work.events(duplicate)].count(DossierMerged)) == (303, 1)
    html = client.get(answer.headers["location"]).text
    assert "Enregistré pour Aminata Diallo : Réuni avec le dossier d’Aminata Diallo (doublon) Annuler" in words(html)
    assert "Sophie Lecomte, repris du doublon" in words(html)
    assert parsed(html).select_one(f'.timeline a[href="/dossiers/{duplicate}"]')
    assert parsed(html).select_one(f'.timeline a[href="/dossiers/{duplicate}/fusion"]')
    undo = {one["name"]: one["value"] for one in parsed(html).select(".notice form input")}
    for _ in range(2):
        assert client.post(f"/dossiers/{kept}/undo", data=undo).status_code == 303
    assert [(owed(at_work, one), _known(at_work, one)) for one in (duplicate, kept)] == before
    assert "Annuler la fusion" not in part(client, f"/dossiers/{kept}")


def test_once_somebody_acted_on_it_the_merge_is_parted_with_a_reason(at_work: House) -> None:
    duplicate, kept = at_work.presented(), at_work.opened()
    join(at_work, duplicate, kept)
    joined = next(r for r in at_work.served.engine.history(kept) if isinstance(r.event, DuplicateJoined))
    at_work.on(kept, follow_up.take_note, text="a appelé")
    client = at_work.client(SOPHIE)
    undo = {"version": str(joined.originator_version), "command_id": str(uuid4())}
    answer = client.post(f"/dossiers/{kept}/undo", data=undo)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/dossiers/{duplicate}/fusion")
    page = words(client.get(f"/dossiers/{duplicate}/fusion").text)
    assert "Réuni avec le dossier d’Aminata Diallo (doublon)" in page
    assert "Devient à faire Présenter Pix" in page


def test_who_followed_the_duplicate_reads_who_follows_now(at_work: House) -> None:
    duplicate, kept = at_work.opened(), at_work.opened(advisor=PAUL, site="L’Aigle")
    join(at_work, duplicate, kept)
    page = at_work.client(NADIA).get(f"/dossiers/{duplicate}").text
    assert "/fusion" not in page, "offered to those who steer alone"
    assert "Rouvrir" not in page
    told = "avec l’autre dossier d’Aminata Diallo, suivi·e maintenant par Paul Rey, site de L’Aigle."
    assert told in words(page)
    assert "Doublon : fusionné avec un autre dossier" in words(page)
    assert str(kept) not in page
    page = at_work.client(PAUL).get(f"/dossiers/{kept}").text
    assert "Réuni avec un autre dossier (doublon)" in words(page)
    assert str(duplicate) not in page


def test_joined_again_the_first_duplicate_points_to_the_last_one(at_work: House) -> None:
    first, second, third = at_work.presented(), at_work.opened(), at_work.opened(advisor=PAUL)
    join(at_work, first, second)
    join(at_work, second, third)
    page = at_work.client(SOPHIE).get(f"/dossiers/{first}").text
    assert parsed(page).select_one(".notice p a")["href"] == f"/dossiers/{third}"
    assert "suivi·e maintenant par Paul Rey" in words(page)
    assert at_work.state(third).orientation.presented
    page = words(at_work.client(SOPHIE).get(f"/dossiers/{first}/fusion").text)
    assert "Annulez d’abord cette fusion" in page


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
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


def test_who_shares_names_and_birth_date_is_listed(at_work: House) -> None:
    at_work.opened()
    at_work.opened()
    at_work.opened(first="Hugo", last="Masson")
    page = words(at_work.client(SOPHIE).get("/doublons").text)
    assert "1 personne a plusieurs dossiers ouverts" in page
    assert "Diallo Aminata" in page
    assert "Masson" not in page
    assert 'id="doubles"' in part(at_work.client(SOPHIE), "/doublons")


def test_none_and_many_doubles(at_work: House) -> None:
    assert "Aucun doublon" in words(at_work.client(SOPHIE).get("/doublons").text)
    for _ in range(2):
        fill(at_work, 60, birth_date=BORN)
    page = at_work.client(SOPHIE).get("/doublons?p=2").text
    assert "60 personnes" in words(page)
    assert len(parsed(page).select(".items > li")) == 10


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
