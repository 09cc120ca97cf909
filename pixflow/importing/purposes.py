"""What a campaign is for, said or corrected: everything that waited for it, or followed from it, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.dossier.state import Dossier
from pixflow.engine import Step
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Purpose
from pixflow.importing.matching import match_step
from pixflow.importing.rows import KnownRow
from pixflow.importing.steps import intake_id, must_hold, of_known
from pixflow.participation import campaign as participation_campaign
from pixflow.participation import exports
from pixflow.participation.campaign import Campaign
from pixflow.participation.intake import Intake
from pixflow.participation.state import Participation


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
    yield Step({"campaign": campaign, "intake": intake_id(campaign)}, declare_campaign, said, {"planned": planned})
    for one in known:
        settled = {"purpose": said["purpose"]}
        yield Step({"participation": one.stream}, exports.settle_purpose, context=settled)
    for participation, dossier in matches.items():
        yield match_step(participation, dossier)


def correcting(campaign: UUID, said: Mapping[str, Any], *, planned: int, known: Sequence[KnownRow]) -> Iterator[Step]:
    """A purpose is corrected, and each participation is said again under the new one; `said` is purpose and reason."""
    yield Step({"campaign": campaign, "intake": intake_id(campaign)}, correct_purpose, said, {"planned": planned})
    for one in known:
        context = {"participation_id": one.stream, "matched": one.dossier, **said}
        yield Step(of_known(one), resettle_purpose, context=context)


# --- decisions, as long as what they were made on holds


def declare_campaign(
    campaign: Campaign,
    intake: Intake,
    *,
    planned: int,
    name: str,
    code: str,
    purpose: Purpose,
    site: str | None,
    on: date,
) -> list[Event]:
    """What the campaign is for, and no export of it came in meanwhile."""
    must_hold(intake.version == planned)
    return participation_campaign.declare_campaign(campaign, name=name, code=code, purpose=purpose, site=site, on=on)


def correct_purpose(
    campaign: Campaign, intake: Intake, *, planned: int, purpose: Purpose, reason: str, on: date
) -> list[Event]:
    """It was declared for something else, and no export of it came in meanwhile."""
    must_hold(intake.version == planned)
    return participation_campaign.correct_purpose(campaign, purpose=purpose, reason=reason, on=on)


def resettle_purpose(
    participation: Participation,
    dossier: Dossier | None = None,
    *,
    participation_id: UUID,
    matched: UUID | None,
    purpose: Purpose,
    reason: str,
    on: date,
    history: Sequence[Recorded],
) -> dict[str, list[Event]]:
    """The row, which is still whose it was, under the corrected purpose."""
    must_hold(participation.dossier == matched)
    return exports.resettle_purpose(
        participation,
        dossier,
        participation_id=participation_id,
        purpose=purpose,
        reason=reason,
        on=on,
        history=history,
    )
