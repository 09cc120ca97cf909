"""The list of dossiers: the rows of a page, the filters, and what was just done to a group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import asdict

from pixflow.decision import Decision
from pixflow.dossier import assignment, identity
from pixflow.dossier import identity as grouping
from projections import dossier_sheet
from projections.dossier_sheet import DossierFilter
from projections.statements import WITHOUT
from web.desk import receipts, undo
from web.desk.desk import Desk
from web.desk.names import advisor_name
from web.desk.receipts import Receipt
from web.desk.team import proposals
from web.french import dates, vocabulary
from web.http import filters
from web.http.filters import Chip, FilterMenu
from web.http.pagination import SIZE, Pager, address
from web.http.people import People, listed
from web.http.templates import Page
from web.pages.dossiers import groups

PATH = "/dossiers"
UNDO = "/dossiers/affecter/annuler"
STATES = {"open": "Ouverts", "unassigned": "Sans conseiller·ère", "closed": "Clos", "all": "Tous"}
FACETS = (
    filters.Facet("stage", "Étape", vocabulary.STAGES, none="Parcours terminé"),
    filters.Facet("programme", "Programme", vocabulary.PROGRAMMES, none="Pas encore connu"),
    filters.Facet("site", "Site", {}, none="Sans site"),
    filters.OF_GROUP,
)


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier of the list. `until` is the end of its collective period, shown when the list is of one group."""

    id: UUID
    last_name: str
    first_name: str
    programme: str
    closed: bool
    imilo_number: str | None
    site: str
    until: str
    stage: str | None
    advisor: str
    last_on: str
    percent: int | None


@dataclass(frozen=True, kw_only=True)
class DossiersPage(Page):
    """The dossiers that this person reads. `may` names what they may do: open, import, receive.

    `whose` is own or all, `nothing` is true when they read none at all, `clear` is the address without filters.
    `regroup` is where the whole group is changed, `undo` the change of a group that can be undone. `colleagues` are
    those whom the dossiers may be assigned to, several at once; none when the list offers it not.
    """

    template = "dossiers/list.html"
    block = "list"

    whose: str
    may: frozenset[str]
    states: Sequence[Chip]
    menus: Sequence[FilterMenu]
    regroup: str
    receipt: Receipt | None
    undo: str
    filtered: bool
    nothing: bool
    clear: str
    rows: Sequence[DossierRow]
    colleagues: Sequence[tuple[object, str]]
    pager: Pager

    @property
    def shows(self) -> People:
        return listed((row.id for row in self.rows), more=len(self.receipt.lines) if self.receipt else 0)


def dossiers_page(
    desk: Desk, wanted: DossierFilter, number: int, done: str, receipt: Receipt | None = None
) -> DossiersPage:
    """Builds one page of the list; `done` names what was just recorded, `receipt` says what was not."""
    asked = {name: value for name, value in asdict(wanted).items() if name != "state"}
    kept = {"etat": "" if wanted.state == "open" else wanted.state}
    counted = dossier_sheet.counts(desk.read, desk.scope)
    there = [row for row in counted if _in_state(row, wanted.state)]
    pager = Pager.at(filters.total(there, asked), number, PATH, {**kept, **filters.parameters(asked)})
    rows = dossier_sheet.page(desk.read, desk.scope, wanted, SIZE, pager.offset)
    regroups = wanted.group not in ("", WITHOUT) and desk.has_role_for(grouping.correct_group)
    return DossiersPage(
        whose=desk.scope.whose,
        may=_may(desk),
        states=_states(desk, counted, asked, wanted.state),
        menus=filters.menus(PATH, FACETS, there, asked, kept),
        regroup=address(f"{PATH}/groupe", {"groupe": wanted.group}) if regroups else "",
        receipt=receipt or undo.offer(desk, receipts.of_command(desk, done), done, UNDO),
        undo=done if groups.undoable(desk, done) else "",
        filtered=any(asked.values()),
        nothing=not counted,
        clear=address(PATH, kept),
        rows=[_row(desk, row, bool(wanted.group)) for row in rows],
        colleagues=_colleagues(desk) if wanted.state == "unassigned" and rows else [],
        pager=pager,
    )


def _colleagues(desk: Desk) -> list[tuple[object, str]]:
    """Returns the advisors with their load, for whoever assigns dossiers."""
    if not desk.has_role_for(assignment.assign_advisor):
        return []
    return [("", "Choisir…"), *proposals.advisors(desk).options()]


def _may(desk: Desk) -> frozenset[str]:
    decisions: dict[str, Decision[..., Any]] = {"open": identity.open_dossier, "import": assignment.assign_advisor}
    receives = {"receive"} if desk.scope.whose == "own" else set()
    return frozenset(receives.union(name for name, decision in decisions.items() if desk.may(decision)))


def _row(desk: Desk, row: Any, of_group: bool) -> DossierRow:
    return DossierRow(
        id=row.stream,
        last_name=row.last_name,
        first_name=row.first_name,
        programme=vocabulary.PROGRAMMES.get(row.programme, row.programme),
        closed=bool(row.closed),
        imilo_number=row.imilo_number,
        site=row.site,
        until=_day(row.collective_end, desk.today) if of_group and row.collective_end else "",
        stage=row.stage,
        advisor=advisor_name(desk, row.advisor),
        last_on=_day(row.last_on, desk.today, short=True),
        percent=row.percent,
    )


def _day(day: date, today: date, *, short: bool = False) -> str:
    return dates.day(day, year=day.year != today.year, short=short)


def _in_state(row: Any, state: str) -> bool:
    if state == "all":
        return True
    return bool(row.closed) == (state == "closed") and (state != "unassigned" or bool(row.unassigned))


def _states(desk: Desk, counted: Sequence[Any], asked: Mapping[str, str], chosen: str) -> list[Chip]:
    shown = [state for state in STATES if state != "unassigned" or desk.scope.whose == "all"]
    chips = []
    for state in shown:
        count = filters.total([row for row in counted if _in_state(row, state)], asked)
        href = address(PATH, {"etat": "" if state == "open" else state, **filters.parameters(asked)})
        chips.append(Chip(STATES[state], href, count, state == chosen))
    return chips
