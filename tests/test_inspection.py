"""Whoever writes to the database in our place is found: each way to do it, on both stores, and no false alarm."""

import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.sql import SQL, Identifier

from pixflow import inspection, presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.backups.backup import back_up
from pixflow.documents.resource import FileNote, ResourceDocument
from pixflow.dossier.identity import correct_identity
from pixflow.dossier.identity import open_dossier as open_dossier_of
from pixflow.events.dossier import DossierOpened
from pixflow.resources.sharing import share_example
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from pixflow.team.membership import add_member
from tests.damage import all_faults
from tests.people import open_dossier
from tests.postgres import Cluster
from web.french import health as french
from web.hosting import health
from web.samples import population

PRESET = presets.load("laigle-mortagne")
Rows = list[tuple[Any, ...]]
OTHER = str(uuid4())
ANOTHER_AUTHOR = b'"by":"system:operator"', f'"by":"{OTHER}"'.encode()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[Database | None]:
    if request.param == "sqlite":
        yield None
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with closing(Database(cluster.create_database())) as made:
        yield made
    cluster.drop_database(made.url)


@pytest.fixture
def opened(tmp_path: Path, database: Database | None) -> Iterator[OpenStructure]:
    """Three events in clear by one command, then those of three dossiers."""
    made = structure_folder.create(tmp_path, name="Ici", preset=PRESET, sites=("Mortagne",), database=database)
    for name in ("Diallo", "Petit", "Roux"):
        open_dossier(made.engine, name)
    assert made.engine.head() == 6
    yield made
    made.engine.close()


class Writer:
    """Writes to the tables as their owner, after the triggers are gone. `@.` stands for their place."""

    def __init__(self, opened: OpenStructure) -> None:
        self.opened = opened

    def __call__(self, statement: str, *values: object) -> Rows:
        opened = self.opened
        if opened.database is None:
            with closing(sqlite3.connect(opened.folder / "events.db")) as file, file:
                for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                    file.execute(f"DROP TRIGGER {name}")
                return file.execute(statement.replace("@.", ""), values).fetchall()
        with opened.database.owner() as owner:
            assert opened.schema
            for table in ("stored_events", "commands"):
                owner.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(opened.schema, table)))
            done = owner.execute(statement.replace("@.", f"{opened.schema}.").replace("?", "%s").encode(), values)
            return done.fetchall() if done.description else []

    def change(self, position: int, old: bytes, new: bytes) -> None:
        """Changes a part of a stored state."""
        state = bytes(self.rows(position)[0][4])
        assert old in state
        self("UPDATE @.stored_events SET state = ? WHERE position = ?", state.replace(old, new), position)

    def rows(self, *positions: int) -> Rows:
        columns = "position, originator_id, originator_version, topic, state"
        return [self(f"SELECT {columns} FROM @.stored_events WHERE position = ?", one)[0] for one in positions]

    def move(self, old: int, new: int) -> None:
        self("UPDATE @.stored_events SET position = ? WHERE position = ?", new, old)

    def insert(self, *row: object) -> None:
        self("INSERT INTO @.stored_events VALUES (?, ?, ?, ?, ?)", *row)


def exchanged_states(write: Writer) -> None:
    one, other = write.rows(4, 5)
    for row, state in ((one, other[4]), (other, one[4])):
        write("UPDATE @.stored_events SET state = ? WHERE position = ?", state, row[0])


def exchanged_rows(write: Writer) -> None:
    for old, new in ((4, 99), (5, 4), (99, 5)):
        write.move(old, new)


def another_command_in_clear(write: Writer) -> None:
    one = write("SELECT id FROM @.commands WHERE first_position = 4")[0][0]
    own = write("SELECT id FROM @.commands WHERE first_position = 1")[0][0]
    write.change(2, *(str(UUID(str(id))).encode() for id in (own, one)))


def a_clear_field(write: Writer) -> None:
    write.change(4, b'"site":"Mortagne"', b'"site":"Alen"')


def a_seal_that_is_gone(write: Writer) -> None:
    state = bytes(write.rows(4)[0][4])
    write.change(4, state[state.index(b',"commit":"') : -1], b"")


def clear_fields_for_a_seal(write: Writer) -> None:
    a_seal_that_is_gone(write)
    names = b'"last_name":"Dupont","first_name":"Ana","birth_date":null,"imilo_number":null,'
    write.change(4, b'"site":', names + b'"site":')


def another_content_by_who_has_the_keys(write: Writer) -> None:
    """Seals another name in the place of the first one; the commitment stays, as somebody may have kept it."""
    _, stream, version, topic, state = write.rows(4)[0]
    rest, _, end = bytes(state).rpartition(b',"sealed":"')
    keys, stream = write.opened.engine.keys, UUID(str(stream))
    place = version.to_bytes(8, "big") + topic.encode() + (1).to_bytes(2, "big") + sha256(rest + b"}").digest()
    key = keys.of(stream)
    assert key
    opened = key.open(place, b64decode(end.removesuffix(b'"}')))
    assert b"Diallo" in opened
    anew = b64encode(key.seal(place, opened.replace(b"Diallo", b"Dupont")))
    write("UPDATE @.stored_events SET state = ? WHERE position = 4", rest + b',"sealed":"' + anew + b'"}')
    (row,) = write.rows(4)
    read = write.opened.engine.mapper.open_row(stream, *row[2:]).event
    assert isinstance(read, DossierOpened)
    assert read.last_name == "Dupont"


def the_last_event_that_is_gone(write: Writer) -> None:
    write("DELETE FROM @.stored_events WHERE position = 6")


def the_last_event_and_its_command_that_are_gone(write: Writer) -> None:
    the_last_event_that_is_gone(write)
    write("DELETE FROM @.commands WHERE first_position = 6")


def an_event_more(write: Writer) -> None:
    row = write.rows(1)[0]
    write.insert(7, row[1], 2, *row[3:])


def a_sealed_event_more(write: Writer) -> None:
    row = write.rows(4)[0]
    write.insert(7, row[1], 2, *row[3:])


WAYS: dict[str, tuple[Callable[[Writer], object] | str, set[tuple[str, int]]]] = {
    "exchanged states": (exchanged_states, {("opening", 4), ("opening", 5)}),
    "exchanged rows": (exchanged_rows, {("command", 4), ("command", 5)}),
    "another author": (lambda write: write.change(4, *ANOTHER_AUTHOR), {("opening", 4)}),
    "another author in clear": (lambda write: write.change(2, *ANOTHER_AUTHOR), {("author", 2)}),
    "another command in clear": (another_command_in_clear, {("command", 2)}),
    "a clear field": (a_clear_field, {("opening", 4)}),
    "a seal that is gone": (a_seal_that_is_gone, {("opening", 4)}),
    "clear fields for a seal": (clear_fields_for_a_seal, {("opening", 4)}),
    "another content by who has the keys": (another_content_by_who_has_the_keys, {("opening", 4)}),
    "an event that is gone": ("DELETE FROM @.stored_events WHERE position = 4", {("position", 5)}),
    "the last event that is gone": (the_last_event_that_is_gone, {("end", 5)}),
    "the last event and its command that are gone": (the_last_event_and_its_command_that_are_gone, {("end", 5)}),
    "an event more": (an_event_more, {("end", 7), ("command", 7)}),
    "a sealed event more": (a_sealed_event_more, {("end", 7), ("opening", 7)}),
    "another version": ("UPDATE @.stored_events SET originator_version = 2 WHERE position = 1", {("version", 1)}),
    "another actor": (
        f"UPDATE @.commands SET actor = '{OTHER}' WHERE first_position = 1",
        {("author", 1), ("author", 2), ("author", 3)},
    ),
    "a longer command": ("UPDATE @.commands SET last_position = 4 WHERE first_position = 1", {("span", 4)}),
    "a command that is gone": ("DELETE FROM @.commands WHERE first_position = 4", {("span", 5), ("command", 4)}),
    "another command id": (
        f"UPDATE @.commands SET id = '{OTHER.replace('-', '')}' WHERE first_position = 4",
        {("command", 4)},
    ),
}


@pytest.mark.parametrize(("way", "found"), WAYS.values(), ids=WAYS)
def test_what_somebody_changed_is_found(
    opened: OpenStructure, way: Callable[[Writer], object] | str, found: set[tuple[str, int]]
) -> None:
    assert all_faults(opened.engine) == []
    write = Writer(opened)
    write(way) if isinstance(way, str) else way(write)
    assert {(one.code, one.position) for one in all_faults(opened.engine)} == found
    findings = [health.order(opened.engine), health.facts(opened)]
    assert "alarm" in {one.level for one in findings}
    said = " ".join(french.sentence(one.check, one.level, one.details) for one in findings)
    assert all(str(position) in said for _, position in found)


def another_content_in_clear(write: Writer) -> None:
    write.change(1, b'"name":"Ici"', b'"name":"Ailleurs"')


def another_time_in_clear(write: Writer) -> None:
    state = bytes(write.rows(2)[0][4])
    at = state.index(b'"at":"') + len(b'"at":"')
    write.change(2, state[at : at + 4], b"2016")  # a leap year: the day exists on 29 February too


def exchanged_places_in_one_command(write: Writer) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        write.move(old, new)


def _end(write: Writer, position: int) -> None:
    """Sets the counter of the store, as whoever owns the database can."""
    sqlite = write.opened.database is None
    write("UPDATE sqlite_sequence SET seq = ?" if sqlite else "UPDATE @.head SET position = ?", position)


def an_event_more_with_its_command_and_the_counter(write: Writer) -> None:
    row, (known,) = write.rows(1)[0], write("SELECT * FROM @.commands WHERE first_position = 1")
    own = UUID(OTHER) if write.opened.database else UUID(OTHER).hex
    write("INSERT INTO @.commands VALUES (?, ?, ?, ?, ?)", own, *known[1:3], 7, 7)
    state = bytes(row[4]).replace(str(UUID(str(known[0]))).encode(), OTHER.encode())
    write.insert(7, row[1], 2, row[3], state)
    _end(write, 7)


def the_last_event_gone_with_its_command_and_the_counter(write: Writer) -> None:
    the_last_event_and_its_command_that_are_gone(write)
    _end(write, 5)


UNSEEN = (
    another_content_in_clear,
    another_time_in_clear,
    exchanged_places_in_one_command,
    an_event_more_with_its_command_and_the_counter,
    the_last_event_gone_with_its_command_and_the_counter,
)


@pytest.mark.parametrize("way", UNSEEN, ids=lambda way: way.__name__)
def test_what_no_check_of_the_facts_finds_is_what_the_documents_say(
    opened: OpenStructure, way: Callable[[Writer], None]
) -> None:
    """One that is found is to be moved to WAYS, and said in docs/faults.md#f13."""
    write = Writer(opened)
    before = write("SELECT position, state FROM @.stored_events ORDER BY position")
    way(write)
    assert write("SELECT position, state FROM @.stored_events ORDER BY position") != before
    assert all_faults(opened.engine) == []
    assert [health.order(opened.engine).level, health.facts(opened).level] == ["good", "good"]
    said = (Path(__file__).parents[1] / "docs/faults.md").read_text()
    assert f"`{way.__name__}`" in said


@pytest.mark.parametrize(
    "statement", ["UPDATE @.files SET content = ?", "DELETE FROM @.files WHERE content <> ?"], ids=["changed", "gone"]
)
def test_a_file_that_changed_or_is_gone_is_found(opened: OpenStructure, tmp_path: Path, statement: str) -> None:
    """The event that names the file says so, and a backup of it is kept apart: it replaces no good one."""
    engine = opened.engine
    note = FileNote(engine.recorder.files.keep(b"une affiche"), "affiche.pdf", "application/pdf", 11)
    document = ResourceDocument("Affiche", "fiche", "", files=(note,))
    actor = Actor(OPERATOR)
    engine.execute({"resource": uuid4()}, share_example, by=actor, command_id=uuid4(), context={"document": document})
    assert all_faults(engine) == []
    Writer(opened)(statement, b"une autre")
    assert [(one.code, one.position) for one in all_faults(engine)] == [("file", 7)]
    finding = health.facts(opened)
    assert finding.level == "alarm"
    assert "fichier" in french.sentence(finding.check, finding.level, finding.details)
    assert back_up(opened, tmp_path / "backups").manifest.unopened == 1


def test_a_simulated_structure_has_no_fault(tmp_path: Path, database: Database | None) -> None:
    size: dict[str, Any] = {"young_people": 24, "months": 3, "start": date(2025, 9, 1), "batch": True}
    made, _ = population.build(tmp_path, name="Ici", preset=PRESET, database=database, **size)
    with closing(made.engine) as engine:
        assert engine.head() > 300
        assert all_faults(engine) == []
        held = Writer(made)("SELECT COUNT(*) FROM @.claims")[0][0]
        assert held > 50, "a fault needs a claim"
        engine.keys.destroy(list(engine.keys.vault.streams())[:5])
        assert all_faults(engine) == [], "an erased event is no fault"


# --- claims


BA: dict[str, Any] = {"last_name": "Ba", "first_name": "Awa", "birth_date": None, "site": "Mortagne"}


def numbered(opened: OpenStructure, number: str) -> UUID:
    """A dossier with an i-Milo number."""
    dossier = uuid4()
    said = {**BA, "imilo_number": number}
    opened.engine.execute({"dossier": dossier}, open_dossier_of, by=Actor(OPERATOR), command_id=uuid4(), **said)
    return dossier


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM @.claims WHERE kind = 'imilo'", {7, 8}),
        ("DELETE FROM @.claims WHERE kind = 'email'", {9}),
        ("DELETE FROM @.claims WHERE kind <> 'x'", {7, 8, 9}),
        ("UPDATE @.claims SET stream = (SELECT originator_id FROM @.stored_events WHERE position = 1)", {7, 8, 9}),
        ("UPDATE @.claims SET kind = 'x'", {7, 8, 9}),
    ],
)
def test_a_claim_that_is_gone_or_another_s_is_found_and_named(
    opened: OpenStructure, statement: str, found: set[int]
) -> None:
    """Else a second dossier may get the number, and a second person the e-mail."""
    for number in ("001", "002"):
        numbered(opened, number)
    said: dict[str, Any] = {"name": "Paul Rey", "email": "paul@exemple.fr", "roles": ("advisor",), "site": None}
    person = uuid4()
    opened.engine.execute({"staff": person}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **said)
    assert all_faults(opened.engine) == []
    Writer(opened)(statement)
    assert {(one.code, one.position) for one in all_faults(opened.engine)} == {("claim", one) for one in found}
    finding = health.facts(opened)
    assert finding.level == "alarm"
    assert all(str(one) in french.sentence(finding.check, finding.level, finding.details) for one in found)


def test_a_number_that_another_one_has_meanwhile_is_no_fault(
    opened: OpenStructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number changes between the look at the dossiers and the look at their claims."""
    engine, dossier = opened.engine, numbered(opened, "001")
    looked, moved = engine.claim_holders, list[bool]()

    def holders(kind: str, values: Iterable[str]) -> dict[str, UUID]:
        if not moved:
            moved.append(True)
            by = Actor(OPERATOR)
            engine.execute({"dossier": dossier}, correct_identity, by=by, command_id=uuid4(), imilo_number="2", **BA)
        return looked(kind, values)

    monkeypatch.setattr(engine, "claim_holders", holders)
    assert all_faults(engine) == []
    assert moved


def test_of_a_dossier_that_does_not_open_its_claims_are_not_told(opened: OpenStructure) -> None:
    """The others of its part are compared."""
    numbered(opened, "001")
    numbered(opened, "002")
    write = Writer(opened)
    write("DELETE FROM @.claims WHERE kind = 'imilo'")
    write.change(7, b'"site":"Mortagne"', b'"site":"Alen"')
    found = {(one.code, one.position) for one in all_faults(opened.engine)}
    assert found == {("opening", 7), ("claim", 8)}


# --- in parts


def found(known: inspection.Pass) -> set[tuple[str, int]]:
    return {(one.code, one.position) for one in known.faults}


def test_a_pass_goes_on_where_the_last_run_stopped(opened: OpenStructure, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six events, two at a time. A fault found stays known until its position is opened again."""
    monkeypatch.setattr(inspection, "_STEP", 2)
    a_clear_field(write := Writer(opened))
    state = write.rows(4)[0][4]

    def run(seconds: float | None = 0) -> inspection.Pass:
        return inspection.go_on(opened.folder, opened.engine, seconds)

    first = run()
    assert (first.reached, first.ended, found(first)) == (2, None, set())
    second = run()
    assert (second.reached, second.began, found(second)) == (4, first.began, {("opening", 4)})
    assert second.faults[0].topic == "dossier.DossierOpened"
    whole = run()
    assert (whole.reached, whole.head, found(whole)) == (0, 6, {("opening", 4)})
    assert whole.ended
    assert whole.ended > second.began
    again = run()
    assert (again.reached, again.ended, found(again)) == (2, whole.ended, {("opening", 4)})
    write.change(4, b'"site":"Alen"', b'"site":"Mortagne"')
    assert write.rows(4)[0][4] != state
    assert found(run()) == set()
    assert run(None).head == 6
    assert run(60).reached == 0, "sixty seconds are enough for six events"


@pytest.mark.parametrize("way", ["missing", "damaged", "ahead"])
def test_a_file_that_says_nothing_true_begins_anew(
    opened: OpenStructure, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(inspection, "_STEP", 2)
    path, engine = opened.folder / "inspection.json", opened.engine
    inspection.go_on(opened.folder, engine, 0)
    if way == "missing":
        path.unlink()
    elif way == "damaged":
        path.write_bytes(path.read_bytes()[:-4])
    else:
        path.write_bytes(path.read_bytes().replace(b'"reached":2', b'"reached":7'))
    assert inspection.read(opened.folder, engine.head()) is None
    assert inspection.go_on(opened.folder, engine, 0).reached == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_file_holds_no_personal_data(opened: OpenStructure) -> None:
    exchanged_states(Writer(opened))
    inspection.go_on(opened.folder, opened.engine)
    written = (opened.folder / "inspection.json").read_text()
    assert "dossier.DossierOpened" in written
    assert not any(name in written for name in ("Diallo", "Petit", "Roux", "Aminata"))
