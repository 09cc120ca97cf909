"""Tests small things of a day's work on a dossier: places, words, and the form that fits."""

from datetime import date

from pixflow.dossier.stages import orientation
from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import press
from tests.web.tags import parsed
from web.french.dossier import path

NADIA = "Nadia Benali"


def test_a_diagnostic_at_home_is_at_no_site(locale: House) -> None:
    dossier = locale.presented()
    press(locale.client(NADIA), dossier, "plan", planned_for="2026-03-20", modality="home", place="Mortagne")
    plan = locale.state(dossier).orientation.plan
    assert plan
    assert (plan.modality, plan.place) == ("home", "")


def test_an_action_without_a_partner_asks_for_none(locale: House) -> None:
    dossier, actions = locale.prescribed()
    client = locale.client(NADIA)
    page = client.get(f"/dossiers/{dossier}?formulaire=refer&sur={actions[0]}&boite=rang%3D0")
    form = parsed(page.text).select_one("#form form[method=post]")
    assert form
    assert str(form["action"]).startswith(f"/dossiers/{dossier}/end?")
    own = parsed(page.text).select_one(f"#action-{actions[0]} .actions > a")
    assert own
    assert words(str(own)) == "Noter l’issue"


def test_deciding_offers_to_close_and_to_go_on(locale: House) -> None:
    dossier = locale.presented()
    locale.on(dossier, orientation.decline_diagnostic, reason="pas maintenant")
    locale.day(date(2026, 6, 22))
    html = parsed(locale.client(NADIA).get(f"/dossiers/{dossier}").text)
    panel = words(str(html.select_one(".now .panel .actions")))
    assert "Décider" in panel
    assert "Prévoir le diagnostic" in panel
    assert "Mettre en pause" in panel


def test_a_vanished_try_waits_for_nothing(locale: House) -> None:
    dossier = locale.planned()
    found = locale.took(dossier, None)
    link = locale.state(dossier).diagnostic.participations[found]
    assert "pas encore partagé" in path.participation(link, date(2026, 3, 16))
    gone = type(link)(**{name: getattr(link, name) for name in link.__struct_fields__} | {"withdrawn": link.stamp})
    assert "jamais reçu" in path.participation(gone, date(2026, 3, 16))
