"""Tables built stream after stream are those of a catch_up, whatever happened to the streams."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixflow import presets
from pixflow.events import dossier as d
from pixflow.events.base import Event, Recorded, Unopened, as_erased
from pixflow.events.grille import GrillePublished
from pixflow.events.protocol import ProtocolPublished
from pixflow.events.staff import StaffLeft, StaffReturned
from pixflow.streams import kind_of
from pixflow.structure_folder import OpenStructure
from projections.figures.refresh import documents_of, find_missing, first_entries, refresh
from projections.store import catch_up, sqlite
from projections.store.catch_up import PROJECTIONS, Beside, ReadSide
from projections.store.sqlite import SqliteTransaction
from tests.examples import few
from tests.listed import ListedEvents
from tests.projections.conftest import NOW, everything

T = TypeVar("T")
DAY = NOW.date()
PRESET = presets.load("laigle-mortagne")
SLOWER = replace(PRESET.protocol, delays=replace(PRESET.protocol.delays, present_pix=30, plan_diagnostic=40))


class Happened(ListedEvents):
    """The events of a structure, and what is drawn to happen after them."""

    def by_stream(self, stop: int, size: int) -> Iterator[Mapping[UUID, Sequence[Recorded]]]:
        for whole in super().by_stream(stop, size):
            for stream in sorted(whole):
                yield {stream: whole[stream]}

    def then(self, stream: UUID, event: Event, by: str = "system:operator") -> None:
        version, place = len(self.history(stream)) + 1, len(self.all) + 1
        command = uuid5(stream, str(version))
        self.all = [*self.all, Recorded(stream, version, event, NOW, by, None, "cli", command, place)]

    def change(self, event_of: Mapping[int, Event]) -> None:
        """Gives the events at some positions another content."""
        self.all = [
            msgspec.structs.replace(one, event=event_of[one.position]) if one.position in event_of else one
            for one in self.all
        ]

    def erase(self, stream: UUID) -> None:
        self.then(stream, d.PersonErased(reason="request", on=DAY))
        self.change({one.position: as_erased(one.event) for one in self.history(stream)})

    def of_kind(self, kind: str) -> list[UUID]:
        return sorted({one.originator_id for one in self.all if kind_of(one.event) == kind})


STEPS = st.lists(st.sampled_from(("retract", "erase", "protocol", "grille", "leave", "note")), max_size=6)


def one_of(data: st.DataObject, found: Sequence[T]) -> T:
    """Draws one by its number: Hypothesis would print all the others."""
    return found[data.draw(st.integers(0, len(found) - 1))]


def happened(data: st.DataObject, events: Sequence[Recorded]) -> Happened:
    made = Happened(events[: data.draw(st.integers(40, len(events)))])
    for step in data.draw(STEPS):
        dossiers, team = made.of_kind("dossier"), made.of_kind("staff")
        stream = one_of(data, dossiers) if dossiers else None
        if step == "protocol":
            made.then(made.of_kind("protocol")[0], ProtocolPublished(document=SLOWER, from_day=DAY))
        elif step == "grille":
            made.then(made.of_kind("grille")[0], GrillePublished(number=9, document=PRESET.grille, from_day=DAY))
        elif step == "leave" and team:
            person = one_of(data, team)
            made.then(person, StaffLeft(last_day=DAY - timedelta(days=1), on=DAY))
            if data.draw(st.booleans()):
                made.then(person, StaffReturned(on=DAY))
        elif stream and step == "note":
            made.then(stream, d.NoteTaken(text="Vu", on=DAY))
        elif stream and step == "retract":
            version = data.draw(st.integers(1, len(made.history(stream))))
            made.then(stream, d.Retracted(version=version, reason="erreur", on=DAY))
        elif stream and step == "erase":
            made.erase(stream)
    return made


def built(source: ListedEvents, *beside: Beside) -> ReadSide:
    side = ReadSide(source, sqlite.database(None))
    side.build(lambda done, total: None, *beside)
    return side


def caught_up(source: ListedEvents, batch: int) -> ReadSide:
    side = ReadSide(source, sqlite.database(None))
    side.catch_up(batch=batch)
    return side


@pytest.fixture(scope="module")
def events(played: OpenStructure) -> list[Recorded]:
    return played.engine.read(0, 10**6)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catch_up, "BATCH", 0)
    monkeypatch.setattr(SqliteTransaction, "LARGEST", 500)


def assert_first_entries_are_those_of_a_refresh(source: ListedEvents) -> None:
    other, ready = caught_up(source, source.head()), built(source, first_entries(DAY))
    for side in (other, ready):
        refresh(side, DAY)
    assert everything(other) == everything(ready)


LONG = settings(
    max_examples=few(0.3), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@LONG
@given(st.data())
def test_built_is_caught_up_in_any_batches(events: list[Recorded], data: st.DataObject) -> None:
    source, batch = happened(data, events), data.draw(st.integers(20, 2_000))
    one, other = built(source), caught_up(source, batch)
    assert everything(one) == everything(other)
    assert one.refs == other.refs == source.references_at(source.head())
    ready = built(source, first_entries(DAY))
    with ready.database.connect() as connection:
        assert find_missing(connection, documents_of(ready.refs, DAY), 1) == []
    for side in (one, other, ready):
        refresh(side, DAY)
    assert everything(one) == everything(other) == everything(ready)


@LONG
@given(st.data())
def test_streams_that_stop_are_those_of_a_catch_up(events: list[Recorded], data: st.DataObject) -> None:
    """An event that does not open, or a projection that fails on a stream, stops that stream alone."""
    source = happened(data, events)
    damaged = [one_of(data, source.all) for _ in range(data.draw(st.integers(0, 3)))]
    source.change({one.position: Unopened(TOPIC=one.event.TOPIC) for one in damaged})
    failing, bad = one_of(data, PROJECTIONS), one_of(data, source.all).originator_id
    rows = failing.rows
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failing, "rows", lambda change: rows(change) if change.stream != bad else 1 / 0)
        one, other = built(source), caught_up(source, source.head())
        ready = built(source, first_entries(DAY))
    assert everything(one) == everything(other)
    assert one.blocked == other.blocked == len(one.stopped())
    if one.refs.protocols.published and one.refs.grilles.published:
        for side in (other, ready):
            refresh(side, DAY)
        assert everything(other) == everything(ready)


def test_the_entries_of_who_was_erased_behind_damage_are_those_of_a_catch_up(events: list[Recorded]) -> None:
    """The tables show such a stream from its erasure on."""
    source = Happened(events)
    stream = source.of_kind("dossier")[0]
    source.erase(stream)
    source.change({source.head(): Unopened(TOPIC=d.PersonErased.TOPIC)})
    source.erase(stream)
    assert_first_entries_are_those_of_a_refresh(source)


def test_the_entries_of_who_was_erased_before_a_retraction_are_those_of_a_catch_up(events: list[Recorded]) -> None:
    source = Happened(events)
    stream = source.of_kind("dossier")[0]
    source.erase(stream)
    source.then(stream, d.Retracted(version=1, reason="erreur", on=DAY))
    assert_first_entries_are_those_of_a_refresh(source)


@pytest.mark.parametrize("kind", ["protocol", "grille"])
def test_tables_are_built_without_figures_where_no_protocol_or_grid_opens(events: list[Recorded], kind: str) -> None:
    source = Happened(events)
    lost = source.of_kind(kind)
    source.change({r.position: Unopened(TOPIC=r.event.TOPIC) for r in events if r.originator_id in lost})
    one, ready = built(source), built(source, first_entries(DAY))
    assert ready.stopped() == one.stopped()
    assert everything(ready)["dossier_sheet"] == everything(one)["dossier_sheet"] != []


def test_a_protocol_after_erasures_stops_nobody(events: list[Recorded]) -> None:
    source = Happened(events)
    for stream in source.of_kind("dossier"):
        source.erase(stream)
    side = caught_up(source, source.head())
    source.then(source.of_kind("protocol")[0], ProtocolPublished(document=SLOWER, from_day=DAY))
    side.catch_up()
    assert (side.stopped(), everything(side)) == ([], everything(built(source)))
