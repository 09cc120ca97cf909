"""The files of docs/install, each checked by the tool that reads it, and a page through each proxy."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from tests.browser.house import answering
from tests.conftest import unavailable
from tests.test_docs import OPERATIONS
from tests.web.hosting.machine.served import HOST, PIXFLOW, made, serving
from tests.web.hosting.test_unread_bodies import OldServer, Recorder
from tests.web.paths import house
from tests.web.tags import parsed
from web.accounts.attempts import place_key
from web.accounts.store import open_accounts
from web.accounts.tables import attempts
from web.app import create_app
from web.hosting.http_server import KEEP_ALIVE_SECONDS, BoundedConnection

SHIPPED = Path(__file__).parents[4] / "docs" / "install"
SYSTEMD = SHIPPED / "systemd"
UNITS = ("pixflow-serve@.service", "pixflow-night.service")
SPOOFED, LOCAL = "203.0.113.9", "127.0.0.1"


def tool(name: str) -> str:
    """Returns the path of a program of this machine."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") or unavailable(name)


def free_port() -> int:
    with socket.socket() as one:
        one.bind((LOCAL, 0))
        return int(one.getsockname()[1])


# --- systemd


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units where systemd looks for them, with the pixflow of this environment."""
    there = tmp_path / "etc" / "systemd" / "system"
    shutil.copytree(SYSTEMD, there)
    for path in there.glob("*.service"):
        path.write_text(path.read_text().replace("/opt/pixflow/.venv/bin/pixflow", PIXFLOW))
    return tmp_path


@pytest.mark.parametrize("unit", [*UNITS, "pixflow-serve@.socket", "pixflow-night.timer"])
def test_systemd_finds_nothing_to_say_about_a_unit(units: Path, unit: str) -> None:
    there = units / "etc" / "systemd" / "system"
    named = unit.replace("@.", "@1.")
    answer = subprocess.run(
        [tool("systemd-analyze"), "verify", "--man=no", str(there / named)],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{there}:"},
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_exposed_at_most_1_0(units: Path, unit: str) -> None:
    named = unit.replace("@.", "@1.")
    answer = subprocess.run(
        [tool("systemd-analyze"), "security", "--offline=yes", "--threshold=10", f"--root={units}", named],
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout.splitlines()[-1]


def test_doctor_is_asked_after_a_backup_that_failed(tmp_path: Path) -> None:
    """The night of a damaged event, or of a full disk, is the one that needs it."""
    asked = re.findall(r"^(Exec\w+)=\S+/pixflow (.*)$", (SYSTEMD / "pixflow-night.service").read_text(), re.MULTILINE)
    assert asked == [("ExecStart", "backup --keep 30"), ("ExecStopPost", "doctor")]
    fake = tmp_path / "pixflow"
    fake.write_text('#!/bin/sh\necho "$1"\ntest "$1" != backup\n')
    fake.chmod(0o755)
    (cron,) = re.findall(r"from cron:\n\n```sh\n(.*?)```", OPERATIONS, re.DOTALL)
    ran = subprocess.run(["sh", "-c", cron], env={"PATH": f"{tmp_path}:/bin"}, capture_output=True, text=True)
    assert ran.stdout.split() == ["backup", "doctor"]


def test_a_unit_without_the_house_is_exposed(units: Path) -> None:
    """Control: the bar is one that a plain unit misses."""
    shutil.rmtree(units / "etc" / "systemd" / "system" / "pixflow-.service.d")
    with pytest.raises(AssertionError):
        test_a_unit_is_exposed_at_most_1_0(units, UNITS[0])


# --- the proxies


def test_the_server_keeps_a_connection_longer_than_both_proxies() -> None:
    """By default nginx keeps one 60 seconds and Caddy two minutes: the shipped files say nothing else."""
    assert "keepalive_timeout" not in (SHIPPED / "nginx.conf").read_text()
    assert "keepalive" not in (SHIPPED / "Caddyfile").read_text()
    assert KEEP_ALIVE_SECONDS > 120


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the host, and its key beside."""
    where = tmp_path_factory.mktemp("tls")
    asked = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(where / "privkey.pem"), "-out", str(where / "fullchain.pem")]
    subprocess.run([tool("openssl"), *asked, *names, *files], check=True, capture_output=True)
    return where


def nginx(where: Path, certificate: Path, port: int) -> list[str]:
    """The shipped file among what Debian's nginx.conf says, on ports of the test. Returns the command."""
    site = (SHIPPED / "nginx.conf").read_text()
    site = site.replace("/run/pixflow/1.sock", str(where / "s")).replace(
        f"/etc/letsencrypt/live/{HOST}", str(certificate)
    )
    site = site.replace("listen 443", f"listen {LOCAL}:{port}").replace("listen 80", f"listen {LOCAL}:{free_port()}")
    site = site.replace("/var/log/nginx", str(where))
    temporary = "".join(
        f"{kind}_temp_path {where}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    (where / "nginx.conf").write_text(
        f"{user} pid {where}/pid; error_log {where}/error.log; daemon off; events {{}} http {{ {temporary} {site} }}"
    )
    return [tool("nginx"), "-p", str(where), "-e", str(where / "error.log"), "-c", str(where / "nginx.conf")]


def caddy(where: Path, certificate: Path, port: int) -> list[str]:
    """The shipped file with a certificate of the test, on its ports. Returns the command."""
    site = (SHIPPED / "Caddyfile").read_text()
    site = site.replace("unix//run/pixflow/1.sock", f"unix/{where / 's'}")
    site = site.replace("admin off", f"admin off\n\tauto_https disable_redirects\n\thttp_port {free_port()}")
    tls = f"tls {certificate}/fullchain.pem {certificate}/privkey.pem"
    site = site.replace(f"{HOST} {{", f"{HOST}:{port} {{\n\tbind {LOCAL}\n\t{tls}", 1)
    site = site.replace(":443 {", f":{port} {{\n\tbind {LOCAL}", 1)
    (where / "Caddyfile").write_text(site)
    return [tool("caddy"), "run", "--adapter", "caddyfile", "--config", str(where / "Caddyfile")]


PROXIES = pytest.mark.parametrize("proxy", [nginx, caddy])


def test_nginx_takes_the_shipped_file(tmp_path: Path, certificate: Path) -> None:
    answer = subprocess.run([*nginx(tmp_path, certificate, free_port()), "-t"], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "warn" not in answer.stderr


def test_caddy_takes_the_shipped_file(tmp_path: Path) -> None:
    command = [tool("caddy"), "validate", "--adapter", "caddyfile", "--config", str(SHIPPED / "Caddyfile")]
    answer = subprocess.run(command, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    formatted = subprocess.run([tool("caddy"), "fmt", str(SHIPPED / "Caddyfile")], capture_output=True, text=True)
    assert formatted.stdout == (SHIPPED / "Caddyfile").read_text()


class Through:
    """Requests through a proxy, by its address, as a browser that looked up the host."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def __call__(self, method: str, path: str, *, name: str = HOST, host: str = "", **more: Any) -> httpx2.Response:
        headers = {"Host": host or f"{HOST}:{self.port}", **more.pop("headers", {})}
        with httpx2.Client(verify=self.context, timeout=600) as client:
            return client.request(
                method, f"https://{LOCAL}:{self.port}{path}", headers=headers, extensions={"sni_hostname": name}, **more
            )


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((LOCAL, port)) == 0


@contextmanager
def running(command: list[str], where: Path, port: int) -> Iterator[None]:
    with (
        (where / "proxy.log").open("w") as log,
        subprocess.Popen(command, env={**os.environ, "HOME": str(where)}, stdout=log, stderr=log) as process,
    ):
        try:
            while not _listens(port):
                assert process.poll() is None, (where / "proxy.log").read_text()
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


@PROXIES
def test_a_page_through_a_proxy(
    tmp_path: Path, certificate: Path, proxy: Callable[[Path, Path, int], list[str]]
) -> None:
    """One walk, for a server and a proxy take seconds to start."""
    port, data = free_port(), made(tmp_path / "data")
    command = proxy(tmp_path, certificate, port)
    through, own = Through(port), f"https://{HOST}:{port}"
    with serving(data, "--socket", str(tmp_path / "s"), PIXFLOW_URL=own), running(command, tmp_path, port):
        page = through("GET", "/connexion")
        assert page.status_code == 200
        assert page.headers["strict-transport-security"].startswith("max-age=31536000")

        for path in ("/readyz", "/metrics"):
            for claimed in ({}, {"X-Forwarded-For": LOCAL}, {"X-Forwarded-For": ""}):
                assert through("GET", path, headers=claimed).status_code == 404

        typed = {"email": "nadia@exemple.fr", "password": "pas le bon du tout"}
        claims = {"X-Forwarded-For": SPOOFED, "Forwarded": f"for={SPOOFED}", "X-Real-IP": SPOOFED}
        answer = through("POST", "/connexion/mot-de-passe", data=typed, headers={"Origin": own, **claims})
        assert answer.status_code == 422
        assert (
            through("POST", "/connexion/mot-de-passe", data=typed, headers={"Origin": "https://a.example"}).status_code
            == 403
        )
        large = {"file": b"x" * 7 * 1024 * 1024}
        refused = through("POST", "/connexion/mot-de-passe", files=large, headers={"Origin": own})
        assert refused.status_code == 413
        assert [one.text for one in parsed(refused.text).select("h1")] == ["Envoi trop lourd"]
        assert "Revenir à l’accueil" in [one.text for one in parsed(refused.text).select("a[href='/']")]
        parts = iter([large["file"]])
        refused = through("POST", "/connexion/mot-de-passe", content=parts, headers={"Origin": own})
        assert refused.status_code in (413, 502), "no browser sends a body without its length"
        assert through("GET", "/connexion", host="autre.exemple").status_code == 421
        with pytest.raises(httpx2.ConnectError):
            through("GET", "/connexion", name="autre.exemple", host="autre.exemple")
    assert places(data) == {place_key(LOCAL)}
    assert not [path for path in tmp_path.glob("*/*") if path.parent.name in ("client_body", "proxy")]


LARGE, MOST = 7_000_000, 6 * 1024 * 1024
UNREAD = [
    ("POST", "/x", [], "", LARGE, b""),
    ("POST", "/x", [], "", LARGE, b"x" * 100_000),
    ("POST", "/x", [], "", LARGE, b"x" * LARGE),
    ("GET", "/connexion", [], "", LARGE, b"x" * LARGE),
    ("POST", "/x", ["Expect: 100-continue"], "", LARGE, b""),
    ("POST", "/x", [], "", None, b"%x\r\n" % LARGE + b"x" * LARGE + b"\r\n0\r\n\r\n"),
    ("POST", "/x", ["Sec-Fetch-Site: cross-site"], "", MOST - 500_000, b"x" * (MOST - 500_000)),
    ("POST", "/static/none", [], "", MOST - 500_000, b"x" * (MOST - 500_000)),
    ("PUT", "/static/pixflow.css", [], "", MOST - 500_000, b"x" * (MOST - 500_000)),
    ("POST", "/x", [], "autre.exemple", MOST, b"x" * MOST),
    ("POST", "/metrics", [], "", MOST, b"x" * MOST),
]
"""Requests that are answered before their body is read, by the proxy or by pixflow: a body has a length, or chunks."""


def begun(port: int, method: str, path: str, lines: list[str], host: str, length: int | None, body: bytes) -> bytes:
    """All that the proxy says of a request whose body stops there."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    head = "\r\n".join((f"{method} {path} HTTP/1.1", f"Host: {host or f'{HOST}:{port}'}", *lines, size, "", ""))
    return said(port, head.encode() + body, patience=600 if length is None or len(body) == length else 1)


def said(port: int, request: bytes, patience: float) -> bytes:
    """All that the proxy says of some bytes, until it closes or falls silent. Caddy answers a whole body."""
    with (
        socket.create_connection((LOCAL, port), timeout=600) as bare,
        Through(port).context.wrap_socket(bare, server_hostname=HOST) as client,
    ):
        with suppress(ConnectionError, ssl.SSLError):
            client.sendall(request)
        found = b""
        client.settimeout(patience)
        with suppress(ConnectionError, ssl.SSLError, TimeoutError):
            while part := client.recv(65_536):
                found += part
                client.settimeout(0.2)
        return found


def after(port: int, most: int) -> bytes:
    """All that is said of a whole body. Whoever takes its last kilobytes for a request reads it from any byte on."""
    end = b" /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    return begun(port, "POST", "/static/none", [], "", most, b"A" * (most - len(end)) + end)


@contextmanager
def behind(
    where: Path, command: list[str], port: int, connection: type[BoundedConnection] = BoundedConnection
) -> Iterator[Recorder]:
    """The application behind a proxy, and the paths that it is asked."""
    own = f"https://{HOST}:{port}"
    with (
        house(where / "data", url=own) as made,
        socket.socket(socket.AF_UNIX) as listener,
        running(command, where, port),
    ):
        listener.bind(str(where / "s"))
        recorder = Recorder(create_app(made.host, own))
        with answering(recorder, listener, connection):
            yield recorder


@PROXIES
def test_after_an_answer_to_an_unread_body_everybody_is_answered(
    tmp_path: Path, certificate: Path, proxy: Callable[[Path, Path, int], list[str]]
) -> None:
    port = free_port()
    with behind(tmp_path, proxy(tmp_path, certificate, port), port) as recorder:
        for unread in UNREAD:
            for follow in (b"", after):
                answer = begun(port, *unread).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
                waits = proxy is caddy and len(unread[5]) < (unread[4] or 0)
                refused = b"", b"400", b"403", b"404", b"405", b"413", b"421", b"502"
                assert answer[9:12] in refused[0 if waits else 1 :], (unread[:5], answer[:300])
                for most in (MOST, 5_999_000) if follow else ():
                    assert after(port, most)[9:12] in (b"404", b"405", b"413")
                for _ in range(12):
                    assert Through(port)("GET", "/healthz").status_code == 200, unread[:5]
    assert recorder.paths.count("/healthz") == 24 * len(UNREAD)
    assert "/smuggled" not in recorder.paths


INVENTED = """location @large {
    proxy_pass http://pixflow; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
    proxy_pass_request_body off; proxy_set_header Content-Length 6291457;
}"""


def test_a_length_that_nginx_invents_begins_a_request(tmp_path: Path, certificate: Path) -> None:
    """Control: what the two rules forbid, by the file and the server before."""
    port = free_port()
    command = nginx(tmp_path, certificate, port)
    config = (tmp_path / "nginx.conf").read_text()
    (tmp_path / "nginx.conf").write_text(re.sub(r"location @large \{.*?\n    \}", INVENTED, config, flags=re.DOTALL))
    with behind(tmp_path, command, port, OldServer) as recorder:
        assert begun(port, *UNREAD[0])[9:12] == b"413"
        after(port, MOST)
    assert "/smuggled" in recorder.paths


def places(data: Path) -> set[bytes]:
    """Returns the places that attempts were counted for."""
    store = open_accounts(data, None)
    with store.read() as connection:
        found = connection.execute(select(attempts.c.who).where(attempts.c.what == "password place")).scalars().all()
    store.close()
    return {bytes(one) for one in found}


# --- the rest


@pytest.fixture
def installed() -> Iterator[Path]:
    """Stands for the root of a machine, which everybody may read: an environment with a Python, settings, a home."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        for one in (root, *(root / name for name in ("etc/pixflow", "venv/bin", "data", "home/somebody"))):
            one.mkdir(parents=True, exist_ok=True)
            one.chmod(0o755)
        (root / "etc" / "pixflow" / "pixflow.env").write_text("PIXFLOW_SENDER=pixflow@exemple.fr\n")
        _program(root / "venv" / "bin" / "pixflow", 'echo "$PIXFLOW_SENDER $*"')
        (root / "venv" / "bin" / "python").symlink_to("/bin/sh")
        yield root


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _here(text: str, root: Path) -> str:
    """Returns a file of docs/install with the places of `installed`, for a user who is not root."""
    places = {"/opt/pixflow/.venv": root / "venv", "/etc/": f"{root}/etc/", "/var/lib/pixflow": root / "data"}
    for place, here in (places | {"/home/*": f"{root}/home/*", "reuid=pixflow --regid=pixflow": OTHER}).items():
        text = text.replace(place, str(here))
    return text


def asked(*command: str) -> tuple[int, str]:
    answer = subprocess.run(command, capture_output=True, text=True)
    return answer.returncode, answer.stdout + answer.stderr


OTHER = "reuid=65534 --regid=65534"
AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root runs a command as somebody else")
PYTHONS = pytest.mark.parametrize("python", ["home", "unreadable", "missing"])


def _put_python(root: Path, python: str) -> None:
    """Puts the Python of the environment in a home, where its folder is closed, or nowhere."""
    path = root / "home" / "somebody" / "python" if python == "home" else root / "closed" / "python"
    path.parent.mkdir(exist_ok=True)
    if python != "missing":
        _program(path, "true")
    path.parent.chmod(0o755 if python == "home" else 0o700)
    (root / "venv" / "bin" / "python").unlink()
    (root / "venv" / "bin" / "python").symlink_to(path)


@AS_ROOT
def test_the_script_of_the_terminal_runs_a_command_with_the_settings(installed: Path) -> None:
    script = _here((SHIPPED / "pixflow").read_text(), installed)
    assert asked("/bin/sh", "-c", script, "pixflow", "doctor", "--json") == (0, "pixflow@exemple.fr doctor --json\n")


@AS_ROOT
@PYTHONS
def test_the_script_says_that_the_service_cannot_read_python(installed: Path, python: str) -> None:
    _put_python(installed, python)
    code, said = asked("/bin/sh", "-c", _here((SHIPPED / "pixflow").read_text(), installed), "pixflow", "init")
    assert code == 1
    assert said.startswith("Le service ne peut pas lire Python (")
    assert said.endswith("avec /usr/bin/python3.\n")
    assert said.count("\n") == 1


@AS_ROOT
@PYTHONS
def test_a_unit_says_that_it_cannot_read_python(installed: Path, python: str) -> None:
    """The unit hides homes itself: here the home is closed."""
    (text,) = (path.read_text() for path in SYSTEMD.glob("pixflow-.service.d/*.conf"))
    (line,) = re.findall(r"^ExecStartPre=/bin/sh -c '(.*?)'$", text, re.MULTILINE | re.DOTALL)
    check = ["setpriv", *f"--{OTHER} --clear-groups".split(), "/bin/sh", "-c", _here(line, installed)]
    assert asked(*check) == (0, "")
    _put_python(installed, python)
    (installed / "home").chmod(0o700)
    code, said = asked(*check)
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("Le service ne peut pas lire le Python de ")


def test_the_container_takes_what_runs_and_nothing_else() -> None:
    text = (SHIPPED / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    named = ["requirements-run.lock", "pyproject.toml", "README.md", "LICENSE", "pixflow", "projections", "web"]
    assert " ".join(copied).split() == named
    assert "USER 10001" in text
    assert "--require-hashes" in text
    assert re.search(r"^HEALTHCHECK .*'GET /readyz HTTP", text, re.MULTILINE), "/healthz says nothing of the jobs"
