"""Small export files, and one change at a time to them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from pixflow.pix_orga.export import AssessmentRow, Export, ExportCampaign, PartResult, utc_moment
from pixflow.pix_orga.reader import read
from pixflow.pix_orga.samples import write_export

DATA = Path(__file__).parent / "data"
PRINTEMPS = "resultats-diagnostic_initial_-_cej_printemps_2026-481516-2026-05-12-0910.csv"
ATELIER = "Resultats-Atelier mai _n_2_-90210-2024-05-20-1432.csv"
PROFIL = "resultats-profil_pix_-_certifiables_-481620-2026-06-19-0830.csv"
BOM = b"\xef\xbb\xbf"

CAMPAIGN = ExportCampaign(7001, "ABCDEF234", "Atelier été")
PENDING = AssessmentRow(
    line=2,
    last_name="Diallo",
    first_name="Éloïse",
    external_id="12347",
    imported=(),
    progress=Decimal("0.55"),
    started=utc_moment(datetime(2026, 5, 11, 13, 0, tzinfo=UTC)),
    shared=False,
    shared_at=None,
    paliers=4,
)
SHARED = replace(
    PENDING,
    progress=Decimal(1),
    shared=True,
    shared_at=utc_moment(datetime(2026, 5, 11, 13, 40, tzinfo=UTC)),
    mastery=Decimal("0.5"),
    palier=2,
    badges=(("Bases", True),),
    competences=(PartResult("Interagir", Decimal("0.5"), 6, 3),),
    domains=(PartResult("Communication et collaboration", Decimal("0.5"), 6, 3),),
    skills=(("@web1", "ok"), ("@web2", "untested")),
)


def sample(name: str) -> Export:
    """One of the three samples, read."""
    return read((DATA / name).read_bytes(), name)


def file(*rows: AssessmentRow) -> bytes:
    """A file of these rows; one shared row without any."""
    return write_export(CAMPAIGN, rows or (SHARED,))


def wide_row(number: int) -> AssessmentRow:
    """A shared row of a wide file."""
    parts = tuple(PartResult(f"Compétence {index}", Decimal("0.5"), 6, 3) for index in range(5))
    return replace(
        SHARED, last_name=f"Nom {number}", external_id=f"{number:07}", competences=parts, skills=(("@web0", "ok"),)
    )


def changed(old: str, new: str, data: bytes | None = None) -> bytes:
    """The file with every `old` text made `new`; `old` must be there."""
    data = file() if data is None else data
    assert old.encode() in data, old
    return data.replace(old.encode(), new.encode())


def codes(data: bytes, name: str = "") -> list[tuple[str, int | None]]:
    """The code and line of each problem."""
    return [(problem.code, problem.line) for problem in read(data, name).problems]


def day(text: str) -> date:
    """A date from its ISO form."""
    return date.fromisoformat(text)


def ambiguous_lines(export: Export) -> list[int | None]:
    """The lines of an export with a time in the hour that October repeats."""
    return [problem.line for problem in export.problems if problem.code == "ambiguous-hour"]


HOSTILE: dict[str, tuple[bytes, str | None]] = {
    "five million cells": (BOM + b";" * 5_000_000, "not-pix-orga"),
    "five million lines": (b"\n" * 5_000_000, "empty"),
    "a row, then five million lines": (file() + b"\n" * 5_000_000, None),
    "five million guards": (file() + b'"' * 5_000_001, "no-final-newline"),
    "nineteen thousand short rows": (file() + b"a\n" * 19_000, "cell-count"),
    "a long number": (file().replace(b"12347", b"1" * 120_000), None),
    "a long name": (file().replace(b"Diallo", b"1 " * 60_000), None),
    "many numbers of social security": (file().replace(b"Diallo", b"185057800608" * 9_000), None),
}
"""Files made to cost much, and the first problem that each is told."""
