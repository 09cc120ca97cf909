"""A portfolio: a file is chosen, previewed, its changes ticked, recorded."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Annotated, Any, Literal
from uuid import UUID
from zlib import crc32

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import replace

from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.identity import open_dossier
from pixflow.open_data import communes
from pixflow.portfolio_import.columns import FIELDS, JOINED, Column, Field, places, read_columns
from pixflow.portfolio_import.importer import KeptReadings, PortfolioOutcome, PreparedPortfolio
from pixflow.portfolio_import.plan import WAYS, PortfolioPreview, PortfolioRow, Way
from pixflow.portfolio_import.problems import PortfolioProblem
from pixflow.portfolio_import.reader import may_be_chosen
from pixflow.refused import Refused
from projections import directory
from web.desk import imports, refusals
from web.desk.dependencies import AtDesk, must_be_fresh
from web.desk.desk import Desk
from web.desk.imports import Lines, Position, Rank, pairs
from web.desk.names import advisor_name
from web.french import dates, matching, typography, vocabulary
from web.french.errors import files
from web.french.typography import say
from web.http.addresses import SIZE, Number, Pager
from web.http.forms import Form, FormData, OpenForm, UploadData, read_address, salvage, validate
from web.http.people import NOBODY, listed
from web.http.templates import show

router = APIRouter()
START = "/dossiers/import"
MOVED = "Des dossiers ont changé entre-temps : vérifiez les corrections cochées, puis enregistrez à nouveau."
NOTHING_TICKED = "Aucun dossier n’est nouveau : cochez les corrections à enregistrer."
NO_SITE = "aucun : ces lignes restent de côté"
NOTHING = "—"
_HEX = frozenset("0123456789abcdef")
_FIELDS: Mapping[str, Field | None] = {**{field: field for field in FIELDS}, "": None}
_WAYS: Mapping[str, Way | None] = {**{way: way for way in WAYS}, "": None}


def _may_import(desk: AtDesk) -> Desk:
    """A dependency: 403 but for those who open dossiers and assign advisors."""
    if not (desk.may(open_dossier) and desk.may(assign_advisor)):
        raise HTTPException(403)
    return desk


AtImport = Annotated[Desk, Depends(_may_import)]

# --- what is chosen in its preview


class PortfolioForm(Form):
    """The choices of a preview, in its address or its form.

    `column` are the fields of columns, such as `4:birth_date`; until somebody was asked, those remembered count.
    `doubt` are the doubtful rows settled, such as `12:open`. `sure`: those that are the same person are corrected, but
    where `doubt` says otherwise. `kept` are the rows ticked so far, `line` those of page `at` of the changes. The
    others are the pages of its lists: changed, doubtful, remarks, new.
    """

    site: str | None = None
    sheet: Position = None
    all: Literal["true"] | None = None
    line: Lines = ()
    column: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    sure: Literal["true"] | None = None
    kept: str | None = None
    at: Rank = 1
    c: Rank = 1
    d: Rank = 1
    r: Rank = 1
    n: Rank = 1

    @property
    def columns(self) -> tuple[tuple[int, Field | None], ...] | None:
        """The fields of columns, by their position; None until somebody was asked."""
        if "column" not in self.model_fields_set:
            return None
        return tuple((position, _FIELDS[code]) for position, code in pairs(self.column) if code in _FIELDS)

    @cached_property
    def doubts(self) -> dict[int, Way | None]:
        """The ways of doubtful rows, by line; None for those of which nothing is recorded."""
        return {line: _WAYS[code] for line, code in pairs(self.doubt) if code in _WAYS}

    def settled(self, preview: PortfolioPreview | None = None) -> dict[int, Way]:
        """Returns what becomes of doubtful rows, by line; with a `preview`, also of those that are the same person."""
        lines = preview.lines if preview and self.sure else ()
        corrected: dict[int, Way | None] = {line.row.line: "correct" for line in lines if is_sure(line)}
        return {line: way for line, way in {**corrected, **self.doubts}.items() if way}

    def accepted(self, preview: PortfolioPreview) -> frozenset[int]:
        """Returns the lines whose changes are ticked, on any page."""
        places = [place for place, line in enumerate(preview.lines) if line.status == "changed"]
        lines = [preview.lines[place].row.line for place in places]
        if self.all:
            return frozenset(lines)
        offset = Pager.at(len(places), self.at, "", {}).offset
        here = places[offset : offset + SIZE]
        bits = int(self.kept, 16) if self.kept and set(self.kept) <= _HEX else 0
        kept = {preview.lines[place].row.line for place in places if bits >> place & 1 and place not in here}
        return frozenset(kept | (set(self.line) & set(lines)))


def is_sure(line: PortfolioRow) -> bool:
    """Tells if a doubtful row bears the name of the dossier found, and may correct it."""
    same_name = line.doubt != "other-name" and {"last_name", "first_name"}.isdisjoint(line.differs)
    return same_name and "correct" in line.ways


def encode_rows(preview: PortfolioPreview, accepted: frozenset[int]) -> str:
    """Returns the accepted rows as a hexadecimal number, one bit each."""
    return f"{sum(1 << place for place, line in enumerate(preview.lines) if line.row.line in accepted):x}"


def compute_checksum(preview: PortfolioPreview) -> int:
    """Returns a checksum of the changes offered: it moves when the file or a dossier does."""
    offered = [
        (line.row.line, line.dossier, line.differs, line.before)
        for line in preview.lines
        if line.status == "changed" or "correct" in line.ways
    ]
    return crc32(msgspec.json.encode(offered))


# --- a file is chosen


@router.get("/dossiers/import")
def start(
    request: Request, desk: AtImport, deja: Number = 0, clos: Number = 0, repris: Number = 0, gardes: Number = 0
) -> Response:
    """Shows where a file is chosen. `deja`: the last one had nothing new; the others count what was taken back."""
    return show(
        request, "portfolio/start.html", None, NOBODY, already=bool(deja), closed=clos, corrected=repris, left=gardes
    )


@router.post("/dossiers/import")
def choose(request: Request, desk: AtImport, data: UploadData) -> Response:
    """Keeps the file until it is recorded; one that is refused is not kept."""
    sent = imports.sent_file(data, "portfolio")
    if sent is None:
        return RedirectResponse(START, 303)
    content, name = sent
    prepared = imports.portfolio_importer(desk.served).prepare(content, columns=())
    if prepared.preview is None and not may_be_chosen(prepared.portfolio):
        return _show_refusal(request, name, prepared, "")
    uploads = imports.uploads_of(desk)
    token = uploads.keep(content, name)
    KeptReadings(uploads, token).keep(prepared.portfolio)
    return RedirectResponse(f"{START}/{token}", 303)


def _show_refusal(request: Request, name: str, prepared: PreparedPortfolio, token: str) -> Response:
    """Shows why nothing of the file can be imported; with a `token` another sheet can be."""
    problems = _sentences([one for one in prepared.portfolio.problems if one.severity == "refused"])
    return show(request, "portfolio/refused.html", None, NOBODY, file=name, problems=problems, token=token, status=422)


# --- its preview


@router.get("/dossiers/import/{token}")
def preview(request: Request, desk: AtImport, token: str) -> Response:
    """Shows what the file would change. The address has the choices: none is kept before it is recorded."""
    return _preview(request, desk, token, read_address(PortfolioForm, request), {})


def _prepare(desk: Desk, token: str, form: PortfolioForm) -> tuple[str, PreparedPortfolio]:
    """Returns the file's name, and what it would change. Raises Refused; another page's file counts as gone."""
    uploads = imports.uploads_of(desk)
    content, name = uploads.get(token)
    reader = KeptReadings(uploads, token)
    if not reader.has_reading():
        raise Refused("upload-gone")
    importer = imports.portfolio_importer(desk.served)
    prepare = partial(importer.prepare, content, form.site, form.sheet, reader, form.columns)
    prepared = prepare(form.settled())
    return name, prepare(form.settled(prepared.preview)) if form.sure else prepared


def _preview(request: Request, desk: Desk, token: str, form: PortfolioForm, errors: Mapping[str, str]) -> Response:
    """Shows the preview, or asks for the sheet or the columns, or tells why the sheet cannot be read."""
    try:
        name, prepared = _prepare(desk, token, form)
    except Refused as refused:
        if refused.code == "unknown-site":
            no_site = form.model_copy(update={"site": None})
            return _preview(request, desk, token, no_site, {"site": refusals.sentence(desk, refused)})
        return _show_gone(request)
    if prepared.preview is not None:
        return _changes(request, desk, token, name, prepared, prepared.preview, form, errors)
    sheets, choices = prepared.portfolio.sheets, prepared.asked
    if len(sheets) > 1:
        return show(request, "portfolio/sheets.html", None, NOBODY, token=token, file=name, sheets=sheets)
    if may_be_chosen(prepared.portfolio):
        return show(
            request,
            "portfolio/columns.html",
            None,
            NOBODY,
            here=f"{START}/{token}",
            file=name,
            sheet=choices.sheet,
            column_choices=_column_choices(prepared.portfolio.columns),
            asked=bool(choices.columns),
            status=422 if choices.columns else 200,
        )
    return _show_refusal(request, name, prepared, token) if choices.sheet or choices.columns else _show_gone(request)


def _show_gone(request: Request) -> Response:
    return show(request, "portfolio/gone.html", None, NOBODY, status=410)


STATUSES: dict[str, tuple[str, ...]] = {"c": ("changed",), "d": ("doubtful", "closed"), "n": ("new",)}
"""The lists of rows, by the parameter of their page."""


def _changes(
    request: Request,
    desk: Desk,
    token: str,
    name: str,
    prepared: PreparedPortfolio,
    preview: PortfolioPreview,
    form: PortfolioForm,
    errors: Mapping[str, str],
) -> Response:
    """Draws the changes that a file would make, with what was chosen of them."""
    accepted, remarks = form.accepted(preview), _sentences(preview.problems)
    lists: dict[str, Sequence[Any]] = {
        **{code: [line for line in preview.lines if line.status in statuses] for code, statuses in STATUSES.items()},
        "r": remarks,
    }
    pages = {code: Pager.at(len(rows), getattr(form, code), "", {}) for code, rows in lists.items()}
    drawn = {code: rows[pages[code].offset : pages[code].offset + SIZE] for code, rows in lists.items()}
    changed, doubtful = drawn["c"], drawn["d"]
    here = {line.row.line for line in doubtful}
    others = [line.row.line for line in preview.lines if line.ways and line.row.line not in here]
    sheets, without_site = prepared.portfolio.sheets, sum(one.code == "site-needed" for one in preview.problems)
    sites = desk.refs.structure.sites
    return show(
        request,
        "portfolio/preview.html",
        None,
        listed(line.dossier for rows in (changed, doubtful, drawn["n"]) for line in rows),
        token=token,
        file=name,
        sheet=sheets[0].name if sheets else "",
        chosen=form,
        sites=[("", NO_SITE), *zip(sites, sites, strict=True)] if form.site or without_site else [],
        counts=preview.counts,
        without_site=without_site,
        columns=_columns_read(preview.columns),
        column_choices=_column_choices(preview.columns),
        remembered=prepared.asked.remembered,
        ignored=[column.header for column in preview.columns if column.header and not column.field],
        may_record=any(line.status in ("new", "changed") or line.ways for line in preview.lines),
        settled_elsewhere=[f"{line}:{form.doubts[line] or ''}" for line in others if line in form.doubts],
        sure_count=sum(is_sure(line) and not line.way for line in lists["d"]),
        accepted=accepted,
        kept=encode_rows(preview, accepted),
        form=OpenForm("import", errors=errors, seen=compute_checksum(preview)),
        errors=errors,
        pages=pages,
        changed=changed,
        doubtful=doubtful,
        new=drawn["n"],
        remarks=drawn["r"],
        ways=matching.PEOPLE_WAYS,
        named=directory.find_people(desk.read, {line.dossier for line in doubtful if line.dossier}),
        differs={line.row.line: _differences(desk, line) for line in (*changed, *doubtful)},
        whys={line.row.line: _why(line) for line in doubtful},
        sites_typed=defaultdict(str, {one.line: one.value for one in preview.problems if one.code == "site-unknown"}),
    )


def _differences(desk: Desk, line: PortfolioRow) -> list[tuple[str, str, str]]:
    """Returns the name of each field that a row may correct, its value in the dossier, and its value in the file."""
    if line.status != "changed" and "correct" not in line.ways:
        return []
    return [
        (files.FIELDS[field], _value(desk, field, before), _value(desk, field, getattr(line.row, field)))
        for field, before in zip(line.differs, line.before, strict=False)
    ]


def _value(desk: Desk, field: str, given: object) -> str:
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
        case str() if field == "commune":
            return communes.label(given)
        case str() if field == "programme":
            return vocabulary.PROGRAMMES.get(given, given)
    return str(given)


def _why(line: PortfolioRow) -> str:
    if line.doubt:
        return matching.people_doubt(line.doubt)
    differs = ", ".join(typography.lower_first(files.FIELDS[field]) for field in line.differs)
    return say("dossier clos, et le fichier dit autre chose ({differs}) : rien n’est enregistré", differs=differs)


# --- its columns


def _column_choices(columns: Sequence[Column]) -> list[tuple[int, str, list[tuple[str, str]], str]]:
    """Returns position, header, options and value of a choice for each column with a title.

    Options are values such as `4:birth_date`, with their names. The reading of its title has the value "": a choice is
    only what somebody changed.
    """
    by_title = read_columns([one.header for one in columns])
    named: dict[Field | None, str] = {None: files.IGNORED, **{field: files.FIELDS[field] for field in FIELDS}}
    choices = []
    for column, title in zip(columns, by_title, strict=True):
        if column.header:
            values = {field: "" if field == title.field else f"{column.position}:{field or ''}" for field in named}
            options = [(values[field], label) for field, label in named.items()]
            choices.append((column.position, column.header, options, values[column.field]))
    return choices


def _columns_read(columns: Sequence[Column]) -> list[tuple[str, str, str]]:
    """Returns header and field of the columns read, and the columns that come before each for its field."""
    order = places(columns)
    rows = []
    for column in columns:
        if column.field:
            first = [] if column.field in JOINED else order[column.field]
            before = first[: first.index(column.position - 1)] if first else []
            titles = ", ".join(say("« {header} »", header=columns[place].header) for place in before)
            rows.append((column.header, files.FIELDS[column.field], titles))
    return rows


# --- its remarks

GROUPED = frozenset(
    {
        "advisor-unknown", "advisor-ambiguous", "site-unknown", "site-needed", "formula-empty", "cell-error",
        "programme-older-name", "unusual-age", "nir",
    }
)  # fmt: skip
"""The problems that have one sentence for all their lines."""


def _sentences(problems: Sequence[PortfolioProblem]) -> list[str]:
    """Returns a sentence for each problem, or one for all the lines that have the same one."""
    groups: dict[object, list[PortfolioProblem]] = {}
    for place, one in enumerate(problems):
        alone = one.line is None or one.code not in GROUPED
        groups.setdefault(place if alone else replace(one, line=None), []).append(one)
    return [
        files.portfolio_problem(group[0])
        if len(group) == 1
        else files.portfolio_problems(group[0], [one.line or 0 for one in group])
        for group in groups.values()
    ]


# --- it is recorded


@router.post("/dossiers/import/{token}")
def record(request: Request, desk: AtImport, token: str, data: FormData) -> Response:
    """Opens the new dossiers and corrects those ticked. To take one from its advisor asks for a proof."""
    form, _ = validate(PortfolioForm, data)
    if form is None:
        return _preview(request, desk, token, salvage(PortfolioForm, data), {"": imports.NOT_VALID})
    importer = imports.portfolio_importer(desk.served)
    try:
        _, prepared = _prepare(desk, token, form)
        if prepared.preview is None:
            return _preview(request, desk, token, form, {})
        lines, accepted = prepared.preview.lines, form.accepted(prepared.preview)
        settled = any(line.status == "doubtful" and line.way for line in lines)
        if (accepted or settled) and form.seen != compute_checksum(prepared.preview):
            return _preview(request, desk, token, form, {"": MOVED})
        if not accepted and not any(line.way for line in lines):
            return _preview(request, desk, token, form, {"changes": NOTHING_TICKED})
        if any("advisor" in line.differs for line in lines):
            must_be_fresh(request, desk)
        importer.record(prepared, by=desk.actor, command_id=form.command_id, accept_changes=accepted)
    except Refused as refused:
        outcome = importer.outcome(form.command_id)
        if outcome != PortfolioOutcome():  # sent twice, or a large file that is recorded in part
            return _see_outcome(outcome, form.command_id, stopped=refused.code != "upload-gone")
        return _preview(request, desk, token, form, {"": refusals.sentence(desk, refused)})
    imports.uploads_of(desk).discard(token)
    return _see_outcome(importer.outcome(form.command_id), form.command_id)


def _see_outcome(outcome: PortfolioOutcome, command: UUID, *, stopped: bool = False) -> Response:
    if outcome == PortfolioOutcome():
        return RedirectResponse(f"{START}?deja=1", 303)
    return RedirectResponse(f"{START}/fait/{command}{'?reste=1' if stopped else ''}", 303)


@router.post("/dossiers/import/{token}/annuler")
def cancel(desk: AtImport, token: str) -> Response:
    """Deletes the file; nothing was recorded."""
    return imports.cancel(desk, token, START)
