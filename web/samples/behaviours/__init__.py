"""Behaviours on every kind of task a dossier owes: drawn by default, overridden by name in the casts."""

from collections.abc import Callable, Iterable
from uuid import UUID

from pixflow.actor import Actor
from pixflow.dossier import identity
from pixflow.tasks import Kind
from web.samples.agenda import PlannedCommand, command
from web.samples.behaviours.advisors import Referent
from web.samples.behaviours.parcours import Parcours
from web.samples.simulation import Case
from web.samples.youth import Young

Behaviour = Callable[[Case], Iterable[PlannedCommand]]


class Behaviours(Parcours, Referent):
    """One method a kind of task: `present_pix` answers `present-pix`."""

    def behaviour(self, kind: Kind) -> Behaviour | None:
        found: Behaviour | None = getattr(self, kind.replace("-", "_"), None)
        return found

    def perform(self, case: Case) -> Iterable[PlannedCommand]:
        behaviour = self.behaviour(case.task.kind)
        return behaviour(case) if behaviour else ()

    def open_dossier(self, young: Young, by: Actor, advisor: UUID | None) -> PlannedCommand:
        """Opens the dossier of a first welcome."""
        self.sim.young[young.dossier] = young
        self.matching.meet(young)
        return command(
            by,
            {"dossier": young.dossier},
            identity.open_dossier,
            last_name=young.last_name,
            first_name=young.first_name,
            birth_date=young.birth_date,
            imilo_number=young.number or None,
            site=self.sim.roster.sites[young.site],
            phone=young.phone,
            email=young.email,
            programme=young.programme,
            project=young.project,
            group=young.group,
            collective_end=young.collective_end,
            advisor=advisor,
        )
