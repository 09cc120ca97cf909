"""A process of its own for long work on a structure: whoever serves goes on, and its memory stays as it was.

`python -m web.hosting.structure_process FOLDER` works for the process that started it. A pickle on its standard input
says what to do. It writes pickles to its standard output: what it finds, lines of the log, the error that ended it. It
ends when its standard input ends.
"""

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from logging.handlers import QueueHandler
from pathlib import Path
from threading import Thread
from typing import Any

from pixflow import structure_folder
from pixflow.structure_folder import OpenStructure
from web.hosting.settings import Storage

COMMAND = (sys.executable, "-I", "-m", "web.hosting.structure_process")
Say = Callable[[Any], None]
Work = Callable[[OpenStructure, Any, Say], None]
"""Works on a structure as it is asked, and says what it finds. A module names it: it is pickled by reference."""


class ProcessLost(Exception):
    """The process was killed before it had said everything."""


def found_by(work: Work, opened: OpenStructure, question: Any = None) -> Generator[Any]:
    """Yields what some work says, done in a process of its own.

    Raises the error that ended the work, and ProcessLost when its process is killed.
    """
    command, pipe = (*COMMAND, str(opened.folder)), subprocess.PIPE
    where = {**os.environ, "PIXFLOW_DATABASE_URL": opened.database.url if opened.database else ""}
    # In a group of its own: Ctrl-C stops this process, and so that one.
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=where, process_group=0) as process:
        assert process.stdin
        with suppress(BrokenPipeError):  # it was killed: that is said below
            os.write(process.stdin.fileno(), pickle.dumps((work, question)))
        while (said := _said_by(process)) is not None:
            match said:
                case Exception():
                    raise said
                case logging.LogRecord():
                    logging.getLogger(said.name).handle(said)
                case _:
                    yield said
    if process.returncode:
        raise ProcessLost(f"a process of its own ended with code {process.returncode}")


def _said_by(process: subprocess.Popen[bytes]) -> Any:
    """Returns the next object that the process writes, None when it has ended."""
    assert process.stdout
    with suppress(EOFError, pickle.UnpicklingError):
        return pickle.load(process.stdout)  # noqa: S301 - nobody else writes to this pipe
    return None


class _Lines(QueueHandler):
    """Passes lines of the log on as they are: whoever started this process words them. A traceback goes as text."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        self.format(record)
        record.exc_info = None
        return record


class _Output:
    """The standard output of the process, as a queue of the log too."""

    def put_nowait(self, said: Any) -> None:
        sys.stdout.buffer.write(pickle.dumps(said))
        sys.stdout.buffer.flush()


def _end_with_input() -> None:
    os.read(0, 1)
    os._exit(1)


def main() -> None:
    """Works on the structure in a folder, for the process that started this one."""
    work, question = pickle.load(sys.stdin.buffer)  # noqa: S301 - nobody else writes to this pipe
    Thread(target=_end_with_input, daemon=True).start()
    folder, say = Path(sys.argv[1]), _Output().put_nowait
    logging.getLogger().addHandler(_Lines(_Output()))  # type: ignore[arg-type]
    try:
        opened = structure_folder.open_one(folder.parent, folder.name, database=Storage().database())
        with closing(opened.engine):
            work(opened, question, say)
    except Exception as error:
        say(error)


if __name__ == "__main__":
    main()
