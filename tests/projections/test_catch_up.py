"""The read side follows the events: rebuilt equals live, a bad stream stops alone, a protocol moves every row."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from sqlalchemy import Engine as Database
from sqlalchemy import select

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import identity, retraction
from pixflow.dossier.stages import orientation
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.events.partner import OfferListed, PartnerListed
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.protocol.publishing import publish_protocol
from pixflow.structure_folder import OpenStructure
from pixflow.team import membership
from projections import advisor_queue, audit_trail, directory, partners
from projections.figures.paths import paths
from projections.figures.refresh import is_fresh, refresh
from projections.store import catch_up, sqlite, stores, transaction
from projections.store.catch_up import ReadSide
from tests.given import DAY, stamped
from tests.listed import ListedEvents
from tests.people import add_advisor, open_dossier
from tests.projections.conftest import Tables, everything


@pytest.fixture
def opened(tmp_path: Path):
    made = structure_folder.create(tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici",))
    yield made
    made.engine.close()


def queue_of(side: ReadSide, dossier: UUID) -> list[Any]:
    """The queue's rows of one dossier."""
    table = advisor_queue.table
    with side.database.connect() as connection:
        return list(connection.execute(select(table).where(table.c.stream == dossier)))


def follow(engine: Engine, database: Database | None = None, batch: int = 20_000) -> ReadSide:
    """The tables brought up to the head: those of a database, else of SQLite in memory, to compare with."""
    side = ReadSide(engine, database or sqlite.database(None))
    side.catch_up(batch=batch)
    return side


@pytest.mark.parametrize("batch", [1, 7, 60])
def test_rebuilt_equals_live_row_for_row(played: OpenStructure, tables: Tables, batch: int):
    live, rebuilt = follow(played.engine, tables(), batch), follow(played.engine)
    assert live.position == played.engine.head() > 600
    assert everything(live) == everything(rebuilt)
    assert live.stopped() == []


def test_states_beyond_the_bound_are_read_again(played: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catch_up, "_REMEMBERED", 3)
    live, head = ReadSide(played.engine, tables()), played.engine.head()
    while live.position < head:
        live.catch_up(limit=20)
        assert len(live._folds) <= 3
    assert everything(live) == everything(follow(played.engine))


@pytest.mark.parametrize("size", [20, 500])
def test_built_at_once_equals_live_row_for_row(
    played: OpenStructure, tables: Tables, size: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(catch_up, "BATCH", 0)
    monkeypatch.setattr(catch_up, "PART", size)
    built, told = ReadSide(played.engine, tables()), list[tuple[int, int]]()
    head = played.engine.head()
    assert built.build(lambda done, total: told.append((done, total))) == head
    assert everything(built) == everything(follow(played.engine))
    assert built.refs == played.engine.references()
    assert told == sorted(told)
    assert told[-2:] == [(head - 1, head), (head, head)]
    assert len(told) == -(-head // size) + 1


def test_a_stream_that_fails_in_a_build_stops_alone(
    opened: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(catch_up, "BATCH", 1)
    bad, good = open_dossier(opened.engine, "Mauvais"), open_dossier(opened.engine, "Bon")
    rows = directory.rows
    monkeypatch.setattr(directory, "rows", lambda change: rows(change) if change.stream != bad else 1 / 0)
    side = ReadSide(opened.engine, tables())
    side.build()
    assert [(row.projection, row.stream) for row in side.stopped()] == [("directory", bad)]
    with side.database.connect() as connection:
        assert set(directory.find_people(connection, [bad, good])) == {good}


def test_a_fault_of_a_projection_is_told_without_its_values(
    opened: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    side = follow(opened.engine, tables())
    open_dossier(opened.engine, "Bon")
    side.catch_up()
    assert not caplog.messages, "an ordinary batch says nothing"
    monkeypatch.setattr(directory, "rows", lambda change: 1 / 0)
    open_dossier(opened.engine, "Mauvais")
    side.catch_up()
    assert "rows are written for each projection alone: ZeroDivisionError" in caplog.messages
    assert "Mauvais" not in caplog.text


def test_a_fault_of_the_plain_transaction_is_told(
    opened: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    side = follow(opened.engine, tables())
    dossier = open_dossier(opened.engine)
    monkeypatch.setattr(type(side._plain), "save", lambda batch, changes: changes[len(changes)])
    side.catch_up()
    assert caplog.messages == ["a plain batch failed: IndexError"]
    assert (queue_of(side, dossier), side.stopped()) != ([], [])


def test_a_store_opened_again_goes_on_where_it_was(played: OpenStructure, tables: Tables):
    half = ReadSide(played.engine, tables("half"))
    half.catch_up(limit=300, batch=50)
    assert half.position == 300
    half.database.dispose()
    again = ReadSide(played.engine, tables("half"))
    assert again.position == 300
    again.catch_up()
    assert everything(again) == everything(follow(played.engine))
    assert again.refs == played.engine.references()


def test_two_readers_of_one_store_take_turns(played: OpenStructure, tables: Tables):
    one, other = (ReadSide(played.engine, tables("shared")) for _ in range(2))
    one.catch_up(limit=200)
    other.catch_up(limit=200)
    one.catch_up()
    other.catch_up()
    assert everything(one) == everything(other) == everything(follow(played.engine))


def test_a_stream_that_fails_stops_alone_and_is_told(
    opened: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    bad, good = open_dossier(opened.engine, "Mauvais"), open_dossier(opened.engine, "Bon")
    rows = directory.rows

    def failing(change):
        if change.stream == bad:
            raise ZeroDivisionError
        return rows(change)

    monkeypatch.setattr(directory, "rows", failing)
    side = follow(opened.engine, tables())
    assert [(row.projection, row.stream, row.code) for row in side.stopped()] == [
        ("directory", bad, "ZeroDivisionError")
    ]
    with side.database.connect() as connection:
        assert set(directory.find_people(connection, [bad, good])) == {good}
        assert len(audit_trail.of_streams(connection, [bad], opened.engine)[bad]) == 1

    monkeypatch.undo()
    opened.engine.execute(
        {"dossier": bad},
        identity.correct_contact,
        by=Actor(OPERATOR),
        command_id=uuid4(),
        via="cli",
        phone="0612345678",
        email=None,
    )
    side.catch_up()
    assert side.stopped() == []
    assert side.blocked == 0
    assert everything(side) == everything(follow(opened.engine))


@pytest.mark.parametrize("built", [False, True])
def test_a_state_that_no_table_holds_stops_its_stream_alone(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, built: bool
):
    """A store of before may have a number without end: the number of seats of an offer."""
    monkeypatch.setattr(catch_up, "BATCH", 1)
    bad, good, offer = (uuid4() for _ in range(3))
    place = PartnerDetails(name="EPN", town="Ici")
    endless = OfferTerms(label="Bureautique", kind="digital", seats=10**26)
    told = [
        PartnerListed(details=place, source="", place="", updated=None, digest="", on=DAY),
        OfferListed(offer=offer, terms=endless, on=DAY),
    ]
    recorded = [*stamped(told, bad), *stamped(told[:1], good)]
    source = ListedEvents([structs.replace(one, position=place) for place, one in enumerate(recorded, 1)])
    side = ReadSide(source, tables())
    reached = side.build() if built else side.catch_up()
    assert reached == len(recorded)
    assert {(row.projection, row.stream) for row in side.stopped()} == {("fold", bad), ("audit_trail", bad)}
    with side.database.connect() as connection:
        assert good in {row.stream for row in partners.listed(connection)}


def test_a_fault_of_the_database_leaves_nothing_half_written(
    opened: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    side = follow(opened.engine, tables())
    before = everything(side)
    open_dossier(opened.engine)
    monkeypatch.setattr(ReadSide, "_remember", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        side.catch_up()
    monkeypatch.undo()
    assert everything(side) == before
    side.catch_up()
    assert everything(side) == everything(follow(opened.engine))


def test_a_published_protocol_moves_the_rows_it_concerns(opened: OpenStructure, tables: Tables):
    dossier = open_dossier(opened.engine)
    side = follow(opened.engine, tables())

    def due() -> object:
        return next(row.due for row in queue_of(side, dossier) if row.kind == "present-pix")

    before = due()
    document = presets.load("laigle-mortagne").protocol
    document = replace(document, delays=replace(document.delays, present_pix=30))
    today = opened.engine.today()
    opened.engine.execute(
        {"protocol": opened.stream("protocol")},
        publish_protocol,
        by=Actor(OPERATOR),
        command_id=uuid4(),
        via="cli",
        document=document,
        from_day=today,
    )
    side.catch_up()
    assert due() == opened.engine.references().calendar.add(today, 30) != before
    assert everything(side) == everything(follow(opened.engine))


def test_a_departure_gives_its_dossiers_to_assign_and_only_those(opened: OpenStructure, tables: Tables):
    advisors = [add_advisor(opened.engine, email=f"a{number}@exemple.fr") for number in range(2)]
    known = {"email": "jeune@exemple.fr"}
    dossiers = [open_dossier(opened.engine, by=str(advisor), advisor=advisor, **known) for advisor in advisors]
    side = follow(opened.engine, tables())

    def kinds() -> list[set[str]]:
        return [{row.kind for row in queue_of(side, dossier)} for dossier in dossiers]

    assert kinds() == [{"present-pix"}, {"present-pix"}]
    operator = Actor(OPERATOR)
    opened.engine.execute(
        {"staff": advisors[0]},
        membership.record_departure,
        by=operator,
        command_id=uuid4(),
        via="cli",
        last_day=opened.engine.today(),
    )
    side.catch_up()
    assert kinds() == [{"present-pix", "assign-advisor"}, {"present-pix"}]
    assert everything(side) == everything(follow(opened.engine))
    opened.engine.execute({"staff": advisors[0]}, membership.undo_departure, by=operator, command_id=uuid4(), via="cli")
    side.catch_up()
    assert kinds() == [{"present-pix"}, {"present-pix"}]
    assert everything(side) == everything(follow(opened.engine))


def test_a_retraction_takes_its_rows_back(opened: OpenStructure, tables: Tables):
    advisor, known = add_advisor(opened.engine), {"email": "jeune@exemple.fr"}
    dossier, me = open_dossier(opened.engine, by=str(advisor), advisor=advisor, **known), Actor(str(advisor))
    side = follow(opened.engine, tables())

    def kinds() -> set[str]:
        return {row.kind for row in queue_of(side, dossier)}

    before = kinds()
    done = opened.engine.execute(
        {"dossier": dossier}, orientation.present_pix, by=me, command_id=uuid4(), occasion="welcome"
    )
    side.catch_up()
    assert before == {"present-pix"}
    assert kinds() == {"plan-diagnostic"}
    version = done.recorded[0].originator_version
    opened.engine.execute(
        {"dossier": dossier}, retraction.retract, by=me, command_id=uuid4(), version=version, reason="erreur"
    )
    side.catch_up()
    assert kinds() == before
    assert everything(side) == everything(follow(opened.engine))


def test_a_rebuild_points_elsewhere_and_a_reader_follows(played: OpenStructure, tmp_path: Path):
    files = stores.Stores(tmp_path)
    first = stores.rebuild(files, played.engine)
    live = stores.Live(files, played.engine)
    assert files.live() == first
    before = everything(live.side)
    told: list[tuple[int, int]] = []
    second = stores.rebuild(files, played.engine, lambda done, total: told.append((done, total)))
    assert told[-1] == (played.engine.head(), played.engine.head())
    assert second != first
    assert not (files.folder / first).exists()
    assert everything(live.side) == before
    assert live.side.database.url.database == (files.folder / second).as_uri()
    live.close()


def test_an_ordinary_batch_is_written_without_queries(played: OpenStructure, tables: Tables, monkeypatch: Any):
    """Otherwise each commit would be shown twice: once in vain, and once by SQLAlchemy."""
    queries = list[Any]()
    begin = transaction.QueryingTransaction

    def counting(connection: Any) -> Any:
        queries.append(connection)
        return begin(connection)

    monkeypatch.setattr(catch_up, "QueryingTransaction", counting)
    follow(played.engine, tables(), batch=1)
    assert 0 < len(queries) < played.engine.head() // 50


def test_a_batch_that_meets_an_error_half_way_is_written_once(
    played: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    side, head = ReadSide(played.engine, tables()), played.engine.head()
    side.catch_up(limit=head - 40)
    calls = 0
    rows = audit_trail.rows

    def broken(change):
        nonlocal calls
        calls += 1
        return rows(change) if calls != 3 else 1 / 0

    monkeypatch.setattr(audit_trail, "rows", broken)
    side.catch_up(batch=5)
    monkeypatch.undo()
    assert everything(side) == everything(follow(played.engine))


def test_rows_written_by_another_process_are_not_believed(played: OpenStructure, tables: Tables):
    """One remembers the rows of a dossier; another writes others meanwhile; the first goes on."""
    one, other = (ReadSide(played.engine, tables("two")) for _ in range(2))
    step, head = 3, played.engine.head()
    while one.position < head:
        one.catch_up(limit=step, batch=1)
        other.catch_up(limit=step, batch=2)
        one.catch_up(limit=step, batch=3)
    assert everything(one) == everything(follow(played.engine))


def test_figures_follow_each_change_of_a_dossier(opened: OpenStructure, tables: Tables):
    """Their rows are written with the next question, after the batch that deleted them."""
    side, today = ReadSide(opened.engine, tables()), opened.engine.today()
    advisor, dossier = uuid4(), uuid4()
    joins: dict[str, Any] = {"name": "Nadia", "email": "nadia@example.org", "site": None, "roles": ("advisor",)}
    opened.engine.execute({"staff": advisor}, membership.add_member, by=Actor(OPERATOR), command_id=uuid4(), **joins)
    person = {"last_name": "Diallo", "first_name": "Awa", "birth_date": None, "imilo_number": None, "site": "Ici"}
    steps: tuple[tuple[Any, dict[str, Any]], ...] = (
        (identity.open_dossier, {**person, "advisor": advisor}),
        (orientation.present_pix, {"occasion": "welcome"}),
        (orientation.decline_diagnostic, {"reason": "pas maintenant"}),
    )
    for step, sent in steps:
        opened.engine.execute({"dossier": dossier}, step, by=Actor(str(advisor)), command_id=uuid4(), **sent)
        side.catch_up()
        refresh(side, today)
        anew = follow(opened.engine)
        refresh(anew, today)
        assert everything(side) == everything(anew)


def test_a_dossier_that_the_audit_trail_could_not_show_has_no_figures(
    opened: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch
):
    """Its entries cannot be made: the question that asks for them must end, and count the others."""
    bad, good = open_dossier(opened.engine, "Mauvais"), open_dossier(opened.engine, "Bon")
    rows = audit_trail.rows
    monkeypatch.setattr(audit_trail, "rows", lambda change: rows(change) if change.stream != bad else 1 / 0)
    side = follow(opened.engine, tables())
    refresh(side, opened.engine.today())
    with side.database.connect() as connection:
        assert connection.execute(select(paths.c.stream)).scalars().all() == [good]
        assert is_fresh(side, connection, opened.engine.today(), 0)


class WithoutOne(ListedEvents):
    """Events of which one is lost: nothing stands at its position."""

    LOST = 500

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        rest = [one for one in self.all[after:] if one.position != self.LOST]
        return rest[:limit]


def test_a_hole_among_the_positions_stops_nothing(played: OpenStructure, tables: Tables):
    """A damaged store: doctor tells of the hole."""
    side = ReadSide(WithoutOne(played.engine.read(0, 10**6)), tables())
    assert side.catch_up(batch=100) == len(side.source.all)  # type: ignore[attr-defined]
