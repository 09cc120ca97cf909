"""The Journal: every fact of the structure, filtered by who, what, when and whose; read by those who may replay."""

import csv
import json
from datetime import date
from hashlib import sha256
from io import StringIO
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

from pixflow.actor import CLOCK
from pixflow.dossier import identity, retraction
from pixflow.dossier.stages import parcours
from pixflow.events.dossier import PixPresented
from pixflow.events.indicators import EventLogIssued
from pixflow.participation import matches
from pixflow.team.notices import send_notice, stream_of
from tests.web.access_lines import NewLines
from tests.web.client import words
from tests.web.filled import fill, hire, part, said, texts
from tests.web.paths import House
from tests.web.tags import parsed
from tests.web.taken import issued, sheets, taken
from web.french.events.sentences import TITLES
from web.pages.audit.journal import GROUPS

CLAIRE, NADIA, SOPHIE = "Claire Vasseur", "Nadia Benali", "Sophie Lecomte"


def lines(at_work: House, query: str = "", who: str = CLAIRE) -> list[str]:
    page = parsed(at_work.client(who).get(f"/journal{query}").text)
    return [said(line) for line in page.select(".ledger .item .item-do")]


def test_the_latest_fact_stands_first_with_who_when_and_whose(at_work: House) -> None:
    dossier = at_work.presented()
    page = parsed(at_work.client(CLAIRE).get("/journal").text)
    first = page.select(".ledger .item")[0]
    assert said(first.select_one(".item-do")) == "Pix présenté au premier accueil"
    assert said(first.select_one(".item-who")) == "Aminata Diallo"
    assert first.select_one("a")["href"] == f"/rejouer/{dossier}?version={at_work.version(dossier, PixPresented)}"
    assert said(first.select_one(".item-why")) == "16 mars 2026, 10:12 · Nadia Benali"
    assert len(page.select(".ledger .item")) == at_work.served.engine.head()


def test_it_is_asked_by_person_kind_dossier_and_days(at_work: House) -> None:
    dossier = at_work.presented()
    at_work.day(date(2026, 3, 17))
    at_work.presented(first="Hugo", last="Masson")
    assert lines(at_work, f"?par={at_work.people[NADIA]}") == ["Pix présenté au premier accueil"] * 2
    assert len(lines(at_work, "?sorte=dossier.DossierOpened")) == 2
    assert len(lines(at_work, f"?dossier={dossier}")) == len(at_work.events(dossier))
    assert lines(at_work, f"?par={at_work.people[NADIA]}&du=2026-03-17") == ["Pix présenté au premier accueil"]
    of_nadia = f"?par={at_work.people[NADIA]}&au=2026-03-16&dossier={dossier}"
    assert lines(at_work, of_nadia) == ["Pix présenté au premier accueil"]
    assert lines(at_work, "?sorte=dossier.DossierClosed") == []
    assert len(lines(at_work, "?par=system:operator")) > 5


def test_a_day_is_the_structure_s_own(at_work: House) -> None:
    at_work.day(date(2026, 3, 16), 23)
    at_work.presented()
    assert lines(at_work, f"?par={at_work.people[NADIA]}&du=2026-03-17") == ["Pix présenté au premier accueil"]
    assert lines(at_work, f"?par={at_work.people[NADIA]}&au=2026-03-16") == []


def test_what_was_taken_back_is_struck_with_its_reason(at_work: House) -> None:
    dossier = at_work.presented()
    at_work.on(dossier, retraction.retract, version=at_work.version(dossier, PixPresented), reason="mauvaise personne")
    page = parsed(at_work.client(CLAIRE).get(f"/journal?dossier={dossier}").text)
    retracted = page.select(".ledger .item")[1]
    assert said(retracted.select_one("s")) == "Pix présenté au premier accueil"
    assert "annulé : mauvaise personne" in said(retracted)
    assert "Annulé : Pix présenté au premier accueil" in said(page.select(".ledger .item")[0])


def test_many_dossiers_are_paged_with_the_exact_count(at_work: House) -> None:
    fill(at_work, 120, advisor=None)
    text = at_work.client(CLAIRE).get("/journal?sorte=dossier.DossierOpened").text
    assert "120 faits enregistrés" in words(text)
    assert "1 à 50 sur 120" in words(text)
    last = lines(at_work, "?sorte=dossier.DossierOpened&p=3")
    assert len(last) == 20
    assert lines(at_work, "?sorte=dossier.DossierOpened&p=4") == last


def test_a_day_that_is_none_and_an_unknown_dossier_are_said(at_work: House) -> None:
    assert "Écrivez une date qui existe" in words(at_work.client(CLAIRE).get("/journal?du=hier").text)
    stranger = "7f6a2b1e-0000-4000-8000-000000000001"
    assert at_work.client(CLAIRE).get(f"/journal?dossier={stranger}").status_code == 404


def test_the_fragment_is_the_same_as_the_page(at_work: House) -> None:
    at_work.presented()
    assert 'id="journal"' in part(at_work.client(CLAIRE), "/journal")


# --- whose: a dossier looked for by name or number, never in an address


def looked_for(at_work: House, text: str, who: str = CLAIRE, **more: str) -> Any:
    return at_work.client(who).post("/journal", data={"q": text, **more})


def test_a_dossier_is_found_by_name_accents_and_number_and_the_address_has_its_id_alone(at_work: House) -> None:
    dossier = at_work.presented(imilo_number="0012347")
    for text in ("diallo", "AMINATA", "Diallo  Aminata", "12347"):
        answer = looked_for(at_work, text, par=str(at_work.people[NADIA]), du="2026-03-16", sorte="", au="")
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/journal?par={at_work.people[NADIA]}&dossier={dossier}&du=2026-03-16"
    there = f"/journal?par={at_work.people[NADIA]}&dossier={dossier}&du=2026-03-16"
    page = parsed(at_work.client(CLAIRE).get(there).text)
    assert said(page.select_one(".filters .whose")) == "Dossier Aminata Diallo Tous les dossiers"
    clear = page.select_one(".filters .whose a[href^='/journal']")
    assert clear["href"] == f"/journal?par={at_work.people[NADIA]}&du=2026-03-16"
    assert not page.select(".filters input[name=q]"), "one dossier at a time"
    assert page.select_one("input[name=dossier]")["value"] == str(dossier)


def test_several_are_to_choose_among_and_a_name_spelt_nearly_so_is_proposed(at_work: House) -> None:
    one, other = at_work.presented(), at_work.presented(first="Hugo")
    answer = looked_for(at_work, "diallo", sorte="dossier.PixPresented")
    assert answer.status_code == 200
    page = parsed(answer.text)
    links = [link["href"] for link in page.select(".found a")]
    assert links == [f"/journal?sorte=dossier.PixPresented&dossier={dossier}" for dossier in (one, other)]
    assert "2 dossiers pour « diallo »" in words(answer.text)
    assert page.select_one(".filters input[name=q]")["value"] == "diallo"
    assert page.select_one("select[name=sorte] option[selected]")["value"] == "dossier.PixPresented"
    near = looked_for(at_work, "dialo hugo")
    assert texts(near.text, ".found .item-who") == ["Diallo Hugo"]
    assert "Noms proches" in words(near.text)
    none = words(looked_for(at_work, "zzzz").text)
    assert "aucun dossier pour « zzzz »" in none


def test_without_a_name_the_other_filters_are_the_address(at_work: House) -> None:
    dossier = at_work.presented()
    assert looked_for(at_work, " ").headers["Location"] == "/journal"
    kept = looked_for(at_work, "", dossier=str(dossier), sorte="dossier.PixPresented").headers["Location"]
    assert kept == f"/journal?sorte=dossier.PixPresented&dossier={dossier}"


def test_of_many_found_the_first_fifty_are_shown(at_work: House) -> None:
    fill(at_work, 60, advisor=None)
    answer = looked_for(at_work, "nom")
    assert len(parsed(answer.text).select(".found .item")) == 50
    assert "D’autres dossiers encore" in words(answer.text)


def test_what_is_grouped_by_what_it_is_about(at_work: House) -> None:
    page = parsed(at_work.client(CLAIRE).get("/journal").text)
    groups = page.select("select[name=sorte] optgroup")
    assert [group["label"] for group in groups] == [*GROUPS]
    assert sorted(option["value"] for option in page.select("optgroup option")) == sorted(TITLES)


# --- whose a fact is, when it is no dossier's


def about(at_work: House, topic: str, who: str = CLAIRE) -> tuple[str, str]:
    """Returns the person and the link of the latest event of a kind."""
    page = parsed(at_work.client(who).get(f"/journal?sorte={topic}").text)
    whose = page.select_one(".ledger .item .item-who")
    link = whose.select_one("a")
    return said(whose), link["href"] if link else ""


def test_a_participation_says_whose_it_is(at_work: House) -> None:
    dossier, found = at_work.scored()
    assert about(at_work, "participation.ResultShared") == ("Aminata Diallo", f"/rejouer/{dossier}")
    assert about(at_work, "participation.ParticipationImported") == ("Aminata Diallo", f"/rejouer/{dossier}")
    streams, context = {"participation": found, "dossier": dossier}, {"participation_id": found}
    at_work.says(SOPHIE, matches.undo_match, streams, reason="homonyme", context=context)
    named = {"last_name": "Diop", "first_name": "Aminata", "birth_date": None, "imilo_number": None}
    at_work.on(dossier, identity.correct_identity, SOPHIE, **named, site="Mortagne")
    for who, link in ((CLAIRE, ""), (SOPHIE, "/resultats")):
        assert about(at_work, "participation.ResultShared", who) == ("Aminata Diallo, sur Pix", link)


def test_a_notice_and_what_is_about_a_colleague_name_them(at_work: House) -> None:
    nadia = at_work.people[NADIA]
    at_work.says(CLOCK, send_notice, {"notices": stream_of(nadia)}, notice="digest", which="2026-03-16")
    assert about(at_work, "notices.NoticeSent") == (NADIA, f"/equipe/{nadia}")
    joined = parsed(at_work.client(CLAIRE).get("/journal?sorte=staff.StaffJoined").text)
    assert NADIA in [said(whose) for whose in joined.select(".ledger .item-who")]


def test_a_campaign_is_named_and_opens_for_the_referent(at_work: House) -> None:
    named = "Diagnostic initial, printemps"
    assert about(at_work, "campaign.CampaignDeclared") == (named, "")
    assert about(at_work, "campaign.CampaignDeclared", SOPHIE) == (named, f"/resultats/campagnes/{at_work.campaign}")


def test_an_action_is_named_without_asking_for_its_dossier(at_work: House) -> None:
    dossier, actions = at_work.prescribed()
    at_work.on(dossier, parcours.drop_action, action=actions[2], reason="déménagement")
    assert "Permis de conduire" in lines(at_work, "?sorte=dossier.ActionDropped")[0]


def test_authors_stand_in_french_order_each_with_a_name_of_its_own(at_work: House) -> None:
    hire(at_work, "Élodie Hoareau", "advisor")
    page = parsed(at_work.client(CLAIRE).get("/journal").text)
    names = [said(option) for option in page.select("select[name=par] option")][1:]
    assert len(set(names)) == len(names)
    assert names.index("Claire Vasseur") < names.index("Élodie Hoareau") < names.index("Hélène Morin")


# --- the file


def lines_of(answer: Any) -> list[list[str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


def test_the_auditor_takes_the_journal_as_a_file_without_a_name_of_a_young_person(at_work: House) -> None:
    dossier = at_work.opened(imilo_number="0012350")
    at_work.opened(first="Hugo", last="Masson")
    lines = NewLines(at_work.served)
    claire = at_work.client(CLAIRE)
    page = claire.get("/journal").text
    assert 'href="/journal.csv"' in page
    lines.take()
    head = at_work.served.engine.head()
    answer = claire.get("/journal.csv")
    header, *got = lines_of(answer)
    assert header[:3] == ["n°", "enregistré le", "par"]
    assert [int(row[0]) for row in got] == list(range(head, 0, -1)), "the latest first"
    assert not [word for word in ("Aminata", "Diallo", "Hugo", "Masson", "0012350") if word in answer.text]
    assert str(dossier) in answer.text
    (line,) = lines.take()
    assert (line.page, line.dossier, line.people) == ("GET /journal.csv", None, 2)
    of_one = lines_of(claire.get(f"/journal.csv?dossier={dossier}"))[1:]
    assert {row[6] for row in of_one} == {str(dossier)}
    assert claire.get(f"/journal.csv?dossier={uuid4()}").status_code == 404
    assert at_work.client(NADIA).get("/journal.csv").status_code == 403
    assert lines_of(claire.get("/journal.csv?du=2027-01-01"))[1:] == []


def test_the_files_of_the_journal_have_its_filters_and_their_words(at_work: House) -> None:
    dossier, claire = at_work.presented(), at_work.client(CLAIRE)
    query = f"?par={at_work.people[NADIA]}&sorte=dossier.PixPresented&dossier={dossier}&du=2026-03-16&au=hier"
    (row,) = taken(claire, f"/journal{query}")
    assert (row["par"], row["fait"], row["fiche"]) == (NADIA, "Présentation de Pix", str(dossier))
    said = sheets(claire.get(f"/journal.xlsx{query}"))[1]
    assert (
        words(str(said["Filtres"]))
        == f"Qui : {NADIA} · Quoi : Présentation de Pix · Dossier : {dossier} · Du : 16 mars 2026"
    )
    assert "Diallo" not in str(said)
    assert issued(at_work)[-1][1].filters == (
        ("par", str(at_work.people[NADIA])), ("sorte", "dossier.PixPresented"), ("dossier", str(dossier)),
        ("du", "2026-03-16"),
    )  # fmt: skip
    for wrong in ("?par=Zanzibar", "?sorte=Zanzibar", "?dossier=Zanzibar"):
        assert claire.get(f"/journal.csv{wrong}").status_code in (200, 422)
    assert "Zanzibar" not in str(issued(at_work))


def test_a_file_about_too_many_people_says_so(at_work: House) -> None:
    fill(at_work, 460)
    answer = at_work.client(CLAIRE).get("/journal.csv")
    assert answer.status_code == 422
    assert "trop de personnes" in words(answer.text)


# --- the event log


def test_the_auditor_takes_the_event_log_as_a_file_without_a_name(at_work: House) -> None:
    dossier = at_work.presented(imilo_number="0012350")
    at_work.day(date(2026, 3, 17))
    at_work.presented(first="Hugo", last="Masson")
    claire, lines = at_work.client(CLAIRE), NewLines(at_work.served)
    link = parsed(claire.get("/journal?au=2026-03-16").text).select_one('a[href^="/journal.xes"]')["href"]
    lines.take()
    answer = claire.get(link)
    assert answer.headers["content-type"] == "application/xml"
    assert [one.tag.rpartition("}")[2] for one in ElementTree.fromstring(answer.content)].count("trace") == 1
    assert not [word for word in ("Aminata", "Diallo", "0012350", str(dossier), NADIA) if word in answer.text]
    (line,) = lines.take()
    assert (line.page, line.dossier, line.people, line.fresh) == ("GET /journal.xes", None, 1, 0)
    issued = [(one.by, one.event) for one in at_work.served.engine.read(0, 999)]
    told = [(by, it.cases, it.digest) for by, it in issued if isinstance(it, EventLogIssued)]
    assert told == [(str(at_work.people[CLAIRE]), 1, sha256(answer.content).hexdigest())]
    assert at_work.client(NADIA).get(link).status_code == 403


def test_the_same_log_leaves_as_objects_with_their_events(at_work: House) -> None:
    at_work.presented()
    claire = at_work.client(CLAIRE)
    link = parsed(claire.get("/journal").text).select_one('a[href^="/journal.jsonocel"]')["href"]
    answer = claire.get(link)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="parcours.jsonocel"'
    types = [one["type"] for one in json.loads(answer.content)["objects"]]
    assert sorted(types) == ["dossier", "member", "member"]
    assert [
        one.event.standard for one in at_work.served.engine.read(0, 999) if isinstance(one.event, EventLogIssued)
    ] == ["ocel"]
    assert at_work.client(NADIA).get(link).status_code == 403


def test_an_auditor_alone_takes_a_log_that_leads_back_to_dossiers(at_work: House) -> None:
    at_work.presented()
    claire, sophie = at_work.client(CLAIRE), at_work.client(SOPHIE)
    page = claire.get("/journal?au=2026-03-16").text
    assert "il ramène aux dossiers" in words(page)
    link = parsed(page).select_one('a[href*="relie=oui"]')["href"]
    answer = claire.get(link)
    assert answer.headers["content-disposition"] == 'attachment; filename="parcours-relies.xes"'
    assert b"pixflow:position" in answer.content
    assert b"pixflow:position" not in claire.get(link.replace("relie=oui", "relie=")).content
    assert "reliés aux dossiers remis (XES)" in words(claire.get("/journal").text)
    assert "relie=oui" not in sophie.get("/journal").text
    assert sophie.get(link).status_code == 403
    linked = [it.event.linked for it in at_work.served.engine.read(0, 999) if isinstance(it.event, EventLogIssued)]
    assert linked == [True, False]


def test_an_event_log_of_no_days_is_none(at_work: House) -> None:
    at_work.presented()
    for days in ("du=2026-03-17&au=2026-03-16", "du=hier", "au=2026-02-30"):
        answer = at_work.client(CLAIRE).get(f"/journal.xes?{days}")
        assert answer.status_code == 422
        assert "Journal" in words(answer.text)
    assert not [one for one in at_work.served.engine.read(0, 999) if isinstance(one.event, EventLogIssued)]


def test_an_event_log_about_too_many_people_says_so(at_work: House) -> None:
    fill(at_work, 310)
    answer = at_work.client(CLAIRE).get("/journal.xes")
    assert answer.status_code == 422
    assert "trop de personnes" in words(answer.text)
