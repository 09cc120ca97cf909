"""Sharing a portfolio among colleagues so that their loads come out even."""

from collections.abc import Mapping
from uuid import UUID


def weight(tasks: int) -> int:
    """What a dossier asks of somebody: itself, and each of its tasks to be done now."""
    return 1 + tasks


def share(tasks: Mapping[UUID, int], loads: Mapping[UUID, int]) -> dict[UUID, UUID]:
    """For each dossier, who takes it: the heaviest first, always to whom has least.

    `tasks` says how many tasks each dossier has; `loads` what each colleague carries already, as sums of `weight`.
    Among equals, the order in which they are given decides. Raises ValueError when there is nobody to take any.
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
