"""Which cell holds what, found by position because headers repeat and labels are free (PIX.md §1.4, §1.11)."""

from dataclasses import dataclass

from pixflow.pix_orga import headers as labels
from pixflow.pix_orga.export import Kind
from pixflow.pix_orga.middle import Middle, read_middle
from pixflow.pix_orga.problems import Problems
from pixflow.pix_orga.tail import Tail, read_tail

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
class Layout:
    """Every column of an assessment export; `headers` are tidy."""

    headers: tuple[str, ...]
    head: Head
    middle: Middle
    tail: Tail


def kind_of(header: list[str]) -> Kind | None:
    """What the file holds, told by its results columns."""
    plain = {labels.plain(cell) for cell in header}
    if labels.MASTERY in plain:
        return "assessment"
    return "profile" if labels.PROFILE_TOTAL in plain else None


def read_layout(header: list[str], external_id_column: str | None, problems: Problems) -> Layout | None:
    """The columns of an assessment export; None when a header problem refuses the file.

    `external_id_column`: the header that holds the external id, "" for none of them, None to go by position.
    """
    tidy = tuple(map(labels.tidy, header))
    plain = tuple(map(labels.plain, header))
    try:
        head = _read_head(plain)
        tail = read_tail(tidy, plain, head.end)
    except labels.BadHeader as bad:
        _refuse(bad, tidy, problems)
        return None
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
