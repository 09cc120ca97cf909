"""What one export of Pix Orga says, as plain values (PIX.md §1)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pixflow.pix_orga.problems import Problem

Kind = Literal["assessment", "profile"]
Role = Literal["imported", "external-id-candidate"]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Campaign:
    """`code` is None in files of 2021, which lack the column."""

    id: int
    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column the file cannot settle alone; `position` counts from 1."""

    position: int
    header: str
    role: Role


@dataclass(frozen=True, slots=True)
class Part:
    """One competence or domain: `rate` is a fraction 0..1, `targeted` and `mastered` count skills."""

    name: str
    rate: Decimal
    targeted: int
    mastered: int


@dataclass(frozen=True, slots=True)
class Row:
    """One participation, not one person.

    `line`: physical line of the file, from 1, where the record starts. `progress` and `mastery` are fractions 0..1.
    `started` and `shared_at`: an aware UTC datetime, or a date (UTC day) when the file says no time.
    `imported` also holds Classe, Groupe and Numéro Étudiant. `palier` counts 0..`paliers`.
    Result fields are None or () unless `shared`. Skills are "ok", "ko" or "untested" under their "@name".
    """

    line: int
    last_name: str
    first_name: str
    external_id: str | None
    imported: Pairs
    progress: Decimal | None
    started: datetime | date | None
    ambiguous_time: bool
    shared: bool
    shared_at: datetime | date | None
    mastery: Decimal | None
    palier: int | None
    paliers: int | None
    badges: tuple[tuple[str, bool], ...]
    competences: tuple[Part, ...]
    domains: tuple[Part, ...]
    skills: Pairs

    @property
    def finished_not_shared(self) -> bool:
        """The test is done, the result is not sent yet (PIX.md §0, fact 6)."""
        return self.progress == 1 and not self.shared


@dataclass(frozen=True, slots=True)
class Export:
    """A whole file, all or nothing: when `refused`, `rows` is empty.

    `campaign` and `pix_course` come from the first row. `exported_at` is UTC, read in the file name; None if it
    does not say. `columns` lists only ambiguous columns: ask once per campaign, then read again with the choice.
    """

    kind: Kind | None = None
    campaign: Campaign | None = None
    pix_course: str | None = None
    exported_at: datetime | None = None
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        """True when at least one problem forbids recording anything of this file."""
        return any(problem.severity == "refused" for problem in self.problems)
