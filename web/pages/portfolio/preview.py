"""What a portfolio file would change, in words: its columns, what is new, what changed, what to check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.portfolio import Column, Line, Prepared, Preview, Problem
from pixflow.portfolio.columns import places
from projections import directory
from web.desk.desk import Desk
from web.french import dates, matching, vocabulary
from web.french.errors import files
from web.french.vocabulary import say
from web.http.pagination import SIZE, Pager
from web.pages.portfolio import choices as portfolio_choices
from web.pages.portfolio.choices import Choices, staff

TOGETHER = frozenset(
    {"advisor-unknown", "advisor-ambiguous", "site-unknown", "site-needed", "formula-empty", "cell-error"}
)
"""Problems told once for all the lines that have them."""
STATUSES: dict[str, tuple[str, ...]] = {"c": ("changed",), "d": ("doubtful", "closed"), "n": ("new",)}
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Read:
    """A column that is read: its title, what it is read as, and after which other one, if any."""

    header: str
    field: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that says otherwise than a dossier; `changes`: field, before, after."""

    line: int
    name: str
    dossier: UUID | None
    changes: list[tuple[str, str, str]]
    ticked: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A row that is not recorded: why, and the dossier met, if it is only one."""

    line: int
    name: str
    why: str
    dossier: UUID | None
    person: str


@dataclass(frozen=True, slots=True)
class New:
    """A row that opens a dossier."""

    line: int
    name: str
    number: str
    born: str
    site: str
    programme: str
    advisor: str
    unassigned: bool


def context(
    desk: Desk, token: str, name: str, prepared: Prepared, choices: Choices, errors: Mapping[str, str]
) -> dict[str, Any]:
    """Everything portfolio/preview.html needs."""
    preview = prepared.preview
    assert preview is not None
    accepted = choices.accepted(preview)
    lists = {name: _of(preview, *statuses) for name, statuses in STATUSES.items()}
    remarks = told_together(preview.problems)
    pages = {
        name: Pager.at(total, choices.pages[name], "", {})
        for name, total in {**{name: len(lines) for name, lines in lists.items()}, "r": len(remarks)}.items()
    }
    shown = {name: _page(lines, pages[name]) for name, lines in lists.items()}
    sheets = prepared.portfolio.sheets
    return {
        "desk": desk,
        "token": token,
        "file": name,
        "sheet": sheets[0].name if sheets else "",
        "preview": preview,
        "counts": preview.counts,
        "figures": figures(preview),
        "read": read_as(preview.columns),
        "ignored": [column.header for column in preview.columns if column.header and not column.field],
        "choices": choices,
        "accepted": len(accepted),
        "kept": portfolio_choices.kept(preview, accepted),
        "seen": portfolio_choices.seen(preview),
        "sites": _sites(desk, preview, choices),
        "pages": pages,
        "changed": [changed(desk, line, accepted) for line in shown["c"]],
        "doubtful": checked(desk, shown["d"]),
        "new": [new(desk, line) for line in shown["n"]],
        "remarks": _page(remarks, pages["r"]),
        "errors": errors,
        "command_id": desk.new_command(),
    }


def _of(preview: Preview, *statuses: str) -> list[Line]:
    return [line for line in preview.lines if line.status in statuses]


def _page(rows: Sequence[Any], pager: Pager) -> Sequence[Any]:
    return rows[pager.offset : pager.offset + SIZE]


def figures(preview: Preview) -> list[tuple[int, str]]:
    """How many rows each thing happens to."""
    told = preview.counts
    named = (
        (told.new, "nouveau dossier", "nouveaux dossiers"),
        (told.changed, "modifié", "modifiés"),
        (told.unchanged, "inchangé", "inchangés"),
        (told.doubtful + told.closed, "à vérifier", "à vérifier"),
        (told.left, "laissé de côté", "laissés de côté"),
    )
    return [(count, one if count < 2 else many) for count, one, many in named]


def read_as(columns: Sequence[Column]) -> list[Read]:
    """The columns that are read, in the order of the file. Of several for one field the first that is filled counts."""
    order = places(columns)
    made = []
    for column in columns:
        if column.field:
            before = order[column.field][: order[column.field].index(column.position - 1)]
            after = ", ".join(say("« {header} »", header=columns[place].header) for place in before)
            made.append(Read(column.header, files.FIELDS[column.field], after))
    return made


def _sites(desk: Desk, preview: Preview, choices: Choices) -> list[tuple[str, str]]:
    """Asked only when rows lack a site, or when it was said already."""
    if not choices.site and not any(one.code == "site-needed" for one in preview.problems):
        return []
    return [("", "aucun : ces lignes restent de côté"), *((site, site) for site in desk.refs.structure.sites)]


def changed(desk: Desk, line: Line, accepted: frozenset[int]) -> Changed:
    changes = [
        (files.FIELDS[field], value(desk, field, before), value(desk, field, getattr(line.said, field)))
        for field, before in zip(line.differs, line.before, strict=True)
    ]
    return Changed(line.said.line, _name(line), line.dossier, changes, line.said.line in accepted)


def value(desk: Desk, field: str, said: object) -> str:
    """What a field says, as a page shows it."""
    match said:
        case None | "":
            return NOTHING
        case date():
            return dates.day(said, year=True)
        case UUID():
            return staff(desk, said)
        case str() if field == "phone":
            return vocabulary.phone(said)
        case str() if field == "programme":
            return vocabulary.PROGRAMMES.get(said, said)
    return str(said)


def checked(desk: Desk, lines: Sequence[Line]) -> list[Checked]:
    people = directory.named(desk.read, {line.dossier for line in lines if line.dossier})
    return [
        Checked(
            line.said.line,
            _name(line),
            _why(line),
            line.dossier,
            people[line.dossier].name if line.dossier in people else "",
        )
        for line in lines
    ]


def _why(line: Line) -> str:
    if line.doubt:
        return matching.people_doubt(line.doubt)
    differs = ", ".join(vocabulary.lower_first(files.FIELDS[field]) for field in line.differs)
    return say("dossier clos, et le fichier dit autre chose ({differs}) : rien n’est enregistré", differs=differs)


def new(desk: Desk, line: Line) -> New:
    said = line.said
    return New(
        said.line,
        _name(line),
        said.imilo_number or NOTHING,
        dates.day(said.birth_date, year=True) if said.birth_date else NOTHING,
        said.site or NOTHING,
        value(desk, "programme", said.programme),
        staff(desk, said.advisor),
        said.advisor is None,
    )


def _name(line: Line) -> str:
    return f"{line.said.last_name} {line.said.first_name}"


def told_together(found: Sequence[Problem]) -> list[str]:
    """A sentence for each problem, or one for all the lines that have the same one."""
    groups: dict[object, list[Problem]] = {}
    for place, one in enumerate(found):
        alone = one.line is None or one.code not in TOGETHER
        groups.setdefault(place if alone else (one.code, one.field, one.value), []).append(one)
    return [_remark(group) for group in groups.values()]


def _remark(group: Sequence[Problem]) -> str:
    one = group[0]
    if len(group) == 1:
        return files.portfolio_problem(one.code, one.line, one.field, one.value)
    return files.portfolio_problems(one.code, [each.line or 0 for each in group], one.field, one.value)
