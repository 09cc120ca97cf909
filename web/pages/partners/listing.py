"""The list of partners, by commune, with its search and its filters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

from msgspec.structs import replace as with_changes

from pixflow.partners.state import freshness
from projections import partner_search, partners
from projections.partner_search import PartnerFilter
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.territory.contacts import READERS
from web.french.territory import files, hours
from web.french.territory import partners as french
from web.french.typography import phone, typeset
from web.http import filters
from web.http.filters import Chip, Facet, FilterMenu
from web.http.pagination import SIZE, Pager, address

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
class PartnerRow:
    """A partner of the list. `now` says if it is open."""

    stream: UUID
    name: str
    offers: Sequence[str]
    contact: str
    now: str
    confirmed: str
    late: bool
    to_review: bool


@dataclass(frozen=True, slots=True)
class Town:
    """A commune, the number of its partners that are found, and those of the page."""

    name: str
    count: int
    rows: Sequence[PartnerRow]


@dataclass(frozen=True, slots=True)
class PartnersFound:
    """A page of the partners found. `places` are all that the map draws: partners, or communes when `by_town`."""

    towns: Sequence[Town]
    menus: Sequence[FilterMenu]
    pager: Pager
    places: Sequence[Any]
    by_town: bool


def found(desk: Desk, status: str, text: str, wanted: Mapping[str, str], number: int) -> PartnersFound:
    """Returns a page of the partners of a status; `wanted` are the filters of the address."""
    asked = _asked(desk, status, text, wanted)
    kept = {"etat": "" if status == "listed" else status, "q": text}
    communes = partner_search.towns(desk.read, asked)
    counts = {row.town: row.count for row in communes}
    pager = Pager.at(sum(counts.values()), number, LIST, {**kept, **wanted})
    by_town = pager.total > MAPPED
    there = communes if by_town else partner_search.places(desk.read, asked)
    rows = partner_search.page(desk.read, asked, SIZE, pager.offset)
    offered = partners.open_offers(desk.read, [row.stream for row in rows])
    return PartnersFound(
        [
            Town(typeset(town) or NOWHERE, counts[town], [_row(desk, row, offered.get(row.stream, ())) for row in its])
            for town, its in groupby(rows, key=lambda row: row.town)
        ],
        _menus(desk, asked, wanted, kept),
        pager,
        there,
        by_town,
    )


def every(desk: Desk, status: str, text: str, wanted: Mapping[str, str]) -> Iterator[list[str | int]]:
    """Yields the partners found as rows of a table, under a row of titles. It names places, and nobody."""
    rows = partner_search.page(desk.read, _asked(desk, status, text, wanted), partner_search.ALL, 0)
    offered = partners.open_offers(desk.read)
    yield [
        "Nom", "Adresse", "Code postal", "Commune", "Téléphone", "Courriel", "Site web", "Offres", "Horaires",
        "Vérifié le",
    ]  # fmt: skip
    for row in rows:
        details = partners.details_of(row)
        labels = (partners.terms_of(offer).label for offer in offered.get(row.stream, ()))
        yield [
            details.name,
            ", ".join(filter(None, (details.address, details.complement))),
            details.postal_code,
            details.town,
            phone(details.phone) if details.phone else "",
            details.email,
            details.website,
            ", ".join(labels),
            "; ".join(hours.in_french(details.hours)),
            row.confirmed.isoformat() if row.confirmed else "",
        ]


def _asked(desk: Desk, status: str, text: str, wanted: Mapping[str, str]) -> PartnerFilter:
    asked = PartnerFilter(status, desk.today, text, wanted["genre"], wanted["label"], wanted["fraicheur"])
    return _at_hours(desk, asked, wanted["ouvert"]) if wanted["ouvert"] else asked


def _at_hours(desk: Desk, asked: PartnerFilter, opened: str) -> PartnerFilter:
    """Returns the question about the places that are open now, or about the others: each text of hours is read once."""
    now = desk.engine.clock()
    texts = tuple(text for text in partner_search.hours_of(desk.read, asked) if hours.is_open(text, now))
    return with_changes(asked, hours=texts, other_hours=opened == "non")


def _menus(desk: Desk, asked: PartnerFilter, wanted: Mapping[str, str], kept: Mapping[str, str]) -> list[FilterMenu]:
    """Returns the menus. Their numbers are left out when hours filter the list too, for no table knows the hour."""
    made: list[FilterMenu] = []
    for name, counted in partner_search.counts(desk.read, asked).items():
        facet = FACETS[name]
        rows = [SimpleNamespace(**{facet.name: value, "n": n}) for value, n in counted.items()]
        made += filters.menus(LIST, [facet], rows, {facet.name: wanted[facet.name]}, {**kept, **wanted})
    if wanted["ouvert"]:
        made = [filters.menu(one.label, [replace(chip, count=None) for chip in _chips(one)]) for one in made]
    return [*made, _hours_menu(wanted, kept)] if made or wanted["ouvert"] else []


def _chips(menu: FilterMenu) -> Sequence[Chip]:
    return [*([menu.on] if menu.on else []), *menu.others]


def _hours_menu(wanted: Mapping[str, str], kept: Mapping[str, str]) -> FilterMenu:
    chips = []
    for value, label in OPEN.items():
        on = value == wanted["ouvert"]
        chips.append(Chip(label, address(LIST, {**kept, **wanted, "ouvert": "" if on else value}), None, on))
    return filters.menu("Horaires", chips)


def _row(desk: Desk, row: Any, offers: Sequence[Any]) -> PartnerRow:
    return PartnerRow(
        row.stream,
        row.name,
        [partners.terms_of(offer).label for offer in offers],
        phone(row.phone) if row.phone else row.email,
        hours.now_in_french(row.hours, desk.engine.clock(), desk.zone),
        french.confirmed(row.confirmed, desk.today),
        freshness(row.confirmed, desk.today) in ("old", "unknown"),
        row.to_review,
    )
