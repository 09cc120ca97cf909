"""The facts that each indicator counts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID

from msgspec.structs import replace

from pixflow.documents.grille import band_of
from pixflow.documents.protocol import ProtocolDocument
from pixflow.events import dossier as e
from pixflow.events import workshop as w
from pixflow.events.base import Recorded, Stage
from pixflow.events.values import OfferTerms
from pixflow.folding import not_retracted, stamp_of
from pixflow.identity import normalise
from pixflow.indicators.entry import Basis, FigureEntry, WayOut, followed, happened
from pixflow.indicators.path import Mark, Milestone, Out, Path
from pixflow.partners.state import FRESH, OLD, PartnerState
from pixflow.team.staff import Team
from pixflow.workshop.booking import walk_ins
from pixflow.workshop.state import Workshop

Cohort = Callable[[Basis, Path], Iterator[FigureEntry]]
Days = Callable[[ProtocolDocument], int]


def step(indicator: str, entered: Milestone, done: Milestone, ways_out: Sequence[Out], days: Days) -> Cohort:
    """Returns the cohort of those who passed one milestone, counted when they pass another one."""

    def entries(basis: Basis, path: Path) -> Iterator[FigureEntry]:
        if mark := path.marks.get(entered):
            due = basis.due_day(indicator, mark.on, days(basis.protocol(mark.on)))
            yield followed(indicator, mark, path.marks.get(done), way_out(path, ways_out), due)

    return entries


def way_out(path: Path, ways_out: Sequence[Out] = ()) -> WayOut | None:
    """Returns the first way out of a step that was taken; a closed dossier is out of every step."""
    if not path.outs:
        return None
    found = [path.outs[name] for name in (*ways_out, "closed") if name in path.outs]
    return min(found, key=lambda one: (one[0].on, one[0].version), default=None)


def dispatch_and_debrief(protocol: ProtocolDocument) -> int:
    """Returns the working days from a result to its debrief: the dispatch counts where the référent makes it."""
    return protocol.delays.hold_debrief + (
        protocol.delays.dispatch_result if protocol.result_route == "referent" else 0
    )


def until_begun(protocol: ProtocolDocument) -> int:
    """Returns the working days from a presentation to the test begun."""
    return protocol.delays.plan_diagnostic + protocol.delays.chase_diagnostic_opens


STEPS: tuple[Cohort, ...] = (
    step("I2", "concerned", "presented", ("not-needed", "diagnostic-declined"), lambda p: p.delays.present_pix),
    step("I3", "presented", "begun", ("diagnostic-declined",), until_begun),
    step("I4", "begun", "received", ("withdrawn",), lambda p: p.delays.chase_diagnostic_opens),
    step("I5", "received", "debriefed", (), dispatch_and_debrief),
    step("I6", "debriefed", "prescribed", (), lambda p: p.delays.build_prescription),
    step("I11", "at-ease", "complete", ("complete-declined",), lambda p: p.delays.complete_path),
)


def oriented(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """Prescriptions with a remediation or a training: counted when one is referred or started (I7)."""
    for mark, built in path.prescriptions:
        chosen = [(at, one) for at, one in path.actions_of(mark, built) if one.action.kind == "action"]
        if not chosen:
            continue
        entered, actions = chosen[0][0], [one for _, one in chosen]
        ids = {one.action.id for one in actions}
        began = [one.started for one in actions] + [r.sent for r in path.referrals.values() if r.action in ids]
        done = min(filter(None, began), key=lambda one: one.version, default=None)
        dropped = [one.dropped for one in actions if one.dropped]
        out = (dropped[-1], "dropped") if len(dropped) == len(actions) else way_out(path)
        days = basis.protocol(entered.on).delays.refer
        yield followed("I7", entered, done, out, basis.due_day("I7", entered.on, days))


def answers(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """Referrals: counted when accepted, out when refused, late when silent past the lapse (I8)."""
    for referral in path.referrals.values():
        accepted = referral.answered if referral.answer == "accepted" else None
        refused = (referral.answered, "refused") if referral.answer == "refused" and referral.answered else None
        due = basis.due_day("I8", referral.sent.on, basis.protocol(referral.sent.on).delays.chase_partner_lapses)
        yield followed("I8", referral.sent, accepted, refused or way_out(path), due, partner=referral.partner)


def beginnings(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """Accepted referrals: counted when their action starts (I9)."""
    for referral in path.referrals.values():
        action = path.actions.get(referral.action)
        if referral.answer != "accepted" or not referral.answered or not action:
            continue
        dropped = (action.dropped, "dropped") if action.dropped else None
        since = max(referral.starts or referral.answered.on, referral.answered.on)
        due = basis.due_day("I9", since, basis.protocol(referral.answered.on).delays.refer)
        yield followed("I9", referral.answered, action.started, dropped or way_out(path), due, partner=referral.partner)


def endings(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """Started actions: counted when done; out when abandoned; late past their end, unsaid (I10)."""
    for action in path.actions.values():
        if action.started is None or action.action.kind != "action":
            continue
        done = action.ended if action.outcome == "done" else None
        left = action.ended or action.dropped
        out = (left, action.outcome or "dropped") if left and not done else way_out(path)
        days = basis.protocol(action.started.on).delays.record_outcome
        due = basis.due_day("I10", action.ends or action.started.on, days)
        partner = next((r.partner for r in path.referrals.values() if r.action == action.action.id), "")
        yield followed("I10", action.started, done, out, due, partner=partner)


COHORTS: tuple[Cohort, ...] = (*STEPS, oriented, answers, beginnings, endings)


# --- I24: the source's good practice, rule by rule: conform, deviation, pending (docs/indicators.md#conformance)


Rule = Callable[[Basis, Path], Iterator[FigureEntry]]
CEJ_WORKSHOP = 20
"""Working days from joining the CEJ to the workshop."""
DEBRIEF_BY = "R9"
"""The rule about whoever holds the debrief: their own test is a fact of the team, so questions judge it."""


def _judged(rule: str, mark: Mark, conform: object, by: Mark | None = None) -> FigureEntry:
    return happened("I24", mark, rule, "done" if conform else "out", ended=by)


def _response(basis: Basis, rule: str, since: Mark, then: Mark | None, days: int) -> FigureEntry:
    """Judges a response due within working days. Without one, it is pending, then a deviation once late."""
    due = basis.add_days(since.on, days)
    if then:
        return _judged(rule, since, then.on <= due, then)
    return happened("I24", since, rule, "open", due=due)


def preceded(rule: str, milestone: Milestone, first: Milestone) -> Rule:
    """Returns the rule that one milestone comes before another."""

    def judge(basis: Basis, path: Path) -> Iterator[FigureEntry]:
        if mark := path.marks.get(milestone):
            earlier = path.marks.get(first)
            yield _judged(rule, mark, earlier and earlier.on <= mark.on, earlier)

    return judge


def dispatched(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R3: the référent sends the result to the advisor in time."""
    received = path.marks.get("received")
    if received and (protocol := basis.protocol(received.on)).result_route == "referent":
        yield _response(basis, "R3", received, path.marks.get("dispatched"), protocol.delays.dispatch_result)


def debriefed(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R4: the result is told to the young person in time."""
    if received := path.marks.get("received"):
        days = dispatch_and_debrief(basis.protocol(received.on))
        yield _response(basis, "R4", received, path.marks.get("debriefed"), days)


def followed_up(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R6: a debrief leads to a prescription with an action, in time."""
    if debrief := path.marks.get("debriefed"):
        built = next((mark for mark, one in path.prescriptions if one.actions), None)
        yield _response(basis, "R6", debrief, built, basis.protocol(debrief.on).delays.build_prescription)


def wish_written(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R7: the prescription says the young person's wish."""
    for mark, one in path.prescriptions:
        yield _judged("R7", mark, one.wish)


def grid_followed(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R8: a proposal of the grid is kept, or a reason is given."""
    for mark, prescription in path.prescriptions:
        if prescription.proposed:
            kept = {action.proposal for action in prescription.actions} & set(prescription.proposed)
            yield _judged("R8", mark, kept or prescription.reason)


def advisor_tested(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R9: whoever holds the debrief took the test before. The entry says who: `subject`."""
    if debrief := path.marks.get("debriefed"):
        with suppress(ValueError):  # no member of the team: the clock or an operator
            yield happened("I24", debrief, DEBRIEF_BY, "out", subject=UUID(path.debriefed_by))


def difficulty_explored(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R10: a difficulty seen at a workshop is explored in time."""
    if path.difficulty:
        days = basis.protocol(path.difficulty.on).delays.explore_difficulty
        yield _response(basis, "R10", path.difficulty, path.explored, days)


def cej_workshop(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R12: a young person in CEJ comes to a workshop early."""
    if path.programme == "CEJ" and path.joined and basis.protocol(path.joined.on).cej_mandatory:
        there = next((mark for mark, seat in path.seats if isinstance(seat, e.WorkshopAttended)), None)
        yield _response(basis, "R12", path.joined, there, CEJ_WORKSHOP)


def complete_in_time(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R13: a young person in CEJ at ease takes the complete diagnostic before the collective period ends."""
    ease, end = path.marks.get("at-ease"), path.collective_end
    if path.programme == "CEJ" and ease and end:
        if complete := path.marks.get("complete"):
            yield _judged("R13", ease, complete.on <= end, complete)
        else:
            yield happened("I24", ease, "R13", "open", due=end)


def project_first(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R14: the certification is proposed to who has a professional project."""
    if proposed := path.marks.get("proposed"):
        yield _judged("R14", proposed, path.project)


OF_PATHS: dict[str, Rule] = {
    "R1": preceded("R1", "begun", "presented"),
    "R2": preceded("R2", "begun", "planned"),
    "R3": dispatched,
    "R4": debriefed,
    "R5": preceded("R5", "prescribed", "debriefed"),
    "R6": followed_up,
    "R7": wish_written,
    "R8": grid_followed,
    DEBRIEF_BY: advisor_tested,
    "R10": difficulty_explored,
    "R12": cej_workshop,
    "R13": complete_in_time,
    "R14": project_first,
}
"""The rules about a young person's path, by their number; R11 is of workshops, R15 of sites."""


def verdicts(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """Judges a path by every rule that the structure has not switched off."""
    for name, rule in OF_PATHS.items():
        if basis.definitions.judges(name):
            yield from rule(basis, path)


# --- I13, delays between two milestones; I12, the certification; I17, where paths end


_STEPS: tuple[tuple[Milestone, Milestone, Days], ...] = (
    ("concerned", "presented", lambda p: p.delays.present_pix),
    ("presented", "begun", until_begun),
    ("shared", "received", lambda p: p.delays.match_participation),
    ("received", "dispatched", lambda p: p.delays.dispatch_result),
    ("received", "debriefed", dispatch_and_debrief),
    ("debriefed", "prescribed", lambda p: p.delays.build_prescription),
    ("prescribed", "referred", lambda p: p.delays.refer),
)
PAIRS: dict[str, tuple[Cohort, str, Days]] = {
    **{f"{first}-{then}": (step("I13", first, then, (), days), "I13", days) for first, then, days in _STEPS},
    "referred-answered": (answers, "I8", lambda p: p.delays.chase_partner_lapses),
    "accepted-started": (beginnings, "I9", lambda p: p.delays.refer),
}
"""Pairs of milestones, each with the cohort that passes from one to the other, and the indicator of its delay."""


def delay(basis: Basis, pair: str, day: date) -> int:
    """Returns the days by which a pair is passed, for who enters it on a day."""
    _, indicator, days = PAIRS[pair]
    return basis.definitions.target(indicator, days(basis.protocol(day)))


def delays(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I13: passages from one milestone to the next, done in time or past; `value` is the days that it took.

    A refusal is an answer too. Who left counts until that day.
    """
    for name, (cohort, _, _) in PAIRS.items():
        for entry in cohort(basis, path):
            arrived = entry.state == "done" or (name == "referred-answered" and entry.reason == "refused")
            late = entry.due is not None and entry.ended_on is not None and entry.ended_on > entry.due
            state = ("past" if late else "done") if arrived else entry.state
            took = basis.days(entry.on, entry.ended_on) if entry.ended_on else None
            yield replace(entry, indicator="I13", part=name, state=state, value=took)


CERTIFICATION_STEPS: tuple[Milestone, ...] = ("certifiable", "proposed", "registered", "taken", "obtained")


def certification(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I12: the certifiable, and each step reached since; a later step counts for those before it."""
    if not (entered := path.marks.get("certifiable")):
        return
    for number, milestone in enumerate(CERTIFICATION_STEPS):
        found = next((path.marks[later] for later in CERTIFICATION_STEPS[number:] if later in path.marks), None)
        if found:
            yield happened("I12", entered, milestone, ended=found)
    if declined := path.outs.get("certification-declined"):
        mark, reason = declined
        yield happened("I12", entered, "declined", "out", ended=mark, reason=reason)


_PARTS: dict[Stage, tuple[Milestone, Milestone, tuple[Out, ...]]] = {
    "orientation": ("concerned", "planned", ("not-needed", "diagnostic-declined")),
    "diagnostic": ("planned", "received", ("withdrawn",)),
    "prescription": ("received", "prescribed", ()),
    "parcours": ("prescribed", "done", ()),
}
"""The stages: the milestone that enters each, the one that passes it, and its ways out."""


def exits(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I17: entries in each stage; out where the path ended there. `due` is the last day before it is silent."""
    for stage, (entered, then, ways_out) in _PARTS.items():
        if not (mark := path.marks.get(entered)):
            continue
        if passed := path.marks.get(then):
            yield happened("I17", mark, stage, ended=passed)
        elif gone := way_out(path, ways_out):
            yield happened("I17", mark, stage, "out", ended=gone[0], reason=gone[1])
        else:
            silent = (path.last or date.min) + timedelta(basis.definitions.silent)
            yield happened("I17", mark, stage, "open", due=silent)


# --- entries of the list of partners (I23): each partner, how fresh its file is, its offers by level, its names


SENT = "sent"
"""A referral, of a dossier's entries. The question tells which are those to a partner of the list."""
USED, ELSEWHERE = "used", "elsewhere"
LISTED, NAMED, JOINED = "listed", "named", "joined"
FRESH_UNTIL, OLD_FROM, UNKNOWN = "fresh", "old", "unknown"
ANY_LEVEL = "any-level"
"""The offers that name no level."""


def partner_entries(basis: Basis, id: UUID, partner: PartnerState) -> Iterator[FigureEntry]:
    """Yields a partner of the list, its names, the days until its file is fresh and old, each offer at each level.

    One joined to another only says which: whoever was referred to it was referred to the other.
    """
    if partner.into:
        yield happened("I23", Mark(date.min, partner.version), JOINED, subject=partner.into)
        return
    if not partner.listed:
        return
    mark = Mark(partner.listed.on, partner.listed.version)
    for name in sorted({normalise(one) for one in (partner.details.name, *partner.names)}):
        yield happened("I23", mark, NAMED, reason=name, subject=id)
    if partner.delisted:
        return
    yield happened("I23", mark, LISTED)
    if confirmed := partner.confirmed:
        yield happened("I23", mark, FRESH_UNTIL, "open", due=confirmed + FRESH)
        yield happened("I23", mark, OLD_FROM, "open", due=confirmed + OLD - timedelta(1))
    else:
        yield happened("I23", mark, UNKNOWN)
    for offer, terms in partner.open_offers().items():
        stamp = partner.offers[offer].listed
        for part in sorted({level(band) for band in _bands(basis, stamp.on, terms)}) or [ANY_LEVEL]:
            yield happened("I23", Mark(stamp.on, stamp.version), part, reason=terms.label)


def _bands(basis: Basis, day: date, terms: OfferTerms) -> Iterator[tuple[int, int]]:
    """Yields the bands of an offer: those that it names, and those of its proposals in the grid of a day."""
    yield from terms.bands
    for band in basis.grille(day).bands if terms.proposals else ():
        if any(proposal.id in terms.proposals for proposal in band.proposals):
            yield band.low, band.high


def level(band: tuple[int, int]) -> str:
    """Returns the part of the offers for a band of the grid."""
    low, high = band
    return f"{low}-{high}"


# --- flows and stocks: facts of a period or of a day, whoever they are about (I1, I14 to I16, I18, I20, I21, I23)


def concerned(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I1: a young person concerned, open while the dossier is. Also that of an erased one, by its day."""
    opened = [mark for topic, mark in path.erased if topic == e.DossierOpened.TOPIC]
    erased = opened[0] if opened and basis.protocol(opened[0].on).concerned == "all" else None
    if mark := path.marks.get("concerned") or erased:
        yield happened("I1", mark, state="open" if path.counts and not path.closed else "done")


def seats(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I16: seats of workshops, with the presence. Those of an erased person stand by their day alone."""
    for topic, mark in path.erased:
        if topic == e.WorkshopAttended.TOPIC:
            yield happened("I16", mark, "present")
        elif topic == e.WorkshopMissed.TOPIC:
            yield happened("I16", mark, "absent", "out")
    for mark, seat in path.seats:
        if isinstance(seat, e.WorkshopMissed):
            yield happened("I16", mark, "excused" if seat.excused else "absent", "out", subject=seat.workshop)
            continue
        for part, seen in (("present", True), ("trouble", seat.trouble), ("ease", seat.ease)):
            if seen:
                yield happened("I16", mark, part, subject=seat.workshop)


def results_by_band(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I14: results received, by the band that read them."""
    for result in path.results:
        if result.percent is None:
            yield happened("I14", result.received, "no-score", "out")
        elif result.band:
            yield happened("I14", result.received, level(result.band))
        else:
            read = band_of(basis.grille(result.received.on), result.percent)
            yield happened("I14", result.received, level((read.low, read.high)))


def proposals(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I15: proposals of the grid shown, kept or not; beside, the actions that advisors added.

    A proposal added to a prescription is kept on that day.
    """
    for mark, built in path.prescriptions:
        chosen = path.actions_of(mark, built)
        kept = {one.action.proposal for _, one in chosen}
        for proposal in built.proposed:
            if proposal not in kept:
                yield happened("I15", mark, "proposal", "out")
        for at, course in chosen:
            yield (
                happened("I15", at, "own")
                if course.action.proposal is None
                else happened("I15", at, "proposal", "done")
            )
            if course.started:
                yield happened("I15", at, "started", ended=course.started)
            if course.ended and course.outcome == "done":
                yield happened("I15", at, "done", ended=course.ended)


def ages(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I18: an open dossier; `due` is the day of its last activity."""
    if path.opened and not path.closed:
        yield happened("I18", path.opened, state="open", due=path.last or path.opened.on)


def chases(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I20: a person called or written to, by channel; done when reached."""
    for mark, one in path.chases:
        yield happened("I20", mark, one.channel, "done" if one.reached else "out")


def progress(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I21: a second score after an action, done when it went up; `value` is the change in points."""
    scores = [one.percent for one in path.results if one.percent is not None]
    if (retaken := path.marks.get("retaken")) and len(scores) > 1:
        change = scores[-1] - scores[0]
        yield happened("I21", retaken, "points", "done" if change > 0 else "out", value=change)


def partners(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I23: a referral sent. Which partner of the list it is about is found by the question (`partner_entries`)."""
    for referral in path.referrals.values():
        name = referral.partner
        yield happened("I23", referral.sent, SENT, reason=normalise(name), partner=name, subject=referral.listed)


FUNNEL: tuple[Milestone, ...] = (
    "concerned", "presented", "begun", "received", "debriefed", "prescribed", "referred", "started", "done",
)  # fmt: skip


def funnel(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """The milestones that a young person concerned has passed, all on the day when they became it."""
    if entered := path.marks.get("concerned"):
        for name in FUNNEL:
            if mark := path.marks.get(name):
                yield happened("funnel", Mark(entered.on, mark.version), name, ended=mark)


MAIN_STEPS: tuple[Milestone, ...] = ("presented", "begun", "debriefed", "prescribed", "started")  # AIMED, as milestones


def main_steps(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """The main steps that a young person has passed, each on its own day; `reason` is the site."""
    for name in MAIN_STEPS:
        if mark := path.marks.get(name):
            yield happened("steps", mark, name, reason=path.site)


FLOWS = (results_by_band, proposals, ages, chases, progress, partners, funnel, main_steps)
OF_EVERYBODY = (concerned, seats)
"""Those that keep an erased person, by day: nothing personal stands in them."""


# --- entries of the team and of the sites on a day: I22, and the rule R15


KINDS = ("pix", "briefing", "training")
"""Milestones of members with Pix."""


def members(team: Team, day: date) -> Iterator[tuple[UUID, FigureEntry]]:
    """I22: members at work on a day, and those of them who took the test, were briefed or trained."""
    for id, member in team.items():
        if not member.joined or member.joined > day or not member.works(day):
            continue
        yield id, happened("I22", Mark(member.joined, 1), "there")
        for kind in KINDS:
            done = [one.stamp for one in member.milestones if one.kind == kind and one.stamp.on <= day]
            if done:
                last = max(done, key=lambda stamp: stamp.on)
                yield id, happened("I22", Mark(last.on, last.version), kind)


def referents(team: Team, sites: Sequence[str], opened: UUID, day: date) -> Iterator[tuple[UUID, FigureEntry]]:
    """R15: each site has a référent on the day. The line is the designation, or the opening of the structure."""
    for site in sites:
        for id, one in team.items():
            stamp = one.designated
            if one.works(day) and stamp and stamp.on <= day and one.designated_for in (site, None):
                yield id, happened("I24", Mark(day, stamp.version), "R15", reason=site)
                break
        else:
            yield opened, happened("I24", Mark(day, 1), "R15", "out", reason=site)


# --- workshops closed in the period (I16, R11): places and size, who waited for a seat, who came without one


def of_workshop(id: UUID, workshop: Workshop, history: Sequence[Recorded], basis: Basis) -> Iterator[FigureEntry]:
    """Yields the entries of a closed workshop: none of another one."""
    if not workshop.closed or not workshop.day:
        return
    mark, size = Mark(workshop.day, workshop.closed.version), basis.protocol(workshop.day).workshops
    yield happened("I16", mark, "held", subject=id, value=workshop.capacity)
    fits = size.smallest <= workshop.count("present") <= size.largest
    if fits:
        yield happened("I16", mark, "fits", subject=id)
    for came in walk_ins(history).values():
        yield happened("I16", _mark(came), "walk-in", subject=id)
    waited = {r.event.dossier: r for r in not_retracted(history) if isinstance(r.event, w.WaitlistJoined)}
    for dossier, joined in waited.items():
        yield happened("I16", _mark(joined), "waited", "done" if dossier in workshop.seats else "past", subject=id)
    if basis.definitions.judges("R11"):
        yield happened("I24", mark, "R11", "done" if fits else "out")


def _mark(recorded: Recorded) -> Mark:
    stamp = stamp_of(recorded)
    return Mark(stamp.on, stamp.version)


# --- delays by Kaplan-Meier: who still waits counts for the days they waited (docs/indicators.md#delays)


Waited = tuple[int, bool]
"""The working days from one milestone to another, and if the other was reached; else those until now, or until left."""


def quantile(waits: Iterable[Waited], share: float) -> int | None:
    """Returns the first day by which this share has arrived, by the product-limit estimate; None when it has not.

    Source: Kaplan and Meier (1958).
    """
    counted = Counter(waits)
    at_risk, remaining = sum(counted.values()), 1.0
    for days in sorted({days for days, _ in counted}):
        arrived = counted[days, True]
        if arrived:
            remaining *= 1 - arrived / at_risk
            if remaining <= 1 - share + 1e-12:
                return days
        at_risk -= arrived + counted[days, False]
    return None
