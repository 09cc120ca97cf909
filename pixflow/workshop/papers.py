"""Papers of a workshop that carry names: the attendance sheet and the letters to its registrants."""

from collections.abc import Sequence
from datetime import date

from pixflow.decision import WORKSHOP_READERS, Argument, decision
from pixflow.events import workshop as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import WorkshopPaper
from pixflow.folding import once_a_day
from pixflow.workshop.state import Workshop


@decision("issue_workshop_paper", WORKSHOP_READERS, Argument.ACTOR, Argument.HISTORY)
def issue_workshop_paper(
    workshop: Workshop, *, paper: WorkshopPaper, people: int, actor: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Records that the actor takes a paper with the names of so many people; nothing for a paper without names."""
    return once_a_day(e.PaperIssued(paper=paper, people=people, on=on), actor, history) if people else []
