"""The web application in a process of its own, to be killed and started again."""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from threading import Thread
from time import monotonic, sleep
from typing import Any

import uvicorn

from pixflow.store import StoreBusy, StoreLost
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.recorder import PostgresRecorder
from tests.trials.mission import Mission
from tests.trials.processes import PROCESSES
from web import app
from web.hosting import settings
from web.hosting.host import Host, open_host, serving

TICK_SECONDS = 0.05
PATIENCE = 60.0
LIMIT = 2.0
"""Seconds that PostgreSQL is waited for: as it is for 10, and five times as often in vain."""


def serve(mission: Mission, say: Connection, without: str) -> None:
    """Serves as `pixflow serve` does, with frequent ticks; prints its port once it listens.

    `without` is the guard that a control does without.
    """
    os.environ["PIXFLOW_DATABASE_URL"] = mission.url
    setattr(settings, "Database", partial(Database, limit=LIMIT))  # noqa: B010
    CONTROLS[without]()
    with open_host(mission.data, demo=True) as served, serving(served):
        listener = socket.create_server(("127.0.0.1", 0))
        Thread(target=_tick, args=[served], daemon=True).start()
        say.send(listener.getsockname()[1])
        config = uvicorn.Config(app.create_app(served), log_level="error", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


def _tick(served: Host) -> None:
    while True:
        sleep(TICK_SECONDS)
        for one in served.structures.values():
            with suppress(Exception):
                one.tick()


def _without_a_look() -> None:
    """A commit whose answer is lost is taken for one that failed, and the page says so."""

    def failed(*_: object) -> None:
        raise StoreBusy

    insert = PostgresRecorder.insert_unless_moved

    def inserted(self: PostgresRecorder, *events: Any, **beside: Any) -> Sequence[int] | None:
        try:
            return insert(self, *events, **beside)
        except StoreLost:
            raise StoreBusy from None

    PostgresRecorder.insert_unless_moved = inserted  # type: ignore[method-assign]
    PostgresRecorder._recorded_after_all = failed  # type: ignore[method-assign, assignment]
    app._has_recorded = lambda request: False


CONTROLS = {"nothing": lambda: None, "a look": _without_a_look}


class Server:
    """`port` is where it answers, 0 while it does not."""

    def __init__(self, mission: Mission, without: str = "nothing") -> None:
        self.mission = mission
        self.without = without
        self.port = 0

    def live(self, seconds: float, *, answering: bool = False) -> bool:
        """Starts, and dies of kill -9 so many seconds after, or after it answers. Tells if it came to answer."""
        hear = self._start()
        if answering:
            hear.poll(None)
        end = monotonic() + seconds
        answered = hear.poll(seconds)
        if answered:
            self.port = hear.recv()
            sleep(max(0, end - monotonic()))
        self._kill()
        hear.close()
        return answered

    @contextmanager
    def living(self) -> Iterator[None]:
        """Starts, and answers for as long as the block lasts."""
        with self._start() as hear:
            self.port = hear.recv()
        try:
            yield
        finally:
            self._kill()

    @property
    def pid(self) -> int:
        """The process that answers."""
        assert self._process.pid is not None
        return self._process.pid

    def _start(self) -> Connection:
        hear, say = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=serve, args=(self.mission, say, self.without))
        self._process.start()
        say.close()
        return hear

    def _kill(self) -> None:
        self._process.kill()
        self.port = 0
        self._process.join()
