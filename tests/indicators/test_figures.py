"""Every figure of a simulated structure: its list, its states, and a slow count made apart from the facts."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection, select

from pixflow.documents.definitions import TARGETED
from pixflow.folding import Clock, Moment
from pixflow.indicators import catalogue
from pixflow.indicators.catalogue import INDICATORS, STEPS, Indicator, cell
from pixflow.indicators.facts import PAIRS, delay
from pixflow.indicators.outside import Figure
from projections import advisor_queue
from projections.figures import overview
from projections.figures.lists import FigureLine, lines
from projections.figures.paths import paths
from projections.figures.questions import count_figures, months, values
from projections.figures.refresh import basis_of
from projections.figures.tallies import CUTS, FigureCounts, FigureQuestion, count_entries
from projections.store.past_tables import figures_at
from tests.examples import few
from tests.indicators.population import DAYS, Population, counting
from tests.indicators.slow import Slow
from tests.indicators.slow_parts import slow_parts, slow_whole
from web.french import indicators as french

CLOCKS: tuple[Clock, ...] = ("known", "true")
EVERYTHING = 100_000
STATES = ("done", "waiting", "late", "out")


class View:
    """A day by one of the clocks, and the questions asked of it."""

    def __init__(self, population: Population, connection: Connection, day: date, clock: Clock) -> None:
        self.population, self.connection, self.day, self.clock = population, connection, day, clock
        self.asked = FigureQuestion(day - timedelta(90), day, day)
        self.all = self.figures(self.asked)
        self.all_counts = self.counts(self.asked)
        self.slow = Slow(population, day, clock, self.asked.first)

    def figures(self, asked: FigureQuestion) -> dict[str, Figure]:
        return count_figures(counting(self.connection, self.population.refs, self.day), asked)

    def counts(self, asked: FigureQuestion) -> FigureCounts:
        return count_entries(counting(self.connection, self.population.refs, self.day), asked)

    def lines(self, id: str, name: str, limit: int = EVERYTHING, offset: int = 0) -> list[FigureLine]:
        return lines(self.connection, self.asked, self.all_counts, id, name, limit, offset)

    def advisors(self) -> list[UUID]:
        query = select(paths.c.advisor).where(paths.c.advisor.is_not(None), paths.c.counts).distinct()
        return sorted(self.connection.execute(query).scalars())


def past(population: Population, read: Connection, day: date, clock: Clock) -> AbstractContextManager[Connection]:
    basis = basis_of(population.refs, day)
    return figures_at(read, population.side.source, population.refs, basis, Moment(day, clock))


@pytest.fixture(scope="module", params=[(day, clock) for day in DAYS for clock in CLOCKS], ids=str)
def view(request: pytest.FixtureRequest, population: Population) -> Iterator[View]:
    day, clock = request.param
    with population.side.database.connect() as read, past(population, read, day, clock) as connection:
        yield View(population, connection, day, clock)


def named(one: Indicator, shown: Figure) -> Iterator[tuple[str, int]]:
    """Every number of a figure, by the name of its cell."""
    yield from (("counted", shown.counted), ("among", shown.among))
    for part in shown.parts:
        if part.counts:
            yield part.counts, part.counted
        if part.of:
            yield part.of, part.among


EVERY = tuple(catalogue.EVERY.values())


def test_each_number_is_the_length_of_its_list_and_each_line_a_fact(view: View) -> None:
    facts = {
        stream: {r.originator_version for r in events}
        for streams in view.population.streams.values()
        for stream, events in streams.items()
    }
    for id, name, number in ((one.id, *said) for one in EVERY for said in named(one, view.all[one.id])):
        found = view.lines(id, name)
        assert (id, name, len(found), view.all_counts.number(id, name)) == (id, name, number, number)
        for line in found:
            assert {line.version, line.ended or line.version} <= facts[line.stream]
            assert max(line.on, line.ended_on or line.on) <= view.day


def test_the_delay_drawn_for_a_pair_is_the_one_that_its_entries_await(view: View) -> None:
    basis = basis_of(view.population.refs, view.day)
    for pair in set(PAIRS) - {"accepted-started"}:  # counts from the day when the action was to start
        for line in view.lines("I13", f"{pair}-among"):
            assert line.due == basis.add_days(line.on, delay(basis, pair, line.on))


@pytest.mark.parametrize("id", ["I2", "I13", "I17", "I19", "I22", "I23", "I24"])
def test_the_pages_of_a_list_are_the_whole(id: str, view: View) -> None:
    whole = view.lines(id, "among")
    assert [line for offset in range(0, len(whole), 5) for line in view.lines(id, "among", 5, offset)] == whole


ALL_NAMES = [(one.id, name) for one in EVERY for name in one.cells]


@settings(max_examples=few(0.4), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), cut=st.sampled_from(("", *CUTS)), days=st.sampled_from((1, 7, 40, 90, 400)))
def test_a_page_of_a_list_is_a_part_of_the_whole(data: st.DataObject, cut: Any, days: int, view: View) -> None:
    """The whole has as many lines as the number, the latest first; of who waits, the oldest first."""
    asked = replace(view.asked, first=view.day - timedelta(days))
    if cut:
        value = data.draw(st.sampled_from(["", *(value for value, _ in values(view.connection)[cut])]))
        asked = replace(asked, cut=cut, value=value)
    elif owner := data.draw(st.sampled_from((None, *view.advisors()))):
        asked = replace(asked, advisor=owner)
    names = data.draw(st.lists(st.sampled_from(ALL_NAMES), min_size=4, max_size=4))
    counted = view.counts(asked)
    for id, name in names:
        whole = lines(view.connection, asked, counted, id, name, EVERYTHING)
        assert (id, name, len(whole)) == (id, name, counted.number(id, name))
        if id not in ("I19", "I22", "I24"):  # the most urgent task is first, the team and the sites are last
            latest_first = not cell(id, name).oldest_first
            assert [line.on for line in whole] == sorted((line.on for line in whole), reverse=latest_first)
        limit, offset = data.draw(st.integers(1, 12)), data.draw(st.integers(0, len(whole) + 3))
        page = lines(view.connection, asked, counted, id, name, limit, offset)
        assert page == whole[offset : offset + limit], (id, name, limit, offset)


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
        for value, _ in values(view.connection)[cut]
    ]
    for id in PEOPLE:
        assert sum(cell[id].counted for cell in parted) == view.all[id].counted
        assert sum(cell[id].among for cell in parted) == view.all[id].among


@pytest.mark.parametrize("cut", CUTS)
def test_each_number_of_a_cell_is_the_length_of_its_list(cut: Any, view: View) -> None:
    """Each view takes another cell: together they take all."""
    cells, turn = values(view.connection)[cut], len(CLOCKS) * DAYS.index(view.day) + CLOCKS.index(view.clock)
    for value, _ in cells[turn % max(1, len(cells)) :: len(DAYS) * len(CLOCKS)]:
        asked = FigureQuestion(view.asked.first, view.day, view.day, cut, value)
        counted = view.counts(asked)
        for id, shown in view.figures(asked).items():
            for name, number in (("counted", shown.counted), ("among", shown.among)):
                found = lines(view.connection, asked, counted, id, name, EVERYTHING)
                assert (id, name, len(found)) == (id, name, number)


@pytest.mark.parametrize("cut", ["", "site"])
def test_the_list_of_an_advisor_has_the_lines_of_their_dossiers(cut: Any, view: View) -> None:
    """They are found by their streams, everybody's by the sums and the index: both are one list in one order."""
    query = select(paths.c.advisor, paths.c.site, paths.c.stream).where(paths.c.advisor.is_not(None), paths.c.counts)
    found = list(view.connection.execute(query.order_by(paths.c.advisor, paths.c.site)))
    all_lines = {one.id: view.lines(one.id, "among") for one in EVERY if one.id not in ("I19", "I22", "I23")}
    for advisor, site in {(row.advisor, row.site if cut else ""): None for row in found}:
        streams = {row.stream for row in found if row.advisor == advisor and (row.site == site or not cut)}
        asked = replace(view.asked, advisor=advisor, cut=cut, value=site)
        shown, counted = view.figures(asked), view.counts(asked)
        for id, everybodys in all_lines.items():
            own = lines(view.connection, asked, counted, id, "among", EVERYTHING)
            assert own == [line for line in everybodys if line.stream in streams], id
            assert len(own) == shown[id].among, id


@pytest.mark.parametrize("cut", ["", "site"])
def test_the_tasks_of_a_person_are_those_in_their_name_whoever_follows_the_dossier(cut: Any, view: View) -> None:
    query = select(paths.c.stream, paths.c.site).where(paths.c.counts)
    site_of = {row.stream: row.site for row in view.connection.execute(query)}
    value = max(site_of.values()) if cut else ""
    for person in filter(None, advisor_queue.workloads(view.connection, view.day)):
        asked = replace(view.asked, advisor=person, cut=cut, value=value)
        found = lines(view.connection, asked, view.counts(asked), "I19", "among", EVERYTHING)
        rows = advisor_queue.page(view.connection, [person], view.day, limit=None)
        held = [row for row in rows if not cut or site_of.get(row.stream) == value]
        told = [(one.stream, one.part, one.due) for one in found]
        assert sorted(told) == sorted((row.stream, row.kind, row.due) for row in held)


def test_the_tables_of_today_give_the_figures_of_today(population: Population) -> None:
    """Those kept by difference, and those made anew from the events."""
    day = max(max(one.at for one in events) for events in population.streams["dossier"].values()).date()
    asked = FigureQuestion(day - timedelta(365), day, day)
    with population.side.database.connect() as read, past(population, read, day, "known") as anew:
        kept = count_figures(counting(read, population.refs, day), asked)
        assert kept == count_figures(counting(anew, population.refs, day), asked)


@pytest.mark.parametrize("id", [one.id for one in INDICATORS])
def test_each_figure_and_each_part_is_what_a_slow_count_finds(id: str, view: View) -> None:
    parts = slow_parts(view.slow, id)
    assert {part.name: (part.counted, part.among) for part in view.all[id].parts} == parts
    assert (view.all[id].counted, view.all[id].among) == slow_whole(view.slow, id, parts)


def test_the_months_of_a_figure_sum_to_it(view: View) -> None:
    for one in INDICATORS:
        if one.way != "stock" and one.id not in ("I23", "I24"):
            found = months(view.connection, view.asked, one.id)
            shown = view.all[one.id]
            whole = shown.counted if one.id == "I1" else shown.among
            assert sum(sum(tallies.values()) for tallies in found.values()) == whole, one.id


def test_one_noun_stands_for_one_number(view: View) -> None:
    numbers: dict[str, set[int]] = defaultdict(set)
    for one in INDICATORS:
        shown, (_, counted, _, among) = view.all[one.id], french.COUNTED[one.id]
        numbers[counted].add(shown.counted)
        numbers[among].add(shown.among)
    for part in view.all[STEPS.id].parts:
        numbers[french.STEPS[part.name].casefold()].add(part.counted)
    assert {noun: found for noun, found in numbers.items() if len(found) > 1} == {}


@pytest.mark.parametrize("cut", ["", "programme"])
def test_the_first_screen_counts_what_the_lists_have(cut: Any, view: View) -> None:
    value = max(value for value, _ in values(view.connection)[cut]) if cut else ""
    asked = replace(view.asked, cut=cut, value=value)
    shown, counted = view.figures(asked), view.counts(asked)
    by_site = {step: overview.months_by_site(view.connection, asked, step) for step in STEPS.cells}
    for part in shown[STEPS.id].parts:
        assert sum(sum(months.values()) for months in by_site[part.name].values()) == part.counted
    counts = Counter({part.name: part.counted for part in shown[STEPS.id].parts})
    assert overview.steps(view.connection, asked) == +counts
    for id in TARGETED:
        lines_of = lines(view.connection, asked, counted, id, "stuck", EVERYTHING)
        assert len(lines_of) == counted.number(id, "stuck")
        assert [one.on for one in lines_of] == sorted(one.on for one in lines_of), "who waits longest first"
        pages = [lines(view.connection, asked, counted, id, "stuck", 3, at) for at in range(0, len(lines_of), 3)]
        assert [one for page in pages for one in page] == lines_of
        told = counted.stuck.get(id)
        assert (told and (told.count, told.since)) == ((lines_of and (len(lines_of), lines_of[0].on)) or None)
    loads = overview.loads(view.connection, asked)
    assert sum(one.dossiers for one in loads.values()) == shown["I18"].among
    for person in {*view.advisors(), *filter(None, loads)}:
        own = view.figures(replace(asked, advisor=person))
        load = loads.get(person, overview.Caseload())
        assert (load.dossiers, load.tasks, load.late) == (own["I18"].among, own["I19"].among, own["I19"].counted)
    assert cut or {one: (load.tasks, load.late) for one, load in loads.items() if load.tasks} == (
        advisor_queue.workloads(view.connection, asked.day)
    )


def test_a_rate_is_told_from_five_cases_on(view: View) -> None:
    for one in INDICATORS:
        shown = view.all[one.id]
        assert (shown.rate is None) == (not shown.shares or shown.among < 5)


def test_every_indicator_and_part_has_its_words(view: View) -> None:
    for one in INDICATORS:
        assert french.TITLES[one.id]
        assert french.DEFINITIONS[one.id].endswith(".")
        assert all(french.part(one.id, part.name) for part in view.all[one.id].parts)
