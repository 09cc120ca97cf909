"""The parts of the 24 indicators counted again, slowly, from the facts: states, steps, bands, stages, kinds, rules."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from pixflow.documents.grille import band_of, percent
from pixflow.documents.protocol import ProtocolDocument
from pixflow.events import dossier as d
from pixflow.events import partner as t
from pixflow.events import staff as s
from pixflow.events import workshop as w
from pixflow.partners.state import freshness
from tests.indicators.slow import (
    Counts,
    Fact,
    Slow,
    added_to,
    at_ease,
    begun,
    built,
    certifiable,
    closed,
    debriefed,
    first_of,
    is_result,
    last_activity,
    left_diagnostic,
    left_orientation,
    outcome,
    prescribed,
    presented,
    received,
    started,
    to_debrief,
)

Parts = dict[str, Counts]
Followed = tuple[date | None, object, object, date]
"""One of a cohort: the day it entered, what it did, its way out, the day by which it was awaited."""
PAIRS = (
    "concerned-presented", "presented-begun", "shared-received", "received-dispatched", "received-debriefed",
    "debriefed-prescribed", "prescribed-referred", "referred-answered", "accepted-started",
)  # fmt: skip
STEPS = (d.CertificationProposed, d.CertificationRegistered, d.CertificationTaken, d.CertificationObtained)


def slow_parts(slow: Slow, id: str) -> Parts:
    """Returns the parts of an indicator by name: how many, among how many."""
    return _PARTS[id](slow)


def slow_whole(slow: Slow, id: str, parts: Parts) -> Counts:
    """Returns how many an indicator counts, among how many: as its parts say, where they make it up."""
    if "done" in parts and "waiting" in parts:
        return parts["done"]
    if id == "I18":
        return parts["61-"]
    if id == "I12":
        return parts["obtained"][0], parts["declined"][1]
    if id in ("I13", "I17", "I19", "I20", "I24"):
        own = [numbers for name, numbers in parts.items() if not name.endswith("-silent")]
        return sum(counted for counted, _ in own), sum(among for _, among in own)
    whole: Counts = getattr(slow, id.lower())()
    return whole


def steps(enters: Any, ends: Any, leaves: Any, days: Callable[[ProtocolDocument], int]) -> Callable[[Slow], Parts]:
    def count(slow: Slow) -> Parts:
        entered = enters if callable(enters) else getattr(slow, enters)

        def each() -> Iterator[Followed]:
            for facts in slow.known.values():
                if (day := entered(facts)) is not None:
                    yield day, ends(facts), leaves(facts), slow.due(day, days(slow.refs.protocol(day)))

        return states(slow, each())

    return count


def states(slow: Slow, found: Iterable[Followed]) -> Parts:
    """Tells the four states apart: what was done counts as done, whatever the way out."""
    counted: Counter[str] = Counter()
    for entered, done, out, due in found:
        if slow.within(entered):
            counted["done" if done else "out" if out else "late" if due < slow.day else "waiting"] += 1
    return {name: (counted[name], counted.total()) for name in ("done", "waiting", "late", "out")}


def left_complete(facts: list[Fact]) -> bool:
    return closed(facts) or first_of(d.CompleteDiagnosticDeclined)(facts) is not None


def left_after_presentation(facts: list[Fact]) -> bool:
    wishes = [one for _, one, _ in facts if isinstance(one, d.DiagnosticDeclined | d.DiagnosticPlanned)]
    return closed(facts) or (bool(wishes) and isinstance(wishes[-1], d.DiagnosticDeclined))


def dropped(facts: list[Fact]) -> set[Any]:
    return {one.action for _, one, _ in facts if isinstance(one, d.ActionDropped)}


def added_on(facts: list[Fact], ids: set[Any]) -> date:
    """The day of the first of these additions."""
    return next(on for on, one, _ in facts if isinstance(one, d.ActionAdded) and one.added.id in ids)


def i7(slow: Slow) -> Parts:
    def each() -> Iterator[Followed]:
        for facts in slow.known.values():
            moved = {one.action for _, one, _ in facts if isinstance(one, d.ReferralSent | d.ActionStarted)}
            for day, one, _ in facts:
                if not isinstance(one, d.PrescriptionBuilt):
                    continue
                ids = {a.id for a in (*one.actions, *added_to(facts, one)) if a.kind == "action"}
                if ids:
                    on = day if any(a.kind == "action" for a in one.actions) else added_on(facts, ids)
                    due = slow.due(on, slow.refs.protocol(on).delays.refer)
                    yield on, ids & moved, ids <= dropped(facts) or closed(facts), due

    return states(slow, each())


def i8(slow: Slow) -> Parts:
    def each() -> Iterator[Followed]:
        for facts, on, _, _, answer in slow.answers():
            due = slow.due(on, slow.refs.protocol(on).delays.chase_partner_lapses)
            yield on, answer == "accepted", answer == "refused" or closed(facts), due

    return states(slow, each())


def i9(slow: Slow) -> Parts:
    def each() -> Iterator[Followed]:
        for facts, _, one, at, answer in slow.answers():
            if answer == "accepted" and at and one.action in built(facts):
                due = slow.due(max(one.starts or at, at), slow.refs.protocol(at).delays.refer)
                yield at, one.action in started(facts), one.action in dropped(facts) or closed(facts), due

    return states(slow, each())


def i10(slow: Slow) -> Parts:
    def each() -> Iterator[Followed]:
        for facts in slow.known.values():
            ends = {one.action: one.ends for _, one, _ in facts if isinstance(one, d.ActionStarted)}
            for action, on in started(facts).items():
                if action in built(facts) and built(facts)[action].kind == "action":
                    due = slow.due(ends[action] or on, slow.refs.protocol(on).delays.record_outcome)
                    said = outcome(facts, action)
                    yield on, said == "done", said or action in dropped(facts) or closed(facts), due

    return states(slow, each())


def i12(slow: Slow) -> Parts:
    there = [facts for facts in slow.known.values() if slow.within(certifiable(facts))]
    later = [(*STEPS[n:], d.CertificationNotObtained) if n < 3 else STEPS[n:] for n in range(4)]
    reached = [len(there), *(sum(first_of(*steps)(facts) is not None for facts in there) for steps in later)]
    named = zip(("proposed", "registered", "taken", "obtained"), pairwise(reached), strict=True)
    out = sum(first_of(d.CertificationDeclined)(facts) is not None for facts in there)
    return {name: (after, before) for name, (before, after) in named} | {"declined": (out, len(there))}


def i13(slow: Slow) -> Parts:
    found = [(name, arrived is not None and arrived <= due) for name, on, arrived, due in slow.passages()
             if slow.within(on)]  # fmt: skip
    return tallied(found, PAIRS)


def tallied(found: Iterable[tuple[str, bool]], names: Iterable[str] = ()) -> Parts:
    """Counts, by name, those that are so, among all."""
    made = dict.fromkeys(names, (0, 0))
    for name, so in found:
        counted, among = made.get(name, (0, 0))
        made[name] = counted + so, among + 1
    return made


def i14(slow: Slow) -> Parts:
    bands: Counter[str] = Counter()
    for facts in slow.known.values():
        read = {one.participation: f"{one.low}-{one.high}" for _, one, _ in facts
                if isinstance(one, d.PrescriptionBuilt) and one.low is not None}  # fmt: skip
        for on, one, _ in facts:
            if is_result(one) and slow.within(on):
                bands[band(slow, on, one, read)] += 1
    return {name: (n, bands.total()) for name, n in bands.items()}


def band(slow: Slow, on: date, one: Any, read: dict[Any, str]) -> str:
    if one.result.mastery is None:
        return "no-score"
    found = band_of(slow.refs.grille(on).document, percent(one.result.mastery))
    return read.get(one.participation) or f"{found.low}-{found.high}"


def i15(slow: Slow) -> Parts:
    kept, _ = slow.i15()
    own = begun_ones = done = 0
    for facts in slow.known.values():
        for on, one, _ in facts:
            if slow.within(on):
                own += sum(action.proposal is None for action in d.prescribed_by(one))
                begun_ones += sum(action.id in started(facts) for action in d.prescribed_by(one))
                done += sum(outcome(facts, action.id) == "done" for action in d.prescribed_by(one))
    return {name: (n, kept + own) for name, n in (("own", own), ("started", begun_ones), ("done", done))}


def i16(slow: Slow) -> Parts:
    seats, capacity = slow.seats(), sum(seats for _, _, seats in slow.held().values())
    missed = [one.excused for one in seats if isinstance(one, d.WorkshopMissed)]
    there = len(seats) - len(missed)
    trouble = sum(isinstance(one, d.WorkshopAttended) and bool(one.trouble) for one in seats)
    ease = sum(isinstance(one, d.WorkshopAttended) and bool(one.ease) for one in seats)
    sizes = [(slow.refs.protocol(day).workshops, present) for day, present, _ in slow.held().values()]
    fitting = sum(size.smallest <= present <= size.largest for size, present in sizes)
    came, waited, seated = 0, 0, 0
    for id in slow.held():
        events = slow.standing(slow.streams["workshop"][id])
        taken = {r.event.dossier: r.command for r in events if isinstance(r.event, w.SeatTaken)}
        gone = {r.event.dossier: r.originator_version for r in events if isinstance(r.event, w.SeatReleased)}
        marked = {(r.event.dossier, r.command) for r in events if isinstance(r.event, w.AttendanceMarked)}
        waiting = {r.event.dossier for r in events if isinstance(r.event, w.WaitlistJoined)}
        came += len(marked & set(taken.items()))
        waited += len(waiting)
        seated += sum(
            r.event.dossier in waiting and r.originator_version > gone.get(r.event.dossier, 0)
            for r in events
            if isinstance(r.event, w.SeatTaken)
        )
    return {
        "absent": (missed.count(False), len(seats)), "excused": (missed.count(True), len(seats)),
        "trouble": (trouble, there), "ease": (ease, there), "fits": (fitting, len(sizes)), "filled": (there, capacity),
        "walk-in": (came, there), "seated": (seated, waited),
    }  # fmt: skip


def i17(slow: Slow) -> Parts:
    found = list(slow.stages())
    out = tallied((name, is_out) for name, _, is_out, _ in found)
    silent = tallied(
        (f"{name}-silent", stands and (slow.day - last_activity(facts)).days > 60) for name, facts, _, stands in found
    )
    stages = ("orientation", "diagnostic", "prescription", "parcours")
    return dict.fromkeys((*stages, *(f"{name}-silent" for name in stages)), (0, 0)) | out | silent


def i18(slow: Slow) -> Parts:
    idle = slow.idle()
    ages = {"0-15": (0, 15), "16-30": (16, 30), "31-60": (31, 60), "61-": (61, 10_000)}
    return {name: (sum(low <= days <= high for days in idle), len(idle)) for name, (low, high) in ages.items()}


def i19(slow: Slow) -> Parts:
    return tallied((task.kind, task.due < slow.day) for task in slow.owed())


def i20(slow: Slow) -> Parts:
    return tallied(
        (one.channel, one.reached)
        for facts in slow.known.values()
        for on, one, _ in facts
        if isinstance(one, d.YoungPersonChased | d.PartnerChased) and slow.within(on)
    )


def i21(slow: Slow) -> Parts:
    _, among = slow.i21()
    return {"points": (among, among)}


def i22(slow: Slow) -> Parts:
    there = list(slow.team())
    kinds = (("briefing", s.BriefingHeld), ("training", s.TrainingAttended))
    return {name: (sum(any(isinstance(one, kind) for one in facts) for facts in there), len(there))
            for name, kind in kinds}  # fmt: skip


def i23(slow: Slow) -> Parts:
    listed = slow.listed()
    sent = [one for _, on, one, _, _ in slow.answers() if slow.within(on)]
    elsewhere = [one for one in sent if not any(slow.means(one, id, names) for id, names in listed.items())]
    how = Counter(freshness(confirmed(slow, id), slow.day) for id in listed)
    levels = Counter(level for id in listed for level in offered(slow, id))
    bands = [f"{one.low}-{one.high}" for one in slow.refs.grille(slow.day).document.bands]
    return {
        "elsewhere": (len(elsewhere), len(sent)),
        **{name: (how[name], len(listed)) for name in ("fresh", "old", "unknown")},
        **{name: (levels[name], 0) for name in ("any-level", *bands, *levels)},
    }


def confirmed(slow: Slow, partner: UUID) -> date | None:
    facts = slow.standing(slow.streams["partner"][partner])
    joins = {one.command for one in facts if isinstance(one.event, t.PartnersJoined)}
    told = [(one.command, one.event) for one in facts if isinstance(one.event, t.SourceTold | t.PartnerListed)]
    sources = [(command, one) for command, one in told if one.source]
    by_hand = [one.on for _, one in told if not one.source] if {command for command, _ in sources} <= joins else []
    days: list[date | None] = [one.event.on for one in facts if isinstance(one.event, t.PartnerVerified)] or [*by_hand]
    days = days or [one.updated for _, one in sources]
    return max(filter(None, days), default=None)


def offered(slow: Slow, partner: UUID) -> Iterator[str]:
    """The levels of each open offer: those that it names, and those of its proposals."""
    open_ones: dict[UUID, tuple[date, Any]] = {}
    for on, one, _ in slow.facts(slow.streams["partner"][partner]):
        if isinstance(one, t.OfferListed):
            open_ones[one.offer] = on, one.terms
        elif isinstance(one, t.OfferRevised):
            open_ones[one.offer] = open_ones[one.offer][0], one.terms
        elif isinstance(one, t.OfferClosed):
            del open_ones[one.offer]
    for on, terms in open_ones.values():
        bands = slow.refs.grille(on).document.bands
        named = [(one.low, one.high) for one in bands if {p.id for p in one.proposals} & set(terms.proposals)]
        yield from {f"{low}-{high}" for low, high in (*terms.bands, *named)} or {"any-level"}


def i24(slow: Slow) -> Parts:
    rules = [f"R{number}" for number in range(1, 16)]
    return tallied(((rule, good) for rule, good in slow.verdicts() if good is not None), rules)


_PARTS: dict[str, Callable[[Slow], Parts]] = {
    "I1": lambda slow: {},
    "I2": steps("concerned", presented, left_orientation, lambda p: p.delays.present_pix),
    "I3": steps(presented, begun, left_after_presentation,
                lambda p: p.delays.plan_diagnostic + p.delays.chase_diagnostic_opens),
    "I4": steps(begun, received, left_diagnostic, lambda p: p.delays.chase_diagnostic_opens),
    "I5": steps(received, debriefed, closed, to_debrief),
    "I6": steps(debriefed, prescribed, closed, lambda p: p.delays.build_prescription),
    "I7": i7, "I8": i8, "I9": i9, "I10": i10,
    "I11": steps(at_ease, first_of(d.CompleteDiagnosticTaken), left_complete, lambda p: p.delays.complete_path),
    "I12": i12, "I13": i13, "I14": i14, "I15": i15, "I16": i16, "I17": i17, "I18": i18, "I19": i19, "I20": i20,
    "I21": i21, "I22": i22, "I23": i23, "I24": i24,
}  # fmt: skip
