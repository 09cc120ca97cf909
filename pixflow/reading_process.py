"""Reads a file within limits, in a process of its own, one file at a time: whoever serves keeps its memory.

`python -m pixflow.reading_process BYTES` is told by a pickle on its standard input which function reads what: a text of
so many bytes, 0 for a workbook. It writes what that returns as MessagePack: whoever made the file may have a say in it.
"""

import pickle
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from pixflow.turns import Busy, WaitingLine

MAX_MEMORY = 192 * 1024 * 1024
"""Bytes of address space, beside those of a text."""
OF_A_TEXT = 4
"""Bytes of address space for each byte of a text: a packed file has none."""
MAX_COMPUTING = 30
"""Seconds of processor, a last resort: the other limits count, and let through no workbook that takes more than two."""
MAX_TIME = 90
"""Seconds by the clock, on a slow and busy machine. The proxy waits for 120."""
MAX_WAIT = 10
"""Seconds that a file waits for the one before."""
OUT_OF_MEMORY = 3
COMMAND = (sys.executable, "-I", "-m", "pixflow.reading_process")
FILES = WaitingLine(1)
PACKED = b"PK"
P = ParamSpec("P")
T = TypeVar("T")


class NotRead(Exception):
    """A file is not read: reader-busy; past its memory, workbook-too-heavy or file-too-heavy; too-long-here."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_apart(kind: Any, read: Callable[Concatenate[bytes, P], T], data: bytes, *how: P.args, **named: P.kwargs) -> T:
    """Returns what a function of a module reads in a file, of a `kind` that MessagePack writes. Raises NotRead."""
    is_packed = data.startswith(PACKED)
    try:
        with FILES.turn(longest=MAX_WAIT):
            done = subprocess.run(
                [*COMMAND, str(0 if is_packed else len(data))],
                input=pickle.dumps((read, data, how, named)),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback may quote cells
                timeout=MAX_TIME,
                check=False,
            )
    except Busy:
        raise NotRead("reader-busy") from None
    except subprocess.TimeoutExpired:
        raise NotRead("too-long-here") from None
    if done.returncode == -signal.SIGXCPU:
        raise NotRead("too-long-here")
    if done.returncode == OUT_OF_MEMORY or done.returncode < 0:
        raise NotRead("workbook-too-heavy" if is_packed else "file-too-heavy")
    done.check_returncode()
    return msgspec.msgpack.decode(done.stdout, type=kind)  # type: ignore[no-any-return]


def limit(text: int = 0) -> None:
    """Sets the limits of this process, for a text of so many bytes. A core file would hold names.

    Past its seconds of processor it ends by SIGXCPU. SIGKILL, a second later, would not tell why.
    """
    memory = MAX_MEMORY + OF_A_TEXT * text
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_COMPUTING, MAX_COMPUTING + 1))


def main() -> int:
    """Reads the file of the standard input within limits. Returns the exit code."""
    limit(int(sys.argv[1]))
    try:
        read, data, how, named = pickle.load(sys.stdin.buffer)  # noqa: S301 - who serves wrote it
        sys.stdout.buffer.write(msgspec.msgpack.encode(read(data, *how, **named)))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
