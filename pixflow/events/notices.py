"""E-mails sent, one stream a person: ids only, no text."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pixflow.events.base import Event

PLAIN = frozenset({"notice", "which", "on"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(Event):
    """An e-mail to this person: a daily digest, a call for help, or a stopped table.

    `which` identifies it: the day of a digest, the workshop and instant of a call, the projection and position.
    """

    TOPIC: ClassVar[str] = "notices.NoticeSent"
    notice: Literal["digest", "help", "stopped"]
    which: str
    on: date
