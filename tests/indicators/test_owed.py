"""I19: the tasks that dossiers owe, but for those of a dossier that counts nowhere."""

from uuid import UUID

from sqlalchemy import select

from pixflow.dossier.follow_up import close_dossier
from pixflow.structure_folder import OpenStructure
from projections import advisor_queue
from projections.figures.lists import lines
from projections.figures.refresh import refresh
from projections.figures.tallies import FigureQuestion, count_entries
from projections.store.catch_up import ReadSide
from tests.erasures import request
from tests.indicators.population import counting
from tests.projections.conftest import Tables, tables
from tests.projections.test_figures_meanwhile import opened, opened_dossier, record

__all__ = ("opened", "tables")


def test_a_dossier_opened_by_mistake_owes_an_answer_and_is_not_counted(opened: OpenStructure, tables: Tables) -> None:
    counts, mistaken = opened_dossier(opened), opened_dossier(opened)
    today = opened.engine.today()
    request(opened, mistaken)
    member = next(str(id) for id in opened.engine.references().team)
    record(opened, {"dossier": mistaken}, close_dossier, member, reason="mistake", note="")
    side = ReadSide(opened.engine, tables())
    side.catch_up()
    refresh(side, today)
    with side.database.connect() as connection:
        owing: set[UUID] = set(connection.execute(select(advisor_queue.table.c.stream)).scalars())
        asked = FigureQuestion(today, today, today)
        counted = count_entries(counting(connection, side.refs, today), asked, ["I19"])
        found = lines(connection, asked, counted, "I19", "among", 50)
    assert {counts, mistaken} <= owing
    assert {line.stream for line in found} == {counts}
    assert counted.number("I19", "among") == len(found)
