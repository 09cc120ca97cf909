"""The structures that a data folder should hold: what a folder, a key or a backup knows, and nothing else."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pixflow.refused import Refused
from pixflow.store import folders
from tests import somebody

STAMP = "2026-03-05T010000Z"


def write(data: Path, *paths: str) -> None:
    for path in paths:
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (data / path).touch()


@pytest.fixture
def data() -> Iterator[Path]:
    """Flers with its folder, its key and two backups, as files without content."""
    with somebody.reachable() as made:
        write(made / "data", "flers/structure.json", "flers/events.db", "keys/flers.key", "keys/flers.ring")
        write(made / "data", f"backups/flers/{STAMP}/manifest.json", "backups/flers/2026-03-04T010000Z/manifest.json")
        yield made / "data"


def refusal(data: Path, slug: str = "flers") -> Refused:
    with pytest.raises(Refused) as refused, folders.access_in_words():
        folders.check_there(data, slug)
    return refused.value


@pytest.mark.parametrize(
    "known", ["flers/structure.json", "flers/restoring.json", "keys/flers.key", f"backups/flers/{STAMP}/manifest.json"]
)
def test_one_thing_that_knows_a_structure_is_enough(tmp_path: Path, known: str) -> None:
    write(tmp_path, known)
    assert folders.slugs(tmp_path) == ["flers"]


def test_what_is_no_structure_becomes_none(data: Path) -> None:
    write(data, "demonstration", "structure.json", "restoring.json", "clock.json", "notes.txt", "readme/notes.txt")
    write(data, ".flers/structure.json", "lost+found/structure.json", "Flers/structure.json", "_site/accounts.db")
    write(data, "keys/_site.key", "keys/alencon.ring", "keys/alencon.key.next", "keys/.alencon.key", "keys/sees.lock")
    write(data, "backups/_site/2026.accounts", f"backups/sees/.{STAMP}/manifest.json", "backups/sees/.lock")
    write(data, "flers/restoring/structure.json", f"flers/replaced/{STAMP}/manifest.json")
    assert folders.slugs(data) == ["flers"]


def test_an_empty_folder_has_none_and_so_has_one_that_is_not_there(tmp_path: Path) -> None:
    assert folders.slugs(tmp_path) == folders.slugs(tmp_path / "nowhere") == []
    assert refusal(tmp_path).code == refusal(tmp_path / "nowhere").code == "unknown-structure"


def lose_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def lose_document(folder: Path) -> None:
    (folder / "structure.json").unlink()


def link_folder_nowhere(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to("nowhere")


def link_document_nowhere(folder: Path) -> None:
    (folder / "structure.json").unlink()
    (folder / "structure.json").symlink_to("nowhere")


def put_a_file_there(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.touch()


LOSSES = [lose_folder, lose_document, link_folder_nowhere, link_document_nowhere, put_a_file_there]


@pytest.mark.parametrize("lose", LOSSES)
def test_one_that_is_gone_is_told_with_its_last_backup(data: Path, lose: Callable[[Path], None]) -> None:
    write(data, "backups/flers/2026-03-06T010000Z-damaged/manifest.json", f"backups/flers/.{STAMP}/manifest.json")
    lose(data / "flers")
    assert folders.slugs(data) == ["flers"]
    gone = refusal(data)
    missing = data / "flers" / "structure.json" if (data / "flers").is_dir() else data / "flers"
    assert gone.code == "structure-gone"
    assert gone.details == {"slug": "flers", "path": str(missing), "backup": str(data / "backups" / "flers" / STAMP)}
    shutil.rmtree(data / "backups")
    assert refusal(data).code == "structure-gone-unsaved"
    (data / "keys" / "flers.key").unlink()
    assert refusal(data).code == "unknown-structure"


@pytest.mark.parametrize("slug", ["../flers", "Flers", ".flers", "_site", "", "."])
def test_a_name_that_no_structure_has_opens_nothing(data: Path, slug: str) -> None:
    write(data, "structure.json", "_site/structure.json", ".flers/structure.json", "Flers/structure.json")
    write(data.parent, "flers/structure.json")
    assert refusal(data, slug).code == "unknown-structure"


# --- what this user cannot read


@pytest.mark.parametrize(("closed", "mode"), [("flers", 0), ("flers", 0o600), ("flers", 0o100)])
def test_a_folder_that_cannot_be_read_is_not_gone(data: Path, closed: str, mode: int) -> None:
    with somebody.without(data, data / closed, mode):
        assert folders.slugs(data) == ["flers"]
        refused = refusal(data)
    assert refused.code == "not-owned"
    assert (refused.details["path"], refused.details["user"]) == (str(data / closed), somebody.name())


def test_keys_that_cannot_be_listed_are_one_refusal(data: Path) -> None:
    with somebody.without(data, data / "keys"), pytest.raises(Refused, match="not-owned") as refused:
        folders.slugs(data)
    assert refused.value.details["path"] == str(data / "keys")
    with somebody.without(data, data), pytest.raises(Refused, match="not-owned") as refused:
        folders.slugs(data)
    assert refused.value.details["path"] == str(data)


def test_backups_that_cannot_be_listed_count_as_one_more(data: Path) -> None:
    """They may know a structure that nothing else knows."""
    with somebody.without(data, data / "backups"):
        assert folders.slugs(data) == ["backups", "flers"]
        folders.check_there(data, "flers")
        assert refusal(data, "backups").code == "not-owned"


@pytest.mark.parametrize(
    ("name", "mode"), [("events.db", 0), ("events.db", 0o444), ("keys.db", 0), ("events.db-wal", 0)]
)
def test_a_database_that_cannot_be_written_is_named(data: Path, name: str, mode: int) -> None:
    write(data, f"flers/{name}", "flers/notes.txt")
    folders.check_databases(data / "flers")
    with somebody.without(data, data / "flers" / name, mode), pytest.raises(PermissionError) as refused:
        folders.check_databases(data / "flers")
    assert refused.value.filename == str(data / "flers" / name)


def test_a_file_that_goes_meanwhile_is_no_refusal(data: Path) -> None:
    """The last process that leaves deletes the write-ahead log."""
    (data / "flers" / "events.db-wal").symlink_to("nowhere")
    folders.check_databases(data / "flers")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to somebody else")
def test_a_folder_of_somebody_else_is_read_by_them(data: Path) -> None:
    """Root ran `init` in a folder of pixflow's; and an administrator runs a command in pixflow's place."""
    with somebody.without(data, data / "flers"):
        os.seteuid(0)
        os.chown(data, 1, -1)
        os.chown(data / "flers", 1, -1)
        os.seteuid(65534)
        refused = refusal(data)
    assert (refused.code, refused.details["path"]) == ("other-user", str(data / "flers"))
