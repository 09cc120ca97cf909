"""The page of a member of staff: absences, roles, milestones, departure, history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.dossier.assignment import assign_advisor
from pixflow.events.base import Recorded
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.team.absences import absences_deputised_by, chooses_deputies, covers
from pixflow.team.accounts import invite_account
from pixflow.team.staff import Absence, Milestone
from web.desk.colleagues import IDLE, absence_text, days_text, loads, role_labels
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import Receipt
from web.desk.team.loans import LoanRow, loan_rows
from web.french import dates, typography, vocabulary
from web.french.events import sentences
from web.french.typography import plural
from web.http.addresses import whole_number
from web.http.forms import OpenForm, errors_shown
from web.http.people import NOBODY
from web.http.templates import Page
from web.pages.team import undo
from web.pages.team.access import AccessRow, access_row
from web.pages.team.board import MILESTONES
from web.pages.team.forms import FORMS, confirmable, confirmers, offers
from web.pages.team.moves import MoveRow, move_rows

READERS: frozenset[Role] = frozenset({"referent", "manager", "administrator", "auditor"})
"""The roles that read the history of everybody. A member reads their own."""

_COMMON = ("Absence", "Adresse", "Annulé", "Rôle", "Téléphone")
"""The first words of the sentences of a member that do not begin with a name."""


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """An absence that is not over, in words."""

    id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class WaitingRole:
    """A role that waits for a second person, `since` when. `may_confirm`: the person at the desk is one.

    `seconds` are the names of all who may confirm it.
    """

    role: Role
    label: str
    giver: str
    since: str
    may_confirm: bool
    seconds: Sequence[str]


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone that was noted, or the latest of its kind: no day when there is none."""

    label: str
    on: date | None = None
    title: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class MemberEvent:
    """An event of a member's history, in words."""

    sentence: str
    when: str
    who: str


@dataclass(frozen=True, kw_only=True)
class MemberPage(Page):
    """A member of staff. `offers` are the forms that may be opened, `form` is the one that is open.

    `deputised` are the colleagues they stand in for, with the days; `works`: they have not left yet.
    `subject` is the hidden field of the open form; `receipt` says what was just recorded, `problem` why nothing was.
    `access` is their account, for those who decide of accounts.
    """

    template = "team/member.html"
    block = "person"
    shows = NOBODY

    id: UUID
    name: str
    roles: Sequence[str]
    waiting: Sequence[WaitingRole]
    is_me: bool
    designated: date | None
    designated_for: str
    site: str
    email: str
    phone: str
    left: date | None
    works: bool
    today: date
    receipt: Receipt | None
    problem: str
    access: AccessRow | None
    dossiers: int
    tasks: int
    loans: Sequence[LoanRow]
    moves: Sequence[MoveRow]
    may_hand_over: bool
    offers: frozenset[str]
    form: OpenForm | None
    subject: str
    deputies: Sequence[tuple[str, str]]
    sites: Sequence[tuple[str, str]]
    absences: Sequence[AbsenceRow]
    past_absences: Sequence[str]
    deputised: Sequence[tuple[str, str]]
    latest: Sequence[MilestoneRow]
    milestones: Sequence[MilestoneRow]
    history: Sequence[MemberEvent]


def blank(desk: Desk, person: UUID, name: str, about: str) -> OpenForm:
    """Returns a form with the values of the member."""
    member = desk.refs.team[person]
    return OpenForm(name, about, FORMS[name].initial(desk, member, about), seen=member.version)


def refused_form(name: str, sent: Mapping[str, Any], errors: Mapping[str, str]) -> OpenForm:
    """Returns a form with every value that was sent, and its errors."""
    subject = FORMS[name].subject
    seen = whole_number(str(sent.get("seen", "")))
    return OpenForm(name, str(sent.get(subject, "")), sent, errors_shown(errors, {subject}), seen)


def member_page(desk: Desk, id: UUID, form: OpenForm | None, *, done: int = -1, problem: str = "") -> MemberPage:
    """Returns the page of a member; `done` is the version just recorded: 0 for no event, -1 for nothing to say."""
    member, load = desk.refs.team[id], loads(desk).get(id, IDLE)
    days = sorted(member.absences.values(), key=lambda away: away.first)
    trail = desk.trail(id)
    sentences_by_version, events = _history(desk, trail)
    noted = sorted(member.milestones, key=lambda one: one.stamp.on, reverse=True)
    return MemberPage(
        id=id,
        name=member.name,
        roles=role_labels(member, min(desk.today, member.left or desk.today)),
        waiting=_waiting(desk, id),
        is_me=id == desk.me,
        designated=member.designated.on if member.designated else None,
        designated_for=member.designated_for or "",
        site=member.site or "",
        email=member.email,
        phone=member.phone or "",
        left=member.left,
        works=member.works(desk.today),
        today=desk.today,
        receipt=_receipt(desk, done, sentences_by_version, trail),
        problem=problem,
        access=_access(desk, id),
        dossiers=load.dossiers,
        tasks=load.tasks,
        loans=loan_rows(desk, [id]),
        moves=move_rows(desk, id),
        may_hand_over=desk.may(assign_advisor),
        offers=offers(desk, id),
        form=form,
        subject=FORMS[form.name].subject if form else "",
        deputies=_deputies(desk, id),
        sites=sites(desk),
        absences=[AbsenceRow(away.id, absence_text(desk, away)) for away in days if away.last >= desk.today],
        past_absences=[absence_text(desk, away) for away in days[::-1] if away.last < desk.today],
        deputised=[(desk.refs.team[who].name, days_text(desk, away)) for who, away in _deputised(desk, id)],
        latest=[_latest(label, member.last(kind)) for kind, label in MILESTONES.items()],
        milestones=[_latest(MILESTONES[one.kind], one) for one in noted],
        history=events if id == desk.me or desk.roles & READERS else [],
    )


def sites(desk: Desk) -> list[tuple[str, str]]:
    """Returns the options of a list of sites."""
    return [("", "toute la structure"), *((site, site) for site in desk.refs.structure.sites)]


def _access(desk: Desk, id: UUID) -> AccessRow | None:
    site = desk.host.site
    shown = site and desk.may(invite_account, Subject(member=id)) and desk.refs.team[id].works(desk.today)
    return access_row(desk, site, id) if site and shown else None


def _waiting(desk: Desk, id: UUID) -> list[WaitingRole]:
    """Returns the roles that wait for a second person, each with who granted it."""
    member, may, names = desk.refs.team[id], confirmable(desk, id), names_for(desk)
    held = member.awaiting if member.works(desk.today) else {}
    days = {role: dates.ago(member.awaiting_since[role], desk.today) for role in held}
    return [
        WaitingRole(
            role, vocabulary.ROLES[role], names.staff(giver), days[role], role in may, confirmers(desk, id, role)
        )
        for role, giver in held.items()
    ]


def _latest(label: str, milestone: Milestone | None) -> MilestoneRow:
    if milestone is None:
        return MilestoneRow(label)
    return MilestoneRow(label, milestone.stamp.on, milestone.title, milestone.stamp.version)


def _receipt(desk: Desk, done: int, said: Mapping[int, str], trail: Sequence[Recorded]) -> Receipt | None:
    """Returns the receipt of the command that recorded a version, with its undo."""
    if done == 0:
        return Receipt("Rien de plus : c’était déjà noté.")
    command = next((one.command for one in trail if one.originator_version == done), None)
    lines = [_inside(said[one.originator_version]) for one in trail if one.command == command]
    return undo.offer(desk, "Enregistré :", lines, str(command)) if lines else None


def _inside(sentence: str) -> str:
    """Returns a sentence as it stands after a colon: "absence de Nadia Benali…", but "Nadia Benali a passé Pix"."""
    return typography.lower_first(sentence) if sentence.startswith(_COMMON) else sentence


def _history(desk: Desk, trail: Sequence[Recorded]) -> tuple[dict[int, str], list[MemberEvent]]:
    """Returns the sentence of each version, and the events of the member, the latest first."""
    names, zone = names_for(desk), desk.zone
    said = {r.originator_version: sentences.sentence(r, names, zone=zone, history=trail) for r in trail}
    return said, [
        MemberEvent(said[r.originator_version], sentences.when(r, zone), sentences.who(r, names)) for r in trail[::-1]
    ]


def _deputised(desk: Desk, id: UUID) -> list[tuple[UUID, Absence]]:
    return sorted(absences_deputised_by(desk.refs.team, id, desk.today, date.max), key=lambda pair: pair[1].first)


def _deputies(desk: Desk, person: UUID) -> list[tuple[str, str]]:
    """Returns the colleagues who hold the roles of a member, by name, with the number of their tasks.

    Those chosen already alone, for who chooses no deputy.
    """
    of, team, absent = loads(desk), desk.refs.team, desk.refs.team[person]
    chosen = {away.deputy for away in absent.absences.values()}
    chooses = chooses_deputies(team, desk.actor.id, person, desk.today)
    able = ((id, one.name) for id, one in team.items() if id != person and covers(one, absent, desk.today))
    found = [(id, name) for id, name in able if chooses or id in chosen]
    ordered = sorted(found, key=lambda pair: normalise(pair[1]))
    return [("", "personne"), *((str(id), f"{name} ({_tasks(of.get(id, IDLE).tasks)})") for id, name in ordered)]


def _tasks(count: int) -> str:
    return plural(count, "tâche") if count else "aucune tâche"
