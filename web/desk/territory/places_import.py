"""The importer of places of a structure, with what its tables know."""

from collections.abc import Set

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
