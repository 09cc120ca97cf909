"""The form that is open on a dossier's page: its values, its place, and what it shows beside its fields."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.documents.grille import PROGRAMMES, Explanation, Proposal
from pixflow.dossier.evolve import NO_PROJECT
from pixflow.dossier.stages import prescription
from pixflow.dossier.state import ActionState, Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Action
from pixflow.folding import Stamp
from pixflow.score_reading import counting_grid
from pixflow.tasks import TASK_KINDS, Kind
from projections.resources import StepPlace
from web.desk.colleagues import takers
from web.desk.desk import Desk
from web.desk.names import ScopedNames
from web.desk.task_links import kinds_of
from web.desk.team.proposals import advisors
from web.desk.territory import contacts, referral_offers
from web.desk.territory.referral_offers import Chooser
from web.french import vocabulary
from web.french.events import sentences
from web.french.territory import partners as french_partners
from web.http.addresses import whole_number
from web.http.forms import Form, OpenForm, errors_shown, labels
from web.pages.dossier import results, tasks
from web.pages.dossier.forms import FORM_OF, FORMS, PROSE, can_add
from web.pages.dossier.history import HistoryEntry
from web.pages.dossier.tasks import OpenTask
from web.pages.resources.beside import Beside, find_resources

NEW = UUID(int=0)
"""The id of an action that is not recorded yet."""
Choices = Mapping[str, Sequence[Any]]
"""The values and labels of each list of a form."""


def blank(desk: Desk, dossier: Dossier, name: str, about: str) -> OpenForm:
    """Returns a form as it opens; `about` is what the address names."""
    form = FORMS[name]
    named = {form.about: about} if form.about else {}
    values = {"on": desk.today.isoformat(), **named, **form.initial(desk, dossier, about)}
    return OpenForm(name, str(values[form.about]) if form.about else about, values)


def correcting(desk: Desk, dossier: Dossier, recorded: Recorded) -> OpenForm:
    """Returns the form of an event with what the event says: it replaces the event."""
    name = FORM_OF[type(recorded.event)]
    values = _values_of(desk, recorded.event, FORMS[name].model)
    return OpenForm(name, values.get(FORMS[name].about, ""), values, corrects=recorded.originator_version)


def _values_of(desk: Desk, event: Event, model: type[Form]) -> dict[str, Any]:
    """Returns what an event says, as the fields of its form."""
    said = {name: _text(getattr(event, name)) for name in model.model_fields if hasattr(event, name)}
    match event:
        case e.AppointmentSet(at=at):
            return {**said, "hour": f"{at.astimezone(ZoneInfo(desk.zone)):%H:%M}"}
        case e.ReferralSent(partner=partner, offer=offer):
            chosen = bool(partner.id and referral_offers.find_partner(desk, partner.id, offer))
            offered = f"{partner.id}:{offer or ''}" if chosen else ""
            return {**said, "offered": offered, "partner": "" if chosen else partner.name}
        case e.PrescriptionBuilt(actions=actions, project=project):
            kept = [action.proposal for action in actions if action.proposal]
            added = "\n".join(action.label for action in actions if not action.proposal)
            return {**said, "kept": kept, "added": added, "project": "" if project == NO_PROJECT else project}
        case e.ActionAdded(added=added):
            return {**said, "proposal": _text(added.proposal), "label": "" if added.proposal else added.label}
        case e.CertificationObtained() | e.CertificationNotObtained():
            return {**said, "obtained": _text(isinstance(event, e.CertificationObtained))}
    return said


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


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
    known = []
    for event in events if lines else ():
        known += [value for name in PROSE if isinstance(value := getattr(event, name, None), str)]
        known += [action.label for action in getattr(event, "actions", ())]
    written = "\n".join(known)
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
            for one in shown:
                named = opened.name in (one.form, one.other[0]) and opened.about in ("", one.about)
                if opened.about == one.task.key or (named and opened.name != "chase"):
                    return one.task.key
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
    actions = dossier.parcours.actions.values()
    named = ((str(state.action.id), *(str(sent.id) for sent in state.referrals)) for state in actions)
    return next((state for state, ids in zip(actions, named, strict=True) if opened.about in ids), None)


def proposals(desk: Desk, dossier: Dossier, opened: OpenForm | None) -> Explanation | None:
    """Returns what the grid of the form's day proposes, for the forms of the debrief and of the prescription."""
    if opened is None or opened.name not in ("debrief", "prescription"):
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
    """Returns the lists of a form; a value that left its list stays in it."""
    first: list[tuple[object, str]] = [("", "Choisir…")]
    name, found = opened.name, subject(dossier, opened)
    refers = found if name == "refer" else None
    addable = additions(desk, dossier, str(opened.get("proposal"))) if name == "add" else []
    sought = _sought(dossier, opened) if name == "add" else refers
    chooser = _chooser(desk, dossier, sought, opened)
    others = referral_offers.alternatives(desk, dossier, found.action.id) if found and name == "remind" else []
    called = next((one for one in found.referrals if str(one.id) == opened.about), None) if found else None
    lists: dict[str, Any] = {
        "campaign": campaigns(desk),
        "site": [(site, site) for site in desk.refs.structure.sites],
        "programme": [*vocabulary.PROGRAMMES.items()],
        "advisor": [*first, *advisors(desk).options(dossier.site, dossier.group or "")]
        if name in ("assign", "lend")
        else [],
        "to": [*first, *takers(desk, dossier, opened.about)] if name == "hand" else [],
        "workshop": [*first, *tasks.bookable(desk)] if name == "book" else [],
        "modality": modalities(desk),
        "occasion": occasions(cej=dossier.entered_cej()),
        "addable": addable,
        "lists": chooser.lists,
        "notes": (chooser.origin, chooser.found),
        "found": chooser.only if opened.get("cherche") and not opened.get("partner") else "",
        "asked": [
            (one.partner.name, french_partners.of_partner(one, desk.today))
            for one in (refers.referrals if refers and not opened.corrects else ())
        ],
        "alternatives": [(one.title, one.about) for one in others],
        "contact": contacts.options(desk, {one.partner: one.name for one in chooser.shown}),
        "callees": contacts.callees(desk, called) if called and name in ("remind", "link") else [],
    }
    for field in ("site", "programme"):
        value = opened.get(field)
        if value not in dict(lists[field]):
            lists[field].insert(0, (value or "", value or "Choisir…"))
    return lists


def additions(desk: Desk, dossier: Dossier, chosen: str) -> list[Proposal]:
    """Returns the proposals of the grid of the current prescription that may be added to it, and the `chosen` one."""
    current = dossier.diagnostic.current("initial")
    built = dossier.prescription.built.get(current[0]) if current else None
    if current is None or built is None:
        return []
    grid = counting_grid(desk.refs, dossier, current[0], desk.today).document
    shown = prescription.proposals_of(dossier, built, grid)
    free = {one.id for one in shown if prescription.may_be_added(dossier, Action(NEW, one.label, one.kind, one.id))}
    return [one for one in shown if one.id in {*free, chosen}]


def _sought(dossier: Dossier, opened: OpenForm) -> ActionState:
    """Returns the action that a form is about to add, for whom a partner is looked for."""
    action = Action(NEW, str(opened.get("label")), "action", str(opened.get("proposal")) or None)
    return ActionState(action, Stamp(date.min, 0))


def _chooser(desk: Desk, dossier: Dossier, sought: ActionState | None, opened: OpenForm) -> Chooser:
    if sought is None:
        return Chooser()
    return referral_offers.choose(desk, dossier, sought, str(opened.get("cherche")), str(opened.get("offered")))


def campaigns(desk: Desk) -> list[tuple[object, str]]:
    """Returns the campaigns where a diagnostic may be planned; the only one is chosen."""
    found: list[tuple[object, str]] = [
        (id, f"{known.name} ({known.code})")
        for id, known in desk.refs.campaigns.items()
        if known.open and known.purpose == "initial"
    ]
    return found if len(found) < 2 else [("", "Choisir…"), *found]


def occasions(*, cej: bool) -> list[tuple[object, str]]:
    """Returns the occasions of a presentation; the entry into CEJ only where somebody has entered it."""
    return [(code, said) for code, said in vocabulary.OCCASIONS.items() if cej or code != "cej"]


def modalities(desk: Desk) -> list[tuple[object, str]]:
    """Returns the places of a diagnostic that the protocol of today offers."""
    return [(code, vocabulary.PLACES[code]) for code in desk.refs.protocol(desk.today).modalities]
