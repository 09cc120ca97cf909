"""An event that does not open stops its own stream, and nothing else."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from pixflow import erasing, inspection
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError, erasure_log, key_copies, manifest
from pixflow.backups.backup import keep
from pixflow.backups.erasure_log import Erasure
from pixflow.backups.key_copies import rotate_keys
from pixflow.dossier.identity import correct_contact
from pixflow.events.base import Unopened
from pixflow.refused import Refused
from pixflow.store import Damaged
from pixflow.team.membership import add_member
from projections import directory
from projections.store import stores
from projections.store.folds import FOLD
from tests import erasures
from tests.backups.house import House
from tests.backups.test_erasure_proof import empty
from tests.damage import cut, flip, flip_key, garble
from web.hosting.read_tables import reads_of


def position_of(house: House, stream: UUID) -> int:
    return next(one.position for one in house.opened.engine.read(0, 1_000) if one.originator_id == stream)


def call(house: House, dossier: UUID) -> None:
    said: dict[str, Any] = {"by": Actor(OPERATOR), "command_id": uuid4(), "phone": "0612345678", "email": None}
    house.opened.engine.execute({"dossier": dossier}, correct_contact, **said)


def shown(house: House, *dossiers: UUID) -> set[UUID]:
    """Returns the dossiers among these that the read tables show, after a rebuild."""
    with closing(reads_of(house.opened)) as reads:
        stores.rebuild(reads.stores, house.opened.engine)
        with reads.side.database.connect() as connection:
            return set(directory.find_people(connection, list(dossiers)))


def test_a_rebuild_goes_on_and_the_stream_is_stopped(house: House) -> None:
    bad, good = house.dossier("Mauvais"), house.dossier("Bon")
    flip(house.opened, position_of(house, bad))
    house.reopen()
    read = house.opened.engine.read(0, 1_000)
    assert [one.originator_id for one in read if isinstance(one.event, Unopened)] == [bad]
    assert [one.position for one in read] == list(range(1, len(read) + 1))
    assert shown(house, bad, good) == {good}
    with closing(reads_of(house.opened)) as reads:
        assert {(row.projection, row.stream) for row in reads.side.stopped()} >= {(FOLD, bad)}
        assert {row.stream for row in reads.side.stopped()} == {bad}


def test_tables_that_follow_stop_that_stream_alone(house: House) -> None:
    """The damage comes between the recording and the reading: the tables show the stream as before."""
    bad, good = house.dossier("Mauvais"), house.dossier("Bon")
    shown(house)
    call(house, bad)
    call(house, good)
    flip(house.opened, house.opened.engine.head() - 1)
    house.reopen()  # who recorded still knows what: another process follows
    with closing(reads_of(house.opened)) as reads:
        assert reads.side.catch_up() == house.opened.engine.head()
        assert {row.stream for row in reads.side.stopped()} == {bad}


def test_commands_on_that_stream_are_refused_and_no_other(house: House) -> None:
    bad, good = house.dossier("Mauvais"), house.dossier("Bon")
    flip(house.opened, position_of(house, bad))
    house.reopen()
    with pytest.raises(Refused, match="damaged-stream"):
        call(house, bad)
    call(house, good)
    with pytest.raises(Damaged):
        house.opened.engine.history(bad)


def test_a_member_of_the_team_whose_event_does_not_open_has_no_role(house: House) -> None:
    staff = [uuid4(), uuid4()]
    for number, person in enumerate(staff):
        said: dict[str, Any] = {"name": "Nadia", "email": f"n{number}@ml.fr", "site": None, "roles": ("advisor",)}
        house.opened.engine.execute({"staff": person}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **said)
    head = house.opened.engine.head()
    flip(house.opened, head - 2)
    house.reopen()
    team = house.opened.engine.references().team
    assert not (team[staff[0]].roles if staff[0] in team else None)
    assert team[staff[1]].roles == {"advisor"}
    house.dossier("Bon")


@pytest.mark.parametrize("column", ["originator_id", "topic"])
def test_a_text_that_is_none_stops_nobody_else(files: House, column: str) -> None:
    bad, good = files.dossier("Mauvais"), files.dossier("Bon")
    garble(files.opened, position_of(files, bad), column)
    files.reopen()
    assert [one.position for one in files.opened.engine.read(0, 100) if isinstance(one.event, Unopened)] == [4]
    assert shown(files, bad, good) == {good}
    call(files, good)


def test_an_erased_person_leaves_the_tables_even_where_an_event_does_not_open(house: House) -> None:
    gone = house.dossier("Zanzibar")
    reads = reads_of(house.opened)
    stores.rebuild(reads.stores, house.opened.engine)
    side = reads.side
    call(house, gone)
    house.erase(gone)
    flip(house.opened, position_of(house, gone) + 1)
    side.catch_up()
    with side.database.connect() as connection:
        for table in directory.TABLES:
            assert "Zanzibar" not in str(connection.execute(select(table)).all())
    reads.close()


def test_a_backup_that_holds_damage_is_kept_apart_and_no_good_one_is_deleted(house: House) -> None:
    """`backup --keep 2` deleted the good copies, while every night saved the damage."""
    bad = house.dossier("Mauvais")
    good = [house.backed_up() for _ in range(3)]
    flip(house.opened, position_of(house, bad))
    house.reopen()
    damaged = [house.backed_up() for _ in range(3)]
    folder = good[0].path.parent
    assert [one.path.name.endswith("-damaged") for one in damaged] == [True] * 3
    assert [one.manifest.unopened for one in damaged] == [1] * 3
    assert keep(folder, 2, house.now) == []
    assert manifest.all_of(folder) == good


def test_a_backup_and_a_restore_are_whole_passes(house: House) -> None:
    bad = house.dossier("Mauvais")
    position, good = position_of(house, bad), house.backed_up()
    assert (known := _known(house)).head == house.opened.engine.head()
    assert known.faults == ()
    flip(house.opened, position)
    house.reopen()
    damaged = house.backed_up()
    assert [one.position for one in _known(house).faults] == [position]
    house.restored(good.path, replace=True)
    assert (known := _known(house)).faults == ()
    assert known.head == house.opened.engine.head() - 1, "all but the restore itself"
    house.restored(damaged.path, replace=True, damaged=True)
    assert [(one.position, one.stream) for one in _known(house).faults] == [(position, bad)]


def test_a_refused_restore_leaves_the_pass_as_it_was(house: House) -> None:
    flip(house.opened, position_of(house, house.dossier("Mauvais")))
    house.reopen()
    damaged = house.backed_up()
    before = _known(house)
    with pytest.raises(BackupError, match="unopened"):
        house.restored(damaged.path, replace=True)
    house.reopen()
    assert _known(house) == before


def _known(house: House) -> inspection.Pass:
    known = inspection.read(house.opened.folder, house.opened.engine.head())
    assert known
    return known


def test_a_restore_forgets_again_whose_dossier_does_not_open(house: House) -> None:
    """Nothing can be recorded on that stream; its key is gone all the same."""
    gone, good = house.dossier("Zanzibar"), house.dossier("Bon")
    cut(house.opened, position_of(house, gone))
    house.reopen()
    backup = house.backed_up().path
    erased = Erasure(gone, "request", date(2026, 3, 2))
    erasure_log.register_path(house.opened).write_bytes(msgspec.json.encode(erased) + b"\n")
    house.restored(backup, replace=True, damaged=True)
    assert not house.opened.engine.keys.vault.streams()[gone]
    assert house.name(good) == "Bon"
    assert erasure_log.list_unfinished(house.opened) == []
    assert shown(house, gone, good) == {good}


# --- a key of the vault that does not unwrap


def test_a_damaged_key_stops_its_stream_alone(house: House) -> None:
    bad, good = house.dossier("Mauvais"), house.dossier("Bon")
    flip_key(house.opened, bad)
    house.reopen()
    read = house.opened.engine.read(0, 1_000)
    assert [one.originator_id for one in read if isinstance(one.event, Unopened)] == [bad]
    assert shown(house, bad, good) == {good}
    with pytest.raises(Refused, match="damaged-stream"):
        call(house, bad)
    call(house, good)
    assert house.backed_up().path.name.endswith("-damaged")


def test_an_erasure_goes_on_beside_a_damaged_key_and_backups_keep_the_whole_one(house: House) -> None:
    bad, gone = house.dossier("Mauvais"), house.dossier("Zanzibar")
    backup = house.backed_up().path
    flip_key(house.opened, bad)
    house.reopen()
    erasures.erase(house.opened, gone)
    assert house.name(gone) == ""
    assert erasing.is_pending(house.opened), "the backup has the key"
    with pytest.raises(BackupError, match="keys-missing"):
        rotate_keys(house.opened, "routine", uuid4())
    house.restored(backup, replace=True)
    assert (house.name(bad), house.name(gone)) == ("Mauvais", "")
    assert not erasing.is_pending(house.opened)
    assert key_copies.read(backup).streams[gone] is None


def test_a_damaged_backup_of_a_damaged_key_is_restored_elsewhere_when_accepted(house: House, tmp_path: Path) -> None:
    bad, good = house.dossier("Mauvais"), house.dossier("Bon")
    flip_key(house.opened, bad)
    house.reopen()
    backup = house.backed_up().path
    house.moves(tmp_path / "other")
    assert [one.stream for one in house.restored(backup, damaged=True).unopened] == [bad]
    assert house.name(good) == "Bon"


# --- a key that is empty without an erasure


def test_an_emptied_key_is_lost_and_a_restore_brings_it_back(house: House) -> None:
    dossier, gone = house.dossier("Diallo"), house.dossier("Zanzibar")
    backup = house.backed_up().path
    house.erase(gone)
    empty(house, dossier)
    house.reopen()
    held = (backup / key_copies.FILE).read_bytes()
    for attempt in (house.backed_up, lambda: rotate_keys(house.opened, "routine", uuid4())):
        with pytest.raises(BackupError, match="keys-missing"):
            attempt()
    erasures.erase(house.opened, house.dossier("Bah"))
    assert (backup / key_copies.FILE).read_bytes() == held, "the backup has the key"
    house.restored(backup, replace=True)
    assert (house.name(dossier), house.name(gone)) == ("Diallo", "")


def test_an_emptied_key_that_no_backup_has_stays_empty(house: House) -> None:
    dossier = house.dossier("Diallo")
    backup = house.backed_up().path
    copy = key_copies.read(backup)
    (backup / key_copies.FILE).write_bytes(msgspec.json.encode(replace(copy, streams={**copy.streams, dossier: None})))
    empty(house, dossier)
    house.reopen()
    house.restored(backup, replace=True)
    assert house.name(dossier) == ""
    assert erasure_log.count_unnamed(house.opened) == 1


def test_a_person_whose_erasure_no_register_names_does_not_come_back(house: House) -> None:
    gone = house.dossier("Zanzibar")
    backup = house.backed_up().path
    keys = (backup / key_copies.FILE).read_bytes()
    house.erase(gone)
    erasure_log.register_path(house.opened).unlink()
    (backup / key_copies.FILE).write_bytes(keys)
    house.restored(backup, replace=True)
    assert house.name(gone) == ""
    assert gone in {one.person for one in erasure_log.register(house.opened)}


def test_nor_where_the_events_do_not_open(files: House) -> None:
    gone = files.dossier("Zanzibar")
    backup = files.backed_up().path
    keys = (backup / key_copies.FILE).read_bytes()
    files.erase(gone)
    erasure_log.register_path(files.opened).unlink()
    (backup / key_copies.FILE).write_bytes(keys)
    files.opened.engine.close()
    (files.opened.folder / "events.db").write_bytes(b"no database" * 100)
    files.restored(backup, replace=True)
    assert files.name(gone) == ""
