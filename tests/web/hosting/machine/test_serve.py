"""`pixflow serve` on a socket and on a port: what it refuses, whom it believes, what it says to systemd."""

import json
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from pixflow.team.accounts import suspend_account
from tests import forks
from tests.web.client import InspectingClient
from tests.web.hosting.machine.served import HOST, PIXFLOW, URL, at_socket, environment, made, refused, serving
from tests.web.paths import house
from web.accounts import accounts, memberships
from web.accounts.store import open_accounts
from web.app import create_app
from web.cli import server
from web.cli.app import app
from web.french.errors import serving as serving_texts
from web.hosting.machine import process
from web.hosting.machine.process import CannotServe, listen_at, listen_on, trusted_proxies
from web.hosting.settings import Settings


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("served") / "data")


def test_every_reason_is_a_sentence() -> None:
    source = "".join(Path(module.__file__ or "").read_text() for module in (process, server))
    codes = {code for call in re.findall(r"CannotServe\((.*)\)", source) for code in re.findall(r'"([a-z-]+)"', call)}
    assert codes == serving_texts.REASONS.keys()


@pytest.mark.parametrize(
    "url", [pytest.param("http://pixflow.exemple.fr", marks=pytest.mark.trial), "http://192.168.1.4:8000"]
)
def test_it_refuses_an_address_where_passwords_travel_in_clear(data: Path, url: str) -> None:
    said = refused(data, "--port", "0", PIXFLOW_URL=url)
    assert "PIXFLOW_URL ne commence pas par https://" in said


def test_it_refuses_a_socket_without_the_public_address(data: Path) -> None:
    assert "PIXFLOW_URL=https://" in refused(data, "--socket", str(data.parent / "s"), PIXFLOW_URL="")


def test_it_refuses_while_nobody_was_invited(tmp_path: Path) -> None:
    with house(tmp_path):
        pass
    assert "pixflow account invite" in refused(tmp_path, "--port", "0")


@pytest.mark.parametrize(
    "key", ["_site.key", pytest.param("mission-locale-de-l-aigle-mortagne.key", marks=pytest.mark.trial)]
)
def test_it_refuses_a_key_that_others_can_read(data: Path, key: str) -> None:
    (data / "keys" / key).chmod(0o644)
    try:
        assert "chmod 600" in refused(data, "--port", "0")
    finally:
        (data / "keys" / key).chmod(0o600)


def test_it_refuses_a_demonstration_on_a_socket(data: Path) -> None:
    assert "cette machine" in refused(data, "--demo", "--socket", str(data.parent / "s"))


def test_its_socket_is_for_its_owner_and_its_group(tmp_path: Path) -> None:
    opened = listen_at(str(tmp_path / "s"))
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o660
    assert trusted_proxies(opened, proxy=False) == "*"
    with pytest.raises(CannotServe, match="socket-taken"):
        listen_at(str(tmp_path / "s"))
    opened.close()
    listen_at(str(tmp_path / "s")).close()  # the one before is abandoned


def test_a_port_believes_no_forwarded_header_unless_a_proxy_is_said() -> None:
    with listen_on(0) as opened:
        assert trusted_proxies(opened, proxy=False) == ""
        assert trusted_proxies(opened, proxy=True) == "127.0.0.1"
        with pytest.raises(CannotServe, match="port-taken"):
            listen_on(opened.getsockname()[1])


@pytest.mark.parametrize("mode", [pytest.param(0o666, marks=pytest.mark.trial), 0o662])
def test_a_socket_of_systemd_that_is_open_to_others_is_refused(data: Path, tmp_path: Path, mode: int) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(tmp_path / "s"))
        opened.listen()
        (tmp_path / "s").chmod(mode)
        answer = subprocess.run(
            ["/bin/sh", "-c", 'exec 3<&0 0</dev/null; LISTEN_PID=$$ exec "$0" serve --socket systemd', PIXFLOW],
            env=environment(data, LISTEN_FDS="1"),
            stdin=opened.fileno(),
            capture_output=True,
            text=True,
            timeout=600,
        )
    assert answer.returncode == 1
    assert "SocketMode=0660" in answer.stderr


def test_systemd_without_a_socket_is_refused(data: Path) -> None:
    assert "systemd n’a ouvert aucune prise" in refused(data, "--socket", "systemd")


def test_a_socket_of_systemd_is_served(data: Path, tmp_path: Path) -> None:
    """The activation of systemd, with its own tool."""
    tool = shutil.which("systemd-socket-activate")
    if not tool:
        pytest.skip("systemd-socket-activate is missing")
    path = tmp_path / "s"
    command = [tool, f"--listen={path}", "-E", "PIXFLOW_DATA", "-E", "PIXFLOW_URL", PIXFLOW, "serve"]
    with subprocess.Popen([*command, "--socket", "systemd"], env=environment(data), umask=0o117) as process:
        try:
            while not path.exists():
                assert process.poll() is None
            path.chmod(0o660)  # as SocketMode= does
            with at_socket(path) as client:
                assert client.get("/connexion", timeout=600).status_code == 200
        finally:
            process.terminate()


def test_on_a_socket_only_the_machine_reads_readyz(data: Path, tmp_path: Path) -> None:
    """Its public address is read from the credentials of systemd, as a secret is."""
    path = tmp_path / "s"
    (tmp_path / "pixflow_url").write_text(f"{URL}\n")
    words = ("--socket", str(path))
    with (
        serving(data, *words, program=[PIXFLOW], CREDENTIALS_DIRECTORY=str(tmp_path), PIXFLOW_URL=None) as process,
        at_socket(path) as client,
    ):
        assert process.stdout
        assert URL in process.stdout.readline()
        assert client.get("/readyz").status_code == 200
        assert client.get("/readyz", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
        assert client.get("/readyz", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
        assert client.get("/healthz", headers={"X-Forwarded-For": "192.0.2.7"}).text == "ok"
        assert client.get("/connexion", headers={"Host": "autre.exemple"}).status_code == 400
        answer = client.get("/connexion")
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    lines = [json.loads(line) for line in (data.parent / "stderr").read_text().splitlines()]
    assert {line["route"] for line in lines if line["event"] == "request"} >= {"/connexion"}


def test_what_was_cut_off_in_the_accounts_is_done_before_the_first_page(tmp_path: Path) -> None:
    """Somebody was suspended, and the accounts store was not reached, or an older backup of it came back."""
    data = tmp_path / "data"
    with house(data, url=URL) as built:
        store, structure, nadia = built.host.site.store, built.served.opened.id, built.people["Nadia Benali"]
        account = accounts.create(store, "nadia@exemple.fr").id
        memberships.accept(store, account, structure, nadia)
        built.says("Hélène Morin", suspend_account, {"staff": nadia}, reason="colleague")
    with serving(data, "--socket", str(tmp_path / "s")):
        opened = open_accounts(data, None)
        assert opened
        with closing(opened):
            known = memberships.of_member(opened, structure, nadia)
    assert known
    assert not known.is_open


def test_a_page_over_http_asks_for_no_tls(tmp_path: Path) -> None:
    with house(tmp_path) as made:
        answer = InspectingClient(create_app(made.host)).get("/qui")
    assert "strict-transport-security" not in answer.headers


def test_another_machine_does_not_read_readyz(tmp_path: Path) -> None:
    with house(tmp_path) as made:
        elsewhere = InspectingClient(create_app(made.host), client=("192.0.2.7", 1))
        assert elsewhere.get("/readyz").status_code == 404


def test_the_demonstration_says_what_is_different(data: Path, tmp_path: Path) -> None:
    subprocess.run(
        [forks.program(), "init", "--demo", "--preset", "laigle-mortagne", "--structure", "Ici"],
        env=environment(tmp_path / "d"),
        check=True,
    )
    with serving(tmp_path / "d", "--demo", "--port", "0", PIXFLOW_URL="") as process:
        assert "http://127.0.0.1:" in process.stdout.readline()
        assert "chacun choisit qui être, sans mot de passe" in process.stdout.readline()


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_flaw_of_the_store_is_told_once_in_french(
    store: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two structures have it: an old SQLite, or a user of PostgreSQL who may make no role."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    if store == "postgres":
        cluster = request.getfixturevalue("postgres")
        cluster.run("CREATE ROLE without_roles LOGIN")
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", cluster.create_database(owner="without_roles"))
    settings = environment(tmp_path / "data", PIXFLOW_URL="")
    for name in ("Ici", "Ailleurs"):
        words = ["init", "--demo", "--preset", "laigle-mortagne", "--structure", name]
        assert CliRunner(env=settings).invoke(app, words).exit_code == 0
    with listen_on(0) as taken:
        said = refused(tmp_path / "data", "--demo", "--port", str(taken.getsockname()[1]), PIXFLOW_URL="")
    flaw = {"sqlite": "Cette version de SQLite a un défaut connu", "postgres": "PostgreSQL ne laisse pas pixflow créer"}
    assert said.count(flaw[store]) == 1
    assert "WAL-reset bug" not in said
    if database := Settings().database():
        database.close()


def test_a_port_serves_people_who_sign_in(data: Path) -> None:
    with listen_on(0) as free:
        port = free.getsockname()[1]
    with serving(data, "--port", str(port), PIXFLOW_PROXY="true"):
        answer = httpx2.get(f"http://127.0.0.1:{port}/connexion", headers={"Host": HOST}, timeout=600)
        assert answer.status_code == 200
        assert httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=600).status_code == 200


def test_a_free_port_is_the_one_that_is_printed(data: Path) -> None:
    with serving(data, "--port", "0", PIXFLOW_URL="") as process:
        assert process.stdout
        printed = re.search(r"http://localhost:[1-9]\d*", process.stdout.readline())
        assert printed
        assert httpx2.get(f"{printed[0]}/connexion", timeout=600).status_code == 200
