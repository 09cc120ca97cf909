"""Protocole et grille: what the team has agreed, read as a page; earlier versions stay readable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.protocol.document import ProtocolDocument, in_force
from pixflow.protocol.grille import Grille
from pixflow.protocol.publishing import Draft
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import privacy
from web.french.protocol import drafts
from web.french.protocol import protocol as french
from web.http.pagination import address
from web.http.templates import page
from web.pages.privacy.retention_routes import VALIDATING
from web.pages.protocol.drafts import KINDS, Kind

router = APIRouter()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """One published document: its number, from 1, its first day, and whether it is the one of today."""

    number: int
    since: date
    document: T
    now: bool


@router.get("/protocole")
def read(
    request: Request, desk: AtDesk, protocole: int = 0, grille: int = 0, publie: str = "", ecarte: str = ""
) -> Response:
    """The protocol and the grid in force; `protocole` and `grille` name another version by its number.

    `publie` and `ecarte` name the document whose draft was just published or dropped.
    """
    protocols, grilles = versions(desk)
    protocol, grid = _chosen(protocols, protocole), _chosen(grilles, grille)
    context = {
        "structure": desk.refs.structure,
        "today": desk.today,
        "protocol": protocol,
        "grid": grid,
        "protocols": _links(protocols, "protocole", {"grille": str(grille or "")}),
        "grilles": _links(grilles, "grille", {"protocole": str(protocole or "")}),
        "owed": french.owed(protocol.document),
        "drafts": [_discussed(desk, kind) for kind in KINDS.values()],
        "told": _told({"grille": grilles, "protocole": protocols}, publie, ecarte, desk.today),
        "french": french,
        "rights": privacy,
        "sees_past": not desk.roles.isdisjoint(VALIDATING),
        "drafting": drafts,
    }
    return page(request, "protocol/page.html", context, block="protocol")


def _discussed(desk: Desk, kind: Kind) -> tuple[str, Draft[Any] | None, str, bool]:
    """A document, its draft under discussion, who proposed it, whether the person at the desk may propose one."""
    draft = kind.draft_of(desk)
    return kind.what, draft, names_for(desk).staff(draft.by) if draft else "", desk.may(kind.draft)


def _told(published: Mapping[str, Sequence[Version[Any]]], what: str, dropped: str, today: date) -> str:
    """What was just done with a draft, in a sentence; "" for nothing."""
    if dropped in published:
        return drafts.dropped(dropped)
    last = published[what][-1] if what in published else None
    return drafts.published(what, last.number, last.since, today) if last else ""


def versions(desk: Desk) -> tuple[list[Version[ProtocolDocument]], list[Version[Grille]]]:
    """Every protocol and every grid published, in order."""
    refs = desk.refs
    numbered = [(day, (number, document)) for number, (day, document) in enumerate(refs.protocols.published, 1)]
    now = in_force(numbered, desk.today)[0]
    protocols = [Version(number, day, document, number == now) for day, (number, document) in numbered]
    current = refs.grille(desk.today).number
    return protocols, [
        Version(one.number, day, one.document, one.number == current) for day, one in refs.grilles.published
    ]


def _chosen(published: Sequence[Version[T]], number: int) -> Version[T]:
    for version in published:
        if version.number == number or (not number and version.now):
            return version
    raise HTTPException(404)


def _links(published: Sequence[Version[T]], name: str, kept: dict[str, str]) -> list[tuple[Version[T], str]]:
    """The versions, the latest first, each with its address."""
    return [
        (one, address("/protocole", {**kept, name: "" if one.now else str(one.number)})) for one in reversed(published)
    ]
