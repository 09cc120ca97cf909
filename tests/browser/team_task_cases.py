"""One case a kind of task that no dossier owes: who has it, and what is done where its row leads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from pixflow.documents.resource import ResourceDocument
from pixflow.events.values import ContactDetails, OfferTerms, PartnerDetails
from pixflow.partners import contacts, listing
from pixflow.resources import sharing
from pixflow.tasks import Kind
from pixflow.team import membership as milestones
from tests.browser.person import Person
from tests.browser.states import HELENE, SOPHIE, THURSDAY
from tests.web.filled import hire
from tests.web.paths import House

MARCH = date(2026, 3, 2)
NADIA, LEA = "Nadia Benali", "Léa Newcomer"
LISE = ContactDetails("Lise Marchand", phone="+33233840000", email="lise@example.org")
EPN, FABLAB = PartnerDetails(name="EPN", phone="+33233840001"), PartnerDetails(name="Fablab")


@dataclass(frozen=True)
class TeamCase:
    """A task: who has it, words of its row, and what they do on the page that its button leads to.

    `press` names the button of the row that closes it without a page in between, "" for none.
    """

    kind: Kind
    by: str
    about: str
    do: Callable[[Person], None]
    press: str = ""


def owed_by_the_team(house: House) -> None:
    """Drives a house to where each kind is owed on Thursday 2 April 2026."""
    house.day(MARCH)
    hire(house, LEA, "advisor")
    site = house.served.refs.structure.sites[0]
    house.says(HELENE, milestones.designate_referent, {"staff": house.people[SOPHIE]}, site=site)
    document = ResourceDocument("Accueillir", "fiche", "Pix est gratuit.")
    house.says(SOPHIE, sharing.share_resource, {"resource": uuid4()}, document=document, note="")
    proposed = ResourceDocument("Relancer", "fiche", "Un appel suffit.")
    house.says(NADIA, sharing.propose_resource, {"resource": uuid4()}, document=proposed, note="")
    house.says(NADIA, sharing.ask_question, {"question": uuid4()}, text="Et s’il refuse ?", task="")
    house.says(NADIA, listing.suggest_partner, {"partner": uuid4()}, details=FABLAB)
    partner = {"partner": uuid4()}
    told = {"source": "Dora", "place": "7", "updated": house.today, "digest": "a", "details": EPN}
    house.says(SOPHIE, listing.import_place, partner, **told)
    terms = OfferTerms(label="Bureautique", kind="digital")
    house.says(SOPHIE, listing.list_offer, partner, offer=uuid4(), terms=terms)
    contact = {"contact": uuid4()}
    house.says(NADIA, contacts.name_contact, contact, **partner, details=LISE)
    house.says(NADIA, contacts.miss_contact, contact, means="email")
    house.day(THURSDAY)


def answer(doer: Person) -> None:
    doer.fills({"Ou une ressource": "Accueillir"}, within="#question")
    doer.presses("Répondre par cette ressource")
    doer.sees("y répond, le")


def publish(doer: Person) -> None:
    doer.follows("Relire et publier")
    doer.presses("Publier")
    doer.sees("version n° 1".replace(" 1", "\N{NO-BREAK SPACE}1"))


def designate(doer: Person) -> None:
    doer.page.get_by_role("link", name=SOPHIE).first.click()
    doer.opens("Désigner référent·e", within="main")
    doer.saves("site de Mortagne", {"Pour": "Mortagne"}, button="Désigner")


def everybody(doer: Person) -> None:
    doer.presses("Tout le monde est encore là")
    doer.sees("C’est noté")


def noted(told: str) -> Callable[[Person], None]:
    return lambda doer: doer.sees(told, within=".notice")


TEAM_CASES = (
    TeamCase("answer-question", SOPHIE, "Et s’il refuse", answer),
    TeamCase("revise-resource", SOPHIE, "Relancer", publish),
    TeamCase("take-pix", LEA, LEA, lambda doer: doer.saves("Pix", button="Noter")),
    TeamCase(
        "brief-newcomer", SOPHIE, LEA, lambda doer: doer.saves("informé·e", {"Intitulé": "Accueil"}, button="Noter")
    ),
    TeamCase("designate-referent", HELENE, "Mortagne", designate),
    TeamCase("confirm-team", HELENE, "", everybody),
    TeamCase("review-partner", SOPHIE, "Fablab", noted("Partenaire inscrit"), "Inscrire"),
    TeamCase("verify-partner", SOPHIE, "EPN", noted("Fiche vérifiée"), "Vérifié par téléphone"),
    TeamCase("update-contact", SOPHIE, "Lise", lambda doer: doer.saves("à jour", {"Courriel": "epn@example.org"})),
)
