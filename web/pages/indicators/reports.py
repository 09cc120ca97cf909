"""Reports: those given, one as it was given beside today's numbers, and one to give."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.events.indicators import ReportIssued, ReportRow
from pixflow.indicators.catalogue import BY_ID
from pixflow.indicators.outside import digest
from pixflow.protocol.drafting import issue_report
from projections.figures.questions import count_figures, count_outside
from projections.figures.tallies import FigureQuestion
from web.desk.commands import check, read_form, record, redraw, require_events
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import indicators as french
from web.french.typography import number
from web.hosting.figures import counting
from web.http.forms import Form, FormData, OpenForm, Text
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.indicators.asked import PATH, AskedFigures, asked_of, describe_period

router = APIRouter()
REPORTS = f"{PATH}/rapports"
AtReports = Annotated[Desk, allowed("referent", "manager")]


class ReportForm(Form):
    """A report to give: its title, its period, its day and its clock."""

    title: Text = ""
    period: Text = ""
    day: Text = ""
    clock: Text = ""


@router.get(REPORTS)
def read(request: Request, desk: AtReports) -> Response:
    """Lists the reports given."""
    return _page(request, desk)


def _page(request: Request, desk: Desk, form: OpenForm | None = None) -> Response:
    """Shows the reports given, the latest first, and the form of another one."""
    form = form or OpenForm("give", values={"day": desk.today.isoformat()})
    return show(
        request,
        "indicators/reports.html",
        "reports",
        NOBODY,
        reports=[(report, _days(report.event)) for report in reversed(desk.refs.indicators.reports)],
        periods=list(french.PERIODS.items()),
        form=form,
        errors=form.errors,
        today=desk.today.isoformat(),
        masked=french.MASKED,
    )


@router.post(REPORTS)
@redraw(_page)
def give(request: Request, desk: AtReports, data: FormData) -> Response:
    """Gives a report: its table is frozen, small numbers hidden."""
    form = read_form(ReportForm, data, empty={})
    query = asked_of(desk, form.period, "", form.day, form.clock)
    check({"day": query.wrong} if query.wrong else {})
    rows = _rows(desk, query.question, query)
    outcome = record(
        desk,
        {"indicators": desk.served.opened.stream("indicators")},
        issue_report,
        command_id=form.command_id,
        context={"rows": tuple(rows), "digest": digest(rows)},
        title=form.title,
        first=query.question.first,
        last=query.question.last,
        day=query.question.day,
        clock=query.clock,
        definitions=desk.refs.definitions(desk.today).number,
    )
    event = require_events(desk, outcome)[-1].event
    assert isinstance(event, ReportIssued)
    return redirect(request, f"{REPORTS}/{event.number}")


# --- a report as it was given


@router.get(f"{REPORTS}/{{name}}")
def read_one(request: Request, desk: AtReports, name: str) -> Response:
    """Shows a report as it was given, beside what is counted today for the same days."""
    report = next((one for one in desk.refs.indicators.reports if str(one.event.number) == name), None)
    if report is None:
        raise HTTPException(404)
    event = report.event
    definitions = desk.refs.indicators.numbered(event.definitions)
    return show(
        request,
        "indicators/report.html",
        "report",
        NOBODY,
        structure=desk.refs.structure.name,
        report=report,
        event=event,
        days=_days(event),
        clock=french.CLOCKS[event.clock],
        definitions=(definitions.document.name if definitions else "") or french.ORIGINAL,
        rows=list(_table(event.rows, _rows(desk, _question(event), None))),
        masked=french.MASKED,
    )


def _rows(desk: Desk, question: FigureQuestion, asked: AskedFigures | None) -> list[ReportRow]:
    """Returns the table of the days, as asked, or as they are counted today."""
    day, clock = (question.day, asked.clock) if asked else (desk.today, "known")
    with counting(desk.served, day, clock) as there:
        told, days = count_outside(there, question.day), (question.first, question.last)
        figures = count_figures(there, question, BY_ID)
        return [row for id, one in figures.items() for row in told.rows(id, one, days, whole=True)]


def _table(given: Sequence[ReportRow], now: Sequence[ReportRow]) -> Iterator[tuple[str, bool, str, str, bool]]:
    """Yields the rows of a report: label, if it is a part, numbers as given and as counted today, if they differ."""
    today = {(row.indicator, row.part): row for row in now}
    for row in given:
        label = french.part(row.indicator, row.part) if row.part else french.TITLES[row.indicator]
        counted = today.get((row.indicator, row.part))
        yield label, bool(row.part), _phrase_row(row), _phrase_row(counted) if counted else "—", counted != row


def _phrase_row(row: ReportRow) -> str:
    told = (french.phrase_number(row.counted, row.counted_least), french.phrase_number(row.among, row.among_least))
    counted, among = (number(one) if isinstance(one, int) else one for one in told)
    share = french.share(row.rate)
    return f"{counted} / {among}" + (f" ({share})" if share else "")


def _question(event: ReportIssued) -> FigureQuestion:
    return FigureQuestion(event.first, event.last, event.day)


def _days(event: ReportIssued) -> str:
    return describe_period(_question(event))
