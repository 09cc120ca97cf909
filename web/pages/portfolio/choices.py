"""The choices made in the preview of a portfolio, and the right to import one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID
from zlib import crc32

import msgspec
from fastapi import HTTPException

from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.identity import open_dossier
from pixflow.portfolio.columns import FIELDS, Field
from pixflow.portfolio.importer import PortfolioImporter
from pixflow.portfolio.plan import WAYS, PortfolioPreview, PortfolioRow, Way
from projections import directory, match_proposals
from projections.directory import YoungPerson
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.hosting.served_structure import ServedStructure
from web.http.forms import Form
from web.http.pagination import SIZE, Pager

PAGES = ("c", "d", "r", "n")
"""The lists of the preview, by the parameter of their page: changed, doubtful, remarks, new."""
T = TypeVar("T")
_HEX = frozenset("0123456789abcdef")


class PortfolioForm(Form):
    """The form of the preview. `kept` are the rows ticked so far; `line` are those of page `at` of the changes.

    `column` are the fields of columns, such as `4:birth_date`; `doubt` the doubtful rows settled, such as `12:open`.
    `sure`: those that are the same person are corrected, but where `doubt` says otherwise.
    """

    site: str | None = None
    sheet: int | None = None
    all: bool = False
    line: tuple[int, ...] = ()
    column: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    sure: bool = False
    kept: str | None = None
    at: int = 1
    c: int = 1
    d: int = 1
    r: int = 1
    n: int = 1


@dataclass(frozen=True, slots=True)
class PortfolioChoices:
    """The choices in the address or the form of the preview; an unreadable value is left out.

    `columns` is None until somebody was asked: those remembered count.
    """

    site: str | None
    sheet: int | None
    all: bool
    ticked: frozenset[int]
    columns: tuple[tuple[int, Field | None], ...] | None
    doubts: Mapping[int, Way | None]
    sure: bool
    kept: int
    at: int
    pages: Mapping[str, int]

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> "PortfolioChoices":
        kept = _last(sent, "kept")[:5_000]
        return cls(
            site=_last(sent, "site") or None,
            sheet=_number(_last(sent, "sheet")) or None,
            all=_last(sent, "all") == "true",
            ticked=frozenset(number for text in _every(sent, "line") if (number := _number(text))),
            columns=_columns(sent) if "column" in sent else None,
            doubts=dict(_pairs(sent, "doubt", {**{way: way for way in WAYS}, "": None})),
            sure=_last(sent, "sure") == "true",
            kept=int(kept, 16) if kept and set(kept) <= _HEX else 0,
            at=_number(_last(sent, "at")) or 1,
            pages={name: _number(_last(sent, name)) or 1 for name in PAGES},
        )

    def settled(self, preview: PortfolioPreview | None = None) -> dict[int, Way]:
        """Returns what becomes of doubtful rows, by line; with a `preview`, also of those that are the same person."""
        corrected: dict[int, Way | None] = {}
        if preview and self.sure:
            corrected = {line.row.line: "correct" for line in preview.lines if is_sure(line)}
        return {line: way for line, way in {**corrected, **self.doubts}.items() if way}

    def accepted(self, preview: PortfolioPreview) -> frozenset[int]:
        """Returns the lines whose changes are ticked, on any page."""
        places = changed_places(preview)
        lines = [preview.lines[place].row.line for place in places]
        if self.all:
            return frozenset(lines)
        here = shown(places, self.at)
        kept = {preview.lines[place].row.line for place in places if self.kept >> place & 1 and place not in here}
        return frozenset(kept | (self.ticked & set(lines)))


def is_sure(line: PortfolioRow) -> bool:
    """Tells if a doubtful row bears the name of the dossier found, and may correct it."""
    same_name = line.doubt != "other-name" and {"last_name", "first_name"}.isdisjoint(line.differs)
    return same_name and "correct" in line.ways


def changed_places(preview: PortfolioPreview) -> list[int]:
    """Returns the indexes of the changed rows among the lines."""
    return [place for place, line in enumerate(preview.lines) if line.status == "changed"]


def shown(places: Sequence[int], page: int) -> set[int]:
    """Returns the indexes of one page of the changes."""
    offset = Pager.at(len(places), page, "", {}).offset
    return set(places[offset : offset + SIZE])


def kept(preview: PortfolioPreview, accepted: frozenset[int]) -> str:
    """Returns the accepted rows as a hexadecimal number, one bit each."""
    return f"{sum(1 << place for place, line in enumerate(preview.lines) if line.row.line in accepted):x}"


def seen(preview: PortfolioPreview) -> int:
    """Returns a checksum of the changes offered: it moves when the file or a dossier does."""
    offered = [(line.row.line, line.dossier, line.differs, line.before) for line in _offered(preview)]
    return crc32(msgspec.json.encode(offered))


def _offered(preview: PortfolioPreview) -> list[PortfolioRow]:
    return [line for line in preview.lines if line.status == "changed" or "correct" in line.ways]


def _every(sent: Mapping[str, Any], name: str) -> list[str]:
    value = sent.get(name, "")
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _pairs(sent: Mapping[str, Any], name: str, known: Mapping[str, T]) -> Iterator[tuple[int, T]]:
    """Returns the values `number:code` of a parameter, as the number and what the code stands for."""
    for text in _every(sent, name):
        number, _, code = text.partition(":")
        if _number(number) and code in known:
            yield _number(number), known[code]


def _columns(sent: Mapping[str, Any]) -> tuple[tuple[int, Field | None], ...]:
    return tuple(_pairs(sent, "column", {**{name: name for name in FIELDS}, "": None}))


def _last(sent: Mapping[str, Any], name: str) -> str:
    return _every(sent, name)[-1].strip()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else 0


# --- the right to import


def may_import(desk: Desk) -> bool:
    """True for those who open dossiers and assign advisors."""
    return desk.may(open_dossier) and desk.may(assign_advisor)


def importing(desk: AtDesk) -> Desk:
    """A dependency: 403 for those who may not import."""
    if not may_import(desk):
        raise HTTPException(403)
    return desk


def importer_of(served: ServedStructure) -> PortfolioImporter:
    """Returns an importer of the structure; it reads the tables up to the last event each time."""

    def everyone() -> list[YoungPerson]:
        with served.read().database.connect() as connection:
            return directory.everyone(connection)

    def waiting(numbers: Sequence[str]) -> dict[str, list[UUID]]:
        with served.read().database.connect() as connection:
            return match_proposals.waiting_with_numbers(connection, numbers)

    return PortfolioImporter(served.engine, served.opened.stream("structure"), everyone, waiting)
