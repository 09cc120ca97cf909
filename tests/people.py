"""Dossiers and members of staff, recorded by the engine of a structure: for tests that care for no more of them."""

from typing import Any
from uuid import UUID, uuid4

from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import identity
from pixflow.engine import CommandResult, Engine
from pixflow.team import membership


def add_advisor(engine: Engine, name: str = "Nadia Benali", email: str = "nadia@exemple.fr") -> UUID:
    """Returns the id of an advisor of the whole structure."""
    advisor = uuid4()
    about: dict[str, Any] = {"name": name, "email": email, "site": None, "roles": ("advisor",)}
    _record(engine, {"staff": advisor}, membership.add_member, OPERATOR, about)
    return advisor


def open_dossier(engine: Engine, last: str = "Diallo", by: str = OPERATOR, **about: Any) -> UUID:
    """Returns the id of a dossier of nobody, on the first site, unless `about` says more."""
    return open_one(engine, last, by, **about).recorded[0].originator_id


def open_one(engine: Engine, last: str = "Diallo", by: str = OPERATOR, **about: Any) -> CommandResult:
    """Opens a dossier. Returns what the command recorded."""
    site = engine.references().structure.sites[0]
    plain = {"first_name": "Aminata", "birth_date": None, "imilo_number": None, "site": site, "advisor": None}
    return _record(engine, {"dossier": uuid4()}, identity.open_dossier, by, {"last_name": last, **plain, **about})


def _record(engine: Engine, stream: dict[str, UUID], decide: Any, by: str, sent: dict[str, Any]) -> CommandResult:
    via: Any = "cli" if by == OPERATOR else "web"
    return engine.execute(stream, decide, by=Actor(by), command_id=uuid4(), via=via, **sent)
