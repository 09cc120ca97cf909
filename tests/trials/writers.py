"""Several threads of several processes that write on one stream."""

from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from threading import Barrier, Thread, local
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError
from msgspec import Struct, field

from pixflow.actor import Actor
from pixflow.dossier import follow_up
from pixflow.dossier.stages import orientation
from pixflow.engine import Engine, Stale
from pixflow.reference_data import References
from pixflow.unit_of_work import Step, UnitOfWork
from tests.trials.mission import Mission

THREADS = 3
PATIENCE = 60.0


class WriterReport(Struct):
    """Report of the writers of a process: the version seen by the author of each command, and errors.

    `met`: "again", decided once more under the lock; "stale", refused for what came meanwhile; "failed", not expected.
    """

    seen: dict[UUID, int] = field(default_factory=dict)
    met: list[str] = field(default_factory=list)


def write(mission: Mission, decision: str, without: str, commands: int, talk: Connection) -> None:
    """Each thread records so many commands on the first dossier, `without` the guard that a control does without."""
    report = WriterReport()
    _watch(report)
    _meet()
    CONTROLS[without]()
    with mission.opened() as opened:
        talk.send("ready")
        talk.recv()
        work = (opened.engine, mission, DECISIONS[decision], commands, report)
        threads = [Thread(target=_write, args=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    talk.send(report)


def _write(engine: Engine, mission: Mission, say: "Say", commands: int, report: WriterReport) -> None:
    (dossier, *_), by = mission.dossiers, Actor(str(mission.advisor))
    while commands:
        command, seen = uuid4(), len(engine.history(dossier))
        try:
            say(engine, dossier, by, command, seen)
        except Stale:
            report.met.append("stale")
        except IntegrityError:
            report.met.append("failed")
        else:
            report.seen[command] = seen
            commands -= 1


def _note(engine: Engine, dossier: UUID, by: Actor, command: UUID, seen: int) -> None:
    """Records a note, which no other event makes stale."""
    engine.execute({"dossier": dossier}, follow_up.take_note, by=by, command_id=command, text=f"note {command}")


def _plan(engine: Engine, dossier: UUID, by: Actor, command: UUID, seen: int) -> None:
    """Records a plan, which another event of its stage makes stale."""
    engine.execute(
        {"dossier": dossier},
        orientation.plan_diagnostic,
        by=by,
        command_id=command,
        seen={"dossier": seen},
        campaign=command,
        modality="office",
        mediator=False,
        place="",
        planned_for=engine.today(),
        context={"plan": command},
    )


def _watch(report: WriterReport) -> None:
    decide_again = UnitOfWork.decide_again

    def watched(self: UnitOfWork, moved: set[UUID], references: Callable[[], References]) -> None:
        report.met.append("again")
        decide_again(self, moved, references)

    UnitOfWork.decide_again = watched  # type: ignore[method-assign]


def _meet() -> None:
    """Each thread has decided its first command before any is recorded: all but one of them come second."""
    met, all_decided, decide = local(), Barrier(THREADS, timeout=PATIENCE), UnitOfWork.decide

    def decided(self: UnitOfWork, steps: Sequence[Step]) -> None:
        decide(self, steps)
        if not hasattr(met, "once"):
            met.once = True
            all_decided.wait()

    UnitOfWork.decide = decided  # type: ignore[method-assign]


def _without_a_second_look() -> None:
    Engine._find_moved = lambda self, versions: set()  # type: ignore[method-assign]


def _without_what_was_seen() -> None:
    UnitOfWork._check_seen = lambda self, name, loaded, new: None  # type: ignore[method-assign]


Say = Callable[[Engine, UUID, Actor, UUID, int], None]
DECISIONS: dict[str, Say] = {"note": _note, "plan": _plan}
CONTROLS: dict[str, Callable[[], None]] = {
    "nothing": lambda: None,
    "a second look": _without_a_second_look,
    "what was seen": _without_what_was_seen,
}
