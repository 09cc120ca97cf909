"""Erasing somebody: nothing is left of who it was, nothing brings them back, a crash in the middle is finished."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace as replace_row
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from pixflow import erasing, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import erasure_log
from pixflow.dossier.follow_up import close_dossier, take_note
from pixflow.dossier.identity import correct_contact
from pixflow.dossier.privacy import decline_erasure, request_erasure
from pixflow.engine import CommandResult, Engine
from pixflow.events.base import Erased, Recorded
from pixflow.events.dossier import PersonErased
from pixflow.pix_orga.export import utc_moment
from pixflow.refused import Refused
from pixflow.result_import import Answers
from pixflow.store import StoreRefused
from pixflow.store.keys import Keys, Ring
from pixflow.store.postgres.database import Database
from pixflow.team.absences import declare_absence
from pixflow.uploads import Uploads
from projections import audit_trail, directory
from projections.contract import metadata
from projections.store import catch_up, stores
from projections.store.sqlite import database
from tests import erasures
from tests.postgres import Cluster
from tests.result_import.house import FIRST, STARTED, House, row, shared
from web.hosting.read_tables import reads_of

WHO = ("Zanzibar", "Özgül", "0099887")
AWA = row(*WHO)
BAH = row("Bah", "Ali", "77")
LATER = FIRST + timedelta(days=7)
CANARIES = [
    b"anzibar", b"ANZIBAR", "zgül".encode(), b"zgul", b"0099887", b"0611223344", b"33611223344", b"peur du noir",
    b"2003-04-09",
]  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = employed(House(tmp_path))
    yield made
    made.side.database.dispose()
    made.engine.close()


def employed(house: House) -> House:
    house.manager = house.hire("Odile Roy", "odile@example.org", "manager")
    return house


@pytest.fixture
def person(house: House) -> UUID:
    return known(house)


def known(house: House) -> UUID:
    """A dossier with a matched result, a phone and a note; somebody else beside it."""
    dossier = house.open(*WHO, birth_date=date(2003, 4, 9))
    house.open("Bah", "Ali", "77", birth_date=date(2001, 1, 2))
    house.declare()
    house.receive([shared(AWA), BAH])
    house.do(correct_contact, {"dossier": dossier}, phone="06 11 22 33 44", email=None)
    house.do(take_note, {"dossier": dossier}, text="peur du noir")
    return dossier


def asked(house: House, dossier: UUID) -> None:
    house.do(request_erasure, {"dossier": dossier}, reason="request")


def erase(house: House, dossier: UUID, by: Actor | None = None) -> None:
    erasures.confirm(house.opened, dossier, by or Actor(OPERATOR))


@pytest.fixture
def erased(house: House, person: UUID) -> UUID:
    asked(house, person)
    erase(house, person)
    return person


def found_in(folder: Path) -> list[tuple[str, bytes]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(path.name, canary) for path in files for canary in CANARIES if canary in path.read_bytes()]


# --- what is left


def test_facts_stay_as_names_stages_and_days(house: House, erased: UUID) -> None:
    history = house.engine.history(erased)
    left = [r.event for r in history if not isinstance(r.event, Erased)]
    assert [event.TOPIC for event in left][-2:] == ["dossier.ErasureRequested", "dossier.PersonErased"]
    assert history[0].event.TOPIC == "dossier.DossierOpened"
    state = house.dossier(erased)
    assert state.erased
    assert (state.last_name, state.advisor, state.opened) == ("", None, None)
    assert [r.originator_version for r in history] == list(range(1, len(history) + 1))


def test_its_participations_go_with_it_and_no_others(house: House, person: UUID) -> None:
    (theirs,) = house.dossier(person).diagnostic.participations
    asked(house, person)
    erase(house, person)
    assert house.participation(theirs).erased
    assert {one.last_name for one in house.participations()} == {"Bah"}


def test_nobody_finds_them_on_the_disk(house: House, person: UUID, tmp_path: Path) -> None:
    """The read store was made while they were known; whoever holds all keys and files looks for them."""
    uploads = Uploads(house.opened.folder / "uploads")
    uploads.keep(b"Zanzibar;0099887", "export.csv")
    house.side = catch_up.ReadSide(house.engine, database(house.opened.folder / "store.db"))
    house.known(house.campaign)
    assert found_in(tmp_path)
    asked(house, person)
    erase(house, person)
    house.side.catch_up()
    with house.side.database.connect() as connection:
        assert directory.find_people(connection, [person]) == {}
        trail = audit_trail.of_streams(connection, [person], house.engine)[person]
    assert [one.event for one in trail] == [one.event for one in house.engine.history(person)]
    assert found_in(tmp_path) == []
    for recorded in house.engine.read(0, 10_000):
        assert "anzibar" not in repr(recorded)


def test_a_reader_puts_off_the_cleaning_of_the_read_tables(house: House, person: UUID, tmp_path: Path) -> None:
    house.side = catch_up.ReadSide(house.engine, database(house.opened.folder / "store.db"))
    house.known(house.campaign)
    with house.side.database.connect() as reader:
        assert directory.find_people(reader, [person])
        asked(house, person)
        erase(house, person)
        house.side.catch_up()
        assert directory.find_people(reader, [person]), "the reader sees what it saw"
    assert found_in(tmp_path)
    house.side.catch_up()
    assert found_in(tmp_path) == []


def test_nobody_finds_them_on_the_disk_of_a_server(postgres: Cluster, tmp_path: Path) -> None:
    """Whoever holds the server's disk, its log too, and all keys, looks for them: names in clear never stand there.

    The server is stopped to look: that is when it writes down all it has in memory.
    """
    with Cluster() as server, closing(Database(server.create_database())) as base:
        house = employed(House(tmp_path, base))
        reads = reads_of(house.opened)
        stores.ensure(reads.stores, house.engine)
        house.side = reads.side
        person = known(house)
        house.side.catch_up()
        server.stop("fast")
        assert found_in(tmp_path), "the check would find nothing"
        assert found_in(server.folder) == []
        server.start()
        _, keys = house.engine.keys.vault.read([person])
        asked(house, person)
        erase(house, person)
        house.side.catch_up()
        assert house.participation(next(iter(register_of(house).participations))).erased
        reads.close()
        house.engine.close()
        server.stop("fast")
        assert found_in(server.folder) + found_in(tmp_path) == []
        for ring in Ring(tmp_path / "keys", house.opened.slug)._rings.values():
            with pytest.raises(InvalidUnwrap):
                aes_key_unwrap(ring, keys[person] or b"")


def test_nobody_can_test_a_guess_on_what_was_said(house: House, person: UUID) -> None:
    """A command is told from another by a digest; a telephone number has few enough values to try them all."""
    command = uuid4()

    def say(phone: str) -> CommandResult:
        return house.engine.execute(
            {"dossier": person}, correct_contact, by=house.referent, command_id=command, phone=phone, email=None
        )

    say("06 55 66 77 88")
    with pytest.raises(Refused, match="command-id-reused"):
        say("06 55 66 77 89")
    asked(house, person)
    erase(house, person)
    assert [say(phone).repeated for phone in ("06 55 66 77 88", "06 55 66 77 89")] == [True, True]


def statistics(base: Database) -> bytes:
    """Returns the planner's statistics on the values of every column."""
    with base.owner() as owner:
        owner.execute("ANALYZE")
        found = owner.execute("SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats").fetchall()
    assert found
    return repr(found).encode()


def register_of(house: House) -> erasure_log.Erasure:
    (line,) = erasure_log.register(house.opened)
    return line


def test_a_rebuild_shows_the_same(house: House, erased: UUID) -> None:
    house.side.catch_up()
    afresh = catch_up.ReadSide(house.engine, database(None))
    afresh.catch_up()
    for table in metadata.sorted_tables:
        with house.side.database.connect() as one, afresh.database.connect() as other:
            assert sorted(map(repr, one.execute(table.select()))) == sorted(map(repr, other.execute(table.select())))


def test_nothing_more_is_decided_on_them(house: House, erased: UUID) -> None:
    for decide, said in ((take_note, {"text": "encore"}), (close_dossier, {"reason": "other", "note": ""})):
        with pytest.raises(Refused, match="person-erased"):
            house.do(decide, {"dossier": erased}, **said)


# --- who, and when


def test_it_is_asked_for_by_one_and_confirmed_by_another(house: House, person: UUID) -> None:
    with pytest.raises(Refused, match="erasure-not-asked"):
        erase(house, person)
    asked(house, person)
    with pytest.raises(Refused, match="not-allowed"):
        erase(house, person, by=house.referent)
    assert house.dossier(person).last_name == "Zanzibar"


def test_it_may_be_declined(house: House, person: UUID) -> None:
    asked(house, person)
    said: dict[str, Any] = {"by": house.manager, "command_id": uuid4(), "note": "suivi en cours"}
    house.engine.execute({"dossier": person}, decline_erasure, **said)
    assert house.dossier(person).erasure is None
    with pytest.raises(Refused, match="erasure-not-asked"):
        erase(house, person)


def test_who_asked_does_not_confirm(house: House, person: UUID) -> None:
    """Whoever it is: a manager, the operator, a colleague who stands in for the absent manager."""
    manager: Actor = house.manager
    deputy, today = house.hire("Luc Vial", "luc@example.org", "manager"), house.engine.today()
    stands_in = Actor(deputy.id, acting_for=manager.id)
    away = {"absence": uuid4(), "first": today, "last": today, "deputy": UUID(deputy.id)}
    house.do(declare_absence, {"staff": UUID(manager.id)}, **away)
    for asks, by in ((manager, manager), (Actor(OPERATOR), Actor(OPERATOR)), (stands_in, stands_in)):
        house.engine.execute({"dossier": person}, request_erasure, by=asks, command_id=uuid4(), reason="request")
        with pytest.raises(Refused, match="second-person"):
            erase(house, person, by=by)
        assert house.dossier(person).last_name == "Zanzibar"
        house.engine.execute({"dossier": person}, decline_erasure, by=manager, command_id=uuid4(), note="attendre")


def test_the_operator_confirms_what_somebody_else_asked_and_twice_is_once(house: House, person: UUID) -> None:
    command_id = uuid4()
    house.do(request_erasure, {"dossier": person}, reason="mistake")
    said: dict[str, Any] = {"by": Actor(OPERATOR), "command_id": command_id, "via": "cli"}
    page = erasures.page(house.opened, person, said["by"])
    once, twice = (erasing.erase(house.opened, person, page, **said) for _ in range(2))
    assert (once.repeated, twice.repeated) == (False, True)
    ends = [r.event for r in house.engine.history(person) if isinstance(r.event, PersonErased)]
    assert [event.reason for event in ends] == ["mistake"]


def test_a_duplicate_goes_with_the_dossier_that_goes_on(house: House, person: UUID, tmp_path: Path) -> None:
    double = house.open("Zanzibar", "Ozgul")
    erasures.merge(house.opened, double, person, house.referent)
    with pytest.raises(Refused, match="already-merged"):
        asked(house, double)
    asked(house, person)
    erase(house, person)
    assert house.dossier(double).erased
    assert all(b"anzibar" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


# --- nothing brings them back


def test_the_next_export_does_not(house: House, erased: UUID) -> None:
    before = house.engine.head()
    prepared = house.prepare([shared(AWA), shared(BAH)], LATER)
    assert prepared.preview
    assert {change.what for change in prepared.preview.changes} == {"shared", "erased"}
    counts = house.record(prepared).counts
    assert (counts.new, counts.shared, counts.vanished) == (0, 1, 0)
    assert "ParticipationImported" not in house.told(before)
    assert {one.last_name for one in house.participations()} == {"Bah"}


def test_nor_do_two_rows_of_theirs(house: House, person: UUID) -> None:
    again = replace_row(AWA, started=utc_moment(STARTED + timedelta(days=3)))
    house.receive([shared(AWA), BAH, shared(again)], LATER)
    assert len(house.dossier(person).diagnostic.participations) == 2
    asked(house, person)
    erase(house, person)
    counts = house.receive([shared(AWA), BAH, shared(again)], LATER + timedelta(days=1))
    assert counts.new == 0


def test_a_test_begun_since_is_a_new_fact(house: House, erased: UUID) -> None:
    house.now += timedelta(days=30)
    back = replace_row(AWA, started=utc_moment(house.now - timedelta(days=1)))
    counts = house.receive([AWA, back, BAH], house.now - timedelta(hours=1), Answers(accept_vanished=True))
    assert counts.new == 1
    assert {one.last_name for one in house.participations()} == {"Bah", "Zanzibar"}


def test_their_number_stays_taken(house: House, erased: UUID) -> None:
    with pytest.raises(Refused, match="taken"):
        house.open("Autre", "Nom", WHO[2])


# --- a crash in the middle, and a backup of before


class Cut(BaseException):
    """The power goes."""


def cut(*_: object) -> None:
    raise Cut


def test_facts_without_destroyed_keys_are_settled_at_the_next_start(
    house: House, person: UUID, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked(house, person)
    with monkeypatch.context() as patch:
        patch.setattr(Keys, "destroy", cut)
        with pytest.raises(Cut):
            erase(house, person)
    assert readable(house.engine, person)
    assert erasing.settle(house.opened) == 2
    assert not readable(house.engine, person)
    assert [one.person for one in erasure_log.register(house.opened)] == [person]
    assert erasing.settle(house.opened) == 0


def test_what_fails_once_it_is_recorded_is_owed_until_it_is_done(house: House, person: UUID, tmp_path: Path) -> None:
    asked(house, person)
    blocked = tmp_path / "keys" / f"{house.opened.slug}.ring.new"
    blocked.mkdir()
    with pytest.raises(erasing.ErasureUnfinished):
        erase(house, person)
    assert house.dossier(person).erased
    for _ in range(2):
        assert erasing.is_pending(house.opened)
        assert erasing.has_unfinished(house.opened)
        assert readable(house.engine, person)
        with pytest.raises(OSError, match=re.escape(blocked.name)):
            erasing.settle(house.opened)
    blocked.rmdir()
    erasing.settle(house.opened)
    assert not erasing.is_pending(house.opened)
    assert not erasing.has_unfinished(house.opened)
    assert found_in(tmp_path) == []


def test_one_that_is_refused_owes_nothing_once_that_is_known(house: House, person: UUID) -> None:
    with pytest.raises(Refused):
        erase(house, person)
    assert erasing.settle(house.opened) == 0
    assert not erasing.is_pending(house.opened)


def test_one_recorded_while_another_is_finished_is_still_owed(
    house: House, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erase_and_be_cut() -> None:
        with pytest.raises(Cut):
            erase(house, person)

    asked(house, person)
    with monkeypatch.context() as patch:
        patch.setattr(Keys, "destroy", cut)
        patch.setattr(erasing, "refresh_keys", lambda opened: erase_and_be_cut())
        (house.opened.folder.parent / "keys" / f"{house.opened.slug}.erasing").touch()
        erasing.settle(house.opened)
    assert erasing.is_pending(house.opened)
    assert erasing.settle(house.opened) == 2


def test_a_line_that_was_torn_is_written_again(house: House, erased: UUID, tmp_path: Path) -> None:
    (path,) = (tmp_path / "keys").glob("*.erased")
    whole = path.read_bytes()
    for size in (0, 1, len(whole) // 2, len(whole) - 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        erasing.settle(house.opened)
        assert [one.person for one in erasure_log.register(house.opened)] == [erased]
    path.write_bytes(b"torn\n" + whole)
    with pytest.raises(StoreRefused):
        erasing.settle(house.opened)


def readable(engine: Engine, stream: UUID) -> bool:
    def opened(recorded: Recorded) -> bool:
        return recorded.event.TOPIC == "dossier.DossierOpened" and not isinstance(recorded.event, Erased)

    return any(map(opened, engine.history(stream)))


def test_a_restored_backup_of_before_forgets_them_again(house: House, person: UUID, tmp_path: Path) -> None:
    """Even one whose own keys of that time were kept beside it."""
    house.engine.recorder.truncate()
    kept = tmp_path.parent / f"{tmp_path.name}-kept"
    shutil.copytree(house.opened.folder, kept)
    asked(house, person)
    erase(house, person)
    folder = house.opened.folder
    house.engine.close()
    shutil.copy(folder / "keys.db", kept / "keys.db")
    (kept / "keys.db-wal").unlink(missing_ok=True)
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    restored = structure_folder.open_one(tmp_path, house.opened.slug, clock=lambda: house.now)
    assert not restored.engine.state("dossier", person).erased
    assert erasing.forget_again(restored, erasure_log.register(restored)) == [person]
    erasing.settle(restored)
    state = restored.engine.state("dossier", person)
    assert state.erased
    assert erasing.forget_again(restored, erasure_log.register(restored)) == []
    house.opened = restored
    house.engine = restored.engine
    house.side = catch_up.ReadSide(restored.engine, database(None))
    house.importer.engine = restored.engine
    assert house.receive([shared(AWA), shared(BAH)], LATER).new == 0


def test_the_register_tells_nothing_of_them(house: House, erased: UUID, tmp_path: Path) -> None:
    (path,) = (tmp_path / "keys").glob("*.erased")
    assert not [canary for canary in CANARIES if canary in path.read_bytes()]
    assert str(erased).encode() in path.read_bytes()
