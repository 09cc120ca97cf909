"""Figures asked while another process records and shows: no number is short of those that are there."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, event, func, select

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision
from pixflow.dossier import identity
from pixflow.dossier.stages import orientation
from pixflow.protocol.publishing import publish_protocol
from pixflow.store.locks import FileLock
from pixflow.structure_folder import OpenStructure
from pixflow.team import membership
from projections.contract import folds
from projections.figures import refresh as refreshing
from projections.figures.entries import entries
from projections.figures.paths import paths
from projections.figures.refresh import complete, documents_of, refresh
from projections.store.catch_up import ReadSide
from tests.projections.conftest import Tables, everything

PERSON = {"last_name": "Diallo", "first_name": "Aminata", "birth_date": None, "imilo_number": None, "site": "Ici"}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenStructure]:
    made = structure_folder.create(tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici",))
    yield made
    made.engine.close()


@pytest.fixture
def two(opened: OpenStructure, tables: Tables, tmp_path: Path) -> tuple[ReadSide, ReadSide]:
    """Two processes on the same tables."""
    sides = [ReadSide(opened.engine, tables("same"), FileLock(tmp_path / "read.lock")) for _ in range(2)]
    for side in sides:
        side.catch_up()
    return sides[0], sides[1]


def record(
    opened: OpenStructure, streams: dict[str, UUID], decision: Decision[..., Any], by: str = OPERATOR, **sent: Any
) -> None:
    opened.engine.execute(streams, decision, by=Actor(by), command_id=uuid4(), via="cli", **sent)


def opened_dossier(opened: OpenStructure, advisor: UUID | None = None) -> UUID:
    dossier, by = uuid4(), str(advisor or OPERATOR)
    record(opened, {"dossier": dossier}, identity.open_dossier, by, **PERSON, advisor=advisor)
    return dossier


def test_a_question_counts_every_dossier_while_others_are_recorded(
    opened: OpenStructure, two: tuple[ReadSide, ReadSide]
) -> None:
    asking, recording = two
    today, advisor = opened.engine.today(), uuid4()
    joins: dict[str, Any] = {"name": "Nadia", "email": "nadia@example.org", "site": None, "roles": ("advisor",)}
    record(opened, {"staff": advisor}, membership.add_member, **joins)
    known = [opened_dossier(opened, advisor) for _ in range(15)]

    def go_on() -> None:
        for dossier in known:
            record(opened, {"dossier": dossier}, orientation.present_pix, str(advisor), occasion="welcome")
            recording.catch_up()

    recorder = Thread(target=go_on)
    recorder.start()
    short = 0
    while True:
        last = not recorder.is_alive()
        asking.catch_up()
        with complete(asking, today) as read:
            there = read.execute(select(func.count()).where(folds.c.kind == "dossier")).scalar_one()
            short += there != read.execute(select(func.count()).where(entries.c.indicator == "I18")).scalar_one()
        if last:
            break
    recorder.join()
    assert (short, there) == (0, 15)


@pytest.mark.parametrize("at_once", [1, 7])
def test_who_catches_up_meanwhile_waits_for_some_streams_only(
    played: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """The entries are made in many short transactions, and are those of a single one."""
    short, whole = ReadSide(played.engine, tables()), ReadSide(played.engine, tables())
    for side in (short, whole):
        side.catch_up()
    refresh(whole, played.engine.today())
    made: list[int] = []

    def count(connection: Connection) -> None:
        made.append(connection.execute(select(func.count()).select_from(paths)).scalar_one())

    monkeypatch.setattr(refreshing, "AT_ONCE", at_once)
    event.listen(short.database, "commit", count)
    refresh(short, played.engine.today())
    event.remove(short.database, "commit", count)
    assert max(after - before for before, after in pairwise(made)) == at_once
    assert everything(short) == everything(whole)


def test_a_process_that_is_behind_makes_no_entry_with_older_documents(
    opened: OpenStructure, two: tuple[ReadSide, ReadSide]
) -> None:
    behind, ahead = two
    opened_dossier(opened)
    today = opened.engine.today()
    for side in two:
        side.catch_up()
        refresh(side, today)
    document = replace(opened.engine.references().protocol(today), name="Autre")
    record(opened, {"protocol": opened.stream("protocol")}, publish_protocol, document=document, from_day=today)
    ahead.catch_up()
    refresh(ahead, today)
    refresh(behind, today)
    with ahead.database.connect() as read:
        made = read.execute(select(paths.c.basis)).scalars().all()
    assert made == [documents_of(ahead.refs, today)]
