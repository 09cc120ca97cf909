"""One person of the team: days away, roles, steps, departure, and what was recorded of all that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.dossier.assignment import assign_advisor
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.team.absences import absences_deputised_by
from pixflow.team.staff import Absence
from projections import advisor_queue, audit_trail, dossier_sheet
from web.desk.colleagues import absence_said, days_said
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import vocabulary
from web.french.events import sentences
from web.french.vocabulary import plural
from web.pages.team.board import STEPS
from web.pages.team.forms import FORMS, offers

STANDING_IN: tuple[Role, ...] = ("advisor", "referent")


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The form that is open: its values, and what is wrong with them."""

    name: str
    about: str
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def blank(cls, desk: Desk, person: UUID, name: str, about: str) -> "OpenForm":
        return cls(name, about, FORMS[name].initial(desk, desk.refs.team[person], about))

    @classmethod
    def again(cls, name: str, sent: Mapping[str, Any], errors: Mapping[str, str]) -> "OpenForm":
        """With the values that were sent, all of them kept; what is wrong with a hidden field is said of the form."""
        shown = {("" if key in ("about", "command_id", "seen") else key): said for key, said in errors.items()}
        return cls(name, str(sent.get("about", "")), sent, shown)

    def get(self, name: str) -> Any:
        return self.values.get(name, "")

    def many(self, name: str) -> list[str]:
        """The values of a name that may come several times."""
        value = self.get(name)
        return [value] if isinstance(value, str) else [str(one) for one in value]

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


def context(desk: Desk, id: UUID, opened: OpenForm | None, *, done: int = -1) -> dict[str, Any]:
    """Everything team/colleague.html needs; `done` is the version just recorded (-1 for none)."""
    member = desk.refs.team[id]
    days = sorted(member.absences.values(), key=lambda away: away.first)
    return {
        "desk": desk,
        "id": id,
        "member": member,
        "offers": offers(desk, id),
        "form": opened,
        "steps": STEPS,
        "here": member.works(desk.today),
        "mine": id == desk.me,
        "roles": [label for role, label in vocabulary.ROLES.items() if role in member.roles],
        "sees": id == desk.me or bool(desk.roles & {"referent", "manager", "administrator", "auditor"}),
        "coming": [(away, absence_said(desk, away)) for away in days if away.last >= desk.today],
        "past": [absence_said(desk, away) for away in days[::-1] if away.last < desk.today],
        "stands_in": [(desk.refs.team[who].name, days_said(desk, away)) for who, away in _stands_in(desk, id)],
        "noted": sorted(member.milestones, key=lambda one: one.mark.on, reverse=True),
        "dossiers": dossier_sheet.load(desk.read).get(id, 0),
        "tasks": advisor_queue.load(desk.read, desk.today).get(id, 0),
        "hands_over": desk.may(assign_advisor),
        "deputies": _deputies(desk, id),
        "sites": [("", "toute la structure"), *((site, site) for site in desk.refs.structure.sites)],
        **_history(desk, id, done),
    }


def _history(desk: Desk, id: UUID, done: int) -> dict[str, Any]:
    """What was recorded of this person, the latest first, and the sentence of what just was."""
    trail = [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, id)]
    names, zone = names_for(desk), desk.zone
    said = {r.originator_version: sentences.sentence(r, names, zone=zone, history=trail) for r in trail}
    facts = [(said[r.originator_version], sentences.when(r, zone), sentences.who(r, names)) for r in trail[::-1]]
    return {"history": facts, "done": "Rien de plus : c’était déjà noté." if done == 0 else said.get(done, "")}


def _stands_in(desk: Desk, id: UUID) -> list[tuple[UUID, Absence]]:
    return sorted(absences_deputised_by(desk.refs.team, id, desk.today, date.max), key=lambda pair: pair[1].first)


def _deputies(desk: Desk, person: UUID) -> list[tuple[str, str]]:
    """Who may stand in for somebody, by name, with what they have to do."""
    load = advisor_queue.load(desk.read, desk.today)
    found = {id: name for role in STANDING_IN for id, name in desk.staff(role) if id != person}
    ordered = sorted(found.items(), key=lambda pair: normalise(pair[1]))
    return [("", "personne"), *((str(id), f"{name} ({_tasks(load.get(id, 0))})") for id, name in ordered)]


def _tasks(count: int) -> str:
    return plural(count, "tâche") if count else "aucune tâche"
