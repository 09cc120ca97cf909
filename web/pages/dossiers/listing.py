"""Dossiers: the list, its filters, what was just done to a group, and several assigned at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import asdict
from pydantic import Field

from pixflow.dossier import identity
from pixflow.dossier.assignment import assign_advisor
from pixflow.events.base import STAGES
from pixflow.identity import normalise
from projections import dossier_list, dossier_sheet
from projections.dossier_list import By, ListOrder
from projections.dossier_sheet import DossierFilter
from projections.statements import WITHOUT
from web.desk import receipts, undo
from web.desk.bulk import BulkOutcome, take_row
from web.desk.commands import ask_for_reauthentication, read_button
from web.desk.dependencies import AtDesk, allowed
from web.desk.desk import Desk
from web.desk.exports import MOST_ROWS, ExportedList, Value, as_file, in_words
from web.desk.names import advisor_name, names_for
from web.desk.receipts import Receipt, UndoForm
from web.desk.team import proposals
from web.french import lists, vocabulary
from web.french.tasks import TaskLine, day_set, of_row
from web.french.typography import phone, typeset, yes_no
from web.http import filters
from web.http.addresses import SIZE, PageNumber, Pager, address
from web.http.filters import Chip, FilterMenu
from web.http.forms import Form, FormData, text_of, validate
from web.http.people import listed
from web.http.templates import redirect, show
from web.pages.dossiers import groups
from web.pages.search.lookup import LONGEST

router = APIRouter()
PATH = "/dossiers"
UNDO = f"{PATH}/affecter/annuler"
STATES = {"open": "Ouverts", "unassigned": "Sans conseiller·ère", "closed": "Clos", "all": "Tous"}
FACETS = (
    filters.Facet("stage", "Étape", vocabulary.STAGES, none="Parcours terminé"),
    filters.Facet("programme", "Programme", vocabulary.PROGRAMMES, none="Pas encore connu"),
    filters.Facet("site", "Site", {}, none="Sans site"),
    filters.OF_GROUP,
)


COLUMNS: dict[str, tuple[By, str, str]] = {
    "nom": ("name", "Jeune", "nom"),
    "programme": ("programme", "Programme", "programme"),
    "site": ("site", "Site", "site"),
    "etape": ("stage", "Étape", "étape"),
    "conseiller": ("advisor", "Suivi par", "conseiller·ère"),
    "suite": ("next", "À suivre", "prochain jour"),
    "ouverture": ("opened_on", "Ouvert le", "jour d’ouverture"),
    "activite": ("last_on", "Dernière activité", "dernière activité"),
    "resultat": ("percent", "Résultat", "résultat"),
}
"""The columns of the list, by their value of `tri`: how the list is sorted by them, their titles, the menu's words."""
FIRST = "nom"


@dataclass(frozen=True, slots=True, eq=False)
class DossierRow:
    """A dossier of the list, its next task and the name of its advisor. Rows of equal values are one (Desk.memory)."""

    dossier: Any
    next: TaskLine | None
    advisor: str


OF_ALL = "Suivi par"
"""The column of those who read every dossier."""
EXPORTED: dict[str, Callable[[DossierRow], Value]] = {
    "Nom": lambda one: one.dossier.last_name,
    "Prénom": lambda one: one.dossier.first_name,
    "N° i-Milo": lambda one: one.dossier.imilo_number,
    "Téléphone": lambda one: phone(one.dossier.phone or ""),
    "Programme": lambda one: vocabulary.PROGRAMMES.get(one.dossier.programme, one.dossier.programme),
    "Site": lambda one: one.dossier.site,
    "Étape": lambda one: vocabulary.STAGES.get(one.dossier.stage, FACETS[0].none),
    OF_ALL: lambda one: one.advisor,
    "À suivre": lambda one: one.next.verb if one.next else "",
    "À suivre le": lambda one: (one.dossier.set_day or one.next.to_come or one.dossier.due) if one.next else None,
    "Ouvert le": lambda one: one.dossier.opened_on,
    "Dernière activité": lambda one: one.dossier.last_on,
    "Résultat (%)": lambda one: one.dossier.percent,
    "Clos": lambda one: yes_no(one.dossier.closed),
}
"""The columns of its file."""


@dataclass(frozen=True, slots=True)
class ColumnTitle:
    """The title of a column, and its words in the menu of orders.

    `href` is the list sorted by it, the other way round if it is; `sorted` is its order now, as `aria-sort` has it.
    """

    by: By
    label: str
    word: str
    href: str
    sorted: str


@dataclass(frozen=True, slots=True)
class ListAsked:
    """The parameters of the list. `tri` is a column, after "-" for the falling order; a text is never one of them."""

    etape: str = ""
    programme: str = ""
    site: str = ""
    groupe: str = ""
    etat: str = "open"
    tri: str = ""
    p: PageNumber = 1

    @property
    def wanted(self) -> DossierFilter:
        state = self.etat if self.etat in STATES else "all"
        return DossierFilter(self.etape, self.programme, self.site, state, self.groupe)

    def order(self, columns: Collection[str]) -> tuple[str, bool]:
        """Returns the column that the list is sorted by, the first one by default, and if in falling order."""
        column = self.tri.removeprefix("-")
        return (column, self.tri != column) if column in columns else (FIRST, False)


Asked = Annotated[ListAsked, Depends()]


@router.get("/dossiers")
def read(request: Request, desk: AtDesk, params: Asked, recu: str = "") -> Response:
    """Lists the dossiers that this person reads; `recu` names what was just done to a group."""
    _must_read(desk)
    return _list(request, desk, params, done=recu)


@as_file(router, PATH)
def export(desk: AtDesk, asked: Asked) -> ExportedList:
    """Returns the whole list, in the order asked for."""
    return _exported(desk, asked)


@as_file(router, PATH, "POST")
def export_narrowed(desk: AtDesk, asked: Asked, data: FormData) -> ExportedList:
    """Returns the whole list of those that a text finds."""
    return _exported(desk, asked, text_of(data, "q").strip()[:LONGEST])


def _exported(desk: Desk, asked: ListAsked, text: str = "") -> ExportedList:
    _must_read(desk)
    dossiers = _find(desk, asked, text)
    state = lists.filter_of("État", STATES[dossiers.wanted.state])
    return ExportedList(
        page="dossiers",
        name="dossiers",
        path=PATH,
        params=dossiers.params,
        filters=[state, *in_words(dossiers.menus), *([lists.filter_of("Texte", text)] if text else [])],
        columns={title: value for title, value in EXPORTED.items() if title != OF_ALL or desk.scope.whose == "all"},
        total=dossiers.total,
        read=lambda: dossiers.rows(desk, MOST_ROWS, 0),
        people=lambda one: [one.dossier.stream],
        narrow="choisissez une étape, un site ou un groupe",
        about={"q": text},
    )


@router.post("/dossiers")
def narrow(request: Request, desk: AtDesk, params: Asked, data: FormData) -> Response:
    """Lists those that a text finds. A POST: no name and no telephone stands in an address or a log."""
    _must_read(desk)
    text = text_of(data, "q").strip()[:LONGEST]
    return (
        _list(request, desk, params, text=text)
        if text
        else redirect(request, f"{PATH}?{request.url.query}".rstrip("?"))
    )


def _must_read(desk: Desk) -> None:
    if desk.scope.whose == "none":
        raise HTTPException(403)


@dataclass(frozen=True, slots=True)
class DossiersFound:
    """The dossiers that the parameters of the list ask for.

    `asked` are the filters, `kept` the parameters that no filter changes; `counts` are of every state.
    """

    wanted: DossierFilter
    column: str
    falling: bool
    text: str
    counts: Sequence[Any]

    @property
    def asked(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self.wanted).items() if name != "state"}

    @property
    def kept(self) -> dict[str, str]:
        state = self.wanted.state
        return {"etat": "" if state == "open" else state, "tri": _tri(self.column, self.falling)}

    @property
    def params(self) -> dict[str, str]:
        return {**self.kept, **filters.parameters(self.asked)}

    @property
    def there(self) -> list[Any]:
        """The counts of the state that is asked for."""
        return [row for row in self.counts if _is_in(row, self.wanted.state)]

    @property
    def total(self) -> int:
        return filters.total(self.there, self.asked)

    @property
    def menus(self) -> list[FilterMenu]:
        return filters.menus(PATH, FACETS, self.there, self.asked, self.kept)

    def rows(self, desk: Desk, limit: int, offset: int) -> Iterator["DossierRow"]:
        """Yields some of them, in their order."""
        by = COLUMNS[self.column][0]
        order = ListOrder(by, self.falling, _ranks(desk, by, self.there))
        asked = (desk.read, desk.scope, self.wanted, desk.today, order, self.text)
        yield from (_row(desk, row) for row in dossier_list.page(*asked, limit, offset))


def _find(desk: Desk, at: ListAsked, text: str = "") -> DossiersFound:
    return DossiersFound(at.wanted, *at.order(_columns(desk)), text, dossier_sheet.counts(desk.read, desk.scope, text))


def _columns(desk: Desk) -> list[str]:
    """Returns the columns that this person has; no table of an earlier day knows the last activity."""
    without = {"conseiller": desk.scope.whose != "all", "activite": desk.is_past}
    return [name for name in COLUMNS if not without.get(name)]


def _list(
    request: Request, desk: Desk, at: ListAsked, *, text: str = "", done: str = "", late: Receipt | None = None
) -> Response:
    """Shows one page of the list; `done` names what was just recorded, `late` says what was not."""
    dossiers = _find(desk, at, text)
    wanted, params = dossiers.wanted, dossiers.params
    pager = Pager.at(dossiers.total, at.p, PATH, params, form="narrow" if text else "")
    rows = list(dossiers.rows(desk, SIZE, pager.offset))
    receipt = late or undo.offer(desk, receipts.of_command(desk, done), done, UNDO)
    regroups = wanted.group not in ("", WITHOUT) and desk.has_role_for(identity.correct_group)
    assigns = wanted.state == "unassigned" and rows and desk.has_role_for(assign_advisor)
    return show(
        request,
        "dossiers/list.html",
        "list",
        listed(one.dossier.stream for one in rows),
        status=422 if late else 200,
        today=desk.today,
        whose=desk.scope.whose,
        may=desk.names_of_allowed(identity.open_dossier, assign_advisor),
        states=[
            Chip(
                label,
                address(PATH, {**params, "etat": "" if state == "open" else state}),
                filters.total([row for row in dossiers.counts if _is_in(row, state)], dossiers.asked),
                state == wanted.state,
            )
            for state, label in STATES.items()
            if state != "unassigned" or desk.scope.whose == "all"
        ],
        menus=dossiers.menus,
        regroup=address(f"{PATH}/groupe", {"groupe": wanted.group}) if regroups else "",
        of_group=bool(wanted.group),
        receipt=receipt,
        undo=done if groups.undoable(desk, done) else "",
        text=text,
        here=address(PATH, params),
        columns=(titles := list(_titles(_columns(desk), params, dossiers.column, dossiers.falling))),
        orders=list(_orders(titles, dossiers.falling)),
        filtered=bool(text) or any(dossiers.asked.values()),
        nothing=not dossiers.counts and not text,
        clear=address(PATH, dossiers.kept),
        rows=rows,
        colleagues=[("", "Choisir…"), *proposals.advisors(desk).options()] if assigns else [],
        pager=pager,
    )


def _row(desk: Desk, row: Any) -> DossierRow:
    advisor, texts = advisor_name(desk, row.advisor), desk.memory.texts
    values = (tuple(one.items()) if isinstance(one, dict) else one for one in row)
    key = ("dossier row", *values, advisor, desk.today)
    return texts.get(key) or texts.put(key, DossierRow(row, _line(desk, row), advisor))


def _line(desk: Desk, row: Any) -> TaskLine | None:
    """Returns what follows in a dossier: a day set before its next task, else this task."""
    if row.set_key:
        return day_set(row.set_key, row.set_day, desk.today)
    return of_row(row, desk.today, desk.refs.calendar) if row.kind else None


def _titles(columns: Iterable[str], params: Mapping[str, str], column: str, falling: bool) -> Iterator[ColumnTitle]:
    for name in columns:
        is_on = name == column
        turned = address(PATH, {**params, "tri": _tri(name, is_on and not falling)})
        yield ColumnTitle(*COLUMNS[name], turned, ("descending" if falling else "ascending") if is_on else "")


def _orders(titles: Iterable[ColumnTitle], falling: bool) -> Iterator[tuple[str, str, bool]]:
    """Yields the orders of the menu: words, address, and True for the one of now. It is turned there too."""
    for title in titles:
        if title.sorted:
            now, turned = (title.word, f"{title.word}, à l’envers")[:: -1 if falling else 1]
            yield now, "", True
            yield turned, title.href, False
        else:
            yield title.word, title.href, False


def _tri(column: str, falling: bool) -> str:
    """Returns the parameter of an order, "" for the one by default."""
    return f"-{column}" if falling else column if column != FIRST else ""


def _ranks(desk: Desk, by: By, counts: Sequence[Any]) -> tuple[Any, ...]:
    """Returns the values of a column in the order of their words; none where the tables have that order."""
    match by:
        case "stage":
            return STAGES
        case "advisor":
            return tuple(sorted(desk.refs.team, key=lambda id: normalise(desk.refs.team[id].name)))
        case "programme" | "site":
            values = {getattr(row, by) for row in counts} - {""}
            return tuple(sorted(values, key=lambda one: normalise(vocabulary.PROGRAMMES.get(one) or one)))
    return ()


def _is_in(row: Any, state: str) -> bool:
    if state == "all":
        return True
    return bool(row.closed) == (state == "closed") and (state != "unassigned" or bool(row.unassigned))


# --- several without an advisor, assigned at once

AtAssignment = Annotated[Desk, allowed("referent", "manager")]


class AssignManyForm(Form):
    """The dossiers that were ticked, and their advisor."""

    advisor: UUID
    dossier: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=SIZE)]


@router.post("/dossiers/affecter")
def assign(request: Request, desk: AtAssignment, data: FormData) -> Response:
    """Assigns each dossier, with one command for each. To take one from its advisor asks for a proof."""
    form, _ = validate(AssignManyForm, data)
    if form is None or form.advisor not in dict(desk.staff("advisor")):
        sentence = typeset("Cochez des dossiers, et choisissez à qui les affecter.")
        return _list(request, desk, ListAsked(etat="unassigned"), late=Receipt(sentence, tone="late"))
    for one in form.dossier:
        ask_for_reauthentication(desk, {"dossier": one}, assign_advisor, advisor=form.advisor)
    names, bulk = names_for(desk), form.command_id
    rows = [take_row(desk, names, bulk, one, assign_advisor, advisor=form.advisor) for one in form.dossier]
    return _answer(request, desk, BulkOutcome(rows, bulk))


@router.post("/dossiers/affecter/annuler")
def take_back(request: Request, desk: AtAssignment, data: FormData) -> Response:
    """Takes back the assignments, but for the dossiers that something followed."""
    return _answer(request, desk, undo.undo(desk, read_button(UndoForm, data)))


def _answer(request: Request, desk: Desk, outcomes: BulkOutcome) -> Response:
    if not outcomes.refused:
        return RedirectResponse(address(PATH, {"etat": "unassigned", "recu": outcomes.reference}), 303)
    desk.refresh()
    receipt = outcomes.receipt()
    late = undo.offer(desk, receipt, outcomes.reference, UNDO) or receipt
    return _list(request, desk, ListAsked(etat="unassigned"), late=late)
