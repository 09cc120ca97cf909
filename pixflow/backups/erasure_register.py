"""The register of erasures: one line per erased person, so that a restored backup erases them again."""

from contextlib import suppress
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.dossier.erasure import Reason


class Erasure(Struct, frozen=True):
    """One line of the register: whom to forget again, and by what their rows are recognised."""

    dossier: UUID
    reason: Reason
    on: date
    participations: dict[UUID, str | None] = {}
    duplicates: tuple[UUID, ...] = ()

    @property
    def streams(self) -> set[UUID]:
        return {self.dossier, *self.duplicates, *self.participations}


def lines(content: bytes) -> list[Erasure]:
    """The lines of a register. Raises DecodeError, but for the last: if it is torn, `settle` writes it again."""
    *whole, last = content.split(b"\n")
    found = [msgspec.json.decode(line, type=Erasure) for line in whole if line]
    with suppress(msgspec.DecodeError):
        found.append(msgspec.json.decode(last, type=Erasure))
    return found
