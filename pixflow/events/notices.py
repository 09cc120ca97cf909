"""What was sent by e-mail: one stream a person, ids only; the text is not kept."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pixflow.events.base import Event

PLAIN = frozenset({"notice", "which", "on"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(Event):
    """A notice left for this person: the day's digest, a call for help, a table that stopped.

    `which` says which one: the day of a digest, the workshop and instant of a call, the projection and position.
    """

    TOPIC: ClassVar[str] = "notices.NoticeSent"
    notice: Literal["digest", "help", "stopped"]
    which: str
    on: date
