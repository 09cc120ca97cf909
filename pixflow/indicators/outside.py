"""Figures as they leave the house: small numbers hidden, with a second one where a total would tell (I1 to I24)."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

import msgspec

from pixflow.documents.small_numbers import hidden, is_small
from pixflow.events.documents.indicators import ReportRow
from pixflow.indicators.figure import Figure, Part, rate


def report_rows(figures: Mapping[str, Figure]) -> list[ReportRow]:
    """Returns the table of a report."""
    return [row for id, figure in figures.items() for row in outside(id, figure)]


def outside(id: str, figure: Figure) -> Iterator[ReportRow]:
    """Yields the row of a figure, then those of its parts."""
    among = None if is_small(figure.among) else figure.among
    parts = _parts(figure)
    counted = next(iter(parts), None) if _is_partition(figure) and figure.parts[0].name == "done" else None
    if counted is None or among is None:
        shown = _pair(figure.counted, figure.among) if figure.shares else _alone(figure.counted)
    else:
        shown = counted[1]
    yield _row(id, "", shown, among, shares=figure.shares)
    for part, number in parts:
        yield _row(id, part.name, number, None if is_small(part.among) or among is None else part.among)


def _is_partition(figure: Figure) -> bool:
    return bool(figure.parts) and sum(part.counted for part in figure.parts) == figure.among == figure.parts[0].among


def _parts(figure: Figure) -> Sequence[tuple[Part, int | None]]:
    if is_small(figure.among):
        return [(part, None) for part in figure.parts]
    if _is_partition(figure):
        return list(zip(figure.parts, hidden([part.counted for part in figure.parts]), strict=True))
    return [(part, _pair(part.counted, part.among)) for part in figure.parts]


def _pair(counted: int, among: int) -> int | None:
    """Returns a number, None when it is small, and when what remains of the other one is."""
    if is_small(among) or counted > among:
        return _alone(counted) if not is_small(among) else None
    return hidden([counted, among - counted])[0]


def _alone(number: int) -> int | None:
    return None if is_small(number) else number


def _row(id: str, part: str, counted: int | None, among: int | None, *, shares: bool = True) -> ReportRow:
    share = rate(counted, among) if shares and counted is not None and among is not None else None
    share = None if share is None else round(share, 4)
    return ReportRow(indicator=id, part=part, counted=counted, among=among, rate=share)


def digest(rows: Sequence[ReportRow]) -> str:
    """Returns the SHA-256 of a table, in hexadecimal."""
    return sha256(msgspec.json.encode(list(rows), order="deterministic")).hexdigest()
