"""The référent's board: whose each participation is; its lists; the same board in a fragment and in a page."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.workshop import booking
from tests.result_import.house import row, shared
from tests.web.arranged import scheduled
from tests.web.client import words
from tests.web.exports import DAY, LATER, LEO, NADIA, PAUL, ROWS, SOPHIE, TOM, ZOE, Board, entry, fields, form_of
from tests.web.filled import HTMX, fill, texts
from tests.web.paths import House
from tests.web.tags import parsed


@pytest.fixture
def board(board: Board, people: dict[str, UUID]) -> Board:
    """With the first export recorded: three to match, three to dispatch."""
    board.record(ROWS)
    return board


def block(html: str) -> str:
    """The board of a page or of a fragment, with the fresh ids of commands made alike."""
    found = parsed(html).select_one("#board")
    assert found is not None
    return re.sub(r'(name="command_id"[^>]*value=")[^"]*', r"\1…", str(found))


# --- whose it is


def test_proposals_are_explained(board: Board) -> None:
    assert " ".join(board.card("Guérin Léo").get_text(" ").split()).startswith(
        "Guérin Léo sans n° · résultat 0 % Léo Guérin CEJ · Paul Rey mêmes nom et prénom C’est cette personne"
    )
    ibrahim = words(str(board.card("KAMARA Jo Ibrahim")))
    assert "n° 12350 · 5 % du test, non partagé" in ibrahim
    assert "même n° i-Milo · un mot de plus dans le nom" in ibrahim
    anais = words(str(board.card("Le Chat")))
    assert "identifiant « +33612345678 »" in anais
    assert "Aucun dossier ne ressemble à ce nom." in anais


def test_a_lost_zero_and_a_namesake_are_warned_of(at_work: House, board: Board) -> None:
    at_work.opened("Léo", "Guérin", NADIA, birth_date=date(2004, 5, 1))
    at_work.opened("Awa", "Sy", NADIA, imilo_number="777")
    board.record([*ROWS, row("Sy", "Awa", "0777")], at_work.served.engine.clock())
    assert words(str(board.card("Guérin Léo"))).count("⚠ homonyme : à vérifier") == 2
    assert "né·e le 1er mai 2004" in words(str(board.card("Guérin Léo")))
    assert "⚠ un zéro manque au début du n° : à vérifier" in words(str(board.card("Sy Awa")))


def test_a_match_is_confirmed_with_its_evidence_and_can_be_undone(board: Board, people: dict[str, UUID]) -> None:
    stream = board.stream("Guérin Léo")
    after = board.act("Guérin Léo", "/confirmer")
    assert "Enregistré : Guérin Léo, c’est Léo Guérin Annuler" in after
    assert "À rapprocher · 2" in after
    assert "À transmettre · 4" in after
    event = board.house.served.engine.history(stream)[-1].event
    assert isinstance(event, p.MatchConfirmed)
    assert (event.dossier, event.automatic, event.score, event.reasons) == (
        people["Léo Guérin"],
        False,
        86,
        ("same-words",),
    )
    recent = parsed(board.page()).select_one("#rapprochees")
    assert "Rapprochées récemment · 6" in words(str(recent))
    assert "mêmes nom et prénom · Sophie Lecomte, 12 mai 2026" in words(str(recent))
    assert "automatique, 12 mai 2026" in words(str(recent))
    undo = recent.select_one("li a[href*='unmatch']")["href"]
    assert undo == f"/dossiers/{people['Léo Guérin']}?formulaire=unmatch&sur={stream}#form"
    assert board.client.get(undo).status_code == 200


def test_a_match_and_what_was_set_aside_are_taken_back_in_one_press(board: Board, people: dict[str, UUID]) -> None:
    stream = board.stream("Guérin Léo")
    cases: dict[str, dict[str, Any]] = {"/confirmer": {}, "/ecarter": {"reason": "compte d’essai"}}
    for action, typed in cases.items():
        url = f"/resultats?formulaire=aside&sur={stream}" if typed else "/resultats"
        where = board.send(form_of(board.card("Guérin Léo", url), action), **typed).headers["Location"]
        assert "Guérin Léo" not in words(str(parsed(board.page()).select("#a-rapprocher h3")))
        assert "de nouveau à rapprocher" in board.follow(board.press(where, "form.undo-all"))
        assert "Léo Guérin CEJ · Paul Rey mêmes nom et prénom" in words(str(board.card("Guérin Léo"))), "proposed again"
    assert not board.house.state(people["Léo Guérin"]).diagnostic.participations


def test_none_of_those_is_not_proposed_again(board: Board) -> None:
    stream = board.stream("KAMARA")
    after = board.act("KAMARA", "/aucun")
    assert "KAMARA Jo Ibrahim n’est pas Ibrahim Kamara" in after
    assert "Aucun dossier ne ressemble à ce nom." in words(str(board.card("KAMARA")))
    assert len(board.house.served.engine.state("participation", stream).rejected) == 1


def test_another_dossier_is_looked_for_without_its_name_in_the_address(board: Board, people: dict[str, UUID]) -> None:
    stream, form = board.stream("Le Chat"), form_of(board.card("Le Chat"), "/chercher")
    nothing = board.send(form, q="zzz")
    assert "Aucun dossier trouvé pour « zzz »." in words(nothing.text)
    found = board.send(form, q="haddad")
    assert found.status_code == 200
    card = entry(found.text, "Le Chat")
    assert card.select("details[open]")
    assert "Zoé Haddad CEJ · Nadia Benali · n° 12-345" in words(str(card))
    chosen = form_of(card, "/confirmer")
    assert "c’est Zoé Haddad" in board.follow(board.send(chosen))
    assert isinstance(board.house.events(people["Zoé Haddad"])[-1], d.ResultReceived)
    event = board.house.served.engine.history(stream)[-1].event
    assert isinstance(event, p.MatchConfirmed)
    assert (event.score, event.reasons, event.others) == (0, (), ())
    assert "choisi à la main" in board.said()


def test_a_new_dossier_is_opened_and_matched_in_one_command(board: Board) -> None:
    stream, head = board.stream("KAMARA"), board.house.served.engine.head()
    url = f"/resultats?formulaire=new&sur={stream}"
    form = form_of(board.card("KAMARA", url), "/nouveau")
    assert [tag["value"] for tag in form.select("input:not([type=hidden])")] == ["KAMARA Jo", "Ibrahim", "12350", ""]
    refused = board.send(form, site="Mortagne")
    assert refused.status_code == 422
    assert "Ce numéro i-Milo est déjà pris par Ibrahim Kamara" in words(refused.text)
    assert 'value="KAMARA Jo"' in refused.text
    assert board.send(form, imilo_number="").status_code == 422, "no site chosen"
    said = {"imilo_number": "", "site": "Mortagne", "programme": "CEJ", "advisor": str(board.house.people[PAUL])}
    after = board.follow(board.client.post(str(form["action"]), data={**fields(form), **said}))
    assert "Dossier ouvert : Ibrahim KAMARA Jo" in after
    assert "À rapprocher · 2" in after
    recorded = board.house.served.engine.read(head, 100)
    assert len({fact.command for fact in recorded}) == 1
    assert [type(fact.event).__name__ for fact in recorded] == [
        "DossierOpened",
        "ProgrammeJoined",
        "AdvisorAssigned",
        "MatchConfirmed",
        "ParticipationLinked",
    ]


def test_a_new_dossier_takes_what_else_waits_under_its_number(board: Board) -> None:
    again = row("Sow", "Mamadou", "555"), row("Sow", "Mamadou", "555", started=ZOE.started)
    board.record([*ROWS, *again], board.house.served.engine.clock())
    form = board.card("Sow Mamadou", f"/resultats?formulaire=new&sur={board.stream('Sow Mamadou')}")
    board.follow(board.send(form_of(form, "/nouveau"), site="Mortagne"))
    assert "Sow Mamadou" not in texts(board.page(), "#a-rapprocher h3")


def test_set_aside_with_a_reason_and_back(board: Board) -> None:
    stream = board.stream("Le Chat")
    url = f"/resultats?formulaire=aside&sur={stream}"
    refused = board.send(form_of(board.card("Le Chat", url), "/ecarter"))
    assert refused.status_code == 422
    assert "Rien n’est encore enregistré : 1 point est à revoir." in words(refused.text)
    after = board.act("Le Chat", "/ecarter", url, reason="suivie à Alençon")
    assert "Mises de côté · 1" in after
    assert "suivie à Alençon · Sophie Lecomte" in after
    assert "À rapprocher · 2" in after
    back = board.press("/resultats", "form[action$='/reprendre']")
    assert "de nouveau à rapprocher" in board.follow(back)
    assert "À rapprocher · 3" in board.said()


def test_what_somebody_else_matched_meanwhile_is_said(board: Board) -> None:
    form = form_of(board.card("Guérin Léo"), "/confirmer")
    aside = board.card("Guérin Léo", f"/resultats?formulaire=aside&sur={board.stream('Guérin Léo')}")
    new = form_of(board.card("Guérin Léo", f"/resultats?formulaire=new&sur={board.stream('Guérin Léo')}"), "/nouveau")
    board.follow(board.send(form))
    opened = board.send(new, site="Mortagne")
    assert "Cette participation est déjà rapprochée (Léo Guérin)" in words(opened.text)
    refused = board.send(form_of(aside, "/ecarter"), reason="compte d’essai")
    assert refused.status_code == 422
    assert "Cette participation est déjà rapprochée (Léo Guérin)" in words(refused.text)
    head = board.house.served.engine.head()
    assert "À rapprocher · 2" in board.follow(board.send(form)), "sent twice"
    assert board.house.served.engine.head() == head


def with_two_sure(at_work: House) -> Board:
    """A board with two participations that are nearly certain, and another one."""
    board = Board(at_work)
    board.record([ZOE, TOM, LEO])
    for first, last, number in (("Zoé", "Haddad", "12-345"), ("Tom", "Colin", "0012345"), ("Léo", "Guérin", None)):
        at_work.opened(first, last, NADIA, imilo_number=number)
    return board


def test_the_nearly_certain_are_confirmed_in_one_go(at_work: House) -> None:
    board = with_two_sure(at_work)
    page = parsed(board.page())
    assert "Confirmer 2 sûrs…" in words(str(page.select_one("#a-rapprocher .pile-head")))
    assert texts(str(page), ".unfolded li")[0] == "=Colin @Tom : Tom Colin même n° i-Milo · mêmes nom et prénom"
    form = form_of(page, "/confirmer-surs")
    after = board.follow(board.send(form))
    assert "2 lignes enregistrées" in after
    assert "Haddad Zoé, c’est Zoé Haddad Annuler…" in after
    assert "À rapprocher · 1" in after
    head = at_work.served.engine.head()
    assert board.send(form).status_code == 303, "sent twice"
    assert at_work.served.engine.head() == head


def test_the_only_ones_of_their_name_are_confirmed_in_one_go(at_work: House) -> None:
    board = Board(at_work)
    darc = row("DArc", "Anaïs")
    board.record([LEO, darc, row("Sy", "Awa"), row("Sow", "Ali")])
    for first, last in (("Léo", "Guérin"), ("Anaïs", "D’Arc"), ("Awa", "Sy"), ("Awa", "Sy")):
        at_work.opened(first, last, NADIA)
    page = parsed(board.page())
    assert "Confirmer 2 du même nom…" in words(str(page.select_one("#a-rapprocher .pile-head")))
    assert texts(str(page), ".unfolded li") == [
        "DArc Anaïs : Anaïs D’Arc mêmes nom et prénom",
        "Guérin Léo : Léo Guérin mêmes nom et prénom",
    ]
    answer = board.send(form_of(page, "/confirmer-surs"))
    assert "À rapprocher · 2" in board.follow(answer)
    assert "À rapprocher · 4" in board.follow(board.press(answer.headers["Location"], "form.undo-all"))


def test_who_sat_in_the_workshop_at_that_minute_is_a_reason(at_work: House) -> None:
    there, _ = at_work.opened("Awa", "Sy", NADIA), at_work.opened("Awa", "Sy", PAUL)
    workshop = scheduled(at_work)
    seat = {"workshop": workshop, "dossier": there}
    at_work.says(SOPHIE, booking.book_seat, seat, or_wait=False, context={"initial": True, "plan": uuid4()})
    board = Board(at_work)
    begun = datetime(2026, 5, 12, 13, 10, tzinfo=UTC)
    at_work.day(DAY, hour=15)
    board.record([row("Sy", "Awa", started=begun)], at=datetime(2026, 5, 12, 14, 0, tzinfo=UTC))
    card = words(str(board.card("Sy Awa")))
    assert "mêmes nom et prénom · avait une place dans l’atelier à cette heure-là" in card
    assert card.count("homonyme : à vérifier") == 1
    assert f":{there}" in str(form_of(parsed(board.page()), "/confirmer-surs"))


def test_whoever_was_confirmed_is_not_asked_again(at_work: House) -> None:
    """The rows that wait go along in the same press; one of a later export is nearly certain."""
    jo = {"last_name": "KAMARA Jo", "first_name": "Ibrahim", "external_id": "99-999"}
    dossier = at_work.opened("Ibrahim", "Kamara", PAUL)
    board = Board(at_work)
    first, again = row(**jo), row(**jo, started=datetime(2026, 5, 4, 8, 0, tzinfo=UTC))
    board.record([first, again])
    assert "À rapprocher · 2" in board.said()
    answer = board.send(form_of(board.card("KAMARA"), "/confirmer"))
    assert "2 lignes enregistrées" in board.follow(answer)
    assert "À rapprocher · 0" in board.said()
    assert len(at_work.state(dossier).diagnostic.participations) == 2
    assert "À rapprocher · 2" in board.follow(board.press(answer.headers["Location"], "form.undo-all"))
    board.send(form_of(board.card("KAMARA"), "/confirmer"))
    later = row(**jo, started=datetime(2026, 5, 12, 8, 0, tzinfo=UTC))
    at_work.day(date(2026, 5, 19))
    board.record([first, again, later], at=LATER)
    assert "déjà confirmé pour ce nom et ce n°" in words(str(board.card("KAMARA")))
    assert "Confirmer 1 sûr…" in board.said()


def test_one_that_is_no_longer_sure_is_told_apart(at_work: House) -> None:
    board = with_two_sure(at_work)
    form = form_of(parsed(board.page()), "/confirmer-surs")
    board.act("Haddad Zoé", "/aucun")
    answer = board.send(form)
    assert answer.status_code == 422
    said = words(answer.text)
    assert "1 sur 2 enregistrés :" in said
    assert "Haddad Zoé : n’est plus parmi les sûrs : regardez-le seul" in said
    assert "=Colin @Tom : enregistré" in said


# --- the lists, and the page itself


def test_many_rows_stand_on_pages_of_fifty(at_work: House) -> None:
    fill(at_work, 120)
    board = Board(at_work)
    board.record([shared(row(f"Nom{n:04}", "Prénom"), "0.5") for n in range(1, 121)])
    first, last = parsed(board.page()), parsed(board.page("/resultats?p=3"))
    assert [len(one.select("#a-rapprocher .entry")) for one in (first, last)] == [50, 20]
    assert "À rapprocher · 120" in words(str(first))
    assert "101 à 120 sur 120" in words(str(last))
    assert "Nom0101 Prénom" in words(str(last))
    form = form_of(last, "/confirmer?p=3")
    assert board.send(form).headers["Location"].startswith("/resultats?p=3&recu=")


@pytest.mark.parametrize(
    ("name", "action", "url", "said"),
    [
        ("Guérin Léo", "/confirmer", "", {}),
        ("KAMARA", "/aucun", "", {}),
        ("Le Chat", "/ecarter", "?formulaire=aside&sur={}", {"reason": "compte d’essai"}),
        ("Le Chat", "/nouveau", "?formulaire=new&sur={}", {"site": "Mortagne"}),
        ("Haddad Zoé", "/transmettre", "", {}),
    ],
)
def test_the_fragment_equals_a_reload(board: Board, name: str, action: str, url: str, said: dict[str, str]) -> None:
    stream = str(board.card(name)["id"])[2:]
    form = form_of(board.card(name, "/resultats" + url.format(stream)), action)
    sent = board.client.post(str(form["action"]), data={**fields(form), **said}, headers=HTMX)
    fragment = board.client.get(sent.headers["Location"], headers=HTMX)
    assert "<html" not in fragment.text
    assert block(fragment.text) == block(board.page(sent.headers["Location"]))
    assert "hx-partial" in fragment.text


def test_a_refused_form_is_the_same_block_too(board: Board) -> None:
    stream = board.stream("Le Chat")
    form = form_of(board.card("Le Chat", f"/resultats?formulaire=aside&sur={stream}"), "/ecarter")
    whole, part = board.send(form), board.send(form, hx=True)
    assert (whole.status_code, part.status_code) == (422, 422)
    assert block(whole.text) == block(part.text)
    assert part.headers["HX-Replace-Url"] == "false"


def test_a_form_that_is_not_ours_is_refused(board: Board) -> None:
    stream = board.stream("Guérin Léo")
    command = str(uuid4())
    for url, data in (
        (f"/resultats/{stream}/confirmer", {"command_id": command, "dossier": str(uuid4())}),
        (f"/resultats/{stream}/confirmer", {"command_id": command}),
        (f"/resultats/{uuid4()}/confirmer", {"command_id": command, "dossier": str(uuid4())}),
        (f"/resultats/{stream}/aucun", {"command_id": command}),
        (f"/resultats/{stream}/aucun", {"command_id": command, "dossier": ""}),
        ("/resultats/transmettre", {"command_id": command}),
        ("/resultats/transmettre-surs", {"command_id": command, "pair": "a:b"}),
        ("/resultats/confirmer-surs", {"command_id": command}),
    ):
        assert board.client.post(url, data=data).status_code == 422, (url, data)
