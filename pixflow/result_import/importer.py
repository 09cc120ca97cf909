"""Imports exports of Pix Orga (prepare, answer, record), and participations that waited for a campaign."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.actor import Actor
from pixflow.engine import CommandResult, Engine, Step, new_id
from pixflow.events.intake import ExportReceived
from pixflow.events.values import Purpose
from pixflow.garbage import without_garbage_collection
from pixflow.participation.campaign import Intake
from pixflow.pix_orga import Export, choose_external_id, read_cells
from pixflow.pix_orga import ExportCampaign as PixCampaign
from pixflow.refused import Refused
from pixflow.result_import.erasure import erased_lines
from pixflow.result_import.plan import Answers, ImportCounts, ImportPlan, ImportPreview, plan
from pixflow.result_import.rows import FileRow, KnownRow
from pixflow.result_import.steps import campaign_code, correcting, declaring, dossiers_of, intake_id, number_of, steps
from pixflow.result_import.undo import RecordedImport, Trails, read_import, undo_steps
from pixflow.unit_of_work import LoadedStream
from pixflow.uploads import Uploads

AGAIN = frozenset({"moved", "taken"})
NOTHING_SAID = Answers()
PART = "export"
"""The part of an upload under which the reading of its export stands."""
Reader = Callable[[bytes, str], Export]


class PreparedExport(Struct, frozen=True):
    """An export compared with the known participations. No plan when the file is refused."""

    digest: str
    answers: Answers
    export: Export
    plan: ImportPlan | None

    @property
    def preview(self) -> ImportPreview | None:
        return self.plan.preview if self.plan else None


class KeptExport:
    """Reads an upload once: its next previews find what was read. Stores no reading of a refused file."""

    def __init__(self, uploads: Uploads, token: str) -> None:
        self._uploads, self._token = uploads, token

    def is_stored(self) -> bool:
        """Tells if the file was uploaded as an export."""
        return self._uploads.reading(self._token, PART) is not None

    def __call__(self, data: bytes, name: str) -> Export:
        return self._uploads.read_once(
            self._token, PART, Export, lambda: read_cells(data, name), lambda export: not export.refused
        )

    def store(self, export: Export) -> None:
        """Stores what was read of the file, before its upload is previewed."""
        self._uploads.keep_reading(self._token, PART, msgspec.msgpack.encode(export))


class ImportResult(Struct, frozen=True):
    """Result of an import. `done` records nothing when another command had recorded the file before."""

    campaign: UUID
    counts: ImportCounts
    done: CommandResult


class Importer:
    """Imports into one structure. `participations_of` returns those of a campaign, up to the last event.

    `structure` is the structure's stream.
    """

    def __init__(
        self, engine: Engine, structure: UUID, participations_of: Callable[[UUID], Sequence[KnownRow]]
    ) -> None:
        self.engine = engine
        self.structure = structure
        self.participations_of = participations_of

    # --- an export

    @without_garbage_collection()
    def prepare(
        self, data: bytes, name: str, answers: Answers = NOTHING_SAID, reader: Reader = read_cells
    ) -> PreparedExport:
        """Reads a file and returns the changes it would make. Records nothing.

        `reader` reads the file before anybody chooses its external id. Raises Refused("unknown-column") when the file
        lacks the chosen column.
        """
        digest = hashlib.sha256(data).hexdigest()
        export = reader(data, name)
        if export.refused or export.campaign is None:
            return PreparedExport(digest, answers, export, None)
        choice = answers.external_id_column
        if choice is None and (stream := self._stream(export.campaign)):
            campaign = self.engine.references().campaigns.get(stream)
            choice = campaign.external_id_column if campaign else None
        export = choose_external_id(export, choice)
        if answers.external_id_column and any(p.code == "external-id-column-unknown" for p in export.problems):
            raise Refused("unknown-column", field="external_id_column")
        return self._prepared(digest, answers, export)

    @without_garbage_collection()
    def record(self, prepared: PreparedExport, *, by: Actor, command_id: UUID) -> ImportResult:
        """Records a prepared import in one transaction. Compares once more when something changed meanwhile.

        Examples are an erasure, or a dossier opened with the number of a row. Raises Refused: "export-refused";
        "not-its-kind" (kind) for another kind of file than the campaign's; "questions" (codes) while one is not
        answered; "other-organisation" when another one was accepted meanwhile; "not-allowed"; "moved".
        """
        try:
            return self._record(prepared, by, command_id)
        except Refused as refused:
            if refused.code not in AGAIN:
                raise
        return self._record(self._prepared(prepared.digest, prepared.answers, prepared.export), by, command_id)

    def take_back(
        self, imported: UUID, trails: Trails, *, reason: str, by: Actor, command_id: UUID, via: str = "web"
    ) -> CommandResult:
        """Takes an import back in one transaction: each row that nothing followed, and the export itself.

        A second time, it takes the rows that have become free. Raises Refused: "unknown-import"; "later-export" while
        a later export of the campaign counts; "not-allowed"; "moved".
        """

        def undo() -> CommandResult:
            recorded_import = read_import(self.engine.events_of_command(imported), trails)
            if recorded_import is None:
                raise Refused("unknown-import")
            streams = [one.stream for one in self.participations_of(recorded_import.campaign)]
            made = undo_steps(
                recorded_import,
                structure=self.structure,
                participations=streams,
                others=self._organisations(recorded_import),
                reason=reason,
            )
            return self.engine.execute_all(list(made), ("undo", imported), by=by, command_id=command_id, via=via)

        return _once_more(undo)

    def _organisations(self, but: RecordedImport) -> set[str]:
        """Returns the organisations that the exports name, but for one import."""
        intakes = [intake_id(campaign) for campaign in self.engine.references().campaigns] if but.organisation else []
        states: dict[UUID, Intake] = self.engine.states("intake", intakes)
        mine = (intake_id(but.campaign), but.received.originator_version)
        return {
            export.organisation
            for stream, intake in states.items()
            for export in intake.exports
            if (stream, export.version) != mine
        }

    def _prepared(self, digest: str, answers: Answers, export: Export) -> PreparedExport:
        stream = self._stream(export.campaign)
        intake = self._intake(stream) if stream else Intake()
        made = plan(
            export,
            digest=digest,
            answers=answers,
            now=self.engine.clock(),
            refs=self.engine.references(),
            campaign_id=stream,
            intake=intake,
            participations=self.participations_of(stream) if stream else (),
            erased=lambda rows: erased_lines(self.engine, stream, rows),
        )
        return PreparedExport(digest, answers, export, made)

    def _record(self, prepared: PreparedExport, by: Actor, command_id: UUID) -> ImportResult:
        made = prepared.plan
        if made is None:
            raise Refused("export-refused")
        if made.preview.misfit:
            raise Refused("not-its-kind", kind=made.preview.kind)
        if made.preview.questions:
            raise Refused("questions", codes=tuple(question.code for question in made.preview.questions))
        campaign = made.preview.campaign_id or new_id(command_id, "campaign")
        numbers = self._dossiers(made)

        def unchanged() -> bool:
            erased = erased_lines(self.engine, made.preview.campaign_id, _new(made))
            return not erased and self._dossiers(made) == numbers

        done = self.engine.execute_all(
            self._steps(made, campaign, prepared.answers, command_id, numbers),
            (prepared.digest, prepared.answers),
            by=by,
            command_id=command_id,
            via="import",
            unchanged=unchanged,
        )
        return ImportResult(campaign, _counts(done), done)

    def _dossiers(self, made: ImportPlan) -> dict[str | None, UUID]:
        """Returns the dossiers with the numbers of the new rows, as far as these are to be matched."""
        numbers = (number_of(one.row.external_id) for one in _new(made))
        return dossiers_of(self.engine, numbers) if made.preview.purpose else {}

    def _steps(
        self, made: ImportPlan, campaign: UUID, answers: Answers, command_id: UUID, numbers: dict[str | None, UUID]
    ) -> list[Step]:
        if made.preview.seen_before:
            return []
        code = campaign_code(made.preview.campaign.code)
        held = self.engine.claim_holders("campaign-code", [code]) if code else {}
        return list(
            steps(
                made,
                structure=self.structure,
                campaign=campaign,
                command_id=command_id,
                answers=answers,
                numbers=numbers,
                code=code if code and held.get(code, campaign) == campaign else None,
            )
        )

    def _stream(self, campaign: PixCampaign | None) -> UUID | None:
        """Returns the stream of the campaign: known from an earlier export, or declared with its code."""
        if campaign is None:
            return None
        found = self.engine.claim_holders("campaign", [str(campaign.id)])
        if found:
            return found[str(campaign.id)]
        code = campaign_code(campaign.code)
        stream = self.engine.claim_holders("campaign-code", [code]).get(code) if code else None
        known = self.engine.references().campaigns.get(stream) if stream else None
        return stream if known and known.pix_id is None else None

    # --- a campaign

    def declare(
        self,
        campaign: UUID | None,
        *,
        name: str,
        code: str,
        purpose: Purpose,
        site: str | None,
        by: Actor,
        command_id: UUID,
        via: str = "web",
    ) -> CommandResult:
        """Declares a campaign, settles its participations and matches those with a number, in one transaction.

        `campaign` is None before its first export. Raises Refused: "already-declared", "bad-code", "required",
        "not-allowed", "taken" when another campaign has the code, "moved".
        """
        claim = campaign_code(code) or ""
        declared = self.engine.claim_holders("campaign-code", [claim]).get(claim)
        stream = campaign or declared or new_id(command_id, "campaign")
        arguments: dict[str, Any] = {"name": name, "code": code, "purpose": purpose, "site": site}
        content = ("declare", campaign, arguments)

        def declare() -> CommandResult:
            made = self._declaring(stream, arguments)
            return self.engine.execute_all(made, content, by=by, command_id=command_id, via=via)

        return _once_more(declare)

    def correct_purpose(
        self, campaign: UUID, *, purpose: Purpose, reason: str, by: Actor, command_id: UUID, via: str = "web"
    ) -> CommandResult:
        """Corrects the purpose of a campaign and replays the effects of the first one.

        Raises Refused: "undeclared-campaign", "unsuited-purpose", "required", "not-allowed", "moved".
        """
        arguments: dict[str, Any] = {"purpose": purpose, "reason": reason}
        content = ("correct-purpose", campaign, arguments)

        def correct() -> CommandResult:
            made = self._correcting(campaign, arguments)
            return self.engine.execute_all(made, content, by=by, command_id=command_id, via=via)

        return _once_more(correct)

    def preview_correction(
        self, campaign: UUID, purpose: Purpose, *, by: Actor
    ) -> dict[UUID, tuple[LoadedStream, LoadedStream]]:
        """Returns every stream that the correction would change, before and after. Raises the same refusals."""
        return self.engine.preview_all(self._correcting(campaign, {"purpose": purpose, "reason": "—"}), by=by)

    def _declaring(self, campaign: UUID, arguments: dict[str, Any]) -> list[Step]:
        planned = self._intake(campaign).version
        participations = self.participations_of(campaign)
        waiting = {
            one.stream: number_of(one.external_id) for one in participations if one.dossier is None and not one.vanished
        }
        held = dossiers_of(self.engine, waiting.values())
        matches = {stream: held[number] for stream, number in waiting.items() if number in held}
        return list(declaring(campaign, arguments, planned=planned, participations=participations, matches=matches))

    def _correcting(self, campaign: UUID, arguments: dict[str, Any]) -> list[Step]:
        planned = self._intake(campaign).version
        return list(correcting(campaign, arguments, planned=planned, participations=self.participations_of(campaign)))

    def _intake(self, campaign: UUID) -> Intake:
        intake: Intake = self.engine.state("intake", intake_id(campaign))
        return intake


def _once_more(say: Callable[[], CommandResult]) -> CommandResult:
    """Tries again when an export or a match was recorded meanwhile."""
    try:
        return say()
    except Refused as refused:
        if refused.code != "moved":
            raise
    return say()


def _new(made: ImportPlan) -> list[FileRow]:
    """Returns the rows of unknown participations."""
    return [line.pair.file_row for line in made.lines if line.what == "new" and line.pair.file_row]


def _counts(done: CommandResult) -> ImportCounts:
    """Returns the counts of the recorded event, all zero for a file that was recorded before."""
    for recorded in done.recorded:
        if isinstance(event := recorded.event, ExportReceived):
            return ImportCounts(*(getattr(event, name) for name in ImportCounts.__struct_fields__))
    return ImportCounts()
