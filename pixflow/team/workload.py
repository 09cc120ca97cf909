"""Shares a portfolio among colleagues, so that their loads are even."""

from collections.abc import Mapping
from uuid import UUID


def weight(tasks: int) -> int:
    """Returns the weight of a dossier: one, and one for each of its present tasks."""
    return 1 + tasks


def share(tasks: Mapping[UUID, int], loads: Mapping[UUID, int]) -> dict[UUID, UUID]:
    """Assigns each dossier, the heaviest first, to the colleague with the least load.

    `tasks` is the number of tasks of each dossier; `loads` the present load of each colleague, in `weight`. Among
    equals, the first given is taken. Raises ValueError when there is no colleague.
    """
    if not loads:
        raise ValueError("nobody to share among")
    carried, order = dict(loads), {colleague: place for place, colleague in enumerate(loads)}
    taken: dict[UUID, UUID] = {}
    for dossier in sorted(tasks, key=lambda one: -tasks[one]):
        lightest = min(carried, key=lambda one: (carried[one], order[one]))
        taken[dossier] = lightest
        carried[lightest] += weight(tasks[dossier])
    return {dossier: taken[dossier] for dossier in tasks}
