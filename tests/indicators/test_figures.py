"""Every figure of a simulated structure: its list, its states, and a slow count made apart from the facts."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from pixflow.events import dossier as d
from pixflow.events.base import Erased
from pixflow.indicators.catalogue import FUNNEL, INDICATORS, Indicator
from pixflow.indicators.clocks import Clock, day_of
from pixflow.indicators.figure import Figure
from pixflow.indicators.path import recorded_day
from projections.figures.lists import lines
from projections.figures.past import as_of
from projections.figures.questions import figures, values
from projections.figures.refresh import basis_of
from projections.figures.selection import CUTS, FigureQuestion
from tests.indicators.population import DAYS, Population, played
from web.french import indicators as french

CLOCKS: tuple[Clock, ...] = ("known", "true")
STATES = ("done", "waiting", "late", "out")


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Population]:
    with played(tmp_path_factory.mktemp("figures")) as found:
        yield found


class View:
    """A day by one of the clocks, and the questions asked of it."""

    def __init__(self, population: Population, connection: Connection, day: date, clock: Clock) -> None:
        self.population, self.connection, self.day, self.clock = population, connection, day, clock
        self.asked = FigureQuestion(day - timedelta(90), day, day)
        self.all = self.figures(self.asked)

    def figures(self, asked: FigureQuestion) -> dict[str, Figure]:
        return figures(self.connection, asked, basis_of(self.population.refs), self.population.refs)

    def lines(self, id: str, name: str, limit: int = 100_000, offset: int = 0):
        return lines(self.connection, self.asked, self.population.refs, id, name, limit, offset)


@pytest.fixture(scope="module", params=[(day, clock) for day in DAYS for clock in CLOCKS], ids=str)
def view(request: pytest.FixtureRequest, population: Population) -> Iterator[View]:
    day, clock = request.param
    with population.side.database.connect() as read, as_of(read, population.refs, day, clock) as connection:
        yield View(population, connection, day, clock)


def named(one: Indicator, shown: Figure) -> Iterator[tuple[str, int]]:
    """Every number of a figure, by the name of its cell."""
    yield from (("counted", shown.counted), ("among", shown.among))
    for part in shown.parts:
        if part.counts:
            yield part.counts, part.counted
        if part.of:
            yield part.of, part.among


EVERY = (*INDICATORS, FUNNEL)


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
def test_each_number_is_the_length_of_its_list_and_each_line_a_fact(one: Indicator, view: View) -> None:
    facts = {
        stream: {r.originator_version for r in events}
        for streams in view.population.streams.values()
        for stream, events in streams.items()
    }
    for name, number in named(one, view.all[one.id]):
        found, total = view.lines(one.id, name)
        assert (name, len(found), total) == (name, number, number)
        for line in found:
            assert {line.version, line.ended or line.version} <= facts[line.stream]
            assert max(line.on, line.ended_on or line.on) <= view.day


def test_a_list_has_pages(view: View) -> None:
    for id in ("I2", "I19", "I22", "I23", "I24"):
        whole, total = view.lines(id, "among")
        paged = [line for offset in range(0, total, 7) for line in view.lines(id, "among", 7, offset)[0]]
        assert paged == whole


@pytest.mark.parametrize("one", [one for one in EVERY if one.way == "cohort"], ids=lambda one: one.id)
def test_a_cohort_counts_no_more_than_it_holds(one: Indicator, view: View) -> None:
    shown = view.all[one.id]
    assert shown.counted <= shown.among
    states = [part for part in shown.parts if part.name in STATES and one.id != "funnel"]
    if states:
        assert sum(part.counted for part in states) == shown.among


PEOPLE = [one.id for one in EVERY if one.id not in ("I16", "I22", "I23", "I24")]
"""Those whose cells add up: I23 counts a partner once in each cell, the others count workshops and the team."""


@pytest.mark.parametrize("cut", [cut for cut in CUTS if cut != "partner"])
def test_the_cells_of_a_cut_add_up(cut: Any, view: View) -> None:
    parted = [
        view.figures(FigureQuestion(view.asked.first, view.day, view.day, cut, value))
        for value, _ in values(view.connection, cut)
    ]
    for id in PEOPLE:
        assert sum(cell[id].counted for cell in parted) == view.all[id].counted
        assert sum(cell[id].among for cell in parted) == view.all[id].among


def test_the_tables_of_today_give_the_figures_of_today(population: Population) -> None:
    """Those kept by difference, and those made anew from the events."""
    day = max(max(one.at for one in events) for events in population.streams["dossier"].values()).date()
    asked = FigureQuestion(day - timedelta(365), day, day)
    with population.side.database.connect() as read, as_of(read, population.refs, day, "known") as anew:
        kept = figures(read, asked, basis_of(population.refs), population.refs)
        assert kept == figures(anew, asked, basis_of(population.refs), population.refs)


# --- counted again, slowly and apart

Dated = list[tuple[date, Any]]
"""The facts of a dossier, each with its day."""


def facts(population: Population, day: date, clock: Clock) -> Iterator[Dated]:
    """The facts of each dossier that stand on a day, without any code of the indicators but Pix's own days."""
    zone = population.refs.calendar
    for events in population.streams["dossier"].values():
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
def test_a_step_is_what_a_slow_count_finds(id: str, view: View) -> None:
    enters, ends = SLOW[id]
    entered = done = 0
    for events in facts(view.population, view.day, view.clock):
        gone = any(isinstance(event, Erased | d.DossierMerged) for _, event in events)
        start = enters(events)
        if not gone and first(events, is_a(d.DossierOpened)) and start and view.asked.first <= start <= view.day:
            entered += 1
            done += ends(events) is not None
    shown = view.all[id]
    assert (shown.counted, shown.among) == (done, entered)


def test_chases_and_results_are_what_a_slow_count_finds(view: View) -> None:
    dated = [one for events in facts(view.population, view.day, view.clock) for one in events]
    there = [event for on, event in dated if view.asked.first <= on <= view.day]
    chased = [one for one in there if isinstance(one, d.YoungPersonChased | d.PartnerChased)]
    shown = view.all["I20"]
    assert (shown.counted, shown.among) == (sum(one.reached for one in chased), len(chased))
    results = [one for one in there if isinstance(one, d.ResultReceived) and one.purpose == "initial"]
    shown = view.all["I14"]
    assert shown.among == len(results) == sum(part.counted for part in shown.parts)
    assert shown.counted == sum(one.result.mastery is not None for one in results)


def test_a_rate_is_told_from_five_cases_on(view: View) -> None:
    for one in INDICATORS:
        shown = view.all[one.id]
        assert (shown.rate is None) == (not shown.shares or shown.among < 5)


def test_every_indicator_and_part_has_its_words(view: View) -> None:
    for one in INDICATORS:
        assert french.TITLES[one.id]
        assert french.DEFINITIONS[one.id].endswith(".")
        assert all(french.part(one.id, part.name) for part in view.all[one.id].parts)
