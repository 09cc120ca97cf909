"""*Et si*: the results of a period by the draft of the grid, with a control, and with what cannot be computed."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from pixflow.authorization import Scope
from pixflow.documents.grille import Grille
from pixflow.events.base import Recorded, Unopened
from pixflow.events.dossier import ResultReceived
from pixflow.identity import list_name, normalise
from pixflow.protocol.what_if import (
    LEADS_OVER,
    TOPICS,
    SecondReading,
    proposal_counts,
    read_again,
    scored_results,
)
from pixflow.reference_data import References
from projections import audit_trail, directory
from projections.contract import Source
from projections.directory import YoungPerson
from projections.statements import by_key
from projections.store.folds import stopped_streams
from web.desk.dependencies import AtDesk, allowed
from web.desk.desk import Desk
from web.desk.exports import ExportedList, Value, as_file
from web.french import past, vocabulary
from web.french.protocol import what_if as french
from web.french.typography import plural
from web.http import days
from web.http.addresses import PageNumber
from web.http.pagination import Pager, address
from web.http.people import listed
from web.http.templates import redirect, show
from web.pages.protocol.documents import GRID, draft_of

router = APIRouter()
PATH = "/protocole/projet/grille/et-si"


@dataclass(frozen=True, slots=True)
class WhatIfQuestion:
    """The question of an address: days of reception, a site, a programme, and the list that is open.

    `problem` says why the days cannot be read, "" when they can.
    """

    first: date
    last: date
    site: str
    programme: str
    shown: str
    problem: str = ""

    @property
    def params(self) -> dict[str, str]:
        period = {"du": self.first.isoformat(), "au": self.last.isoformat()}
        return {**period, "site": self.site, "programme": self.programme, "liste": self.shown}

    def at(self, path: str, shown: str, **more: str) -> str:
        """Returns the address of a list of this question."""
        return f"{address(path, {**self.params, **more, 'liste': shown})}#liste"


def asked_of(
    today: date, du: str = "", au: str = "", site: str = "", programme: str = "", liste: str = ""
) -> WhatIfQuestion:
    """Returns the question of an address: the year until today, when it names no day."""
    last = days.day(au) if au else today
    first = days.day(du) if du else (last or today) - relativedelta(years=1)
    problem = ""
    if first is None or last is None or last < first:
        problem = french.WRONG_DAYS
    elif last > today:
        problem = french.TO_COME
    year = today - relativedelta(years=1)
    return WhatIfQuestion(first or year, last or today, site, programme, liste, problem)


@dataclass(frozen=True, slots=True)
class GridAnswer:
    """The readings of a period by name, and the young people whom they are about, whom this person may read."""

    readings: Sequence[SecondReading]
    people: Mapping[UUID, YoungPerson]

    def advisor(self, reading: SecondReading) -> UUID | None:
        return self.people[reading.result.dossier].advisor

    def of(self, shown: str) -> list[SecondReading]:
        """Returns the readings of a list: one of LISTS, or of a move, a colleague, a proposal ("tranche:41-45")."""
        sort, _, value = shown.partition(":")
        return [one for one in self.readings if _KEEPS.get(sort, _KEEPS["ailleurs"])(self, one, value)]


_KEEPS: dict[str, Callable[[GridAnswer, SecondReading, str], bool]] = {
    "lus": lambda answer, one, value: True,
    "ailleurs": lambda answer, one, value: one.elsewhere,
    "memes": lambda answer, one, value: one.move is not None and not one.elsewhere,
    "ouverts": lambda answer, one, value: one.is_open,
    "ecarts": lambda answer, one, value: one.differs,
    "tranche": lambda answer, one, value: one.elsewhere and value == _code(one),
    "suivi": lambda answer, one, value: one.elsewhere and value == str(answer.advisor(one) or ""),
    "action": lambda answer, one, value: value in one.lost | one.gained,
}
"""Lists of readings by the first word of their parameter."""


def answer_of(desk: Desk, draft: int, document: Grille, asked: WhatIfQuestion) -> GridAnswer:
    """Returns the answer to a question, kept until the next event: each list of the page has the same readings."""
    key = ("what-if", draft, asked.first, asked.last, asked.site, asked.programme, desk.scope)
    return desk.memory.counts.once(
        key, lambda: grid_answer(desk.read, desk.engine, desk.refs, document, asked, desk.scope)
    )


def grid_answer(
    connection: Connection, source: Source, refs: References, document: Grille, asked: WhatIfQuestion, scope: Scope
) -> GridAnswer:
    """Returns the results of a period by a grid, those that somebody may read."""
    histories = whole_histories(connection, source, (ResultReceived.TOPIC,), TOPICS)
    found = list(scored_results(histories.values(), asked.first, asked.last))
    people = {
        stream: one
        for stream, one in directory.named(connection, {result.dossier for result in found}).items()
        if may_read(one, scope) and asked.site in ("", one.site) and asked.programme in ("", one.programme)
    }
    results = (result for result in found if result.dossier in people)
    readings = read_again(results, refs.grilles.published, document)
    by_name = sorted(readings, key=lambda one: (normalise(list_name(people[one.result.dossier])), one.result.on))
    return GridAnswer(by_name, people)


def around_answer(desk: Desk, asked: WhatIfQuestion) -> dict[str, Any]:
    """Returns what each page of *Et si* shows around its answer; `left_out` counts the streams that are damaged."""
    hurt = stopped_streams(desk.read)
    return {
        "asked": asked,
        "sites": desk.refs.structure.sites,
        "visible": desk.scope.whose != "none",
        "today": desk.today,
        "hidden": french.HIDDEN,
        "left_out": plural(hurt, *past.LEFT_OUT) if hurt else "",
    }


def whole_histories(
    connection: Connection, source: Source, having: Collection[str], topics: Collection[str]
) -> dict[UUID, list[Recorded]]:
    """Returns the events of these kinds in each stream that has one of `having`; none of a stream that is damaged."""
    rows = audit_trail.with_topics(connection, having, topics)
    found = by_key((one.originator_id, one) for one in audit_trail.opened(source, rows))
    return {id: events for id, events in found.items() if not any(isinstance(one.event, Unopened) for one in events)}


def may_read(person: YoungPerson, scope: Scope) -> bool:
    return scope.whose == "all" or person.advisor in scope.advisors


def _code(reading: SecondReading) -> str:
    return f"{reading.move.first}-{reading.move.last}" if reading.move else ""


@router.get(PATH)
def read(
    request: Request,
    desk: AtDesk,
    du: str = "",
    au: str = "",
    site: str = "",
    programme: str = "",
    liste: str = "",
    p: PageNumber = 1,
) -> Response:
    """Shows the results received from a day (`du`) to another (`au`), of a site and a programme, by the draft.

    `liste` is the list of names that is open, `p` its page.
    """
    draft = draft_of(desk, GRID)
    if draft is None:
        return redirect(request, "/protocole")
    asked = asked_of(desk.today, du, au, site, programme, liste)
    visible = desk.scope.whose != "none"
    answer = answer_of(desk, draft.number, draft.document, asked) if visible and not asked.problem else None
    rows = answer.of(asked.shown) if answer else []
    pager = Pager.at(len(rows), p, PATH, asked.params, anchor="#liste")
    shown = rows[pager.offset : pager.offset + pager.size]
    around = around_answer(desk, asked)
    return show(
        request,
        "protocol/what_if.html",
        "what_if",
        listed(one.result.dossier for one in shown),
        title=french.title(draft.number),
        period=french.period(asked.first, asked.last),
        programmes=vocabulary.PROGRAMMES,
        said=_said(desk, asked, answer) if answer else None,
        young=answer.people if answer else {},
        rows=shown,
        shown_title=_title(desk, draft.document, asked.shown),
        pager=pager,
        nothing=french.NO_RESULT,
        change=french.change,
        labels=french.labels,
        **around,
    )


def _said(desk: Desk, asked: WhatIfQuestion, answer: GridAnswer) -> dict[str, Any]:
    """Returns the answer in words and numbers, each number with the address of its list."""
    readings, elsewhere, still_open = answer.readings, answer.of("ailleurs"), answer.of("ouverts")
    checked = sum(one.is_recorded for one in readings)
    differing = len(answer.of("ecarts"))
    moved = Counter((_code(one), french.move(one.move)) for one in elsewhere if one.move)
    advisors = Counter(answer.advisor(one) for one in elsewhere)
    bands = {side: Counter(french.band(getattr(one, side).band) for one in readings) for side in ("before", "after")}
    return {
        "headline": french.headline(len(elsewhere), len({one.result.dossier for one in elsewhere}), len(readings)),
        "open": (french.not_computed(len(still_open)), asked.at(PATH, "ouverts")) if still_open else None,
        "leads": len(still_open) > LEADS_OVER * len(readings),
        "control": (french.control(checked, differing), asked.at(PATH, "ecarts") if differing else ""),
        "bands": [(french.SIDES[side], sorted(counts.items(), key=french.in_order)) for side, counts in bands.items()],
        "total": len(readings),
        "moves": [(words, count, asked.at(PATH, f"tranche:{code}")) for (code, words), count in sorted(moved.items())],
        "proposals": [(one, asked.at(PATH, f"action:{one.proposal.id}")) for one in proposal_counts(readings)],
        "advisors": [(id, count, asked.at(PATH, f"suivi:{id or ''}")) for id, count in advisors.most_common()],
        "others": len(answer.of("memes")),
        "others_at": asked.at(PATH, "memes"),
        "all_at": asked.at(PATH, "lus"),
    }


def _title(desk: Desk, document: Grille, shown: str) -> str:
    """Returns the title of a list."""
    sort, _, value = shown.partition(":")
    match sort:
        case "tranche":
            return french.of_percents(value)
        case "suivi":
            return french.followed_by(next((one.name for id, one in desk.refs.team.items() if str(id) == value), ""))
        case "action":
            bands = [band for one in (document, *(one.document for _, one in desk.refs.grilles.published))
                     for band in one.bands]  # fmt: skip
            labels = {one.id: one.label for band in bands for one in band.proposals}
            return french.of_proposal(labels.get(value, value))
    return french.LISTS.get(sort, french.LISTS["ailleurs"])


Readers = Annotated[Desk, allowed("advisor", "referent", "manager", "auditor")]
"""Whoever reads dossiers, and may take their lists as files."""
WHO: dict[str, Callable[[Any], Value]] = {
    "Nom": lambda row: row[1].last_name,
    "Prénom": lambda row: row[1].first_name,
    "N° i-Milo": lambda row: row[1].imilo_number or "",
    "Site": lambda row: row[1].site,
}
"""The first columns of each file."""
COLUMNS: Mapping[str, Callable[[tuple[SecondReading, YoungPerson]], Value]] = {
    "Programme": lambda row: row[0].result.programme,
    "Reçu le": lambda row: row[0].result.on,
    "Score": lambda row: row[0].before.percent,
    "Tranche de sa grille": lambda row: french.band(row[0].before.band),
    "Tranche du projet": lambda row: french.band(row[0].after.band),
    "Actions en moins": lambda row: french.labels(row[0].before.proposals, row[0].lost),
    "Actions en plus": lambda row: french.labels(row[0].after.proposals, row[0].gained),
}


@as_file(router, f"{PATH}/liste")
def export(
    desk: Readers,
    du: str = "",
    au: str = "",
    site: str = "",
    programme: str = "",
    liste: str = "",
) -> ExportedList:
    """Returns the list that is open, with both bands of each result, and the proposals that differ.

    Without a draft, and for days that cannot be read, it is empty.
    """
    draft = draft_of(desk, GRID)
    asked = asked_of(desk.today, du, au, site, programme, liste)
    rows: list[tuple[SecondReading, YoungPerson]] = []
    about = [french.period(asked.first, asked.last)]
    if draft and not asked.problem:
        answer = answer_of(desk, draft.number, draft.document, asked)
        rows = [(one, answer.people[one.result.dossier]) for one in answer.of(asked.shown)]
        about = [french.title(draft.number), *about, _title(desk, draft.document, asked.shown)]
    return file_of(PATH, asked.params, about, COLUMNS, rows)


def file_of(
    path: str,
    params: Mapping[str, str],
    about: Sequence[str],
    columns: Mapping[str, Callable[[Any], Value]],
    rows: Sequence[tuple[Any, YoungPerson]],
) -> ExportedList:
    """Returns the open list of a page of *Et si* as a file: of each row, what it says and the young person."""
    return ExportedList(
        page="what-if",
        name="et-si",
        path=path,
        params=params,
        filters=about,
        columns={**WHO, **columns},
        total=len(rows),
        read=lambda: rows,
        people=lambda row: [row[1].stream],
        narrow="choisissez un site ou moins de jours",
    )
