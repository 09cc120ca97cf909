"""The advisors' chapters: one young person from the first welcome to the end of a parcours, and others beside."""

from datetime import date

from playwright.sync_api import expect

from tests.browser.person import Person, labelled
from tests.browser.walk import Walk

CHASED = date(2026, 4, 2)
"""15 working days after 12 March."""


def until_the_test(walk: Walk) -> None:
    """Pix is presented, the diagnostic planned and planned again, the young person chased; another one declines."""
    walk.day(date(2026, 3, 10))
    present(walk)
    plan(walk)
    another_declines(walk)
    walk.day(CHASED)
    walk.nadia.goes_to_queue()
    walk.nadia.starts("SOW Fatou", "Relancer le test")
    walk.check(walk.nadia)
    walk.nadia.saves("Relance par SMS pour le test, sans réponse", {"Comment": "par SMS", "non": True})
    walk.nadia.goes_to_queue()
    expect(walk.nadia.row("SOW Fatou")).to_have_count(0)


def present(walk: Walk) -> None:
    """Said, taken back at once with Annuler, said again."""
    nadia = walk.nadia
    nadia.goes_to_queue()
    walk.check(nadia)
    nadia.starts("SOW Fatou", "Présenter Pix")
    walk.check(nadia)
    nadia.saves("Enregistré pour Fatou Sow : Pix présenté au premier accueil", {"au premier accueil": True})
    nadia.presses("Annuler", within=".notice")
    nadia.sees("Pix présenté au premier accueil — annulé aussitôt", within="#historique")
    nadia.goes_to_queue()
    nadia.starts("SOW Fatou", "Présenter Pix")
    nadia.saves("Pix présenté au cours de l’accompagnement", {"au cours de l’accompagnement": True})


def plan(walk: Walk) -> None:
    """At the office, then at home after all; and the fiche to print."""
    nadia = walk.nadia
    nadia.goes_to_queue()
    nadia.starts("SOW Fatou", "Prévoir le diagnostic")
    nadia.saves("Diagnostic prévu à partir du 10 mars", {"À partir du": "2026-03-10", "au bureau": True})
    nadia.opens("Prévoir à nouveau le diagnostic")
    walk.check(nadia)
    nadia.saves("à la maison", {"À partir du": "2026-03-12", "à la maison": True, "Lieu": ""})
    nadia.sees("relancer le test à partir du 2 avril", within=".coming")
    nadia.page.get_by_role("link", name="Fiche du diagnostic").click()
    nadia.sees("Votre diagnostic numérique Pix", "VWXKTR738", "jeudi 12 mars 2026")
    link = nadia.page.get_by_role("link", name="app.pix.fr/campagnes/VWXKTR738")
    expect(link).to_have_attribute("href", "https://app.pix.fr/campagnes/VWXKTR738")
    assert nadia.page.get_by_alt_text("QR code").evaluate("image => image.naturalWidth") > 0
    walk.check(nadia)


def another_declines(walk: Walk) -> None:
    """Followed by nobody until the référente says by whom; he does not want the test."""
    walk.sophie.goes_to_queue()
    walk.sophie.page.get_by_role("link", name="1 dossier à affecter").first.click()
    walk.sophie.sees("Hugo", "sans conseiller·ère")
    walk.check(walk.sophie)
    walk.sophie.page.get_by_role("link", name="PETIT Hugo").click()
    walk.sophie.opens("Affecter")
    walk.sophie.saves("Dossier affecté à Paul Rey", {"Conseiller·ère": "Paul Rey"})
    walk.paul.finds("petit hugo")
    walk.paul.opens("Diagnostic décliné")
    walk.paul.saves("Diagnostic décliné : pas pour l’instant", {"Motif": "pas pour l’instant"})
    walk.paul.goes_to_queue()
    expect(walk.paul.row("PETIT Hugo")).to_have_count(0)


def from_the_result_on(walk: Walk) -> None:
    """The debrief after an appointment missed, the prescription, a partner who refuses and one who accepts, the end."""
    meet(walk)
    prescribe(walk)
    refer(walk)
    put_right(walk)
    hand_on(walk)


def meet(walk: Walk) -> None:
    nadia = walk.nadia
    walk.day(date(2026, 4, 8))
    nadia.goes_to_queue()
    row = nadia.row("SOW Fatou", "Tenir la restitution")
    row.get_by_label("Autres actions").click()
    row.get_by_role("link", name="Fixer un rendez-vous").click()
    walk.check(nadia)
    nadia.saves("Rendez-vous fixé le vendredi 10 avril", {"Jour": "2026-04-10", "Heure": "14:00", "Lieu": "Mortagne"})
    nadia.goes_to_queue()
    expect(row).to_contain_text("ven. 10, 14:00")
    expect(row).to_contain_text("rendez-vous fixé, Mortagne")
    walk.day(date(2026, 4, 10), hour=13)
    nadia.goes_to_queue()
    row.get_by_role("link", name="SOW Fatou").first.click()
    nadia.opens("Absent·e")
    nadia.saves("Rendez-vous manqué : tenir la restitution", {"Note": "le car n’est pas passé"})
    nadia.goes_to_queue()
    nadia.starts("SOW Fatou", "Tenir la restitution")
    walk.check(nadia)
    nadia.saves(
        "Restitution tenue de vive voix : à l’aise sur son téléphone",
        {"Ce qui s’est dit": "à l’aise sur son téléphone"},
    )


def prescribe(walk: Walk) -> None:
    nadia = walk.nadia
    nadia.goes_to_queue()
    nadia.starts("SOW Fatou", "Construire la prescription")
    nadia.sees("35 % : dans 0-40", within="#form")
    walk.check(nadia)
    decided: dict[str, str | bool] = {"Plongée dans le numérique": True, "Café numérique": True}
    decided |= {"Autre action": "Permis de conduire : code en ligne", "Souhait du jeune": "être à l’aise en caisse"}
    nadia.fills({**decided, "Projet professionnel": "vente en boutique"})
    nadia.page.locator("#form").get_by_role("button", name="Enregistrer").click()
    nadia.sees("Dites pourquoi", within=".errors")
    nadia.saves("Prescription construite sur 35 %, grille n° 1", {"Raison": "le code se révise en ligne"})
    nadia.sees("être à l’aise en caisse", "le code se révise en ligne", within="#prescription")
    assert nadia.texts("#prescription .decided .left") == [
        "Illettrisme à vérifier conseiller·ère seulement laissé",
        "CAP LEC laissé",
        "CAP Digital laissé",
        "Ateliers en EPN ou fablab laissé",
    ]
    walk.check(nadia)
    copied(nadia)


def copied(nadia: Person) -> None:
    """Copies the text for i-Milo: one press puts it in the clipboard."""
    nadia.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    nadia.presses("Copier le texte")
    nadia.sees("Texte copié.", within="#toasts")
    text = nadia.page.evaluate("navigator.clipboard.readText()")
    assert text == nadia.page.locator("pre.copy").first.text_content()
    assert "Fatou SOW" in text or "35" in text


def refer(walk: Walk) -> None:
    """Refused, referred elsewhere, accepted, started, ended; another action is dropped."""
    nadia = walk.nadia
    nadia.goes_to_queue()
    nadia.starts("Plongée dans le numérique", "Orienter")
    expect(labelled(nadia.page.locator("#form"), "Partenaire")).to_have_value("viaformation")
    walk.check(nadia)
    nadia.saves("Orientation vers viaformation : Plongée dans le numérique")
    walk.day(date(2026, 4, 13))
    nadia.opens("Réponse")
    nadia.saves("Viaformation refuse (Plongée dans le numérique) : complet", {"refuse": True, "Motif": "complet"})
    nadia.goes_to_queue()
    nadia.starts("refus de viaformation", "Proposer une autre orientation")
    said: dict[str, str | bool] = {"Partenaire": "GRETA de l’Orne", "Début": "2026-04-14", "Fin prévue": "2026-04-30"}
    nadia.saves("Orientation vers GRETA de l’Orne", said)
    nadia.opens("Réponse")
    nadia.saves("GRETA de l’Orne accepte", {"accepte": True})
    walk.day(date(2026, 4, 14))
    nadia.opens("Démarrer", within=action("Plongée"))
    nadia.saves("Action commencée : Plongée dans le numérique", {"Fin prévue": "2026-04-29"})
    nadia.opens("Écarter l’action", within=action("Permis"))
    nadia.saves("Action écartée : Permis de conduire", {"Motif": "payé par ses parents"})
    walk.day(date(2026, 4, 29))
    nadia.goes_to_queue()
    nadia.starts("SOW Fatou", "Noter l’issue")
    nadia.saves("Action terminée : Plongée dans le numérique", {"terminée": True})


def action(label: str) -> str:
    return f"#prescription .entry:has-text('{label}')"


def put_right(walk: Walk) -> None:
    """A note, one of another day; what was wrong is corrected; a fact is taken back after its preview was read."""
    nadia = walk.nadia
    nadia.opens("Ajouter une note")
    nadia.saves("Note : a son permis", {"Note": "a son permis"})
    nadia.opens("Ajouter une note")
    nadia.saves("Note : vue au forum", {"Note": "vue au forum", "Quand": "2026-04-20"})
    nadia.sees("20 avril 2026, noté le 29 avril 2026", within="#historique")
    nadia.opens("Corriger l’identité")
    nadia.saves("prénom Fatou → Fatoumata", {"Prénom": "Fatoumata"})
    nadia.opens("Corriger les coordonnées")
    nadia.saves("Coordonnées corrigées", {"Téléphone": "06 11 22 33 44", "Courriel": "fatoumata@example.org"})
    nadia.opens("Dire le projet professionnel")
    nadia.saves("Projet : gérer une boutique", {"Projet": "gérer une boutique"})
    nadia.opens("Dire la commune")
    nadia.saves("Commune : L’Aigle 61300", {"Commune": "l'aigle"})
    nadia.opens("Changer de programme")
    said: dict[str, str | bool] = {"Programme": "CEJ", "Groupe": "mai", "Fin de la période collective": "2026-09-30"}
    nadia.saves("Programme : CEJ, groupe mai", said)
    dropped = nadia.page.locator("#historique li").filter(has_text="Action écartée")
    dropped.get_by_role("link", name="Annuler…").click()
    nadia.sees("1 ligne annulée", "Redevient à faire", "Orienter", within="#form")
    walk.check(nadia)
    nadia.saves("Annulé : Action écartée", {"Motif": "il reste à payer"}, button="Annuler cette ligne")
    nadia.sees("— annulé : il reste à payer (Nadia Benali", within="#historique")


def hand_on(walk: Walk) -> None:
    """Another advisor follows the young person, and closes the dossier."""
    walk.day(date(2026, 5, 4))
    walk.sophie.finds("fatoumata")
    walk.sophie.opens("Affecter à quelqu’un d’autre")
    walk.sophie.saves("Dossier affecté à Paul Rey", {"Conseiller·ère": "Paul Rey"})
    walk.nadia.goes_to_queue()
    expect(walk.nadia.row("SOW Fatoumata")).to_have_count(0)
    walk.paul.goes_to_queue()
    expect(walk.paul.row("SOW Fatoumata", "Orienter")).to_have_count(2)
    walk.paul.row("SOW Fatoumata").first.get_by_role("link", name="SOW Fatoumata").first.click()
    walk.paul.opens("Clore le dossier")
    walk.paul.saves("Dossier clos : en emploi", {"en emploi": True}, button="Clore le dossier")
    walk.paul.goes_to_queue()
    expect(walk.paul.row("SOW Fatoumata")).to_have_count(0)
