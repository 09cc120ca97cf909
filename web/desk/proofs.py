"""The proof on a paper: the line of the register, the proof of the fact that it tells, and its code as a QR."""

from dataclasses import replace
from uuid import UUID

from pixflow.ledger import notes
from pixflow.ledger.notes import base64
from pixflow.ledger.register import leaf_of
from pixflow.ledger.verify import checkpoint
from pixflow.store import UNOPENED
from projections import audit_trail
from web.desk.desk import Desk
from web.french import register as french
from web.hosting import registers
from web.http.papers import Paper


def with_proof(desk: Desk, paper: Paper, stream: UUID, version: int, origin: str, *, may_disclose: bool) -> Paper:
    """Returns a paper with its proof, once its own fact is recorded: `version` of `stream` is what it tells.

    The paper stays as it is where the register waits. `origin` is the public address of the pages. `may_disclose`: the
    paper says all that the fact says, so the proof may say it too.
    """
    register, engine = desk.served.register, desk.engine
    if registers.follow(desk.served.opened, register) is None:
        return paper
    position = dict(audit_trail.positions(desk.read, stream))[version]
    try:
        row = engine.recorder.rows(stream)[version - 1]
        shown = engine.mapper.disclosed(stream, row) if may_disclose else None
        note = register.note()  # another process may have signed a later one since
        last = checkpoint(note)
        path = register.inclusion(position, last.size, last.root[:10].hex())
    except (*registers.UNREAD, *UNOPENED):
        return paper
    extra = {"stream": stream.hex, "version": version, "topic": row[1], "state": base64(row[2])}
    extra |= {"salt": base64(shown[0]), "content": base64(shown[1])} if shown else {}
    proof = notes.proof(position - 1, path, note, extra)
    code = notes.code(position, leaf_of((stream, *row, position)), last)
    line = f"{paper.issued} · {french.line(last.size, last.short)}"
    return replace(
        paper, issued=line, proof=f"{origin}/preuve#{code}", attached=[(f"fait-{position}.tlog-proof", proof)]
    )
