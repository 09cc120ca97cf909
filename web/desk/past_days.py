"""Lists of an earlier day: the day and the clock that an address asks for, the desk of that day, and its bar."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from fastapi import HTTPException, Request

from pixflow.events.values import Role
from pixflow.moment import Moment
from projections import audit_trail
from projections.store.fill import share_filled
from projections.store.folds import position_of_tables, stopped_streams
from projections.store.past_tables import tables_at
from web.desk.desk import Desk, PastDesk, made_past
from web.french import indicators as french
from web.french import past, validation
from web.french.typography import plural, say
from web.http import days
from web.http.day_bar import CLOCK, DAY, FILE, LISTS, WHY, DayBar
from web.http.security import SAFE_METHODS

READERS: tuple[Role, ...] = ("auditor", "referent", "manager")
"""The roles that replay a dossier, and read the lists of an earlier day."""
_OF_PAGE = {"p", "q", "r", "t", "e", "d", "s", "recu", "formulaire", "sur"}
"""Parameters that another day has no use for: a page of rows, a receipt, an open form."""


def why_no_day(desk: Desk, wanted: date | None, *, since_opening: bool = True) -> str:
    """Returns why a day has no page of its own; "" where it has. Without `since_opening`, any day that was has one."""
    opened = desk.refs.structure.opened
    if wanted is None:
        return validation.invalid("date_parsing", {})
    if wanted > desk.today:
        return french.TO_COME
    return french.before(opened) if since_opening and opened and wanted < opened else ""


def moment_of(request: Request, desk: Desk) -> tuple[Moment | None, str]:
    """Returns the moment that a list is asked for, None for now; and why the day asked for has none, "" if it has.

    Raises 405 for a form: an earlier day is only read. Who may not replay gets the page of now.
    """
    asked, path = request.query_params.get(DAY), request.url.path
    if asked and request.method not in SAFE_METHODS:
        raise HTTPException(405)
    if not asked or not (path in LISTS or path.startswith(WHY) or FILE.fullmatch(path)):
        return None, ""
    if desk.roles.isdisjoint(READERS):
        return None, ""
    wanted = days.day(asked)
    wrong = why_no_day(desk, wanted)
    if wrong or wanted is None or wanted == desk.today:
        return None, wrong
    return Moment(wanted, "true" if request.query_params.get(CLOCK) == "vrai" else "known"), ""


@contextmanager
def desk_at(desk: Desk, moment: Moment) -> Iterator[PastDesk]:
    """Yields the desk at a moment: the roles and the scope of today, the references and the tables of that day."""
    with tables_at(desk.read, desk.engine, moment, desk.memory) as tables:
        refs = desk.engine.references_at(position_of_tables(tables)[0])
        yield replace(made_past(desk, tables, refs, moment.day, desk.roles), moment=moment)


def bar_of(request: Request, desk: Desk, there: Desk, moment: Moment | None, wrong: str) -> DayBar | None:
    """Returns the bar of a list, whose desk is `there`; None for other pages, for files, and for who may not replay.

    Somebody erased since is counted, and named nowhere.
    """
    path = request.url.path
    if desk.roles.isdisjoint(READERS) or FILE.fullmatch(path) or (moment is None and path not in LISTS):
        return None
    kept = {name: text for name, text in request.query_params.items() if name not in {DAY, CLOCK, *_OF_PAGE}}
    bar = DayBar(path, desk.today, kept, wrong=wrong and say("{why} {back}", why=wrong, back=past.BACK))
    if moment is None:
        return bar
    last, _ = position_of_tables(there.read)
    counts = {
        past.LEARNED: audit_trail.learned_total(desk.read, moment.day, desk.refs.calendar),
        past.ERASED: audit_trail.erased_since(desk.read, last),
        past.LEFT_OUT: stopped_streams(there.read),
    }
    learned, *remarks = (plural(n, *words) if n else "" for words, n in counts.items())
    filled = share_filled(desk.read)
    remarks += [past.progress(filled)] if filled < 100 else []
    return replace(
        bar,
        moment=moment,
        title=past.title(moment),
        clocks=past.CLOCKS,
        learned=learned,
        remarks=[*filter(None, remarks)],
    )
