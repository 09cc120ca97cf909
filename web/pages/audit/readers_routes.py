"""Qui a ouvert ce dossier: the readings of a dossier, the latest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pixflow.identity import normalise
from web.desk import readings
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.readings import Reading
from web.http import days
from web.http.addresses import PageNumber
from web.http.pagination import SIZE, Pager
from web.http.people import People, opened
from web.http.templates import Page, page
from web.pages.audit.replay_routes import AtReplay

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class ReadersPage(Page):
    """The readings of a dossier, of one reader (`by`) and of one day (`on`) if asked; `name` is the person's.

    `readers` are the options of the filter; `wrong` is true for a text that is no date.
    """

    template = "audit/readers.html"
    block = "readers"

    id: UUID
    name: str
    rows: Sequence[Reading]
    pager: Pager
    readers: Sequence[tuple[str, str]]
    by: str
    on: str
    wrong: bool

    @property
    def shows(self) -> People:
        return opened(self.id)


@router.get("/dossiers/{dossier_id:uuid}/consultations")
def read(
    request: Request, desk: AtReplay, dossier_id: UUID, par: str = "", le: str = "", p: PageNumber = 1
) -> Response:
    """Lists who opened a dossier: one colleague (`par`), one day (`le`), or all that is kept."""
    dossier = desk.dossier(dossier_id)
    found = readings.of_dossiers(desk.served, names_for(desk), [dossier_id])
    day = days.day(le)
    kept = [one for one in found if par in ("", str(one.reader or "")) and day in (None, _day(desk, one))]
    pager = Pager.at(len(kept), p, request.url.path, {"par": par, "le": le})
    readers = sorted(
        {(str(one.reader or ""), one.who) for one in found if one.reader}, key=lambda pair: normalise(pair[1])
    )
    shown = ReadersPage(
        id=dossier_id,
        name=f"{dossier.first_name} {dossier.last_name}",
        rows=kept[pager.offset : pager.offset + SIZE],
        pager=pager,
        readers=[("", "Tout le monde"), *readers],
        by=par,
        on=le,
        wrong=bool(le and day is None),
    )
    return page(request, shown)


def _day(desk: Desk, reading: Reading) -> object:
    return desk.refs.calendar.local_day(reading.at)
