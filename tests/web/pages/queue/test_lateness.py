"""Lateness of what waits for the référent and the direction: bars that filter, and groups."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.team import membership as roles
from pixflow.working_days import Calendar
from projections.piles import BANDS, OVER, Lateness
from tests.web.filled import fill, receive, said, texts
from tests.web.paths import House, house
from tests.web.tags import parsed

NADIA, PAUL, SOPHIE, HELENE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin"
LATE = "section[aria-labelledby=en-attente]"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, date(2026, 3, 2)) as made:
        yield made


def page(at_work: House, name: str, address: str = "/boite") -> str:
    answer = at_work.client(name).get(address)
    assert answer.status_code == 200
    return str(answer.text)


def bars(html: str, within: str) -> dict[str, str]:
    """The count and the address of each bar that is a link, by its words."""
    return {said(one).replace(" :", ""): one["href"] for one in parsed(html).select(f"{within} .ages a")}


@given(st.dates(date(2025, 1, 1), date(2030, 12, 31)), st.integers(0, 60))
def test_a_band_says_what_a_row_says(today: date, days: int) -> None:
    calendar, due = Calendar("FR", "Europe/Paris"), today - timedelta(days=days)
    late = calendar.count(due, today)
    lows = dict(zip(BANDS, (0, 0, 3, 6), strict=True))
    band = Lateness.on(calendar, today).band(due)
    if band == OVER:
        assert late > 10
    elif band == "0":
        assert due >= today
    else:
        assert lows[band] <= late <= BANDS[band]
        assert due < today


def test_what_waits_too_long_has_a_bar_a_band_and_each_filters(at_work: House) -> None:
    fill(at_work, 2)
    at_work.day(date(2026, 3, 9))
    fill(at_work, 3, advisor=PAUL)
    at_work.day(date(2026, 4, 14))
    html = page(at_work, SOPHIE)
    found = bars(html, LATE)
    assert [text.split()[-1] for text in found] == ["3", "2"]
    assert texts(html, f"{LATE} h3") == ["Plus de 10 jours ouvrés de retard · 2", "6 à 10 jours ouvrés de retard · 3"]
    for text, href in found.items():
        assert href.endswith("#en-attente")
        narrowed = page(at_work, SOPHIE, href)
        assert len(parsed(narrowed).select(f"{LATE} .item")) == int(text.split()[-1])
        assert bars(narrowed, LATE).keys() >= {f"{text} , ôter ce filtre"}
    nobody = page(at_work, SOPHIE, "/boite?retard=1-2")
    assert "Rien n’attend avec ces filtres." in texts(nobody, LATE)[0]


def test_what_waits_too_long_is_grouped_by_person_or_task_over_all_pages(at_work: House) -> None:
    fill(at_work, 60)
    fill(at_work, 3, advisor=PAUL)
    at_work.planned(first="Léa", last="Aubry")
    at_work.day(date(2026, 6, 22))
    by_person = page(at_work, SOPHIE, "/boite?grouper=qui")
    assert texts(by_person, f"{LATE} h3") == ["Nadia Benali · 61"]
    next_page = parsed(by_person).select_one(f"{LATE} .pager a")["href"]
    assert "grouper=qui" in next_page
    assert texts(page(at_work, SOPHIE, next_page), f"{LATE} h3") == ["Nadia Benali · 61", "Paul Rey · 3"]
    assert len(texts(page(at_work, SOPHIE, "/boite?grouper=tache&q=2"), f"{LATE} h3")) == 2
    assert texts(by_person, f"{LATE} .grouped summary") == ["Par personne"]
    links = [one["href"] for one in parsed(by_person).select(f"{LATE} .grouped a")]
    assert links == ["/boite#en-attente", "/boite?grouper=tache#en-attente"]


def test_an_unknown_band_person_or_grouping_is_an_empty_or_plain_list_never_an_error(at_work: House) -> None:
    fill(at_work, 2)
    at_work.day(date(2026, 4, 30))
    assert texts(page(at_work, SOPHIE, "/boite?retard=demain"), f"{LATE} .item") == []
    assert len(texts(page(at_work, SOPHIE, "/boite?grouper=demain"), f"{LATE} .item")) == 2
    assert texts(page(at_work, SOPHIE, "/boite?pile=assign-advisor&retard=demain"), ".item") == []
    assert page(at_work, SOPHIE, "/resultats?transmettre=demain&rapprocher=demain")


def test_a_pile_of_several_bands_shows_them_and_each_leads_to_its_rows(at_work: House) -> None:
    fill(at_work, 2, advisor=None)
    at_work.day(date(2026, 3, 20))
    fill(at_work, 1, advisor=None)
    html = page(at_work, SOPHIE)
    found = bars(html, "#pile-assign-advisor")
    assert [text.split()[-1] for text in found] == ["1", "2"]
    for text, href in found.items():
        assert len(texts(page(at_work, SOPHIE, href), "#pile .item")) == int(text.split()[-1])


def test_the_board_filters_what_is_to_dispatch_and_the_sure_ones_are_of_the_filter(at_work: House) -> None:
    receive(at_work, fill(at_work, 3), NADIA)
    at_work.day(date(2026, 3, 9))
    receive(at_work, fill(at_work, 2), PAUL)
    found = bars(page(at_work, SOPHIE), "#pile-dispatch-result")
    assert [text.split()[-1] for text in found] == ["2", "3"]
    href = list(found.values())[1]
    assert href.startswith("/resultats?transmettre=")
    assert href.endswith("#a-transmettre")
    board = page(at_work, SOPHIE, href)
    assert said(parsed(board).select_one("#to-dispatch")) == "À transmettre · 3"
    form = next(one for one in parsed(board).select("#a-transmettre form") if "sûrs" in said(one))
    assert said(form) == "Transmettre les 3 sûrs"
    sent: dict[str, Any] = {"command_id": form.select_one("[name=command_id]")["value"]}
    sent["pair"] = [one["value"] for one in form.select("[name=pair]")]
    answer = at_work.client(SOPHIE).post(form["action"], data=sent)
    assert "transmettre=" in answer.headers["location"]
    assert "À transmettre · 0" in texts(page(at_work, SOPHIE, answer.headers["location"]), "#to-dispatch")
    assert "À transmettre · 2" in texts(page(at_work, SOPHIE, "/resultats"), "#to-dispatch")


def test_what_waits_for_a_second_person_stands_in_their_box(at_work: House) -> None:
    at_work.says("Yann Le Goff", roles.change_roles, {"staff": at_work.people[PAUL]}, roles=("advisor", "referent"))
    waits = "Paul Rey, référent·e Pix : rôle à confirmer depuis"
    assert texts(page(at_work, HELENE), ".to-confirm p") == [f"{waits} aujourd’hui."]
    at_work.pass_by(days=1)
    at_work.says("Yann Le Goff", roles.change_roles, {"staff": at_work.people[NADIA]}, roles=("advisor", "auditor"))
    assert texts(page(at_work, HELENE), ".to-confirm p") == [
        f"{waits} hier.",
        "Nadia Benali, auditeur·rice : rôle à confirmer depuis aujourd’hui.",
    ]
    at_work.pass_by(days=6)
    assert texts(page(at_work, HELENE), ".to-confirm p")[0] == f"{waits} 7 jours."
    assert texts(page(at_work, NADIA), ".to-confirm p") == []
