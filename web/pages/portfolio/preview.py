"""The preview of a portfolio file: its columns, the new rows, the changed rows, the doubtful rows, the remarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from pixflow.portfolio.importer import PreparedPortfolio
from pixflow.portfolio.plan import PortfolioCounts, PortfolioPreview, PortfolioRow
from pixflow.portfolio.problems import PortfolioProblem
from projections import directory
from web.desk.desk import Desk
from web.desk.names import advisor_name
from web.french import dates, matching, typography, vocabulary
from web.french.errors import files
from web.french.typography import say
from web.http.forms import OpenForm
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page
from web.pages.portfolio import choices as portfolio_choices
from web.pages.portfolio.choices import PortfolioChoices
from web.pages.portfolio.columns import ColumnChoice, ColumnRow, choices_of, columns_read

GROUPED = frozenset(
    {
        "advisor-unknown",
        "advisor-ambiguous",
        "site-unknown",
        "site-needed",
        "formula-empty",
        "cell-error",
        "programme-older-name",
        "unusual-age",
        "nir",
    }
)
"""The problems that have one sentence for all their lines."""
STATUSES: dict[str, tuple[str, ...]] = {"c": ("changed",), "d": ("doubtful", "closed"), "n": ("new",)}
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row of the file that differs from its dossier; `changes`: field, before, after."""

    line: int
    name: str
    dossier: UUID | None
    changes: Sequence[tuple[str, str, str]]
    ticked: bool


@dataclass(frozen=True, slots=True)
class DoubtfulRow:
    """A row of the file that is not recorded unless somebody settles it, with the reason, and the dossier found if any.

    `changes`: what correcting the dossier would change. `ways`: values such as `12:open`, with their names; that of
    nothing comes first.
    """

    line: int
    name: str
    why: str
    dossier: UUID | None
    person: str
    changes: Sequence[tuple[str, str, str]]
    ways: Sequence[tuple[str, str]]
    way: str


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row of the file that opens a dossier; `site_typed` is an unknown site, which `site` replaces."""

    line: int
    name: str
    number: str
    born: str
    site: str
    programme: str
    advisor: str
    unassigned: bool
    site_typed: str


@dataclass(frozen=True, kw_only=True)
class PortfolioPreviewPage(Page):
    """The preview of a portfolio. `kept` are the rows ticked so far, `accepted` their number; `all`: every one is.

    `sheet` is the name of the sheet read, `chosen_sheet` its number when it was chosen; `pages` are the pagers by the
    name of their list. `sites` are the options for the rows without a site, none when nothing is asked. `remembered`:
    the columns are those chosen for the last file with these titles. `sure_count` are the doubtful rows of the same
    person that nobody settled; `sure`: they are corrected.
    """

    template = "portfolio/preview.html"

    token: str
    file: str
    sheet: str
    chosen_sheet: int | None
    site: str | None
    sites: Sequence[tuple[str, str]]
    counts: PortfolioCounts
    without_site: int
    figures: Sequence[tuple[int, str]]
    columns: Sequence[ColumnRow]
    column_choices: Sequence[ColumnChoice]
    remembered: bool
    ignored: Sequence[str]
    may_record: bool
    settled_elsewhere: Sequence[str]
    sure: bool
    sure_count: int
    all: bool
    accepted: int
    kept: str
    form: OpenForm
    pages: Mapping[str, Pager]
    changed: Sequence[ChangedRow]
    doubtful: Sequence[DoubtfulRow]
    new: Sequence[NewRow]
    remarks: Sequence[str]
    command_id: UUID

    @property
    def shows(self) -> People:
        return listed((row.dossier for row in self.changed), (row.dossier for row in self.doubtful), more=len(self.new))


def preview_page(
    desk: Desk, token: str, name: str, prepared: PreparedPortfolio, choices: PortfolioChoices, errors: Mapping[str, str]
) -> PortfolioPreviewPage:
    """Returns the preview of a file `name`, with what was chosen of it."""
    preview = prepared.preview
    assert preview is not None
    accepted = choices.accepted(preview)
    lists = {name: _of(preview, *statuses) for name, statuses in STATUSES.items()}
    remarks = remarks_on(preview.problems)
    totals = {**{name: len(lines) for name, lines in lists.items()}, "r": len(remarks)}
    pages = {name: Pager.at(total, choices.pages[name], "", {}) for name, total in totals.items()}
    shown = {name: _page(lines, pages[name]) for name, lines in lists.items()}
    sheets = prepared.portfolio.sheets
    sites = {one.line: one.value for one in preview.problems if one.code == "site-unknown"}
    return PortfolioPreviewPage(
        token=token,
        file=name,
        sheet=sheets[0].name if sheets else "",
        chosen_sheet=choices.sheet,
        site=choices.site,
        sites=_sites(desk, preview, choices),
        counts=preview.counts,
        without_site=sum(one.code == "site-needed" for one in preview.problems),
        figures=figures(preview),
        columns=columns_read(preview.columns),
        column_choices=choices_of(preview.columns),
        remembered=prepared.asked.remembered,
        may_record=any(line.status in ("new", "changed") or line.ways for line in preview.lines),
        settled_elsewhere=_settled(preview, shown["d"], choices),
        sure=choices.sure,
        sure_count=sum(portfolio_choices.is_sure(line) and not line.way for line in lists["d"]),
        ignored=[column.header for column in preview.columns if column.header and not column.field],
        all=choices.all,
        accepted=len(accepted),
        kept=portfolio_choices.kept(preview, accepted),
        form=OpenForm("import", errors=errors, seen=portfolio_choices.seen(preview)),
        pages=pages,
        changed=[_changed(desk, line, accepted) for line in shown["c"]],
        doubtful=_doubtful(desk, shown["d"], choices),
        new=[_new(desk, line, sites) for line in shown["n"]],
        remarks=_page(remarks, pages["r"]),
        command_id=desk.new_command(),
    )


def _of(preview: PortfolioPreview, *statuses: str) -> list[PortfolioRow]:
    return [line for line in preview.lines if line.status in statuses]


def _page(rows: Sequence[Any], pager: Pager) -> Sequence[Any]:
    return rows[pager.offset : pager.offset + SIZE]


def figures(preview: PortfolioPreview) -> list[tuple[int, str]]:
    """Returns the number of rows by change."""
    counted = preview.counts
    named = (
        (counted.new, "nouveau dossier", "nouveaux dossiers"),
        (counted.changed, "modifié", "modifiés"),
        (counted.unchanged, "inchangé", "inchangés"),
        (counted.doubtful + counted.closed, "à vérifier", "à vérifier"),
        *([(counted.settled, "tranché", "tranchés")] if counted.settled else []),
        (counted.left, "laissé de côté", "laissés de côté"),
    )
    return [(count, one if count < 2 else many) for count, one, many in named]


def _sites(desk: Desk, preview: PortfolioPreview, choices: PortfolioChoices) -> list[tuple[str, str]]:
    """Returns the options for the rows without a site; none when no row lacks one."""
    if not choices.site and not any(one.code == "site-needed" for one in preview.problems):
        return []
    return [("", "aucun : ces lignes restent de côté"), *((site, site) for site in desk.refs.structure.sites)]


def _changed(desk: Desk, line: PortfolioRow, accepted: frozenset[int]) -> ChangedRow:
    return ChangedRow(line.row.line, _name(line), line.dossier, _changes(desk, line), line.row.line in accepted)


def _changes(desk: Desk, line: PortfolioRow) -> list[tuple[str, str, str]]:
    """Returns the name of each field that differs, its value in the dossier, and its value in the file."""
    return [
        (files.FIELDS[field], value(desk, field, before), value(desk, field, getattr(line.row, field)))
        for field, before in zip(line.differs, line.before, strict=False)
    ]


def _settled(preview: PortfolioPreview, here: Sequence[PortfolioRow], choices: PortfolioChoices) -> list[str]:
    """Returns the choices for doubtful rows of other pages, for the form to keep."""
    lines = {line.row.line for line in here}
    others = (line.row.line for line in preview.lines if line.ways and line.row.line not in lines)
    return [f"{line}:{choices.doubts[line] or ''}" for line in others if line in choices.doubts]


def value(desk: Desk, field: str, given: object) -> str:
    """Returns the value of a field as a page shows it."""
    match given:
        case None | "":
            return NOTHING
        case date():
            return dates.day(given, year=True)
        case UUID():
            return advisor_name(desk, given)
        case str() if field == "phone":
            return typography.phone(given)
        case str() if field == "programme":
            return vocabulary.PROGRAMMES.get(given, given)
    return str(given)


def _doubtful(desk: Desk, lines: Sequence[PortfolioRow], choices: PortfolioChoices) -> list[DoubtfulRow]:
    people = directory.named(desk.read, {line.dossier for line in lines if line.dossier})
    return [
        DoubtfulRow(
            line.row.line,
            _name(line),
            _why(line),
            line.dossier,
            people[line.dossier].name if line.dossier in people else "",
            _changes(desk, line) if "correct" in line.ways else [],
            _ways(line, choices.sure),
            f"{line.row.line}:{line.way}" if line.way else "",
        )
        for line in lines
    ]


def _ways(line: PortfolioRow, sure: bool) -> list[tuple[str, str]]:
    """Returns the choices for a doubtful row. Once the sure ones are corrected, even doing nothing is a choice."""
    nothing = (f"{line.row.line}:" if sure else "", matching.NOTHING_YET)
    ways = [(f"{line.row.line}:{way}", matching.PEOPLE_WAYS[way]) for way in line.ways]
    return [nothing, *ways] if ways else []


def _why(line: PortfolioRow) -> str:
    if line.doubt:
        return matching.people_doubt(line.doubt)
    differs = ", ".join(typography.lower_first(files.FIELDS[field]) for field in line.differs)
    return say("dossier clos, et le fichier dit autre chose ({differs}) : rien n’est enregistré", differs=differs)


def _new(desk: Desk, line: PortfolioRow, sites: Mapping[int | None, str]) -> NewRow:
    row = line.row
    return NewRow(
        row.line,
        _name(line),
        row.imilo_number or NOTHING,
        dates.day(row.birth_date, year=True) if row.birth_date else NOTHING,
        row.site or NOTHING,
        value(desk, "programme", row.programme),
        advisor_name(desk, row.advisor),
        row.advisor is None,
        sites.get(row.line, ""),
    )


def _name(line: PortfolioRow) -> str:
    return f"{line.row.last_name} {line.row.first_name}"


def remarks_on(found: Sequence[PortfolioProblem]) -> list[str]:
    """Returns a sentence for each problem, or one for all the lines that have the same one."""
    groups: dict[object, list[PortfolioProblem]] = {}
    for place, one in enumerate(found):
        alone = one.line is None or one.code not in GROUPED
        groups.setdefault(place if alone else replace(one, line=None), []).append(one)
    return [_remark(group) for group in groups.values()]


def _remark(group: Sequence[PortfolioProblem]) -> str:
    one = group[0]
    if len(group) == 1:
        return files.portfolio_problem(one)
    return files.portfolio_problems(one, [each.line or 0 for each in group])
