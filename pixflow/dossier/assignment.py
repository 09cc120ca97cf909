"""Assigns a dossier to an advisor."""

from datetime import date
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.decision import REFERENT_AND_MANAGER, decision
from pixflow.dossier.guards import must_be_open
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event


@decision("assign_advisor", REFERENT_AND_MANAGER, system=(OPERATOR,))
def assign_advisor(dossier: Dossier, *, advisor: UUID, on: date, bulk: UUID | None = None) -> list[Event]:
    """Assigns the dossier for good. `bulk` is the command that moves it with others."""
    must_be_open(dossier)
    for_good = advisor == dossier.advisor and dossier.lent is None
    return [] if for_good else [e.AdvisorAssigned(advisor=advisor, on=on, bulk=bulk)]
