"""The addresses of the sites on the page of the territory."""

from pixflow.events.structure import SiteLocated
from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import sent_by

SOPHIE, PAGE = "Sophie Lecomte", "/partenaires/territoire"
FORM = "form[action$='/adresses']"


def test_a_referent_says_the_addresses_and_reads_them_back(at_work: House) -> None:
    client = at_work.client(SOPHIE)
    sent = sent_by(client.get(PAGE).text, FORM) | {"site-0": "", "site-1": "12 rue du Lavoir"}
    answer = client.post(f"{PAGE}/adresses", data=sent)
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "Site de Mortagne : 12 rue du Lavoir" in words(page)
    assert sent_by(page, FORM)["site-1"] == "12 rue du Lavoir"
    again = client.post(f"{PAGE}/adresses", data={**sent, "command_id": sent_by(page, FORM)["command_id"]})
    assert "C’était déjà enregistré" in words(client.get(again.headers["location"]).text)
    history = at_work.served.engine.history(at_work.served.opened.stream("structure"))
    assert [one.event.site for one in history if isinstance(one.event, SiteLocated)] == ["Mortagne"]


def test_an_address_too_long_is_refused_and_kept_in_its_field(at_work: House) -> None:
    client = at_work.client(SOPHIE)
    sent = sent_by(client.get(PAGE).text, FORM) | {"site-0": "rue " * 60, "site-1": ""}
    answer = client.post(f"{PAGE}/adresses", data=sent)
    assert answer.status_code == 422
    assert "Écrivez au plus 200 caractères." in words(answer.text)
    assert sent_by(answer.text, FORM)["site-0"].startswith("rue rue")
