"""What a campaign is for, said or corrected: everything that waited for it, or followed from it, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from pixflow.engine import Guard, Step
from pixflow.importing.matching import match_step
from pixflow.importing.rows import KnownRow
from pixflow.importing.steps import intake_id, of_known, still_matched
from pixflow.participation import campaign as participation_campaign
from pixflow.participation import exports


def declaring(
    campaign: UUID,
    said: Mapping[str, Any],
    *,
    planned: int,
    known: Sequence[KnownRow],
    matches: Mapping[UUID, UUID],
) -> Iterator[Step]:
    """A campaign is declared, its participations settle, and those of `matches` find their dossier.

    `planned` is the version of its intake on which that was made.
    """
    guard = _no_export_since(campaign, planned)
    yield Step({"campaign": campaign}, participation_campaign.declare_campaign, said, guard=guard)
    for one in known:
        settled = {"purpose": said["purpose"]}
        yield Step({"participation": one.stream}, exports.settle_purpose, context=settled)
    for participation, dossier in matches.items():
        yield match_step(participation, dossier)


def correcting(campaign: UUID, said: Mapping[str, Any], *, planned: int, known: Sequence[KnownRow]) -> Iterator[Step]:
    """A purpose is corrected, and each participation is said again under the new one; `said` is purpose and reason."""
    guard = _no_export_since(campaign, planned)
    yield Step({"campaign": campaign}, participation_campaign.correct_purpose, said, guard=guard)
    for one in known:
        yield Step(of_known(one), exports.resettle_purpose, context=said, guard=still_matched(one.dossier))


def _no_export_since(campaign: UUID, planned: int) -> Guard:
    """No export of the campaign came in: its intake is still at that version."""
    return Guard(lambda known, intake: intake.version == planned, {"intake": intake_id(campaign)})
