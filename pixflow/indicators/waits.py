"""I13, delays between two milestones; I12, the certification; I17, where paths end."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from msgspec import Struct

from pixflow.documents.protocol import ProtocolDocument
from pixflow.events.base import STAGES, Stage
from pixflow.indicators.cohorts import Cohort, CohortEntry, View, answers, beginnings, step, way_out, within
from pixflow.indicators.delays import Waited, quantile
from pixflow.indicators.figure import Figure, Part
from pixflow.indicators.flows import FigurePeriod
from pixflow.indicators.path import Fact, Mark, Milestone, Out, Path, fact
from pixflow.indicators.stocks import SILENT


class MilestonePair(Struct, frozen=True):
    """Two milestones, and the working days that the protocol gives from one to the other."""

    name: str
    cohort: Cohort


def _pair(first: Milestone, then: Milestone, days: Callable[[ProtocolDocument], int]) -> MilestonePair:
    return MilestonePair(f"{first}-{then}", step(first, then, (), days))


PAIRS = (
    _pair("concerned", "presented", lambda p: p.delays.present_pix),
    _pair("presented", "begun", lambda p: p.delays.plan_diagnostic + p.delays.chase_diagnostic_opens),
    _pair("shared", "received", lambda p: p.delays.match_participation),
    _pair("received", "dispatched", lambda p: p.delays.dispatch_result),
    _pair("received", "debriefed", lambda p: dispatch_and_debrief(p)),
    _pair("debriefed", "prescribed", lambda p: p.delays.build_prescription),
    _pair("prescribed", "referred", lambda p: p.delays.refer),
    MilestonePair("referred-answered", answers),
    MilestonePair("accepted-started", beginnings),
)


def dispatch_and_debrief(protocol: ProtocolDocument) -> int:
    """Returns the working days from a result to its debrief: the dispatch counts where the référent makes it."""
    return protocol.delays.hold_debrief + (
        protocol.delays.dispatch_result if protocol.result_route == "referent" else 0
    )


def delays(view: View, period: FigurePeriod) -> Figure:
    """I13: those who passed from one milestone to the next within the protocol's delay, among those who entered."""
    parts = []
    counted: list[Fact] = []
    among: list[Fact] = []
    for pair in PAIRS:
        entries = within(list(pair.cohort(view)), period.first, period.last)
        waits = [Waited(view.calendar.count(one.entered.on, (one.ended or Mark(view.day, 0)).on), _arrived(pair, one))
                 for one in entries]  # fmt: skip
        in_time = tuple(
            fact(one.path, one.ended)
            for one in entries
            if _arrived(pair, one) and one.ended and one.ended.on <= one.due
        )
        parts.append(Part(pair.name, in_time, len(entries), median=quantile(waits, 0.5), ninth=quantile(waits, 0.9)))
        counted += in_time
        among += [fact(one.path, one.entered) for one in entries]
    return Figure(tuple(counted), tuple(among), tuple(parts))


def _arrived(pair: MilestonePair, one: CohortEntry) -> bool:
    """Tells if the second milestone was passed; a refusal is an answer too."""
    return one.state == "done" or (pair.name == "referred-answered" and one.reason == "refused")


STEPS: tuple[Milestone, ...] = ("certifiable", "proposed", "registered", "taken", "obtained")


def certification(view: View, period: FigurePeriod) -> Figure:
    """I12: certifications obtained among the certifiable; each part is a step over the one before."""
    entered = [
        path for path in view.paths if path.counts and (mark := path.marks.get("certifiable")) and period.has(mark)
    ]
    parts = []
    before = entered
    for milestone in STEPS[1:]:
        reached = [path for path in before if any(later in path.marks for later in STEPS[STEPS.index(milestone) :])]
        parts.append(Part(milestone, tuple(_furthest(path, milestone) for path in reached), len(before)))
        before = reached
    declined = tuple(
        fact(path, path.outs["certification-declined"][0]) for path in entered if "certification-declined" in path.outs
    )
    return Figure(
        parts[-1].facts,
        tuple(fact(path, path.marks["certifiable"]) for path in entered),
        (*parts, Part("declined", declined, len(entered))),
    )


def _furthest(path: Path, milestone: Milestone) -> Fact:
    found = next(path.marks[later] for later in STEPS[STEPS.index(milestone) :] if later in path.marks)
    return fact(path, found)


_ENTRIES: dict[Stage, Milestone] = {
    "orientation": "concerned", "diagnostic": "planned", "prescription": "received", "parcours": "prescribed",
}  # fmt: skip
_NEXT: dict[Stage, Milestone] = {
    "orientation": "planned", "diagnostic": "received", "prescription": "prescribed", "parcours": "done",
}  # fmt: skip


_WAYS_OUT: dict[Stage, tuple[Out, ...]] = {
    "orientation": ("not-needed", "diagnostic-declined"), "diagnostic": ("withdrawn",),
}  # fmt: skip


def exits(view: View, period: FigurePeriod) -> Figure:
    """I17: paths that ended at a stage, among those that entered it, by stage; beside, those silent for 60 days."""
    counted: list[Fact] = []
    among: list[Fact] = []
    parts = []
    for stage in STAGES:
        entered = list(_at(view, period, stage))
        out = [fact(path, gone[0]) for path, gone in entered if gone]
        silent = [
            fact(path, path.marks[_ENTRIES[stage]]) for path, gone in entered if not gone and _is_silent(view, path)
        ]
        parts += [Part(stage, tuple(out), len(entered)), Part(f"{stage}-silent", tuple(silent), len(entered))]
        counted += out
        among += [fact(path, path.marks[_ENTRIES[stage]]) for path, _ in entered]
    return Figure(tuple(counted), tuple(among), tuple(parts))


def _at(view: View, period: FigurePeriod, stage: Stage) -> Iterator[tuple[Path, tuple[Mark, str] | None]]:
    """Yields the paths that entered a stage in the period, each with its way out where it passed no further."""
    for path in view.paths:
        mark = path.marks.get(_ENTRIES[stage])
        if path.counts and mark and period.has(mark):
            passed = _NEXT[stage] in path.marks
            yield path, None if passed else way_out(path, _WAYS_OUT.get(stage, ()))


def _is_silent(view: View, path: Path) -> bool:
    return path.closed is None and (path.last or view.day) < view.day - timedelta(SILENT)
