"""The forms about a member of staff: what each asks, and the decision it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.engine import new_id
from pixflow.events.values import Role
from pixflow.team import absences, milestones, staff
from pixflow.team.staff import Staff
from web.desk.desk import Desk
from web.french import vocabulary
from web.http.forms import Day, Form

Arguments = dict[str, Any]


class Joining(Form):
    name: str
    email: str
    phone: str | None = None
    site: str | None = None
    roles: tuple[Role, ...] = ()


class Roles(Form):
    roles: tuple[Role, ...] = ()
    anyway: bool = False


class Contact(Form):
    phone: str | None = None


class Away(Form):
    about: UUID | None = None
    first: Day
    last: Day
    deputy: UUID | None = None
    anyway: bool = False


class About(Form):
    about: UUID


class Leaving(Form):
    last_day: Day
    anyway: bool = False


class Designation(Form):
    site: str | None = None


class Dated(Form):
    on: Day


class Titled(Dated):
    title: str


class TakenBack(Form):
    about: int
    reason: str


@dataclass(frozen=True, slots=True)
class TeamForm:
    """One form: its decision, its model, how its fields become arguments, and what a blank one shows.

    `offered` says whether it makes sense for this person today; `about` is an absence's id or a fact's version.
    """

    decision: Decision[..., Any]
    model: type[Form]
    said: Callable[[Any], Arguments] = lambda form: form.model_dump(exclude={"command_id", "seen"})
    initial: Callable[[Desk, Staff, str], Mapping[str, Any]] = lambda desk, member, about: {}
    offered: Callable[[Staff, Desk], bool] = lambda member, desk: member.works(desk.today)


def offers(desk: Desk, person: UUID) -> frozenset[str]:
    """The forms that the person at the desk may open about somebody."""
    member = desk.refs.team[person]
    return frozenset(
        name
        for name, form in FORMS.items()
        if desk.may(form.decision, Subject(member=person)) and form.offered(member, desk)
    )


def unknown(desk: Desk, form: Form) -> dict[str, str]:
    """What is chosen from a list must be on it."""
    site = getattr(form, "site", None)
    known = site is None or site in desk.refs.structure.sites
    return {} if known else {"site": vocabulary.invalid("literal_error", {})}


def _away(form: Away) -> Arguments:
    said = form.model_dump(include={"first", "last", "deputy", "anyway"})
    return {**said, "absence": form.about or new_id(form.command_id, "absence")}


def _days(desk: Desk, member: Staff, about: str) -> Mapping[str, Any]:
    """The absence as it is declared, or from today."""
    known = next((away for id, away in member.absences.items() if str(id) == about), None)
    if known is None:
        return {"first": desk.today.isoformat()}
    return {"first": known.first.isoformat(), "last": known.last.isoformat(), "deputy": known.deputy or ""}


def _today(desk: Desk, member: Staff, about: str) -> Mapping[str, Any]:
    return {"on": desk.today.isoformat()}


FORMS: dict[str, TeamForm] = {
    "absence": TeamForm(absences.declare_absence, Away, _away, _days),
    "cancel": TeamForm(absences.cancel_absence, About, lambda form: {"absence": form.about}),
    "roles": TeamForm(staff.change_roles, Roles, initial=lambda desk, member, about: {"roles": sorted(member.roles)}),
    "contact": TeamForm(staff.state_contact, Contact, initial=lambda desk, member, about: {"phone": member.phone}),
    "leave": TeamForm(
        staff.record_departure,
        Leaving,
        initial=lambda desk, member, about: {"last_day": member.left.isoformat() if member.left else ""},
    ),
    "back": TeamForm(staff.undo_departure, Form, lambda form: {}, offered=lambda member, desk: member.left is not None),
    "designate": TeamForm(
        milestones.designate_referent,
        Designation,
        initial=lambda desk, member, about: {"site": member.designated_for or ""},
    ),
    "pix": TeamForm(
        milestones.take_pix,
        Dated,
        initial=_today,
        offered=lambda member, desk: member.works(desk.today) and member.last("pix") is None,
    ),
    "training": TeamForm(milestones.attend_training, Titled, initial=_today),
    "briefing": TeamForm(milestones.hold_briefing, Titled, initial=_today),
    "take-back": TeamForm(
        milestones.undo_milestone,
        TakenBack,
        lambda form: {"version": form.about, "reason": form.reason},
        offered=lambda member, desk: bool(member.milestones),
    ),
}
