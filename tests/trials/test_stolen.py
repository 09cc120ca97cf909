"""A thief before `pixflow serve`: an administrator's cookie, a référent's, a partner's link, the disk.

It is served in a process of its own, with the real clock and a mail server: an alarm arrives within a minute.
"""

import re
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pyotp
import pytest
from aiosmtpd.controller import Controller

from pixflow.dossier.stages import parcours
from pixflow.events.values import Partner
from pixflow.partner_links.token import token_of
from pixflow.structure_folder import utc_now
from tests.clock import today
from tests.trials.proofs import Proofs
from tests.web.filled import soup
from tests.web.hosting.machine.served import PIXFLOW, at_socket, environment, serving
from tests.web.pages.account.conftest import HELENE, NADIA, SECRET, SOPHIE, URL, YANN, invited
from tests.web.paths import House, house
from tests.web.test_routes import LIST
from web.desk.signed_in import SESSION

pytestmark = pytest.mark.trial
NAME, MANY, LIMIT = "Diallo", 70, 60
"""The name that nobody must read, the dossiers, and those that a référent reads in ten minutes."""
PARAMETER = re.compile(r"\{[^}]*\}")
EVERY_ROLE = ["advisor", "referent", "manager", "auditor", "administrator"]


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
    controller = Controller(box := Mailbox(), hostname="127.0.0.1", port=port)
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
        page = soup(self.get("/premiere-visite").text)
        seed = page.select_one(".seed").get_text().replace(" ", "")
        ticket = page.select_one("[name=ticket]")["value"]
        self.post("/premiere-visite/application", ticket=ticket, code=pyotp.TOTP(seed).now())
        self.post("/premiere-visite/suite")
        assert self.post("/invitation/accepter").headers["Location"] == "/"
        return self


@dataclass
class Served:
    """A served structure, and who works there."""

    data: Path
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
                    return monotonic()
            sleep(0.2)
        raise AssertionError(word)

    def act(self, who: Visitor, whom: UUID, name: str, **sent: Any) -> httpx2.Response:
        return who.post(f"/equipe/{whom}/{name}", command_id=str(uuid4()), **sent)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    data = tmp_path / "data"
    with house(data, today() - timedelta(days=1), url=URL) as made:
        made.pass_by(seconds=(utc_now() - made.now).total_seconds())
        dossiers = [made.opened(first=f"Aminata {n}", last=NAME) for n in range(MANY)]
        path = _referral(made)
        assert made.host.site
        links = {who: invited(made, made.host.site, who) for who in (HELENE, YANN, SOPHIE, NADIA)}
        people = dict(made.people)
    listening = tmp_path / "s"
    with mail_server() as (box, smtp), serving(data, "--socket", str(listening), PIXFLOW_SMTP=smtp):
        visitors = {who: Visitor(listening).enters(f"/invitation/{link}") for who, link in links.items()}
        found = Served(data, listening, box, people, dossiers, path, visitors)
        for who in (SOPHIE, NADIA):
            assert found.act(visitors[HELENE], people[who], "compte/confirmer").status_code == 303
        yield found


def _referral(made: House) -> str:
    """A referral to a partner by link. Returns the path of the link."""
    dossier, actions = made.prescribed()
    link = uuid4()
    made.on(
        dossier, parcours.send_referral, action=actions[1], partner=Partner(None, "Médiathèque de Mortagne"),
        starts=None, ends=made.today + timedelta(days=30), note="", email="accueil@mediatheque.exemple",
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


def test_a_thief_gets_little_and_is_noticed(served: Served, proofs: Proofs) -> None:
    at_work = served.visitors[SOPHIE].get(f"/dossiers/{served.dossiers[0]}")
    assert NAME in at_work.text, "the référente reads it"
    for attack in (_december, _mass_reading, _partner, _disk):
        proofs.add(f"stolen: {attack.__name__.strip('_').replace('_', ' ')}", "`pixflow serve`, SQLite", attack(served))


def _december(served: Served) -> str:
    """An administrator's cookie makes two accounts with every role, which confirm each other and themselves."""
    thief, fakes = Visitor(served.socket, served.visitors[YANN].cookies), []
    began = monotonic()
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
    read = [page for who in (thief, *fakes) for page in named(who, served.dossiers[0])]
    assert read == []
    alarm = served.told("Un Faux") - began
    assert alarm <= 62
    return f"0 dossiers on {3 * len(pages(served.dossiers[0]))} pages, the direction is told after {alarm:.0f} s"


def _mass_reading(served: Served) -> str:
    """A référent's cookie opens one dossier after the other."""
    thief, read = Visitor(served.socket, served.visitors[SOPHIE].cookies), 0
    while NAME in thief.get(f"/dossiers/{served.dossiers[read]}").text:
        read += 1
    stopped = monotonic()
    assert read <= LIMIT
    assert served.visitors[SOPHIE].get("/boite").status_code == 303, "every session has ended"
    assert named(thief, served.dossiers[0]) == []
    alarm = served.told(SOPHIE) - stopped
    assert alarm <= 62
    return f"{read} dossiers, then nothing; the direction is told after {alarm:.0f} s"


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
    secrets = [
        SECRET,
        *(value for one in served.visitors.values() for value in one.cookies.values() if len(value) > 20),
    ]
    before = served.data.parent / "copy"
    shutil.copytree(served.data, before)
    files = [path for path in before.rglob("*") if path.is_file()]
    assert {(path.name, one) for path in files for one in secrets if one.encode() in path.read_bytes()} == set()
    nadia = served.visitors[NADIA]
    assert nadia.get("/boite").status_code == 200
    assert served.act(served.visitors[HELENE], served.people[NADIA], "compte/couper").status_code == 303
    accounts = served.data / "_site" / "accounts.db"
    with closing(sqlite3.connect(accounts)) as now, closing(sqlite3.connect(before / "_site" / "accounts.db")) as old:
        old.backup(now)
    assert nadia.get("/boite").status_code == 303, "a session that is put back opens nothing"
    (journal,) = served.data.glob("*/access/*.db")
    with closing(sqlite3.connect(journal)) as file:
        file.execute("DROP TRIGGER no_update")
        changed = file.execute("UPDATE lines SET page = 'GET /' WHERE number = 1").rowcount
        file.commit()
    asked = subprocess.run(
        [PIXFLOW, "doctor"], env=environment(served.data), capture_output=True, text=True, check=False, timeout=120
    )
    assert (changed > 0, asked.returncode != 0, "onsultations" in asked.stdout) == (True, True, True), asked.stdout
    return f"0 secrets in {len(files)} files, a session put back opens nothing, doctor finds a changed line"
