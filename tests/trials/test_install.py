"""docs/install.md, followed in an empty Debian made by mmdebstrap: from the first command to a first sign-in.

Needs root, Debian's mirror and PyPI. systemd does not run in a chroot: `systemctl` says so there, and the test starts
what the units start.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pyotp
import pytest

from tests.conftest import unavailable
from tests.web.hosting.machine.served import HOST
from tests.web.hosting.machine.test_shipped import Through, free_port, tool
from tests.web.tags import parsed

ROOT = Path(__file__).parents[2]
SECRET = "quatre girafes lisent lundi"

pytestmark = [pytest.mark.trial, pytest.mark.skipif(os.getuid() != 0, reason="a chroot needs root")]


def blocks() -> list[str]:
    """Returns the commands of the guide, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs" / "install.md").read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty Debian with the source of pixflow, and the certificates of this machine's network."""
    root = tmp_path_factory.mktemp("debian") / "root"
    made = subprocess.run(
        [tool("mmdebstrap"), "--variant=minbase", "--include=systemd", "trixie", str(root)],
        capture_output=True,
        text=True,
    )
    if made.returncode:
        unavailable("Debian's mirror")
    archive = root / "root" / "pixflow.tar.gz"
    subprocess.run(
        ["git", "archive", "--format=tar.gz", "--prefix=pixflow/", "-o", str(archive), "HEAD"], cwd=ROOT, check=True
    )
    return root


def inside(root: Path, commands: str) -> str:
    """Runs commands of the guide in one shell in the chroot. Returns what they print."""
    settings = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/root",
    }
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "http", "HTTP"))}
    certificates = Path(os.environ.get("PIP_CERT", "/etc/ssl/certs/ca-certificates.crt"))
    (root / "etc" / "own.crt").write_bytes(certificates.read_bytes())
    answer = subprocess.run(
        ["chroot", str(root), "/bin/sh", "-eu"],
        input=commands,
        env={**kept, **settings, "PIP_CERT": "/etc/own.crt", "DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]
    return answer.stdout


@contextmanager
def started(root: Path, *command: str) -> Iterator[None]:
    settings = {"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin", "HOME": "/root"}
    with subprocess.Popen(["chroot", str(root), *command], env=settings) as one:
        try:
            yield
        finally:
            one.terminate()


def test_a_newcomer_follows_the_guide_and_signs_in(debian: Path) -> None:
    port = free_port()
    programs, settings, people, service, proxy, check, update = blocks()
    start = f"host={HOST}:{port}\ncd /opt/pixflow\n"
    settings = settings.replace("pixflow@$host", f"pixflow@{HOST}")  # an address has no port
    inside(debian, programs.replace(f"host={HOST}", f"host={HOST}:{port}"))
    inside(debian, start + settings)
    link = re.search(r"https://\S+/invitation/(\S+)", inside(debian, start + people))
    assert link
    inside(debian, start + service)
    for unit in ("pixflow-serve@1.socket", "pixflow-night.timer"):
        assert unit in {path.name for path in (debian / "etc" / "systemd" / "system").glob("*.wants/*")}
    caddyfile = debian / "opt" / "pixflow" / "docs" / "install" / "Caddyfile"
    own = f"admin off\n\tlocal_certs\n\tskip_install_trust\n\tauto_https disable_redirects\n\thttp_port {free_port()}"
    caddyfile.write_text(caddyfile.read_text().replace("admin off", own).replace(":443", f":{port}"))
    inside(debian, start + proxy)
    (debian / "run" / "pixflow").mkdir()
    os.chown(debian / "run" / "pixflow", (debian / "var" / "lib" / "pixflow").stat().st_uid, -1)
    caddy = ("caddy", "run", "--adapter", "caddyfile", "--config", "/etc/caddy/Caddyfile")
    with started(debian, "pixflow", "serve", "--socket", "/run/pixflow/1.sock"), started(debian, *caddy):
        through, link_path = Through(port), f"/invitation/{link[1]}"
        until_served(through)
        sign_in(through, link_path)
    inside(debian, start + check)
    inside(debian, start + update)


def until_served(through: Through) -> None:
    for _ in range(600):
        try:
            if through("GET", "/connexion").status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail("nothing is served")


def sign_in(through: Through, link: str) -> None:
    """Follows the link by the password road, then sees the first page."""
    own = {"Origin": f"https://{HOST}:{through.port}"}
    cookies: dict[str, str] = {}

    def asked(method: str, path: str, **data: str) -> httpx2.Response:
        headers = {**own, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        answer = through(method, path, headers=headers, data=data or None)
        cookies.update(answer.cookies.items())
        assert answer.status_code in (200, 303), answer.text
        return answer

    asked("GET", link)
    asked("POST", "/premiere-visite/mot-de-passe", password=SECRET, again=SECRET, username="sophie@ml.example")
    page = parsed(asked("GET", "/premiere-visite").text)
    seed = page.select_one(".seed").get_text().replace(" ", "")
    code = pyotp.TOTP(seed).now()
    asked("POST", "/premiere-visite/application", ticket=str(page.select_one("[name=ticket]").get("value")), code=code)
    asked("POST", "/premiere-visite/suite")
    asked("POST", "/invitation/accepter")
    assert asked("GET", "/boite").status_code == 200
