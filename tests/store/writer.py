"""Other processes of these tests: `python -m tests.store.writer <what> <place> …`."""

import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import sleep
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError

from pixflow.store import StoreFull
from pixflow.store.locks import ServeLock
from pixflow.store.sqlite.recorder import HardenedRecorder
from tests.store.places import AnyRecorder, opened
from tests.store.samples import command, stored


def say(text: object) -> None:
    os.write(1, f"{text}\n".encode())


def append(recorder: AnyRecorder, stream: str, times: str) -> None:
    """Reads the version, then writes the next, with nobody between; says every position."""
    id = UUID(stream)
    for _ in range(int(times)):
        with recorder.exclusive():
            version = recorder.versions([id])[id]
            say(recorder.insert_events(stored(id, version + 1), command=command())[0])


def race(recorder: AnyRecorder, stream: str) -> None:
    """Writes version 2 without looking."""
    try:
        recorder.insert_events(stored(UUID(stream), 2))
    except IntegrityError:
        say("lost")
    else:
        say("won")


def hold(recorder: AnyRecorder) -> None:
    """Holds the lock until its standard input ends."""
    with recorder.exclusive():
        recorder.versions([])
        say("held")
        sys.stdin.read()


def load(recorder: AnyRecorder) -> None:
    """Writes from four threads until killed; says each command once it is acknowledged."""
    threads = [Thread(target=_write_for_ever, args=[recorder]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _write_for_ever(recorder: AnyRecorder) -> None:
    while True:
        new = command()
        recorder.insert_events(stored(uuid4(), 1, 2, 3), command=new)
        say(new.id)


def die(recorder: AnyRecorder, stream: str) -> None:
    """Dies inside a transaction, its events inserted, its commit not sent."""
    events = stored(UUID(stream), 1, 2)
    with recorder.exclusive():
        if isinstance(recorder, HardenedRecorder):
            with recorder.datastore.transaction(commit=True) as cursor:
                recorder._insert_events(cursor, events, command=command())
                _kill_self()
        recorder.versions([])
        recorder._execute(*recorder._sql.writes(events, command(), [], []))
        _kill_self()


def _kill_self() -> None:
    say("inserted")
    os.kill(os.getpid(), signal.SIGKILL)


def choke(recorder: AnyRecorder, stream: str) -> None:
    """Meets a disk that refuses to write, then one that takes it."""
    id, new = UUID(stream), command()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        recorder.insert_events(stored(id, 1, state=b"x" * 300_000), command=new)
    except StoreFull:
        say("refused")
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    say(recorder.command(new.id))
    say(recorder.insert_events(stored(id, 1), command=new)[0])


def begin(place: str, processes: str) -> None:
    """That many processes open the store at once, and write one event each."""
    children = [os.fork() or _open_and_write(place) for _ in range(int(processes))]
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit(1)


def _open_and_write(place: str) -> int:
    with opened(place) as recorder:
        say(recorder.insert_events(stored(uuid4(), 1))[0])
    os._exit(0)


def serve(folder: Path) -> None:
    with ServeLock(folder):
        say("serving")
        sleep(60)


if __name__ == "__main__":
    what, place, *rest = sys.argv[1:]
    if what == "serve":
        serve(Path(place))
    elif what == "begin":
        begin(place, *rest)
    else:
        deeds: dict[str, Callable[..., None]] = {
            "append": append,
            "race": race,
            "hold": hold,
            "load": load,
            "die": die,
            "choke": choke,
        }
        with opened(place) as recorder:
            deeds[what](recorder, *rest)
