"""The chapters of who is hors CEJ: a need, a project, the test at home, a grid and a wish, a partner, and again."""

from datetime import UTC, date, datetime

from playwright.sync_api import expect

from tests.browser.person import labelled
from tests.browser.pyrenees_house import ADAM_AGAIN, ANNE, FIRST, INITIAL, results
from tests.browser.pyrenees_walk import Walk

ACTION = "Formation généraliste au numérique"


def concerned(walk: Walk) -> None:
    """Nothing is owed until the advisor judges a need; then Pix is presented with the project, for a test at home."""
    lucie = walk.lucie
    walk.day(date(2026, 3, 3))
    lucie.finds("mendez")
    lucie.sees("Rien aujourd’hui", within=".now")
    lucie.opens("Dire si Pix concerne ce jeune")
    walk.check(lucie)
    lucie.saves("Besoin reconnu", {"oui": True})
    lucie.opens("Dire le projet professionnel")
    lucie.saves("Projet : préparateur de commandes", {"Projet": "préparateur de commandes"})
    lucie.goes_to_queue()
    lucie.starts("MENDEZ Adam", "Présenter Pix")
    lucie.saves("Pix présenté au cours de l’accompagnement", {"au cours de l’accompagnement": True})
    lucie.goes_to_queue()
    lucie.starts("MENDEZ Adam", "Prévoir le diagnostic")
    assert not labelled(lucie.page.locator("#form"), "au café numérique").count(), "the protocol does not offer it"
    lucie.saves("à la maison", {"À partir du": "2026-03-09", "à la maison": True, "Lieu": ""})
    lucie.sees("relancer le test à partir du 30 mars", within=".coming")


def prescribed(walk: Walk) -> None:
    """The interview, then the grid proposes, the young person wishes, the advisor decides."""
    lucie = walk.lucie
    walk.day(date(2026, 3, 23))
    lucie.goes_to_queue()
    lucie.starts("MENDEZ Adam", "Tenir la restitution")
    lucie.saves("Restitution tenue de vive voix")
    lucie.goes_to_queue()
    lucie.starts("MENDEZ Adam", "Construire la prescription")
    lucie.sees("55 % : dans 41-70", within="#form")
    lucie.saves("Prescription construite sur 55 %", {ACTION: True, "Souhait du jeune": "un groupe, le matin"})
    lucie.sees("un groupe, le matin", within="#prescription")


def oriented(walk: Walk) -> None:
    """Referred, answered, started."""
    lucie, its = walk.lucie, f"#prescription .entry:has-text('{ACTION}')"
    lucie.goes_to_queue()
    lucie.starts("MENDEZ Adam", "Orienter")
    lucie.saves("Orientation vers GRETA de Tarbes", {"Partenaire": "GRETA de Tarbes"})
    walk.day(date(2026, 3, 30))
    lucie.opens("Réponse", within=its)
    lucie.saves("GRETA de Tarbes accepte", {"accepte": True})
    walk.day(date(2026, 4, 7))
    lucie.opens("Démarrer", within=its)
    lucie.saves("Action commencée", {"Fin prévue": "2026-04-24"})


def done(walk: Walk) -> None:
    lucie = walk.lucie
    walk.day(date(2026, 4, 24))
    lucie.goes_to_queue()
    lucie.starts("MENDEZ Adam", "Noter l’issue")
    lucie.saves(f"Action terminée : {ACTION}", {"terminée": True})
    lucie.sees(f"prévoir un nouveau passage ({ACTION}) à partir du 24 juillet", within=".coming")


def taken_again(walk: Walk) -> None:
    """Sixty working days later the test is taken again, and the dossier says what the action brought."""
    lucie = walk.lucie
    walk.day(date(2026, 7, 24))
    lucie.goes_to_queue()
    lucie.starts("MENDEZ Adam", "Prévoir un nouveau passage")
    walk.check(lucie)
    lucie.saves("Nouveau passage prévu à partir du 27 juillet", {"À partir du": "2026-07-27"})
    walk.day(date(2026, 7, 28))
    at = datetime(2026, 7, 28, 7, tzinfo=UTC)
    walk.imports(results(walk.folder, INITIAL, [*FIRST, ADAM_AGAIN], at), "1 nouvelle")
    lucie.goes_to_queue()
    expect(lucie.row("MENDEZ Adam", "Prévoir un nouveau passage")).to_have_count(0)
    expect(lucie.row("MENDEZ Adam", "Tenir la restitution")).to_contain_text("résultat reçu le 28 juillet · 70 %")
    lucie.row("MENDEZ Adam").get_by_role("link", name="MENDEZ Adam").first.click()
    lucie.sees("70 %", "2e participation", "+ 15 points depuis 55 %", within="#resultat")
    lucie.sees("passé le 27 juil.", within="#suite")
    walk.check(lucie)


def replayed(walk: Walk) -> None:
    """The auditor goes back to the evening of the day the need was judged, and a fact before and after."""
    anne = walk.arrives(ANNE)
    anne.sees("Rejouer")
    anne.page.get_by_role("link", name="Adam MENDEZ").click()
    count = int(anne.page.locator("#version").get_attribute("max") or 0)
    anne.sees(f"Fait {count} sur {count}", "Résultat reçu : 70 %")
    anne.page.get_by_text("Aller au…").click()
    anne.fills({"Jour": "2026-03-03", "Heure": "23:00"}, within=".go-to")
    anne.page.locator(".go-to").get_by_role("button", name="Aller").click()
    anne.sees("Au 3 mars 2026", "Relancer le test")
    walk.check(anne)
    anne.page.get_by_role("link", name="Fait précédent").click()
    anne.sees("Pix présenté au cours de l’accompagnement", within=".fact-said")
    anne.page.get_by_role("link", name="Fait suivant").click()
    anne.sees("Diagnostic prévu à partir du 9 mars", within=".fact-said")
