"""A small structure to break: one advisor and some dossiers, made through the engine."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from msgspec import Struct

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import identity
from pixflow.engine import Engine
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from pixflow.team import membership

SITE = "Mortagne"


class Mission(Struct, frozen=True):
    """A Mission locale: its place (`url` of PostgreSQL, or none), its team, its dossiers."""

    data: Path
    url: str
    slug: str
    advisor: UUID
    dossiers: tuple[UUID, ...]

    @contextmanager
    def opened(self) -> Iterator[OpenStructure]:
        """Opens the structure as another process does."""
        with ExitStack() as closed:
            database = closed.enter_context(closing(Database(self.url))) if self.url else None
            opened = structure_folder.open_one(self.data, self.slug, database=database)
            closed.callback(opened.engine.close)
            yield opened


def found(data: Path, url: str = "", dossiers: int = 4) -> Mission:
    """A new structure in a data folder and, when one is named, in a database; closed again."""
    with ExitStack() as closed:
        database = closed.enter_context(closing(Database(url))) if url else None
        preset = presets.load("laigle-mortagne")
        opened = structure_folder.create(
            data, demonstration=True, name="Ici", preset=preset, sites=(SITE,), database=database
        )
        closed.callback(opened.engine.close)
        advisor = uuid4()
        opened.engine.execute(
            {"staff": advisor},
            membership.add_member,
            by=Actor(OPERATOR),
            command_id=uuid4(),
            via="cli",
            name="Nadia Benali",
            email="nadia@exemple.fr",
            site=None,
            roles=("advisor",),
        )
        ids = tuple(open_dossier(opened.engine, advisor) for _ in range(dossiers))
        return Mission(data, url, opened.slug, advisor, ids)


def open_dossier(engine: Engine, advisor: UUID) -> UUID:
    """A dossier more, with an i-Milo number of its own; its id."""
    dossier = uuid4()
    engine.execute(
        {"dossier": dossier},
        identity.open_dossier,
        by=Actor(OPERATOR),
        command_id=uuid4(),
        via="cli",
        last_name="Diallo",
        first_name=f"Aminata {dossier}",
        birth_date=None,
        imilo_number=f"{dossier.int % 10**9}",
        site=SITE,
        advisor=advisor,
    )
    return dossier
