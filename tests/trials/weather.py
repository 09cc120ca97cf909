"""The whole simulated: a population works in calm weather, then again among deaths and failing disks.

`python -m tests.trials.weather SEED [PEOPLE [MONTHS [COMMANDS]]]` replays a seed, and shrinks a failure to its first
command.

One seed draws the people, the errands beside their work, and the faults. Afterwards both logs must be equal, and the
store sound.
"""

import logging
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext, suppress
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import format_exception
from typing import Any, NamedTuple
from uuid import UUID

from dateutil.relativedelta import relativedelta
from msgspec.structs import replace

from pixflow import erasing, inspection, presets, structure_folder
from pixflow.folding import ERASURES
from pixflow.ledger.register import leaf_of
from pixflow.ledger.verify import Tree
from pixflow.streams import KINDS, kind_of
from projections.figures.refresh import refresh
from tests.trials.errands import Errands
from tests.trials.office import FIRST, Office, Stop
from tests.trials.sky import Sky
from tests.trials.verdict import EVERYTHING, every_row, from_scratch
from web.hosting.served_structure import ServedStructure
from web.samples import population
from web.samples.agenda import Clock, at
from web.samples.population.team import sites_of
from web.samples.simulation import Simulation

PRESETS = ("laigle-mortagne", "hautes-pyrenees", "parcours-type")
MEMORY = Path("/dev/shm")
DEFAULTS = 1, 24, 3, 1_000_000
"""Seed, people, months, commands."""


class Run:
    """The records that one run left, and what its errands know of them."""

    def __init__(self, office: Office, errands: Errands, sim: Simulation) -> None:
        engine = office.served.engine
        self.office, self.errands, self.refused = office, errands, sim.log.refused
        self.log = engine.read(0, EVERYTHING)
        with engine.recorder.datastore.reading() as cursor:
            self.claims = {tuple(row) for row in cursor.execute("SELECT kind, digest, stream FROM claims")}
            self.commands: int = cursor.execute("SELECT count(*) FROM commands").fetchone()[0]


def run(office: Office, seed: int, size: tuple[int, int], stop: int) -> Run:
    """Plays so many people for so many months, up to a number of commands."""
    people, months = size
    span = FIRST, FIRST + relativedelta(months=months, days=-1)
    opened: Any = replace(office.served.opened, engine=office)
    with office.sky.outdoors() if office.sky else nullcontext():
        sim = population.prepare(opened, office.clock, young_people=people, seed=seed, months=months, span=span)
        office.hear, errands = sim.hear, Errands(sim, office, seed)
        office.began, office.stop = office.number, office.number + stop
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
    yield from (
        f"{one}" for one in inspection.event_faults(engine, engine.head(), changed=served.register.compare(engine))
    )
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


class Outcome(NamedTuple):
    """The end of a seed: commands recorded, faults, what is wrong, and the number of the last command."""

    commands: int
    sky: Sky
    wrong: list[str]
    number: int


def attempt(seed: int, size: tuple[int, int], stop: int = EVERYTHING) -> Outcome:
    """Plays a seed in calm and in bad weather, so many people for so many months, up to a number of commands."""
    sky, commands, number = Sky(seed), 0, 0
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder, ExitStack() as closed:
        calm, weather = Path(folder) / "calm", Path(folder) / "weather"
        preset, clock = presets.load(PRESETS[seed % len(PRESETS)]), Clock(at(FIRST, 7, 30))
        sites = tuple(sites_of(size[0]))
        new = structure_folder.create(calm, name="Ici", preset=preset, sites=sites, demonstration=True, clock=clock)
        new.engine.close()
        shutil.copytree(calm, weather)
        runs: list[Run] = []
        try:
            for data, above in ((calm, None), (weather, sky)):
                office = Office(data, new.slug, seed, above)
                closed.callback(office.close)
                try:
                    runs.append(run(office, seed, size, stop))
                finally:
                    number = max(number, office.number - office.began)
            commands = runs[1].commands
            wrong = [*differences(*runs), *faults(runs[1])]
        except Exception as error:  # an error that nobody expects is what this looks for
            wrong = ["".join(format_exception(error)[-12:])]
    return Outcome(commands, sky, wrong, number)


def shrunk(seed: int, size: tuple[int, int], most: int) -> str:
    """Returns the first command after which something is wrong, with the faults of its last commands."""
    least = 0
    while least + 1 < most:
        middle = (least + most) // 2
        least, most = (least, middle) if attempt(seed, size, middle).wrong else (middle, most)
    last = attempt(seed, size, most)
    near = [f"  at command {number}: {seam}, {what}" for number, seam, what in last.sky.told[-5:]]
    again = f"python -m tests.trials.weather {seed} {size[0]} {size[1]} {most}"
    return "\n".join([f"seed {seed}, command {most}; to replay: {again}", *near, *last.wrong[:5]])


def main() -> None:
    seed, people, months, most = (*map(int, sys.argv[1:]), *DEFAULTS[len(sys.argv) - 1 :])
    logging.disable()
    last = attempt(seed, (people, months), most)
    print(f"seed {seed}: {last.commands} commands, faults {dict(last.sky.struck)}")
    print(shrunk(seed, (people, months), last.number) if last.wrong else "the weather left no trace")


if __name__ == "__main__":
    main()
