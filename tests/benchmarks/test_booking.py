"""Fifty people book the last eight seats of one workshop at once, against as many notes on fifty dossiers."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest

from pixflow.actor import Actor
from pixflow.dossier.follow_up import take_note
from pixflow.engine import Engine
from pixflow.events import dossier as d
from pixflow.events import workshop as w
from pixflow.refused import Refused
from pixflow.workshop.booking import book_seat
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import FIRST, NOTE, SITES, House, Said, fill, structure

PEOPLE, SEATS = 50, 8
ROUNDS = sized(2, 10, 10)
AT = datetime(FIRST.year, FIRST.month, FIRST.day, 9, tzinfo=UTC)
HELD = AT + timedelta(days=30)

pytestmark = pytest.mark.benchmark


class Desks:
    """A structure, its référente at fifty desks, and ever other dossiers and workshops."""

    def __init__(self, engine: Engine, house: House) -> None:
        self.engine = engine
        self.by = Actor(str(house.referent))
        self.said: Counter[str] = Counter()
        dossiers, workshops = [house.id() for _ in range(4 * ROUNDS * PEOPLE)], [house.id() for _ in range(2 * ROUNDS)]
        fill(engine, [*house.told(), *opened(house, dossiers), *scheduled(house, workshops)])
        self._dossiers, self._workshops = iter(dossiers), iter(workshops)

    def note(self) -> float:
        return at_once(self._note, self._some())

    def note_in_turn(self) -> float:
        dossiers = self._some()
        return spent(lambda: list(map(self._note, dossiers)))

    def book(self, *, or_wait: bool) -> float:
        """One workshop filled; nobody has a seat too many, and nobody is forgotten."""
        workshop, dossiers, said = next(self._workshops), self._some(), list[str]()
        seconds = at_once(lambda dossier: said.append(self._book(workshop, dossier, or_wait)), dossiers)
        state = self.engine.state("workshop", workshop)
        assert len(state.seats) == SEATS
        assert set(state.seats) | set(state.waiting) <= set(dossiers)
        assert len(state.waiting) == (PEOPLE - SEATS if or_wait else 0)
        self.said.update(said)
        return seconds

    def _some(self) -> list[UUID]:
        return list(islice(self._dossiers, PEOPLE))

    def _note(self, dossier: UUID) -> None:
        self.engine.execute({"dossier": dossier}, take_note, by=self.by, command_id=uuid4(), text=NOTE)

    def _book(self, workshop: UUID, dossier: UUID, or_wait: bool) -> str:
        streams = {"workshop": workshop, "dossier": dossier}
        try:
            self.engine.execute(
                streams,
                book_seat,
                by=self.by,
                command_id=uuid4(),
                or_wait=or_wait,
                context={"initial": True, "plan": uuid4()},
            )
        except Refused as refused:
            return refused.code
        return "recorded"


def opened(house: House, dossiers: list[UUID]) -> Iterator[Said]:
    for number, stream in enumerate(dossiers):
        yield (
            AT,
            stream,
            d.DossierOpened(
                last_name=f"Nom {number}", first_name="Léa", birth_date=None, imilo_number=None, site=SITES[0], on=FIRST
            ),
        )
        yield AT, stream, d.AdvisorAssigned(advisor=house.advisors[number % len(house.advisors)], on=FIRST)


def scheduled(house: House, workshops: list[UUID]) -> Iterator[Said]:
    for stream in workshops:
        yield (
            AT,
            stream,
            w.WorkshopScheduled(
                campaign=house.campaigns["initial"],
                site=SITES[0],
                place="",
                starts=HELD,
                ends=HELD + timedelta(hours=2),
                day=HELD.date(),
                capacity=SEATS,
                series=None,
                on=FIRST,
            ),
        )
        yield AT, stream, w.FacilitatorJoined(facilitator=house.referent, on=FIRST)


def at_once(work: Callable[[UUID], object], items: list[UUID]) -> float:
    """The seconds that pass from the moment all may begin until the last is answered."""
    barrier = Barrier(len(items) + 1)

    def press(item: UUID) -> None:
        barrier.wait()
        work(item)

    threads = [Thread(target=press, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    barrier.wait()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def test_booking(tmp_path: Path, report: Report) -> None:
    engine = structure(tmp_path, AT).engine
    desks = Desks(engine, House())
    contenders: dict[str, Callable[[], float]] = {
        f"{PEOPLE} notes at once, each on its own dossier": desks.note,
        f"{PEOPLE} notes, one after the other": desks.note_in_turn,
        f"{PEOPLE} book {SEATS} seats at once, the others wait": lambda: desks.book(or_wait=True),
        f"{PEOPLE} book {SEATS} seats at once, the others are refused": lambda: desks.book(or_wait=False),
    }
    seconds = interleaved(ROUNDS, contenders)
    engine.close()
    assert desks.said == {"recorded": ROUNDS * (PEOPLE + SEATS), "workshop-full": ROUNDS * (PEOPLE - SEATS)}
    notes, _, waiting, refused = lines = [Line(what, seconds[what], PEOPLE, "commands") for what in contenders]
    aims = [
        Aim("bookings, the others waiting", waiting.rate, 400, " commands/s", at_least=True),
        Aim("bookings, the others refused", refused.rate, 400, " commands/s", at_least=True),
        Aim("a booking against a note", waiting.median / notes.median, 2.5, "×"),
    ]
    report.add("the last seats of a workshop", lines, aims, [f"{SEATS} seats taken in each of {2 * ROUNDS} workshops"])
