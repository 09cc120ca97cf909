"""Routes of reports: those given, one as it was given beside today's numbers, and one to give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.events.indicators import ReportRow
from pixflow.indicators.catalogue import BY_ID
from pixflow.indicators.outside import digest, report_rows
from pixflow.protocol.drafting import issue_report
from pixflow.protocol.publishing import GivenReport
from projections.figures import questions
from projections.figures.selection import FigureQuestion
from web.desk import refusals
from web.desk.commands import record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import dates
from web.french import indicators as french
from web.french.typography import number
from web.hosting.figures import counting
from web.http.forms import Form, FormData, Text, validate
from web.http.people import NOBODY
from web.http.templates import Page, page, redirect
from web.pages.indicators.asked import PATH, AskedFigures, asked_of, days_text

router = APIRouter()
REPORTS = f"{PATH}/rapports"
AtReports = Annotated[Desk, allowed("referent", "manager")]


class ReportForm(Form):
    """A report to give: its title, its period, its day and its clock."""

    title: Text = ""
    period: Text = ""
    day: Text = ""
    clock: Text = ""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report given: its number, its title, its days, and who gave it."""

    number: int
    title: str
    days: str
    about: str


@dataclass(frozen=True, kw_only=True)
class ReportsPage(Page):
    """The reports given, the latest first, and the form of another one."""

    template = "indicators/reports.html"
    block = "reports"
    shows = NOBODY

    reports: Sequence[ReportLine]
    periods: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    today: str
    masked: str = french.MASKED


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a report: its numbers as they were given, and as they are counted today; `moved` when they differ."""

    label: str
    part: bool
    given: str
    now: str
    moved: bool


@dataclass(frozen=True, kw_only=True)
class GivenReportPage(Page):
    """A report as it was given, beside what is counted today for the same days."""

    template = "indicators/report.html"
    block = "report"
    shows = NOBODY

    structure: str
    number: int
    title: str
    days: str
    day: str
    clock: str
    definitions: str
    given: str
    digest: str
    rows: Sequence[TableRow]
    masked: str = french.MASKED


@router.get(REPORTS)
def read(request: Request, desk: AtReports) -> Response:
    """Lists the reports given."""
    return page(request, _page(desk, {}, {}))


@router.post(REPORTS)
def give(request: Request, desk: AtReports, data: FormData) -> Response:
    """Gives a report: its table is frozen, small numbers hidden."""
    form, errors = validate(ReportForm, data)
    if form is None:
        return page(request, _page(desk, data, errors), status=422)
    asked = asked_of(desk, form.period, "", form.day, form.clock)
    if asked.wrong:
        return page(request, _page(desk, data, {"day": asked.wrong}), status=422)
    rows = _rows(desk, asked.question, asked)
    outcome = record(
        desk,
        {"indicators": desk.served.opened.stream("indicators")},
        issue_report,
        command_id=form.command_id,
        context={"rows": tuple(rows), "digest": digest(rows)},
        title=form.title,
        first=asked.question.first,
        last=asked.question.last,
        day=asked.question.day,
        clock=asked.clock,
        definitions=desk.refs.definitions(desk.today).number,
    )
    desk.refresh()
    if outcome.refused:
        field = str(outcome.refused.details.get("field", ""))
        return page(request, _page(desk, data, {field: refusals.sentence(desk, outcome.refused)}), status=422)
    event = outcome.recorded[-1].event
    return redirect(request, f"{REPORTS}/{event.number}")  # type: ignore[attr-defined]


@router.get(f"{REPORTS}/{{name}}")
def read_one(request: Request, desk: AtReports, name: str) -> Response:
    """Shows a report as it was given, beside today's numbers."""
    report = next((one for one in desk.refs.indicators.reports if str(one.event.number) == name), None)
    if report is None:
        raise HTTPException(404)
    event = report.event
    question = FigureQuestion(event.first, event.last, event.day)
    known = desk.refs.indicators.numbered(event.definitions)
    return page(
        request,
        GivenReportPage(
            structure=desk.refs.structure.name,
            number=event.number,
            title=event.title,
            days=_days(report),
            day=dates.day(event.day, year=True),
            clock=french.CLOCKS[event.clock],
            definitions=(known.document.name if known else "") or french.ORIGINAL,
            given=_given(desk, report),
            digest=event.digest,
            rows=_table(event.rows, _rows(desk, question, None)),
        ),
    )


def _rows(desk: Desk, question: FigureQuestion, asked: AskedFigures | None) -> list[ReportRow]:
    """Returns the table of the days, as asked, or as they are counted today."""
    day, clock = (question.day, asked.clock) if asked else (desk.today, "known")
    with counting(desk.served, day, clock) as there:
        return report_rows(questions.figures(there.connection, question, there.basis, there.refs, list(BY_ID)))


def _table(given: Sequence[ReportRow], now: Sequence[ReportRow]) -> list[TableRow]:
    today = {(row.indicator, row.part): row for row in now}
    return [
        TableRow(
            french.part(row.indicator, row.part) if row.part else french.TITLES[row.indicator],
            bool(row.part),
            _said(row),
            _said(today[row.indicator, row.part]) if (row.indicator, row.part) in today else "—",
            today.get((row.indicator, row.part)) != row,
        )
        for row in given
    ]


def _said(row: ReportRow) -> str:
    told = (french.told(row.counted, row.counted_least), french.told(row.among, row.among_least))
    counted, among = (number(one) if isinstance(one, int) else one for one in told)
    share = french.share(row.rate)
    return f"{counted} / {among}" + (f" ({share})" if share else "")


def _page(desk: Desk, values: Mapping[str, Any], errors: Mapping[str, str]) -> ReportsPage:
    given = [
        ReportLine(one.event.number, one.event.title, _days(one), _given(desk, one))
        for one in reversed(desk.refs.indicators.reports)
    ]
    return ReportsPage(
        reports=given,
        periods=list(french.PERIODS.items()),
        values=values or {"day": desk.today.isoformat()},
        errors=errors,
        today=desk.today.isoformat(),
    )


def _days(report: GivenReport) -> str:
    return days_text(FigureQuestion(report.event.first, report.event.last, report.event.day))


def _given(desk: Desk, report: GivenReport) -> str:
    member = desk.refs.team.get(UUID(report.by))
    return f"{dates.day(report.event.on, year=True)}, {member.name if member else ''}"
