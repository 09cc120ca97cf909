"""The form of a referral: offers that fit, the nearest first; a free name; an offer closed meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.dossier.identity import state_commune
from pixflow.dossier.stages import parcours
from pixflow.dossier.stages.prescription import build_prescription
from pixflow.events.dossier import PartnerLinkIssued, ReferralSent
from pixflow.events.values import ContactDetails, OfferContact, OfferTerms, Partner, PartnerDetails
from pixflow.partners import contacts, listing
from pixflow.partners.catalogue import state_territory
from pixflow.partners.state import PartnerState
from tests.web import arranged
from tests.web.client import words
from tests.web.pages.partners.conftest import NADIA, SOPHIE
from tests.web.paths import House
from tests.web.tags import parsed
from web.french.territory import partners as french

MARCH = date(2026, 3, 1)
AT_MORTAGNE = PartnerDetails(
    name="Médiathèque", commune="61293", town="Mortagne-au-Perche", point=(48.52, 0.546), email="m@example.org"
)
FAR = PartnerDetails(name="Cyber-base", commune="61214", town="L'Aigle", point=(48.763, 0.628))


def listed(at_work: House, details: PartnerDetails, *proposals: str, **more: Any) -> tuple[UUID, UUID]:
    """A partner with one offer, asked by e-mail."""
    partner, offer = uuid4(), uuid4()
    at_work.says(SOPHIE, listing.list_partner, {"partner": partner}, details=details)
    said = {"label": "Atelier", "kind": "digital", "contact": "email", **more}
    terms = OfferTerms(**said, proposals=proposals)
    at_work.says(SOPHIE, listing.list_offer, {"partner": partner}, offer=offer, terms=terms)
    return partner, offer


def text(at_work: House, address: str, who: str = NADIA) -> str:
    return at_work.client(who).get(address).text.replace("\u00a0", " ").replace("&nbsp;", " ")


@dataclass
class Case:
    """An action of a dossier that a partner is looked for."""

    house: House
    dossier: UUID
    action: UUID
    proposal: str = ""

    def form(self, search: str = "") -> Any:
        address = f"/dossiers/{self.dossier}?formulaire=refer&sur={self.action}&cherche={search}"
        return parsed(text(self.house, address))

    def cards(self, search: str = "") -> list[tuple[str, list[str]]]:
        """Returns each list with the names on its cards."""
        lists = self.form(search).select(".offer-cards")
        titles = self.form(search).select("fieldset#offered > p.quiet[id]")
        found = zip(titles, lists, strict=True)
        return [(title.text, [one.text for one in cards.select("label > b")]) for title, cards in found]

    def choice(self) -> str:
        """Returns what the form says of offers, and of people."""
        parts = self.form().select("fieldset:has([name=offered]), select[name=contact]")
        return " ".join(" ".join(one.get_text(" ", strip=True) for one in parts).split())

    def send(self, **said: Any) -> Any:
        on = date.isoformat(self.house.today)
        data = {"command_id": str(uuid4()), "on": on, "action": str(self.action), "agreed": "true", **said}
        kept = {name: value for name, value in data.items() if value is not None}
        return self.house.client(NADIA).post(f"/dossiers/{self.dossier}/refer", data=kept)

    def sent(self) -> list[ReferralSent]:
        return [event for event in self.house.events(self.dossier) if isinstance(event, ReferralSent)]


@pytest.fixture
def case(at_work: House) -> Case:
    """An action that the grid proposed."""
    dossier, _ = arranged.prescribed(at_work)
    actions = at_work.state(dossier).parcours.actions
    action = next(one.action for one in actions.values() if one.action.proposal and one.action.kind == "action")
    return Case(at_work, dossier, action.id, action.proposal or "")


def test_without_a_listed_partner_a_free_name_is_asked(at_work: House, case: Case) -> None:
    assert not case.form().select('input[name="offered"]')
    assert case.send(partner="EPN").status_code == 303
    assert (case.sent()[0].partner_id, case.sent()[0].offer) == (None, None)


def test_an_offer_of_the_proposal_is_chosen_and_the_partner_notes_its_use(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    listed(at_work, FAR, "something-else")
    shown = case.form()
    assert [one["value"] for one in shown.select('input[name="offered"]')] == [f"{partner}:{offer}", ""]
    assert case.send(offered=f"{partner}:{offer}").status_code == 303
    event = case.sent()[0]
    assert (event.partner_id, event.offer, event.partner.name, event.email) == (
        partner, offer, "Médiathèque", "m@example.org",
    )  # fmt: skip
    state: PartnerState = at_work.served.engine.state("partner", partner)
    assert state.used == at_work.today
    assert "1 orientation" in text(at_work, f"/partenaires/{partner}")


def test_no_e_mail_leaves_before_the_young_person_agrees(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    for asked in ({"offered": f"{partner}:{offer}"}, {"partner": "EPN", "email": "epn@example.org"}):
        refused = case.send(**asked, agreed=None)
        assert (refused.status_code, "Cochez que la personne est d’accord" in refused.text) == (422, True)
    assert not case.sent()
    assert case.send(offered=f"{partner}:{offer}").status_code == 303
    assert case.sent()[0].agreed
    assert "avec l’accord de la personne" in text(at_work, f"/dossiers/{case.dossier}")


def test_an_offer_by_telephone_sends_no_e_mail(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal, contact="phone")
    lise = called(at_work, partner, answers="phone")
    refused = case.send(offered=f"{partner}:{offer}", email="m@example.org")
    assert (refused.status_code, "se fait par téléphone" in refused.text) == (422, True)
    for asked in ({}, {"contact": str(lise)}):
        before = len(case.sent())
        assert case.send(offered=f"{partner}:{offer}", agreed=None, **asked).status_code == 303
        (told,) = case.sent()[before:]
        assert told.email == ""
        assert "sans courriel : à appeler" in text(at_work, f"/dossiers/{case.dossier}")
        at_work.on(case.dossier, parcours.answer_referral, referral=told.referral, answer="refused", reason="complet")
    assert not [event for event in at_work.events(case.dossier) if isinstance(event, PartnerLinkIssued)]


def test_the_partner_s_page_says_where_each_referral_stands_and_names_nobody_beyond_one_s_scope(
    at_work: House, case: Case
) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    case.send(offered=f"{partner}:{offer}")
    name = f"{at_work.state(case.dossier).first_name} {at_work.state(case.dossier).last_name}"
    seen = {who: text(at_work, f"/partenaires/{partner}", who) for who in (NADIA, SOPHIE, "Paul Rey")}
    assert [name in page for page in seen.values()] == [True, True, False]
    assert "En attente depuis le 16 mars" in seen[NADIA]
    assert "1 autre orientation, de jeunes que vous ne suivez pas" in seen["Paul Rey"]
    referral = case.sent()[0].referral
    at_work.on(case.dossier, parcours.answer_referral, referral=referral, answer="refused", reason="complet")
    assert "Refusée le 16 mars" in text(at_work, f"/partenaires/{partner}")


def test_an_answer_is_late_once_the_partner_is_chased_and_not_before(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    case.send(offered=f"{partner}:{offer}")

    def late() -> list[str]:
        return [cell.text for cell in parsed(text(at_work, f"/partenaires/{partner}")).select("td.late")]

    opens = at_work.served.refs.protocol(at_work.today).delays.chase_partner_opens
    day = at_work.served.refs.calendar.add(at_work.today, opens)
    assert late() == []
    at_work.day(day - timedelta(1))
    assert late() == []
    at_work.day(day)
    assert late() == ["En attente depuis le 16 mars"]


def test_counts_by_answer_and_the_pace_of_a_partner_that_is_silent_half_of_the_time() -> None:
    def one(answer: str | None, days: int = 0, *, outcome: str | None = None) -> Any:
        answered = MARCH + timedelta(days) if answer else None
        return SimpleNamespace(
            sent=MARCH,
            answer=answer,
            answered=answered,
            lapses=MARCH + timedelta(40),
            awaited=outcome is None,
            started=answered if outcome else None,
            outcome=outcome,
        )

    found = [one("accepted", 2, outcome="done"), one("accepted", 4), one("refused", 9), one(None), one(None)]
    soon, late = MARCH + timedelta(10), MARCH + timedelta(50)
    assert french.answers(found, soon).replace("\u00a0", " ") == "5 orientations, 2 acceptées, répond en 9 j"
    assert dict(french.tally(found, soon)) == {
        "acceptées": 2, "refusées": 1, "en attente": 2, "sans réponse": 0, "commencées": 1, "terminées": 1,
    }  # fmt: skip
    assert dict(french.tally(found, late))["sans réponse"] == 2
    assert french.pace([*found, one(None), one(None)], late) == "répond rarement"


def test_after_a_refusal_or_a_lapsed_link_the_next_offers_come_first_and_say_why(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    other, other_offer = listed(at_work, FAR, case.proposal)
    case.send(offered=f"{partner}:{offer}")
    referral = case.sent()[0].referral
    at_work.day(at_work.today + timedelta(days=20))
    remind = text(at_work, f"/dossiers/{case.dossier}?formulaire=remind&sur={referral}")
    assert "Cyber-base : Atelier" in remind
    assert "Médiathèque : Atelier" not in remind
    shown = case.form()
    assert "Médiathèque n’a pas répondu, lien périmé le 24 mars" in shown.text
    assert [one["value"] for one in shown.select('input[name="offered"]')] == [
        f"{other}:{other_offer}", f"{partner}:{offer}", "",
    ]  # fmt: skip
    at_work.on(case.dossier, parcours.answer_referral, referral=referral, answer="refused", reason="plus de place")
    assert "Médiathèque a refusé le 5 avril (plus de place)" in case.form().text


def test_the_partner_that_the_grid_names_is_not_proposed_again_once_asked(at_work: House) -> None:
    (dossier, participation), action = at_work.debriefed("0.20"), uuid4()
    grille = at_work.served.refs.grille(at_work.today)
    context = {"grille": grille.document, "number": grille.number, "action_ids": (action,)}
    said = {"kept": ("plongee-numerique",), "added": (), "wish": "", "project": "vente", "reason": ""}
    at_work.on(dossier, build_prescription, participation=participation, **said, context=context)
    case = Case(at_work, dossier, action)
    assert case.form().select_one('input[name="partner"]')["value"] == "viaformation"
    partner, offer = listed(at_work, PartnerDetails(name="Via Formation 61"), "plongee-numerique")
    at_work.says(SOPHIE, listing.attach_name, {"partner": partner}, name="ViaFormation")
    assert case.form().select_one("[name=offered][checked]")["value"] == f"{partner}:{offer}"
    case.send(offered=f"{partner}:{offer}")
    again = case.form()
    assert not again.select("[name=offered][checked]")
    assert again.select_one('input[name="partner"]')["value"] == ""


HERE = PartnerDetails(name="EPN de Mortagne", commune="61293", town="Mortagne-au-Perche", phone="+33233000000")


def test_a_search_finds_offers_that_answer_then_others_then_partners_without_one(at_work: House, case: Case) -> None:
    listed(at_work, AT_MORTAGNE, case.proposal)
    listed(at_work, FAR, "something-else")
    at_work.says(SOPHIE, listing.list_partner, {"partner": uuid4()}, details=HERE)
    assert case.cards() == [("Offres pour cette action", ["Médiathèque"])]
    assert case.cards("mort") == [
        ("Offres pour cette action", ["Médiathèque"]),
        ("Partenaires sans offre pour cette action", ["EPN de Mortagne"]),
    ]
    assert case.cards("cyb atel") == [("Autres offres", ["Cyber-base"])]
    assert case.cards("nulle part") == []
    assert "Rien pour « nulle part »" in case.form("nulle part").text


def test_an_action_that_somebody_added_is_offered_everything_the_nearest_first(at_work: House) -> None:
    dossier, _ = arranged.prescribed(at_work)
    added = next(one.action.id for one in at_work.state(dossier).parcours.actions.values() if not one.action.proposal)
    case = Case(at_work, dossier, added)
    listed(at_work, FAR)
    listed(at_work, AT_MORTAGNE, days="le jeudi à 14 h", seats=8)
    at_work.on(dossier, state_commune, commune="Mortagne-au-Perche")
    assert case.cards() == [("Autres offres", ["Médiathèque", "Cyber-base"])]
    shown = case.choice()
    for said in ("distances depuis Mortagne-au-Perche", "Quand le jeudi à 14 h", "Places 8 places", "sa commune"):
        assert said in shown, said
    at_work.on(dossier, state_commune, commune="L'Aigle")
    assert case.cards() == [("Autres offres", ["Cyber-base", "Médiathèque"])]


def test_an_offer_that_is_full_says_so(at_work: House, case: Case) -> None:
    listed(at_work, AT_MORTAGNE, case.proposal, seats=0)
    assert "0 place" in case.choice()


def test_a_partner_without_an_offer_is_referred_to_and_stays_chosen(at_work: House, case: Case) -> None:
    partner = uuid4()
    at_work.says(SOPHIE, listing.list_partner, {"partner": partner}, details=HERE)
    refused = case.send(offered=f"{partner}:", starts="2026-05-02", ends="2026-05-01")
    assert refused.status_code == 422
    assert parsed(refused.text).select_one("[name=offered][checked]")["value"] == f"{partner}:"
    assert case.send(offered=f"{partner}:", agreed=None).status_code == 303
    told = case.sent()[0]
    assert (told.partner_id, told.offer, told.partner.name, told.email) == (partner, None, "EPN de Mortagne", "")
    assert at_work.served.engine.state("partner", partner).used == at_work.today


@pytest.mark.parametrize("value", ["x", "x:", ":", "::", f"{UUID(int=1)}:x", f"{UUID(int=1)}:"])
def test_a_forged_choice_is_refused_and_the_form_is_there(at_work: House, case: Case, value: str) -> None:
    refused = case.send(offered=value)
    assert (refused.status_code, case.sent()) == (422, [])
    assert parsed(refused.text).select_one("#form")


def test_more_offers_than_cards_are_counted(at_work: House, case: Case) -> None:
    for n in range(10):
        listed(at_work, AT_MORTAGNE, case.proposal, label=f"Atelier {n}")
    assert [len(names) for _, names in case.cards()] == [8]
    assert "2 autres : cherchez pour les trouver" in case.choice()


def test_the_correction_of_a_referral_keeps_its_offer(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    case.send(offered=f"{partner}:{offer}")
    history = at_work.served.engine.history(case.dossier)
    version = next(one.originator_version for one in history if isinstance(one.event, ReferralSent))
    page = parsed(text(at_work, f"/dossiers/{case.dossier}?corrige={version}"))
    assert page.select_one("[name=offered][checked]")["value"] == f"{partner}:{offer}"


def test_a_free_name_stays_possible_beside_the_offers(at_work: House, case: Case) -> None:
    listed(at_work, AT_MORTAGNE, case.proposal)
    assert case.send(offered="", partner="Centre social").status_code == 303
    assert case.sent()[0].partner_id is None


def test_an_offer_closed_meanwhile_is_chosen_again_and_nothing_is_recorded(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    at_work.says(SOPHIE, listing.close_offer, {"partner": partner}, offer=offer)
    for value in (f"{partner}:{offer}", f"{uuid4()}:{offer}", f"{partner}:{uuid4()}"):
        assert case.send(offered=value).status_code == 422
    assert case.send().status_code == 422
    assert not case.sent()


def test_a_referral_sent_twice_is_one_though_its_offer_closed_meanwhile(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    press = {"command_id": str(uuid4()), "offered": f"{partner}:{offer}"}
    first = case.send(**press)
    at_work.says(SOPHIE, listing.close_offer, {"partner": partner}, offer=offer)
    again = case.send(**press)
    assert (again.status_code, again.headers.get("location")) == (303, first.headers["location"])
    assert len(case.sent()) == 1


def test_a_partner_joined_to_another_one_meanwhile_is_referred_to_under_its_new_file(
    at_work: House, case: Case
) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    kept, own = listed(at_work, FAR, case.proposal)
    joining = {"command_id": str(uuid4()), "other": str(partner)}
    assert at_work.client(SOPHIE).post(f"/partenaires/{kept}/reunir", data=joining).status_code == 303
    refused = case.send(offered=f"{partner}:{offer}")
    assert refused.status_code == 422
    assert not case.sent()
    offered = [one["value"] for one in parsed(refused.text).select('input[name="offered"]')]
    assert offered == [f"{kept}:{own}", ""], "two equal offers are one"
    assert case.send(offered=f"{kept}:{own}").status_code == 303
    assert case.sent()[0].partner_id == kept


def test_somebody_there_is_asked_and_their_address_stands_in_no_dossier(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    lise, elsewhere = (called(at_work, of) for of in (partner, listed(at_work, FAR)[0]))
    shown = case.form()
    assert [one["value"] for one in shown.select('select[name="contact"] option')] == ["", str(lise)]
    offered = {"offered": f"{partner}:{offer}"}
    refused = case.send(contact=str(elsewhere), **offered)
    assert (refused.status_code, "n’est pas à joindre chez ce partenaire" in refused.text) == (422, True)
    assert case.send(contact=str(lise), **offered).status_code == 303
    told = case.sent()[0]
    assert (told.contact, told.email) == (lise, "")
    assert "lise@example.org" not in str(at_work.events(case.dossier))
    chased = text(at_work, f"/dossiers/{case.dossier}?formulaire=remind&sur={told.referral}")
    for said in ("Lise Marchand", "répond par courriel", "m@example.org"):
        assert said in chased, said


def test_nothing_is_chosen_beforehand_and_the_error_leads_to_the_cards(at_work: House, case: Case) -> None:
    listed(at_work, AT_MORTAGNE, case.proposal)
    assert not case.form().select("[name=offered][checked]")
    refused = case.send()
    assert refused.status_code == 422
    page = parsed(refused.text)
    assert page.select_one(".errors a")["href"] == "#offered"
    assert page.select_one("#offered")["aria-invalid"] == "true"
    typed = parsed(case.send(partner="EPN", starts="demain").text)
    assert typed.select_one("[name=offered][checked]")["id"] == "offered-other"


def test_the_only_card_that_a_search_finds_is_chosen(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    listed(at_work, FAR, case.proposal)
    assert not case.form("medi cyber").select("[name=offered][checked]")
    chosen = case.form("media").select("[name=offered][checked]")
    assert [one["value"] for one in chosen] == [f"{partner}:{offer}"]


def test_people_stand_under_their_card_and_a_means_that_fails_is_said(at_work: House, case: Case) -> None:
    partners = [listed(at_work, one, case.proposal)[0] for one in (AT_MORTAGNE, FAR)]
    lise, other = (called(at_work, one) for one in partners)
    groups = case.form().select("#contact optgroup")
    found = {one["label"]: (one["data-group"], [option["value"] for option in one.select("option")]) for one in groups}
    assert found == {"Médiathèque": (str(partners[0]), [str(lise)]), "Cyber-base": (str(partners[1]), [str(other)])}
    assert "Lise Marchand, répond par courriel" in case.choice()
    at_work.says(NADIA, contacts.miss_contact, {"contact": lise}, means="email")
    options = [words(one.text) for one in case.form().select("#contact option")]
    assert sorted(options[1:]) == ["Lise Marchand, courriel qui revient", "Lise Marchand, répond par courriel"]


def test_the_form_shows_what_has_changed_at_partners_since_it_was_drawn(at_work: House, case: Case) -> None:
    partner, offer = listed(at_work, AT_MORTAGNE, case.proposal)
    other, (_, other_action, _) = at_work.prescribed()
    details = ContactDetails("Lise Marchand", email="lise@example.org", answers="email")
    catalogue, contact = {"catalogue": at_work.served.opened.stream("catalogue")}, {"contact": uuid4()}
    stated: dict[str, Any] = {"groupings": [], "communes": ["61214"], "radius": 0, "sites": {"Mortagne": "61214"}}

    def refer() -> None:
        at_work.referred(other, other_action, partner=Partner(partner, "Médiathèque"))

    changes: dict[str, Callable[[], object]] = {
        "another partner": lambda: listed(at_work, FAR, case.proposal),
        "territory": lambda: at_work.says(SOPHIE, state_territory, catalogue, **stated),
        "somebody": lambda: at_work.says(NADIA, contacts.name_contact, contact, partner=partner, details=details),
        "a referral": refer,
        "an offer": lambda: at_work.says(SOPHIE, listing.close_offer, {"partner": partner}, offer=offer),
    }
    before = case.choice()
    for name, change in changes.items():
        change()
        after = case.choice()
        assert after != before, name
        at_work.served.read().memory.restart(at_work.served.refs)
        assert case.choice() == after, name
        before = after


def test_a_place_without_coordinates_is_as_far_as_its_commune(at_work: House, case: Case) -> None:
    here = {"groupings": [], "communes": ["61293"], "radius": 0, "sites": {"Mortagne": "61293"}}
    at_work.says(SOPHIE, state_territory, {"catalogue": at_work.served.opened.stream("catalogue")}, **here)
    nowhere = PartnerDetails(name="EPN", commune="61214", town="L'Aigle")
    for details in (AT_MORTAGNE, FAR, nowhere, PartnerDetails(name="Ailleurs", commune="61011", town="Arçonnay")):
        listed(at_work, details, case.proposal)
    said = case.choice()
    assert "Cyber-base Atelier Où L’Aigle, à 28 km" in said
    assert "EPN Atelier Où L’Aigle, à environ 28 km" in said
    assert said.index("Médiathèque") < said.index("EPN") < said.index("Ailleurs")


def called(at_work: House, partner: UUID, answers: OfferContact = "email") -> UUID:
    """Somebody to call at a partner."""
    contact, details = uuid4(), ContactDetails("Lise Marchand", email="lise@example.org", answers=answers)
    at_work.says(NADIA, contacts.name_contact, {"contact": contact}, partner=partner, details=details)
    return contact
