"""The chapters of those who look: the manager, the auditor who replays, the administrator, an advisor who searches."""

from tests.browser.person import Person
from tests.browser.walk import Walk
from tests.open_data.samples import mediation


def everyone_looks(walk: Walk) -> None:
    """The rest of the team opens their first page."""
    manager, auditor, administrator = map(walk.arrives, ("Hélène Morin", "Claire Vasseur", "Yann Le Goff"))
    manager.sees("Ma boîte", "En attente depuis longtemps")
    walk.check(manager)
    manager.goes("/qui")
    walk.check(manager)
    search(walk, walk.paul)
    partners(walk)
    administrator.sees("Protocole et grille")
    assert administrator.page.locator(".rail a").all_inner_texts() == ["Équipe", "Protocole et grille"]
    walk.check(administrator)
    auditor.sees("Rejouer", "Fatoumata SOW")
    walk.check(auditor)
    auditor.page.get_by_role("link", name="Fatoumata SOW").click()
    auditor.sees("Fatoumata SOW", "Le dossier tel qu’il se lisait")
    replay(walk, auditor)


def partners(walk: Walk) -> None:
    """A partner is suggested, listed from Ma boîte, and means the free name of a referral; the map shows it."""
    nadia, sophie = walk.nadia, walk.sophie
    nadia.goes("/partenaires/nouveau")
    nadia.fills({"Nom": "GRETA", "Commune": "L’Aigle", "Code postal": "61300"}, within="main")
    nadia.presses("Proposer")
    nadia.sees("Partenaire proposé")
    sophie.goes("/boite?pile=review-partner")
    walk.check(sophie)
    sophie.presses("Inscrire")
    sophie.sees("Partenaire inscrit", "Cette pile est vide.")
    sophie.goes("/partenaires/noms")
    walk.check(sophie)
    sophie.presses("C’est lui : GRETA de l’Orne")
    sophie.sees("Nom rattaché")
    sophie.goes("/partenaires")
    walk.check(sophie)
    sophie.follows("GRETA")
    sophie.sees("Orientations reçues", "Fatoumata SOW", "Terminée")
    walk.check(sophie)
    contact(walk, sophie)
    places(walk)


def contact(walk: Walk, sophie: Person) -> None:
    """Somebody to call is noted on the partner's page, then erased at their request."""
    sophie.opens("Noter une personne", within="main")
    walk.check(sophie)
    sophie.saves("Lise Marchand", {"Nom": "Lise Marchand", "Téléphone direct": "02 33 84 00 00"})
    sophie.opens("Injoignable : Lise Marchand", within="main")
    walk.check(sophie)
    sophie.opens("Effacer Lise Marchand", within="main")
    walk.check(sophie)
    sophie.saves("effacée", {"elle le demande": True}, button="Effacer pour toujours")
    sophie.sees("Personne n’est noté")


def places(walk: Walk) -> None:
    """A file of places is previewed and recorded; the search finds one of them."""
    sophie, file = walk.sophie, walk.folder / "lieux.csv"
    file.write_bytes(mediation({"nom": "Tiers-lieu du Perche"}))
    sophie.goes("/partenaires/import")
    walk.check(sophie)
    sophie.page.locator("input[type=file]").set_input_files(file)
    sophie.sees("Aperçu des lieux", "1 nouveau lieu")
    walk.check(sophie)
    sophie.presses("Enregistrer")
    sophie.sees("1 partenaire inscrit")
    sophie.goes("/partenaires")
    sophie.fills({"Nom ou commune": "tiers"}, within="main")
    sophie.presses("Chercher")
    sophie.sees("1 partenaire", "Tiers-lieu du Perche")


def search(walk: Walk, paul: Person) -> None:
    """Accents and typing mistakes forgiven; each finds their own dossiers only."""
    paul.goes("/dossiers")
    paul.sees("MARTIN Lucas")
    paul.sees_no("BONO")
    walk.check(paul)
    for typed, told in (
        ("eloise", "2 dossiers pour « eloise »"),
        ("Martim", "Noms proches"),
        ("Bono", "aucun dossier"),
    ):
        paul.page.locator("#search").fill(typed)
        paul.page.locator("#search").press("Enter")
        paul.sees(told)
        walk.check(paul)


def replay(walk: Walk, auditor: Person) -> None:
    """The arrows of the keyboard, the links and the slider lead to the same places."""
    page = auditor.page
    count = int(page.locator("#version").get_attribute("max") or 0)
    assert count >= 30
    walk.check(auditor)
    page.keyboard.press("ArrowLeft")
    auditor.sees(f"Fait {count - 1} sur {count}")
    page.get_by_role("link", name="Fait précédent").click()
    auditor.sees(f"Fait {count - 2} sur {count}")
    slider = page.locator("#version")
    slider.focus()
    slider.press("Home")
    auditor.sees(f"Fait 1 sur {count}", "Dossier ouvert")
    page.get_by_role("link", name="Fait suivant").click()
    auditor.sees(f"Fait 2 sur {count}")
