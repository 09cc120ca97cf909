"""Where the young person lives: said once, then again after a move."""

from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import press
from tests.web.tags import parsed

NADIA = "Nadia Benali"


def head(html: str) -> str:
    return words(str(parsed(html).select_one("#sheet > header")))


def test_somebody_lives_somewhere_then_moves(locale: House) -> None:
    dossier, client = locale.opened(), locale.client(NADIA)
    assert "Dire la commune" in head(client.get(f"/dossiers/{dossier}").text)
    answer = press(client, dossier, "commune", commune="Le Mans")
    page = client.get(answer.headers["location"]).text
    assert "vit au Mans" in head(page)
    assert "A déménagé" in head(page)
    assert "Commune : Le Mans 72000" in words(page)
    press(client, dossier, "commune", commune="L'Aigle 61300", on="2026-03-10")
    page = client.get(f"/dossiers/{dossier}").text
    assert "vit à L’Aigle" in head(page)
    assert "Commune : Le Mans 72000" in words(page)


def test_a_commune_of_a_common_name_is_asked_with_its_postal_code(locale: House) -> None:
    dossier, client = locale.opened(), locale.client(NADIA)
    answer = press(client, dossier, "commune", commune="Saint-Denis")
    assert answer.status_code == 422
    assert "ajoutez le code postal" in words(answer.text)
    assert parsed(answer.text).select_one("[name=commune]")["value"] == "Saint-Denis"
    assert locale.state(dossier).commune == ""


def test_a_dossier_opened_by_hand_says_it(locale: House) -> None:
    client = locale.client(NADIA)
    page = client.get("/dossiers/nouveau").text
    shown = parsed(page)
    command, me = (shown.select_one(one)["value"] for one in ("[name=command_id]", "[name=advisor] [selected]"))
    said = {
        "command_id": command,
        "advisor": me,
        "last_name": "Sow",
        "first_name": "Awa",
        "site": "L’Aigle",
        "on": "2026-03-16",
    }
    assert client.post("/dossiers/nouveau", data=said | {"commune": "Saint-Denis"}).status_code == 422
    site = parsed(page).select("[name=site] option")[1]["value"]
    answer = client.post("/dossiers/nouveau", data=said | {"site": site, "commune": "Tarbes"}, follow_redirects=True)
    assert "Commune : Tarbes 65000" in words(answer.text)
