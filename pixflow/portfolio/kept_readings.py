"""Reads a file that waits for its import once: its next previews find what was read."""

from contextlib import suppress

import msgspec

from pixflow.importing.uploads import Uploads
from pixflow.portfolio.reader import Portfolio
from pixflow.portfolio.reading_process import read_in_turn


class KeptReadings:
    """The readings of one upload, one for each sheet. Called with the file, it returns its Portfolio."""

    def __init__(self, uploads: Uploads, token: str) -> None:
        self._uploads, self._token = uploads, token

    def __call__(self, data: bytes, sheet: int | None) -> Portfolio:
        kept = self._uploads.reading(self._token, _part(sheet))
        if kept is not None:
            with suppress(msgspec.MsgspecError):  # another version of the program may have written it
                return msgspec.msgpack.decode(kept, type=Portfolio)
        portfolio = read_in_turn(data, sheet)
        self.keep(portfolio, sheet)
        return portfolio

    def keep(self, portfolio: Portfolio, sheet: int | None = None) -> None:
        """Stores a reading. Leaves out a refused file, unless one of its sheets may be chosen."""
        if not portfolio.refused or len(portfolio.sheets) > 1:
            self._uploads.keep_reading(self._token, _part(sheet), msgspec.msgpack.encode(portfolio))


def _part(sheet: int | None) -> str:
    return f"sheet {sheet or 0}"
