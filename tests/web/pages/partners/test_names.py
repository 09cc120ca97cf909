"""Noms à rattacher: free names of former referrals, attached one by one or several at once; the map of the list."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import Partner, PartnerDetails
from pixflow.partners import catalogue
from tests.web.pages.partners.conftest import NADIA, SOPHIE
from tests.web.pages.partners.conftest import listed as list_of
from tests.web.paths import House
from tests.web.tags import parsed

NAMES = "/partenaires/noms"


def listed(at_work: House, name: str, point: tuple[float, float] | None = None, town: str = "L’Aigle") -> UUID:
    return list_of(at_work, PartnerDetails(name=name, town=town, phone="+33233000101", point=point))


def referred(at_work: House, *names: str) -> None:
    for name in names:
        dossier, actions = at_work.prescribed()
        at_work.referred(dossier, actions[1], partner=Partner(None, name))


def shown(at_work: House) -> Any:
    return parsed(at_work.client(SOPHIE).get(NAMES).text)


def attached(at_work: House, stream: UUID) -> tuple[str, ...]:
    names: tuple[str, ...] = at_work.served.engine.state("partner", stream).names
    return names


def send(at_work: House, **data: Any) -> Any:
    return at_work.client(SOPHIE).post(NAMES, data={"command_id": str(uuid4()), **data})


def test_sure_names_are_ticked_and_attached_at_once_and_their_referrals_count(at_work: House) -> None:
    centre, fablab = listed(at_work, "Centre social Jean Vilar"), listed(at_work, "Fablab")
    referred(at_work, "centre social", "Fablab L’Aigle", "Madame Durand", "Fablab")
    page = shown(at_work)
    assert [row.text.strip() for row in page.select(".item-who")] == [
        "centre social",
        "Fablab L’Aigle",
        "Madame Durand",
    ]
    ticked = [box["value"] for box in page.select("input[checked]")]
    answer = send(at_work, ticked=ticked)
    assert (attached(at_work, centre), attached(at_work, fablab)) == (("centre social",), ("Fablab L’Aigle",))
    after = at_work.client(SOPHIE).get(answer.headers["location"]).text
    assert "Nom rattaché" in after
    assert [row.text.strip() for row in parsed(after).select(".item-who")] == ["Madame Durand"]
    assert "2\xa0orientations" in at_work.client(SOPHIE).get(f"/partenaires/{fablab}").text
    assert "1\xa0nom à rattacher" in at_work.client(SOPHIE).get("/partenaires").text
    assert "à rattacher" not in at_work.client(NADIA).get("/partenaires").text


def test_one_press_attaches_one_name_and_leaves_the_ticked_ones(at_work: House) -> None:
    centre, fablab = listed(at_work, "Centre social Jean Vilar"), listed(at_work, "Fablab")
    referred(at_work, "centre social", "Fablab L’Aigle")
    page = shown(at_work)
    ticked = [box["value"] for box in page.select("input[checked]")]
    alone = next(one["value"] for one in page.select("button[name=alone]") if str(centre) in one["value"])
    assert send(at_work, ticked=ticked, alone=alone).status_code == 303
    assert (attached(at_work, centre), attached(at_work, fablab)) == (("centre social",), ())


def test_a_name_without_partner_is_listed_and_then_waits_no_more(at_work: House) -> None:
    referred(at_work, "Espace Jeunes")
    link = shown(at_work).select_one(".item-act a")["href"]
    form = parsed(at_work.client(SOPHIE).get(link).text)
    assert form.select_one("input[name=name]")["value"] == "Espace Jeunes"
    listed(at_work, "Espace Jeunes")
    assert not shown(at_work).select(".item")


@pytest.mark.parametrize("ticked", ["nobody centre social", "", "2c7ad7f1-8f4b-4d6e-9a57-1f0d6b6c0d11 someone else"])
def test_what_the_page_did_not_write_attaches_nothing(at_work: House, ticked: str) -> None:
    centre = listed(at_work, "Centre social Jean Vilar")
    referred(at_work, "centre social")
    assert send(at_work, ticked=[ticked] if ticked else []).status_code == 422
    assert send(at_work, ticked=[f"{uuid4()} centre social"]).status_code == 422
    client = at_work.client(NADIA)
    assert client.get(NAMES).status_code == client.post(NAMES, data={"command_id": str(uuid4())}).status_code == 403
    assert attached(at_work, centre) == ()


def test_the_grid_leads_to_the_partner_that_it_names_once_its_name_is_attached(at_work: House) -> None:
    stream = listed(at_work, "viaformation de L’Aigle")

    def links(name: str) -> dict[str, str]:
        page = parsed(at_work.client(name).get("/protocole").text)
        return {one.text: one["href"] for one in page.select(".proposals a")}

    assert links(NADIA) == {}, "who attaches no name"
    names = {"viaformation": f"{NAMES}?nom=viaformation", "EPN et fablabs": f"{NAMES}?nom=epn+et+fablabs"}
    assert links(SOPHIE) == names
    assert not shown(at_work).select(".item"), "nobody was referred to it"
    page = parsed(at_work.client(SOPHIE).get(names["viaformation"]).text)
    assert [row.text for row in page.select(".item-why")] == ["nommé dans la grille"]
    send(at_work, alone=page.select_one("button[name=alone]")["value"])
    assert attached(at_work, stream) == ("viaformation",)
    assert links(NADIA) == {"viaformation": f"/partenaires/{stream}"}
    assert links("Yann Le Goff") == {}, "an administrator reads no partner"


def test_the_map_has_a_named_link_for_each_point_and_says_what_it_leaves_out(at_work: House) -> None:
    assert not parsed(at_work.client(NADIA).get("/partenaires").text).select("svg.map")
    near, far = listed(at_work, "Fablab", (48.763, 0.628)), listed(at_work, "Médiathèque", (48.52, 0.546), "Mortagne")
    twin = listed(at_work, "CAF", (48.764, 0.629))
    listed(at_work, "Bus")
    page = parsed(at_work.client(NADIA).get("/partenaires").text)
    points = {one["aria-label"].replace("\xa0", " "): one["href"] for one in page.select("svg.map a")}
    assert list(points) == ["2 lieux : CAF, Fablab", "Médiathèque, Mortagne"]
    cards = [at_work.client(NADIA).get(address).text for address in points.values()]
    opened = [[one["href"] for one in parsed(card).select("#card .plain a")] for card in cards]
    assert opened == [[f"/partenaires/{near}", f"/partenaires/{twin}"][::-1], [f"/partenaires/{far}"]]
    assert "Hors de la carte, et dans la liste : 1 lieu" in page.text.replace("\xa0", " ")
    assert not page.select("svg.map .land")


def test_the_map_has_the_outlines_that_the_operator_imported_with_their_credit(at_work: House) -> None:
    stream = at_work.served.opened.stream("catalogue")
    square = "600 48700 60 0 0 100 -60 0 0 -100"
    at_work.says(
        SOPHIE, catalogue.receive_outlines, {"catalogue": stream}, credit="IGN 2018", outlines={"61214": square}
    )
    listed(at_work, "Fablab", (48.763, 0.628))
    page = parsed(at_work.client(NADIA).get("/partenaires").text)
    assert page.select_one("svg.map .land")["d"].count("M") == 1
    assert "Contours : IGN 2018." in page.text.replace("\xa0", " ")
