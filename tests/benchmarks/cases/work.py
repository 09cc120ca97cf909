"""One case through its four stages, and how a contender is asked to do it. The standard library only: each has its own.

A contender runs in a process of its own and is asked by lines of JSON; what it measures, it measures there.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Protocol

STEPS: tuple[tuple[str, str], ...] = (
    ("present", "advisor"),
    ("plan", "advisor"),
    ("result", "referent"),
    ("dispatch", "referent"),
    ("debrief", "advisor"),
    ("prescribe", "advisor"),
    ("refer", "advisor"),
)
"""The human tasks of the four stages, in order, and who does each. Each is one transaction, and so is the opening."""

DAY = date(2026, 9, 15)
ADVISORS = 40
FOLLOWED = 70
"""The dossiers of the first advisor, of which 50 wait for a task of theirs; the others share the rest."""
PAGE = 50

LAST_NAMES = ("Martin", "Le Goff", "Benali", "N’Diaye", "Lefèvre", "Da Silva", "Moreau", "Nguyen", "Roussel", "Kaya")
FIRST_NAMES = ("Léa", "Yanis", "Inès", "Mathéo", "Awa", "Jean-Baptiste", "Chloé", "Enzo", "Maëlys", "Karim", "Océane")


class Contender(Protocol):
    """A way of keeping cases. `step` is the place of a human task in STEPS."""

    def fill(self, first: int, end: int) -> None:
        """Keep these cases, by whatever is quick, each with the first `number % len(STEPS)` of its tasks done."""

    def open(self, number: int) -> Any:
        """A case, owing its first task: what names it."""

    def complete(self, case: Any, number: int, step: int) -> None:
        """The next task is done, and the one after it is owed; durable when this returns."""

    def inbox(self) -> Sequence[Any]:
        """Returns a page of the first advisor's tasks, the most urgent first."""

    def history(self, case: Any) -> Sequence[Any]:
        """Returns the events of a case, in order: time, author, content."""

    def page(self) -> str:
        """The inbox as the page that the advisor is shown."""

    def close(self) -> None: ...


def advisor_of(number: int) -> int:
    return 0 if number < FOLLOWED else 1 + number % (ADVISORS - 1)


def opened(number: int) -> dict[str, str]:
    """Returns the content of a new case."""
    return {
        "last_name": LAST_NAMES[number % 10],
        "first_name": FIRST_NAMES[number % 11],
        "birth_date": str(date(2000, 1, 1) + timedelta(days=number % 3000)),
        "number": f"{100_000 + number}",
        "site": "L'Aigle",
        "programme": "CEJ",
    }


def said(number: int, step: int) -> dict[str, Any]:
    """Returns the content of a completed task, identical for all contenders."""
    match STEPS[step][0]:
        case "present":
            return {"occasion": "welcome"}
        case "plan":
            return {"modality": "home", "place": "", "planned_for": str(DAY)}
        case "result":
            competences = [["Mener une recherche", number % 7, 6], ["Interagir", number % 5, 6]]
            return {"percent": number % 41, "competences": competences}
        case "dispatch":
            return {"to": advisor_of(number)}
        case "debrief":
            return {"channel": "meeting", "note": "Vu en entretien : le projet avance."}
        case "prescribe":
            return {"kept": ["cap-lec", "cafe-numerique"], "wish": "", "project": "Conducteur routier", "reason": ""}
    return {"partner": "ViaFormation", "ends": str(DAY + timedelta(days=70)), "note": "à rappeler"}


def answer(contender: Contender) -> None:
    """Does what it is asked on standard input, a line each, until there is no more; says what it took and found."""
    worker = Worker(contender)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(getattr(worker, asked.pop("do"))(**asked)), flush=True)
    contender.close()


class Worker:
    """Questions to a contender; each answer is a dictionary."""

    def __init__(self, contender: Contender) -> None:
        self._contender = contender
        self._kept = 0
        self._last: Any = None

    def fill(self, cases: int) -> dict[str, Any]:
        """Cases under way, until there are so many."""
        self._contender.fill(self._kept, cases)
        self._kept = cases
        return {"kept": self._kept}

    def work(self, cases: int) -> dict[str, Any]:
        """So many cases, each from its opening to its last task."""
        gc.collect()
        began = time.perf_counter()
        for number in range(self._kept, self._kept + cases):
            self._last = self._contender.open(number)
            for step in range(len(STEPS)):
                self._contender.complete(self._last, number, step)
        self._kept += cases
        return {"seconds": time.perf_counter() - began}

    def inbox(self, times: int) -> dict[str, Any]:
        return _timed(times, self._contender.inbox)

    def history(self, times: int) -> dict[str, Any]:
        return _timed(times, partial(self._contender.history, self._last))

    def page(self, times: int) -> dict[str, Any]:
        return _timed(times, self._contender.page)


def _timed(times: int, ask: Callable[[], Sequence[Any]]) -> dict[str, Any]:
    """Returns the time of so many questions, and the length of an answer."""
    gc.collect()
    began = time.perf_counter()
    for _ in range(times - 1):
        ask()
    found = ask()
    return {"seconds": time.perf_counter() - began, "found": len(found)}
