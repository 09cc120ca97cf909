"""A task: its delays, chases, appointment, snooze and handover."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.discretion import marked_actions
from pixflow.dossier.state import Appointment, Dossier, Snooze
from pixflow.events.base import Stage
from pixflow.events.values import Action, Role
from pixflow.folding import Stamp
from pixflow.reference_data import References
from pixflow.tasks.kinds import TASK_KINDS, Kind


class Why(Struct, frozen=True):
    """The reason for a task: the event that opens it, its day, and details for the sentence."""

    version: int
    on: date
    details: dict[str, str] = {}


class Task(Struct, frozen=True):
    """A task. `key` is its kind and subject, never a version.

    It is visible from `opens` to `lapses` (excluded), in time through `due`, and visible to another role from the
    day of each escalation. Days are the structure's; delays are working days. A snoozed task is hidden until
    `snoozed_until`. A colleague, `handed_to`, does it through `handed_until` (None: without end). `owner` is set when
    the subject has no advisor: the facilitator of a workshop.
    """

    key: str
    kind: Kind
    stage: Stage | None
    role: Role
    opens: date
    due: date
    why: Why
    lapses: date | None = None
    escalations: tuple[tuple[date, Role], ...] = ()
    appointment: datetime | None = None
    place: str = ""
    chases: int = 0
    snoozed_until: date | None = None
    handed_to: UUID | None = None
    handed_until: date | None = None
    owner: UUID | None = None

    def is_visible(self, day: date) -> bool:
        """Tells if the dossier's page shows the task on a day, snoozed or not."""
        return self.opens <= day and (self.lapses is None or self.lapses > day)


class TaskBuilder:
    """Builds the tasks of one dossier. `exhausted` is the last chase once the tries are used up."""

    def __init__(self, dossier: Dossier, opened: Stamp, refs: References) -> None:
        self.dossier = dossier
        self.opened = opened
        self.refs = refs
        joined = dossier.joined or opened
        self.cej = joined if dossier.programme == "CEJ" and refs.protocol(joined.on).cej_mandatory else None
        self.tested = dossier.diagnostic.has_participation("initial")
        self.exhausted: Stamp | None = None

    def task(
        self,
        kind: Kind,
        about: object,
        stamp: Stamp,
        details: dict[str, str] | None = None,
        opens: date | None = None,
        due: date | None = None,
        lapses: date | None = None,
    ) -> Task:
        if TASK_KINDS[kind].role == "advisor" and kind != "close-or-plan":
            self._count_tries(key_of(kind, about), stamp)
        return task(self.refs, kind, about, stamp, details, opens, self.dossier, due, lapses)

    def label(self, action: Action) -> dict[str, str]:
        """Returns the label of an action, and that the grid keeps it for the advisor if it does."""
        marked = action.id in marked_actions(self.refs, self.dossier)
        return {"label": action.label, **({"marked": "yes"} if marked else {})}

    def recalls(self) -> Iterator[Task]:
        """Yields the reminders: each is due on its own day, and is nobody else's."""
        for id, one in self.dossier.reminders.items():
            made = self.task("recall", id, one.stamp, {"label": one.text}, opens=one.day, due=one.day)
            yield without_escalation(made)

    def chase(
        self,
        kind: Kind,
        about: UUID,
        stamp: Stamp,
        start: date,
        details: dict[str, str],
        lapses: date | None = None,
        not_before: date | None = None,
    ) -> Iterator[Task]:
        """Yields a task that each chase starts again, until it lapses or the protocol's tries are used up.

        It does not open before `not_before`.
        """
        key = key_of(kind, about)
        if self._count_tries(key, stamp):
            return
        turn = max([start, *(chase.on for chase in _chases(self.dossier, key, stamp))])
        opens = max(self.delay_end(turn, f"{kind}-opens", stamp), not_before or turn)
        if lapses is None or opens < lapses:
            yield self.task(kind, about, stamp, details, opens, lapses=lapses)

    def delay_end(self, day: date, delay: str, stamp: Stamp) -> date:
        """Returns the end of a delay of the protocol of `stamp`, in working days from `day`."""
        days: int = getattr(self.refs.protocol(stamp.on).delays, delay.replace("-", "_"))
        return self.refs.calendar.add(day, days)

    def _count_tries(self, key: str, stamp: Stamp) -> bool:
        chases = _chases(self.dossier, key, stamp)
        used_up = len(chases) >= self.refs.protocol(stamp.on).tries
        if used_up:
            self.exhausted = max(self.exhausted or chases[-1], chases[-1], key=when)
        return used_up


def task(
    refs: References,
    kind: Kind,
    about: object,
    stamp: Stamp,
    details: dict[str, str] | None = None,
    opens: date | None = None,
    dossier: Dossier | None = None,
    due: date | None = None,
    lapses: date | None = None,
) -> Task:
    """Builds one task. `due` replaces the day given by its delay, unless the task opens after it.

    It is due on the last working day of the young person's programme at the latest, and says so.
    """
    task_kind, protocol, add = TASK_KINDS[kind], refs.protocol(stamp.on), refs.calendar.add
    dossier = dossier or Dossier()
    key = key_of(kind, about)
    chases = _chases(dossier, key, stamp)
    opens = max([opens or stamp.on, *(chase.on for chase in chases)])
    if due is None or due < opens:
        due = add(opens, getattr(protocol.delays, kind.replace("-", "_")))
    appointment = _appointment(dossier.appointments.get(key), stamp, chases)
    if appointment:
        due = appointment.missed.on if appointment.missed else appointment.day
    meeting = appointment if appointment and not appointment.missed else None
    snooze = _snooze(dossier.snoozes.get(key), stamp, chases, appointment)
    due = max(due, snooze.end) if snooze and not meeting else due
    snoozed_until = min(snooze.end, meeting.day) if snooze and meeting else snooze.end if snooze else None
    met = [appointment.missed or appointment.stamp] if appointment else []
    acts = [*chases, *met, *([snooze.woken or snooze.stamp] if snooze else [])]
    end = None if meeting or kind in BEYOND else _last_day(dossier, refs, kind, stamp, acts)
    if end and due > end:
        due, snoozed_until = end, min(snoozed_until, end) if snoozed_until else None
        details = {**(details or {}), "programme_end": end.isoformat()}
    handed = dossier.handovers.get(key)
    if handed and (
        handed.stamp.version < stamp.version or (task_kind.role == "advisor" and handed.to == dossier.advisor)
    ):
        handed = None
    escalation = protocol.escalation
    return Task(
        key=key,
        kind=kind,
        stage=task_kind.stage,
        role=task_kind.role,
        opens=min(opens, due),
        due=due,
        why=Why(stamp.version, stamp.on, details or {}),
        lapses=lapses,
        escalations=((add(due, escalation.referent), "referent"), (add(due, escalation.manager), "manager")),
        appointment=meeting.at if meeting else None,
        place=meeting.place if meeting else "",
        chases=len(chases),
        snoozed_until=snoozed_until,
        handed_to=handed.to if handed else None,
        handed_until=handed.until if handed else None,
    )


BEYOND: tuple[Kind, ...] = ("confirm-erasure", "recall")
"""The tasks whose day somebody else gives: the law, or the advisor. So is an appointment's."""


def _last_day(dossier: Dossier, refs: References, kind: Kind, stamp: Stamp, acts: Sequence[Stamp]) -> date | None:
    """Returns the last working day of the programme; None without one, or for a task that began after it.

    None too once somebody acted on the task, that day or since: its next turn has its usual days. A path is quiet from
    its latest act on.
    """
    end = dossier.programme_end
    while end and not refs.calendar.is_working(end):
        end -= timedelta(days=1)
    acts = [*acts, stamp] if kind == "close-or-plan" else acts
    return end if end and stamp.on <= end and all(act.on < end for act in acts) else None


def without_escalation(task: Task) -> Task:
    """Returns a task that no other role sees, however late it is."""
    return replace(task, escalations=tuple((date.max, role) for _, role in task.escalations))


def key_of(kind: Kind, about: object) -> str:
    return f"{kind}:{about}" if about else kind


def when(stamp: Stamp) -> tuple[date, int]:
    return stamp.on, stamp.version


def _chases(dossier: Dossier, key: str, stamp: Stamp) -> list[Stamp]:
    """Returns the tries to reach the young person about a task, since the event that opens it."""
    return [chase for chase in dossier.chases.get(key, ()) if chase.version > stamp.version]


def _appointment(set_: Appointment | None, stamp: Stamp, chases: list[Stamp]) -> Appointment | None:
    """Returns the appointment that gives a task its day, unless it served an earlier turn of the task."""
    if set_ is None:
        return None
    latest = set_.missed or set_.stamp
    if stamp.version > latest.version and stamp.on >= set_.day:
        return None
    chased = [chase for chase in chases if chase.version > latest.version]
    return None if chased and (set_.missed or chased[-1].on > set_.day) else set_


def _snooze(snooze: Snooze | None, stamp: Stamp, chases: list[Stamp], appointment: Appointment | None) -> Snooze | None:
    """Returns the snooze of this turn of a task. A missed appointment since then cancels it."""
    missed = [appointment.missed] if appointment and appointment.missed else []
    since = max(known.version for known in (stamp, *chases, *missed))
    return snooze if snooze and snooze.stamp.version > since else None
