from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from pixflow import presets
from pixflow.actor import OPERATOR
from pixflow.documents.protocol import ResultRoute
from pixflow.protocol import publishing
from pixflow.tasks import Kind
from tests.web.client import words
from tests.web.filled import part, structures_of, texts
from tests.web.paths import House
from tests.web.tags import parsed
from web.french.events import details
from web.french.protocol import drafts
from web.french.protocol import protocol as french

CLAIRE, YANN = "Claire Vasseur", "Yann Le Goff"
PLAIN = Path(presets.__file__).with_name("laigle-mortagne.toml").read_text()
OTHER = (
    PLAIN.replace("hold_debrief = 5", "hold_debrief = 8")
    .replace("high = 40", "high = 45")
    .replace("low = 41", "low = 46")
    .replace('label = "CAP Digital"', 'label = "Visa Numérique"')
)


def read(at_work: House, name: str = CLAIRE, query: str = "") -> str:
    answer = at_work.client(name).get(f"/protocole{query}")
    assert answer.status_code == 200
    return str(answer.text)


def delays(page: str) -> dict[str, str]:
    """The delay of each task, as the page says it."""
    rows = parsed(page).select("tr[id^=delai-]")
    return {str(row["id"]).removeprefix("delai-"): " ".join(row.select("td")[2].get_text().split()) for row in rows}


def test_two_structures_that_differ_show_it_on_their_pages(tmp_path: Path) -> None:
    """Done when 5: a delay, a band limit and a proposal."""
    named = {"Mission A": presets.read(PLAIN), "Mission B": presets.read(OTHER)}
    with structures_of(tmp_path, named) as houses:
        a, b = read(houses["Mission A"]), read(houses["Mission B"])
    assert (delays(a)["hold-debrief"], delays(b)["hold-debrief"]) == ("5 jours ouvrés", "8 jours ouvrés")
    assert texts(a, ".grid .range") == ["0-40 %", "41-70 %", "71-100 %"]
    assert texts(b, ".grid .range") == ["0-45 %", "46-70 %", "71-100 %"]
    assert "CAP Digital" in words(a)
    assert "Visa Numérique" not in words(a)
    assert "Visa Numérique" in words(b)
    assert {kind for kind, said in delays(a).items() if delays(b)[kind] != said} == {"hold-debrief"}


def test_the_four_stages_say_who_when_and_how(at_work: House) -> None:
    page = read(at_work)
    assert texts(page, ".path-stages h3") == ["1 Orientation", "2 Diagnostic", "3 Prescription", "4 Parcours"]
    assert len(parsed(page).select(".path-stages dt")) == 12
    assert "La ou le référent·e Pix envoie les résultats ; la ou le conseiller·ère construit la prescription" in words(
        page
    )
    assert "Le test se passe en atelier, au bureau, à la maison ou au café numérique." in words(page)
    assert "Un atelier compte de 6 à 10 places ; une seule personne peut l’animer." in words(page)


def test_the_grid_says_its_proposals_their_notes_and_what_stays_with_the_advisor(at_work: House) -> None:
    page = parsed(read(at_work))
    first = page.select(".grid tbody tr")[0]
    proposals = texts(str(first), ".proposals li")
    assert proposals[0].startswith(
        "Illettrisme à vérifier conseiller·ère seulement À vérifier par la ou le conseiller·ère"
    )
    assert proposals[3] == "Plongée dans le numérique · avec viaformation"
    assert len(page.select(".tag")) == 1
    assert "Certification officielle Pix · si le projet professionnel s’y prête" in words(str(page))


def test_delays_tries_and_escalation_are_said_in_words(at_work: House) -> None:
    page = words(read(at_work))
    assert "15 jours ouvrés après la date prévue, sans test commencé" in page
    assert "après 60 jours ouvrés sans rien, ou les relances épuisées" in page
    assert "Après 3 relances sans suite" in page
    assert "en retard de 5 jours ouvrés" in page
    assert "de 10 jours ouvrés à la direction" in page
    assert (french.delay(0), french.delay(1)) == ("le jour même", "1\xa0jour ouvré")


def test_every_kind_of_task_has_its_line_and_a_protocol_without_workshops_has_none_about_them() -> None:
    known = presets.load("laigle-mortagne").protocol
    assert {line.kind for line in french.owed(known)} == set(get_args(Kind))
    alone = {line.kind for line in french.owed(replace(known, modalities=("home",), result_route="advisor"))}
    assert set(get_args(Kind)) - alone == {
        "book-workshop",
        "mark-attendance",
        "rebook-absent",
        "explore-difficulty",
        "dispatch-result",
    }
    assert not [line for line in french.owed(known) if "{" in line.opens + line.closed_by]


@pytest.mark.parametrize("route", get_args(ResultRoute))
def test_every_way_of_a_result_is_said(route: ResultRoute) -> None:
    assert route in french.ROUTES
    assert route in dict(drafts.ROUTES)
    rows = dict(details.of_protocol(replace(presets.load("parcours-type").protocol, result_route=route)))
    assert rows["Résultats transmis par"]


def test_a_protocol_says_only_what_it_asks(tmp_path: Path) -> None:
    with structures_of(tmp_path, {"Pyrénées": presets.load("hautes-pyrenees")}) as houses:
        page = read(houses["Pyrénées"])
    assert "dispatch-result" not in delays(page)
    assert "Pix est présenté aux jeunes pour qui un besoin est reconnu. Il est obligatoire en CEJ." in words(page)
    assert "Le résultat arrive directement à la ou au conseiller·ère" in words(page)


@pytest.mark.parametrize("preset", presets.names())
def test_every_preset_is_readable(tmp_path: Path, preset: str) -> None:
    with structures_of(tmp_path, {"Mission": presets.load(preset)}) as houses:
        assert "La grille propose" in words(read(houses["Mission"]))


def test_earlier_and_coming_versions_are_listed_and_readable(at_work: House) -> None:
    assert "Grilles publiées" not in words(read(at_work))
    published = presets.read(OTHER)
    at_work.day(date(2026, 4, 1))
    for stream, decide, document, day in (
        ("grille", publishing.publish_grille, published.grille, date(2026, 4, 1)),
        ("protocol", publishing.publish_protocol, published.protocol, date(2026, 5, 4)),
    ):
        at_work.says(OPERATOR, decide, {stream: at_work.served.opened.stream(stream)}, document=document, from_day=day)
    page = read(at_work)
    assert "Visa Numérique" in words(page)
    assert delays(page)["hold-debrief"] == "5 jours ouvrés"
    links = [link["href"] for link in parsed(page).select(".versions a")]
    assert links == ["/protocole?protocole=2", "/protocole?grille=1"]
    assert "à partir du 4 mai 2026" in words(page)
    old = read(at_work, query="?grille=1")
    assert "CAP Digital" in words(old)
    assert "Vous lisez une version qui n’est pas celle d’aujourd’hui." in words(old)
    coming = read(at_work, query="?protocole=2&grille=1")
    assert delays(coming)["hold-debrief"] == "8 jours ouvrés"
    at_work.day(date(2026, 5, 4))
    assert delays(read(at_work))["hold-debrief"] == "8 jours ouvrés"
    for query, status in (("?grille=3", 404), ("?protocole=9", 404), ("?grille=-1", 422)):
        assert at_work.client(CLAIRE).get(f"/protocole{query}").status_code == status


def test_everyone_reads_it_and_the_fragment_is_the_same(at_work: House) -> None:
    client = at_work.client(YANN)
    assert part(client, "/protocole") in client.get("/protocole").text
