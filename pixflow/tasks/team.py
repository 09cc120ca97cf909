"""Tasks of the team's own use of Pix: a newcomer takes the test and is told of it, a site has its référent.

And of the team itself: each quarter somebody confirms who is still in it.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from pixflow.folding import Stamp
from pixflow.reference_data import References
from pixflow.structure import Structure
from pixflow.tasks.builder import task
from pixflow.tasks.task import Task
from pixflow.team.staff import Staff

BRIEFED = frozenset({"advisor", "facilitator"})
"""The roles whose newcomers are told what Pix is for."""


def of_staff(member: Staff, refs: References) -> list[Task]:
    """Returns what is owed for a newcomer, through their last day. Those there at the opening are none."""
    if member.joined is None or refs.structure.opened is None or member.joined <= refs.structure.opened:
        return []
    gone = member.left + timedelta(days=1) if member.left else None
    return [replace(one, lapses=gone) for one in _of_newcomer(member, Stamp(member.joined, 1), refs)]


def _of_newcomer(member: Staff, joined: Stamp, refs: References) -> Iterator[Task]:
    if "advisor" in member.roles and member.last("pix") is None:
        yield task(refs, "take-pix", "", "advisor", joined)
    told = member.last("briefing")
    if member.roles & BRIEFED and (told is None or told.stamp.on < joined.on):
        yield task(refs, "brief-newcomer", "", "referent", joined)


def of_structure(structure: Structure, refs: References) -> list[Task]:
    """Returns the confirmation of the team, and the designation of a référent owed for each site that has none."""
    if structure.opened is None or not refs.protocols.published:
        return []
    opened = Stamp(structure.opened, 1)
    without = ((site, _without_since(site, opened.on, refs)) for site in structure.sites)
    owed = [
        task(refs, "designate-referent", site, "manager", Stamp(day, 1), {"site": site}) for site, day in without if day
    ]
    return [_confirmation(structure.confirmed or opened, refs), *owed]


def _confirmation(last: Stamp, refs: References) -> Task:
    opens = refs.calendar.add(last.on, refs.protocol(last.on).delays.confirm_team_opens)
    return task(refs, "confirm-team", "", "manager", last, opens=opens)


def _without_since(site: str, opened: date, refs: References) -> date | None:
    """Returns the first day that a site has no référent; None when no end of theirs is known."""
    own = [one for one in refs.team.values() if "referent" in one.roles and one.designated_for in (None, site)]
    lasts = [_last_day(one) for one in own]
    if None in lasts:
        return None
    ended = [one.referent_ended for one in refs.team.values() if one.referent_ended]
    return max([opened, *ended, *(day + timedelta(days=1) for day in lasts if day)])


def _last_day(member: Staff) -> date | None:
    return min(filter(None, (member.left, member.ends.get("referent"))), default=None)
