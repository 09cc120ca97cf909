"""Everybody of both demonstrations, each in a browser, and the numbers that their pages say."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from pixflow.events.values import Role
from tests.web.client import LocalClient, words
from tests.web.tags import parsed
from tests.web.taken import table
from web.app import create_app
from web.desk.dependencies import COOKIE
from web.hosting.host import open_host
from web.hosting.served_structure import ServedStructure
from web.samples import demo


def number(text: str) -> int:
    """Returns the number in a text, 0 for none."""
    return int("0" + re.sub(r"\D", "", text))


def said(page: Any, pattern: str) -> int:
    """Returns the number that the heading of a page says so."""
    found = re.search(rf"(\d+) {pattern}", words(str(page.select_one(".head p"))).replace("\N{NO-BREAK SPACE}", " "))
    return int(found[1]) if found else 0


@dataclass
class Person:
    """Somebody of a structure, in a browser that does not inspect: the pages are many."""

    id: UUID
    name: str
    roles: frozenset[Role]
    client: LocalClient

    def page(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, (self.name, path)
        return parsed(answer.text)

    def rows(self, path: str, selector: str) -> list[Any]:
        """Returns what a selector finds on every page of a list."""
        page = self.page(path)
        following = page.select_one(".pager a[rel=next]")
        return [*page.select(selector), *(self.rows(following["href"], selector) if following else ())]

    def file(self, path: str) -> list[dict[str, str]]:
        return table(self.client.get(path))

    @cached_property
    def rail(self) -> dict[str, int | None]:
        links = self.page("/equipe").select("#rail a")
        return {link["href"]: number(link.select_one(".count").text) if link.select_one(".count") else None
                for link in links}  # fmt: skip

    @cached_property
    def tasks(self) -> list[dict[str, str]]:
        """The rows of their box, those of whom they deputise for included; none without a box."""
        return self.file("/boite.csv") if "/boite" in self.rail else []

    def numbers(self, path: str, within: str = "main") -> dict[str, tuple[str, int]]:
        """Returns the numbers of a page that lead to their list, by its address: their words, and the number."""
        links = self.page(path).select(f"{within} a[href*='etat='][aria-label]")
        parts = ((link["href"], link["aria-label"].removesuffix(", mois incomplet").rpartition(" ")) for link in links)
        return {href: (label, number(count)) for href, (label, _, count) in parts}


@dataclass
class Team:
    people: Sequence[Person]
    served: ServedStructure
    now: datetime

    def of(self, role: Role) -> list[Person]:
        return [one for one in self.people if role in one.roles]

    @cached_property
    def loads(self) -> dict[str, tuple[int, int, int]]:
        """The dossiers of each person, their tasks, and those past their day, as Équipe says."""
        rows = self.people[0].file("/equipe.csv")
        return {row["Nom"]: (int(row["Dossiers"]), int(row["À son nom"]), int(row["En retard"])) for row in rows}

    def covered(self, who: Person) -> list[str]:
        """Returns the names of those whose dossiers somebody sees to: their own, and whom they deputise for."""
        absent = who.page("/equipe").select_one(".acting-for")
        return [one.name for one in self.people if one is who or (absent and one.name in absent.text)]


@contextmanager
def demonstrations(folder: Path, now: datetime) -> Iterator[list[Team]]:
    """Opens both structures at a moment, L'Aigle-Mortagne first."""
    slugs = demo.build(folder, now)
    with open_host(folder, demo=True, clock=lambda: now) as host:
        app = create_app(host)

        def person(slug: str, id: UUID) -> Person:
            member = host.structures[slug].refs.team[id]
            client = LocalClient(app, follow_redirects=False)
            client.cookies.set(COOKIE, f"{slug}/{id}")
            return Person(id, member.name, member.roles_on(now.date()), client)

        yield [
            Team([person(slug, id) for id in host.structures[slug].refs.team], host.structures[slug], now)
            for slug in slugs
        ]
