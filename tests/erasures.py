"""An erasure as two people make it: a référent requests it, the operator confirms it."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import identity
from pixflow.dossier.privacy import Reason, request_erasure
from pixflow.participation import matches
from pixflow.structure_folder import OpenStructure
from pixflow.team.membership import add_member
from pixflow.unit_of_work import Step


def request(opened: OpenStructure, dossier: UUID, reason: Reason = "request") -> str:
    """Records the request of a référent whom the structure gets for it. Returns the page that the operator reads."""
    member = uuid5(opened.id, "asks")
    if member not in opened.engine.references().team:
        said: dict[str, Any] = {
            "name": "Inès Demande",
            "email": "demande@example.org",
            "site": None,
            "roles": ("referent",),
        }
        opened.engine.execute({"staff": member}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **said)
    by = Actor(str(member))
    opened.engine.execute({"dossier": dossier}, request_erasure, by=by, command_id=uuid4(), reason=reason)
    return page(opened, dossier, Actor(OPERATOR))


def erase(opened: OpenStructure, dossier: UUID) -> None:
    """Requests the erasure, and confirms it."""
    request(opened, dossier)
    confirm(opened, dossier, Actor(OPERATOR))


def page(opened: OpenStructure, dossier: UUID, by: Actor) -> str:
    """Returns the token of the page that somebody reads before they confirm."""
    return erasing.page_token(opened.engine, erasing.scope(opened, dossier), by)


def confirm(opened: OpenStructure, dossier: UUID, by: Actor) -> None:
    """Confirms the erasure that somebody else requested: the operator's destroys the keys at once."""
    erasing.erase(opened, dossier, page(opened, dossier, by), by=by, command_id=uuid4())


def asked(opened: OpenStructure, dossier: UUID) -> int:
    """Returns the version of the request that waits for an answer, 0 for none."""
    erasure = opened.engine.state("dossier", dossier).erasure
    return erasure.stamp.version if erasure else 0


def merge(opened: OpenStructure, duplicate: UUID, into: UUID, by: Actor) -> None:
    """Merges a duplicate, as the page does."""
    engine = opened.engine
    other, history = engine.state("dossier", duplicate), engine.history(duplicate)
    joins = {"into": into, "gives_number": False, "version": other.version}
    taken = {"other": other, "duplicate": duplicate, "duplicate_history": history}
    moved = (
        Step({"participation": one}, matches.move_match, {"dossier": into}) for one in other.diagnostic.participations
    )
    steps = [
        Step({"dossier": duplicate}, identity.merge_dossier, joins),
        Step({"dossier": into}, identity.take_over_duplicate, context=taken),
        *moved,
    ]
    engine.execute_all(steps, "merge", by=by, command_id=uuid4(), via="web")


def part(opened: OpenStructure, duplicate: UUID, by: Actor) -> None:
    """Undoes a merge, as the page does."""
    engine = opened.engine
    merge = engine.state("dossier", duplicate).merged
    command = next(r.command for r in engine.history(duplicate) if r.originator_version == merge.stamp.version)
    said = {"reason": "deux personnes"}
    steps = [
        *(Step({"participation": one}, matches.undo_match_move, said) for one in merge.participations),
        Step({"dossier": merge.into}, identity.undo_take_over, said, {"command": command}),
        Step({"dossier": duplicate}, identity.undo_merge, said),
    ]
    engine.execute_all(steps, "part", by=by, command_id=uuid4(), via="web")
