"""A place in Ma boîte, carried by addresses through a dossier's page: its list, and the rank of a row in it."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from msgspec.structs import asdict

from projections import advisor_queue
from projections.advisor_queue import QueueFilter
from web.desk import task_links
from web.desk.desk import Desk
from web.french import tasks as french
from web.french.typography import say
from web.http import filters
from web.http.addresses import whole_number
from web.http.pagination import SIZE, address, carrying

RANK = "rang"


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """The filter of the list, and the rank of a row in it, from 0."""

    wanted: QueueFilter = QueueFilter()
    rank: int = 0

    def __str__(self) -> str:
        """Returns the value of `boite` in an address."""
        asked = filters.parameters(asdict(self.wanted)) | {RANK: str(self.rank)}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def address(self) -> str:
        """The page of the list where the row stood."""
        page = self.rank // SIZE + 1
        return address("/boite", {**filters.parameters(asdict(self.wanted)), "p": str(page) if page > 1 else ""})

    def further(self, rows: int) -> "QueuePlace":
        return replace(self, rank=self.rank + rows)


@dataclass(frozen=True, slots=True)
class NextTask:
    """The row of Ma boîte that follows: its label, and the address where it is done."""

    stream: UUID
    label: str
    href: str


def read(desk: Desk, text: str) -> QueuePlace | None:
    """Returns the place that an address names; None without one. Anything else in it is ignored."""
    said = dict(parse_qsl(text))
    if RANK not in said:
        return None
    fields = {field: said.get(name, "") for field, name in _PARAMETERS.items()}
    doer = fields["doer"] if fields["doer"] in map(str, desk.owners) else ""
    wanted = QueueFilter(**{**fields, "doer": doer})
    return QueuePlace(wanted, whole_number(said[RANK]) or 0)


def next_task(desk: Desk, place: QueuePlace | None, but: object) -> NextTask | None:
    """Returns the first task from a place on, else from the top of the list; never one of the dossier `but`."""
    place = place or QueuePlace()
    for start in dict.fromkeys((place, replace(place, rank=0))):
        rows = advisor_queue.page(desk.read, desk.owners, desk.today, start.wanted, SIZE, start.rank)
        for ahead, row in enumerate(rows):
            if row.stream != but:
                href = task_links.href(row.subject, row.stream, row.key, row.kind)
                label = say("{verb}, {name}", verb=french.title(row.kind, row.details), name=row.name)
                return NextTask(row.stream, label, carrying(href, str(start.further(ahead))))
    return None


_PARAMETERS = {field: filters.PARAMETERS.get(field, field) for field in QueueFilter.__struct_fields__}
