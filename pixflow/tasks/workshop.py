"""The task of a workshop once its day has come: mark attendance."""

from datetime import date

from msgspec.structs import replace

from pixflow.folding import Stamp
from pixflow.reference_data import References
from pixflow.tasks.builder import task
from pixflow.tasks.task import Task
from pixflow.workshop.state import Workshop


def of_workshop(workshop: Workshop, refs: References) -> list[Task]:
    """Returns a task for each facilitator while a person with a seat is unmarked; none once cancelled.

    The first one's escalates; the others' do not, so that a late workshop stands once before those who steer.
    """
    if workshop.announced is None or workshop.day is None or workshop.cancelled or not workshop.unmarked:
        return []
    campaign = refs.campaigns.get(workshop.campaign) if workshop.campaign else None
    held = Stamp(workshop.day, workshop.announced.version)
    details = {"campaign": campaign.name} if campaign else {}
    owed = task(refs, "mark-attendance", "", "facilitator", held, details)
    never = tuple((date.max, role) for _, role in owed.escalations)
    first, *others = workshop.facilitators or (None,)
    return [
        replace(owed, owner=first),
        *(replace(owed, key=f"mark-attendance:{one}", owner=one, escalations=never) for one in others),
    ]
