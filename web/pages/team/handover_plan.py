"""A portfolio to hand over: the colleagues who may take it, its split, and the workload of each before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pixflow.identity import normalise
from pixflow.team.staff import share, weight
from projections import advisor_queue, dossier_sheet, handovers
from web.desk.colleagues import IDLE, away, loads
from web.desk.desk import Desk
from web.french.errors import missing
from web.french.typography import plural
from web.http.forms import Day, Form, Pair
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page

LIMIT = 300
"""The most dossiers that a preview lists one by one. Beyond, it counts those of each colleague."""


class HandoverForm(Form):
    """The colleagues who take, and the term: for good, or until a last day."""

    to: tuple[UUID, ...] = ()
    term: Literal["good", "until"] = "good"
    until: Day | None = None

    @property
    def last(self) -> date | None:
        return self.until if self.term == "until" else None


class SplitForm(HandoverForm):
    """The form before a preview: all dossiers, or those ticked."""

    which: Literal["all", "ticked"] = "all"
    dossier: tuple[UUID, ...] = ()


class SharesForm(HandoverForm):
    """The form of a preview: each dossier with the colleague who takes it. A dossier left out stays."""

    pair: tuple[Pair, ...] = ()

    @property
    def pairs(self) -> dict[UUID, UUID]:
        return dict(self.pair)


@dataclass(frozen=True, slots=True)
class Workload:
    """The open dossiers and the due tasks of a member, before and after."""

    id: UUID
    name: str
    dossiers: tuple[int, int]
    tasks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SplitRow:
    """A dossier to hand over; `to` is the colleague of the split, `tasks` counts what is due in it."""

    stream: UUID
    first_name: str
    last_name: str
    programme: str
    site: str
    stage: str
    tasks: int
    to: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class HandoverPage(Page):
    """The form that asks who takes which dossiers, and until when. `tasks` counts what is due in the portfolio.

    `borrowed` counts its dossiers that colleagues lent: handed over for good, the others go and these stay.
    `colleagues` are the options of the list of those who may take; `leaves`: the member leaves the team.
    """

    template = "team/handover.html"
    block = "handover"

    id: UUID
    name: str
    leaves: bool
    today: date
    tasks: int
    borrowed: int
    colleagues: Sequence[tuple[str, str, str]]
    rows: Sequence[SplitRow]
    pager: Pager
    values: Mapping[str, Any]
    errors: Mapping[str, str]

    @property
    def shows(self) -> People:
        return listed(row.stream for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class HandoverPreviewPage(Page):
    """A split before it is recorded: the workloads, and each dossier with the colleague who takes it.

    `to` are the ids and names of those who may take. `until` is the last day, None for good.
    `editable`: the colleague of each dossier may be changed, up to `limit` dossiers.
    """

    template = "team/handover_preview.html"
    block = "preview"

    id: UUID
    name: str
    until: date | None
    to: Sequence[tuple[UUID, str]]
    workloads: Sequence[Workload]
    rows: Sequence[SplitRow]
    editable: bool
    limit: int

    @property
    def shows(self) -> People:
        return listed(row.stream for row in self.rows)


def handover_page(
    desk: Desk, person: UUID, number: int, values: Mapping[str, Any], errors: Mapping[str, str]
) -> HandoverPage:
    """Returns one page of the portfolio, with the form that hands it over."""
    member, tasks = desk.refs.team[person], advisor_queue.workload_by_dossier(desk.read, person, desk.today)
    pager = Pager.at(loads(desk).get(person, IDLE).dossiers, number, f"/equipe/{person}/confier", {})
    rows = dossier_sheet.portfolio(desk.read, person, SIZE, pager.offset)
    absent = away(desk)
    return HandoverPage(
        id=person,
        name=member.name,
        leaves=member.left is not None,
        today=desk.today,
        tasks=sum(tasks.values()),
        borrowed=_borrowed(desk, person),
        colleagues=[_option(one, absent.get(one.id)) for one in colleagues(desk, person)],
        rows=[_row(row, tasks) for row in rows],
        pager=pager,
        values=values,
        errors=errors,
    )


def _borrowed(desk: Desk, person: UUID) -> int:
    """Counts the open dossiers that colleagues lent to a member."""
    return sum(loan.n for loan in handovers.loans(desk.read, [person]) if loan.borrower == person)


def preview_page(
    desk: Desk, person: UUID, taken: Mapping[UUID, UUID], form: SplitForm | SharesForm
) -> HandoverPreviewPage:
    """Returns the preview of a split."""
    found = [row for row in dossier_sheet.portfolio(desk.read, person) if row.stream in taken]
    pairs = {row.stream: taken[row.stream] for row in found}
    to, tasks = (
        list(dict.fromkeys([*form.to, *pairs.values()])),
        advisor_queue.workload_by_dossier(desk.read, person, desk.today),
    )
    return HandoverPreviewPage(
        id=person,
        name=desk.refs.team[person].name,
        until=form.last,
        to=[(id, desk.refs.team[id].name) for id in to],
        workloads=workloads(desk, person, to, pairs),
        rows=[_row(row, tasks, pairs[row.stream]) for row in found],
        editable=len(found) <= LIMIT,
        limit=LIMIT,
    )


def _option(one: Workload, absence: str | None) -> tuple[str, str, str]:
    hint = f"{plural(one.dossiers[0], 'dossier')}, {plural(one.tasks[0], 'tâche')}"
    return str(one.id), one.name, f"{hint}, absence {absence}" if absence is not None else hint


def _row(row: Any, tasks: Mapping[UUID, int], to: UUID | None = None) -> SplitRow:
    due = tasks.get(row.stream, 0)
    return SplitRow(row.stream, row.first_name, row.last_name, row.programme, row.site, row.stage, due, to)


def colleagues(desk: Desk, person: UUID) -> list[Workload]:
    """Returns the other advisors of today, by name, with their workload."""
    of = loads(desk)
    others = [(id, name, of.get(id, IDLE)) for id, name in desk.staff("advisor") if id != person]
    found = [Workload(id, name, (load.dossiers,) * 2, (load.tasks,) * 2) for id, name, load in others]
    return sorted(found, key=lambda one: normalise(one.name))


def split(desk: Desk, person: UUID, form: SplitForm) -> dict[UUID, UUID]:
    """Returns the split that evens the workloads: of all the dossiers, or of those ticked.

    For good, it leaves out the dossiers that a colleague lent: they go back to that colleague.
    """
    tasks = advisor_queue.workload_by_dossier(desk.read, person, desk.today)
    chosen = set(form.dossier)
    asked = [
        row.stream
        for row in dossier_sheet.portfolio(desk.read, person)
        if (form.which == "all" or row.stream in chosen) and (form.last or row.lender is None)
    ]
    loads = {one.id: one.dossiers[0] + one.tasks[0] for one in colleagues(desk, person) if one.id in form.to}
    return share({stream: tasks.get(stream, 0) for stream in asked}, loads)


def workloads(desk: Desk, person: UUID, to: Sequence[UUID], taken: Mapping[UUID, UUID]) -> list[Workload]:
    """Returns the workload of a member and of the colleagues who take, before and after."""
    tasks = advisor_queue.workload_by_dossier(desk.read, person, desk.today)
    of = loads(desk)
    moved = {id: [stream for stream, other in taken.items() if other == id] for id in to}
    made = []
    for id in (person, *sorted(moved, key=lambda one: normalise(desk.refs.team[one].name))):
        sign, streams = (-1, list(taken)) if id == person else (1, moved[id])
        weights = sum(weight(tasks.get(stream, 0)) - 1 for stream in streams)
        now, busy, _ = of.get(id, IDLE)
        after = (now, now + sign * len(streams)), (busy, busy + sign * weights)
        made.append(Workload(id, desk.refs.team[id].name, *after))
    return made


def missing_fields(form: SplitForm) -> dict[str, str]:
    """Returns an error for each field that a split needs."""
    to = {} if form.to else {"to": missing.MISSING["to"]}
    none = form.which == "ticked" and not form.dossier
    return to | ({"dossier": "Cochez au moins un dossier, ou choisissez tous les dossiers."} if none else {})


def unfit_fields(desk: Desk, form: SplitForm | SharesForm) -> dict[str, str]:
    """Returns an error for each choice that cannot be: somebody who is no advisor, a day that is past."""
    advisors = dict(desk.staff("advisor"))
    to = set(form.to) | (set(form.pairs.values()) if isinstance(form, SharesForm) else set())
    if any(id not in advisors for id in to):
        return {"to": "Choisissez des conseillères ou des conseillers de l’équipe."}
    if form.term == "until" and form.until is None:
        return {"until": missing.MISSING["until"]}
    if form.term == "until" and form.until and form.until < desk.today:
        return {"until": "Ce jour est déjà passé : choisissez un jour à venir."}
    return {}
