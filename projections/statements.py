"""Statements of the questions: made once and executed often; the filters of lists."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Any
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
    Uuid,
    bindparam,
    or_,
)
from sqlalchemy.types import TypeEngine

WITHOUT = "aucun"
"""The value of a filter that selects the rows without a value."""
_MOST = 100
"""Forms of one statement that are kept."""
_MANY = (list, tuple, set, frozenset)
_TYPES: dict[type, TypeEngine[Any]] = {
    UUID: Uuid(),
    datetime: DateTime(),
    date: Date(),
    int: Integer(),
    str: String(),
}
_FEW = 5
"""Values of a collection that each have a parameter of their own. More are one parameter, which takes longer."""
Form = tuple[str, type, int | None]
"""Name and type of an argument; the number of its values when it is a collection, None for one value."""


class Statement:
    """A statement that SQLAlchemy makes once for each form: making one takes longer than executing it.

    `build` is called with `fixed` arguments as they are, which are hashable and take few values. The others are bound
    parameters: it may only test them for None, and use a collection with `in_`.
    """

    def __init__(self, build: Callable[..., Select[*tuple[Any, ...]]]) -> None:
        self._build = build
        self._made = lru_cache(_MOST)(self._make)

    def __call__(self, connection: Connection, *fixed: Any, **values: Any) -> Result[*tuple[Any, ...]]:
        forms: list[Form] = []
        bound: dict[str, Any] = {}
        for name, value in values.items():
            if not isinstance(value, _MANY):
                forms.append((name, type(value), None))
                if value is not None:
                    bound[name] = value
            elif len(value) > _FEW:
                forms.append((name, type(value), _FEW + 1))
                bound[name] = list(value)
            else:
                forms.append((name, type(next(iter(value), None)), len(value)))
                bound |= {f"{name}_{n}": one for n, one in enumerate(value)}
        return connection.execute(self._made(fixed, tuple(forms)), bound)

    def _make(self, fixed: tuple[Any, ...], forms: tuple[Form, ...]) -> Select[*tuple[Any, ...]]:
        return self._build(*fixed, **{form[0]: _parameter(*form) for form in forms})


def _parameter(name: str, kind: type, count: int | None) -> Any:
    if count is not None and count > _FEW:
        return bindparam(name, expanding=True)
    if count is not None:
        return [bindparam(f"{name}_{n}", type_=_TYPES[kind]) for n in range(count)]
    return None if kind is type(None) else bindparam(name, type_=_TYPES[kind])


def having(column: "Column[Any]", value: str) -> ColumnElement[bool]:
    """Selects the rows with this value; with WITHOUT, those whose value is empty."""
    return or_(column.is_(None), column == "") if value == WITHOUT else column == value


def among(column: "Column[Any]", streams: Collection[UUID] | None) -> list[ColumnElement[bool]]:
    """Selects the rows of these streams; None selects all."""
    return [] if streams is None else [column.in_(streams)]
