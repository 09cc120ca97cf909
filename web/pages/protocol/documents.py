"""The two documents of the protocol: the decisions about their drafts, their versions, what they say, what changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from pixflow.documents.grille import Band, Grille, Proposal
from pixflow.documents.protocol import ProtocolDocument, in_force
from pixflow.identity import normalise
from pixflow.partners.listing import attach_name
from pixflow.protocol import drafting
from pixflow.protocol.comparison import band_changes
from pixflow.protocol.publishing import Draft, Grilles, Protocols
from projections import partners
from web.desk.desk import Desk
from web.desk.drafts import DocumentKind
from web.desk.territory.contacts import READERS
from web.french.protocol import differences
from web.french.protocol import protocol as french
from web.french.protocol.differences import Difference
from web.french.typography import say
from web.http.addresses import address
from web.pages.partners.listing import LIST
from web.pages.partners.names import NAMES

T = TypeVar("T", ProtocolDocument, Grille)
BASE = "/protocole/projet"
GRID = DocumentKind(
    "grille",
    "grille",
    {
        "draft": drafting.draft_grille,
        "endorse": drafting.endorse_grille,
        "drop": drafting.drop_grille_draft,
        "publish": drafting.publish_grille_draft,
        "withdraw": drafting.withdraw_grille_publication,
    },
)
PROTOCOL = DocumentKind(
    "protocole",
    "protocol",
    {
        "draft": drafting.draft_protocol,
        "endorse": drafting.endorse_protocol,
        "drop": drafting.drop_protocol_draft,
        "publish": drafting.publish_protocol_draft,
        "withdraw": drafting.withdraw_protocol_publication,
    },
)
KINDS = {kind.what: kind for kind in (GRID, PROTOCOL)}


def state_of(desk: Desk, kind: DocumentKind) -> Grilles | Protocols:
    return desk.refs.grilles if kind is GRID else desk.refs.protocols


def draft_of(desk: Desk, kind: DocumentKind) -> Draft[Any] | None:
    """Returns the draft under discussion."""
    return state_of(desk, kind).draft


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """One published document: its number, from 1, its first day, and True for the one in force."""

    number: int
    since: date
    document: T
    now: bool


def versions(desk: Desk, kind: DocumentKind) -> list[Version[Any]]:
    """Returns every published document, in order."""
    published = list(enumerate(state_of(desk, kind).published, 1))
    now = in_force([(since, number) for number, (since, _) in published], desk.today)
    return [Version(number, since, getattr(one, "document", one), number == now) for number, (since, one) in published]


def version_on(desk: Desk, kind: DocumentKind, day: date) -> Version[Any]:
    """Returns the document in force on a day."""
    return in_force([(one.since, one) for one in versions(desk, kind)], day)


# --- what they say


def whole_of(desk: Desk, kind: DocumentKind, document: Any) -> Any:
    """Returns a protocol or a grid in words."""
    return grid_text(desk, document) if kind is GRID else protocol_text(document)


def protocol_text(document: ProtocolDocument) -> dict[str, Any]:
    """Returns a protocol: its rules, its stages, its tasks with their delays, what follows them, the days of a link."""
    rules = (
        french.CONCERNED[document.concerned],
        "Il est obligatoire en CEJ." if document.cej_mandatory else "",
        say("Le test se passe {modalities}.", modalities=french.modalities(document)),
        french.workshops(document),
        french.ROUTES[document.result_route],
    )
    return {
        "rules": " ".join(filter(None, rules)),
        "stages": document.stages,
        "tasks": french.owed(document),
        "late": f"{french.tries(document.tries)} {french.escalation(document.escalation)}",
        "partners": french.partner_link(document.partner_link),
    }


BandText = tuple[Band, list[tuple[Proposal, str, str]]]
"""A band, and its proposals: each with the address of its partner, or "", and its conditions in words."""


def grid_text(desk: Desk, document: Grille) -> list[BandText]:
    """Returns the bands of a grid.

    An address leads to the partner, or to the names to attach; it is "" when this person reads neither.
    """
    named = {normalise(one.partner) for band in document.bands for one in band.proposals if one.partner}
    ids = partners.find_by_name(desk.read, sorted(named)) if desk.roles & READERS else {}
    links = {sort: f"{LIST}/{stream}" for sort, stream in ids.items()}
    if desk.may(attach_name):
        links = {sort: address(NAMES, {"nom": sort}) for sort in named} | links
    return [
        (band, [(one, links.get(normalise(one.partner or ""), ""), french.proposal(one)) for one in band.proposals])
        for band in document.bands
    ]


# --- what changes in them


def changes_of(kind: DocumentKind, before: Any, after: Any) -> Any:
    """Returns the differences between two protocols, or two grids."""
    return (grid_changes if kind is GRID else differences.protocol_changes)(before, after)


def grid_changes(before: Grille, after: Grille) -> dict[str, Any]:
    """Returns the differences between two grids: of the name, and of each band, its title and whether it goes."""
    return {
        "name": Difference("Nom de la grille", before.name, after.name) if before.name != after.name else None,
        "bands": [
            (differences.band_title(one), differences.band_lines(one), one.after is None)
            for one in band_changes(before, after)
        ],
    }
