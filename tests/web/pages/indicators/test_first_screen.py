"""The first screen of Indicateurs: five cards, their targets, the months of a step, who waits, the loads."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from pixflow.documents.definitions import Definitions
from pixflow.dossier.stages import orientation
from pixflow.protocol.drafting import draft_definitions, publish_definitions
from tests.web.client import InspectingClient, words
from tests.web.paths import House, house
from tests.web.story import long_story
from tests.web.tags import parsed

MONDAY = date(2026, 3, 16)
NADIA, PAUL, SOPHIE, HELENE, CLAIRE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Claire Vasseur"
HERE = "/indicateurs"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    """Six young people: Pix was presented to four of them in March, to one of these in L’Aigle."""
    with house(tmp_path, MONDAY) as made:
        for number in range(6):
            site = "L’Aigle" if number == 0 else "Mortagne"
            dossier = made.opened(last=f"Jeune{number}", site=site, imilo_number=f"70{number}", advisor=PAUL)
            if number < 4:
                made.on(dossier, orientation.present_pix, PAUL, occasion="welcome")
        yield made


def cards(client: InspectingClient, path: str = HERE) -> dict[str, str]:
    """The cards of a page in words, by their label."""
    found = parsed(client.get(path).text).select(".five > li")
    return {card.select_one("h3").text: words(" ".join(part.text for part in card.select("p"))) for card in found}


def length(client: InspectingClient, path: str) -> int:
    return int(parsed(client.get(path).text).select_one("#liste small").text)


def test_a_card_has_the_period_and_the_one_before_and_each_number_its_people(at_work: House) -> None:
    client = at_work.client(HELENE)
    at_work.day(date(2026, 4, 20))
    labels = ["Présentations", "Tests commencés", "Restitutions", "Prescriptions", "Jeunes en action"]
    assert list(cards(client)) == labels
    assert cards(client)["Présentations"] == "4 avant : 0"
    assert cards(client, f"{HERE}?periode=mois")["Présentations"] == "0 avant : 4"
    page = parsed(client.get(f"{HERE}?periode=mois").text)
    before = page.select(".five > li")[0].select("p a")[1]
    assert length(client, before["href"]) == 4
    shown = client.get(before["href"]).text
    assert [head.text for head in parsed(shown).select("#liste ~ table th[scope=col]")] == ["Qui", "Date", "Site"]
    assert "Du 1er mars 2026 au 20 mars 2026" in words(shown)
    assert "du 1er mars 2026 au 20 mars 2026 : ôter ce filtre" in words(shown)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "du 1er avril 2024 au 31 mars 2025"),
        ("periode=3-mois", "du 1er octobre 2025 au 31 décembre 2025"),
        ("periode=mois", "du 1er février 2026 au 28 février 2026"),
        ("periode=mois-dernier", "du 1er janvier 2026 au 31 janvier 2026"),
        ("periode=annee", "du 1er janvier 2025 au 31 mars 2025"),
        ("periode=annee-derniere", "du 1er janvier 2024 au 31 décembre 2024"),
        ("periode=annee&mois=2026-03", "du 1er février 2026 au 28 février 2026"),
        ("avant=oui", "du 1er avril 2024 au 31 mars 2025"),
    ],
)
def test_the_period_before_is_as_long(at_work: House, asked: str, said: str) -> None:
    at_work.day(date(2026, 3, 31))
    assert f"Avant : {said}." in words(at_work.client(HELENE).get(f"{HERE}?{asked}").text)


AIMS = f"{HERE}/objectifs"


def aim(made: House, yearly: object, step: str = "presented", site: str = "", name: str = HELENE) -> Any:
    sent = {"command_id": str(uuid4()), "step": step, "site": site, "yearly": str(yearly)}
    return made.client(name).post(AIMS, data=sent)


def test_a_target_is_set_in_one_small_form_and_said_in_words(at_work: House) -> None:
    client, auditor = at_work.client(HELENE), at_work.client(CLAIRE)
    page = parsed(client.get(HERE).text)
    assert "Aucun objectif n’est fixé. Fixer un objectif." in words(page.main.text)
    link = next(one for one in page.select("main a") if one.text == "Fixer un objectif")
    assert len(parsed(client.get(link["href"]).text).select(".sheet-form :is(select, input:not([type=hidden]))")) == 3
    assert "Fixer un objectif" not in words(auditor.get(HERE).text)
    assert aim(at_work, 120).headers["location"].startswith(f"{AIMS}?recu=")
    assert "Présentations 120 — —" in words(client.get(AIMS).text)
    assert cards(client)["Présentations"] == "4 avant : 0 4 sur 120 attendus à ce jour, il en manque 116 (120 par an)"
    assert cards(client)["Restitutions"] == "0 avant : 0 sans objectif"
    year = cards(client, f"{HERE}?periode=annee-derniere")["Présentations"]
    assert year.endswith("0 sur 120 attendus sur la période, il en manque 120 (120 par an)")
    month = cards(client, f"{HERE}?periode=mois")["Présentations"]
    assert month.endswith("4 sur 5 attendus à ce jour, il en manque 1 (120 par an)")
    aim(at_work, 20)
    assert cards(client, f"{HERE}?periode=mois")["Présentations"].endswith(
        "4 sur 1 attendu à ce jour, c’est tenu (20 par an)"
    )
    aim(at_work, 5)
    assert cards(client, f"{HERE}?periode=mois")["Présentations"].endswith(
        "moins d’un jeune attendu à ce jour (5 par an)"
    )
    aim(at_work, "")
    assert "Aucun objectif n’est fixé." in words(client.get(HERE).text)


def test_a_site_has_targets_of_its_own(at_work: House) -> None:
    client, there = at_work.client(HELENE), f"{HERE}?coupe=site:Mortagne"
    aim(at_work, 120)
    assert "Aucun objectif n’est fixé ici." in words(client.get(there).text)
    link = next(one for one in parsed(client.get(there).text).select("main a") if one.text == "Fixer un objectif")
    assert parsed(client.get(link["href"]).text).select_one("select[name=site] [selected]")["value"] == "Mortagne"
    aim(at_work, 3, site="Mortagne", name=SOPHIE)
    assert cards(client, there)["Présentations"].endswith("3 sur 3 attendus à ce jour, c’est tenu (3 par an)")
    assert "(120 par an)" in cards(client)["Présentations"]
    assert "par an" not in words(str(client.get(f"{HERE}?coupe=programme:CEJ").text))
    told = text_of(client.get(f"{HERE}.pdf?coupe=site:Mortagne").content)
    assert "objectif : 3" in told


def undo_of(page: str) -> dict[str, str]:
    return {one["name"]: one["value"] for one in parsed(page).select(".notice form input")}


def test_a_target_is_taken_back_by_its_receipt_while_no_other_followed(at_work: House) -> None:
    client, other = at_work.client(HELENE), at_work.client(SOPHIE)
    aim(at_work, 80, site="Mortagne")
    there = aim(at_work, 120, site="Mortagne").headers["location"]
    page = client.get(there).text
    assert "Enregistré : Objectif, Présentations à Mortagne : 120 jeunes par an" in words(page)
    assert not undo_of(other.get(there).text)
    sent = undo_of(page)
    aim(at_work, 7, site="L’Aigle", name=SOPHIE)
    back = [client.post(f"{AIMS}/annuler", data=sent) for _ in range(2)]
    assert [one.status_code for one in back] == [303, 303]
    assert "Présentations — 7 80" in words(client.get(back[0].headers["location"]).text)
    ended = aim(at_work, "", site="L’Aigle").headers["location"]
    assert "Objectif, Présentations à L’Aigle : aucun" in words(client.get(ended).text)
    late = undo_of(client.get(ended).text)
    aim(at_work, 9, site="L’Aigle", name=SOPHIE)
    assert not undo_of(client.get(ended).text)
    answer = client.post(f"{AIMS}/annuler", data=late)
    assert (answer.status_code, "Cet objectif a changé depuis" in words(answer.text)) == (422, True)
    forged = client.post(f"{AIMS}/annuler", data=late | {"receipt": str(uuid4()), "command_id": str(uuid4())})
    assert forged.status_code == 422
    assert "Présentations — 9 80" in words(client.get(AIMS).text)


@pytest.mark.parametrize(
    ("field", "sent"),
    [("yearly", {"yearly": "-1"}), ("yearly", {"yearly": "100001"}), ("yearly", {"yearly": "beaucoup"}),
     ("site", {"yearly": "3", "site": "Paris"}), ("step", {"yearly": "3", "step": "done"})],
)  # fmt: skip
def test_a_target_that_cannot_be_is_refused_on_its_field(at_work: House, field: str, sent: dict[str, Any]) -> None:
    answer = aim(at_work, **sent)
    assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)


def test_the_targets_of_definitions_of_before_go_on_with_new_ones(at_work: House) -> None:
    """Their form asks for no target: it is set by itself."""
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    streams = {"indicators": at_work.served.opened.stream("indicators")}
    document = Definitions(name="2025", aims=(("presented", 60),))
    at_work.says(SOPHIE, draft_definitions, streams, document=document, note="", replaces=0)
    at_work.says(HELENE, publish_definitions, streams, draft=1, from_day=at_work.today, alone=True)
    assert "(60 par an)" in cards(helene)["Présentations"]
    sent = {"command_id": str(uuid4()), "name": "2026", "note": "", "replaces": "0", "silent": "90"}
    assert sophie.post(f"{HERE}/definitions/proposer", data=sent).status_code == 303
    aim(at_work, 80)
    page = words(sophie.get(f"{HERE}/definitions").text)
    assert ("par an" in page, "ils se fixent à part" in page) == (False, True), "80 counts, and it stands there"
    assert "ils se fixent" not in words(at_work.client(CLAIRE).get(f"{HERE}/definitions").text)
    published = {"command_id": str(uuid4()), "draft": "2", "from_day": at_work.today.isoformat(), "alone": "on"}
    assert helene.post(f"{HERE}/definitions/publier", data=published).status_code == 303
    assert "(80 par an)" in cards(helene)["Présentations"]


def test_the_months_of_a_step_stand_for_everybody_and_by_site(at_work: House) -> None:
    client = at_work.client(HELENE)
    page = parsed(client.get(f"{HERE}?etape=presented&periode=mois").text)
    points = page.select(".curve a")
    assert [length(client, point["href"]) for point in points] == [0] * 12 + [4], "twelve months, for a short period"
    assert points[0]["aria-label"].endswith("mois incomplet")
    sites = page.select(".sites a")
    assert [(site["aria-label"], length(client, site["href"])) for site in sites] == [
        ("L’Aigle\N{NO-BREAK SPACE}: 1", 1),
        ("Mortagne\N{NO-BREAK SPACE}: 3", 3),
    ]
    cells = page.select("#months ~ .fold td a")
    assert [length(client, cell["href"]) for cell in cells[-3:]] == [int(cell.text) for cell in cells[-3:]] == [4, 1, 3]
    assert "Par site" not in parsed(client.get(f"{HERE}?coupe=site:Mortagne").text).main.text
    for step in ("begun", "rien", ""):
        assert "Tests commencés, mois par mois" in words(client.get(f"{HERE}?etape={step}").text)


def test_who_waits_past_their_day_is_told_since_when_whatever_the_period(at_work: House) -> None:
    client = at_work.client(HELENE)
    assert "Rien n’attend au-delà de son délai." in words(client.get(HERE).text)
    at_work.day(MONDAY + timedelta(400))
    row = parsed(client.get(f"{HERE}?periode=mois").text).select("#stuck ~ table tbody tr")[0]
    assert [words(cell.text) for cell in row.select("th, td")] == ["Pix à présenter Mortagne 2", "2", "16 mars 2026"]
    site, link = (one["href"] for one in row.select("a"))
    assert length(client, link) == length(client, site) == 2
    assert "coupe=site%3AMortagne" in site
    assert "au-delà du délai, toutes périodes" in words(client.get(link).text)


def test_the_load_of_an_advisor_leads_to_their_dossiers_and_tasks(at_work: House) -> None:
    at_work.opened(last="Libre", advisor=None, imilo_number="799")
    at_work.opened(last="Diallo", advisor=NADIA, imilo_number="798")
    client = at_work.client(HELENE)
    rows = parsed(client.get(HERE).text).select("#loads ~ table tbody tr")
    assert [row.select_one("th").text for row in rows] == [NADIA, PAUL, "personne en particulier"]
    for link in (link for row in rows for link in row.select("a")):
        assert length(client, link["href"]) == int(link.text)
    assert rows[1].select("td")[0].text == "6"
    assert not rows[2].select("a")
    listed = client.get(rows[0].select_one("a")["href"])
    assert "Aminata Diallo" in listed.text
    assert "Jeune0" not in listed.text
    assert "Nadia Benali : ôter ce filtre" in words(listed.text)
    for nobody in ("", str(uuid4()), "x"):
        assert length(client, f"{HERE}/I18?etat=among&conseiller={nobody}") == 8


def test_a_new_structure_sees_what_is_missing_and_no_zeros(tmp_path: Path) -> None:
    with house(tmp_path, MONDAY) as made:
        client = made.client(HELENE)
        page = parsed(client.get(HERE).text)
        missing = [item.text for item in page.select(".missing b")]
        assert missing[0] == "Des dossiers"
        assert len(missing) == 6
        assert not page.select(".five, .curve, .measure, table")
        made.on(made.opened(), orientation.present_pix, occasion="welcome")
        page = parsed(client.get(HERE).text)
        assert [item.text for item in page.select(".missing b")] == missing[2:]
        assert len(page.select(".five > li")) == 5
        assert "Certification Pix" in page.main.text
        assert not page.select("#I12"), "nothing to unfold"


def test_the_twenty_four_are_folded_and_no_heading_has_a_code(tmp_path: Path) -> None:
    with house(tmp_path, MONDAY) as made:
        long_story(made)
        page = parsed(made.client(HELENE).get(HERE).text)
        folded = page.select("details.measure")
        assert len(folded) > 15
        assert not [one for one in folded if one.has_attr("open")]
        one = parsed(made.client(HELENE).get(f"{HERE}/I2").text)
        headings = [heading.text for shown in (page, one) for heading in shown.select("h1, h2, h3, summary")]
        assert not [one for one in headings if any(f"I{n}" in one.split() for n in range(1, 25))]
        assert all(one.select("svg") for one in folded)


def test_who_may_not_read_all_dossiers_has_no_first_screen(at_work: House) -> None:
    for name in (NADIA, "Yann Le Goff"):
        assert at_work.client(name).get(HERE).status_code == 403
        assert at_work.client(name).get(f"{HERE}/steps?etat=presented").status_code == 403
    for name in (SOPHIE, CLAIRE, HELENE):
        assert at_work.client(name).get(HERE).status_code == 200


@pytest.mark.parametrize("asked", ["etape=<b>", "avant=9", "mois=2026-99", "coupe=site:Nulle%20part", "au=2026-03-31"])
def test_words_that_are_no_question_give_a_page(at_work: House, asked: str) -> None:
    answer: Any = at_work.client(HELENE).get(f"{HERE}?{asked}")
    assert answer.status_code == 200
    assert "<b>&" not in answer.text


# --- the page for the board


def text_of(pdf: bytes) -> str:
    return words(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def test_the_page_for_the_board_is_one_a4_where_small_numbers_are_hidden(at_work: House) -> None:
    aim(at_work, 120)
    for number in range(6, 12):
        made = at_work.opened(last=f"Jeune{number}", site="L’Aigle", imilo_number=f"70{number}", advisor=PAUL)
        at_work.on(made, orientation.present_pix, PAUL, occasion="welcome")
    at_work.day(MONDAY + timedelta(400))
    client = at_work.client(HELENE)
    for asked in ("", "?periode=annee-derniere", "?coupe=site:Mortagne", "?periode=mois&au=2026-03-31", "?avant=oui"):
        answer = client.get(f"{HERE}.pdf{asked}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        (page,) = PdfReader(BytesIO(answer.content)).pages
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    told = text_of(client.get(f"{HERE}.pdf?periode=annee-derniere").content)
    assert "Présentations 10 avant : masqué objectif : 120" in told
    assert "L’Aigle 5 ou plus" in told, "nine: with the ten of both, the number would tell the one of the other site"
    assert "Mortagne masqué" in told
    assert not [name for name in (PAUL, "Jeune1", "Diallo") if name in told]
    assert client.get(f"{HERE}").text.count(f"{HERE}.pdf") == 1
    assert at_work.client(NADIA).get(f"{HERE}.pdf").status_code == 403


def test_the_choice_of_the_page_of_the_month_is_undone_from_its_receipt(at_work: House) -> None:
    client = at_work.client(HELENE)

    def chosen() -> bool:
        return at_work.served.refs.team[at_work.people[HELENE]].monthly_page

    answer = client.post(f"{HERE}/courriel", data={"command_id": str(uuid4()), "wanted": "true"})
    page = client.get(answer.headers["location"].split("#")[0]).text
    assert "La page du mois vous sera envoyée." in words(page)
    assert chosen()
    (undo,) = (form for form in parsed(page).select(".notice form"))
    sent = {field["name"]: field["value"] for field in undo.select("input")}
    again = client.post(undo["action"], data=sent)
    assert not chosen()
    assert "ne vous sera plus envoyée" in words(client.get(again.headers["location"].split("#")[0]).text)
    assert not parsed(client.get(answer.headers["location"].split("#")[0]).text).select(".notice form"), "another since"


def test_a_new_structure_has_a_page_for_the_board_too(tmp_path: Path) -> None:
    with house(tmp_path, MONDAY) as made:
        told = text_of(made.client(HELENE).get(f"{HERE}.pdf").content)
    assert "Tests commencés 0 avant : masqué" in told
