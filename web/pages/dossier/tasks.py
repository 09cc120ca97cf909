"""The tasks of a young person with their buttons, their seats in workshops, and the next steps of their path."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.authorization import Subject
from pixflow.dossier.privacy import erase_person
from pixflow.dossier.stages.prescription import dispatch_result
from pixflow.dossier.state import Dossier
from pixflow.tasks import DaySet, Task
from projections import workshops
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.territory.referral_offers import action_of
from web.french import dates, tasks, typography
from web.french.dossier import path, progress
from web.french.events import workshops as french
from web.french.phrases import pause_over, paused_until, short
from web.french.typography import say
from web.pages.dossier.forms import can_certify, has_begun, reported

NO_MEETING = ("assign-advisor", "dispatch-result", "review-late-event", "confirm-erasure")
OF_ACTION = {"certification": ("certify", "Proposée")}
"""For each kind of action: the other form that closes the task to refer it."""
WITHOUT_PARTNER = {"cv": ("cv", tasks.ALONE["cv"]), "check": ("end", tasks.ALONE["check"])}
"""For each kind of action that needs no partner: the form that closes the task to refer it, and its button."""

REPORTED = {"came": ("start", "Confirmer"), "done": ("end", "Confirmer"), "stopped": ("end", "Confirmer")}
"""The form that confirms each word of a partner about an action."""

Button = tuple[str, str]
NO_BUTTON: Button = ("", "")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task as the page shows it; its button opens `form`, "" when the task is not for this person.

    `inside` is its verb inside a sentence. `href` is the address of another page where the task is done. `status` says
    until when it is snoozed, why it is back, or who has it. `active` is false while it is snoozed or somebody else's.
    `other` is another form that closes the task, and the label of its button.
    """

    task: Task
    verb: str
    inside: str
    button: str
    when: str
    late: bool
    why: str
    form: str
    href: str
    about: str
    meets: bool
    here: bool
    status: str
    active: bool
    other: Button


def open_tasks(
    desk: Desk, dossier_id: UUID, dossier: Dossier, owed: Sequence[Task], offers: frozenset[str]
) -> list[OpenTask]:
    """Returns the tasks open today: those handed to this desk, then by urgency; last, other people's and snoozed ones.

    `owed` are all tasks of the dossier, `offers` the forms that this person may open.
    """
    visible = sorted((task for task in owed if task.is_visible(desk.today)), key=lambda task: _rank(desk, task))
    return [_open_task(desk, dossier_id, dossier, task, offers) for task in visible]


def coming(owed: Sequence[Task], days: Sequence[DaySet], today: date) -> list[tuple[str, str]]:
    """Returns the tasks that open later and the days set, in words, each with when, the next first.

    A task names the action or the tutorials that it is about. The end of a silent partner is left out, unless nothing
    else is owed.
    """
    later = sorted((task for task in owed if task.opens > today), key=lambda one: one.opens)
    kept = [task for task in later if task.why.details.get("by") != "lapsed"]
    shown = kept if kept or any(task.is_visible(today) for task in owed) else later
    entries = [(task.opens, _phrase_task(task), f"à partir du {_day(task.opens, today)}") for task in shown]
    for day_set in (day for day in days if day.last >= today):
        line = tasks.day_set(day_set.key, day_set.day, today)
        when = f"à partir du {_day(day_set.day, today)}" if line.to_come else f"le {french.on(day_set.day, today)}"
        entries.append((day_set.day, line.inside, when))
    return [(said, when) for _, said, when in sorted(entries, key=lambda one: one[0])]


def _phrase_task(task: Task) -> str:
    label = "" if task.kind == "recall" else short(task.why.details.get("label", ""))
    verb = tasks.phrase_inside(task.kind, task.why.details)
    return f"{verb} ({label})" if label else verb


def primary(shown: Sequence[OpenTask]) -> str:
    """Returns the key of the task that has the primary button, "" for none."""
    return next((one.task.key for one in shown if one.active and (one.form or one.href)), "")


def _rank(desk: Desk, task: Task) -> tuple[int, date]:
    if task.snoozed_until and task.snoozed_until > desk.today:
        return 3, task.snoozed_until
    if not _handed(desk, task):
        return 1, task.due
    return 0 if task.handed_to in desk.owners else 2, task.due


def _handed(desk: Desk, task: Task) -> bool:
    return task.handed_to is not None and (task.handed_until is None or task.handed_until >= desk.today)


def _open_task(desk: Desk, dossier_id: UUID, dossier: Dossier, task: Task, offers: frozenset[str]) -> OpenTask:
    late = task.due < desk.today
    at = task.appointment.astimezone(ZoneInfo(desk.zone)) if task.appointment else task.due
    days = desk.refs.calendar.count(task.due, desk.today) if late else 0
    delay = getattr(desk.refs.protocol(task.why.on).delays, task.kind.replace("-", "_"), 0)
    about = task_links.subject_of(task.kind, task.key)
    words = tasks.WORDS[task.kind]
    if task.kind == "refer":
        own, other = _without_partner(dossier, about, offers), OF_ACTION.get(_kind_of(dossier, about), NO_BUTTON)
    else:
        said = task.why.details.get("by", "") if task.kind == "record-outcome" else ""
        own, other = REPORTED.get(said), words.other
    form, button = own if own and own[0] in offers else (words.form, words.button)
    elsewhere, subject = "", Subject(dossier)
    if task.kind == "dispatch-result" and desk.may(dispatch_result, subject):
        elsewhere = f"/resultats#r-{dossier_id}"
    if task.kind == "confirm-erasure" and desk.may(erase_person, subject):
        elsewhere = task_links.erasure(dossier_id)
    return OpenTask(
        task=task,
        verb=tasks.title(task.kind, task.why.details),
        inside=tasks.phrase_inside(task.kind, task.why.details),
        button=button,
        when=dates.due_words(at, desk.today, days),
        late=late,
        why=tasks.reason_long(task, delay, desk.refs.calendar, today=desk.today),
        form=form if form in offers else "",
        href=elsewhere,
        about=about,
        meets="appointment" in offers and task.kind not in NO_MEETING,
        here=task.appointment is not None and task.due <= desk.today,
        status=_status(desk, dossier, task),
        active=_rank(desk, task)[0] < 2,
        other=other,
    )


def form_asked(dossier: Dossier, name: str, about: str, offers: frozenset[str]) -> str:
    """Returns the form that a row of Ma boîte opens: its address names the usual form."""
    told, alone = reported(dossier, about), _without_partner(dossier, about, offers) if name == "refer" else None
    if name == "end" and "start" in offers and told and told.outcome == "came":
        return "start"
    return alone[0] if alone else name


def _without_partner(dossier: Dossier, about: str, offers: frozenset[str]) -> Button | None:
    alone = WITHOUT_PARTNER.get(_kind_of(dossier, about))
    return alone if alone and alone[0] in offers else None


def _kind_of(dossier: Dossier, action: str) -> str:
    state = action_of(dossier, action)
    return state.action.kind if state else ""


def _status(desk: Desk, dossier: Dossier, task: Task) -> str:
    """Says until when a task is snoozed and why, or why it is back, and who has it."""
    texts = []
    snooze = dossier.snoozes.get(task.key)
    if task.snoozed_until and task.snoozed_until > desk.today:
        day = _day(task.snoozed_until, desk.today)
        text = "en pause {ends} : {reason}" if snooze else "en pause {ends}"
        ends = paused_until(day, snooze.awaits if snooze else None)
        texts.append(say(text, ends=ends, reason=snooze.reason if snooze else ""))
    elif task.snoozed_until and snooze:
        texts.append(pause_over(snooze, task.snoozed_until, desk.today))
    if task.handed_to and _handed(desk, task):
        member = desk.refs.team.get(task.handed_to)
        who = "vous" if task.handed_to == desk.me else member.name if member else "quelqu’un"
        until = f" jusqu’au {_day(task.handed_until, desk.today)}" if task.handed_until else ""
        texts.append(f"confiée à {who}{until}")
    return typography.upper_first(" ; ".join(texts))


def _day(day: date, today: date) -> str:
    return dates.day(day, year=day.year != today.year)


# --- the seats of a young person in workshops, and the workshops where they may have one


def bookable(desk: Desk) -> Iterator[tuple[str, str]]:
    """Yields the workshops to come with their free seats, as the values and labels of a list."""
    for row in workshops.bookable(desk.read, desk.today):
        when = f"{french.on(row.day, desk.today)}, {dates.clock(row.starts.replace(tzinfo=UTC), desk.zone)}"
        left = french.left(row.capacity - row.taken - row.offered, row.waiting, row.offered)
        yield str(row.stream), " · ".join((when, french.place(row.site, row.place), left))


def held_seats(desk: Desk, dossier: UUID) -> Iterator[tuple[UUID, str, bool, str]]:
    """Yields the seats to come, and the places on waiting lists: the workshop, when and where, and if they wait.

    Last, until when an offered seat is kept.
    """
    for row in workshops.of_dossier(desk.read, dossier, desk.today):
        starts, ends = (at.replace(tzinfo=UTC) for at in (row.starts, row.ends))
        said = f"{french.moment(starts, ends, desk.zone)}, {french.place(row.site, row.place)}"
        if row.waits and not row.until:
            said = say("{said}, place n° {rank} sur la liste d’attente", said=said, rank=row.rank)
        yield row.stream, said, row.waits, french.on(row.until, desk.today) if row.until else ""


# --- the section "Progresser et certifier": for each goal, the progress in words and the form of the next step


Link = tuple[str, str, str]
"""A form, the label of its link, and what it is about."""

_STEPS: dict[str, tuple[tuple[Link, ...], tuple[Link, ...]]] = {
    "": ((("certify", "Proposer", ""),), ()),
    "proposed": ((("enrol", "Inscrire", ""),), (("certified", "Passée", ""), ("not-certify", "Déclinée", ""))),
    "registered": (
        (("certified", "Noter comme passée", ""),),
        (("obtain", "Noter l’issue", ""), ("enrol", "Changer de session", ""), ("not-certify", "Déclinée", "")),
    ),
    "taken": ((("obtain", "Noter l’issue", ""),), ()),
    "obtained": ((), ()),
    "not-obtained": ((("enrol", "Inscrire à nouveau", ""),), (("certify", "Proposer à nouveau", ""),)),
    "declined": ((("certify", "Proposer à nouveau", ""),), ()),
}
"""For each step of the certification: the next one, then the others that are possible."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something that a dossier may reach: its progress in words, its next step; `more` are the links of its menu."""

    label: str
    said: str
    links: Sequence[Link] = ()
    more: Sequence[Link] = ()


def next_steps(dossier: Dossier, dues: Sequence[OpenTask], open_to: frozenset[str], today: date) -> list[NextStep]:
    """Returns what the dossier may reach; nothing before a first result or workshop, nor for a task shown."""
    if not has_begun(dossier):
        return []
    elsewhere = {(one.form, one.about) for one in dues} | {(one.other[0], one.about) for one in dues}
    elsewhere |= {("explore", "") for one in dues if one.form == "debrief" and dossier.in_trouble}

    def keep_links(links: Sequence[Link]) -> list[Link]:
        return [link for link in links if link[0] in open_to and (link[0], link[2]) not in elsewhere]

    return [
        NextStep(one.label, one.said, keep_links(one.links), keep_links(one.more)) for one in _steps(dossier, today)
    ]


def _steps(dossier: Dossier, today: date) -> Iterator[NextStep]:
    on, state = partial(path.short, today=today), dossier.parcours
    yield from _difficulty(dossier, on)
    for study in dossier.prescription.studies.values():
        said = say("{tutorials} · {stands}", tutorials=study.tutorials, stands=progress.study(study, on))
        yield NextStep("Tutoriels", said, () if study.over else (("progress", "Faire le point", str(study.id)),))
    said = progress.complete(dossier, on) or "pas encore passé"
    yield NextStep("Diagnostic complet", said, (("complete", "Noter comme passé", ""),))
    certified = state.certification
    waits = "pas encore proposée" if can_certify(dossier) else "après le diagnostic complet"
    said = progress.certification(certified, on) if certified else waits
    yield NextStep("Certification", said, *_STEPS[certified.step if certified else ""])
    if state.on_cv or can_certify(dossier) or any(known.action.kind == "cv" for known in state.actions.values()):
        said = f"résultat valorisé le {on(state.on_cv.on)}" if state.on_cv else "résultat pas encore valorisé"
        yield NextStep("CV", said, (("cv", "Noter", ""),))
    yield from _retake(dossier, on)


def _difficulty(dossier: Dossier, on: progress.Said) -> Iterator[NextStep]:
    difficulty, seat = dossier.prescription.explored, dossier.in_trouble
    if seat:
        said = f"signalée à l’atelier du {on(seat.day)}, cause à chercher"
        yield NextStep("Difficulté", said, (("explore", "Explorer", ""),))
    elif difficulty:
        studied = bool(dossier.prescription.studies)
        give = ("study", "Autres tutoriels" if studied else "Donner des tutoriels", "")
        yield NextStep(
            "Difficulté", progress.explored(difficulty, on), (give,), (("explore", "Explorer à nouveau", ""),)
        )


def _retake(dossier: Dossier, on: progress.Said) -> Iterator[NextStep]:
    retake, learned = dossier.parcours.retake, dossier.parcours.last_training
    if progress.retaken(dossier):
        yield NextStep("Nouveau passage", progress.retake(dossier, on), (("retake", "Prévoir à nouveau", ""),))
    elif retake and retake.planned_for:
        change: Link = ("retake", "Changer", "")
        yield NextStep("Nouveau passage", progress.retake(dossier, on), (change,), (("not-retake", "Décliné", ""),))
    elif retake or learned:
        plan: Link = ("retake", "Prévoir", "")
        yield NextStep("Nouveau passage", progress.retake(dossier, on) if retake else "pas encore prévu", (plan,))
    elif dossier.diagnostic.current("initial"):
        yield NextStep("Nouveau passage", "après une action terminée")
