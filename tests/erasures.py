"""An erasure as two people make it: a référent requests it, the operator confirms it."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.privacy.erasure import Reason, request_erasure
from pixflow.structure_folder import OpenStructure
from pixflow.team.membership import add_member


def request(opened: OpenStructure, dossier: UUID, reason: Reason = "request") -> None:
    """Records the request of a référent whom the structure gets for it."""
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


def erase(opened: OpenStructure, dossier: UUID) -> None:
    """Requests the erasure, and confirms it."""
    request(opened, dossier)
    erasing.erase(opened, dossier, by=Actor(OPERATOR), command_id=uuid4())
