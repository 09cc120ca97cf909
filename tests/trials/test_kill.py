"""kill -9 of the serving process under load, again and again, with four clients that send until they are answered."""

from contextlib import closing
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from tests.trials.clients import Crowd
from tests.trials.mission import Mission, found
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many
from tests.trials.server import Server
from tests.trials.verdict import EVERYTHING, must_be_sound, must_show, repeated
from web.hosting.served_structure import serve_one

STARTING = 0.25
"""The part of the lives that end while the server starts."""


def start_of(server: Server) -> float:
    """Returns the seconds until the server answers. Its first start takes longer: all modules are imported."""
    with server.living():
        pass
    began = monotonic()
    with server.living():
        return monotonic() - began


def live(server: Server, chance: Random, start: float) -> bool:
    """Lives and is killed at a random moment. Tells if the server came to answer.

    Most lives count from the first answer. All take `start` at most: on a busy machine commands take longer too.
    """
    return server.live(chance.uniform(0, start), answering=chance.random() >= STARTING)


@pytest.mark.parametrize(
    ("store", "kills"),
    [
        ("sqlite", 3),
        pytest.param("sqlite", many("kills", 300), marks=pytest.mark.trial),
        pytest.param("postgres", many("kills", 300) // 3, marks=[pytest.mark.trial, pytest.mark.postgres]),
    ],
)
def test_what_was_acknowledged_is_there_once(
    store: str, kills: int, url: str, tmp_path: Path, trial_report: TrialReport
) -> None:
    mission, chance = found(tmp_path, url), Random(SEED)
    server = Server(mission)
    start, crowd = start_of(server), Crowd(server)
    early = sum(not live(server, chance, start) for _ in range(kills))
    with server.living():
        crowd.stop()
    with mission.opened() as opened:
        events = must_be_sound(opened.engine)
        times = crowd.times(events)
        trial_report.add(
            f"kill -9 of the server, {store}",
            f"{kills} kills, {early} of them while it started",
            f"{times.total()} commands acknowledged, {crowd.told_again(events)} of them by a later life: "
            f"{dict(times)} by times recorded",
        )
        assert crowd.unexpected == []
        assert crowd.denied_wrongly(events) == 0
        assert set(times) == {1}
        with closing(serve_one(opened)) as served:
            must_show(served.read(), served.engine)


@pytest.mark.trial
def test_control_with_a_fresh_id_for_each_try_something_is_there_twice(
    tmp_path: Path, trial_report: TrialReport
) -> None:
    mission, chance, kills, twice = found(tmp_path), Random(SEED), 0, many("twice", 50)
    server = Server(mission)
    start, crowd = start_of(server), Crowd(server, remembers=False)
    while recorded_twice(mission) < twice and kills < 30 * twice:
        live(server, chance, start)
        kills += 1
    with server.living():
        crowd.stop()
    with mission.opened() as opened:
        times = crowd.times(must_be_sound(opened.engine))
    trial_report.add("control: a fresh id for each try", f"{kills} kills", f"{dict(times)} by times recorded")
    assert times[0] == 0
    assert times.total() - times[1] >= twice


def recorded_twice(mission: Mission) -> int:
    with mission.opened() as opened:
        return repeated(opened.engine.read(0, EVERYTHING))
