"""The place of somebody on the board of results: its pages and filters, which each form brings back."""

from dataclasses import dataclass

from web.http.pagination import address

BOARD = "/resultats"


@dataclass(frozen=True, slots=True)
class BoardPlace:
    """The page of each list of the board, and the bands of lateness that filter two of them, "" for all."""

    waiting: int = 1
    to_dispatch: int = 1
    aside: int = 1
    gone: int = 1
    sent: int = 1
    late_waiting: str = ""
    late_to_dispatch: str = ""

    def params(self, *but: str) -> dict[str, str]:
        numbers = {"p": self.waiting, "t": self.to_dispatch, "e": self.aside, "d": self.gone, "s": self.sent}
        bands = {"rapprocher": self.late_waiting, "transmettre": self.late_to_dispatch}
        said = {**{name: str(number) for name, number in numbers.items() if number > 1}, **bands}
        return {name: value for name, value in said.items() if value and name not in but}

    @property
    def query(self) -> str:
        """The end of an address of the board; "" on the first pages."""
        return address("", self.params())
