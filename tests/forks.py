"""Programs in the place of `pixflow` and of `python` that start in a tenth of their time, for tests that start many.

They ask a server that has imported pixflow, which forks a process for each command: with the arguments, environment,
folder, umask, limit of open files and streams of the program. The program passes signals on, and ends as the command.
"""

import atexit
import gc
import json
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from runpy import run_module
from select import select
from tempfile import mkdtemp

ROOT = Path(__file__).parent.parent
IMPORTED = (
    "typer.rich_utils", "rich.progress", "web.app", "web.samples.demo", "web.hosting.http_server",
    "pixflow.backups.backup", "pixflow.restore.restore",
)  # fmt: skip
"""Modules that take long to import. Those of web.cli look at the terminal: each command imports them itself."""
_PROGRAM = """#!{python} -IS
import json, os, resource, signal, socket, struct, sys
server = socket.socket(socket.AF_UNIX)
server.connect({path!r})
umask = os.umask(0)
asked = json.dumps([sys.argv, dict(os.environ), os.getcwd(), umask, resource.getrlimit(resource.RLIMIT_NOFILE)])
socket.send_fds(server, [struct.pack("i", len(asked))], [0, 1, 2])
server.sendall(asked.encode())
said = server.makefile("rb")
(command,) = struct.unpack("i", said.read(4))
for one in (signal.SIGINT, signal.SIGTERM):
    signal.signal(one, lambda number, _: os.kill(command, number))
(code,) = struct.unpack("i", said.read(4))
if code < 0:
    if -code != signal.SIGKILL:
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""


@cache
def _folder() -> Path:
    """Returns the folder of the programs. Their server ends with this process."""
    folder = Path(mkdtemp(prefix="pixflow-forks-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = str(folder / "socket")
    for name in ("pixflow", "python"):
        (folder / name).write_text(_PROGRAM.format(python=sys.executable, path=path))
        (folder / name).chmod(0o755)
    command = [sys.executable, "-m", "tests.forks", path]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert server.stdin
    assert server.stdout
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    assert server.stdout.readline()
    return folder


def program(name: str = "pixflow") -> str:
    """Returns the path of `pixflow`, or of a `python` for `-c` and `-m`."""
    return str(_folder() / name)


def _serve(path: str) -> None:
    """Forks a process for each program that asks, until standard input ends. Returns in the process of a command."""
    for name in IMPORTED:
        import_module(name)
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(100)
        print(flush=True)
        while sys.stdin not in select([listener, sys.stdin], [], [])[0]:
            asking, _ = listener.accept()
            if not os.fork():
                listener.close()
                return _run(asking)
            asking.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
    os._exit(0)


def _run(asking: socket.socket) -> None:
    """Forks the command that a program asks for, and tells the program how it ends. Returns in the command."""
    length, streams, _, _ = socket.recv_fds(asking, 4, 3)
    asked = asking.recv(struct.unpack("i", length)[0], socket.MSG_WAITALL)
    if command := os.fork():
        for stream in streams:
            os.close(stream)
        with suppress(BrokenPipeError):  # the program was killed already
            asking.sendall(struct.pack("i", command))
        if select([asking.fileno(), os.pidfd_open(command)], [], [])[0][0] == asking.fileno():  # the program was killed
            os.kill(command, signal.SIGKILL)
        with suppress(BrokenPipeError):
            asking.sendall(struct.pack("i", os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])))
        os._exit(0)
    asking.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
    sys.argv, environment, folder, umask, files = json.loads(asked)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    os.umask(umask)
    resource.setrlimit(resource.RLIMIT_NOFILE, files)


def _command() -> None:
    match sys.argv:
        case [python, "-c", code, *arguments] if python.endswith("python"):
            sys.argv = ["-c", *arguments]
            exec(code, globals())
        case [python, "-m", module, *arguments] if python.endswith("python"):
            sys.argv = [module, *arguments]
            run_module(module, run_name="__main__", alter_sys=True)
        case _:
            from web.cli.app import app

            app()


if __name__ == "__main__":
    _serve(sys.argv[1])
    code = 0
    try:
        _command()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        traceback.print_exc()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)  # to free what the server has imported takes longer than most commands
