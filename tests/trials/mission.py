"""A small structure to break: one advisor and some dossiers, made through the engine."""

from pathlib import Path
from uuid import UUID, uuid4

from msgspec import Struct

from pixflow import presets, staff, structures
from pixflow.dossier import assignment
from pixflow.engine import Engine
from pixflow.people import OPERATOR, Actor

SITE = "Mortagne"


class Mission(Struct, frozen=True):
    """Where it is kept, who works there, whom they follow."""

    data: Path
    slug: str
    advisor: UUID
    dossiers: tuple[UUID, ...]

    def open(self) -> structures.Opened:
        return structures.open_one(self.data, self.slug)


def found(data: Path, dossiers: int = 4) -> Mission:
    """A new structure in a data folder, closed again."""
    opened = structures.create(data, name="Ici", preset=presets.load("laigle-mortagne"), sites=(SITE,))
    advisor = uuid4()
    opened.engine.execute(
        {"staff": advisor}, staff.add, by=Actor(OPERATOR), command_id=uuid4(), via="cli",
        name="Nadia Benali", email="nadia@exemple.fr", site=None, roles=("advisor",),
    )  # fmt: skip
    ids = tuple(open_dossier(opened.engine, advisor) for _ in range(dossiers))
    opened.engine.close()
    return Mission(data, opened.slug, advisor, ids)


def open_dossier(engine: Engine, advisor: UUID) -> UUID:
    """A dossier more, with an i-Milo number of its own; its id."""
    dossier = uuid4()
    engine.execute(
        {"dossier": dossier}, assignment.open_dossier, by=Actor(OPERATOR), command_id=uuid4(), via="cli",
        last_name="Diallo", first_name=f"Aminata {dossier}", birth_date=None, imilo_number=f"{dossier.int % 10**9}",
        site=SITE, advisor=advisor,
    )  # fmt: skip
    return dossier
