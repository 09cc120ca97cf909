"""Files that a process may open, and those that its structures need."""

import resource

from web.hosting.machine.listener import CannotServe

EACH, OTHERS = 20, 40
"""Files of one structure on SQLite while people work, and of the rest of a process without connections of HTTP."""
CONNECTIONS = 500
"""Connections of HTTP, at most half of the files (http_server.py)."""


def make_room(structures: int) -> None:
    """Lets this process open the files of so many structures on SQLite.

    Raises the soft limit where the hard one lets it. Raises CannotServe("few-files") where it does not.
    """
    files = EACH * structures + OTHERS
    wanted = files + min(CONNECTIONS, files)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise CannotServe("few-files", structures=structures, wanted=wanted, most=hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
