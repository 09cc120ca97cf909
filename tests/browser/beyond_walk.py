"""Steps after workshop and result: difficulty, complete diagnostic, certification, retake."""

from datetime import date

from tests.browser.person import Person
from tests.browser.walk import Walk


def beyond(walk: Walk) -> None:
    walk.day(date(2026, 5, 21))
    difficulty(walk.nadia)
    complete(walk.nadia)
    certification(walk)
    partner_and_retake(walk.paul)
    rests(walk.paul)
    reminded(walk)


def difficulty(nadia: Person) -> None:
    """Its cause is found, tutorials are given and followed."""
    nadia.goes_to_queue()
    nadia.starts("Costa", "Explorer la difficulté")
    nadia.saves("Difficulté explorée : numérique", {"numérique": True, "Tutoriels Pix": "Gérer ses mots"})
    nadia.sees("Tutoriels Pix à suivre : Gérer ses mots", within=".notice")
    nadia.opens("Faire le point", within="#suite")
    nadia.saves("Tutoriels Pix : terminés", {"terminés": True})


def complete(nadia: Person) -> None:
    """Taken by one, who does not want the certification; declined by the other."""
    nadia.goes_to_queue()
    nadia.starts("Durand", "Faire passer le diagnostic complet")
    nadia.saves("Diagnostic complet passé", button="Noter comme passé")
    nadia.opens("Proposer", within="#suite")
    nadia.saves("Certification proposée", button="Noter la proposition")
    nadia.opens("Déclinée", within="#suite")
    nadia.saves("Certification déclinée : plus tard", {"Motif": "plus tard"})
    nadia.goes_to_queue()
    nadia.starts("Elbaz", "Faire passer le diagnostic complet")
    nadia.opens("Décliné")
    nadia.saves("Diagnostic complet décliné : trop long", {"Motif": "trop long"})


def certification(walk: Walk) -> None:
    """Not obtained the first time; and the result on the CV."""
    paul = walk.paul
    paul.finds("12705")
    paul.opens("Proposer", within="#suite")
    paul.saves("Certification proposée — pour la vente", {"Note": "pour la vente"}, button="Noter la proposition")
    paul.opens("Inscrire", within="#suite")
    paul.saves("Inscription à la certification : jeudi 21 mai", {"Jour de la session": "2026-05-21", "Lieu": "GRETA"})
    paul.opens("Noter comme passée", within="#suite")
    paul.saves("Certification passée", button="Noter comme passée")
    paul.opens("Noter l’issue", within="#suite")
    paul.saves("Certification non obtenue", {"non obtenue": True})
    paul.opens("Inscrire à nouveau", within="#suite")
    paul.saves("Inscription à la certification : lundi 8 juin", {"Jour de la session": "2026-06-08"})
    walk.day(date(2026, 6, 8))
    paul.opens("Noter l’issue", within="#suite")
    walk.check(paul)
    paul.saves("Certification obtenue : Indépendant 1", {"obtenue": True, "Niveau": "Indépendant 1"})
    paul.opens("Noter", within="#suite")
    paul.saves("Résultat valorisé sur le CV", button="Noter")


def partner_and_retake(paul: Person) -> None:
    """A partner is reminded; a retake is planned, then not wanted."""
    paul.finds("12710")
    paul.opens("Orienter", within="#prescription .entry:has-text('Café')")
    paul.saves("Orientation vers EPN : Café numérique", {"Partenaire": "EPN"})
    paul.opens("Relancer le partenaire", within="#prescription .entry:has-text('Café')")
    paul.saves("Relance du partenaire par téléphone, sans réponse : EPN", {"non": True})
    paul.opens("Prévoir", within="#suite")
    paul.saves(
        "Nouveau passage prévu à partir du 1er septembre",
        {"Campagne": "Diagnostic initial", "À partir du": "2026-09-01"},
    )
    paul.opens("Décliné", within="#suite")
    paul.saves("Nouveau passage décliné : en emploi", {"Motif": "en emploi"})


def rests(paul: Person) -> None:
    """A row is put off, another one given to a colleague."""
    paul.goes_to_queue()
    row = paul.row("SOW Fatoumata", "Orienter").first
    row.get_by_label("Autres actions").click()
    row.get_by_role("link", name="Mettre en pause").click()
    paul.saves(
        "En pause jusqu’au 30 juin", {"Jusqu’au": "2026-06-30", "Motif": "elle travaille"}, button="Mettre en pause"
    )
    paul.goes_to_queue()
    row = paul.page.locator(".group:not(.resting) .item:has(details)").first
    row.get_by_label("Autres actions").click()
    row.get_by_role("link", name="Confier à quelqu’un").click()
    said: dict[str, str | bool] = {"À": "Nadia Benali", "Jusqu’au": "2026-06-09"}
    paul.saves("Confié à Nadia Benali jusqu’au 9 juin", said, button="Confier")


def reminded(walk: Walk) -> None:
    """A reminder comes back on its day, and is done."""
    paul = walk.paul
    paul.opens("Me rappeler quelque chose")
    paul.saves("Rappel le mardi 9 juin", {"Le": "2026-06-09", "Quoi": "rappeler la mère"})
    walk.day(date(2026, 6, 9))
    paul.goes_to_queue()
    paul.page.locator(".item").filter(has_text="Rappeler la mère").locator(".item-act > a.btn").click()
    paul.saves("Rappel fait : rappeler la mère", {"Note": "elle vient"}, button="")


def merged(walk: Walk) -> None:
    """One young person had two dossiers; the one that goes on takes the number."""
    sophie = walk.sophie
    sophie.finds("12704")
    sophie.follows("Fusionner avec un doublon")
    walk.check(sophie)
    sophie.follows("Comparer…")
    sophie.follows("Inverser")
    sophie.sees("Dossier gardé", "Identité corrigée")
    sophie.presses("Fusionner")
    sophie.sees("D'Ornano", "i-Milo 12704", "Réuni avec le dossier", within="#sheet")


def forgotten(walk: Walk) -> None:
    """Éloïse D'Ornano asks to be forgotten: the direction declines at first, then confirms with her name."""
    sophie, helene = walk.sophie, walk.arrives("Hélène Morin")
    address = sophie.page.url.split("?")[0]
    asks(sophie, address)
    walk.check(sophie)
    answers(helene, "Garder le dossier", {"Pourquoi le dossier est gardé": "litige"})
    asks(sophie, address)
    answers(helene, "Effacer pour toujours", {"Son nom de famille": "D'Ornano"})
    helene.sees("Personne effacée", "contenu effacé")
    helene.sees_no("Ornano")
    walk.check(helene)


def asks(sophie: Person, address: str) -> None:
    sophie.goes(f"{address}/droits")
    sophie.fills({"la personne le demande": True}, within="#effacement")
    sophie.presses("Demander l’effacement")
    sophie.sees("La direction confirme, ou refuse")


def answers(helene: Person, button: str, said: dict[str, str | bool]) -> None:
    helene.goes_to_queue()
    helene.follows("1 effacement à confirmer")
    helene.fills(said, within="#effacement")
    helene.presses(button)
