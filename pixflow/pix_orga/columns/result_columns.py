"""Columns of progress, dates and results, whose number differs by campaign (docs/pix-orga.md#assessments)."""

from dataclasses import dataclass, field

from pixflow.pix_orga.columns import labels
from pixflow.pix_orga.columns.labels import BadHeader

Named = tuple[int, str]


@dataclass(slots=True)
class Tail:
    """Indexes of the last columns. A competence or domain has its name and the first of its three columns."""

    start: int
    progress: int | None
    started: int
    started_zone: str
    shared: int
    shared_at: int
    shared_zone: str
    palier: int | None = None
    paliers: int | None = None
    badges: list[Named] = field(default_factory=list)
    mastery: int = 0
    competences: list[Named] = field(default_factory=list)
    domains: list[Named] = field(default_factory=list)
    skills: list[Named] = field(default_factory=list)


def read_tail(tidy: tuple[str, ...], plain: tuple[str, ...], first: int) -> Tail:
    """Reads the last columns of a header whose fixed columns end before `first`. Raises BadHeader."""
    tail = _find_dates(plain, first)
    place = _read_palier(tail, plain, tail.shared_at + 1)
    while place < len(plain) and plain[place].endswith(labels.BADGE_END):
        tail.badges.append((place, tidy[place].removesuffix(labels.BADGE_END)))
        place += 1
    if place >= len(plain) or plain[place] != labels.MASTERY:
        raise BadHeader(place, labels.MASTERY)
    tail.mastery = place
    _read_parts(tail, tidy, plain, place + 1)
    return tail


def _find_dates(plain: tuple[str, ...], first: int) -> Tail:
    # The last match: an external id may have any of these labels, and stands before them.
    for place in range(len(plain) - 3, first - 1, -1):
        started = labels.zone_of(plain[place], labels.STARTED)
        shared = labels.zone_of(plain[place + 2], labels.SHARED_AT)
        if started is not None and shared is not None and plain[place + 1] == labels.SHARED:
            progress = place - 1 if place > first and plain[place - 1] == labels.PROGRESS else None
            start = place if progress is None else progress
            return Tail(start, progress, place, started, place + 1, place + 2, shared)
    raise BadHeader(len(plain), labels.SHARED)


def _read_palier(tail: Tail, plain: tuple[str, ...], place: int) -> int:
    match = labels.PALIER.fullmatch(plain[place]) if place < len(plain) else None
    if match is None:
        return place
    tail.palier, tail.paliers = place, int(match[1])
    return place + 1


def _read_parts(tail: Tail, tidy: tuple[str, ...], plain: tuple[str, ...], place: int) -> None:
    while place < len(plain):
        if _is_block(plain, place, labels.COMPETENCE):
            tail.competences.append((place, tidy[place][len(labels.COMPETENCE[0]) :]))
            place += 3
        elif _is_block(plain, place, labels.DOMAIN):
            tail.domains.append((place, tidy[place][len(labels.DOMAIN[0]) :]))
            place += 3
        elif plain[place].startswith(labels.SKILL_START):
            tail.skills.append((place, tidy[place]))
            place += 1
        else:
            raise BadHeader(place, "")


def _is_block(plain: tuple[str, ...], place: int, starts: tuple[str, str, str]) -> bool:
    cells = plain[place : place + 3]
    if len(cells) < 3 or not all(map(str.startswith, cells, starts)):
        return False
    return len({cell[len(start) :] for cell, start in zip(cells, starts, strict=True)}) == 1
