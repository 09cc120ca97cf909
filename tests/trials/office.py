"""A structure whose process dies and comes back, as its people know it."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from pixflow import erasing, structure_folder
from pixflow.actor import Actor
from pixflow.dossier.follow_up import take_note
from pixflow.engine import CommandResult, Engine, Step
from pixflow.erasing import ErasureUnfinished
from pixflow.events.base import Recorded
from pixflow.refused import Refused
from pixflow.store import StoreFull
from tests.trials.sky import Died, Sky
from tests.trials.verdict import EVERYTHING
from web.hosting.served_structure import ServedStructure, serve_one
from web.samples.agenda import Clock, at

T = TypeVar("T")
FIRST = date(2025, 9, 1)
NEIGHBOURS, LOOKS = 0.03, 0.25
"""Shares of the commands: with a note of a colleague at the same moment, after which a page is read."""
PATIENCE = 20
"""Times that somebody sends a form again."""


class Stop(BaseException):
    """The run has taken as many commands as it should."""


class Difference(AssertionError):
    """An answer that calm weather does not give."""


class Office:
    """The engine of a structure, as its people know it: whatever happens to the process, they ask until an answer.

    Without a `sky` nothing happens. Commands count from `began`; Stop comes instead of the one after `stop`.
    """

    execute: Callable[..., CommandResult] = Engine.execute

    def __init__(self, data: Path, slug: str, seed: int, sky: Sky | None) -> None:
        self.data, self.slug, self.stop, self.sky = data, slug, EVERYTHING, sky
        self.clock, self.number, self.began = Clock(at(FIRST, 7, 30)), 0, 0
        self.hear: Callable[[Sequence[Recorded]], object] = lambda recorded: None
        self._chance, self._seed, self._rested = Random(f"{seed} office"), seed, Random(f"{seed} pages")
        self._other: ServedStructure | None = None
        self.served = self._opened()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.served.engine, name)

    def _opened(self) -> ServedStructure:
        return serve_one(structure_folder.open_one(self.data, self.slug, clock=self.clock))

    @property
    def other(self) -> ServedStructure:
        """Another process that serves the structure."""
        if self._other is None:
            self._other = self._opened()
        return self._other

    def close(self) -> None:
        for one in (self.served, self._other):
            if one:
                one.close()
        self._other = None

    def away(self, act: Callable[[], T]) -> T:
        """Returns what `act` does while no process serves the structure."""
        self.close()
        try:
            return act()
        finally:
            if not isinstance(sys.exception(), Died):
                self.served = self._opened()

    def come_back(self) -> None:
        """Starts the next process, which finishes what the last one owed."""
        assert self.sky
        with self.sky.indoors():
            self.close()
            self.served = self._opened()
            if erasing.is_pending(self.served.opened):
                self.served.settle()

    def through(self, act: Callable[[ServedStructure], T]) -> T:
        """Returns what an act answers in the end. It is one command, sent again with its id until then."""
        if self.number == self.stop:
            raise Stop
        self.number += 1
        if not self.sky:
            return act(self.served)
        self.sky.draw(self.number - self.began)
        if self.sky.meanwhile is None and self.sky.take("exclusive", "other"):
            self.sky.meanwhile = lambda: self._elsewhere(act)
        try:
            done = self._insist(lambda: act(self.served))
            if self.sky.take("form", "twice") and isinstance(done, CommandResult):
                again = self._insist(lambda: act(self.served))
                if done.recorded and (again.recorded, again.repeated) != (done.recorded, True):  # type: ignore[attr-defined]
                    raise Difference("a form sent twice has two answers")
        finally:
            self.sky.meanwhile = None
        if self._rested.random() < LOOKS:
            self.look()
        return done

    def look(self) -> None:
        """Reads a page."""
        if self.sky and self.sky.take("tables", "other"):
            self._elsewhere(lambda served: served.read())
        self._insist(lambda: self.served.read())

    def _insist(self, act: Callable[[], T]) -> T:
        for _ in range(PATIENCE):
            try:
                return act()
            except Died:
                self.come_back()
            except (StoreFull, ErasureUnfinished):
                continue
        raise Difference("no answer comes")

    def _elsewhere(self, act: Callable[[ServedStructure], T]) -> T:
        assert self.sky
        with self.sky.indoors():
            return act(self.other)

    def execute_all(self, steps: Sequence[Step], content: object, **how: Any) -> CommandResult:
        """Executes a command. Now and then a colleague's note comes between its decision and its saving."""
        note = self._note(steps)
        wrote: list[Recorded] = []

        def write(served: ServedStructure) -> None:
            nonlocal note
            if note:
                step, by, command = note
                note = None
                with suppress(Refused):
                    done = served.engine.execute(step, take_note, by=by, command_id=command, text="Vu par un collègue")
                    wrote.extend(done.recorded)

        if self.sky and note and self.sky.chance.random() < 0.7:
            self.sky.meanwhile = lambda: self._elsewhere(write)
        elif note:
            write(self.served) if not self.sky else self._elsewhere(write)
        try:
            return self.through(lambda served: served.engine.execute_all(steps, content, **how))
        finally:
            if note and not isinstance(sys.exception(), Stop):
                self._elsewhere(write)
            self.hear(wrote)

    def _note(self, steps: Sequence[Step]) -> tuple[Mapping[str, UUID], Actor, UUID] | None:
        dossier = steps[0].streams.get("dossier") if steps else None
        if self._chance.random() >= NEIGHBOURS or dossier is None or self.number == self.stop:
            return None
        advisor = self.served.engine.state("dossier", dossier).advisor
        command = uuid5(NAMESPACE_OID, f"note {self._seed} {self.number}")
        return ({"dossier": dossier}, Actor(str(advisor)), command) if advisor else None
