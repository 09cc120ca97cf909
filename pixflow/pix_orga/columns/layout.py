"""Finds columns by position, because headers repeat and labels are free (docs/pix-orga.md#import-rules)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pixflow.events.values import CampaignKind
from pixflow.identity import contains_control
from pixflow.pix_orga.columns import labels
from pixflow.pix_orga.columns.free_columns import Middle, read_middle
from pixflow.pix_orga.problems import Problems

_KINDS: dict[str, CampaignKind] = {
    labels.MASTERY: "assessment",
    labels.PIX_TOTAL: "profile",
    labels.CERTIFIABLE: "profile",
    labels.CERTIFIABLE_COMPETENCES: "profile",
}


class Ending(Protocol):
    """The columns after the free ones; `start` is the first of them."""

    @property
    def start(self) -> int: ...


T = TypeVar("T", bound=Ending)

_HEAD: tuple[tuple[frozenset[str], bool], ...] = (
    (frozenset({labels.ORGANISATION}), True),
    (frozenset({labels.CAMPAIGN_ID}), True),
    (frozenset({labels.CODE}), False),
    (frozenset({labels.CAMPAIGN_NAME}), True),
    (labels.COURSES, False),
    (frozenset({labels.LAST_NAME}), True),
    (frozenset({labels.FIRST_NAME}), True),
)


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
class Layout(Generic[T]):
    """Every column of an export; `headers` are tidy."""

    headers: tuple[str, ...]
    head: Head
    middle: Middle
    tail: T


def kind_of(header: list[str]) -> CampaignKind | None:
    """Returns the kind of the file, by the last column that only one kind has: an external id may have such a label."""
    return next((_KINDS[cell] for cell in map(labels.plain, reversed(header)) if cell in _KINDS), None)


def read_layout(
    header: list[str],
    external_id_column: str | None,
    problems: Problems,
    read_tail: Callable[[tuple[str, ...], tuple[str, ...], int], T],
) -> Layout[T] | None:
    """Finds the columns of an export; `read_tail` reads the last ones. None when a header problem refuses the file.

    `external_id_column`: the header of the external id, "" for none, None to go by position.
    """
    tidy = tuple(map(labels.tidy, header))
    plain = tuple(map(labels.plain, header))
    try:
        head = _read_head(plain)
        tail = read_tail(tidy, plain, head.end)
    except labels.BadHeader as bad:
        _refuse(bad, tidy, problems)
        return None
    for column in filter(contains_control, tidy):
        problems.refuse("control-character", 1, column=column)
    middle = read_middle(tidy, plain, range(head.end, tail.start), external_id_column, problems)
    return Layout(tidy, head, middle, tail)


def _read_head(plain: tuple[str, ...]) -> Head:
    found: list[int | None] = []
    position = 0
    for accepted, required in _HEAD:
        if position < len(plain) and plain[position] in accepted:
            found.append(position)
            position += 1
        elif required:
            raise labels.BadHeader(position, min(accepted))
        else:
            found.append(None)
    code, course = found[2], found[4]
    name = position - 3 - (course is not None)
    return Head(1, code, name, course, position - 2, position - 1, position)


def _refuse(bad: labels.BadHeader, tidy: tuple[str, ...], problems: Problems) -> None:
    if bad.position < len(tidy):
        problems.refuse(
            "header-unknown", 1, position=bad.position + 1, header=tidy[bad.position], expected=bad.expected
        )
    else:
        problems.refuse("header-missing", 1, header=bad.expected)
