"""One attempt at a Pix test, as invented people make it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(slots=True)
class Try:
    """One try of a test, as Pix will tell it: `progress` when not finished."""

    started: datetime
    finished: datetime | None
    shared: datetime | None
    mastery: Decimal
    progress: Decimal
