"""A portfolio file in the web: who may import one, with what, and what was chosen of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec
from fastapi import HTTPException

from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.identity import open_dossier
from pixflow.portfolio import Line, PortfolioImporter, Preview
from projections import directory, result_routing
from projections.directory import Found
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.hosting.served_structure import ServedStructure
from web.http.forms import Form
from web.http.pagination import SIZE, Pager

PAGES = ("c", "d", "r", "n")
"""Where each list stands: what changed, what is doubtful, the remarks, the new dossiers."""
_HEX = frozenset("0123456789abcdef")


class Said(Form):
    """The form of the preview. `kept` are the rows ticked so far, of which page `at` of the changes tells its own."""

    site: str | None = None
    sheet: int | None = None
    all: bool = False
    line: tuple[int, ...] = ()
    kept: str | None = None
    at: int = 1
    c: int = 1
    d: int = 1
    r: int = 1
    n: int = 1


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen in the preview, from its address or its form; what cannot be understood is left out."""

    site: str | None
    sheet: int | None
    all: bool
    ticked: frozenset[int]
    kept: int
    at: int
    pages: Mapping[str, int]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Choices":
        kept = _last(said, "kept")[:5_000]
        return cls(
            site=_last(said, "site") or None,
            sheet=_number(_last(said, "sheet")) or None,
            all=_last(said, "all") == "true",
            ticked=frozenset(number for text in _every(said, "line") if (number := _number(text))),
            kept=int(kept, 16) if kept and set(kept) <= _HEX else 0,
            at=_number(_last(said, "at")) or 1,
            pages={name: _number(_last(said, name)) or 1 for name in PAGES},
        )

    def accepted(self, preview: Preview) -> frozenset[int]:
        """The lines whose changes are ticked: on this page or on another one, or all of them."""
        places = changed_places(preview)
        lines = [preview.lines[place].said.line for place in places]
        if self.all:
            return frozenset(lines)
        here = shown(places, self.at)
        kept = {preview.lines[place].said.line for place in places if self.kept >> place & 1 and place not in here}
        return frozenset(kept | (self.ticked & set(lines)))


def changed_places(preview: Preview) -> list[int]:
    """Where the changed rows stand among the lines."""
    return [place for place, line in enumerate(preview.lines) if line.status == "changed"]


def shown(places: Sequence[int], page: int) -> set[int]:
    """Those of one page of the changes."""
    offset = Pager.at(len(places), page, "", {}).offset
    return set(places[offset : offset + SIZE])


def kept(preview: Preview, accepted: frozenset[int]) -> str:
    """The accepted rows, one bit each, as a form carries them from page to page."""
    return f"{sum(1 << place for place, line in enumerate(preview.lines) if line.said.line in accepted):x}"


def seen(preview: Preview) -> int:
    """A number that moves when what is offered does: what the file and the dossiers say differently."""
    offered = [(line.said.line, line.dossier, line.differs, line.before) for line in _changed(preview)]
    return crc32(msgspec.json.encode(offered))


def _changed(preview: Preview) -> list[Line]:
    return [line for line in preview.lines if line.status == "changed"]


def _every(said: Mapping[str, Any], name: str) -> list[str]:
    value = said.get(name, "")
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _last(said: Mapping[str, Any], name: str) -> str:
    return _every(said, name)[-1].strip()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else 0


# --- who imports, and with what


def may_import(desk: Desk) -> bool:
    """Those who open dossiers for others too: they also say who follows them."""
    return desk.may(open_dossier) and desk.may(assign_advisor)


def importing(desk: AtDesk) -> Desk:
    """A dependency: 403 for the others."""
    if not may_import(desk):
        raise HTTPException(403)
    return desk


def importer_of(served: ServedStructure) -> PortfolioImporter:
    """An importer over the served structure; what it knows is up to date."""

    def everyone() -> list[Found]:
        with served.read().database.connect() as connection:
            return directory.everyone(connection)

    def waiting(numbers: Sequence[str]) -> dict[str, list[UUID]]:
        with served.read().database.connect() as connection:
            return result_routing.waiting_with_numbers(connection, numbers)

    return PortfolioImporter(served.engine, everyone, waiting)


def staff(desk: Desk, advisor: UUID | None) -> str:
    """Who follows, in words."""
    if advisor is None:
        return "sans conseiller·ère"
    member = desk.refs.team.get(advisor)
    return member.name if member else "une personne inconnue"
