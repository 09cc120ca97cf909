"""Errands beside the work of a population: what its people never do, and what the operator does."""

import dataclasses
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import key_copies
from pixflow.backups.backup import back_up
from pixflow.dossier import identity
from pixflow.dossier.follow_up import take_note
from pixflow.dossier.privacy import request_erasure
from pixflow.protocol.publishing import publish_grille, publish_protocol
from pixflow.refused import Refused
from pixflow.restore.restore import restore
from projections.figures.refresh import refresh
from projections.store import stores
from tests import erasures
from tests.trials.office import Office
from tests.trials.verdict import every_row
from web.hosting.read_tables import reads_of
from web.hosting.served_structure import ServedStructure
from web.samples.agenda import PlannedCommand, command, working_days
from web.samples.population.cast import DrawnCast
from web.samples.simulation import Dossiers, Simulation
from web.samples.youth import Young

BY = Actor(OPERATOR)
NOON = 12 * 60
ERRANDS = 30
"""Errands of one run, on days at even distances."""
Commands = Iterable[PlannedCommand]


class Errands:
    """Errands on the agenda of a simulation, drawn from a seed.

    `canaries` are words that only somebody erased had, `signed` the checkpoints so far: epoch, size, root.
    """

    def __init__(self, sim: Simulation, office: Office, seed: int) -> None:
        self.sim, self.office, self.chance = sim, office, Random(f"{seed} errands")
        self.erased: set[UUID] = set()
        self.canaries: list[bytes] = []
        self.signed: list[tuple[int, int, bytes]] = []
        self.cast: DrawnCast = sim.cast  # type: ignore[assignment]

    def plan(self, span: tuple[date, date]) -> None:
        """Plans each errand once before any comes again; those that read all that there is come once."""
        known: list[Callable[[], Commands]] = [
            self.change_number, self.erase, self.tick, self.import_twice, self.merge, self.rotate,
            self.publish_protocol, self.publish_grid,
        ]  # fmt: skip
        left = self.chance.sample([*known, self.rebuild, self.restore], len(known) + 2)
        days = list(working_days(*span, self.sim.calendar))
        for day in days[2 :: max(1, len(days) // ERRANDS)]:
            left = left or self.chance.sample(known, len(known))
            self.sim.plan((day, NOON), left.pop())

    # --- on young people

    def change_number(self) -> Commands:
        """Gives a dossier another i-Milo number, and somebody else the one that is free now."""
        holder = self._pick(lambda young: bool(self.sim.dossiers.of(young.dossier).imilo_number))
        other = self._pick(lambda young: young is not holder)
        if holder and other:
            freed = self.sim.dossiers.of(holder.dossier).imilo_number
            yield self._numbered(holder, f"{self.chance.randrange(10**8, 10**9)}")
            yield self._numbered(other, freed)

    def _numbered(self, young: Young, number: str | None) -> PlannedCommand:
        known = self.sim.dossiers.of(young.dossier)
        same = {name: getattr(known, name) for name in ("last_name", "first_name", "birth_date", "site")}
        return command(BY, {"dossier": young.dossier}, identity.correct_identity, imilo_number=number, **same)

    def merge(self) -> Commands:
        """Opens a second dossier of somebody, who is then merged."""
        young = self._pick()
        if young:
            again = dataclasses.replace(young, dossier=self.sim.log.new_id(), number="", attempts=[], complete=[])
            self.sim.plan((self.sim.today, NOON + 5), partial(self._merge, young, again), young.dossier, again.dossier)
            yield self.cast.open_dossier(again, BY, young.advisor)

    def _merge(self, first: Young, again: Young) -> Commands:
        referent = self.sim.roster.referent(first.site, self.sim.today)
        if referent and not self.sim.dossiers.of(first.dossier).closed:
            yield self.cast.merge(first, again, referent.actor)

    def erase(self) -> Commands:
        """Erases somebody of whom a note has words that nobody else has."""
        young, today = self._pick(longest=True), self.sim.today
        referent = young and self.sim.roster.referent(young.site, today)
        if young and referent:
            words = f"zan{self.chance.randrange(10**12):012}"
            self._say(young, take_note, Actor(str(young.advisor)), text=f"Préfère qu’on l’appelle {words}")
            if self._say(young, request_erasure, referent.actor, reason="request"):
                self._erase(young.dossier, Actor(OPERATOR))
                self.canaries.append(words.encode())
        return ()

    def _erase(self, dossier: UUID, by: Actor) -> None:
        id = self.sim.log.new_id()
        page = self.office.through(lambda served: erasures.page(served.opened, dossier, by))
        self._hear(
            lambda: self.office.through(
                lambda served: erasing.erase(served.opened, dossier, page, by=by, command_id=id)
            )
        )
        self.office.through(lambda served: served.settle())
        self.erased.add(dossier)

    # --- on the structure

    def import_twice(self) -> Commands:
        """Imports an export, then the same file again: nothing more is recorded."""
        pix, referent = self.cast.pix, self.sim.roster.referent(0, self.sim.today)
        seasons = [one for of in pix.seasons.values() for one in of if one.stream and one.rows]
        if referent and seasons:
            season, drawn = self.chance.choice(seasons), self.sim.random.getstate()
            pix.bring_in(season, referent.actor)
            head = self.office.head()
            self.sim.random.setstate(drawn)
            pix.bring_in(season, referent.actor)
            assert self.office.head() == head, "the same file was imported twice"
        return ()

    def publish_protocol(self) -> Commands:
        """Publishes a protocol with a day more for each task."""
        document = self.sim.protocol
        longer = {name: days + 1 for name, days in dataclasses.asdict(document.delays).items()}
        delays = dataclasses.replace(document.delays, **longer)
        said = {"document": dataclasses.replace(document, delays=delays), "from_day": self.sim.today}
        return [command(BY, {"protocol": self.office.served.opened.stream("protocol")}, publish_protocol, said)]

    def publish_grid(self) -> Commands:
        document = self.sim.refs.grille(self.sim.today).document
        said = {"document": dataclasses.replace(document, name=f"{document.name} bis"), "from_day": self.sim.today}
        return [command(BY, {"grille": self.office.served.opened.stream("grille")}, publish_grille, said)]

    def tick(self) -> Commands:
        """Runs the periodic jobs, the register among them."""

        def until_rest(served: ServedStructure) -> None:
            rested = any(served.tick().rested for _ in range(6))
            assert rested or served is not self.office.served, "the jobs never rest"  # another one is amid its own

        self._hear(lambda: self.office.through(until_rest))
        register = self.office.served.register
        if last := register.last():
            self.signed.append((register.epoch, last.size, last.root))
        return ()

    def rebuild(self) -> Commands:
        """Makes all tables anew: no row changes."""
        before = self._rows()
        self.office.through(lambda served: served.rebuild(lambda done, total: None))
        after = self._rows()
        assert before == after, f"a rebuild changes {[name for name in before if before[name] != after[name]]}"
        return ()

    def _rows(self) -> dict[str, list[str]]:
        self.office.look()
        side = self.office.served.read()
        refresh(side, self.sim.today)
        return every_row(side)

    def rotate(self) -> Commands:
        id = self.sim.log.new_id()
        self._hear(lambda: self.office.through(lambda served: key_copies.rotate_keys(served.opened, "routine", id)))
        return ()

    def restore(self) -> Commands:
        """Takes a backup, loses a note and a person erased since, and restores: the person stays erased."""
        kept = self.office.head()
        made = self.office.through(lambda served: back_up(served.opened, None, served.register))
        known, path = len(self.sim.refs.structure.restores), made.path
        if young := self._pick():
            self._say(young, take_note, Actor(str(young.advisor)), text="perdu")
        self.sim.log.wait(1)
        list(self.erase())

        def put_back() -> None:
            restore(
                self.office.data, path, motive="drill", replace=True, clock=self.office.clock,
                rebuild=lambda opened: stores.rebuild(reads_of(opened).stores, opened.engine),
            )  # fmt: skip

        def once(served: Any) -> None:
            if len(self.office.references().structure.restores) == known:
                self.office.away(put_back)

        self.office.through(once)
        self.sim.dossiers = Dossiers(self.sim.engine)
        self.sim.listeners["dossier"] = self.sim.dossiers.hear
        self.sim.hear(self.office.read(kept, 10**6))
        return ()

    # --- what errands share

    def _pick(self, fits: Callable[[Young], bool] = lambda young: True, *, longest: bool = False) -> Young | None:
        """Draws somebody with an open dossier, an advisor and no seat; the one of three with most events."""
        there = [young for young in self.sim.young.values() if self._is_free(young) and fits(young)]
        drawn = self.chance.choices(there, k=3 if longest else 1) if there else []
        return max(drawn, key=lambda young: self.sim.dossiers.of(young.dossier).version, default=None)

    def _is_free(self, young: Young) -> bool:
        state = self.sim.dossiers.of(young.dossier)
        seat = state.diagnostic.seat
        busy = state.closed or state.merged or state.erased or state.erasure or (seat and seat.status == "booked")
        return bool(state.opened and state.advisor and not busy)

    def _say(self, young: Young, decide: Any, by: Actor, **said: Any) -> bool:
        try:
            streams = {"dossier": young.dossier}
            done = self.office.execute(streams, decide, by=by, command_id=self.sim.log.new_id(), **said)
        except Refused:
            return False
        self.sim.hear(done.recorded)
        return True

    def _hear(self, act: Callable[[], object]) -> None:
        """Lets the simulation know what an act recorded."""
        before = self.office.head()
        act()
        self.sim.hear(self.office.read(before, 10**6))
