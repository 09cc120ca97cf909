"""The team's chapter: somebody joins, steps are noted, somebody is away and deputised, a portfolio goes and comes."""

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.walk import Walk

INES = "Inès Kowalski"


def team(walk: Walk, today: date) -> None:
    """Everything that Équipe records, by those who may."""
    helene = walk.arrives("Hélène Morin")
    helene.goes("/equipe")
    helene.sees("Équipe", "Sophie Lecomte", "Déclarer mon absence")
    walk.check(helene)
    joins(walk, helene)
    steps(walk, helene)
    away(walk, today)
    handed_over(walk, helene, today)
    leaves(walk, helene, today)


def joins(walk: Walk, helene: Person) -> None:
    helene.follows("Ajouter quelqu’un")
    walk.check(helene)
    helene.fills(
        {"Prénom et nom": INES, "Courriel": "ines@exemple.fr", "Téléphone": "01 99 00 12 34", "animateur·rice": True},
        within="main form",
    )
    helene.presses("Ajouter à l’équipe")
    helene.sees("animateur·rice", f"{INES} rejoint l’équipe")
    helene.follows("Changer le téléphone")
    walk.check(helene)
    helene.fills({"Téléphone": "01 99 00 12 35"})
    helene.presses("Enregistrer le téléphone")
    helene.sees(f"téléphone d’{INES} : 01 99 00 12 35", within=".notice")
    helene.follows("Changer les rôles")
    walk.check(helene)
    helene.fills({"conseiller·ère": True, "animateur·rice": False})
    helene.presses("Enregistrer les rôles")
    helene.sees(f"Rôle donné à {INES} : conseiller·ère", f"Rôle retiré à {INES} : animateur·rice")


def steps(walk: Walk, helene: Person) -> None:
    """Noted on one's page, or of several people at once; a mistake is taken back."""
    helene.follows("A passé Pix")
    helene.presses("Noter")
    helene.sees(f"{INES} a passé Pix", within=".notice")
    helene.follows("Formation")
    helene.presses("Noter")
    helene.sees("Écrivez l’intitulé", within=".errors")
    helene.fills({"Intitulé": "Pix Orga"})
    helene.presses("Noter")
    helene.sees(f"{INES} a suivi une formation : Pix Orga", within=".notice")
    helene.follows("Annuler…")
    walk.check(helene)
    helene.fills({"Motif": "une autre personne"})
    helene.presses("Annuler", within="#form")
    helene.sees("annulé :", within=".notice")
    helene.follows("Désigner référent·e")
    helene.fills({"Pour": "Mortagne"})
    helene.presses("Désigner", within="#form")
    helene.sees(f"{INES}, référent·e Pix, site de Mortagne", within=".notice")
    helene.goes("/equipe")
    helene.fills({INES: True, "Nadia Benali": True, "Intitulé": "Réunion d’équipe"}, within="main form")
    helene.presses("Noter")
    helene.sees("Noté pour 2 personnes.", within=".notice")


def away(walk: Walk, today: date) -> None:
    """Nadia is away and Paul sees to her dossiers, in both names; then she is not away after all."""
    nadia, paul = walk.nadia, walk.paul
    nadia.goes("/equipe")
    nadia.follows("Déclarer mon absence")
    walk.check(nadia)
    days = {"Premier jour": today.isoformat(), "Dernier jour": (today + timedelta(days=4)).isoformat()}
    nadia.fills({**days, "Suppléance": "Paul Rey"})
    nadia.presses("Enregistrer l’absence")
    nadia.sees("suppléance : Paul Rey", within=".notice")
    paul.goes_to_queue()
    paul.sees("pour Nadia Benali")
    paul.sees("en suppléance de Nadia Benali", within="header")
    walk.check(paul)
    paul.row("pour Nadia Benali").first.locator(".item-who a").click()
    paul.opens("Ajouter une note")
    paul.saves("Note : vu à sa place", {"Note": "vu à sa place"})
    paul.sees("Paul Rey pour Nadia Benali")
    nadia.follows("Changer")
    nadia.fills({"Dernier jour": (today + timedelta(days=2)).isoformat()})
    nadia.presses("Enregistrer l’absence")
    nadia.sees("suppléance : Paul Rey", within=".notice")
    nadia.presses("Annuler l’absence")
    nadia.sees("absence de Nadia Benali annulée", within=".notice")
    paul.goes_to_queue()
    paul.sees_no("pour Nadia Benali")
    several(walk, nadia, today)


def several(walk: Walk, nadia: Person, today: date) -> None:
    """Two rows rest until a day, in one go, and are woken in one press."""
    nadia.goes_to_queue()
    boxes = nadia.page.locator(".queue .pick-box input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(nadia.page.locator("[data-picked]")).to_have_text("(2)")
    nadia.presses("Mettre en pause")
    walk.check(nadia)
    until = (today + timedelta(days=5)).isoformat()
    nadia.fills({"Jusqu’au": until, "Motif": "en stage"}, within="#batch form")
    nadia.presses("Mettre en pause", within="#batch form")
    nadia.sees("2 lignes enregistrées", within=".notice")
    nadia.presses("Tout annuler")
    nadia.sees("Annulé pour", within=".notice")
    expect(nadia.page.locator(".queue .pick-box input").first).to_be_visible()


def handed_over(walk: Walk, helene: Person, today: date) -> None:
    """Nadia's portfolio goes to Inès until a day, comes back, goes again, and comes back for good."""
    helene.goes("/equipe")
    helene.follows("Nadia Benali")
    helene.follows("Confier le portefeuille")
    walk.check(helene)
    helene.presses("Voir la répartition")
    helene.sees("Choisissez au moins une personne", within=".errors")
    until = (today + timedelta(days=10)).isoformat()
    helene.fills({INES: True, "Jusqu’à un jour": True, "Dernier jour": until}, within="main form")
    helene.presses("Voir la répartition")
    helene.sees("rien n’est encore enregistré", "Ce que chaque personne suivrait")
    walk.check(helene)
    helene.presses("Confier les")
    helene.sees("dossiers confiés jusqu’au", INES)
    walk.check(helene)
    given_back(walk)
    helene.page.keyboard.press("z")
    helene.sees("suivi par Nadia Benali")


def given_back(walk: Walk) -> None:
    """Nadia takes her portfolio back before its day, then leaves it there after all."""
    nadia = walk.nadia
    nadia.goes_to_queue()
    nadia.presses("Reprendre", within=".loans")
    nadia.sees("Enregistré", within=".notice")
    nadia.sees_no("Confiés pour un temps")
    walk.check(nadia)
    nadia.presses("Annuler", within=".notice")
    nadia.sees(f"confiés à {INES}", within=".loans")


def leaves(walk: Walk, helene: Person, today: date) -> None:
    helene.goes("/equipe")
    helene.follows(INES)
    helene.follows("Noter un départ")
    walk.check(helene)
    helene.fills({"Dernier jour": today.isoformat()})
    helene.presses("Enregistrer le départ")
    helene.sees(f"{INES} quitte l’équipe", within=".notice")
    helene.presses("Annuler le départ")
    helene.sees(f"{INES} est de nouveau dans l’équipe", within=".notice")
