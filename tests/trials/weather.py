"""The whole simulated: a population works in calm weather, then again among deaths and failing disks.

`python -m tests.trials.weather SEED [COMMANDS]` replays a seed, and shrinks a failure to its first command.

One seed draws the people, the errands beside their work, and the faults. Afterwards both logs must be equal, and the
store sound. A fault strikes at a seam: what stands there is wrapped, and works as ever.
"""

import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from itertools import zip_longest
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from traceback import format_exception
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import NAMESPACE_OID, UUID, uuid5

from dateutil.relativedelta import relativedelta
from msgspec.structs import replace

from pixflow import erasing, inspection, presets, structure_folder
from pixflow.actor import Actor
from pixflow.dossier.follow_up import take_note
from pixflow.engine import CommandResult, Engine, Step
from pixflow.erasing import ErasureUnfinished
from pixflow.events.base import Recorded
from pixflow.folding import ERASURES
from pixflow.ledger.register import leaf_of
from pixflow.ledger.verify import Tree
from pixflow.refused import Refused
from pixflow.store import StoreFull
from pixflow.store.sqlite.recorder import HardenedDatastore
from pixflow.store.sqlite.vault import SqliteVault
from pixflow.streams import KINDS, kind_of
from projections.figures.refresh import refresh
from projections.store.catch_up import ReadSide
from tests.trials.errands import Errands
from tests.trials.verdict import every_row, from_scratch
from web.hosting.served_structure import ServedStructure, serve_one
from web.samples import population
from web.samples.agenda import Clock, at
from web.samples.population.team import sites_of
from web.samples.simulation import Simulation

T = TypeVar("T")
FIRST = date(2025, 9, 1)
PRESETS = ("laigle-mortagne", "hautes-pyrenees", "parcours-type")
FAULTS = (
    ("commit", "before"), ("commit", "after"), ("commit", "disk"),
    ("vault", "before"), ("vault", "after"), ("vault", "disk"),
    ("tables", "before"), ("tables", "after"), ("tables", "disk"), ("tables", "other"),
    ("exclusive", "before"), ("exclusive", "other"), ("form", "twice"),
)  # fmt: skip
"""Seams and what happens there: a death before or after, a disk error, another process first, a form sent twice."""
STORM, NEIGHBOURS, LOOKS = 0.06, 0.03, 0.5
"""Shares of the commands: with a fault, with a note of a colleague at the same moment, after which a page is read."""
AGAIN = 0.2
"""Share of the faults that another one follows."""
MEMORY = Path("/dev/shm")
EVERYTHING = 10**9


class Died(BaseException):
    """The end of the process: nothing catches it but who starts the next one."""


class Stop(BaseException):
    """The run has taken as many commands as it should."""


class Difference(AssertionError):
    """The store after the weather is not the one after the calm, or not sound."""


# --- faults


class Sky:
    """Faults drawn from a seed. Each strikes once, where the work next passes its seam."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(f"{seed} faults")
        self.struck = Counter[tuple[str, str]]()
        self.told: list[tuple[int, str, str]] = []
        self.meanwhile: Callable[[], object] | None = None
        self.number = 0
        self._armed: list[tuple[str, str]] = []
        self._indoors = True

    def draw(self, number: int) -> None:
        """Arms faults for the command of a number, at most one a seam: most commands pass only some seams."""
        self.number = number
        while self.chance.random() < STORM:
            self._arm()

    def _arm(self) -> None:
        fault = self.chance.choice(FAULTS)
        if all(seam != fault[0] for seam, _ in self._armed):
            self._armed.append(fault)

    def take(self, seam: str, what: str) -> bool:
        """Tells if a fault strikes here and now. Another one may follow at once."""
        if self._indoors or (seam, what) not in self._armed:
            return False
        self._armed.remove((seam, what))
        self.struck[seam, what] += 1
        self.told.append((self.number, seam, what))
        if self.chance.random() < AGAIN:
            self._arm()
        return True

    def before(self, seam: str) -> None:
        if self.take(seam, "before"):
            raise Died
        if self.take(seam, "disk"):
            raise StoreFull("the disk of the weather is full")

    def after(self, seam: str) -> None:
        if self.take(seam, "after"):
            raise Died

    @contextmanager
    def indoors(self) -> Iterator[None]:
        """Spares what another process does."""
        before, self._indoors = self._indoors, True
        try:
            yield
        finally:
            self._indoors = before

    @contextmanager
    def outdoors(self) -> Iterator[None]:
        """Wraps the four seams."""
        commit, exclusive = HardenedDatastore.transaction, HardenedDatastore.exclusive

        @contextmanager
        def transaction(store: HardenedDatastore, *, commit_: bool) -> Iterator[sqlite3.Cursor]:
            with commit(store, commit=commit_) as cursor:
                yield cursor
                if commit_:
                    self.before("commit")
            if commit_:
                self.after("commit")

        @contextmanager
        def alone(store: HardenedDatastore) -> Iterator[None]:
            if not store.lock.depth:
                self.before("exclusive")
                if self.meanwhile and not self._indoors:
                    first, self.meanwhile = self.meanwhile, None
                    first()
            with exclusive(store):
                yield

        with ExitStack() as wrapped:
            for owner, name, made in (
                (HardenedDatastore, "transaction", lambda store, *, commit: transaction(store, commit_=commit)),
                (HardenedDatastore, "exclusive", alone),
                (SqliteVault, "add", self._around("vault", SqliteVault.add)),
                (ReadSide, "_apply", self._around("tables", ReadSide._apply)),
            ):
                wrapped.enter_context(patch.object(owner, name, made))
            self._indoors = False
            yield
            self._indoors = True

    def _around(self, seam: str, work: Callable[..., T]) -> Callable[..., T]:
        def struck(*arguments: Any) -> T:
            self.before(seam)
            done = work(*arguments)
            self.after(seam)
            return done

        return struck


# --- the process that dies, and comes back


class Office:
    """The engine of a structure, as its people know it: whatever happens to the process, they ask until an answer.

    Without a `sky` nothing happens. Ends with Stop before the command of the number `stop`.
    """

    execute: Callable[..., CommandResult] = Engine.execute

    def __init__(self, data: Path, slug: str, seed: int, sky: Sky | None) -> None:
        self.data, self.slug, self.stop, self.sky = data, slug, EVERYTHING, sky
        self.clock, self.number = Clock(at(FIRST, 7, 30)), 0
        self.hear: Callable[[Sequence[Recorded]], object] = lambda recorded: None
        self._chance, self._seed, self._rested = Random(f"{seed} office"), seed, Random(f"{seed} pages")
        self._other: ServedStructure | None = None
        self.served = self._opened()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.served.engine, name)

    def _opened(self) -> ServedStructure:
        return serve_one(structure_folder.open_one(self.data, self.slug, clock=self.clock))

    @property
    def other(self) -> ServedStructure:
        """Another process that serves the structure."""
        if self._other is None:
            self._other = self._opened()
        return self._other

    def close(self) -> None:
        for one in (self.served, self._other):
            if one:
                one.close()
        self._other = None

    def away(self, act: Callable[[], T]) -> T:
        """Returns what `act` does while no process serves the structure."""
        self.close()
        try:
            return act()
        finally:
            if not isinstance(sys.exception(), Died):
                self.served = self._opened()

    def come_back(self) -> None:
        """Starts the next process, which finishes what the last one owed."""
        assert self.sky
        with self.sky.indoors():
            self.close()
            self.served = self._opened()
            if erasing.is_pending(self.served.opened):
                self.served.settle()

    def through(self, act: Callable[[ServedStructure], T]) -> T:
        """Returns what an act answers in the end. It is one command, sent again with its id until then."""
        if self.number == self.stop:
            raise Stop
        self.number += 1
        if not self.sky:
            return act(self.served)
        self.sky.draw(self.number)
        if self.sky.meanwhile is None and self.sky.take("exclusive", "other"):
            self.sky.meanwhile = lambda: self._elsewhere(act)
        try:
            done = self._insist(lambda: act(self.served))
            if self.sky.take("form", "twice") and isinstance(done, CommandResult):
                again = self._insist(lambda: act(self.served))
                if done.recorded and (again.recorded, again.repeated) != (done.recorded, True):  # type: ignore[attr-defined]
                    raise Difference("a form sent twice has two answers")
        finally:
            self.sky.meanwhile = None
        if self._rested.random() < LOOKS:
            self.look()
        return done

    def look(self) -> None:
        """Reads a page."""
        if self.sky and self.sky.take("tables", "other"):
            self._elsewhere(lambda served: served.read())
        self._insist(lambda: self.served.read())

    def _insist(self, act: Callable[[], T]) -> T:
        while True:
            try:
                return act()
            except Died:
                self.come_back()
            except (StoreFull, ErasureUnfinished):
                continue

    def _elsewhere(self, act: Callable[[ServedStructure], T]) -> T:
        assert self.sky
        with self.sky.indoors():
            return act(self.other)

    def execute_all(self, steps: Sequence[Step], content: object, **how: Any) -> CommandResult:
        """Executes a command. Now and then a colleague's note comes between its decision and its saving."""
        note = self._note(steps)
        wrote: list[Recorded] = []

        def write(served: ServedStructure) -> None:
            nonlocal note
            if note:
                step, by, command = note
                note = None
                with suppress(Refused):
                    done = served.engine.execute(step, take_note, by=by, command_id=command, text="Vu par un collègue")
                    wrote.extend(done.recorded)

        if self.sky and note and self._chance_of_weather():
            self.sky.meanwhile = lambda: self._elsewhere(write)
        elif note:
            write(self.served) if not self.sky else self._elsewhere(write)
        try:
            return self.through(lambda served: served.engine.execute_all(steps, content, **how))
        finally:
            if note and not isinstance(sys.exception(), Stop):
                self._elsewhere(write)
            self.hear(wrote)

    def _chance_of_weather(self) -> bool:
        return self.sky is not None and self.sky.chance.random() < 0.7

    def _note(self, steps: Sequence[Step]) -> tuple[Mapping[str, UUID], Actor, UUID] | None:
        dossier = steps[0].streams.get("dossier") if steps else None
        if self._chance.random() >= NEIGHBOURS or dossier is None or self.number == self.stop:
            return None
        advisor = self.served.engine.state("dossier", dossier).advisor
        command = uuid5(NAMESPACE_OID, f"note {self._seed} {self.number}")
        return ({"dossier": dossier}, Actor(str(advisor)), command) if advisor else None


# --- one run, and what must hold after it


class Run:
    """The records that one run left, and what its errands know of them."""

    def __init__(self, office: Office, errands: Errands, sim: Simulation) -> None:
        engine = office.served.engine
        self.office, self.errands, self.refused = office, errands, sim.log.refused
        self.log = engine.read(0, EVERYTHING)
        with engine.recorder.datastore.reading() as cursor:
            self.claims = {tuple(row) for row in cursor.execute("SELECT kind, digest, stream FROM claims")}
            self.commands: int = cursor.execute("SELECT count(*) FROM commands").fetchone()[0]


def run(data: Path, slug: str, seed: int, size: tuple[int, int], stop: int, sky: Sky | None) -> Run:
    """Plays so many people for so many months, up to a number of commands."""
    people, months = size
    office, span = Office(data, slug, seed, sky), (FIRST, FIRST + relativedelta(months=months, days=-1))
    opened: Any = replace(office.served.opened, engine=office)
    with ExitStack() as outdoors:
        if sky:
            outdoors.enter_context(sky.outdoors())
        sim = population.prepare(opened, office.clock, young_people=people, seed=seed, months=months, span=span)
        office.hear, office.stop, errands = sim.hear, office.number + stop, Errands(sim, office, seed)
        errands.plan(span)
        with suppress(Stop):
            population.play(sim, span)
    office.look()
    return Run(office, errands, sim)


def differences(calm: Run, weather: Run) -> Iterator[str]:
    """Yields how the records of a run differ from those of the calm one."""
    pairs = zip_longest(calm.log, weather.log)
    if first := next(((one, other) for one, other in pairs if one != other), None):
        yield f"the logs differ: {first[0]} in calm weather, {first[1]} in this one"
    if calm.refused != weather.refused:
        yield f"other commands are refused: {calm.refused}, {weather.refused}"
    if calm.claims != weather.claims:
        yield f"{len(calm.claims ^ weather.claims)} claims differ"


def faults(run: Run) -> Iterator[str]:
    """Yields what is not sound in the records of a run."""
    served, engine = run.office.served, run.office.served.engine
    yield from (f"out of order: {one}" for one in inspection.order_faults(engine))
    yield from (f"{one}" for one in inspection.event_faults(engine, engine.head(), changed=served.register.changed))
    histories = {stream: told for part in engine.by_stream(engine.head(), 5_000) for stream, told in part.items()}
    erased = {stream for stream, told in histories.items() if any(isinstance(one.event, ERASURES) for one in told)}
    claims = {
        (kind, bytes.fromhex(engine.token(kind, value)), stream.hex)
        for stream, told in histories.items()
        for kind, value in KINDS[kind_of(told[0].event)].claims(KINDS[kind_of(told[0].event)].fold(told))
    }
    kept = {one for one in run.claims if UUID(one[2]) not in erased}
    yield from (f"a claim that nobody holds: {one[0]} of {one[2]}" for one in kept - claims)
    keys = engine.keys.vault.streams()
    yield from (f"the key of somebody erased is there: {one}" for one in erased if keys.get(one))
    yield from (f"not erased: {one}" for one in run.errands.erased if one not in erased)
    for path in (path for path in run.office.data.rglob("*") if path.is_file()):
        content = path.read_bytes()
        yield from (f"{path.name} names somebody erased" for words in run.errands.canaries if words in content)
    if erasing.has_unfinished(served.opened):
        yield "an erasure is unfinished"
    yield from _of_the_register(run)
    yield from _of_the_tables(served)


def _of_the_tables(served: ServedStructure) -> Iterator[str]:
    """Compares each table with that of a fold from scratch. Those of issue 30, rows by day, compare here too."""
    side, anew = served.read(), from_scratch(served.engine)
    refresh(side, served.today())
    yield from (f"a stream is stopped: {one}" for one in (*side.stopped(), *anew.stopped()))
    live, fold = every_row(side), every_row(anew)
    anew.database.dispose()
    for name in live:
        if left := Counter(live[name]) - Counter(fold[name]):
            yield f"{name} is no fold of the events: {next(iter(left))} is left"
        if gone := Counter(fold[name]) - Counter(live[name]):
            yield f"{name} is no fold of the events: {next(iter(gone))} is missing"


def _of_the_register(run: Run) -> Iterator[str]:
    """Makes every root anew, up to the last checkpoint."""
    served = run.office.served
    last, tree = served.register.follow(served.engine, served.opened.stream("structure")), Tree()
    signed = {size: root for epoch, size, root in run.errands.signed if epoch == served.register.epoch}
    for row in served.engine.recorder.log(0, EVERYTHING, last.size):
        tree.add(leaf_of(row))
        if signed.get(tree.size, tree.root()) != tree.root():
            yield f"the register signed another root at {tree.size}"
    if (tree.size, tree.root()) != (last.size, last.root):
        yield "the root of the register is another one"


def attempt(seed: int, size: tuple[int, int] = (40, 5), stop: int = EVERYTHING) -> tuple[int, Sky, list[str]]:
    """Plays a seed in calm and in bad weather. Returns the number of commands, the faults, and what is wrong."""
    sky = Sky(seed)
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder, ExitStack() as closed:
        calm, weather = Path(folder) / "calm", Path(folder) / "weather"
        preset, clock = presets.load(PRESETS[seed % len(PRESETS)]), Clock(at(FIRST, 7, 30))
        sites = tuple(sites_of(size[0]))
        new = structure_folder.create(calm, name="Ici", preset=preset, sites=sites, demonstration=True, clock=clock)
        new.engine.close()
        shutil.copytree(calm, weather)
        try:
            played = run(calm, new.slug, seed, size, stop, None)
            closed.callback(played.office.close)
            again = run(weather, new.slug, seed, size, stop, sky)
            closed.callback(again.office.close)
            return again.commands, sky, [*differences(played, again), *faults(again)]
        except Exception as error:
            return 0, sky, ["".join(format_exception(error)[-12:])]


def shrunk(seed: int, size: tuple[int, int], most: int) -> str:
    """Returns the first command after which something is wrong, with the faults of its last commands."""
    least = 0
    while least + 1 < most:
        middle = (least + most) // 2
        least, most = (least, middle) if attempt(seed, size, middle)[2] else (middle, most)
    _, sky, wrong = attempt(seed, size, most)
    near = [f"  before command {number}: {seam}, {what}" for number, seam, what in sky.told[-5:]]
    again = f"python -m tests.trials.weather {seed} {size[0]} {size[1]} {most}"
    return "\n".join([f"seed {seed}, command {most}; to replay: {again}", *near, *wrong[:5]])


def main() -> None:
    seed, people, months, most = [
        int(one) for one in (*sys.argv[1:], *("1", "40", "5", "1000000")[len(sys.argv) - 1 :])
    ]
    count, sky, wrong = attempt(seed, (people, months), most)
    print(f"seed {seed}: {count} commands, {sum(sky.struck.values())} faults {dict(sky.struck)}")
    print(shrunk(seed, (people, months), sky.number) if wrong else "the weather left no trace")


if __name__ == "__main__":
    main()
