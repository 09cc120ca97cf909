"""Refusals: the exception, and the checks that raise it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.identity import contains_control, contains_nir

_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
_ONE_LINE = frozenset({"last_name", "first_name", "name"})


class Refused(Exception):
    """A refused decision: a code for its sentence (web/french/errors/refusals.py), and its details."""

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return f"{self.code} {self.details}" if self.details else self.code


def required(text: str, field: str) -> str:
    """Returns the text without surrounding blanks. Raises Refused("required") when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise Refused("required", field=field)
    return stripped


def check_texts(sent: Mapping[str, Any]) -> None:
    """Checks the text of every field, at any depth.

    Raises Refused("nir") for a social security number (docs/domain.md#nir), and Refused("control-character"). Ids and
    SHA-256 digests are skipped: one task key in 1,400 would look like a social security number.
    """
    for field, value in sent.items():
        for text in _texts(value):
            if contains_control(text, lines=field not in _ONE_LINE):
                raise Refused("control-character", field=field)
            if contains_nir(_ID.sub("", text)):
                raise Refused("nir", field=field)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Struct) or is_dataclass(value):
        yield from _texts(msgspec.to_builtins(value, builtin_types=(UUID, date, datetime, Decimal)))
