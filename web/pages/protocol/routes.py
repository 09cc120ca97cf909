"""The protocol and the grid: the versions in force, and the earlier ones."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument
from pixflow.protocol.publishing import Draft
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.drafts import DocumentKind
from web.french import privacy
from web.french.events import details
from web.french.protocol import drafts as french
from web.http.addresses import Number, address
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.privacy.retention import VALIDATING
from web.pages.protocol.documents import (
    BASE,
    GRID,
    KINDS,
    PROTOCOL,
    T,
    Version,
    changes_of,
    draft_of,
    grid_text,
    protocol_text,
    versions,
)
from web.pages.protocol.drafts import earlier_drafts

router = APIRouter()


@router.get("/protocole")
def read(
    request: Request,
    desk: AtDesk,
    protocole: Number = 0,
    grille: Number = 0,
    publie: str = "",
    ecarte: str = "",
    compte: str = "",
) -> Response:
    """Shows the protocol and the grid in force; `protocole` and `grille` choose another version by its number.

    `publie` and `ecarte` name the document whose draft was just published or dropped, `compte` the one whose
    publication could not be taken back.
    """
    protocols: list[Version[ProtocolDocument]] = versions(desk, PROTOCOL)
    grids: list[Version[Grille]] = versions(desk, GRID)
    protocol, grid = _find_version(protocols, protocole), _find_version(grids, grille)
    published: dict[str, Sequence[Version[Any]]] = {"protocole": protocols, "grille": grids}
    return show(
        request,
        "protocol/page.html",
        "protocol",
        NOBODY,
        structure=desk.refs.structure.name,
        today=desk.today,
        receipt=_receipt(published, publie, ecarte, desk.today),
        withdraws=_withdraws(desk, published),
        published=publie,
        refused=french.NOT_WITHDRAWN if compte in KINDS else "",
        drafts=[row for kind in KINDS.values() if (row := _draft(desk, kind))],
        earlier=[(kind.what, one) for kind in KINDS.values() for one in earlier_drafts(desk, kind)],
        protocol=protocol,
        grid=grid,
        text=protocol_text(protocol.document),
        bands=grid_text(desk, grid.document),
        retention=[
            (label, privacy.months(getattr(protocol.document.retention, rule))) for rule, label in privacy.RULES.items()
        ],
        erasure=(details.ERASURE_DELAY, details.ERASURE_DELAYS[protocol.document.erasure]),
        reading=[(label, getattr(protocol.document.reading, name)) for name, label in details.READING.items()],
        sees_retention=not desk.roles.isdisjoint(VALIDATING),
        organisations=desk.refs.structure.organisations,
        versions=[
            ("Protocoles publiés", "protocole", protocol, _rows(protocols, "protocole", "grille", grille)),
            ("Grilles publiées", "grille", grid, _rows(grids, "grille", "protocole", protocole)),
        ],
        differences=[*_differences(desk, PROTOCOL, protocols, protocol), *_differences(desk, GRID, grids, grid)],
    )


def _draft(desk: Desk, kind: DocumentKind) -> tuple[str, Draft[Any] | None, str, str] | None:
    """Returns the draft of a document, its title and its endorsements, no draft where one may be proposed."""
    draft = draft_of(desk, kind)
    if draft is None:
        return (kind.what, None, "", "") if "draft" in kind.may(desk) else None
    return kind.what, draft, french.title(kind.what, draft.number), french.endorsements(len(draft.endorsed_by))


def _receipt(published: Mapping[str, Sequence[Version[Any]]], what: str, dropped: str, today: date) -> str:
    """Returns what was just done with a draft, in a sentence, "" for nothing."""
    if dropped in published:
        return french.dropped(dropped)
    last = published[what][-1] if what in published else None
    return french.published(what, last.number, last.since, today) if last else ""


def _withdraws(desk: Desk, published: Mapping[str, Sequence[Version[Any]]]) -> dict[str, int]:
    """Returns the last publication of each document that this person may take back: until its first day."""
    last = {what: versions[-1] for what, versions in published.items() if versions[-1].since > desk.today}
    return {what: version.number for what, version in last.items() if "withdraw" in KINDS[what].may(desk)}


def _find_version(published: Sequence[Version[T]], number: int) -> Version[T]:
    for version in published:
        if version.number == number or (not number and version.now):
            return version
    raise HTTPException(404)


def _rows(published: Sequence[Version[T]], name: str, other: str, number: int) -> list[tuple[Version[T], str]]:
    """Returns the versions with their addresses, the latest first; the `number` of the other document stays."""
    kept = {other: str(number or "")}
    return [
        (one, address("/protocole", {**kept, name: "" if one.now else str(one.number)})) for one in reversed(published)
    ]


def _differences(
    desk: Desk, kind: DocumentKind, published: Sequence[Version[T]], shown: Version[T]
) -> Iterator[tuple[str, str, str, Any]]:
    """Yields what a version that is not in force changes, before and after in the order of their first days.

    That is a title, the address of a draft that starts from the version, or "", the document, and its changes.
    """
    now = next(one for one in published if one.now)
    if shown.now:
        return
    first, last = (now, shown) if shown.since > now.since else (shown, now)
    title = french.from_version(kind.what, first.number, last.number)
    start = f"{BASE}/{kind.what}/modifier?depuis={shown.number}" if "draft" in kind.may(desk) else ""
    yield title, start, kind.what, changes_of(kind, first.document, last.document)
