"""The web application in a process of its own, to be killed and started again."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Thread
from time import monotonic, sleep

import uvicorn

from tests.trials.mission import Mission
from tests.trials.processes import PROCESSES
from web.app import create_app
from web.site import Site, serving, site

TICK_SECONDS = 0.05


def serve(mission: Mission, say: Connection) -> None:
    """What `pixflow serve` does, and time acts often; says its port once it listens."""
    os.environ["PIXFLOW_DATABASE_URL"] = mission.url
    with site(mission.data, demo=True) as served, serving(served):
        listener = socket.create_server(("127.0.0.1", 0))
        Thread(target=_tick, args=[served], daemon=True).start()
        say.send(listener.getsockname()[1])
        config = uvicorn.Config(create_app(served), log_level="critical", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


def _tick(served: Site) -> None:
    while True:
        sleep(TICK_SECONDS)
        for one in served.structures.values():
            one.tick()


class Server:
    """`port` is where it answers, 0 while it does not."""

    def __init__(self, mission: Mission) -> None:
        self.mission = mission
        self.port = 0

    def live(self, seconds: float) -> bool:
        """Starts, and dies of kill -9 so long after; whether it had come to answer."""
        end = monotonic() + seconds
        hear = self._start()
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

    def _start(self) -> Connection:
        hear, say = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=serve, args=(self.mission, say))
        self._process.start()
        say.close()
        return hear

    def _kill(self) -> None:
        self._process.kill()
        self.port = 0
        self._process.join()
