"""The registers for everybody outside: checkpoints, hashes, the file that checks them, a witness. Nobody signs in.

Addresses and answers are those of tlog-tiles and tlog-witness (C2SP). No answer has a name or a content.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse

from pixflow.ledger.notes import base64
from pixflow.ledger.register import Register, RegisterClosed
from pixflow.ledger.verify import HASH, WIDTH
from pixflow.store import StoreError
from pixflow.structure_folder import utc_now
from web.french import register as french
from web.hosting import registers
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import sound
from web.http.people import NOBODY
from web.http.templates import Frame, show
from web.pages.audit.register import VERIFIER

router = APIRouter()
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
MOST_BYTES = 16_384
"""Bytes of what a witness is asked: a checkpoint and sixty-three hashes take 4,000."""
_TILE = re.compile(r"((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@router.get("/registre/verifier.py")
def verifier() -> Response:
    """Sends the file that checks a copy, alone."""
    headers = {"Content-Disposition": 'attachment; filename="verifier.py"', "Cache-Control": "no-cache"}
    return Response(VERIFIER, media_type="text/x-python; charset=utf-8", headers=headers)


@router.get("/registre/{register}/checkpoint")
@router.get("/registre/{register}/{epoch:int}/checkpoint")
def last_checkpoint(request: Request, register: str) -> Response:
    """Sends the last checkpoint of an epoch, the first one where the address names none."""
    with _find_register(request, register) as found:
        note = found.note(request.path_params.get("epoch", 1))
        return PlainTextResponse(note, headers={"Cache-Control": "no-cache"})


@router.get("/registre/{register}/tile/{level:int}/{path:path}")
@router.get("/registre/{register}/{epoch:int}/tile/{level:int}/{path:path}")
def tile(request: Request, register: str, level: int, path: str) -> Response:
    """Sends the hashes of a tile, whole or its first ones, as an epoch has them."""
    epoch = request.path_params.get("epoch", 1)
    named = _TILE.fullmatch(path)
    width = int(named[2] or WIDTH) if named else 0
    with _find_register(request, register) as found:
        hashes = found.tile(level, int(re.sub(r"\D", "", named[1])), epoch) if named else b""
        if not 0 < HASH * width <= len(hashes):
            raise LookupError(path)
        return Response(hashes[: HASH * width], media_type="application/octet-stream", headers=FOR_EVER)


@router.get("/registre/{register}/preuve/{position:int}-{size:int}/{root}")
def inclusion(request: Request, register: str, position: int, size: int, root: str) -> Response:
    """Sends the hashes that lead from a fact to the root of a size, a line each."""
    with _find_register(request, register) as found:
        path = found.inclusion(position, size, root)
        return PlainTextResponse("".join(f"{one.hex()}\n" for one in path), headers=FOR_EVER)


@router.get("/preuve")
def proof(request: Request) -> Response:
    """Shows the page that checks the code of a paper, in the browser: what stands after # is sent to nobody."""
    host = request.app.state.host
    request.state.frame = Frame(demo=host.demo)
    keys, unread = list[KeyOfProof](), bool(host.closed)
    for served in host.structures.values():
        try:
            keys += _keys(served)
        except (RegisterClosed, StoreError):
            unread = True
    return show(request, "audit/proof.html", None, NOBODY, keys=keys, unread=unread)


KeyOfProof = tuple[str, str, str, int | str, str]
"""A key of an epoch: its origin, public half and structure, the last size that it signs there, how it is told.

The size is 0 for none, "" while it signs.
"""


def _keys(served: ServedStructure) -> list[KeyOfProof]:
    """Returns each key of each epoch. Raises RegisterClosed, and StoreError without the zone of the structure."""
    register, keys = served.register, list[KeyOfProof]()
    epochs = [epoch for epoch, _ in register.checkpoints()] if register.epoch else []
    for signing_key, said in french.keys(register.known_keys(), served.refs.structure.zone):
        last, size = signing_key.key.until or (0, 0)
        for epoch in epochs:
            until = "" if epoch.number < last or not last else size if epoch.number == last else 0
            keys.append((epoch.origin, base64(signing_key.key.public), served.opened.id.hex, until, said))
    return keys


@contextmanager
def _find_register(request: Request, structure: str) -> Iterator[Register]:
    """Yields the register of a structure. Raises 404 for another one, and for what a register does not have."""
    try:
        served = request.app.state.host.at(UUID(hex=structure))
        if served is None or not served.register.epoch:
            raise LookupError(structure)
        yield served.register
    except (ValueError, LookupError, RegisterClosed):
        raise HTTPException(404) from None


async def _body(request: Request) -> str:
    """Returns what was sent, "" when it is too long or no text."""
    content = await request.body()
    try:
        return content.decode() if len(content) <= MOST_BYTES else ""
    except UnicodeDecodeError:
        return ""


@router.post("/temoin/add-checkpoint")
def add_checkpoint(request: Request, body: Annotated[str, Depends(_body)]) -> Response:
    """Cosigns a checkpoint that extends those before. Raises 404 where it is no witness, 503 where it cannot write."""
    witness = registers.witness_of(sound(), request.app.state.host.data)
    if witness is None:
        raise HTTPException(404)
    try:
        status, text = witness.add(body, utc_now())
    except OSError:
        raise HTTPException(503) from None
    kind = "text/x.tlog.size" if status == 409 else "text/plain"
    return Response(text, status, media_type=kind)
