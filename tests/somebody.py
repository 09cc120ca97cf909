"""Somebody for whom modes of files count. Root, who often runs the tests, may read everything."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


def name() -> str:
    """Returns who acts within `without`."""
    return pwd.getpwuid(os.geteuid() or pwd.getpwnam("nobody").pw_uid).pw_name


@contextmanager
def reachable() -> Iterator[Path]:
    """Yields a folder that everybody may enter, unlike those of pytest."""
    with TemporaryDirectory(prefix="pixflow-") as made:
        os.chmod(made, 0o755)
        yield Path(made)


@contextmanager
def without(data: Path, closed: Path, mode: int = 0) -> Iterator[None]:
    """Acts as somebody who owns all of a data folder, without access to one part of it, which root owns if it can."""
    me, before = os.geteuid(), closed.stat().st_mode
    nobody = pwd.getpwnam("nobody").pw_uid
    for path in (data, *data.rglob("*")) if me == 0 else ():
        os.chown(path, 0 if path == closed else nobody, -1, follow_symlinks=False)
    closed.chmod(mode)
    os.seteuid(me or nobody)
    try:
        yield
    finally:
        os.seteuid(me)
        closed.chmod(before)
