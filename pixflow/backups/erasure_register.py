"""Register of erasures: one line an erased person, so that a restored backup erases them again."""

from contextlib import suppress
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.dossier.privacy.erasure import Reason


class Erasure(Struct, frozen=True):
    """One line of the register: the streams to erase again, and digests that recognise the rows."""

    dossier: UUID
    reason: Reason
    on: date
    participations: dict[UUID, str | None] = {}
    duplicates: tuple[UUID, ...] = ()

    @property
    def streams(self) -> set[UUID]:
        return {self.dossier, *self.duplicates, *self.participations}


def lines(content: bytes) -> list[Erasure]:
    """Returns the lines of a register.

    Raises DecodeError, but not for an incomplete last line: `settle` writes it again.
    """
    *whole, last = content.split(b"\n")
    found = [msgspec.json.decode(line, type=Erasure) for line in whole if line]
    with suppress(msgspec.DecodeError):
        found.append(msgspec.json.decode(last, type=Erasure))
    return found
