"""`pixflow event-log`: read back with the rules of IEEE 1849-2023, and searched for what must not leave."""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import combinations, product
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from pixflow.events import dossier as d
from pixflow.events.base import Recorded
from pixflow.events.indicators import EventLogIssued
from pixflow.indicators import object_log
from pixflow.indicators.event_log import instant_of
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


@cache
def auditor(folder: Path) -> str:
    """Returns the e-mail of the auditor."""
    opened = open_one(folder, next(folder.glob("*/events.db")).parent.name)
    team = opened.engine.references().team.values()
    opened.engine.close()
    return str(next(one.email for one in team if "auditor" in one.roles_on(today())))


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
        assert [int(one["pixflow:rank"]) for one in told] == [*range(1, len(told) + 1)]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00\.000Z", one["time:timestamp"]) for one in told)
        assert [one["time:timestamp"] for one in told] == sorted(one["time:timestamp"] for one in told)
        assert not {one["concept:name"] for one in told} & {"Retracted", "RetractionUndone"}


# --- the same paths in OCEL 2.0


OCEL: dict[str, Any] = {
    "eventTypes": [{"name": str, "attributes": [{"name": str, "type": str}]}],
    "objectTypes": [{"name": str, "attributes": [{"name": str, "type": str}]}],
    "events": [
        {
            "id": str, "type": str, "time": datetime, "attributes?": [{"name": str, "value": str}],
            "relationships?": [{"objectId": str, "qualifier": str}],
        },
    ],
    "objects": [
        {
            "id": str, "type": str, "attributes?": [{"name": str, "value": str, "time": datetime}],
            "relationships?": [{"objectId": str, "qualifier": str}],
        },
    ],
}  # fmt: skip
"""The rules of the schema of the OCEL 2.0 specification (8.2), written again. `?` marks what may be left out."""


def wrong(value: Any, rule: Any, at: str = "log") -> list[str]:
    """Returns the places where a value breaks the rules."""
    if isinstance(rule, list):
        return (
            [w for n, one in enumerate(value) for w in wrong(one, rule[0], f"{at}[{n}]")]
            if type(value) is list
            else [at]
        )
    if isinstance(rule, dict):
        known = {name.removesuffix("?"): one for name, one in rule.items()}
        missing = [f"{at}.{name}" for name in rule if name[-1] != "?" and name not in value]
        return missing + [w for name, one in value.items() for w in wrong(one, known.get(name, dict), f"{at}.{name}")]
    if rule is datetime:
        return [] if datetime.fromisoformat(value).tzinfo else [at]
    return [] if type(value) is rule else [at]


@pytest.fixture
def logs(run, tmp_path: Path) -> tuple[ElementTree.Element, dict[str, Any]]:
    """Logs of one period, in both standards."""
    xes, ocel = tmp_path / "paths.xes", tmp_path / "paths.jsonocel"
    assert run(xes, *WHO).exit_code == run(ocel, *WHO, "--format", "ocel").exit_code == 0
    return ElementTree.fromstring(xes.read_bytes()), json.loads(ocel.read_bytes())


def test_a_log_of_objects_keeps_the_rules_of_its_standard(logs) -> None:
    _, log = logs
    assert wrong(log, OCEL) == []
    broken = {**log, "objects": [{"id": "x"}], "events": [{"id": 1, "type": "", "time": "2026-01-01T00:00:00"}]}
    assert wrong(broken, OCEL) == ["log.events[0].id", "log.events[0].time", "log.objects[0].type"]
    ids, types = [one["id"] for one in log["objects"]], {one["name"] for one in log["objectTypes"]}
    assert len({*ids}) == len(ids)
    assert len({one["id"] for one in log["events"]}) == len(log["events"])
    assert {one["type"] for one in log["objects"]} <= types == {*object_log.TYPES}
    assert {one["type"] for one in log["events"]} == {one["name"] for one in log["eventTypes"]}
    related = [one["objectId"] for told in (*log["events"], *log["objects"]) for one in told["relationships"]]
    assert {*related} <= {*ids}
    declared = {one["name"] for kind in log["eventTypes"] for one in kind["attributes"]}
    assert {one["name"] for event in log["events"] for one in event["attributes"]} == declared


def test_both_standards_tell_the_same_paths(logs) -> None:
    xes, log = logs
    told = [[attributes(one) for one in trace.iter(f"{XES}event")] for trace in xes.findall(f"{XES}trace")]
    assert Counter(one["concept:name"] for trace in told for one in trace) == Counter(e["type"] for e in log["events"])
    numbered = [{one["name"]: one["value"] for one in event["attributes"]} for event in log["events"]]
    assert Counter((one["pixflow:rank"], one["time:timestamp"]) for trace in told for one in trace) == Counter(
        (values["rank"], one["time"]) for values, one in zip(numbered, log["events"], strict=True)
    )
    of = Counter(r["objectId"] for e in log["events"] for r in e["relationships"] if r["qualifier"] == "of")
    assert sorted(of.values()) == sorted(map(len, told))
    assert {*of} == {one["id"] for one in log["objects"] if one["type"] == "dossier"}
    people = {one["org:resource"] for trace in told for one in trace if one["org:resource"].startswith("staff-")}
    by = {r["objectId"] for e in log["events"] for r in e["relationships"] if r["qualifier"] == "by"}
    assert len(by) == len(people)


def test_objects_are_those_that_events_name(logs, played) -> None:
    _, log = logs
    kinds = {one["id"]: one["type"] for one in log["objects"]}
    said = {(e["type"], kinds[r["objectId"]], r["qualifier"]) for e in log["events"] for r in e["relationships"]}
    assert {
        ("ResultReceived", "participation", "about"), ("SeatBooked", "workshop", "at"),
        ("AdvisorAssigned", "member", "advisor"), ("PixPresented", "member", "by"),
    } <= said  # fmt: skip
    steady = {(one["type"], kinds[r["objectId"]]) for one in log["objects"] for r in one["relationships"]}
    assert steady == {("participation", "dossier")}


# --- two files for outside have nothing that joins them


SHARED = re.compile(r"staff|operator|clock|partner|complete|\d{4}-\d\d-\d\d(T00:00:00\.000Z)?")
"""Days, and words that are no id."""


NOT_TOLD = ("pixflow:stage", "pixflow:rank")


def told_by(file: Path) -> dict[str, set[str]]:
    """Returns what a file tells of each of its cases, but the names of activities and stages, days and ranks."""
    if file.suffix == ".xes":
        traces = ElementTree.fromstring(file.read_bytes()).findall(f"{XES}trace")
        cases = {attributes(one)["concept:name"]: [attributes(it) for it in one.iter(f"{XES}event")] for one in traces}
        values = {
            case: {value for one in events for key, value in one.items() if key not in ("concept:name", *NOT_TOLD)}
            for case, events in cases.items()
        }
    else:
        values = {}
        for one in json.loads(file.read_bytes())["events"]:
            named = {it["qualifier"]: it["objectId"] for it in one["relationships"]}
            said = {it["value"] for it in one["attributes"] if f"pixflow:{it['name']}" not in NOT_TOLD}
            values.setdefault(named["of"], set()).update({one["id"], one["time"], *said, *named.values()})
    assert values
    return {case: {one for one in told if not SHARED.fullmatch(one)} | {case} for case, told in values.items()}


@pytest.fixture(scope="module")
def files(played, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, list[Path]]:
    """Logs of both standards, two of each: for outside, and linked."""
    folder, made = tmp_path_factory.mktemp("files"), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXFLOW_DATA", str(played[0]))
        for linked in (False, True):
            made[linked] = [folder / f"{n}-{linked}.{kind}" for kind in ("xes", "ocel") for n in (1, 2)]
            for file in made[linked]:
                who = ("--as", auditor(played[0]), *WHO[2:]) if linked else WHO
                more = ["--linked"] if linked else []
                asked = ["event-log", str(file), *who, "--format", file.suffix[1:], *more]
                assert (result := CliRunner().invoke(app, asked)).exit_code == 0, result.output
    return made


def joined(one: Path, other: Path) -> set[str]:
    """Returns what stands in both files."""
    here, there = told_by(one), told_by(other)
    assert len(here) == len(there) > 10
    return set().union(*here.values()) & set().union(*there.values())


def test_nothing_joins_two_files_for_outside_and_positions_join_two_linked_ones(files) -> None:
    for one, other in combinations(files[False], 2):
        assert joined(one, other) == set()
    for outside, linked in product(files[False], files[True]):
        assert joined(outside, linked) == set()
    for one, other in combinations(files[True], 2):
        common = joined(one, other)
        assert any(re.fullmatch(r"\d{4}-.+\.\d{3}Z", text) for text in common)
        assert any(re.fullmatch(r"\d+", text) for text in common)


def test_a_linked_log_is_for_an_auditor_says_so_and_is_recorded_as_one(run, played, files, tmp_path: Path) -> None:
    file = tmp_path / "paths.xes"
    assert run(file, *WHO, "--linked").exit_code != 0
    assert not file.exists()
    result = run(file, "--as", auditor(played[0]), *WHO[2:], "--linked")
    assert "il ramène aux dossiers" in " ".join(result.output.split())
    with_key = open_one(played[0], next(played[0].glob("*/events.db")).parent.name)
    try:
        *_, last = (r.event for r in with_key.engine.history(with_key.stream("indicators")))
        positions = {one.position: one.at for one in with_key.engine.read(0, 99_999)}
    finally:
        with_key.engine.close()
    assert isinstance(last, EventLogIssued)
    assert (last.linked, last.digest) == (True, sha256(file.read_bytes()).hexdigest())
    told = [attributes(one) for one in ElementTree.fromstring(file.read_bytes()).iter(f"{XES}event")]
    assert all(instant_of(positions[int(one["pixflow:position"])]) == one["time:timestamp"] for one in told)


# --- what leaves


@pytest.mark.parametrize("standard", ["xes", "ocel"])
def test_nothing_personal_leaves_and_the_export_is_a_fact(run, played, tmp_path: Path, standard: str) -> None:
    file, other, (folder, dossiers, _) = tmp_path / "paths", tmp_path / "again", played
    assert run(file, *WHO, "--format", standard).exit_code == run(other, *WHO, "--format", standard).exit_code == 0
    text = file.read_text()
    opened = [one.event for events in dossiers.values() for one in events if isinstance(one.event, d.DossierOpened)]
    names = {name for one in opened for name in (one.last_name, one.first_name, one.imilo_number or one.last_name)}
    people = {one.by for events in dossiers.values() for one in events if ":" not in one.by}
    assert [word for word in (*names, *map(str, dossiers), *people) if f'"{word}"' in text] == []
    first = re.findall(
        '<trace><string key="concept:name" value="(.+?)"' if standard == "xes" else '"(dossier-.+?)"', text
    )
    assert first[0] not in other.read_text()
    with_key = open_one(folder, next(folder.glob("*/events.db")).parent.name)
    try:
        issued = [r.event for r in with_key.engine.history(with_key.stream("indicators"))]
    finally:
        with_key.engine.close()
    last = issued[-2]
    assert isinstance(last, EventLogIssued)
    assert not last.linked
    assert (last.digest, last.reason) == (sha256(file.read_bytes()).hexdigest(), "étude des parcours")
    assert (last.standard, last.events) == (standard, text.count("<event>" if standard == "xes" else '"time":'))


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
