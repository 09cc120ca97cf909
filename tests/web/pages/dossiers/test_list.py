"""The list of dossiers as a tool: next tasks, telephones, the order of each column, a text that narrows it."""

from csv import DictReader
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from pixflow.dossier import follow_up
from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.stages import orientation
from tests.web.arranged import scheduled, seat
from tests.web.client import InspectingClient, words
from tests.web.filled import fill, said, texts
from tests.web.paths import House
from tests.web.tags import parsed

NADIA, PAUL, SOPHIE, CLAIRE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur"
WHO = ".items .item-who > a:first-of-type"


def listed(client: InspectingClient, query: str = "") -> list[str]:
    return texts(client.get(f"/dossiers{query}").text, WHO)


def narrowed(client: InspectingClient, text: str, query: str = "") -> str:
    answer = client.post(f"/dossiers{query}", data={"q": text})
    assert answer.status_code == 200
    return str(answer.text)


# --- the next task, the telephone


def test_a_row_says_what_comes_next_and_when(at_work: House) -> None:
    at_work.planned(first="Ana")
    at_work.opened(first="Bea")
    at_work.presented(first="Cloé")
    at_work.on(at_work.opened(first="Dan"), follow_up.close_dossier, reason="moved", note="")
    page = at_work.client(NADIA).get("/dossiers?etat=all").text
    assert texts(page, WHO) == ["Diallo Ana", "Diallo Bea", "Diallo Cloé", "Diallo Dan"]
    told = [one.removesuffix(" Pourquoi cette ligne ?") for one in texts(page, ".items .item-due")]
    assert told == [
        "Relancer le test à partir du 7 avril",
        "Présenter Pix 7 avril",
        "Prévoir le diagnostic 23 mars",
        "",
    ]


def test_a_day_set_before_the_next_task_is_what_follows(at_work: House) -> None:
    """A seat in a workshop, or a diagnostic from a day on: in the list, its order, its file, any day, the dossier."""
    nadia, friday = at_work.client(NADIA), date(2026, 3, 20)
    booked, office = at_work.presented(first="Bea"), at_work.presented(first="Ana")
    seat(at_work, scheduled(at_work, day=friday, starts=at(20, 13), ends=at(20, 15)), booked)
    plan = {"campaign": at_work.campaign, "modality": "office", "mediator": False, "place": ""}
    at_work.on(office, orientation.plan_diagnostic, **plan, planned_for=date(2026, 3, 25), context={"plan": uuid4()})
    page = nadia.get("/dossiers?tri=suite").text
    assert follows(page) == ["Atelier vendredi", "Passer le test à partir du 25 mars"]
    assert texts(page, WHO) == ["Diallo Bea", "Diallo Ana"]
    assert texts(nadia.get("/dossiers?tri=-suite").text, WHO) == ["Diallo Ana", "Diallo Bea"]
    assert filed(nadia) == [("Atelier", "2026-03-20"), ("Passer le test", "2026-03-25")]
    coming = said(parsed(nadia.get(f"/dossiers/{booked}").text).select_one(".coming"))
    assert coming.startswith("À venir : atelier le vendredi 20 mars ; clore ou relancer le parcours à partir du ")
    coming = said(parsed(nadia.get(f"/dossiers/{office}").text).select_one(".coming"))
    assert coming.startswith("À venir : passer le test à partir du 25 mars ; relancer le test à partir du ")
    at_work.day(date(2026, 3, 26))
    sophie = at_work.client(SOPHIE)
    assert follows(sophie.get("/dossiers?au=2026-03-16&tri=suite").text) == follows(page)
    assert follows(sophie.get("/dossiers?au=2026-03-20&tri=suite").text)[0] == "Atelier aujourd’hui"
    assert not any(one.startswith(("Atelier", "Passer")) for one in follows(nadia.get("/dossiers").text))


def test_a_task_before_a_day_set_stays_what_follows(at_work: House) -> None:
    dossier, nadia = at_work.presented(first="Bea"), at_work.client(NADIA)
    seat(at_work, scheduled(at_work, day=date(2026, 3, 20), starts=at(20, 13), ends=at(20, 15)), dossier)
    reminder = {"day": date(2026, 3, 18), "text": "rappeler", "context": {"reminder": uuid4()}}
    at_work.on(dossier, follow_up.set_reminder, **reminder)
    assert follows(nadia.get("/dossiers").text) == ["Rappeler à partir du 18 mars"]
    coming = said(parsed(nadia.get(f"/dossiers/{dossier}").text).select_one(".coming"))
    assert coming.startswith("À venir : rappeler à partir du 18 mars ; atelier le vendredi 20 mars")


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def follows(page: str) -> list[str]:
    """The cell of each row that says it."""
    return [one.removesuffix(" Pourquoi cette ligne ?") for one in texts(page, ".items .item-due")]


def filed(client: InspectingClient) -> list[tuple[str, str]]:
    """The cells of each row of the file that say it: words and day."""
    lines = client.get("/dossiers.csv?tri=suite").text.splitlines()
    first = next(n for n, line in enumerate(lines) if "À suivre" in line)
    return [(row["À suivre"], row["À suivre le"]) for row in DictReader(lines[first:], delimiter=";")]


def test_whoever_is_to_be_told_of_pix_is_still_in_orientation_in_the_list_and_in_the_dossier(at_work: House) -> None:
    dossier, nadia = at_work.opened(first="Ana"), at_work.client(NADIA)
    seat(at_work, scheduled(at_work), dossier)
    assert texts(nadia.get(f"/dossiers/{dossier}").text, ".stepper .current .step") == ["1 Orientation : en cours"]
    assert listed(nadia, "?etape=orientation") == ["Diallo Ana"]
    at_work.on(dossier, orientation.present_pix, occasion="welcome")
    assert texts(nadia.get(f"/dossiers/{dossier}").text, ".stepper .current .step") == ["2 Diagnostic : en cours"]
    assert listed(nadia, "?etape=diagnostic") == ["Diallo Ana"]


def test_a_snoozed_task_says_when_it_comes_back(at_work: House) -> None:
    dossier = at_work.presented()
    at_work.on(
        dossier, follow_up.snooze_task, task="plan-diagnostic", until=date(2026, 3, 20), reason="en stage", awaits=None
    )
    assert texts(at_work.client(NADIA).get("/dossiers").text, ".item-due .below") == ["revient le 20 mars"]


def test_an_open_dossier_always_says_what_comes_next(at_work: House) -> None:
    at_work.opened(first="Ana")
    at_work.presented(first="Bea")
    at_work.planned(first="Cloé")
    at_work.scored(first="Dan")
    at_work.prescribed("0.30", first="Eva")
    assert all(texts(at_work.client(NADIA).get("/dossiers").text, ".items .item-due"))


def test_a_telephone_is_a_link(at_work: House) -> None:
    at_work.opened(phone="06 12 34 56 78")
    (link,) = parsed(at_work.client(NADIA).get("/dossiers").text).select(".items a[href^=tel]")
    assert link["href"] == "tel:+33612345678"
    assert said(link) == "06 12 34 56 78"


# --- the order


@pytest.fixture
def three(at_work: House) -> House:
    at_work.day(date(2026, 3, 10))
    at_work.opened("Ana", "Zola", site="L’Aigle", programme="PACEA")
    at_work.day(date(2026, 3, 12))
    bea = at_work.presented(first="Bea", last="Yver", programme="CEJ")
    at_work.day(date(2026, 3, 16))
    at_work.scored(first="Cleo", last="Xavier")
    at_work.on(bea, assign_advisor, SOPHIE, advisor=at_work.people[PAUL])
    return at_work


@pytest.mark.parametrize(
    ("tri", "expected"),
    [
        ("nom", "Cleo Bea Ana"),
        ("-nom", "Ana Bea Cleo"),
        ("programme", "Bea Ana Cleo"),
        ("-programme", "Ana Bea Cleo"),
        ("site", "Ana Cleo Bea"),
        ("etape", "Bea Ana Cleo"),
        ("conseiller", "Cleo Ana Bea"),
        ("-conseiller", "Bea Cleo Ana"),
        ("ouverture", "Ana Bea Cleo"),
        ("-ouverture", "Cleo Bea Ana"),
        ("resultat", "Cleo Bea Ana"),
        ("anything", "Cleo Bea Ana"),
        ("--nom", "Cleo Bea Ana"),
    ],
)
def test_each_column_is_an_order_empty_ones_last_and_equal_ones_by_name(three: House, tri: str, expected: str) -> None:
    page = three.client(SOPHIE).get(f"/dossiers?tri={tri}").text
    assert [one.split()[1] for one in texts(page, WHO)] == expected.split()


def test_the_next_day_is_an_order(three: House) -> None:
    client = three.client(SOPHIE)
    rising, falling = listed(client, "?tri=suite"), listed(client, "?tri=-suite")
    assert rising == falling[::-1]
    assert rising == ["Xavier Cleo", "Yver Bea", "Zola Ana"]


def test_the_titles_are_links_that_turn_the_order_and_keep_the_filters(three: House) -> None:
    page = parsed(three.client(SOPHIE).get("/dossiers?site=Mortagne&tri=etape").text)
    titles = {one.a.text: one for one in page.select("thead th")}
    assert [name for name, one in titles.items() if one.has_attr("aria-sort")] == ["Étape"]
    assert titles["Étape"]["aria-sort"] == "ascending"
    assert titles["Étape"].a["href"] == "/dossiers?tri=-etape&site=Mortagne"
    assert titles["Jeune"].a["href"] == "/dossiers?site=Mortagne"
    assert "Suivi par" not in texts(three.client(NADIA).get("/dossiers").text, "thead th")
    for name, title in titles.items():
        turned = parsed(three.client(SOPHIE).get(title.a["href"]).text)
        (now,) = turned.select("[aria-sort]")
        assert now.a.text == name


def test_pages_keep_the_order(at_work: House) -> None:
    fill(at_work, 60)
    client = at_work.client(NADIA)
    assert listed(client, "?tri=-nom&p=2")[-1] == "Nom0001 Prénom"
    assert parsed(client.get("/dossiers?tri=-nom").text).select_one("[rel=next]")["href"] == "/dossiers?tri=-nom&p=2"


# --- the text


@pytest.fixture
def many(at_work: House) -> House:
    fill(at_work, 60, programme="CEJ")
    at_work.opened(first="Éloïse", last="D’Ornano", imilo_number="0012350", phone="0612345678", programme="PACEA")
    at_work.opened(first="Eloi", last="Petit", advisor=PAUL)
    return at_work


@pytest.mark.parametrize("text", ["eloise", "ÉLOÏSE", "orn", "ornano elo", "12350", "06 12 34 56 78", "+33 6 12 34"])
def test_a_text_narrows_the_list(many: House, text: str) -> None:
    page = narrowed(many.client(NADIA), text)
    assert texts(page, WHO) == ["D’Ornano Éloïse"]
    assert "1 dossier que vous suivez, avec ces filtres" in words(page)
    assert parsed(page).select_one("#narrow-text")["value"] == text


def test_a_text_adds_up_with_filters_pages_and_the_order_and_stands_in_no_address(many: House) -> None:
    client = many.client(NADIA)
    page = narrowed(client, "prenom")
    assert "60 dossiers que vous suivez" in words(page)
    assert "1 à 50 sur 60" in words(page)
    following = parsed(page).select_one("button[rel=next]")
    assert (following["form"], following["formaction"]) == ("narrow", "/dossiers?p=2")
    assert texts(narrowed(client, "prenom", "?tri=-nom&p=2"), WHO)[-1] == "Nom0001 Prénom"
    assert texts(narrowed(client, "e", "?programme=PACEA"), WHO) == ["D’Ornano Éloïse"]
    assert "Aucun dossier avec ces filtres." in words(narrowed(client, "eloise", "?programme=CEJ"))
    whole = parsed(page)
    assert not [one for one in whole.select("[href], [action], [formaction]") if "prenom" in str(one.attrs)]
    chips = whole.select(".chips button:has(.number)")
    assert chips
    for chip in chips:
        found = narrowed(client, "prenom", chip["formaction"].removeprefix("/dossiers"))
        assert int(chip.select_one(".number").text) == int(words(found).split(" dossier")[0].split()[-1])


def test_a_text_finds_only_those_whom_one_reads(many: House) -> None:
    assert texts(narrowed(many.client(NADIA), "elo"), WHO) == ["D’Ornano Éloïse"]
    for name in (SOPHIE, CLAIRE):
        assert texts(narrowed(many.client(name), "elo"), WHO) == ["D’Ornano Éloïse", "Petit Eloi"]
    assert many.client("Yann Le Goff").post("/dossiers", data={"q": "elo"}).status_code == 403


@pytest.mark.parametrize("text", ["’", "zzz", "%", "1" * 300])
def test_a_text_that_finds_nobody_is_kept_and_taken_off(many: House, text: str) -> None:
    page = narrowed(many.client(NADIA), text, "?site=Mortagne")
    assert "Aucun dossier avec ces filtres." in words(page)
    assert parsed(page).select_one("form#narrow a")["href"] == "/dossiers?site=Mortagne"


def test_an_empty_text_is_the_list(many: House) -> None:
    answer = many.client(NADIA).post("/dossiers?site=Mortagne", data={"q": "  "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dossiers?site=Mortagne")
