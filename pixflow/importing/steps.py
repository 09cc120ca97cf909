"""Steps of a plan. Each has a guard that raises Refused("moved") when the plan must be made again."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from msgspec.structs import asdict

from pixflow.engine import Guard, Step, new_id
from pixflow.importing.auto_match import match_step, number_of
from pixflow.importing.plan import Answers, ImportPlan, PlannedRow
from pixflow.importing.rows import FileRow, KnownRow
from pixflow.participation import campaign as participation_campaign
from pixflow.participation import matches
from pixflow.participation.campaign import receive_export
from pixflow.structure import accept_organisation


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
    found = {
        "pix_id": preview.campaign.id,
        "code": code,
        "name": preview.campaign.name,
        "pix_course": plan.pix_course,
        "kind": preview.kind,
    }
    yield Step(streams, participation_campaign.find_campaign, context=found)
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
    row, known, when = line.pair.file_row, line.pair.known, plan.preview.exported_at
    if row and line.what == "new":
        stream = new_id(command_id, f"row {row.row.line}")
        yield Step(
            {"participation": stream},
            matches.import_participation,
            context=_first(row, line.ordinal, plan, campaign),
        )
        number = number_of(row.row.external_id)
        if plan.preview.purpose and number in numbers:
            yield match_step(stream, numbers[number])
    elif row and known and line.what in ("shared", "corrected", "progressed", "returned"):
        newly = line.what in ("shared", "corrected")
        shared = {"result": row.result if newly else None, "profile": row.profile if newly else None}
        progress = known.progress if row.progress is None or known.result else row.progress
        ordinal = line.ordinal if line.what == "shared" else known.ordinal
        context = {**shared, "progress": progress, "ordinal": ordinal, "exported_at": when}
        yield Step(of_known(known), matches.record_progress, context=context, guard=still_matched(known.dossier))
    elif known and line.what == "vanished":
        guard = still_matched(known.dossier)
        yield Step(of_known(known), matches.record_disappearance, context={"exported_at": when}, guard=guard)


def _first(file_row: FileRow, ordinal: int, plan: ImportPlan, campaign: UUID) -> dict[str, object]:
    row = file_row.row
    return {
        "campaign": campaign,
        "purpose": plan.preview.purpose,
        "last_name": row.last_name,
        "first_name": row.first_name,
        "external_id": row.external_id,
        "imported": row.imported,
        "started": file_row.started,
        "progress": file_row.progress,
        "ordinal": ordinal,
        "result": file_row.result,
        "profile": file_row.profile,
        "exported_at": plan.preview.exported_at,
    }


def of_known(known: KnownRow) -> dict[str, UUID]:
    """Returns the streams of a participation: its own, and the dossier that it was matched with."""
    return {"participation": known.stream, **({"dossier": known.dossier} if known.dossier else {})}


def still_matched(matched: UUID | None) -> Guard:
    """Refuses when the participation is matched with another dossier meanwhile."""
    return Guard(lambda participation, dossier=None: participation.dossier == matched)
