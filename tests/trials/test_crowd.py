"""Two hundred people at work at once: each reads a page, thinks, and writes a note, again and again."""

import re
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from time import perf_counter, sleep

import pytest

from tests.trials.clients import PATIENCE, Client
from tests.trials.mission import found
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many
from tests.trials.server import Server
from tests.trials.verdict import must_be_sound, times_recorded
from web.desk.dependencies import COOKIE

pytestmark = pytest.mark.trial

PEOPLE, SECONDS = 200, float(many("seconds", 45))
DOSSIERS = 40
MOST_MEGABYTES = 400
THINKS = (0.5, 1.5)
"""Seconds from one page to the next."""
PAGES = ("/boite", "/dossiers", "/ateliers")


class Colleague(Client):
    """One of the crowd; `times` are the seconds of each answer, `answers` counts their statuses."""

    def __init__(self, server: Server, name: str, chance: Random) -> None:
        super().__init__(server, name, chance, remembers=True)
        self.times: list[float] = []
        self.answers: Counter[int] = Counter()

    def run(self) -> None:
        while not self._done.is_set():
            self._read(self.chance.choice((*PAGES, f"/dossiers/{self.chance.choice(self.mission.dossiers)}")))
            self._think()
            words = f"{self.name} {len(self.acknowledged)}"
            self._say(words, *self._note(words))
            self._think()

    def ask_to_stop(self) -> None:
        self._done.set()

    def _think(self) -> None:
        self._done.wait(self.chance.uniform(*THINKS))

    def _post(self, address: str, fields: dict[str, str]) -> tuple[int, str, str]:
        begun = perf_counter()
        answer = super()._post(address, fields)
        self._count(answer[0], begun)
        return answer

    def _read(self, address: str) -> None:
        begun, status = perf_counter(), 0
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            connection.request(
                "GET", address, headers={"Cookie": f"{COOKIE}={self.mission.slug}/{self.mission.advisor}"}
            )
            answer = connection.getresponse()
            status = answer.status
            answer.read()
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
            self._count(status, begun)

    def _count(self, status: int, begun: float) -> None:
        self.times.append(perf_counter() - begun)
        self.answers[status] += 1


def peak(pid: int) -> int:
    """Returns the most memory that a process held, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) // 1024


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_crowd_is_answered(tmp_path: Path, url: str, store: str, trial_report: TrialReport) -> None:
    mission, chance = found(tmp_path, url, DOSSIERS), Random(SEED)
    server = Server(mission)
    with server.living():
        people = [Colleague(server, f"colleague {n}", Random(chance.random())) for n in range(PEOPLE)]
        for one in people:
            one.start()
        sleep(SECONDS)
        for one in people:
            one.ask_to_stop()
        for one in people:
            one.join()
        megabytes = peak(server.pid)
    times = sorted(time for one in people for time in one.times)
    answers = sum((one.answers for one in people), Counter[int]())
    median, slow = times[len(times) // 2], times[len(times) * 99 // 100]
    done = f"{store}: {PEOPLE} people for {SECONDS:.0f} s, {len(times)} requests, {len(times) / SECONDS:.0f} a second"
    told = ", ".join(f"{number} answered {status}" for status, number in sorted(answers.items()))
    trial_report.add("a crowd", done, f"p50 {median * 1000:.0f} ms, p99 {slow * 1000:.0f} ms, {megabytes} MB; {told}")
    with mission.opened() as opened:
        events = must_be_sound(opened.engine)
        written = sum((times_recorded(events, one.acknowledged) for one in people), Counter[int]())
    assert set(answers) == {200, 303}
    assert written == {1: sum(len(one.acknowledged) for one in people)}
    assert slow < PATIENCE
    assert megabytes < MOST_MEGABYTES
