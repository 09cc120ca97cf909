"""kill -9 of the serving process under load, again and again, with four clients that send until they are answered."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Self

from pixflow.events import Recorded
from tests.trials.clients import Client
from tests.trials.mission import Mission, found
from tests.trials.proofs import Proofs
from tests.trials.scale import SEED, rounds
from tests.trials.server import Server
from tests.trials.verdict import EVERYTHING, must_be_sound, must_show, times_recorded, words_of
from web.site import serve_one

LONGEST_LIFE = 0.6


class Lives:
    """A server that dies again and again, and four clients at work meanwhile; all are answered at the end."""

    def __init__(self, mission: Mission, *, remembers: bool = True) -> None:
        self.chance = Random(SEED)
        self.server = Server(mission.data)
        self.clients = [
            Client(self.server, mission, f"client {n}", Random(self.chance.random()), remembers=remembers)
            for n in range(4)
        ]
        self.kills = self.early = 0

    def __enter__(self) -> Self:
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.server.living():
            for client in self.clients:
                client.stop()

    def one_more(self) -> None:
        """A life ends at a random moment; `early` counts those that ended before they answered anybody."""
        self.kills += 1
        self.early += not self.server.live(self.chance.uniform(0, LONGEST_LIFE))

    def times(self, events: Sequence[Recorded]) -> Counter[int]:
        """How often each acknowledged command stands there."""
        return sum((times_recorded(events, client.acknowledged) for client in self.clients), Counter())

    def told_again(self, events: Sequence[Recorded]) -> int:
        """How many commands one life recorded and a later one acknowledged: where the danger is."""
        at = {recorded.command: recorded.at for recorded in events}
        began = [pair for client in self.clients for pair in client.answered_from.items()]
        return sum(at[command] < last_try for command, last_try in began)


@rounds("kills", 4, 300)
def test_what_was_acknowledged_is_there_once(kills: int, tmp_path: Path, proofs: Proofs) -> None:
    mission = found(tmp_path)
    with Lives(mission) as lives:
        for _ in range(kills):
            lives.one_more()
    opened = mission.open()
    with closing(opened.engine) as engine:
        events = must_be_sound(engine)
        times, again = lives.times(events), lives.told_again(events)
        proofs.add(
            "kill -9 of the server, SQLite", f"{kills} kills, {lives.early} of them while it started",
            f"{times.total()} commands acknowledged, {again} of them by a later life: {dict(times)} by times recorded",
        )  # fmt: skip
        assert [said for client in lives.clients for said in client.unexpected] == []
        assert set(times) == {1}
        assert all(engine.has_recorded(command) for client in lives.clients for command in client.acknowledged)
        with closing(serve_one(opened)) as served:
            must_show(served.read(), engine)


@rounds("twice", 1, 50)
def test_control_with_a_fresh_id_for_each_try_something_is_there_twice(
    twice: int, tmp_path: Path, proofs: Proofs
) -> None:
    mission = found(tmp_path)
    with Lives(mission, remembers=False) as lives:
        while repeated(mission) < twice and lives.kills < 30 * twice:
            lives.one_more()
    with closing(mission.open().engine) as engine:
        times = lives.times(must_be_sound(engine))
    proofs.add("control: a fresh id for each try", f"{lives.kills} kills", f"{dict(times)} by times recorded")
    assert times[0] == 0
    assert times.total() - times[1] >= twice


def repeated(mission: Mission) -> int:
    """How many commands are recorded more than once."""
    with closing(mission.open().engine) as engine:
        told = Counter(words_of(recorded) for recorded in engine.read(0, EVERYTHING))
    return sum(count > 1 for words, count in told.items() if words)
