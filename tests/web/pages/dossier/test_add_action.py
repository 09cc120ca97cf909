"""Ajouter une action: a prescription grows on its page, on its papers and in its history."""

from pathlib import Path
from uuid import UUID, uuid4

from pixflow.dossier.stages import parcours
from pixflow.events import dossier as e
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.participation.matches import undo_match
from pixflow.partners import listing
from tests.web import arranged
from tests.web.client import InspectingClient, words
from tests.web.every_state import publish
from tests.web.paths import House, house
from tests.web.pressing import opened, send, undo_form, values
from tests.web.tags import parsed

NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"
SAID = {"proposal": "cap-lec", "reason": "le veut aussi"}


def page(client: InspectingClient, dossier: UUID, query: str = "") -> str:
    return words(client.get(f"/dossiers/{dossier}{query}").text)


def added(locale: House, **said: str) -> tuple[InspectingClient, UUID, UUID]:
    dossier, about = arranged.growing(locale)
    client = locale.client(NADIA)
    answer = send(client, dossier, "add", {**opened(client, dossier, "add", about), **SAID, **said})
    assert answer.status_code == 303, words(answer.text)
    return client, dossier, about


def test_the_entry_stands_below_the_actions_and_opens_a_form_there(locale: House) -> None:
    dossier, about = arranged.growing(locale)
    client = locale.client(NADIA)
    link = parsed(client.get(f"/dossiers/{dossier}").text).select_one("#prescription .deeds ~ .actions a")
    assert link is not None
    assert link.text == "Ajouter une action"
    shown = parsed(client.get(str(link["href"])).text)
    assert shown.select_one("#prescription #form")
    offered = [str(one["value"]) for one in shown.select("input[name=proposal]")]
    assert "cap-lec" in offered
    assert "cafe-numerique" not in offered, "it stands already"
    assert str(about) in {str(one["value"]) for one in shown.select("#form input[name=participation]")}


def test_what_was_sent_and_started_stays_beside_what_is_added(locale: House) -> None:
    dossier, actions = locale.prescribed()
    locale.referred(dossier, actions[1])
    before = locale.state(dossier)
    client = locale.client(NADIA)
    about = next(iter(before.prescription.built))
    send(client, dossier, "add", {**opened(client, dossier, "add", about), **SAID})
    after = locale.state(dossier)
    assert [after.parcours.actions[one] for one in actions] == [before.parcours.actions[one] for one in actions]
    shown = page(client, dossier)
    assert "CAP LEC À orienter Ajoutée le 16 mars 2026 par Nadia Benali : le veut aussi" in shown
    assert "CAP LEC ajouté le 16 mars" in shown
    assert "Action ajoutée à la prescription : CAP LEC — le veut aussi" in shown
    assert "- CAP LEC, ajoutée le 16 mars 2026 : Prescrite" in shown


def test_a_free_action_is_added_and_the_paper_says_when_and_by_whom(locale: House) -> None:
    client, dossier, about = added(locale, proposal="", label="Code de la route")
    paper = page(client, dossier, f"/prescription/{about}")
    assert "Code de la route Ajoutée le 16 mars 2026 par Nadia Benali" in paper
    assert "le veut aussi" not in paper


def test_rejouer_shows_the_addition_and_what_it_changed(locale: House) -> None:
    _, dossier, _ = added(locale)
    client, version = locale.client(SOPHIE), locale.state(dossier).version
    shown = words(client.get(f"/rejouer/{dossier}?version={version}").text)
    assert "Action ajoutée à la prescription : CAP LEC — le veut aussi" in shown
    assert "Action « CAP LEC » — à orienter" in shown
    assert "3 actions, grille n° 1, tranche 0-40 4 actions, grille n° 1, tranche 0-40" in shown
    before = words(client.get(f"/rejouer/{dossier}?version={version - 1}").text)
    assert "Ajoutée le 16 mars 2026" in shown
    assert "Ajoutée le 16 mars 2026" not in before


def test_annuler_takes_back_that_one_only(locale: House) -> None:
    client, dossier, _ = added(locale)
    assert len(locale.state(dossier).parcours.actions) == 4
    receipt = client.get(f"/dossiers/{dossier}?fait={locale.state(dossier).version}").text
    client.post(f"/dossiers/{dossier}/undo", data=undo_form(receipt))
    assert len(locale.state(dossier).parcours.actions) == 3


def test_corriger_opens_the_addition_as_it_was_said(locale: House) -> None:
    client, dossier, _ = added(locale)
    version = locale.state(dossier).version
    shown = parsed(client.get(f"/dossiers/{dossier}?corrige={version}").text)
    (chosen,) = shown.select("#form input[name=proposal][checked]")
    assert chosen["value"] == "cap-lec"
    reason = shown.select_one("#form textarea[name=reason]")
    assert reason is not None
    assert reason.text.strip() == "le veut aussi"


def test_correcting_the_prescription_says_that_what_was_added_goes(locale: House) -> None:
    client, dossier, _ = added(locale)
    events = locale.events(dossier)
    built = next(n for n, event in enumerate(events, 1) if isinstance(event, e.PrescriptionBuilt))
    said = words(str(parsed(client.get(f"/dossiers/{dossier}?corrige={built}").text).select_one("#form .preview")))
    assert "Action ajoutée à la prescription : CAP LEC" in said


def test_twice_the_same_leads_to_its_field(locale: House) -> None:
    client, dossier, about = added(locale, proposal="", label="Code de la route")
    form = {
        **opened(client, dossier, "add", about),
        **SAID,
        "proposal": "",
        "label": "code de la route",
        "reason": "encore",
    }
    answer = send(client, dossier, "add", form)
    assert answer.status_code == 422
    assert "est prescrit depuis le 16 mars 2026" in words(str(parsed(answer.text).select_one("#label-error")))


def test_the_grid_of_then_is_asked_after_another_one_is_published(tmp_path: Path) -> None:
    with house(tmp_path) as at_work:
        at_work.day(arranged.MONDAY)
        dossier, about = arranged.growing(at_work)
        publish(at_work, 30)
        client = at_work.client(NADIA)
        form = opened(client, dossier, "add", about)
        assert send(client, dossier, "add", {**form, **SAID}).status_code == 303
        built = at_work.state(dossier).prescription.built[about]
        assert (built.grille, built.low, built.high) == (1, 0, 40)
        assert built.added[0].action.proposal == "cap-lec"
        other = {**opened(client, dossier, "add", about), **SAID, "proposal": "diagnostic-complet"}
        answer = send(client, dossier, "add", other)
        assert "n’est pas proposé à ce jeune" in words(str(parsed(answer.text).select_one("#proposal-error, .errors")))


def test_a_result_taken_back_meanwhile_says_so_and_keeps_what_was_typed(locale: House) -> None:
    dossier, about = arranged.growing(locale)
    client = locale.client(NADIA)
    form = {**opened(client, dossier, "add", about), **SAID}
    streams = {"participation": about, "dossier": dossier}
    locale.says(SOPHIE, undo_match, streams, reason="homonyme", context={"participation_id": about})
    answer = send(client, dossier, "add", form)
    assert answer.status_code == 422
    assert "Entre-temps, ce dossier a changé" in words(answer.text)
    again = values(answer.text)
    assert again["reason"] == "le veut aussi"
    assert "Ce résultat n’est pas le plus récent" in words(send(client, dossier, "add", again).text)
    assert locale.state(dossier).parcours.actions == {}


def test_a_closed_dossier_and_one_without_a_prescription_offer_no_addition(locale: House) -> None:
    debriefed, _ = locale.debriefed()
    client, closed, _ = added(locale)
    send(client, closed, "close", {**opened(client, closed, "close", ""), "reason": "moved"})
    for dossier in (debriefed, closed):
        assert "Ajouter une action" not in page(client, dossier)


def test_an_action_at_a_partner_is_added_and_referred_at_once(locale: House) -> None:
    partner, offer = uuid4(), uuid4()
    details = PartnerDetails(name="Médiathèque", commune="61293", town="Mortagne-au-Perche", email="m@example.org")
    locale.says(SOPHIE, listing.list_partner, {"partner": partner}, details=details)
    terms = OfferTerms(label="Atelier tablette", kind="digital", contact="email")
    locale.says(SOPHIE, listing.list_offer, {"partner": partner}, offer=offer, terms=terms)
    dossier, about = arranged.growing(locale)
    client = locale.client(NADIA)
    address = f"/dossiers/{dossier}?formulaire=add&sur={about}&cherche=tablette"
    shown = parsed(client.get(address).text)
    assert shown.select_one("details.fold[open] #offers")
    (card,) = shown.select("#offers .offer-cards input")
    form = {**opened(client, dossier, "add", about), "reason": "près de chez lui", "offered": str(card["value"])}
    assert send(client, dossier, "add", form).status_code == 303
    new, sent = locale.events(dossier)[-2:]
    assert isinstance(new, e.ActionAdded)
    assert isinstance(sent, e.ReferralSent)
    assert (new.added.label, sent.action, sent.partner_id, sent.offer) == (
        "Atelier tablette", new.added.id, partner, offer,
    )  # fmt: skip
    locale.says(SOPHIE, listing.close_offer, {"partner": partner}, offer=offer)
    again = {**opened(client, dossier, "add", about), "reason": "encore", "offered": str(card["value"])}
    answer = send(client, dossier, "add", again)
    assert "Cette offre n’est plus ouverte" in words(str(parsed(answer.text).select_one("#offered-error")))


def test_dropping_the_added_action_leaves_it_off_the_paper(locale: House) -> None:
    client, dossier, about = added(locale)
    new = list(locale.state(dossier).parcours.actions)[-1]
    locale.on(dossier, parcours.drop_action, action=new, reason="trop loin")
    paper = page(client, dossier, f"/prescription/{about}")
    assert "CAP LEC" not in paper
    assert "Permis de conduire" in paper
