"""A grid as one types it: each band's upper limit, its texts, its proposals as lines.

Only upper limits are typed: a band begins where the one before ends, so moving a limit moves its neighbour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pixflow.protocol.grille import PROGRAMMES, Band, Grille, Proposal

MOST = 40
_FIELD = re.compile(r"b(\d{1,2})-(?:p(\d{1,2})-)?(\w+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One proposal as typed; `id` is empty while it is new."""

    id: str = ""
    label: str = ""
    kind: str = "action"
    note: str = ""
    partner: str = ""
    advisor_only: bool = False
    needs_project: bool = False
    programmes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """One band as typed."""

    high: str = ""
    objective: str = ""
    short: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class GridSheet:
    """The whole form. `focus` is the field to go to after a button changed its shape."""

    name: str
    note: str
    bands: tuple[Typed, ...]
    focus: str = ""

    @property
    def lows(self) -> list[int | None]:
        """Where each band begins; None after a limit that is no number."""
        highs = [whole(band.high) for band in self.bands]
        return [0, *(None if high is None else high + 1 for high in highs)][: len(highs)]


def of(grille: Grille, note: str = "") -> GridSheet:
    """The form that shows this grid."""
    return GridSheet(grille.name, note, tuple(_typed_band(band) for band in grille.bands))


def typed(data: Mapping[str, Any]) -> GridSheet:
    """The form as it was sent, every value kept."""
    bands: dict[int, dict[str, str]] = {}
    lines: dict[tuple[int, int], dict[str, Any]] = {}
    for key, value in data.items():
        found = _FIELD.fullmatch(key)
        if found and found[2] is None:
            bands.setdefault(int(found[1]), {})[found[3]] = _text(value)
        elif found:
            lines.setdefault((int(found[1]), int(found[2])), {})[found[3]] = value
    made = [
        Typed(
            said.get("high", ""),
            said.get("objective", ""),
            said.get("short", ""),
            tuple(_line(lines[at]) for at in sorted(lines) if at[0] == i)[:MOST],
        )
        for i, said in sorted(bands.items())
    ]
    return GridSheet(_text(data.get("name")), _text(data.get("note")), tuple(made[:MOST]))


def _typed_band(band: Band) -> Typed:
    return Typed(str(band.high), band.objective, band.short, tuple(_typed_line(one) for one in band.proposals))


def _typed_line(one: Proposal) -> Line:
    return Line(
        one.id, one.label, one.kind, one.note, one.partner or "", one.advisor_only, one.needs_project, one.programmes
    )


def _line(said: Mapping[str, Any]) -> Line:
    programmes = said.get("programmes", ())
    chosen = [programmes] if isinstance(programmes, str) else programmes
    texts = {name: _text(said.get(name)) for name in ("id", "label", "kind", "note", "partner")}
    return Line(
        **texts,
        advisor_only="advisor_only" in said,
        needs_project="needs_project" in said,
        programmes=tuple(one for one in PROGRAMMES if one in chosen),
    )


def _text(value: Any) -> str:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def whole(text: str) -> int | None:
    """The whole number typed, None when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else None
