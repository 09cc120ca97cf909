"""The 24 indicators counted again, slowly: loops over the facts of each stream, with no code of the indicators.

Only Pix's own days, the calendar, and the tasks of a dossier are taken from the program.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.documents.grille import percent
from pixflow.documents.protocol import ProtocolDocument
from pixflow.dossier import evolve as dossier_evolve
from pixflow.events import dossier as d
from pixflow.events import partner as t
from pixflow.events import staff as s
from pixflow.events import workshop as w
from pixflow.events.base import Erased, Recorded
from pixflow.folding import RETRACTIONS, day_of
from pixflow.identity import normalise
from pixflow.tasks import Task, of_dossier
from tests.indicators.population import Population

Fact = tuple[date, Any, str]
"""The day of a fact, the fact, and who recorded it."""
Counts = tuple[int, int]
QUIET = (d.AdvisorAssigned, d.DossierLent, d.TaskSnoozed, d.TaskHandedOver, d.ErasureRequested, d.ErasureDeclined,
         d.CopyIssued, d.PaperIssued, d.GlassBroken)  # fmt: skip


class Slow:
    """The facts of a structure that stand on a day, by one of the clocks."""

    def __init__(self, population: Population, day: date, clock: str, first: date) -> None:
        self.refs, self.day, self.first, self.clock = population.refs, day, first, clock
        self.calendar = population.refs.calendar
        self.streams = population.streams
        self.dossiers = {id: self.facts(events) for id, events in population.streams["dossier"].items()}
        self.dossiers = {id: facts for id, facts in self.dossiers.items() if facts}
        self.known = {id: facts for id, facts in self.dossiers.items() if counts(facts)}

    def standing(self, events: list[Recorded]) -> list[Recorded]:
        known = [r for r in events if self.clock == "true" or self.calendar.local_day(r.at) <= self.day]
        struck = {r.event.version for r in known if isinstance(r.event, RETRACTIONS)}
        there = [r for r in known if r.originator_version not in struck and not isinstance(r.event, RETRACTIONS)]
        return there if self.clock == "known" else [r for r in there if day_of(r.event) <= self.day]

    def facts(self, events: list[Recorded]) -> list[Fact]:
        on = day_of if self.clock == "true" else lambda event: event.on
        return [(on(r.event), r.event, r.by) for r in self.standing(events)]

    def within(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.day

    def due(self, day: date, days: int) -> date:
        return self.calendar.add(day, days)

    # --- milestones

    def concerned(self, facts: list[Fact]) -> date | None:
        for on, one, _ in facts:
            protocol = self.refs.protocol(on)
            if (
                (isinstance(one, d.DossierOpened) and protocol.concerned == "all")
                or (isinstance(one, d.NeedAssessed) and one.needed)
                or (isinstance(one, d.ProgrammeJoined) and one.programme == "CEJ" and protocol.cej_mandatory)
            ):
                return on
        return None

    # --- the indicators

    def i1(self) -> Counts:
        new = there = 0
        for facts in self.dossiers.values():
            if any(isinstance(one, d.DossierMerged) for _, one, _ in facts):
                continue
            day = self.concerned(facts) or next(
                (
                    on
                    for on, one, _ in facts
                    if isinstance(one, Erased)
                    and one.TOPIC == d.DossierOpened.TOPIC
                    and self.refs.protocol(on).concerned == "all"
                ),
                None,
            )
            new += self.within(day)
            there += day is not None and counts(facts) and not closed(facts)
        return new, there

    def answers(self) -> Iterator[tuple[list[Fact], date, d.ReferralSent, date | None, str]]:
        for facts in self.known.values():
            for on, sent, _ in facts:
                if isinstance(sent, d.ReferralSent):
                    said = [(at, one.answer) for at, one, _ in facts if isinstance(one, d.ReferralAnswered)
                            and one.referral == sent.referral]  # fmt: skip
                    yield facts, on, sent, *(said[-1] if said else (None, ""))

    def passages(self) -> Iterator[tuple[str, date, date | None, date]]:
        steps: list[tuple[str, Any, Any, Callable[[Any], int]]] = [
            ("concerned-presented", self.concerned, presented, lambda p: p.delays.present_pix),
            ("presented-begun", presented, begun, lambda p: p.delays.plan_diagnostic + p.delays.chase_diagnostic_opens),
            ("shared-received", shared, received, lambda p: p.delays.match_participation),
            ("received-dispatched", received, first_of(d.ResultDispatched), lambda p: p.delays.dispatch_result),
            ("received-debriefed", received, debriefed, to_debrief),
            ("debriefed-prescribed", debriefed, prescribed, lambda p: p.delays.build_prescription),
            ("prescribed-referred", prescribed, first_of(d.ReferralSent), lambda p: p.delays.refer),
        ]
        for facts in self.known.values():
            for name, enters, ends, days in steps:
                if (day := enters(facts)) is not None:
                    yield name, day, ends(facts), self.due(day, days(self.refs.protocol(day)))
        for _, on, _, at, _ in self.answers():
            yield "referred-answered", on, at, self.due(on, self.refs.protocol(on).delays.chase_partner_lapses)
        for facts, _, sent, at, answer in self.answers():
            if answer == "accepted" and at and sent.action in built(facts):
                due = self.due(max(sent.starts or at, at), self.refs.protocol(at).delays.refer)
                yield "accepted-started", at, started(facts).get(sent.action), due

    def i14(self) -> Counts:
        found = [one for facts in self.known.values() for on, one, _ in facts if is_result(one) and self.within(on)]
        return sum(one.result.mastery is not None for one in found), len(found)

    def i15(self) -> Counts:
        kept = shown = 0
        for facts in self.known.values():
            for on, one, _ in facts:
                if isinstance(one, d.PrescriptionBuilt) and self.within(on):
                    later = {action.proposal for action in added_to(facts, one)}
                    chosen = {action.proposal for action in one.actions} & set(one.proposed)
                    shown += len(set(one.proposed) - (later - chosen))
                    kept += len(chosen)
                if isinstance(one, d.ActionAdded) and one.added.proposal and self.within(on):
                    shown, kept = shown + 1, kept + 1
        return kept, shown

    def held(self) -> dict[UUID, tuple[date, int, int]]:
        """The workshops closed, held in the period: day, people present, seats."""
        found = {}
        for id, events in self.streams.get("workshop", {}).items():
            there = [r.event for r in self.standing(events)]
            moved = [one for one in there if isinstance(one, w.WorkshopScheduled | w.WorkshopMoved)]
            if any(isinstance(one, w.WorkshopClosed) for one in there) and self.within(moved[-1].day):
                marks = {one.dossier: one.presence for one in there if isinstance(one, w.AttendanceMarked)}
                seats = next(one.capacity for one in there if isinstance(one, w.WorkshopScheduled))
                found[id] = (moved[-1].day, list(marks.values()).count("present"), seats)
        return found

    def i16(self) -> Counts:
        seats = self.seats()
        return sum(isinstance(one, d.WorkshopAttended) for one in seats), len(seats)

    def seats(self) -> list[d.WorkshopAttended | d.WorkshopMissed]:
        held = self.held()
        return [
            one
            for facts in self.dossiers.values()
            if not any(isinstance(one, d.DossierMerged) for _, one, _ in facts)
            for _, one, _ in facts
            if isinstance(one, d.WorkshopAttended | d.WorkshopMissed) and one.workshop in held
        ]

    def stages(self) -> Iterator[tuple[str, list[Fact], bool, bool]]:
        """Each entry in a stage in the period: where the path ended, or still stands."""
        done = lambda facts: first_where(facts, lambda e: isinstance(e, d.ActionEnded) and e.outcome == "done")  # noqa: E731
        stages = [("orientation", self.concerned, planned, left_orientation),
                  ("diagnostic", planned, received, left_diagnostic), ("prescription", received, prescribed, closed),
                  ("parcours", prescribed, done, closed)]  # fmt: skip
        for facts in self.known.values():
            for name, enters, passes, leaves in stages:
                if self.within(enters(facts)):
                    passed = passes(facts) is not None
                    yield name, facts, not passed and bool(leaves(facts)), not passed and not leaves(facts)

    def idle(self) -> list[int]:
        """The days since the last activity of each open dossier."""
        return [(self.day - last_activity(facts)).days for facts in self.known.values() if not closed(facts)]

    def owed(self) -> Iterator[Task]:
        for id in self.known:
            for task in of_dossier(dossier_evolve.fold(self.standing(self.streams["dossier"][id])), self.refs):
                if task.is_visible(self.day) and not (task.snoozed_until and task.snoozed_until > self.day):
                    yield task

    def i21(self) -> Counts:
        changes = []
        for facts in self.known.values():
            scores, again, over = [], None, False
            for on, one, _ in facts:
                if isinstance(one, d.ActionEnded):
                    over = over or (one.outcome == "done" and one.action in built(facts))
                if is_result(one):
                    again = again or (on if over else None)
                    scores += [percent(one.result.mastery)] if one.result.mastery is not None else []
            if self.within(again) and len(scores) > 1:
                changes.append(scores[-1] - scores[0])
        return sum(change > 0 for change in changes), len(changes)

    def i22(self) -> Counts:
        there = list(self.team())
        return sum(any(isinstance(one, s.PixTakenByStaff) for one in facts) for facts in there), len(there)

    def team(self) -> Iterator[list[Any]]:
        """The facts up to the day of each person who works on it."""
        for events in self.streams["staff"].values():
            facts: list[Any] = [r.event for r in events if type(r.event).__name__ != "Retracted"]
            joined = next((one.on for one in facts if isinstance(one, s.StaffJoined)), None)
            left = [one for one in facts if isinstance(one, s.StaffLeft | s.StaffReturned)]
            gone = bool(left) and isinstance(left[-1], s.StaffLeft) and left[-1].last_day < self.day
            if joined and joined <= self.day and not gone:
                yield [one for one in facts if one.on <= self.day]

    def i23(self) -> Counts:
        """Partners of the list, and those of them that a referral of the period names, by id or by a name of theirs."""
        listed = self.listed()
        sent = [one for _, on, one, _, _ in self.answers() if self.within(on)]
        used = [id for id, names in listed.items() if any(self.means(one, id, names) for one in sent)]
        return len(used), len(listed)

    def means(self, sent: d.ReferralSent, partner: UUID, names: set[str]) -> bool:
        return sent.partner_id == partner or (not sent.partner_id and normalise(sent.partner.name) in names)

    def listed(self) -> dict[UUID, set[str]]:
        """The partners of the list, each with its names."""
        listed: dict[UUID, set[str]] = {}
        for id, events in self.streams.get("partner", {}).items():
            facts = [r.event for r in self.standing(events)]
            kinds = t.PartnerListed | t.PartnerDelisted | t.PartnerRelisted
            standing = [one for one in facts if isinstance(one, kinds)]
            if standing and not isinstance(standing[-1], t.PartnerDelisted):
                attached = [one.name for one in facts if isinstance(one, t.NameAttached)]
                listed[id] = {normalise(name) for name in (standing[0].details.name, *attached)}
        return listed

    def verdicts(self) -> Iterator[tuple[str, bool | None]]:
        for rule, day, good in (*self.judged(), *self.sizes(), *self.sites()):
            if self.within(day):
                yield rule, good

    def judged(self) -> Iterator[tuple[str, date, bool | None]]:
        for facts in self.known.values():
            yield from self.ordered(facts)
            yield from self.timely(facts)
            yield from self.written(facts)

    def ordered(self, facts: list[Fact]) -> Iterator[tuple[str, date, bool]]:
        """R1, R2, R5: one step before another."""
        steps = (("R1", begun, presented), ("R2", begun, planned), ("R5", prescribed, debriefed))
        for rule, later, earlier in steps:
            after, before = later(facts), earlier(facts)
            if after is not None:
                yield rule, after, before is not None and before <= after

    def timely(self, facts: list[Fact]) -> Iterator[tuple[str, date, bool | None]]:
        """R3, R4, R6, R10, R12, R13: one step within the days of another."""
        get = received(facts)
        trouble = first_where(facts, lambda e: isinstance(e, d.WorkshopAttended) and bool(e.trouble))
        debrief, explored = debriefed(facts), first_of(d.DifficultyExplored)(facts)
        with_action = first_where(facts, lambda e: isinstance(e, d.PrescriptionBuilt) and bool(e.actions))
        if get:
            protocol = self.refs.protocol(get)
            if protocol.result_route == "referent":
                yield "R3", get, self.by(get, first_of(d.ResultDispatched)(facts), protocol.delays.dispatch_result)
            yield "R4", get, self.by(get, debrief, to_debrief(protocol))
        if debrief:
            yield "R6", debrief, self.by(debrief, with_action, self.refs.protocol(debrief).delays.build_prescription)
        if trouble:
            yield "R10", trouble, self.by(trouble, explored, self.refs.protocol(trouble).delays.explore_difficulty)
        yield from self.of_cej(facts)

    def of_cej(self, facts: list[Fact]) -> Iterator[tuple[str, date, bool | None]]:
        joined = [(on, one) for on, one, _ in facts if isinstance(one, d.ProgrammeJoined)]
        if not joined or joined[-1][1].programme != "CEJ":
            return
        first, end = joined[0][0], joined[-1][1].collective_end
        if self.refs.protocol(first).cej_mandatory:
            yield "R12", first, self.by(first, first_of(d.WorkshopAttended)(facts), 20)
        if (ease := at_ease(facts)) and end:
            taken = first_of(d.CompleteDiagnosticTaken)(facts)
            yield "R13", ease, taken <= end if taken else (False if end < self.day else None)

    def written(self, facts: list[Fact]) -> Iterator[tuple[str, date, bool]]:
        """R7, R8, R9, R14: a wish, a reason, the test of whoever debriefs, a project."""
        project = ""
        for _, one, _ in facts:
            if isinstance(one, d.ProjectStated | d.PrescriptionBuilt) and one.project != "—":
                project = one.project
        for on, one, _ in facts:
            if isinstance(one, d.PrescriptionBuilt):
                yield "R7", on, bool(one.wish)
                if one.proposed:
                    kept = {action.proposal for action in one.actions} & set(one.proposed)
                    yield "R8", on, bool(kept or one.reason)
        held = next(((on, by) for on, one, by in facts if isinstance(one, d.DebriefHeld)), None)
        if held and len(held[1]) == len(str(UUID(int=0))):
            taken = [r.event.on for r in self.streams["staff"].get(UUID(held[1]), ()) if
                     isinstance(r.event, s.PixTakenByStaff)]  # fmt: skip
            yield "R9", held[0], bool(taken) and min(taken) <= held[0]
        if proposed := first_of(d.CertificationProposed)(facts):
            yield "R14", proposed, bool(project)

    def sizes(self) -> Iterator[tuple[str, date, bool]]:
        """R11."""
        for day, present, _ in self.held().values():
            rules = self.refs.protocol(day).workshops
            yield "R11", day, rules.smallest <= present <= rules.largest

    def sites(self) -> Iterator[tuple[str, date, bool]]:
        """R15."""
        named = [one.designated_for for one in self.refs.team.values() if one.works(self.day) and one.designated
                 and one.designated.on <= self.day]  # fmt: skip
        for site in self.refs.structure.sites:
            yield "R15", self.day, site in named or None in named

    def by(self, since: date, then: date | None, days: int) -> bool | None:
        due = self.due(since, days)
        return then <= due if then else (False if due < self.day else None)


# --- the facts of one dossier


def counts(facts: list[Fact]) -> bool:
    gone = any(isinstance(one, Erased | d.DossierMerged) for _, one, _ in facts)
    return not gone and any(isinstance(one, d.DossierOpened) for _, one, _ in facts)


def first_where(facts: list[Fact], wanted: Callable[[Any], bool]) -> date | None:
    return next((on for on, one, _ in facts if wanted(one)), None)


def first_of(*kinds: type) -> Callable[[list[Fact]], date | None]:
    return lambda facts: first_where(facts, lambda one: isinstance(one, kinds))


presented = first_of(d.PixPresented, d.WorkshopAttended)
planned = first_of(d.DiagnosticPlanned, d.WorkshopAttended)
debriefed = first_of(d.DebriefHeld)
prescribed = first_of(d.PrescriptionBuilt)


def is_result(one: Any) -> bool:
    return isinstance(one, d.ResultReceived) and one.purpose == "initial"


def begun(facts: list[Fact]) -> date | None:
    link = next((one for _, one, _ in facts if isinstance(one, d.ParticipationLinked) and one.purpose == "initial"), 0)
    return (link.started.day if link.started else link.on) if link else None


def received(facts: list[Fact]) -> date | None:
    return first_where(facts, is_result)


def shared(facts: list[Fact]) -> date | None:
    return next((one.result.shared.day for _, one, _ in facts if is_result(one)), None)


def at_ease(facts: list[Fact]) -> date | None:
    def eases(one: Any) -> bool:
        if isinstance(one, d.WorkshopAttended):
            return bool(one.ease)
        return any(action.kind == "complete" for action in d.prescribed_by(one))

    return first_where(facts, eases)


CERTIFIED = (d.CertificationTaken, d.CertificationObtained, d.CertificationNotObtained)


def certifiable(facts: list[Fact]) -> date | None:
    """Returns the first day of those who are certifiable by their last profile or badge, or took the certification."""
    profiles = {one.participation: (one.profile.shared, bool(one.profile.certifiable), on)
                for on, one, _ in facts if isinstance(one, d.ProfileReceived)}  # fmt: skip
    complete = {one.participation: (one.result.shared, any(won for _, won in one.result.badges), on)
                for on, one, _ in facts if isinstance(one, d.ResultReceived) and one.purpose == "complete"}  # fmt: skip
    days = [first_where(facts, lambda one: isinstance(one, CERTIFIED))]
    for shared in (profiles.values(), complete.values()):
        if shared and max(shared, key=lambda one: (one[0].day, str(one[0].at or "")))[1]:
            days += [on for _, says, on in shared if says]
    return min(filter(None, days), default=None)


def built(facts: list[Fact]) -> dict[UUID, Any]:
    return {action.id: action for _, one, _ in facts for action in d.prescribed_by(one)}


def added_to(facts: list[Fact], built: d.PrescriptionBuilt) -> list[Any]:
    found = [one for _, one, _ in facts if isinstance(one, d.ActionAdded)]
    return [one.added for one in found if one.participation == built.participation]


def started(facts: list[Fact]) -> dict[UUID, date]:
    found: dict[UUID, date] = {}
    for on, one, _ in facts:
        if isinstance(one, d.ActionStarted):
            found.setdefault(one.action, on)
    return found


def outcome(facts: list[Fact], action: UUID) -> str:
    said = [one.outcome for _, one, _ in facts if isinstance(one, d.ActionEnded) and one.action == action]
    return said[-1] if said else ""


def last_activity(facts: list[Fact]) -> date:
    return max(on for on, one, _ in facts if not isinstance(one, QUIET))


def closed(facts: list[Fact]) -> bool:
    said = [one for _, one, _ in facts if isinstance(one, d.DossierClosed | d.DossierReopened)]
    return bool(said) and isinstance(said[-1], d.DossierClosed)


def left_orientation(facts: list[Fact]) -> bool:
    needs = [one.needed for _, one, _ in facts if isinstance(one, d.NeedAssessed)]
    wishes = [one for _, one, _ in facts if isinstance(one, d.DiagnosticDeclined | d.DiagnosticPlanned)]
    declined = bool(wishes) and isinstance(wishes[-1], d.DiagnosticDeclined)
    return closed(facts) or declined or (bool(needs) and not needs[-1])


def left_diagnostic(facts: list[Fact]) -> bool:
    said = [one for _, one, _ in facts if isinstance(one, d.ParticipationWithdrawn)
            or (isinstance(one, d.ParticipationLinked) and one.purpose == "initial")]  # fmt: skip
    return closed(facts) or (bool(said) and isinstance(said[-1], d.ParticipationWithdrawn))


def to_debrief(protocol: ProtocolDocument) -> int:
    by_referent = protocol.result_route == "referent"
    return protocol.delays.hold_debrief + (protocol.delays.dispatch_result if by_referent else 0)
