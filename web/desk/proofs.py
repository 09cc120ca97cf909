"""The proof on a paper: the line of the register, the proof of the fact that it tells, and its code as a QR."""

from dataclasses import replace
from uuid import UUID

from pixflow.store import UNOPENED
from projections import audit_trail
from web.desk.desk import Desk
from web.french import register as french
from web.hosting import registers
from web.http.papers import Paper


def with_proof(desk: Desk, paper: Paper, stream: UUID, version: int, origin: str, *, told: bool) -> Paper:
    """Returns a paper with its proof, once its own fact is recorded: `version` of `stream` is what it tells.

    The paper stays as it is where the register waits. `origin` is the public address of the pages. `told`: the paper
    says all that the fact says, so the proof may say it too.
    """
    opened, register = desk.served.opened, desk.served.register
    last = registers.follow(opened, register)
    if last is None:
        return paper
    position = dict(audit_trail.positions(desk.read, stream))[version]
    try:
        proof, code = registers.receipt(opened, register, last, stream, version, position, told=told)
    except (*registers.UNREAD, *UNOPENED):
        return paper
    line = f"{paper.issued} · {french.line(last.size, last.short)}"
    return replace(
        paper, issued=line, proof=f"{origin}/preuve#{code}", attached=[(f"fait-{position}.tlog-proof", proof)]
    )
