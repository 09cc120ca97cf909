"""I24: the source's good practice, rule by rule: conform, deviation, pending (docs/indicators.md#conformance)."""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from pixflow.indicators.cohorts import View
from pixflow.indicators.figure import Figure, Part
from pixflow.indicators.flows import FigurePeriod
from pixflow.indicators.path import Fact, Mark, Path, fact
from pixflow.indicators.waits import dispatch_and_debrief

Verdict = Literal["conform", "deviation", "pending"]
Judgement = tuple[Mark, Verdict]
Rule = Callable[[View, Path], Iterator[Judgement]]
CEJ_WORKSHOP = 20
"""Working days from joining the CEJ to the workshop."""


def _is(conform: object) -> Verdict:
    return "conform" if conform else "deviation"


def _by(view: View, since: Mark, then: Mark | None, days: int) -> Verdict:
    """Judges a response due within working days."""
    due = view.calendar.add(since.on, days)
    if then:
        return _is(then.on <= due)
    return "deviation" if due < view.day else "pending"


def presented_before(view: View, path: Path) -> Iterator[Judgement]:
    """R1: Pix is presented before the test begins."""
    if begun := path.marks.get("begun"):
        presented = path.marks.get("presented")
        yield begun, _is(presented and presented.on <= begun.on)


def planned_before(view: View, path: Path) -> Iterator[Judgement]:
    """R2: the fiche is written before the test begins."""
    if begun := path.marks.get("begun"):
        planned = path.marks.get("planned")
        yield begun, _is(planned and planned.on <= begun.on)


def dispatched(view: View, path: Path) -> Iterator[Judgement]:
    """R3: the référent sends the result to the advisor in time."""
    received = path.marks.get("received")
    if received and view.protocol(received.on).result_route == "referent":
        yield (
            received,
            _by(view, received, path.marks.get("dispatched"), view.protocol(received.on).delays.dispatch_result),
        )


def debriefed(view: View, path: Path) -> Iterator[Judgement]:
    """R4: the result is told to the young person in time."""
    if received := path.marks.get("received"):
        yield (
            received,
            _by(view, received, path.marks.get("debriefed"), dispatch_and_debrief(view.protocol(received.on))),
        )


def debriefed_first(view: View, path: Path) -> Iterator[Judgement]:
    """R5: the debrief comes before the prescription."""
    if prescribed := path.marks.get("prescribed"):
        debrief = path.marks.get("debriefed")
        yield prescribed, _is(debrief and debrief.on <= prescribed.on)


def followed_up(view: View, path: Path) -> Iterator[Judgement]:
    """R6: a debrief leads to a prescription with an action, in time."""
    if debrief := path.marks.get("debriefed"):
        built = next((one.built for one in path.prescriptions if one.actions), None)
        yield debrief, _by(view, debrief, built, view.protocol(debrief.on).delays.build_prescription)


def wish_written(view: View, path: Path) -> Iterator[Judgement]:
    """R7: the prescription says the young person's wish."""
    for one in path.prescriptions:
        yield one.built, _is(one.wish)


def grid_followed(view: View, path: Path) -> Iterator[Judgement]:
    """R8: a proposal of the grid is kept, or a reason is given."""
    for one in path.prescriptions:
        if one.proposed:
            kept = {action.proposal for action in one.actions} & set(one.proposed)
            yield one.built, _is(kept or one.reason)


def advisor_tested(view: View, path: Path) -> Iterator[Judgement]:
    """R9: whoever holds the debrief took the test before."""
    if (debrief := path.marks.get("debriefed")) and path.debriefed_by:
        member = next((one for id, one in view.team.items() if str(id) == path.debriefed_by), None)
        taken = [one.stamp.on for one in member.milestones if one.kind == "pix"] if member else []
        yield debrief, _is(taken and min(taken) <= debrief.on)


def difficulty_explored(view: View, path: Path) -> Iterator[Judgement]:
    """R10: a difficulty seen at a workshop is explored in time."""
    if path.difficulty:
        days = view.protocol(path.difficulty.on).delays.explore_difficulty
        yield path.difficulty, _by(view, path.difficulty, path.explored, days)


def cej_workshop(view: View, path: Path) -> Iterator[Judgement]:
    """R12: a young person in CEJ comes to a workshop early."""
    if path.programme == "CEJ" and path.joined and view.protocol(path.joined.on).cej_mandatory:
        there = next((seat.mark for seat in path.seats if seat.outcome == "present"), None)
        yield path.joined, _by(view, path.joined, there, CEJ_WORKSHOP)


def complete_in_time(view: View, path: Path) -> Iterator[Judgement]:
    """R13: a young person in CEJ at ease takes the complete diagnostic before the collective period ends."""
    ease, end = path.marks.get("at-ease"), path.collective_end
    if path.programme == "CEJ" and ease and end:
        complete = path.marks.get("complete")
        if complete:
            yield ease, _is(complete.on <= end)
        else:
            yield ease, "deviation" if end < view.day else "pending"


def project_first(view: View, path: Path) -> Iterator[Judgement]:
    """R14: the certification is proposed to who has a professional project."""
    if proposed := path.marks.get("proposed"):
        yield proposed, _is(path.project)


RULES: dict[str, Rule] = {
    "R1": presented_before,
    "R2": planned_before,
    "R3": dispatched,
    "R4": debriefed,
    "R5": debriefed_first,
    "R6": followed_up,
    "R7": wish_written,
    "R8": grid_followed,
    "R9": advisor_tested,
    "R10": difficulty_explored,
    "R12": cej_workshop,
    "R13": complete_in_time,
    "R14": project_first,
}
"""The rules about a young person's path, by their number; R11 is of workshops, R15 of sites."""


class Judged(Struct, frozen=True):
    """The facts judged by one rule."""

    conform: tuple[Fact, ...]
    deviations: tuple[Fact, ...]


def _of_paths(view: View, period: FigurePeriod, rule: Rule) -> Judged:
    made: dict[Verdict, list[Fact]] = {"conform": [], "deviation": [], "pending": []}
    for path in view.paths:
        for mark, verdict in rule(view, path) if path.counts else ():
            if period.has(mark):
                made[verdict].append(fact(path, mark))
    return Judged(tuple(made["conform"]), tuple(made["deviation"]))


def _workshops(view: View, period: FigurePeriod) -> Judged:
    """R11: a workshop has as many people as the protocol says."""
    conform: list[Fact] = []
    deviations: list[Fact] = []
    for id, one in view.workshops.items():
        if one.closed and one.day and period.has(Mark(one.day, 0)):
            size = view.protocol(one.day).workshops
            there = sum(presence == "present" for presence in one.attendance.values())
            line = Fact(id, one.closed.on, one.closed.version)
            (conform if size.smallest <= there <= size.largest else deviations).append(line)
    return Judged(tuple(conform), tuple(deviations))


def _referents(view: View) -> Judged:
    """R15: each site has a référent on the day."""
    conform: list[Fact] = []
    deviations: list[Fact] = []
    there = [one for one in view.team.values() if one.works(view.day) and one.designated]
    for site in view.sites:
        found = any(one.designated_for in (site, None) for one in there)
        (conform if found else deviations).append(view.opened)
    return Judged(tuple(conform), tuple(deviations))


def conformance(view: View, period: FigurePeriod) -> Figure:
    """I24: what conforms among what is judged; each part is one rule. Who is still in time is not judged."""
    judged = {name: _of_paths(view, period, rule) for name, rule in RULES.items()}
    judged |= {"R11": _workshops(view, period), "R15": _referents(view)}
    ordered = sorted(judged.items(), key=lambda one: int(one[0][1:]))
    parts = tuple(Part(name, one.conform, len(one.conform) + len(one.deviations)) for name, one in ordered)
    conform = tuple(line for _, one in ordered for line in one.conform)
    return Figure(conform, (*conform, *(line for _, one in ordered for line in one.deviations)), parts)
