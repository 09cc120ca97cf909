"""The lists of an earlier day by both clocks, what their bar says, and why a line stood there."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete

from pixflow.actor import OPERATOR
from pixflow.dossier import assignment, follow_up, retraction
from pixflow.dossier.stages import orientation
from pixflow.events.values import PartnerDetails, Role
from pixflow.participation import matches
from pixflow.partners.listing import list_partner
from pixflow.protocol import publishing
from pixflow.team import membership
from pixflow.workshop import booking
from projections.contract import filled
from projections.store import past_tables
from tests.erasures import erase
from tests.web.access_lines import NewLines
from tests.web.arranged import scheduled, seat
from tests.web.client import words
from tests.web.filled import fill, hire, part, texts
from tests.web.paths import House, house
from tests.web.tags import parsed
from tests.web.taken import issued, sheets, table, taken
from web.desk import exports
from web.http import day_bar
from web.pages.queue import news

NADIA, SOPHIE, HELENE, CLAIRE = "Nadia Benali", "Sophie Lecomte", "Hélène Morin", "Claire Vasseur"
MONDAY, THEN, NOW = date(2026, 3, 2), date(2026, 3, 12), date(2026, 3, 20)
BY_KNOWN, BY_TRUE = f"?au={THEN}", f"?au={THEN}&horloge=vrai"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY) as made:
        yield made


@pytest.fixture
def late(at_work: House) -> UUID:
    """A dossier whose presentation of the 10th is noted on the 16th."""
    dossier = at_work.opened(programme="PACEA")
    at_work.day(date(2026, 3, 16))
    at_work.on(dossier, orientation.present_pix, occasion="welcome", on=date(2026, 3, 10))
    at_work.day(NOW)
    return dossier


def seen(at_work: House, path: str, name: str = CLAIRE) -> str:
    answer = at_work.client(name).get(path)
    assert answer.status_code == 200
    return str(answer.text)


def reasons(at_work: House, dossier: UUID, query: str, name: str = CLAIRE) -> dict[str, str]:
    """Returns the texts of the page of a task, by their labels."""
    page = part(at_work.client(name), f"/pourquoi/{dossier}?{query}")
    return dict(zip(texts(page, "dt"), texts(page, "dd"), strict=True))


# --- the day of an address


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2026-02-30", "Écrivez une date qui existe, comme 16/03/2026. Voici aujourd’hui."),
        ("<b>", "Écrivez une date qui existe, comme 16/03/2026. Voici aujourd’hui."),
        ("2026-03-21", "Ce jour n’est pas encore arrivé. Voici aujourd’hui."),
        ("2026-03-01", "Rien n’était encore enregistré ce jour-là : cette structure a été ouverte le 2 mars 2026."),
        ("0001-01-01", "Voici aujourd’hui."),
    ],
)
def test_a_day_without_a_page_is_said_above_that_of_today(at_work: House, late: UUID, asked: str, told: str) -> None:
    page = words(seen(at_work, f"/dossiers?au={asked}"))
    assert told in page
    assert "1 dossier" in page


@pytest.mark.parametrize("query", ["", "?au=", "?horloge=vrai", f"?au={NOW}", f"?au={NOW}&horloge=vrai"])
def test_today_is_the_page_that_it_was(at_work: House, late: UUID, query: str) -> None:
    page = seen(at_work, f"/dossiers{query}")
    assert "day-bar" not in page
    assert texts(page, ".other-day summary") == ["Revoir un autre jour"]


def test_who_may_not_replay_has_the_page_of_today_without_a_word(at_work: House, late: UUID) -> None:
    page = seen(at_work, f"/dossiers{BY_KNOWN}", NADIA)
    assert "day-bar" not in page
    assert "other-day" not in page
    assert "Prévoir le diagnostic" in words(page)


def test_the_first_day_has_a_page_and_is_empty(at_work: House, late: UUID) -> None:
    page = words(seen(at_work, f"/partenaires?au={MONDAY}"))
    assert "Au 2 mars 2026, tel qu’on le savait" in page
    assert "Aucun partenaire ici." in page


# --- both clocks


def test_a_fact_learned_late_is_missing_by_one_clock_and_there_by_the_other(at_work: House, late: UUID) -> None:
    known, true = (seen(at_work, f"/dossiers{query}") for query in (BY_KNOWN, BY_TRUE))
    assert "Présenter Pix" in words(known)
    assert "Prévoir le diagnostic" in words(true)
    assert "Au 12 mars 2026, tel que c’était, su aujourd’hui" in words(true)
    assert "1 fait appris depuis" in words(known)
    learned = seen(at_work, f"/journal/appris?au={THEN}")
    assert texts(learned, ".ledger .item-do") == ["Pix présenté au premier accueil"]


def test_the_next_day_and_the_one_before_keep_the_filters_and_the_clock(at_work: House, late: UUID) -> None:
    page = parsed(seen(at_work, f"/dossiers{BY_TRUE}&programme=PACEA&p=3"))
    bar = page.select_one(".day-bar[data-arrows]")
    moved = [bar.select_one(f"a[rel={rel}]")["href"] for rel in ("prev", "next")]
    assert moved == [f"/dossiers?programme=PACEA&au=2026-03-{day}&horloge=vrai" for day in (11, 13)]
    assert bar.select_one("a[data-leaves]")["href"] == "/dossiers?programme=PACEA"
    sent = [(field["name"], field["value"]) for field in bar.select("form input")]
    assert sent == [("programme", "PACEA"), ("horloge", "vrai"), ("au", "2026-03-12")]


@pytest.mark.parametrize("path", [*day_bar.LISTS, "/boite?pile=assign-advisor", "/ateliers?vue=mois"])
def test_every_link_keeps_the_day_or_replays_it(at_work: House, late: UUID, path: str) -> None:
    fill(at_work, 60, None)
    hire(at_work, "Samir Haddad", "facilitator")
    at_work.day(NOW + timedelta(7))
    page = parsed(seen(at_work, f"{path}{'&' if '?' in path else '?'}au={NOW}", SOPHIE))
    of_bar = {link["href"] for link in page.select(".day-bar a")}
    links = {link["href"] for link in page.select("main a[href]")} - of_bar
    kept = re.compile(rf"/(rejouer/[0-9a-f-]{{36}}\?le={NOW}|[^?]*\?(.*&)?au={NOW}(#.*)?$|boite.*au={NOW})|tel:|#")
    assert [link for link in links if not kept.match(link)] == []
    assert [link["href"] for link in page.select("#rail a")][:2] == [f"/boite?au={NOW}", f"/resultats?au={NOW}"]
    assert not page.select("#rail .count")


def test_a_row_opens_the_replay_at_that_day(at_work: House, late: UUID) -> None:
    page = parsed(seen(at_work, f"/dossiers{BY_KNOWN}"))
    href = page.select_one(".item-who a")["href"]
    assert href == f"/rejouer/{late}?le={THEN}"
    assert "Le dossier tel qu’il se lisait le 12 mars 2026" in words(seen(at_work, href))


def test_somebody_erased_since_is_on_no_day_and_is_counted(at_work: House, late: UUID) -> None:
    erase(at_work.served.opened, late)
    at_work.served.read()
    for query in (BY_KNOWN, BY_TRUE):
        page = seen(at_work, f"/dossiers{query}")
        assert "Diallo" not in page
        assert "1 personne effacée depuis n’y est plus" in words(page)


def test_a_day_that_was_made_while_somebody_was_erased_is_not_kept(
    at_work: House, late: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = past_tables.fill_lists

    def fill_and_erase(*asked: Any) -> int:
        last = make(*asked)
        erase(at_work.served.opened, late)
        at_work.served.read()
        return last

    with monkeypatch.context() as patch:
        patch.setattr(past_tables, "fill_lists", fill_and_erase)
        seen(at_work, f"/dossiers{BY_KNOWN}")
    assert "Diallo" not in seen(at_work, f"/dossiers{BY_KNOWN}")


def test_a_stream_that_no_table_shows_is_said(at_work: House, late: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.desk.desk.stopped_streams", lambda tables: 1)
    assert "1 fiche abîmée n’y est pas" in words(seen(at_work, f"/dossiers{BY_KNOWN}"))


def test_the_direction_counts_no_figure_of_an_earlier_day(
    at_work: House, late: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "is_fresh", lambda *asked: pytest.fail("the figures of a past day"))
    assert "Ma boîte" in seen(at_work, f"/boite{BY_KNOWN}", HELENE)


def test_an_earlier_day_is_a_reading_of_all_whom_it_names(at_work: House, late: UUID) -> None:
    lines = NewLines(at_work.served)
    seen(at_work, f"/dossiers{BY_KNOWN}")
    (line,) = lines.take()
    assert (line.what, line.people) == ("shown", 1)


def test_a_bulk_of_another_day_offers_no_way_back(at_work: House, late: UUID) -> None:
    done = at_work.says(
        SOPHIE, assignment.assign_advisor, {"dossier": late}, advisor=at_work.people["Paul Rey"]
    ).recorded[0]
    at_work.day(NOW + timedelta(7))
    page = seen(at_work, f"/dossiers?au={NOW}&recu={done.command}", SOPHIE)
    assert 'action="/dossiers/affecter/annuler"' not in page


# --- why this line


def test_a_line_of_today_says_its_fact_and_how_its_day_is_counted(at_work: House, late: UUID) -> None:
    told = reasons(at_work, late, "tache=plan-diagnostic", NADIA)
    assert told == {
        "Le fait": "Pix présenté au premier accueil (Nadia Benali, 10 mars 2026, noté le 16 mars 2026, 10:12)",
        "À faire": "Le protocole demande 5 jours ouvrés après le 10 mars, soit le 17 mars",
        "Règles": "Protocole du 2 mars 2026, grille n° 1",
    }


def test_a_line_to_come_says_when_it_is_seen_and_the_holidays(at_work: House) -> None:
    dossier = at_work.planned()
    key = f"chase-diagnostic:{at_work.state(dossier).orientation.plan.id}"
    at_work.day(date(2026, 3, 30))
    at_work.on(dossier, follow_up.chase_young_person, about=key, channel="sms", reached=False, note="")
    told = reasons(at_work, dossier, f"tache={key}", NADIA)
    assert told["Visible"] == "À partir du 21 avril : 15 jours ouvrés après le 30 mars"
    assert told["Jours fériés"] == "6 avril"


def test_a_line_of_an_earlier_day_says_who_closed_it(at_work: House, late: UUID) -> None:
    told = reasons(at_work, late, f"tache=present-pix&au={THEN}")
    closed = "Le 10 mars 2026, noté le 16 mars 2026, 10:12 par Nadia Benali : Pix présenté au premier accueil"
    assert told["Fermée"] == closed
    planned = reasons(at_work, late, f"tache=plan-diagnostic&au={THEN}&horloge=vrai")
    assert planned["Fermée"] == "Pas encore : toujours à faire aujourd’hui"


def test_a_line_that_is_gone_says_so(at_work: House, late: UUID) -> None:
    page = seen(at_work, f"/pourquoi/{late}?tache=present-pix", NADIA)
    assert "Cette tâche n’est plus à faire." in words(page)


def test_a_line_is_told_to_those_alone_who_have_it(at_work: House, late: UUID) -> None:
    paul, sophie = at_work.client("Paul Rey"), at_work.client(SOPHIE)
    assert paul.get(f"/pourquoi/{late}?tache=plan-diagnostic").status_code == 404
    newcomer = hire(at_work, "Omar Sy", "advisor")
    at_work.served.read()
    assert sophie.get(f"/pourquoi/{newcomer}?tache=brief-newcomer").status_code == 200
    assert paul.get(f"/pourquoi/{newcomer}?tache=brief-newcomer").status_code == 404
    assert at_work.client("Omar Sy").get(f"/pourquoi/{newcomer}?tache=take-pix").status_code == 200
    assert sophie.get(f"/pourquoi/{uuid4()}?tache=take-pix").status_code == 404


def published(at_work: House, delay: int) -> None:
    """A protocol that gives so many days to plan a diagnostic, from today on."""
    known = at_work.served.refs.protocol(at_work.today)
    document = dataclasses.replace(known, delays=dataclasses.replace(known.delays, plan_diagnostic=delay))
    stream = {"protocol": at_work.served.opened.stream("protocol")}
    at_work.says(OPERATOR, publishing.publish_protocol, stream, document=document, from_day=at_work.today)


def test_a_line_names_the_protocol_of_its_day_also_when_that_one_came_back(at_work: House) -> None:
    dossier = at_work.presented()
    at_work.day(THEN)
    published(at_work, 9)
    at_work.day(NOW)
    published(at_work, 5)
    told = reasons(at_work, dossier, "tache=plan-diagnostic", NADIA)
    assert told["À faire"].startswith("Le protocole demande 5 jours ouvrés après le 2 mars")
    assert told["Règles"] == "Protocole du 2 mars 2026, grille n° 1"


def test_a_fact_retracted_since_closes_no_line_by_the_true_clock(at_work: House) -> None:
    """A presentation is said, retracted, and said again of another day."""
    dossier = at_work.opened()
    at_work.day(date(2026, 3, 16))
    at_work.on(dossier, orientation.present_pix, occasion="welcome")
    version, history = at_work.state(dossier).version, at_work.served.engine.history(dossier)
    at_work.on(dossier, retraction.retract, version=version, reason="Autre personne", context={"history": history})
    at_work.day(date(2026, 3, 18))
    at_work.on(dossier, orientation.present_pix, occasion="welcome")
    at_work.day(NOW)
    told = reasons(at_work, dossier, f"tache=present-pix&au={THEN}&horloge=vrai")
    assert told["Fermée"].startswith("Le 18 mars 2026")


def test_a_newcomer_who_left_since_owes_nothing_today(at_work: House) -> None:
    at_work.day(date(2026, 3, 9))
    newcomer = hire(at_work, "Omar Sy", "advisor")
    at_work.day(date(2026, 3, 16))
    at_work.says(OPERATOR, membership.record_departure, {"staff": newcomer}, last_day=at_work.today)
    at_work.day(NOW)
    query = "tache=brief-newcomer"
    told = reasons(at_work, newcomer, f"{query}&au={THEN}", SOPHIE)
    assert told["Fermée"] == "Le 17 mars 2026, par le temps passé : personne n’a rien noté"
    assert at_work.client(SOPHIE).get(f"/pourquoi/{newcomer}?{query}").status_code == 404


def test_a_line_that_another_stream_closes_is_not_owed_for_ever(at_work: House) -> None:
    """The advisor of a dossier leaves, and comes back: nothing of the dossier tells so."""
    dossier = at_work.opened()
    at_work.day(date(2026, 3, 9))
    nadia = {"staff": at_work.people["Nadia Benali"]}
    at_work.says(OPERATOR, membership.record_departure, nadia, last_day=at_work.today)
    at_work.day(date(2026, 3, 16))
    at_work.says(OPERATOR, membership.undo_departure, nadia)
    at_work.day(date(2026, 3, 17))
    at_work.on(dossier, orientation.present_pix, occasion="welcome")
    at_work.day(NOW)
    told = reasons(at_work, dossier, f"tache=assign-advisor&au={THEN}", SOPHIE)
    assert told["Fermée"] == "Par un changement dans l’équipe ou dans les règles"


def test_the_direction_reads_why_a_late_line_of_the_team_has_reached_it(at_work: House) -> None:
    at_work.day(date(2026, 3, 9))
    newcomer = hire(at_work, "Omar Sy", "advisor")
    at_work.day(MONDAY + timedelta(100))
    for asked in ("", f"&au={MONDAY + timedelta(90)}", f"&au={MONDAY + timedelta(90)}&horloge=vrai"):
        told = reasons(at_work, newcomer, f"tache=brief-newcomer{asked}", HELENE)
        assert told["À faire"].startswith("Le protocole demande 15 jours ouvrés")
    early = at_work.client(HELENE).get(f"/pourquoi/{newcomer}?tache=brief-newcomer&au={THEN}")
    assert early.status_code == 404


def test_whom_the_fact_of_a_workshop_names_is_noted(at_work: House) -> None:
    made = scheduled(at_work)
    dossier = at_work.opened()
    seat(at_work, made, dossier)
    at_work.day(NOW)
    mark = {"presence": "present", "trouble": False, "ease": True}
    at_work.says(NADIA, booking.mark_attendance, {"workshop": made, "dossier": dossier}, **mark)
    at_work.day(NOW + timedelta(7))
    lines = NewLines(at_work.served)
    told = reasons(at_work, made, f"tache=mark-attendance&au={NOW - timedelta(1)}", SOPHIE)
    assert "Diallo" in told["Fermée"]
    assert {(line.what, line.people) for line in lines.take()} == {("shown", 1)}


# --- while the past is filled


@pytest.mark.parametrize("query", [BY_KNOWN, BY_TRUE])
def test_a_page_says_how_far_the_past_is_and_is_the_same_before_and_after(
    at_work: House, late: UUID, query: str
) -> None:
    with at_work.served.read().writing() as connection:
        connection.execute(delete(filled))
    before = seen(at_work, f"/dossiers{query}")
    at_work.served.tick()
    after = seen(at_work, f"/dossiers{query}")
    assert "L’historique se prépare, 0 %" in words(before)
    assert "L’historique se prépare" not in words(after)
    assert texts(before, ".items .item") == texts(after, ".items .item") != []


def test_a_result_set_aside_long_ago_keeps_its_reason(at_work: House) -> None:
    dossier = at_work.opened()
    found = at_work.took(dossier)
    both, about = {"participation": found, "dossier": dossier}, {"participation_id": found}
    at_work.says(SOPHIE, matches.undo_match, both, reason="homonyme", context=about)
    at_work.says(SOPHIE, matches.set_participation_aside, {"participation": found}, reason="Compte d’essai")
    at_work.day(MONDAY + timedelta(60))
    at_work.opened("Zoé")
    at_work.served.tick()
    for clock in ("", "&horloge=vrai"):
        page = seen(at_work, f"/resultats?au={MONDAY + timedelta(40)}{clock}", SOPHIE)
        assert "Compte d’essai" in words(page)


@pytest.mark.parametrize("role", ["referent", "manager", "auditor"])
def test_who_joined_since_reads_the_days_before_them(at_work: House, late: UUID, role: Role) -> None:
    hire(at_work, "Omar Sy", role)
    lists = [path for path in day_bar.LISTS if role == "referent" or path not in ("/boite", "/resultats")]
    for path in lists:
        for query in (BY_KNOWN, BY_TRUE):
            assert "Au 12 mars 2026" in words(seen(at_work, path + query, "Omar Sy"))


# --- the files of its lists


def file_of(at_work: House, path: str, name: str = CLAIRE) -> Any:
    return at_work.client(name).get(path, headers={"sec-fetch-site": "same-origin"})


def arrange(at_work: House, name: str) -> None:
    """Adds a row to each list, and a colleague."""
    at_work.scored(last=name)
    at_work.opened(name, advisor=None)
    at_work.says(SOPHIE, list_partner, {"partner": uuid4()}, details=PartnerDetails(name=name, town="L’Aigle"))
    scheduled(at_work, day=NOW + timedelta(7))
    hire(at_work, name, "facilitator")


@pytest.mark.parametrize("path", ["/boite?pile=assign-advisor&", *(f"{path}?" for path in day_bar.LISTS[1:])])
@pytest.mark.parametrize("query", [BY_KNOWN, BY_TRUE])
def test_each_list_of_an_earlier_day_leaves_with_the_rows_of_its_page(at_work: House, path: str, query: str) -> None:
    at_work.day(date(2026, 3, 10))
    arrange(at_work, "Camara")
    at_work.day(NOW)
    arrange(at_work, "Zidane")
    page, client = words(seen(at_work, path + query[1:], SOPHIE)), at_work.client(SOPHIE)
    within = "#a-transmettre" if path == "/resultats?" else "main"
    rows, now = (taken(client, path + asked, within) for asked in (query[1:], ""))
    assert 0 < len(rows) < len(now)
    assert all(any(cell in page for cell in row.values() if cell) for row in rows)
    assert "Zidane" not in str(rows)


def test_a_file_knows_what_its_clock_knew_and_says_so(at_work: House, late: UUID) -> None:
    last = at_work.served.engine.head()
    then = [table(file_of(at_work, f"/dossiers.csv{query}"))[0]["À suivre"] for query in (BY_KNOWN, BY_TRUE)]
    assert then == ["Présenter Pix", "Prévoir le diagnostic"]
    (_, known), (_, true) = (sheets(file_of(at_work, f"/dossiers.xlsx{query}")) for query in (BY_KNOWN, BY_TRUE))
    assert [words(one["Vue au"]) for one in (known, true)] == [
        "12 mars 2026, tel qu’on le savait", "12 mars 2026, tel que c’était, su aujourd’hui",
    ]  # fmt: skip
    assert known["Journal jusqu’au n°"] < last <= true["Journal jusqu’au n°"]
    assert known["Sortie le"].startswith("20\xa0mars")
    assert [event.filters for _, event in issued(at_work)] == [
        (("au", "2026-03-12"),), (("au", "2026-03-12"), ("horloge", "vrai")),
    ]  # fmt: skip
    journal = words(seen(at_work, "/journal"))
    assert "Dossiers (au 2026-03-12), 1 ligne" in journal
    assert "Dossiers (au 2026-03-12, su aujourd’hui), 1 ligne" in journal


@pytest.mark.parametrize(
    ("name", "file", "told"),
    [
        (SOPHIE, "/dossiers.csv?au=2026-03-21", "Ce jour n’est pas encore arrivé."),
        (SOPHIE, "/boite/en-attente.xlsx?au=<b>", "Écrivez une date qui existe"),
        (SOPHIE, "/equipe.csv?au=2026-03-01", "Rien n’était encore enregistré ce jour-là"),
        (NADIA, f"/boite.csv{BY_KNOWN}", "Ce fichier est celui d’aujourd’hui"),
    ],
)
def test_a_day_without_a_list_has_no_file(at_work: House, late: UUID, name: str, file: str, told: str) -> None:
    head = at_work.served.engine.head()
    answer = file_of(at_work, file, name)
    assert answer.status_code == 422
    assert told in words(answer.text)
    assert at_work.served.engine.head() == head


def test_only_the_page_of_a_workshop_has_no_file_of_an_earlier_day(at_work: House, late: UUID) -> None:
    made = scheduled(at_work)
    answer = file_of(at_work, f"/ateliers/{made}.csv{BY_KNOWN}", SOPHIE)
    assert answer.status_code == 422
    assert file_of(at_work, f"/dossiers.csv?au={NOW}").status_code == 200, "today by its date"
    assert at_work.client(SOPHIE).post(f"/dossiers.csv{BY_KNOWN}", data={"q": "diallo"}).status_code == 405


def test_a_file_of_an_earlier_day_names_nobody_erased_since(at_work: House, late: UUID) -> None:
    at_work.opened("Zoé")
    erase(at_work.served.opened, late)
    at_work.served.read()
    for query in (BY_KNOWN, BY_TRUE):
        assert table(file_of(at_work, f"/dossiers.csv{query}")) == []


def test_a_file_that_is_too_long_leads_back_to_its_day(
    at_work: House, late: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 0)
    page = parsed(file_of(at_work, f"/dossiers.csv{BY_TRUE}&programme=PACEA").text)
    assert page.select_one("#main a.btn-primary")["href"] == f"/dossiers?programme=PACEA&au={THEN}&horloge=vrai"
    assert not page.select(".day-bar")


def test_who_joined_since_takes_the_file_of_a_day_before(at_work: House, late: UUID) -> None:
    hire(at_work, "Omar Sy", "manager")
    _, said = sheets(file_of(at_work, f"/dossiers.xlsx{BY_KNOWN}", "Omar Sy"))
    assert said["Sortie par"] == "Omar Sy"
