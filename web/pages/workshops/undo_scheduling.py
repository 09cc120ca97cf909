"""Takes back the workshops that one command scheduled, while nobody has a place in any of them."""

from uuid import UUID

from pixflow.engine import Step
from pixflow.events.workshop import WorkshopScheduled
from pixflow.workshop.scheduling import cancel_workshop
from pixflow.workshop.state import Workshop
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.commands import Outcome, record_all
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm

ADDRESS = "/ateliers/nouveau/annuler"


def offer(desk: Desk, receipt: Receipt | None, reference: str) -> Receipt | None:
    """Returns a receipt with its undo, while nothing followed on the workshops that it names."""
    made = scheduled(desk, reference)
    untouched = [state for state in folds_of(desk.read, made).values() if _is_untouched(state)]
    return receipt.with_undo(reference, ADDRESS) if receipt and made and len(untouched) == len(made) else receipt


def undo(desk: Desk, form: UndoForm, made: list[UUID]) -> Outcome:
    """Cancels them all, or none when somebody has a seat in one of them."""
    steps = [Step({"workshop": id}, cancel_workshop, {"reason": "mistake"}, {"registrants": ()}) for id in made]
    return record_all(desk, steps, ("undo", form.receipt), command_id=form.command_id)


def scheduled(desk: Desk, reference: str) -> list[UUID]:
    """Returns the workshops that this command of the person at the desk scheduled."""
    events = receipts.events_of(desk, reference)
    return [one.originator_id for one in events if isinstance(one.event, WorkshopScheduled)]


def _is_untouched(state: Workshop) -> bool:
    return not (state.seats or state.waiting or state.cancelled or state.closed)
