"""given(events).when(decision, …).then(events) or .refused(code): how a decision is told.

`then` also asks the decision a second time on the state it made: saying it twice records it once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from inspect import Parameter, signature
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from pixflow import presets
from pixflow.events import campaign as c
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events import workshop as w
from pixflow.events.base import Event, Recorded
from pixflow.events.structure import StructureOpened
from pixflow.events.values import Action, Awaited, Moment, Partner, Result
from pixflow.protocol.publishing import Grilles, Numbered, Protocols
from pixflow.reference_data import References
from pixflow.refused import Refused
from pixflow.streams import KINDS, kind_of
from pixflow.tasks import Task, of_dossier
from tests.decisions import function_of

AT = datetime(2026, 9, 15, 9, tzinfo=UTC)
DAY = date(2026, 9, 15)
LATER = date(2026, 9, 16)

ADVISOR, COLLEAGUE = UUID(int=0xA1), UUID(int=0xA2)
DOSSIER, OTHER_DOSSIER = UUID(int=0xD1), UUID(int=0xD2)
CAMPAIGN = UUID(int=0xC1)
PARTICIPATION, SECOND = UUID(int=0xF1), UUID(int=0xF2)
PLAN, ACTION, ADDED, REFERRAL = UUID(int=0xB1), UUID(int=0xB2), UUID(int=0xB3), UUID(int=0xB4)
PARTNER_LINK = UUID(int=0xB7)
STUDY, COMPLETE = UUID(int=0xB5), UUID(int=0xB6)

PRESET = presets.load("laigle-mortagne")
GRILLE = {"grille": PRESET.grille, "number": 1}
FORMER = replace(PRESET.grille, bands=(replace(PRESET.grille.bands[0], short="Premiers pas"), *PRESET.grille.bands[1:]))
"""The grid number 2 of tests, before number 1: it names the lowest band otherwise."""
ANSWERING = {"grilles": {None: PRESET.grille, 1: PRESET.grille, 2: FORMER}, "in_force": 1}
"""The grids of tests, and the one in force."""

_NAMES = {"protocols": "protocol", "grilles": "grille"}


def stamped(events: Sequence[Event], stream: UUID = DOSSIER, after: int = 0) -> list[Recorded]:
    """The events as the engine would stamp them on one stream."""
    return [
        Recorded(stream, version, event, AT, str(ADVISOR), None, "web", UUID(int=version))
        for version, event in enumerate(events, after + 1)
    ]


def state_of(kind: str, *events: Event) -> Any:
    """The fold of one stream."""
    return KINDS[kind].fold(stamped(events))


def tasks_of(*events: Event, refs: References | None = None) -> list[Task]:
    """Returns the tasks of a dossier. Its young person has an email, unless an event says their contact."""
    state = state_of("dossier", *events)
    if not any(isinstance(event, d.ContactCorrected) for event in events):
        state = structs.replace(state, email="lea@exemple.fr")
    return of_dossier(state, refs or references())


@dataclass(frozen=True)
class Given:
    histories: Mapping[str, list[Recorded]]

    def when(self, decide: Callable[..., Any], **arguments: Any) -> "When":
        return When(self, decide, arguments)

    def and_then(self, decided: Mapping[str, Sequence[Event]]) -> "Given":
        names = self.histories.keys() | decided.keys()
        return Given({n: self._with(self.histories.get(n, []), decided.get(n, ())) for n in names})

    def _with(self, history: list[Recorded], events: Sequence[Event]) -> list[Recorded]:
        return history + stamped(events, after=len(history))


@dataclass(frozen=True)
class When:
    before: Given
    decide: Callable[..., Any]
    arguments: Mapping[str, Any]

    def then(self, *events: Event, **by_stream: Sequence[Event]) -> None:
        """These events and no others; the same again then changes nothing."""
        decided = self.then_each_time(*events, **by_stream)
        if decided:
            again = taken(self.decide, self.before.and_then(decided), self.arguments)
            assert again == {}, f"{self.decide} said twice recorded {again}"

    def then_each_time(self, *events: Event, **by_stream: Sequence[Event]) -> dict[str, list[Event]]:
        """These events and no others, however often it is said."""
        expected = {name: list(said) for name, said in by_stream.items()}
        if events:
            expected[next(iter(states_for(self.decide)))] = list(events)
        decided = taken(self.decide, self.before, self.arguments)
        assert decided == expected
        return decided

    def then_nothing(self) -> None:
        assert self.decided() == {}

    def decided(self) -> dict[str, list[Event]]:
        """Returns the decided events, by stream."""
        return taken(self.decide, self.before, self.arguments)

    def refused(self, code: str, /, **details: object) -> None:
        """Refused with this code; `details` are those that matter here."""
        with pytest.raises(Refused) as refused:
            taken(self.decide, self.before, self.arguments)
        assert refused.value.code == code
        assert {name: refused.value.details.get(name) for name in details} == details


def given(*events: Event) -> Given:
    """Takes past events, each on the one stream of its kind."""
    histories: dict[str, list[Event]] = {}
    for event in events:
        histories.setdefault(kind_of(event), []).append(event)
    return Given({kind: stamped(said) for kind, said in histories.items()})


def taken(decide: Callable[..., Any], before: Given, arguments: Mapping[str, Any]) -> dict[str, list[Event]]:
    """The events that a decision gives for each stream, streams without any left out.

    It is taken on DAY by a colleague, with an empty team, unless `arguments` say otherwise.
    """
    asked, states = dict(arguments), []
    kinds = states_for(decide)
    for kind, needed in kinds.items():
        if needed or kind in before.histories:
            states.append(KINDS[kind].fold(before.histories.get(kind, [])))
    parameters = signature(function_of(decide)).parameters
    if "history" in parameters:
        about = "dossier" if "dossier" in kinds else next(iter(kinds))
        asked["history"] = before.histories.get(about, [])
    for kind in kinds:
        if f"{kind}_history" in parameters:
            asked[f"{kind}_history"] = before.histories.get(kind, [])
    if "open_tasks" in parameters:
        asked["open_tasks"] = {task.key: task.why.version for task in of_dossier(states[0], references())}
    usual = {"on": DAY, "team": {}, "person": ADVISOR, "actor": str(COLLEAGUE), "now": AT}
    asked = {name: value for name, value in usual.items() if name in parameters} | asked
    decided = decide(*states, **asked)
    by_stream = decided if isinstance(decided, Mapping) else {next(iter(kinds)): decided}
    return {kind: events for kind, events in by_stream.items() if events}


def states_for(decide: Callable[..., Any]) -> dict[str, bool]:
    """The kinds of streams whose states a decision takes, in order; whether it needs each."""
    found = signature(function_of(decide)).parameters.values()
    states = [one for one in found if one.kind is Parameter.POSITIONAL_OR_KEYWORD]
    return {_NAMES.get(one.name, one.name): one.default is Parameter.empty for one in states}


def without_bookkeeping(state: Any) -> Any:
    """The state but for which event came last."""
    changes = {"version": 0, **({"last": None} if hasattr(state, "last") else {})}
    return type(state)(**{name: changes.get(name, getattr(state, name)) for name in state.__struct_fields__})


def references(**changes: Any) -> References:
    """L'Aigle's protocol and grid on the French calendar, after a former grid, with `changes` to the protocol."""
    first = date(2020, 1, 1)
    return References(
        structure=KINDS["structure"].fold(stamped([STRUCTURE])),
        protocols=Protocols(1, ((first, replace(PRESET.protocol, **changes)),)),
        grilles=Grilles(1, ((date(2019, 1, 1), Numbered(2, FORMER)), (first, Numbered(1, PRESET.grille)))),
    )


# --- one young person's path, event by event

STRUCTURE = StructureOpened(
    name="Mission locale", sites=("L'Aigle", "Mortagne"), zone="Europe/Paris", calendar="FR", on=date(2020, 1, 1)
)


def opened(on: date = DAY, number: str | None = "00123", **changes: Any) -> d.DossierOpened:
    said = {"last_name": "Martin", "first_name": "Léa", "birth_date": date(2005, 3, 2), "site": "L'Aigle"}
    return d.DossierOpened(**{**said, "imilo_number": number, "on": on, **changes})


def assigned(advisor: UUID = ADVISOR, on: date = DAY) -> d.AdvisorAssigned:
    return d.AdvisorAssigned(advisor=advisor, on=on)


def lent(advisor: UUID = COLLEAGUE, until: date = LATER, on: date = DAY) -> d.DossierLent:
    return d.DossierLent(advisor=advisor, until=until, on=on)


def joined(programme: str = "CEJ", on: date = DAY) -> d.ProgrammeJoined:
    cej = programme == "CEJ"
    end = date(2027, 1, 29) if cej else None
    return d.ProgrammeJoined(programme=programme, group="CEJ 4" if cej else None, collective_end=end, on=on)


def presented(on: date = DAY) -> d.PixPresented:
    return d.PixPresented(occasion="welcome", on=on)


def planned(on: date = DAY, planned_for: date | None = None, plan: UUID = PLAN, **changes: Any) -> d.DiagnosticPlanned:
    said = {"campaign": CAMPAIGN, "modality": "office", "mediator": False, "place": "L'Aigle"}
    return d.DiagnosticPlanned(**{**said, "plan": plan, "planned_for": planned_for or on, "on": on, **changes})


def declined(on: date = DAY) -> d.DiagnosticDeclined:
    return d.DiagnosticDeclined(reason="ne veut pas", on=on)


def linked(on: date = DAY, participation: UUID = PARTICIPATION, progress: str = "1", **changes: Any) -> Event:
    said = {"campaign": CAMPAIGN, "purpose": "initial", "started": Moment(on), "progress": Decimal(progress)}
    return d.ParticipationLinked(**{**said, "participation": participation, "on": on, **changes})


def result(shared: date = DAY, mastery: str | None = "0.35") -> Result:
    return Result(shared=Moment(shared), mastery=Decimal(mastery) if mastery else None)


def received(on: date = DAY, participation: UUID = PARTICIPATION, **changes: Any) -> d.ResultReceived:
    said = {"purpose": "initial", "result": result(on)}
    return d.ResultReceived(**{**said, "participation": participation, "on": on, **changes})


def withdrawn(on: date = DAY, participation: UUID = PARTICIPATION) -> d.ParticipationWithdrawn:
    return d.ParticipationWithdrawn(participation=participation, on=on)


def dispatched(on: date = DAY, participation: UUID = PARTICIPATION, advisor: UUID = ADVISOR) -> d.ResultDispatched:
    return d.ResultDispatched(participation=participation, advisor=advisor, on=on)


def debriefed(on: date = DAY, participation: UUID = PARTICIPATION, grille: int | None = 1) -> d.DebriefHeld:
    return d.DebriefHeld(participation=participation, channel="meeting", note="", on=on, grille=grille)


def reviewed(on: date = DAY, grille: int = 1, *, told: bool = True) -> d.ReadingReviewed:
    return d.ReadingReviewed(participation=PARTICIPATION, number=grille, low=0, high=40, told=told, note="", on=on)


LEC = Action(ACTION, "CAP LEC", "action", "cap-lec")
LOW = ("illettrisme", "cap-lec", "cap-digital", "plongee-numerique", "epn-fablab", "cafe-numerique")


def built(on: date = DAY, participation: UUID = PARTICIPATION, actions: tuple[Action, ...] = (LEC,)) -> Event:
    return d.PrescriptionBuilt(
        participation=participation,
        grille=1,
        percent=35,
        low=0,
        high=40,
        proposed=LOW,
        actions=actions,
        wish="",
        project="—",
        reason="",
        on=on,
    )


DIGITAL = Action(ADDED, "CAP Digital", "action", "cap-digital")


def added(on: date = DAY, action: Action = DIGITAL, participation: UUID = PARTICIPATION) -> d.ActionAdded:
    return d.ActionAdded(participation=participation, added=action, reason="le veut aussi", on=on)


def sent(on: date = DAY, referral: UUID = REFERRAL, action: UUID = ACTION, **changes: Any) -> d.ReferralSent:
    said = {"partner": Partner(None, "viaformation"), "starts": None, "ends": None, "note": ""}
    return d.ReferralSent(**{**said, "referral": referral, "action": action, "on": on, **changes})


def answered(on: date = DAY, answer: str = "accepted", referral: UUID = REFERRAL) -> d.ReferralAnswered:
    reason = "complet" if answer == "refused" else ""
    return d.ReferralAnswered(referral=referral, answer=answer, reason=reason, on=on)  # type: ignore[arg-type]


def link_issued(on: date = DAY, link: UUID = PARTNER_LINK, **changes: Any) -> d.PartnerLinkIssued:
    """A link that opens the referral for eight days."""
    said = {"referral": REFERRAL, "purpose": "answer", "channel": "email", "address": "accueil@viaformation.example"}
    return d.PartnerLinkIssued(
        **{**said, "link": link, "until": on + timedelta(days=8), "asked": False, "on": on, **changes}
    )


def started(on: date = DAY, ends: date = date(2026, 12, 18), action: UUID = ACTION) -> d.ActionStarted:
    return d.ActionStarted(action=action, ends=ends, on=on)


def ended(on: date = DAY, action: UUID = ACTION, outcome: str = "done") -> d.ActionEnded:
    return d.ActionEnded(action=action, outcome=outcome, note="", on=on)  # type: ignore[arg-type]


def dropped(on: date = DAY, action: UUID = ACTION) -> d.ActionDropped:
    return d.ActionDropped(action=action, reason="trop loin", on=on)


def appointment(task: str, day: date, on: date = DAY) -> d.AppointmentSet:
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return d.AppointmentSet(task=task, at=at, day=day, place="L'Aigle", on=on)


def missed(task: str, on: date) -> d.AppointmentMissed:
    return d.AppointmentMissed(task=task, note="", on=on)


def chased(about: str, on: date = DAY, reached: bool = False) -> d.YoungPersonChased:
    return d.YoungPersonChased(about=about, channel="sms", reached=reached, note="", on=on)


def note(text: str = "a appelé", on: date = DAY) -> d.NoteTaken:
    return d.NoteTaken(text=text, on=on)


def closed(on: date = DAY) -> d.DossierClosed:
    return d.DossierClosed(reason="moved", note="", on=on)


def reopened(on: date = DAY) -> d.DossierReopened:
    return d.DossierReopened(reason="revenue", on=on)


def retracted(version: int, on: date = DAY) -> d.Retracted:
    return d.Retracted(version=version, reason="erreur", on=on)


# --- what the workshop, the interview and the certification add to it


def needed(on: date = DAY, *, needed: bool = True) -> d.NeedAssessed:
    return d.NeedAssessed(needed=needed, reason="" if needed else "à l'aise", on=on)


def explored(on: date = DAY, cause: str = "digital") -> d.DifficultyExplored:
    return d.DifficultyExplored(cause=cause, note="", on=on)  # type: ignore[arg-type]


def studied(on: date = DAY, tutorials: str = "Chercher sur le web", study: UUID = STUDY) -> d.SelfStudyAssigned:
    return d.SelfStudyAssigned(study=study, tutorials=tutorials, on=on)


def followed(on: date = DAY, outcome: str = "done", study: UUID = STUDY) -> d.SelfStudyFollowed:
    return d.SelfStudyFollowed(study=study, outcome=outcome, note="", on=on)  # type: ignore[arg-type]


def reminded(on: date = DAY, referral: UUID = REFERRAL) -> d.PartnerChased:
    return d.PartnerChased(referral=referral, channel="phone", reached=False, note="", on=on)


CLEA = Action(COMPLETE, "Diagnostic complet", "complete", "diagnostic-complet")


def complete(on: date = DAY, participation: UUID | None = None) -> d.CompleteDiagnosticTaken:
    return d.CompleteDiagnosticTaken(participation=participation, on=on)


def not_complete(on: date = DAY) -> d.CompleteDiagnosticDeclined:
    return d.CompleteDiagnosticDeclined(reason="pas le temps", on=on)


def certification(on: date = DAY) -> d.CertificationProposed:
    return d.CertificationProposed(note="", on=on)


def registered(session: date, on: date = DAY) -> d.CertificationRegistered:
    return d.CertificationRegistered(session=session, place="Alençon", on=on)


def certification_taken(on: date = DAY) -> d.CertificationTaken:
    return d.CertificationTaken(on=on)


def certified(on: date = DAY, level: str = "3") -> d.CertificationObtained:
    return d.CertificationObtained(level=level, on=on)


def not_certified(on: date = DAY) -> d.CertificationNotObtained:
    return d.CertificationNotObtained(note="", on=on)


def no_certification(on: date = DAY) -> d.CertificationDeclined:
    return d.CertificationDeclined(reason="pas son projet", on=on)


def on_cv(on: date = DAY) -> d.ResultAddedToCv:
    return d.ResultAddedToCv(on=on)


def retake(on: date = DAY, planned_for: date | None = None) -> d.RetakePlanned:
    return d.RetakePlanned(campaign=CAMPAIGN, planned_for=planned_for or on, on=on)


def no_retake(on: date = DAY) -> d.RetakeDeclined:
    return d.RetakeDeclined(reason="en emploi", on=on)


def reminder(day: date, on: date = DAY, id: UUID = SECOND) -> d.ReminderSet:
    return d.ReminderSet(reminder=id, day=day, text="rappeler la mère", on=on)


def snoozed(task: str, until: date, on: date = DAY, awaits: Awaited | None = None) -> d.TaskSnoozed:
    return d.TaskSnoozed(task=task, until=until, reason="en stage", on=on, awaits=awaits)


def handed(task: str, to: UUID = COLLEAGUE, until: date | None = None, on: date = DAY) -> d.TaskHandedOver:
    return d.TaskHandedOver(task=task, to=to, until=until, note="", on=on)


RESULT_IN = (opened(), assigned(), linked(), received())
"""A dossier with a result that nobody has dispatched yet: four events."""
DEBRIEFED = (*RESULT_IN, dispatched(), debriefed())
PRESCRIBED = (*DEBRIEFED, built())


# --- the other streams


def found(on: date = DAY, pix_id: int = 481516) -> c.CampaignFound:
    return c.CampaignFound(pix_id=pix_id, code="CEJPRI263", name="CEJ printemps", pix_course="Diagnostic", on=on)


def declared(on: date = DAY, name: str = "Diagnostic CEJ") -> c.CampaignDeclared:
    return c.CampaignDeclared(name=name, code="CEJPRI263", purpose="initial", site=None, on=on)


def imported(on: date = DAY, seen: datetime = AT, **changes: Any) -> p.ParticipationImported:
    said = {
        "campaign": CAMPAIGN,
        "purpose": "initial",
        "last_name": "MARTIN",
        "first_name": "Léa",
        "external_id": "00123",
        "started": Moment(DAY),
        "progress": Decimal("0.5"),
        "ordinal": 0,
    }
    return p.ParticipationImported(**{**said, "exported_at": seen, "on": on, **changes})


def confirmed(on: date = DAY, dossier: UUID = DOSSIER) -> p.MatchConfirmed:
    return p.MatchConfirmed(dossier=dossier, automatic=False, score=86, reasons=("same-words",), on=on)


def set_aside(on: date = DAY) -> p.ParticipationSetAside:
    return p.ParticipationSetAside(reason="collègue", on=on)


def vanished(seen: datetime, on: date = DAY) -> p.ParticipationVanished:
    return p.ParticipationVanished(exported_at=seen, on=on)


def settled(on: date = DAY) -> p.PurposeSettled:
    return p.PurposeSettled(purpose="initial", on=on)


def taken_back(version: int, on: date = DAY) -> p.Retracted:
    return p.Retracted(version=version, reason="erreur", on=on)


# --- a workshop, a fortnight later, with eight seats

WORKSHOP, OTHER_WORKSHOP = UUID(int=0xE1), UUID(int=0xE2)
HELD = date(2026, 9, 29)


def scheduled(held: date = HELD, capacity: int = 8, on: date = DAY, **changes: Any) -> w.WorkshopScheduled:
    said = {"campaign": CAMPAIGN, "site": "Mortagne", "place": "Salle 2", "series": None, **hours(held)}
    return w.WorkshopScheduled(**{**said, "capacity": capacity, "on": on, **changes})


def hours(held: date = HELD) -> dict[str, Any]:
    """From two to four in the afternoon in September, in UTC."""
    at = datetime(held.year, held.month, held.day, 12, tzinfo=UTC)
    return {"starts": at, "ends": at.replace(hour=14), "day": held}


def runs(facilitator: UUID = ADVISOR, on: date = DAY) -> w.FacilitatorJoined:
    return w.FacilitatorJoined(facilitator=facilitator, on=on)


def seated(dossier: UUID = DOSSIER, on: date = DAY) -> w.SeatTaken:
    return w.SeatTaken(dossier=dossier, on=on)


def waits(dossier: UUID = DOSSIER, on: date = DAY) -> w.WaitlistJoined:
    return w.WaitlistJoined(dossier=dossier, on=on)


def kept(dossier: UUID = DOSSIER, until: date = date(2026, 9, 17), on: date = DAY) -> w.SeatOffered:
    return w.SeatOffered(dossier=dossier, until=until, on=on)


def marked(dossier: UUID = DOSSIER, presence: str = "present", on: date = HELD) -> w.AttendanceMarked:
    return w.AttendanceMarked(dossier=dossier, presence=presence, on=on)  # type: ignore[arg-type]


def cancelled(on: date = DAY) -> w.WorkshopCancelled:
    return w.WorkshopCancelled(reason="room", on=on)


def booked(day: date = HELD, on: date = DAY, workshop: UUID = WORKSHOP) -> d.SeatBooked:
    return d.SeatBooked(workshop=workshop, day=day, on=on)


def unbooked(reason: str = "released", on: date = DAY) -> d.SeatCancelled:
    return d.SeatCancelled(workshop=WORKSHOP, reason=reason, on=on)  # type: ignore[arg-type]


def attended(on: date = HELD, **changes: Any) -> d.WorkshopAttended:
    said = {"workshop": WORKSHOP, "trouble": False, "ease": False, "by_advisor": True}
    return d.WorkshopAttended(**{**said, "on": on, **changes})


def absent(on: date = HELD, *, excused: bool = False, workshop: UUID = WORKSHOP) -> d.WorkshopMissed:
    return d.WorkshopMissed(workshop=workshop, excused=excused, on=on)
