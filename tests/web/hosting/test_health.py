"""/healthz, /readyz and `pixflow doctor`: each alarm is provoked, and silence is not taken for health."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier
from sqlalchemy import update

from pixflow import erasing, presets, structure_folder
from pixflow import inspection as event_pass
from pixflow.actor import OPERATOR
from pixflow.backups.backup import back_up
from pixflow.events.base import Recorded
from pixflow.events.dossier import DossierOpened, PersonErased
from projections import contract
from tests import erasures
from tests.damage import flip, flip_key
from tests.postgres import Cluster
from tests.web.client import LocalClient
from tests.web.french.test_sentences import assert_well_set
from tests.web.hosting.conftest import ON_SQLITE
from tests.web.paths import House, house
from web.app import create_app
from web.cli.server import tick_all
from web.french import dates
from web.french import health as french_health
from web.hosting import health
from web.hosting.clock_jobs import Round
from web.hosting.health import Finding
from web.hosting.host import Host, open_host, serving
from web.hosting.settings import Settings

FIRST = date(2026, 1, 5)


@pytest.fixture
def at_work(store: str, tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data", FIRST) as made:
        made.served.read()
        yield made


def found(at_work: House) -> dict[str, Finding]:
    opened = at_work.served.opened
    return {one.check: one for one in health.all_findings(opened, at_work.served.reads)}


def look(host: Host) -> None:
    with closing(Round()) as shared:
        for served in host.structures.values():
            host.look(served, shared)


def alarms(at_work: House) -> set[str]:
    return {check for check, one in found(at_work).items() if one.level == "alarm"}


def monitor(at_work: House) -> Any:
    """Returns `/readyz` without an account, after a tick has looked."""
    look(at_work.host)
    return LocalClient(create_app(at_work.host)).get("/readyz")


def reached(at_work: House, position: int) -> None:
    """The tables say that they show so many events."""
    with at_work.served.reads.side.writing() as connection:
        connection.execute(update(contract.position), {"position": position})


def written(at_work: House, file: str, *statements: str) -> None:
    """Somebody writes into the database, with the rights of its owner."""
    opened = at_work.served.opened
    if opened.database is None:
        with closing(sqlite3.connect(opened.folder / f"{file}.db")) as database, database:
            for statement in statements:
                database.execute(statement)
        return
    with opened.database.owner() as owner, owner.transaction():
        owner.execute(SQL("SET LOCAL search_path TO {}").format(Identifier(str(opened.schema))))
        for statement in statements:
            owner.execute(statement.encode())


def make_another_a_week_later(at_work: House) -> None:
    at_work.day(FIRST + timedelta(days=7))
    at_work.opened()
    at_work.day(FIRST + timedelta(days=7), 10)


# --- when all is well


def test_all_is_well_once_there_is_a_backup(at_work: House) -> None:
    assert alarms(at_work) == {"backup"}
    back_up(at_work.served.opened)
    assert alarms(at_work) == set()
    checks = {"durability", "version", "clock", "triggers", "order", "facts", "keys", "erasures", "destroyed"}
    checks |= {"access", "tables", "stopped", "past", "modes", *(() if at_work.served.opened.database else ("log",))}
    assert found(at_work).keys() == checks | {"aside", "backup", "disk"}


def test_a_monitor_is_answered_with_counts_and_codes(at_work: House) -> None:
    client = LocalClient(create_app(at_work.host))
    assert client.get("/healthz").text == "ok"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    nothing = dict.fromkeys(("closed", "lag", "stopped", "jumps", "age"), 0)
    assert answer.json() == {"ready": True, "structures": 1, **nothing, "alarms": []}


# --- each alarm, provoked


@ON_SQLITE
def test_a_connection_that_is_not_durable(at_work: House) -> None:
    at_work.opened()
    with at_work.served.engine.recorder.datastore.transaction(commit=True) as cursor:
        writer = cursor.connection
    writer.execute("PRAGMA synchronous = NORMAL")
    assert found(at_work)["durability"] == Finding("durability", "alarm", {"store": "sqlite"})
    answer = monitor(at_work)
    assert (answer.status_code, answer.json()["alarms"]) == (503, ["durability"])


@ON_SQLITE
def test_a_version_to_be_updated_is_a_note(at_work: House) -> None:
    warned = at_work.served.engine.recorder.has_known_flaw
    assert warned == (sqlite3.sqlite_version_info < (3, 51, 3))
    assert found(at_work)["version"].level == ("note" if warned else "good")


def test_tables_that_nobody_brings_up_to_date(at_work: House) -> None:
    lag = len(at_work.events(at_work.opened()))
    assert found(at_work)["tables"] == Finding("tables", "good", {"lag": lag, "minutes": 0})
    make_another_a_week_later(at_work)
    assert found(at_work)["tables"] == Finding("tables", "alarm", {"lag": 2 * lag, "minutes": 7 * 24 * 60 + 60})
    answer = monitor(at_work)
    assert (answer.status_code, answer.json()["lag"], answer.json()["alarms"]) == (503, 2 * lag, ["tables"])
    at_work.served.read()
    assert monitor(at_work).status_code == 200


def test_lines_of_the_access_journal_that_somebody_took_away(at_work: House) -> None:
    at_work.opened()
    at_work.client("Sophie Lecomte").get("/dossiers")
    at_work.client("Sophie Lecomte").get("/dossiers")
    assert found(at_work)["access"] == Finding("access", "good", {"why": "none"}), "nothing is sealed"
    until = at_work.today
    at_work.pass_by(days=1)
    at_work.served.tick()
    at_work.client("Sophie Lecomte").get("/dossiers")
    assert found(at_work)["access"] == Finding("access", "good", {"until": until}), "not today"
    told = french_health.sentence("access", "good", {"until": until})
    assert told.startswith(f"Toutes là jusqu’au {dates.day(until, year=True)}, ")
    at_work.served.journal.store.drop(202601)
    said = {"access": {"lines_missing": 1, "days": 1}}
    assert found(at_work)["access"] == Finding("access", "alarm", said)
    assert_well_set(french_health.sentence("access", "alarm", said))


def test_tables_of_a_log_that_is_gone(at_work: House) -> None:
    reached(at_work, 10_000)
    assert found(at_work)["tables"].details["why"] == "ahead"
    assert monitor(at_work).status_code == 503


@ON_SQLITE
def test_tables_of_another_version_only(at_work: House) -> None:
    folder = at_work.served.reads.stores.folder
    folder.rename(folder.with_name("0123456789abcdef"))
    assert found(at_work)["tables"] == Finding("tables", "alarm", {"lag": at_work.served.engine.head(), "why": "other"})
    assert monitor(at_work).status_code == 503


def test_a_table_that_stopped(at_work: House) -> None:
    with at_work.served.reads.side.writing() as connection:
        stream = {"projection": "advisor_queue", "stream": uuid4(), "position": 3, "code": "KeyError"}
        connection.execute(contract.stopped.insert(), stream)
    assert found(at_work)["stopped"].details == {"streams": 1, "tables": {"advisor_queue": 1}}
    answer = monitor(at_work)
    assert (answer.status_code, answer.json()["stopped"], answer.json()["alarms"]) == (200, 1, ["stopped"])


def test_a_clock_that_was_set_back(at_work: House) -> None:
    at_work.day(FIRST, 11)
    at_work.opened()
    at_work.day(FIRST, 10)
    assert found(at_work)["clock"] == Finding("clock", "alarm", {"seconds": 3600})
    assert "clock" in monitor(at_work).json()["alarms"]


def test_the_alarm_of_the_clock_stays_while_facts_of_the_future_stay(at_work: House) -> None:
    at_work.day(FIRST + timedelta(days=40), 11)
    at_work.opened()
    at_work.day(FIRST, 11)
    at_work.opened()
    at_work.served.read()
    assert found(at_work)["clock"] == Finding("clock", "alarm", {"seconds": 40 * 86_400})
    assert "clock" in monitor(at_work).json()["alarms"]
    assert "40\N{NO-BREAK SPACE}jours" in french_health.sentence("clock", "alarm", {"seconds": 40 * 86_400})
    at_work.day(FIRST + timedelta(days=40), 12)
    assert found(at_work)["clock"].level == "good"


def test_what_a_clock_ahead_dated_is_no_proof_of_today(at_work: House) -> None:
    """For one night the clock was a year ahead. Nothing was backed up or read whole since."""
    at_work.day(FIRST + timedelta(days=365))
    back_up(at_work.served.opened)
    assert alarms(at_work) == set()
    at_work.day(FIRST)
    assert "facts" in monitor(at_work).json()["alarms"]
    assert found(at_work)["backup"] == Finding("backup", "alarm", {"why": "none"})
    assert "facts" not in monitor(at_work).json()["alarms"], "doctor has just read them"
    back_up(at_work.served.opened)
    assert found(at_work)["backup"].level == "good"


def test_a_backup_of_the_day_before_yesterday(at_work: House) -> None:
    back_up(at_work.served.opened)
    at_work.day(FIRST + timedelta(days=1))
    assert found(at_work)["backup"].level == "good"
    at_work.day(FIRST + timedelta(days=2))
    assert found(at_work)["backup"] == Finding("backup", "alarm", {"hours": 48})


def test_a_backup_that_is_kept_elsewhere(at_work: House, tmp_path: Path) -> None:
    path = str(back_up(at_work.served.opened, tmp_path / "disk").path)
    told = {"why": "elsewhere", "path": path}
    assert found(at_work)["backup"] == Finding("backup", "good", {"hours": 0, **told})
    at_work.day(FIRST + timedelta(days=2))
    assert found(at_work)["backup"] == Finding("backup", "alarm", {"hours": 48, **told})
    back_up(at_work.served.opened)
    assert found(at_work)["backup"] == Finding("backup", "good", {"hours": 0})


def test_a_disk_that_is_nearly_full(at_work: House) -> None:
    folder = at_work.served.opened.folder
    free = shutil.disk_usage(folder).free
    assert health.disk(folder, free=free // 2).level == "good"
    assert health.disk(folder, free=free * 2).level == "alarm"


@ON_SQLITE
def test_a_log_that_does_not_empty_itself(at_work: House) -> None:
    at_work.opened()
    assert health.log(at_work.served.opened, limit=1_000).level == "alarm"
    at_work.served.engine.recorder.truncate()
    assert health.log(at_work.served.opened, limit=1_000) == Finding("log", "good", {"size": 0})


def test_a_key_that_is_lost_and_one_that_is_destroyed(at_work: House) -> None:
    dossier, other = at_work.opened(), at_work.opened()
    at_work.served.engine.keys.destroy([other])
    assert found(at_work)["keys"].level == "good"
    written(
        at_work,
        "keys",
        f"DELETE FROM stream_keys WHERE stream = '{dossier if at_work.served.opened.database else dossier.hex}'",
    )
    assert found(at_work)["keys"] == Finding("keys", "alarm", {"lost": 1})


def test_a_key_that_is_damaged(at_work: House) -> None:
    flip_key(at_work.served.opened, at_work.opened())
    assert found(at_work)["keys"] == Finding("keys", "alarm", {"lost": 1})


def test_an_erasure_that_is_not_finished(at_work: House) -> None:
    opened, dossier = at_work.served.opened, at_work.opened()
    blocked = opened.folder.parent / "keys" / f"{at_work.slug}.ring.new"
    blocked.mkdir()
    with pytest.raises(erasing.ErasureUnfinished):
        erasures.erase(opened, dossier)
    with serving(at_work.host):
        assert found(at_work)["erasures"].level == "alarm"
    blocked.rmdir()
    at_work.served.tick()
    assert found(at_work)["erasures"].level == "good"
    opened.folder.parent.joinpath("keys", f"{at_work.slug}.erased").unlink()
    assert found(at_work)["erasures"].level == "alarm"


def test_an_erasure_that_pixflow_did_not_record_and_a_key_that_it_did_not_destroy(at_work: House) -> None:
    opened, dossier = at_work.served.opened, at_work.opened()
    version, stamps = at_work.state(dossier).version + 1, (opened.engine.clock(), OPERATOR, None, "cli", uuid4())
    opened.engine.events.put([Recorded(dossier, version, PersonErased(reason="request", on=FIRST), *stamps)])
    assert found(at_work)["erasures"] == Finding("erasures", "alarm", {"why": "forged", "forged": 1})
    assert found(at_work)["destroyed"].level == "good"
    opened.engine.keys.destroy([dossier])
    assert found(at_work)["destroyed"] == Finding("destroyed", "alarm", {"emptied": 1})


def test_more_erasures_than_pixflow_does_alone(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = at_work.served.opened
    blocked = opened.folder.parent / "keys" / f"{at_work.slug}.ring.new"
    blocked.mkdir()
    for n in range(6):
        with pytest.raises(erasing.ErasureUnfinished):
            erasures.erase(opened, at_work.opened(last=f"Nom {n}"))
    blocked.rmdir()
    with serving(at_work.host):
        at_work.served.tick()
    assert found(at_work)["erasures"] == Finding("erasures", "alarm", {"why": "many", "people": 6})
    at_work.served.settle(most=None)
    assert found(at_work)["erasures"].level == "good"


def test_triggers_that_are_gone(at_work: House, caplog: pytest.LogCaptureFixture) -> None:
    on_postgres = at_work.served.opened.database is not None
    gone = "append_only on commands" if on_postgres else "commands_delete"
    written(at_work, "events", f"DROP TRIGGER {gone}")
    (named,) = at_work.served.engine.recorder.missing_triggers()
    assert found(at_work)["triggers"] == Finding("triggers", "alarm", {"missing": [named]})
    answer = monitor(at_work)
    assert (answer.status_code, answer.json()["alarms"]) == (200, ["triggers"])
    with serving(at_work.host):
        assert f"events can be changed, triggers are missing: {named}" in caplog.text
    assert "commands" in named


def test_a_change_in_the_database(at_work: House) -> None:
    at_work.opened()
    events = at_work.served.engine.read(0, 100)
    position = max(one.position for one in events if isinstance(one.event, DossierOpened))
    on_postgres = at_work.served.opened.database is not None
    changed = "CAST(replace(state, '2026', '1999') AS BLOB)"
    if on_postgres:
        changed = "convert_to(replace(convert_from(state, 'UTF8'), '2026', '1999'), 'UTF8')"
    written(
        at_work,
        "events",
        f"DROP TRIGGER {'append_only ON stored_events' if on_postgres else 'stored_events_update'}",
        f"UPDATE stored_events SET state = {changed} WHERE position = {position}",
        "UPDATE stored_events SET originator_version = 9 WHERE position = 1",
    )
    assert found(at_work)["order"] == Finding("order", "alarm", {"faults": {"version": [1]}})
    head = at_work.served.engine.head()
    told = {"faults": {"opening": [position]}, "reached": head, "head": head, "days": 0}
    assert found(at_work)["facts"] == Finding("facts", "alarm", told)


def test_every_event_is_opened_in_parts_and_a_monitor_is_told(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, day = at_work.served.opened, timedelta(days=1)
    at_work.opened()
    at_work.served.read()
    assert health.last_facts(opened) == Finding("facts", "note")
    head = at_work.served.engine.head()
    monkeypatch.setattr(event_pass, "_STEP", head - 1)
    told = {"faults": {}, "reached": head - 1, "head": head, "days": 0}
    assert health.facts(opened, 0) == Finding("facts", "good", {**told, "why": "first"})
    assert health.facts(opened, 0) == Finding("facts", "good", {**told, "reached": head})
    at_work.day(FIRST + 7 * day)
    assert health.facts(opened, 0) == Finding("facts", "good", {**told, "days": 7, "why": "part"})
    assert "facts" not in monitor(at_work).json()["alarms"]
    at_work.day(FIRST + 8 * day)
    assert health.last_facts(opened) == Finding("facts", "alarm", {**told, "days": 8, "why": "late"})
    assert "facts" in monitor(at_work).json()["alarms"]
    back_up(opened)
    assert health.last_facts(opened) == Finding("facts", "good", {**told, "reached": head})
    assert "facts" not in monitor(at_work).json()["alarms"]


def test_a_monitor_is_told_what_the_last_backup_found(at_work: House) -> None:
    at_work.opened()
    head = at_work.served.engine.head()
    flip(at_work.served.opened, head)
    back_up(at_work.served.opened)
    answer = monitor(at_work)
    assert "facts" in answer.json()["alarms"]
    assert health.last_facts(at_work.served.opened).details["faults"] == {"opening": [head]}


@ON_SQLITE
def test_keys_that_others_may_read(at_work: House) -> None:
    (at_work.host.data / "keys" / f"{at_work.slug}.key").chmod(0o640)
    (at_work.served.opened.folder / "keys.db").chmod(0o604)
    assert found(at_work)["modes"].details == {"files": ["keys.db", f"{at_work.slug}.key"]}


@ON_SQLITE
def test_a_check_that_fails_is_an_alarm(at_work: House) -> None:
    with closing(sqlite3.connect(at_work.served.opened.folder / "keys.db")) as vault, vault:
        vault.execute("INSERT INTO stream_keys VALUES ('no stream', NULL)")
    one = found(at_work)["keys"]
    assert (one.level, one.details["error"]) == ("alarm", "StoreRefused")
    assert "keys.db is damaged" in one.details["said"]


@pytest.mark.postgres
def test_a_server_that_forgets_and_one_that_does_not_answer(
    postgres: Cluster, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", database_url)
    name = str(conninfo_to_dict(database_url)["dbname"])
    with closing(Settings().database()) as database:  # type: ignore[type-var]
        preset = presets.load("laigle-mortagne")
        structure_folder.create(tmp_path, name="Ici", preset=preset, sites=("Ici",), database=database).engine.close()
        with open_host(tmp_path) as served, LocalClient(create_app(served)) as client:
            assert client.get("/readyz").json()["alarms"] == []
            one = served.structures["ici"]
            levels = {found.check: found.level for found in health.all_findings(one.opened, one.reads)}
            assert levels.pop("backup") == "alarm"
            assert set(levels.values()) == {"good"}
            assert "log" not in levels, "PostgreSQL keeps its own"
            postgres.run(f"ALTER DATABASE {name} SET synchronous_commit = off")
            look(served)
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["alarms"]) == (503, ["durability"])
            postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            database.limit = 0.1
            postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            tick_all(served, Settings(url=""), 0)
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["ready"]) == (503, False)
            assert {"durability", "tables", "clock"} <= set(answer.json()["alarms"])
            postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            postgres.run(f"ALTER DATABASE {name} RESET synchronous_commit")
            database.limit = 10
            tick_all(served, Settings(url=""), 0)
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["alarms"]) == (200, [])


# --- in words


def examples() -> Iterator[Finding]:
    counts: dict[str, Any] = {
        "lag": 3, "minutes": 12, "seconds": 3600, "lost": 2, "missing": ["commands_delete"], "streams": 2,
        "faults": {"opening": [4, 5], "command": [7]}, "tables": {"advisor_queue": 2}, "files": ["ici.key"],
        "size": 70_000_000, "hours": 48, "free": 2_000_000, "wanted": 500_000_000, "places": ["replaced"],
        "path": "/disque/ici", "people": 6, "host": "smtp.exemple.fr", "url": "https://pixflow.exemple.fr",
        "forged": 1, "unsigned": 3, "emptied": 2, "reached": 40_000, "head": 61_150, "days": 3, "waiting": 2,
        "access": {"lines_changed": 1, "days": 2}, "span": 180, "to": "pixflow@exemple.fr",
        "answer": "554 5.7.1 Relay access denied", "signed": 84_530, "short": "K7QF-2M9A-XX4T-0PDE", "position": 12,
        "witness": "temoin.fr/temoin", "registers": ["pix.fr/registre/1", "pix.fr/registre/2"],
        "share": 40, "epoch": 2, "until": date(2026, 3, 1),
    }  # fmt: skip
    for key in french_health.SENTENCES:
        check, level, *why = key.split()
        variant = (
            {"store": why[0] if why else "sqlite"} if check in ("durability", "version") else {"why": "".join(why)}
        )
        yield Finding(check, level, {**counts, **variant})  # type: ignore[arg-type]


@pytest.mark.parametrize("finding", list(examples()), ids=lambda one: f"{one.check} {one.level}")
def test_what_is_found_is_a_sentence(finding: Finding) -> None:
    said = french_health.sentence(finding.check, finding.level, finding.details)
    assert_well_set(said)
    assert said.endswith(".")
    assert finding.check in french_health.TITLES


def test_each_check_that_may_alarm_has_its_sentence() -> None:
    said = {tuple(key.split()[:2]) for key in french_health.SENTENCES}
    never = {("version", "alarm"), ("aside", "alarm"), ("store", "good"), ("store", "alarm")}
    never |= {
        ("past", "alarm"),
        ("settings", "alarm"),
        ("address", "alarm"),
    }  # an alarm of settings brings its sentence
    assert said | never >= {(check, level) for check in french_health.TITLES for level in ("good", "alarm")}
    one = Finding("keys", "alarm", {"error": "OSError", "said": "Le disque est plein.", "also": ["order", "new"]})
    sentence = french_health.sentence(one.check, one.level, one.details)
    assert_well_set(sentence)
    assert sentence.endswith(" Suite des faits, new.")
