"""Texts that a young person takes away, read without an account: nobody signs in or is named."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.resources.state import Resource, Revision
from projections.store.folds import fold_of
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.people import NOBODY
from web.http.templates import Frame, show
from web.pages.resources.files import download
from web.pages.resources.routes import public_address

router = APIRouter()


@router.get("/t/{structure}/ressources/{resource:uuid}/{number:int}")
def read(request: Request, structure: str, resource: UUID, number: int) -> Response:
    """Shows a text that a young person may take away, as it stood when it was given."""
    served, state, revision = _find_revision(request, structure, resource, number)
    request.state.frame = Frame(structure_name=served.refs.structure.name, demo=served.opened.demonstration)
    latest = state.current
    newer = latest if latest and latest.number != number and latest.document.audience == "young" else None
    return show(
        request,
        "resources/public.html",
        None,
        NOBODY,
        text=revision.document,
        address=public_address(structure, resource, number),
        newer=public_address(structure, resource, newer.number) if newer else "",
    )


@router.get("/t/{structure}/ressources/{resource:uuid}/{number:int}/fichiers/{digest}")
def read_file(request: Request, structure: str, resource: UUID, number: int, digest: str) -> Response:
    served, _, one = _find_revision(request, structure, resource, number)
    return download(request, served.engine.recorder.files, one.document.files, digest)


def _find_revision(
    request: Request, structure: str, resource: UUID, number: int
) -> tuple[ServedStructure, Resource, Revision]:
    """Returns a text for young people. Raises 404 for any other, and once the resource is withdrawn."""
    host: Host = request.app.state.host
    served = host.structures.get(structure)
    if served is None:
        raise HTTPException(404)
    with served.reading() as tables:
        state = fold_of(tables.connection, resource)
    if not isinstance(state, Resource) or not state.is_shown or not 1 <= number <= len(state.revisions):
        raise HTTPException(404)
    revision = state.revisions[number - 1]
    if revision.document.audience != "young":
        raise HTTPException(404)
    return served, state, revision
