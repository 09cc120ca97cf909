"""SQLite and PostgreSQL give the same rows, and the same answers to every question that pages ask."""

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from random import Random
from typing import Any, get_args
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from pixflow.authorization import Scope
from pixflow.indicators.catalogue import EVERY
from pixflow.structure_folder import OpenStructure
from projections import (
    advisor_queue,
    audit_trail,
    contacts,
    directory,
    dossier_list,
    dossier_sheet,
    match_proposals,
    partner_links,
    partner_search,
    partners,
    piles,
    resources,
    result_routing,
    workshops,
)
from projections.figures import overview
from projections.figures.lists import lines
from projections.figures.questions import count_figures, months, values
from projections.figures.refresh import refresh
from projections.figures.tallies import CUTS, Cut, FigureQuestion, count_entries
from projections.partner_search import PartnerFilter
from projections.resources import StepPlace
from projections.statements import WITHOUT
from projections.store import sqlite
from projections.store.catch_up import PROJECTIONS, ReadSide
from tests.indicators.population import counting
from tests.projections.conftest import NOW, Spare, everything
from tests.trials.scale import SEED

pytestmark = pytest.mark.postgres

WRITES = {"audit_trail.forget", "entries.pause_sums", "entries.resume_sums"}
IN_ANY_ORDER = {
    "advisor_queue.counts", "piles.piles", "dossier_sheet.counts",
    "dossier_sheet.past_counts", "directory.everyone", "referrals.every",
    "result_routing.known", "audit_trail.recorded_totals",
}  # fmt: skip
TODAY = NOW.date()
DAYS = [TODAY - timedelta(days=90), TODAY - timedelta(days=7), TODAY, TODAY + timedelta(days=9)]


@pytest.fixture(scope="module")
def both(played: OpenStructure, spare: Spare) -> tuple[ReadSide, ReadSide]:
    sides = ReadSide(played.engine, sqlite.database(None)), ReadSide(played.engine, spare.empty(0))
    for side in sides:
        side.catch_up(batch=400)
        refresh(side, TODAY)
    return sides


def test_every_row_is_the_same(both: tuple[ReadSide, ReadSide]) -> None:
    on_sqlite, on_postgres = map(everything, both)
    assert on_postgres == on_sqlite
    assert [name for name, rows in on_sqlite.items() if not rows] == ["contested_marks", "stopped"]


@pytest.mark.parametrize("cut", ["", *CUTS])
def test_every_figure_and_list_is_the_same(both: tuple[ReadSide, ReadSide], cut: Cut) -> None:
    told: list[dict[Any, Any]] = []
    for side in both:
        with side.database.connect() as connection:
            tables = counting(connection, side.refs, TODAY)
            value = max(known for known, _ in values(connection)[cut]) if cut else ""
            asked = FigureQuestion(TODAY - timedelta(365), TODAY, TODAY, cut, value)
            shown = count_figures(tables, asked)
            names = [(one.id, name) for one in EVERY.values() for name in one.cells]
            counted = count_entries(tables, asked)
            lists = {(id, name): lines(connection, asked, counted, id, name, 40, 3) for id, name in names}
            months_of = {id: months(connection, asked, id) for id in EVERY}
            first_screen = {
                "sites": overview.months_by_site(connection, asked, "presented"),
                "steps": overview.steps(connection, asked),
                "passed": overview.passed(connection),
                "stuck": counted.stuck,
                "loads": overview.loads(connection, asked),
            }
            told.append({**shown, **lists, **first_screen, **{f"months of {id}": one for id, one in months_of.items()}})
    for name, answer in told[0].items():
        assert told[1][name] == answer, name


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.trial)], ids=["three", "every"])
@pytest.mark.parametrize(
    ("projection", "module"),
    [
        *((projection.NAME, projection) for projection in PROJECTIONS),
        ("advisor_queue", piles),
        ("dossier_sheet", dossier_list),
        ("result_routing", match_proposals),
        ("territory.partners", partner_search),
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_every_question_has_the_same_answer(
    played: OpenStructure, both: tuple[ReadSide, ReadSide], projection: str, module: Any, every: bool
) -> None:
    """Asked with every combination in a trial, otherwise until any three values have met."""
    with both[0].database.connect() as sqlite, both[1].database.connect() as postgres:
        values = worth_asking(played, projection, sqlite)
        for name, ask in questions(module):
            for arguments in cases(ask, values, every=every):
                answers = [told(name, ask(connection, **arguments)) for connection in (sqlite, postgres)]
                assert answers[1] == answers[0], (name, arguments)


def questions(module: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yields the functions of a module whose first parameter is a connection."""
    for name, found in inspect.getmembers(module, inspect.isfunction):
        named = f"{module.__name__.rpartition('.')[2]}.{name}"
        public = found.__module__ == module.__name__ and not name.startswith("_") and named not in WRITES
        if public and next(iter(inspect.signature(found).parameters), "") == "connection":
            yield named, found


def cases(ask: Callable[..., Any], values: dict[str, list[Any]], *, every: bool) -> Iterator[dict[str, Any]]:
    """Combines what is worth asking, by the names of its parameters: a new name is to be given values."""
    names = list(inspect.signature(ask).parameters)[1:]
    combined = list(product(*(range(len(values[name])) for name in names)))
    for places in combined if every else until_met(combined, 3):
        yield {name: values[name][place] for name, place in zip(names, places, strict=True)}


def until_met(combined: list[tuple[int, ...]], number: int) -> Iterator[tuple[int, ...]]:
    """Yields combinations, in an order of chance, until each `number` of values that may meet have met."""
    met = set[tuple[tuple[int, int], ...]]()
    for one in Random(SEED).sample(combined, len(combined)):
        if new := set(combinations(enumerate(one), min(number, len(one)))) - met:
            met |= new
            yield one


def told(name: str, answer: Any) -> Any:
    if isinstance(answer, list):
        return sorted(map(repr, answer)) if name in IN_ANY_ORDER else list(map(repr, answer))
    return {key: plain(value) for key, value in answer.items()} if isinstance(answer, dict) else plain(answer)


def plain(answer: Any) -> str:
    """A set in one order: the stores give its members in any."""
    return repr(sorted(answer)) if isinstance(answer, set | frozenset) else repr(answer)


# --- what is worth asking


def worth_asking(played: OpenStructure, projection: str, connection: Connection) -> dict[str, list[Any]]:
    """By the name of the parameter."""
    refs, sheet = played.engine.references(), dossier_sheet.table
    advisors = sorted(id for id, member in refs.team.items() if "advisor" in member.roles)
    dossiers = sorted(connection.execute(select(sheet.c.stream)).scalars())
    born = connection.execute(select(sheet).where(sheet.c.birth_date.is_not(None)).order_by(sheet.c.sort)).first()
    assert born is not None
    owed = sorted(map(tuple, connection.execute(select(advisor_queue.table.c.stream, advisor_queue.table.c.key))))
    numbered = select(sheet.c.imilo_number).where(sheet.c.imilo_number.is_not(None)).order_by(sheet.c.imilo_number)
    numbers = list(connection.execute(numbered).scalars())
    typed = list(
        connection.execute(select(result_routing.participations).order_by(result_routing.participations.c.stream))
    )
    streams = [*dossiers[:3], *others(projection, connection)]
    return {
        "owner": advisors[:2],
        "owners": [advisors[:1], sorted(refs.team)],
        "advisor": advisors[:2],
        "advisors": [advisors, advisors[::-1]],
        "lender": advisors[:2],
        "borrower": advisors[:2],
        "people": [None, sorted(refs.team)],
        "runners": [sorted(refs.team)],
        "person": sorted(refs.team),
        "scope": [Scope("all"), Scope("own", advisors[0], TODAY), Scope("none")],
        "roles": [frozenset({"referent"}), frozenset({"manager"}), frozenset({"advisor", "referent", "manager"})],
        "kind": ["match", "declare-campaign"],
        "chosen": directory.everyone(connection)[:1],
        "kinds": [["plan-diagnostic", "present-pix"]],
        "keys": [owed[:40], []],
        "but": [[], dossiers[:5]],
        "cej": [True, False],
        "group": ["", "CEJ"],
        "having": [["dossier.SeatBooked", "dossier.ResultReceived"]],
        "today": DAYS,
        "day": DAYS,
        "first": DAYS[:1],
        "last": DAYS[-1:],
        "position": [0, 500],
        "calendar": [refs.calendar],
        "since": DAYS,
        "until": DAYS,
        "source": [played.engine],
        "instant": [NOW - timedelta(days=days) for days in (0, 30, 400)],
        "cutoffs": [[("cej", TODAY), ("pacea", TODAY), ("other", DAYS[0])]],
        "scores": [sorted(dossier_sheet.scores(connection, Scope("all"))), []],
        "text": ["Benali", "ben", "lefevr", "martin lea", numbers[0], numbers[1][:3], "’", ""],
        "texts": [["Benali", "martin lea", "’"], []],
        "number": numbers[:1],
        "numbers": [numbers],
        "last_name": [born.last_name],
        "first_name": [born.first_name],
        "birth_date": [born.birth_date],
        "stream": [*streams, UUID(int=0)],
        "streams": [streams],
        "dossier": dossiers,
        "workshop": streams,
        "dossiers": [dossiers],
        "campaign": sorted(refs.campaigns),
        "rows": [typed],
        "row": typed[:2],
        "largest": [4],
        "topic": ["dossier.PixPresented"],
        "topics": [["dossier.PixPresented"], ["dossier.PixPresented", "dossier.DossierOpened"]],
        "before": [[("cej", DAYS[0]), ("pacea", DAYS[0]), ("other", DAYS[0])]],
        "after": [[("cej", TODAY), ("pacea", TODAY), ("other", TODAY)]],
        "lateness": [piles.Lateness.on(refs.calendar, day) for day in DAYS],
        "band": ["", "0", "11"],
        "late": [piles.WaitingFilter(), piles.WaitingFilter(kind="hold-debrief", grouped=("owner", tuple(advisors)))],
        "instants": [list(connection.execute(select(workshops.table.c.starts)).scalars()), []],
        "refs": [None, refs],
        "by": [str(advisors[0]), "system:clock"],
        "step": [StepPlace("hold-debrief", "prescription"), StepPlace(stage="parcours", band=1, programme="cej")],
        "most": [3],
        "audience": ["", "young-person"],
        "resource": sorted(connection.execute(select(resources.table.c.stream)).scalars()),
        "ids": [set(connection.execute(select(resources.table.c.stream)).scalars()), set()],
        "among": [50],
        "link": list(connection.execute(select(partner_links.links.c.link)).scalars()),
        "status": ["listed", "joined"],
        "commune": ["61214", ""],
        "town": ["L'Aigle"],
        "sources": [["Conseiller numérique"], []],
        "sorts": [["viaformation", "via formation l aigle"], []],
        "partners": [list(connection.execute(select(partners.table.c.stream)).scalars())],
        "contact": [*connection.execute(select(contacts.table.c.stream)).scalars(), None],
        "limit": [5, 50],
        "offset": [0, 3],
        **OF_ONE.get(projection, {}),
    }


def others(projection: str, connection: Connection) -> list[UUID]:
    """Streams of a projection that shows others than dossiers."""
    shown = {
        "territory.partners": partners.table.c.stream,
        "workshops": workshops.table.c.stream,
        "result_routing": result_routing.participations.c.stream,
    }
    column = shown.get(projection, dossier_sheet.table.c.stream)
    return list(connection.execute(select(column).order_by(column).limit(3)).scalars())


OF_ONE: dict[str, dict[str, list[Any]]] = {
    "advisor_queue": {
        "wanted": [
            advisor_queue.QueueFilter(),
            advisor_queue.QueueFilter(kind="present-pix"),
            advisor_queue.QueueFilter("", "parcours"),
        ]
    },
    "dossier_sheet": {
        "wanted": [dossier_sheet.DossierFilter(state=state) for state in ("open", "closed", "unassigned")],
        "text": ["", "martin lea", "061234"],
        "order": [dossier_list.ListOrder(by, falling) for by in get_args(dossier_list.By) for falling in (False, True)],
    },
    "workshops": {
        "wanted": [workshops.WorkshopFilter(when) for when in ("to-come", "past", "cancelled")],
        "site": ["Mortagne", "L’Aigle"],
        "begins": [NOW.replace(tzinfo=None) - timedelta(days=days) for days in (0, 90)],
        "finishes": [NOW.replace(tzinfo=None) + timedelta(days=9)],
    },
    "territory.partners": {
        "asked": [
            PartnerFilter("listed", TODAY),
            PartnerFilter("listed", TODAY, "mort", "cafe", "", "fresh"),
            PartnerFilter("listed", TODAY, label=WITHOUT, freshness="old"),
        ]
    },
    "audit_trail": {
        "since": [datetime(2026, 4, 1, tzinfo=UTC)],
        "until": [NOW],
        "wanted": [
            audit_trail.TrailFilter(),
            audit_trail.TrailFilter(topic="dossier.PixPresented", since=NOW - timedelta(days=60), until=NOW),
        ],
    },
}
