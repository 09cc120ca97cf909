"""The protocol: who does what, when, and within which delays."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.events import Event
from pixflow.protocol import ProtocolDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolPublished(Event):
    """The whole document, in force from a day."""

    TOPIC: ClassVar[str] = "protocol.ProtocolPublished"
    document: ProtocolDocument
    from_day: date
