"""*Et si*: the frame of its three pages: the question, the answer for who may read it, its lists and their files."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from dateutil.relativedelta import relativedelta
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from pixflow.authorization import Scope
from pixflow.events.base import Recorded, Unopened
from pixflow.protocol.publishing import Draft
from projections import audit_trail
from projections.contract import Source
from projections.directory import YoungPerson
from projections.statements import by_key
from projections.store.fill import ALL
from projections.store.folds import stopped_streams
from web.desk.dependencies import AtDesk, allowed
from web.desk.desk import Desk
from web.desk.drafts import DocumentKind
from web.desk.exports import ExportedList, Value, as_file
from web.french import past
from web.french.protocol import what_if as french
from web.french.typography import plural
from web.http.addresses import Number, PageNumber, Pager, address, read_day
from web.http.people import listed
from web.http.templates import redirect, show
from web.pages.protocol.documents import draft_of

R = TypeVar("R")
YEAR = relativedelta(years=1)
Keeps = Mapping[str, Callable[[YoungPerson, Any, str], bool]]
Columns = Mapping[str, Callable[[Any], Value]]
Readers = Annotated[Desk, allowed("advisor", "referent", "manager", "auditor")]
"""Whoever reads dossiers, and may take their lists as files."""


@dataclass(frozen=True, slots=True)
class WhatIfQuestion:
    """The question of an address: days, a site, a programme, the list that is open, seats of a workshop (0: none said).

    `problem` says why the days cannot be read, "" when they can.
    """

    first: date
    last: date
    site: str = ""
    programme: str = ""
    shown: str = ""
    seats: int = 0
    problem: str = ""

    @property
    def params(self) -> dict[str, str]:
        period = {"du": self.first.isoformat(), "au": self.last.isoformat()}
        who = {"site": self.site, "programme": self.programme}
        return {**period, **who, "liste": self.shown, "places": str(self.seats or "")}

    def reads(self, person: YoungPerson, scope: Scope) -> bool:
        """Tells if somebody of this scope may read a young person, who is of the site and the programme."""
        there = self.site in ("", person.site) and self.programme in ("", person.programme)
        return there and may_read(person, scope)


def asked_of(
    desk: AtDesk, du: str = "", au: str = "", site: str = "", programme: str = "", liste: str = "", places: Number = 0
) -> WhatIfQuestion:
    """Returns the question of an address: the year until today, when it names no day (`du`, `au`)."""
    last = read_day(au) if au else desk.today
    first = read_day(du) if du else (last or desk.today) - YEAR
    problem = ""
    if first is None or last is None or last < first:
        problem = french.WRONG_DAYS
    elif last > desk.today:
        problem = french.TO_COME
    return WhatIfQuestion(first or desk.today - YEAR, last or desk.today, site, programme, liste, places, problem)


Asked = Annotated[WhatIfQuestion, Depends(asked_of)]


@dataclass(frozen=True, slots=True)
class WhatIfAnswer(Generic[R]):
    """The rows of an answer by name, each with a young person whom this person may read.

    `share` is the part of the events that are counted, in hundredths; `waiting` says why there is
    no count. `position` is the last event.
    """

    rows: Sequence[tuple[YoungPerson, R]] = ()
    share: int = ALL
    waiting: str = ""
    position: int = 0


class WhatIf(ABC, Generic[R]):
    """A page of *Et si*: its address, the document whose draft it is about, the template of its answer, its sentences.

    `keeps` tell if a row is in a list, by the first word of its parameter, and by the rest of it ("tranche:41-45"). The
    first one is shown until another is asked for. `columns` are those of its file.
    """

    path: ClassVar[str]
    document: ClassVar[DocumentKind]
    part: ClassVar[str]
    words: ClassVar[french.Words]
    keeps: ClassVar[Keeps]
    columns: ClassVar[Columns]

    def ask(self, asked: WhatIfQuestion, draft: Draft[Any] | None) -> WhatIfQuestion:
        """Returns the question, without what only another page asks."""
        return replace(asked, seats=0)

    @abstractmethod
    def answer(self, desk: Desk, draft: Draft[Any], asked: WhatIfQuestion) -> WhatIfAnswer[R]:
        """Returns the answer to a question, or how far it is."""

    def of(self, answer: WhatIfAnswer[R], shown: str) -> list[tuple[YoungPerson, R]]:
        """Returns the rows of a list."""
        name, _, value = shown.partition(":")
        keep = self.keeps.get(name, next(iter(self.keeps.values())))
        return [(person, row) for person, row in answer.rows if keep(person, row, value)]

    def at(self, asked: WhatIfQuestion, shown: str) -> str:
        """Returns the address of a list of a question."""
        return f"{address(self.path, {**asked.params, 'liste': shown})}#liste"

    def title(self, draft: Draft[Any], asked: WhatIfQuestion) -> str:
        return french.title(self.document.what, draft.number)

    def list_title(self, desk: Desk, draft: Draft[Any], shown: str) -> str:
        name = shown.partition(":")[0]
        return self.words.lists.get(name, next(iter(self.words.lists.values())))

    @abstractmethod
    def tell(self, asked: WhatIfQuestion, answer: WhatIfAnswer[R]) -> dict[str, Any]:
        """Returns the answer in words and numbers, each number with the address of its list.

        `open` is what cannot be computed: it `leads` when it is much.
        """

    @abstractmethod
    def table(
        self, desk: Desk, shown: str, rows: Iterable[tuple[YoungPerson, R]]
    ) -> Iterator[tuple[YoungPerson, dict[str, str]]]:
        """Yields the cells of rows by their titles."""


def serve(router: APIRouter, page: WhatIf[Any]) -> None:
    """Adds a page, and the files of its lists, to the routes."""

    @router.get(page.path)
    def read(request: Request, desk: AtDesk, given: Asked, p: PageNumber = 1) -> Response:
        """Shows the answer to the question of the address, and a page (`p`) of the list that is open."""
        draft = draft_of(desk, page.document)
        if draft is None:
            return redirect(request, "/protocole")
        question, visible, hurt = page.ask(given, draft), desk.scope.whose != "none", stopped_streams(desk.read)
        answer = page.answer(desk, draft, question) if visible and not question.problem else None
        rows = page.of(answer, question.shown) if answer else []
        pager = Pager.at(len(rows), p, page.path, question.params, anchor="#liste")
        shown = rows[pager.offset : pager.offset + pager.size]
        return show(
            request,
            "protocol/what_if.html",
            "what_if",
            listed(person.stream for person, _ in shown),
            title=page.title(draft, question),
            words=page.words,
            period=french.period(page.words, question.first, question.last),
            part=page.part,
            path=page.path,
            what=page.document.what,
            asked=question,
            here=page.at(question, question.shown),
            today=desk.today,
            sites=desk.refs.structure.sites,
            left_out=plural(hurt, *past.LEFT_OUT) if hurt else "",
            visible=visible,
            answer=answer,
            said=page.tell(question, answer) if answer and answer.share == ALL else None,
            shown_title=page.list_title(desk, draft, question.shown),
            rows=list(page.table(desk, question.shown, shown)),
            pager=pager,
        )

    @as_file(router, f"{page.path}/liste")
    def export(desk: Readers, given: Asked) -> ExportedList:
        """Returns the list that is open: empty without a draft, for days that cannot be read, before it is counted."""
        draft = draft_of(desk, page.document)
        question = page.ask(given, draft)
        about, rows = [french.period(page.words, question.first, question.last)], list[Any]()
        if draft:
            about = [page.title(draft, question), *about, page.list_title(desk, draft, question.shown)]
            rows = [] if question.problem else page.of(page.answer(desk, draft, question), question.shown)
        return ExportedList(
            page="what-if",
            name="et-si",
            path=page.path,
            params=question.params,
            filters=about,
            columns={**WHO, **page.columns},
            total=len(rows),
            read=lambda: rows,
            people=lambda row: [row[0].stream],
            narrow="choisissez un site ou moins de jours",
        )


WHO: Columns = {
    "Nom": lambda row: row[0].last_name,
    "Prénom": lambda row: row[0].first_name,
    "N° i-Milo": lambda row: row[0].imilo_number or "",
    "Site": lambda row: row[0].site,
}
"""The first columns of each file."""


def may_read(person: YoungPerson, scope: Scope) -> bool:
    return scope.whose == "all" or person.advisor in scope.advisors


def whole_histories(
    connection: Connection, source: Source, having: Collection[str], topics: Collection[str]
) -> dict[UUID, list[Recorded]]:
    """Returns the events of `topics` in each undamaged stream with an event of `having`."""
    rows = audit_trail.with_topics(connection, having, topics)
    found = by_key((one.originator_id, one) for one in audit_trail.open_rows(source, rows))
    return {id: events for id, events in found.items() if not any(isinstance(one.event, Unopened) for one in events)}
