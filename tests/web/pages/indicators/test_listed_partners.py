"""I23: a referral finds its partner in the list by its id or by a name, whenever the name was attached."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.partners import listing
from projections.figures.lists import lines
from projections.figures.questions import figures_of
from projections.figures.tallies import FigureQuestion, count_entries
from tests.web.paths import House, house
from tests.web.story import long_story
from web.hosting.figures import counting

MONDAY = date(2026, 3, 16)
SOPHIE = "Sophie Lecomte"


@pytest.fixture
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("partners"), MONDAY) as made:
        long_story(made)
        yield made


def numbers(at_work: House) -> dict[str, int]:
    """Each number of I23, that of its list too."""
    asked = FigureQuestion(MONDAY.replace(year=2025), at_work.today, at_work.today)
    with counting(at_work.served, at_work.today) as there:
        counted = count_entries(there, asked, ["I23"])
        shown = figures_of(there, asked, counted)["I23"]
        told = {part.name: part.counted for part in shown.parts}
        told |= {"counted": shown.counted, "among": shown.among, "sent": shown.parts[0].among}
        for name, number in told.items():
            found = lines(there.connection, asked, counted, "I23", name, 100)
            assert len(found) == number, name
            assert lines(there.connection, asked, counted, "I23", name, 2, 1) == found[1:3], name
    return told


def listed(at_work: House, name: str) -> UUID:
    partner = uuid4()
    details = PartnerDetails(name=name, town="Mortagne")
    at_work.says(SOPHIE, listing.list_partner, {"partner": partner}, details=details)
    return partner


def test_the_list_says_which_partners_were_used(at_work: House) -> None:
    before = numbers(at_work)
    assert (before["counted"], before["among"], before["elsewhere"]) == (0, 0, before["sent"])
    bands = {name for name in before if name[0].isdigit()}
    assert bands, "each level of the grid, though no offer is for it"
    assert {before[name] for name in bands} == {0}

    library = listed(at_work, "MÉDIATHÈQUE de Mortagne")
    own_name = numbers(at_work)
    assert (own_name["counted"], own_name["among"], own_name["elsewhere"]) == (1, 1, 0)
    assert (own_name["fresh"], own_name["old"], own_name["unknown"]) == (1, 0, 0)

    at_work.says(SOPHIE, listing.delist_partner, {"partner": library}, reason="closed")
    assert numbers(at_work)["elsewhere"] == before["sent"]

    other = listed(at_work, "Espace public numérique")
    assert (numbers(at_work)["counted"], numbers(at_work)["among"]) == (0, 1)
    at_work.says(SOPHIE, listing.attach_name, {"partner": other}, name="Mediatheque de mortagne")
    assert numbers(at_work)["counted"] == 1

    low, high = min(bands, key=lambda name: int(name.partition("-")[0])).split("-")
    terms = OfferTerms(label="Premiers pas", kind="digital", bands=((int(low), int(high)),))
    at_work.says(SOPHIE, listing.list_offer, {"partner": other}, offer=uuid4(), terms=terms)
    assert numbers(at_work)[f"{low}-{high}"] == 1
    proposal = at_work.served.refs.grille(MONDAY).document.bands[-1].proposals[0].id
    for proposals in ((proposal,), ()):
        offered = OfferTerms(label="Plus loin", kind="general", proposals=proposals)
        at_work.says(SOPHIE, listing.list_offer, {"partner": other}, offer=uuid4(), terms=offered)
    last = at_work.served.refs.grille(MONDAY).document.bands[-1]
    assert (numbers(at_work)[f"{last.low}-{last.high}"], numbers(at_work)["any-level"]) == (1, 1)


def test_its_pages_name_the_partners(at_work: House) -> None:
    listed(at_work, "Médiathèque de Mortagne")
    client = at_work.client("Hélène Morin")
    for name in ("counted", "among", "sent", "elsewhere", "fresh", "old", "unknown"):
        assert client.get(f"/indicateurs/I23?etat={name}").status_code == 200
    assert 'href="/partenaires/' in client.get("/indicateurs/I23?etat=among").text
    assert "à confirmer avant le" in client.get("/indicateurs/I23?etat=fresh").text
    assert client.get("/indicateurs?au=1990-01-01").status_code == 200
