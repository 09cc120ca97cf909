"""The buttons of the form of a grid: split, merge, add and remove bands; add, drop and move proposals."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from web.pages.protocol.grid_form import MOST, BandSheet, GridSheet, ProposalSheet, whole_number


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
    added = BandSheet(last.high, lines=(ProposalSheet(),))
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
    one, other = sheet.bands[i : i + 2]
    known = {line.id for line in one.lines if line.id}
    lines = (*one.lines, *(line for line in other.lines if line.id not in known))
    merged = replace(one, high=other.high, lines=lines)
    return _with(sheet, [*sheet.bands[:i], merged, *sheet.bands[i + 2 :]], f"b{i}-high")


def _remove(sheet: GridSheet, i: int) -> GridSheet:
    """Removes a band and its proposals; the next band takes its percents, or the previous one for the last band."""
    if len(sheet.bands) < 2:
        return sheet
    bands = [*sheet.bands[:i], *sheet.bands[i + 1 :]]
    if i == len(bands):
        bands[-1] = replace(bands[-1], high=sheet.bands[i].high)
    return _with(sheet, bands, f"b{min(i, len(bands) - 1)}-high")


def _with_lines(sheet: GridSheet, i: int, lines: Sequence[ProposalSheet], focus: str) -> GridSheet:
    band = replace(sheet.bands[i], lines=tuple(lines[:MOST]))
    return _with(sheet, [*sheet.bands[:i], band, *sheet.bands[i + 1 :]], focus)


def _add_line(sheet: GridSheet, i: int) -> GridSheet:
    lines = sheet.bands[i].lines
    return _with_lines(sheet, i, [*lines, ProposalSheet()], f"b{i}-p{len(lines)}-label")


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
