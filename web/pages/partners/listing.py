"""The list of partners, by commune, with its search and its filters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from types import SimpleNamespace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from msgspec.structs import replace as with_changes

from pixflow.events.values import PartnerDetails
from pixflow.partners.state import freshness
from projections import partner_search, partners
from projections.partner_search import PartnerFilter
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.exports import MOST_ROWS, ExportedList, Value, in_words
from web.desk.territory.contacts import READERS
from web.french import lists
from web.french.territory import files, hours
from web.french.territory import partners as french
from web.french.typography import phone, typeset
from web.http import filters
from web.http.addresses import SIZE, Pager, address
from web.http.filters import Chip, Facet, FilterMenu

LIST = "/partenaires"
AtPartners = Annotated[Desk, allowed(*READERS)]
"""The desk of somebody who reads partners."""
FACETS = {
    "kind": Facet("genre", "Offre", files.OFFER_KINDS, none="Sans offre"),
    "label": Facet("label", "Programme", {}, none="Sans programme"),
    "freshness": Facet("fraicheur", "Fiche", dict(french.FRESHNESS.items())),
}
OPEN = {"oui": "Ouvert maintenant", "non": "Fermé ou inconnu"}
NOWHERE = "Sans commune"
MAPPED = 500
"""Places that the map draws one by one; of more, it draws their communes."""


@dataclass(frozen=True, slots=True)
class PartnerSearch:
    """The parameters of the list: a status, a search, and filters."""

    etat: Literal["listed", "suggested", "delisted"] = "listed"
    q: Annotated[str, Query(max_length=200)] = ""
    genre: str = ""
    label: str = ""
    fraicheur: str = ""
    ouvert: Literal["", "oui", "non"] = ""

    @property
    def params(self) -> dict[str, str]:
        return asdict(self) | {"etat": "" if self.etat == "listed" else self.etat, "q": self.q.strip()}


@dataclass(frozen=True, slots=True)
class PartnersFound:
    """A page of the partners found. `places` are all that the map draws: partners, or communes when `by_town`.

    Each of `towns` is the name of a commune, the number of its partners that are found, and those of the page.
    """

    towns: Sequence[tuple[str, int, Sequence[Mapping[str, Any]]]]
    menus: Sequence[FilterMenu]
    pager: Pager
    places: Sequence[Any]
    by_town: bool


def find_partners(desk: Desk, search: PartnerSearch, number: int) -> PartnersFound:
    """Returns a page of the partners found."""
    partner_filter = _read_filter(desk, search)
    communes = partner_search.towns(desk.read, partner_filter)
    counts = {row.town: row.count for row in communes}
    pager = Pager.at(sum(counts.values()), number, LIST, search.params)
    by_town = pager.total > MAPPED
    there = communes if by_town else partner_search.places(desk.read, partner_filter)
    rows = _rows(desk, partner_search.page(desk.read, partner_filter, SIZE, pager.offset))
    return PartnersFound(
        [
            (typeset(town) or NOWHERE, counts[town], list(its))
            for town, its in groupby(rows, key=lambda row: row["town"])
        ],
        _menus(desk, partner_filter, search.params),
        pager,
        there,
        by_town,
    )


EXPORTED: Mapping[str, Callable[[tuple[PartnerDetails, Sequence[Any], Any]], Value]] = {
    "Nom": lambda row: row[0].name,
    "Adresse": lambda row: ", ".join(filter(None, (row[0].address, row[0].complement))),
    "Code postal": lambda row: row[0].postal_code,
    "Commune": lambda row: row[0].town,
    "Téléphone": lambda row: phone(row[0].phone) if row[0].phone else "",
    "Courriel": lambda row: row[0].email,
    "Site web": lambda row: row[0].website,
    "Offres": lambda row: ", ".join(partners.terms_of(offer).label for offer in row[1]),
    "Horaires": lambda row: "; ".join(hours.in_french(row[0].hours)),
    "Vérifié le": lambda row: row[2].checked,
}
"""The columns of its file: of the details of a partner, its offers and its row."""


def exported(desk: Desk, search: PartnerSearch) -> ExportedList:
    """Returns all the partners found, as a file."""
    partner_filter = _read_filter(desk, search)

    def read() -> Iterator[tuple[PartnerDetails, Sequence[Any], Any]]:
        offered = partners.open_offers(desk.read)
        for row in partner_search.page(desk.read, partner_filter, MOST_ROWS, 0):
            yield partners.details_of(row), offered.get(row.stream, ()), row

    return ExportedList(
        page="partners",
        name="partenaires",
        path=LIST,
        params=search.params,
        filters=[
            french.STATUSES[search.etat],
            *([lists.filter_of("Recherche", search.q)] if search.q else []),
            *in_words(_menus(desk, partner_filter, search.params)),
        ],
        columns=EXPORTED,
        total=sum(row.count for row in partner_search.towns(desk.read, partner_filter)),
        read=read,
        narrow="cherchez une commune, ou choisissez une offre",
    )


def _read_filter(desk: Desk, search: PartnerSearch) -> PartnerFilter:
    """Returns the question about partners. Each text of hours is read once, to know which places are open now."""
    partner_filter = PartnerFilter(
        search.etat, desk.today, search.q.strip(), search.genre, search.label, search.fraicheur
    )
    if not search.ouvert or desk.is_past:
        return partner_filter
    now = desk.engine.clock()
    texts = tuple(text for text in partner_search.hours_of(desk.read, partner_filter) if hours.is_open(text, now))
    return with_changes(partner_filter, hours=texts, other_hours=search.ouvert == "non")


def _menus(desk: Desk, partner_filter: PartnerFilter, params: Mapping[str, str]) -> list[FilterMenu]:
    """Returns the menus. Their numbers are left out when hours filter the list too, for no table knows the hour."""
    made: list[FilterMenu] = []
    for name, counted in partner_search.counts(desk.read, partner_filter).items():
        facet = FACETS[name]
        rows = [SimpleNamespace(**{facet.name: value, "n": n}) for value, n in counted.items()]
        made += filters.menus(LIST, [facet], rows, {facet.name: params[facet.name]}, params)
    opened = params["ouvert"]
    if desk.is_past:
        return made
    if opened:
        made = [
            filters.menu(one.label, [replace(chip, count=None) for chip in (one.on, *one.others) if chip])
            for one in made
        ]
    elif not made:
        return []
    ways = ((label, "" if value == opened else value, value == opened) for value, label in OPEN.items())
    chips = [Chip(label, address(LIST, {**params, "ouvert": way}), None, on) for label, way, on in ways]
    return [*made, filters.menu("Horaires", chips)]


def rows_of(desk: Desk, streams: Sequence[UUID]) -> list[dict[str, Any]]:
    """Returns the rows of these partners, as the list has them, by commune and name."""
    return _rows(desk, partner_search.of_streams(desk.read, streams)) if streams else []


def _rows(desk: Desk, rows: Sequence[Any]) -> list[dict[str, Any]]:
    offered = partners.open_offers(desk.read, [row.stream for row in rows])
    return [
        {
            "town": row.town,
            "stream": row.stream,
            "name": row.name,
            "offers": [partners.terms_of(offer).label for offer in offered.get(row.stream, ())],
            "contact": phone(row.phone) if row.phone else row.email,
            "now": "" if desk.is_past else hours.now_in_french(row.hours, desk.now, desk.zone),
            "confirmed": french.confirmed(row.confirmed, row.checked, desk.today),
            "late": freshness(row.confirmed, desk.today) in ("old", "unknown"),
            "to_review": row.to_review,
        }
        for row in rows
    ]
