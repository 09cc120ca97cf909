"""Changes that an export would make, before anything is recorded (docs/domain.md#later-exports)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.events.values import CampaignKind, Purpose
from pixflow.participation.campaign import Intake
from pixflow.pix_orga import Export, ExportCampaign, ExportProblem
from pixflow.reference_data import References
from pixflow.refused import Refused
from pixflow.result_import.pairs import Doubt, Pair, leave_unpaired, pair, pair_profiles, same_outcome
from pixflow.result_import.rows import FileRow, KnownRow, base_of, file_rows

What = Literal["new", "progressed", "shared", "corrected", "returned", "unchanged", "vanished", "left", "erased"]
QuestionCode = Literal["external-id-column", "exported-at", "organisation", "vanished", "doubtful-rows"]

MOST_VANISHED = Decimal("0.1")
CLOCKS_DIFFER = timedelta(minutes=10)


class Answers(Struct, frozen=True):
    """Answers to the questions of a preview; None and False mean not answered.

    `external_id_column` is a header, "" for none; `doubtful` says whether doubtful rows are left out of this import or
    recorded as best guessed. `organisation` is the name of another organisation that the person accepts.
    """

    exported_at: datetime | None = None
    external_id_column: str | None = None
    accept_vanished: bool = False
    doubtful: Literal["leave", "record"] | None = None
    organisation: str | None = None


class Question(Struct, frozen=True):
    """A question to answer before anything is recorded. The first two change the subject of the others.

    - external-id-column: `choices` are headers, "" for none of them
    - exported-at: the file name does not say when it was exported, or says a time to come
    - organisation: the file names another organisation than the structure's own; the only choice is its name
    - vanished: `count` of the `among` participations shown until now are no longer in the file
    - doubtful-rows: `count` rows and participations cannot be told apart; `choices` are leave, record
    """

    code: QuestionCode
    choices: tuple[str, ...] = ()
    count: int = 0
    among: int = 0


class RowChange(Struct, frozen=True):
    """A row, or a participation that is no longer in the file (without `line`), and its change.

    `what`: new, progressed, shared, corrected (the result is another), returned (it had vanished), vanished, left
    (doubtful and left out), or erased (begun before its person was erased: it is not imported). Progress and mastery
    are fractions of 1; `pix` and `certifiable` are a profile's. `shared`: the row holds a result or a profile. `doubt`
    is the reason of the doubt.
    """

    what: What
    line: int | None
    participation: UUID | None
    last_name: str
    first_name: str
    external_id: str | None
    progress_before: Decimal | None = None
    progress: Decimal | None = None
    mastery: Decimal | None = None
    pix: int | None = None
    certifiable: bool | None = None
    shared: bool = False
    doubt: Doubt | None = None


class ImportCounts(Struct, frozen=True):
    """The six numbers of ExportReceived."""

    new: int = 0
    progressed: int = 0
    shared: int = 0
    unchanged: int = 0
    vanished: int = 0
    problems: int = 0


class ImportPreview(Struct, frozen=True):
    """Preview of an import. `campaign_id` is None for an unknown campaign, `purpose` for an undeclared one.

    `misfit`: the campaign is known as another kind than the file's, or declared for what such a file cannot give:
    nothing can be recorded until its purpose is corrected.
    `older`: exported no later than the newest recorded, so it adds unknown participations and nothing else.
    `organisation`: the one that the file names; `own` are those of the structure, none before the first export.
    `seen_before`: this very file is recorded already, so there is nothing to do. `changes` leave out what is unchanged.
    `rows`, `people` and `with_result` count what the file holds.
    """

    campaign: ExportCampaign
    kind: CampaignKind
    campaign_id: UUID | None
    purpose: Purpose | None
    organisation: str
    own: tuple[str, ...]
    exported_at: datetime | None
    newest: datetime | None
    older: bool
    seen_before: bool
    misfit: bool
    rows: int
    people: int
    with_result: int
    counts: ImportCounts
    changes: tuple[RowChange, ...]
    questions: tuple[Question, ...]
    problems: tuple[ExportProblem, ...]


class PlannedRow(Struct, frozen=True):
    """A pair and its change. `ordinal` distinguishes a new row, or a profile sent since, from equal ones."""

    what: What
    pair: Pair
    ordinal: int = 0


class ImportPlan(Struct, frozen=True):
    """A preview and its source. It can be recorded as long as the intake has the version `intake_version`."""

    preview: ImportPreview
    lines: tuple[PlannedRow, ...]
    digest: str
    pix_course: str | None
    intake_version: int


def plan(
    export: Export,
    *,
    digest: str,
    answers: Answers,
    now: datetime,
    refs: References,
    campaign_id: UUID | None,
    intake: Intake,
    participations: Sequence[KnownRow],
    erased: Callable[[Sequence[FileRow]], Collection[int]],
) -> ImportPlan:
    """Returns the changes that an export would make; `participations` is every participation of its campaign.

    `erased` receives the unknown rows and returns the lines whose person is erased. Raises Refused("export-refused").
    """
    if export.campaign is None or export.kind is None:
        raise Refused("export-refused")
    when = answers.exported_at or export.exported_at
    when = when if when is None or when <= now + CLOCKS_DIFFER else None
    seen_before = digest in intake.digests
    older = bool(when and intake.newest and when <= intake.newest)
    campaign = refs.campaigns.get(campaign_id) if campaign_id else None
    rows = file_rows(export.entries, refs.calendar, when)
    pairs = _pairs(export.kind, rows, participations, older, when) if not seen_before else []
    gone = erased([found.file_row for found in pairs if found.file_row and found.known is None])
    lines = _lines(pairs, participations, older, answers, gone)
    counts = Counter(line.what for line in lines if line.pair.file_row or line.what == "vanished")
    preview = ImportPreview(
        campaign=export.campaign,
        kind=export.kind,
        campaign_id=campaign_id,
        purpose=campaign.purpose if campaign else None,
        organisation=export.organisation,
        own=tuple(one.name for one in refs.structure.organisations),
        exported_at=when,
        newest=intake.newest,
        older=older,
        seen_before=seen_before,
        misfit=campaign is not None and not campaign.takes(export.kind),
        rows=len(rows),
        people=len({row.key[:3] for row in rows}),
        with_result=sum(row.row.shared for row in rows),
        counts=ImportCounts(
            new=counts["new"],
            progressed=counts["progressed"] + counts["returned"],
            shared=counts["shared"] + counts["corrected"],
            unchanged=counts["unchanged"] + counts["left"] + counts["erased"],
            vanished=counts["vanished"],
            problems=len(export.problems),
        ),
        changes=tuple(_change(line) for line in lines if line.what != "unchanged"),
        questions=() if seen_before else tuple(_questions(export, when, lines, participations, answers, refs)),
        problems=export.problems,
    )
    return ImportPlan(preview, tuple(lines), digest, export.pix_course, intake.version)


def _pairs(
    kind: CampaignKind, rows: list[FileRow], participations: Sequence[KnownRow], older: bool, when: datetime | None
) -> list[Pair]:
    if kind == "profile":
        return pair_profiles(rows, participations, older=older, when=when)
    pairs, left = pair(rows, participations, older=older)
    return [*pairs, *leave_unpaired(*left)]


def _lines(
    pairs: list[Pair], participations: Sequence[KnownRow], older: bool, answers: Answers, gone: Collection[int]
) -> list[PlannedRow]:
    free = Counter[tuple[str, ...]]()
    for one in participations:
        base = base_of(one)
        free[base] = max(free[base], one.ordinal + 1)
    lines = []
    # As in the file, then those that are no longer in it.
    pairs = sorted(pairs, key=lambda found: (found.file_row is None, found.file_row.row.line if found.file_row else 0))
    for row_pair in pairs:
        what = "left" if row_pair.doubt and answers.doubtful != "record" else _what(row_pair, older)
        if row_pair.file_row and row_pair.known is None and row_pair.file_row.row.line in gone:
            what = "erased"
        ordinal = 0
        if row_pair.file_row and (what == "new" or (what == "shared" and row_pair.file_row.profile)):
            ordinal = free[row_pair.file_row.base]
            free[row_pair.file_row.base] += 1
        lines.append(PlannedRow(what, row_pair, ordinal))
    return lines


def _what(found: Pair, older: bool) -> What:
    row, participation = found.file_row, found.known
    if participation is None:
        return "new"
    if older:
        return "unchanged"
    if row is None:
        return "unchanged" if participation.vanished else "vanished"
    shown, recorded_outcome = row.result or row.profile, participation.result or participation.profile
    if shown and recorded_outcome is None:
        return "shared"
    if shown and recorded_outcome and not same_outcome(row, participation):
        return "corrected"
    if participation.vanished:
        return "returned"
    return (
        "progressed" if recorded_outcome is None and row.progress not in (None, participation.progress) else "unchanged"
    )


def _change(line: PlannedRow) -> RowChange:
    row, participation, who = line.pair.file_row, line.pair.known, line.pair.who
    return RowChange(
        what=line.what,
        line=row.row.line if row else None,
        participation=participation.stream if participation else None,
        last_name=who.last_name,
        first_name=who.first_name,
        external_id=who.external_id,
        progress_before=participation.progress if participation else None,
        progress=row.progress if row else None,
        mastery=row.result.mastery if row and row.result else None,
        pix=row.profile.pix if row and row.profile else None,
        certifiable=row.profile.certifiable if row and row.profile else None,
        shared=row is not None and row.row.shared,
        doubt=line.pair.doubt,
    )


def _questions(
    export: Export,
    when: datetime | None,
    lines: list[PlannedRow],
    participations: Sequence[KnownRow],
    answers: Answers,
    refs: References,
) -> Iterator[Question]:
    unsure_of_column = bool(export.columns) and answers.external_id_column is None
    if unsure_of_column:
        yield Question("external-id-column", (*(column.header for column in export.columns), ""))
    if when is None:
        yield Question("exported-at")
    if unsure_of_column or when is None:
        return
    structure, organisation = refs.structure, export.organisation
    if structure.organisations and not structure.owns(organisation) and answers.organisation != organisation:
        yield Question("organisation", (organisation,))
    vanished = sum(line.what == "vanished" for line in lines)
    visible = sum(not one.vanished for one in participations)
    if vanished > MOST_VANISHED * visible and not answers.accept_vanished:
        yield Question("vanished", count=vanished, among=visible)
    doubtful = sum(line.pair.doubt is not None for line in lines)
    if doubtful and answers.doubtful is None:
        yield Question("doubtful-rows", ("leave", "record"), count=doubtful)
