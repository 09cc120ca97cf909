"""Statements of the questions: made once and executed often; the filters of lists; rows of states."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache, wraps
from inspect import Parameter, signature
from operator import attrgetter
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Integer,
    Result,
    Select,
    String,
    Table,
    Uuid,
    bindparam,
    or_,
)
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.types import TypeEngine

from projections.contract import row_columns

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")
P = ParamSpec("P")
Found = Result[*tuple[Any, ...]]
Question = Callable[Concatenate[Connection, P], R]

WITHOUT = "aucun"
"""The value of a filter that selects the rows without a value."""
_MOST = 100
"""Forms of one statement that are kept."""
_TYPES: dict[type, TypeEngine[Any]] = {UUID: Uuid(), datetime: DateTime(), date: Date(), int: Integer(), str: String()}
_LARGEST = 512
"""Values of a collection that each have a parameter of their own. More are one parameter, which takes longer."""
Form = tuple[str, type, int | None]
"""Name and type of an argument; the number of its parameters when it is a collection, None for one value."""


class QueryDialect(Protocol):
    """A dialect whose driver executes a select by itself."""

    def encoder(self, kind: TypeEngine[Any]) -> Callable[[Any], Any]:
        """Returns what turns a value of a type into a parameter."""

    def decoder(self, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
        """Returns what turns a value of the driver into one of a type; None when it is one already."""

    def fetch(self, connection: Connection, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """Returns the rows, in the transaction of a connection. Raises the errors of SQLAlchemy."""


class Statement:
    """A statement that SQLAlchemy makes once for each form, and that the driver executes. Both take its time away.

    `build` is called with `fixed` arguments as they are, which are hashable and take few values. The others are bound
    parameters: it may only test them for None, and use a collection with `in_`, or a small one value by value. So that
    a collection has few forms, it has 1, 2, 4, 8… parameters: its last value comes again.
    """

    def __init__(self, build: Callable[..., Select[*tuple[Any, ...]]]) -> None:
        self._build = build
        self._made = lru_cache(_MOST)(self._make)
        self._compiled = lru_cache(_MOST)(self._compile)

    def __call__(self, connection: Connection, *fixed: Any, **values: Any) -> Result[*tuple[Any, ...]]:
        forms: list[Form] = []
        bound: dict[str, Any] = {}
        many = False
        for name, value in values.items():
            if value is None or type(value) in _TYPES:
                forms.append((name, type(value), None))
                if value is not None:
                    bound[name] = value
            elif len(listed := list(value)) > _LARGEST:
                forms.append((name, list, _LARGEST + 1))
                bound[name] = listed
                many = True
            else:
                count = 1 << (len(listed) - 1).bit_length() if listed else 0
                listed += listed[-1:] * (count - len(listed))
                forms.append((name, type(listed[0]) if listed else type(None), count))
                bound |= {f"{name}_{n}": one for n, one in enumerate(listed)}
        if many:
            return connection.execute(self._made(fixed, tuple(forms)), bound)
        dialect: Any = type(connection.dialect)
        return self._compiled(dialect, fixed, tuple(forms)).execute(connection, bound)

    def _make(self, fixed: tuple[Any, ...], forms: tuple[Form, ...]) -> Select[*tuple[Any, ...]]:
        return self._build(*fixed, **{form[0]: _parameter(*form) for form in forms})

    def _compile(self, dialect: Any, fixed: tuple[Any, ...], forms: tuple[Form, ...]) -> "CompiledSelect":
        return CompiledSelect(self._make(fixed, forms), dialect(paramstyle="qmark"))


class CompiledSelect:
    """A select as the driver of a `QueryDialect` takes it: its text, its parameters, and what reads its columns."""

    def __init__(self, query: Select[*tuple[Any, ...]], dialect: Any) -> None:
        compiled = query.compile(dialect=dialect)
        bind_names = {name for name, bind in compiled.binds.items() if bind.required}
        made = compiled.construct_expanded_state(dict.fromkeys(bind_names))
        names = made.positiontup or ()
        whole = {one: name for name, several in made.parameter_expansion.items() for one in several}
        encoders = [dialect.encoder(compiled.binds[whole.get(name, name)].type) for name in names]
        values = zip(made.positional_parameters, encoders, strict=True)
        self._text = made.statement
        self._values = [None if value is None else encode(value) for value, encode in values]
        self._bound = [(n, name, encoders[n]) for n, name in enumerate(names) if name in bind_names]
        columns = query.selected_columns
        self._rows = SimpleResultMetaData(columns.keys(), _processors=[dialect.decoder(one.type) for one in columns])

    def execute(self, connection: Connection, bound: Mapping[str, Any]) -> Result[*tuple[Any, ...]]:
        if not connection.in_transaction():
            connection.begin()
        dialect: QueryDialect = connection.dialect  # type: ignore[assignment]
        values = self._values.copy()
        for place, name, encode in self._bound:
            values[place] = encode(bound[name])
        return IteratorResult(self._rows, iter(dialect.fetch(connection, self._text, values)))


def _parameter(name: str, kind: type, count: int | None) -> Any:
    if count is not None and count > _LARGEST:
        return bindparam(name, expanding=True)
    if count is not None:
        return [bindparam(f"{name}_{n}", type_=_TYPES[kind]) for n in range(count)]
    return None if kind is type(None) else bindparam(name, type_=_TYPES[kind])


def question(shape: Callable[[Found], R]) -> Callable[[Callable[P, Select[*tuple[Any, ...]]]], Question[P, R]]:
    """Makes a question of a select, whose arguments are bound as those of a `Statement`: the shape of its rows."""

    def make(build: Callable[P, Select[*tuple[Any, ...]]]) -> Question[P, R]:
        statement, about = Statement(build), signature(build)
        first = Parameter("connection", Parameter.POSITIONAL_OR_KEYWORD, annotation=Connection)
        defaults = {one.name: one.default for one in about.parameters.values() if one.default is not one.empty}

        @wraps(build)
        def ask(connection: Connection, /, *args: P.args, **named: P.kwargs) -> R:
            return shape(statement(connection, **defaults | dict(zip(about.parameters, args, strict=False)) | named))

        ask.__signature__ = about.replace(parameters=[first, *about.parameters.values()])  # type: ignore[attr-defined]
        return ask

    return make


def list_rows(found: Found) -> list[Any]:
    """Returns the rows."""
    return list(found)


def take_first(found: Found) -> Any:
    """Returns the first row, None without any."""
    return found.first()


def list_values(found: Found) -> list[Any]:
    """Returns the first column."""
    return list(found.scalars())


def take_number(found: Found) -> int:
    """Returns the only value, a count."""
    return int(found.scalar_one())


def pair_columns(found: Found) -> dict[Any, Any]:
    """Returns the second column by the first."""
    return dict(found.all())


def key_by_stream(found: Found) -> dict[UUID, Any]:
    """Returns the rows by their streams."""
    return {row.stream: row for row in found}


def page_of(connection: Connection, query: Select[Any], limit: int | None, offset: int) -> list[Any]:
    """Returns a page of the rows that a query selects."""
    return list(connection.execute(query.limit(limit).offset(offset)))


def by_key(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Returns the values of each key, in their order."""
    values: dict[K, list[V]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return values


def having(column: "Column[Any]", value: str) -> ColumnElement[bool]:
    """Selects the rows with this value; with WITHOUT, those whose value is empty."""
    return or_(column.is_(None), column == "") if value == WITHOUT else column == value


def among(column: "Column[Any]", streams: Collection[UUID] | None) -> list[ColumnElement[bool]]:
    """Selects the rows of these streams; None selects all."""
    return [] if streams is None else [column.in_(streams)]


def row_of(table: Table, source: object, /, **row: Any) -> dict[str, Any]:
    """Returns a row of a table: what is told, and for each other column what `source` has by its name."""
    names, values_of = _others(table, tuple(row))
    row.update(zip(names, values_of(source), strict=True))
    return row


@cache
def _others(table: Table, told: tuple[str, ...]) -> tuple[list[str], Callable[[object], tuple[Any, ...]]]:
    names = [column.name for column in row_columns(table) if column.name not in told]
    return names, attrgetter(*names) if len(names) > 1 else lambda source: (getattr(source, names[0]),)
