"""Tasks from the exports of Pix Orga: campaigns to declare, participations to match."""

from pixflow.participation.campaign import Campaign
from pixflow.participation.state import Participation
from pixflow.reference_data import References
from pixflow.tasks.builder import task, when
from pixflow.tasks.task import Task


def of_participation(participation: Participation, refs: References) -> list[Task]:
    """Returns the matching task of a participation that waits for a match."""
    if not participation.waiting or participation.imported is None or participation.settled is None:
        return []
    stamp = max(participation.imported, participation.settled, key=when)
    return [task(refs, "match-participation", "", "referent", stamp)]


def of_campaign(campaign: Campaign, refs: References) -> list[Task]:
    """Returns the declaration task of a campaign found in an export."""
    if campaign.found is None or campaign.declared:
        return []
    return [task(refs, "declare-campaign", "", "referent", campaign.found, {"campaign": campaign.name})]
