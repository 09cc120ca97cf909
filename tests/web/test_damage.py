"""A stream with an event that does not open: its page says so, every other page stays up."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pixflow.documents.resource import ResourceDocument
from pixflow.dossier import assignment as lending
from pixflow.dossier.stages import orientation
from pixflow.events.values import PartnerDetails
from pixflow.partners.listing import list_partner
from pixflow.resources.sharing import ask_question, share_resource
from tests.damage import flip
from tests.web.arranged import scheduled
from tests.web.paths import House, house
from web.hosting import clock_jobs
from web.hosting.host import open_host

FIRST = date(2026, 1, 5)
PAGES = ("/boite", "/dossiers", "/resultats", "/ateliers", "/equipe", "/dossiers?q=diallo")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def at_work(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if request.param == "postgresql":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data", FIRST) as made:
        yield made


def positions_of(at_work: House, stream: UUID) -> list[int]:
    """Returns the positions of the events of a stream, in their order."""
    return [one.position for one in at_work.served.engine.read(0, 1_000) if one.originator_id == stream]


def test_its_page_says_so_and_every_other_stays_up(at_work: House) -> None:
    good = at_work.opened("Aminata", "Diallo")
    bad = at_work.presented(first="Léo", last="Martin")
    position = at_work.served.engine.head()
    flip(at_work.served.opened, position - 1)
    at_work.served.rebuild(lambda done, total: None)
    client = at_work.client("Sophie Lecomte")
    answer = client.get(f"/dossiers/{bad}")
    assert answer.status_code == 424
    assert "Un fait de cette fiche ne se lit plus" in answer.text
    for page in (*PAGES, f"/dossiers/{good}"):
        assert client.get(page).status_code == 200, page
    assert "Martin" not in client.get("/dossiers").text


def test_what_the_tables_showed_before_the_damage_is_not_shown_as_whole(at_work: House) -> None:
    """The tables have the stamps of each event; what it says is read in the store."""
    good, bad = at_work.opened("Aminata", "Diallo"), at_work.presented(first="Léo", last="Martin")
    client = at_work.client("Sophie Lecomte")
    pages = (*PAGES, "/journal", "/rejouer", "/indicateurs", f"/dossiers/{good}", f"/rejouer/{good}")
    assert [client.get(f"/{place}/{bad}").status_code for place in ("dossiers", "rejouer")] == [200, 200]
    flip(at_work.served.opened, positions_of(at_work, bad)[0])
    with at_work.served.reads.reading(lambda side: side) as side:
        side.memory.restart(side.refs)
    assert [client.get(f"/{place}/{bad}").status_code for place in ("dossiers", "rejouer")] == [424, 424]
    for page in pages:
        assert client.get(page).status_code == 200, page
    journal = client.get(f"/journal?dossier={bad}").text
    assert "Ouverture&nbsp;: ne se lit plus" in journal.replace("\N{NO-BREAK SPACE}", "&nbsp;")
    assert journal.count("ne se lit plus") == 1


@pytest.mark.parametrize("name", ["protocol", "grille"])
def test_without_a_protocol_or_a_grid_what_is_counted_with_it_says_so(tmp_path: Path, name: str) -> None:
    with house(tmp_path, FIRST) as made:
        dossier, scored = made.presented(), made.debriefed(first="Léo", last="Martin")[0]
        people, clock = made.people, made.served.engine.clock
        flip(made.served.opened, positions_of(made, made.served.opened.stream(name))[0])
    with open_host(tmp_path, demo=True, clock=clock) as host:
        made = House(host, [clock()])
        made.people = people
        made.served.rebuild(lambda done, total: None)
        if name == "grille":
            made.served.tick()
        sophie, helene = made.client("Sophie Lecomte"), made.client("Hélène Morin")
        for page in ("/boite", "/dossiers", "/ateliers", "/equipe", "/partenaires", "/ressources", "/journal"):
            assert sophie.get(page).status_code == 200, page
        assert helene.get("/boite").status_code == 200
        needing = [f"/dossiers/{dossier if name == 'protocol' else scored}", "/indicateurs", "/indicateurs/I14"]
        for answer in map(sophie.get, (*needing, "/protocole")):
            assert (answer.status_code, "ne se lit plus" in answer.text) == (424, True), answer.url


def test_so_does_the_page_of_anything_else(at_work: House) -> None:
    partner, resource, question = uuid4(), uuid4(), uuid4()
    at_work.says(
        "Sophie Lecomte", list_partner, {"partner": partner}, details=PartnerDetails(name="Fablab", town="L’Aigle")
    )
    text = ResourceDocument("Présenter Pix", "fiche", "Pix est gratuit.")
    at_work.says("Sophie Lecomte", share_resource, {"resource": resource}, document=text, note="")
    at_work.says("Nadia Benali", ask_question, {"question": question}, text="Et s’il refuse ?", task="")
    pages = {
        f"/partenaires/{partner}": partner,
        f"/ressources/{resource}": resource,
        f"/ressources/questions/{question}": question,
        f"/ateliers/{(workshop := scheduled(at_work))}": workshop,
        f"/resultats/campagnes/{at_work.campaign}": at_work.campaign,
        f"/equipe/{at_work.people['Paul Rey']}": at_work.people["Paul Rey"],
    }
    client = at_work.client("Sophie Lecomte")
    assert {client.get(page).status_code for page in pages} == {200}
    for stream in pages.values():
        flip(at_work.served.opened, positions_of(at_work, stream)[0])
    at_work.served.rebuild(lambda done, total: None)
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 424)
    for page in (*PAGES, "/partenaires", "/ressources"):
        assert client.get(page).status_code == 200, page


def test_a_command_on_it_is_refused_in_words(at_work: House) -> None:
    bad = at_work.opened("Léo", "Martin")
    at_work.served.read()
    client = at_work.client("Nadia Benali")
    assert client.get(f"/dossiers/{bad}").status_code == 200
    flip(at_work.served.opened, at_work.served.engine.head())
    sent = {"command_id": str(uuid4()), "seen": "1", "occasion": "welcome", "on": str(FIRST)}
    answer = client.post(f"/dossiers/{bad}/present", data=sent)
    assert answer.status_code == 422
    assert "Un fait de cette fiche ne se lit plus" in answer.text
    good = at_work.presented()
    assert client.get(f"/dossiers/{good}").status_code == 200


def test_the_clock_goes_on_with_the_others(at_work: House) -> None:
    bad, good = at_work.opened("Léo", "Martin"), at_work.opened("Aminata", "Diallo")
    for dossier in (bad, good):
        at_work.on(
            dossier, lending.lend_dossier, "Sophie Lecomte", advisor=at_work.people["Paul Rey"], until=date(2026, 1, 6)
        )
    side = at_work.served.read()
    flip(at_work.served.opened, positions_of(at_work, bad)[-1])
    at_work.day(date(2026, 1, 8))
    assert clock_jobs.return_lent_dossiers(at_work.served.engine, side) == 1
    at_work.on(good, orientation.present_pix, occasion="welcome")
