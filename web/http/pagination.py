"""Pages of fifty rows, with the addresses of the page before and the page after, and of a row's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

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
        asked: int,
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
        return cls(total, min(max(1, asked), last), address, params, name, anchor, size, form)

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


def carrying(address: str, place: str) -> str:
    """Returns the address of a dossier with a place in Ma boîte (web/desk/task_links.py), "" for none."""
    if not place or not address.startswith("/dossiers/"):
        return address
    path, mark, anchor = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}boite={quote(place, safe='')}{mark}{anchor}"
