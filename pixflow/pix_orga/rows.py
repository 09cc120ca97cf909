"""Reads each record of a file as an AssessmentRow or a ProfileRow (docs/pix-orga.md#assessments, #profiles)."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from pixflow.events.values import Level, Moment
from pixflow.identity import contains_control, contains_nir, normalise
from pixflow.pix_orga.cells import (
    ABSENT,
    NOT_A_NUMBER,
    NOT_SHARED,
    BadCell,
    count,
    integer,
    moment,
    rate,
    skill,
    unguard,
    yes_no,
)
from pixflow.pix_orga.columns import Ending, Layout, Named, ProfileTail, Tail
from pixflow.pix_orga.export import AssessmentRow, ExportCampaign, PartResult, Problems, ProfileRow

T = TypeVar("T")
E = TypeVar("E", bound=Ending)
TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class RowCells:
    """Cells of one record, read one by one. Problems are noted with its line."""

    number: int
    cells: list[str]
    headers: tuple[str, ...]
    problems: Problems

    def take(self, parse: Callable[[str], T], place: int) -> T | None:
        """Returns the value of one cell, None after noting its problem."""
        text = self.cells[place]
        try:
            return parse(text)
        except BadCell as bad:
            self.problems.refuse(bad.code, self.number, column=self.headers[place], value=text)
            return None

    def take_rate(self, place: int) -> Decimal | None:
        """Returns a fraction 0..1, None for an absent one, and for NaN with a warning."""
        text = self.cells[place]
        if text == NOT_A_NUMBER:
            self.problems.warn("not-a-number", self.number, column=self.headers[place])
            return None
        return None if text in ABSENT else self.take(rate, place)

    def take_known(self, parse: Callable[[str], T], place: int) -> T | None:
        """Returns the value of one cell, None for an absent one."""
        return None if self.cells[place] in ABSENT else self.take(parse, place)


def _read_shared(
    line: RowCells, tail: E, shared: bool, read: Callable[[RowCells, E], dict[str, Any]]
) -> dict[str, Any]:
    """Returns what a row holds once it is shared. Refuses a row that holds it before, and a shared one with NA."""
    cells = line.cells[tail.shared_at :]
    if not shared:
        held = next((place for place, text in enumerate(cells, tail.shared_at) if text not in ABSENT), None)
        if held is not None:
            line.problems.refuse("result-not-shared", line.number, column=line.headers[held])
        return {}
    if NOT_SHARED in cells:
        place = line.cells.index(NOT_SHARED, tail.shared_at)
        line.problems.refuse("na-on-shared", line.number, column=line.headers[place])
        return {}
    return read(line, tail)


def _results(line: RowCells, tail: Tail) -> dict[str, Any]:
    """Reads the results of a row, and checks them against each other."""
    mastery, palier = line.take_rate(tail.mastery), _palier(line, tail)
    badges = tuple((title, line.take(yes_no, place) is True) for place, title in tail.badges)
    competences = _parts(line, tail.competences)
    results = {
        "mastery": mastery,
        "palier": palier,
        "badges": badges,
        "competences": competences,
        "domains": _parts(line, tail.domains),
        "skills": tuple((name, line.take(skill, place) or "") for place, name in tail.skills),
    }
    if line.cells[tail.mastery] == "":
        line.problems.warn("mastery-null", line.number)
    targeted, mastered = sum(part.targeted for part in competences), sum(part.mastered for part in competences)
    if mastery is not None and targeted and abs(mastery * targeted - mastered) > TOLERANCE * targeted:
        line.problems.warn("mastery-mismatch", line.number, rate=mastery, mastered=mastered, targeted=targeted)
    return results


def _palier(line: RowCells, tail: Tail) -> int | None:
    if tail.palier is None or tail.paliers is None or line.cells[tail.palier] in ABSENT:
        return None
    reached = line.take(integer, tail.palier)
    if reached is not None and not -1 <= reached <= tail.paliers:
        line.problems.refuse("palier-range", line.number, value=reached, most=tail.paliers)
    return None if reached == -1 else reached


def _parts(line: RowCells, blocks: list[Named]) -> tuple[PartResult, ...]:
    parts = []
    for place, name in blocks:
        share = line.take_rate(place) if line.cells[place] else line.take(rate, place)
        targeted, mastered = line.take(count, place + 1), line.take(count, place + 2)
        if share is not None and targeted is not None and mastered is not None:
            parts.append(PartResult(name, share, targeted, mastered))
    return tuple(parts)


# --- reads the cells of one profile (docs/pix-orga.md#profiles)

HIGHEST = 8
ENOUGH = 5
"""Number of competences of level 1 or more that make a profile certifiable (docs/pix-orga.md#framework)."""


def _profile(line: RowCells, tail: ProfileTail) -> dict[str, Any]:
    """Reads the profile of a sent row, and checks its consistency."""
    pix, certifiable = line.take_known(count, tail.pix), line.take_known(yes_no, tail.certifiable)
    counted = line.take_known(count, tail.certifiable_competences)
    levels = tuple(
        Level(name, line.take_known(level, place), line.take_known(count, place + 1)) for place, name in tail.levels
    )
    if line.cells[tail.pix] == "":
        line.problems.warn("pix-null", line.number)
    known = [(one.level, one.pix) for one in levels if one.level is not None and one.pix is not None]
    if known and len(known) == len(levels):
        total, enough = sum(each for _, each in known), sum(reached >= 1 for reached, _ in known)
        if pix not in (None, total):
            line.problems.warn("pix-mismatch", line.number, pix=pix, total=total)
        if counted not in (None, enough) or certifiable not in (None, enough >= ENOUGH):
            line.problems.warn("certifiable-mismatch", line.number, counted=enough)
    return {"pix": pix, "certifiable": certifiable, "certifiable_competences": counted, "levels": levels}


def level(text: str) -> int:
    """Reads a level, 0 to 8. Raises BadCell "integer" or "level-range"."""
    value = count(text)
    if value > HIGHEST:
        raise BadCell("level-range")
    return value


# --- reads one record of the file as a Row or a ProfileRow


def read_campaign(line: RowCells, layout: Layout[Any]) -> ExportCampaign | None:
    """Returns the campaign of a record, None after noting its problem."""
    head = layout.head
    number = line.take(count, head.campaign_id)
    if number is None:
        return None
    return ExportCampaign(number, _optional(line, head.code), unguard(line.cells[head.campaign_name]))


def read_organisation(line: RowCells) -> str:
    """Returns the name of the organisation, the first cell of every record, in one line; "" when nothing is to read."""
    shown = "".join(one if one.isprintable() else " " for one in unguard(line.cells[0]))
    return " ".join(shown.split()) if normalise(shown) else ""


def read_course(line: RowCells, layout: Layout[Any]) -> str | None:
    """Returns the internal name of the target profile, if the file has it."""
    return _optional(line, layout.head.course)


def read_row(line: RowCells, layout: Layout[Tail]) -> AssessmentRow | None:
    """Returns the participation of a record with the right number of cells; None if its sharing is unclear."""
    tail = layout.tail
    _check_texts(line, layout)
    shared = line.take(yes_no, tail.shared)
    started = _moment(line, tail.started, tail.started_zone)
    progress = None if tail.progress is None else line.take_rate(tail.progress)
    if shared is None:
        return None
    results = _read_shared(line, tail, shared, _results)
    shared_at = _moment(line, tail.shared_at, tail.shared_zone) if shared else None
    if shared and line.cells[tail.shared_at] == "":
        line.problems.warn("shared-without-date", line.number)
    return AssessmentRow(
        **_who(line, layout),
        progress=progress,
        started=started,
        shared=shared,
        shared_at=shared_at,
        paliers=tail.paliers,
        **results,
    )


def read_profile(line: RowCells, layout: Layout[ProfileTail]) -> ProfileRow | None:
    """Returns the profile of a record with the right number of cells; None if its sending is unclear."""
    tail = layout.tail
    _check_texts(line, layout)
    sent = line.take(yes_no, tail.shared)
    if sent is None:
        return None
    profile = _read_shared(line, tail, sent, _profile)
    at = _moment(line, tail.shared_at, tail.shared_zone) if sent else None
    if sent and line.cells[tail.shared_at] == "":
        line.problems.refuse("sent-without-date", line.number, column=line.headers[tail.shared_at])
    return ProfileRow(**_who(line, layout), shared=sent, shared_at=at, **profile)


def _who(line: RowCells, layout: Layout[Any]) -> dict[str, Any]:
    return {
        "line": line.number,
        "last_name": unguard(line.cells[layout.head.last_name]),
        "first_name": unguard(line.cells[layout.head.first_name]),
        "external_id": None,
        "imported": tuple((line.headers[place], unguard(line.cells[place])) for place in layout.free),
    }


def _moment(line: RowCells, place: int, zone: str) -> Moment | None:
    text = line.cells[place]
    if text in ABSENT:
        return None
    time = line.take(partial(moment, zone=zone), place)
    if time is not None and time.ambiguous:
        line.problems.warn("ambiguous-hour", line.number, column=line.headers[place], value=text)
    return time.at if time else None


def _optional(line: RowCells, place: int | None) -> str | None:
    """Returns the text of a cell that may be empty, and whose column may be missing."""
    return None if place is None else unguard(line.cells[place]) or None


def _check_texts(line: RowCells, layout: Layout[Any]) -> None:
    for place in range(layout.tail.start):
        if contains_control(line.cells[place]):
            line.problems.refuse("control-character", line.number, column=line.headers[place])
    for place in range(layout.head.last_name, layout.tail.start):
        if contains_nir(line.cells[place]):
            line.problems.refuse("nir", line.number, column=line.headers[place])
