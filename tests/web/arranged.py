"""States of a dossier before its forms: each function returns the dossier, and what the form is about."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pixflow.dossier import follow_up
from pixflow.dossier.privacy import issue_paper
from pixflow.dossier.retraction import retract
from pixflow.dossier.stages import certification, orientation, parcours, prescription
from pixflow.events.dossier import DiagnosticPlanned, PixPresented
from pixflow.partner_links import issuing
from pixflow.workshop import booking, scheduling
from tests.web.paths import House

MONDAY = date(2026, 3, 16)
TUTORIALS = "Pix : chercher sur le web"
Arranged = tuple[UUID, object]


def opened(locale: House) -> Arranged:
    return locale.opened(), ""


def presented(locale: House) -> Arranged:
    return locale.presented(), ""


def planned(locale: House) -> Arranged:
    dossier = locale.planned()
    return dossier, f"chase-diagnostic:{locale.state(dossier).orientation.plan.id}"


def before(arrange: Callable[[House], Arranged]) -> Callable[[House], Arranged]:
    """Returns the arrangement a week earlier."""

    def arranged(locale: House) -> Arranged:
        locale.day(MONDAY - timedelta(days=7))
        made = arrange(locale)
        locale.day(MONDAY)
        return made

    return arranged


def scored(locale: House) -> Arranged:
    return locale.scored()


def dispatched(locale: House) -> Arranged:
    return locale.dispatched()


def to_debrief(locale: House) -> Arranged:
    dossier, found = locale.dispatched()
    return dossier, f"hold-debrief:{found}"


def meeting(locale: House) -> Arranged:
    dossier, key = to_debrief(locale)
    at = datetime(2026, 3, 16, 13, 0, tzinfo=UTC)
    locale.on(dossier, follow_up.set_appointment, task=key, at=at, day=MONDAY, place="Mortagne")
    return dossier, key


def debriefed(locale: House) -> Arranged:
    return locale.debriefed()


def moved(locale: House) -> tuple[UUID, int]:
    """A told result that the grid of today reads otherwise, and the number of that grid."""
    dossier, _ = locale.debriefed()
    return dossier, locale.publish_grid(f"Palier {uuid4().hex}")


def prescribed(locale: House) -> Arranged:
    dossier, actions = locale.prescribed()
    return dossier, actions[1]


def growing(locale: House) -> tuple[UUID, UUID]:
    """A prescription that stands, and the result it was built on."""
    dossier, _ = locale.prescribed()
    return dossier, next(iter(locale.state(dossier).prescription.built))


def referred(locale: House) -> Arranged:
    dossier, actions = locale.prescribed()
    return dossier, locale.referred(dossier, actions[1])


def linked(locale: House) -> Arranged:
    """A referral whose partner has a link on paper."""
    dossier, referral = referred(locale)
    last = locale.today + timedelta(days=8)
    context = {"link": uuid4(), "until": last}
    locale.on(dossier, issuing.issue_link, referral=referral, channel="paper", address="", context=context)
    return dossier, referral


def unassigned(locale: House) -> Arranged:
    return locale.opened(advisor=None), ""


def closed(locale: House) -> Arranged:
    dossier = locale.opened()
    locale.on(dossier, follow_up.close_dossier, reason="moved", note="")
    return dossier, ""


def late(locale: House) -> Arranged:
    dossier, _ = closed(locale)
    locale.took(dossier)
    return dossier, ""


def first_fact(locale: House) -> Arranged:
    dossier = locale.presented()
    return dossier, locale.version(dossier, PixPresented)


# --- a workshop, a difficulty, the complete diagnostic, the certification


def scheduled(locale: House, by: str = "Sophie Lecomte", /, **changes: Any) -> UUID:
    """A workshop of this afternoon in Mortagne, with eight seats, run by Nadia Benali."""
    made, today = uuid4(), locale.today
    starts = datetime(today.year, today.month, today.day, 13, tzinfo=UTC)
    said = {
        "site": "Mortagne",
        "place": "Salle 2",
        "starts": starts,
        "ends": starts + timedelta(hours=2),
        "day": today,
        "capacity": 8,
        "facilitators": (locale.people["Nadia Benali"],),
    }
    rules = locale.served.refs.protocol(today).workshops
    locale.says(
        by,
        scheduling.schedule_workshop,
        {"workshop": made, "campaign": locale.campaign},
        **{**said, **changes},
        context={"series": None, "rules": rules},
    )
    return made


def seat(locale: House, made: UUID, dossier: UUID) -> None:
    """A seat, or a place on the list when there is none."""
    streams = {"workshop": made, "dossier": dossier}
    context = {"initial": True, "plan": uuid4()}
    locale.says("Sophie Lecomte", booking.book_seat, streams, or_wait=True, context=context)


def held(locale: House, dossier: UUID, **there: Any) -> UUID:
    """A workshop of today where the young person had a seat, and came: `trouble`, `ease` say how it went."""
    made = scheduled(locale)
    seat(locale, made, dossier)
    said = {"presence": "present", "trouble": False, "ease": False, **there}
    locale.says("Nadia Benali", booking.mark_attendance, {"workshop": made, "dossier": dossier}, **said)
    return made


def to_book(locale: House, **who: str) -> Arranged:
    """Presented, and planned in a workshop; one is held today."""
    dossier = locale.presented(**who)
    locale.on(
        dossier,
        orientation.plan_diagnostic,
        campaign=locale.campaign,
        modality="workshop",
        mediator=False,
        place="Salle 2",
        planned_for=locale.today,
        context={"plan": uuid4()},
    )
    return dossier, scheduled(locale)


def seated(locale: House) -> Arranged:
    dossier, made = to_book(locale)
    seat(locale, UUID(str(made)), dossier)
    return dossier, made


def in_trouble(locale: House) -> Arranged:
    dossier = locale.opened()
    held(locale, dossier, trouble=True)
    return dossier, ""


def at_ease(locale: House) -> Arranged:
    dossier = locale.opened()
    held(locale, dossier, ease=True)
    return dossier, ""


def studying(locale: House) -> Arranged:
    dossier, _ = locale.debriefed()
    study = uuid4()
    locale.on(dossier, prescription.assign_self_study, tutorials=TUTORIALS, context={"study": study})
    return dossier, study


def certifiable(locale: House) -> Arranged:
    """Debriefed, and the complete diagnostic earned its badge."""
    dossier, _ = locale.debriefed("0.85")
    locale.took(dossier, "0.90", purpose="complete", badges=(("Cléa numérique", True),))
    return dossier, ""


def proposed(locale: House) -> Arranged:
    dossier, _ = certifiable(locale)
    locale.on(dossier, certification.propose_certification, note="")
    return dossier, ""


def registered(locale: House) -> Arranged:
    dossier, _ = proposed(locale)
    locale.on(dossier, certification.register_certification, session=date(2026, 4, 10), place="GRETA")
    return dossier, ""


def taken(locale: House) -> Arranged:
    dossier, _ = registered(locale)
    locale.on(dossier, certification.take_certification)
    return dossier, ""


def reminded(locale: House) -> Arranged:
    dossier, reminder = locale.presented(), uuid4()
    day = locale.today + timedelta(days=7)
    locale.on(dossier, follow_up.set_reminder, reminder=reminder, day=day, text="rappeler la mère")
    return dossier, reminder


def corrected(locale: House) -> Arranged:
    """The plan is taken back; the young person has its fiche."""
    dossier = locale.planned()
    locale.on(dossier, issue_paper, paper="fiche")
    locale.on(dossier, retract, version=locale.version(dossier, DiagnosticPlanned), reason="erreur")
    return dossier, ""


def to_retake(locale: House) -> Arranged:
    """An action was done: what it brought is to be measured."""
    dossier, actions = locale.prescribed()
    locale.on(dossier, parcours.end_action, action=actions[1], outcome="done", note="")
    return dossier, ""
