"""The chapters of the results: in trouble, to an interview and tutorials; at ease, to the certification and the CV."""

from datetime import UTC, date, datetime

from playwright.sync_api import expect

from tests.browser.pyrenees_house import (
    COMPLETE,
    FIRST,
    INITIAL,
    LINA_COMPLETE,
    MARC,
    PHILIPPE,
    PROFILES,
    profile,
    results,
)
from tests.browser.pyrenees_walk import Walk
from tests.browser.pyrenees_workshop import signed

USES = {INITIAL: "Diagnostic initial", COMPLETE: "Diagnostic complet", PROFILES: "Profil de compétences"}
TUTORIALS = "Pix : rechercher et trier"
SESSION = date(2026, 5, 12)


def declared(walk: Walk) -> None:
    """Once each, before anybody takes a test."""
    sandrine = walk.sandrine
    for campaign, use in USES.items():
        sandrine.goes("/resultats")
        sandrine.follows("Déclarer une campagne")
        sandrine.fills({"Nom": campaign.name, "Code": campaign.code or "", use: True}, within="main form")
        sandrine.presses("Déclarer")
        sandrine.sees(f"Campagne déclarée : {campaign.name}", within=".notice")


def received(walk: Walk) -> None:
    """The results go straight to the advisor: the référente has nothing to send."""
    sandrine, marc = walk.sandrine, walk.marc
    walk.day(date(2026, 3, 20))
    walk.imports(results(walk.folder, INITIAL, FIRST, datetime(2026, 3, 20, 7, tzinfo=UTC)), "4 nouvelles")
    sandrine.sees("4 rapprochées d’elles-mêmes", within=".notice")
    sandrine.sees("À transmettre · 0", "Ici, les résultats arrivent d’eux-mêmes aux conseiller·ères")
    marc.goes_to_queue()
    for name, score in (("ABADIE Enzo", "55 %"), ("BORDES Lina", "90 %"), ("CAZENAVE Théo", "30 %")):
        expect(marc.row(name, "Tenir la restitution")).to_contain_text(f"résultat reçu le 20 mars · {score}")
    expect(marc.row("CAZENAVE Théo", "Tenir la restitution")).to_contain_text("difficulté à explorer")
    signed(walk, "/ateliers?quand=past")


def in_trouble(walk: Walk) -> None:
    """One interview explains the score, finds the cause and gives tutorials; how they went is asked later."""
    marc = walk.marc
    walk.day(date(2026, 3, 23))
    marc.goes_to_queue()
    marc.starts("CAZENAVE Théo", "Tenir la restitution")
    marc.sees("Une difficulté a été signalée à l’atelier du 12 mars", within="#form")
    walk.check(marc)
    said: dict[str, str | bool] = {"numérique et compréhension": True, "Tutoriels": TUTORIALS}
    marc.saves("Restitution tenue de vive voix", said)
    told = ("Difficulté explorée : numérique et compréhension", f"Tutoriels Pix à suivre : {TUTORIALS}")
    marc.sees(*told, within=".notice")
    walk.check(marc)
    marc.sees(f"suivre les tutoriels ({TUTORIALS}) à partir du 14 avril", within=".coming")


def followed(walk: Walk) -> None:
    """Fifteen working days later."""
    marc = walk.marc
    walk.day(date(2026, 4, 14))
    marc.goes_to_queue()
    marc.starts("CAZENAVE Théo", "Suivre les tutoriels")
    marc.sees(TUTORIALS, within="#form")
    walk.check(marc)
    marc.saves("Tutoriels Pix : terminés", {"terminés": True})
    marc.goes_to_queue()
    expect(marc.row("CAZENAVE Théo", "Suivre les tutoriels")).to_have_count(0)


def at_ease(walk: Walk) -> None:
    """The complete path, owed since the workshop until the collective period ends, is taken; its profile certifies."""
    marc = walk.marc
    marc.goes_to_queue()
    row = marc.row("BORDES Lina", "Faire passer le diagnostic complet")
    expect(row).to_contain_text("à l’aise à l’atelier du 12 mars · période collective jusqu’au 30 juin")
    walk.imports(results(walk.folder, COMPLETE, [LINA_COMPLETE], datetime(2026, 4, 14, 7, tzinfo=UTC)), "1 nouvelle")
    marc.goes_to_queue()
    expect(row).to_have_count(0)
    expect(marc.row("BORDES Lina", "Proposer la certification")).to_have_count(0)
    walk.day(date(2026, 4, 15))
    walk.imports(profile(walk.folder, datetime(2026, 4, 15, 7, tzinfo=UTC)))
    marc.goes_to_queue()
    expect(marc.row("BORDES Lina", "Proposer la certification")).to_contain_text("certifiable")


def certified(walk: Walk) -> None:
    """Proposed for the project, registered, taken, obtained; then on the CV."""
    marc, suite = walk.marc, "#suite"
    walk.day(date(2026, 4, 24))
    marc.goes_to_queue()
    marc.starts("BORDES Lina", "Proposer la certification")
    marc.sees("Projet : Animation", within="#form")
    walk.check(marc)
    marc.saves("Certification proposée", button="Noter la proposition")
    marc.opens("Inscrire", within=suite)
    said: dict[str, str | bool] = {"Jour de la session": SESSION.isoformat(), "Lieu": "Lycée de Tarbes"}
    marc.saves("Inscription à la certification : mardi 12 mai, Lycée de Tarbes", said)
    walk.day(SESSION)
    marc.opens("Noter comme passée", within=suite)
    marc.saves("Certification passée", button="Noter comme passée")
    walk.day(date(2026, 5, 20))
    marc.opens("Noter l’issue", within=suite)
    walk.check(marc)
    marc.saves("Certification obtenue : Indépendant 1", {"obtenue": True, "Niveau": "Indépendant 1"})
    marc.opens("Noter", within=suite)
    marc.saves("Résultat valorisé sur le CV", button="Noter")
    marc.sees("obtenue le 20 mai", "résultat valorisé le 20 mai", within=suite)
    walk.check(marc)


def watched(walk: Walk) -> None:
    """The direction sees the late tasks of the group's advisor."""
    philippe = walk.arrives(PHILIPPE)
    philippe.sees("En attente depuis longtemps")
    expect(philippe.row("ABADIE Enzo", "Tenir la restitution")).to_contain_text(MARC)
