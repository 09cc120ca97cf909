"""A command of tests.forks ends with the program that asks for it."""

import json
import os
import resource
import socket
import struct
from pathlib import Path
from select import select

from tests import forks


def test_a_command_ends_even_when_its_program_was_killed_before_it_was_told() -> None:
    ours, theirs = os.pipe()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    asked = json.dumps([["python", "-c", "import signal; signal.pause()"], dict(os.environ), os.getcwd(), 0o022, limit])
    with socket.socket(socket.AF_UNIX) as program:
        program.connect(str(Path(forks.program()).with_name("socket")))
        socket.send_fds(program, [struct.pack("i", len(asked))], [0, theirs, 2])
        program.sendall(asked.encode())
    os.close(theirs)
    assert select([ours], [], [], 600)[0]
    os.close(ours)
