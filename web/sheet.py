"""What the dossier page shows: the state of one path as words, tasks, results, history and one open form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pixflow import tasks
from pixflow.dossier import assignment
from pixflow.dossier.state import Dossier
from pixflow.dossier.stepper import stepper
from pixflow.events import Recorded
from pixflow.events.dossier import DossierOpened, Retracted
from pixflow.folds import retracted
from pixflow.grille import Explanation, explain
from pixflow.refused import Refused
from projections import audit_trail
from web.dependencies import Desk
from web.forms import FORMS
from web.french import refusals
from web.naming import names_for
from web.pages import Form


class Undo(Form):
    version: int


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The one form that is open: its values, what is wrong with them, what happened meanwhile."""

    name: str
    about: str
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    meanwhile: Sequence[Recorded] = ()

    @classmethod
    def blank(cls, desk: Desk, dossier: Dossier, name: str, about: str) -> "OpenForm":
        values = {"on": desk.today.isoformat(), "about": about, **FORMS[name].initial(desk, dossier, about)}
        return cls(name, str(values["about"]), values)

    @classmethod
    def again(
        cls,
        desk: Desk,
        dossier: Dossier,
        name: str,
        sent: Mapping[str, Any],
        errors: Mapping[str, str],
        meanwhile: Sequence[Recorded] = (),
    ) -> "OpenForm":
        """With the values that were sent, all of them kept."""
        blank = cls.blank(desk, dossier, name, str(sent.get("about", "")))
        asked = FORMS[name].model.model_fields
        empty = {key: "" for key in asked if key not in ("command_id", "seen", "about")}
        return cls(name, blank.about, {**blank.values, **empty, **sent}, errors, meanwhile)

    def get(self, name: str) -> Any:
        return self.values.get(name, "")


def context(desk: Desk, dossier_id: UUID, opened: OpenForm | None, done: int = 0) -> dict[str, Any]:
    """Everything dossier.html needs; `done` is the version just recorded, 0 for none."""
    dossier = desk.dossier(dossier_id)
    trail = [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, dossier_id)]
    return {
        "desk": desk,
        "id": dossier_id,
        "dossier": dossier,
        "names": names_for(desk, dossier),
        "advisor": desk.refs.team.get(dossier.advisor) if dossier.advisor else None,
        "steps": stepper(dossier),
        "owed": tasks.of_dossier(dossier, desk.refs),
        "reading": reading(desk, dossier),
        "history": history(trail),
        "undo": undoable_in(desk, trail),
        "done": next((r for r in trail if r.originator_version == done), None),
        "form": opened,
        "preview": preview(desk, dossier_id, opened),
        "command_id": desk.new_command(),
        "today": desk.today,
    }


def reading(desk: Desk, dossier: Dossier) -> Explanation | None:
    """The current initial result read by the grid in force the day it was learned."""
    current = dossier.diagnostic.current("initial")
    if current is None or current[1].result is None or current[1].result.mastery is None or current[1].received is None:
        return None
    published = desk.refs.grille(current[1].received.on)
    return explain(published.document, published.number, current[1].result.mastery)


def history(trail: Sequence[Recorded]) -> list[tuple[Recorded, Recorded | None]]:
    """Every fact, the latest first, with the retraction that struck it; retractions stand beside what they struck."""
    struck = retracted(trail)
    return [(r, struck.get(r.originator_version)) for r in reversed(trail) if not isinstance(r.event, Retracted)]


def undoable(desk: Desk, dossier_id: UUID, dossier: Dossier) -> int | None:
    return undoable_in(desk, [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, dossier_id)])


def undoable_in(desk: Desk, trail: Sequence[Recorded]) -> int | None:
    """The version that *Annuler* takes back: the last standing fact, if this person recorded it and nothing followed."""
    struck = retracted(trail)
    standing = [r for r in trail if r.originator_version not in struck and not isinstance(r.event, Retracted)]
    last = standing[-1] if standing else None
    if last is None or last.by != desk.actor.id or isinstance(last.event, (DossierOpened, *assignment.FROM_PIX)):
        return None
    return last.originator_version


def preview(desk: Desk, dossier_id: UUID, opened: OpenForm | None) -> dict[str, Any] | None:
    """For a correction: the facts it strikes, the tasks that vanish and those that appear."""
    if opened is None or opened.name not in ("retract", "unmatch") or not opened.about:
        return None
    spec = FORMS[opened.name]
    try:
        sent = {"version": int(opened.about)} if opened.name == "retract" else {}
        more = {} if opened.name == "retract" else {"participation_id": UUID(opened.about)}
        streams = {} if opened.name == "retract" else {"participation": UUID(opened.about)}
        changed = desk.engine.preview(
            {**streams, "dossier": dossier_id}, spec.decide, by=desk.actor, context=more, reason="—", **sent
        )
    except (Refused, ValueError) as error:
        return {"refused": errors_of(desk, error).get("", "") if isinstance(error, Refused) else ""}
    before, after = changed["dossier"]
    owed = {t.key: t for t in tasks.of_dossier(before.state, desk.refs)}
    then = {t.key: t for t in tasks.of_dossier(after.state, desk.refs)}
    struck = {r.event.version for r in after.events[len(before.events) :] if isinstance(r.event, Retracted)}
    return {
        "struck": [r for r in before.events if r.originator_version in struck],
        "gone": [task for key, task in owed.items() if key not in then],
        "new": [task for key, task in then.items() if key not in owed],
    }


def errors_of(desk: Desk, refused: Refused) -> dict[str, str]:
    """The refusal as a sentence, under the field it is about when it names one."""
    field_name = str(refused.details.get("field", ""))
    return {field_name: refusals.refusal(refused.code, refused.details, names_for(desk))}
