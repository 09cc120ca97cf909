"""Definition of a demonstration: a structure, its young people, its campaigns, its scenes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from web.samples.demo.cast import ScriptedCast
from web.samples.demo.people import Company, ScriptedYoung
from web.samples.demo.scenes import Scene
from web.samples.pix_exports import Offer

TimedScene = tuple[datetime, Scene]


def nothing(*_: object) -> None:
    """Adds nothing to the story."""


@dataclass(frozen=True, slots=True)
class Story:
    """One demonstration.

    `settle` plays the first morning. `arrived` follows each arrival, `morning` each import of the référent, `end` the
    last moment. `calls`: workshops where the assistant is called; `kept`: workshops left to be marked.
    """

    company: Company
    offers: Sequence[Offer]
    youths: Callable[[ScriptedCast], list[ScriptedYoung]]
    scenes: Callable[[ScriptedCast], Iterable[TimedScene]]
    settle: Scene
    arrived: Callable[[ScriptedCast, ScriptedYoung], None] = nothing
    morning: Scene = nothing
    end: Scene = nothing
    calls: Sequence[str] = ()
    kept: Sequence[str] = ()
