"""The référente's chapters: exports come in, whose they are, whom they go to, and what was wrong put right."""

from datetime import UTC, date, datetime

from playwright.sync_api import Locator, expect

from tests.browser.exports import EARLY
from tests.browser.person import Person
from tests.browser.walk import Walk

FIRST_EXPORT = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
CHAT = 'D\'Ornano; dit "Le Chat"'
THREE_PARTS = (".stepper", ".now", "#resultat", "#prescription")
"""Of a dossier's page: where it stands, what is to do, and the card of the result with what follows from it."""


def first_export(walk: Walk) -> None:
    """An undeclared campaign comes in; declared, five of its eight participations find their dossier alone."""
    walk.day(date(2026, 3, 9))
    walk.sophie.goes_to_queue()
    walk.sophie.sees("1 dossier à affecter")
    walk.check(walk.sophie)
    preview(walk)
    declare(walk)
    match_by_hand(walk)
    wrong_namesake(walk)
    dispatch(walk)


def preview(walk: Walk) -> None:
    sophie, before = walk.sophie, walk.house.head
    sophie.goes("/resultats")
    sophie.sees("Aucun export enregistré")
    walk.check(sophie)
    export = walk.export(EARLY, FIRST_EXPORT)
    broken = export.with_name("abimé.csv")
    broken.write_bytes(export.read_bytes().replace(b'"Oui"', b'"Peut-\xc3\xaatre"', 1))
    sophie.uploads(broken)
    sophie.sees("Ce fichier ne peut pas être importé", "devrait être Oui ou Non")
    walk.check(sophie)
    sophie.uploads(export)
    sophie.sees("Aperçu de l’import", "rien n’est encore enregistré", "8 participations de 7 personnes")
    sophie.sees("5 résultats partagés", "pas encore déclarée", "9 mars 2026, 08:30")
    assert sophie.texts(".figures li") == ["8 nouvelles", "0 avancée", "0 partagée", "0 inchangée", "0 disparue"]
    assert [row.split(" ", 1)[1] for row in sophie.texts("tbody tr")] == [
        "Haddad Inès 12-701 nouvelle résultat 70 %",
        "=Bono @Jean 0012702 nouvelle résultat 40 %",
        "Keita Awa 12703 nouvelle 55 % du test, non partagé",
        "Keita Awa 12703 nouvelle résultat 40 %",
        f"{CHAT} Éloïse +33612345678 nouvelle résultat 100 %",
        "Lefort Noé nouvelle résultat 0 %",
        "Martin Lucas 12705 nouvelle test terminé, non partagé",
        "NKOM Marie Emmanuel 12706 nouvelle 5 % du test, non partagé",
    ]
    walk.check(sophie)
    assert walk.house.head == before
    sophie.presses("Enregistrer")
    sophie.sees("Export enregistré : 8 nouvelles, 1 anomalie", within=".notice")
    sophie.sees("Campagne à déclarer", "8 participations attendent", "À rapprocher · 0")
    walk.check(sophie)
    sophie.page.go_back()
    sophie.sees("Ce fichier n’attend plus")
    walk.check(sophie)


def declare(walk: Walk) -> None:
    sophie = walk.sophie
    sophie.goes_to_queue()
    sophie.page.get_by_role("link", name="1 campagne à déclarer").first.click()
    sophie.sees("Déclarer une campagne", "8 participations attendent")
    walk.check(sophie)
    sophie.fills({"Diagnostic initial": True}, within="main form")
    sophie.presses("Déclarer")
    sophie.sees("Campagne déclarée", "5 participations rapprochées d’elles-mêmes", within=".notice")
    sophie.sees("À rapprocher · 3", "Rapprochées récemment · 5", "« +33612345678 »")
    sophie.sees("12707", "12708", within="#a-rapprocher")
    walk.check(sophie)
    sophie.page.get_by_text("Rapprochées récemment").click()
    assert sorted(sophie.texts("#rapprochees .entry > p:first-child")) == [
        "=Bono @Jean Jean BONO",
        "Keita Awa Awa KEITA",
        "Keita Awa Awa KEITA",
        "Martin Lucas Lucas MARTIN",
        "NKOM Marie Emmanuel Emmanuel Marie NKOM",
    ]


def match_by_hand(walk: Walk) -> None:
    """One is nobody's yet, one waits for a dossier opened meanwhile: rejected, new, set aside and back, all sure."""
    sophie, nadia = walk.sophie, walk.nadia
    card(sophie, CHAT).get_by_role("button", name="ce n’est pas cette personne").click()
    sophie.sees("n’est pas Éloïse ORNANO", within=".notice")
    card(sophie, CHAT).get_by_role("link", name="Nouveau dossier").click()
    sophie.fills({"Nom": "D'Ornano", "Site": "Mortagne"}, within=".open-form")
    sophie.presses("Ouvrir le dossier et rapprocher")
    sophie.sees("À rapprocher · 2")

    card(sophie, "Haddad").get_by_role("link", name="Mettre de côté").click()
    sophie.fills({"Pourquoi la mettre de côté ?": "inconnue ici"}, within=".open-form")
    sophie.presses("Mettre de côté", within=".open-form")
    sophie.sees("mise de côté : inconnue ici", within=".notice")
    sophie.sees("À rapprocher · 1", "Mises de côté · 1")

    nadia.goes("/dossiers")
    nadia.page.get_by_role("link", name="Ouvrir un dossier").click()
    walk.check(nadia)
    nadia.fills({"Nom": "Haddad", "Prénom": "Inès", "N° i-Milo": "12-701", "Site": "Mortagne", "Suivi par": nadia.name})
    nadia.presses("Ouvrir le dossier", within="#form")
    nadia.sees("Dossier ouvert, site de Mortagne", within=".notice")

    sophie.presses("Remettre à rapprocher")
    sophie.page.get_by_text("Confirmer 1 sûr…").click()
    sophie.presses("Confirmer ce rapprochement")
    sophie.sees("c’est Inès Haddad", within=".notice")


def wrong_namesake(walk: Walk) -> None:
    """A match is confirmed on the wrong namesake and two facts follow; it is taken back with all that followed."""
    sophie, nadia = walk.sophie, walk.nadia
    nadia.goes_to_queue()
    queue = nadia.texts(".item")
    nadia.row("LEFORT Noé").get_by_role("link", name="LEFORT Noé").first.click()
    nadia.sees("D’abord un résultat partagé")
    wrong, before = nadia.page.url, {part: nadia.texts(part) for part in THREE_PARTS}

    two_facts_follow(sophie, nadia)
    sophie.goes("/resultats")
    sophie.follows("Ce n’est pas Noé LEFORT…")
    sophie.sees(
        "4 lignes annulées", "Restitution tenue", "N’est plus à faire", "Construire la prescription", within="#form"
    )
    walk.check(sophie)
    reason = "homonyme : c’est celui de L’Aigle"
    sophie.saves("Annulé", {"Motif": reason}, button="Annuler le rapprochement")
    assert len(sophie.texts("#historique .struck")) == 4
    retracted = f"Restitution tenue par téléphone — annulé : {reason} (Sophie Lecomte"
    sophie.sees(retracted, within="#historique")

    nadia.goes(wrong)
    assert {part: nadia.texts(part) for part in THREE_PARTS} == before
    nadia.goes_to_queue()
    assert nadia.texts(".item") == queue

    sophie.goes("/resultats")
    expect(card(sophie, "Lefort").locator(".choice-line")).to_have_count(1)
    choice(sophie, "Paul Rey").get_by_role("button", name="C’est cette personne").click()
    sophie.sees("Rien à rapprocher")


def two_facts_follow(sophie: Person, nadia: Person) -> None:
    sophie.goes("/resultats")
    choice(sophie, "Nadia Benali").get_by_role("button", name="C’est cette personne").click()
    sophie.sees("c’est Noé LEFORT", within=".notice")
    sending(sophie, "LEFORT Noé").get_by_role("button", name="Transmettre").click()
    sophie.sees("transmis à Nadia Benali", within=".notice")
    nadia.goes_to_queue()
    nadia.starts("LEFORT Noé", "Tenir la restitution")
    nadia.saves("Restitution tenue par téléphone", {"Comment": "par téléphone"})


def dispatch(walk: Walk) -> None:
    """One to an advisor chosen, who follows the dossier from then on; the others to those who follow them already."""
    sophie = walk.sophie
    sophie.sees("À transmettre · 5")
    walk.check(sophie)
    sending(sophie, "D'Ornano").get_by_role("link", name="À quelqu’un d’autre").click()
    sophie.fills({"À qui ?": "Paul Rey"}, within=".open-form")
    sophie.presses("Transmettre", within=".open-form")
    sophie.sees("transmis à Paul Rey", within=".notice")
    sophie.presses("Transmettre les 4 sûrs")
    sophie.sees("4 résultats transmis : Nadia Benali 2, Paul Rey 2", within=".notice")
    sophie.sees("Rien à transmettre", "Transmis cette semaine · 5")


def card(sophie: Person, name: str) -> Locator:
    """A participation to match."""
    return sophie.page.locator("#a-rapprocher .entry").filter(has_text=name)


def choice(sophie: Person, about: str) -> Locator:
    """A dossier proposed for the participation of Lefort."""
    return card(sophie, "Lefort").locator(".choice-line").filter(has_text=about)


def sending(sophie: Person, name: str) -> Locator:
    """A result to give to an advisor."""
    return sophie.page.locator("#a-transmettre .entry").filter(has_text=name)
