"""Faults of simulated weather, at the seams of the store: what stands there is wrapped, and works as ever."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

from pixflow.store import StoreFull
from pixflow.store.sqlite.recorder import HardenedDatastore
from pixflow.store.sqlite.vault import SqliteVault
from projections.store.catch_up import ReadSide

T = TypeVar("T")
FAULTS = (
    ("commit", "before"), ("commit", "after"), ("commit", "disk"),
    ("vault", "before"), ("vault", "after"), ("vault", "disk"),
    ("tables", "before"), ("tables", "after"), ("tables", "disk"), ("tables", "other"),
    ("exclusive", "before"), ("exclusive", "other"), ("form", "twice"),
)  # fmt: skip
"""Seams and what happens there: a death before or after, a disk error, another process first, a form sent twice."""
STORM, AGAIN = 0.06, 0.2
"""Share of the commands with a fault, and of the faults that another one follows."""


class Died(BaseException):
    """The end of the process: nothing catches it but who starts the next one."""


class Sky:
    """Faults drawn from a seed. Each strikes once, where the work next passes its seam."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(f"{seed} faults")
        self.struck = Counter[tuple[str, str]]()
        self.told: list[tuple[int, str, str]] = []
        self.meanwhile: Callable[[], object] | None = None
        self.number = 0
        self._armed: list[tuple[str, str]] = []
        self._indoors = True

    def draw(self, number: int) -> None:
        """Arms faults for the command of a number, at most one a seam: most commands pass only some seams."""
        self.number = number
        while self.chance.random() < STORM:
            self._arm()

    def _arm(self) -> None:
        fault = self.chance.choice(FAULTS)
        if all(seam != fault[0] for seam, _ in self._armed):
            self._armed.append(fault)

    def take(self, seam: str, what: str) -> bool:
        """Tells if a fault strikes here and now. Another one may follow at once."""
        if self._indoors or (seam, what) not in self._armed:
            return False
        self._armed.remove((seam, what))
        self.struck[seam, what] += 1
        self.told.append((self.number, seam, what))
        if self.chance.random() < AGAIN:
            self._arm()
        return True

    def before(self, seam: str) -> None:
        if self.take(seam, "before"):
            raise Died
        if self.take(seam, "disk"):
            raise StoreFull("the disk of the weather is full")

    def after(self, seam: str) -> None:
        if self.take(seam, "after"):
            raise Died

    @contextmanager
    def indoors(self) -> Iterator[None]:
        """Spares what another process does."""
        before, self._indoors = self._indoors, True
        try:
            yield
        finally:
            self._indoors = before

    @contextmanager
    def outdoors(self) -> Iterator[None]:
        """Wraps the four seams."""
        commit, exclusive = HardenedDatastore.transaction, HardenedDatastore.exclusive

        @contextmanager
        def transaction(store: HardenedDatastore, *, commit_: bool) -> Iterator[sqlite3.Cursor]:
            with commit(store, commit=commit_) as cursor:
                yield cursor
                if commit_:
                    self.before("commit")
            if commit_:
                self.after("commit")

        @contextmanager
        def alone(store: HardenedDatastore) -> Iterator[None]:
            if not store.lock.depth:
                self.before("exclusive")
                if self.meanwhile and not self._indoors:
                    first, self.meanwhile = self.meanwhile, None
                    first()
            with exclusive(store):
                yield

        with ExitStack() as wrapped:
            for owner, name, made in (
                (HardenedDatastore, "transaction", lambda store, *, commit: transaction(store, commit_=commit)),
                (HardenedDatastore, "exclusive", alone),
                (SqliteVault, "add", self._around("vault", SqliteVault.add)),
                (ReadSide, "_apply", self._around("tables", ReadSide._apply)),
            ):
                wrapped.enter_context(patch.object(owner, name, made))
            self._indoors = False
            yield
            self._indoors = True

    def _around(self, seam: str, work: Callable[..., T]) -> Callable[..., T]:
        def struck(*arguments: Any) -> T:
            self.before(seam)
            done = work(*arguments)
            self.after(seam)
            return done

        return struck
