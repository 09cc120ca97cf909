"""Content of an export of Pix Orga, as plain values: its problems, its rows, the key of each (docs/pix-orga.md)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from pixflow.events.values import CampaignKind, Level, Moment
from pixflow.identity import normalise

# --- problems, as codes with details: the web package has the sentences

Refusal = Literal[
    "apple-double", "broken-quotes", "cell-count", "control-character", "date", "date-zone", "empty", "encoding",
    "english-export", "header-missing", "header-unknown", "integer", "level-range", "na-on-shared", "nir",
    "not-pix-orga", "organisation-missing", "palier-range", "rate", "rate-range", "result-not-shared",
    "sent-without-date", "several-campaigns", "several-organisations", "skill", "spreadsheet", "too-large",
    "too-many-rows", "yes-no", "zip",
]  # fmt: skip
Warned = Literal[
    "ambiguous-hour", "certifiable-mismatch", "cp1252", "delimiter", "export-hour-unsure",
    "external-id-column-unknown", "mastery-mismatch", "mastery-null", "more-problems", "no-bom", "no-final-newline",
    "not-a-number", "pix-mismatch", "pix-null", "resaved", "shared-without-date", "utf-16", "validation-bug",
]  # fmt: skip
Severity = Literal["refused", "warning"]

CODES: frozenset[str] = frozenset(get_args(Refusal) + get_args(Warned))
MOST_PROBLEMS = 200
LONGEST_DETAIL = 60


@dataclass(frozen=True, slots=True)
class ExportProblem:
    """One problem. `line` counts from 1, None for the file.

    `details` may quote a cell: show them, never log them.
    """

    severity: Severity
    line: int | None
    code: Refusal | Warned
    details: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Problems:
    """Collects problems. Problems of the file take precedence over those of lines, refusals over warnings."""

    _refused: list[ExportProblem] = field(default_factory=list)
    _warned: list[ExportProblem] = field(default_factory=list)
    _found: int = 0

    def refuse(self, code: Refusal, line: int | None = None, **details: object) -> None:
        """Adds a problem that refuses the whole file."""
        self._note(self._refused, ExportProblem("refused", line, code, texts_of(details)))

    def warn(self, code: Warned, line: int | None = None, **details: object) -> None:
        """Adds a problem that people should see and that refuses nothing."""
        self._note(self._warned, ExportProblem("warning", line, code, texts_of(details)))

    @property
    def refused(self) -> bool:
        return bool(self._refused)

    def listed(self) -> tuple[ExportProblem, ...]:
        """Returns at most 200 problems, those of the file first, then by line. "more-problems" counts the rest."""
        problems = sorted(self._refused + self._warned, key=lambda problem: problem.line is not None)
        more = []
        if self._found > MOST_PROBLEMS:
            problems = problems[: MOST_PROBLEMS - 1]
            left = texts_of({"count": self._found - len(problems)})
            more = [ExportProblem("warning", None, "more-problems", left)]
        return (*sorted(problems, key=lambda problem: problem.line or 0), *more)

    def _note(self, into: list[ExportProblem], problem: ExportProblem) -> None:
        self._found += 1
        if problem.line is None or len(into) < MOST_PROBLEMS:
            into.append(problem)


def texts_of(details: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """Returns the details of a problem as texts, none longer than 60 characters."""
    return tuple((key, str(value)[:LONGEST_DETAIL]) for key, value in details.items())


def utc_moment(at: datetime) -> Moment:
    """Returns an aware time as Pix says it: in UTC, with its UTC day."""
    utc = at.astimezone(UTC)
    return Moment(utc.date(), utc)


# --- content of an export of Pix Orga, as plain values (docs/pix-orga.md)

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
    Étudiant. `shared_at` is a UTC day, with its aware time when the file gives one.
    """

    line: int
    last_name: str
    first_name: str
    external_id: str | None
    imported: Pairs
    shared: bool
    shared_at: Moment | None


@dataclass(frozen=True, slots=True)
class AssessmentRow(ExportEntry):
    """A participation in an assessment.

    `progress` and `mastery` are fractions 0..1; `started` is as `shared_at`. `palier` counts 0..`paliers`.
    Result fields are None or () unless `shared`. Skills are "ok", "ko" or "untested" under their "@name".
    """

    progress: Decimal | None
    started: Moment | None
    mastery: Decimal | None = None
    palier: int | None = None
    paliers: int | None = None
    badges: tuple[tuple[str, bool], ...] = ()
    competences: tuple[PartResult, ...] = ()
    domains: tuple[PartResult, ...] = ()
    skills: Pairs = ()


@dataclass(frozen=True, slots=True)
class ProfileRow(ExportEntry):
    """A participation in a profile collection: only the person, until the profile is sent.

    `pix` is the total, `certifiable_competences` the number of certifiable ones, `levels` each competence in its order.
    """

    pix: int | None = None
    certifiable: bool | None = None
    certifiable_competences: int | None = None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """A whole file, all or nothing: when `refused`, `rows` and `profiles` are empty.

    An assessment has `rows`, a profile collection `profiles`; `entries` are those of either.
    `organisation`, `campaign` and `pix_course` come from the first row. `exported_at` is UTC, read in the file name;
    None if it does not say. `free` are the headers of the free columns, the first one at `position` from 1. All are
    imported until `choose_external_id`; then `columns` lists the ambiguous ones: ask once per campaign.
    """

    kind: CampaignKind | None = None
    organisation: str = ""
    campaign: ExportCampaign | None = None
    pix_course: str | None = None
    exported_at: datetime | None = None
    position: int = 0
    free: tuple[str, ...] = ()
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


# --- key of a participation, because the file has no stable id (docs/pix-orga.md#import-rules)

Rank = tuple[bool, str, Decimal, Decimal, str]


class Key(NamedTuple):
    """Normalised names, external id or "", start or "" (ISO: a UTC time or a day), rank among equal keys from 0.

    A profile collection has no start: the key has the time of sending instead, "" until the profile is sent.
    """

    last_name: str
    first_name: str
    external_id: str
    start: str
    ordinal: int


def participation_keys(rows: Sequence[ExportEntry]) -> tuple[Key, ...]:
    """Returns the key of each row without its campaign, in order. The ordinal does not depend on that order."""
    keys: dict[int, Key] = {}
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for place in sorted(range(len(rows)), key=lambda place: _rank(rows[place])):
        row = rows[place]
        base = (normalise(row.last_name), normalise(row.first_name), row.external_id or "", _time(_find_date(row)))
        keys[place] = Key(*base, seen[base])
        seen[base] += 1
    return tuple(keys[place] for place in range(len(rows)))


def _find_date(row: ExportEntry) -> Moment | None:
    return row.started if isinstance(row, AssessmentRow) else row.shared_at


def _rank(row: ExportEntry) -> Rank:
    """Ranks shared rows first, in order of sharing: a row shared later never takes the rank of an earlier one."""
    best, done = Decimal(0), Decimal(0)
    if isinstance(row, AssessmentRow):
        best, done = row.mastery or best, row.progress or done
    elif isinstance(row, ProfileRow):
        best = Decimal(row.pix or 0)
    return (not row.shared, _time(row.shared_at), -best, -done, _time(_find_date(row)))


def _time(at: Moment | None) -> str:
    return (at.at or at.day).isoformat() if at else ""
