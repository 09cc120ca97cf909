"""A grid in a form: the upper limit of each band, its texts, its proposals.

Only upper limits are typed. A band begins where the one before ends, so moving a limit moves its neighbour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pixflow.documents.grille import PROGRAMMES, Band, Grille, Proposal
from web.french.protocol import drafts as french

MOST = 40
_FIELD = re.compile(r"b(\d{1,2})-(?:p(\d{1,2})-)?(\w+)")


@dataclass(frozen=True, slots=True)
class ProposalSheet:
    """The fields of one proposal; `id` is empty while it is new."""

    id: str = ""
    label: str = ""
    kind: str = "action"
    note: str = ""
    partner: str = ""
    advisor_only: bool = False
    needs_project: bool = False
    programmes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The fields after the name, in few words."""
        return french.line_more(self)


@dataclass(frozen=True, slots=True)
class BandSheet:
    """The fields of one band; `lines` are its proposals."""

    high: str = ""
    objective: str = ""
    short: str = ""
    lines: tuple[ProposalSheet, ...] = ()


@dataclass(frozen=True, slots=True)
class GridSheet:
    """The whole form. `focus` is the field to go to after a button changed its shape."""

    name: str
    note: str
    bands: tuple[BandSheet, ...]
    focus: str = ""

    @property
    def lows(self) -> list[int | None]:
        """Returns the lower limit of each band; None after a limit that is no number."""
        highs = [whole_number(band.high) for band in self.bands]
        return [0, *(None if high is None else high + 1 for high in highs)][: len(highs)]


def grid_sheet(grille: Grille, note: str = "") -> GridSheet:
    """Returns the form of a grid."""
    return GridSheet(grille.name, note, tuple(_band_sheet(band) for band in grille.bands))


def sheet_from(data: Mapping[str, Any]) -> GridSheet:
    """Returns the form that was sent, with every value."""
    bands: dict[int, dict[str, str]] = {}
    lines: dict[tuple[int, int], dict[str, Any]] = {}
    for key, value in data.items():
        found = _FIELD.fullmatch(key)
        if found and found[2] is None:
            bands.setdefault(int(found[1]), {})[found[3]] = _text(value)
        elif found:
            lines.setdefault((int(found[1]), int(found[2])), {})[found[3]] = value
    made = [
        BandSheet(
            said.get("high", ""),
            said.get("objective", ""),
            said.get("short", ""),
            tuple(_proposal_from(lines[at]) for at in sorted(lines) if at[0] == i)[:MOST],
        )
        for i, said in sorted(bands.items())
    ]
    return GridSheet(_text(data.get("name")), _text(data.get("note")), tuple(made[:MOST]))


def _band_sheet(band: Band) -> BandSheet:
    return BandSheet(str(band.high), band.objective, band.short, tuple(_proposal_sheet(one) for one in band.proposals))


def _proposal_sheet(one: Proposal) -> ProposalSheet:
    return ProposalSheet(
        one.id, one.label, one.kind, one.note, one.partner or "", one.advisor_only, one.needs_project, one.programmes
    )


def _proposal_from(said: Mapping[str, Any]) -> ProposalSheet:
    programmes = said.get("programmes", ())
    chosen = [programmes] if isinstance(programmes, str) else programmes
    texts = {name: _text(said.get(name)) for name in ("id", "label", "kind", "note", "partner")}
    return ProposalSheet(
        **texts,
        advisor_only="advisor_only" in said,
        needs_project="needs_project" in said,
        programmes=tuple(one for one in PROGRAMMES if one in chosen),
    )


def _text(value: Any) -> str:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def whole_number(text: str) -> int | None:
    """Returns a whole number, None for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else None
