"""The preview of an export: its changes, and the questions to answer before it is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from pixflow.documents.grille import percent
from pixflow.events.intake import ExportReceived
from pixflow.events.values import CampaignKind
from pixflow.importing import Answers, Importer, ImportPreview, PreparedExport, Question, RowChange, Uploads, intake_id
from pixflow.structure_folder import utc_now
from projections import audit_trail, result_routing
from projections.result_routing import KnownParticipation
from web.desk.desk import Desk
from web.french import dates, matching, typography, validation, vocabulary
from web.french.dossier import path, profiles
from web.french.errors import files
from web.french.typography import say
from web.http.forms import Form, OpenForm
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page

FIRST_QUESTIONS = ("external-id-column", "exported-at")
ORDER = ("vanished", "shared", "corrected", "progressed", "returned", "new", "left")
NOTHING = "-"
RECENT = 100_000
_trail = audit_trail.table.c


class AnswersForm(Form):
    """The answers. The column is a header; `-` means none of them, for an emptied field has no value."""

    exported_at: str | None = None
    external_id_column: str | None = None
    vanished: Literal["accept"] | None = None
    doubtful: Literal["leave", "record"] | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the file: its line, its participant, its change."""

    line: int | None
    name: str
    id: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question and its control: radios over `choices`, or a date and time when there is none."""

    code: str
    name: str
    question: str
    explanation: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class ImportPage(Page):
    """The preview of an export. `first` are the questions that change what is shown, `last` the others.

    `kept` are the answers given so far. `misfit` is the kind of the file when the campaign is of the other kind.
    `older` is when the export was made that is newer than this one.
    """

    template = "results/import.html"

    token: str
    file: str
    misfit: str
    campaign_id: UUID | None
    facts: Sequence[tuple[str, str]]
    counts: Sequence[tuple[int, str]]
    first: Sequence[QuestionRow]
    last: Sequence[QuestionRow]
    kept: Mapping[str, str]
    form: OpenForm
    changes: Sequence[PreviewRow]
    pager: Pager
    problems: Sequence[str]
    older: str
    command_id: UUID

    @property
    def shows(self) -> People:
        return listed(more=len(self.changes))


SHARED: dict[CampaignKind, tuple[str, str]] = {
    "assessment": ("résultat partagé", "résultats partagés"),
    "profile": ("profil partagé", "profils partagés"),
}
FIELDS = {
    "external-id-column": "external_id_column",
    "exported-at": "exported_at",
    "organisation": "organisation",
    "vanished": "vanished",
    "doubtful-rows": "doubtful",
}


def importer(desk: Desk) -> Importer:
    """Returns an importer of the structure; it reads the tables up to the last event each time."""

    def known(campaign: UUID) -> list[KnownParticipation]:
        side = desk.served.read()
        with side.database.connect() as connection:
            return result_routing.known(connection, campaign)

    return Importer(desk.engine, desk.served.opened.stream("structure"), known)


def uploads(desk: Desk) -> Uploads:
    """Returns the files that wait, without those that have waited an hour."""
    kept = Uploads(desk.served.opened.folder / "uploads")
    kept.sweep(utc_now())
    return kept


def answers(desk: Desk, given: Mapping[str, Any]) -> tuple[Answers, dict[str, str]]:
    """Returns the answers, and an error for each field that cannot be read."""
    text, column = str(given.get("exported_at") or ""), given.get("external_id_column") or None
    at, errors = None, {}
    if text:
        try:
            at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(desk.zone)).astimezone(UTC)
        except ValueError:
            errors["exported_at"] = validation.invalid("datetime_parsing", {})
        if at and at > desk.engine.clock():
            at, errors["exported_at"] = None, "Cette heure est à venir : écrivez celle de l’export."
    doubtful = given.get("doubtful")
    return Answers(
        exported_at=at,
        external_id_column="" if column == NOTHING else column,
        accept_vanished=given.get("vanished") == "accept",
        doubtful=doubtful if doubtful in ("leave", "record") else None,
        organisation=str(given.get("organisation") or "") or None,
    ), errors


def unanswered(preview: ImportPreview) -> dict[str, str]:
    """Returns an error for each question still open."""
    return {FIELDS[one.code]: f"Dites d’abord {matching.asked(one.code)}." for one in preview.questions}


def recorded_at(desk: Desk, prepared: PreparedExport) -> int:
    """Returns the position of the event that recorded this very file, 0 when there is none."""
    campaign = prepared.preview.campaign_id if prepared.preview else None
    if campaign is None:
        return 0
    query = select(audit_trail.table).where(_trail.stream == intake_id(campaign)).order_by(_trail.position)
    for one in desk.opened(query):
        if isinstance(one.event, ExportReceived) and one.event.digest == prepared.digest:
            return one.position
    return 0


def recorded_by(desk: Desk, command_id: UUID) -> int:
    """Returns the position of the export that a command recorded, 0 for none; reads the RECENT last events."""
    head = desk.engine.head()
    query = select(_trail.position).where(
        _trail.position > head - RECENT, _trail.command == command_id, _trail.topic == ExportReceived.TOPIC
    )
    return int(desk.read.execute(query).scalar() or 0)


def import_page(
    desk: Desk,
    token: str,
    name: str,
    prepared: PreparedExport,
    given: Mapping[str, Any],
    number: int,
    errors: Mapping[str, str],
) -> ImportPage:
    """Returns the preview of a file `name` with the answers `given`; `number` is the page of rows."""
    preview = prepared.preview
    assert preview is not None
    kept = {key: str(value) for key, value in given.items() if value and key in FIELDS.values()}
    pager = Pager.at(len(preview.changes), number, f"/resultats/import/{token}", kept, anchor="#lignes")
    ordered = sorted(preview.changes, key=lambda change: ORDER.index(change.what))
    return ImportPage(
        token=token,
        file=name,
        misfit=profiles.KINDS[preview.kind] if preview.misfit else "",
        campaign_id=preview.campaign_id,
        facts=facts(desk, preview),
        counts=counts(preview),
        first=[question_of(q) for q in preview.questions if q.code in FIRST_QUESTIONS],
        last=[question_of(q) for q in preview.questions if q.code not in FIRST_QUESTIONS],
        kept=kept,
        form=OpenForm("import", values=given, errors=errors),
        changes=[file_row(change, preview.kind) for change in ordered[pager.offset : pager.offset + SIZE]],
        pager=pager,
        problems=[files.problem(one.code, one.line, one.details) for one in preview.problems],
        older=dates.instant(preview.newest, desk.zone) if preview.older and preview.newest else "",
        command_id=desk.new_command(),
    )


def facts(desk: Desk, preview: ImportPreview) -> list[tuple[str, str]]:
    """Returns the facts of the file: campaign, kind, time of the export, number of rows."""
    campaign = preview.campaign
    code = f", code {campaign.code}" if campaign.code else ""
    if preview.purpose:
        purpose = vocabulary.PURPOSES[preview.purpose]
    else:
        purpose = "pas encore déclarée : les résultats attendront qu’elle le soit"
    when = dates.instant(preview.exported_at, desk.zone) if preview.exported_at else "à préciser"
    rows = f"{typography.plural(preview.rows, 'participation')} de {typography.plural(preview.people, 'personne')}"
    shared = typography.plural(preview.with_result, *SHARED[preview.kind])
    organisation = preview.organisation
    if not preview.own:
        text = "{name} : elle sera reconnue comme celle de la structure, dont aucune n’est encore connue"
        organisation = say(text, name=organisation)
    return [
        ("Organisation", organisation),
        ("Campagne", f"{campaign.name} (n°{typography.NBSP}{campaign.id}{code})"),
        ("Usage", purpose),
        ("Genre", profiles.KINDS[preview.kind]),
        ("Exporté le", when),
        ("Contenu", f"{rows}, {shared}"),
    ]


def counts(preview: ImportPreview) -> list[tuple[int, str]]:
    """Returns the number of rows by change."""
    counted = preview.counts
    named = (
        (counted.new, "nouvelle"),
        (counted.progressed, "avancée"),
        (counted.shared, "partagée"),
        (counted.unchanged, "inchangée"),
        (counted.vanished, "disparue"),
    )
    return [(n, word if n < 2 else f"{word}s") for n, word in named]


def file_row(change: RowChange, kind: CampaignKind) -> PreviewRow:
    before = path.part(change.progress_before) if change.progress_before is not None else ""
    what = matching.CHANGES[change.what]
    if change.doubt:
        what += f" ({matching.DOUBTS[change.doubt]})"
    name = f"{change.last_name} {change.first_name}"
    return PreviewRow(change.line, name, change.external_id or "", what, before, _after(change, kind))


def _after(change: RowChange, kind: CampaignKind) -> str:
    if change.what == "vanished":
        return ""
    if change.mastery is not None:
        return f"résultat {typography.percent(percent(change.mastery))}"
    if kind == "profile":
        return profiles.short(change.pix, change.certifiable) if change.shared else "pas encore partagé"
    if change.shared:
        return "résultat sans score"
    return "en cours" if change.progress is None else f"{path.part(change.progress)}, non partagé"


def question_of(question: Question) -> QuestionRow:
    code = question.code
    values = {"vanished": ("accept",), "external-id-column": (*question.choices[:-1], NOTHING)}.get(
        code, question.choices
    )
    labels = [(value, matching.choice(code, "" if value == NOTHING else value)) for value in values]
    text = matching.question(code, question.count, question.among)
    return QuestionRow(code, FIELDS[code], text, matching.explanation(code), labels)
