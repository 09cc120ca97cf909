"""Free columns between names and dates: imported ones, then the external id (docs/pix-orga.md#assessments)."""

from dataclasses import dataclass

from pixflow.pix_orga.columns.labels import STUDENT_LABELS, plain
from pixflow.pix_orga.export import ExportColumn
from pixflow.pix_orga.problems import Problems


@dataclass(frozen=True, slots=True)
class Middle:
    """Indexes of the free columns; `columns` are those that only a person can decide."""

    imported: tuple[int, ...]
    external_id: int | None
    columns: tuple[ExportColumn, ...] = ()


def read_middle(
    tidy: tuple[str, ...], flat: tuple[str, ...], places: range, choice: str | None, problems: Problems
) -> Middle:
    """Finds the free columns by position: the last one is the external id, unless it is a student label.

    A choice takes precedence: "" for no external id, else a header. Without one, two or more unknown columns in a row
    at the end stay ambiguous.
    """
    if choice == "":
        return Middle(tuple(places), None)
    if choice is not None:
        chosen = [place for place in places if flat[place] == plain(choice)]
        if chosen:
            return _with_external_id(places, chosen[-1])
        problems.warn("external-id-column-unknown", header=choice)
    free = _unknown_at_end(flat, places)
    if not free:
        return Middle(tuple(places), None)
    return _with_external_id(places, free[-1], _ambiguous(tidy, free))


def _unknown_at_end(flat: tuple[str, ...], places: range) -> range:
    start, seen = places.start, set[str]()
    for place in places:
        if flat[place] in STUDENT_LABELS and flat[place] not in seen:
            seen.add(flat[place])
            start = place + 1
    return range(start, places.stop)


def _with_external_id(places: range, external_id: int, columns: tuple[ExportColumn, ...] = ()) -> Middle:
    return Middle(tuple(place for place in places if place != external_id), external_id, columns)


def _ambiguous(tidy: tuple[str, ...], free: range) -> tuple[ExportColumn, ...]:
    if len(free) < 2:
        return ()
    imported = tuple(ExportColumn(place + 1, tidy[place], "imported") for place in free[:-1])
    return (*imported, ExportColumn(free[-1] + 1, tidy[free[-1]], "external-id-candidate"))
