"""The list of partners, by commune, with its filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from pixflow.open_data.place import Point
from pixflow.partners.freshness import freshness
from projections.territory import partners
from web.desk.desk import Desk
from web.french.territory import files, hours
from web.french.territory import partners as french
from web.french.typography import phone, typeset
from web.http import filters
from web.http.filters import Facet, FilterMenu

LIST = "/partenaires"
FACETS = (
    Facet("genre", "Offre", files.OFFER_KINDS, none="Sans offre"),
    Facet("label", "Programme", {}, none="Sans programme"),
    Facet("fraicheur", "Fiche", dict(french.FRESHNESS.items())),
    Facet("ouvert", "Horaires", {"oui": "Ouvert maintenant", "non": "Fermé ou inconnu"}),
)


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner of the list. `now` says if it is open, `teaches` if one of its offers does."""

    stream: UUID
    name: str
    town: str
    offers: Sequence[str]
    contact: str
    now: str
    confirmed: str
    late: bool
    to_review: bool
    point: Point | None
    teaches: bool


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    rows: Sequence[PartnerRow]


def towns(desk: Desk, status: str, wanted: Mapping[str, str]) -> tuple[list[Town], list[FilterMenu], int]:
    """Returns the partners of a status by commune, the menus of their filters, and their number before filters."""
    found = partners.listed(desk.read, status)
    offered = partners.open_offers(desk.read) if status == "listed" else {}
    told = [(row, _facts(desk, row, offered.get(row.stream, ()))) for row in found]
    counted = [fact for _, facts in told for fact in facts]
    kept = {"etat": "" if status == "listed" else status}
    menus = filters.menus(LIST, FACETS, counted, wanted, kept)
    shown = [_row(desk, row, offered.get(row.stream, ())) for row, facts in told if _fits(facts, wanted)]
    return [Town(name, list(rows)) for name, rows in groupby(shown, key=lambda row: row.town)], menus, len(found)


def _facts(desk: Desk, row: Any, offers: Sequence[Any]) -> list[Any]:
    """Returns one line of facets for each kind of offer and programme of a partner."""
    details = partners.details_of(row)
    kinds: list[str] = sorted({partners.terms_of(offer).kind for offer in offers}) or [""]
    fresh = freshness(row.confirmed, desk.today)
    opened = "oui" if hours.is_open(details.hours, desk.engine.clock()) else "non"
    labels = details.labels or ("",)
    pairs = [(kind, label) for kind in kinds for label in labels]
    return [SimpleNamespace(genre=kind, label=label, fraicheur=fresh, ouvert=opened, n=1) for kind, label in pairs]


def _fits(facts: Sequence[Any], wanted: Mapping[str, str]) -> bool:
    return any(filters.fits(one, wanted) for one in facts)


def _row(desk: Desk, row: Any, offers: Sequence[Any]) -> PartnerRow:
    details = partners.details_of(row)
    return PartnerRow(
        row.stream,
        row.name,
        typeset(row.town) or "Sans commune",
        [partners.terms_of(offer).label for offer in offers],
        phone(row.phone) if row.phone else row.email,
        hours.now_in_french(details.hours, desk.engine.clock(), desk.zone),
        french.confirmed(row.confirmed, desk.today),
        freshness(row.confirmed, desk.today) in ("old", "unknown"),
        row.to_review,
        details.point,
        any(partners.terms_of(offer).kind != "access" for offer in offers),
    )
