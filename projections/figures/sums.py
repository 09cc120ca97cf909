"""The numbers of entries that are alike in all that the figures of everybody count.

Triggers keep the sums: whoever writes, changes or deletes an entry, its sums follow in the same transaction. So a sum
is never stale. Sums grow with the days more than with the dossiers.
"""

# ruff: noqa: S608  the statements are made of names of columns

from sqlalchemy import DDL, Column, Connection, Date, Integer, String, Table, event

from projections.contract import metadata

sums = Table(
    "figure_sums",
    metadata,
    Column("indicator", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("due", Date, primary_key=True),  # of an open entry: no other one is late
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)
value_sums = Table(
    "figure_value_sums",  # of the indicators with a median: days or points tell five times as many apart
    metadata,
    Column("indicator", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("value", Integer, primary_key=True),
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)
_VALUES = {
    "due": "CASE WHEN {0}.state = 'open' AND {0}.due IS NOT NULL THEN {0}.due ELSE '9999-12-31' END",
    "value": "COALESCE({0}.value, 0)",
}
"""The columns of a sum that an entry has in another form."""
_SOME = {sums: "true", value_sums: "{0}.indicator IN ('I13', 'I21')"}
"""The entries that each table sums."""


def _key(table: Table) -> list[str]:
    return [f'"{column.name}"' for column in table.primary_key]


def _values(table: Table, row: str) -> list[str]:
    """Returns the expressions that make the key of an entry."""
    columns = (column.name for column in table.primary_key)
    return [_VALUES.get(name, f'{{0}}."{name}"').format(row) for name in columns]


def _same(table: Table, of: str, values: list[str]) -> str:
    return " AND ".join(f"{of}.{name} = {value}" for name, value in zip(_key(table), values, strict=True))


# --- SQLite: for each entry


def _add(table: Table) -> str:
    found = f"SELECT {', '.join(_values(table, 'new'))}, 1 WHERE {_SOME[table].format('new')}"
    return f"INSERT INTO {table.name} {found} ON CONFLICT DO UPDATE SET n = n + 1;"


def _take(table: Table) -> str:
    name, of_old = table.name, _same(table, table.name, _values(table, "old"))
    return f"UPDATE {name} SET n = n - 1 WHERE {of_old}; DELETE FROM {name} WHERE {of_old} AND n = 0;"


_ADD, _TAKE = ("".join(map(made, _SOME)) for made in (_add, _take))
_ON_SQLITE = [
    f"CREATE TRIGGER figure_sums_{operation} AFTER {operation} ON figure_entries BEGIN {statements} END"
    for operation, statements in (("INSERT", _ADD), ("DELETE", _TAKE), ("UPDATE", _TAKE + _ADD))
]

# --- PostgreSQL: for all entries of a statement


def _summed(table: Table, rows: str) -> str:
    key = _key(table)
    values = (f"{value} AS {name}" for name, value in zip(key, _values(table, rows), strict=True))
    places = ", ".join(str(place) for place in range(1, len(key) + 1))
    return f"SELECT {', '.join(values)}, count(*) AS n FROM {rows} WHERE {_SOME[table].format(rows)} GROUP BY {places}"


def _more(table: Table) -> str:
    columns = ", ".join(_key(table))
    return f"""INSERT INTO {table.name} ({columns}, n) {_summed(table, "made")}
        ON CONFLICT ({columns}) DO UPDATE SET n = {table.name}.n + excluded.n;"""


def _less(table: Table) -> str:
    less = f"({_summed(table, 'gone')}) AS less"
    same = _same(table, "sums", [f"less.{name}" for name in _key(table)])
    return f"""UPDATE {table.name} AS sums SET n = sums.n - less.n FROM {less} WHERE {same};
        DELETE FROM {table.name} AS sums USING {less} WHERE {same} AND sums.n = 0;"""


_FUNCTION = f"""CREATE FUNCTION figure_sums_follow() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN {"".join(map(_less, _SOME))} END IF;
    IF TG_OP <> 'DELETE' THEN {"".join(map(_more, _SOME))} END IF;
    RETURN NULL;
END $$"""
_OLD_ROWS, _NEW_ROWS = "OLD TABLE AS gone", "NEW TABLE AS made"
_ON_POSTGRES = [
    _FUNCTION,
    *(
        f"CREATE TRIGGER figure_sums_{operation} AFTER {operation} ON figure_entries REFERENCING {rows}"
        " FOR EACH STATEMENT EXECUTE FUNCTION figure_sums_follow()"
        for operation, rows in (("INSERT", _NEW_ROWS), ("DELETE", _OLD_ROWS), ("UPDATE", f"{_OLD_ROWS} {_NEW_ROWS}"))
    ),
]


def pause(connection: Connection) -> None:
    """Keeps no sums on SQLite until `resume`, while new entries are written: a trigger adds each of them alone."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER figure_sums_INSERT")


def resume(connection: Connection) -> None:
    """Sums all entries, and keeps the sums again."""
    if connection.dialect.name == "sqlite":
        for table in _SOME:
            connection.exec_driver_sql(f"INSERT INTO {table.name} {_summed(table, 'figure_entries')}")
        connection.exec_driver_sql(_ON_SQLITE[0])


def keep_sums_of(entries: Table) -> None:
    """Has the triggers created with the table of the entries."""
    for table in _SOME:
        entries.add_is_dependent_on(table)
    for dialect, statements in (("sqlite", _ON_SQLITE), ("postgresql", _ON_POSTGRES)):
        for statement in statements:
            made = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(entries, "after_create", made)
