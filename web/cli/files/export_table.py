"""Output of `pixflow read`: a JSON document, or the lines of a table."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pixflow.documents.grille import percent
from pixflow.pix_orga import AssessmentRow, Export, ExportEntry, ExportProblem, ProfileRow
from web.french import typography
from web.french.errors.files import problem
from web.french.typography import say

Side = Literal["left", "right"]

ASSESSMENT: tuple[tuple[str, Side], ...] = (
    ("Ligne", "right"),
    ("Nom", "left"),
    ("N°", "left"),
    ("Avancement", "right"),
    ("Résultat", "right"),
)
PROFILES: tuple[tuple[str, Side], ...] = (
    ("Ligne", "right"),
    ("Nom", "left"),
    ("N°", "left"),
    ("Profil", "right"),
    ("Certifiable", "left"),
)


def document(export: Export) -> dict[str, Any]:
    """Returns an export for `read --json`: times in ISO 8601 UTC; a day without a time stays a day."""
    campaign = export.campaign
    return {
        "kind": export.kind,
        "campaign": {"id": campaign.id, "code": campaign.code, "name": campaign.name} if campaign else None,
        "pix_course": export.pix_course,
        "exported_at": _iso(export.exported_at),
        "columns": [{"position": c.position, "header": c.header, "role": c.role} for c in export.columns],
        "rows": [*map(_row, export.rows), *map(_profile, export.profiles)],
        "problems": [remark(one) for one in export.problems],
    }


def remark(one: ExportProblem) -> dict[str, Any]:
    sentence = problem(one.code, one.line, dict(one.details))
    return {"severity": one.severity, "line": one.line, "code": one.code, "message": sentence}


def table(export: Export) -> tuple[tuple[tuple[str, Side], ...], Iterator[list[str]]]:
    """Returns column titles with their alignment, and one line a participation."""
    if export.kind == "profile":
        return PROFILES, ([*_first(row), _pix(row), _certifiable(row)] for row in export.profiles)
    return ASSESSMENT, ([*_first(row), _done(row), _score(row)] for row in export.rows)


def _row(row: AssessmentRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "last_name": row.last_name,
        "first_name": row.first_name,
        "external_id": row.external_id,
        "progress": _number(row.progress),
        "started_at": _iso(row.started),
        "shared": row.shared,
        "shared_at": _iso(row.shared_at),
        "mastery_percent": int(row.mastery * 100) if row.mastery is not None else None,
    }


def _profile(row: ProfileRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "last_name": row.last_name,
        "first_name": row.first_name,
        "external_id": row.external_id,
        "shared": row.shared,
        "shared_at": _iso(row.shared_at),
        "pix": row.pix,
        "certifiable": row.certifiable,
        "certifiable_competences": row.certifiable_competences,
        "levels": [{"competence": one.name, "level": one.level, "pix": one.pix} for one in row.levels],
    }


def _first(row: ExportEntry) -> list[str]:
    return [str(row.line), f"{row.last_name} {row.first_name}", row.external_id or "—"]


def _done(row: AssessmentRow) -> str:
    return typography.percent(int(row.progress * 100)) if row.progress is not None else "—"


def _score(row: AssessmentRow) -> str:
    if row.mastery is not None:
        return typography.percent(percent(row.mastery))
    return "—" if row.shared else "non partagé"


def _pix(row: ProfileRow) -> str:
    if not row.shared:
        return "non partagé"
    return "—" if row.pix is None else say("{pix} pix", pix=typography.number(row.pix))


def _certifiable(row: ProfileRow) -> str:
    if row.certifiable is None:
        return "—"
    counted = row.certifiable_competences
    said = "oui" if row.certifiable else "non"
    return said if counted is None else f"{said} ({typography.plural(counted, 'compétence')})"


def _iso(moment: datetime | date | None) -> str | None:
    if isinstance(moment, datetime):
        return moment.isoformat().replace("+00:00", "Z")
    return moment.isoformat() if moment else None


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
