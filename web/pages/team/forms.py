"""The forms about a member of staff: their fields, and the decision that each takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.decision import ACCOUNTS, Decision
from pixflow.engine import new_id
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.refused import Refused
from pixflow.team import absences, membership
from pixflow.team import membership as milestones
from pixflow.team import membership as roles
from pixflow.team.staff import Staff
from web.desk.desk import Desk
from web.french import validation, vocabulary
from web.http.forms import DatedForm, Day, Form

Arguments = dict[str, Any]
MILESTONES = {"pix": "Pix passé", "training": "Formation", "briefing": "Information"}
"""The labels of the milestones of a member."""


class JoinForm(Form):
    name: str
    email: str
    phone: str | None = None
    site: str | None = None
    roles: tuple[Role, ...] = ()
    until: Day | None = None


class RolesForm(Form):
    roles: tuple[Role, ...] = ()
    until: Day | None = None
    anyway: bool = False


class ConfirmRoleForm(Form):
    role: Role


class StaffContactForm(Form):
    phone: str | None = None


class AbsenceForm(Form):
    absence: UUID | None = None
    first: Day
    last: Day
    deputy: UUID | None = None
    anyway: bool = False


class CancelAbsenceForm(Form):
    absence: UUID


class DepartureForm(Form):
    last_day: Day
    anyway: bool = False


class DesignationForm(Form):
    site: str | None = None


class TitledForm(DatedForm):
    title: str


class UndoMilestoneForm(Form):
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class TeamForm:
    """One form: its decision, its model, its arguments, and the values of a blank one.

    `offered` tells if it makes sense for a member today, `others` that nobody fills it about themselves. `subject` is
    the hidden field that says what it is about.
    """

    decision: Decision[..., Any]
    model: type[Form]
    arguments: Callable[[Any], Arguments] = lambda form: form.model_dump(exclude={"command_id", "seen"})
    initial: Callable[[Desk, Staff, str], Mapping[str, Any]] = lambda desk, member, about: {}
    offered: Callable[[Staff, Desk], bool] = lambda member, desk: member.works(desk.today)
    others: bool = False
    subject: str = ""


def offers(desk: Desk, person: UUID) -> frozenset[str]:
    """Returns the forms that the person at the desk may open about a member."""
    member = desk.refs.team[person]
    return frozenset(
        name
        for name, form in FORMS.items()
        if desk.may(form.decision, Subject(member=person))
        and form.offered(member, desk)
        and not (form.others and person == desk.me)
    )


def confirmable(desk: Desk, person: UUID) -> list[Role]:
    """Returns the roles of a member that wait, and that the person at the desk may confirm as the second one."""
    member = desk.refs.team[person]
    if not (member.awaiting and member.works(desk.today) and desk.may(roles.confirm_role, Subject(member=person))):
        return []
    mine = desk.actor.id
    return [role for role in vocabulary.ROLES if role in member.awaiting and _may_confirm(desk, person, role, mine)]


def confirmers(desk: Desk, person: UUID, role: Role) -> list[str]:
    """Returns the names of those who may confirm a role that waits, and can sign in where people do."""
    able = (
        (id, one)
        for id, one in desk.refs.team.items()
        if one.roles_on(desk.today) & ACCOUNTS.reach.keys() and (one.access.is_open or not desk.host.site)
    )
    return sorted((one.name for id, one in able if _may_confirm(desk, person, role, str(id))), key=normalise)


def _may_confirm(desk: Desk, person: UUID, role: Role, actor: str) -> bool:
    team = desk.refs.team
    try:
        return bool(roles.confirm_role(team[person], role=role, on=desk.today, person=person, team=team, actor=actor))
    except Refused:
        return False


def unknown_site(desk: Desk, form: Form) -> dict[str, str]:
    """Returns an error for a site that is not one of the structure's."""
    site = getattr(form, "site", None)
    known = site is None or site in desk.refs.structure.sites
    return {} if known else {"site": validation.invalid("literal_error", {})}


def _absence(form: AbsenceForm) -> Arguments:
    fields = form.model_dump(include={"first", "last", "deputy", "anyway"})
    return {**fields, "absence": form.absence or new_id(form.command_id, "absence")}


def _days(desk: Desk, member: Staff, about: str) -> Mapping[str, Any]:
    """Returns the values of a declared absence, or those of a new one from today."""
    known = next((away for id, away in member.absences.items() if str(id) == about), None)
    if known is None:
        return {"first": desk.today.isoformat()}
    return {"first": known.first.isoformat(), "last": known.last.isoformat(), "deputy": known.deputy or ""}


def _today(desk: Desk, member: Staff, about: str) -> Mapping[str, Any]:
    return {"on": desk.today.isoformat()}


FORMS: dict[str, TeamForm] = {
    "absence": TeamForm(absences.declare_absence, AbsenceForm, _absence, _days, subject="absence"),
    "cancel": TeamForm(absences.cancel_absence, CancelAbsenceForm, subject="absence"),
    "roles": TeamForm(
        roles.change_roles,
        RolesForm,
        initial=lambda desk, member, about: {"roles": sorted(member.granted(desk.today))},
        others=True,
    ),
    "confirm": TeamForm(
        roles.confirm_role,
        ConfirmRoleForm,
        offered=lambda member, desk: member.works(desk.today) and bool(member.awaiting),
        subject="role",
    ),
    "contact": TeamForm(
        membership.state_contact, StaffContactForm, initial=lambda desk, member, about: {"phone": member.phone}
    ),
    "leave": TeamForm(
        membership.record_departure,
        DepartureForm,
        initial=lambda desk, member, about: {"last_day": member.left.isoformat() if member.left else ""},
    ),
    "back": TeamForm(membership.undo_departure, Form, offered=lambda member, desk: member.left is not None),
    "designate": TeamForm(
        milestones.designate_referent,
        DesignationForm,
        initial=lambda desk, member, about: {"site": member.designated_for or ""},
        others=True,
    ),
    "pix": TeamForm(
        milestones.take_pix,
        DatedForm,
        initial=_today,
        offered=lambda member, desk: member.works(desk.today) and member.last("pix") is None,
    ),
    "training": TeamForm(milestones.attend_training, TitledForm, initial=_today),
    "briefing": TeamForm(milestones.hold_briefing, TitledForm, initial=_today),
    "take-back": TeamForm(
        milestones.undo_milestone,
        UndoMilestoneForm,
        offered=lambda member, desk: bool(member.milestones),
        subject="version",
    ),
}
