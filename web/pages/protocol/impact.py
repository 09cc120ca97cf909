"""The impact of a draft: results that another band would read, tasks due on another day, what limits would end."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from pixflow.documents.grille import Grille, reads_otherwise
from pixflow.documents.protocol import ProtocolDocument
from pixflow.dossier import retention
from pixflow.protocol.comparison import Move, moves
from projections import dossier_sheet, workshops
from web.desk.desk import Desk
from web.desk.drafts import DocumentKind
from web.french import privacy
from web.french.protocol import drafts as french
from web.french.protocol.differences import Difference
from web.http.addresses import SIZE, Pager
from web.pages.protocol.documents import BASE, GRID

SHOWN = 50
"""Workshops named: those of a year or so."""


def impact_of(desk: Desk, kind: DocumentKind, before: Any, after: Any, day: date, page: int) -> dict[str, Any]:
    """Returns what a draft that counts from a day would change; `results` are the dossiers that it names."""
    if kind is GRID:
        kept = {"le": day.isoformat()}
        pager_of = partial(Pager.at, page=page, address=f"{BASE}/grille", params=kept, anchor="#concernes")
        return grid_impact(desk, before, after, SIZE, pager_of)
    passing = retention_impact(desk, before, after, day, page)
    return {
        "retention": passing,
        "seats": seat_impact(desk, before, after, day),
        "delays": delay_impacts(desk, before, after, day),
        "results": passing["dossiers"] if passing else [],
    }


# --- a grid


def grid_impact(
    desk: Desk, before: Grille, after: Grille, limit: int, pager_of: Callable[[int], Pager] | None = None
) -> dict[str, Any]:
    """Returns the results without a prescription that the second grid would read otherwise, each for its programme.

    `total` is in `sentence`, by move in `groups` when there are several. `results` are one page of them, each with both
    bands in words; `more` counts the others. `others` tells in words the results that stay in a band that says
    something else. `visible`: this person reads dossiers; if not, no result is named or counted. `pager_of` makes the
    pager for a total; without one the first results are returned.
    """
    by_percent = {percent: move for move in moves(before, after) for percent in range(move.first, move.last + 1)}
    counted, moved = Counter[Move](), {}
    for (percent, programme), count in sorted(dossier_sheet.scores(desk.read, desk.scope).items()):
        move = by_percent.get(percent)
        if move and reads_otherwise(move.before, move.after, programme):
            counted[move] += count
            if move.elsewhere:
                moved[percent, programme] = move
    elsewhere = {move: count for move, count in counted.items() if move.elsewhere}
    total = sum(elsewhere.values())
    stay = counted.total() - total
    pager = pager_of(total) if pager_of else None
    rows = dossier_sheet.scored(desk.read, desk.scope, moved, limit, pager.offset if pager else 0)
    groups = [f"{french.move_count(move, count)} : {french.move_said(move)}" for move, count in elsewhere.items()]
    return {
        "visible": desk.scope.whose != "none",
        "total": total,
        "sentence": french.touched(total, desk.scope.whose == "own"),
        "groups": groups if len(groups) > 1 else [],
        "results": [(row, french.move_said(moved[row.percent, row.programme])) for row in rows],
        "more": total - len(rows),
        "pager": pager,
        "others": french.others(stay, total) if stay else "",
    }


# --- the delays of a protocol


def delay_impacts(
    desk: Desk, before: ProtocolDocument, after: ProtocolDocument, day: date
) -> list[tuple[str, Difference, date, date]]:
    """Returns the delays that change: the verb of the task, the change, the due day of one that opens on `day`.

    That is the day before the change, then the day after it.
    """
    add, changes = desk.refs.calendar.add, []
    for verb, names in french.delay_rows():
        for turn, name in names.items():
            was, now = getattr(before.delays, name), getattr(after.delays, name)
            if was != now:
                changes.append((verb, french.delay_change(turn, was, now), add(day, was), add(day, now)))
    return changes


# --- the limits of a protocol


def retention_impact(
    desk: Desk, before: ProtocolDocument, after: ProtocolDocument, day: date, page: int
) -> dict[str, Any] | None:
    """Returns the dossiers that a shorter retention would end on a day; None when no period is shorter.

    That is their number in words and one page of them, each with the reason why. `visible`: this person reads dossiers;
    if not, none is named or counted.
    """
    if not any(getattr(after.retention, rule) < getattr(before.retention, rule) for rule in privacy.RULES):
        return None
    was, now = (list(retention.cutoffs(one.retention, day)) for one in (before, after))
    total = dossier_sheet.newly_past_count(desk.read, desk.scope, was, now)
    kept = {"le": day.isoformat()}
    pager = Pager.at(total, page, f"{BASE}/protocole", kept, anchor="#conservation")
    rows = dossier_sheet.newly_past(desk.read, desk.scope, was, now, SIZE, pager.offset)
    periods = [retention.retention_period(after.retention, row.programme, row.last_on) for row in rows]
    return {
        "visible": desk.scope.whose != "none",
        "sentence": french.falling_due(total, desk.scope.whose == "own", day),
        "dossiers": [(row, privacy.why_passed(period, row.closed)) for row, period in zip(rows, periods, strict=True)],
        "pager": pager,
    }


def seat_impact(
    desk: Desk, before: ProtocolDocument, after: ProtocolDocument, day: date
) -> tuple[str, Sequence[Any]] | None:
    """Returns the workshops from a day on with too many seats: their number in words, and the next ones.

    None when the protocol allows as many as before.
    """
    largest = after.workshops.largest
    if largest >= before.workshops.largest:
        return None
    rows = workshops.larger_than(desk.read, largest, day)
    return french.too_large(len(rows), largest), rows[:SHOWN]


def limits(desk: Desk, before: ProtocolDocument, after: ProtocolDocument) -> list[str]:
    """Returns in words, without a name, what the limits of a protocol would do today."""
    dossiers = retention_impact(desk, before, after, desk.today, 1)
    seats = seat_impact(desk, before, after, desk.today)
    said = [dossiers["sentence"]] if dossiers and dossiers["visible"] else []
    return [*said, seats[0]] if seats else said
