"""Register of erasures: one line an erased person, so that a restored backup erases them again."""

from contextlib import suppress
from datetime import date
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.dossier.privacy.erasure import Reason
from pixflow.events.territory.contact import ContactErasure

Kind = Literal["dossier", "contact"]


class Erasure(Struct, frozen=True, rename={"person": "dossier"}):
    """One line of the register: the streams to erase again, and digests that recognise the rows.

    `person` is the stream of a dossier, or that of a contact, as `kind` says.
    """

    person: UUID
    reason: Reason | ContactErasure
    on: date
    participations: dict[UUID, str | None] = {}
    duplicates: tuple[UUID, ...] = ()
    kind: Kind = "dossier"

    @property
    def streams(self) -> set[UUID]:
        return {self.person, *self.duplicates, *self.participations}


def lines(content: bytes) -> list[Erasure]:
    """Returns the lines of a register.

    Raises DecodeError, but not for an incomplete last line: `settle` writes it again.
    """
    *whole, last = content.split(b"\n")
    found = [msgspec.json.decode(line, type=Erasure) for line in whole if line]
    with suppress(msgspec.DecodeError):
        found.append(msgspec.json.decode(last, type=Erasure))
    return found
