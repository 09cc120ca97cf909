"""A step of the wall clock is an alarm, and changes no order (docs/faults.md#f10)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import identity
from web.hosting.clock_watch import ClockWatch

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_step_is_told_once_and_time_that_passes_is_not(hours: int) -> None:
    watch = ClockWatch(NOON, 100.0)
    assert watch.step(NOON + timedelta(seconds=60), 160.0) is None
    stepped = NOON + timedelta(seconds=120, hours=hours)
    assert watch.step(stepped, 220.0) == timedelta(hours=hours)
    assert watch.step(stepped + timedelta(seconds=60), 280.0) is None


def test_events_recorded_after_a_step_back_come_after(tmp_path: Path) -> None:
    now = [NOON]
    opened = structure_folder.create(
        tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici",), clock=lambda: now[0]
    )
    seen = []
    for hour in (0, -1):
        now[0] = NOON + timedelta(hours=hour)
        done = opened.engine.execute(
            {"dossier": uuid4()},
            identity.open_dossier,
            by=Actor(OPERATOR),
            command_id=uuid4(),
            via="cli",
            last_name="Diallo",
            first_name="Awa",
            birth_date=None,
            imilo_number=None,
            site="Ici",
        )
        seen.append((done.recorded[0].position, done.recorded[0].at))
    assert seen[0][0] < seen[1][0]
    assert seen[0][1] > seen[1][1]
    assert [r.at for r in opened.engine.read(0, 100)][-1] == NOON - timedelta(hours=1)
    opened.engine.close()
