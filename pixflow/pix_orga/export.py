"""Content of an export of Pix Orga, as plain values (docs/pix-orga.md)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pixflow.events.values import CampaignKind, Level
from pixflow.pix_orga.problems import ExportProblem

Role = Literal["imported", "external-id-candidate"]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ExportCampaign:
    """A campaign of Pix Orga. `code` is None in files of 2021, which lack the column."""

    id: int
    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column that only a person can decide; `position` counts from 1."""

    position: int
    header: str
    role: Role


@dataclass(frozen=True, slots=True)
class PartResult:
    """One competence or domain: `rate` is a fraction 0..1, `targeted` and `mastered` count skills."""

    name: str
    rate: Decimal
    targeted: int
    mastered: int


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """One participation (not one person), with the fields that both kinds of exports have.

    `line`: physical line of the file, from 1, where the record starts. `imported` also holds Classe, Groupe and Numéro
    Étudiant. `shared_at`: an aware UTC datetime, or a date (UTC day) when the file gives no time.
    """

    line: int
    last_name: str
    first_name: str
    external_id: str | None
    imported: Pairs
    shared: bool
    shared_at: datetime | date | None


@dataclass(frozen=True, slots=True)
class AssessmentRow(ExportEntry):
    """A participation in an assessment.

    `progress` and `mastery` are fractions 0..1; `started` is as `shared_at`. `palier` counts 0..`paliers`.
    Result fields are None or () unless `shared`. Skills are "ok", "ko" or "untested" under their "@name".
    """

    progress: Decimal | None
    started: datetime | date | None
    mastery: Decimal | None
    palier: int | None
    paliers: int | None
    badges: tuple[tuple[str, bool], ...]
    competences: tuple[PartResult, ...]
    domains: tuple[PartResult, ...]
    skills: Pairs


@dataclass(frozen=True, slots=True)
class ProfileRow(ExportEntry):
    """A participation in a profile collection: only the person, until the profile is sent.

    `pix` is the total, `certifiable_competences` the number of certifiable ones, `levels` each competence in its order.
    """

    pix: int | None
    certifiable: bool | None
    certifiable_competences: int | None
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """A whole file, all or nothing: when `refused`, `rows` and `profiles` are empty.

    An assessment has `rows`, a profile collection `profiles`; `entries` are those of either.
    `organisation`, `campaign` and `pix_course` come from the first row. `exported_at` is UTC, read in the file name;
    None if it does not say. `columns` lists only ambiguous columns: ask once per campaign, then read again with the
    choice.
    """

    kind: CampaignKind | None = None
    organisation: str = ""
    campaign: ExportCampaign | None = None
    pix_course: str | None = None
    exported_at: datetime | None = None
    columns: tuple[ExportColumn, ...] = ()
    rows: tuple[AssessmentRow, ...] = ()
    profiles: tuple[ProfileRow, ...] = ()
    problems: tuple[ExportProblem, ...] = ()

    @property
    def entries(self) -> tuple[ExportEntry, ...]:
        return self.rows or self.profiles

    @property
    def refused(self) -> bool:
        """Tells whether a problem refuses the whole file."""
        return any(problem.severity == "refused" for problem in self.problems)
