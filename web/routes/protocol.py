"""Protocole et grille: what the team has agreed, read as a page; earlier versions stay readable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.grille import Grille
from pixflow.protocol import ProtocolDocument, in_force
from web.dependencies import AtDesk, Desk
from web.french import protocol as french
from web.pages import page
from web.paging import address

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
def read(request: Request, desk: AtDesk, protocole: int = 0, grille: int = 0) -> Response:
    """The protocol and the grid in force; `protocole` and `grille` name another version by its number."""
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
        "french": french,
    }
    return page(request, "protocol.html", context, block="protocol")


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
