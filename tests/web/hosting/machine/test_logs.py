"""The log of `serve`, the security events and `/metrics`: measures and codes, nobody's name, word or token."""

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pixflow.backups.backup import back_up
from pixflow.structure_folder import utc_now
from tests.web.client import InspectingClient
from tests.web.hosting.machine.served import log_of_its_own
from tests.web.pages.account.conftest import SECRET, URL, Browser, address, first_visit
from tests.web.pages.partner_link.conftest import MONDAY, referred_in
from tests.web.paths import House, house
from web.app import create_app
from web.cli.app import app as cli
from web.hosting import health, mail
from web.hosting.machine import metrics, requests

NADIA = "Nadia Benali"


class Log:
    """The lines that `serve` writes."""

    def __init__(self, stream: StringIO) -> None:
        self._stream = stream

    def text(self) -> str:
        return self._stream.getvalue()

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.text().splitlines()]
        return [line for line in found if not event or line["event"] == event]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    stream = StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    with log_of_its_own():
        requests.write_json()
        yield Log(stream)


@pytest.fixture
def at_work(tmp_path: Path, log: Log) -> Iterator[House]:
    with house(tmp_path, url=URL) as made:
        made.app = create_app(made.host, URL, metrics=metrics.metrics_of(made.host), logged=True)
        yield made


def test_a_request_is_one_line_with_its_route_and_its_account(at_work: House, log: Log) -> None:
    assert at_work.host.site
    nadia = first_visit(at_work, at_work.host.site, NADIA)
    dossier = at_work.opened()
    before = len(log.lines("request"))
    assert nadia.get(f"/dossiers/{dossier}?etat=zanzibar").status_code in (200, 303)
    (line,) = log.lines("request")[before:]
    assert line.keys() >= {"at", "level", "request", "method", "route", "status", "ms", "slug", "account"}
    assert (line["route"], line["method"]) == ("/dossiers/{dossier_id:uuid}", "GET")
    assert str(dossier) not in log.text()


def test_lines_of_one_request_share_its_id(at_work: House, log: Log) -> None:
    browser = Browser(at_work)
    browser.post("/connexion/mot-de-passe", data={"email": "x@exemple.fr", "password": "y"})
    (failed,), (line,) = log.lines("authn_login_fail"), log.lines("request")
    assert failed["request"] == line["request"]
    assert failed["level"] == "warning"


def test_no_canary_is_in_the_log_or_in_the_metrics(at_work: House, log: Log) -> None:
    """Every secret of a first visit and a sign-in, names, and the addresses of pages."""
    site = at_work.host.site
    assert site
    nadia = first_visit(at_work, site, NADIA)
    nadia.sign_in(address(at_work, NADIA))
    nadia.get("/chercher?q=zanzibar")
    logging.getLogger("pixflow").warning("something of the house")
    machine = InspectingClient(at_work.app, base_url=URL)
    said = log.text() + machine.get("/metrics").text
    tokens = nadia.cookies.values()
    assert tokens
    for canary in (SECRET, nadia.seed, "nadia", "Benali", "zanzibar", "?", *tokens):
        assert canary.lower() not in said.lower(), canary


def test_security_events_have_the_words_of_owasp(at_work: House, log: Log) -> None:
    site = at_work.host.site
    assert site
    nadia = first_visit(at_work, site, NADIA)
    account = log.lines("user_created")[0]["account"]
    nadia.sign_in(address(at_work, NADIA))
    assert {line["account"] for line in log.lines("authn_login_success")} == {account}
    elsewhere = Browser(at_work)
    for _ in range(6):
        elsewhere.post("/connexion/mot-de-passe", data={"email": address(at_work, NADIA), "password": "faux"})
    assert len(log.lines("authn_login_fail")) == 5
    assert log.lines("authn_login_lock")
    assert log.lines("authn_token_revoked"), "the session before ended"
    revoked = len(log.lines("authn_token_revoked"))
    nadia.post("/compte/sessions/terminer")
    assert len(log.lines("authn_token_revoked")) == revoked, "there is no other"
    at_work.pass_by(minutes=2)
    again = Browser(at_work)
    again.seed = nadia.seed
    again.sign_in(address(at_work, NADIA))
    nadia.post("/compte/sessions/terminer")
    ended = [line["account"] for line in log.lines("authn_token_revoked")]
    assert (len(ended), ended[-1]) == (revoked + 1, account), "the other, and not the none of a new browser"
    at_work.pass_by(minutes=31)
    nadia.get("/boite")
    assert [line["account"] for line in log.lines("session_expired")] == [account]


def test_a_refused_page_is_an_event(at_work: House, log: Log) -> None:
    Browser(at_work).post("/connexion/mot-de-passe", data={}, headers={"Origin": "https://autre.exemple"})
    assert len(log.lines("authz_fail")) == 1


def test_an_error_is_one_line_too(log: Log) -> None:
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("pixflow").exception("tick")
    (line,) = [one for one in log.lines() if one.get("code") == "tick"]
    assert (
        line["event"] == "Le travail périodique d’une structure n’est pas fini. Le prochain «\xa0tick\xa0» recommence."
    )
    assert "Traceback" in line["exception"]
    assert line["level"] == "error"


# --- metrics


def measured(at_work: House) -> dict[str, float]:
    answer = InspectingClient(at_work.app, base_url=URL).get("/metrics")
    assert answer.status_code == 200
    lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_the_metrics_have_opentelemetry_s_names_and_templates(at_work: House) -> None:
    Browser(at_work).get("/connexion?vers=/dossiers")
    found = measured(at_work)
    durations = [name for name in found if name.startswith("http_server_request_duration_seconds_count")]
    assert any('http_route="/connexion"' in name and 'status_code="200"' in name for name in durations)
    assert not any("dossiers" in name for name in found)


def test_the_gauges_of_the_house(at_work: House) -> None:
    at_work.served.tick()
    found = measured(at_work)
    slug = f'{{structure="{at_work.slug}"}}'
    assert found[f"pixflow_tables_lag{slug}"] == 0
    assert found[f"pixflow_tables_stopped{slug}"] == 0
    assert found["pixflow_accounts_locked"] == 0
    elsewhere = Browser(at_work)
    for _ in range(6):
        elsewhere.post("/connexion/mot-de-passe", data={"email": "x@exemple.fr", "password": "faux"})
    found = measured(at_work)
    assert found["pixflow_accounts_locked"] == 1
    assert any(re.match(r'pixflow_security_events_total\{event="authn_login_fail"', name) for name in found)


def test_the_gauges_of_what_goes_wrong(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A structure that does not open, the last doctor, an e-mail that waits, the room on the disk."""
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    with house(tmp_path, MONDAY, url=URL) as made:
        made.app = create_app(made.host, URL, metrics=metrics.metrics_of(made.host))
        here, gone = f'{{structure="{made.slug}"}}', '{structure="lost"}'
        referred = referred_in(made)
        referred.outbox.broken = True
        referred.tick()
        found = measured(made)
        assert found["pixflow_structures_closed"] == 0
        assert found["pixflow_disk_free_bytes"] > 0
        assert not [name for name in found if name.startswith(("pixflow_doctor", "pixflow_mail"))]

        (tmp_path / "lost").mkdir()
        (tmp_path / "lost" / "structure.json").write_text("{")
        (tmp_path / "lost" / "events.db").touch()
        made.host.open_structures()
        monkeypatch.setenv("PIXFLOW_SMTP", "smtp://127.0.0.1:1")
        made.pass_by(hours=2)
        examined = json.loads(CliRunner().invoke(cli, ["doctor", "--json"]).stdout)
        alarms = {slug: [one["check"] for one in found if one["level"] == "alarm"] for slug, found in examined.items()}
        found = measured(made)
        assert found["pixflow_structures_closed"] == 1
        assert found[f"pixflow_mail_waiting{here}"] == 1
        assert found[f"pixflow_mail_age_seconds{here}"] == 2 * 60 * 60
        assert (found[f"pixflow_doctor_age_hours{here}"], found[f"pixflow_doctor_age_hours{gone}"]) == (0, 0)
        assert found[f"pixflow_doctor_alarms{here}"] == len(alarms[made.slug]) > 0
        assert found[f"pixflow_doctor_alarms{gone}"] == len(alarms["lost"]) > 0

        referred.outbox.broken = False
        referred.tick()
        assert measured(made)[f"pixflow_mail_waiting{here}"] == 0
        assert json.loads((tmp_path / made.slug / "doctor.json").read_text())["alarms"] == alarms[made.slug]
        (tmp_path / made.slug / "doctor.json").write_text("{")
        assert f"pixflow_doctor_alarms{here}" not in measured(made)


def test_every_measure_is_explained(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """In operations.md; some come with the first backup, doctor or failed sign-in, and with a mail server."""
    Browser(at_work).post("/connexion/mot-de-passe", data={"email": "x@exemple.fr", "password": "faux"})
    back_up(at_work.served.opened, at_work.host.data / "backups")
    health.keep_result(at_work.served.opened.folder, [], utc_now())
    monkeypatch.setenv("PIXFLOW_SMTP", "smtp://127.0.0.1:1")
    names = {re.sub(r"_(bucket|count|sum|created)$", "", name.partition("{")[0]) for name in measured(at_work)}
    page = (Path(__file__).parents[4] / "docs" / "operations.md").read_text()
    table = page[page.index("| measure | what it counts | alert") :].partition("\n\n")[0]
    told = [row.split("|") for row in table.splitlines()[2:]]
    assert names == {name for row in told for name in re.findall(r"`((?:pixflow|http)_[a-z_]+)`", row[1])}
    alerts = "|".join(row[3] for row in told)
    assert names >= set(re.findall(r"(?:pixflow|http)_[a-z_]+", alerts)) > {"pixflow_structures_closed"}
    bounds = {name: float(bound) for name, bound in re.findall(r"`(pixflow_[a-z_]+) [<>] ([\de]+)`", alerts)}
    assert bounds["pixflow_backup_age_hours"] == health.BACKUP.total_seconds() / 3600
    assert bounds["pixflow_mail_age_seconds"] == mail.LETTER.total_seconds()
    assert bounds["pixflow_disk_free_bytes"] > health.FREE


def test_without_the_extra_there_are_no_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.prometheus", None)
    with house(tmp_path) as made:
        app = create_app(made.host, metrics=metrics.metrics_of(made.host))
        assert InspectingClient(app).get("/metrics").status_code == 404


def test_another_machine_reads_no_metrics(at_work: House) -> None:
    assert InspectingClient(at_work.app, base_url=URL, client=("192.0.2.7", 1)).get("/metrics").status_code == 404
