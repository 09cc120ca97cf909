"""The page Ressources: what is shared, found by words and filters; the questions of the team beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.resources.sharing import propose_resource, share_resource
from projections.knowledge import questions, resources
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.french import tasks as french_tasks
from web.french import vocabulary
from web.french.events.resources import AUDIENCES, KINDS
from web.http import filters
from web.http.pagination import SIZE, Pager, address
from web.http.people import NOBODY
from web.http.templates import Page

SHELF = "/ressources"
STATES = {"": "En usage", "proposees": "Proposées", "retirees": "Retirées"}
FACETS = (
    filters.Facet("genre", "Genre", KINDS),
    filters.Facet("stage", "Étape", vocabulary.STAGES),
    filters.Facet("public", "Public", AUDIENCES),
)


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One resource of the list; `about` names its tasks."""

    id: UUID
    title: str
    kind: str
    audience: str
    about: str
    revised: date
    by: str
    useful: int
    example: bool
    proposed: bool

    @property
    def href(self) -> str:
        return f"{SHELF}/{self.id}"


@dataclass(frozen=True, slots=True)
class TeamQuestionRow:
    """One question of the team. `answer` is the title of the resource that answers it, "" for none."""

    id: UUID
    text: str
    task: str
    by: str
    asked: date
    ended: date | None
    answer: str

    @property
    def href(self) -> str:
        return f"{SHELF}/questions/{self.id}"


@dataclass(frozen=True, slots=True)
class _Counted:
    """One resource at one stage, as filters count it: a resource of two stages counts under both."""

    genre: str
    stage: str
    public: str
    stream: UUID
    n: int = 1


@dataclass(frozen=True, kw_only=True)
class ShelfPage(Page):
    """The resources found. `asked` is the search; `mine` are the questions of the person at the desk."""

    template = "resources/shelf.html"
    block = "shelf"
    shows = NOBODY

    asked: str
    states: Sequence[filters.Chip]
    menus: Sequence[filters.FilterMenu]
    rows: Sequence[ResourceRow]
    pager: Pager
    clear: str
    filtered: bool
    empty: bool
    kept: Mapping[str, str]
    waiting: Sequence[TeamQuestionRow]
    mine: Sequence[TeamQuestionRow]
    may_share: bool
    may_propose: bool
    dropped: bool


def shelf_page(
    desk: Desk, asked: str, state: str, wanted: Mapping[str, str], number: int, *, dropped: bool = False
) -> ShelfPage:
    everything = resources.every(desk.read)
    there = [row for row in everything if _is_in(row, state)]
    found = resources.found(there, asked)
    kept = {"q": asked, "etat": state}
    counted = [one for row in found for one in _counted(row)]
    fitting = {one.stream for one in counted if filters.fits(one, wanted)}
    rows = [row for row in found if row.stream in fitting]
    pager = Pager.at(len(rows), number, SHELF, {**kept, **filters.parameters(wanted)})
    return ShelfPage(
        asked=asked,
        states=_states(everything, state, asked),
        menus=filters.menus(SHELF, FACETS, counted, wanted, kept),
        rows=[_row(desk, row) for row in rows[pager.offset : pager.offset + SIZE]],
        pager=pager,
        clear=address(SHELF, {"etat": state}),
        filtered=bool(asked) or any(wanted.values()),
        empty=not everything,
        kept={name: value for name, value in {"etat": state, **filters.parameters(wanted)}.items() if value},
        waiting=question_rows(desk, questions.waiting(desk.read)),
        mine=question_rows(desk, [one for one in questions.of_person(desk.read, desk.actor.id) if one.answer]),
        may_share=desk.may(share_resource),
        may_propose=desk.may(propose_resource),
        dropped=dropped,
    )


def question_rows(desk: Desk, rows: Sequence[Any]) -> list[TeamQuestionRow]:
    titles = resources.of_ids(desk.read, {row.answer for row in rows if row.answer})
    return [
        TeamQuestionRow(
            row.stream,
            row.text,
            french_tasks.VERBS.get(row.task, ""),
            staff_name(desk, row.by),
            row.asked,
            row.ended,
            titles.get(row.answer, ""),
        )
        for row in rows
    ]


def _row(desk: Desk, row: Any) -> ResourceRow:
    return ResourceRow(
        row.stream,
        row.title,
        KINDS[row.kind],
        AUDIENCES[row.audience] if row.audience == "young" else "",
        ", ".join(french_tasks.VERBS[kind] for kind in row.tasks[:2] if kind in french_tasks.VERBS),
        row.revised,
        "" if ":" in row.by else staff_name(desk, row.by),
        row.useful,
        row.example,
        row.proposed,
    )


def _is_in(row: Any, state: str) -> bool:
    if state == "proposees":
        return bool(row.proposed)
    return row.number > 0 and bool(row.withdrawn) == (state == "retirees")


def _counted(row: Any) -> list[_Counted]:
    return [_Counted(row.kind, stage, row.audience, row.stream) for stage in row.stages or [""]]


def _states(everything: Sequence[Any], chosen: str, asked: str) -> list[filters.Chip]:
    counts = {state: sum(_is_in(row, state) for row in everything) for state in STATES}
    return [
        filters.Chip(label, address(SHELF, {"q": asked, "etat": state}), counts[state], state == chosen)
        for state, label in STATES.items()
        if counts[state] or state in ("", chosen)
    ]
