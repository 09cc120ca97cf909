"""Entries of the team and of the sites on a day: I22, and the rule R15."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from pixflow.indicators.entry import FigureEntry, happened
from pixflow.indicators.path import Mark
from pixflow.team.staff import Team

KINDS = ("pix", "briefing", "training")
"""Milestones of members with Pix."""


def members(team: Team, day: date) -> Iterator[tuple[UUID, FigureEntry]]:
    """I22: members at work on a day, and those of them who took the test, were briefed or trained."""
    for id, member in team.items():
        if not member.joined or member.joined > day or not member.works(day):
            continue
        yield id, happened("I22", Mark(member.joined, 1), "there")
        for kind in KINDS:
            done = [one.stamp for one in member.milestones if one.kind == kind and one.stamp.on <= day]
            if done:
                last = max(done, key=lambda stamp: stamp.on)
                yield id, happened("I22", Mark(last.on, last.version), kind)


def referents(team: Team, sites: Sequence[str], opened: UUID, day: date) -> Iterator[tuple[UUID, FigureEntry]]:
    """R15: each site has a référent on the day. The line is the designation, or the opening of the structure."""
    designated = [
        (id, one.designated, one.designated_for) for id, one in team.items() if one.works(day) and one.designated
    ]
    for site in sites:
        found = next(((id, stamp) for id, stamp, of in designated if of in (site, None) and stamp.on <= day), None)
        if found:
            id, stamp = found
            yield id, happened("I24", Mark(day, stamp.version), "R15", reason=site)
        else:
            yield opened, happened("I24", Mark(day, 1), "R15", "out", reason=site)
