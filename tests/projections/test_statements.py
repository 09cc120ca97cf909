from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    case,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.exc import DBAPIError

from projections.statements import Statement
from projections.store.sqlite import engine

DAY = date(2026, 3, 16)
table = Table("rows", MetaData(), Column("n", Integer), Column("owner", Uuid), Column("due", Date))
made: list[object] = []


@Statement
def due(kept: str, owners: Collection[UUID] | None, until: date, most: int | None) -> Select[int]:
    made.append(kept)
    mine = [table.c.owner.in_(owners)] if owners is not None else []
    late = [table.c.due < until] if kept == "late" else []
    return select(table.c.n).where(*mine, *late).order_by(table.c.n).limit(most)


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with engine(None).connect() as connection:
        table.metadata.create_all(connection)
        rows = [{"n": n, "owner": UUID(int=n % 7), "due": DAY + timedelta(n)} for n in range(40)]
        connection.execute(insert(table), rows)
        yield connection


@given(
    st.sampled_from(["late", "all"]),
    st.none() | st.sets(st.integers(0, 9).map(lambda n: UUID(int=n))),
    st.dates(DAY, DAY + timedelta(40)),
    st.none() | st.integers(0, 50),
)
def test_a_statement_answers_as_one_made_for_its_values(
    connection: Connection, kept: str, owners: set[UUID] | None, until: date, most: int | None
) -> None:
    found = [n for (n,) in due(connection, kept, owners=owners, until=until, most=most)]
    mine = [n for n in range(40) if owners is None or UUID(int=n % 7) in owners]
    assert found == [n for n in mine if kept == "all" or DAY + timedelta(n) < until][:most]


def test_it_is_made_once_for_each_form(connection: Connection) -> None:
    made.clear()
    for day in range(3):
        for owners in ([], [UUID(int=1)], [UUID(int=day)], [UUID(int=n) for n in range(day + 6)]):
            due(connection, "made once", owners=owners, until=DAY + timedelta(day), most=10).all()
    assert len(made) == 3  # no owner, one owner, many owners


@pytest.mark.parametrize(("sizes", "forms"), [(range(9), 5), (range(257, 513, 51), 1), ([513, 700], 1)])
def test_collections_have_few_forms(connection: Connection, sizes: Sequence[int], forms: int) -> None:
    made.clear()
    for size in sizes:
        ids = [UUID(int=n + 2) for n in range(size)]
        found = [n for (n,) in due(connection, f"{forms} forms", owners=ids, until=DAY, most=size)]
        assert found == [n for n in range(40) if UUID(int=n % 7) in ids][:size]
    assert len(made) == forms


every = Table(
    "every",
    MetaData(),
    Column("id", Uuid),
    Column("words", Text),
    Column("n", Integer),
    Column("there", Boolean),
    Column("day", Date),
    Column("at", DateTime),
    Column("state", LargeBinary),
    prefixes=["TEMPORARY"],
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NUMBERS = st.integers(-(2**31), 2**31 - 1)
IDS = st.sampled_from([UUID(int=n) for n in range(4)])
DAYS = st.dates(date(1900, 1, 1))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": IDS | st.none(),
            "words": TEXTS | st.none(),
            "n": NUMBERS | st.none(),
            "there": st.booleans() | st.none(),
            "day": DAYS | st.none(),
            "at": st.datetimes(datetime(1900, 1, 1)) | st.none(),
            "state": st.binary(max_size=6) | st.none(),
        }
    ),
    max_size=6,
)


def chosen(
    words: Sequence[str], ids: Collection[UUID], text: str, n: int, day: date, at: datetime, limit: int
) -> Select[Any]:
    """A select with a parameter of each type, and values of its own."""
    late = case((every.c.day < day, "late"), (every.c.there, "there"), else_=None)
    listed = every.c.words.in_(words) if words else every.c.words.is_(None)
    wanted = or_(every.c.id.in_(ids), every.c.words == text, every.c.n > n, every.c.at <= at, listed)
    columns = (every, late.label("late"), func.coalesce(every.c.there, False), every.c.n)
    return select(*columns).where(wanted).order_by(*every.c).limit(limit)


stated = Statement(chosen)


@pytest.fixture
def temporary() -> Iterator[Connection]:
    """A connection with the table `every`."""
    with engine(None).connect() as connection:
        every.create(connection)
        yield connection


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    ROWS,
    st.lists(TEXTS, max_size=3).map(tuple),
    st.lists(IDS, max_size=8),
    TEXTS,
    NUMBERS,
    DAYS,
    st.datetimes(datetime(1900, 1, 1)),
    st.integers(0, 6),
)
def test_the_driver_answers_as_sqlalchemy(
    temporary: Connection,
    rows: list[dict[str, Any]],
    words: tuple[str, ...],
    ids: list[UUID],
    text: str,
    n: int,
    day: date,
    at: datetime,
    limit: int,
) -> None:
    temporary.execute(every.delete())
    if rows:
        temporary.execute(insert(every), rows)
    by_driver = stated(temporary, words, ids=ids, text=text, n=n, day=day, at=at, limit=limit)
    by_sqlalchemy = temporary.execute(chosen(words, ids, text, n, day, at, limit))
    found, expected = by_driver.all(), by_sqlalchemy.all()
    assert found == expected
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]
    names = [column.name for column in every.c if column.name != "n"]
    assert [[getattr(row, name) for name in (*names, "late")] for row in found] == [
        [getattr(row, name) for name in (*names, "late")] for row in expected
    ]


@Statement
def missing(n: int) -> Select[Any]:
    return select(Table("nowhere", MetaData(), Column("n", Integer)).c.n).limit(n)


def test_an_error_of_the_driver_is_one_of_sqlalchemy(temporary: Connection) -> None:
    with pytest.raises(DBAPIError, match="nowhere"):
        missing(temporary, n=1)
    temporary.rollback()
    assert temporary.execute(select(1)).scalar_one() == 1
