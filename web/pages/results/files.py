"""The three lists of the board as files: to match, to dispatch, dispatched this week."""

from collections.abc import Collection, Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from projections import piles, result_routing
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.exports import MOST_ROWS, PART, ExportedList, as_file
from web.desk.names import staff_name
from web.french import lists
from web.http.filters import lateness
from web.pages.results import dispatch, matching
from web.pages.results.matching import MatchCard

router = APIRouter()
BOARD = "/resultats"
AtBoard = Annotated[Desk, allowed("referent")]


def of_band(desk: Desk, kind: str, band: str) -> Collection[UUID] | None:
    """Returns the streams of a pile in a band of lateness, None for all of them."""
    late = lateness(desk.refs.calendar, desk.today)
    return piles.pile_streams(desk.read, desk.roles, kind, desk.today, late, band) if band else None


@as_file(router, f"{BOARD}/a-rapprocher")
def to_match(desk: AtBoard, rapprocher: str = "") -> ExportedList:
    """Returns the participations to match, each with the dossier proposed first, and why."""
    streams = of_band(desk, "match-participation", rapprocher)

    def read() -> Iterator[MatchCard]:
        rows = result_routing.list_waiting(desk.read, MOST_ROWS, 0, streams)
        for start in range(0, len(rows), PART):
            yield from matching.cards(desk, rows[start : start + PART])

    return ExportedList(
        page="to-match",
        name="a-rapprocher",
        path=BOARD,
        params={"rapprocher": rapprocher},
        filters=lists.late(rapprocher),
        columns={
            "Nom sur Pix": lambda card: card.name,
            "Participation": lambda card: card.about,
            "Proposition": lambda card: card.candidates[0].name if card.candidates else "",
            "Dossier": lambda card: card.candidates[0].about if card.candidates else "",
            "Pourquoi": lambda card: card.candidates[0].why if card.candidates else "",
            "À vérifier": lambda card: " · ".join(card.candidates[0].warnings) if card.candidates else "",
            "Propositions": lambda card: len(card.candidates),
        },
        total=result_routing.waiting_total(desk.read, streams),
        read=read,
        people=lambda card: [card.stream, *(one.stream for one in card.candidates)],
        narrow="choisissez un retard",
    )


@as_file(router, f"{BOARD}/a-transmettre")
def to_dispatch(desk: AtBoard, transmettre: str = "") -> ExportedList:
    """Returns the results to dispatch, each with its advisor, or who may take the dossier."""
    streams = of_band(desk, "dispatch-result", transmettre)
    return ExportedList(
        page="to-dispatch",
        name="a-transmettre",
        path=BOARD,
        params={"transmettre": transmettre},
        filters=lists.late(transmettre),
        columns={
            "Jeune": lambda row: row.name,
            "Résultat": lambda row: row.result,
            "Suivi par": lambda row: row.advisor,
            "Absence": lambda row: row.away,
            "Proposition": lambda row: row.proposed.name if row.proposed else "",
            "Pourquoi": lambda row: row.proposed.why if row.proposed else "",
        },
        total=result_routing.to_dispatch_total(desk.read, desk.refs, streams),
        read=lambda: dispatch.result_rows(
            desk, result_routing.to_dispatch(desk.read, MOST_ROWS, 0, desk.refs, streams)
        ),
        people=lambda row: [row.stream],
        narrow="choisissez un retard",
    )


@as_file(router, f"{BOARD}/transmis")
def dispatched(desk: AtBoard) -> ExportedList:
    """Returns the results dispatched this week, by advisor."""
    counts = dispatch.of_week(desk)
    return ExportedList(
        page="dispatched",
        name="transmis",
        path=BOARD,
        params={},
        filters=[],
        columns={
            "Transmis à": lambda row: staff_name(desk, row.dispatched_to),
            "Jeune": lambda row: row.name,
            "Transmis le": lambda row: row.dispatched_on,
            "Restitution tenue le": lambda row: row.debriefed_on,
        },
        total=sum(given for given, _ in counts.values()),
        read=lambda: dispatch.list_dispatched(desk, counts, MOST_ROWS),
        people=lambda row: [row.stream],
        narrow="prenez-la plus tôt dans la semaine",
    )
