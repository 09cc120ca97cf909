"""A demonstration played as one timeline: each day, in order, everyone does what they have to do."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid5

from pixflow import tasks
from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision
from pixflow.dossier import identity
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult
from pixflow.protocol.document import ProtocolDocument
from pixflow.structure_folder import OpenStructure
from pixflow.tasks import Task
from pixflow.team import staff
from pixflow.unit_of_work import Step
from pixflow.working_days import Calendar
from web.samples.clock import Clock
from web.samples.demo.people import Cast, Youth


class World:
    """The structure being played: its engine, its people by name, its dossiers, its workshops.

    `days` are the working days that are played, the last one that of `opens_at` or the one before it.
    """

    def __init__(
        self, opened: OpenStructure, clock: Clock, random: Random, cast: Cast, days: Sequence[date], opens_at: datetime
    ) -> None:
        self.opened = opened
        self.engine = opened.engine
        self.clock = clock
        self.random = random
        self.cast = cast
        self.days = days
        self.opens_at = opens_at
        self.staff: dict[str, UUID] = {}
        self.dossiers: dict[UUID, Youth] = {}
        self.workshops: dict[str, UUID] = {}
        self._commands = 0
        self._states: dict[UUID, Dossier] = {}
        self._read = 0

    @property
    def calendar(self) -> Calendar:
        return self.engine.references().calendar

    @property
    def protocol(self) -> ProtocolDocument:
        return self.engine.references().protocol(self.today)

    @property
    def today(self) -> date:
        return self.engine.today()

    def command(self) -> UUID:
        self._commands += 1
        return uuid5(self.opened.id, f"demo {self._commands}")

    # --- saying

    def actor(self, name: str, instead_of: str = "") -> Actor:
        return Actor(str(self.staff[name]), str(self.staff[instead_of]) if instead_of else None)

    def say(self, who: str, streams: dict[str, UUID], decide: Decision[..., Any], **arguments: Any) -> CommandResult:
        """One command, by somebody, at the clock's time; `context` among the arguments is the program's.

        Of an advisor who is away, it is the deputy who says it, in both names.
        """
        return self.engine.execute(streams, decide, by=self._by(who), command_id=self.command(), **arguments)

    def say_all(self, who: str, steps: Sequence[Step]) -> CommandResult:
        """Several decisions as one command."""
        command = self.command()
        return self.engine.execute_all(steps, str(command), by=self._by(who), command_id=command, via="web")

    def _by(self, who: str) -> Actor:
        if who not in self.staff:
            return Actor(who)
        deputy = self.deputy(who)
        return self.actor(deputy, who) if deputy else self.actor(who)

    def deputy(self, name: str) -> str:
        """Who sees to the dossiers of somebody today; "" when they are here."""
        away = self.engine.references().team[self.staff[name]].absence(self.today)
        return next((known for known, id in self.staff.items() if away and id == away.deputy), "")

    def hire(self) -> None:
        for n, (name, roles) in enumerate(self.cast.staff):
            address = f"{name.lower().replace(' ', '.')}@{self.cast.domain}".translate(PLAIN)
            self.staff[name] = uuid5(self.opened.id, address)
            phone = f"01 99 00 12 {n + 10}" if "advisor" in roles else None
            said: dict[str, Any] = {"name": name, "email": address, "phone": phone, "site": None, "roles": roles}
            self.say(OPERATOR, {"staff": self.staff[name]}, staff.add_member, **said)

    def open(self, youth: Youth, by: str) -> UUID:
        """A dossier by hand, with what is known at the first welcome."""
        dossier = uuid5(self.opened.id, youth.key)
        advisor = self.staff[youth.advisor] if youth.advisor else None
        self.say(
            by,
            {"dossier": dossier},
            identity.open_dossier,
            last_name=youth.last_name,
            first_name=youth.first_name,
            birth_date=youth.birth_date,
            imilo_number=youth.number or None,
            site=youth.site,
            phone=f"06 00 34 56 {self.random.randrange(10, 99)}",
            programme=youth.programme,
            group=youth.group or None,
            collective_end=youth.collective_end,
            advisor=advisor,
            project=youth.project if "Pas encore" not in youth.project else "",
        )
        self.dossiers[dossier] = youth
        return dossier

    # --- knowing

    def states(self) -> Iterator[tuple[UUID, Youth, Dossier]]:
        """Every dossier as it stands; only those that moved since they were last asked for are folded again."""
        head = self.engine.head()
        moved = {recorded.originator_id for recorded in self.engine.read(self._read, head - self._read)}
        wanted = [id for id in self.dossiers if id in moved or id not in self._states]
        self._states |= self.engine.states("dossier", wanted)
        self._read = head
        yield from [(id, youth, self._states[id]) for id, youth in self.dossiers.items()]

    def state(self, dossier: UUID) -> Dossier:
        found: Dossier = self.engine.state("dossier", dossier)
        return found

    def follower(self, dossier: UUID) -> str:
        """The advisor who follows a dossier, when it was last looked at."""
        known = self._states.get(dossier)
        return next((name for name, id in self.staff.items() if known and id == known.advisor), "")

    def named(self, *names: str) -> list[UUID]:
        """The dossiers of these young people, in this order."""
        known = {youth.name: id for id, youth in self.dossiers.items()}
        return [known[name] for name in names]

    def owed(self, names: Iterable[str]) -> Iterator[tuple[UUID, Youth, Dossier, Task]]:
        """Every task that is to be done now in the dossiers these advisors follow, those set aside or lent left out."""
        ids = {self.staff[name] for name in names}
        for id, youth, state in self.states():
            for task in tasks.of_dossier(state, self.engine.references()) if state.advisor in ids else ():
                rests = task.handed_to is not None or (task.paused is not None and task.paused > self.today)
                if task.role == "advisor" and task.opens <= self.today and not rests:
                    yield id, youth, state, task

    def patience(self, youth: Youth, task: Task) -> int:
        """Working days that an advisor lets pass before doing this task: the same each time it is asked."""
        if task.kind in youth.waits:
            return youth.waits[task.kind]
        if youth.prompt or (youth.eager and task.kind in ("present-pix", "plan-diagnostic")):
            return 0
        most = self.cast.slowness.get(youth.advisor or "", 0)
        return Random(f"{youth.key} {task.key.split(':')[0]} {task.chases}").randrange(most + 1)  # noqa: S311


PLAIN = str.maketrans("éèêëàâîïôöûüç’", "eeeeaaiioouuc.")
