"""Takes a whole import back, but for the rows that something followed (docs/domain.md#imports-taken-back)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from pixflow.dossier import retraction
from pixflow.engine import Guard, Step
from pixflow.events.base import Recorded
from pixflow.events.intake import ExportReceived
from pixflow.events.participation import MatchConfirmed
from pixflow.events.structure import OrganisationAccepted
from pixflow.folding import not_retracted
from pixflow.participation import campaign
from pixflow.participation.campaign import take_back_export
from pixflow.participation.matches import Why, is_new, of_import, take_back_row, why_it_stays
from pixflow.result_import.steps import intake_id
from pixflow.structure import withdraw_organisation

Trails = Callable[[Collection[UUID]], Mapping[UUID, Sequence[Recorded]]]
"""Returns every event of many streams, oldest first."""


class ImportedRow(Struct, frozen=True):
    """A row that an import recorded, and still counts. `dossier` is the one it is matched with.

    `why`: it stays, because its person is erased, somebody matched it, an export or a purpose said more of it, or
    something followed in the dossier. `new`: the import showed it first.
    """

    participation: UUID
    dossier: UUID | None
    new: bool
    why: Why | None


class RecordedImport(Struct, frozen=True):
    """An import that a command recorded, with the rows that still count."""

    command: UUID
    received: Recorded
    rows: tuple[ImportedRow, ...]
    organisation: str | None

    @property
    def campaign(self) -> UUID:
        assert isinstance(self.received.event, ExportReceived)
        return self.received.event.campaign

    @property
    def free(self) -> list[ImportedRow]:
        """The rows that can be taken back."""
        return [one for one in self.rows if one.why is None]


def read_import(recorded: Sequence[Recorded], trails: Trails) -> RecordedImport | None:
    """Returns the import of a command from its events; None when it imported no export."""
    received = next((one for one in recorded if isinstance(one.event, ExportReceived)), None)
    if received is None:
        return None
    named = (one.event.name for one in recorded if isinstance(one.event, OrganisationAccepted))
    streams = dict.fromkeys(one.originator_id for one in recorded if one.event.TOPIC.startswith("participation."))
    histories = trails(streams)
    matched: dict[UUID, UUID] = {}
    for stream in streams:
        for one in not_retracted(histories[stream]):
            if isinstance(one.event, MatchConfirmed):
                matched[stream] = one.event.dossier
    dossiers = trails(set(matched.values()))
    rows = []
    for stream in streams:
        history, dossier = histories[stream], matched.get(stream)
        why, new = why_it_stays(history, received.command), is_new(history, received.command)
        if why is None and not of_import(history, received.command):
            continue
        trail = dossiers[dossier] if dossier else ()
        if why is None and retraction.something_followed(trail, stream, received.command, whole=new):
            why = "followed"
        rows.append(ImportedRow(stream, dossier, new, why))
    return RecordedImport(received.command, received, tuple(rows), next(named, None))


def undo_steps(
    undone: RecordedImport, *, structure: UUID, participations: Collection[UUID], others: Collection[str], reason: str
) -> Iterator[Step]:
    """Yields the steps that take an import back. The export counts no more, and its file may be imported again.

    `participations` are the participations of its campaign, `others` the organisations that other exports name.
    """
    kept_rows, streams = (len(undone.rows) - len(undone.free), {"intake": intake_id(undone.campaign)})
    counted: dict[str, Any] = {"taken": len(undone.free), "left": kept_rows}
    yield Step(streams, take_back_export, context={"version": undone.received.originator_version, **counted})
    said = {"imported": undone.command, "reason": reason}
    for row in undone.free:
        guard = Guard(lambda participation, matched=row.dossier: participation.dossier == matched)
        yield Step({"participation": row.participation}, take_back_row, context=said, guard=guard)
        if row.dossier:
            about = {**said, "participation": row.participation, "whole": row.new}
            yield Step({"dossier": row.dossier}, retraction.take_back_from_pix, context=about)
    gone = {one.participation for one in undone.free if one.new}
    if gone >= set(participations):
        yield Step({"campaign": undone.campaign, **streams}, campaign.withdraw_campaign)
    if undone.organisation and not kept_rows and undone.organisation not in others:
        named = {"organisation": undone.organisation}
        yield Step({"structure": structure}, withdraw_organisation, context=named)
