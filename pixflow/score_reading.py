"""The grid that reads a result: the one that was told counts, and a later one asks (docs/domain.md#reading-grid)."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from pixflow.documents.grille import Explanation, Grille, explain, reads_otherwise
from pixflow.dossier.state import Dossier
from pixflow.protocol.publishing import Numbered
from pixflow.reference_data import References


class ReadingChange(Struct, frozen=True):
    """A grid that reads a told result otherwise, from its first day until the next grid (None: without end).

    `what` changes is the name of the band, else its objective, else its actions.
    """

    participation: UUID
    number: int
    first: date
    until: date | None
    before: Explanation
    after: Explanation

    @property
    def what(self) -> Literal["name", "objective", "actions"]:
        before, after = self.before.band, self.after.band
        if before.short != after.short:
            return "name"
        return "objective" if before.objective != after.objective else "actions"


def counting_grid(refs: References, dossier: Dossier, participation: UUID, day: date) -> Numbered[Grille]:
    """Returns the grid by which a result counts: that of its told reading, else that of a day."""
    reading = dossier.prescription.reading_of(participation)
    if reading is None:
        return refs.grille(day)
    known = refs.grilles.numbered(reading.grille)
    return refs.grille(reading.stamp.on) if reading.grille is None or known is None else Numbered(reading.grille, known)


def changes(refs: References, dossier: Dossier) -> Iterator[ReadingChange]:
    """Yields each grid, in force when the current initial result was told or later, that reads it otherwise.

    It differs from the reading that counts and from the one answered last. One that somebody answered is left out. A
    closed dossier is asked nothing.
    """
    current = dossier.diagnostic.current("initial")
    reading = dossier.prescription.reading_of(current[0]) if current else None
    mastery = current[1].result.mastery if current and current[1].result else None
    if current is None or reading is None or mastery is None or current[1].withdrawn or dossier.closed:
        return
    firsts = dict(sorted(refs.grilles.published, key=lambda one: one[0]))  # of two from one day, the last counts
    periods = zip(firsts.items(), (*list(firsts)[1:], None), strict=False)
    later = [
        one for one in periods if (one[1] is None or reading.stamp.on < one[1]) and one[0][1].number != reading.grille
    ]
    if not later:
        return
    counting = counting_grid(refs, dossier, current[0], reading.stamp.on)
    before = explain(counting.document, counting.number, mastery, dossier.programme)
    reviewed = [one.number for one in dossier.prescription.reviews.get(current[0], ())]
    answered = [refs.grilles.numbered(number) for number in reviewed[-1:]]
    explanations = [before, *(explain(one, 0, mastery, dossier.programme) for one in answered if one)]
    for (first, grid), until in later:
        after = explain(grid.document, grid.number, mastery, dossier.programme)
        is_new = all(reads_otherwise(one.band, after.band, dossier.programme) for one in explanations)
        if is_new and grid.number not in reviewed:
            yield ReadingChange(current[0], grid.number, max(first, reading.stamp.on), until, before, after)


def answering(refs: References, dossier: Dossier, day: date) -> dict[str, Any]:
    """Returns what the answer to the grid of a day compares: all grids, and the number of that one."""
    current = dossier.diagnostic.current("initial")
    told = dossier.prescription.reading_of(current[0]) if current else None
    grilles: dict[int | None, Grille] = {one.number: one.document for _, one in refs.grilles.published}
    grilles[None] = refs.grille(told.stamp.on if told else day).document
    return {"grilles": grilles, "in_force": refs.grille(day).number}
