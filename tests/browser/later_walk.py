"""The référente's later chapters: exports that say more, less, or the same, and one for a dossier that is closed."""

from datetime import UTC, date, datetime

from tests.browser.exports import EARLY, LAST, LATER
from tests.browser.referent_walk import FIRST_EXPORT
from tests.browser.walk import Walk

LATER_EXPORT = datetime(2026, 4, 7, 6, 30, tzinfo=UTC)
LAST_EXPORT = datetime(2026, 5, 5, 6, 30, tzinfo=UTC)


def later_export(walk: Walk) -> None:
    """One newly shared, one progressed, one gone, one new: recorded once the question is answered."""
    sophie = walk.sophie
    walk.day(date(2026, 4, 7))
    sophie.uploads(walk.export(LATER, LATER_EXPORT))
    sophie.sees("Aperçu de l’import")
    assert sophie.texts(".figures li") == ["1 nouvelle", "1 avancée", "1 partagée", "5 inchangées", "1 disparue"]
    sophie.sees("1 participation sur 8 n’est plus dans ce fichier : est-ce normal ?")
    before = walk.house.head
    sophie.presses("Enregistrer")
    sophie.sees("Dites d’abord ce qu’il en est des participations disparues", within=".errors")
    walk.check(sophie)
    assert walk.house.head == before
    sophie.fills({"Oui, elles ont disparu": True}, within=".questions")
    sophie.presses("Enregistrer")
    sophie.sees("1 nouvelle, 1 avancée, 1 partagée, 1 disparue", "1 rapprochée d’elle-même", within=".notice")
    sophie.sees("Disparues de l’export · 1", "À transmettre · 2")
    sophie.presses("Transmettre les 2 sûrs")
    sophie.sees("Rien à transmettre")
    first_file_again(walk)


def first_file_again(walk: Walk) -> None:
    before = walk.house.head
    walk.sophie.uploads(walk.export(EARLY, FIRST_EXPORT))
    walk.sophie.sees("Ce fichier est déjà enregistré", "rien à faire", within=".notice")
    assert walk.house.head == before


def late_event(walk: Walk) -> None:
    """An export with two free columns asks which one counts, and brings something to a dossier that is closed."""
    sophie = walk.sophie
    walk.day(date(2026, 5, 5))
    sophie.uploads(walk.export(LAST, LAST_EXPORT))
    sophie.sees("Dans quelle colonne est l’identifiant externe ?")
    walk.check(sophie)
    sophie.fills({"Numéro de dossier i-Milo": True}, within=".questions")
    sophie.presses("Voir l’aperçu avec cette réponse")
    sophie.sees("1 nouvelle", "8 inchangées", within=".figures")
    sophie.presses("Enregistrer")
    sophie.sees("1 nouvelle", "1 rapprochée d’elle-même", within=".notice")

    sophie.goes_to_queue()
    sophie.page.get_by_role("link", name="1 arrivée tardive à relire").first.click()
    sophie.sees("SOW Fatoumata", "dossier clos")
    walk.check(sophie)
    sophie.starts("SOW Fatoumata", "Relire une arrivée tardive")
    sophie.saves("Arrivée tardive relue : un deuxième essai", {"Note": "un deuxième essai"})
    sophie.goes_to_queue()
    sophie.sees_no("arrivée tardive")
    sophie.finds("12710")
    sophie.opens("Rouvrir")
    sophie.saves("Dossier rouvert : elle revient", {"Motif": "elle revient"}, button="Rouvrir")
