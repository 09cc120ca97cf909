"""The 24 indicators, by id (docs/indicators.md). The words stand in web/french/indicators.py."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from pixflow.documents.definitions import RULES
from pixflow.events.base import STAGES
from pixflow.indicators import facts
from pixflow.indicators.entry import Basis, FigureEntry, State
from pixflow.indicators.facts import ANY_LEVEL, ELSEWHERE, FRESH_UNTIL, LISTED, OLD_FROM, SENT, UNKNOWN, USED
from pixflow.indicators.path import Path

Way = Literal["cohort", "flow", "stock"]
ALL: tuple[State, ...] = ("done", "past", "out", "open")


class Cell(Struct, frozen=True):
    """A number of an indicator: its entries of these parts and states. No `parts` means all.

    `late` keeps, of the open ones, those past their day, or those in time. `waits`: from so many days since the last
    activity to so many. `ever`: whatever the period. `oldest_first` is the order of its list.
    """

    parts: tuple[str, ...] = ()
    states: tuple[State, ...] = ALL
    late: bool | None = None
    waits: tuple[int, int | None] | None = None
    ever: bool = False
    oldest_first: bool = False


class Numbers(Struct, frozen=True):
    """A number among another one, by the names of their cells: none where the part is a volume alone.

    `median`: of the days or points of the part.
    """

    name: str
    among: str
    median: bool = False


class Indicator(Struct, frozen=True):
    """One indicator. "cohort" follows those who entered in the period; "flow" counts what happened; "stock" a day.

    `cells` are its numbers by name; the first two are what is counted, and among what. `shares` is false where the two
    are two volumes, not a share. Without cells, the parts depend on what is there.
    """

    id: str
    way: Way
    cells: dict[str, Cell] = {}
    parts: tuple[Numbers, ...] = ()
    shares: bool = True


_LEVEL = re.compile(r"[0-9]{1,3}-[0-9]{1,3}")
COUNTED, AMONG = "counted", "among"
_OUTCOMES = {
    "done": Cell(states=("done",)),
    "waiting": Cell(states=("open",), late=False),
    "late": Cell(states=("open",), late=True),
    "out": Cell(states=("out",)),
}
_DONE_AMONG_ALL = {COUNTED: Cell(states=("done",)), AMONG: Cell()}
_STUCK = {"stuck": Cell(states=("open",), late=True, ever=True, oldest_first=True)}
"""Those past their day, whatever the period in which they entered."""


def _cells(*parts: str, ever: bool = False) -> dict[str, Cell]:
    """Returns a cell for each of these parts, named as it."""
    return {part: Cell((part,), ever=ever) for part in parts}


def _among(whole: str, *names: str) -> tuple[Numbers, ...]:
    """Returns these numbers, all among one."""
    return tuple(Numbers(name, whole) for name in names)


def _exits() -> Indicator:
    cells = {COUNTED: Cell(states=("out",)), AMONG: Cell()}
    parts: list[Numbers] = []
    for stage in STAGES:
        silent, among = f"{stage}-silent", f"{stage}-among"
        cells |= {stage: Cell((stage,), ("out",)), silent: Cell((stage,), ("open",), late=True), among: Cell((stage,))}
        parts += _among(among, stage, silent)
    return Indicator("I17", "cohort", cells, tuple(parts))


AGES = ((0, 15), (16, 30), (31, 60), (61, None))
"""Calendar days since the last activity, by which dossiers are told apart."""
_BY_AGE = {f"{low}-{high or ''}": Cell(waits=(low, high), ever=True) for low, high in AGES}


def _conformance() -> Indicator:
    judged = {COUNTED: Cell(states=("done",)), AMONG: Cell(late=True)}
    for rule in RULES:
        judged |= {
            rule: Cell((rule,), ("done",)),
            f"{rule}-among": Cell((rule,), late=True),
            f"{rule}-deviation": Cell((rule,), ("out", "open"), late=True),
            f"{rule}-pending": Cell((rule,), ("open",), late=False),
        }
    return Indicator("I24", "flow", judged, tuple(Numbers(rule, f"{rule}-among") for rule in RULES))


_STEPS = facts.CERTIFICATION_STEPS

INDICATORS: tuple[Indicator, ...] = (
    Indicator("I1", "flow", {COUNTED: Cell(), AMONG: Cell(states=("open",), ever=True)}, shares=False),
    *(
        Indicator(f"I{number}", "cohort", _DONE_AMONG_ALL | _OUTCOMES | _STUCK, _among(AMONG, *_OUTCOMES))
        for number in range(2, 12)
    ),
    Indicator(
        "I12",
        "cohort",
        {COUNTED: Cell(("obtained",)), AMONG: Cell(("certifiable",)), **_cells(*_STEPS, "declined")},
        (*map(Numbers, _STEPS[1:], (AMONG, *_STEPS[1:])), Numbers("declined", AMONG)),
    ),
    Indicator(
        "I13",
        "cohort",
        _DONE_AMONG_ALL
        | {pair: Cell((pair,), ("done",)) for pair in facts.PAIRS}
        | {f"{pair}-among": Cell((pair,)) for pair in facts.PAIRS},
        tuple(Numbers(pair, f"{pair}-among", median=True) for pair in facts.PAIRS),
    ),
    Indicator("I14", "flow", _DONE_AMONG_ALL),
    Indicator(
        "I15",
        "flow",
        {
            COUNTED: Cell(("proposal",), ("done",)),
            AMONG: Cell(("proposal",)),
            "chosen": Cell(("proposal", "own"), ("done",)),
            **_cells("own", "started", "done"),
        },
        _among("chosen", "own", "started", "done"),
    ),
    Indicator(
        "I16",
        "flow",
        {
            COUNTED: Cell(("present",)),
            AMONG: Cell(("present", "absent", "excused")),
            **_cells("absent", "excused", "trouble", "ease", "held", "fits", "walk-in", "waited"),
            "seated": Cell(("waited",), ("done",)),
        },
        (
            *_among(AMONG, "absent", "excused"),
            *_among(COUNTED, "trouble", "ease", "walk-in"),
            Numbers("seated", "waited"),
            Numbers("fits", "held"),
        ),
    ),
    _exits(),
    Indicator(
        "I18",
        "stock",
        {COUNTED: Cell(waits=AGES[-1], ever=True), AMONG: Cell(ever=True), **_BY_AGE},
        _among(AMONG, *_BY_AGE),
    ),
    Indicator("I19", "stock", {COUNTED: Cell(late=True, ever=True), AMONG: Cell(ever=True)}),
    Indicator("I20", "flow", _DONE_AMONG_ALL),
    Indicator("I21", "flow", _DONE_AMONG_ALL | {"points": Cell()}, (Numbers("points", AMONG, median=True),)),
    Indicator(
        "I22",
        "stock",
        {
            COUNTED: Cell(("pix",), ever=True),
            AMONG: Cell(("there",), ever=True),
            **_cells("briefing", "training", ever=True),
        },
        _among(AMONG, "briefing", "training"),
    ),
    Indicator(
        "I23",
        "flow",
        {
            COUNTED: Cell((USED,)),
            AMONG: Cell((LISTED,), ever=True),
            **_cells(SENT, ELSEWHERE),
            FRESH_UNTIL: Cell((FRESH_UNTIL,), late=False, ever=True),
            OLD_FROM: Cell((OLD_FROM,), late=True, ever=True),
            **_cells(UNKNOWN, ANY_LEVEL, ever=True),
        },
        (Numbers(ELSEWHERE, SENT), *_among(AMONG, FRESH_UNTIL, OLD_FROM, UNKNOWN), Numbers(ANY_LEVEL, "")),
    ),
    _conformance(),
)
BY_ID = {one.id: one for one in INDICATORS}

OF_EACH_PART: dict[str, tuple[State, ...]] = {"I14": ALL, "I19": ALL, "I20": ("done",)}
"""Indicators whose parts depend on what is there: bands, kinds of task, channels; with the states that each counts."""

ENTERED: dict[tuple[str, str], str] = {
    ("I2", AMONG): "concerned",
    ("I13", "concerned-presented-among"): "concerned",
    ("I17", "orientation-among"): "concerned",
    ("I3", AMONG): "presented",
    ("I13", "presented-begun-among"): "presented",
    ("I4", AMONG): "begun",
    ("I24", "R1-among"): "begun",
    ("I24", "R2-among"): "begun",
    ("I5", AMONG): "received",
    ("I13", "received-dispatched-among"): "received",
    ("I13", "received-debriefed-among"): "received",
    ("I17", "prescription-among"): "received",
    ("I6", AMONG): "debriefed",
    ("I13", "debriefed-prescribed-among"): "debriefed",
    ("I13", "prescribed-referred-among"): "prescribed",
    ("I17", "parcours-among"): "prescribed",
    ("I24", "R5-among"): "prescribed",
    ("I8", AMONG): "sent",
    ("I13", "referred-answered-among"): "sent",
    ("I23", "sent"): "sent",
    ("I9", AMONG): "accepted",
    ("I13", "accepted-started-among"): "accepted",
    ("steps", COUNTED): "started",
    ("steps", AMONG): "presented",
    **{("steps", step): step for step in facts.MAIN_STEPS},
}
"""The numbers that several indicators count among, by the milestone: whoever passed it in the period."""


def cell(id: str, name: str) -> Cell:
    """Returns a number of an indicator by its name. Raises KeyError for an unknown one."""
    cells = EVERY[id].cells
    if id == "I23" and _LEVEL.fullmatch(name):
        return Cell((name,), ever=True)
    if name in cells or id not in OF_EACH_PART:
        return cells[name]
    owed = id == "I19"
    if name.endswith("-among"):
        return Cell((name.removesuffix("-among"),), ever=owed)
    return Cell((name,), OF_EACH_PART[id], late=owed or None, ever=owed)


def parts(indicator: Indicator, names: Iterable[str]) -> tuple[Numbers, ...]:
    """Returns the parts of an indicator; `names` are those that its entries have."""
    if indicator.id == "I23":
        levels = sorted((part for part in names if part[:1].isdigit()), key=_low)
        return (*indicator.parts, *(Numbers(part, "") for part in levels))
    if indicator.id not in OF_EACH_PART:
        return indicator.parts
    among = AMONG if indicator.id == "I14" else "{}-among"
    return tuple(Numbers(part, among.format(part), median=indicator.id == "I19") for part in sorted(names, key=_low))


def _low(part: str) -> tuple[int, str]:
    low = part.partition("-")[0]
    return (int(low), "") if low.isdigit() else (1000, part)


FUNNEL = Indicator(
    "funnel",
    "cohort",
    {COUNTED: Cell(("done",)), AMONG: Cell(("concerned",)), **_cells(*facts.FUNNEL)},
    _among("concerned", *facts.FUNNEL),
)
"""Milestones reached by those concerned in the period: not one of the 24, and counted like them."""
STEPS = Indicator(
    "steps",
    "flow",
    {COUNTED: Cell(("started",)), AMONG: Cell(("presented",)), **_cells(*facts.MAIN_STEPS)},
    _among("", *facts.MAIN_STEPS),
    shares=False,
)
"""The main steps passed in the period, whenever the young person was concerned: counted like the 24, too."""
EVERY = {**BY_ID, FUNNEL.id: FUNNEL, STEPS.id: STEPS}
"""All that is counted, by id."""


def entries(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """Yields every entry of a path: none of a duplicate or a mistake, those by day alone of an erased person."""
    if not (path.merged or path.mistaken):
        for count in facts.OF_EVERYBODY:
            yield from count(basis, path)
    if path.counts:
        for make in _OF_KNOWN:
            yield from make(basis, path)


_OF_KNOWN = (*facts.COHORTS, facts.certification, facts.delays, facts.exits, *facts.FLOWS, facts.verdicts)
