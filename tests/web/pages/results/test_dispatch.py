"""Dispatch of results: to the dossier's advisor, another, the least loaded; one or all."""

from datetime import date
from itertools import chain
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pixflow import presets
from pixflow.dossier import follow_up as closing
from pixflow.dossier.identity import join_programme
from pixflow.dossier.stages import prescription
from pixflow.events import dossier as d
from pixflow.team.absences import declare_absence
from tests.web.client import words
from tests.web.exports import DAY, NADIA, PAUL, ROWS, SOPHIE, ZOE, Board, form_of
from tests.web.filled import fill, give, hire, receive, structures_of, texts
from tests.web.paths import House
from tests.web.tags import parsed


@pytest.fixture
def board(board: Board, people: dict[str, UUID]) -> Board:
    """With the first export recorded: three to dispatch."""
    board.record(ROWS)
    return board


def test_a_result_goes_to_the_advisor_who_follows(board: Board, people: dict[str, UUID]) -> None:
    card = words(str(board.card("Haddad Zoé")))
    assert "Haddad Zoé 70 % · 41-70 Nadia Benali suit déjà ce dossier" in card
    current = board.house.state(people["Zoé Haddad"]).diagnostic.current("initial")
    assert current
    after = board.act("Haddad Zoé", "/transmettre")
    assert "Enregistré : résultat de Zoé Haddad transmis à Nadia Benali Annuler" in after
    assert "Transmis cette semaine · 1" in after
    assert "Nadia Benali · 1 aucune restitution tenue" in after
    assert board.house.events(people["Zoé Haddad"])[-1] == d.ResultDispatched(
        participation=current[0], advisor=board.house.people[NADIA], on=DAY
    )
    assert "Haddad Zoé" in words(board.house.client(NADIA).get("/boite").text)


def test_another_advisor_then_follows_the_dossier(board: Board, people: dict[str, UUID]) -> None:
    head = board.house.served.engine.head()
    url = f"/resultats?formulaire=send&sur={people['Zoé Haddad']}"
    form = board.card("Haddad Zoé", url).select(".open-form")[0]
    offered = [words(option.get_text()) for option in form.select("option")]
    assert offered == ["Nadia Benali (2 dossiers, 0 tâche)", "Paul Rey (3 dossiers, 4 tâches)"]
    board.follow(board.send(form, advisor=str(board.house.people[PAUL])))
    recorded = board.house.served.engine.read(head, 10)
    assert [type(fact.event).__name__ for fact in recorded] == ["AdvisorAssigned", "ResultDispatched"]
    assert len({fact.command for fact in recorded}) == 1


def test_without_an_advisor_the_least_loaded_is_named(board: Board, people: dict[str, UUID]) -> None:
    card = board.card("Traoré Fatou")
    assert "à choisir suivi·e par personne proposition : Nadia Benali · 2 dossiers, 0 tâche" in words(str(card))
    form = form_of(card, "/transmettre")
    assert form.get_text().startswith("Nadia Benali")
    for stranger in ("", str(board.house.people[SOPHIE])):
        refused = board.send(form, advisor=stranger)
        assert refused.status_code == 422
        assert "Choisissez un·e conseiller·ère" in words(refused.text)
    board.act("Traoré Fatou", "/transmettre")
    assert board.house.state(people["Fatou Traoré"]).advisor == board.house.people[NADIA]


def away(house: House, name: str, deputy: str = "") -> None:
    sent = {"first": DAY, "last": DAY, "deputy": house.people[deputy] if deputy else None}
    house.says(name, declare_absence, {"staff": house.people[name]}, absence=uuid4(), **sent)


def test_somebody_absent_is_not_proposed_and_the_list_says_it(board: Board, people: dict[str, UUID]) -> None:
    away(board.house, NADIA)
    card = board.card("Traoré Fatou")
    assert "proposition : Paul Rey · " in words(str(card))
    assert form_of(card, "/transmettre").get_text().startswith("Paul Rey")
    url = f"/resultats?formulaire=send&sur={people['Fatou Traoré']}"
    offered = board.card("Traoré Fatou", url).select(".open-form option")
    assert [words(one.get_text()).split(" (")[0] for one in offered] == ["Paul Rey", "Nadia Benali"]
    assert "sans suppléance" in words(offered[1].get_text())


def test_a_result_is_sure_while_its_absent_advisor_has_a_deputy(board: Board, people: dict[str, UUID]) -> None:
    away(board.house, NADIA, PAUL)
    assert form_of(parsed(board.page()), "/transmettre-surs").get_text(strip=True) == "Transmettre les 2 sûrs"
    assert "à sa place" not in words(str(board.card("Haddad Zoé")))


def test_a_result_whose_advisor_s_tasks_nobody_sees_is_not_sure(board: Board, people: dict[str, UUID]) -> None:
    away(board.house, NADIA)
    assert not parsed(board.page()).select("form[action^='/resultats/transmettre-surs']")
    card = words(str(board.card("Haddad Zoé")))
    assert "personne ne voit ses tâches · à sa place : Paul Rey" in card
    assert "Transmettre tout de même" in card
    board.act("Haddad Zoé", "/transmettre")
    assert board.house.state(people["Zoé Haddad"]).advisor == board.house.people[PAUL]


def test_who_follows_the_group_is_proposed_before_the_least_loaded(board: Board, people: dict[str, UUID]) -> None:
    group = {"programme": "CEJ", "group": "CEJ 9", "collective_end": None}
    mine = board.house.opened("Aya", "Diallo", PAUL)
    for dossier in (mine, people["Fatou Traoré"]):
        board.house.says(SOPHIE, join_programme, {"dossier": dossier}, **group)
    assert "proposition : Paul Rey · suit déjà ce groupe · " in words(str(board.card("Traoré Fatou")))


def test_all_that_are_sure_go_at_once(board: Board, people: dict[str, UUID]) -> None:
    form = form_of(parsed(board.page()), "/transmettre-surs")
    assert form.get_text(strip=True) == "Transmettre les 2 sûrs"
    after = board.follow(board.send(form))
    assert "Résultat de Zoé Haddad transmis à Nadia Benali" in after
    assert "Résultat de Tom Colin transmis à Nadia Benali" in after
    assert "À transmettre · 1" in after
    commands = {board.house.served.engine.history(people[name])[-1].command for name in ("Zoé Haddad", "Tom Colin")}
    assert len(commands) == 2
    head = board.house.served.engine.head()
    assert board.send(form).status_code == 303, "sent twice"
    assert board.house.served.engine.head() == head


def test_115_sure_results_go_in_one_press_and_are_taken_back_in_one(at_work: House) -> None:
    dossiers = fill(at_work, 115)
    receive(at_work, dossiers[:75], NADIA)
    receive(at_work, dossiers[75:], PAUL)
    board = Board(at_work)
    page = parsed(board.page())
    form = form_of(page, "/transmettre-surs")
    assert form.get_text(strip=True) == "Transmettre les 115 sûrs"
    assert "Les sûrs vont à Nadia Benali (75), Paul Rey (40)." in words(str(page))
    after = parsed(board.page(board.send(form).headers["Location"]))
    notice = after.select_one(".notice")
    assert words(str(notice.select_one("p"))) == "115 résultats transmis : Nadia Benali 75, Paul Rey 40"
    assert len(notice.select("details:not([open]) li")) == 115, "folded: the board stays in view"
    assert "À transmettre · 0" in words(str(after))
    undo = notice.select_one("form.undo-all")
    assert undo.get_text(strip=True) == "Tout annuler"
    undone = board.send(undo)
    assert undone.status_code == board.send(undo).status_code == 303
    assert "À transmettre · 115" in board.said(undone.headers["Location"])
    assert {type(at_work.events(id)[-1]) for id in dossiers} == {d.Retracted}


def test_what_was_debriefed_meanwhile_is_not_taken_back(board: Board, people: dict[str, UUID]) -> None:
    page = board.page(board.send(form_of(parsed(board.page()), "/transmettre-surs")).headers["Location"])
    found = board.house.state(people["Zoé Haddad"]).diagnostic.current("initial")
    assert found
    board.house.on(people["Zoé Haddad"], prescription.hold_debrief, participation=found[0], channel="meeting", note="")
    answer = board.send(parsed(page).select_one("form.undo-all"))
    assert answer.status_code == 422
    assert texts(answer.text, ".notice li") == [
        "Tom Colin : enregistré",
        "Zoé Haddad : autre chose a suivi : corrigez depuis le dossier",
    ]
    assert isinstance(board.house.events(people["Tom Colin"])[-1], d.Retracted)


def test_each_row_of_many_has_its_own_result(board: Board, people: dict[str, UUID]) -> None:
    form = form_of(parsed(board.page()), "/transmettre-surs")
    board.act("Colin Tom", "/transmettre", f"/resultats?formulaire=send&sur={people['Tom Colin']}")
    found = board.house.state(people["Tom Colin"])
    assert found.advisor == board.house.people[NADIA]
    board.house.on(people["Zoé Haddad"], closing.close_dossier, reason="moved", note="")
    answer = board.send(form)
    assert answer.status_code == 422
    said = words(answer.text)
    assert "1 sur 2 enregistrés :" in said
    assert "Haddad Zoé : ce dossier est clos depuis le 12 mai 2026" in said


def test_a_result_sent_this_week_is_taken_back_from_the_board(at_work: House) -> None:
    at_work.debriefed("0.3", first="Léa", last="Petit")
    jean, found = at_work.dispatched("0.5", first="Jean", last="Bono")
    board = Board(at_work)
    assert "Nadia Benali · 2 1 restitution tenue Voir les 2 résultats" in board.said()
    (undo,) = parsed(board.page("/resultats")).select("#transmis details a[href*=retract]")
    assert words(str(undo)) == "Annuler… la transmission du résultat : Bono Jean"
    answer = board.press(str(undo["href"]), "#form form", reason="pas à elle")
    assert answer.status_code == 303
    after = board.said()
    assert "À transmettre · 1" in after
    assert "Transmis cette semaine · 1" in after
    paul = at_work.people[PAUL]
    at_work.on(jean, prescription.dispatch_result, SOPHIE, participation=found, advisor=paul)
    (again,) = parsed(board.page("/resultats")).select("#transmis details a[href*=retract]")
    assert again["href"] != undo["href"]


def test_nothing_was_sent_this_week_then_one(at_work: House) -> None:
    board = Board(at_work)
    assert "Transmis cette semaine · 0 Rien encore cette semaine." in board.said()
    at_work.dispatched()
    said = words(str(parsed(board.page("/resultats?s=3")).select_one("#transmis")))
    assert said.startswith("Transmis cette semaine · 1 Nadia Benali · 1 aucune restitution tenue Voir le résultat")
    assert "sur 1" not in said
    at_work.day(date(2026, 5, 18))
    assert "Transmis cette semaine · 0" in board.said(), "another week begins"


def test_sent_results_stand_on_pages_of_fifty_and_each_advisor_is_counted_over_the_week(at_work: House) -> None:
    dossiers = fill(at_work, 120)
    give(at_work, dossiers[:20], PAUL)
    give(at_work, dossiers[20:], NADIA)
    found = at_work.state(dossiers[20]).diagnostic.current("initial")
    assert found
    at_work.on(dossiers[20], prescription.hold_debrief, participation=found[0], channel="meeting", note="")
    board = Board(at_work)
    pages = [parsed(board.page(f"/resultats?s={number}")).select_one("#transmis") for number in (1, 2, 3)]
    for page in pages:
        said = words(str(page))
        assert said.startswith("Transmis cette semaine · 120 Nadia Benali · 100 1 restitution tenue")
        assert "Paul Rey · 20 aucune restitution tenue" in said
    links = [[link["href"] for link in page.select("details li > a:first-child")] for page in pages]
    assert [len(one) for one in links] == [50, 50, 20]
    assert sorted(chain(*links)) == sorted(f"/dossiers/{dossier}" for dossier in dossiers)
    assert "Voir 50 résultats sur 100 transmis à Nadia Benali" in words(str(pages[0]))
    assert "Voir les 20 résultats transmis à Paul Rey" in words(str(pages[2]))
    assert "101 à 120 sur 120" in words(str(pages[2]))
    assert [link["href"] for link in pages[0].select(".pager a")] == ["/resultats?s=2#transmis"]
    assert [len(page.select("details[open]")) for page in pages] == [0, 1, 1]


def test_where_the_protocol_routes_directly_nothing_waits_for_the_referent(tmp_path: Path) -> None:
    preset = presets.load("hautes-pyrenees")
    with structures_of(tmp_path, {"Direct": preset}, DAY) as houses:
        made = houses["Direct"]
        hire(made, SOPHIE, "referent")
        made.opened("Zoé", "Haddad", NADIA, imilo_number="12-345")
        board = Board(made)
        url = "/resultats/campagnes/nouvelle"
        board.press(url, f"form[action='{url}']", name="Test", code="KMRTWX482", purpose="initial")
        said = board.said(board.record([ZOE]))
        assert "1 rapprochée d’elle-même" in said
        assert "À transmettre · 0 Ici, les résultats arrivent d’eux-mêmes aux conseiller·ères" in said


def test_what_is_late_is_said_over_all_weeks(at_work: House) -> None:
    at_work.dispatched("0.3", first="Ana", last="Un")
    at_work.day(date(2026, 6, 15))
    at_work.dispatched("0.5", first="Bea", last="Deux")
    board = Board(at_work)
    assert "Nadia Benali · 1 aucune restitution tenue · en tout, 1 restitution en retard, 17 j au plus" in board.said()


def test_lists_are_in_the_order_of_a_french_dictionary(at_work: House) -> None:
    for first in ("Zoé", "Élise", "Emma", "Fanny"):
        at_work.scored("0.3", first=first, last="Petit")
    board = Board(at_work)
    shown = texts(board.page(), "#a-transmettre h3 a")
    assert shown == ["Petit Élise", "Petit Emma", "Petit Fanny", "Petit Zoé"]
    board.send(form_of(parsed(board.page()), "/transmettre-surs"))
    rows = texts(at_work.client(NADIA).get("/boite").text, ".group .item-who > a")
    assert rows == shown
