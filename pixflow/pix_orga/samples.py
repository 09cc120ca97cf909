"""Writes exports as Pix Orga does, for tests and the demonstration."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from pixflow.events.values import Moment
from pixflow.pix_orga.export import AssessmentRow, ExportCampaign, ExportEntry, PartResult, ProfileRow
from pixflow.pix_orga.framework import COMPETENCES

Dates = Literal["day", "iso", "paris"]
Value = str | int | Decimal | None

PARIS = ZoneInfo("Europe/Paris")
MARK = b"\xef\xbb\xbf"
ORGANISATION = "Mission Locale du Val d’Exemple"
DATE_HEADERS: dict[Dates, tuple[str, str]] = {
    "day": ("Date de début", "Date du partage"),
    "iso": ("Date de début", "Date du partage"),
    "paris": ("Date et heure de début (Europe/Paris)", "Date et heure du partage (Europe/Paris)"),
}
COMPETENCE = (
    "% de maitrise des acquis de la compétence {}",
    "Nombre d'acquis du profil cible dans la compétence {}",
    "Acquis maitrisés dans la compétence {}",
)
DOMAIN = (
    "% de maitrise des acquis du domaine {}",
    "Nombre d'acquis du profil cible du domaine {}",
    "Acquis maitrisés du domaine {}",
)
SKILLS = {"ok": "OK", "ko": "KO", "untested": "Non testé"}


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """Columns that the target profile adds; `paliers` is the highest one."""

    paliers: int | None = None
    badges: tuple[str, ...] = ()
    competences: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        parts = len(self.competences) + len(self.domains)
        return (self.paliers is not None) + len(self.badges) + 1 + 3 * parts + len(self.skills)


def columns_of(rows: Sequence[AssessmentRow]) -> ResultColumns:
    """Returns the columns of the first shared row."""
    row = next((row for row in rows if row.shared), None)
    if row is None:
        return ResultColumns(rows[0].paliers if rows else None)
    return ResultColumns(
        row.paliers,
        tuple(title for title, _ in row.badges),
        tuple(part.name for part in row.competences),
        tuple(part.name for part in row.domains),
        tuple(name for name, _ in row.skills),
    )


def write_export(
    campaign: ExportCampaign,
    rows: Iterable[AssessmentRow],
    *,
    organisation: str = ORGANISATION,
    pix_course: str | None = "Diagnostic initial Pix Emploi",
    external_id_label: str | None = "Numéro de dossier i-Milo",
    columns: ResultColumns | None = None,
    progress: bool = True,
    dates: Dates = "paris",
) -> bytes:
    """Returns the bytes of an assessment export, UTF-8 with BOM.

    `columns` default to those of the first shared row, imported columns to those of the first row. A column is left out
    when `campaign.code`, `pix_course` or `external_id_label` is None, or `progress` False. `dates`: "day" (to November
    2024), "iso" (to early 2025) or "paris" (now).
    """
    rows = list(rows)
    shown = columns or columns_of(rows)
    ends = [(row, [*([row.progress] if progress else []), *_outcome(row, shown, dates)]) for row in rows]
    last = _tail(shown, progress, DATE_HEADERS[dates])
    return _written(campaign, organisation, pix_course, external_id_label, last, ends)


def _written(
    campaign: ExportCampaign,
    organisation: str,
    pix_course: str | None,
    external_id_label: str | None,
    last: Iterable[Value],
    rows: Sequence[tuple[ExportEntry, Sequence[Value]]],
) -> bytes:
    """Returns a file: the first columns of each row, then its last ones."""
    labels: list[Value] = [] if external_id_label is None else [external_id_label]
    free: list[Value] = [header for header, _ in rows[0][0].imported] if rows else []
    course = [] if pix_course is None else [pix_course]
    code = [] if campaign.code is None else [campaign.code]
    lines: list[list[Value]] = [[*head(campaign, pix_course), *free, *labels, *last]]
    for row, ending in rows:
        start: list[Value] = [organisation, campaign.id, *code, campaign.name, *course]
        names: list[Value] = [row.last_name, row.first_name, *(value for _, value in row.imported)]
        lines.append([*start, *names, *([row.external_id] if labels else []), *ending])
    return MARK + "".join(map(record, lines)).encode()


def file_name(campaign: ExportCampaign, exported_at: datetime) -> str:
    """Returns the name that Pix Orga gives today to a file exported at an aware time."""
    whole = f"Resultats-{campaign.name}-{campaign.id}-{exported_at.astimezone(PARIS):%Y-%m-%d-%H%M}.csv"
    bare = unicodedata.normalize("NFD", whole.lower())
    return re.sub(r"[^_. a-z0-9-]", "", bare).strip().replace(" ", "_")


def record(cells: Iterable[Value]) -> str:
    """One line of the file."""
    return ";".join(map(cell, cells)) + "\n"


def cell(value: Value) -> str:
    """Returns one value as Pix Orga writes it: by type, not by column."""
    if value is None:
        return '""'
    if isinstance(value, int | Decimal):
        return _number(value)
    if re.fullmatch(r"[0-9-]+", value):
        return value
    guarded = "'" + value if value.startswith(("-", "@", "=", "+")) else value
    return '"' + guarded.replace('"', '""') + '"'


def _number(value: int | Decimal) -> str:
    return format(Decimal(value).normalize(), "f").replace(".", ",")


def head(campaign: ExportCampaign, pix_course: str | None) -> list[str]:
    """Returns the headers of the fixed first columns."""
    code = [] if campaign.code is None else ["Code"]
    course = [] if pix_course is None else ["Parcours"]
    names = ["Nom du Participant", "Prénom du Participant"]
    return ["Nom de l'organisation", "ID Campagne", *code, "Nom de la campagne", *course, *names]


def _tail(columns: ResultColumns, progress: bool, dates: tuple[str, str]) -> list[str]:
    return [
        *(["% de progression"] if progress else []),
        dates[0],
        "Partage (O/N)",
        dates[1],
        *([] if columns.paliers is None else [f"Palier obtenu (/{columns.paliers})"]),
        *(f"{title} obtenu (O/N)" for title in columns.badges),
        "% maitrise de l'ensemble des acquis du profil",
        *(label.format(name) for name in columns.competences for label in COMPETENCE),
        *(label.format(name) for name in columns.domains for label in DOMAIN),
        *columns.skills,
    ]


def _outcome(row: AssessmentRow, columns: ResultColumns, dates: Dates) -> list[Value]:
    started = date_cell(row.started, dates)
    if not row.shared:
        return [started, "Non", "NA", *["NA"] * columns.count]
    return [
        started,
        "Oui",
        date_cell(row.shared_at, dates),
        *([] if columns.paliers is None else [row.palier]),
        *("Oui" if won else "Non" for _, won in row.badges),
        row.mastery,
        *_parts(row.competences),
        *_parts(row.domains),
        *(SKILLS[state] for _, state in row.skills),
    ]


def _parts(parts: tuple[PartResult, ...]) -> list[Value]:
    return [value for part in parts for value in (part.rate, part.targeted, part.mastered)]


def date_cell(utc: Moment | None, dates: Dates) -> str | None:
    """Returns a moment as that generation of exports writes it."""
    if utc is None:
        return None
    if utc.at is None or dates == "day":
        return utc.day.isoformat()
    return f"{utc.at.astimezone(PARIS):%d/%m/%Y %H:%M}" if dates == "paris" else utc.at.isoformat()


# --- writes a profile collection in the exact format of Pix Orga, for demos and tests (docs/pix-orga.md#profiles)

SENT_HEADERS: dict[Dates, str] = {
    "day": "Date de l'envoi",
    "iso": "Date de l'envoi",
    "paris": "Date et heure de l'envoi (Europe/Paris)",
}
TOTALS = ("Nombre de pix total", "Certifiable (O/N)", "Nombre de compétences certifiables")
LEVEL = ("Niveau pour la compétence {}", "Nombre de pix pour la compétence {}")
YES_NO = {True: "Oui", False: "Non", None: None}


def write_profiles(
    campaign: ExportCampaign,
    rows: Sequence[ProfileRow],
    *,
    organisation: str = ORGANISATION,
    external_id_label: str | None = "Numéro de dossier i-Milo",
    competences: Sequence[str] = COMPETENCES,
    dates: Dates = "paris",
) -> bytes:
    """Returns the bytes of a profile export, UTF-8 with BOM; `dates` are as for an assessment.

    Imported columns are those of the first row. A column is left out when `campaign.code` or `external_id_label` is
    None. A sent row has a level for each of the `competences`.
    """
    names = [label.format(name) for name in competences for label in LEVEL]
    last = ["Envoi (O/N)", SENT_HEADERS[dates], *TOTALS, *names]
    ends = [(row, _sending(row, len(names), dates)) for row in rows]
    return _written(campaign, organisation, None, external_id_label, last, ends)


def _sending(row: ProfileRow, levels: int, dates: Dates) -> list[Value]:
    if not row.shared:
        return ["Non", "NA", *["NA"] * (len(TOTALS) + levels)]
    totals: list[Value] = [row.pix, YES_NO[row.certifiable], row.certifiable_competences]
    known: list[Value] = [value for one in row.levels for value in (one.level, one.pix)]
    return ["Oui", date_cell(row.shared_at, dates), *totals, *known]
