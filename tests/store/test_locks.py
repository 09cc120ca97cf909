import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Thread

import pytest

from pixflow.store import AlreadyServed, StoreBusy
from pixflow.store.locks import FileLock, ServeLock, try_lock
from tests.store.samples import line, running, start


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "write.lock"


def test_the_holder_may_take_it_again(path: Path) -> None:
    lock = FileLock(path, limit=0)
    with lock, lock, lock:
        assert lock.depth == 3
    with FileLock(path, limit=0):
        pass


def test_another_is_refused_after_the_limit(path: Path) -> None:
    with FileLock(path), pytest.raises(StoreBusy, match=r"write\.lock"), FileLock(path, limit=0.05):
        pass


def test_a_thread_waits_for_a_thread(path: Path) -> None:
    lock, seen = FileLock(path), []

    def enter() -> None:
        with lock:
            seen.append("second")

    with lock:
        thread = Thread(target=enter)
        thread.start()
        time.sleep(0.05)
        seen.append("first")
    thread.join()
    assert seen == ["first", "second"]


def test_a_thread_is_refused_after_the_limit(path: Path) -> None:
    lock, refused = FileLock(path, limit=0.05), []

    def enter() -> None:
        try:
            with lock:
                pass
        except StoreBusy as busy:
            refused.append(busy)

    with lock, running(enter):
        pass
    assert refused


def test_a_thread_that_was_refused_stands_in_nobodys_way(path: Path) -> None:
    lock, entered = FileLock(path, limit=0.05), []

    def enter() -> None:
        with lock:
            entered.append(lock)

    with FileLock(path), pytest.raises(StoreBusy), lock:
        pass
    with running(enter):
        pass
    assert entered


def test_a_failure_inside_lets_go(path: Path) -> None:
    with pytest.raises(RuntimeError), FileLock(path):
        raise RuntimeError
    with FileLock(path, limit=0):
        pass


def test_f10_a_step_of_the_wall_clock_does_not_end_a_wait(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", map(float, count(0, 3600)).__next__)
    held = []

    def enter() -> None:
        with FileLock(path, limit=60) as lock:
            held.append(lock)

    with FileLock(path):
        thread = Thread(target=enter)
        thread.start()
        time.sleep(0.1)
    thread.join()
    assert held


def test_who_comes_second_is_told_and_waits_for_nothing(path: Path) -> None:
    for _ in range(2):
        with try_lock(path) as first, try_lock(path) as second:
            assert (first, second) == (True, False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    process = start("serve", tmp_path)
    assert line(process) == "serving"
    yield process.pid
    process.kill()
    process.communicate()


def test_a_second_server_is_told_who_serves(server: int, tmp_path: Path) -> None:
    with pytest.raises(AlreadyServed, match=rf"process {server}$"):
        ServeLock(tmp_path).acquire()


def test_a_server_that_stopped_makes_room(tmp_path: Path) -> None:
    with ServeLock(tmp_path), pytest.raises(AlreadyServed):
        ServeLock(tmp_path).acquire()
    with ServeLock(tmp_path):
        pass


def test_a_server_that_was_killed_makes_room(tmp_path: Path) -> None:
    process = start("serve", tmp_path)
    assert line(process) == "serving"
    process.kill()
    process.communicate()
    with ServeLock(tmp_path):
        pass
