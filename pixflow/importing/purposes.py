"""Declares or corrects the purpose of a campaign, with all its consequences, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from pixflow.engine import Guard, Step
from pixflow.importing.auto_match import match_step
from pixflow.importing.rows import KnownRow
from pixflow.importing.steps import intake_id, of_known, still_matched
from pixflow.participation import campaign as participation_campaign
from pixflow.participation import matches as imports


def declaring(
    campaign: UUID,
    arguments: Mapping[str, Any],
    *,
    planned: int,
    known: Sequence[KnownRow],
    matches: Mapping[UUID, UUID],
) -> Iterator[Step]:
    """Yields the steps that declare a campaign, settle its participations and match those in `matches`.

    `planned` is the version of its intake at that time.
    """
    guard = _no_export_since(campaign, planned)
    yield Step({"campaign": campaign}, participation_campaign.declare_campaign, arguments, guard=guard)
    for one in known:
        settled = {"purpose": arguments["purpose"]}
        yield Step({"participation": one.stream}, imports.settle_purpose, context=settled)
    for participation, dossier in matches.items():
        yield match_step(participation, dossier)


def correcting(
    campaign: UUID, arguments: Mapping[str, Any], *, planned: int, known: Sequence[KnownRow]
) -> Iterator[Step]:
    """Yields the steps that correct a purpose and settle each participation again. `arguments`: purpose, reason."""
    guard = _no_export_since(campaign, planned)
    yield Step({"campaign": campaign}, participation_campaign.correct_purpose, arguments, guard=guard)
    for one in known:
        yield Step(of_known(one), imports.resettle_purpose, context=arguments, guard=still_matched(one.dossier))


def _no_export_since(campaign: UUID, planned: int) -> Guard:
    """Refuses when an export of the campaign came in meanwhile: its intake has another version."""
    return Guard(lambda known, intake: intake.version == planned, {"intake": intake_id(campaign)})
