"""A grid in a form: the upper limit of each band, its texts, its proposals; its buttons, and one error by field.

Only upper limits are typed. A band begins where the one before ends, so moving a limit moves its neighbour.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pixflow.documents.grille import KINDS, PROGRAMMES, Band, Grille, GrilleProblem, Proposal, problems
from pixflow.identity import normalise
from web.french import typography, validation, vocabulary
from web.french.errors import refusals
from web.french.protocol import differences
from web.french.protocol.drafts import line_more
from web.french.typography import say, upper_first

MOST = 40
LONGEST = 2_000
END = 100
TOO_HIGH = "La tranche finit à {high} et une autre la suit : elle doit finir avant {end}."
TOO_LONG = validation.invalid("string_too_long", {"max_length": LONGEST})
BLANK = Proposal("", "", "action")
"""A new line: a proposal that has no id yet."""
FIELDS: dict[str, Any] = {
    "kinds": list(differences.KINDS.items()),
    "programmes": [(name, vocabulary.PROGRAMMES[name]) for name in PROGRAMMES],
    "more": line_more,
}
"""The options of the form; `more` tells the rest of a proposal."""
_FIELD = re.compile(r"b(\d{1,2})-(?:p(\d{1,2})-)?(\w+)")


@dataclass(frozen=True, slots=True)
class BandSheet:
    """The fields of one band; `lines` are its proposals."""

    high: str = ""
    objective: str = ""
    short: str = ""
    lines: tuple[Proposal, ...] = ()


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
    bands = (BandSheet(str(band.high), band.objective, band.short, band.proposals) for band in grille.bands)
    return GridSheet(grille.name, note, tuple(bands))


def sheet_from(data: Mapping[str, Any]) -> GridSheet:
    """Returns the form that was sent, with every value."""
    bands: dict[int, dict[str, str]] = {}
    lines: dict[tuple[int, int], dict[str, Any]] = {}
    for key, value in data.items():
        parts = _FIELD.fullmatch(key)
        if parts and parts[2] is None:
            bands.setdefault(int(parts[1]), {})[parts[3]] = _text(value)
        elif parts:
            lines.setdefault((int(parts[1]), int(parts[2])), {})[parts[3]] = value
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


def _proposal_from(said: Mapping[str, Any]) -> Proposal:
    programmes = said.get("programmes", ())
    chosen = [programmes] if isinstance(programmes, str) else programmes
    texts = {name: _text(said.get(name)) for name in ("id", "label", "kind", "note")}
    return Proposal(
        **texts,
        partner=_text(said.get("partner")) or None,
        advisor_only="advisor_only" in said,
        needs_project="needs_project" in said,
        programmes=tuple(one for one in PROGRAMMES if one in chosen),
    )


def _text(value: Any) -> str:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def whole_number(text: str) -> int | None:
    """Returns a whole number, None for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else None


# --- its buttons


def press(sheet: GridSheet, do: str) -> GridSheet:
    """Returns the form after a button: "split-1", "merge-1", "remove-1", "add", "add-1", "drop-1-2" or "up-1-2"."""
    name, *numbers = do.split("-")
    at = [place for number in numbers if (place := whole_number(number)) is not None]
    if name == "add" and not at:
        return _add_band(sheet)
    if name not in _PRESSES or len(at) != _PRESSES[name][0] or at[0] >= len(sheet.bands):
        return sheet
    return _PRESSES[name][1](sheet, *at)


def _with(sheet: GridSheet, bands: Sequence[BandSheet], focus: str) -> GridSheet:
    return replace(sheet, bands=tuple(bands), focus=focus)


def _add_band(sheet: GridSheet) -> GridSheet:
    """Adds a band at the top: the upper half of the last one, with one blank proposal."""
    halves = _halves(sheet, len(sheet.bands) - 1)
    if halves is None:
        return sheet
    *others, last = sheet.bands
    added = BandSheet(last.high, lines=(BLANK,))
    return _with(sheet, [*others, replace(last, high=halves), added], f"b{len(sheet.bands)}-short")


def _split(sheet: GridSheet, i: int) -> GridSheet:
    """Splits a band into two halves with equal texts and proposals."""
    half = _halves(sheet, i)
    if half is None:
        return sheet
    band = sheet.bands[i]
    return _with(sheet, [*sheet.bands[:i], replace(band, high=half), *sheet.bands[i:]], f"b{i}-high")


def _halves(sheet: GridSheet, i: int) -> str | None:
    """Returns the upper limit of a band's lower half; None when it holds fewer than two percents."""
    low, high = sheet.lows[i], whole_number(sheet.bands[i].high)
    if low is None or high is None or high <= low or len(sheet.bands) >= MOST:
        return None
    return str(low + (high - low) // 2)


def _merge(sheet: GridSheet, i: int) -> GridSheet:
    """Merges a band with the next one: the texts of the first, the proposals of both."""
    if i + 1 >= len(sheet.bands):
        return sheet
    band, other = sheet.bands[i : i + 2]
    known = {line.id for line in band.lines if line.id}
    lines = (*band.lines, *(line for line in other.lines if line.id not in known))
    merged = replace(band, high=other.high, lines=lines)
    return _with(sheet, [*sheet.bands[:i], merged, *sheet.bands[i + 2 :]], f"b{i}-high")


def _remove(sheet: GridSheet, i: int) -> GridSheet:
    """Removes a band and its proposals; the next band takes its percents, or the previous one for the last band."""
    if len(sheet.bands) < 2:
        return sheet
    bands = [*sheet.bands[:i], *sheet.bands[i + 1 :]]
    if i == len(bands):
        bands[-1] = replace(bands[-1], high=sheet.bands[i].high)
    return _with(sheet, bands, f"b{min(i, len(bands) - 1)}-high")


def _with_lines(sheet: GridSheet, i: int, lines: Sequence[Proposal], focus: str) -> GridSheet:
    band = replace(sheet.bands[i], lines=tuple(lines[:MOST]))
    return _with(sheet, [*sheet.bands[:i], band, *sheet.bands[i + 1 :]], focus)


def _add_line(sheet: GridSheet, i: int) -> GridSheet:
    lines = sheet.bands[i].lines
    return _with_lines(sheet, i, [*lines, BLANK], f"b{i}-p{len(lines)}-label")


def _drop_line(sheet: GridSheet, i: int, j: int) -> GridSheet:
    lines = sheet.bands[i].lines
    return _with_lines(sheet, i, [*lines[:j], *lines[j + 1 :]], f"b{i}-add")


def _line_up(sheet: GridSheet, i: int, j: int) -> GridSheet:
    lines = list(sheet.bands[i].lines)
    if not 0 < j < len(lines):
        return sheet
    lines[j - 1 : j + 1] = lines[j], lines[j - 1]
    return _with_lines(sheet, i, lines, f"b{i}-p{j - 1}-label")


_PRESSES: dict[str, tuple[int, Callable[..., GridSheet]]] = {
    "split": (1, _split), "merge": (1, _merge), "remove": (1, _remove), "add": (1, _add_line), "drop": (2, _drop_line),
    "up": (2, _line_up),
}  # fmt: skip


# --- the grid that was typed


def parse(sheet: GridSheet) -> tuple[Grille | None, Mapping[str, str]]:
    """Returns the grid that was typed, or None, and the errors by field; "" for the whole grid."""
    errors = dict(_check_fields(sheet))
    lows, highs = sheet.lows, [whole_number(band.high) for band in sheet.bands]
    if None in highs:
        return None, errors
    bands = tuple(
        Band(low or 0, high or 0, band.objective, band.short, _proposals(band.lines))
        for low, high, band in zip(lows, highs, sheet.bands, strict=True)
    )
    document = Grille(sheet.name, "half-up", bands)
    for place, sentence in _broken(document):
        errors[place] = f"{errors[place]} {sentence}" if place in errors else sentence
    return (None if errors else document), errors


def _proposals(lines: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Returns the proposals; a new one gets an id made of its label."""
    taken = {line.id for line in lines if line.id}
    made = []
    for line in lines:
        plain = normalise(line.label).replace(" ", "-") or "proposition"
        new = (plain, *(f"{plain}-{n}" for n in range(2, MOST + 2)))
        id = line.id or next(one for one in new if one not in taken)
        taken.add(id)
        made.append(replace(line, id=id))
    return tuple(made)


def _check_fields(sheet: GridSheet) -> Iterator[tuple[str, str]]:
    yield from _unfit("name", sheet.name)
    if len(sheet.note) > LONGEST:
        yield "note", TOO_LONG
    for i, band in enumerate(sheet.bands):
        if whole_number(band.high) is None:
            yield f"b{i}-high", validation.invalid("int_parsing", {})
        yield from _unfit(f"b{i}-short", band.short)
        yield from _unfit(f"b{i}-objective", band.objective)
        for j, line in enumerate(band.lines):
            yield from _unfit(f"b{i}-p{j}-label", line.label)
            if line.kind not in KINDS:
                yield f"b{i}-p{j}-kind", validation.invalid("literal_error", {})
            for name in ("note", "partner"):
                if len(getattr(line, name) or "") > LONGEST:
                    yield f"b{i}-p{j}-{name}", TOO_LONG


def _unfit(name: str, text: str) -> Iterator[tuple[str, str]]:
    if not text:
        yield name, validation.invalid("missing", {})
    elif len(text) > LONGEST:
        yield name, TOO_LONG


def _broken(grille: Grille) -> Iterator[tuple[str, str]]:
    """Yields the errors that keep the bands from covering 0 to 100 once, by the field that mends each."""
    i = next((i for i, band in enumerate(grille.bands[:-1]) if band.high >= END), None)
    if i is not None:
        yield f"b{i}-high", say(TOO_HIGH, high=typography.percent(grille.bands[i].high), end=typography.percent(END))
        return
    upside_down = [i for i, band in enumerate(grille.bands) if band.low > band.high]
    for i in upside_down:
        low, high = typography.percent(grille.bands[i].low), typography.percent(grille.bands[i].high)
        yield f"b{i}-high", say("Cette tranche commencerait à {low} et finirait à {high}.", low=low, high=high)
    for problem in problems(grille):
        if problem.code != "order":
            sentence = f"{upper_first(refusals.grille_problem(problem.code, problem.numbers))}."
            yield _place(grille.bands, problem, upside_down), sentence


def _place(bands: Sequence[Band], problem: GrilleProblem, upside_down: Sequence[int]) -> str:
    if problem.code in ("empty", "duplicate-proposal"):
        return next((f"b{i}-add" for i, band in enumerate(bands) if (band.low, band.high) == problem.numbers), "")
    return f"b{upside_down[0] if upside_down and problem.code != 'end' else len(bands) - 1}-high"
