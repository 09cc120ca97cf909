"""A structure as it stood at a position: read tables caught up to it, its references and its day."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import unescape

from fastapi.testclient import TestClient

from pixflow.engine import Engine
from pixflow.reference_data import References
from projections.store.catch_up import ReadSide
from projections.store.sqlite import database
from tests.listed import ListedEvents
from tests.web.client import LocalClient
from web.app import create_app
from web.hosting.host import Host
from web.hosting.served_structure import LiveTables, Present, ServedStructure

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
    r'|&nbsp;· <a href="/dossiers/[^"]*">voir ce dossier</a>'
)
"""The links of a page that lead to others of today, and no link of the past."""

GONE = ("avec un autre dossier", "avec le dossier d’une personne effacée")
"""Another dossier whose person was erased since: at every position of a replay, and without keys in a cut store."""


class Events(ListedEvents):
    """The events of a structure up to `position`: a source of projections that moves on."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.read(0, 10**9))
        self.position = 0

    def head(self) -> int:
        return self.position


@dataclass(frozen=True, slots=True)
class CutStructure(ServedStructure):
    """A structure whose last event is that of a position, seen on its day."""

    side: ReadSide
    events: Events

    @property
    def refs(self) -> References:
        return self.side.refs

    @contextmanager
    def reading(self, head: int | None = None) -> Iterator[LiveTables]:
        with self.side.database.connect() as connection:
            yield LiveTables(self.reads, self.side, connection)

    def today(self) -> date:
        return self.refs.calendar.local_day(self.events.all[self.events.position - 1].at)

    def present(self) -> Present:
        return Present(self.refs, self.side.position, self.today())


class Cut:
    """The pages of a structure as they were at each position, in the browser of `client`."""

    def __init__(self, whole: ServedStructure, host: Host, client: TestClient) -> None:
        self.events = Events(whole.engine)
        self.side = ReadSide(self.events, database(None))
        served = CutStructure(whole.opened, whole.reads, whole.journal, whole.register, self.side, self.events)
        cut_host = Host(host.data, lambda slug: served, demo=True)
        cut_host.structures = {slug: served for slug, one in host.structures.items() if one is whole}
        self._client = LocalClient(create_app(cut_host), follow_redirects=False)
        self._client.cookies.update(client.cookies)

    def page(self, position: int, address: str) -> str:
        """Returns a page at a position; positions only grow."""
        self.events.position = position
        self.side.catch_up()
        answer = self._client.get(address)
        assert answer.status_code == 200, (position, address, answer.text)
        return answer.text


@contextmanager
def cut(whole: ServedStructure, host: Host, client: TestClient) -> Iterator[Cut]:
    """Yields the pages of a structure as the person of `client` saw them at each position."""
    made = Cut(whole, host, client)
    yield made
    made.side.database.dispose()


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
