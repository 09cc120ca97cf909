"""Turns: few wait, of a person and in all; nobody keeps others waiting; nothing starts beside a page without one."""

import ast
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.turns import MOST, MOST_OF_ONE, Busy, PlaceInLine, WaitingLine, request_state

ROOT = Path(__file__).parent.parent


@contextmanager
def asked_by(who: str) -> Iterator[None]:
    token = request_state.set({"me": who})
    try:
        yield
    finally:
        request_state.reset(token)


def enter(line: WaitingLine, who: str, left: set[PlaceInLine] | None = None) -> PlaceInLine | None:
    """Enters a line for somebody; None where there is no place. Those of `left` are looked at no more."""
    made: list[PlaceInLine] = []
    try:
        with asked_by(who):
            made.append(line.enter(lambda: made[0] in (left or ())))
    except Busy:
        return None
    return made[0]


STEPS = st.lists(st.tuples(st.sampled_from(("ask", "end", "leave")), st.sampled_from("abcd"), st.integers(0, 9)))


@given(STEPS, st.integers(1, 3))
def test_few_wait_and_nobody_without_a_place_is_sent_away_while_another_has_two(
    steps: list[tuple[str, str, int]], at_once: int
) -> None:
    line, left, places = WaitingLine(at_once), set[PlaceInLine](), list[PlaceInLine]()
    for what, who, which in steps:
        waiting = [one for one in places if not one.works]
        mine = [one for one in waiting if one.who == who]
        before = Counter(one.who for one in waiting)
        if what == "ask":
            place = enter(line, who, left)
            gone = [one for one in places if one.lost]
            if place:
                places.append(place)
                for one in gone:
                    assert one in left or (not mine and before[one.who] == max(before.values()) > 1)
                    assert len(mine) == MOST_OF_ONE or len(waiting) == MOST
            else:
                assert gone == [*left.intersection(mine)] == []
                assert len(mine) == MOST_OF_ONE or len(waiting) == MOST
                assert mine or max(before.values()) == 1
        elif what == "end" and (working := [one for one in places if one.works]):
            line._leave(ended := working[which % len(working)])
            places.remove(ended)
        elif what == "leave" and waiting:
            left.add(waiting[which % len(waiting)])
        places = [one for one in places if not one.lost]
        assert line._places == places
        counts = Counter(one.who for one in places if not one.works)
        assert max(counts.values(), default=0) <= MOST_OF_ONE
        assert counts.total() <= MOST
        assert sum(one.works for one in places) == min(at_once, len(places))


@given(st.lists(st.sampled_from("abc"), max_size=8))
def test_a_first_question_waits_for_one_of_each_other_person(others: list[str]) -> None:
    """Those who ask again and again keep nobody waiting."""
    line = WaitingLine(1)
    for who in others:
        enter(line, who)
    mine = enter(line, "me")
    assert mine
    before = Counter[object]()
    while not mine.works:
        (working,) = (one for one in line._places if one.works)
        line._leave(working)
        enter(line, str(working.who))
        before[next(one.who for one in line._places if one.works)] += 1
    assert all(count == 1 for who, count in before.items())


def test_the_server_and_the_terminal_always_find_a_place() -> None:
    line = WaitingLine(1)
    for who in "aaaabbbcc":
        assert enter(line, who)
    for _ in range(MOST):
        line.enter()
    assert enter(line, "a") is None
    assert enter(line, "d")
    assert sum(one.who is None for one in line._places) == MOST


def test_a_turn_is_given_back_after_an_error_and_after_a_wait_in_vain() -> None:
    line = WaitingLine(1)
    with pytest.raises(ZeroDivisionError), line.turn():
        raise ZeroDivisionError
    with line.turn():
        with pytest.raises(Busy), line.turn(longest=0.01):
            raise AssertionError
        assert len(line._places) == 1
    with line.making(nullcontext("made")) as made:
        assert (made, line._places) == ("made", [])


def test_a_machine_without_threads_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    line = WaitingLine(1)
    monkeypatch.setattr(Thread, "start", fail)
    with pytest.raises(Busy):
        line.begin(lambda: None, lambda: None, lambda: False)
    assert line._places == []


# --- whatever starts a thread or a process


STARTS = {
    "Thread", "Timer", "Process", "Pool", "ThreadPool", "ThreadPoolExecutor", "ProcessPoolExecutor", "Popen",
    "BackgroundTask", "BackgroundTasks", "add_task", "create_task", "create_task_group", "ensure_future", "TaskGroup",
    "run_in_executor", "run_in_threadpool", "run_coroutine_threadsafe", "run_sync", "start_soon", "run_process",
    "open_process", "to_thread", "start_new_thread", "fork", "forkpty", "posix_spawn", "posix_spawnp", "system",
    "popen", "execv", "execve", "execvp", "spawnv", "spawnl", "check_call", "check_output", "getoutput",
    "create_subprocess_exec", "create_subprocess_shell", "found_by",
}  # fmt: skip
"""Calls that start something beside whoever calls; `found_by` is ours."""
OF_SUBPROCESS = {"run", "call"}
NO_PAGE = {
    ("pixflow/turns.py", "begin"): "at the turn of the place that it has",
    ("web/pages/protocol/delays_count.py", "work"): "what COUNTS.begin does at its turn",
    ("web/hosting/structure_process.py", "found_by"): "each of its callers is in this list",
    ("web/hosting/structure_process.py", "main"): "in the process itself",
    ("web/hosting/read_tables.py", "make_missing"): "when a structure opens",
    ("web/pages/monitoring.py", "metrics"): "for this machine, one at a time",
    ("web/hosting/http_server.py", "_read_rest"): "a quarter of the connections at most, each for a while",
    ("web/pages/account/factor_mails.py", "warn"): "the e-mail of one change, in the thread of its request",
}
"""Functions that start something without a turn, and why. Those of the terminal start what they like."""


def started(node: ast.AST, where: str = "", *, in_turn: bool = False) -> Iterator[tuple[str, bool]]:
    """Yields each call that starts something: its function, and whether it is within `with ….turn(…)`."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        where, in_turn = where or node.name, False
    if isinstance(node, ast.Call):
        match node.func:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in STARTS:
                yield where, in_turn
            case ast.Attribute(value=ast.Name(id="subprocess" | "anyio" | "asyncio"), attr=name) if (
                name in OF_SUBPROCESS
            ):
                yield where, in_turn
    if isinstance(node, ast.With):
        for item in node.items:
            yield from started(item, where, in_turn=in_turn)
            match item.context_expr:
                case ast.Call(func=ast.Attribute(attr="turn")):
                    in_turn = True
    for inner in node.body if isinstance(node, ast.With) else ast.iter_child_nodes(node):
        yield from started(inner, where, in_turn=in_turn)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_nothing_starts_beside_a_page_without_a_turn() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), where, in_turn)
        for package in ("pixflow", "projections", "web")
        for path in sorted((ROOT / package).rglob("*.py"))
        for where, in_turn in started(parsed(path))
    ]
    pages = [one for one in found if not one[0].startswith("web/cli/")]
    assert {(path, where) for path, where, in_turn in pages if not in_turn} == {*NO_PAGE}
    assert {path for path, _, in_turn in pages if in_turn} == {"pixflow/reading_process.py", "web/typesetting.py"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    Thread(target=g).start()", [("f", False)]),
        ("def f():\n    with LINE.turn(), subprocess.Popen([]) as p:\n        pass", [("f", True)]),
        ("def f():\n    with subprocess.Popen([]) as p, LINE.turn():\n        os.fork()", [("f", False), ("f", True)]),
        (
            "def f():\n    with LINE.turn():\n        subprocess.run([])\n    subprocess.run([])",
            [("f", True), ("f", False)],
        ),
        ("def f():\n    with LINE.turn():\n        def g():\n            os.fork()", [("f", False)]),
        ("async def f():\n    asyncio.create_task(g())\n    run(1)", [("f", False)]),
    ],
)
def test_a_start_is_found_wherever_it_stands(source: str, expected: list[tuple[str, bool]]) -> None:
    assert list(started(ast.parse(source))) == expected


def test_what_starts_is_called_by_its_name() -> None:
    """`from subprocess import run` would hide it; these modules start things under other names."""
    hidden = {"multiprocessing", "concurrent", "_thread", "pty"}
    found = [
        f"{path}: {ast.unparse(node)}"
        for package in ("pixflow", "projections", "web")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Import) and hidden & {one.name.partition(".")[0] for one in node.names})
        or (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in hidden)
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "subprocess"
            and OF_SUBPROCESS & {one.name for one in node.names}
        )
    ]
    assert found == []
