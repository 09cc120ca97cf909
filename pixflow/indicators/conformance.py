"""I24: the source's good practice, rule by rule: conform, deviation, pending (docs/indicators.md#conformance)."""

from collections.abc import Callable, Iterator
from uuid import UUID

from pixflow.indicators.cohorts import dispatch_and_debrief
from pixflow.indicators.entry import Basis, FigureEntry, happened
from pixflow.indicators.path import Mark, Path

Rule = Callable[[Basis, Path], Iterator[FigureEntry]]
CEJ_WORKSHOP = 20
"""Working days from joining the CEJ to the workshop."""
DEBRIEF_BY = "R9"
"""The rule about whoever holds the debrief: their own test is a fact of the team, so questions judge it."""


def _judged(rule: str, mark: Mark, conform: object, by: Mark | None = None) -> FigureEntry:
    return happened("I24", mark, rule, "done" if conform else "out", ended=by)


def _response(basis: Basis, rule: str, since: Mark, then: Mark | None, days: int) -> FigureEntry:
    """Judges a response due within working days. Without one, it is pending, then a deviation once late."""
    due = basis.after(since.on, days)
    if then:
        return _judged(rule, since, then.on <= due, then)
    return happened("I24", since, rule, "open", due=due)


def presented_before(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R1: Pix is presented before the test begins."""
    if begun := path.marks.get("begun"):
        presented = path.marks.get("presented")
        yield _judged("R1", begun, presented and presented.on <= begun.on, presented)


def planned_before(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R2: the fiche is written before the test begins."""
    if begun := path.marks.get("begun"):
        planned = path.marks.get("planned")
        yield _judged("R2", begun, planned and planned.on <= begun.on, planned)


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


def debriefed_first(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R5: the debrief comes before the prescription."""
    if prescribed := path.marks.get("prescribed"):
        debrief = path.marks.get("debriefed")
        yield _judged("R5", prescribed, debrief and debrief.on <= prescribed.on, debrief)


def followed_up(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R6: a debrief leads to a prescription with an action, in time."""
    if debrief := path.marks.get("debriefed"):
        built = next((one.built for one in path.prescriptions if one.actions), None)
        yield _response(basis, "R6", debrief, built, basis.protocol(debrief.on).delays.build_prescription)


def wish_written(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R7: the prescription says the young person's wish."""
    for one in path.prescriptions:
        yield _judged("R7", one.built, one.wish)


def grid_followed(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R8: a proposal of the grid is kept, or a reason is given."""
    for one in path.prescriptions:
        if one.proposed:
            kept = {action.proposal for action in one.actions} & set(one.proposed)
            yield _judged("R8", one.built, kept or one.reason)


def advisor_tested(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R9: whoever holds the debrief took the test before. The entry says who: `subject`."""
    if (debrief := path.marks.get("debriefed")) and (by := _member(path.debriefed_by)):
        yield happened("I24", debrief, DEBRIEF_BY, "out", subject=by)


def _member(actor: str) -> UUID | None:
    try:
        return UUID(actor)
    except ValueError:
        return None


def difficulty_explored(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R10: a difficulty seen at a workshop is explored in time."""
    if path.difficulty:
        days = basis.protocol(path.difficulty.on).delays.explore_difficulty
        yield _response(basis, "R10", path.difficulty, path.explored, days)


def cej_workshop(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """R12: a young person in CEJ comes to a workshop early."""
    if path.programme == "CEJ" and path.joined and basis.protocol(path.joined.on).cej_mandatory:
        there = next((seat.mark for seat in path.seats if seat.outcome == "present"), None)
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
    "R1": presented_before,
    "R2": planned_before,
    "R3": dispatched,
    "R4": debriefed,
    "R5": debriefed_first,
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
