"""A Mission locale that refers Aminata Diallo to a partner by link, and the browser of that partner."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.dossier import identity
from pixflow.dossier.stages import parcours
from pixflow.events.base import Event
from pixflow.events.values import Partner
from pixflow.partner_links import issuing
from pixflow.partner_links.token import token_of
from tests.web.client import InspectingClient
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.cli.server import renew_links
from web.hosting.mail import Mail

MONDAY = date(2026, 3, 16)
URL = "https://pixflow.exemple.fr"
ADDRESS = "accueil@mediatheque.exemple"
NOTE = "Vient le matin seulement"
PERSONAL = ("Aminata", "Diallo", NOTE, "06 12 34", "612345678", "40 %", "2005", "illettrisme", "Café numérique")
"""Words about the young person."""
NEVER = ("40 %", "2005", "illettrisme")
"""Words that a partner never reads: the score, the birth date, a proposal for the advisor alone."""


class Outbox:
    """An outbox that keeps what leaves, or cannot send. The mail server does not know the address `unknown`."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.broken = False
        self.unknown = ""

    def __call__(self, mail: Mail) -> None:
        if self.broken:
            raise ConnectionRefusedError("no server")
        if mail.to == self.unknown:
            raise SMTPRecipientsRefused({mail.to: (550, b"5.1.1 no such user")})
        if mail.name.startswith("partner-"):
            self.mails.append(mail)


@dataclass
class Visit:
    """The browser of somebody without an account, with a link."""

    client: InspectingClient
    path: str

    def open(self) -> Any:
        return self.client.get(self.path)

    def see(self) -> Any:
        return self.client.post(f"{self.path}/demande")

    def reply(self, data: Mapping[str, Any]) -> Any:
        return self.client.post(f"{self.path}/reponse", data=data)


@dataclass
class Referred:
    """A referral to a partner with an e-mail address, and what left to them."""

    house: House
    dossier: UUID
    action: UUID
    referral: UUID
    outbox: Outbox = field(default_factory=Outbox)

    def events(self, *kinds: type[Event]) -> list[Any]:
        return [event for event in self.house.events(self.dossier) if isinstance(event, kinds)]

    def version(self, kind: type[Event]) -> int:
        history = self.house.served.engine.history(self.dossier)
        return next(one.originator_version for one in history if isinstance(one.event, kind))

    def count(self) -> int:
        """The number of events of the whole structure."""
        return self.house.served.engine.head()

    def tick(self) -> list[Mail]:
        """Runs the periodic jobs. Returns the e-mails that left to the partner."""
        before = len(self.outbox.mails)
        if self.house.host.site:
            renew_links(self.house.host, self.house.host.site)
        self.house.served.tick(self.outbox, URL)
        return self.outbox.mails[before:]

    def mailed(self) -> str:
        """Returns the path of the link that leaves now."""
        (mail,) = self.tick()
        return path_of(mail)

    def partner(self, **options: Any) -> InspectingClient:
        """The browser of somebody without an account."""
        return InspectingClient(self.house.app, base_url=URL, follow_redirects=False, **options)

    def visit(self, path: str = "") -> Visit:
        """Visits by a link, by default by the one that leaves now."""
        return Visit(self.partner(), path or self.mailed())

    def issue(self, channel: str = "paper", address: str = "") -> str:
        """The advisor issues a link. Returns its path."""
        link = uuid4()
        self.house.on(
            self.dossier, issuing.issue_link, referral=self.referral, channel=channel, address=address, agreed=True,
            context={"link": link, "until": self.house.today + timedelta(days=8)},
        )  # fmt: skip
        return f"/p/{token_of(link, self.house.served.engine.token)}"


def path_of(mail: Mail) -> str:
    (found,) = re.findall(rf"{URL}(/p/\S+)", mail.text)
    return str(found)


def nonce(page: Any) -> str:
    return str(parsed(page.text).select_one("[name=nonce]")["value"])


def accepting(page: Any, starts: str = "2026-03-20", place: str = "Salle 2") -> dict[str, str]:
    return {"nonce": nonce(page), "answer": "accepted", "starts": starts, "place": place}


def refusing(page: Any, refusal: str = "session-full", reason: str = "en mai") -> dict[str, str]:
    return {"nonce": nonce(page), "answer": "refused", "refusal": refusal, "reason": reason}


def referred_in(made: House) -> Referred:
    dossier, actions = made.prescribed()
    made.on(dossier, identity.correct_contact, phone="0612345678", email=None)
    referral, link = uuid4(), uuid4()
    made.on(
        dossier, parcours.send_referral, action=actions[1], partner=Partner(None, "Médiathèque de Mortagne"),
        starts=date(2026, 3, 18), ends=date(2026, 4, 30), note=NOTE, email=ADDRESS, agreed=True,
        context={"referral": referral, "link": link, "until": made.today + timedelta(days=8)},
    )  # fmt: skip
    return Referred(made, dossier, actions[1], referral)


@pytest.fixture
def referred(tmp_path: Path) -> Iterator[Referred]:
    with house(tmp_path, MONDAY, url=URL) as made:
        yield referred_in(made)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def on_both(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Referred]:
    if request.param == "postgres":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path, MONDAY, url=URL) as made:
        yield referred_in(made)
