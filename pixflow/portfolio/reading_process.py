"""Reads a file within limits: a workbook in a process of its own, one file at a time.

`python -m pixflow.portfolio.reading_process SHEET CHOSEN` reads a workbook from its standard input, and writes its
Portfolio as MessagePack. SHEET is 0 for the suitable one; CHOSEN are the fields chosen for columns, in JSON.
`python -m pixflow.portfolio.reading_process rows TITLE` writes the rows of any workbook, or the code of its refusal.
"""

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from pixflow.portfolio.columns import Chosen, Field
from pixflow.portfolio.problems import Refusal
from pixflow.portfolio.reader import MAX_BYTES, Portfolio, Rows, read, rows_of_sheet
from pixflow.turns import Busy, WaitingLine

MAX_MEMORY = 192 * 1024 * 1024
"""Bytes of address space."""
MAX_COMPUTING = 30
"""Seconds of processor, a last resort: the other limits count, and let through no file that takes more than two."""
MAX_TIME = 90
"""Seconds by the clock, on a slow and busy machine. The proxy waits for 120."""
MAX_WAIT = 10
"""Seconds that a file waits for the one before."""
OUT_OF_MEMORY = 3
COMMAND = (sys.executable, "-I", "-m", "pixflow.portfolio.reading_process")
_FILES = WaitingLine(1)


def read_in_turn(data: bytes, sheet: int | None = None, chosen: Chosen = ()) -> Portfolio:
    """Reads a portfolio file as `read` does, after the files before it. Never raises on bad content."""
    try:
        with _turn():
            if not data.startswith(b"PK") or len(data) > MAX_BYTES:
                return read(data, sheet, chosen)
            answer = _answer(str(sheet or 0), msgspec.json.encode(chosen).decode(), data=data)
            return msgspec.msgpack.decode(answer, type=Portfolio)
    except Refusal as refusal:
        return Portfolio(problems=tuple(refusal.problems))


def rows_in_turn(data: bytes, title: str) -> Rows:
    """Returns the rows of a workbook, after the files before it; the header, with this title, first. Raises Refusal."""
    if len(data) > MAX_BYTES:
        raise Refusal("too-large")
    with _turn():
        answer: Rows | str = msgspec.msgpack.decode(_answer("rows", title, data=data), type=Rows | str)
    if isinstance(answer, str):
        raise Refusal(answer)
    return answer


@contextmanager
def _turn() -> Iterator[None]:
    """Waits for the files before this one. Raises Refusal("reader-busy") after a while."""
    try:
        with _FILES.turn(longest=MAX_WAIT):
            yield
    except Busy:
        raise Refusal("reader-busy") from None


def _answer(*arguments: str, data: bytes) -> bytes:
    """Returns what the process writes for a file.

    Raises Refusal: "workbook-too-heavy" past its memory, "too-long-here" past its time.
    """
    try:
        done = subprocess.run(
            [*COMMAND, *arguments],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may quote cells
            timeout=MAX_TIME,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refusal("too-long-here") from None
    if done.returncode == -signal.SIGXCPU:
        raise Refusal("too-long-here")
    if done.returncode == OUT_OF_MEMORY or done.returncode < 0:
        raise Refusal("workbook-too-heavy")
    done.check_returncode()
    return done.stdout


def limit() -> None:
    """Sets the limits of this process. A core file would hold names.

    Past its seconds of processor it ends by SIGXCPU. SIGKILL, a second later, would not tell why.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_COMPUTING, MAX_COMPUTING + 1))


def _read(data: bytes, what: str, how: str = "[]") -> Portfolio | Rows | str:
    if what != "rows":
        return read(data, int(what) or None, msgspec.json.decode(how, type=list[tuple[int, Field | None]]))
    try:
        return rows_of_sheet(data, how)
    except Refusal as refusal:
        return refusal.problems[0].code


def main() -> int:
    """Reads the workbook of the standard input within limits. Returns the exit code."""
    limit()
    try:
        sys.stdout.buffer.write(msgspec.msgpack.encode(_read(sys.stdin.buffer.read(), *sys.argv[1:])))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
