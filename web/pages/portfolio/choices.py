"""The choices made in the preview of a portfolio, and the right to import one."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal
from zlib import crc32

import msgspec
from fastapi import Depends, HTTPException

from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.identity import open_dossier
from pixflow.portfolio.columns import FIELDS, Field
from pixflow.portfolio.plan import WAYS, PortfolioPreview, PortfolioRow, Way
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.imports import Lines, Position, Rank, pairs
from web.http.forms import Form
from web.http.pagination import SIZE, Pager

_HEX = frozenset("0123456789abcdef")
_FIELDS: Mapping[str, Field | None] = {**{field: field for field in FIELDS}, "": None}
_WAYS: Mapping[str, Way | None] = {**{way: way for way in WAYS}, "": None}


class PortfolioForm(Form):
    """The choices of a preview, in its address or its form.

    `column` are the fields of columns, such as `4:birth_date`; until somebody was asked, those remembered count.
    `doubt` are the doubtful rows settled, such as `12:open`. `sure`: those that are the same person are corrected, but
    where `doubt` says otherwise. `kept` are the rows ticked so far, `line` those of page `at` of the changes. The
    others are the pages of its lists: changed, doubtful, remarks, new.
    """

    site: str | None = None
    sheet: Position = None
    all: Literal["true"] | None = None
    line: Lines = ()
    column: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    sure: Literal["true"] | None = None
    kept: str | None = None
    at: Rank = 1
    c: Rank = 1
    d: Rank = 1
    r: Rank = 1
    n: Rank = 1

    @property
    def columns(self) -> tuple[tuple[int, Field | None], ...] | None:
        """The fields of columns, by their position; None until somebody was asked."""
        if "column" not in self.model_fields_set:
            return None
        return tuple((position, _FIELDS[code]) for position, code in pairs(self.column) if code in _FIELDS)

    @cached_property
    def doubts(self) -> dict[int, Way | None]:
        """The ways of doubtful rows, by line; None for those of which nothing is recorded."""
        return {line: _WAYS[code] for line, code in pairs(self.doubt) if code in _WAYS}

    def settled(self, preview: PortfolioPreview | None = None) -> dict[int, Way]:
        """Returns what becomes of doubtful rows, by line; with a `preview`, also of those that are the same person."""
        lines = preview.lines if preview and self.sure else ()
        corrected: dict[int, Way | None] = {line.row.line: "correct" for line in lines if is_sure(line)}
        return {line: way for line, way in {**corrected, **self.doubts}.items() if way}

    def accepted(self, preview: PortfolioPreview) -> frozenset[int]:
        """Returns the lines whose changes are ticked, on any page."""
        places = [place for place, line in enumerate(preview.lines) if line.status == "changed"]
        lines = [preview.lines[place].row.line for place in places]
        if self.all:
            return frozenset(lines)
        offset = Pager.at(len(places), self.at, "", {}).offset
        here = places[offset : offset + SIZE]
        bits = int(self.kept, 16) if self.kept and set(self.kept) <= _HEX else 0
        kept = {preview.lines[place].row.line for place in places if bits >> place & 1 and place not in here}
        return frozenset(kept | (set(self.line) & set(lines)))


def is_sure(line: PortfolioRow) -> bool:
    """Tells if a doubtful row bears the name of the dossier found, and may correct it."""
    same_name = line.doubt != "other-name" and {"last_name", "first_name"}.isdisjoint(line.differs)
    return same_name and "correct" in line.ways


def kept(preview: PortfolioPreview, accepted: frozenset[int]) -> str:
    """Returns the accepted rows as a hexadecimal number, one bit each."""
    return f"{sum(1 << place for place, line in enumerate(preview.lines) if line.row.line in accepted):x}"


def seen(preview: PortfolioPreview) -> int:
    """Returns a checksum of the changes offered: it moves when the file or a dossier does."""
    offered = [
        (line.row.line, line.dossier, line.differs, line.before)
        for line in preview.lines
        if line.status == "changed" or "correct" in line.ways
    ]
    return crc32(msgspec.json.encode(offered))


def _may_import(desk: AtDesk) -> Desk:
    """A dependency: 403 but for those who open dossiers and assign advisors."""
    if not (desk.may(open_dossier) and desk.may(assign_advisor)):
        raise HTTPException(403)
    return desk


AtImport = Annotated[Desk, Depends(_may_import)]
