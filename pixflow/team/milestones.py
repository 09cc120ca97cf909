"""Milestones of the team's own use of Pix: référent, test taken, training, briefing (docs/mission.md)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pixflow.decision import ACCOUNTS, OWN_MILESTONES, Argument, decision
from pixflow.events import staff as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Role
from pixflow.folding import retractions_by_version
from pixflow.refused import Refused, required
from pixflow.team.roles import granted_roles
from pixflow.team.staff import Staff, Team, must_work


@decision("designate_referent", ACCOUNTS, Argument.TEAM, Argument.PERSON, Argument.ACTOR)
def designate_referent(
    staff: Staff, *, site: str | None, on: date, person: UUID, team: Team, actor: str
) -> list[Event]:
    """Designates somebody else référent Pix of a site or of the whole structure, and grants the role."""
    must_work(staff, on)
    if staff.designated and staff.designated_for == site:
        return []
    if actor == str(person):
        raise Refused("own-roles")
    lacking: list[Role] = [] if "referent" in staff.granted(on) else ["referent"]
    granted = granted_roles(staff, lacking, on=on, person=person, team=team, actor=actor)
    return [*granted, e.ReferentDesignated(site=site, on=on)]


@decision("take_pix", OWN_MILESTONES)
def take_pix(staff: Staff, *, on: date) -> list[Event]:
    """Records that a member took the test, once."""
    must_work(staff, on)
    taken = staff.last("pix")
    if taken is None:
        return [e.PixTakenByStaff(on=on)]
    if taken.stamp.on == on:
        return []
    raise Refused("already-noted", on=taken.stamp.on)


@decision("attend_training", OWN_MILESTONES)
def attend_training(staff: Staff, *, title: str, on: date) -> list[Event]:
    must_work(staff, on)
    title = required(title, "title")
    return [] if _known(staff, "training", title, on) else [e.TrainingAttended(title=title, on=on)]


@decision("hold_briefing", OWN_MILESTONES)
def hold_briefing(staff: Staff, *, title: str, on: date) -> list[Event]:
    """Records that a member was briefed on Pix. `title` is the meeting."""
    must_work(staff, on)
    title = required(title, "title")
    return [] if _known(staff, "briefing", title, on) else [e.BriefingHeld(title=title, on=on)]


@decision("take_back", OWN_MILESTONES, Argument.HISTORY)
def undo_milestone(staff: Staff, *, version: int, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts a test, a training or a briefing noted by mistake."""
    if version in retractions_by_version(history):
        return []
    if not any(one.stamp.version == version for one in staff.milestones):
        raise Refused("not-noted")
    return [e.Retracted(version=version, reason=required(reason, "reason"), on=on)]


def _known(staff: Staff, kind: str, title: str, on: date) -> bool:
    return any((one.kind, one.title, one.stamp.on) == (kind, title, on) for one in staff.milestones)
