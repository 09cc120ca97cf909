"""The numbers of entries that are alike in all that the figures of everybody count.

Triggers keep the sums: whoever writes, changes or deletes an entry, its sum follows in the same transaction. So a sum
is never stale. Sums grow with the days more than with the dossiers.
"""

# ruff: noqa: S608  the statements are made of names of columns

from sqlalchemy import DDL, Column, Date, Integer, String, Table, event

from projections.bookkeeping import metadata

sums = Table(
    "figure_sums",
    metadata,
    Column("indicator", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("due", Date, primary_key=True),  # of an open entry: no other one is late
    Column("value", Integer, primary_key=True),  # of an indicator with a median
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)
_NEVER = "9999-12-31"
_KEY = [f'"{column.name}"' for column in sums.primary_key]
_COLUMNS = ", ".join(_KEY)


def _values(row: str) -> list[str]:
    """Returns the expressions that make the key of an entry."""
    due = f"CASE WHEN {row}.state = 'open' AND {row}.due IS NOT NULL THEN {row}.due ELSE '{_NEVER}' END"
    value = f"CASE WHEN {row}.indicator IN ('I13', 'I21') THEN COALESCE({row}.value, 0) ELSE 0 END"
    return [f"{row}.indicator", f"{row}.part", f"{row}.state", f'{row}."on"', due, value]


def _same(table: str, values: list[str]) -> str:
    return " AND ".join(f"{table}.{name} = {value}" for name, value in zip(_KEY, values, strict=True))


# --- SQLite: for each entry

_ADD = f"INSERT INTO figure_sums VALUES ({', '.join(_values('new'))}, 1) ON CONFLICT DO UPDATE SET n = n + 1;"
_OLD = _same("figure_sums", _values("old"))
_TAKE = f"UPDATE figure_sums SET n = n - 1 WHERE {_OLD}; DELETE FROM figure_sums WHERE {_OLD} AND n = 0;"
_ON_SQLITE = [
    f"CREATE TRIGGER figure_sums_{operation} AFTER {operation} ON figure_entries BEGIN {statements} END"
    for operation, statements in (("INSERT", _ADD), ("DELETE", _TAKE), ("UPDATE", _TAKE + _ADD))
]

# --- PostgreSQL: for all entries of a statement


def _summed(rows: str) -> str:
    values = (f"{value} AS {name}" for name, value in zip(_KEY, _values(rows), strict=True))
    return f"SELECT {', '.join(values)}, count(*) AS n FROM {rows} GROUP BY 1, 2, 3, 4, 5, 6"


_LESS = f"({_summed('gone')}) AS less"
_SAME = _same("sums", [f"less.{name}" for name in _KEY])
_FUNCTION = f"""CREATE FUNCTION figure_sums_follow() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE figure_sums AS sums SET n = sums.n - less.n FROM {_LESS} WHERE {_SAME};
        DELETE FROM figure_sums AS sums USING {_LESS} WHERE {_SAME} AND sums.n = 0;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO figure_sums ({_COLUMNS}, n) {_summed("made")}
            ON CONFLICT ({_COLUMNS}) DO UPDATE SET n = figure_sums.n + excluded.n;
    END IF;
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


def keep_sums_of(entries: Table) -> None:
    """Has the triggers created with the table of the entries."""
    entries.add_is_dependent_on(sums)
    for dialect, statements in (("sqlite", _ON_SQLITE), ("postgresql", _ON_POSTGRES)):
        for statement in statements:
            made = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(entries, "after_create", made)
