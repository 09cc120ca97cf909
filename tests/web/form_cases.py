"""Each form of the dossier: where the dossier stands, what is said, what is recorded, which tasks that moves.

A case says what its event's case in the catalogue tells the decision, as far as it is texts, codes and ticks: a new
field of a form is filled as soon as the catalogue tells it. It says itself the days, and what is of this house.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from pixflow.events import dossier as e
from pixflow.events.base import Event
from tests.test_catalogue import EMITTED
from tests.web import arranged
from tests.web.arranged import MONDAY, Arranged
from tests.web.paths import House
from web.http.forms import labels
from web.pages.dossier.forms import FORMS


@dataclass(frozen=True)
class Case:
    """A form, where the dossier stands, what is said, what is recorded; what that does to the tasks, and to no other.

    Somebody is said by their name. `otherwise` is said beside the catalogue. `gone` are keys, `new` the day each new
    one is due, `changed` the fields that differ afterwards; `facts` is how many are recorded.
    """

    form: str
    arrange: Callable[[House], Arranged]
    otherwise: dict[str, Any]
    event: type[Event]
    gone: set[str] = field(default_factory=set)
    new: dict[str, date] = field(default_factory=dict)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: int = 1

    @property
    def said(self) -> dict[str, Any]:
        """The values typed: each text, code and tick of the form that the catalogue tells, then `otherwise`."""
        told = EMITTED[self.event].told
        asked = [name for name, (label, _) in labels(FORMS[self.form].model).items() if not label.aside]
        words = {name: told[name] for name in asked if isinstance(told.get(name), str | bool)}
        return {name: _typed(value) for name, value in words.items()} | self.otherwise


def _typed(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def march(day: int) -> date:
    return date(2026, 3, day)


def april(day: int) -> date:
    return date(2026, 4, day)


QUIET = date(2026, 6, 22)
"""Due day of `close-or-plan` for a quiet dossier."""

FORM_CASES: tuple[Case, ...] = (
    Case(
        "present", arranged.opened, {}, e.PixPresented,
        {"present-pix"}, {"plan-diagnostic": march(23)},
    ),
    Case(
        "plan", arranged.presented, {"planned_for": "2026-03-18"}, e.DiagnosticPlanned,
        {"plan-diagnostic"}, {"chase-diagnostic plan": april(14)},
    ),
    Case(
        "book", arranged.to_book, {}, e.SeatBooked, {"book-workshop"}, {"close-or-plan": QUIET},
    ),
    Case(
        "release", arranged.seated, {}, e.SeatCancelled, {"close-or-plan"}, {"book-workshop": march(23)},
    ),
    Case(
        "decline", arranged.presented, {}, e.DiagnosticDeclined,
        {"plan-diagnostic"}, {"close-or-plan": QUIET},
    ),
    Case(
        "chase", arranged.before(arranged.planned), {"reached": "false"}, e.YoungPersonChased,
        changed={"chase-diagnostic plan": {"opens": april(7), "due": april(10), "chases": 1}},
    ),
    Case(
        "appointment", arranged.planned, {"day": "2026-03-20", "hour": "14:30"}, e.AppointmentSet,
        changed={"chase-diagnostic plan": {
            "opens": march(20), "due": march(20), "appointment": datetime(2026, 3, 20, 13, 30, tzinfo=UTC),
            "place": "L'Aigle",
        }},
    ),
    Case(
        "missed", arranged.meeting, {}, e.AppointmentMissed,
        changed={"hold-debrief result": {"appointment": None, "place": ""}},
    ),
    Case(
        "debrief", arranged.dispatched, {}, e.DebriefHeld,
        {"hold-debrief result"}, {"build-prescription result": march(23)},
    ),
    Case(
        "prescription", arranged.debriefed, {"kept": ["cap-lec"]}, e.PrescriptionBuilt,
        {"build-prescription result"}, {"refer action 1": march(23)},
    ),
    Case(
        "reading", arranged.moved, {"told": "true", "note": "appelée"}, e.ReadingReviewed, {"review-reading grid"},
    ),
    Case(
        "add", arranged.growing, {"proposal": "cap-lec", "reason": "le veut aussi"}, e.ActionAdded,
        new={"refer action 4": march(23)},
    ),
    Case(
        "refer", arranged.prescribed, {"partner": "EPN", "ends": "2026-04-30"}, e.ReferralSent,
        {"refer action 2"},
        {
            "record-outcome action 2": date(2026, 5, 11), "chase-partner referral": april(2),
            "offer-alternative action 2": date(2026, 5, 6),
        },
    ),
    Case(
        "answer", arranged.referred, {}, e.ReferralAnswered,
        {"chase-partner referral"},
        changed={"offer-alternative action 2": {"opens": MONDAY, "due": march(23), "why": "refused"}},
    ),
    Case(
        "link", arranged.referred, {},
        e.PartnerLinkIssued,
    ),
    Case("revoke", arranged.linked, {}, e.PartnerLinkRevoked),
    Case(
        "start", arranged.prescribed, {"ends": "2026-04-30"}, e.ActionStarted,
        {"refer action 2"}, {"record-outcome action 2": date(2026, 5, 11)},
    ),
    Case(
        "end", arranged.prescribed, {"outcome": "done"}, e.ActionEnded,
        {"refer action 2"}, {"plan-retake": date(2026, 6, 29)},
    ),
    Case("drop", arranged.prescribed, {}, e.ActionDropped, {"refer action 2"}),
    Case("need", arranged.opened, {"needed": "true"}, e.NeedAssessed),
    Case(
        "explore", arranged.in_trouble, {"cause": "digital"}, e.DifficultyExplored,
        {"explore-difficulty"}, {"close-or-plan": QUIET},
    ),
    Case(
        "study", arranged.debriefed, {}, e.SelfStudyAssigned,
        new={"follow-self-study study": april(14)},
    ),
    Case("progress", arranged.studying, {"outcome": "done"}, e.SelfStudyFollowed, {"follow-self-study study"}),
    Case(
        "complete", arranged.at_ease, {}, e.CompleteDiagnosticTaken, {"complete-path"}, {"close-or-plan": QUIET},
    ),
    Case(
        "not-complete", arranged.at_ease, {}, e.CompleteDiagnosticDeclined,
        {"complete-path"}, {"close-or-plan": QUIET},
    ),
    Case("certify", arranged.certifiable, {}, e.CertificationProposed, {"propose-certification"}),
    Case("not-certify", arranged.certifiable, {}, e.CertificationDeclined, {"propose-certification"}),
    Case(
        "enrol", arranged.proposed, {"session": "2026-04-10"}, e.CertificationRegistered,
        new={"record-certification": date(2026, 5, 12)},
    ),
    Case(
        "certified", arranged.registered, {}, e.CertificationTaken,
        changed={"record-certification": {"due": april(14), "opens": march(16), "why": "taken"}},
    ),
    Case(
        "obtain", arranged.taken, {}, e.CertificationObtained,
        {"record-certification"},
    ),
    Case("cv", arranged.debriefed, {}, e.ResultAddedToCv),
    Case("retake", arranged.to_retake, {"planned_for": "2026-06-15"}, e.RetakePlanned, {"plan-retake"}),
    Case("not-retake", arranged.to_retake, {}, e.RetakeDeclined, {"plan-retake"}),
    Case(
        "snooze", arranged.to_debrief, {"until": "2026-03-30"}, e.TaskSnoozed,
        changed={"hold-debrief result": {"due": march(30), "snoozed_until": march(30)}},
    ),
    Case(
        "snooze", arranged.to_debrief, {"awaits": "answer"}, e.TaskSnoozed,
        changed={"hold-debrief result": {"due": date(2026, 6, 14), "snoozed_until": date(2026, 6, 14)}},
    ),
    Case(
        "hand", arranged.to_debrief, {"to": "Paul Rey", "until": "2026-03-20"}, e.TaskHandedOver,
        changed={"hold-debrief result": {"handed_to": "Paul Rey", "handed_until": march(20)}},
    ),
    Case(
        "remind", arranged.before(arranged.referred), {"reached": "false"}, e.PartnerChased,
        changed={"chase-partner referral": {"opens": march(30), "due": april(2), "chases": 1}},
    ),
    Case(
        "recall", arranged.opened, {"day": "2026-03-30"}, e.ReminderSet,
        new={"recall reminder": march(30)},
    ),
    Case("recalled", arranged.reminded, {}, e.ReminderDone, {"recall reminder"}),
    Case("inform", arranged.corrected, {"answer": "told"}, e.HolderInformed, {"inform-holder"}),
    Case("note", arranged.opened, {}, e.NoteTaken),
    Case("identity", arranged.opened, {"site": "Mortagne"}, e.IdentityCorrected),
    Case("contact", arranged.opened, {}, e.ContactCorrected),
    Case("project", arranged.opened, {}, e.ProjectStated),
    Case("commune", arranged.opened, {}, e.CommuneStated),
    Case(
        "programme", arranged.opened, {"programme_end": "2027-03-15"},
        e.ProgrammeJoined,
        new={"plan-diagnostic": march(23)},
    ),
    Case("assign", arranged.unassigned, {"advisor": "Paul Rey"}, e.AdvisorAssigned, {"assign-advisor"}),
    Case("lend", arranged.opened, {"advisor": "Paul Rey", "until": "2026-03-20"}, e.DossierLent),
    Case("review", arranged.late, {}, e.LateEventReviewed, {"review-late-event"}),
    Case("close", arranged.opened, {"reason": "employment"}, e.DossierClosed, {"present-pix"}),
    Case("reopen", arranged.closed, {}, e.DossierReopened, new={"present-pix": april(7)}),
    Case(
        "retract", arranged.first_fact, {}, e.Retracted,
        {"plan-diagnostic"}, {"present-pix": april(7)},
    ),
    Case(
        "unmatch", arranged.scored, {}, e.Retracted,
        {"dispatch-result result"}, {"chase-diagnostic plan": april(10)}, facts=2,
    ),
)  # fmt: skip
CASES = {case.form: case for case in FORM_CASES}
