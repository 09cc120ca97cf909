"""One case a kind of task: what opens it, what is done, what comes instead (docs/event-model.md#the-tasks)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pixflow.tasks import Kind
from tests.browser import states
from tests.browser.states import chased
from tests.web.paths import House

Said = Mapping[str, str | bool]


@dataclass(frozen=True)
class Case:
    """A task: the events that open it, and what is done with it.

    `due` is how the row says its day. `press` names buttons of the page it leads to, one after the other, none for a
    form; `other` is the link to the other form that closes it. `appear` are the kinds seen at once, `later` those that
    come on a day, and not the day before: nothing else comes.
    """

    kind: Kind
    prepare: Callable[[House], object]
    due: str
    said: Said = field(default_factory=dict)
    told: str = ""
    press: tuple[str, ...] = ()
    other: str = ""
    appear: tuple[Kind, ...] = ()
    later: Mapping[Kind, date] = field(default_factory=dict)


def april(day: int) -> date:
    return date(2026, 4, day)


def july(day: int) -> date:
    return date(2026, 7, day)


QUIET = july(2)
"""60 working days after the 2nd of April."""
LAPSES = date(2026, 5, 20)
"""30 working days after it."""

ORIENTATION = (
    Case(
        "present-pix", House.opened, "24 avril", {"au premier accueil": True}, "Pix présenté",
        appear=("plan-diagnostic",),
    ),
    Case(
        "plan-diagnostic", House.presented, "10 avril", {"À partir du": "2026-04-03", "au bureau": True},
        "Diagnostic prévu à partir du 3 avril", later={"chase-diagnostic": april(27)},
    ),
    Case(
        "plan-diagnostic", House.presented, "10 avril", {"À partir du": "2026-04-09", "en atelier": True},
        "Diagnostic prévu à partir du 9 avril", appear=("book-workshop",),
    ),
    Case(
        "book-workshop", states.unseated, "10 avril", {"Atelier": "jeudi 9 avril"},
        "Place réservée en atelier : jeudi 9 avril", later={"mark-attendance": april(9), "close-or-plan": july(8)},
    ),
    Case(
        "rebook-absent", states.absent, "9 avril", {"Atelier": "jeudi 9 avril"}, "Place réservée en atelier",
        later={"mark-attendance": april(9), "close-or-plan": july(8)},
    ),
    Case(
        "rebook-absent", states.cancelled, "10 avril", {"À partir du": "2026-04-03", "à la maison": True},
        "Diagnostic prévu à partir du 3 avril", other="Prévoir autrement", later={"chase-diagnostic": april(27)},
    ),
)  # fmt: skip

DIAGNOSTIC = (
    Case("mark-attendance", states.seated, "demain", press=("Absent·e",), appear=("rebook-absent",)),
    Case(
        "mark-attendance", states.seated, "demain", press=("Présent·e", "En difficulté"),
        appear=("explore-difficulty",),
    ),
    Case("mark-attendance", states.seated, "demain", press=("Présent·e", "À l’aise"), appear=("complete-path",)),
    Case(
        "chase-diagnostic", lambda house: chased(house, date(2026, 3, 12)), "mercredi", {"non": True},
        "Relance par téléphone", later={"chase-diagnostic": april(24)},
    ),
    Case(
        "chase-diagnostic", lambda house: chased(house, date(2026, 1, 29), date(2026, 2, 19), date(2026, 3, 12)),
        "mercredi", {"non": True}, "Relance par téléphone", appear=("close-or-plan",),
    ),
    Case(
        "chase-sharing", states.finished, "mercredi", {"oui": True}, "Relance par téléphone",
        later={"chase-sharing": april(8)},
    ),
    Case(
        "declare-campaign", states.undeclared, "demain", {"Diagnostic initial": True}, "Campagne déclarée",
        ("Déclarer",), appear=("match-participation",),
    ),
    Case(
        "match-participation", states.waiting, "mardi", told="c’est Aminata Diallo", press=("C’est cette personne",),
        appear=("dispatch-result",),
    ),
)  # fmt: skip

PRESCRIPTION = (
    Case(
        "dispatch-result", House.scored, "mardi", told="transmis à Nadia", press=("Transmettre",),
        appear=("hold-debrief",),
    ),
    Case("hold-debrief", House.dispatched, "10 avril", {}, "Restitution tenue", appear=("build-prescription",)),
    Case(
        "explore-difficulty", states.in_trouble, "10 avril", {"numérique": True, "Tutoriels Pix": "Gérer ses mots"},
        "Difficulté explorée : numérique", later={"follow-self-study": april(24)},
    ),
    Case(
        "follow-self-study", states.studying, "10 avril", {"en cours": True}, "Tutoriels Pix : en cours",
        later={"follow-self-study": april(24)},
    ),
    Case(
        "follow-self-study", states.studying, "10 avril", {"terminés": True}, "Tutoriels Pix : terminés",
        later={"close-or-plan": QUIET},
    ),
    Case(
        "inform-holder", states.corrected, "mardi", {"correction dite": True}, "Correction dite à la personne",
        later={"close-or-plan": QUIET},
    ),
    Case("review-reading", states.moved, "17 avril", {"dite": True}, "Nouvelle lecture dite"),
    Case("recall", states.reminded, "aujourd’hui", {"Note": "elle vient"}, "Rappel fait : rappeler la mère"),
    Case(
        "build-prescription", House.debriefed, "10 avril", {"CAP LEC": True, "Café numérique": True},
        "Prescription construite", appear=("refer", "refer"),
    ),
    Case(
        "build-prescription", states.bright, "10 avril", {"Diagnostic Pix complet": True, "Valoriser": True},
        "Prescription construite", appear=("complete-path", "refer"),
    ),
)  # fmt: skip

PARCOURS = (
    Case(
        "refer", states.to_refer, "10 avril", {"Partenaire": "EPN", "Fin prévue": "2026-04-30"},
        "Orientation vers EPN",
        later={"chase-partner": april(17), "record-outcome": april(30), "offer-alternative": LAPSES},
    ),
    Case(
        "chase-partner", states.silent, "mercredi", {"non": True}, "Relance du partenaire par téléphone",
        later={"chase-partner": april(17)},
    ),
    Case(
        "chase-partner", states.silent, "mercredi", {"refuse": True, "Motif": "complet"},
        "Médiathèque de Mortagne refuse", other="Réponse", appear=("offer-alternative",),
    ),
    Case(
        "offer-alternative", states.lapsed, "10 avril", {"Partenaire": "EPN"}, "Orientation vers EPN",
        later={"chase-partner": april(17), "offer-alternative": LAPSES},
    ),
    Case(
        "offer-alternative", states.refused, "10 avril", {"Motif": "plus envie"}, "Action écartée", other="Écarter",
        later={"close-or-plan": QUIET},
    ),
    Case(
        "record-outcome", states.running, "10 avril", {"abandonnée": True}, "Action abandonnée",
        later={"close-or-plan": QUIET},
    ),
    Case(
        "record-outcome", states.ending, "10 avril", {"terminée": True}, "Action terminée",
        later={"plan-retake": QUIET},
    ),
    Case(
        "complete-path", states.at_ease, "20 mai", {}, "Diagnostic complet passé", appear=("propose-certification",),
    ),
    Case(
        "complete-path", states.at_ease_in_cej, "30 avril", {"Motif": "trop tôt"}, "Diagnostic complet décliné",
        other="Décliné", later={"close-or-plan": QUIET},
    ),
    Case("propose-certification", states.certifiable, "17 avril", {}, "Certification proposée"),
    Case(
        "propose-certification", states.certifiable, "17 avril", {"Motif": "sans projet"}, "Certification déclinée",
        other="Déclinée",
    ),
    Case(
        "record-certification", states.taken, "4 mai", {"obtenue": True}, "Certification obtenue",
    ),
    Case(
        "plan-retake", states.learned, "17 avril",
        {"Campagne": "Diagnostic initial, printemps", "À partir du": "2026-04-15"},
        "Nouveau passage prévu à partir du 15 avril", later={"close-or-plan": july(15)},
    ),
    Case(
        "plan-retake", states.learned, "17 avril", {"Motif": "en emploi"}, "Nouveau passage décliné", other="Décliné",
        later={"close-or-plan": QUIET},
    ),
)  # fmt: skip

AROUND = (
    Case(
        "assign-advisor", lambda house: house.opened(advisor=None), "mardi",
        {"Conseiller·ère": "Nadia Benali"}, "Dossier affecté", appear=("present-pix",),
    ),
    Case("close-or-plan", states.quiet, "10 avril", {"déménagement": True}, "Dossier clos"),
    Case("review-late-event", states.late, "10 avril", {}, "Arrivée tardive relue"),
    Case(
        "confirm-erasure", states.to_forget, "2 mai", {"Pourquoi le dossier est gardé": "litige"},
        press=("Garder le dossier",),
    ),
)  # fmt: skip

CASES: tuple[Case, ...] = (*ORIENTATION, *DIAGNOSTIC, *PRESCRIPTION, *PARCOURS, *AROUND)
