"""The task of a workshop once its day has come: mark attendance."""

from msgspec.structs import replace

from pixflow.folding import Stamp
from pixflow.reference_data import References
from pixflow.tasks.builder import task
from pixflow.tasks.task import Task
from pixflow.workshop.state import Workshop


def of_workshop(workshop: Workshop, refs: References) -> list[Task]:
    """Returns one task for the first facilitator, while a person with a seat is unmarked; none once cancelled."""
    if workshop.announced is None or workshop.day is None or workshop.cancelled or not workshop.unmarked:
        return []
    campaign = refs.campaigns.get(workshop.campaign) if workshop.campaign else None
    held = Stamp(workshop.day, workshop.announced.version)
    details = {"campaign": campaign.name} if campaign else {}
    owed = task(refs, "mark-attendance", "", "facilitator", held, details)
    return [replace(owed, owner=workshop.facilitators[0] if workshop.facilitators else None)]
