"""Filters of lists: rows with a value in a column, or with none."""

from typing import Any

from sqlalchemy import Column, ColumnElement, or_

WITHOUT = "aucun"
"""The value of a filter that selects the rows without a value."""


def having(column: "Column[Any]", value: str) -> ColumnElement[bool]:
    """Selects the rows with this value; with WITHOUT, those whose value is empty."""
    return or_(column.is_(None), column == "") if value == WITHOUT else column == value
