"""Texts that a young person takes away, read without an account: nobody signs in or is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from markupsafe import Markup

from pixflow.documents.resource import FileNote
from pixflow.resources.state import Resource, Revision
from projections.store.folds import fold_of
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.people import NOBODY
from web.http.templates import Frame, Page, page
from web.pages.resources import markdown
from web.pages.resources.article import public_address
from web.pages.resources.files import download

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class PublicPage(Page):
    """One text; `newer` is the address of the latest one when this one was replaced, "" otherwise."""

    template = "resources/public.html"
    shows = NOBODY

    title: str
    body: Markup
    links: Sequence[str]
    files: Sequence[FileNote]
    address: str
    newer: str


@router.get("/t/{structure}/ressources/{resource:uuid}/{number:int}")
def read(request: Request, structure: str, resource: UUID, number: int) -> Response:
    """Shows a text that a young person may take away, as it stood when it was given."""
    served, state, one = _found(request, structure, resource, number)
    request.state.frame = Frame(structure_name=served.refs.structure.name, demo=served.opened.demonstration)
    latest = state.current
    newer = latest and latest.number != number and latest.document.audience == "young"
    shown = PublicPage(
        title=one.document.title,
        body=markdown.html(one.document.body),
        links=one.document.links,
        files=one.document.files,
        address=public_address(structure, resource, number),
        newer=public_address(structure, resource, latest.number) if newer and latest else "",
    )
    return page(request, shown)


@router.get("/t/{structure}/ressources/{resource:uuid}/{number:int}/fichiers/{digest}")
def read_file(request: Request, structure: str, resource: UUID, number: int, digest: str) -> Response:
    served, _, one = _found(request, structure, resource, number)
    return download(request, served.engine.recorder.files, one.document.files, digest)


def _found(request: Request, structure: str, resource: UUID, number: int) -> tuple[ServedStructure, Resource, Revision]:
    """Returns a text for young people. Raises 404 for any other, and once the resource is withdrawn."""
    host: Host = request.app.state.host
    served = host.structures.get(structure)
    if served is None:
        raise HTTPException(404)
    with served.reading() as tables:
        state = fold_of(tables.connection, resource)
    if not isinstance(state, Resource) or not state.is_shown or not 1 <= number <= len(state.revisions):
        raise HTTPException(404)
    one = state.revisions[number - 1]
    if one.document.audience != "young":
        raise HTTPException(404)
    return served, state, one
