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
)  # fmt: skip

PARCOURS = (
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
)  # fmt: skip

AROUND = (
    Case("close-or-plan", states.quiet, "10 avril", {"déménagement": True}, "Dossier clos"),
    Case(
        "confirm-erasure", states.to_forget, "2 mai", {"Pourquoi le dossier est gardé": "litige"},
        press=("Garder le dossier",),
    ),
)  # fmt: skip

CASES: tuple[Case, ...] = (*ORIENTATION, *DIAGNOSTIC, *PRESCRIPTION, *PARCOURS, *AROUND)
