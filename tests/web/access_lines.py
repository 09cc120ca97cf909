"""The lines that the access journal of a house got since they were last asked for."""

from pixflow.access_journal.journal import line_of
from pixflow.access_journal.line import Line
from web.hosting.served_structure import ServedStructure

_SINCE = "SELECT * FROM lines WHERE number > $1 ORDER BY number"


class NewLines:
    """`take()` returns the new lines, in their order; one process has one chain a month."""

    def __init__(self, served: ServedStructure) -> None:
        self._served = served
        self._read: dict[int, int] = {}

    def take(self) -> list[Line]:
        store, found = self._served.journal.store, []
        for month in store.months():
            rows = store.select(month, _SINCE, self._read.get(month, 0))
            self._read[month] = rows[-1][2] if rows else self._read.get(month, 0)
            found += [line_of(row) for row in rows]
        return found
