"""The chapter of the workshop: filled, waited for, moved, held with a call for help, closed; another is cancelled."""

from datetime import date
from uuid import UUID

from playwright.sync_api import expect

from pixflow.events.dossier import DossierOpened
from pixflow.events.workshop import WorkshopScheduled
from tests.browser.house import pixflow
from tests.browser.person import Person
from tests.browser.walk import Walk

GROUP = ("Abdi", "Brunet", "Costa", "Durand", "Elbaz", "Faure", "Garnier", "Henry")
HELD = date(2026, 5, 20)


def workshop(walk: Walk) -> None:
    """A group of eight, six seats; May 14 is Ascension."""
    walk.day(date(2026, 5, 11))
    import_group(walk)
    first, second = schedule(walk)
    replace_calendar_address(walk)
    people = register(walk, first)
    seats_change_hands(walk, first, people)
    hold(walk, first, people)
    cancel(walk, second)


def import_group(walk: Walk) -> None:
    lines = ["N° dossier;Nom;Prénom;Site;Dispositif;Groupe;Fin de période collective;Conseiller"]
    lines += [f"{12721 + n};{name};Camille;Mortagne;CEJ;mai;15/07/2026;Nadia Benali" for n, name in enumerate(GROUP)]
    portfolio = walk.folder / "groupe.csv"
    portfolio.write_text("\n".join(lines))
    told = pixflow(walk.folder / "data", walk.house.clock, "dossiers", "import", portfolio)
    assert "8 dossiers ouverts" in told


def schedule(walk: Walk) -> list[UUID]:
    """Two weeks in a row; somebody else runs the first one after all, a day later."""
    sophie = walk.sophie
    sophie.goes("/ateliers")
    sophie.follows("Fixer un atelier")
    said: dict[str, str | bool] = {"Jour": "2026-05-19", "De": "14:00", "À": "16:00", "Semaines de suite": "2"}
    said |= {"Site": "Mortagne", "Salle, adresse": "Salle 2", "Places": "6", "Campagne": "Diagnostic initial"}
    sophie.fills({**said, "Première personne": "Paul Rey"})
    sophie.presses("Fixer l’atelier")
    sophie.sees("2 ateliers fixés", "Mardi 19 mai 2026", "Mardi 26 mai 2026", within=".notice")
    events = [one for one in walk.house.recorded() if isinstance(one.event, WorkshopScheduled)]
    first, second = (one.originator_id for one in events)
    sophie.goes(f"/ateliers/{first}")
    sophie.follows("Changer qui anime")
    sophie.fills({"Première personne": "Nadia Benali"})
    sophie.presses("Enregistrer")
    sophie.sees("animé par Nadia Benali", within=".head")
    sophie.follows("Déplacer")
    sophie.fills({"Jour": HELD.isoformat()})
    sophie.presses("Déplacer", within="#form")
    sophie.sees("Cet atelier a été déplacé")
    return [first, second]


def replace_calendar_address(walk: Walk) -> None:
    sophie = walk.sophie
    sophie.goes("/ateliers")
    sophie.page.get_by_text("Mes rendez-vous et mes ateliers dans mon agenda").click()
    sophie.presses("Changer cette adresse")
    sophie.sees("L’adresse de votre agenda a changé", within="#agenda")


def register(walk: Walk, workshop: UUID) -> dict[str, UUID]:
    """Six get a seat from their dossier, two wait for one."""
    nadia = walk.nadia
    opened = [(one.originator_id, one.event) for one in walk.house.recorded()]
    people = {event.last_name: id for id, event in opened if isinstance(event, DossierOpened)}
    for name in GROUP:
        book(nadia, people[name], workshop)
        nadia.sees("En attente d’une place" if name in GROUP[6:] else "Inscrit·e en atelier", within="#sheet")
    walk.check(nadia)
    return people


def book(nadia: Person, dossier: UUID, workshop: UUID) -> None:
    nadia.goes(f"/dossiers/{dossier}?formulaire=book&sur={workshop}#form")
    nadia.presses("Inscrire", within="#form")


def seats_change_hands(walk: Walk, workshop: UUID, people: dict[str, UUID]) -> None:
    """A seat given up is accepted, another one offered in vain; somebody waits no longer."""
    nadia, at = walk.nadia, f"/ateliers/{workshop}"
    nadia.goes(at)
    nadia.presses("Rendre la place", within=f"#seat-{people['Abdi']}")
    nadia.sees("Une place est gardée", within=f"#waiting-{people['Garnier']}")
    nadia.presses("Accepter", within=f"#waiting-{people['Garnier']}")
    nadia.sees("Inscrit·es · 6")
    book(nadia, people["Abdi"], workshop)
    nadia.sees("place n° 2 sur la liste d’attente", within="#sheet")
    nadia.goes(at)
    nadia.presses("Retirer de la liste", within=f"#waiting-{people['Abdi']}")
    nadia.sees("Liste d’attente · 1")
    nadia.presses("Rendre la place", within=f"#seat-{people['Brunet']}")
    nadia.sees("Une place est gardée jusqu’au mercredi 13 mai", within=f"#waiting-{people['Henry']}")
    walk.day(date(2026, 5, 18))
    walk.house.tick()
    nadia.goes(at)
    nadia.sees("Inscrit·es · 5")
    expect(nadia.page.locator(f"#waiting-{people['Henry']}")).to_have_count(0)


def hold(walk: Walk, workshop: UUID, people: dict[str, UUID]) -> None:
    walk.day(HELD, hour=13)
    nadia, sophie = walk.nadia, walk.sophie
    nadia.goes_to_queue()
    nadia.row("", "Noter la présence").locator(".item-act > a.btn").click()
    nadia.sees("5 à noter sur 5")
    nadia.presses("Appeler l’assistant informatique")
    nadia.sees("Aide demandée à 15:00")
    sophie.goes(f"/ateliers/{workshop}")
    sophie.presses("J’y vais")
    sophie.sees_no("Aide demandée à 15:00")
    nadia.goes(f"/ateliers/{workshop}/presence")
    nadia.sees("Appeler l’assistant informatique")
    for name, *presses in (
        ("Costa", "Présent·e", "En difficulté"),
        ("Durand", "Présent·e", "À l’aise"),
        ("Elbaz", "Présent·e", "À l’aise"),
        ("Faure", "Absent·e"),
        ("Garnier", "Présent·e"),
    ):
        for label in presses:
            button = nadia.page.locator(f"#p-{people[name]}").get_by_role("button", name=label)
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
    nadia.fills({"Nom ou n° i-Milo": "Quelqu’un", "Date de naissance": "2005-01-01"}, within="main")
    nadia.presses("Chercher")
    nadia.sees("Aucun autre dossier ouvert à ce nom et à cette date de naissance.")
    let_in(nadia, "Abdi")
    nadia.presses("Retirer", within=f"#p-{people['Abdi']}")
    expect(nadia.page.locator(f"#p-{people['Abdi']}")).to_have_count(0)
    let_in(nadia, "Brunet")
    nadia.sees("tout est noté", "Brunet Camille")
    nadia.presses("Clore l’atelier")
    nadia.sees("Atelier clos le 20 mai")


def let_in(nadia: Person, name: str) -> None:
    """Somebody at the door, without a seat."""
    nadia.fills({"Nom ou n° i-Milo": name}, within="main")
    nadia.presses("Chercher")
    nadia.presses("Présent·e", within="main .after .entry")


def cancel(walk: Walk, workshop: UUID) -> None:
    """Registers the absent person for the next workshop, then cancels it."""
    nadia, sophie = walk.nadia, walk.sophie
    nadia.goes_to_queue()
    nadia.starts("Faure", "Réinscrire à un atelier")
    nadia.saves("Place réservée en atelier : mardi 26 mai", {"Atelier": "mardi 26 mai"}, button="Inscrire")
    sophie.goes(f"/ateliers/{workshop}")
    sophie.follows("Annuler l’atelier")
    sophie.fills({"salle indisponible": True})
    sophie.presses("Annuler l’atelier", within="#form")
    sophie.sees("Atelier annulé", within=".notice")
    nadia.goes_to_queue()
    expect(nadia.row("Faure", "Réinscrire à un atelier")).to_have_count(1)
