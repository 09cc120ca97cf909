"""Cohorts, I2 to I11: those who entered a step, and where they are now: done, waiting in time or late, or out."""

from collections.abc import Callable, Iterator, Sequence

from pixflow.documents.protocol import ProtocolDocument
from pixflow.indicators.entry import Basis, FigureEntry, WayOut, followed
from pixflow.indicators.path import Milestone, Out, Path

Cohort = Callable[[Basis, Path], Iterator[FigureEntry]]
Days = Callable[[ProtocolDocument], int]


def step(
    indicator: str, entered: Milestone, done: Milestone, ways_out: Sequence[Out], days: Days, part: str = ""
) -> Cohort:
    """Returns the cohort of those who passed one milestone, counted when they pass another one."""

    def entries(basis: Basis, path: Path) -> Iterator[FigureEntry]:
        if mark := path.marks.get(entered):
            due = basis.due(indicator, mark.on, days(basis.protocol(mark.on)))
            yield followed(indicator, mark, path.marks.get(done), way_out(path, ways_out), due, part=part)

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
    for built in path.prescriptions:
        actions = [path.actions[action.id] for action in built.actions if action.kind == "action"]
        if not actions:
            continue
        ids = {one.action.id for one in actions}
        began = [one.started for one in actions] + [r.sent for r in path.referrals.values() if r.action in ids]
        done = min((mark for mark in began if mark), key=lambda mark: mark.version, default=None)
        dropped = [one.dropped for one in actions if one.dropped]
        out = (dropped[-1], "dropped") if len(dropped) == len(actions) else way_out(path)
        due = basis.due("I7", built.built.on, basis.protocol(built.built.on).delays.refer)
        yield followed("I7", built.built, done, out, due)


def answers(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """Referrals: counted when accepted, out when refused, late when silent past the lapse (I8)."""
    for referral in path.referrals.values():
        accepted = referral.answered if referral.answer == "accepted" else None
        refused = (referral.answered, "refused") if referral.answer == "refused" and referral.answered else None
        due = basis.due("I8", referral.sent.on, basis.protocol(referral.sent.on).delays.chase_partner_lapses)
        yield followed("I8", referral.sent, accepted, refused or way_out(path), due, partner=referral.partner)


def beginnings(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """Accepted referrals: counted when their action starts (I9)."""
    for referral in path.referrals.values():
        action = path.actions.get(referral.action)
        if referral.answer != "accepted" or not referral.answered or not action:
            continue
        dropped = (action.dropped, "dropped") if action.dropped else None
        since = max(referral.starts or referral.answered.on, referral.answered.on)
        due = basis.due("I9", since, basis.protocol(referral.answered.on).delays.refer)
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
        due = basis.due("I10", action.ends or action.started.on, days)
        partner = next((r.partner for r in path.referrals.values() if r.action == action.action.id), "")
        yield followed("I10", action.started, done, out, due, partner=partner)


COHORTS: tuple[Cohort, ...] = (*STEPS, oriented, answers, beginnings, endings)
