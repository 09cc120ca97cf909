"""The form that is open on a dossier's page: its values, its place, and what it shows beside its fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from pixflow.documents.grille import PROGRAMMES, Explanation
from pixflow.dossier.state import ActionState, Dossier
from pixflow.events.base import Event, Recorded
from pixflow.tasks import TASK_KINDS, Kind
from projections.resources import StepPlace
from web.desk.colleagues import takers
from web.desk.desk import Desk
from web.desk.names import ScopedNames
from web.desk.task_links import kinds_of
from web.desk.team.proposals import advisors
from web.french import vocabulary
from web.french.events import sentences
from web.http.addresses import whole_number
from web.http.forms import Form, OpenForm, errors_shown, labels
from web.pages.dossier import results, tasks
from web.pages.dossier.choices import Choices, find_action
from web.pages.dossier.forms import FORM_OF, FORMS, PROSE, DossierForm, can_add, text
from web.pages.dossier.history import HistoryEntry
from web.pages.dossier.tasks import OpenTask
from web.pages.resources.beside import Beside, find_resources

CHOOSE = "Choisir…"


def blank(desk: Desk, dossier: Dossier, name: str, about: str) -> OpenForm:
    """Returns a form as it opens; `about` is what the address names."""
    form = FORMS[name]
    named = {form.about: about} if form.about else {}
    values = {"on": desk.today.isoformat(), **named, **form.initial(desk, dossier, about)}
    return OpenForm(name, str(values[form.about]) if form.about else about, values)


def correcting(desk: Desk, dossier: Dossier, recorded: Recorded) -> OpenForm:
    """Returns the form of an event with what the event says: it replaces the event."""
    name = FORM_OF[type(recorded.event)]
    values = _values_of(desk, recorded.event, FORMS[name])
    return OpenForm(name, values.get(FORMS[name].about, ""), values, corrects=recorded.originator_version)


def _values_of(desk: Desk, event: Event, form: DossierForm) -> dict[str, Any]:
    """Returns what an event says, as the fields of its form."""
    alike = {name: text(getattr(event, name)) for name in form.model.model_fields if hasattr(event, name)}
    return {**alike, **form.from_event(desk, event)}


def refill(desk: Desk, dossier: Dossier, name: str, form: OpenForm, corrects: int = 0) -> OpenForm:
    """Returns a form that was sent, with every value that was typed, and its errors."""
    spec, typed = FORMS[name], form.values
    opened = blank(desk, dossier, name, str(typed.get(spec.about, "")))
    empty = {field: "" for field in spec.model.model_fields if field != spec.about}
    hidden = [spec.about, *(["on"] if spec.today else [])]
    return OpenForm(
        name,
        opened.about,
        {**opened.values, **empty, **typed},
        errors_shown(form.errors, hidden),
        whole_number(str(typed.get("seen", ""))),
        corrects,
    )


def unrecorded(form: Form, events: Iterable[Event]) -> str:
    """Returns the lines typed that stand in no event: a form that adds nothing must not lose them."""
    prose = (name for name, (label, _) in labels(type(form)).items() if label.kind == "textarea")
    typed = (str(getattr(form, name) or "") for name in prose)
    lines = dict.fromkeys(line.strip() for text in typed for line in text.splitlines() if line.strip())
    texts = []
    for event in events if lines else ():
        texts += [value for name in PROSE if isinstance(value := getattr(event, name, None), str)]
        texts += [action.label for action in getattr(event, "actions", ())]
    written = "\n".join(texts)
    return "\n".join(line for line in lines if line not in written)


def place(dossier: Dossier, opened: OpenForm | None, shown: Sequence[OpenTask], history: Sequence[HistoryEntry]) -> str:
    """Returns where the form opens: a task's key, an action's id, an entry's anchor, or a part of the page.

    It opens below the tasks when the page does not show what it is about.
    """
    if opened is None:
        return ""
    if opened.corrects and FORMS[opened.name].place != "prescription":
        return _find_anchor(opened.corrects, history)
    match FORMS[opened.name].place:
        case "task" | "next-steps" as part:
            for open_task in shown:
                named = opened.name in (open_task.form, open_task.other[0]) and opened.about in ("", open_task.about)
                if opened.about == open_task.task.key or (named and opened.name != "chase"):
                    return open_task.task.key
            return "tasks" if part == "task" else part
        case "action":
            found = subject(dossier, opened)
            return str(found.action.id) if found else "tasks"
        case "addition":
            return "addition" if can_add(dossier) else "tasks"
        case "event":
            return _find_anchor(opened.about, history)
        case part:
            return part


def _find_anchor(version: object, history: Sequence[HistoryEntry]) -> str:
    listed = str(version) in (str(one.version) for one in history)
    return f"fait-{version}" if listed else "tasks"


def subject(dossier: Dossier, opened: OpenForm | None) -> ActionState | None:
    """Returns the action that the form is about, named by its own id or by the id of a referral."""
    if opened is None or FORMS[opened.name].place != "action":
        return None
    return find_action(dossier, opened.about)


def proposals(desk: Desk, dossier: Dossier, opened: OpenForm | None) -> Explanation | None:
    """Returns what the grid of the form's day proposes, for the forms of the debrief and of the prescription."""
    if opened is None or FORMS[opened.name].place != "prescription":
        return None
    try:
        return results.read_grid(desk, dossier, date.fromisoformat(str(opened.get("on"))))
    except ValueError:
        return results.read_grid(desk, dossier)


def near(desk: Desk, dossier: Dossier, opened: OpenForm | None, reading: Explanation | None) -> Beside | None:
    """Returns what the shared knowledge says of the form's step; None for a form that closes no task."""
    kinds = kinds_of(opened.name) if opened else []
    if not kinds:
        return None
    kind = cast(Kind, kinds[0])
    programme = dossier.programme if dossier.programme in PROGRAMMES else "other"
    lows = [band.low for band in results.bands(desk, reading)]
    rank = lows.index(reading.band.low) + 1 if reading and reading.band.low in lows else 0
    return find_resources(desk, StepPlace(kind, TASK_KINDS[kind].stage or "", rank, programme))


def meanwhile(desk: Desk, names: ScopedNames, trail: Sequence[Recorded], opened: OpenForm | None) -> list[str]:
    """Returns the events since the form was drawn; for a form with errors, only those of other people."""
    if opened is None or opened.seen is None:
        return []
    pairs = zip(trail, sentences.meanwhile(trail, names, zone=desk.zone), strict=True)
    since = [(event, said) for event, said in pairs if event.originator_version > opened.seen]
    return [said for event, said in since if not opened.errors or event.by != desk.actor.id]


def choices(desk: Desk, dossier: Dossier, opened: OpenForm) -> Choices:
    """Returns the lists of a form: those of its fields, then its own; a value that left its list stays in it."""
    form = FORMS[opened.name]
    lists = {name: LISTS[name](desk, dossier, opened) for name in form.model.model_fields if name in LISTS}
    for field in ("site", "programme"):
        value = opened.get(field)
        if field in lists and value not in dict(lists[field]):
            lists[field].insert(0, (value or "", value or CHOOSE))
    return {**lists, **form.choices(desk, dossier, opened)}


def campaigns(desk: Desk) -> list[tuple[object, str]]:
    """Returns the campaigns where a diagnostic may be planned; the only one is chosen."""
    options: list[tuple[object, str]] = [
        (id, f"{known.name} ({known.code})")
        for id, known in desk.refs.campaigns.items()
        if known.open and known.purpose == "initial"
    ]
    return options if len(options) < 2 else [("", CHOOSE), *options]


def occasions(*, cej: bool) -> list[tuple[object, str]]:
    """Returns the occasions of a presentation; the entry into CEJ only where somebody has entered it."""
    return [(code, said) for code, said in vocabulary.OCCASIONS.items() if cej or code != "cej"]


def modalities(desk: Desk) -> list[tuple[object, str]]:
    """Returns the places of a diagnostic that the protocol of today offers."""
    return [(code, vocabulary.PLACES[code]) for code in desk.refs.protocol(desk.today).modalities]


LISTS: Mapping[str, Callable[[Desk, Dossier, OpenForm], list[tuple[Any, str]]]] = {
    "campaign": lambda desk, dossier, opened: campaigns(desk),
    "site": lambda desk, dossier, opened: [(site, site) for site in desk.refs.structure.sites],
    "programme": lambda desk, dossier, opened: [*vocabulary.PROGRAMMES.items()],
    "advisor": lambda desk, dossier, opened: [("", CHOOSE), *advisors(desk).options(dossier.site, dossier.group or "")],
    "to": lambda desk, dossier, opened: [("", CHOOSE), *takers(desk, dossier, opened.about)],
    "workshop": lambda desk, dossier, opened: [("", CHOOSE), *tasks.bookable(desk)],
    "modality": lambda desk, dossier, opened: modalities(desk),
    "occasion": lambda desk, dossier, opened: occasions(cej=dossier.entered_cej()),
}
"""The list of each field that has one, whatever its form."""
