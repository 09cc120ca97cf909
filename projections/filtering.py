"""Filters of lists: rows with a value in a column, or with none."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, or_

WITHOUT = "aucun"
"""The value of a filter that selects the rows without a value."""


def having(column: "Column[Any]", value: str) -> ColumnElement[bool]:
    """Selects the rows with this value; with WITHOUT, those whose value is empty."""
    return or_(column.is_(None), column == "") if value == WITHOUT else column == value


def among(column: "Column[Any]", streams: Collection[UUID] | None) -> list[ColumnElement[bool]]:
    """Selects the rows of these streams; None selects all."""
    return [] if streams is None else [column.in_(list(streams))]
