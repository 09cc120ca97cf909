"""Problems as codes with details. The web package has the sentences."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Refusal = Literal[
    "apple-double",
    "broken-quotes",
    "cell-count",
    "control-character",
    "date",
    "date-zone",
    "empty",
    "encoding",
    "english-export",
    "header-missing",
    "header-unknown",
    "integer",
    "level-range",
    "na-on-shared",
    "nir",
    "not-pix-orga",
    "organisation-missing",
    "palier-range",
    "rate",
    "rate-range",
    "result-not-shared",
    "sent-without-date",
    "several-campaigns",
    "several-organisations",
    "skill",
    "spreadsheet",
    "too-large",
    "too-many-rows",
    "yes-no",
    "zip",
]
Warned = Literal[
    "ambiguous-hour",
    "certifiable-mismatch",
    "cp1252",
    "delimiter",
    "export-hour-unsure",
    "external-id-column-unknown",
    "mastery-mismatch",
    "mastery-null",
    "more-problems",
    "no-bom",
    "no-final-newline",
    "not-a-number",
    "pix-mismatch",
    "pix-null",
    "resaved",
    "shared-without-date",
    "utf-16",
    "validation-bug",
]
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
        self._note(self._refused, ExportProblem("refused", line, code, _texts(details)))

    def warn(self, code: Warned, line: int | None = None, **details: object) -> None:
        """Adds a problem that people should see and that refuses nothing."""
        self._note(self._warned, ExportProblem("warning", line, code, _texts(details)))

    @property
    def refused(self) -> bool:
        return bool(self._refused)

    def listed(self) -> tuple[ExportProblem, ...]:
        """Returns at most 200 problems, those of the file first, then by line. "more-problems" counts the rest."""
        kept = sorted(self._refused + self._warned, key=lambda problem: problem.line is not None)
        if self._found > MOST_PROBLEMS:
            kept = kept[: MOST_PROBLEMS - 1]
            left = _texts({"count": self._found - len(kept)})
            return (*_by_line(kept), ExportProblem("warning", None, "more-problems", left))
        return _by_line(kept)

    def _note(self, into: list[ExportProblem], problem: ExportProblem) -> None:
        self._found += 1
        if problem.line is None or len(into) < MOST_PROBLEMS:
            into.append(problem)


def _by_line(problems: list[ExportProblem]) -> tuple[ExportProblem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line or 0))


def _texts(details: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)[:LONGEST_DETAIL]) for key, value in details.items())
