"""Reads a file that waits for its import once: its next previews find what was read."""

from contextlib import suppress

import msgspec

from pixflow.importing.uploads import Uploads
from pixflow.portfolio.columns import Chosen
from pixflow.portfolio.reader import Portfolio, may_be_chosen
from pixflow.portfolio.reading_process import read_in_turn


class KeptReadings:
    """The readings of one upload, one for each sheet and choice of columns. Called with the file, it returns one."""

    def __init__(self, uploads: Uploads, token: str) -> None:
        self._uploads, self._token = uploads, token

    def known(self) -> bool:
        """Tells whether the file was uploaded as a portfolio."""
        return self._uploads.reading(self._token, _part(None, ())) is not None

    def __call__(self, data: bytes, sheet: int | None, chosen: Chosen) -> Portfolio:
        kept = self._uploads.reading(self._token, _part(sheet, chosen))
        if kept is not None:
            with suppress(msgspec.MsgspecError):  # another version of the program may have written it
                return msgspec.msgpack.decode(kept, type=Portfolio)
        portfolio = read_in_turn(data, sheet, chosen)
        self.keep(portfolio, sheet, chosen)
        return portfolio

    def keep(self, portfolio: Portfolio, sheet: int | None = None, chosen: Chosen = ()) -> None:
        """Stores a reading. Leaves out a refused file, unless its sheet or its columns may be chosen."""
        if not portfolio.refused or may_be_chosen(portfolio):
            self._uploads.keep_reading(self._token, _part(sheet, chosen), msgspec.msgpack.encode(portfolio))


def _part(sheet: int | None, chosen: Chosen) -> str:
    columns = "".join(f" {position}:{field or ''}" for position, field in chosen)
    return f"sheet {sheet or 0}{columns}"
