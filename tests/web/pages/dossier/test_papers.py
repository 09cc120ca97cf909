"""Each paper says the same as a page and as a PDF, and nothing that it may not carry (docs/domain.md#papers)."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from pypdf import PdfReader

from pixflow.dossier.stages import certification, parcours, prescription
from pixflow.dossier.stages.prescription import explore_difficulty
from pixflow.events.values import ContactDetails, OfferTerms, Partner, PartnerDetails
from pixflow.participation import campaign
from pixflow.partners import contacts, listing
from pixflow.structure import locate_sites
from pixflow.team import membership
from pixflow.workshop import booking
from tests.web.arranged import scheduled, seat
from tests.web.client import words
from tests.web.paths import House
from tests.web.tags import parsed
from web.http.papers import Paper, PaperEntry, pdf

NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"
FORBIDDEN = ("40 %", "0,40", "llettrisme", "ompréhension", "ifficulté", "tranche")


def both(locale: House, path: str) -> tuple[str, str]:
    """The words of the page, and of its PDF."""
    client = locale.client(NADIA)
    page, paper = client.get(path), client.get(f"{path}.pdf")
    assert page.status_code == paper.status_code == 200
    assert paper.headers["content-type"] == "application/pdf"
    return words(page.text), read(paper.content)


def read(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_fiche_says_what_where_when_and_whom_to_call(locale: House) -> None:
    dossier = locale.planned()
    for said in both(locale, f"/dossiers/{dossier}/fiche"):
        for part in ("Aminata Diallo", "KMRTWX482", "app.pix.fr", "Au bureau, Mortagne", NADIA):
            assert part in said
        assert f"Quand À partir du lundi 16 mars 2026 À apporter {BRING} Ensuite {NADIA} vous dira" in said
    assert 'src="data:image/svg+xml' in locale.client(NADIA).get(f"/dossiers/{dossier}/fiche").text, "its QR"


ADDRESS = "5 rue du Lavoir, 61400 Mortagne"
BRING = "Une adresse électronique que vous pouvez lire sur place, ou votre compte Pix."


def located(locale: House) -> None:
    streams = {"structure": locale.served.opened.stream("structure")}
    locale.says(SOPHIE, locate_sites, streams, addresses={"Mortagne": ADDRESS})


def test_the_fiche_of_an_office_says_its_address_with_a_map(locale: House) -> None:
    dossier = locale.planned()
    located(locale)
    for said in both(locale, f"/dossiers/{dossier}/fiche"):
        assert f"Au bureau, Mortagne, {ADDRESS}" in said
        assert "plan du lieu" in said


def test_a_seat_has_its_hour_its_address_and_what_to_bring_on_every_paper(locale: House) -> None:
    dossier, made = locale.presented(), scheduled(locale)
    seat(locale, made, dossier)
    located(locale)
    for paper in (f"/dossiers/{dossier}/fiche", f"/dossiers/{dossier}/convocation"):
        for said in both(locale, paper):
            assert "undi 16 mars 2026, de 14:00 à 16:00 Où Mortagne, Salle 2, " + ADDRESS in said
            assert f"À apporter {BRING}" in said
    for path in ("emargement", "avis"):
        assert ADDRESS in words(locale.client(NADIA).get(f"/ateliers/{made}/{path}").text)


def test_a_place_on_a_waiting_list_is_told_as_a_wait_until_a_seat_is_kept(locale: House) -> None:
    made = scheduled(locale, **hours_of(date(2026, 3, 24)), capacity=6)
    people = [locale.presented(first=f"Prénom{n}") for n in range(7)]
    for dossier in people:
        seat(locale, made, dossier)
    waiting = people[-1]
    for said in both(locale, f"/dossiers/{waiting}/fiche"):
        assert "Vous êtes sur liste d’attente" in said
        assert "Atelier Le mardi 24 mars 2026, de 14:00 à 16:00" in said
        assert f"Ensuite Pas encore de place. {NADIA} vous préviendra si une se libère." in said
        assert "À apporter" not in said
    released = {"workshop": made, "dossier": people[0]}
    locale.says(NADIA, booking.release_seat, released, context={"until": date(2026, 3, 18)})
    for said in both(locale, f"/dossiers/{waiting}/fiche"):
        assert "Une place est gardée pour vous" in said
        assert f"Gardée Jusqu’au mercredi 18 mars 2026 Ensuite Dites à {NADIA} si vous la prenez." in said
    for said in both(locale, f"/dossiers/{people[0]}/fiche"):
        assert "Où En atelier, Salle 2 Quand À partir du mardi 24 mars 2026" in said


def hours_of(day: date) -> dict[str, Any]:
    starts = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
    return {"day": day, "starts": starts, "ends": starts + timedelta(hours=2)}


def test_papers_say_the_phone_of_who_follows_the_dossier(locale: House) -> None:
    dossier = locale.planned()
    locale.says(NADIA, membership.state_contact, {"staff": locale.people[NADIA]}, phone="0199001234")
    for said in both(locale, f"/dossiers/{dossier}/fiche"):
        assert f"{NADIA}, 01 99 00 12 34, nadia@exemple.fr" in said.replace("\N{NO-BREAK SPACE}", " ")


def test_the_prescription_carries_the_actions_and_not_the_suspicion(locale: House) -> None:
    dossier, actions = locale.prescribed()
    locale.on(dossier, explore_difficulty, cause="comprehension", note="", tutorials="", context={"study": uuid4()})
    sent = {"partner": Partner(None, "Médiathèque de Mortagne"), "starts": None, "ends": date(2026, 5, 4), "note": ""}
    locale.on(dossier, parcours.send_referral, action=actions[1], context={"referral": uuid4()}, **sent)
    current = locale.state(dossier).diagnostic.current("initial")
    assert current
    for said in both(locale, f"/dossiers/{dossier}/prescription/{current[0]}"):
        assert "Café numérique" in said
        assert "Permis de conduire" in said
        assert f"Où Médiathèque de Mortagne, adresse à demander à {NADIA} Quand Jusqu’au 4 mai 2026" in said
        assert "Refaire le test après une formation courte" in said
        assert not [word for word in FORBIDDEN if word in said]


def test_the_prescription_says_the_dates_of_a_partner_and_the_grid_that_it_relied_on(locale: House) -> None:
    dossier, actions = locale.prescribed()
    dates = {"starts": date(2026, 4, 7), "ends": date(2026, 5, 4)}
    locale.referred(dossier, actions[1], **dates)
    locale.day(date(2026, 3, 18))
    for said in both(locale, sheet_of(locale, dossier)):
        assert "Quand Du 7 avril 2026 au 4 mai 2026" in said
        assert "Document établi le 18 mars 2026" in said
        assert "grille de lecture n° 1" in said.replace("\N{NO-BREAK SPACE}", " ")


def test_the_prescription_says_the_code_of_the_complete_diagnostic_of_its_site(locale: House) -> None:
    for code, site in (("ELSEWHERE", "L’Aigle"), ("LTBJUP656", "Mortagne")):
        declared = {"name": "Cléa numérique", "code": code, "purpose": "complete", "site": site}
        locale.says(SOPHIE, campaign.declare_campaign, {"campaign": uuid4()}, **declared)
    for said in both(locale, sheet_of(locale, kept(locale, "diagnostic-complet"))):
        assert "Où Sur app.pix.fr. Code à écrire : LTBJUP656 Ensuite À la fin du test" in said.replace(
            "\N{NO-BREAK SPACE}", " "
        )
        assert "ELSEWHERE" not in said


def test_the_prescription_says_where_and_when_the_certification_is(locale: House) -> None:
    dossier = kept(locale, "certification")
    locale.on(dossier, certification.propose_certification, note="")
    locale.on(dossier, certification.register_certification, session=date(2026, 4, 21), place="Alençon")
    for said in both(locale, sheet_of(locale, dossier)):
        assert "Où Alençon Quand Le mardi 21 avril 2026 À apporter Une pièce d’identité avec votre photo." in said


def test_the_prescription_names_a_partner_only_once_the_young_person_is_referred(locale: House) -> None:
    dossier = kept(locale, "plongee-numerique", "0.20")
    for said in both(locale, sheet_of(locale, dossier)):
        assert "viaformation" not in said, "the grid names it, nobody chose it"
        assert f"Ensuite {NADIA} cherche un lieu pour vous." in said
    (action,) = locale.state(dossier).parcours.actions
    referral = locale.referred(dossier, action)
    for said in both(locale, sheet_of(locale, dossier)):
        assert "Médiathèque de Mortagne" in said
    locale.on(dossier, parcours.answer_referral, referral=referral, answer="refused", reason="Complet")
    for said in both(locale, sheet_of(locale, dossier)):
        assert "Médiathèque" not in said


LIBRARY = PartnerDetails(
    name="Médiathèque", address="3 rue du Cloître", postal_code="61400", town="Mortagne-au-Perche",
    point=(48.52, 0.546), phone="0199001234", hours="Mo-Fr 09:00-12:30",
)  # fmt: skip


@dataclass
class Sent:
    """A referral to an offer of a listed partner, and to somebody there."""

    house: House
    dossier: UUID
    action: UUID
    partner: UUID
    offer: UUID
    contact: UUID
    referral: UUID

    def sheet(self) -> str:
        """Returns the words of the PDF; the page says the same."""
        page, paper = both(self.house, sheet_of(self.house, self.dossier))
        for label in ("Quoi", "Où", "Quand", "Appelez", "À apporter", "Ensuite"):
            assert (label in page) == (label in paper)
        return paper.replace("\N{NO-BREAK SPACE}", " ")

    def maps(self) -> list[str]:
        page = parsed(self.house.client(NADIA).get(sheet_of(self.house, self.dossier)).text)
        return [str(link["href"]) for link in page.select("a.plan")]


def sent(locale: House, details: PartnerDetails = LIBRARY, **referral: Any) -> Sent:
    dossier = kept(locale, "cafe-numerique", "0.40")
    (action,) = locale.state(dossier).parcours.actions
    partner, offer, contact = uuid4(), uuid4(), uuid4()
    terms = OfferTerms(label="Atelier du mardi", kind="digital", days="mardi matin", bring="une pièce d’identité")
    locale.says(SOPHIE, listing.list_partner, {"partner": partner}, details=details)
    locale.says(SOPHIE, listing.list_offer, {"partner": partner}, offer=offer, terms=terms)
    julie = ContactDetails("Julie Martin", phone="0199005678")
    locale.says(SOPHIE, contacts.name_contact, {"contact": contact}, partner=partner, details=julie)
    chosen = {"partner": Partner(partner, details.name), "starts": date(2026, 4, 7), "offer": offer, "contact": contact}
    id = uuid4()
    said = {"ends": None, "note": "", **chosen, **referral, "context": {"referral": id}}
    locale.on(dossier, parcours.send_referral, action=action, **said)
    return Sent(locale, dossier, action, partner, offer, contact, id)


def test_an_action_says_what_where_when_whom_to_call_what_to_bring_and_what_comes_next(locale: House) -> None:
    made = sent(locale)
    assert (
        "Café numérique Quoi Atelier du mardi Où Médiathèque, 3 rue du Cloître, 61400 Mortagne-au-Perche "
        "Quand À partir du 7 avril 2026. Mardi matin Ouvert du lundi au vendredi : 9 h – 12 h 30 "
        "Appelez 01 99 00 12 34, demandez Julie Martin À apporter Une pièce d’identité "
        f"Ensuite Ce lieu doit encore répondre. {NADIA} vous préviendra."
    ) in re.sub(r"plan du lieu ", "", made.sheet())
    assert "56 78" not in made.sheet(), "her own number is the team's"
    assert made.maps() == ["https://www.openstreetmap.org/?mlat=48.52&mlon=0.546#map=17/48.52/0.546"]


def test_what_comes_next_follows_the_answer_the_start_and_the_end(locale: House) -> None:
    made = sent(locale)
    locale.on(made.dossier, parcours.answer_referral, referral=made.referral, answer="accepted", reason="")
    assert "Ensuite On vous attend le mardi 7 avril." in made.sheet()
    locale.day(date(2026, 4, 7))
    locale.on(made.dossier, parcours.start_action, action=made.action, ends=date(2026, 5, 4))
    assert f"Vous avez commencé le 7 avril 2026. À la fin, faites le point avec {NADIA}." in made.sheet()
    locale.day(date(2026, 5, 4))
    locale.on(made.dossier, parcours.end_action, action=made.action, outcome="done", note="")
    assert "C’est terminé depuis le 4 mai 2026." in made.sheet()


def test_who_is_accepted_without_a_day_calls_the_place_or_the_advisor(locale: House) -> None:
    made = sent(locale, starts=None)
    locale.on(made.dossier, parcours.answer_referral, referral=made.referral, answer="accepted", reason="")
    assert "On vous attend : appelez ce lieu pour fixer votre premier jour." in made.sheet()
    quiet = sent(locale, replace(LIBRARY, name="EPN", phone=""), starts=None)
    locale.on(quiet.dossier, parcours.answer_referral, referral=quiet.referral, answer="accepted", reason="")
    assert f"On vous attend. {NADIA} vous dira quel jour." in quiet.sheet()
    assert "Appelez Demandez Julie Martin" in quiet.sheet()


def test_an_action_that_was_dropped_or_abandoned_is_not_on_the_sheet(locale: House) -> None:
    made = sent(locale)
    locale.on(made.dossier, parcours.drop_action, action=made.action, reason="déménage")
    assert "Café numérique" not in made.sheet()
    assert "rien à faire pour le moment" in made.sheet()


def test_an_offer_that_closed_is_told_and_what_it_asked_is_not(locale: House) -> None:
    made = sent(locale)
    locale.says(SOPHIE, listing.close_offer, {"partner": made.partner}, offer=made.offer)
    said = made.sheet()
    assert f"Ce lieu a changé son offre. Avant de vous déplacer, appelez {NADIA}." in said
    for gone in ("pièce d’identité", "Mardi matin", "Atelier du mardi"):
        assert gone not in said


def test_somebody_who_left_the_place_is_not_asked_for(locale: House) -> None:
    made = sent(locale)
    locale.says(SOPHIE, contacts.leave_partner, {"contact": made.contact})
    assert "Julie" not in made.sheet()
    assert "Appelez 01 99 00 12 34" in made.sheet()


def test_a_free_name_that_means_a_listed_partner_has_its_address(locale: House) -> None:
    named = sent(locale, partner=Partner(None, "la médiathèque"), offer=None, contact=None)
    assert f"Où la médiathèque, adresse à demander à {NADIA}" in named.sheet()
    locale.says(SOPHIE, listing.attach_name, {"partner": named.partner}, name="la médiathèque")
    assert "Où Médiathèque, 3 rue du Cloître" in named.sheet()


def test_a_place_without_a_point_is_found_by_its_street_and_without_a_street_by_nothing(locale: House) -> None:
    by_street = sent(locale, replace(LIBRARY, point=None))
    (found,) = by_street.maps()
    assert found.endswith("/search?query=3%20rue%20du%20Clo%C3%AEtre%2C%20Mortagne-au-Perche")
    nowhere = sent(locale, replace(LIBRARY, name="EPN", point=None, address=""))
    assert nowhere.maps() == []
    assert f"Où EPN, adresse à demander à {NADIA}" in nowhere.sheet()


def test_a_sheet_of_five_actions_with_long_names_has_one_page_and_none_of_no_action(locale: House) -> None:
    where = "Médiathèque intercommunale Jean-Moulin des Collines du Perche normand, 12 bis avenue du Général-de-Gaulle"
    facts = (("Où", where), ("Quand", where), ("Appelez", "01 99 00 12 34"), ("Ensuite", "On vous attend."))
    full = PaperEntry(
        "Café numérique", facts, "https://www.openstreetmap.org/?mlat=48.52&mlon=0.546#map=17/48.52/0.546"
    )
    for count in (0, 1, 5):
        paper = Paper(
            structure="ML", title="Votre parcours", name="Zoé", entries=[full] * count, links=[("Pour EPN", "x" * 90)],
            facts=[("Votre souhait", where), ("Une question", NADIA)], signatures=("Zoé", "ML"), issued="",
        )  # fmt: skip
        assert len(PdfReader(BytesIO(pdf(paper))).pages) == 1, count


def kept(locale: House, proposal: str, mastery: str = "0.80") -> UUID:
    """A dossier whose prescription keeps one proposal of the grid."""
    dossier, found = locale.debriefed(mastery)
    grille = locale.served.refs.grille(locale.today)
    context = {"grille": grille.document, "number": grille.number, "action_ids": (uuid4(),)}
    sent = {"kept": (proposal,), "added": (), "wish": "", "project": "", "reason": ""}
    locale.on(dossier, prescription.build_prescription, participation=found, **sent, context=context)
    return dossier


def sheet_of(locale: House, dossier: UUID) -> str:
    current = locale.state(dossier).diagnostic.current("initial")
    assert current
    return f"/dossiers/{dossier}/prescription/{current[0]}"


def test_a_fiche_after_a_result_says_nothing_of_it(locale: House) -> None:
    dossier, _ = locale.prescribed()
    for said in both(locale, f"/dossiers/{dossier}/fiche"):
        assert not [word for word in FORBIDDEN if word in said]


def test_what_is_not_there_is_not_printed(locale: House) -> None:
    client, dossier = locale.client(NADIA), locale.opened()
    for path in ("fiche", "convocation", f"prescription/{uuid4()}"):
        for end in ("", ".pdf"):
            assert client.get(f"/dossiers/{dossier}/{path}{end}").status_code == 404


def test_a_pdf_prints_what_was_typed_as_it_was_typed_and_all_its_rows() -> None:
    typed = "*Zoé* #panic() $x$ <a> \\ @b _c_ //d"
    rows = [[f"Personne {n}", ""] for n in range(60)]
    paper = Paper(structure="ML", title="Émargement", name=typed, titles=("Nom", "Signature"), rows=rows, issued="")
    content = pdf(paper)
    said = read(content)
    assert typed in said
    assert all(f"Personne {n}" in said for n in range(60))
    assert len(PdfReader(BytesIO(content)).pages) > 1


def test_the_pdf_says_its_language_and_its_title() -> None:
    reader = PdfReader(BytesIO(pdf(Paper(structure="ML", title="Convocation", name="Zoé", issued=""))))
    assert str(reader.trailer["/Root"]["/Lang"]).startswith("fr")  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "Convocation – Zoé"
    assert bool(reader.trailer["/Root"]["/MarkInfo"]["/Marked"])  # type: ignore[index]
