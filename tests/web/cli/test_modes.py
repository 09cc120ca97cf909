"""Modes of folders and files under umask 000: nobody else on the machine reads or writes them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx2
import pytest

from pixflow.backups.backup import back_up
from pixflow.restore.restore import restore
from pixflow.uploads import Uploads
from projections.store import stores
from tests.web.paths import house
from web.hosting.host import serving
from web.hosting.mail import outbox_for
from web.hosting.read_tables import reads_of
from web.hosting.settings import Settings


@pytest.fixture
def umask_000() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(data: Path) -> list[str]:
    """The folder itself, and all folders and files in it, that are not 0700 or 0600."""
    found = [data, *sorted(data.rglob("*"))]
    return [
        f"{oct(path.stat().st_mode & 0o777)} {path.relative_to(data.parent)}"
        for path in found
        if path.stat().st_mode & 0o777 != (0o700 if path.is_dir() else 0o600)
    ]


@pytest.mark.usefixtures("umask_000")
def test_each_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """Without the umask that `pixflow` sets."""
    data = tmp_path / "new" / "data"
    with house(data, date(2026, 3, 16)) as at_work, serving(at_work.host):
        at_work.opened()
        Uploads(at_work.served.opened.folder / "uploads").keep(b"x", "export.csv")
        assert at_work.served.tick(outbox_for(Settings(smtp=""), at_work.served.opened.folder, demo=True), "").sent
        at_work.served.rebuild(lambda done, total: None)
        backup = back_up(at_work.served.opened)
        assert open_to_others(data) == []
    other = tmp_path / "other" / "data"

    def rebuild(opened: object) -> None:
        reads = reads_of(opened)  # type: ignore[arg-type]
        stores.ensure(reads.stores, opened.engine, lambda done, total: None)  # type: ignore[attr-defined]
        reads.close()

    (other / "keys").mkdir(parents=True)
    for path in (other, other / "keys"):
        path.chmod(0o700)
    key = data / "keys" / f"{at_work.slug}.key"
    (other / "keys" / key.name).write_bytes(key.read_bytes())
    (other / "keys" / key.name).chmod(0o600)
    restore(other, backup.path, motive="drill", rebuild=rebuild)
    restore(other, backup.path, motive="drill", replace=True, rebuild=rebuild)
    assert open_to_others(other) == []


@pytest.mark.trial
def test_a_whole_life_at_the_terminal_under_umask_000(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    environment = {**os.environ, "PIXFLOW_DATA": str(data), "COLUMNS": "200"}

    def command(*words: object) -> list[str]:
        return [str(Path(sys.executable).with_name("pixflow")), *map(str, words)]

    def ran(*words: object) -> str:
        return subprocess.run(
            command(*words), env=environment, capture_output=True, text=True, check=True, umask=0
        ).stdout

    ran("init", "--demo", "--preset", "laigle-mortagne", "--structure", "Ici")
    ran("staff", "add", "Sophie Lecomte", "sophie@ml.example", "--role", "referent")
    with subprocess.Popen(
        command("serve", "--demo", "--port", "0"), env=environment, stdout=subprocess.PIPE, text=True, umask=0
    ) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().partition("http://")[2].split()[0]
            assert httpx2.get(f"http://{url}/qui", timeout=600).status_code == 200
            ran("tick")
            ran("backup")
            assert open_to_others(data) == []
        finally:
            process.terminate()
    (backup,) = (path for path in (data / "backups" / "ici").iterdir() if path.is_dir())
    ran("restore", backup, "--replace", "--reason", "drill")
    ran("keys", "rotate", "--reason", "routine")
    ran("rebuild")
    assert open_to_others(data) == []
