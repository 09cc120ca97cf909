"""Import of an export of Pix Orga: plan, questions, recording.

    importer = Importer(engine, structure, known)   # known(campaign) -> every participation, up to the last event
    token = uploads.keep(data, name)            # the file waits; `uploads.get(token)` gives it back
    prepared = importer.prepare(data, name, Answers())
    prepared.preview                            # None when the file is refused: see prepared.export.problems
    prepared.preview.questions                  # put to the person; prepare again with their Answers
    importer.record(prepared, by=actor, command_id=command_id).counts

    importer.take_back(command_id, trails, reason=reason, by=actor, command_id=another)     # read_import shows its rows

`importer.declare` says what a campaign is for; `match_after_opening` is for a dossier opened or corrected.
"""

from pixflow.result_import.importer import Importer, ImportResult, KeptExport, PreparedExport
from pixflow.result_import.plan import Answers, ImportCounts, ImportPreview, Question, RowChange
from pixflow.result_import.rows import KnownRow
from pixflow.result_import.steps import campaign_code, intake_id, match_after_opening, match_all
from pixflow.result_import.undo import RecordedImport, read_import

__all__ = [
    "Answers",
    "ImportCounts",
    "ImportPreview",
    "ImportResult",
    "Importer",
    "KeptExport",
    "KnownRow",
    "PreparedExport",
    "Question",
    "RecordedImport",
    "RowChange",
    "campaign_code",
    "intake_id",
    "match_after_opening",
    "match_all",
    "read_import",
]
