"""The page of a member of staff: absences, roles, milestones, departure, history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from pixflow.authorization import Subject
from pixflow.dossier.assignment import assign_advisor
from pixflow.events.base import Recorded
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.team.absences import absences_deputised_by, chooses_deputies, covers
from pixflow.team.accounts import invite_account
from pixflow.team.staff import Absence
from web.desk.colleagues import IDLE, absence_text, days_text, loads, role_labels
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import Receipt
from web.desk.team.loans import loan_rows
from web.french import dates, typography, vocabulary
from web.french.events import sentences
from web.french.typography import plural
from web.http.addresses import whole_number
from web.http.forms import OpenForm, errors_shown
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.team import undo
from web.pages.team.access import AccessRow, access_row
from web.pages.team.board import MILESTONES
from web.pages.team.forms import FORMS, confirmable, confirmers, offers
from web.pages.team.moves import move_rows

READERS: frozenset[Role] = frozenset({"referent", "manager", "administrator", "auditor"})
"""The roles that read the history of everybody. A member reads their own."""

_COMMON = ("Absence", "Adresse", "Annulé", "Rôle", "Téléphone")
"""The first words of the sentences of a member that do not begin with a name."""


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


def blank(desk: Desk, person: UUID, name: str, about: str) -> OpenForm:
    """Returns a form with the values of the member."""
    member = desk.refs.team[person]
    return OpenForm(name, about, FORMS[name].initial(desk, member, about), seen=member.version)


def refused_form(name: str, sent: Mapping[str, Any], errors: Mapping[str, str]) -> OpenForm:
    """Returns a form with every value that was sent, and its errors."""
    subject = FORMS[name].subject
    seen = whole_number(str(sent.get("seen", "")))
    return OpenForm(name, str(sent.get(subject, "")), sent, errors_shown(errors, {subject}), seen)


def member_page(
    request: Request, desk: Desk, id: UUID, form: OpenForm | None, *, done: int = -1, problem: str = ""
) -> Response:
    """Shows a member. `form` is the one that is open; `problem` says why nothing was recorded.

    `done` is the version just recorded: 0 for no event, -1 for nothing to say.
    """
    member, load = desk.refs.team[id], loads(desk).get(id, IDLE)
    days = sorted(member.absences.values(), key=lambda away: away.first)
    trail = desk.trail(id)
    names, zone = names_for(desk), desk.zone
    said = {r.originator_version: sentences.sentence(r, names, zone=zone, history=trail) for r in trail}
    told = [(said[r.originator_version], sentences.when(r, zone), sentences.who(r, names)) for r in trail[::-1]]
    refused = problem or (form and form.errors)
    return show(
        request,
        "team/member.html",
        "person",
        NOBODY,
        status=422 if refused else 200,
        id=id,
        member=member,
        load=load,
        roles=role_labels(member, min(desk.today, member.left or desk.today)),
        waiting=_waiting(desk, id),
        is_me=id == desk.me,
        works=member.works(desk.today),
        today=desk.today,
        receipt=_receipt(desk, done, said, trail),
        problem=problem,
        access=_access(desk, id),
        loans=loan_rows(desk, [id]),
        moves=move_rows(desk, id),
        may_hand_over=desk.may(assign_advisor),
        offers=offers(desk, id),
        form=form,
        subject=FORMS[form.name].subject if form else "",
        deputies=_deputies(desk, id),
        sites=sites(desk),
        absences=[(away.id, absence_text(desk, away)) for away in days if away.last >= desk.today],
        past_absences=[absence_text(desk, away) for away in days[::-1] if away.last < desk.today],
        deputised=[(desk.refs.team[who].name, days_text(desk, away)) for who, away in _deputised(desk, id)],
        latest=[(label, member.last(kind)) for kind, label in MILESTONES.items()],
        noted=sorted(member.milestones, key=lambda one: one.stamp.on, reverse=True),
        labels=MILESTONES,
        history=told if id == desk.me or desk.roles & READERS else [],
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
