"""The last result of `pixflow doctor` on each structure, for a monitor: when it ended, and the checks that alarmed.

`<structure>/doctor.json` holds instants and codes, no personal data. `/metrics` reads it and runs no check of its own.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from pixflow.store.durable_files import replace, write_new
from web.hosting.health import Finding

NAME = "doctor.json"


class DoctorResult(Struct, frozen=True):
    """The end of a run, and the codes of its alarms."""

    ended: datetime
    alarms: tuple[str, ...]


def keep(folder: Path, findings: Sequence[Finding], now: datetime) -> None:
    """Keeps the result of a run. A folder that takes no file keeps the one before: its age tells."""
    alarms = tuple(one.check for one in findings if one.level == "alarm")
    path = folder / NAME
    with suppress(OSError):
        (replace if path.exists() else write_new)(path, msgspec.json.encode(DoctorResult(now, alarms)))


def read(folder: Path) -> DoctorResult | None:
    """Returns the last result of a structure; None before the first, and for a file that cannot be read."""
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((folder / NAME).read_bytes(), type=DoctorResult)
    return None
