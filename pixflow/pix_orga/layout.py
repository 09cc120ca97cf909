"""Which cell holds what, found by position because headers repeat and labels are free (PIX.md §1.4, §1.11)."""

from dataclasses import dataclass

from pixflow.pix_orga import headers as labels
from pixflow.pix_orga.export import Column, Kind
from pixflow.pix_orga.middle import Middle, read_middle
from pixflow.pix_orga.problems import Problems
from pixflow.pix_orga.tail import Tail, find_dates, read_tail


class BadHeader(ValueError):
    """A column that is not the expected one at its place; `position` counts from 0."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


@dataclass(frozen=True, slots=True)
class Head:
    """Indexes of the fixed first columns; `end` is the first index after them."""

    campaign_id: int
    code: int | None
    campaign_name: int
    course: int | None
    last_name: int
    first_name: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Every column of an assessment export; `headers` are tidy."""

    headers: tuple[str, ...]
    head: Head
    middle: Middle
    tail: Tail
    columns: tuple[Column, ...]


def kind_of(header: list[str]) -> Kind | None:
    """What the file holds, told by its results columns."""
    plain = {labels.plain(cell) for cell in header}
    if labels.MASTERY in plain:
        return "assessment"
    return "profile" if labels.PROFILE_TOTAL in plain else None
