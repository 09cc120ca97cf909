"""The page of a dossier: stages, tasks, results, prescriptions, history, documents, and one open form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pixflow import tasks
from pixflow.authorization import Subject, receives
from pixflow.documents.grille import Explanation
from pixflow.documents.protocol import Delays
from pixflow.dossier import identity as merging
from pixflow.dossier.stages.prescription import build_prescription
from pixflow.dossier.state import ActionState, Dossier, stepper
from web.desk.colleagues import absence_text
from web.desk.desk import Desk
from web.desk.names import ScopedNames, names_for
from web.french import typography, vocabulary
from web.french.dossier import path
from web.french.dossier.stages import StageStep, steps
from web.http.forms import OpenForm
from web.http.people import People, opened
from web.http.templates import Page, ScoreBand
from web.pages.dossier import grid_reading, next_steps, open_form, results, seats
from web.pages.dossier import tasks as dossier_tasks
from web.pages.dossier.forms import FORMS, allowed
from web.pages.dossier.history import History, HistoryEntry, Preview, preview
from web.pages.dossier.queue_place import NextTask, QueuePlace, next_task
from web.pages.dossier.seats import HeldSeat
from web.pages.dossier.tasks import OpenTask
from web.pages.dossiers import merge
from web.pages.resources.beside import Beside


@dataclass(frozen=True, slots=True)
class ParticipationRow:
    """A participation that has no result of its own on the page."""

    id: UUID
    label: str
    said: str


@dataclass(frozen=True, kw_only=True)
class DossierSheet(Page):
    """A dossier without its history. `offers` are the forms that this person may open, `may` what else they may do.

    `box` is the place in Ma boîte that addresses carry on, `back` its page, `next` the task that follows there.
    """

    id: UUID
    dossier: Dossier
    today: date
    offers: frozenset[str]
    may: frozenset[str]
    # the head
    age: str
    advisor: str
    mine: bool
    received: bool
    cover: str
    back_to: str
    assessed: bool
    follower: merge.Follower | None
    steps: Sequence[StageStep]
    # the place in Ma boîte
    box: str
    back: str
    next: NextTask | None
    # what was just recorded, and the version that Annuler undoes
    done: Sequence[str]
    done_version: int
    undo: int | None
    # the tasks and the seats
    tasks: Sequence[OpenTask]
    primary: str
    coming: Sequence[tuple[str, date]]
    seats: Sequence[HeldSeat]
    # the results
    current: results.Shared | None
    reading: Explanation | None
    bands: Sequence[ScoreBand]
    rank: int
    change: str
    parts: results.Bars
    tries: Sequence[results.Try]
    others: Sequence[results.SharedOutcome]
    participations: Sequence[ParticipationRow]
    # the prescriptions and what comes after
    prescriptions: Sequence[grid_reading.PrescriptionRow]
    imilo: Sequence[str]
    next_steps: Sequence[next_steps.NextStep]
    # the open form: where it stands, and what it shows beside its fields
    form: OpenForm | None
    beside: str
    hidden: Mapping[str, str]
    choices: open_form.Choices
    subject: ActionState | None
    proposals: Explanation | None
    meanwhile: Sequence[str]
    preview: Preview | None
    task_name: str
    delays: Delays
    link_days: int
    near: Beside | None

    @property
    def shows(self) -> People:
        return opened(self.id, [self.follower.id] if self.follower else [], [self.next.stream] if self.next else [])


@dataclass(frozen=True, kw_only=True)
class DossierPage(DossierSheet):
    """A dossier, with its history of one stage or of all ("")."""

    template = "dossier/page.html"
    block = "sheet"

    history: Sequence[HistoryEntry]
    stage: str


def dossier_page(
    desk: Desk,
    dossier_id: UUID,
    opened: OpenForm | None,
    *,
    done: int = -1,
    told: Sequence[str] = (),
    stage: str = "",
    place: QueuePlace | None = None,
    with_history: bool = True,
) -> DossierPage:
    """Builds the page; `done` is the version just recorded (-1 for none), `stage` filters the history.

    `told` are sentences of what was just recorded elsewhere. `place` is where the person stands in Ma boîte.
    `with_history`: the page shows it.
    """
    dossier = desk.dossier(dossier_id)
    names = names_for(desk, dossier)
    trail = desk.trail(dossier_id)
    forms = allowed(desk, dossier)
    history = History(desk, names, trail, "retract" in forms, forms)
    entries = history.entries(stage) if with_history else []
    owed = tasks.of_dossier(dossier, desk.refs)
    offered = frozenset(name for name in forms if FORMS[name].offered(dossier))
    shown = dossier_tasks.open_tasks(desk, dossier_id, dossier, owed, offered)
    reading = grid_reading.read(desk, dossier)
    prescriptions = list(grid_reading.prescribed(desk, dossier))
    current, others = dossier.diagnostic.current("initial"), results.others(dossier, desk.today)
    return DossierPage(
        id=dossier_id,
        dossier=dossier,
        today=desk.today,
        offers=offered,
        may=_may(desk, dossier),
        age=path.age(dossier.birth_date, desk.today) if dossier.birth_date else "",
        advisor=_advisor(desk, dossier),
        mine=dossier.advisor == desk.me,
        received=desk.scope.whose == "own" and receives(desk.me, dossier, desk.today),
        cover=_cover(desk, dossier),
        back_to=_back_to(names, dossier),
        assessed=dossier.opened is not None and desk.refs.protocol(dossier.opened.on).concerned == "assessed",
        follower=merge.follower(desk, dossier),
        steps=steps(stepper(dossier), dossier, {task.kind for task in owed}, desk.today),
        box=str(place or ""),
        back=place.address if place else "",
        next=next_task(desk, place, dossier_id) if done >= 0 or told else None,
        done=told or history.receipt(done),
        done_version=done,
        undo=history.restorable if done == history.restorable else history.undoable,
        tasks=shown,
        primary=dossier_tasks.primary(shown),
        coming=dossier_tasks.coming(owed, desk.today),
        seats=seats.of_dossier(desk, dossier_id),
        current=current,
        reading=reading,
        bands=grid_reading.bands(desk, reading),
        rank=grid_reading.rank(dossier),
        change=results.progress(dossier),
        parts=results.initial(dossier),
        tries=results.tries(dossier, "initial", desk.today),
        others=others,
        participations=_participations(dossier, current, others, desk.today),
        prescriptions=prescriptions,
        imilo=grid_reading.imilo(dossier, prescriptions),
        next_steps=next_steps.next_steps(dossier, shown, offered, desk.today),
        history=entries,
        stage=stage,
        form=opened,
        beside=open_form.place(dossier, opened, shown, entries),
        hidden=open_form.hidden(opened),
        choices=open_form.choices(desk, dossier, opened) if opened else {},
        subject=open_form.subject(dossier, opened),
        proposals=open_form.proposals(desk, dossier, opened),
        meanwhile=open_form.meanwhile(desk, names, trail, opened),
        preview=preview(desk, dossier_id, names, opened) if opened else None,
        task_name=names.task(opened.about) if opened else "",
        delays=desk.refs.protocol(desk.today).delays,
        link_days=desk.refs.protocol(desk.today).partner_link,
        near=open_form.near(desk, dossier, opened, reading),
    )


def _may(desk: Desk, dossier: Dossier) -> frozenset[str]:
    """Returns what this person may do besides the forms: merge, undo_merge, replay, read_personal_data…

    `leave` offers the papers and the workshop, which are those of today: not at a desk of the past.
    """
    answers = {
        "merge": desk.may(merging.merge_dossier),
        "undo_merge": desk.may(merging.undo_merge),
        "prescribe": desk.may(build_prescription, Subject(dossier)),
        "leave": bool(desk.roles),
        "replay": not desk.roles.isdisjoint({"auditor", "referent", "manager"}),
        "read_personal_data": not desk.roles.isdisjoint({"referent", "manager"}),
    }
    return frozenset(name for name, allowed in answers.items() if allowed)


def _advisor(desk: Desk, dossier: Dossier) -> str:
    advisor = desk.refs.team.get(dossier.advisor) if dossier.advisor else None
    return advisor.name if advisor else ""


def _cover(desk: Desk, dossier: Dossier) -> str:
    """Says until when the advisor is away, and who is their deputy; "" when they are here."""
    advisor = desk.refs.team.get(dossier.advisor) if dossier.advisor else None
    absence = advisor.absence(desk.today) if advisor else None
    return absence_text(desk, absence) if absence else ""


def _back_to(names: ScopedNames, dossier: Dossier) -> str:
    """Returns the name of the advisor who has the dossier back after a loan."""
    advisor = dossier.lent.back_to if dossier.lent else dossier.advisor
    return names.staff(advisor) if advisor else ""


def _participations(
    dossier: Dossier,
    current: results.Shared | None,
    others: Sequence[results.SharedOutcome],
    today: date,
) -> list[ParticipationRow]:
    """Returns the participations besides the current results, in the order of their starts."""
    shown = {one.participation for one in others} | ({current[0]} if current else set())
    return [
        ParticipationRow(id, typography.upper_first(vocabulary.PURPOSES[link.purpose]), path.participation(link, today))
        for id, link in grid_reading.participations(dossier)
        if id not in shown
    ]
