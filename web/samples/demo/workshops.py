"""Workshops of a script, by name: scenes schedule them, the afternoon holds them."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID

from pixflow.actor import Actor
from web.samples.agenda import PlannedCommand
from web.samples.behaviours.campaigns import PixOrga
from web.samples.behaviours.workshops import WorkshopCase, Workshops
from web.samples.clock import at
from web.samples.demo.people import ScriptedYoung
from web.samples.roster import Member
from web.samples.simulation import Case, Simulation

STARTS, ENDS = 14, 16
MUCH, LITTLE = Decimal("0.8"), Decimal("0.3")


class ScriptedWorkshops(Workshops):
    """`calls`: workshops where the assistant is called; `kept`: workshops left to be marked."""

    def __init__(self, sim: Simulation, pix: PixOrga, calls: Sequence[str], kept: Sequence[str]) -> None:
        super().__init__(sim, pix)
        self.calls, self.kept = calls, kept
        self.named: dict[str, UUID] = {}

    def choose(self, case: Case) -> WorkshopCase | None:
        """Returns the workshop that keeps a seat for them, else the first free one, else the last one."""
        dossier = case.young.dossier
        ahead = [one for one in self.cases.values() if one.day > self.sim.today and dossier not in one.state.seats]
        ahead.sort(key=lambda one: one.day)
        offered = [one for one in ahead if (waits := one.state.waiting.get(dossier)) and waits.until]
        free = [one for one in ahead if one.state.free > 0]
        return next(iter((*offered, *free, *ahead[-1:])), None)

    def called(self, name: str) -> WorkshopCase:
        return self.cases[self.named[name]]

    def set_up(self, name: str, day: date, runners: Sequence[Member], place: str, capacity: int) -> PlannedCommand:
        self.named[name] = self.sim.log.new_id()
        return self.schedule(self.named[name], 0, place, day, (STARTS, 0, ENDS, 0), capacity, runners)

    def hold(self) -> None:
        """Plans the afternoon of today's workshops."""
        today = self.sim.today
        for name, id in self.named.items():
            one = self.cases.get(id)
            if one is None or one.day != today or not one.state.seats or name in self.kept:
                continue
            if name in self.calls:
                self.sim.plan((today, STARTS * 60 + 20), partial(self._ask_help, one), id)
                self.sim.plan((today, STARTS * 60 + 27), partial(self._give_help, one), id)
            for place, dossier in enumerate(one.state.seats):
                self.sim.plan((today, ENDS * 60 - 10 + place), partial(self._mark, one, dossier, place), id, dossier)
            self.sim.plan((today, ENDS * 60 + 20), partial(self._close, one), id)

    def _ask_help(self, one: WorkshopCase) -> Iterator[PlannedCommand]:
        yield self.ask_help(one, self._runner(one))

    def _give_help(self, one: WorkshopCase) -> Iterator[PlannedCommand]:
        yield self.give_help(one, self.sim.roster.of("facilitator")[0].actor)

    def _runner(self, one: WorkshopCase) -> Actor:
        runner = self.runner(one)
        assert runner is not None
        return runner.actor

    def _mark(self, one: WorkshopCase, dossier: UUID, place: int) -> Iterator[PlannedCommand]:
        young = self.sim.young[dossier]
        assert isinstance(young, ScriptedYoung)
        presence = young.presence or ("absent" if young.manner == "no-test" else "present")
        if presence not in ("absent", "excused"):
            young.take_test(at(self.sim.today, STARTS, 15 + place), self.sim.random)
            presence = young.presence or _seen(young)
        young.presence = ""
        yield self.mark(one, self._runner(one), dossier, presence)

    def _close(self, one: WorkshopCase) -> Iterator[PlannedCommand]:
        yield self.close(one, self._runner(one))


def _seen(young: ScriptedYoung) -> str:
    """Returns how the test went, as somebody standing by sees it."""
    one = young.attempts[-1] if young.attempts else None
    if one is None or one.finished is None or one.mastery <= LITTLE:
        return "trouble"
    return "ease" if one.mastery >= MUCH else "present"
