"""Several processes and threads that write on one stream at once, on both stores."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from msgspec import Struct

from pixflow.events.base import Recorded
from tests.trials.mission import Mission, found
from tests.trials.processes import PROCESSES
from tests.trials.report import TrialReport
from tests.trials.scale import many
from tests.trials.verdict import must_be_sound
from tests.trials.writers import THREADS, WriterReport, write

WRITERS = 2
SHORT, LONG = 5, many("commands", 60)
TRIALS = [
    pytest.param("sqlite", LONG, marks=pytest.mark.trial),
    pytest.param("postgres", LONG, marks=[pytest.mark.trial, pytest.mark.postgres]),
]
on_sqlite = pytest.mark.parametrize(("store", "commands"), [("sqlite", SHORT), *TRIALS])
on_each_store = pytest.mark.parametrize(
    ("store", "commands"), [("sqlite", SHORT), pytest.param("postgres", SHORT, marks=pytest.mark.postgres), *TRIALS]
)


class Raced(Struct):
    """Reports of all writers, and the events of their stream."""

    seen: dict[UUID, int]
    met: Counter[str]
    events: list[Recorded]

    def times(self) -> Counter[int]:
        """Returns how often each acknowledged command is stored, as counts."""
        recorded = Counter(one.command for one in self.events)
        return Counter(recorded[command] for command in self.seen)

    def decided_blindly(self) -> int:
        """Counts commands recorded after an event that their author had not seen."""
        at = {recorded.command: recorded.originator_version for recorded in self.events}
        return sum(at[command] != seen + 1 for command, seen in self.seen.items())


def raced(mission: Mission, decision: str, commands: int, without: str = "nothing") -> Raced:
    """Two processes of three threads each begin at one moment, each thread with so many commands.

    Chance alone could let one thread end before the next begins: the first commands of a process meet (writers.py).
    """
    pipes = [PROCESSES.Pipe() for _ in range(WRITERS)]
    for _, there in pipes:
        PROCESSES.Process(target=write, args=(mission, decision, without, commands, there)).start()
        there.close()
    talks = [here for here, _ in pipes]
    for talk in talks:
        assert talk.recv() == "ready"
    for talk in talks:
        talk.send("go")
    told: list[WriterReport] = [talk.recv() for talk in talks]
    with mission.opened() as opened:
        must_be_sound(opened.engine)
        events = opened.engine.history(mission.dossiers[0])
    seen = {command: version for one in told for command, version in one.seen.items()}
    return Raced(seen, Counter(met for one in told for met in one.met), events)


@on_each_store
def test_what_may_be_said_whatever_happens_is_decided_again_and_recorded_once(
    store: str, commands: int, url: str, tmp_path: Path, trial_report: TrialReport
) -> None:
    race = raced(found(tmp_path, url), "note", commands)
    times = race.times()
    trial_report.add(
        f"six writers on one stream, {store}",
        f"{len(race.seen)} notes, {race.met['again']} decided again",
        f"{dict(times)} by times recorded, {race.met['failed']} failed",
    )
    assert times == {1: WRITERS * THREADS * commands}
    assert race.met["again"] > 0
    assert race.met["failed"] == 0


@on_each_store
def test_what_depends_on_what_was_seen_comes_back_to_the_loser(
    store: str, commands: int, url: str, tmp_path: Path, trial_report: TrialReport
) -> None:
    race = raced(found(tmp_path, url), "plan", commands)
    times, blindly = race.times(), race.decided_blindly()
    trial_report.add(
        f"the same, each on what they saw, {store}",
        f"{len(race.seen)} plans, {race.met['stale']} tries came back",
        f"{dict(times)} by times recorded, {blindly} decided blindly, {race.met['failed']} failed",
    )
    assert times == {1: WRITERS * THREADS * commands}
    assert race.met["stale"] > 0
    assert blindly == race.met["failed"] == 0


@on_sqlite
def test_control_without_a_second_look_under_the_lock_commands_fail(
    store: str, commands: int, url: str, tmp_path: Path, trial_report: TrialReport
) -> None:
    race = raced(found(tmp_path, url), "note", commands, "a second look")
    trial_report.add(
        f"control: no second look, {store}", f"{len(race.seen)} notes", f"{race.met['failed']} tries failed"
    )
    assert race.met["failed"] > 0


@on_sqlite
def test_control_without_what_was_seen_commands_are_decided_blindly(
    store: str, commands: int, url: str, tmp_path: Path, trial_report: TrialReport
) -> None:
    race = raced(found(tmp_path, url), "plan", commands, "what was seen")
    blindly = race.decided_blindly()
    trial_report.add(
        f"control: nobody says what they saw, {store}", f"{len(race.seen)} plans", f"{blindly} decided blindly"
    )
    assert blindly > 0
