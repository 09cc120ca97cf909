"""The forms about a member of staff: their fields, and the decision that each takes."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.decision import ACCOUNTS
from pixflow.engine import new_id
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.refused import Refused
from pixflow.team import absences, membership
from pixflow.team.absences import chooses_deputies
from pixflow.team.staff import Staff
from web.desk.colleagues import left_to_nobody
from web.desk.commands import FormSpec, Values, read_fields
from web.desk.desk import Desk
from web.french import validation, vocabulary
from web.french.typography import say
from web.http.forms import DatedForm, Day, Form

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamForm(FormSpec[Staff]):
    """A form about a member. `offered` tells if it makes sense for them today.

    `others`: nobody fills it about themselves.
    """

    offered: Callable[[Staff, Desk], bool] = lambda member, desk: member.works(desk.today)
    others: bool = False


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
    if not (member.awaiting and member.works(desk.today) and desk.may(membership.confirm_role, Subject(member=person))):
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
        return bool(
            membership.confirm_role(team[person], role=role, on=desk.today, person=person, team=team, actor=actor)
        )
    except Refused:
        return False


def unknown_site(desk: Desk, form: Form) -> dict[str, str]:
    """Returns an error for a site that is not one of the structure's."""
    site = getattr(form, "site", None)
    known = site is None or site in desk.refs.structure.sites
    return {} if known else {"site": validation.invalid("literal_error", {})}


def _must_leave_work_to_somebody(desk: Desk, member: Staff, form: AbsenceForm) -> dict[str, str]:
    """Returns an error that says what an absence without a deputy leaves to nobody, until it is accepted."""
    person = next((id for id, one in desk.refs.team.items() if one == member), None)
    asked = person is not None and chooses_deputies(desk.refs.team, desk.actor.id, person, desk.today)
    if person is None or not asked or form.deputy or form.anyway or "advisor" not in member.roles_on(form.first):
        return {}
    left = left_to_nobody(desk, person, max(desk.today, form.first), form.last)
    text = "Sans suppléance, personne ne verra son travail : {left}. Choisissez quelqu’un, ou cochez la case plus bas."
    return {"deputy": say(text, left=left)} if left else {}


def _days(desk: Desk, member: Staff, about: str) -> Values:
    """Returns the values of a declared absence, or those of a new one from today."""
    absence = next((away for id, away in member.absences.items() if str(id) == about), None)
    if absence is None:
        return {"first": desk.today.isoformat()}
    return {"first": absence.first.isoformat(), "last": absence.last.isoformat(), "deputy": absence.deputy or ""}


def _today(desk: Desk, member: Staff, about: str) -> Values:
    return {"on": desk.today.isoformat()}


FORMS: dict[str, TeamForm] = {
    "absence": TeamForm(
        decision=absences.declare_absence,
        model=AbsenceForm,
        about="absence",
        initial=_days,
        check=_must_leave_work_to_somebody,
        arguments=lambda desk, member, form: (
            {**read_fields(form), "absence": form.absence or new_id(form.command_id, "absence")},
            {},
        ),
    ),
    "cancel": TeamForm(decision=absences.cancel_absence, model=CancelAbsenceForm, about="absence"),
    "roles": TeamForm(
        decision=membership.change_roles,
        model=RolesForm,
        initial=lambda desk, member, about: {"roles": sorted(member.roles_granted(desk.today))},
        others=True,
    ),
    "confirm": TeamForm(
        decision=membership.confirm_role,
        model=ConfirmRoleForm,
        about="role",
        offered=lambda member, desk: member.works(desk.today) and bool(member.awaiting),
    ),
    "contact": TeamForm(
        decision=membership.state_contact,
        model=StaffContactForm,
        initial=lambda desk, member, about: {"phone": member.phone},
    ),
    "leave": TeamForm(
        decision=membership.record_departure,
        model=DepartureForm,
        initial=lambda desk, member, about: {"last_day": member.left.isoformat() if member.left else ""},
    ),
    "back": TeamForm(
        decision=membership.undo_departure, model=Form, offered=lambda member, desk: member.left is not None
    ),
    "designate": TeamForm(
        decision=membership.designate_referent,
        model=DesignationForm,
        initial=lambda desk, member, about: {"site": member.designated_for or ""},
        check=lambda desk, member, form: unknown_site(desk, form),
        others=True,
    ),
    "pix": TeamForm(
        decision=membership.take_pix,
        model=DatedForm,
        initial=_today,
        offered=lambda member, desk: member.works(desk.today) and member.last("pix") is None,
    ),
    "training": TeamForm(decision=membership.attend_training, model=TitledForm, initial=_today),
    "briefing": TeamForm(decision=membership.hold_briefing, model=TitledForm, initial=_today),
    "take-back": TeamForm(
        decision=membership.undo_milestone,
        model=UndoMilestoneForm,
        about="version",
        offered=lambda member, desk: bool(member.milestones),
    ),
}
