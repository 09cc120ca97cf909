"""Turns at what a page starts beside itself: some work at once, few wait, each person comes as often as another.

Nobody else in the house bounds a thread or a process: tests/test_turns.py looks for each that starts.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from threading import Condition, Thread
from typing import Any, TypeVar

MOST_OF_ONE, MOST = 3, 8
"""Places in a line: of one person, and in all."""
PERSON = "me"
"""The name in the state of a request of who asks: whoever is not signed in has none, and counts as one person."""
request_state: ContextVar[Mapping[str, Any] | None] = ContextVar("request_state", default=None)
"""The state of the request under way, None in a job of the server and in the terminal: these always find a place."""
T = TypeVar("T")


class Busy(Exception):
    """No place is free in a line: whoever asks comes back later."""


class PlaceInLine:
    """A place in a line. `round` says in which turn of its person it stands; `lost` is True once another has it."""

    def __init__(self, who: Hashable, round: int, is_left: Callable[[], bool]) -> None:
        self.who, self.round, self.is_left = who, round, is_left
        self.works = self.lost = False


class WaitingLine:
    """A line for some work, of which so much is done at once."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._places: list[PlaceInLine] = []
        self._moved = Condition()
        self._round = 0

    def enter(self, is_left: Callable[[], bool] = lambda: False) -> PlaceInLine:
        """Returns a place for whoever asks. Raises Busy. `is_left` tells that nobody looks at it any more.

        A place gives way when it is left; or to somebody who has none, when its person has most of them.
        """
        state = request_state.get()
        who = None if state is None else state.get(PERSON, "")
        with self._moved:
            if who is not None:
                self._make_room(who)
            rounds = (one.round for one in self._places if one.who == who)
            place = PlaceInLine(who, 1 + max(self._round, *rounds, 0), is_left)
            self._places.append(place)
            self._give_turns()
        return place

    @contextmanager
    def turn(self, place: PlaceInLine | None = None, longest: float | None = None) -> Iterator[None]:
        """Waits for the turn of a place, or of a new one. Raises Busy when it is lost, or after so many seconds."""
        place = place or self.enter()
        try:
            with self._moved:
                self._moved.wait_for(lambda: place.works or place.lost, longest)
                if not place.works:
                    raise Busy
            yield
        finally:
            self._leave(place)

    @contextmanager
    def making(self, made: AbstractContextManager[T]) -> Iterator[T]:
        """Takes a turn to enter a context, and gives it back once it is entered."""
        with ExitStack() as stack:
            with self.turn():
                entered = stack.enter_context(made)
            yield entered

    def begin(self, work: Callable[[], None], lost: Callable[[], None], is_left: Callable[[], bool]) -> None:
        """Does some work at its turn, in a thread of its own; `lost` is called when it gets none. Raises Busy."""
        place = self.enter(is_left)

        def wait() -> None:
            try:
                with self.turn(place):
                    work()
            except Busy:
                lost()

        try:
            Thread(target=wait, daemon=True).start()
        except RuntimeError:  # the machine has no thread left
            self._leave(place)
            raise Busy from None

    def _make_room(self, who: Hashable) -> None:
        waiting = [one for one in self._places if not one.works]
        mine = [one for one in waiting if one.who == who]
        if len(mine) < MOST_OF_ONE and len(waiting) < MOST:
            return
        given = next((one for one in (mine if len(mine) >= MOST_OF_ONE else waiting) if one.is_left()), None)
        if given is None and not mine:
            counts = Counter(one.who for one in waiting if one.who is not None)
            most = max(counts.values(), default=0)
            given = next((one for one in reversed(waiting) if counts[one.who] == most), None) if most > 1 else None
        if given is None:
            raise Busy
        self._places.remove(given)
        given.lost = True

    def _give_turns(self) -> None:
        """Lets the next ones work: first questions of everybody come before second ones."""
        while waiting := [one for one in self._places if not one.works]:
            if len(self._places) - len(waiting) >= self._at_once:
                break
            chosen = min(waiting, key=lambda one: one.round)
            chosen.works, self._round = True, max(self._round, chosen.round)
        self._moved.notify_all()

    def _leave(self, place: PlaceInLine) -> None:
        with self._moved:
            if not place.lost:
                self._places.remove(place)
            self._give_turns()
