"""The host: structures opened at the start, those that come later, and those that do not open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixflow import presets, structure_folder
from pixflow.store import AlreadyServed, StoreRefused
from pixflow.store.locks import ServeLock
from tests.web.client import InspectingClient, words
from web.app import create_app
from web.cli.server import tick_all
from web.hosting.host import Host, open_host, serving
from web.hosting.settings import Settings


def opened(data: Path, name: str) -> Path:
    """A new structure; its folder."""
    made = structure_folder.create(data, name=name, preset=presets.load("laigle-mortagne"), sites=(name,))
    made.engine.close()
    return made.folder


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Host]:
    """Alençon is served; Argentan, beside it, has a damaged document."""
    opened(tmp_path, "Alençon")
    document = opened(tmp_path, "Argentan") / "structure.json"
    document.rename(document.with_suffix(".good"))
    document.write_bytes(b"{")
    with open_host(tmp_path, demo=True) as made, serving(made):
        yield made


def mend(served: Host) -> None:
    document = served.data / "argentan" / "structure.json"
    document.with_suffix(".good").replace(document)


def test_a_structure_that_does_not_open_keeps_no_other_from_being_served(served: Host) -> None:
    assert list(served.structures) == ["alencon"]
    assert isinstance(served.closed["argentan"], StoreRefused)
    client = InspectingClient(create_app(served))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["closed"], answer.json()["structures"]) == (200, 1, 1)
    assert "store" in answer.json()["alarms"]
    page = words(client.get("/qui").text)
    assert "Alençon" in page
    assert "La structure « argentan » ne s’ouvre pas pour l’instant" in page


def test_once_mended_it_is_served_within_a_minute(served: Host) -> None:
    tick_all(served, Settings(), 8000)
    assert list(served.closed) == ["argentan"]
    mend(served)
    tick_all(served, Settings(), 8000)
    assert (sorted(served.structures), served.closed) == (["alencon", "argentan"], {})
    answer = InspectingClient(create_app(served)).get("/readyz").json()
    assert answer["closed"] == 0
    assert "store" not in answer["alarms"]


def test_a_structure_made_meanwhile_is_served_by_this_process_alone(served: Host) -> None:
    folder = opened(served.data, "Sées")
    tick_all(served, Settings(), 8000)
    assert "sees" in served.structures
    with pytest.raises(AlreadyServed):
        ServeLock(folder).acquire()


def test_a_structure_is_not_served_while_it_is_being_made(served: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = structure_folder._publish

    def meanwhile(*of: Any) -> None:
        tick_all(served, Settings(), 8000)
        assert isinstance(served.closed["sees"], StoreRefused)
        publish(*of)

    monkeypatch.setattr(structure_folder, "_publish", meanwhile)
    opened(served.data, "Sées")
    tick_all(served, Settings(), 8000)
    assert served.structures["sees"].refs.structure.name == "Sées"


def test_what_another_process_serves_stays_closed_until_it_is_left(served: Host) -> None:
    folder = opened(served.data, "Sées")
    with ServeLock(folder):
        tick_all(served, Settings(), 8000)
        assert isinstance(served.closed["sees"], AlreadyServed)
    tick_all(served, Settings(), 8000)
    assert "sees" in served.structures


def test_at_the_start_another_process_is_not_passed_over(tmp_path: Path) -> None:
    opened(tmp_path, "Alençon")
    with ServeLock(opened(tmp_path, "Argentan")), pytest.raises(AlreadyServed), open_host(tmp_path):
        pass  # its tables would have to be made, under the other's eyes
    with open_host(tmp_path):
        pass
    with ServeLock(tmp_path / "argentan"), open_host(tmp_path) as made, pytest.raises(AlreadyServed), serving(made):
        pass


def test_where_nothing_opens_nothing_is_served(tmp_path: Path) -> None:
    (opened(tmp_path, "Alençon") / "structure.json").write_bytes(b"{")
    with pytest.raises(StoreRefused, match="damaged"), open_host(tmp_path):
        pass
