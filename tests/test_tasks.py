"""Each row of docs/event-model.md#the-tasks: what opens it, when it is due, why, what closes it, what stops it.

Each kind is one row of ROWS. Days were counted on the calendar by hand; each delay crosses a week-end and a holiday.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import pytest
from msgspec import structs

from pixflow.documents.protocol import Delays, Escalation
from pixflow.documents.resource import ResourceDocument
from pixflow.dossier.retraction import FROM_PIX
from pixflow.events import contact as k
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events import partner as t
from pixflow.events import question as q
from pixflow.events import resource as r
from pixflow.events import staff as s
from pixflow.events import workshop as w
from pixflow.events.base import Event
from pixflow.events.catalogue import catalogue
from pixflow.events.structure import TeamConfirmed
from pixflow.events.values import Action, ContactDetails, Moment, OfferTerms, Partner, PartnerDetails, Profile
from pixflow.folding import Stamp
from pixflow.protocol.publishing import Protocols
from pixflow.reference_data import References
from pixflow.resources.state import ReaderMark, ReadingCheck
from pixflow.tasks import OF, TASK_KINDS, Kind, Task, days_set
from pixflow.team.staff import Staff
from tests.given import (
    ACTION,
    ADDED,
    ADVISOR,
    CLEA,
    COLLEAGUE,
    DOSSIER,
    LEC,
    OTHER_DOSSIER,
    OTHER_WORKSHOP,
    PARTICIPATION,
    PLAN,
    PRESET,
    REFERRAL,
    SECOND,
    STRUCTURE,
    STUDY,
    WORKSHOP,
    absent,
    answered,
    appointment,
    assigned,
    attended,
    booked,
    built,
    cancelled,
    certification,
    certification_taken,
    certified,
    chased,
    closed,
    complete,
    confirmed,
    debriefed,
    declared,
    declined,
    dispatched,
    dropped,
    ended,
    explored,
    followed,
    found,
    handed,
    imported,
    joined,
    lent,
    linked,
    marked,
    missed,
    needed,
    no_certification,
    no_retake,
    not_certified,
    not_complete,
    note,
    on_cv,
    opened,
    planned,
    presented,
    received,
    references,
    registered,
    reminded,
    reminder,
    reopened,
    result,
    retake,
    retracted,
    reviewed,
    scheduled,
    seated,
    sent,
    set_aside,
    settled,
    snoozed,
    started,
    state_of,
    studied,
    tasks_of,
    unbooked,
    vanished,
    withdrawn,
)

REFS = references()


def owed(history: Sequence[Event], refs: References = REFS, subject: str = "dossier") -> dict[str, Task]:
    of_stream = (
        tasks_of(*history, refs=refs) if subject == "dossier" else OF[subject](state_of(subject, *history), refs)
    )
    return {task.key: task for task in of_stream}


def fiche(on: date) -> d.PaperIssued:
    return d.PaperIssued(paper="fiche", on=on)


def corrected(version: int, on: date) -> d.Retracted:
    """A plan was retracted; the young person has its fiche."""
    return d.Retracted(version=version, reason="erreur", on=on, papers=("fiche",))


def kinds(history: Sequence[Event], refs: References = REFS) -> set[str]:
    return {task.kind for task in owed(history, refs).values()}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of task. The last event of `history` opens it; each of `closed_by` and `stops` ends it.

    `opened`, `until` and `days` say more in docs/event-model.md#the-tasks: each event that opens it, what ends it
    besides, and the end of a delay that is no number of days.
    """

    kind: Kind
    opened: str
    until: str = ""
    days: str = ""
    about: object = ""
    subject: str = "dossier"
    role: str = "advisor"
    history: tuple[Event, ...]
    opens: date
    due: date
    lapses: date | None = None
    why: int
    details: dict[str, str]
    closed_by: dict[str, tuple[Event, ...]]
    stops: dict[str, tuple[Event, ...]]
    stays: dict[str, tuple[Event, ...]]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.about}" if self.about else self.kind


def result_in(on: date) -> tuple[Event, ...]:
    return opened(on), assigned(on=on), linked(on), received(on)


def prescribed(on: date) -> tuple[Event, ...]:
    return *result_in(on), dispatched(on), debriefed(on), built(on)


def gone_quiet(on: date) -> tuple[Event, ...]:
    """Everything was over by that day, and nothing was learned that a retake would measure."""
    return *prescribed(date(2026, 9, 15)), sent(date(2026, 9, 16)), ended(on, outcome="abandoned")


def badge(on: date, *, earned: bool = True) -> tuple[Event, ...]:
    """The complete diagnostic, as an export tells it."""
    shared = replace(result(on), badges=(("CléA numérique", earned),))
    shown = linked(on, SECOND, purpose="complete"), received(on, SECOND, purpose="complete", result=shared)
    return *shown, complete(on, SECOND)


def profile(on: date, participation: Any = SECOND, *, certifiable: bool = True) -> tuple[Event, ...]:
    shared = Profile(shared=Moment(on), pix=204, certifiable=certifiable)
    link = linked(on, participation, purpose="profile", started=None)
    return link, d.ProfileReceived(participation=participation, profile=shared, on=on)


def in_workshop(on: date, held: date, **changes: Any) -> d.DiagnosticPlanned:
    return planned(on, held, **{"modality": "workshop", **changes})


NEXT = datetime(2026, 12, 28, 9, tzinfo=UTC)
APRIL_22, APRIL_30, MAY_7, MAY_22 = date(2026, 4, 22), date(2026, 4, 30), date(2026, 5, 7), date(2026, 5, 22)
JULY_13, OCT_1, OCT_23, OCT_28 = date(2026, 7, 13), date(2026, 10, 1), date(2026, 10, 23), date(2026, 10, 28)
NOV_2, NOV_6, NOV_10 = date(2026, 11, 2), date(2026, 11, 6), date(2026, 11, 10)
DEC_3, DEC_23, DEC_24, OCT_28_2027 = date(2026, 12, 3), date(2026, 12, 23), date(2026, 12, 24), date(2027, 10, 28)
PRESENTED = (opened(MAY_7), assigned(on=MAY_7), presented(MAY_7))
FINISHED = (opened(OCT_1), assigned(on=OCT_1), linked(OCT_28_2027))
DISPATCHED = (*result_in(NOV_6), dispatched(NOV_6))
NEWER = (linked(DEC_24, SECOND), received(DEC_24, SECOND))
WALK_IN = (linked(DEC_24, progress="0.1"),)
SEATED = (opened(OCT_1), assigned(on=OCT_1), presented(OCT_1), in_workshop(OCT_1, NOV_6), booked(NOV_6, OCT_1))
BEGUN = (opened(OCT_1), assigned(on=OCT_1), linked(OCT_1, progress="0.4"))
WAITING = (*prescribed(OCT_1), sent(OCT_23))
LEARNED = (*prescribed(date(2026, 9, 15)), sent(date(2026, 9, 16)), ended(NOV_2))

PLACE: dict[str, Any] = {"source": "Dora", "place": "7"}
LISE = ContactDetails("Lise Marchand", phone="+33233840000", email="lise@example.org")
EPN = t.PartnerListed(
    **PLACE, details=PartnerDetails(name="EPN", phone="+33233000101"), updated=OCT_1, digest="a", on=OCT_1
)


def told(digest: str, on: date) -> t.SourceTold:
    """The source gives another phone number."""
    return t.SourceTold(
        **PLACE, details=PartnerDetails(name="EPN", phone=f"+3323300010{digest}"), updated=on, digest=digest, on=on
    )


INES = s.StaffJoined(name="Inès", email="i@ml.fr", site=None, on=NOV_6)
TEXT = ResourceDocument("Présenter Pix", "fiche", "Pix est gratuit.")


def shared(on: date) -> r.ResourceShared:
    return r.ResourceShared(document=TEXT, note="", on=on)


ROWS = (
    Row(
        kind="present-pix",
        opened="`DossierOpened` or `NeedAssessed` (protocol), `ProgrammeJoined` (CEJ)",
        history=(opened(APRIL_22),),
        opens=APRIL_22,
        due=date(2026, 5, 18),  # 15 days, without 1 and 8 May nor Ascension Thursday the 14th
        why=1,
        details={},
        closed_by={"presented": (presented(MAY_7),), "declined": (declined(MAY_7),)},
        stops={"a walk-in": WALK_IN, "at a workshop": (attended(MAY_7),), "closed": (closed(MAY_7),)},
        stays={
            "planned": (planned(MAY_7),), "complete test": (linked(MAY_7, purpose="complete"),), "note": (note(),),
            "not needed, where all are concerned": (needed(MAY_7, needed=False),),
        },
    ),
    Row(
        kind="plan-diagnostic",
        opened="`PixPresented`, `ProgrammeJoined` (CEJ)",
        history=PRESENTED,
        opens=MAY_7,
        due=date(2026, 5, 18),  # 5 days, without 8 May nor Ascension Thursday
        why=3,
        details={"by": "presented"},
        closed_by={"planned": (planned(MAY_22),), "declined": (declined(MAY_22),)},
        stops={"a walk-in": WALK_IN, "at a workshop": (attended(MAY_22),), "closed": (closed(MAY_22),)},
        stays={"other advisor": (assigned(SECOND, MAY_22),), "note": (note(),)},
    ),
    Row(
        kind="book-workshop",
        opened="`DiagnosticPlanned` in a workshop, `SeatCancelled` (released)",
        history=(*PRESENTED, in_workshop(MAY_7, MAY_22)),
        opens=MAY_7,
        due=date(2026, 5, 18),  # 5 days, without 8 May nor Ascension Thursday
        why=4,
        details={"by": "planned"},
        closed_by={"booked": (booked(MAY_22, MAY_7),)},
        stops={
            "a walk-in": WALK_IN,
            "planned elsewhere": (planned(MAY_7, plan=SECOND),),
            "declined": (declined(MAY_7),),
            "at a workshop": (attended(MAY_22),),
            "closed": (closed(MAY_7),),
        },
        stays={
            "in another workshop": (in_workshop(MAY_7, MAY_22, plan=SECOND, place="Mortagne"),),
            "a seat given up": (booked(MAY_22, MAY_7), unbooked(on=MAY_7)),
            "complete test": (linked(MAY_7, purpose="complete"),),
        },
    ),
    Row(
        kind="rebook-absent",
        opened="`WorkshopMissed`, `SeatCancelled` (workshop cancelled)",
        about=WORKSHOP,
        history=(*SEATED, absent(NOV_6)),
        opens=NOV_6,
        due=date(2026, 11, 16),  # 5 days, without 11 November
        why=6,
        details={"by": "missed", "planned": "2026-11-06"},
        closed_by={
            "booked": (booked(DEC_24, NOV_10, OTHER_WORKSHOP),), "replanned": (planned(NOV_10, plan=SECOND),),
        },
        stops={
            "there after all": (attended(NOV_6),),
            "a walk-in": WALK_IN,
            "declined": (declined(NOV_10),),
            "closed": (closed(NOV_10),),
        },
        stays={"excused": (absent(NOV_6, excused=True),), "complete test": (linked(NOV_10, purpose="complete"),)},
    ),
    Row(
        kind="mark-attendance",
        opened="`SeatTaken`, on the workshop's day",
        subject="workshop",
        role="facilitator",
        history=(scheduled(DEC_24, on=DEC_24), seated(on=DEC_24)),
        opens=DEC_24,
        due=date(2026, 12, 28),  # 1 day, without Christmas, a Friday
        why=1,
        details={},
        closed_by={"present": (marked(on=DEC_24),), "absent": (marked(presence="absent", on=DEC_24),)},
        stops={"cancelled": (cancelled(DEC_24),), "given up": (w.SeatReleased(dossier=DOSSIER, on=DEC_24),)},
        stays={"one more": (seated(OTHER_DOSSIER, DEC_24), marked(on=DEC_24))},
    ),
    Row(
        kind="chase-diagnostic",
        opened="`DiagnosticPlanned` elsewhere, from the day planned",
        until="tries used up",
        about=PLAN,
        history=(opened(OCT_1), presented(OCT_1), planned(OCT_1, OCT_23)),
        opens=date(2026, 11, 16),  # 15 days from its date, without 11 November; All Saints is a Sunday
        due=date(2026, 11, 19),
        why=3,
        details={"planned": "2026-10-23"},
        closed_by={"a participation": WALK_IN, "replanned": (planned(NOV_2, NOV_10, SECOND),)},
        stops={
            "declined": (declined(NOV_2),),
            "closed": (closed(NOV_2),),
            "in a workshop": (planned(NOV_2, modality="workshop"),),
        },
        stays={"complete test": (linked(NOV_2, purpose="complete"),)},
    ),
    Row(
        kind="chase-sharing",
        opened="`ParticipationLinked`, `ParticipationAdvanced` at 100 %",
        until="tries used up",
        about=PARTICIPATION,
        history=FINISHED,
        opens=date(2027, 11, 3),  # 3 days from the export that shows it, without All Saints, a Monday
        due=date(2027, 11, 8),
        why=3,
        details={},
        closed_by={
            "result": (received(date(2027, 11, 3)),),
            "profile": profile(date(2027, 11, 3), PARTICIPATION)[1:],
            "vanished": (withdrawn(date(2027, 11, 3)),),
        },
        stops={
            "newer result": (linked(OCT_28_2027, SECOND), received(date(2027, 11, 3), SECOND)),
            "closed": (closed(date(2027, 11, 3)),),
        },
        stays={
            "result of another purpose": (
                linked(OCT_28_2027, SECOND, purpose="complete"), received(OCT_28_2027, SECOND, purpose="complete"),
            ),
        },
    ),
    Row(
        kind="declare-campaign",
        opened="`CampaignFound`",
        subject="campaign",
        role="referent",
        history=(found(DEC_24),),
        opens=DEC_24,
        due=date(2026, 12, 28),  # 1 day, without Christmas, a Friday
        why=1,
        details={"campaign": "CEJ printemps"},
        closed_by={"declared": (declared(DEC_24),)},
        stops={},
        stays={},
    ),
    Row(
        kind="match-participation",
        opened="`ParticipationImported`, `PurposeSettled`",
        subject="participation",
        role="referent",
        history=(imported(DEC_24),),
        opens=DEC_24,
        due=date(2026, 12, 29),
        why=1,
        details={},
        closed_by={"match confirmed": (confirmed(DEC_24),), "set aside": (set_aside(DEC_24),)},
        stops={"vanished": (vanished(NEXT, DEC_24),)},
        stays={
            "rejected": (p.MatchRejected(dossier=OTHER_DOSSIER, on=DEC_24),),
            "shown again": (
                vanished(NEXT, DEC_24),
                p.ParticipationProgressed(progress=Decimal(1), exported_at=NEXT + timedelta(days=1), on=DEC_24),
            ),
            "match undone": (confirmed(DEC_24), p.Retracted(version=2, reason="erreur", on=DEC_24)),
            "brought back": (set_aside(DEC_24), p.Retracted(version=2, reason="erreur", on=DEC_24)),
        },
    ),
    Row(
        kind="dispatch-result",
        opened="`ResultReceived` (protocol)",
        about=PARTICIPATION,
        role="referent",
        history=result_in(NOV_10),
        opens=NOV_10,
        due=date(2026, 11, 13),  # 2 days, without 11 November
        why=4,
        details={"mastery": "0.35"},
        closed_by={"dispatched": (dispatched(NOV_10),), "debriefed": (debriefed(NOV_10),)},
        stops={"newer result": NEWER, "vanished": (withdrawn(DEC_24),), "closed": (closed(DEC_24),)},
        stays={
            "older result imported later": (
                linked(DEC_24, SECOND), received(DEC_24, SECOND, result=result(date(2026, 1, 9))),
            ),
            "complete result": (
                linked(DEC_24, SECOND, purpose="complete"), received(DEC_24, SECOND, purpose="complete"),
            ),
            "other advisor": (assigned(SECOND, DEC_24),),
        },
    ),
    Row(
        kind="assign-advisor",
        opened="`DossierOpened` without advisor; the day after `StaffLeft`",
        until="the advisor is back",
        role="referent",
        history=(opened(APRIL_30),),
        opens=APRIL_30,
        due=date(2026, 5, 5),  # 2 days, without 1 May, a Friday
        why=1,
        details={},
        closed_by={"assigned": (assigned(on=APRIL_30),)},
        stops={"lent": (lent(on=APRIL_30),), "closed": (closed(APRIL_30),)},
        stays={"presented": (presented(APRIL_30),)},
    ),
    Row(
        kind="hold-debrief",
        opened="`ResultDispatched`, `ResultReceived` (protocol)",
        about=PARTICIPATION,
        history=DISPATCHED,
        opens=NOV_6,
        due=date(2026, 11, 16),  # 5 days, without 11 November
        why=5,
        details={"by": "dispatched", "mastery": "0.35"},
        closed_by={"debriefed": (debriefed(NOV_10),)},
        stops={"newer result": NEWER, "vanished": (withdrawn(NOV_10),), "closed": (closed(NOV_10),)},
        stays={"other advisor": (assigned(SECOND, NOV_10),)},
    ),
    Row(
        kind="explore-difficulty",
        opened="`WorkshopAttended` in trouble",
        history=(opened(JULY_13), assigned(on=JULY_13), attended(JULY_13, trouble=True)),
        opens=JULY_13,
        due=date(2026, 7, 21),  # 5 days, without 14 July
        why=3,
        details={},
        closed_by={"explored": (explored(JULY_13),)},
        stops={
            "a result to debrief": (linked(JULY_13), received(JULY_13)),
            "no trouble after all": (attended(JULY_13),),
            "closed": (closed(JULY_13),),
        },
        stays={
            "a debrief that found no cause": (linked(JULY_13), received(JULY_13), debriefed(JULY_13)),
            "an interview held before": (explored(MAY_22),),
            "tutorials": (studied(JULY_13),),
        },
    ),
    Row(
        kind="follow-self-study",
        opened="`SelfStudyAssigned`, `SelfStudyFollowed` (ongoing)",
        about=STUDY,
        history=(opened(DEC_3), assigned(on=DEC_3), studied(DEC_3)),
        opens=DEC_24,  # 15 days
        due=date(2027, 1, 4),  # 5 days, without Christmas nor New Year's Day, both Fridays
        why=3,
        details={"label": "Chercher sur le web"},
        closed_by={"done": (followed(DEC_24),), "stopped": (followed(DEC_24, "stopped"),)},
        stops={"closed": (closed(DEC_24),)},
        stays={"still going on": (followed(DEC_24, "ongoing"),), "a result": NEWER},
    ),
    Row(
        kind="build-prescription",
        opened="`DebriefHeld`",
        about=PARTICIPATION,
        history=(*result_in(JULY_13), debriefed(JULY_13)),
        opens=JULY_13,
        due=date(2026, 7, 21),  # 5 days, without 14 July
        why=5,
        details={"mastery": "0.35"},
        closed_by={"built": (built(JULY_13),)},
        stops={"newer result": NEWER, "vanished": (withdrawn(JULY_13),), "closed": (closed(JULY_13),)},
        stays={"dispatched after all": (dispatched(JULY_13),)},
    ),
    Row(
        kind="review-reading",
        opened="`DebriefHeld`, from the first day of a grid that reads it otherwise",
        about=1,
        history=(*DISPATCHED, debriefed(NOV_6, grille=2)),
        opens=NOV_6,
        due=date(2026, 11, 23),  # 10 days, without 11 November
        why=6,
        details={
            "by": "name", "number": "1", "then": "2", "before": "Premiers pas", "after": "Savoirs de base",
            "mastery": "0.35",
        },
        closed_by={"told": (reviewed(NOV_6),), "the former kept": (reviewed(NOV_6, told=False),)},
        stops={"closed": (closed(NOV_6),), "another result": NEWER, "vanished": (withdrawn(NOV_6),)},
        stays={"an answer about another grid": (reviewed(NOV_6, 3, told=False),)},
    ),
    Row(
        kind="refer",
        opened="`PrescriptionBuilt`, `ActionAdded`: an action, but the complete diagnostic",
        until="`CertificationProposed`, `CertificationDeclined`, `ResultAddedToCv`",
        about=ACTION,
        history=prescribed(DEC_23),
        opens=DEC_23,
        due=date(2026, 12, 31),  # 5 days, without Christmas
        why=7,
        details={"label": "CAP LEC"},
        closed_by={"referral sent": (sent(DEC_24),), "dropped": (dropped(DEC_24),)},
        stops={"started": (started(DEC_24),), "ended": (ended(DEC_24),), "closed": (closed(DEC_24),)},
        stays={"newer result": NEWER, "accepted elsewhere": (answered(referral=SECOND),)},
    ),
    Row(
        kind="chase-partner",
        opened="`ReferralSent`; waits for `AnswerPromised`",
        until="tries used up",
        about=REFERRAL,
        history=WAITING,
        opens=NOV_6,  # 10 days
        due=date(2026, 11, 12),  # 3 days, without 11 November
        lapses=date(2026, 12, 7),  # 30 days, without 11 November
        why=8,
        details={"label": "CAP LEC", "partner": "viaformation"},
        closed_by={"accepted": (answered(NOV_6),), "refused": (answered(NOV_6, "refused"),)},
        stops={
            "another partner": (sent(NOV_6, SECOND),),
            "started": (started(NOV_6),),
            "ended": (ended(NOV_6),),
            "dropped": (dropped(NOV_6),),
            "closed": (closed(NOV_6),),
        },
        stays={"chased": (reminded(NOV_6),), "newer result": NEWER},
    ),
    Row(
        kind="offer-alternative",
        opened="`ReferralAnswered` (refused), `ReferralSent` that lapsed",
        until="`ReferralSent`, from then on",
        about=ACTION,
        history=(*WAITING, answered(DEC_23, "refused")),
        opens=DEC_23,
        due=date(2026, 12, 31),  # 5 days, without Christmas
        why=9,
        details={"label": "CAP LEC", "by": "refused", "partner": "viaformation"},
        closed_by={"another referral": (sent(DEC_24, SECOND), answered(DEC_24, referral=SECOND))},
        stops={
            "dropped": (dropped(DEC_24),),
            "started": (started(DEC_24),),
            "ended": (ended(DEC_24),),
            "closed": (closed(DEC_24),),
        },
        stays={"newer result": NEWER, "refused once more": (sent(DEC_24, SECOND), answered(DEC_24, "refused", SECOND))},
    ),
    Row(
        kind="record-outcome",
        opened="`ActionStarted`, `ReferralSent` with an end, on that day; `OutcomeReported`",
        until="refused before the start",
        about=ACTION,
        history=(*prescribed(APRIL_22), started(APRIL_22, MAY_22)),
        opens=MAY_22,
        due=date(2026, 6, 1),  # 5 days from its end, without Pentecost Monday the 25th
        why=8,
        details={"label": "CAP LEC", "ends": "2026-05-22"},
        closed_by={"ended": (ended(MAY_22),)},
        stops={"dropped": (dropped(MAY_22),), "closed": (closed(MAY_22),)},
        stays={"newer result": NEWER},
    ),
    Row(
        kind="complete-path",
        opened="`WorkshopAttended` at ease, `PrescriptionBuilt`, `ActionAdded`",
        days=", or the end of the collective period",
        history=(opened(APRIL_22), assigned(on=APRIL_22), attended(APRIL_22, ease=True)),
        opens=APRIL_22,
        due=date(2026, 6, 9),  # 30 days, without 1 and 8 May, Ascension Thursday nor Pentecost Monday
        why=3,
        details={"by": "ease"},
        closed_by={"taken": (complete(MAY_7),), "declined": (not_complete(MAY_7),)},
        stops={
            "finished, not shared": (linked(MAY_7, purpose="complete"),),
            "not at ease after all": (attended(APRIL_22),),
            "closed": (closed(MAY_7),),
        },
        stays={
            "begun": (linked(MAY_7, purpose="complete", progress="0.3"),),
            "finished and vanished": (linked(MAY_7, purpose="complete"), withdrawn(MAY_7)),
            "a result": NEWER,
        },
    ),
    Row(
        kind="propose-certification",
        opened="`CompleteDiagnosticTaken`, certifiable",
        history=(opened(JULY_13), assigned(on=JULY_13), *badge(JULY_13)),
        opens=JULY_13,
        due=date(2026, 7, 28),  # 10 days, without 14 July
        why=5,
        details={},
        closed_by={"proposed": (certification(JULY_13),), "declined": (no_certification(JULY_13),)},
        stops={"closed": (closed(JULY_13),)},
        stays={"a profile that says no": profile(JULY_13, PLAN, certifiable=False), "vanished": (withdrawn(JULY_13),)},
    ),
    Row(
        kind="record-certification",
        opened="`CertificationRegistered`, on the day of the session; `CertificationTaken`",
        history=(opened(JULY_13), assigned(on=JULY_13), certification(JULY_13), certification_taken(JULY_13)),
        opens=JULY_13,
        due=date(2026, 8, 11),  # 20 days, without 14 July
        why=4,
        details={"by": "taken"},
        closed_by={
            "obtained": (certified(JULY_13),), "not obtained": (not_certified(JULY_13),),
            "declined": (no_certification(JULY_13),),
        },
        stops={"closed": (closed(JULY_13),)},
        stays={"on the CV": (on_cv(JULY_13),)},
    ),
    Row(
        kind="plan-retake",
        opened="`ActionEnded`, the last that teaches",
        history=LEARNED,
        opens=date(2027, 1, 28),  # 60 days, without 11 November, Christmas and New Year's Day
        due=date(2027, 2, 11),
        why=9,
        details={"label": "CAP LEC"},
        closed_by={"planned": (retake(DEC_24),), "declined": (no_retake(DEC_24),)},
        stops={"the test begun again": (linked(DEC_24, SECOND, progress="0.1"),), "closed": (closed(DEC_24),)},
        stays={
            "an older test, imported later": (linked(DEC_24, SECOND, started=Moment(OCT_1)),),
            "a complete test": (linked(DEC_24, SECOND, purpose="complete"),),
            "declined before another was done": (
                no_retake(NOV_2), built(NOV_2, SECOND, (Action(ADDED, "CAP Digital", "action"),)), ended(NOV_2, ADDED),
            ),
        },
    ),
    Row(
        kind="close-or-plan",
        opened="the last activity, as `ActionEnded`; at once after the last `YoungPersonChased`, `PartnerChased`",
        history=gone_quiet(NOV_2),
        opens=date(2027, 1, 28),  # 60 days from the last event, without 11 November, Christmas and New Year's Day
        due=date(2027, 2, 4),
        why=9,
        details={"by": "quiet"},
        closed_by={"closed": (closed(NOV_10),), "a newer result": NEWER},
        stops={"an action to refer": (built(NOV_10, SECOND, (Action(ADDED, "CAP Digital", "action"),)),)},
        stays={"closed and reopened": (closed(NOV_10), reopened(NOV_10))},
    ),
    Row(
        kind="inform-holder",
        opened="`Retracted`, `DuplicateJoined`, for each holder outside",
        history=(opened(OCT_1), assigned(on=OCT_1), planned(OCT_1), fiche(OCT_1), corrected(3, NOV_10)),
        opens=NOV_10,
        due=date(2026, 11, 13),  # 2 days, without 11 November
        why=5,
        details={"by": "person", "papers": "fiche"},
        closed_by={"told": (d.HolderInformed(referral=None, answer="told", note="", on=NOV_10),)},
        stops={"closed": (closed(NOV_10),), "given a new one": (fiche(NOV_10),)},
        stays={
            "a partner is told": (d.HolderInformed(referral=SECOND, answer="told", note="", on=NOV_10),),
            "given another one": (d.PaperIssued(paper="prescription", on=NOV_10),),
        },
    ),
    Row(
        kind="recall",
        opened="`ReminderSet`, on its day; nobody else sees it late",
        days="–",
        about=SECOND,
        history=(opened(OCT_1), assigned(on=OCT_1), reminder(NOV_10, OCT_1)),
        opens=NOV_10,
        due=NOV_10,
        why=3,
        details={"label": "rappeler la mère"},
        closed_by={"done": (d.ReminderDone(reminder=SECOND, note="", on=NOV_10),)},
        stops={"closed": (closed(NOV_10),)},
        stays={
            "another one is done": (d.ReminderDone(reminder=PARTICIPATION, note="", on=NOV_10),),
            "set to another day": (reminder(DEC_3, NOV_10),),
        },
    ),
    Row(
        kind="review-late-event",
        opened="an event from outside on a closed dossier, as `ResultReceived`",
        role="referent",
        history=(opened(OCT_1), linked(OCT_1), closed(NOV_2), received(DEC_24)),
        opens=DEC_24,
        due=date(2027, 1, 4),  # 5 days, without Christmas nor New Year's Day, both Fridays
        why=4,
        details={},
        closed_by={"reviewed": (d.LateEventReviewed(note="", on=DEC_24),)},
        stops={"reopened": (reopened(DEC_24),)},
        stays={"one more": (withdrawn(DEC_24),), "note": (note(on=DEC_24),)},
    ),
    Row(
        kind="confirm-erasure",
        opened="`ErasureRequested`",
        days="a month (RGPD, article 12, 3)",
        role="manager",
        history=(opened(OCT_1), d.ErasureRequested(reason="request", on=OCT_1)),
        opens=OCT_1,
        due=date(2026, 11, 1),  # a month of the calendar, on whatever day it ends
        why=2,
        details={"by": "request"},
        closed_by={
            "kept": (d.ErasureDeclined(note="litige", on=OCT_23),),
            "erased": (d.PersonErased(reason="request", on=OCT_23),),
        },
        stops={},
        stays={"asked again": (d.ErasureRequested(reason="mistake", on=OCT_23),), "closed": (closed(OCT_23),)},
    ),
    Row(
        kind="answer-question",
        opened="`QuestionAsked`",
        subject="question",
        role="referent",
        history=(q.QuestionAsked(text="Et s’il refuse ?", task="", on=NOV_6),),
        opens=NOV_6,
        due=date(2026, 11, 16),  # 5 days, without 11 November
        why=1,
        details={},
        closed_by={
            "answered": (q.QuestionAnswered(resource=SECOND, on=NOV_10),),
            "dropped": (q.QuestionDropped(reason="", on=NOV_10),),
        },
        stops={},
        stays={},
    ),
    Row(
        kind="revise-resource",
        opened="`ResourceProposed`; two `ResourceMarked` not useful; the last `ResourceShared`, `ResourceRevised`, "
        "`ResourceChecked`, after the first delay",
        until="`ResourceChecked`, but for a proposal",
        about="proposed",
        subject="resource",
        role="referent",
        history=(shared(OCT_1), r.ResourceProposed(proposal=1, document=TEXT, note="", on=NOV_6)),
        opens=NOV_6,
        due=date(2026, 11, 23),  # 10 days, without 11 November
        why=2,
        details={"by": "proposed"},
        closed_by={
            "revised": (r.ResourceRevised(document=TEXT, note="", on=NOV_10),),
            "shared": (shared(NOV_10),),
            "declined": (r.ProposalDeclined(proposal=1, reason="non", on=NOV_10),),
            "withdrawn": (r.ResourceWithdrawn(reason="périmée", on=NOV_10),),
        },
        stops={},
        stays={
            "read again": (r.ResourceChecked(on=NOV_10),),
            "another proposal": (r.ResourceProposed(proposal=2, document=TEXT, note="mieux", on=NOV_10),),
        },
    ),
    Row(
        kind="take-pix",
        opened="`StaffJoined`, `RoleGranted`",
        until="gone",
        subject="staff",
        history=(INES, s.RoleGranted(role="advisor", on=NOV_6)),
        opens=NOV_6,
        due=date(2026, 12, 7),  # 20 days, without 11 November
        why=1,
        details={},
        closed_by={"taken": (s.PixTakenByStaff(on=NOV_10),)},
        stops={"no longer an advisor": (s.RoleEnded(role="advisor", on=NOV_10),)},
        stays={"told": (s.BriefingHeld(title="Accueil", on=NOV_10),)},
    ),
    Row(
        kind="brief-newcomer",
        opened="`StaffJoined`, `RoleGranted`: advisor, facilitator",
        until="gone",
        subject="staff",
        role="referent",
        history=(INES, s.RoleGranted(role="facilitator", on=NOV_6)),
        opens=NOV_6,
        due=date(2026, 11, 30),  # 15 days, without 11 November
        why=1,
        details={},
        closed_by={"told": (s.BriefingHeld(title="Accueil", on=NOV_10),)},
        stops={"no longer a facilitator": (s.RoleEnded(role="facilitator", on=NOV_10),)},
        stays={"taken": (s.PixTakenByStaff(on=NOV_10),)},
    ),
    Row(
        kind="designate-referent",
        opened="`StructureOpened`, `StaffLeft`, `RoleEnded`: a site without référent",
        until="`ReferentDesignated`, `RoleGranted`",
        about="L'Aigle",
        subject="structure",
        role="manager",
        history=(STRUCTURE,),
        opens=date(2020, 1, 1),
        due=date(2020, 1, 8),  # 5 days
        why=1,
        details={"site": "L'Aigle"},
        closed_by={},
        stops={},
        stays={},
    ),
    Row(
        kind="confirm-team",
        opened="`StructureOpened`, the last `TeamConfirmed`",
        until="`TeamConfirmed`",
        subject="structure",
        role="manager",
        history=(STRUCTURE, TeamConfirmed(people=12, on=OCT_23)),
        opens=date(2027, 1, 20),  # 60 days, without 11 November, Christmas and New Year
        due=date(2027, 2, 3),  # 10 days
        why=2,
        details={},
        closed_by={},
        stops={},
        stays={"confirmed again": (TeamConfirmed(people=11, on=NOV_10),)},
    ),
    Row(
        kind="review-partner",
        opened="`PartnerSuggested`; `SourceTold` against a correction; `SourceWithdrawn` of one in use; "
        "`RevisionProposed`",
        until="listed",
        subject="partner",
        role="referent",
        history=(EPN, t.PartnerCorrected(field="phone", value="+33233000102", on=OCT_23), told("b", NOV_6)),
        opens=NOV_6,
        due=date(2026, 11, 23),  # 10 days, without 11 November
        why=3,
        details={"by": "contested"},
        closed_by={
            "reviewed": (t.PartnerReviewed(on=NOV_10),),
            "delisted": (t.PartnerDelisted(reason="closed", on=NOV_10),),
        },
        stops={
            "corrected again": (t.PartnerCorrected(field="phone", value="+33233000103", on=NOV_10),),
            "joined to another one": (t.PartnerAbsorbed(into=SECOND, on=NOV_10),),
        },
        stays={"verified": (t.PartnerVerified(channel="call", on=NOV_10),)},
    ),
    Row(
        kind="verify-partner",
        opened="the first `OfferListed`; the last confirmation of one in use, after the first delay",
        until="used, joined, or told again; a year unused",
        subject="partner",
        role="referent",
        history=(EPN, t.OfferListed(offer=SECOND, terms=OfferTerms(label="Bureautique", kind="digital"), on=NOV_6)),
        opens=NOV_6,
        due=date(2026, 12, 7),  # 20 days, without 11 November
        why=2,
        details={"by": "new"},
        closed_by={
            "verified": (t.PartnerVerified(channel="call", on=NOV_10),),
            "delisted": (t.PartnerDelisted(reason="closed", on=NOV_10),),
        },
        stops={
            "its offer is closed": (t.OfferClosed(offer=SECOND, on=NOV_10),),
        },
        stays={"reviewed": (t.PartnerReviewed(on=NOV_10),)},
    ),
    Row(
        kind="update-contact",
        opened="`ContactMissed`, `ContactLeft`",
        subject="contact",
        role="referent",
        history=(k.ContactNamed(partner=SECOND, details=LISE, on=OCT_23), k.ContactMissed(means="email", on=NOV_6)),
        opens=NOV_6,
        due=date(2026, 11, 23),  # 10 days, without 11 November
        why=2,
        details={"by": "email"},
        closed_by={
            "revised": (k.ContactRevised(details=LISE, on=NOV_10),),
            "erased": (k.ContactErased(reason="request", on=NOV_10),),
        },
        stops={},
        stays={"missed by telephone too": (k.ContactMissed(means="phone", on=NOV_10),)},
    ),
)  # fmt: skip


def owed_after(row: Row, *events: Event, refs: References = REFS) -> Task:
    """The task of a row after more events."""
    return owed((*row.history, *events), refs, row.subject)[row.key]


BY_LAW = ("confirm-erasure", "recall")
"""The delays that are no protocol's."""
UNSEEN = ("recall",)
"""The kinds that concern their owner alone."""
BY_KIND = {row.kind: row for row in ROWS}
DEBRIEF, DIAGNOSTIC, SHARING, PARTNER = (
    BY_KIND[kind] for kind in ("hold-debrief", "chase-diagnostic", "chase-sharing", "chase-partner")
)
COUNTED_ANEW = ("offer-alternative", "close-or-plan", "confirm-team")
"""To come before: once a referral lapses, after the quiet, or a quarter later; the last event then counts instead."""
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)


def test_every_kind_of_task_has_its_row() -> None:
    assert sorted(row.kind for row in ROWS) == sorted(get_args(Kind)) == sorted(TASK_KINDS)


@each_row
def test_its_last_event_opens_it_and_no_earlier_one(row: Row) -> None:
    assert row.key in owed(row.history, subject=row.subject)
    before = owed(row.history[:-1], subject=row.subject).get(row.key)
    assert before is None or (row.kind in COUNTED_ANEW and before.why.version < row.why)


@each_row
def test_when_it_is_visible_and_due_and_why(row: Row) -> None:
    task = owed_after(row)
    assert (task.kind, task.role, task.stage) == (row.kind, row.role, TASK_KINDS[row.kind].stage)
    assert (task.opens, task.due, task.lapses) == (row.opens, row.due, row.lapses)
    assert (task.why.version, task.why.details) == (row.why, row.details)
    opening = row.history[row.why - 1]
    assert task.why.on == opening.on  # type: ignore[attr-defined]


@pytest.mark.parametrize("row", [row for row in ROWS if row.kind not in BY_LAW], ids=lambda row: row.kind)
def test_its_delay_is_the_protocol_s(row: Row) -> None:
    field = row.kind.replace("-", "_")
    longer = references(delays=replace(Delays(), **{field: getattr(Delays(), field) + 1}))
    moved = owed_after(row, refs=longer)
    assert moved.opens == row.opens
    assert moved.due == REFS.calendar.add(row.due, 1)


@pytest.mark.parametrize("row", [row for row in ROWS if row.kind not in UNSEEN], ids=lambda row: row.kind)
def test_late_it_is_seen_by_the_referent_then_by_the_manager(row: Row) -> None:
    escalation = Escalation(referent=1, manager=2)
    task = owed_after(row, refs=references(escalation=escalation))
    first = REFS.calendar.add(row.due, 1)
    assert task.escalations == ((first, "referent"), (REFS.calendar.add(first, 1), "manager"))


def cases(name: str) -> list[object]:
    return [
        pytest.param(row, events, id=f"{row.kind}: {label}")
        for row in ROWS
        for label, events in getattr(row, name).items()
    ]


@pytest.mark.parametrize(("row", "events"), [*cases("closed_by"), *cases("stops")])
def test_what_ends_it(row: Row, events: tuple[Event, ...]) -> None:
    assert row.key not in owed((*row.history, *events), subject=row.subject)


@pytest.mark.parametrize(("row", "events"), cases("stays"))
def test_what_does_not_end_it(row: Row, events: tuple[Event, ...]) -> None:
    assert row.key in owed((*row.history, *events), subject=row.subject)


@pytest.mark.parametrize("row", [row for row in ROWS if row.subject == "dossier"], ids=lambda row: row.kind)
def test_what_ended_it_taken_back_it_is_owed_as_before(row: Row) -> None:
    before = owed_after(row)
    for events in row.closed_by.values():
        if isinstance(events[-1], d.PersonErased):
            continue  # an erasure cannot be retracted
        strikes = [retracted(len(row.history) + n, on=row.opens) for n in range(len(events), 0, -1)]
        assert owed_after(row, *events, *strikes) == before


def test_an_event_that_closes_a_task_says_so() -> None:
    """`CLOSES` is what the rows say: the events after which a task, or its turn, is over; but those that Pix sends."""
    last = {type(event) for row in ROWS for event in _closing(row)}
    assert {event for event in catalogue() if event.CLOSES} == last - set(FROM_PIX)


def _closing(row: Row) -> Iterator[Event]:
    """The events that close the row's task, or begin its next turn."""
    chase = ((chased(row.key, row.opens),),) if row.subject == "dossier" else ()
    for events in (*row.closed_by.values(), *row.stays.values(), *chase):
        for n, event in enumerate(events):
            history = (*row.history, *events[:n])
            before, after = (owed(one, subject=row.subject).get(row.key) for one in (history, (*history, event)))
            closed = after is None and events in row.closed_by.values()
            if before and (closed or (after and after.chases > before.chases)):
                yield event


def test_an_unknown_subject_owes_nothing() -> None:
    assert all(owed((), subject=subject) == {} for subject in OF)


# --- opening, in particular


def test_two_colleagues_who_doubt_a_resource_have_it_read_again_and_so_does_time() -> None:
    known = state_of("resource", shared(NOV_6))
    (unread,) = OF["resource"](known, REFS)
    assert (unread.key, unread.opens) == ("revise-resource:unread", REFS.calendar.add(NOV_6, 240))
    doubt = ReaderMark(1, False, "", Stamp(NOV_10, 2))
    once = structs.replace(known, marks={"a": doubt})
    assert [task.key for task in OF["resource"](once, REFS)] == ["revise-resource:unread"]
    twice = structs.replace(known, marks={"a": doubt, "b": ReaderMark(1, False, "", Stamp(DEC_3, 3))})
    (doubted,) = OF["resource"](twice, REFS)
    assert (doubted.key, doubted.opens) == ("revise-resource:doubted", DEC_3)
    again = structs.replace(twice, checked=ReadingCheck("c", Stamp(DEC_23, 4)))
    assert [task.key for task in OF["resource"](again, REFS)] == ["revise-resource:unread"]


def test_a_partner_in_use_is_verified_once_nobody_confirms_it_for_long_and_reviewed_when_a_source_loses_it() -> None:
    lost = t.SourceWithdrawn(**PLACE, on=NOV_6)
    assert owed((EPN, lost), subject="partner") == {}
    tasks = owed((EPN, t.PartnerUsed(on=NOV_2), lost), subject="partner")
    assert tasks["review-partner"].why.details == {"by": "gone"}
    stale = tasks["verify-partner"]
    assert (stale.why.on, stale.opens) == (OCT_1, REFS.calendar.add(OCT_1, 120))
    assert stale.lapses == date(2027, 11, 2)
    again = owed((EPN, t.PartnerUsed(on=NOV_2), t.PartnerVerified(channel="visit", on=NOV_10)), subject="partner")
    assert again["verify-partner"].opens == REFS.calendar.add(NOV_10, 120)


def test_what_a_partner_proposes_is_reviewed_until_somebody_did() -> None:
    proposed = t.RevisionProposed(fields=(("phone", "+33233000199"),), offers=(), on=NOV_6)
    assert owed((EPN, proposed), subject="partner")["review-partner"].why.details == {"by": "proposed"}
    assert "review-partner" not in owed((EPN, proposed, t.PartnerReviewed(on=NOV_10)), subject="partner")


def test_a_suggested_partner_is_reviewed_and_one_by_hand_is_verified_when_nothing_says_how_to_reach_it() -> None:
    suggested = t.PartnerSuggested(details=PartnerDetails(name="EPN"), on=NOV_6)
    assert owed((suggested,), subject="partner")["review-partner"].why.details == {"by": "suggested"}
    offer = t.OfferListed(offer=SECOND, terms=OfferTerms(label="Bureautique", kind="digital"), on=NOV_6)
    for phone, kinds_owed in (("", {"verify-partner"}), ("+33233000101", set())):
        named = PartnerDetails(name="EPN", phone=phone)
        by_hand = t.PartnerListed(details=named, source="", place="", updated=None, digest="", on=NOV_6)
        assert set(owed((suggested, by_hand, offer), subject="partner")) == kinds_owed


def test_who_was_there_at_the_opening_is_no_newcomer_and_who_leaves_owes_nothing_more() -> None:
    granted = s.RoleGranted(role="advisor", on=NOV_6)
    first = s.StaffJoined(name="Inès", email="i@ml.fr", site=None, on=STRUCTURE.on)
    assert owed((first, granted), subject="staff") == {}
    leaves = owed((INES, granted, s.StaffLeft(last_day=NOV_10, on=NOV_10)), subject="staff")
    assert {task.lapses for task in leaves.values()} == {date(2026, 11, 11)}


def test_a_site_owes_a_designation_from_the_day_after_its_last_referent() -> None:
    everywhere = Staff(1, name="Sophie", roles=frozenset({"referent"}))
    mortagne = structs.replace(everywhere, designated_for="Mortagne")

    def sites(*team: Staff) -> dict[str, date]:
        refs = structs.replace(REFS, team={UUID(int=n): one for n, one in enumerate(team)})
        owed = OF["structure"](REFS.structure, refs)
        return {task.why.details["site"]: task.opens for task in owed if task.kind == "designate-referent"}

    assert sites() == dict.fromkeys(("L'Aigle", "Mortagne"), STRUCTURE.on)
    assert sites(everywhere) == {}
    assert sites(mortagne) == {"L'Aigle": STRUCTURE.on}
    assert sites(mortagne, structs.replace(everywhere, left=NOV_10)) == {"L'Aigle": date(2026, 11, 11)}
    ended = structs.replace(everywhere, roles=frozenset(), ended={"referent": NOV_6})
    assert sites(ended) == dict.fromkeys(("L'Aigle", "Mortagne"), NOV_6)


def test_a_dossier_without_advisor_owes_both() -> None:
    assert kinds((opened(),)) == {"assign-advisor", "present-pix"}
    assert kinds((opened(), assigned())) == {"present-pix"}


def test_the_dossiers_of_who_leaves_need_another_advisor_from_the_day_after() -> None:
    leaving = structs.replace(REFS, team={ADVISOR: Staff(1, name="Nadia", left=APRIL_30)})
    task = owed((opened(APRIL_22), assigned(on=APRIL_22)), leaving)["assign-advisor"]
    # the next day is a holiday, 1 May: visible then, due 2 working days later, across the week-end
    assert (task.role, task.opens, task.due) == ("referent", date(2026, 5, 1), date(2026, 5, 5))
    assert (task.why.on, task.why.version, task.why.details) == (APRIL_30, 2, {"by": "left", "name": "Nadia"})
    assert "assign-advisor" not in owed((opened(APRIL_22), assigned(COLLEAGUE)), leaving)
    assert "assign-advisor" not in owed((opened(APRIL_22), assigned(), closed(APRIL_30)), leaving)
    assert "assign-advisor" not in owed((opened(APRIL_22), assigned()), REFS)


def test_where_a_need_is_judged_only_a_cej_owes_a_presentation_counted_from_its_joining() -> None:
    assessed = references(concerned="assessed")
    assert kinds((opened(APRIL_22), assigned()), assessed) == {"close-or-plan"}
    task = owed((opened(APRIL_22), joined(on=MAY_7)), assessed)["present-pix"]
    assert (task.opens, task.why.version) == (MAY_7, 2)
    assert "present-pix" not in owed((opened(), joined("PACEA")), assessed)


def test_a_cej_owes_a_plan_before_any_presentation() -> None:
    task = owed((opened(APRIL_22), joined(on=MAY_7)))["plan-diagnostic"]
    assert (task.opens, task.due, task.why.details) == (MAY_7, date(2026, 5, 18), {"by": "cej"})
    assert "plan-diagnostic" not in owed((opened(), joined()), references(cej_mandatory=False))
    assert "plan-diagnostic" not in owed((opened(), joined("PACEA")))
    assert "plan-diagnostic" not in owed((opened(), joined(), joined("PACEA")))


def test_a_declined_test_that_is_planned_after_all_is_chased() -> None:
    history = (opened(OCT_1), assigned(on=OCT_1), presented(OCT_1), declined(OCT_1))
    assert kinds(history) == {"close-or-plan"}
    assert kinds((*history, planned(OCT_23))) == {"chase-diagnostic"}


def test_results_reach_the_advisor_without_dispatch_where_the_protocol_says_so() -> None:
    direct = references(result_route="advisor")
    task = owed(result_in(NOV_6), direct)[f"hold-debrief:{PARTICIPATION}"]
    assert (task.opens, task.why.version, task.why.details["by"]) == (NOV_6, 4, "received")
    assert kinds(result_in(NOV_6), direct) == {"hold-debrief"}


def test_a_result_s_clock_starts_when_it_is_learned() -> None:
    shared = received(NOV_10, result=result(date(2026, 1, 9)))
    history = (opened(OCT_1), assigned(on=OCT_1), linked(NOV_10), shared)
    assert owed(history)[f"dispatch-result:{PARTICIPATION}"].opens == NOV_10


def test_a_result_without_a_score_is_dispatched_without_one() -> None:
    history = (opened(), assigned(), linked(), received(result=result(mastery=None)))
    assert owed(history)[f"dispatch-result:{PARTICIPATION}"].why.details == {}


def test_a_match_waits_until_the_campaign_is_declared_and_counts_from_then() -> None:
    row = imported(NOV_10, purpose=None)
    assert owed((row,), subject="participation") == {}
    task = owed((row, settled(DEC_24)), subject="participation")["match-participation"]
    assert (task.opens, task.why.version) == (DEC_24, 2)


def test_a_test_begun_and_not_finished_owes_nothing_yet() -> None:
    assert kinds((opened(), assigned(), linked(progress="0.4"))) == {"close-or-plan"}


def test_a_test_finished_in_a_later_export_is_chased_from_then() -> None:
    more = d.ParticipationAdvanced(participation=PARTICIPATION, progress=Decimal(1), on=OCT_28_2027)
    history = (opened(OCT_1), assigned(on=OCT_1), linked(OCT_1, progress="0.4"), more)
    task = owed(history)[f"chase-sharing:{PARTICIPATION}"]
    assert (task.opens, task.why.version) == (date(2027, 11, 3), 4)


def test_an_outcome_is_asked_at_the_end_a_referral_gave_unless_it_was_refused() -> None:
    history = (*prescribed(OCT_1), sent(OCT_1, ends=DEC_24))
    task = owed(history)[f"record-outcome:{ACTION}"]
    assert (task.opens, task.due, task.why.version) == (DEC_24, date(2027, 1, 4), 8)
    refused = (*history, answered(NOV_2, "refused"))
    assert kinds(refused) == {"offer-alternative"}
    assert kinds((*refused, sent(NOV_10, SECOND))) == {"chase-partner", "offer-alternative"}
    assert kinds((*refused, sent(NOV_10, SECOND), answered(NOV_10, referral=SECOND))) == {"close-or-plan"}


def test_each_action_is_owed_on_its_own() -> None:
    both = (*prescribed(OCT_1)[:-1], built(OCT_1, actions=(LEC, Action(ADDED, "CAP Digital", "action", "cap-digital"))))
    assert set(owed(both)) == {f"refer:{ACTION}", f"refer:{ADDED}"}
    accepted = (*both, sent(OCT_1, ends=DEC_24), answered(OCT_1))
    assert set(owed(accepted)) == {f"record-outcome:{ACTION}", f"refer:{ADDED}"}


def test_the_delay_is_that_of_the_protocol_in_force_when_the_task_opened() -> None:
    slower = replace(PRESET.protocol, delays=replace(Delays(), hold_debrief=6))
    refs = References(
        structure=REFS.structure,
        protocols=Protocols(2, ((date(2020, 1, 1), PRESET.protocol), (date(2026, 11, 9), slower))),
    )
    assert owed(DISPATCHED, refs)[f"hold-debrief:{PARTICIPATION}"].due == date(2026, 11, 16)
    later = (*result_in(NOV_6), dispatched(date(2026, 11, 9)))
    assert owed(later, refs)[f"hold-debrief:{PARTICIPATION}"].due == date(2026, 11, 18)


# --- a need, a seat


def test_where_a_need_is_judged_it_opens_the_presentation_and_counts() -> None:
    assessed = references(concerned="assessed")
    history = (opened(APRIL_22), assigned(on=APRIL_22))
    task = owed((*history, needed(MAY_7)), assessed)["present-pix"]
    assert (task.opens, task.why.version) == (MAY_7, 3)
    assert kinds((*history, needed(MAY_7, needed=False)), assessed) == {"close-or-plan"}
    assert kinds((*history, needed(MAY_7), needed(MAY_22, needed=False)), assessed) == {"close-or-plan"}
    cej = (*history, joined(on=APRIL_30), needed(MAY_7, needed=False))
    assert owed(cej, assessed)["present-pix"].opens == APRIL_30


def test_a_seat_given_up_is_to_be_booked_again_counted_from_then() -> None:
    task = owed((*SEATED, unbooked(on=NOV_2)))["book-workshop"]
    assert (task.opens, task.why.version, task.why.details) == (NOV_2, 6, {"by": "released"})


def test_a_seat_in_a_workshop_that_is_cancelled_is_to_be_replaced() -> None:
    task = owed((*SEATED, unbooked("cancelled", NOV_2)))[f"rebook-absent:{WORKSHOP}"]
    assert (task.opens, task.why.details) == (NOV_2, {"by": "cancelled", "planned": "2026-11-06"})


def test_a_seat_holds_when_its_workshop_moves_and_its_day_is_waited_for() -> None:
    assert owed(SEATED)["close-or-plan"].opens == date(2027, 2, 3)
    assert owed((*SEATED, booked(DEC_3, NOV_2)))["close-or-plan"].opens == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("history", "days"),
    [
        (SEATED, {"workshop": NOV_6}),
        ((*SEATED, booked(DEC_3, NOV_2)), {"workshop": DEC_3}),
        ((*SEATED, absent(NOV_6)), {}),
        ((opened(), planned(planned_for=DEC_3)), {"diagnostic": DEC_3}),
        ((opened(), planned(planned_for=DEC_3), declined()), {}),
        ((opened(), planned(planned_for=DEC_3), linked()), {}),
        ((opened(), planned(planned_for=DEC_3), closed()), {}),
        ((*LEARNED, retake(NOV_6, DEC_3)), {"retake": DEC_3}),
        ((*LEARNED, retake(NOV_6, DEC_3), linked(NOV_10, SECOND, progress="0.2")), {}),
    ],
)
def test_a_seat_or_a_diagnostic_to_come_has_its_day_set(history: Sequence[Event], days: dict[str, date]) -> None:
    assert {one.key: one.day for one in days_set(state_of("dossier", *history))} == days


def test_an_absence_marked_late_asks_for_no_seat_when_one_is_booked_or_was_used_since() -> None:
    elsewhere = booked(DEC_3, NOV_10, OTHER_WORKSHOP)
    assert kinds((*SEATED, elsewhere, absent(NOV_6))) == {"close-or-plan"}
    came = (*SEATED, absent(NOV_6), elsewhere, attended(DEC_3, workshop=OTHER_WORKSHOP), absent(NOV_6, excused=True))
    assert kinds(came) == {"close-or-plan"}


def test_an_absence_after_an_earlier_workshop_asks_for_a_seat() -> None:
    earlier = (*SEATED[:-1], attended(OCT_23, workshop=OTHER_WORKSHOP), booked(NOV_6, OCT_28), absent(NOV_6))
    assert kinds(earlier) == {"rebook-absent"}
    assert kinds((*earlier, attended(OCT_23, workshop=OTHER_WORKSHOP, ease=True))) == {"rebook-absent", "complete-path"}


def test_another_plan_in_a_workshop_asks_for_a_seat_unless_one_is_booked() -> None:
    again = (*SEATED, absent(NOV_6), in_workshop(NOV_10, DEC_3, plan=SECOND))
    for history in (again, (*again, absent(NOV_6, excused=True))):
        task = owed(history)["book-workshop"]
        assert (task.opens, task.why.version, task.why.details) == (NOV_10, 7, {"by": "planned"})
    assert kinds((*again, booked(DEC_3, NOV_10, OTHER_WORKSHOP))) == {"close-or-plan"}
    assert kinds((*SEATED, in_workshop(NOV_2, NOV_6, plan=SECOND))) == {"close-or-plan"}


def test_after_a_refusal_no_seat_is_owed_until_one_is_planned_again() -> None:
    refused = (*SEATED, declined(OCT_23))
    assert kinds(refused) == kinds((*refused, absent(NOV_6))) == {"close-or-plan"}
    again = (*refused, in_workshop(NOV_2, NOV_6, plan=SECOND), booked(NOV_6, NOV_2))
    assert kinds((*again, absent(NOV_6))) == {"rebook-absent"}


# --- a result, a difficulty

TO_THE_WORKSHOP = references(result_route="workshop")


@pytest.mark.parametrize(
    ("there", "begun", "kind"),
    [
        (attended(NOV_6), Moment(NOV_6), "hold-debrief"),
        (attended(NOV_6, by_advisor=False), Moment(NOV_6), "dispatch-result"),
        (attended(NOV_6), Moment(NOV_2), "dispatch-result"),
        (attended(NOV_6), None, "dispatch-result"),
        (absent(NOV_6), Moment(NOV_6), "dispatch-result"),
    ],
    ids=["the advisor ran it", "others ran it", "begun before", "nobody knows when", "not there"],
)
def test_a_result_of_a_workshop_goes_straight_to_the_advisor_who_ran_it(
    there: Event, begun: Moment | None, kind: Kind
) -> None:
    history = (opened(NOV_2), assigned(on=NOV_2), there, linked(NOV_10, started=begun), received(NOV_10))
    assert kinds(history, TO_THE_WORKSHOP) == {kind}
    assert kinds(history) == {"dispatch-result"}


FLAGGED = (opened(NOV_2), assigned(on=NOV_2), attended(NOV_6, trouble=True))


def test_a_difficulty_is_explored_in_the_debrief_where_there_is_one() -> None:
    direct = references(result_route="advisor")
    tested = (*FLAGGED, linked(NOV_6), received(NOV_10))
    assert kinds(tested) == {"dispatch-result"}
    assert kinds(tested, direct) == {"hold-debrief"}
    key = f"hold-debrief:{PARTICIPATION}"
    assert owed(tested, direct)[key].why.details == {"by": "received", "mastery": "0.35", "trouble": "flagged"}
    assert "trouble" not in owed((*tested, explored(NOV_10)), direct)[key].why.details
    assert kinds((*tested, debriefed(NOV_10))) == {"explore-difficulty", "build-prescription"}
    assert kinds((*tested, debriefed(NOV_10), explored(NOV_10))) == {"build-prescription"}


def test_a_difficulty_once_explored_is_not_again_when_the_attendance_is_corrected() -> None:
    found_out = (*FLAGGED, explored(NOV_10))
    assert kinds((*found_out, attended(NOV_6, trouble=True, by_advisor=False))) == {"close-or-plan"}
    assert kinds((*FLAGGED[:2], explored(NOV_10), FLAGGED[2])) == {"close-or-plan"}
    later = attended(DEC_3, trouble=True, workshop=OTHER_WORKSHOP)
    assert owed((*found_out, later))["explore-difficulty"].opens == DEC_3


def test_a_self_study_still_going_on_is_followed_up_again_after_the_same_delay() -> None:
    row = BY_KIND["follow-self-study"]
    task = owed_after(row, followed(DEC_24, "ongoing"))
    assert (task.opens, task.due, task.why.version) == (date(2027, 1, 18), date(2027, 1, 25), 4)
    two = (*BEGUN, studied(DEC_3), studied(DEC_3, "Gérer ses mots de passe", SECOND))
    assert set(owed(two)) == {f"follow-self-study:{STUDY}", f"follow-self-study:{SECOND}"}
    assert set(owed((*two, followed(DEC_24)))) == {f"follow-self-study:{SECOND}"}


# --- partners

ELSEWHERE: dict[str, Any] = {"referral": SECOND, "partner": Partner(None, "EPN")}


def test_a_silent_partner_is_chased_again_after_the_same_delay_until_the_referral_lapses() -> None:
    once = (*WAITING, reminded(NOV_6))
    task = owed(once)[PARTNER.key]
    assert (task.opens, task.due, task.chases) == (date(2026, 11, 23), date(2026, 11, 26), 1)
    assert (task.lapses, task.why.version) == (PARTNER.lapses, PARTNER.why)
    assert kinds((*once, reminded(date(2026, 11, 20)))) == {"chase-partner", "offer-alternative"}
    assert kinds((*once, reminded(date(2026, 11, 23)))) == {"offer-alternative"}


def test_the_day_a_referral_lapses_another_one_is_to_be_offered() -> None:
    task = owed(WAITING)[f"offer-alternative:{ACTION}"]
    assert (task.opens, task.due) == (PARTNER.lapses, date(2026, 12, 14))
    assert (task.why.version, task.why.details) == (8, {"label": "CAP LEC", "by": "lapsed", "partner": "viaformation"})
    assert kinds((*prescribed(NOV_2), sent(NOV_10)), references(delays=replace(Delays(), chase_partner_lapses=9))) == {
        "offer-alternative"
    }


def test_a_partner_chased_in_vain_is_chased_no_more_and_close_or_plan_is_owed() -> None:
    twice = references(tries=2)
    tried = (*WAITING, reminded(NOV_6), reminded(NOV_10))
    assert kinds(tried, twice) == {"offer-alternative", "close-or-plan"}
    task = owed(tried, twice)["close-or-plan"]
    assert (task.opens, task.why.version, task.why.details) == (NOV_10, 10, {"by": "tries"})
    assert kinds((*tried, sent(NOV_10, **ELSEWHERE)), twice) == {"chase-partner", "offer-alternative"}
    assert kinds((*tried, answered(NOV_10)), twice) == {"close-or-plan"}


def test_another_partner_asked_meanwhile_is_the_one_who_is_waited_for() -> None:
    asked = (*WAITING, sent(NOV_2, **ELSEWHERE))
    assert set(owed(asked)) == {f"chase-partner:{SECOND}", f"offer-alternative:{ACTION}"}
    assert owed(asked)[f"offer-alternative:{ACTION}"].opens == date(2026, 12, 15)
    assert owed((*asked, answered(NOV_10, "refused"))) == owed(asked)
    assert kinds((*asked, answered(NOV_10, "refused", SECOND))) == {"offer-alternative"}


def test_the_first_partner_who_accepts_after_all_is_the_one_who_holds() -> None:
    asked = (*prescribed(OCT_1), sent(OCT_23, ends=DEC_24), sent(NOV_2, **ELSEWHERE, ends=MAY_22))
    accepted = (*asked, answered(NOV_10))
    for history in (accepted, (*accepted, answered(NOV_10, "refused", SECOND))):
        assert {task.key: task.opens for task in owed(history).values()} == {f"record-outcome:{ACTION}": DEC_24}
    assert kinds((*WAITING, sent(NOV_2, **ELSEWHERE), answered(NOV_10))) == {"close-or-plan"}


# --- the complete diagnostic, the certification, the retake


def test_the_complete_diagnostic_kept_is_not_referred_but_taken() -> None:
    history = (*prescribed(DEC_3)[:-1], built(DEC_3, actions=(LEC, CLEA)))
    assert set(owed(history)) == {f"refer:{ACTION}", "complete-path"}
    task = owed(history)["complete-path"]
    assert (task.opens, task.due, task.why.details) == (DEC_3, date(2027, 1, 18), {"by": "kept"})
    assert set(owed((*history, complete(DEC_24)))) == set(owed((*history, not_complete(DEC_24)))) == {f"refer:{ACTION}"}
    assert kinds((*history, dropped(DEC_24, CLEA.id))) == {"refer"}


def test_declined_and_kept_since_the_complete_diagnostic_is_owed_again() -> None:
    declined = (*prescribed(DEC_3)[:-1], not_complete(DEC_3))
    task = owed((*declined, built(DEC_24, actions=(CLEA,))))["complete-path"]
    assert (task.opens, task.why.details) == (DEC_24, {"by": "kept"})


def test_at_ease_and_kept_it_is_one_task_since_the_first_of_them() -> None:
    at_ease = attended(NOV_6, ease=True)
    history = (opened(NOV_2), assigned(on=NOV_2), at_ease, linked(NOV_6), received(NOV_10), debriefed(NOV_10))
    task = owed((*history, built(NOV_10, actions=(CLEA,))))["complete-path"]
    assert (task.opens, task.why.version, task.why.details) == (NOV_6, 3, {"by": "ease"})


@pytest.mark.parametrize(
    ("programme", "on", "due", "ends"),
    [
        ("CEJ", DEC_24, date(2027, 1, 29), {"ends": "2027-01-29"}),
        ("CEJ", date(2027, 1, 29), date(2027, 1, 29), {"ends": "2027-01-29"}),
        ("CEJ", date(2027, 2, 1), date(2027, 3, 15), {}),
        ("PACEA", DEC_24, date(2027, 2, 8), {}),
    ],
    ids=["before its end", "on its last day", "once it is over", "in no such period"],
)
def test_it_is_taken_before_the_collective_period_ends(
    programme: str, on: date, due: date, ends: dict[str, str]
) -> None:
    history = (opened(OCT_1), assigned(on=OCT_1), joined(programme, OCT_1), attended(on, ease=True))
    task = owed(history)["complete-path"]
    assert (task.opens, task.due, task.why.details) == (on, due, {"by": "ease", **ends})
    other = (*history, joined("PACEA", on))
    assert owed(other)["complete-path"].why.details == {"by": "ease"}


def test_chased_after_the_collective_period_it_is_due_after_the_delay() -> None:
    history = (opened(OCT_1), assigned(on=OCT_1), joined(on=OCT_1), attended(DEC_24, ease=True))
    before = owed((*history, chased("complete-path", date(2027, 1, 4))))["complete-path"]
    assert (before.opens, before.due) == (date(2027, 1, 4), date(2027, 1, 29))
    after = owed((*history, chased("complete-path", date(2027, 2, 1))))["complete-path"]
    assert (after.opens, after.due) == (date(2027, 2, 1), date(2027, 3, 15))


def test_a_certification_is_proposed_once_it_is_known_that_it_can_be_had() -> None:
    taken = (*BEGUN, complete(NOV_6))
    assert kinds(taken) == {"close-or-plan"}
    assert kinds((*taken, *profile(NOV_10, certifiable=False))) == {"close-or-plan"}
    assert kinds((*BEGUN, *profile(NOV_10))) == {"close-or-plan"}
    task = owed((*taken, *profile(DEC_24)))["propose-certification"]
    assert (task.opens, task.due) == (DEC_24, date(2027, 1, 11))
    assert (task.why.version, task.why.on) == (4, NOV_6)
    assert owed((*BEGUN, *profile(OCT_23), complete(NOV_6)))["propose-certification"].opens == NOV_6
    assert kinds((*taken, *profile(NOV_10), *profile(DEC_24, PLAN, certifiable=False))) == {"close-or-plan"}


def test_a_badge_makes_it_certifiable_only_when_it_was_earned() -> None:
    assert kinds((*BEGUN, *badge(NOV_6, earned=False))) == {"close-or-plan"}


def test_taken_on_somebody_s_word_then_shown_by_an_export_it_counts_from_the_first() -> None:
    said = (*BEGUN, *profile(OCT_23, PLAN), complete(NOV_6))
    task = owed((*said, *badge(DEC_24)))["propose-certification"]
    assert task == owed(said)["propose-certification"]
    assert (task.opens, task.why.version) == (NOV_6, 6)


def test_declined_then_taken_all_the_same_it_may_be_certified() -> None:
    history = (*BEGUN, *profile(OCT_23, PLAN), not_complete(NOV_2), complete(NOV_6))
    assert kinds(history) == {"propose-certification"}


def test_somebody_owes_the_outcome_from_the_day_of_the_session_on() -> None:
    history = (*BEGUN, certification(OCT_1), registered(NOV_6, OCT_1))
    task = owed(history)["record-certification"]
    assert (task.opens, task.due, task.why.details) == (
        NOV_6, date(2026, 12, 7), {"by": "registered", "planned": "2026-11-06"},
    )  # fmt: skip
    assert kinds((*history, no_certification(NOV_2))) == {"close-or-plan"}
    assert owed((*history, registered(DEC_3, NOV_6)))["record-certification"].opens == DEC_3, "missed: another session"
    taken = owed((*history, certification_taken(NOV_10)))["record-certification"]
    assert (taken.opens, taken.why.details) == (NOV_10, {"by": "taken"})


@pytest.mark.parametrize(
    ("kind", "event"),
    [("certification", certification()), ("certification", no_certification()), ("cv", on_cv())],
    ids=["proposed", "declined", "on the CV"],
)
def test_what_is_said_of_a_certification_or_of_the_cv_ends_the_referral_of_that_action(kind: str, event: Event) -> None:
    owed_before = (*prescribed(OCT_1)[:-1], built(OCT_1, actions=(LEC, Action(ADDED, "autre", kind))))
    keys = {f"refer:{ACTION}", f"refer:{ADDED}"}
    assert owed(owed_before).keys() & keys == keys
    assert owed((*owed_before, event)).keys() & keys == {f"refer:{ACTION}"}


@pytest.mark.parametrize("kind", ["check", "cv", "certification", "complete"])
def test_only_what_teaches_is_measured_by_a_retake(kind: str) -> None:
    other = (*prescribed(OCT_1)[:-1], built(OCT_1, actions=(Action(ACTION, "autre", kind),)), ended(NOV_2))
    assert kinds(other) == {"close-or-plan"}
    assert kinds((*prescribed(OCT_1), ended(NOV_2))) == {"plan-retake"}
    assert kinds((*prescribed(OCT_1), ended(NOV_2, outcome="abandoned"))) == {"close-or-plan"}


def test_a_retake_is_counted_from_the_last_action_done_and_asked_again_after_another() -> None:
    two = (*LEARNED, built(NOV_2, SECOND, (Action(ADDED, "CAP Digital", "action"),)))
    task = owed((*two, ended(NOV_10, ADDED)))["plan-retake"]
    assert (task.opens, task.why.version, task.why.details) == (date(2027, 2, 5), 11, {"label": "CAP Digital"})
    assert "plan-retake" in kinds((*two, no_retake(NOV_6), ended(NOV_10, ADDED)))
    assert "plan-retake" in kinds((*two, retake(NOV_6), ended(NOV_10, ADDED)))


def test_a_retake_taken_before_the_end_was_noted_is_not_asked_for() -> None:
    begun = linked(NOV_10, SECOND, progress="0.1", started=Moment(NOV_6))
    late_entry = (*LEARNED[:-1], begun, ended(NOV_2))
    assert "plan-retake" not in kinds(late_entry)
    same_day = (*LEARNED, linked(NOV_10, SECOND, progress="0.1", started=Moment(NOV_2)))
    assert "plan-retake" not in kinds(same_day)


def test_a_retake_with_a_newer_result_lapses_what_the_older_one_owed() -> None:
    history = (*prescribed(OCT_1)[:-1], *NEWER)
    assert set(owed(history)) == {f"dispatch-result:{SECOND}"}


@pytest.mark.parametrize("event", [retake(NOV_2, DEC_24), booked(DEC_24, NOV_2)], ids=["a retake", "a workshop"])
def test_a_day_that_is_set_is_waited_for(event: Event) -> None:
    assert owed((*gone_quiet(OCT_1), event))["close-or-plan"].opens == date(2027, 3, 22)


# --- chasing


def test_a_chase_starts_a_new_turn_after_the_same_delay() -> None:
    task = owed_after(DIAGNOSTIC, chased(DIAGNOSTIC.key, date(2026, 11, 17)))
    assert (task.opens, task.due, task.chases) == (date(2026, 12, 8), date(2026, 12, 11), 1)
    task = owed_after(SHARING, chased(SHARING.key, date(2027, 11, 4), reached=True))
    assert (task.opens, task.due, task.chases) == (date(2027, 11, 9), date(2027, 11, 15), 1)


def test_a_chase_before_the_planned_day_does_not_bring_it_forward() -> None:
    task = owed_after(DIAGNOSTIC, chased(DIAGNOSTIC.key, date(2026, 10, 5)))
    assert (task.opens, task.due) == (DIAGNOSTIC.opens, DIAGNOSTIC.due)


def test_a_chase_moves_any_task_on() -> None:
    task = owed_after(DEBRIEF, chased(DEBRIEF.key, date(2026, 11, 16)))
    assert (task.opens, task.due, task.chases) == (date(2026, 11, 16), date(2026, 11, 23), 1)
    assert task.why == owed_after(DEBRIEF).why


def test_a_chase_about_one_task_leaves_the_others() -> None:
    after = owed((*DEBRIEF.history, chased(f"hold-debrief:{SECOND}", date(2026, 11, 16))))
    assert after == owed(DEBRIEF.history)


TRIES = [date(2026, 11, 17), date(2026, 12, 8), date(2026, 12, 23)]


@pytest.mark.parametrize("kind", ["chase-diagnostic", "chase-sharing"])
def test_when_the_tries_are_used_up_close_or_plan_is_owed_instead(kind: Kind) -> None:
    row = BY_KIND[kind]
    chases = [chased(row.key, day) for day in TRIES]
    history = (*row.history, assigned(on=OCT_1))
    assert kinds((*history, *chases[:2])) >= {kind}
    after = owed((*history, *chases))
    assert row.key not in after
    task = after["close-or-plan"]
    assert (task.opens, task.due) == (DEC_23, date(2026, 12, 31))
    assert (task.why.version, task.why.details) == (len(history) + 3, {"by": "tries"})
    assert kinds((*history, *chases[:2]), references(tries=2)) >= {"close-or-plan"}


def test_a_debrief_chased_in_vain_is_owed_beside_close_or_plan() -> None:
    assert kinds((*DEBRIEF.history, *[chased(DEBRIEF.key, day) for day in TRIES])) == {"hold-debrief", "close-or-plan"}
    assert kinds((*DEBRIEF.history, *[chased(DEBRIEF.key, day) for day in TRIES], debriefed(DEC_24))) == {
        "build-prescription"
    }


@pytest.mark.parametrize(
    "event",
    [
        closed(DEC_24),
        planned(DEC_24, plan=SECOND),
        received(DEC_24),
        appointment(f"chase-sharing:{PARTICIPATION}", DEC_24),
    ],
    ids=["closed", "planned again", "result", "appointment"],
)
def test_used_up_tries_are_answered_by_closing_or_by_what_makes_something_to_do(event: Event) -> None:
    history = (*SHARING.history, *[chased(SHARING.key, day) for day in TRIES])
    assert owed(history)["close-or-plan"].why.details == {"by": "tries"}
    after = owed((*history, event)).get("close-or-plan")
    assert after is None or after.why.details == {"by": "quiet"}


def test_an_appointment_missed_after_the_tries_leaves_close_or_plan_owed() -> None:
    tried = (*SHARING.history, *[chased(SHARING.key, day) for day in TRIES])
    meeting = (appointment("meet", DEC_24, DEC_23), missed("meet", DEC_24))
    assert "close-or-plan" not in owed((*tried, linked(DEC_24, SECOND, progress="1"), *meeting[:1]))
    assert owed((*tried, *meeting))["close-or-plan"].why.details == {"by": "tries"}


def test_replanning_starts_the_tries_anew() -> None:
    history = (
        *DIAGNOSTIC.history,
        assigned(),
        *[chased(DIAGNOSTIC.key, day) for day in TRIES],
        planned(DEC_24, plan=SECOND),
    )
    after = owed(history)
    assert set(after) == {f"chase-diagnostic:{SECOND}"}
    assert after[f"chase-diagnostic:{SECOND}"].chases == 0


def test_a_partner_s_refusal_starts_the_tries_of_an_alternative_anew() -> None:
    key = f"offer-alternative:{ACTION}"
    refused = (*prescribed(OCT_1), sent(OCT_1), answered(OCT_1, "refused"))
    tried = (*refused, *[chased(key, OCT_23)] * 3)
    assert kinds(tried) == {"offer-alternative", "close-or-plan"}
    again = (*tried, sent(NOV_2, SECOND), answered(DEC_23, "refused", SECOND))
    task = owed(again)[key]
    assert (task.chases, task.due) == (0, date(2026, 12, 31))
    assert kinds(again) == {"offer-alternative"}


# --- appointments

SET = date(2026, 11, 27)


def at_ten(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 11, 9), SET], ids=["before it would be due", "after"])
def test_an_appointment_gives_a_task_its_day(day: date) -> None:
    task = owed_after(DEBRIEF, appointment(DEBRIEF.key, day, NOV_6))
    assert (task.due, task.appointment, task.place) == (day, at_ten(day), "L'Aigle")
    assert task.escalations[0][0] == REFS.calendar.add(day, 5)
    assert task.opens == NOV_6


def test_a_task_to_come_is_visible_from_its_appointment_at_the_latest() -> None:
    task = owed_after(DIAGNOSTIC, appointment(DIAGNOSTIC.key, NOV_2, OCT_23))
    assert (task.opens, task.due) == (NOV_2, NOV_2)


MEETS, MISSED = appointment(DEBRIEF.key, SET, NOV_6), missed(DEBRIEF.key, SET)


@pytest.mark.parametrize(
    ("events", "due", "place"),
    [
        ((MEETS, missed(DEBRIEF.key, date(2026, 11, 30))), date(2026, 11, 30), ""),
        ((MEETS, MISSED, appointment(DEBRIEF.key, DEC_24, SET)), DEC_24, "L'Aigle"),
        ((MEETS, MISSED, chased(DEBRIEF.key, SET)), date(2026, 12, 4), ""),
        ((MEETS, chased(DEBRIEF.key, NOV_10)), SET, "L'Aigle"),
    ],
    ids=["missed, at once", "set again", "chased since it was missed", "chased before it"],
)
def test_a_task_is_due_on_its_appointment_or_once_it_is_missed(
    events: tuple[Event, ...], due: date, place: str
) -> None:
    task = owed_after(DEBRIEF, *events)
    assert (task.due, task.place, task.appointment) == (due, place, at_ten(due) if place else None)


def test_an_appointment_of_an_earlier_turn_does_not_make_the_next_one_late() -> None:
    key = f"offer-alternative:{ACTION}"
    first = (*prescribed(OCT_1), sent(OCT_1), answered(OCT_1, "refused"), appointment(key, OCT_23, OCT_1))
    assert owed(first)[key].due == OCT_23
    again = (*first, sent(OCT_23, SECOND), answered(DEC_23, "refused", SECOND))
    assert owed(again)[key].due == date(2026, 12, 31)


def test_an_appointment_held_is_the_event_it_was_for() -> None:
    after = owed((*DEBRIEF.history, appointment(DEBRIEF.key, SET, NOV_6), debriefed(SET)))
    assert set(after) == {f"build-prescription:{PARTICIPATION}"}
    assert after[f"build-prescription:{PARTICIPATION}"].due == date(2026, 12, 4)


# --- a task that rests, a task that a colleague does


def test_a_task_rests_until_a_day_and_is_not_late_before() -> None:
    task = owed_after(DEBRIEF, snoozed(DEBRIEF.key, SET, NOV_10))
    assert (task.opens, task.due, task.snoozed_until) == (NOV_6, SET, SET)
    assert task.escalations[0][0] == REFS.calendar.add(SET, 5)
    early = owed_after(DEBRIEF, snoozed(DEBRIEF.key, date(2026, 11, 12), NOV_10))
    assert (early.due, early.snoozed_until) == (DEBRIEF.due, date(2026, 11, 12))
    assert owed((*DEBRIEF.history, snoozed(f"hold-debrief:{SECOND}", SET, NOV_10))) == owed(DEBRIEF.history)


def test_a_rest_is_for_one_turn() -> None:
    tried = (*DEBRIEF.history, snoozed(DEBRIEF.key, SET, NOV_10), chased(DEBRIEF.key, date(2026, 11, 16)))
    assert (owed(tried)[DEBRIEF.key].snoozed_until, owed(tried)[DEBRIEF.key].due) == (None, date(2026, 11, 23))
    key = f"offer-alternative:{ACTION}"
    refused = (*prescribed(OCT_1), sent(OCT_1), answered(OCT_1, "refused"), snoozed(key, DEC_24, OCT_1))
    assert owed(refused)[key].snoozed_until == DEC_24
    assert owed((*refused, sent(OCT_23, SECOND), answered(NOV_10, "refused", SECOND)))[key].snoozed_until is None


def test_a_rest_ends_on_the_day_of_an_appointment() -> None:
    rests, meets = snoozed(DEBRIEF.key, DEC_24, NOV_10), appointment(DEBRIEF.key, SET, NOV_10)
    for history in ((*DEBRIEF.history, rests, meets), (*DEBRIEF.history, meets, rests)):
        task = owed(history)[DEBRIEF.key]
        assert (task.due, task.snoozed_until, task.appointment) == (SET, SET, at_ten(SET))
    shorter = owed_after(DEBRIEF, meets, snoozed(DEBRIEF.key, date(2026, 11, 12), NOV_10))
    assert (shorter.due, shorter.snoozed_until) == (SET, date(2026, 11, 12))


def test_the_fact_that_a_rest_awaits_ends_it_before_its_day() -> None:
    key = f"refer:{ACTION}"
    sleeps = (*prescribed(OCT_1), linked(OCT_1, SECOND), snoozed(key, DEC_24, NOV_2, awaits="result"))
    assert (owed(sleeps)[key].snoozed_until, owed(sleeps)[key].due) == (DEC_24, DEC_24)
    other = (*sleeps, received(NOV_6, participation=SECOND))
    assert (owed(other)[key].snoozed_until, owed(other)[key].due) == (NOV_6, NOV_6)
    again = (*other, snoozed(key, DEC_24, NOV_10, awaits="answer"), received(NOV_10, participation=SECOND))
    assert owed(again)[key].snoozed_until == DEC_24
    wrong = (*sleeps, received(NOV_6, participation=SECOND), d.Retracted(version=len(sleeps) + 1, reason="", on=NOV_10))
    assert owed(wrong)[key].snoozed_until == DEC_24


def test_an_appointment_missed_ends_the_rest_and_the_task_may_rest_again() -> None:
    history = (
        *DEBRIEF.history,
        snoozed(DEBRIEF.key, DEC_24, NOV_6),
        appointment(DEBRIEF.key, SET, NOV_6),
        missed(DEBRIEF.key, SET),
    )
    assert (owed(history)[DEBRIEF.key].due, owed(history)[DEBRIEF.key].snoozed_until) == (SET, None)
    again = owed((*history, snoozed(DEBRIEF.key, DEC_24, SET)))[DEBRIEF.key]
    assert (again.due, again.snoozed_until, again.appointment) == (DEC_24, DEC_24, None)


def test_a_task_to_come_is_put_off_as_well() -> None:
    task = owed_after(DIAGNOSTIC, snoozed(DIAGNOSTIC.key, SET, NOV_2))
    assert (task.opens, task.due, task.snoozed_until) == (DIAGNOSTIC.opens, SET, SET)


def test_a_colleague_does_a_task_until_a_day_or_for_good() -> None:
    task = owed_after(DEBRIEF, handed(DEBRIEF.key, until=SET, on=NOV_10))
    assert (task.handed_to, task.handed_until) == (COLLEAGUE, SET)
    assert (task.opens, task.due, task.why) == (DEBRIEF.opens, DEBRIEF.due, owed_after(DEBRIEF).why)
    for_good = owed_after(DEBRIEF, handed(DEBRIEF.key, on=NOV_10), chased(DEBRIEF.key, NOV_10))
    assert (for_good.handed_to, for_good.handed_until) == (COLLEAGUE, None)
    returned = owed_after(DEBRIEF, handed(DEBRIEF.key, on=NOV_10), handed(DEBRIEF.key, ADVISOR, SET, NOV_10))
    assert (returned.handed_to, returned.handed_until) == (None, None)


def test_a_task_that_comes_anew_is_the_advisor_s_again() -> None:
    key = f"offer-alternative:{ACTION}"
    refused = (*prescribed(OCT_1), sent(OCT_1), answered(OCT_1, "refused"), handed(key, on=OCT_1))
    assert owed(refused)[key].handed_to == COLLEAGUE
    again = (*refused, sent(OCT_23, SECOND), answered(NOV_10, "refused", SECOND))
    assert owed(again)[key].handed_to is None
    assert owed((*again, handed(key, on=NOV_10)))[key].handed_to == COLLEAGUE


def test_putting_off_or_handing_over_a_quiet_dossier_is_no_sign_of_life() -> None:
    before = owed(gone_quiet(OCT_1))["close-or-plan"]
    rests = owed((*gone_quiet(OCT_1), snoozed("close-or-plan", date(2027, 1, 25), DEC_24)))["close-or-plan"]
    assert (rests.opens, rests.due, rests.snoozed_until) == (before.opens, date(2027, 1, 25), date(2027, 1, 25))
    given_away = owed((*gone_quiet(OCT_1), handed("close-or-plan", on=DEC_24)))["close-or-plan"]
    assert (given_away.opens, given_away.due, given_away.handed_to) == (before.opens, before.due, COLLEAGUE)


@pytest.mark.parametrize(
    "events", [(assigned(SECOND, DEC_24),), (lent(on=DEC_24), assigned(on=DEC_24))], ids=["reassigned", "lent and back"]
)
def test_another_advisor_is_no_sign_of_life(events: tuple[Event, ...]) -> None:
    quiet = gone_quiet(OCT_1)
    assert owed((*quiet, *events)) == owed((*quiet, *events, retracted(len(quiet) + 1, on=DEC_24))) == owed(quiet)


# --- close or plan


def test_a_dossier_that_is_reopened_starts_the_tries_anew() -> None:
    tried = (*DIAGNOSTIC.history, assigned(on=OCT_1), *[chased(DIAGNOSTIC.key, day) for day in TRIES])
    assert kinds(tried) == {"close-or-plan"}
    again = owed((*tried, closed(DEC_24), reopened(date(2027, 1, 4))))
    assert set(again) == {DIAGNOSTIC.key}
    assert again[DIAGNOSTIC.key].chases == 0


def test_quiet_is_counted_from_the_latest_day_not_from_the_latest_entry() -> None:
    late_entry = note(on=date(2026, 1, 5))
    assert owed((*gone_quiet(NOV_2), late_entry))["close-or-plan"].opens == date(2027, 1, 28)
    assert owed((*gone_quiet(NOV_2), note(on=date(2026, 11, 3))))["close-or-plan"].opens == date(2027, 1, 29)


def test_an_appointment_to_come_is_waited_for() -> None:
    history = (*gone_quiet(OCT_1), appointment("meet", NOV_2, OCT_1))
    assert owed(history)["close-or-plan"].opens == date(2027, 1, 28)
    assert owed((*history, missed("meet", NOV_2)))["close-or-plan"].opens == date(2027, 1, 28)


def test_it_may_have_an_appointment_of_its_own_and_miss_it() -> None:
    history = (*gone_quiet(OCT_1), appointment("close-or-plan", NOV_10, NOV_2))
    task = owed(history)["close-or-plan"]
    assert (task.opens, task.due, task.appointment) == (NOV_10, NOV_10, at_ten(NOV_10))
    task = owed((*history, missed("close-or-plan", date(2026, 11, 12))))["close-or-plan"]
    assert (task.opens, task.due) == (date(2026, 11, 12), date(2026, 11, 12))


def test_a_running_action_is_waited_for() -> None:
    history = (*prescribed(OCT_1), started(OCT_1, date(2027, 6, 30)))
    assert kinds(history) == {"record-outcome"}


def test_whatever_is_owed_something_always_is_until_the_dossier_closes() -> None:
    full = (*prescribed(OCT_1), sent(OCT_1, ends=DEC_24), started(NOV_2), ended(DEC_24))
    for n in range(1, len(full) + 1):
        assert owed(full[:n]), f"nothing is owed after {full[n - 1]}"
    assert owed((*full, closed(DEC_24))) == {}
