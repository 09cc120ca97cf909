"""What a demonstration is made of: a structure, its young people, its campaigns, and what happens once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections.store.catch_up import ReadSide
from web.samples.demo.people import Cast, Youth
from web.samples.demo.world import World
from web.samples.pix_exports import Offer

Scene = tuple[datetime, Callable[[World], object]]


def nothing(*_: object) -> None:
    """Nothing more happens."""


@dataclass(frozen=True, slots=True)
class Story:
    """One demonstration.

    `youths` are all who come, `scenes` what happens once, each at its moment; `settle` is the first morning. `arrived`
    follows each welcome, `morning` what the référent does each day, `end` the moment the demonstration is opened at.
    `calls`: the workshops where the assistant is called; `kept`: those whose attendance is left to be marked.
    """

    cast: Cast
    offers: Sequence[Offer]
    youths: Callable[[World], list[Youth]]
    scenes: Callable[[World], Iterable[Scene]]
    settle: Callable[[World], None]
    arrived: Callable[[World, Youth, UUID], None] = nothing
    morning: Callable[[World, ReadSide, Sequence[Youth]], None] = nothing
    end: Callable[[World, Sequence[Youth]], None] = nothing
    calls: Sequence[str] = ()
    kept: Sequence[str] = ()
