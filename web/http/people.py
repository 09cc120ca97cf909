"""The young people whom an answer shows. Every answer to somebody at a desk says them (docs/accounts.md#who-looked)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class People:
    """The young people of an answer: one whose dossier is `opened`, and others in its lists. Each has an id."""

    opened: UUID | None = None
    listed: frozenset[UUID] = frozenset()


NOBODY = People()
"""An answer that shows nobody."""
IDS = People()
"""An answer without a name, whose ids lead to people: it has a line."""


class JournalWriter(Protocol):
    """Writes down whom an answer shows. Raises the errors of the store: then the answer must not leave."""

    def note(self, people: People) -> None: ...


def listed(*lists: Iterable[UUID | None]) -> People:
    """Returns the people of lists, each counted once."""
    return People(None, frozenset(id for ids in lists for id in ids if id))


def gather_people(dossier: UUID, *lists: Iterable[UUID | None]) -> People:
    """Returns the person whose dossier is open, and the others whom the answer names."""
    return People(dossier, frozenset(id for ids in lists for id in ids if id and id != dossier))


def with_receipt(people: People, receipt: object) -> People:
    """Returns the people of an answer with those whom its receipt names, if it has one."""
    named: Iterable[UUID] = getattr(receipt, "people", ())
    return replace(people, listed=people.listed.union(named)) if named else people


def note(request: Request, people: People) -> None:
    """Writes down whom the answer to a request shows, when somebody is at a desk."""
    writer: JournalWriter | None = getattr(request.state, "journal_writer", None)
    if writer is not None:
        writer.note(people)


SHOWING = (200, 410, 422)
"""Statuses of answers with a page or a file. The others redirect, or are error pages."""


class Unnoted(Exception):
    """An answer does not say whom it shows: its page declares no `shows`, or a file was sent without `note`."""


class OnlyNoted:
    """ASGI middleware: an answer to somebody at a desk leaves only after its people were noted."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in SHOWING:
                writer = scope.get("state", {}).get("journal_writer")
                if writer is not None and not writer.noted:
                    raise Unnoted(scope["route"].path)
            await send(message)

        await self.app(scope, receive, send_noted)
