"""Steps that record a plan, or what a campaign is for; matches by number (docs/domain.md#matching).

Each step has a guard that raises Refused("moved") when the plan must be made again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import asdict

from pixflow.actor import IMPORT, Actor
from pixflow.engine import CommandResult, Engine, Guard, Step, new_id
from pixflow.identity import imilo_number
from pixflow.participation import campaign as participation_campaign
from pixflow.participation import matches
from pixflow.participation.campaign import receive_export
from pixflow.participation.matches import match_by_number, settle_purpose
from pixflow.result_import.plan import Answers, ImportPlan, PlannedRow
from pixflow.result_import.rows import KnownRow
from pixflow.structure import accept_organisation


def number_of(external_id: str | None) -> str | None:
    """Returns the i-Milo number that a young person typed as external id, None when it cannot be one."""
    try:
        return imilo_number(external_id) if external_id else None
    except ValueError:
        return None


def dossiers_of(engine: Engine, numbers: Iterable[str | None]) -> dict[str | None, UUID]:
    """Returns the dossier with each number; unknown numbers are left out."""
    held = engine.claim_holders("imilo", {number for number in numbers if number})
    return dict(held.items())


def match_step(participation: UUID, dossier: UUID) -> Step:
    """Returns the step that matches the two, when number and names agree."""
    return Step({"participation": participation, "dossier": dossier}, match_by_number)


def match_after_opening(engine: Engine, dossier: UUID, waiting: Iterable[UUID], *, command_id: UUID) -> CommandResult:
    """Matches the participations that wait for the number of a dossier, after it was opened or its identity corrected.

    `waiting` are participations whose external id is that number; `command_id` is the command that opened it.
    """
    return match_all(engine, {dossier: tuple(waiting)}, command_id=command_id)


def match_all(engine: Engine, waiting: Mapping[UUID, Sequence[UUID]], *, command_id: UUID) -> CommandResult:
    """Matches the waiting participations of many dossiers in one transaction, as system:import."""
    steps = [match_step(participation, dossier) for dossier, found in waiting.items() for participation in found]
    if not steps:
        return CommandResult()
    return engine.execute_all(steps, "match", by=Actor(IMPORT), command_id=new_id(command_id, "match"), via="import")


def intake_id(campaign: UUID) -> UUID:
    """Returns the stream of the exports received for a campaign."""
    return new_id(campaign, "intake")


def campaign_code(code: str | None) -> str | None:
    """Returns the code of a campaign in the form of its claim."""
    return code.replace(" ", "").upper() if code else None


def steps(
    plan: ImportPlan,
    *,
    structure: UUID,
    campaign: UUID,
    command_id: UUID,
    answers: Answers,
    numbers: Mapping[str | None, UUID],
    code: str | None,
) -> Iterator[Step]:
    """Yields the steps that record a plan on the campaign's stream. `numbers`: the dossier with each i-Milo number.

    `structure` is the stream that knows its own organisations.

    `code` is the campaign's, None when another campaign holds it.
    """
    preview, streams = plan.preview, {"campaign": campaign}
    named = {"organisation": preview.organisation, "accepted": answers.organisation}
    yield Step({"structure": structure}, accept_organisation, named)
    pix_campaign = {
        "pix_id": preview.campaign.id,
        "code": code,
        "name": preview.campaign.name,
        "pix_course": plan.pix_course,
        "kind": preview.kind,
    }
    yield Step(streams, participation_campaign.find_campaign, context=pix_campaign)
    if answers.external_id_column is not None:
        chosen = {"header": answers.external_id_column}
        yield Step(streams, participation_campaign.choose_external_id_column, chosen)
    planned = (plan.intake_version, preview.purpose)
    yield Step(
        {"intake": intake_id(campaign)},
        receive_export,
        context={
            "digest": plan.digest,
            "campaign": campaign,
            "exported_at": preview.exported_at,
            "organisation": preview.organisation,
            "counts": asdict(preview.counts),
        },
        guard=Guard(lambda intake, known: (intake.version, known.purpose) == planned, streams),
    )
    for line in plan.lines:
        yield from _of_line(line, plan, campaign, command_id, numbers)


def _of_line(
    line: PlannedRow, plan: ImportPlan, campaign: UUID, command_id: UUID, numbers: Mapping[str | None, UUID]
) -> Iterator[Step]:
    row, participation, when = line.pair.file_row, line.pair.known, plan.preview.exported_at
    if row and line.what == "new":
        stream = new_id(command_id, f"row {row.row.line}")
        names = ("last_name", "first_name", "external_id", "imported")
        values = {name: getattr(row, name) for name in ("started", "progress", "result", "profile")}
        context = {
            **{name: getattr(row.row, name) for name in names},
            **values,
            "campaign": campaign,
            "purpose": plan.preview.purpose,
            "ordinal": line.ordinal,
            "exported_at": when,
        }
        yield Step({"participation": stream}, matches.import_participation, context=context)
        number = number_of(row.row.external_id)
        if plan.preview.purpose and number in numbers:
            yield match_step(stream, numbers[number])
    elif row and participation and line.what in ("shared", "corrected", "progressed", "returned"):
        newly = line.what in ("shared", "corrected")
        shared = {"result": row.result if newly else None, "profile": row.profile if newly else None}
        progress = participation.progress if row.progress is None or participation.result else row.progress
        ordinal = line.ordinal if line.what == "shared" else participation.ordinal
        context = {**shared, "progress": progress, "ordinal": ordinal, "exported_at": when}
        yield Step(
            of_known(participation),
            matches.record_progress,
            context=context,
            guard=still_matched(participation.dossier),
        )
    elif participation and line.what == "vanished":
        guard = still_matched(participation.dossier)
        yield Step(of_known(participation), matches.record_disappearance, context={"exported_at": when}, guard=guard)


def of_known(known: KnownRow) -> dict[str, UUID]:
    """Returns the streams of a participation: its own, and the dossier that it was matched with."""
    return {"participation": known.stream, **({"dossier": known.dossier} if known.dossier else {})}


def still_matched(matched: UUID | None) -> Guard:
    """Refuses when the participation is matched with another dossier meanwhile."""
    return Guard(lambda participation, dossier=None: participation.dossier == matched)


def declaring(
    campaign: UUID,
    arguments: Mapping[str, Any],
    *,
    planned: int,
    participations: Sequence[KnownRow],
    matches: Mapping[UUID, UUID],
) -> Iterator[Step]:
    """Yields the steps that declare a campaign, settle its participations and match those in `matches`.

    `planned` is the version of its intake at that time.
    """
    guard = _no_export_since(campaign, planned)
    yield Step({"campaign": campaign}, participation_campaign.declare_campaign, arguments, guard=guard)
    for one in participations:
        settled = {"purpose": arguments["purpose"]}
        yield Step({"participation": one.stream}, settle_purpose, context=settled)
    for participation, dossier in matches.items():
        yield match_step(participation, dossier)


def correcting(
    campaign: UUID, arguments: Mapping[str, Any], *, planned: int, participations: Sequence[KnownRow]
) -> Iterator[Step]:
    """Yields the steps that correct a purpose and settle each participation again. `arguments`: purpose, reason."""
    guard = _no_export_since(campaign, planned)
    yield Step({"campaign": campaign}, participation_campaign.correct_purpose, arguments, guard=guard)
    for one in participations:
        yield Step(of_known(one), matches.resettle_purpose, context=arguments, guard=still_matched(one.dossier))


def _no_export_since(campaign: UUID, planned: int) -> Guard:
    """Refuses when an export of the campaign came in meanwhile: its intake has another version."""
    return Guard(lambda known, intake: intake.version == planned, {"intake": intake_id(campaign)})
