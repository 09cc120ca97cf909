"""The replay of a dossier: its state after one event, and the effect of that event. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest

from msgspec import Struct

from pixflow import tasks
from pixflow.dossier.evolve import fold
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.folding import retractions_by_version
from pixflow.reference_data import References
from pixflow.tasks import Task

TaskChange = tuple[Task | None, Task | None]


class Replay(Struct, frozen=True):
    """A dossier at one version.

    `recorded` is the event of that version, `before` and `after` the dossier around it. `owed` are the tasks known
    then, `changed` those that the event closed, opened or moved. `retracted` are the versions retracted by then.
    """

    version: int
    total: int
    recorded: Recorded
    before: Dossier
    after: Dossier
    owed: tuple[Task, ...]
    changed: tuple[TaskChange, ...]
    retracted: Mapping[int, Recorded]


def at_version(events: Sequence[Recorded], n: int, refs: References) -> Replay:
    """Returns the dossier after the first `n` events of its stream (from 1), with the references of that time.

    Raises IndexError when there is no such version.
    """
    if not 1 <= n <= len(events):
        raise IndexError(n)
    history = events[:n]
    before, after = fold(history[:-1]), fold(history)
    owed = tasks.of_dossier(after, refs)
    changed = task_changes(tasks.of_dossier(before, refs), owed)
    return Replay(n, len(events), history[-1], before, after, tuple(owed), changed, retractions_by_version(history))


def version_at(events: Sequence[Recorded], instant: datetime) -> int:
    """Returns the number of events recorded by an instant (UTC)."""
    return sum(recorded.at <= instant for recorded in events)


def task_changes(before: Sequence[Task], after: Sequence[Task]) -> tuple[TaskChange, ...]:
    """Pairs each closed task with an opened one, then lists those whose days or chases changed."""
    were, are = {task.key: task for task in before}, {task.key: task for task in after}
    gone = [task for task in before if task.key not in are]
    new = [task for task in after if task.key not in were]
    moved = [(were[task.key], task) for task in after if task.key in were and _fields(were[task.key]) != _fields(task)]
    return (*zip_longest(gone, new), *moved)


def closing(
    then: Sequence[Recorded], since: Sequence[Recorded], owes: Callable[[Sequence[Recorded], int], bool]
) -> Recorded | None:
    """Returns the event of a stream that closes a task owed `then`; None when none `since` does.

    `owes` tells if the task is owed after some events, with the references of a position: another stream may close it.
    """
    history = list(then)
    for recorded in since:
        if not owes(history, recorded.position):
            return None
        history.append(recorded)
        if not owes(history, recorded.position):
            return recorded
    return None


def _fields(task: Task) -> tuple[object, ...]:
    return task.role, task.opens, task.due, task.lapses, task.appointment, task.place, task.chases
