"""Registre: the last checkpoint, who outside holds one, its epochs; what an auditor takes away to check alone."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from pixflow import inspection
from pixflow.events.values import Role
from pixflow.ledger import verify
from pixflow.ledger.register import Register, RegisterClosed
from pixflow.ledger.verify import Unreadable, checkpoint
from pixflow.store.recorders import digest_of
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.imports import sent_file
from web.desk.names import names_for
from web.french import dates
from web.french import register as french
from web.hosting import registers
from web.http.forms import UploadData, text_of
from web.http.people import IDS, NOBODY, note
from web.http.templates import show

router = APIRouter()
READERS: tuple[Role, ...] = ("auditor", "manager")
AtRegister = Annotated[Desk, allowed(*READERS)]
VERIFIER = Path(verify.__file__).read_bytes()


@router.get("/registre")
def read(request: Request, desk: AtRegister) -> Response:
    """Shows the register, and what an auditor takes away."""
    return _page(request, desk)


@router.get("/registre/entrees")
def entries(request: Request, desk: AtRegister) -> Response:
    """Sends the entries of all facts: ids and digests, 64 bytes each, no content."""
    note(request, IDS)
    return StreamingResponse(
        registers.entries(desk.served.opened),
        media_type="application/octet-stream",
        headers={"Content-Disposition": 'attachment; filename="entrees.bin"'},
    )


@router.post("/registre/preuve")
def prove(request: Request, desk: AtRegister, data: UploadData) -> Response:
    """Sends the proof that the register extends what somebody holds: a text that was pasted, or a file."""
    typed = text_of(data, "detenu").strip()
    content, name = sent_file(data, "fichier") or (typed.encode(), "")
    try:
        if not content:
            raise Unreadable(french.NOTHING_GIVEN)
        proof = registers.proof_since(desk.served.register, verify.read(name, content))
    except Unreadable as error:
        return _page(request, desk, problem=french.NOT_EXTENDED.format(why=error), held=typed)
    except RegisterClosed:
        return _page(request, desk, problem=french.NO_REGISTER, held=typed)
    note(request, NOBODY)
    return PlainTextResponse(proof, headers={"Content-Disposition": 'attachment; filename="preuve.txt"'})


def _page(request: Request, desk: Desk, problem: str = "", held: str = "") -> Response:
    register = desk.served.register
    try:
        description = _describe_register(desk, register) if register.epoch else None
    except (RegisterClosed, LookupError, Unreadable):
        description = None
    return show(
        request, "audit/register.html", "register", NOBODY, status=422 if problem else 200,
        found=description, lost=description is None and desk.refs.structure.register > 0, problem=problem, held=held,
        digest=digest_of(VERIFIER),
    )  # fmt: skip


def _describe_register(desk: Desk, register: Register) -> dict[str, Any]:
    """Returns the last checkpoint, its key, who holds one, the epochs, and the last comparison, in words."""
    text = register.note()
    last = checkpoint(text)
    names, keys = names_for(desk), list(french.keys(register.known_keys(), desk.zone))
    engine = desk.engine
    last_pass = inspection.read(desk.served.opened.folder, engine.head())
    return {
        "note": text,
        "size": last.size,
        "short": last.short,
        "signers": [(one.key.text, said, one.note) for one, said in reversed(keys)],
        "lag": engine.head() - last.size,
        "holders": [
            (names.staff(one.holder) if _is_id(one.holder) else french.WITNESS.format(name=one.holder), one.size,
             dates.instant(one.at, desk.zone))
            for one in register.holders()
        ],
        "epochs": [
            (epoch.number, signed.size, french.epoch(epoch.number, epoch.kept, dates.instant(epoch.began, desk.zone)))
            for epoch, signed in register.checkpoints()
        ],
        "compared": french.phrase_check(
            desk.refs.calendar.local_day(last_pass.ended or last_pass.began),
            last_pass.reached or last_pass.head,
            [one.position for one in last_pass.faults if one.code == "register"],
        )
        if last_pass
        else "",
    }  # fmt: skip


def _is_id(holder: str) -> bool:
    try:
        return bool(UUID(holder))
    except ValueError:
        return False
