"""Parameters of the drawn paths: every number of the simulation.

Shares are of 1, delays are working days. Quotes are the guide's (docs/mission.md). Seats, tries and the delays of tasks
come from the protocol. Every other number is an assumption: it makes a Mission locale plausible, it measures none.
"""

from dataclasses import dataclass
from random import Random
from typing import TypeVar

from pixflow.events.values import Channel
from pixflow.tasks import Kind

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """A chance, of 1. Two equal chances differ: the scripted cast has a rule for each."""

    of: float


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """A delay in working days, drawn from a triangular distribution. Two equal delays differ, like shares."""

    least: int
    often: int
    most: int

    def draw(self, random: Random) -> int:
        return round(random.triangular(self.least, self.most, self.often))


def weighted(random: Random, among: tuple[tuple[T, float], ...]) -> T:
    """Draws one of these by its share."""
    return random.choices([one for one, _ in among], [share for _, share in among])[0]


# --- the staff

YOUNG_PEOPLE_AN_ADVISOR = 70
YOUNG_PEOPLE_A_SITE = 800
LEAST_ADVISORS, LEAST_SITES = 2, 2
ADVISORS_A_REFERENT = 25  # "désignation d'un référent Pix par Mission locale"; a large one has several
ADVISORS_A_MANAGER = 60
IN_CEJ_ADVISORS = 0.35  # of the advisors of a site, those who follow the groups in CEJ
TEMPO = (0.5, 2.2, 1.0)  # multiplies an advisor's delays: least, most, most often
TRAINED = 0.5  # "des conseillers volontaires formés à l'utilisation de Pix"
NOT_TESTED = 0.05  # "un diagnostic initial passé par tous les personnels": nearly
TESTED_IN, TRAINED_IN = Days(0, 8, 60), Days(5, 20, 90)
LEAVE = 0.04  # of the advisors, a year
ABSENCES = (("summer", 0.9, 10, 15), ("winter", 0.6, 4, 7), ("any", 0.9, 1, 5))  # share, fewest and most working days
ABSENCE_TOLD = Days(5, 15, 40)  # before it begins
DEPUTY = 0.85  # of the absences
DEPUTY_DOES = 0.35  # of the tasks due meanwhile; the others wait

# --- young people

ARRIVALS = (1.0, 0.95, 1.0, 0.9, 0.85, 0.9, 0.75, 0.5, 1.4, 1.45, 1.15, 0.75)  # by month: many in autumn, few in August
PROGRAMMES = (("CEJ", 0.36), ("PACEA", 0.52), ("Obligation de formation", 0.07), ("", 0.05))
COLLECTIVE_WEEKS = 8
AGES = (16, 25, 19)  # "16 à 25": least, most, most often
TWIN = 0.008
NAMESAKE = 0.006
TWICE, TWICE_IN, MERGED_IN = 0.004, Days(10, 30, 90), Days(3, 12, 40)  # opened again by a colleague, then joined
NO_NUMBER = 0.04  # not in i-Milo yet
ZERO_AHEAD = 0.12  # numbers that begin with zeros, which spreadsheets lose
NO_ADVISOR = 0.04
NO_PROJECT = 0.3
NO_BIRTH_DATE = 0.03
EMAIL = 0.7
SKILL = (2.6, 1.9)  # a beta: about a fifth under 41 %, two fifths to 70 %, two fifths above
ZEAL = (4.0, 2.2)  # a beta: reliability

# names as typed on Pix
TYPED = (("as-known", 0.78), ("capitals", 0.06), ("swapped", 0.04), ("no-number", 0.06), ("initial", 0.02),
         ("letter-lost", 0.02), ("formula", 0.01), ("spaces", 0.01))  # fmt: skip

# --- the team at work

USUAL_PATIENCE = Days(0, 3, 9)  # from the day a task is visible to the day its owner does it
PATIENCE: dict[Kind, Days] = {
    "present-pix": Days(0, 4, 25),
    "plan-diagnostic": Days(0, 1, 10),
    "book-workshop": Days(0, 2, 8),
    "rebook-absent": Days(0, 3, 10),
    "chase-diagnostic": Days(0, 2, 8),
    "chase-sharing": Days(0, 1, 6),
    "dispatch-result": Days(0, 1, 3),
    "assign-advisor": Days(0, 1, 4),
    "hold-debrief": Days(0, 1, 8),
    "follow-self-study": Days(0, 2, 9),
    "build-prescription": Days(0, 0, 9),
    "refer": Days(0, 2, 9),
    "chase-partner": Days(0, 1, 5),
    "record-outcome": Days(0, 3, 14),
    "complete-path": Days(0, 5, 20),
    "propose-certification": Days(0, 4, 14),
    "record-certification": Days(5, 9, 20),
    "review-reading": Days(0, 2, 8),
    "plan-retake": Days(0, 5, 20),
    "close-or-plan": Days(0, 3, 14),
    "recall": Days(0, 0, 3),
    "inform-holder": Days(0, 1, 4),
    "review-late-event": Days(0, 2, 6),
}
FORGOTTEN, REMEMBERED = 0.05, Days(15, 30, 70)  # tasks that an advisor forgets, and for how long
SNOOZED, SNOOZE = 0.03, Days(3, 8, 20)
HANDED_OVER = 0.01
AGAIN = Days(2, 4, 8)  # before another try
REMINDED, REMINDER_IN = Share(0.3), Days(3, 8, 20)  # tries without an answer, with a reminder of the next one

AT_WELCOME = 0.6  # "en premier accueil, ou plus tard au cours de l'accompagnement"
CONCERNED, JUDGED = Share(0.65), Days(0, 3, 15)  # "tous les jeunes pour lesquels le conseiller expertise un besoin"
DECLINES = Share(0.05)
MODALITIES = {  # CEJ: "les GJ passent le diagnostic en atelier"; the others: on the spot, at home, at a café numérique
    "CEJ": {"workshop": 0.88, "office": 0.12},
    "other": {"home": 0.42, "office": 0.3, "workshop": 0.18, "cafe": 0.1},
}
MEDIATOR = Share(0.3)
PLANNED_IN = Days(0, 4, 12)
MISSES_APPOINTMENT, MISSES_AGAIN = Share(0.2), Share(0.2)
APPOINTED, APPOINTMENT_IN = Share(0.55), Days(1, 5, 12)
HOURS = (9, 10, 11, 14, 15, 16)
ADDED = Share(0.1)  # prescriptions with an action that the grid does not propose
IN_PERSON = Share(0.85)  # of the results explained; the others by phone
SLOW_READER = Share(0.3)
KEPT = (1, 3)  # proposals kept, least and most
SUSPECTED = Share(0.25)  # "illettrisme à vérifier": kept as something to check
PROJECT_CALLS = Share(0.35)  # "si son projet demande des compétences numériques"
CHASE_CHANNELS: tuple[tuple[Channel, float], ...] = (("sms", 0.45), ("phone", 0.45), ("email", 0.1))
REACHED = Share(0.5)
MATCHED_IN = Days(0, 1, 5)
WRONG_MATCH, WRONG_FOUND_IN = 0.2, Days(2, 6, 20)  # between a twin or namesake and the right person

# --- attempts at the tests

TAKES = Share(0.72)  # the test as planned, at average zeal; the others take it when they are chased
LATE = Days(0, 1, 9)
FINISHES = 0.9
SHARES, SHARES_LATER = 0.84, 0.3
TAKES_ONCE_REACHED, SHARES_ONCE_REACHED = Share(0.55), Share(0.7)
STUDY = (("done", 0.5), ("ongoing", 0.35), ("stopped", 0.15))
COMPLETES = Share(0.8)  # "début du parcours Cléa numérique si le temps le permet"
DECLINES_COMPLETE = Share(0.15)
SAID_AT_ONCE = Share(0.3)  # complete diagnostics that the advisor notes before an export reports them
SENDS_PROFILE = 0.5
COMPLETE_MINUTES = (90, 120)  # "le diagnostic complet (1h30/2h)"
LEARNED = (0.05, 0.3)  # gain of mastery before a retake

# --- partners

ANSWERS_IN, SILENT = Days(1, 5, 16), Share(0.15)
REFUSES = Share(0.14)
STUDIES_FIRST, STUDIES_IN = Share(0.3), Days(1, 2, 3)  # of the partners with a link
ANSWERS_ONCE_CHASED = Share(0.6)
BEGINS_IN, NEVER_BEGINS = Days(2, 9, 25), Share(0.08)
LASTS, ALONE_LASTS = Days(5, 25, 60), Days(5, 25, 60)
BY_PHONE = Share(0.6)  # of the partners chased; the others by e-mail
FOR_WORK = Share(0.3)  # of those who abandon
ABANDONS = Share(0.22)
NO_ALTERNATIVE = Share(0.3)

# --- certification

WANTED = Share(0.7)  # of those who have a project
TOLD = Share(0.6)  # of new readings, told rather than kept
SESSION_IN = Days(8, 20, 40)
REGISTERED_IN = Days(1, 4, 12)
OBTAINS = Share(0.82)
ON_CV = Share(0.6)
MISSES_SESSION = Share(0.2)
RETAKEN_IN = Days(0, 4, 12)
RETAKES, DECLINES_RETAKE = Share(0.5), Share(0.3)

# --- workshops

SEATS = 8  # "8 jeunes max. par session"; "un format restreint (6 à 10 jeunes)": within the protocol's
SCHEDULED_IN = Days(6, 9, 14)
IN_PAIR = 0.5  # "en binôme", then "en autonomie"
CALLS_FOR_HELP = 0.12  # "sollicitera l'assistant informatique au besoin"
RELEASED = 0.07
SEATS_MISSED = 2  # after that, the test is taken at the office
OFFER_TAKEN = 0.7
ABSENT, EXCUSED = 0.14, 0.07
AT_EASE = 0.55  # least mastery: "une majorité de jeunes à l'aise sur le diagnostic initial"
IN_TROUBLE = 0.35
FLAGGED = 0.85  # of those at ease or in trouble
WALKS_IN = 0.5  # of the people on the waiting list, when a seat is empty
CANCELLED, MOVED = 0.04, 0.05
CLOSED_LATE = 0.1  # workshops whose attendance is marked one of the next days
LEAST_WANTED, ASKED_AGAIN, ASKED_BEFORE = 3, 0.8, 0.5  # fewest seats to schedule, and weights of the seats asked for
WAITS_FOR_ONE = Share(0.7)  # when there is no workshop yet; the others go to the office
WORKSHOPS_ALONE = 400  # fewest young people of a site with workshops of its own

# --- incidents

NOTE_EVERY = Days(5, 45, 160)
CONTACT_CHANGES = 0.1
IDENTITY_CORRECTED = 0.02
PROJECT_CHANGES, PROJECT_FOUND = 0.12, 0.7
MISTAKE = Share(0.012)  # a presentation noted on the wrong day and taken back
LENT, LENT_FOR = 0.006, Days(3, 8, 20)
WITHDRAWN = 0.003  # participations deleted on Pix Orga
SOMETIME = Days(3, 40, 150)
ENDS = (("employment", 0.16), ("moved", 0.04), ("declined", 0.03), ("other", 0.02))  # of the dossiers
ENDS_IN = Days(20, 90, 240)
CLOSES_WHEN_TRIED, CLOSES_WHEN_QUIET = Share(0.75), Share(0.7)
REOPENED, REOPENED_IN = Share(0.05), Days(15, 45, 120)

# --- Pix Orga

ROWS_A_CAMPAIGN = 200  # a campaign lasts as many months as give one site this many rows
EXPORTED_WEEKS, WEEKS_ONCE_OVER = 10, 2  # after a campaign's months: people may still share
UNDECLARED = 0.05  # campaigns that nobody declared before their first export
