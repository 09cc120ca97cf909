"""Lists the files of ours that one debrief form enters, from its POST to the read tables: `python -m tests.trip`."""

import sys
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from tests.web.paths import house
from tests.web.pressing import opened, send

ROOT = Path(__file__).parents[1]
PRODUCT = tuple(f"{ROOT / room}/" for room in ("pixflow", "projections", "web"))


def debrief(folder: Path) -> Counter[str]:
    """Returns the calls of each file: of a second form, once the process has read its templates and statements."""
    calls: Counter[str] = Counter()
    counting = False

    def called(frame: FrameType, event: str, argument: Any) -> None:
        if counting and event == "call" and frame.f_code.co_filename.startswith(PRODUCT):
            calls[frame.f_code.co_filename.removeprefix(f"{ROOT}/")] += 1

    sys.setprofile(called)
    try:
        with house(folder, date(2026, 3, 16)) as locale:
            client = locale.client("Nadia Benali")
            for last in (False, True):
                dossier, result = locale.dispatched()
                form = opened(client, dossier, "debrief", str(result))
                counting = last
                answer = send(client, dossier, "debrief", {**form, "note": "ok"})
                counting = False
                assert answer.status_code == 303, answer.text
    finally:
        sys.setprofile(None)
    return calls


if __name__ == "__main__":
    with TemporaryDirectory() as data:
        trip = debrief(Path(data) / "data")
    print(*(f"{count:5} {path}" for path, count in sorted(trip.items())), sep="\n")
    print(f"{len(trip)} files, {trip.total()} calls")
