"""The importer of places of a structure, with what its tables know; the exports of its partners."""

from collections.abc import Callable, Mapping, Set

from pixflow.place_import.export import ExportedPartner, inclusion_json, mediation_csv, own_source
from pixflow.place_import.importer import PlaceImporter
from pixflow.place_import.plan import KnownPartner, KnownPlace
from projections.territory import partners
from web.hosting.served_structure import ServedStructure


def importer_of(served: ServedStructure) -> PlaceImporter:
    """Returns an importer of the structure; it reads the tables up to the last event each time."""

    def known(sources: Set[str]) -> list[KnownPlace]:
        with served.read().database.connect() as connection:
            found = partners.places_of(connection, sorted(sources))
        return [KnownPlace(row.stream, row.source, row.place, row.digest, row.gone) for row in found]

    def listed() -> list[KnownPartner]:
        with served.read().database.connect() as connection:
            offers, opened = partners.offer_ids(connection), partners.open_offers(connection)
            return [
                KnownPartner(
                    row.stream,
                    partners.details_of(row),
                    frozenset(offers.get(row.stream, ())),
                    tuple(map(partners.terms_of, opened.get(row.stream, ()))),
                )
                for row in partners.listed(connection)
            ]

    return PlaceImporter(served.engine, served.opened.stream("catalogue"), known, listed)


EXPORTS: Mapping[str, Callable[..., bytes]] = {"csv": mediation_csv, "json": inclusion_json}
"""The export of each format: lieux de médiation numérique 1.0.2, and structures of data·inclusion v1."""


def export_of(served: ServedStructure, kind: str) -> bytes:
    """Returns the listed partners in a format of EXPORTS."""
    with served.read().database.connect() as connection:
        rows = partners.listed(connection)
    found = [ExportedPartner(row.stream, partners.details_of(row), row.confirmed) for row in rows]
    today = served.engine.references().calendar.local_day(served.engine.clock())
    return EXPORTS[kind](found, own_source(served.opened.stream("catalogue")), today)
