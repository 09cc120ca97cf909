"""Proposes an advisor for a dossier that nobody follows (docs/domain.md#who-takes-a-dossier)."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from pixflow.identity import normalise


class Candidate(Struct, frozen=True):
    """An advisor of today. `site` is "" for the whole structure; `groups` are those of the dossiers they follow."""

    id: UUID
    name: str
    site: str
    groups: frozenset[str]
    absent: bool
    dossiers: int
    tasks: int

    def follows(self, group: str) -> bool:
        return bool(group) and group in self.groups

    def serves(self, site: str) -> bool:
        return not self.site or not site or self.site == site


def ranked(candidates: Iterable[Candidate], site: str = "", group: str = "") -> list[Candidate]:
    """Returns the advisors from the best to the last.

    Those present come first; then those of the group, those of the site, and the least dossiers and tasks.
    """
    return sorted(
        candidates,
        key=lambda one: (
            one.absent,
            not one.follows(group),
            not one.serves(site),
            one.dossiers + one.tasks,
            normalise(one.name),
        ),
    )
