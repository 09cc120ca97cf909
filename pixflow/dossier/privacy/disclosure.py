"""Decisions that record what is handed out about a young person (docs/retention.md#what-was-handed-out)."""

from collections.abc import Sequence
from datetime import date

from pixflow.actor import OPERATOR
from pixflow.decision import DOSSIER_READERS, REFERENT_AND_MANAGER, Argument, decision
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import DossierPaper
from pixflow.folding import once_a_day


@decision("issue_copy", REFERENT_AND_MANAGER, Argument.ACTOR, Argument.HISTORY, system=(OPERATOR,))
def issue_copy(dossier: Dossier, *, actor: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Records that the actor takes a copy of all data of the person."""
    return once_a_day(e.CopyIssued(on=on), actor, history)


@decision("issue_paper", DOSSIER_READERS, Argument.ACTOR, Argument.HISTORY)
def issue_paper(
    dossier: Dossier, *, paper: DossierPaper, actor: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Records that the actor takes a paper for the person: fiche, convocation or prescription sheet."""
    return once_a_day(e.PaperIssued(paper=paper, on=on), actor, history)
