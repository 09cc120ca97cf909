"""The team’s chapter on its own rules: a draft is proposed, endorsed, published or dropped; what it changes at once."""

import re
from datetime import date

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.walk import Walk

PROTOCOL, GRID = "/protocole/projet/protocole", "/protocole/projet/grille"
WHY = "Pourquoi cette modification"


def drafts(walk: Walk) -> None:
    """From then on the advisor says whom Pix concerns; the grid stays as it is."""
    walk.day(date(2026, 6, 9))
    sophie, nadia, helene = walk.sophie, walk.nadia, walk.arrives("Hélène Morin")
    propose(sophie, PROTOCOL, {"Les jeunes pour qui": True, WHY: "Tous n’en ont pas besoin."})
    endorse(nadia, PROTOCOL)
    helene.goes(PROTOCOL)
    helene.presses("Publier le protocole")
    helene.sees("Protocole n° 2 publié")
    propose(sophie, PROTOCOL, {"Relances sans suite": "4", WHY: "Trois, c’est peu."})
    drop(sophie, PROTOCOL, "trois suffisent")
    propose(sophie, GRID, {"Nom de la grille": "Grille d’été", WHY: "Un nom plus clair."})
    endorse(nadia, GRID)
    drop(sophie, GRID, "le nom suffit")
    need(walk)


def propose(person: Person, address: str, said: dict[str, str | bool]) -> None:
    person.goes(f"{address}/modifier")
    person.fills(said, within="#editor")
    person.page.locator(".actions").get_by_role("button", name="Vérifier", exact=True).click()
    expect(person.page.locator("#check")).to_contain_text(re.compile("changerait|donnerait"))
    person.presses("Proposer à l’équipe")
    person.sees("Projet proposé à l’équipe", within=".notice")


def endorse(person: Person, address: str) -> None:
    person.goes(address)
    person.presses("Approuver ce projet")
    person.sees(f"{person.name} approuve", within=".timeline")


def drop(person: Person, address: str, reason: str) -> None:
    person.goes(address)
    person.fills({"Motif": reason}, within=".drop-draft")
    person.presses("Écarter ce projet", within=".drop-draft form")
    person.page.wait_for_url("**/protocole?**")


def need(walk: Walk) -> None:
    """The day after, nothing is owed to somebody new until a need is judged."""
    walk.day(date(2026, 6, 10))
    nadia = walk.nadia
    nadia.goes("/dossiers/nouveau")
    nadia.fills({"Nom": "Ibarra", "Prénom": "Maya", "Site": "Mortagne", "Suivi par": nadia.name})
    nadia.presses("Ouvrir le dossier", within="#form")
    nadia.sees("Dossier ouvert, site de Mortagne", within=".notice")
    nadia.opens("Dire si Pix concerne ce jeune")
    walk.check(nadia)
    nadia.saves("Besoin reconnu", {"oui": True})
    nadia.sees("Présenter Pix", within=".now")
