"""The chapters of the workshop: in pair at first, then the group's advisor alone, who calls the assistant."""

from datetime import date

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.pyrenees_house import GROUP, MARC, YANN
from tests.browser.pyrenees_walk import Walk

FIRST, SECOND = date(2026, 3, 12), date(2026, 3, 19)
ROOM = "Salle informatique"
THERE = tuple(one for one in GROUP if one[0] != "Chloé")
"""The eight who have a seat on the day."""
TAPS = (
    ("ESTRADE", "Absent·e"), ("GARCIA", "Excusé·e"), ("", "Les 6 autres sont présent·es"),
    ("CAZENAVE", "En difficulté"), ("BORDES", "À l’aise"), ("", "Clore l’atelier"),
)  # fmt: skip
"""On whose card, and which button: an absence each, the others at once, then who was in trouble or at ease."""
NEVER_ON_PAPER = ("%", "difficult", "aise", "illettrisme", "résultat")
"""Words that must not stand on a sheet that everybody signs (docs/domain.md#papers)."""


def owed_from_joining(walk: Walk) -> None:
    """In CEJ the diagnostic is owed at once, hors CEJ nothing before the advisor judges a need."""
    marc = walk.marc
    marc.goes_to_queue()
    expect(marc.row("", "Prévoir le diagnostic")).to_have_count(len(GROUP))
    expect(marc.row("ABADIE Enzo", "Prévoir le diagnostic")).to_contain_text("obligatoire en CEJ, depuis le 2 mars")
    expect(marc.row("ABADIE Enzo", "Présenter Pix")).to_have_count(1)
    walk.check(marc)
    walk.lucie.goes_to_queue()
    walk.lucie.sees("Rien à faire pour l’instant")


def lou_too(walk: Walk) -> None:
    """Hors CEJ, and planned in a workshop because her advisor says so."""
    lucie = walk.lucie
    lucie.finds("larrieu")
    lucie.opens("Prévoir le diagnostic")
    lucie.saves("Diagnostic prévu", {"À partir du": FIRST.isoformat(), "en atelier collectif": True})
    lucie.goes_to_queue()
    expect(lucie.row("LARRIEU Lou", "Inscrire à un atelier")).to_have_count(1)


def scheduled(walk: Walk) -> None:
    """By the assistant, on his phone, in pair with the group's advisor; nine places are one too many."""
    yann = walk.yann
    yann.goes("/ateliers")
    yann.sees("Aucun atelier à venir")
    yann.page.get_by_role("link", name="Fixer un atelier").first.click()
    yann.sees("De 1 à 8 places, à deux ou seul·e")
    said: dict[str, str | bool] = {"Jour": FIRST.isoformat(), "Site": "Tarbes", "Salle, adresse": ROOM, "Places": "9"}
    yann.fills({**said, "Campagne": "Diagnostic initial", "Seconde personne": MARC}, within="main form")
    yann.presses("Fixer l’atelier")
    yann.sees("Le protocole prévoit de 1 à 8 places", within=".errors")
    walk.check(yann)
    yann.fills({"Places": "8"}, within="main form")
    yann.presses("Fixer l’atelier")
    yann.sees("Atelier fixé : jeudi 12 mars 2026, de 14:00 à 16:00", f"Animé par {MARC}", within=".notice")


def filled(walk: Walk) -> None:
    """From those who wait, CEJ first: eight are seated, the ninth and who is hors CEJ wait."""
    yann = walk.yann
    yann.sees("Attendent une place · 10", "CEJ d’abord", within="#remplir")
    boxes = yann.page.locator("#remplir input[name=dossier]")
    expect(boxes).to_have_count(10)
    assert "LARRIEU" in yann.texts("#remplir .choice label")[len(GROUP)]
    for box in boxes.all():
        box.check()
    yann.presses("Inscrire")
    yann.sees("Sur la liste d’attente : Jade IBOS", "Sur la liste d’attente : Lou LARRIEU", within=".notice")
    yann.sees("Inscrit·es · 8 / 8", "Liste d’attente · 2")
    walk.check(yann)


def given_back(walk: Walk) -> None:
    """A seat given back is kept for who waits first; their advisor is told, and takes it."""
    marc = walk.marc
    marc.finds("ferran")
    marc.sees("Inscrit·e en atelier", "de 14:00 à 16:00")
    marc.opens("Rendre la place")
    marc.saves("Place en atelier rendue", button="Rendre la place")
    marc.goes_to_queue()
    expect(marc.row("FERRAN Chloé", "Inscrire à un atelier")).to_contain_text("place rendue le 3 mars")
    marc.sees("Jade IBOS", "est gardée jusqu’au jeudi 5 mars", within=".notice")
    walk.check(marc)
    marc.page.locator(".notice").get_by_role("link", name="Jade IBOS").click()
    marc.saves("Place réservée en atelier : jeudi 12 mars", button="Inscrire")
    marc.goes_to_queue()
    expect(marc.row("IBOS Jade", "Prévoir le diagnostic")).to_have_count(0)


def sheet_to_sign(walk: Walk) -> None:
    signed(walk, "/ateliers")
    walk.check(walk.yann)


def signed(walk: Walk, where: str) -> None:
    """The sheet says who has a seat, and nothing else of anybody."""
    yann = walk.yann
    opens(yann, "Jeudi 12 mars", where)
    yann.follows("Feuille d’émargement")
    yann.sees("Feuille d’émargement", ROOM, "8 personnes", YANN, MARC)
    assert yann.texts("tbody tr")[:8] == [f"{last} {first}" for first, last in THERE]
    sheet = yann.page.locator("main").inner_text()
    assert not [word for word in NEVER_ON_PAPER if word in sheet], sheet


def marked(walk: Walk) -> None:
    """On the day, standing up with a phone: eight people are marked and the workshop is closed in six taps."""
    yann = walk.yann
    walk.day(FIRST, hour=14, minute=50)
    yann.goes("/ateliers")
    yann.page.get_by_role("link", name="Noter la présence").click()
    yann.sees("8 à noter sur 8")
    for who, button in TAPS:
        tap(yann, who, button)
    assert len(TAPS) < len(THERE), "less than a tap a person"
    yann.sees("tout est noté", "Atelier clos le 12 mars")
    expect(yann.page.locator("button[aria-pressed=true]")).to_have_count(len(THERE) + 2)
    walk.check(yann)


def tap(person: Person, who: str, button: str) -> None:
    """One tap of a thumb, on somebody's card or under them all; what it said is shown before the next."""
    part = person.page.locator(".card-line" if who else ".after").filter(has_text=who)
    found = part.get_by_role("button", name=button)
    found.tap()
    if who:
        expect(found).to_have_attribute("aria-pressed", "true")
    else:
        expect(found).to_have_count(0)


def booked_again(walk: Walk) -> None:
    """Participants need no other presentation; absent, excused and released people book again."""
    marc = walk.marc
    walk.day(date(2026, 3, 13))
    marc.goes("/ateliers/nouveau")
    said: dict[str, str | bool] = {"Jour": SECOND.isoformat(), "Site": "Tarbes", "Salle, adresse": ROOM}
    marc.fills({**said, "Campagne": "Diagnostic initial"}, within="main form")
    marc.presses("Fixer l’atelier")
    marc.sees("Atelier fixé : jeudi 19 mars 2026", within=".notice")
    marc.goes_to_queue()
    expect(marc.row("ABADIE Enzo", "Présenter Pix")).to_have_count(0)
    expect(marc.row("ESTRADE Malik", "Réinscrire")).to_contain_text("absent·e à l’atelier du 12 mars")
    marc.starts("ESTRADE Malik", "Réinscrire à un atelier")
    walk.check(marc)
    marc.saves("Place réservée en atelier : jeudi 19 mars", {"Atelier": "jeudi"}, button="Inscrire")
    opens(marc, "Jeudi 19 mars")
    marc.sees("Attendent une place · 2", "GARCIA Nolan", "à réinscrire", "FERRAN Chloé", within="#remplir")
    for name in ("GARCIA Nolan", "FERRAN Chloé"):
        marc.page.get_by_label(name).check()
    marc.presses("Inscrire")
    marc.sees("Inscrit·es · 3 / 8")
    marc.goes_to_queue()
    expect(marc.row("", "nscrire à un atelier")).to_have_count(0)


def helped(walk: Walk) -> None:
    """The advisor runs the session alone and calls the assistant, who answers from wherever he is."""
    marc, yann = walk.marc, walk.yann
    walk.day(SECOND, hour=13, minute=20)
    opens(marc, "Jeudi 19 mars")
    marc.follows("Noter la présence")
    marc.presses("Appeler l’assistant informatique")
    marc.sees("Aide demandée à 14:20", within=".after")
    walk.check(marc)
    yann.goes("/ateliers")
    yann.sees("Aide demandée", f"{MARC} demande de l’aide depuis 14:20", within=".call")
    walk.check(yann)
    yann.presses("J’y vais")
    yann.sees("Aide apportée", within=".notice")
    walk.day(SECOND, hour=14, minute=55)
    marc.page.reload()
    marc.sees_no("Aide demandée")
    marc.presses("Les 3 autres sont présent·es")
    marc.presses("Clore l’atelier")
    marc.sees("Atelier clos le 19 mars")


def opens(person: Person, when: str, where: str = "/ateliers") -> None:
    """A workshop from a list: of those to come and of today, unless `where` says another."""
    person.goes(where)
    person.page.get_by_role("link", name=when).first.click()
    expect(person.page.get_by_role("heading", level=1)).to_contain_text(when)
