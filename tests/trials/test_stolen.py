"""A thief before `pixflow serve`: an administrator's cookie, a référent's, a partner's link, the disk.

It is served in a process of its own, with the real clock and a mail server: an alarm arrives within a minute. The
control serves without the second person and without the limits of reading: the same thefts succeed.
"""

import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from itertools import takewhile
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pyotp
import pytest
from aiosmtpd.controller import Controller

from pixflow.dossier.stages import parcours
from pixflow.events.values import Partner
from pixflow.partner_links.token import token_of
from pixflow.structure_folder import utc_now
from tests.clock import today
from tests.trials.report import TrialReport
from tests.web.hosting.machine.served import PIXFLOW, at_socket, environment, serving
from tests.web.pages.account.conftest import HELENE, NADIA, SECRET, SOPHIE, URL, YANN, invited
from tests.web.paths import House, house
from tests.web.tags import parsed
from tests.web.test_routes import LIST
from web.desk.signed_in import SESSION

pytestmark = pytest.mark.trial
NAME, MANY, LIMIT = "Diallo", 70, 60
"""The name that nobody must read, the dossiers, and those that a référent reads in ten minutes."""
PARAMETER = re.compile(r"\{[^}]*\}")
EVERY_ROLE = ["advisor", "referent", "manager", "auditor", "administrator"]
UNPROTECTED = """
from msgspec.structs import replace
from pixflow.access_journal import reading as mass_reading
from pixflow.events.staff import AccountOpened
from pixflow.team import staff
from pixflow.team import membership as roles
staff.CONFIRMED = roles.CONFIRMED = frozenset()
roles.direction_confirms = lambda *_: False
mass_reading.is_reached = lambda *_: False
evolve = staff.evolve_access
def alone(state, event, *about, **more):
    known = evolve(state, event, *about, **more)
    return replace(known, confirmed=True) if isinstance(event, AccountOpened) else known
staff.evolve_access = alone
from web.cli.app import app
app()
"""
"""`pixflow` where an account and a role count without a second person, and reading has no limit."""


class Mailbox:
    """A mail server that keeps the links it was sent, by address."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        text = message_from_bytes(envelope.content, policy=policy.default).get_content()
        self.links[envelope.rcpt_tos[0]] = next(word for word in text.split() if "/invitation/" in word)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box := Mailbox(), hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


class Visitor:
    """A browser behind a proxy, with cookies of its own, or somebody else's."""

    def __init__(self, path: Path, cookies: dict[str, str] | None = None) -> None:
        self.path, self.cookies = path, dict(cookies or {})

    def ask(self, method: str, address: str, **sent: Any) -> httpx2.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with at_socket(self.path) as client:
            answer = client.request(method, address, headers={"Cookie": cookies} if cookies else {}, **sent)
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, address: str) -> httpx2.Response:
        return self.ask("GET", address)

    def post(self, address: str, **data: Any) -> httpx2.Response:
        return self.ask("POST", address, data=data)

    def enters(self, link: str) -> "Visitor":
        """From the link of an invitation to the first page, with a password and a code."""
        self.get(link)
        self.post("/premiere-visite/mot-de-passe", password=SECRET, again=SECRET)
        page = parsed(self.get("/premiere-visite").text)
        seed = page.select_one(".seed").get_text().replace(" ", "")
        ticket = page.select_one("[name=ticket]")["value"]
        self.post("/premiere-visite/application", ticket=ticket, code=pyotp.TOTP(seed).now())
        self.post("/premiere-visite/suite")
        assert self.post("/invitation/accepter").headers["Location"] == "/"
        return self


@dataclass
class Served:
    """A served structure, and who works there; `database` is the URL of PostgreSQL, "" for SQLite."""

    data: Path
    database: str
    socket: Path
    box: Mailbox
    people: dict[str, UUID]
    dossiers: list[UUID]
    link: str
    visitors: dict[str, Visitor]

    def told(self, word: str) -> float:
        """Returns the instant when the direction is sent a message with this word; mails of this house are files."""
        end = monotonic() + 75
        while monotonic() < end:
            for path in self.data.glob("*/notices/*"):
                message = message_from_bytes(path.read_bytes(), policy=policy.default)
                if message["To"] == "helene@exemple.fr" and word in message.get_content():
                    return path.stat().st_mtime
            sleep(0.2)
        raise AssertionError(word)

    def act(self, who: Visitor, whom: UUID, name: str, **sent: Any) -> httpx2.Response:
        return who.post(f"/equipe/{whom}/{name}", command_id=str(uuid4()), **sent)


@contextmanager
def at_work(folder: Path, database: str = "", program: Sequence[str] = (PIXFLOW,)) -> Iterator[Served]:
    """Serves a house whose people have signed in."""
    data = folder / "data"
    with house(data, today() - timedelta(days=1), url=URL) as made:
        made.pass_by(seconds=(utc_now() - made.now).total_seconds())
        dossiers = [made.opened(first=f"Aminata {n}", last=NAME) for n in range(MANY)]
        path = _referral(made)
        assert made.host.site
        links = {who: invited(made, made.host.site, who) for who in (HELENE, YANN, SOPHIE, NADIA)}
        people = dict(made.people)
    listening = folder / "s"
    with mail_server() as (box, smtp), serving(data, "--socket", str(listening), program=program, PIXFLOW_SMTP=smtp):
        visitors = {who: Visitor(listening).enters(f"/invitation/{link}") for who, link in links.items()}
        found = Served(data, database, listening, box, people, dossiers, path, visitors)
        for who in (SOPHIE, NADIA):
            assert found.act(visitors[HELENE], people[who], "compte/confirmer").status_code == 303
        yield found


def _referral(made: House) -> str:
    """A referral to a partner by link. Returns the path of the link."""
    dossier, actions = made.prescribed()
    link = uuid4()
    made.on(
        dossier, parcours.send_referral, action=actions[1], partner=Partner(None, "Médiathèque de Mortagne"),
        starts=None, ends=made.today + timedelta(days=30), note="", email="accueil@mediatheque.exemple", agreed=True,
        context={"referral": uuid4(), "link": link, "until": made.today + timedelta(days=8)},
    )  # fmt: skip
    return f"/p/{token_of(link, made.served.engine.token)}"


def pages(dossier: UUID) -> list[str]:
    """Every page of the program, of one dossier."""
    routes = [line.split()[1] for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("GET")]
    return [PARAMETER.sub(str(dossier), route) for route in routes if not route.startswith(("/static", "/p/"))]


def named(visitor: Visitor, dossier: UUID) -> list[str]:
    """Returns the pages that name somebody to a visitor."""
    return [page for page in pages(dossier) if NAME in visitor.get(page).text]


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_thief_gets_little_and_is_noticed(
    store: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trial_report: TrialReport
) -> None:
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", url)
    with at_work(tmp_path, url) as served:
        page = served.visitors[SOPHIE].get(f"/dossiers/{served.dossiers[0]}")
        assert NAME in page.text, "the référente reads it"
        for attack in (_december, _mass_reading, _partner, _disk):
            what = attack.__name__.strip("_").replace("_", " ")
            trial_report.add(f"stolen: {what}", f"`pixflow serve`, {store}", attack(served))


def test_control_without_the_protections_the_thefts_succeed(tmp_path: Path, trial_report: TrialReport) -> None:
    with at_work(tmp_path, program=(sys.executable, "-c", UNPROTECTED)) as served:
        read = [page for who in _accounts_of_a_thief(served) for page in named(who, served.dossiers[0])]
        opened = _opened_in_a_row(served, Visitor(served.socket, served.visitors[SOPHIE].cookies))
    assert read
    assert opened == MANY
    found = f"{len(read)} pages name somebody to accounts that one person made; {opened} of {MANY} dossiers read"
    trial_report.add("control: no second person, no limit of reading", "`pixflow serve`, sqlite", found)


def _december(served: Served) -> str:
    """An administrator's cookie makes two accounts with every role, which confirm each other and themselves."""
    began = time()
    thieves = _accounts_of_a_thief(served)
    read = [page for who in thieves for page in named(who, served.dossiers[0])]
    assert read == []
    alarm = served.told("Un Faux") - began
    assert alarm <= 62
    return f"0 dossiers on {3 * len(pages(served.dossiers[0]))} pages, the direction is told after {alarm:.0f} s"


def _accounts_of_a_thief(served: Served) -> list[Visitor]:
    """Returns the browser with the administrator's cookie, and those of two accounts that it made."""
    thief, fakes = Visitor(served.socket, served.visitors[YANN].cookies), []
    for name in ("Un Faux", "Deux Faux"):
        email = f"{name[:2].lower()}@voleur.example"
        sent = {"command_id": str(uuid4()), "name": name, "email": email, "roles": EVERY_ROLE}
        where = thief.ask("POST", "/equipe/nouveau", data=sent).headers["Location"]
        served.people[name] = UUID(where.split("/")[2].partition("?")[0])
        assert served.act(thief, served.people[name], "compte/inviter").status_code == 303
        fakes.append(Visitor(served.socket).enters(served.box.links[email].removeprefix(URL)))
    for who in (thief, *fakes):
        for name in ("Un Faux", "Deux Faux", YANN):
            served.act(who, served.people[name], "compte/confirmer")
            for role in EVERY_ROLE:
                served.act(who, served.people[name], "confirm", role=role)
    return [thief, *fakes]


def _mass_reading(served: Served) -> str:
    """A référent's cookie opens one dossier after the other, by every reason that she gives herself first."""
    thief = Visitor(served.socket, served.visitors[SOPHIE].cookies)
    read = _opened_in_a_row(served, thief)
    stopped = time()
    assert read <= LIMIT
    assert served.visitors[SOPHIE].get("/boite").status_code == 303, "every session has ended"
    assert named(thief, served.dossiers[0]) == []
    alarm = served.told(SOPHIE) - stopped
    assert alarm <= 62
    return f"{read} dossiers, then nothing; the direction is told after {alarm:.0f} s"


def _opened_in_a_row(served: Served, thief: Visitor) -> int:
    """Opens one dossier after the other, or takes a whole copy of it. Returns the number of those that were shown.

    She is the deputy of its advisor first, by her own word, and takes a task of every dossier of the first half.
    """
    days = {"first": today().isoformat(), "last": today().isoformat(), "deputy": str(served.people[SOPHIE])}
    assert served.act(thief, served.people[NADIA], "absence", **days).status_code == 303
    return sum(1 for _ in takewhile(bool, (_is_shown(thief, *one) for one in enumerate(served.dossiers))))


def _is_shown(thief: Visitor, n: int, dossier: UUID) -> bool:
    if n < MANY // 2:
        sent = {"command_id": str(uuid4()), "dossier": str(dossier), "task": "present-pix"}
        assert thief.post("/boite/prendre", **sent).headers["Location"].startswith("/boite?recu=")
    return NAME in thief.get(f"/dossiers/{dossier}" + ("/droits/tout.json" if n % 2 else "")).text


def _partner(served: Served) -> str:
    """A partner's link leads to its page alone, and its token is no session."""
    token = served.link.removeprefix("/p/")
    thief = Visitor(served.socket, {SESSION: token})
    assert thief.get(served.link).status_code == 200
    assert named(thief, served.dossiers[0]) == []
    bent = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(len(token))]
    opened = [one for one in bent if NAME in (answer := thief.get(f"/p/{one}")).text or SESSION in answer.cookies]
    assert opened == []
    return f"0 of {len(pages(served.dossiers[0]))} pages, 0 of {len(bent)} bent links"


def _disk(served: Served) -> str:
    """A copy of the disk holds no secret in clear; what is changed on it, or put back, is found."""
    disk = Postgres(served.database) if served.database else Sqlite(served.data)
    secrets = [
        SECRET,
        *(value for one in served.visitors.values() for value in one.cookies.values() if len(value) > 20),
    ]
    disk.keep()
    files = [path for folder in (served.data, *disk.folders()) for path in folder.rglob("*") if path.is_file()]
    assert {(path.name, one) for path in files for one in secrets if one.encode() in path.read_bytes()} == set()
    nadia = served.visitors[NADIA]
    assert nadia.get("/boite").status_code == 200
    assert served.act(served.visitors[HELENE], served.people[NADIA], "compte/couper").status_code == 303
    disk.put_back()
    assert nadia.get("/boite").status_code == 303, "a session that is put back opens nothing"
    assert disk.change_a_line() == 1
    asked = subprocess.run(
        [PIXFLOW, "doctor"], env=environment(served.data), capture_output=True, text=True, check=False, timeout=120
    )
    assert (asked.returncode != 0, "ligne changée" in asked.stdout) == (True, True), asked.stdout
    return f"0 secrets in {len(files)} files, a session put back opens nothing, doctor finds a changed line"


class Sqlite:
    """The files of a data folder, in the hands of somebody who writes into them."""

    def __init__(self, data: Path) -> None:
        self.data, self.copy = data, data.parent / "copy"

    def folders(self) -> list[Path]:
        return []

    def keep(self) -> None:
        shutil.copytree(self.data, self.copy)

    def put_back(self) -> None:
        """Puts the accounts of the copy back."""
        now, old = (sqlite3.connect(folder / "_site" / "accounts.db") for folder in (self.data, self.copy))
        with closing(now), closing(old):
            old.backup(now)

    def change_a_line(self) -> int:
        (journal,) = self.data.glob("*/access/*.db")
        with closing(sqlite3.connect(journal)) as file:
            file.execute("DROP TRIGGER no_update")
            changed = file.execute("UPDATE lines SET page = 'GET /' WHERE number = 1").rowcount
            file.commit()
        return changed


class Postgres:
    """A database, in the hands of its owner, and the files of its server."""

    KEPT = ("sessions", "memberships")

    def __init__(self, url: str) -> None:
        self.url = url

    def asked(self, statement: str) -> Any:
        with psycopg.connect(self.url, autocommit=True) as owner:
            return owner.execute(statement.encode())

    def folders(self) -> list[Path]:
        return [Path(str(psycopg.conninfo.conninfo_to_dict(self.url)["host"])) / "data"]

    def keep(self) -> None:
        for table in self.KEPT:
            self.asked(f"CREATE TABLE kept_{table} AS TABLE pixflow__site.{table}")
        self.asked("CHECKPOINT")

    def put_back(self) -> None:
        for table in self.KEPT:
            self.asked(f"DELETE FROM pixflow__site.{table}")
            self.asked(f"INSERT INTO pixflow__site.{table} TABLE kept_{table}")

    def change_a_line(self) -> int:
        (row,) = self.asked("SELECT schemaname FROM pg_tables WHERE tablename = 'lines'").fetchall()
        first = f"(SELECT chain FROM {row[0]}.lines WHERE number = 1 LIMIT 1)"
        return int(
            self.asked(f"UPDATE {row[0]}.lines SET page = 'GET /' WHERE number = 1 AND chain = {first}").rowcount
        )
