from collections.abc import Collection, Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Date, Integer, MetaData, Select, Table, Uuid, create_engine, insert, select

from projections.statements import Statement

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
    with create_engine("sqlite://").connect() as connection:
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
