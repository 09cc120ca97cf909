"""Somebody is erased: asked for, confirmed or declined; and no page names them, nor breaks, afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import typer
from typer.testing import CliRunner

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import assignment
from pixflow.dossier.privacy import request_erasure
from pixflow.dossier.stages import parcours
from pixflow.engine import new_id
from pixflow.events import dossier as e
from pixflow.workshop import booking
from tests import erasures
from tests.web.arranged import scheduled, seat
from tests.web.client import InspectingClient, words
from tests.web.filled import texts
from tests.web.pages.privacy.test_personal_data import MONDAY, full
from tests.web.paths import House, house
from tests.web.tags import parsed
from tests.web.test_access import MATRIX, asked
from tests.web.test_routes import LIST
from web.cli.app import app

NADIA, SOPHIE, HELENE, CLAIRE = "Nadia Benali", "Sophie Lecomte", "Hélène Morin", "Claire Vasseur"
THEIR_PAGE = {
    "GET /dossiers/{dossier_id:uuid}", "GET /rejouer/{dossier_id:uuid}",
    "POST /dossiers/{dossier_id:uuid}/droits/effacer", "POST /effacements/{dossier_id:uuid}/arreter",
}  # fmt: skip
"""Routes that answer about an erased person, to readers of all dossiers."""
NAMES = ("Nomercier", "Prénomine", "9081726", "courriel@jeune", "Projetissime", "Notexploration")


def press(at_work: House, who: str, dossier: UUID, do: str, **said: str) -> Any:
    client = at_work.client(who)
    if do == "effacer":
        by = Actor(str(at_work.people[who]))
        said = {"page": erasures.page(at_work.served.opened, dossier, by), **said}
    return client.post(f"/dossiers/{dossier}/droits/{do}", data={"command_id": str(uuid4()), **said})


def rights(at_work: House, who: str, dossier: UUID) -> str:
    return words(at_work.client(who).get(f"/dossiers/{dossier}/droits").text)


def erased(at_work: House, dossier: UUID, name: str = "Nomercier") -> None:
    asked = press(at_work, SOPHIE, dossier, "demander", reason="request")
    assert asked.status_code == 303, words(asked.text)
    done = press(at_work, HELENE, dossier, "effacer", name=name)
    assert done.status_code == 303, words(done.text)


# --- asked for, confirmed, declined


def test_the_referente_asks_and_the_direction_confirms_with_the_name_typed(at_work: House) -> None:
    dossier = full(at_work)
    said = rights(at_work, SOPHIE, dossier)
    mine = len(at_work.events(dossier)) + 3
    assert f"ce que disent {mine} lignes : notes, résultats, prescriptions, orientations" in said
    assert "1 participation à Pix, avec noms et résultats" in said
    assert "sa place dans 1 atelier, comptée sans nom" in said
    assert press(at_work, SOPHIE, dossier, "demander").status_code == 422
    assert press(at_work, SOPHIE, dossier, "demander", reason="request").headers["location"].endswith("#effacement")
    asked = "Effacement demandé le 16 mars par Sophie Lecomte : la personne le demande."
    for who in (SOPHIE, HELENE):
        assert f"{asked} Une réponse est due au plus tard le 16 avril." in rights(at_work, who, dossier)
    assert "La direction confirme, ou refuse." in rights(at_work, SOPHIE, dossier)
    assert press(at_work, SOPHIE, dossier, "effacer", name="Nomercier").status_code == 403

    box = at_work.client(HELENE).get("/boite")
    assert texts(box.text, "#pile-confirm-erasure .item-who") == ["1 effacement à confirmer"]
    assert parsed(box.text).select_one("#pile-confirm-erasure .btn")["href"] == f"/dossiers/{dossier}/droits#effacement"
    wrong = press(at_work, HELENE, dossier, "effacer", name="Prénomine")
    assert wrong.status_code == 422
    assert "Ce n’est pas le nom de famille de cette personne : Nomercier." in words(wrong.text)
    assert press(at_work, HELENE, dossier, "effacer", name="  nomércier ").headers["location"] == f"/dossiers/{dossier}"
    assert press(at_work, HELENE, dossier, "effacer", name="Nomercier").status_code == 303
    assert [type(event) for event in at_work.events(dossier)].count(e.PersonErased) == 1
    assert "pile-confirm-erasure" not in at_work.client(HELENE).get("/boite").text


def test_the_direction_may_keep_the_dossier_and_says_why(at_work: House) -> None:
    dossier = full(at_work)
    press(at_work, SOPHIE, dossier, "demander", reason="mistake")
    assert press(at_work, HELENE, dossier, "garder").status_code == 422
    assert press(at_work, HELENE, dossier, "garder", note="un litige est en cours").status_code == 303
    assert "Demander l’effacement" in rights(at_work, SOPHIE, dossier)
    page = words(at_work.client(SOPHIE).get(f"/dossiers/{dossier}").text)
    assert "Effacement refusé, le dossier est gardé : un litige est en cours" in page
    assert "Effacement demandé : ce dossier a été ouvert par erreur" in page


def test_what_is_owed_stands_on_the_dossier_for_who_answers(at_work: House) -> None:
    dossier = full(at_work)
    press(at_work, SOPHIE, dossier, "demander", reason="request")
    to_do = {who: words(at_work.client(who).get(f"/dossiers/{dossier}").text) for who in (SOPHIE, HELENE)}
    assert "Confirmer l’effacement" in to_do[SOPHIE]
    assert "revient à la direction" in to_do[SOPHIE]
    assert "revient à la direction" not in to_do[HELENE]
    assert "le RGPD donne un mois pour répondre" in to_do[HELENE]


def test_a_seat_to_come_is_given_up_first(at_work: House) -> None:
    dossier, workshop = full(at_work), scheduled(at_work, day=date(2026, 3, 20))
    seat(at_work, workshop, dossier)
    assert "elle est à rendre d’abord" in rights(at_work, SOPHIE, dossier)
    refused = press(at_work, SOPHIE, dossier, "demander", reason="request")
    assert refused.status_code == 422
    assert "Une place est réservée en atelier" in words(refused.text)


def test_a_duplicate_is_erased_with_the_dossier_that_goes_on(at_work: House) -> None:
    dossier, double = full(at_work), at_work.opened("Prénomine", "Nomercier")
    client = at_work.client(SOPHIE)
    client.post(f"/dossiers/{double}/fusion", data={"command_id": str(uuid4()), "into": str(dossier)})
    page = client.get(f"/dossiers/{double}/droits").text
    assert "Ce dossier est un doublon" in words(page)
    assert f'href="/dossiers/{dossier}/droits#effacement"' in page
    erased(at_work, dossier)
    for one in (dossier, double):
        assert "Personne effacée" in words(client.get(f"/dossiers/{one}").text)


# --- nobody's name afterwards


@dataclass
class Gone:
    """Somebody who was everywhere, and is erased: their dossier, their participation, a workshop, a hand-over."""

    at_work: House
    dossier: UUID
    participation: UUID
    workshop: UUID
    bulk: UUID


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gone]:
    with house(tmp_path_factory.mktemp("erased"), MONDAY) as at_work:
        dossier = full(at_work)
        action = next(iter(at_work.state(dossier).parcours.actions))
        at_work.on(dossier, parcours.start_action, action=action, ends=date(2026, 4, 1))
        participation = next(iter(at_work.state(dossier).diagnostic.participations))
        workshop = next(iter(at_work.state(dossier).diagnostic.seats))
        other = scheduled(at_work)
        seat(at_work, other, dossier)
        at_work.says(SOPHIE, booking.release_seat, {"workshop": other, "dossier": dossier}, context={"until": MONDAY})
        bulk = uuid4()
        at_work.served.engine.execute(
            {"dossier": dossier},
            assignment.assign_advisor,
            by=Actor(str(at_work.people[SOPHIE])),
            command_id=new_id(bulk, str(dossier)),
            advisor=at_work.people["Paul Rey"],
        )
        erased(at_work, dossier)
        yield Gone(at_work, dossier, participation, workshop, bulk)


def addresses(gone: Gone) -> Iterator[str]:
    """Every page, about who is erased where it is about somebody."""
    named = {
        "{dossier_id:uuid}": gone.dossier,
        "{participation:uuid}": gone.participation,
        "{bulk:uuid}": gone.bulk,
        "{workshop_id:uuid}": gone.workshop,
        "{person:uuid}": gone.at_work.people["Paul Rey"],
        "{stream:uuid}": gone.at_work.campaign,
        "{structure}": gone.at_work.slug,
        "{command:uuid}": uuid4(),
        "{token}": "0" * 32,
        "{what}": "protocole",
    }
    for line in LIST.read_text().splitlines():
        method, path, *_ = line.split()
        for name, value in named.items():
            path = path.replace(name, str(value))
        if method == "GET":
            yield path
    yield f"/journal?dossier={gone.dossier}"
    history = gone.at_work.served.engine.history(gone.dossier)
    yield from (f"/boite?recu={command}" for command in (gone.bulk, *{one.command for one in history}))
    yield "/boite?pile=confirm-erasure"


@pytest.mark.parametrize("who", [NADIA, SOPHIE, HELENE, CLAIRE])
def test_no_page_breaks_nor_names_who_was_erased(gone: Gone, who: str) -> None:
    client = gone.at_work.client(who)
    for address in addresses(gone):
        answer = client.get(address)
        assert answer.status_code < 500, address
        told = [name for name in NAMES if name in answer.text]
        assert not told or (address, who) == ("/effacements", HELENE), address


def test_their_page_says_which_facts_there_were_without_their_content(gone: Gone) -> None:
    for who in (SOPHIE, HELENE, CLAIRE):
        page = gone.at_work.client(who).get(f"/dossiers/{gone.dossier}")
        said = texts(page.text, ".timeline li > p:first-child")
        assert said[0].startswith("Personne effacée : la personne le demande, clés détruites à partir du ")
        assert "Note : contenu effacé" in said
        assert not [one for one in said if "retirée" in one]
        assert "Pix présenté au premier accueil" in said
        assert len(said) == len(gone.at_work.events(gone.dossier))
        assert "Nadia Benali" in words(page.text)
    assert gone.at_work.client(NADIA).get(f"/dossiers/{gone.dossier}").status_code == 404
    replay = gone.at_work.client(CLAIRE).get(f"/rejouer/{gone.dossier}")
    assert replay.headers["location"] == f"/dossiers/{gone.dossier}"


def test_where_they_were_named_it_says_that_they_were_erased(gone: Gone) -> None:
    client = gone.at_work.client(SOPHIE)
    workshop = client.get(f"/ateliers/{gone.workshop}")
    assert "personne effacée" in words(workshop.text)
    assert "Place prise : une personne effacée" in words(workshop.text)
    journal = words(client.get(f"/journal?dossier={gone.dossier}").text)
    assert "dans le dossier d’une personne effacée" in journal
    assert "Résultat : contenu effacé" in journal
    confided = client.get(f"/equipe/confies/{gone.bulk}")
    assert confided.status_code == 200
    assert "personne effacée" in words(confided.text)


@pytest.mark.parametrize("who", [NADIA, SOPHIE, HELENE, CLAIRE])
def test_but_for_their_page_they_are_as_unknown_as_anybody(gone: Gone, who: str) -> None:
    client = gone.at_work.client(who)
    for row in (row for row in MATRIX if "{dossier_id:uuid}" in row["route"]):
        answers = [ask(client, row, dossier) for dossier in (gone.dossier, uuid4())]
        if answers[0] != answers[1]:
            assert asked(row) in THEIR_PAGE, f"{asked(row)}: {answers[0][0]}"


def ask(client: InspectingClient, row: dict[str, str], dossier: UUID) -> tuple[int, bytes]:
    path = row["route"].replace("{dossier_id:uuid}", str(dossier)).replace("{participation:uuid}", str(uuid4()))
    answer = client.get(path) if row["method"] == "GET" else client.post(path, data={})
    return answer.status_code, answer.content


def test_nothing_more_is_recorded_about_them(gone: Gone) -> None:
    client, head = gone.at_work.client(SOPHIE), gone.at_work.served.engine.head()
    sent = {"command_id": str(uuid4()), "dossier": str(gone.dossier)}
    refused = client.post(f"/ateliers/{scheduled(gone.at_work)}/inscrire", data=sent)
    assert "plus rien ne s’enregistre" in words(refused.text) or refused.status_code == 422
    assert [r.event.TOPIC for r in gone.at_work.served.engine.read(head, 10)] == [
        "workshop.WorkshopScheduled",
        "workshop.FacilitatorJoined",
    ]


# --- many, and the terminal


def test_those_kept_long_enough_are_asked_for_at_once(at_work: House) -> None:
    at_work.day(date(2024, 3, 10))
    dossiers = [at_work.opened("Prénom", name) for name in ("Un", "Deux", "Trois")]
    at_work.day(MONDAY)
    client = at_work.client(SOPHIE)
    assert client.post("/conservation", data={"command_id": str(uuid4())}).status_code == 422
    ticked = [str(dossier) for dossier in dossiers[:2]]
    answer = client.post("/conservation", data={"command_id": str(uuid4()), "dossier": ticked})
    page = client.get(answer.headers["location"]).text
    assert "2 lignes enregistrées" in words(page)
    assert "Prénom Un : effacement demandé : le délai de conservation est passé" in words(page)
    assert len(parsed(page).select('input[name="dossier"]')) == 1
    assert [said.startswith("effacement demandé · ") for said in texts(page, ".item-why")] == [True, False, True]
    pile = at_work.client(HELENE).get("/boite").text
    assert texts(pile, "#pile-confirm-erasure .item-who") == ["2 effacements à confirmer"]
    rows = at_work.client(HELENE).get("/boite?pile=confirm-erasure").text
    assert texts(rows, ".item-why") == ["demandé le 16 mars, délai de conservation passé"] * 2


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def plain(output: str) -> str:
    """Returns an output without the ends of its lines: they depend on the width of the terminal."""
    return " ".join(output.split())


def test_the_command_asks_and_never_confirms_its_own_request(terminal: Path) -> None:
    with house(terminal, MONDAY) as at_work:
        dossier = full(at_work)
    without = CliRunner().invoke(app, ["erase", "9081726"])
    assert (without.exit_code, "dites pourquoi, avec --reason" in plain(without.output)) == (2, True)
    line = ["erase", "9081726", "--reason", "mistake", "--yes", "Nomercier"]
    said = CliRunner().invoke(app, line)
    assert (said.exit_code, "Effacement demandé. La direction le confirme" in plain(said.output)) == (0, True), (
        said.output
    )
    again = CliRunner().invoke(app, line)
    assert (again.exit_code, "Cet effacement a été demandé au terminal" in plain(again.output)) == (1, True)
    assert "Nomercier" in CliRunner().invoke(app, ["replay", str(dossier)]).output


def test_the_direction_confirms_what_the_terminal_asked(terminal: Path) -> None:
    with house(terminal, MONDAY) as at_work:
        dossier = full(at_work)
        at_work.says(OPERATOR, request_erasure, {"dossier": dossier}, reason="mistake")
        assert press(at_work, HELENE, dossier, "effacer", name="Nomercier").status_code == 303
        assert at_work.state(dossier).erased


def test_who_asked_on_the_page_does_not_confirm_there(at_work: House) -> None:
    dossier = full(at_work)
    page = at_work.client(HELENE).get(f"/dossiers/{dossier}/droits").text
    assert "quelqu’un d’autre de la direction le confirme" in words(page)
    press(at_work, HELENE, dossier, "demander", reason="request")
    page = at_work.client(HELENE).get(f"/dossiers/{dossier}/droits").text
    assert "Vous avez demandé cet effacement" in words(page)
    assert parsed(page).select_one('form[action$="/effacer"]') is None
    refused = press(at_work, HELENE, dossier, "effacer", name="Nomercier")
    assert refused.status_code == 422
    assert "Qui demande un effacement ne le confirme pas" in words(refused.text)
    assert press(at_work, HELENE, dossier, "garder", note="demandé par erreur").status_code == 303


def test_the_command_confirms_and_erases(terminal: Path) -> None:
    with house(terminal, MONDAY) as at_work:
        dossier = full(at_work)
        press(at_work, SOPHIE, dossier, "demander", reason="request")
    line = ["erase", "9081726"]
    said = CliRunner().invoke(app, line, input="NOMERCIER\n")
    assert said.exit_code == 0, said.output
    assert "Effacement demandé par Sophie Lecomte le 16 mars 2026 (la personne" in plain(said.output)
    assert "Concerne : Prénomine Nomercier, n° i-Milo 9081726, né·e le" in plain(said.output)
    assert "Personne effacée." in said.output
    again = CliRunner().invoke(app, [*line, "--yes", "Nomercier"])
    assert (again.exit_code, "Cette personne a été effacée" in again.output) == (1, True)
    for command in (["export-person", str(dossier)], ["replay", str(dossier)], ["replay", str(dossier), "--json"]):
        told = CliRunner().invoke(app, command)
        assert told.exception is None or isinstance(told.exception, SystemExit), told.output
        assert not [name for name in NAMES if name in told.output]
    assert "Personne effacée · fait" in CliRunner().invoke(app, ["replay", str(dossier)]).output
    for path in terminal.rglob("*"):
        assert not path.is_file() or not [name for name in NAMES if name.encode() in path.read_bytes()], path


@pytest.mark.parametrize(
    ("said", "typed", "code"),
    [
        ([], "", 1),
        ([], "oui\n", 1),
        ([], "9081726\n", 1),
        (["--yes"], "", 2),
        (["--yes", ""], "", 1),
        (["--yes", "oui"], "", 1),
        (["--yes", "9081726"], "", 1),
        (["--reason", "request"], "Nomercier\n", 1),
        (["--reason", "request", "--yes", "Nomercier"], "", 1),
    ],
)
def test_nothing_but_the_last_name_confirms(terminal: Path, said: list[str], typed: str, code: int) -> None:
    """A line that asks for an erasure never confirms one, and a script needs to know who goes."""
    with house(terminal, MONDAY) as at_work:
        dossier = full(at_work)
        press(at_work, SOPHIE, dossier, "demander", reason="request")
        refused = CliRunner().invoke(app, ["erase", "9081726", *said], input=typed)
        assert refused.exit_code == code, refused.output
        assert not at_work.state(dossier).erased


def test_another_request_than_the_one_that_was_read_is_not_confirmed(
    terminal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house(terminal, MONDAY) as at_work:
        dossier = full(at_work)
        press(at_work, SOPHIE, dossier, "demander", reason="request")

        def answer(_: str) -> str:
            press(at_work, HELENE, dossier, "garder", note="demandé par erreur")
            press(at_work, SOPHIE, dossier, "demander", reason="mistake")
            return "Nomercier"

        monkeypatch.setattr(typer, "prompt", answer)
        refused = CliRunner().invoke(app, ["erase", "9081726"])
        assert (refused.exit_code, "La demande a changé" in plain(refused.output)) == (1, True)
        assert not at_work.state(dossier).erased


def test_the_command_says_what_is_left_to_do_and_does_it_the_next_time(terminal: Path) -> None:
    with house(terminal, MONDAY) as at_work:
        dossier = full(at_work)
        press(at_work, SOPHIE, dossier, "demander", reason="request")
        blocked = terminal / "keys" / f"{at_work.slug}.ring.new"
    blocked.mkdir()
    line = ["erase", str(dossier), "--yes", "Nomercier"]
    for _ in range(2):
        said = CliRunner().invoke(app, line)
        assert (said.exit_code, "Personne effacée, mais" in said.output) == (1, True), said.output
    examined = " ".join(CliRunner().invoke(app, ["doctor"]).output.split())
    assert "ses clés ne sont pas encore toutes détruites" in examined
    blocked.rmdir()
    assert "Effacement terminé" in CliRunner().invoke(app, line).output
    assert "Cette personne a été effacée" in CliRunner().invoke(app, line).output


@pytest.mark.parametrize(("said", "named"), [([], [True] * 6), (["--yes"], [False] * 6)])
def test_the_command_finishes_more_erasures_than_pixflow_does_alone(
    terminal: Path, said: list[str], named: list[bool]
) -> None:
    with house(terminal, MONDAY) as at_work:
        blocked = terminal / "keys" / f"{at_work.slug}.ring.new"
        blocked.mkdir()
        people = [at_work.opened(last=f"Nom{n}") for n in range(6)]
        for one in people:
            with pytest.raises(erasing.ErasureUnfinished):
                erasures.erase(at_work.served.opened, one)
        blocked.rmdir()
    examined = " ".join(CliRunner().invoke(app, ["doctor"]).output.split())
    assert "6 personnes à effacer d’un coup" in examined
    assert "Personne effacée, mais" in CliRunner().invoke(app, ["erase", str(people[0])]).output
    refused = CliRunner().invoke(app, ["erasures"], input="non\n")
    assert (refused.exit_code, "Rien n’est détruit." in refused.output) == (1, True)
    assert [f"Concerne : Aminata Nom{n}" in plain(refused.output) for n in range(6)] == [True] * 6
    done = CliRunner().invoke(app, ["erasures", *said], input="oui\n")
    assert (done.exit_code, "Effacements terminés" in done.output) == (0, True), done.output
    assert [f"Nom{n}" in done.output for n in range(6)] == named
    examined = " ".join(CliRunner().invoke(app, ["doctor"]).output.split())
    assert "Tous terminés." in examined


def test_the_page_says_that_they_are_erased_and_the_clock_finishes_it(at_work: House) -> None:
    dossier = full(at_work)
    blocked = at_work.host.data / "keys" / f"{at_work.slug}.ring.new"
    blocked.mkdir()
    erased(at_work, dossier)
    assert "Personne effacée" in words(at_work.client(HELENE).get(f"/dossiers/{dossier}").text)
    assert not erasing.is_pending(at_work.served.opened), "they wait until they are due"
    at_work.pass_by(hours=72)
    assert erasing.is_pending(at_work.served.opened)
    with pytest.raises(OSError, match=blocked.name):
        at_work.served.tick()
    blocked.rmdir()
    at_work.served.tick()
    assert not erasing.has_unfinished(at_work.served.opened)
