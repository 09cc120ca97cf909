"""`pixflow event-log`: read back with the rules of IEEE 1849-2023, and searched for what must not leave."""

import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from pixflow.events import dossier as d
from pixflow.events.base import Recorded
from pixflow.events.indicators import EventLogIssued
from pixflow.structure_folder import open_one
from tests.clock import today
from tests.erasures import erase
from tests.web.samples.test_simulate import built
from web.cli.app import app

XES = "{http://www.xes-standard.org/}"
ORDER = ["extension", "global", "classifier", "string", "trace"]
WHO = ("--as", "demande@example.org", "--reason", "étude des parcours", "--au", "2025-12-31")
Histories = dict[UUID, list[Recorded]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Histories, UUID]:
    """A simulated structure with one person erased: its folder, its dossiers, and the erased one."""
    folder = tmp_path_factory.mktemp("log")
    opened, _ = built(folder, young_people=20)
    first = next(one.originator_id for one in opened.engine.read(0, 9_999) if isinstance(one.event, d.DossierOpened))
    erase(opened, first)
    dossiers: Histories = {}
    for one in opened.engine.read(0, 99_999):
        if one.event.TOPIC.startswith("dossier."):
            dossiers.setdefault(one.originator_id, []).append(one)
    opened.engine.close()
    return folder, dossiers, first


@pytest.fixture
def run(played, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIXFLOW_DATA", str(played[0]))
    return lambda *said: CliRunner().invoke(app, ["event-log", *map(str, said)])


def attributes(element: ElementTree.Element) -> dict[str, str]:
    return {child.get("key", ""): child.get("value", "") for child in element}


def test_the_file_keeps_the_rules_of_the_standard(run, played, tmp_path: Path) -> None:
    file, (_, dossiers, erased) = tmp_path / "paths.xes", played
    result = run(file, *WHO)
    assert result.exit_code == 0, result.output
    log = ElementTree.fromstring(file.read_bytes())
    kinds = [child.tag.removeprefix(XES) for child in log]
    assert (log.tag, log.get("xes.version")) == (f"{XES}log", "1.0")
    assert kinds == sorted(kinds, key=ORDER.index)
    prefixes = {one.get("prefix") for one in log.iter(f"{XES}extension")}
    assert {key.partition(":")[0] for one in log.iter() if (key := one.get("key"))} <= prefixes
    wanted = {one.get("scope"): attributes(one).keys() for one in log.iter(f"{XES}global")}

    there = {id: events for id, events in dossiers.items() if id != erased}
    found = log.findall(f"{XES}trace")
    assert len(found) == len(there)
    assert len({one[0].get("value") for one in found}) == len(found)
    assert all(attributes(one).keys() >= wanted["trace"] for one in found)
    for trace in found:
        told = [attributes(one) for one in trace.iter(f"{XES}event")]
        assert all(one.keys() >= wanted["event"] for one in told)
        assert [int(one["pixflow:position"]) for one in told] == sorted(int(one["pixflow:position"]) for one in told)
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["time:timestamp"]) for one in told)
        assert not {one["concept:name"] for one in told} & {"Retracted", "RetractionUndone"}


def test_nothing_personal_leaves_and_the_export_is_a_fact(run, played, tmp_path: Path) -> None:
    file, other, (folder, dossiers, _) = tmp_path / "paths.xes", tmp_path / "again.xes", played
    assert run(file, *WHO).exit_code == run(other, *WHO).exit_code == 0
    text = file.read_text()
    opened = [one.event for events in dossiers.values() for one in events if isinstance(one.event, d.DossierOpened)]
    names = {name for one in opened for name in (one.last_name, one.first_name, one.imilo_number or one.last_name)}
    people = {one.by for events in dossiers.values() for one in events if ":" not in one.by}
    assert [word for word in (*names, *map(str, dossiers), *people) if f'"{word}"' in text] == []
    assert re.findall('<trace><string key="concept:name" value="(.+?)"', text)[0] not in other.read_text()
    with_key = open_one(folder, next(folder.glob("*/events.db")).parent.name)
    try:
        issued = [r.event for r in with_key.engine.history(with_key.stream("indicators"))]
    finally:
        with_key.engine.close()
    last = issued[-2]
    assert isinstance(last, EventLogIssued)
    assert (last.digest, last.reason) == (sha256(file.read_bytes()).hexdigest(), "étude des parcours")
    assert last.events == text.count("<event>")


def test_a_log_that_may_not_leave_writes_no_file(run, tmp_path: Path) -> None:
    file = tmp_path / "paths.xes"
    assert run(file, *WHO[:2], "--reason", " ").exit_code != 0
    assert run(file, "--as", "personne@example.org", *WHO[2:]).exit_code != 0
    assert not file.exists()
    file.write_text("déjà là")
    assert run(file, *WHO).exit_code == 2
    assert file.read_text() == "déjà là"


def test_a_last_day_before_the_first_is_refused_and_no_fact(run, played, tmp_path: Path) -> None:
    """The last day is today when it is not said."""
    later = (today() + timedelta(days=2)).isoformat()
    for days in (("--du", "2026-01-01", "--au", "2025-12-31"), ("--du", later)):
        result = run(tmp_path / "paths.xes", *WHO[:4], *days)
        assert result.exit_code == 2
        assert "est avant le premier" in result.output
    assert not (tmp_path / "paths.xes").exists()
    assert run(tmp_path / "one_day.xes", *WHO, "--du", "2025-12-31").exit_code == 0
