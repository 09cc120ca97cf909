"""Counts the files of the product that a form of a dossier enters, from POST to tables: python -m tests.entered."""

import sys
import threading
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from tests.web.arranged import MONDAY
from tests.web.form_cases import CASES
from tests.web.paths import house
from tests.web.pressing import opened, send

ROOT = Path(__file__).parents[1]
PRODUCT = tuple(f"{ROOT / top}/" for top in ("pixflow", "projections", "web"))


def entered(form: str) -> Counter[str]:
    """Returns the calls in each file; the second form of two is counted, so what is kept from the first is there."""
    files: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, _: Any) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(PRODUCT) and frame.f_code.co_name != "<module>":
            files[path.removeprefix(f"{ROOT}/")] += 1

    threading.setprofile(profile)
    sys.setprofile(profile)
    with TemporaryDirectory() as folder, house(Path(folder)) as locale:
        locale.day(MONDAY)
        case, client = CASES[form], locale.client("Nadia Benali")
        for _ in range(2):
            dossier, about = case.arrange(locale)
            sent = {**opened(client, dossier, form, about), **case.said}
            files.clear()
            assert send(client, dossier, form, sent, hx=True).status_code == 303
            locale.served.read()
        return Counter(files)


if __name__ == "__main__":
    calls = entered(sys.argv[1] if len(sys.argv) > 1 else "debrief")
    print("\n".join(f"{count:5} {path}" for path, count in sorted(calls.items())))
    print(f"{len(calls)} files, {calls.total()} calls")
