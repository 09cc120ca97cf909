"""People at work on a new structure: `python -m tests.trials.workload <folder> <seed> <commands> <how>`.

Says `made`, then each command with its words once it is acknowledged. `how` names what a control does without.
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from threading import Thread
from uuid import UUID

from pixflow.actor import Actor
from pixflow.dossier import follow_up
from pixflow.dossier import identity as dossier_identity
from pixflow.store.sqlite import recorder, vault
from tests.trials.mission import SITE, Mission, found
from web.hosting.served_structure import ServedStructure, serve_one

WRITERS = 3
SMALL_WAL = 200_000
make_durable = recorder._make_durable


def say(text: object) -> None:
    os.write(1, f"{text}\n".encode())


def work(served: ServedStructure, mission: Mission, name: str, chance: Random, commands: int) -> None:
    """Notes and new dossiers; pages are looked at, and a turn of the clock empties the WAL, now and then."""
    for number in range(commands):
        command, words = identity(chance), f"{name} {number} {'x' * chance.randrange(1, 3000)}"
        take = open_one if chance.random() < 0.3 else take_note
        take(served, mission, chance, command, words)
        say(f"{command} {words}")
        if chance.random() < 0.2:
            served.read()
        if chance.random() < 0.05:
            served.tick()


def take_note(served: ServedStructure, mission: Mission, chance: Random, command: UUID, words: str) -> None:
    served.engine.execute(
        {"dossier": chance.choice(mission.dossiers)},
        follow_up.take_note,
        by=Actor(str(mission.advisor)),
        command_id=command,
        via="cli",
        text=words,
    )


def open_one(served: ServedStructure, mission: Mission, chance: Random, command: UUID, words: str) -> None:
    served.engine.execute(
        {"dossier": identity(chance)},
        dossier_identity.open_dossier,
        by=Actor(str(mission.advisor)),
        command_id=command,
        via="cli",
        last_name="Kaya",
        first_name=words,
        birth_date=None,
        imilo_number=None,
        site=SITE,
    )


def identity(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def without_full(raw: sqlite3.Connection) -> None:
    make_durable(raw)
    raw.execute("PRAGMA synchronous = NORMAL")


def without_synced_keys() -> None:
    vault._SETTINGS = ("journal_mode=DELETE", "synchronous=OFF", "secure_delete=ON", "temp_store=MEMORY")


CONTROLS: dict[str, Callable[[], None]] = {
    "sound": lambda: None,
    "normal": lambda: setattr(recorder, "_make_durable", without_full),
    "keys": without_synced_keys,
}


def run(folder: Path, seed: int, commands: int) -> None:
    mission, chance = found(folder), Random(seed)
    with mission.opened() as opened, closing(serve_one(opened)) as served:
        say("made")
        writers = [
            Thread(target=work, args=(served, mission, f"writer {n}", Random(chance.random()), commands // WRITERS))
            for n in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()


if __name__ == "__main__":
    folder, seed, commands, how = sys.argv[1:]
    recorder.WAL_LIMIT = SMALL_WAL
    CONTROLS[how]()
    run(Path(folder), int(seed), int(commands))
