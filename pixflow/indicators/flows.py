"""Figures of what happened in a period, whoever it happened to."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from pixflow.documents.grille import band_of
from pixflow.events import dossier as e
from pixflow.indicators.cohorts import View
from pixflow.indicators.figure import Figure, Part
from pixflow.indicators.path import Fact, Mark, Path, ResultPath, fact


class FigurePeriod(Struct, frozen=True):
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def has(self, mark: Mark) -> bool:
        return self.first <= mark.on <= self.last


def concerned(view: View, period: FigurePeriod) -> Figure:
    """I1: young people concerned in the period, beside those concerned whose dossier is open on the day."""
    kept = [path for path in view.paths if not path.merged]
    marks = [(path, mark) for path in kept if (mark := _concerned(view, path))]
    new = tuple(fact(path, mark) for path, mark in marks if period.has(mark))
    there = tuple(fact(path, mark) for path, mark in marks if path.counts and not path.closed)
    return Figure(new, there, shares=False)


def _concerned(view: View, path: Path) -> Mark | None:
    if mark := path.marks.get("concerned"):
        return mark
    opened = [mark for topic, mark in path.erased if topic == e.DossierOpened.TOPIC]
    return opened[0] if opened and view.protocol(opened[0].on).concerned == "all" else None


def results_by_band(view: View, period: FigurePeriod) -> Figure:
    """I14: results with a score among those received, by the band that read them."""
    received = [(path, one) for path in view.paths if path.counts for one in path.results if period.has(one.received)]
    bands: defaultdict[str, list[Fact]] = defaultdict(list)
    for path, one in received:
        bands[_band(view, one)].append(fact(path, one.received))
    scored = tuple(line for name in sorted(bands, key=_low) if name for line in bands[name])
    parts = tuple(Part(name or "no-score", tuple(bands[name]), len(received)) for name in sorted(bands, key=_low))
    return Figure(scored, tuple(fact(path, one.received) for path, one in received), parts)


def _band(view: View, one: ResultPath) -> str:
    if one.percent is None:
        return ""
    band = one.band
    if band is None:
        read = band_of(view.grille(one.received.on), one.percent)
        band = (read.low, read.high)
    return f"{band[0]}-{band[1]}"


def _low(name: str) -> int:
    return int(name.partition("-")[0]) if name else 1000


def proposals(view: View, period: FigurePeriod) -> Figure:
    """I15: proposals of the grid kept among those shown; beside, the actions that advisors added."""
    shown, kept, own, started, done = [], [], [], [], []
    for path in view.paths:
        for built in path.prescriptions if path.counts else ():
            if not period.has(built.built):
                continue
            line = fact(path, built.built)
            chosen = {action.proposal for action in built.actions}
            shown += [line] * len(built.proposed)
            kept += [line] * len(chosen & set(built.proposed))
            made = [path.actions[action.id] for action in built.actions]
            own += [line for one in made if one.action.proposal is None]
            started += [fact(path, one.started) for one in made if one.started]
            done += [fact(path, one.ended) for one in made if one.ended and one.outcome == "done"]
    among = len(kept) + len(own)
    parts = (Part("own", tuple(own), among), Part("started", tuple(started), among), Part("done", tuple(done), among))
    return Figure(tuple(kept), tuple(shown), parts)


def seats(view: View, period: FigurePeriod) -> Figure:
    """I16: people present among those registered in the workshops closed in the period."""
    held = {id: one for id, one in view.workshops.items() if one.closed and one.day and period.has(Mark(one.day, 0))}
    there = [(path, seat) for path in view.paths if not path.merged for seat in path.seats if seat.workshop in held]
    by_outcome = {
        outcome: tuple(fact(path, seat.mark) for path, seat in there if seat.outcome == outcome)
        for outcome in ("present", "absent", "excused")
    }
    capacity = sum(one.capacity for one in held.values())
    trouble = tuple(fact(path, seat.mark) for path, seat in there if seat.trouble)
    parts = (
        Part("absent", by_outcome["absent"], len(there)),
        Part("excused", by_outcome["excused"], len(there)),
        Part("filled", by_outcome["present"], capacity),
        Part("trouble", trouble, len(by_outcome["present"])),
    )
    return Figure(by_outcome["present"], tuple(fact(path, seat.mark) for path, seat in there), parts)


def chases(view: View, period: FigurePeriod) -> Figure:
    """I20: people reached among those called or written to, by channel."""
    made = [(path, one) for path in view.paths if path.counts for one in path.chases if period.has(one.mark)]
    channels = sorted({one.channel for _, one in made})
    parts = tuple(
        Part(
            channel,
            tuple(fact(path, one.mark) for path, one in made if one.channel == channel and one.reached),
            sum(one.channel == channel for _, one in made),
        )
        for channel in channels
    )
    reached = tuple(fact(path, one.mark) for path, one in made if one.reached)
    return Figure(reached, tuple(fact(path, one.mark) for path, one in made), parts)


def progress(view: View, period: FigurePeriod) -> Figure:
    """I21: scores that went up among second results after an action. The part has the median change, in points."""
    again = []
    for path in view.paths:
        retaken = path.marks.get("retaken")
        if not path.counts or not retaken or not period.has(retaken):
            continue
        scores = [one.percent for one in path.results if one.percent is not None]
        if len(scores) > 1:
            again.append((path, retaken, scores[-1] - scores[0]))
    up = tuple(fact(path, mark) for path, mark, change in again if change > 0)
    middle = _median([change for _, _, change in again])
    part = Part("points", tuple(fact(path, mark) for path, mark, _ in again), len(again), median=middle)
    return Figure(up, part.facts, (part,))


def _median(numbers: Iterable[int]) -> int | None:
    ordered = sorted(numbers)
    if not ordered:
        return None
    half = len(ordered) // 2
    low, high = ordered[half - (len(ordered) % 2 == 0)], ordered[half]
    return int((Decimal(low + high) / 2).to_integral_value())


def partners(view: View, period: FigurePeriod) -> Figure:
    """I23: partners that a referral was sent to in the period, among those that one was ever sent to."""
    latest: dict[str, Fact] = {}
    used: dict[str, Fact] = {}
    for path in view.paths:
        for referral in path.referrals.values() if path.counts else ():
            line, name = fact(path, referral.sent), referral.partner.casefold()
            latest[name] = max(latest.get(name, line), line, key=_when)
            if period.has(referral.sent):
                used[name] = max(used.get(name, line), line, key=_when)
    return Figure(tuple(used.values()), tuple(latest.values()))


def _when(line: Fact) -> tuple[date, UUID, int]:
    return line.on, line.stream, line.version
