"""The 24 indicators, by id (docs/indicators.md). The words stand in web/french/indicators.py."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from pixflow.indicators import conformance, flows, stocks, waits
from pixflow.indicators.cohorts import Cohort, View, answers, beginnings, endings, oriented, step, within
from pixflow.indicators.figure import Figure, of_cohort
from pixflow.indicators.flows import FigurePeriod

Way = Literal["cohort", "flow", "stock"]
Computation = Callable[[View, FigurePeriod], Figure]


class Indicator(Struct, frozen=True):
    """One indicator. "cohort" follows those who entered in the period; "flow" counts what happened; "stock" a day."""

    id: str
    way: Way
    compute: Computation


def _followed(cohort: Cohort) -> Computation:
    return lambda view, period: of_cohort(within(list(cohort(view)), period.first, period.last))


def _standing(figure: Callable[[View], Figure]) -> Computation:
    return lambda view, period: figure(view)


_PRESENTATION = step("concerned", "presented", ("not-needed", "diagnostic-declined"), lambda p: p.delays.present_pix)
_TEST = step(
    "presented",
    "begun",
    ("diagnostic-declined",),
    lambda p: p.delays.plan_diagnostic + p.delays.chase_diagnostic_opens,
)
_SHARING = step("begun", "received", ("withdrawn",), lambda p: p.delays.chase_diagnostic_opens)
_DEBRIEF = step("received", "debriefed", (), waits.dispatch_and_debrief)
_PRESCRIPTION = step("debriefed", "prescribed", (), lambda p: p.delays.build_prescription)
_COMPLETE = step("at-ease", "complete", ("complete-declined",), lambda p: p.delays.complete_path)

INDICATORS: tuple[Indicator, ...] = (
    Indicator("I1", "flow", flows.concerned),
    Indicator("I2", "cohort", _followed(_PRESENTATION)),
    Indicator("I3", "cohort", _followed(_TEST)),
    Indicator("I4", "cohort", _followed(_SHARING)),
    Indicator("I5", "cohort", _followed(_DEBRIEF)),
    Indicator("I6", "cohort", _followed(_PRESCRIPTION)),
    Indicator("I7", "cohort", _followed(oriented)),
    Indicator("I8", "cohort", _followed(answers)),
    Indicator("I9", "cohort", _followed(beginnings)),
    Indicator("I10", "cohort", _followed(endings)),
    Indicator("I11", "cohort", _followed(_COMPLETE)),
    Indicator("I12", "cohort", waits.certification),
    Indicator("I13", "cohort", waits.delays),
    Indicator("I14", "flow", flows.results_by_band),
    Indicator("I15", "flow", flows.proposals),
    Indicator("I16", "flow", flows.seats),
    Indicator("I17", "cohort", waits.exits),
    Indicator("I18", "stock", _standing(stocks.ages)),
    Indicator("I19", "stock", _standing(stocks.tasks)),
    Indicator("I20", "flow", flows.chases),
    Indicator("I21", "flow", flows.progress),
    Indicator("I22", "stock", _standing(stocks.team)),
    Indicator("I23", "flow", flows.partners),
    Indicator("I24", "flow", conformance.conformance),
)
BY_ID = {one.id: one for one in INDICATORS}
