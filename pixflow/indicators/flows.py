"""Flows and stocks: facts of a period or of a day, whoever they are about (I1, I14 to I16, I18, I20, I21, I23)."""

from collections.abc import Iterator

from pixflow.documents.grille import band_of
from pixflow.events import dossier as e
from pixflow.identity import normalise
from pixflow.indicators.entry import Basis, FigureEntry, State, happened
from pixflow.indicators.partner_entries import SENT
from pixflow.indicators.path import Mark, Milestone, Path, ResultPath


def concerned(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I1: a young person concerned, open while the dossier is. Also that of an erased one, by its day."""
    if mark := _concerned(basis, path):
        yield happened("I1", mark, state="open" if path.counts and not path.closed else "done")


def _concerned(basis: Basis, path: Path) -> Mark | None:
    if mark := path.marks.get("concerned"):
        return mark
    opened = [mark for topic, mark in path.erased if topic == e.DossierOpened.TOPIC]
    return opened[0] if opened and basis.protocol(opened[0].on).concerned == "all" else None


def seats(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I16: seats of workshops, with the presence. Those of an erased person stand by their day alone."""
    for topic, mark in path.erased:
        if topic == e.WorkshopAttended.TOPIC:
            yield happened("I16", mark, "present")
        elif topic == e.WorkshopMissed.TOPIC:
            yield happened("I16", mark, "absent", "out")
    for seat in path.seats:
        state: State = "done" if seat.outcome == "present" else "out"
        yield happened("I16", seat.mark, seat.outcome, state, subject=seat.workshop)
        if seat.trouble:
            yield happened("I16", seat.mark, "trouble", subject=seat.workshop)
        if seat.ease:
            yield happened("I16", seat.mark, "ease", subject=seat.workshop)


def results_by_band(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I14: results received, by the band that read them."""
    for one in path.results:
        yield happened("I14", one.received, _band(basis, one), "out" if one.percent is None else "done")


def _band(basis: Basis, one: ResultPath) -> str:
    if one.percent is None:
        return "no-score"
    if one.band:
        low, high = one.band
    else:
        read = band_of(basis.grille(one.received.on), one.percent)
        low, high = read.low, read.high
    return f"{low}-{high}"


def proposals(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I15: proposals of the grid shown, kept or not; beside, the actions that advisors added."""
    for built in path.prescriptions:
        chosen = {action.proposal for action in built.actions}
        for proposal in built.proposed:
            yield happened("I15", built.built, "proposal", "done" if proposal in chosen else "out")
        for action in built.actions:
            made = path.actions[action.id]
            if action.proposal is None:
                yield happened("I15", built.built, "own")
            if made.started:
                yield happened("I15", built.built, "started", ended=made.started)
            if made.ended and made.outcome == "done":
                yield happened("I15", built.built, "done", ended=made.ended)


def ages(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I18: an open dossier; `due` is the day of its last activity."""
    if path.opened and not path.closed:
        yield happened("I18", path.opened, state="open", due=path.last or path.opened.on)


def chases(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I20: a person called or written to, by channel; done when reached."""
    for one in path.chases:
        yield happened("I20", one.mark, one.channel, "done" if one.reached else "out")


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


FLOWS = (results_by_band, proposals, ages, chases, progress, partners, funnel)
OF_EVERYBODY = (concerned, seats)
"""Those that keep an erased person, by day: nothing personal stands in them."""
