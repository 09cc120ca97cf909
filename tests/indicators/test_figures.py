"""Every figure of a simulated structure: its list, its states, and a slow count made apart from the facts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from pixflow.events import dossier as d
from pixflow.events.base import Erased
from pixflow.indicators.catalogue import BY_ID, INDICATORS, Indicator
from pixflow.indicators.clocks import Clock, day_of
from pixflow.indicators.cohorts import STATES, View
from pixflow.indicators.figure import Figure
from pixflow.indicators.flows import FigurePeriod
from pixflow.indicators.path import recorded_day
from pixflow.indicators.views import CUTS, Streams, cells, view_of
from pixflow.reference_data import References
from tests.indicators.population import DAYS, played
from web.french import indicators as french

CLOCKS: tuple[Clock, ...] = ("known", "true")


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mapping[str, Streams], References]]:
    with played(tmp_path_factory.mktemp("figures")) as found:
        yield found


@pytest.fixture(scope="module", params=[(day, clock) for day in DAYS for clock in CLOCKS], ids=str)
def view(request: pytest.FixtureRequest, population: tuple[Mapping[str, Streams], References]) -> View:
    return view_of(*population, *request.param)


def period(view: View) -> FigurePeriod:
    return FigurePeriod(view.day - timedelta(90), view.day)


def figure(id: str, view: View) -> Figure:
    return BY_ID[id].compute(view, period(view))


@pytest.mark.parametrize("one", INDICATORS, ids=lambda one: one.id)
def test_every_line_of_a_list_is_a_fact_that_stands(
    one: Indicator, view: View, population: tuple[Mapping[str, Streams], References]
) -> None:
    versions = {
        stream: {r.originator_version for r in events}
        for streams in population[0].values()
        for stream, events in streams.items()
    }
    shown = one.compute(view, period(view))
    for line in (*shown.counted, *shown.among, *(line for part in shown.parts for line in part.facts)):
        assert line.version in versions[line.stream]
        assert line.on <= view.day


@pytest.mark.parametrize("one", [one for one in INDICATORS if one.way == "cohort"], ids=lambda one: one.id)
def test_a_cohort_counts_no_more_than_it_holds(one: Indicator, view: View) -> None:
    shown = one.compute(view, period(view))
    assert len(shown.counted) <= len(shown.among)
    states = [part for part in shown.parts if part.name in STATES]
    if states:
        assert sum(len(part.facts) for part in states) == len(shown.among)


PEOPLE = [one for one in INDICATORS if one.id not in ("I16", "I22", "I23", "I24")]
"""Those whose cells add up: I23 counts a partner once in each cell, the others count workshops and the team."""


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("one", PEOPLE, ids=lambda one: one.id)
def test_the_cells_of_a_cut_add_up(one: Indicator, cut: str, view: View) -> None:
    whole = one.compute(view, period(view))
    parted = [one.compute(cell, period(view)) for cell in cells(view, cut).values()]
    assert sum(len(cell.counted) for cell in parted) == len(whole.counted)
    assert sum(len(cell.among) for cell in parted) == len(whole.among)


# --- counted again, slowly and apart

Dated = list[tuple[date, Any]]
"""The facts of a dossier, each with its day."""


def facts(population: tuple[Mapping[str, Streams], References], day: date, clock: Clock) -> Iterator[Dated]:
    """The facts of each dossier that stand on a day, without any code of the indicators but Pix's own days."""
    zone = population[1].calendar
    for events in population[0]["dossier"].values():
        known = [r for r in events if clock == "true" or zone.local_day(r.at) <= day]
        struck = {r.event.version for r in known if isinstance(r.event, d.Retracted)}
        there = [r.event for r in known if r.originator_version not in struck and not isinstance(r.event, d.Retracted)]
        dated = [(day_of(one) if clock == "true" else recorded_day(one), one) for one in there]
        yield [(on, one) for on, one in dated if clock == "known" or on <= day]


def first(events: Dated, wanted: Callable[[Any], bool]) -> date | None:
    return next((on for on, event in events if wanted(event)), None)


def is_a(*kinds: type) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, kinds)


def presented(events: Dated) -> date | None:
    return first(events, is_a(d.PixPresented, d.WorkshopAttended))


def begun(events: Dated) -> date | None:
    link = next((e for _, e in events if isinstance(e, d.ParticipationLinked) and e.purpose == "initial"), None)
    return (link.started.day if link.started else link.on) if link else None


def received(events: Dated) -> date | None:
    return first(events, lambda e: isinstance(e, d.ResultReceived) and e.purpose == "initial")


def debriefed(events: Dated) -> date | None:
    return first(events, is_a(d.DebriefHeld))


def prescribed(events: Dated) -> date | None:
    return first(events, is_a(d.PrescriptionBuilt))


SLOW = {"I3": (presented, begun), "I4": (begun, received), "I5": (received, debriefed), "I6": (debriefed, prescribed)}


@pytest.mark.parametrize("id", SLOW)
@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_step_is_what_a_slow_count_finds(
    id: str, day: date, clock: Clock, population: tuple[Mapping[str, Streams], References]
) -> None:
    enters, ends = SLOW[id]
    span = FigurePeriod(day - timedelta(90), day)
    entered = done = 0
    for events in facts(population, day, clock):
        gone = any(isinstance(event, Erased | d.DossierMerged) for _, event in events)
        start = enters(events)
        if not gone and first(events, is_a(d.DossierOpened)) and start and span.first <= start <= span.last:
            entered += 1
            done += ends(events) is not None
    shown = BY_ID[id].compute(view_of(*population, day, clock), span)
    assert (len(shown.counted), len(shown.among)) == (done, entered)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_chases_and_results_are_what_a_slow_count_finds(
    day: date, population: tuple[Mapping[str, Streams], References]
) -> None:
    span = FigurePeriod(day - timedelta(90), day)
    there = [event for events in facts(population, day, "known") for on, event in events if span.first <= on <= day]
    chased = [one for one in there if isinstance(one, d.YoungPersonChased | d.PartnerChased)]
    shown = BY_ID["I20"].compute(view_of(*population, day), span)
    assert (len(shown.counted), len(shown.among)) == (sum(one.reached for one in chased), len(chased))
    results = [one for one in there if isinstance(one, d.ResultReceived) and one.purpose == "initial"]
    shown = BY_ID["I14"].compute(view_of(*population, day), span)
    assert len(shown.among) == len(results) == sum(len(part.facts) for part in shown.parts)
    assert len(shown.counted) == sum(one.result.mastery is not None for one in results)


def test_a_rate_is_told_from_five_cases_on(view: View) -> None:
    for one in INDICATORS:
        shown = one.compute(view, period(view))
        assert (shown.rate is None) == (not shown.shares or len(shown.among) < 5)


def test_every_indicator_and_part_has_its_words(view: View) -> None:
    for one in INDICATORS:
        assert french.TITLES[one.id]
        assert french.DEFINITIONS[one.id].endswith(".")
        assert all(french.part(one.id, part.name) for part in one.compute(view, period(view)).parts)
