"""Addresses: the numbers and days in them, read here within their bounds, and the pages of fifty rows of a list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Query

from pixflow.unit_of_work import FIRST_DAY, LAST_DAY

MOST = 2**31 - 1
"""The largest number in an address: the largest integer of a column of PostgreSQL."""

PageNumber = Annotated[int, Query(ge=1, le=MOST)]
"""The number of a page of a list; a page after the last one is the last one."""
Number = Annotated[int, Query(ge=0, le=MOST)]
"""A position, a version, a count; 0 is none."""
Version = Annotated[int, Query(ge=-1, le=MOST)]
"""The version of a stream that a form recorded; 0 when nothing was new, -1 is none."""


def whole_number(text: str) -> int | None:
    """Returns a number of an address or of a hidden field, None for any other text and for a number above MOST."""
    digits = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST))
    return number if digits and (number := int(text)) <= MOST else None


def read_day(text: str) -> date | None:
    """Returns a day as an address writes it; None for anything else, and for a day that no form accepts."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


# --- the pages of a list, with the addresses of the page before and the page after, and of a row's page


SIZE = 50


@dataclass(frozen=True, slots=True)
class Pager:
    """One page of a list of `total` rows.

    `address` and `params` are those of the list; `name` is the parameter that says the page, `size` its rows.
    `form` is the form that its links send (`ui.follow`), "" for none.
    """

    total: int
    number: int
    address: str
    params: Mapping[str, str]
    name: str = "p"
    anchor: str = ""
    size: int = SIZE
    form: str = ""

    @classmethod
    def at(
        cls,
        total: int,
        page: int,
        address: str,
        params: Mapping[str, str],
        *,
        name: str = "p",
        anchor: str = "",
        size: int = SIZE,
        form: str = "",
    ) -> "Pager":
        """Returns the page asked for, or the last one."""
        last = max(1, -(-total // size))
        return cls(total, min(max(1, page), last), address, params, name, anchor, size, form)

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        return min(self.total, self.offset + 1)

    @property
    def last(self) -> int:
        return min(self.total, self.offset + self.size)

    @property
    def previous(self) -> str | None:
        return self._url(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        return self._url(self.number + 1) if self.last < self.total else None

    def under(self, path: str) -> str:
        """Returns an address below the list's, with its parameters and this page: a form of the list goes there."""
        return self._url(self.number, path, "")

    def file(self, kind: str) -> str:
        """Returns the address of the whole list as a file; a list with an anchor has its name below the page's."""
        return address(f"{self.address}{self.anchor.replace('#', '/')}.{kind}", self.params)

    def at_row(self, name: str, value: str) -> str:
        """Returns the address of this page with a parameter that opens one of its rows."""
        return address(self.address, {**self.params, self.name: str(self.number), name: value})

    def _url(self, number: int, path: str = "", anchor: str | None = None) -> str:
        params = {**self.params, self.name: str(number) if number > 1 else ""}
        return address(self.address + path, params) + (self.anchor if anchor is None else anchor)


def address(path: str, params: Mapping[str, str]) -> str:
    """Returns an address. Parameters without a value are left out."""
    asked = {name: value for name, value in params.items() if value}
    return f"{path}?{urlencode(asked)}" if asked else path


def addresses(path: str, params: Mapping[str, str], name: str) -> Callable[[str], str]:
    """Returns the function that makes the address with another value of one parameter. It encodes the others once."""
    encoded = {one: urlencode({one: value}) for one, value in params.items() if value or one == name}

    def with_value(value: str) -> str:
        asked = {**encoded, name: urlencode({name: value}) if value else ""}
        query = "&".join(filter(None, asked.values()))
        return f"{path}?{query}" if query else path

    return with_value


def carrying(address: str, place: str) -> str:
    """Returns the address of a dossier with a place in Ma boîte (web/desk/task_links.py), "" for none."""
    if not place or not address.startswith("/dossiers/"):
        return address
    path, mark, anchor = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}boite={quote(place, safe='')}{mark}{anchor}"
