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

SAID = (
    "last_name", "first_name", "birth_date", "phone", "email", "programme", "project", "group", "collective_end",
    "commune", "programme_end",
)  # fmt: skip
"""Fields that a young person tells at their first welcome."""
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
        said = {name: getattr(young, name) for name in SAID}
        site, number = self.sim.roster.sites[young.site], young.number or None
        streams = {"dossier": young.dossier}
        return command(by, streams, identity.open_dossier, imilo_number=number, site=site, advisor=advisor, **said)
