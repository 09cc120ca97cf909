"""File system calls of a process, recorded by strace."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

# Every call that changes a file or a folder; one that `disk` cannot follow is refused there.
_TRACED = (
    "open", "openat", "creat", "close", "dup", "dup2", "dup3", "lseek", "write", "pwrite64", "writev",
    "pwritev", "pwritev2", "ftruncate", "truncate", "fallocate", "copy_file_range", "sendfile", "sync_file_range",
    "fsync", "fdatasync", "sync", "syncfs", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
    "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "msync",
)  # fmt: skip
_LONGEST = 10_000_000
_CALL = re.compile(r"(\d+) +(\w+)\(([^)]*)(?:\) += (-?\d+|\?).*| <unfinished \.\.\.>)$")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>([^)]*)\) += (-?\d+|\?).*$")


class Call(Struct):
    """One call that succeeded; `began` and `ended` are lines of the trace: others may stand between them."""

    name: str
    arguments: list[str]
    result: int
    began: int
    ended: int

    def number(self, place: int) -> int:
        return int(self.arguments[place], 0)

    def bytes(self, place: int) -> bytes:
        return bytes.fromhex(self.arguments[place].strip('"').replace("\\x", ""))

    def path(self, place: int) -> Path:
        return Path(self.bytes(place).decode())


def traced(command: Sequence[str], to: Path, cwd: Path) -> list[str]:
    """The lines that a command says; strace writes to a file what the command and its threads ask."""
    calls = ",".join(f"?{name}" for name in _TRACED)
    strace = ["strace", "-f", "--seccomp-bpf", "-xx", "-s", str(_LONGEST), "-e", f"trace={calls}", "-e", "signal=none"]
    done = subprocess.run(
        [*strace, "-o", str(to), "--", *command], cwd=cwd, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.splitlines()


def calls(trace: Path) -> Iterator[Call]:
    """The calls that succeeded, in the order of their ends."""
    under_way: dict[str, Call] = {}
    with open(trace) as lines:
        for number, line in enumerate(lines):
            if found := _CALL.match(line):
                process, name, arguments, result = found.groups()
                call = Call(name, arguments.split(", "), 0, number, number)
                if result is None:
                    under_way[process] = call
                    continue
            elif found := _RESUMED.match(line):
                process, _, more, result = found.groups()
                call = under_way.pop(process)
                call.arguments += more.split(", ")
                call.ended = number
            else:
                continue
            if result != "?" and int(result) >= 0:
                call.result = int(result)
                yield call
