"""Problems of a portfolio file, as codes; web/french has the sentences."""

from typing import Literal

from msgspec import Struct

from pixflow.portfolio_import.columns import Field

Severity = Literal["refused", "left", "warning"]


class PortfolioProblem(Struct, frozen=True):
    """One thing wrong. "refused" refuses the file, "left" leaves the row out, "warning" leaves out one value.

    `value` may be personal: show it, never log it. `column` is the title of the column, or its letters. `instead` takes
    the place of `value`.

    - refused: too-large, encoding, empty, web-page, old-workbook (xls), locked-workbook (a password), other-workbook
      (ods, xlsb), not-a-workbook (another archive), unpacked-too-large, workbook-too-heavy (too many cells, parts or
      styles), file-too-heavy (a text that takes too much memory), too-long-here (more time than a slow machine needs),
      too-many-sheets, reader-busy (other files are being read), broken-workbook, no-sheet (no sheet has both names;
      `value` names the sheets), several-sheets (several have), unknown-sheet, no-names (no header has both names),
      broken-quotes, too-many-rows, too-many-columns, line-too-long, nir (a social security number: empty the cell),
      nir-column (most cells of a column are social security numbers: delete the column)
    - left: name-missing, bad-number, cell-count, formula-empty (a formula was never worked out), cell-error (`value` is
      the error), control-character (a NUL, an escape); then, once compared: number-twice, site-needed, person-erased
      (`value` is the day), and what a decision refuses (bad-birth-date…)
    - warning: cp1252, bad-date, bad-phone, bad-email, bad-commune; then advisor-unknown, advisor-ambiguous,
      site-unknown, programme-older-name, unusual-age (`value` is the age today), number-figures (new dossiers
      whose number a workbook keeps as figures: zeros may be lost)
    """

    severity: Severity
    code: str
    line: int | None = None
    field: Field | None = None
    value: str = ""
    column: str = ""
    instead: str = ""
