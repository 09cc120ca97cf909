"""A stream that is kept equals the stored one, whoever writes meanwhile, and whatever is deleted by force."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.identity import open_dossier, state_project
from pixflow.engine import Engine
from pixflow.structure_folder import OpenStructure
from pixflow.unit_of_work import fold_stream

BY = Actor(OPERATOR)
Act = Literal["here", "elsewhere", "look"] | int
"""A project stated by this process or by another one, a look by both, or the last version that is left."""


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpenStructure, OpenStructure]]:
    """One structure, opened by two processes."""
    data, at = tmp_path_factory.mktemp("data"), datetime(2026, 9, 15, 9, tzinfo=UTC)
    preset = presets.load("laigle-mortagne")
    one = structure_folder.create(data, name="Mission locale", preset=preset, sites=("L'Aigle",), clock=lambda: at)
    other = structure_folder.open_one(data, one.slug, clock=lambda: at)
    yield one, other
    one.engine.close()
    other.engine.close()


def delete_after(opened: OpenStructure, stream: UUID, version: int) -> None:
    with closing(sqlite3.connect(opened.folder / "events.db")) as database, database:
        trigger = database.execute("SELECT sql FROM sqlite_master WHERE name = 'stored_events_delete'").fetchone()
        database.execute("DROP TRIGGER stored_events_delete")
        gone = (stream.hex, version)
        database.execute("DELETE FROM stored_events WHERE originator_id = ? AND originator_version > ?", gone)
        database.execute(trigger[0])


def equals_the_store(engine: Engine, stream: UUID) -> bool:
    return bool(engine.state("dossier", stream) == fold_stream("dossier", engine.history(stream)).state)


@given(st.lists(st.sampled_from(["here", "elsewhere", "look"]) | st.integers(1, 4), max_size=12))
@example(["here", "here", 1, "elsewhere", "elsewhere"])
@example(["here", "elsewhere", "look", 2, "here", "elsewhere", "elsewhere"])
def test_a_kept_stream_equals_the_stored_one(
    processes: tuple[OpenStructure, OpenStructure], acts: Sequence[Act]
) -> None:
    here, elsewhere = processes
    stream = uuid4()
    person: dict[str, Any] = {
        "last_name": "Martin",
        "first_name": "Léa",
        "birth_date": None,
        "imilo_number": None,
        "site": "L'Aigle",
    }
    here.engine.execute({"dossier": stream}, open_dossier, by=BY, command_id=uuid4(), **person)
    for number, act in enumerate(acts):
        if isinstance(act, int):
            delete_after(here, stream, act)
        elif act == "look":
            assert all(equals_the_store(one.engine, stream) for one in processes)
        else:
            engine = (here if act == "here" else elsewhere).engine
            engine.execute({"dossier": stream}, state_project, by=BY, command_id=uuid4(), project=f"Projet {number}")
            assert equals_the_store(engine, stream)
    assert all(equals_the_store(one.engine, stream) for one in processes)
