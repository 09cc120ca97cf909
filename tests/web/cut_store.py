"""A structure as it stood at a position: read tables caught up to it, its references and its day."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import unescape
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import Connection

from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.reference_data import References
from projections.store.catch_up import ReadSide
from projections.store.sqlite import database
from tests.web.client import OWN_URL
from tests.web.paths import House
from web.app import create_app
from web.desk.dependencies import COOKIE
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure

BLOCKS = {
    "header": r"<header>.*?</header>",
    "notices": r'<div class="notice".*?</div>',
    "stepper": r'<ol class="stepper">.*?</ol>',
    "tasks": r'<section aria-labelledby="now-title".*?</section>',
    "result": r'<section class="part" id="resultat".*?</section>',
    "prescriptions": r'<section class="part" id="prescription".*?</section>',
    "next steps": r'<section class="part" id="suite".*?</section>',
    "documents": r'<section class="part" aria-labelledby="documents-title".*?</section>',
}
TODAY = re.compile(
    r'<a href="/ateliers/[^>]*>[^<]*</a>| <span class="quiet">\(<a href="[^"]*\.pdf">PDF</a>\)</span>'
    r'|<p class="about"><a href="/rejouer/.*?</p>|<p class="about"><a href="/dossiers/[^"]*/droits">.*?</p>'
    r'| · <a href="/dossiers/[^"]*">voir ce dossier</a>'
)
"""The links of a page that lead to others of today, and no link of the past."""

GONE = ("avec un autre dossier", "avec le dossier d’une personne effacée")
"""Another dossier whose person was erased since: at every position of a replay, and without keys in a cut store."""


class Events:
    """The events of a structure up to `position`: a source of projections that moves on."""

    def __init__(self, engine: Engine) -> None:
        self.all = engine.read(0, 10**9)
        self.position = 0

    def head(self) -> int:
        return self.position

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        return self.all[after : min(after + limit, self.position)]

    def history(self, stream: UUID) -> Sequence[Recorded]:
        return [one for one in self.all[: self.position] if one.originator_id == stream]


@dataclass(frozen=True, slots=True)
class CutStructure(ServedStructure):
    """A structure whose last event is that of a position, seen on its day."""

    side: ReadSide
    events: Events

    @property
    def refs(self) -> References:
        return self.side.refs

    @contextmanager
    def reading(self) -> Iterator[tuple[ReadSide, Connection]]:
        with self.side.database.connect() as connection:
            yield self.side, connection

    def today(self) -> date:
        return self.refs.calendar.local_day(self.events.all[self.events.position - 1].at)

    def tag(self) -> str:
        return ""


class Cut:
    """The pages of a house as they were at each position."""

    def __init__(self, house: House, name: str) -> None:
        self.events = Events(house.served.engine)
        side = ReadSide(self.events, database(None))
        self._side = side
        served = CutStructure(house.served.opened, house.served.reads, side, self.events)
        host = Host(house.host.data, lambda slug: served, demo=True)
        host.structures = {house.slug: served}
        self._client = TestClient(create_app(host), base_url=OWN_URL, follow_redirects=False)
        self._client.cookies.set(COOKIE, f"{house.slug}/{house.people[name]}")

    def page(self, position: int, address: str) -> str:
        """Returns a page at a position; positions only grow."""
        self.events.position = position
        self._side.catch_up()
        answer = self._client.get(address)
        assert answer.status_code == 200, (position, address, answer.text)
        return answer.text


@contextmanager
def cut(house: House, name: str) -> Iterator[Cut]:
    """Yields the pages of a house as somebody saw them at each position."""
    made = Cut(house, name)
    yield made
    made._side.database.dispose()


def blocks(html: str) -> dict[str, list[str]]:
    """Returns the text of each block of a dossier's page."""
    sheet = TODAY.sub("", html)
    return {name: [text(found) for found in re.findall(pattern, sheet, re.S)] for name, pattern in BLOCKS.items()}


def history(html: str) -> list[tuple[str, str]]:
    """Returns the entries of the page's history, the oldest first: what they say, when and by whom."""
    listed = re.search(r'<section class="part" id="historique".*?</section>', TODAY.sub("", html), re.S)
    assert listed
    found = re.findall(r'<li id="fait-\d+".*?<p>(.*?)</p>\s*<div class="when">(.*?)</div>', listed[0], re.S)
    return [(text(said).replace(*GONE), text(when)) for said, when in reversed(found)]


def facts(html: str) -> list[tuple[str, str]]:
    """Returns the facts of a replay that were known then, without the retractions: as `history`."""
    found = re.findall(
        r'<li id="fait-\d+"( class="\w+")?[^>]*>\s*<p>(.*?)</p>\s*<p class="when"><span>(.*?)</span>', html, re.S
    )
    return [(text(said), text(when)) for state, said, when in found if "future" not in state]


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()
