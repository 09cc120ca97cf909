"""Figures outside: each cell is true, and no set of cells lets a small number be computed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given
from hypothesis import strategies as st

from pixflow.documents.small_numbers import FEWEST, HIDDEN, SMALL, Span, Sum, is_small
from pixflow.events.base import STAGES
from pixflow.events.indicators import ReportIssued, ReportRow
from pixflow.folding import Moment
from pixflow.indicators.catalogue import BY_ID, STEPS
from pixflow.indicators.outside import Figure, Outside, Part, at_least, digest, hide, years
from projections.figures import questions
from projections.figures.refresh import basis_of
from projections.figures.tallies import FigureQuestion
from projections.store.past_tables import figures_at
from tests.documents.attacker import follows
from tests.indicators.population import DAYS, Population, counting
from tests.test_catalogue import MAPPER, examples

COHORT = ("done", "waiting", "late", "out")


def cohort(*states: int) -> Figure:
    whole = sum(states)
    parts = tuple(Part(name, n, whole, counts=name, of="among") for name, n in zip(COHORT, states, strict=True))
    return Figure(states[0], whole, parts)


TODAY = date(2026, 11, 30)
YEAR = years(TODAY)[0]


def outside(id: str, figure: Figure) -> list[ReportRow]:
    """Returns the rows of a figure that stands alone in its table."""
    return hide({YEAR: {id: figure}}, [YEAR])[YEAR]


def said(rows: Sequence[ReportRow]) -> list[str]:
    """Returns the words of the numbers of rows: "35", "< 5", "33+" or "masked"."""
    cells = [cell for row in rows for cell in ((row.counted, row.counted_least), (row.among, row.among_least))]
    return [
        str(number) if number is not None else {None: "masked", 1: "< 5"}.get(least, f"{least}+")
        for number, least in cells
    ]


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ((35, 0, 2, 0), ["33+", "37", "33+", "37", "0", "37", "< 5", "37", "0", "37"]),
        ((58, 3, 0, 0), ["57+", "61", "57+", "61", "< 5", "61", "0", "61", "0", "61"]),
        ((15, 1, 0, 0), ["12+", "16", "12+", "16", "< 5", "16", "0", "16", "0", "16"]),
        ((8, 2, 0, 0), ["6+", "10", "6+", "10", "< 5", "10", "0", "10", "0", "10"]),
        ((6, 1, 0, 0), ["masked", "7", "masked", "7", "< 5", "7", "0", "7", "0", "7"]),
        ((0, 3, 0, 0), ["0", "< 5", "0", "< 5", "< 5", "< 5", "0", "< 5", "0", "< 5"]),
        ((0, 0, 0, 0), ["0"] * 10),
        ((12, 0, 0, 0), ["12", "12", "12", "12", "0", "12", "0", "12", "0", "12"]),
        ((30, 7, 0, 9), ["30", "46", "30", "46", "7", "46", "0", "46", "9", "46"]),
    ],
)
def test_a_headline_is_a_bound_where_it_would_tell_and_zeros_stay(states: tuple[int, ...], told: list[str]) -> None:
    rows = outside("I4", cohort(*states))
    assert said(rows) == told
    assert rows[0].rate == (round(states[0] / sum(states), 4) if told[0].isdigit() and sum(states) >= FEWEST else None)


# --- what a reader may know of each indicator, beside what is told


def named(figure: Figure) -> Iterator[tuple[str, int]]:
    yield from (("counted", figure.counted), ("among", figure.among))
    for part in figure.parts:
        yield from ((f"{part.name} counted", part.counted), (f"{part.name} among", part.among))


COHORTS = tuple(f"I{number}" for number in range(2, 12))
WHOLES: dict[str, Sequence[tuple[str, Sequence[str]]]] = {
    **{id: [("counted", ["done counted"])] for id in COHORTS},
    "I15": [("own among", ["counted", "own counted"]), ("own among", ["started among"]), ("own among", ["done among"])],
    "I16": [("among", ["counted", "absent counted", "excused counted"])],
    "I17": [(f"{stage} among", [f"{stage}-silent among"]) for stage in STAGES],
    "I18": [("counted", ["61- counted"])],
    "I21": [("among", ["points counted"])],
}
"""Numbers that are the sum of others, by definition, and those that are one."""
SPLIT, APART = (*COHORTS, "I14", "I18"), ("I13", "I17", "I19", "I20", "I24")
"""Indicators whose parts make up what they are counted among, and those whose parts have each their own."""


def known(id: str, figure: Figure) -> tuple[dict[str, int], list[Sum[str]]]:
    """The numbers of a figure with the rests of its shares, and the sums that its definition gives."""
    numbers = dict(named(figure))
    shares = [("among", "counted")] if figure.shares else []
    shares += [(f"{part.name} among", f"{part.name} counted") for part in figure.parts if part.of]
    sums = []
    for total, part in shares:
        if numbers[part] <= numbers[total]:
            numbers[f"rest of {part}"] = numbers[total] - numbers[part]
            sums.append(Sum(total, (part, f"rest of {part}")))
    wholes = [*WHOLES.get(id, ()), *made_of_parts(id, figure)]
    return numbers, [*sums, *(Sum(total, tuple(parts)) for total, parts in wholes if parts)]


def made_of_parts(id: str, figure: Figure) -> Iterator[tuple[str, Sequence[str]]]:
    yield from ((part.of, [f"{part.name} among"]) for part in figure.parts if part.of in ("among", "counted"))
    if id in SPLIT:
        yield "among", [f"{part.name} counted" for part in figure.parts]
    if id == "I14":
        yield "counted", [f"{part.name} counted" for part in figure.parts if part.name != "no-score"]
    if id in APART:
        for name in ("counted", "among"):
            yield name, [f"{part.name} {name}" for part in figure.parts if not part.name.endswith("-silent")]


def spans(rows: Sequence[ReportRow]) -> dict[str, Span]:
    def span(number: int | None, least: int | None) -> Span:
        if number is not None:
            return Span(number, number)
        return HIDDEN if least is None else SMALL if least == 1 else Span(least, float("inf"))

    return {
        f"{row.part} {name}".strip(): span(number, least)
        for row in rows
        for name, number, least in (("counted", row.counted, row.counted_least), ("among", row.among, row.among_least))
    }


def check(figures: Mapping[str, Figure], told_of_all: Sequence[ReportRow]) -> None:
    """Checks that each cell is true, and tries to compute each small number, and each small rest, of each figure."""
    for id, figure in figures.items():
        rows = [row for row in told_of_all if row.indicator == id]
        numbers, sums = known(id, figure)
        told = spans(rows)
        for name, number in named(figure):
            assert told[name].holds(number)
            assert not told[name].exact or not is_small(number)
            assert told[name].exact or told[name] in (SMALL, HIDDEN) or told[name].low >= FEWEST
        for name, number in numbers.items():
            assert not is_small(number) or not follows(numbers, told, sums, [name]), (id, name)
        for one in sums:
            hidden = [part for part in one.parts if part not in told or not told[part].exact]
            small = is_small(sum(numbers[part] for part in hidden))
            assert not small or not follows(numbers, told, sums, hidden), (id, one)
        for row, part in zip(rows[1:], figure.parts, strict=True):
            assert row.rate is None or row.rate == round(part.counted / part.among, 4)


NUMBERS = st.integers(0, 12)
SHARE = st.tuples(NUMBERS, NUMBERS)


def of_each_part(id: str, shares: Mapping[str, tuple[int, int]]) -> Figure:
    """A figure whose parts each have their own among: kinds of task, channels, passages, rules."""
    parts = [Part(name, c, c + rest, counts=name, of=f"{name}-among") for name, (c, rest) in shares.items()]
    return Figure(sum(part.counted for part in parts), sum(part.among for part in parts), tuple(parts))


def bands(scored: Sequence[int], unscored: int) -> Figure:
    whole = sum(scored) + unscored
    counts = {**{f"{place}0-{place}9": n for place, n in enumerate(scored)}, "no-score": unscored}
    parts = tuple(Part(name, n, whole, counts=name, of="among") for name, n in counts.items())
    return Figure(sum(scored), whole, parts)


def proposals(kept: int, left: int, own: int, started: int, done: int) -> Figure:
    chosen = kept + own
    parts = {"own": own, "started": min(started, chosen), "done": min(done, chosen)}
    return Figure(
        kept, kept + left, tuple(Part(name, n, chosen, counts=name, of="chosen") for name, n in parts.items())
    )


def presence(present: int, absent: int, excused: int, trouble: int) -> Figure:
    whole = present + absent + excused
    return Figure(
        present,
        whole,
        (
            Part("absent", absent, whole, counts="absent", of="among"),
            Part("excused", excused, whole, counts="excused", of="among"),
            Part("trouble", min(trouble, present), present, counts="trouble", of="counted"),
            Part("filled", present, whole + 4, counts="counted"),
        ),
    )


KINDS = {
    "I4": st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS).map(lambda states: cohort(*states)),
    "I14": st.builds(bands, st.lists(NUMBERS, min_size=1, max_size=3), NUMBERS),
    "I15": st.builds(proposals, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    "I16": st.builds(presence, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    "I20": st.dictionaries(st.sampled_from(("email", "phone", "sms")), SHARE).map(lambda one: of_each_part("I20", one)),
}


@pytest.mark.parametrize("id", KINDS)
@given(data=st.data())
def test_each_cell_is_true_and_none_lets_a_small_number_be_computed(id: str, data: st.DataObject) -> None:
    figure = data.draw(KINDS[id])
    check({id: figure}, outside(id, figure))


@given(st.integers(0, 200))
def test_a_bound_is_by_fives_and_has_room_for_one_less(number: int) -> None:
    bound = at_least(number)
    assert bound % FEWEST == 0
    assert 0 < number - bound <= FEWEST or bound == number == 0


@given(KINDS["I4"])
def test_what_is_narrower_than_a_year_of_the_whole_structure_is_a_bound(figure: Figure) -> None:
    """A part of which nothing would be told has no row: that it is there would tell."""
    told = Outside(TODAY, {YEAR: {"I4": cohort(30, 30, 30, 0)}, **{days: {} for days in years(TODAY)[1:]}})
    month = (date(2026, 11, 1), TODAY)
    for rows in (told.rows("I4", figure, month, whole=True), told.rows("I4", figure, YEAR, whole=False)):
        assert {row.rate for row in rows} == {None}
        numbers = dict(named(figure))
        for name, span in spans(rows).items():
            assert span == (HIDDEN if numbers[name] <= FEWEST else Span(at_least(numbers[name]), float("inf"))) or (
                name == "out counted" and span == Span(0, 0)
            )
        missing = {"", *COHORT} - {row.part for row in rows}
        assert missing == {name for name in COHORT[:3] if numbers[f"{name} counted"] <= FEWEST}


@given(KINDS["I4"])
def test_a_figure_without_a_small_number_is_told_as_it_is(figure: Figure) -> None:
    if not any(is_small(number) for _, number in named(figure)):
        assert all(span.exact for span in spans(outside("I4", figure)).values())


def test_equal_figures_are_hidden_once() -> None:
    def rows(late: int) -> list[ReportRow]:
        figure = cohort(30, 30, late, 0)
        tables = {YEAR: {"I4": figure}, **{days: {} for days in years(TODAY)[1:]}}
        return Outside(TODAY, tables).rows("I4", figure, YEAR, whole=True)

    assert all(one is other for one, other in zip(rows(30), rows(30), strict=True))
    assert [rows(3), rows(30), rows(3)] == [outside("I4", cohort(30, 30, late, 0)) for late in (3, 30, 3)]


def test_numbers_that_are_one_by_definition_are_told_alike() -> None:
    """I9 counts among the accepted, as a passage of I13 does: what I13 hides to cover another, I9 does not tell."""
    shares = {"referred-answered": (7, 4), "accepted-started": (0, 3), "concerned-presented": (20, 10)}
    figures = {"I8": cohort(7, 0, 0, 4), "I13": of_each_part("I13", shares)}
    rows = {(row.indicator, row.part): row for row in hide({YEAR: figures}, [YEAR])[YEAR]}
    one, other = rows["I8", ""], rows["I13", "referred-answered"]
    assert (one.among, one.among_least) == (other.among, other.among_least)


@pytest.mark.parametrize("day", DAYS)
def test_no_small_number_of_a_played_structure_can_be_computed(population: Population, day: date) -> None:
    basis = basis_of(population.refs, day)
    with (
        population.side.database.connect() as read,
        figures_at(read, population.side.source, population.refs, basis, Moment(day)) as connection,
    ):
        tables = counting(connection, population.refs, day)
        told = questions.count_outside(tables, day)
        for first, last in years(day):
            figures = questions.count_figures(tables, FigureQuestion(first, last, day), (*BY_ID, STEPS.id))
            rows = [row for id, one in figures.items() for row in told.rows(id, one, (first, last), whole=True)]
            check(figures, rows)
            tell_alike(rows)


def tell_alike(rows: Sequence[ReportRow]) -> None:
    """Checks that the main steps are told as what the indicators count among."""
    told = {(row.indicator, row.part): row for row in rows}
    for id, step in {"I3": "presented", "I4": "begun", "I6": "debriefed"}.items():
        among, passed = told[id, ""], told["steps", step]
        assert (among.among, among.among_least) == (passed.counted, passed.counted_least)


# --- reports given before


def test_a_report_given_before_has_its_digest_and_says_masked() -> None:
    old = ReportRow(indicator="I5", part="done", counted=None, among=104, rate=None)
    assert digest([old]) == "1ad628f53d4f8096df8067d08b3143c5a44bc56d2c679a7798bcf8c6e9d1e54f"
    assert said([old]) == ["masked", "104"]


def test_a_stored_report_keeps_what_is_told_of_a_number() -> None:
    document = json.loads(examples(ReportIssued)[0].read_bytes())
    document["data"]["rows"] = [
        {"indicator": "I4", "part": "", "counted": None, "among": 37, "rate": None, "counted_least": 33},
        {"indicator": "I4", "part": "late", "counted": None, "among": 37, "rate": None, "counted_least": 1},
    ]
    read = MAPPER.to_domain_event(StoredEvent(uuid4(), 1, ReportIssued.TOPIC, json.dumps(document).encode()))
    assert isinstance(read.event, ReportIssued)
    assert said(read.event.rows) == ["33+", "37", "< 5", "37"]
    assert digest(read.event.rows) == "02c51e5e19b89431657080b3e95e7cb25d239e1fdc425d0ce30c972e51d76161"
