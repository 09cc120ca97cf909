import json
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace as with_
from typer.testing import CliRunner

from pixflow import presets, reference_data, replay, tasks
from pixflow.dossier import follow_up
from pixflow.dossier.evolve import fold
from pixflow.dossier.stages import orientation, prescription
from pixflow.events.base import Recorded
from pixflow.events.dossier import PixPresented, Retracted
from pixflow.reference_data import References
from tests.web import arranged, every_state
from tests.web.client import InspectingClient, words
from tests.web.filled import fill, part, said, structures_of, texts
from tests.web.paths import House
from tests.web.story import long_story
from tests.web.tags import parsed
from web.cli.app import app

NADIA, PAUL, SOPHIE, CLAIRE, HELENE = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur", "Hélène Morin",
)  # fmt: skip


def references_by_hand(at_work: House, position: int) -> References:
    told = [r for r in at_work.served.engine.read(0, 10_000) if r.position <= position]
    return reduce(reference_data.evolve, told, References())


def replayed(client: InspectingClient, dossier: UUID, version: int) -> Any:
    return parsed(client.get(f"/rejouer/{dossier}?version={version}").text)


def versions(at_work: House, dossier: UUID) -> list[Recorded]:
    """The dossier's facts with their positions."""
    return [r for r in at_work.served.engine.read(0, 10_000) if r.originator_id == dossier]


# --- as it stood: test_replay_is_the_page.py compares every version with the page of that day


def test_the_rules_are_those_of_that_day(at_work: House) -> None:
    """The debrief of the second protocol is due later than that of the first, published in between."""
    dossier = long_story(at_work)
    facts = versions(at_work, dossier)
    sent = next(r.originator_version for r in facts if r.event.TOPIC == "dossier.ResultDispatched")
    client = at_work.client(CLAIRE)
    page = replayed(client, dossier, sent)
    assert said(page.select_one(".now h3")) == "Tenir la restitution 23 avril"
    assert "le protocole demande 9 jours ouvrés" in words(str(page))
    assert "protocole du 1er avril 2026" in words(str(page))
    before = words(client.get(f"/rejouer/{dossier}?version=3").text)
    assert "protocole du 16 mars 2026" in before


def test_references_are_known_as_they_stood(at_work: House) -> None:
    long_story(at_work)
    engine = at_work.served.engine
    for position in range(0, engine.head() + 1, 3):
        assert engine.references_at(position) == references_by_hand(at_work, position)
    assert engine.references_at(engine.head()) is engine.references()


# --- what a replay says


def test_each_fact_says_what_it_changed(at_work: House) -> None:
    dossier = long_story(at_work)
    facts = versions(at_work, dossier)
    client = at_work.client(CLAIRE)

    def changes(topic: str) -> list[list[str]]:
        n = next(r.originator_version for r in facts if r.event.TOPIC.endswith(f".{topic}"))
        page = replayed(client, dossier, n)
        return [[said(cell) for cell in row.select("th, td")] for row in page.select(".diff tbody tr")]

    assert changes("ResultDispatched") == [
        ["Résultat confié à", "personne", "Nadia Benali"],
        [
            "Tâche",
            "Transmettre le résultat · référent·e Pix, pour le 13 avril",
            "Tenir la restitution · pour le 23 avril",
        ],
    ]
    assert changes("AppointmentMissed")[0] == [
        "Rendez-vous : tenir la restitution",
        "mardi 14 avril 2026, 14:00, Mortagne",
        "manqué le 14 avril 2026",
    ]
    assert changes("ReferralAnswered")[0][0] == "Action « CAP Digital »"
    assert changes("Retracted")[0] == ["Pix présenté", "le 16 mars 2026", "—"]
    closed = "clos le 26 mai 2026, parcours terminé"
    assert changes("DossierClosed")[0] == ["Dossier", "ouvert depuis le 16 mars 2026", closed]
    assert ["Prescription", "—", "2 actions, grille n° 1, tranche 0-40"] in changes("PrescriptionBuilt")


def test_a_note_changes_nothing_and_the_page_says_so(at_work: House) -> None:
    dossier = at_work.planned()
    at_work.on(dossier, follow_up.take_note, text="vu aujourd’hui")
    page = words(at_work.client(CLAIRE).get(f"/rejouer/{dossier}").text)
    assert "Ni le dossier ni les tâches" in page
    assert "Texte vu aujourd’hui" in page


def test_facts_are_marked_and_what_was_struck_is_struck_from_then_on(at_work: House) -> None:
    dossier = long_story(at_work)
    facts = versions(at_work, dossier)
    by, about = next((r.originator_version, r.event.version) for r in facts if isinstance(r.event, Retracted))
    client = at_work.client(CLAIRE)
    for n in (about, by - 1):
        item = replayed(client, dossier, n).select_one(f"#fait-{about}")
        assert item.s is None
    item = replayed(client, dossier, by).select_one(f"#fait-{about}")
    assert said(item.s).startswith("Pix présenté")
    assert "annulé : erreur de date (Nadia Benali, 17 mars 2026" in said(item)
    page = replayed(client, dossier, by)
    states = [item.get("class", "") for item in page.select(".trail li")]
    assert states.index("now") == by - 1
    assert set(states[by:]) == {"future"}
    assert "future" not in states[: by - 1]
    assert page.select_one("[aria-current=true]#fait-" + str(by)) is not None


def test_every_fact_has_its_link_its_position_and_the_two_times(at_work: House) -> None:
    dossier = long_story(at_work)
    facts = versions(at_work, dossier)
    client = at_work.client(CLAIRE)
    page = replayed(client, dossier, 10)
    items = page.select(".trail li")
    assert [item.a["href"] for item in items] == [f"/rejouer/{dossier}?version={n}" for n in range(1, len(facts) + 1)]
    for item, fact in zip(items, facts, strict=True):
        assert f"n° {fact.position}" in said(item)
    missed = next(r.originator_version for r in facts if r.event.TOPIC == "dossier.AppointmentMissed")
    bar = replayed(client, dossier, missed).select_one(".replay .known")
    assert said(bar) == "connu le 15 avril 2026, 11:12 · arrivé le 14 avril"


def test_previous_next_and_the_slider_work_without_javascript(at_work: House) -> None:
    dossier = long_story(at_work)
    count = len(versions(at_work, dossier))
    client = at_work.client(CLAIRE)
    page = replayed(client, dossier, 2)
    assert page.select_one("a[rel=prev]")["href"] == f"/rejouer/{dossier}?version=1"
    assert page.select_one("a[rel=next]")["href"] == f"/rejouer/{dossier}?version=3"
    slider = page.select_one("input[type=range]")
    assert (slider["name"], slider["min"], slider["max"], slider["value"]) == ("version", "1", str(count), "2")
    form = slider.around("form")
    assert (form["method"], form["action"], said(form.noscript.button)) == ("get", f"/rejouer/{dossier}", "Aller")
    first, last = (replayed(client, dossier, n) for n in (1, count))
    assert first.select_one("a[rel=prev]") is None
    assert last.select_one("a[rel=next]") is None
    assert parsed(client.get(f"/rejouer/{dossier}").text).h1 == last.h1
    for n in (-1, 0, count + 1):
        assert client.get(f"/rejouer/{dossier}?version={n}").status_code == 404


def test_at_an_instant_it_is_the_last_fact_known_then_seen_from_that_day(at_work: House) -> None:
    dossier = at_work.opened()
    at_work.day(date(2026, 4, 20))
    at_work.on(dossier, orientation.present_pix, occasion="welcome")
    client, presented = at_work.client(CLAIRE), at_work.version(dossier, PixPresented)

    def at(query: str) -> str:
        return words(client.get(f"/rejouer/{dossier}?{query}").text)

    late = at("le=2026-04-10&h=09:00")
    assert f"Au 10 avril 2026, 09:00 : le dernier fait connu était le n° {presented - 1}" in late
    assert "Présenter Pix 3 j de retard Dossier ouvert le 16 mars" in late
    assert f"le dernier fait connu était le n° {presented - 1}" in at("le=2026-04-20&h=11:11")
    assert f"le dernier fait connu était le n° {presented}" in at("le=2026-04-20&h=11:12")
    assert f"le dernier fait connu était le n° {presented}" in at("le=2026-04-20")
    assert "rien n’était encore connu de ce dossier" in at("le=2026-03-01")
    assert "Écrivez une date qui existe" in at("le=hier")
    assert "Écrivez une date qui existe" in at("le=2026-04-20&h=25:00")


def test_the_result_is_read_by_the_grid_of_its_prescription(at_work: House) -> None:
    """A result of 45 % was told in 41-70; a later grid has it in 0-45, and counts from the prescription on."""
    dossier, found = at_work.dispatched("0.45")
    at_work.on(dossier, prescription.hold_debrief, participation=found, channel="meeting", note="")
    at_work.day(date(2026, 4, 1))
    every_state.publish(at_work, 45)
    client = at_work.client(CLAIRE)
    before = words(client.get(f"/rejouer/{dossier}").text)
    assert "45 % : dans 41-70" in before
    assert "La grille n° 1 propose" in before
    later = words(client.get(f"/rejouer/{dossier}?le=2026-04-01").text)
    assert "45 % : dans 41-70" in later
    assert "Dire la nouvelle lecture" in later
    every_state.prescribe(at_work, dossier, found)
    built = words(client.get(f"/rejouer/{dossier}").text)
    assert "45 % : encore dans 0-45" in built
    assert "Lecture 45 %, tranche 0-45, grille n° 2" in built
    assert "41-70" not in built


def test_nothing_is_offered_in_the_past(at_work: House) -> None:
    """A référente may write on the page of today; the replay has no form and no link to a paper of today."""
    dossier, _ = arranged.seated(at_work)
    for name in (SOPHIE, HELENE, CLAIRE):
        main = parsed(at_work.client(name).get(f"/rejouer/{dossier}").text).main
        assert [form["method"] for form in main.select("form")] == ["get", "get"]
        led = {link["href"].split("?")[0] for link in main.select("a[href]:not([href^='mailto:'])")}
        assert led == {f"/rejouer/{dossier}", f"/dossiers/{dossier}"}


def test_the_terminal_follows_the_same_rule(at_work: House) -> None:
    """The tasks of that day, and the names of that day."""
    dossier, actions = at_work.prescribed()
    at_work.referred(dossier, actions[1])
    owed = tasks.of_dossier(at_work.state(dossier), at_work.served.refs)
    terminal = CliRunner(env={"PIXFLOW_DATA": str(at_work.host.data)})

    def told(*asked: str) -> list[str]:
        answer = terminal.invoke(app, ["replay", str(dossier), *asked, "--json"])
        assert answer.exit_code == 0, answer.output
        return sorted(str(task["key"]) for task in json.loads(answer.output)["tasks"])

    hidden = [task for task in owed if not task.is_visible(at_work.today)]
    assert hidden
    assert told() == sorted(task.key for task in owed if task.is_visible(at_work.today))
    at_work.day(hidden[0].opens)
    at_work.on(dossier, follow_up.take_note, text="plus tard")
    assert hidden[0].key in told()
    assert hidden[0].key not in told("--at", "2026-03-16")


# --- pure


def test_at_version_has_no_version_outside_its_facts(at_work: House) -> None:
    dossier = at_work.opened()
    facts = versions(at_work, dossier)
    refs = at_work.served.refs
    assert replay.at_version(facts, 1, refs).before == fold([])
    for n in (0, len(facts) + 1):
        with pytest.raises(IndexError):
            replay.at_version(facts, n, refs)
    assert replay.version_at(facts, facts[0].at) == len(facts)
    assert replay.version_at(facts, datetime(2026, 1, 1, tzinfo=UTC)) == 0


def test_a_task_that_only_moves_is_told_before_and_after(at_work: House) -> None:
    dossier = at_work.opened()
    refs = at_work.served.refs
    owed = tasks.of_dossier(at_work.state(dossier), refs)
    moved = [with_(owed[0], due=date(2026, 5, 1))]
    assert replay.task_changes(owed, moved) == ((owed[0], moved[0]),)
    assert replay.task_changes(owed, owed) == ()
    assert replay.task_changes(owed, []) == ((owed[0], None),)


# --- who may look, and the list


def test_another_structures_dossier_is_as_unknown_as_any(tmp_path: Path) -> None:
    plain = presets.load("laigle-mortagne")
    with structures_of(tmp_path, {"Mission A": plain, "Mission B": plain}) as houses:
        dossier = fill(houses["Mission B"], 1)[0]
        client = houses["Mission A"].client(CLAIRE)
        theirs, unknown = (client.get(f"/rejouer/{id}") for id in (dossier, uuid4()))
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.text == unknown.text
        assert client.get("/rejouer/not-an-id").status_code == 404
        assert houses["Mission B"].client(CLAIRE).get(f"/rejouer/{dossier}").status_code == 200
        own, none = (client.get(f"/dossiers/{id}") for id in (dossier, uuid4()))
        assert (own.status_code, own.text) == (none.status_code, none.text)


def test_the_list_shows_what_changed_last(at_work: House) -> None:
    empty = words(at_work.client(CLAIRE).get("/rejouer").text)
    assert "Aucun dossier pour l’instant." in empty
    first = at_work.opened(first="Zoé")
    at_work.opened(first="Noé")
    at_work.on(first, follow_up.take_note, text="rappelée")
    page = at_work.client(CLAIRE).get("/rejouer").text
    assert texts(page, ".item-who") == ["Zoé Diallo", "Noé Diallo"]
    assert texts(page, ".item-do")[0] == "Note : rappelée"
    assert texts(page, ".item-why")[0] == "16 mars 2026, 10:12 · Nadia Benali"


def test_the_list_stays_short_with_many_dossiers(at_work: House) -> None:
    fill(at_work, 30)
    client = at_work.client(CLAIRE)
    page = client.get("/rejouer").text
    assert len(parsed(page).select(".item")) == 20
    assert part(client, "/rejouer") in page
