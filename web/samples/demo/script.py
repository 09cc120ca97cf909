"""Rules of the scripted cast: the answer to each chance, delay and choice that the drawn cast draws."""

from collections.abc import Callable, Mapping
from typing import Any

from web.samples import parameters, phrases
from web.samples.behaviours.parcours import LEVELS
from web.samples.demo.people import ScriptedYoung
from web.samples.parameters import Days, Share

CHANCES: Mapping[Share, Callable[[ScriptedYoung], bool]] = {
    parameters.CONCERNED: lambda young: young.manner != "no-need",
    parameters.DECLINES: lambda young: young.manner == "declines",
    parameters.MEDIATOR: lambda young: young.programme == "CEJ",
    parameters.MISSES_APPOINTMENT: lambda young: young.number.endswith("7"),
    parameters.APPOINTED: lambda young: len(young.first_name) % 2 == 1 and not young.prompt,
    parameters.IN_PERSON: lambda young: True,
    parameters.SLOW_READER: lambda young: True,
    parameters.ADDED: lambda young: young.number.endswith("1"),
    parameters.SILENT: lambda young: young.manner == "silent",
    parameters.BY_PHONE: lambda young: True,
    parameters.ABANDONS: lambda young: young.manner == "leaves",
    parameters.WANTED: lambda young: bool(young.project) and young.manner != "declines-certification",
    parameters.OBTAINS: lambda young: young.manner != "fails",
    parameters.RETAKES: lambda young: True,
    parameters.CLOSES_WHEN_TRIED: lambda young: True,
    parameters.CLOSES_WHEN_QUIET: lambda young: True,
}
"""Chances that a manner decides; no other one happens."""

DELAYS: Mapping[Days, Callable[[ScriptedYoung], int]] = {
    parameters.PLANNED_IN: lambda young: 1 if young.eager or young.prompt else 2 + len(young.last_name) % 4,
    parameters.APPOINTMENT_IN: lambda young: 3,
    parameters.ALONE_LASTS: lambda young: 10,
    parameters.LASTS: lambda young: 8 if young.prompt else 15,
    parameters.ANSWERS_IN: lambda young: 2 if young.prompt else 4 + len(young.first_name),
    parameters.BEGINS_IN: lambda young: 1 if young.prompt else max(1, 10 - len(young.first_name)),
    parameters.REGISTERED_IN: lambda young: 3,
    parameters.SESSION_IN: lambda young: 20,
    parameters.LEARNED_IN: lambda young: 5,
    parameters.RETAKEN_IN: lambda young: 1,
}
"""Delays in working days."""

CHOICES: Mapping[tuple[Any, ...], Callable[[ScriptedYoung], int]] = {
    phrases.CAUSES: lambda young: len(young.name),
    phrases.TUTORIALS: lambda young: len(young.name),
    phrases.WISHES: lambda young: len(young.first_name),
    LEVELS: lambda young: 1,
}
"""Index of the option chosen, modulo their number; the first one by default."""
