"""What an export would change, in words, and what must be answered before it is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from pixflow.events.intake import ExportReceived
from pixflow.events.values import CampaignKind
from pixflow.importing import Answers, Change, Importer, Prepared, Preview, Question, Uploads, intake_id
from pixflow.protocol.grille import percent
from pixflow.structure_folder import utc_now
from projections import audit_trail, result_routing
from projections.result_routing import Known
from web.desk.desk import Desk
from web.french import dates, matching, vocabulary
from web.french.dossier import profiles
from web.french.errors import files
from web.http.forms import Form
from web.http.pagination import SIZE, Pager

FIRST_QUESTIONS = ("external-id-column", "exported-at")
ORDER = ("vanished", "shared", "corrected", "progressed", "returned", "new", "left")
NOTHING = "-"
RECENT = 100_000
_trail = audit_trail.table.c


class Said(Form):
    """The answers. The column is a header, `-` for none of them, as an emptied field says nothing."""

    exported_at: str | None = None
    external_id_column: str | None = None
    vanished: Literal["accept"] | None = None
    doubtful: Literal["leave", "record"] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the preview: where it stands in the file, whose it is, what becomes of it."""

    line: int | None
    name: str
    id: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its control: radios over `choices`, or a date and time without any."""

    code: str
    name: str
    question: str
    explanation: str
    choices: list[tuple[str, str]]


SHARED: dict[CampaignKind, tuple[str, str]] = {
    "assessment": ("résultat partagé", "résultats partagés"),
    "profile": ("profil envoyé", "profils envoyés"),
}
FIELDS = {
    "external-id-column": "external_id_column",
    "exported-at": "exported_at",
    "vanished": "vanished",
    "doubtful-rows": "doubtful",
}


def importer(desk: Desk) -> Importer:
    """An importer for the structure of the desk; what it knows is read up to the last event each time."""

    def known(campaign: UUID) -> list[Known]:
        side = desk.served.read()
        with side.database.connect() as connection:
            return result_routing.known(connection, campaign)

    return Importer(desk.engine, known)


def uploads(desk: Desk) -> Uploads:
    """The files that wait; those that have waited an hour are gone."""
    kept = Uploads(desk.served.opened.folder / "uploads")
    kept.sweep(utc_now())
    return kept


def answers(desk: Desk, said: Mapping[str, Any]) -> tuple[Answers, dict[str, str]]:
    """What was answered, and what of it cannot be understood, by field."""
    text, column = str(said.get("exported_at") or ""), said.get("external_id_column") or None
    at, errors = None, {}
    if text:
        try:
            at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(desk.zone)).astimezone(UTC)
        except ValueError:
            errors["exported_at"] = vocabulary.invalid("datetime_parsing", {})
        if at and at > desk.engine.clock():
            at, errors["exported_at"] = None, "Cette heure est à venir : écrivez celle de l’export."
    doubtful = said.get("doubtful")
    return Answers(
        exported_at=at,
        external_id_column="" if column == NOTHING else column,
        accept_vanished=said.get("vanished") == "accept",
        doubtful=doubtful if doubtful in ("leave", "record") else None,
    ), errors


def unanswered(preview: Preview) -> dict[str, str]:
    """Under each question still open, what must be said first."""
    return {FIELDS[one.code]: f"Dites d’abord {matching.asked(one.code)}." for one in preview.questions}


def recorded_at(desk: Desk, prepared: Prepared) -> int:
    """The position of the fact that this very file was recorded, 0 when it was not."""
    campaign = prepared.preview.campaign_id if prepared.preview else None
    if campaign is None:
        return 0
    query = select(audit_trail.table).where(_trail.stream == intake_id(campaign)).order_by(_trail.position)
    for row in desk.read.execute(query):
        event = audit_trail.recorded(row).event
        if isinstance(event, ExportReceived) and event.digest == prepared.digest:
            return int(row.position)
    return 0


def recorded_by(desk: Desk, command_id: UUID) -> int:
    """The position of the fact that an export was recorded by this command, 0 for none; looks at the last facts."""
    head = desk.engine.head()
    query = select(_trail.position).where(
        _trail.position > head - RECENT, _trail.command == command_id, _trail.topic == ExportReceived.TOPIC
    )
    return int(desk.read.execute(query).scalar() or 0)


def context(
    desk: Desk,
    token: str,
    name: str,
    prepared: Prepared,
    said: Mapping[str, Any],
    number: int,
    errors: Mapping[str, str],
) -> dict[str, Any]:
    """Everything results/import.html needs; `number` is the page of rows."""
    preview = prepared.preview
    assert preview is not None
    first = [asked(q) for q in preview.questions if q.code in FIRST_QUESTIONS]
    last = [asked(q) for q in preview.questions if q.code not in FIRST_QUESTIONS]
    kept = {key: str(value) for key, value in said.items() if value and key in FIELDS.values()}
    pager = Pager.at(len(preview.changes), number, f"/resultats/import/{token}", kept, anchor="#lignes")
    ordered = sorted(preview.changes, key=lambda change: ORDER.index(change.what))
    return {
        "desk": desk,
        "token": token,
        "file": name,
        "preview": preview,
        "kinds": profiles.KINDS,
        "facts": facts(desk, preview),
        "counts": counts(preview),
        "first": first,
        "last": last,
        "kept": kept,
        "given": said,
        "errors": errors,
        "changes": [line(change, preview.kind) for change in ordered[pager.offset : pager.offset + SIZE]],
        "pager": pager,
        "problems": [(one, files.problem(one.code, one.line, one.details)) for one in preview.problems],
        "older": dates.instant(preview.newest, desk.zone) if preview.older and preview.newest else "",
        "command_id": desk.new_command(),
    }


def facts(desk: Desk, preview: Preview) -> list[tuple[str, str]]:
    """What the file is: campaign, kind, when exported, how many rows."""
    campaign = preview.campaign
    code = f", code {campaign.code}" if campaign.code else ""
    if preview.purpose:
        purpose = vocabulary.PURPOSES[preview.purpose]
    else:
        purpose = "pas encore déclarée : les résultats attendront qu’elle le soit"
    when = dates.instant(preview.exported_at, desk.zone) if preview.exported_at else "à préciser"
    rows = f"{vocabulary.plural(preview.rows, 'participation')} de {vocabulary.plural(preview.people, 'personne')}"
    shared = vocabulary.plural(preview.with_result, *SHARED[preview.kind])
    return [
        ("Campagne", f"{campaign.name} (n°{vocabulary.NBSP}{campaign.id}{code})"),
        ("Usage", purpose),
        ("Genre", profiles.KINDS[preview.kind]),
        ("Exporté le", when),
        ("Contenu", f"{rows}, {shared}"),
    ]


def counts(preview: Preview) -> list[tuple[int, str]]:
    """How many rows each thing happens to."""
    told = preview.counts
    named = (
        (told.new, "nouvelle"),
        (told.progressed, "avancée"),
        (told.shared, "partagée"),
        (told.unchanged, "inchangée"),
        (told.vanished, "disparue"),
    )
    return [(n, word if n < 2 else f"{word}s") for n, word in named]


def line(change: Change, kind: CampaignKind) -> Line:
    before = _done(change.progress_before) if change.progress_before is not None else ""
    what = matching.CHANGES[change.what]
    if change.doubt:
        what += f" ({matching.DOUBTS[change.doubt]})"
    name = f"{change.last_name} {change.first_name}"
    return Line(change.line, name, change.external_id or "", what, before, _after(change, kind))


def _after(change: Change, kind: CampaignKind) -> str:
    if change.what == "vanished":
        return ""
    if change.mastery is not None:
        return f"résultat {vocabulary.percent(percent(change.mastery))}"
    if kind == "profile":
        return profiles.short(change.pix, change.certifiable) if change.shared else "pas encore envoyé"
    if change.shared:
        return "résultat sans taux"
    return "en cours" if change.progress is None else _done(change.progress, "fini, non partagé")


def _done(progress: Decimal, finished: str = "fini") -> str:
    return finished if progress == 1 else vocabulary.percent(percent(progress))


def asked(question: Question) -> Asked:
    code = question.code
    values = {"vanished": ("accept",), "external-id-column": (*question.choices[:-1], NOTHING)}.get(
        code, question.choices
    )
    labels = [(value, matching.choice(code, "" if value == NOTHING else value)) for value in values]
    text = matching.question(code, question.count, question.among)
    return Asked(code, FIELDS[code], text, matching.explanation(code), labels)
