"""Reads the cells of one profile (docs/pix-orga.md#profiles)."""

from dataclasses import dataclass

from pixflow.events.values import Level
from pixflow.pix_orga.cells import BadCell, count, yes_no
from pixflow.pix_orga.columns.profile_columns import ProfileTail
from pixflow.pix_orga.results import RowCells

HIGHEST = 8
ENOUGH = 5
"""Number of competences of level 1 or more that make a profile certifiable (docs/pix-orga.md#framework)."""


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """Content of a profile; all fields are empty when it is not sent."""

    pix: int | None = None
    certifiable: bool | None = None
    certifiable_competences: int | None = None
    levels: tuple[Level, ...] = ()


def read_profile(line: RowCells, tail: ProfileTail) -> ProfileResult:
    """Reads the profile of a sent row, and checks its consistency."""
    if not line.shows(tail.shared_at):
        return ProfileResult()
    levels = (
        Level(name, line.take_known(level, place), line.take_known(count, place + 1)) for place, name in tail.levels
    )
    profile = ProfileResult(
        pix=line.take_known(count, tail.pix),
        certifiable=line.take_known(yes_no, tail.certifiable),
        certifiable_competences=line.take_known(count, tail.certifiable_competences),
        levels=tuple(levels),
    )
    _check(line, tail, profile)
    return profile


def empty_profile(line: RowCells, tail: ProfileTail) -> ProfileResult:
    """Returns the empty profile of a row that is not sent."""
    line.hides(tail.shared_at)
    return ProfileResult()


def level(text: str) -> int:
    """Reads a level, 0 to 8. Raises BadCell "integer" or "level-range"."""
    value = count(text)
    if value > HIGHEST:
        raise BadCell("level-range")
    return value


def _check(line: RowCells, tail: ProfileTail, profile: ProfileResult) -> None:
    if line.cells[tail.pix] == "":
        line.problems.warn("pix-null", line.number)
    pix = [one.pix for one in profile.levels if one.pix is not None]
    levels = [one.level for one in profile.levels if one.level is not None]
    if not levels or len(levels) < len(profile.levels) or len(pix) < len(profile.levels):
        return
    if profile.pix not in (None, sum(pix)):
        line.problems.warn("pix-mismatch", line.number, pix=profile.pix, total=sum(pix))
    counted = sum(one >= 1 for one in levels)
    written = profile.certifiable_competences
    if written not in (None, counted) or profile.certifiable not in (None, counted >= ENOUGH):
        line.problems.warn("certifiable-mismatch", line.number, counted=counted)
