"""What the dossier page shows: where one path stands, what is owed, what was decided, its history, one open form."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pixflow import tasks
from pixflow.authorization import Subject
from pixflow.dossier.retraction import retract
from pixflow.dossier.state import ActionState, Dossier
from pixflow.dossier.stepper import stepper
from pixflow.protocol.grille import Explanation
from pixflow.refused import Refused
from projections import audit_trail
from web.desk.colleagues import absence_said, takers
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import vocabulary
from web.french.dossier import path, stages
from web.french.errors import refusals
from web.french.events import sentences
from web.pages.dossier import grid_reading, progress, results, seats
from web.pages.dossier import history as dossier_history
from web.pages.dossier import tasks as dossier_tasks
from web.pages.dossier.forms import FORMS, offers
from web.pages.dossier.open_form import OpenForm
from web.pages.dossiers import merge


def context(
    desk: Desk, dossier_id: UUID, opened: OpenForm | None, *, done: int = -1, stage: str = ""
) -> dict[str, Any]:
    """Everything the page needs; `done` is the version just recorded (-1 for none), `stage` filters the history."""
    dossier = desk.dossier(dossier_id)
    names = names_for(desk, dossier)
    trail = [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, dossier_id)]
    story = dossier_history.Story(desk, names, trail, desk.may(retract, Subject(dossier)))
    history = story.facts(stage)
    owed = tasks.of_dossier(dossier, desk.refs)
    open_to = offers(desk, dossier)
    due = dossier_tasks.due(desk, dossier_id, dossier, owed, open_to)
    read = grid_reading.of(desk, dossier)
    prescribed = list(grid_reading.prescribed(desk, dossier))
    return {
        "desk": desk,
        "id": dossier_id,
        "dossier": dossier,
        "names": names,
        "today": desk.today,
        "path": path,
        "offers": open_to,
        "advisor": desk.refs.team.get(dossier.advisor) if dossier.advisor else None,
        "cover": cover(desk, dossier),
        "follower": merge.follower(desk, dossier),
        "steps": steps(dossier, [task.kind for task in owed], desk.today),
        "due": due,
        "primary": dossier_tasks.primary(due),
        "coming": dossier_tasks.coming(owed, desk.today),
        "beyond": progress.lines(dossier, due, open_to, desk.today),
        "current": dossier.diagnostic.current("initial"),
        "taken": grid_reading.taken(dossier),
        "reading": read,
        "bands": grid_reading.bands(desk, read),
        "prescribed": prescribed,
        "held": seats.of_dossier(desk, dossier_id),
        "history": history,
        "stage": stage,
        "done": story.notice(done),
        "undo": story.undoable,
        "done_version": done,
        "rank": grid_reading.rank(dossier),
        "progress": results.progress(dossier),
        "parts": results.initial(dossier),
        "others": results.others(dossier, desk.today),
        "imilo": grid_reading.imilo(dossier, prescribed),
        "choices": choices(desk, opened) if opened else {},
        "form": opened,
        "beside": beside(dossier, opened, due, history),
        "subject": subject(dossier, opened),
        "offered": offered(desk, dossier, opened),
        "meanwhile": meanwhile(desk, names, trail, opened),
        "preview": dossier_history.preview(desk, dossier_id, names, opened) if opened else None,
    }


def cover(desk: Desk, dossier: Dossier) -> str:
    """Until when the advisor is away, and who sees to the dossier meanwhile; "" when they are here."""
    advisor = desk.refs.team.get(dossier.advisor) if dossier.advisor else None
    absence = advisor.absence(desk.today) if advisor else None
    return absence_said(desk, absence) if absence else ""


def steps(dossier: Dossier, owed: Sequence[str], today: date) -> list[dict[str, Any]]:
    """The four stages as ui.stepper draws them."""
    lines = stages.stages(dossier, owed, today)
    return [
        {"label": vocabulary.STAGES[step.stage], "state": step.status, "lines": [lines[step.stage]]}
        for step in stepper(dossier)
    ]


def beside(
    dossier: Dossier, opened: OpenForm | None, due: Sequence[dossier_tasks.Due], history: Sequence[dossier_history.Fact]
) -> str:
    """What the open form stands next to: a task's key, an action's id, a fact's version, or a part of the page.

    What it is about may not be shown: then it stands below the tasks.
    """
    if opened is None:
        return ""
    match FORMS[opened.name].place:
        case "task" | "beyond" as place:
            near = (one.task.key for one in due if _closes(opened, one))
            return next(near, "tasks" if place == "task" else "beyond")
        case "action":
            found = subject(dossier, opened)
            return str(found.action.id) if found else "tasks"
        case "fact":
            shown = opened.about in (str(one.version) for one in history)
            return f"fait-{opened.about}" if shown else "tasks"
        case place:
            return place


def _closes(opened: OpenForm, one: dossier_tasks.Due) -> bool:
    """Whether an open form is about this task, or closes it."""
    named = opened.name in (one.form, one.other[0]) and opened.about in ("", one.about)
    return opened.about == one.task.key or (named and opened.name != "chase")


def subject(dossier: Dossier, opened: OpenForm | None) -> ActionState | None:
    """The action that a form is about, by its id or by that of one of its referrals."""
    if opened is None or FORMS[opened.name].place != "action":
        return None
    actions = dossier.parcours.actions.values()
    named = ((str(state.action.id), *(str(sent.id) for sent in state.referrals)) for state in actions)
    return next((state for state, ids in zip(actions, named, strict=True) if opened.about in ids), None)


def offered(desk: Desk, dossier: Dossier, opened: OpenForm | None) -> Explanation | None:
    """For the prescription's form: what the grid in force on the form's day proposes."""
    if opened is None or opened.name != "prescription":
        return None
    try:
        return grid_reading.of(desk, dossier, date.fromisoformat(str(opened.get("on"))))
    except ValueError:
        return grid_reading.of(desk, dossier)


def meanwhile(desk: Desk, names: Any, trail: Sequence[Any], opened: OpenForm | None) -> list[str]:
    """What happened since the form was drawn, in sentences; of a form that is refused, what others did."""
    if opened is None or opened.seen is None:
        return []
    told = zip(trail, sentences.meanwhile(trail, names, zone=desk.zone), strict=True)
    since = [(fact, said) for fact, said in told if fact.originator_version > opened.seen]
    return [said for fact, said in since if not opened.errors or fact.by != desk.actor.id]


def errors_of(desk: Desk, refused: Refused) -> dict[str, str]:
    """The refusal as a sentence, under the field it is about when it names one."""
    field_name = str(refused.details.get("field", ""))
    return {field_name: refusals.refusal(refused.code, refused.details, names_for(desk))}


def choices(desk: Desk, opened: OpenForm) -> dict[str, list[tuple[Any, str]]]:
    """What the lists of a form offer; a value that no list has any more stays in its own."""
    campaigns = [
        (id, f"{known.name} ({known.code})")
        for id, known in desk.refs.campaigns.items()
        if known.open and known.purpose == "initial"
    ]
    offered: dict[str, list[tuple[Any, str]]] = {
        "campaign": campaigns if len(campaigns) < 2 else [("", "Choisir…"), *campaigns],
        "site": [(site, site) for site in desk.refs.structure.sites],
        "programme": list(vocabulary.PROGRAMMES.items()),
        "advisor": [("", "Choisir…"), *desk.staff("advisor")],
        "to": [("", "Choisir…"), *takers(desk)],
        "workshop": [("", "Choisir…"), *seats.bookable(desk)] if opened.name == "book" else [],
        "modality": [(code, vocabulary.PLACES[code]) for code in desk.refs.protocol(desk.today).modalities],
    }
    for name in ("site", "programme"):
        value = opened.get(name)
        if value not in dict(offered[name]):
            offered[name].insert(0, (value or "", value or "Choisir…"))
    return offered
