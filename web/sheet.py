"""What the dossier page shows: where one path stands, what is owed, what was decided, its history, one open form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow import tasks
from pixflow.dossier.state import ActionState, Built, Dossier, Linked
from pixflow.dossier.stepper import stepper
from pixflow.events.values import Action, Result
from pixflow.grille import Explanation, Grille, Proposal, explain, percent
from pixflow.refused import Refused
from projections import audit_trail
from web import facts
from web.dependencies import Desk
from web.forms import FORMS, offers
from web.french import dates, events, path, refusals, words
from web.french import tasks as task_words
from web.french.words import say
from web.naming import names_for

TASK_FORMS: dict[tasks.Kind, str] = {
    "present-pix": "present",
    "plan-diagnostic": "plan",
    "chase-diagnostic": "chase",
    "chase-sharing": "chase",
    "assign-advisor": "assign",
    "hold-debrief": "debrief",
    "build-prescription": "prescription",
    "refer": "refer",
    "record-outcome": "end",
    "close-or-plan": "close",
    "review-late-event": "review",
}
NO_MEETING = ("assign-advisor", "dispatch-result", "review-late-event", "close-or-plan")


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The one form that is open: its values, what is wrong with them, and the version they were sent from."""

    name: str
    about: str
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None

    @classmethod
    def blank(cls, desk: Desk, dossier: Dossier, name: str, about: str) -> "OpenForm":
        values = {"on": desk.today.isoformat(), "about": about, **FORMS[name].initial(desk, dossier, about)}
        return cls(name, str(values["about"]), values)

    @classmethod
    def again(
        cls, desk: Desk, dossier: Dossier, name: str, sent: Mapping[str, Any], errors: Mapping[str, str]
    ) -> "OpenForm":
        """With the values that were sent, all of them kept; what is wrong with a hidden field is said of the form."""
        blank = cls.blank(desk, dossier, name, str(sent.get("about", "")))
        empty = {key: "" for key in FORMS[name].model.model_fields if key != "about"}
        shown = {("" if key in ("about", "seen", "command_id") else key): said for key, said in errors.items()}
        seen = str(sent.get("seen", ""))
        return cls(name, blank.about, {**blank.values, **empty, **sent}, shown, int(seen) if seen.isdecimal() else None)

    def get(self, name: str) -> Any:
        return self.values.get(name, "")

    def many(self, name: str) -> list[str]:
        """The values of a name that may come several times."""
        value = self.get(name)
        return [value] if isinstance(value, str) else [str(one) for one in value]

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    @property
    def asked(self) -> Mapping[str, Any]:
        return FORMS[self.name].model.model_fields


@dataclass(frozen=True, slots=True)
class Due:
    """A task as the page says it; `form` is what its button opens, "" when it is not for this person."""

    task: tasks.Task
    verb: str
    button: str
    when: str
    late: bool
    why: str
    form: str
    about: str
    meets: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Prescribed:
    """A prescription beside what the grid proposed; `reserved` are the actions for the advisor's eyes only."""

    built: Built
    participation: UUID
    proposals: Sequence[tuple[Proposal, bool]]
    added: Sequence[Action]
    actions: Sequence[tuple[ActionState, str]]
    reserved: frozenset[UUID]


def context(desk: Desk, dossier_id: UUID, opened: OpenForm | None, *, done: int = 0, stage: str = "") -> dict[str, Any]:
    """Everything dossier.html needs; `done` is the version just recorded (0 for none), `stage` filters the history."""
    dossier = desk.dossier(dossier_id)
    names = names_for(desk, dossier)
    trail = [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, dossier_id)]
    story = facts.Story(desk, names, trail, desk.may("retract", dossier))
    owed = tasks.of_dossier(dossier, desk.refs)
    open_to = offers(desk, dossier)
    due = [due_of(desk, dossier, task, open_to) for task in owed if task.opens <= desk.today]
    read = reading(desk, dossier)
    return {
        "desk": desk, "id": dossier_id, "dossier": dossier, "names": names, "today": desk.today, "path": path,
        "offers": open_to, "advisor": desk.refs.team.get(dossier.advisor) if dossier.advisor else None,
        "steps": steps(dossier, [task.kind for task in owed], desk.today),
        "due": sorted(due, key=lambda one: one.task.due),
        "coming": [(task_words.VERBS[task.kind], task.opens) for task in owed if task.opens > desk.today],
        "current": dossier.diagnostic.current("initial"), "taken": taken(dossier), "reading": read,
        "bands": bands(desk, read), "prescribed": list(prescribed(desk, dossier)),
        "history": story.facts(stage), "stage": stage, "done": story.notice(done), "undo": story.undoable,
        "done_version": done, "rank": rank(dossier), "progress": progress(dossier),
        "imilo": imilo(dossier, list(prescribed(desk, dossier))), "choices": choices(desk, opened) if opened else {},
        "form": opened, "beside": beside(dossier, opened, due), "subject": subject(dossier, opened),
        "offered": offered(desk, dossier, opened), "meanwhile": meanwhile(desk, names, trail, opened),
        "preview": facts.preview(desk, dossier_id, names, opened) if opened else None,
    }  # fmt: skip


def steps(dossier: Dossier, owed: Sequence[str], today: date) -> list[dict[str, Any]]:
    """The four stages as ui.stepper draws them."""
    lines = path.stages(dossier, owed, today)
    return [
        {"label": words.STAGES[step.stage], "state": step.status, "lines": [lines[step.stage]]}
        for step in stepper(dossier)
    ]


def due_of(desk: Desk, dossier: Dossier, task: tasks.Task, open_to: frozenset[str]) -> Due:
    """A task with the button that this person may press."""
    late = task.due < desk.today
    at = task.appointment.astimezone(ZoneInfo(desk.zone)) if task.appointment else task.due
    days = desk.refs.calendar.count(task.due, desk.today) if late else 0
    delay = getattr(desk.refs.protocol(task.why.on).delays, task.kind.replace("-", "_"))
    form = TASK_FORMS.get(task.kind, "")
    about = task.key if form == "chase" else task.key.partition(":")[2]
    return Due(
        task, task_words.VERBS[task.kind], task_words.BUTTONS[task.kind], dates.due_words(at, desk.today, days), late,
        task_words.reason_long(task, delay, today=desk.today), form if form in open_to else "", about,
        "appointment" in open_to and task.kind not in NO_MEETING,
        task.appointment is not None and task.due <= desk.today,
    )  # fmt: skip


def taken(dossier: Dossier) -> list[tuple[UUID, Linked]]:
    """Every participation, in the order in which they were begun."""
    return sorted(dossier.diagnostic.participations.items(), key=lambda item: _begun(item[1]))


def _begun(link: Linked) -> tuple[date, int]:
    return (link.started.day if link.started else link.mark.on, link.mark.version)


def reading(desk: Desk, dossier: Dossier, on: date | None = None) -> Explanation | None:
    """The current initial result, read by the grid its prescription relied on, else by that of a day (today's)."""
    current = dossier.diagnostic.current("initial")
    mastery = current[1].result.mastery if current and current[1].result else None
    if current is None or mastery is None:
        return None
    built = dossier.prescription.built.get(current[0])
    published = desk.refs.grille(on or desk.today)
    grille = grille_number(desk, built.grille) if built else None
    return explain(grille or published.document, built.grille if built and grille else published.number, mastery)


def grille_number(desk: Desk, number: int) -> Grille | None:
    return next((known.document for _, known in desk.refs.grilles.published if known.number == number), None)


def bands(desk: Desk, read: Explanation | None) -> list[dict[str, Any]]:
    """The grid's bands, as ui.score_bar draws them."""
    grille = grille_number(desk, read.grille_number) if read else None
    return [{"low": band.low, "high": band.high, "label": band.short} for band in (grille.bands if grille else ())]


def prescribed(desk: Desk, dossier: Dossier) -> Iterator[Prescribed]:
    """Every prescription that stands, the latest first."""
    built = sorted(dossier.prescription.built.items(), key=lambda item: -item[1].mark.version)
    for participation, one in built:
        grille = grille_number(desk, one.grille)
        known = {p.id: p for band in (grille.bands if grille else ()) if band.low == one.low for p in band.proposals}
        kept = {action.proposal for action in one.actions}
        states = [dossier.parcours.actions[action.id] for action in one.actions]
        reserved = {a.id for a in one.actions if a.proposal in known and known[a.proposal].advisor_only}
        yield Prescribed(
            one, participation,
            [(known[id], id in kept) for id in one.proposed if id in known],
            [action for action in one.actions if action.proposal is None],
            [(state, path.action(state, desk.today)) for state in states], frozenset(reserved),
        )  # fmt: skip


def beside(dossier: Dossier, opened: OpenForm | None, due: Sequence[Due]) -> str:
    """What the open form stands next to: a task's key, an action's id, a fact's version, or a part of the page."""
    if opened is None:
        return ""
    match FORMS[opened.name].place:
        case "task":
            near = (one for one in due if opened.about == one.task.key or one.form == opened.name != "chase")
            return next((one.task.key for one in near), "tasks")
        case "action":
            found = subject(dossier, opened)
            return str(found.action.id) if found else "tasks"
        case "fact":
            return f"fait-{opened.about}"
        case place:
            return place


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
        return reading(desk, dossier, date.fromisoformat(str(opened.get("on"))))
    except ValueError:
        return reading(desk, dossier)


def meanwhile(desk: Desk, names: Any, trail: Sequence[Any], opened: OpenForm | None) -> list[str]:
    """What happened since the form was drawn, in sentences."""
    if opened is None or opened.seen is None:
        return []
    since = [fact for fact in trail if fact.originator_version > opened.seen]
    told = events.meanwhile(trail, names, zone=desk.zone)
    return told[-len(since) :] if since else []


def errors_of(desk: Desk, refused: Refused) -> dict[str, str]:
    """The refusal as a sentence, under the field it is about when it names one."""
    field_name = str(refused.details.get("field", ""))
    return {field_name: refusals.refusal(refused.code, refused.details, names_for(desk))}


def choices(desk: Desk, opened: OpenForm) -> dict[str, list[tuple[Any, str]]]:
    """What the lists of a form offer; a value that no list has any more stays in its own."""
    campaigns = [
        (id, f"{known.name} ({known.code})")
        for id, known in desk.refs.campaigns.items()
        if known.declared and known.purpose == "initial"
    ]
    offered: dict[str, list[tuple[Any, str]]] = {
        "campaign": campaigns if len(campaigns) == 1 else [("", "Choisir…"), *campaigns],
        "site": [(site, site) for site in desk.refs.structure.sites],
        "programme": list(words.PROGRAMMES.items()),
        "advisor": [("", "Choisir…"), *desk.staff("advisor")],
    }
    for name in ("site", "programme"):
        value = opened.get(name)
        if value not in dict(offered[name]):
            offered[name].insert(0, (value or "", value or "Choisir…"))
    return offered


def rank(dossier: Dossier) -> int:
    """Which of the initial participations the current result is, counted from 1."""
    current = dossier.diagnostic.current("initial")
    initial = [id for id, link in taken(dossier) if link.purpose == "initial"]
    return initial.index(current[0]) + 1 if current else 0


def progress(dossier: Dossier) -> str:
    """From the shared initial result before the current one to that one, in points; "" without both."""
    shared = [link.result for _, link in taken(dossier) if link.purpose == "initial" and link.result]
    scores = [percent(result.mastery) for result in sorted(shared, key=_shared) if result.mastery is not None]
    if len(scores) < 2:
        return ""
    before, now = scores[-2:]
    return say("{change} depuis {before}", change=path.points(now - before), before=words.percent(before))


def _shared(result: Result) -> tuple[date, str]:
    return result.shared.day, result.shared.at.isoformat() if result.shared.at else ""


def imilo(dossier: Dossier, prescriptions: Sequence[Prescribed]) -> list[str]:
    """Each prescription as plain text in i-Milo's words, to copy; what is the advisor's alone stays out."""
    return [
        path.imilo_block(
            one.built, dossier.diagnostic.participations.get(one.participation),
            [state for state, _ in one.actions if state.action.id not in one.reserved],
        )
        for one in prescriptions
    ]  # fmt: skip
