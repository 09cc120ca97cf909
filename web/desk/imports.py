"""Files on their way in: they wait under a token, are previewed with what somebody chose of them, then recorded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import HTTPException, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator
from sqlalchemy import Connection
from starlette.datastructures import UploadFile

from pixflow.place_import.export import ExportedPartner, inclusion_json, mediation_csv, own_source
from pixflow.place_import.importer import PlaceImporter
from pixflow.place_import.plan import KnownPartner, KnownPlace
from pixflow.portfolio_import.importer import PortfolioImporter
from pixflow.refused import Refused
from pixflow.result_import import Importer
from pixflow.structure_folder import utc_now
from pixflow.uploads import Uploads
from projections import directory, match_proposals, partners, result_routing
from web.desk.desk import Desk
from web.hosting.served_structure import ServedStructure
from web.http.addresses import whole_number

P = ParamSpec("P")
T = TypeVar("T")
NOT_VALID = "Cette page n’est plus valable : vérifiez vos choix, puis enregistrez à nouveau."
LONGEST_NAME = 200
HIGHEST = 9_999_999
"""The last line of a file, and the last page of a list."""

Rank = Annotated[int, AfterValidator(lambda number: number if 0 < number <= HIGHEST else 1)]
"""The page of a list in a preview: the first one for a number that is none."""
Position = Annotated[int | None, AfterValidator(lambda number: number if number and 0 < number <= HIGHEST else None)]
"""The position of a sheet, None for a number that is none."""
Lines = Annotated[tuple[int, ...], AfterValidator(lambda numbers: tuple(one for one in numbers if 0 < one <= HIGHEST))]
"""Lines of a file that are ticked."""


def uploads_of(desk: Desk) -> Uploads:
    """Returns the files that wait, without those that have waited an hour."""
    uploads = Uploads(desk.served.opened.folder / "uploads")
    uploads.sweep(utc_now())
    return uploads


def sent_file(data: Mapping[str, Any], field: str) -> tuple[bytes, str] | None:
    """Returns content and name of the file of a form, None when none was chosen."""
    file = data.get(field)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    with file.file:
        return file.file.read(), file.filename[:LONGEST_NAME]


def cancel(desk: Desk, token: str, start: str) -> Response:
    """Deletes a file of which nothing was recorded, and leads to the choice of another one. Raises 404."""
    try:
        uploads_of(desk).discard(token)
    except Refused:
        raise HTTPException(404) from None
    return RedirectResponse(start, 303)


def pairs(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yields the choices written `number:code`, as number and code. Leaves out what no page wrote."""
    for text in texts:
        before, _, code = text.partition(":")
        if (number := whole_number(before)) and number <= HIGHEST:
            yield number, code


# --- the importers of a structure: each reads the tables up to the last event each time


def _asks(served: ServedStructure, question: Callable[Concatenate[Connection, P], T]) -> Callable[P, T]:
    def ask(*asked: P.args, **named: P.kwargs) -> T:
        with served.read().database.connect() as connection:
            return question(connection, *asked, **named)

    return ask


def portfolio_importer(served: ServedStructure) -> PortfolioImporter:
    """Returns the importer of portfolios."""
    everyone, waiting = _asks(served, directory.everyone), _asks(served, match_proposals.waiting_with_numbers)
    return PortfolioImporter(served.engine, served.opened.stream("structure"), everyone, waiting)


def result_importer(served: ServedStructure) -> Importer:
    """Returns the importer of exports of Pix Orga."""
    return Importer(served.engine, served.opened.stream("structure"), _asks(served, result_routing.list_participations))


def place_importer(served: ServedStructure) -> PlaceImporter:
    """Returns the importer of places."""

    def read_places(connection: Connection, sources: Set[str]) -> list[KnownPlace]:
        rows = partners.places_of(connection, sorted(sources))
        return [KnownPlace(row.stream, row.source, row.place, row.digest, row.gone) for row in rows]

    def listed(connection: Connection) -> list[KnownPartner]:
        offers, opened = partners.every_offer(connection), partners.open_offers(connection)
        return [
            KnownPartner(
                row.stream,
                partners.details_of(row),
                frozenset(one.offer for one in offers.get(row.stream, ())),
                tuple(map(partners.terms_of, opened.get(row.stream, ()))),
            )
            for row in partners.listed(connection)
        ]

    catalogue = served.opened.stream("catalogue")
    return PlaceImporter(served.engine, catalogue, _asks(served, read_places), _asks(served, listed))


EXPORTS: Mapping[str, Callable[..., bytes]] = {"csv": mediation_csv, "json": inclusion_json}
"""The export of each format: lieux de médiation numérique 1.0.2, and structures of data·inclusion v1."""


def export_places(served: ServedStructure, kind: str) -> bytes:
    """Returns the listed partners in a format of EXPORTS."""
    rows = _asks(served, partners.listed)()
    listed = [ExportedPartner(row.stream, partners.details_of(row), row.confirmed) for row in rows]
    today = served.engine.references().calendar.local_day(served.engine.clock())
    return EXPORTS[kind](listed, own_source(served.opened.stream("catalogue")), today)
