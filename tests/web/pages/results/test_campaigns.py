"""A campaign's page: what it is for is corrected after a preview; closed, it is offered no more; profiles come in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.pix_orga import ExportCampaign, ProfileRow
from pixflow.pix_orga.export import utc_moment
from pixflow.pix_orga.samples import file_name, write_profiles
from projections import advisor_queue
from tests.pix_orga.profile_files import SENT, WAITING
from tests.web.client import words
from tests.web.exports import DAY, FIRST, LATER, NADIA, ROWS, SOPHIE, Board, dossiers, fields
from tests.web.paths import House
from tests.web.tags import parsed

PROFILES = ExportCampaign(481620, "QWERTY456", "Profils certifiables")
FATOU = replace(SENT, last_name="Traoré", first_name="Fatou", external_id="12347")
LINA = replace(WAITING, last_name="Perrin", first_name="Lina", external_id="12349")


def campaign(board: Board, rows: Sequence[Any] = ROWS) -> str:
    """The page of a campaign declared as the initial diagnostic, with its participations."""
    board.record(rows)
    return f"/resultats/campagnes/{board.house.campaign}"


def profile_file(rows: Sequence[ProfileRow], at: datetime = FIRST, **form: Any) -> dict[str, Any]:
    content = write_profiles(PROFILES, rows, external_id_label=f"N° ({at})", **form)
    return {"export": (file_name(PROFILES, at), content, "text/csv")}


def receive(board: Board, rows: Sequence[ProfileRow], at: datetime = FIRST) -> str:
    """Upload a profile collection and record it; the words of the board then."""
    answer = board.client.post("/resultats/import", files=profile_file(rows, at))
    assert answer.status_code == 303, words(answer.text)
    where = str(answer.headers["Location"])
    return board.follow(board.press(where, f"form[action='{where}']"))


def undeclared(board: Board) -> str:
    return str(parsed(board.page()).select_one("#campagnes a")["href"])


# --- its purpose


def test_a_purpose_is_corrected_with_its_reason_after_what_would_change_was_shown(at_work: House, board: Board) -> None:
    people = dossiers(at_work)
    where, before = campaign(board), at_work.served.engine.head()
    page = board.said(f"{where}?usage=complete")
    assert "8 participations changent d’usage, dans 4 dossiers." in page
    assert "Ne sont plus à faire : transmettre le résultat (3)." in page
    assert "Deviennent à faire : présenter Pix (4), prévoir le diagnostic (4)." in page
    assert at_work.served.engine.head() == before
    url, form = f"{where}?usage=complete", f"form[action^='{where}/usage']"
    refused = board.press(url, form, reason=" ")
    assert refused.status_code == 422
    assert "Écrivez le motif." in words(refused.text)
    assert "8 participations changent d’usage" in words(refused.text)
    said = board.follow(board.press(url, form, reason="c’est le parcours Cléa"))
    assert "Usage corrigé : diagnostic complet (Cléa numérique) — motif : c’est le parcours Cléa" in said
    zoe = at_work.state(people["Zoé Haddad"])
    assert zoe.diagnostic.current("initial") is None
    assert zoe.parcours.complete.accepted
    history = words(board.client.get(f"/dossiers/{people['Zoé Haddad']}").text)
    assert "annulé : c’est le parcours Cléa" in history
    assert "Diagnostic complet (Cléa numérique)" in history


def test_a_purpose_that_does_not_suit_its_exports_is_not_offered_and_says_why(board: Board) -> None:
    where = campaign(board)
    offered = [tag["value"] for tag in parsed(board.page(where)).select("input[name=usage]")]
    assert offered == ["complete", "other"]
    assert "Cette campagne est une évaluation" in board.said(f"{where}?usage=profile")
    forced = board.client.post(f"{where}/usage", data={"purpose": "profile", "reason": "x", "command_id": str(uuid4())})
    assert forced.status_code == 422
    assert board.client.get(f"{where}?usage=initial").status_code == 200
    assert board.client.post(f"/resultats/campagnes/{uuid4()}/usage", data={}).status_code == 404


# --- its name, its code, its site


def test_a_campaign_is_corrected_and_an_export_does_not_bring_the_old_name_back(at_work: House, board: Board) -> None:
    where = campaign(board)
    form = f"form[action^='{where}/corriger']"
    wrong = board.press(where, form, name="", code="É")
    assert wrong.status_code == 422
    page = parsed(wrong.text)
    assert page.select_one("#identite details").has_attr("open")
    assert [link["href"] for link in page.select(".errors a")] == ["#name"]
    said = board.follow(board.press(where, form, name="Printemps 2026", code="kmrt wx 999"))
    assert "Enregistré : Campagne corrigée : Printemps 2026, code KMRTWX999, tous les sites" in said
    board.house.day(LATER.date())
    board.record(ROWS[:4], LATER, vanished="accept")
    assert parsed(board.page(where)).h1.get_text() == "Printemps 2026"
    assert board.house.served.refs.campaigns[board.house.campaign].code == "KMRTWX999"


# --- closed


def test_a_closed_campaign_is_offered_no_more_and_its_exports_come_in(at_work: House, board: Board) -> None:
    where = campaign(board)
    person = at_work.opened("Awa", "Keita", NADIA)
    plan = f"/dossiers/{person}?formulaire=plan"

    def offered() -> list[str]:
        page = parsed(at_work.client(NADIA).get(plan).text)
        return [tag.get("value", "") for tag in page.select("[name=campaign], [name=campaign] option")]

    assert str(at_work.campaign) in offered()
    closed = board.follow(board.press(where, f"form[action='{where}/clore']"))
    assert "Campagne close" in closed
    assert "close depuis le 12 mai 2026" in closed
    assert str(at_work.campaign) not in offered()
    assert " · close" in board.said()
    sent = dict.fromkeys(("on", "planned_for"), at_work.today.isoformat())
    sent |= {"campaign": str(at_work.campaign), "modality": "office", "command_id": str(uuid4())}
    assert at_work.client(NADIA).post(f"/dossiers/{person}/plan", data=sent).status_code == 422
    assert at_work.state(person).orientation.plan is None
    at_work.day(DAY + timedelta(days=7))
    board.record(ROWS[:4], LATER, vanished="accept")
    assert "Campagne rouverte" in board.follow(board.press(where, f"form[action='{where}/rouvrir']"))
    assert str(at_work.campaign) in offered()


@pytest.mark.parametrize(
    ("action", "page", "sent"),
    [
        ("clore", "", {}),
        ("rouvrir", "", {}),
        ("corriger", "", {"name": "Printemps", "code": "KMRTWX999"}),
        ("usage", "?usage=complete", {"reason": "c’est Cléa"}),
    ],
)
def test_what_was_just_done_to_a_campaign_is_taken_back_in_one_press(
    at_work: House, board: Board, action: str, page: str, sent: dict[str, Any]
) -> None:
    dossiers(at_work)
    where = campaign(board)
    if action == "rouvrir":
        board.press(where, f"form[action='{where}/clore']")
    before, owed = at_work.served.refs.campaigns[at_work.campaign], tasks(at_work)
    done = board.press(f"{where}{page}", f"form[action^='{where}/{action}']", **sent).headers["Location"]
    again = board.press(done, f"form[action='{where}/annuler']")
    after = at_work.served.refs.campaigns[at_work.campaign]
    kept = ("name", "code", "site", "purpose", "open")
    assert [getattr(after, one) for one in kept] == [getattr(before, one) for one in kept]
    assert tasks(at_work) == owed
    assert not parsed(board.page(done)).select(f"form[action='{where}/annuler']"), "nothing is left to take back"
    assert again.status_code == 303


def test_what_something_followed_is_not_taken_back(at_work: House, board: Board) -> None:
    where = campaign(board)
    closed = board.press(where, f"form[action='{where}/clore']").headers["Location"]
    sent = fields(parsed(board.page(closed)).select_one(f"form[action='{where}/annuler']"))
    board.press(where, f"form[action='{where}/rouvrir']")
    board.press(where, f"form[action='{where}/clore']")
    assert "/annuler" not in board.page(closed)
    refused = board.client.post(f"{where}/annuler", data=sent)
    assert refused.status_code == 422
    assert not at_work.served.refs.campaigns[at_work.campaign].open


def tasks(at_work: House) -> list[tuple[str, str]]:
    """The tasks of all dossiers, by name and kind."""
    table = advisor_queue.table
    with at_work.served.read().database.connect() as connection:
        return sorted((row.name, row.kind) for row in connection.execute(table.select()))


# --- profiles


def test_a_profile_collection_is_previewed_recorded_declared_and_matched(at_work: House, board: Board) -> None:
    people = dossiers(at_work)
    answer = board.client.post("/resultats/import", files=profile_file([FATOU, LINA]))
    preview = board.said(str(answer.headers["Location"]))
    assert "collecte de profils" in preview
    assert "2 participations de 2 personnes, 1 profil partagé" in preview
    assert "nouvelle 89 pix, certifiable" in preview
    assert "Perrin Lina 12349 nouvelle pas encore partagé" in preview
    assert "2 participations attendent" in receive(board, [FATOU, LINA])
    where = undeclared(board)
    chosen = parsed(board.page(where)).select("input[name=purpose]")
    assert [(tag["value"], tag.has_attr("checked")) for tag in chosen] == [("profile", True), ("other", False)]
    done = board.follow(board.press(where, f"form[action='{where}']"))
    assert "2 participations rapprochées d’elles-mêmes" in done
    assert at_work.state(people["Fatou Traoré"]).diagnostic.profile.pix == 89


def test_a_profile_that_waits_for_a_match_says_what_it_is(at_work: House, board: Board) -> None:
    receive(board, [replace(FATOU, external_id=None), replace(LINA, external_id=None)])
    where = undeclared(board)
    said = board.follow(board.press(where, f"form[action='{where}']"))
    assert "Traoré Fatou sans n° · 89 pix, certifiable" in said
    assert "Perrin Lina sans n° · profil pas encore partagé" in said


def test_a_file_that_is_not_its_campaigns_kind_leads_to_its_page(at_work: House, board: Board) -> None:
    url = "/resultats/campagnes/nouvelle"
    board.press(url, f"form[action='{url}']", name="Profils", code="QWERTY456", purpose="complete")
    answer = board.client.post("/resultats/import", files=profile_file([FATOU]))
    where = str(answer.headers["Location"])
    page = board.page(where)
    assert "Ce fichier est une collecte de profils, ce que la campagne n’est pas" in words(page)
    assert not parsed(page).select(f"form[action='{where}']")
    forced = board.client.post(where, data={"command_id": str(uuid4())})
    assert forced.status_code == 422
    stream = next(id for id, one in at_work.served.refs.campaigns.items() if one.code == "QWERTY456")
    link = f"/resultats/campagnes/{stream}"
    assert f'href="{link}#corriger"' in page
    board.press(f"{link}?usage=profile", f"form[action^='{link}/usage']", reason="erreur de saisie")
    assert "Export enregistré : 1 nouvelle" in board.follow(board.press(where, f"form[action='{where}']"))


# --- the dossier's page


def profiles_of(at_work: House, board: Board) -> UUID:
    """A dossier with two profiles, the second one better."""
    person = at_work.opened("Fatou", "Traoré", NADIA, imilo_number="12347")
    receive(board, [FATOU])
    where = undeclared(board)
    board.press(where, f"form[action='{where}']")
    better = tuple(replace(one, level=(one.level or 0) + 1, pix=(one.pix or 0) + 8) for one in FATOU.levels)
    again = replace(
        FATOU,
        shared_at=utc_moment(datetime(2026, 5, 18, 9, tzinfo=UTC)),
        levels=better,
        pix=89 + 128,
        certifiable_competences=16,
    )
    at_work.day(DAY + timedelta(days=7))
    receive(board, [FATOU, again], LATER)
    return person


def test_a_dossier_shows_its_profile_level_by_level_and_what_has_changed(at_work: House, board: Board) -> None:
    page = at_work.client(NADIA).get(f"/dossiers/{profiles_of(at_work, board)}").text
    card = words(str(parsed(page).select_one("#resultat")))
    assert "Profil de compétences" in card
    assert "217 pix · certifiable (16 compétences) · partagé le 18 mai · + 128 pix depuis 89 pix" in card
    assert "Interagir" in card
    assert "1 / 8 + 1 niveau" in card
    assert "Communication et collaboration" in card
    assert "Pas de diagnostic initial partagé" in card
    assert "89 pix, certifiable (5 compétences), partagé le 11 mai" in card


def test_a_complete_result_is_shown_without_the_grid(at_work: House, board: Board) -> None:
    people = dossiers(at_work)
    where = campaign(board)
    board.press(f"{where}?usage=complete", f"form[action^='{where}/usage']", reason="Cléa")
    page = at_work.client(NADIA).get(f"/dossiers/{people['Fatou Traoré']}")
    page = page if page.status_code == 200 else at_work.client(SOPHIE).get(f"/dossiers/{people['Fatou Traoré']}")
    card = parsed(page.text).select_one("#resultat")
    assert "Diagnostic complet (Cléa numérique) 40 % · partagé le 3 mars" in words(str(card))
    assert not card.select(".score-bar")
    assert "tranche" not in words(str(card))
