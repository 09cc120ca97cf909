"""A small structure to break: one advisor and some dossiers, made through the engine."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from msgspec import Struct

from pixflow import presets, structure_folder
from pixflow.engine import Engine
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from tests.people import add_advisor, open_dossier

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
        advisor = add_advisor(opened.engine)
        ids = tuple(numbered_dossier(opened.engine, advisor) for _ in range(dossiers))
        return Mission(data, url, opened.slug, advisor, ids)


def numbered_dossier(engine: Engine, advisor: UUID) -> UUID:
    """A dossier more, with an i-Milo number of its own; its id."""
    number = uuid4()
    about = {"first_name": f"Aminata {number}", "imilo_number": f"{number.int % 10**9}"}
    return open_dossier(engine, advisor=advisor, **about)
