"""Rules of the scripted cast: the answer to each chance, delay and choice that the drawn cast draws."""

from collections.abc import Callable, Mapping
from typing import Any

from web.samples import parameters, phrases
from web.samples.behaviours.parcours import LEVELS
from web.samples.demo.people import ScriptedYoung
from web.samples.parameters import Days, Share
from web.samples.simulation import Case

CHANCES: Mapping[Share, Callable[[ScriptedYoung, Case], bool]] = {
    parameters.CONCERNED: lambda young, case: young.manner != "no-need",
    parameters.DECLINES: lambda young, case: young.manner == "declines",
    parameters.MEDIATOR: lambda young, case: young.programme == "CEJ",
    parameters.MISSES_APPOINTMENT: lambda young, case: young.number.endswith("7"),
    parameters.APPOINTED: lambda young, case: (
        len(young.first_name) % 2 == 1 and not young.prompt and case.task.key not in case.state.appointments
    ),
    parameters.REACHED: lambda young, case: case.task.chases > 0,
    parameters.IN_PERSON: lambda young, case: True,
    parameters.SLOW_READER: lambda young, case: True,
    parameters.ADDED: lambda young, case: young.number.endswith("1"),
    parameters.STUDIES_FIRST: lambda young, case: len(young.first_name) % 2 == 1,
    parameters.SILENT: lambda young, case: young.manner == "silent",
    parameters.BY_PHONE: lambda young, case: True,
    parameters.ABANDONS: lambda young, case: young.manner == "leaves",
    parameters.WANTED: lambda young, case: bool(young.project) and young.manner != "declines-certification",
    parameters.OBTAINS: lambda young, case: young.manner != "fails",
    parameters.RETAKES: lambda young, case: True,
    parameters.CLOSES_WHEN_TRIED: lambda young, case: True,
    parameters.CLOSES_WHEN_QUIET: lambda young, case: True,
}
"""Chances that a manner decides; no other one happens."""

DELAYS: Mapping[Days, Callable[[ScriptedYoung], int]] = {
    parameters.PLANNED_IN: lambda young: 1 if young.eager or young.prompt else 2 + len(young.last_name) % 4,
    parameters.APPOINTMENT_IN: lambda young: 3,
    parameters.ALONE_LASTS: lambda young: 10,
    parameters.LASTS: lambda young: 8 if young.prompt else 15,
    parameters.ANSWERS_IN: lambda young: 2 if young.prompt else 4 + len(young.first_name),
    parameters.STUDIES_IN: lambda young: 1,
    parameters.BEGINS_IN: lambda young: 1 if young.prompt else max(1, 10 - len(young.first_name)),
    parameters.REGISTERED_IN: lambda young: 3,
    parameters.SESSION_IN: lambda young: 20,
    parameters.LEARNED_IN: lambda young: 5,
    parameters.RETAKEN_IN: lambda young: 1,
}
"""Delays in working days."""

CHOICES: Mapping[tuple[Any, ...], Callable[[ScriptedYoung, Case], int]] = {
    phrases.CAUSES: lambda young, case: len(young.name),
    phrases.TUTORIALS: lambda young, case: len(young.name),
    phrases.WISHES: lambda young, case: len(young.first_name),
    parameters.HOURS: lambda young, case: 3,
    parameters.CHASE_CHANNELS: lambda young, case: case.task.chases > 0,
    parameters.STUDY: lambda young, case: not case.state.prescription.studies[case.subject].followed,
    LEVELS: lambda young, case: 1,
}
"""Index of the option chosen, modulo their number; the first one by default."""
