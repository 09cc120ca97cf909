"""The page of a recorded portfolio: the counts, and the way to each dossier."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pixflow.portfolio.importer import PortfolioOutcome
from projections import directory
from projections.directory import YoungPerson
from web.desk.desk import Desk
from web.desk.names import advisor_name
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page
from web.pages.portfolio.undo import may_undo


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A dossier that the import opened or corrected; `advisor` is a text, `followed` whether somebody follows it."""

    stream: UUID
    name: str
    imilo_number: str | None
    site: str
    programme: str
    advisor: str
    followed: bool


@dataclass(frozen=True, slots=True)
class DossierList:
    """One page of the dossiers opened, or of those corrected; `code` names it in the address."""

    code: str
    title: str
    noun: str
    rows: Sequence[OutcomeRow]
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class OutcomePage(Page):
    """The events of an import. `stopped`: it stopped before the end. `see_results`: it matched results.

    `undo` is the address where it is taken back, "" for none.
    """

    template = "portfolio/done.html"

    figures: Sequence[tuple[int, str]]
    see_results: bool
    unassigned: int
    lists: Sequence[DossierList]
    stopped: bool
    undo: str

    @property
    def shows(self) -> People:
        return listed(row.stream for one in self.lists for row in one.rows)


def outcome_page(
    desk: Desk, command: UUID, outcome: PortfolioOutcome, opened: int, corrected: int, where: str, *, stopped: bool
) -> OutcomePage:
    """Returns the page of an import; `opened` and `corrected` are the pages of its lists."""
    people = directory.named(desk.read, {*outcome.opened, *outcome.corrected})
    first, second = ([people[id] for id in ids if id in people] for ids in (outcome.opened, outcome.corrected))
    return OutcomePage(
        figures=[
            _figure(len(outcome.opened), "dossier ouvert", "dossiers ouverts"),
            _figure(len(outcome.corrected), "dossier corrigé", "dossiers corrigés"),
            _figure(len(outcome.matched), "résultat rapproché", "résultats rapprochés"),
        ],
        see_results=bool(outcome.matched) and "referent" in desk.roles,
        unassigned=sum(people[id].advisor is None for id in outcome.opened if id in people),
        lists=[
            _list(desk, "Ouverts", first, _pager(first, where, ("o", opened), ("c", corrected))),
            _list(desk, "Corrigés", second, _pager(second, where, ("c", corrected), ("o", opened))),
        ],
        stopped=stopped,
        undo=f"/dossiers/import/fait/{command}/annuler" if may_undo(desk, command) else "",
    )


def _pager(people: Sequence[YoungPerson], where: str, own: tuple[str, int], other: tuple[str, int]) -> Pager:
    """Returns the pager of a list: its parameter and page are `own`, those of the other list stay."""
    kept = {other[0]: str(other[1]) if other[1] > 1 else ""}
    return Pager.at(len(people), own[1], where, kept, name=own[0], anchor=f"#{own[0]}")


def _list(desk: Desk, title: str, people: Sequence[YoungPerson], pager: Pager) -> DossierList:
    rows = [_row(desk, one) for one in people[pager.offset : pager.offset + SIZE]]
    return DossierList(pager.name, title, f"dossiers {title.lower()}", rows, pager)


def _row(desk: Desk, one: YoungPerson) -> OutcomeRow:
    name, advisor = f"{one.last_name} {one.first_name}", advisor_name(desk, one.advisor)
    return OutcomeRow(one.stream, name, one.imilo_number, one.site, one.programme, advisor, one.advisor is not None)


def _figure(count: int, one: str, many: str) -> tuple[int, str]:
    return count, one if count < 2 else many
